/* SPDX-License-Identifier: GPL-2.0 */
/* The administrator disables a path that fails, is tested, blocked and remapped. */
#define TIMEOUT 0
#include "model.pml"

init {
	atomic {
		has_joined(0);
		has_joined(1);
		path[0].state = DEAD;
		path[0].usable = false;
		path[0].probe_due = true;
		run_all();
		run_path(1);
		run Submitter(0);
		run Transport(0, 1);
		run Admin(0)
	}
}
