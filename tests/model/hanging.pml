/* SPDX-License-Identifier: GPL-2.0 */
/* The error handler of one host never comes to its end. */
#define TIMEOUT 0
#include "model.pml"

init {
	atomic {
		hangs = true;
		has_joined(0);
		has_joined(1);
		run_all();
		run_path(1);
		run Submitter(0);
		run Recovery(0, 1)
	}
}
