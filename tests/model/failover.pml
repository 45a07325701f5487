/* SPDX-License-Identifier: GPL-2.0 */
/* Attempts fail, or are taken back by their timer; in the end no path may be left. */
#define TIMEOUT 0
#include "model.pml"

init {
	atomic {
		slow = 1;
		has_joined(0);
		has_joined(1);
		run_all();
		run_path(1);
		run Submitter(0)
	}
}
