/* SPDX-License-Identifier: GPL-2.0 */
/* The only path comes and goes; I/O waits, or fails in time. */
#include "model.pml"

init {
	atomic {
		has_joined(0);
		run_all();
		run Submitter(0);
		run Transport(0, 1)
	}
}
