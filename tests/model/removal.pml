/* SPDX-License-Identifier: GPL-2.0 */
/* Paths are removed under I/O, and one is found again. */
#define TIMEOUT 0
#define ALLOWED 0
#include "model.pml"

init {
	atomic {
		has_joined(0);
		has_joined(1);
		run_all();
		run_path(1);
		run Submitter(0);
		run Life(0, 1, 0)
	}
}
