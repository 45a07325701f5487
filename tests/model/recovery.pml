/* SPDX-License-Identifier: GPL-2.0 */
/* An attempt fails, and the error handlers of hosts run. */
#define TIMEOUT 0
#include "model.pml"

init {
	atomic {
		faults = 1;
		has_joined(0);
		has_joined(1);
		run_all();
		run_path(1);
		run Submitter(0);
		run Recovery(0, 1)
	}
}
