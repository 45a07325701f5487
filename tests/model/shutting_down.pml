/* SPDX-License-Identifier: GPL-2.0 */
/* The system ends while I/O waits for ever for a path that its transport has blocked. */
#define TIMEOUT 0
#include "model.pml"

init {
	atomic {
		has_joined(0);
		is_blocked(0);
		run_all();
		run Submitter(0);
		run Shutdown()
	}
}
