/* SPDX-License-Identifier: GPL-2.0 */
/* The device of the logical unit is deleted under I/O. */
#define TIMEOUT 0
#include "model.pml"

init {
	atomic {
		has_joined(0);
		run_all();
		run RemoveWork();
		run Submitter(0);
		run Target(0, 1);
		run DeleteLu()
	}
}
