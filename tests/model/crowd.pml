/* SPDX-License-Identifier: GPL-2.0 */
/* A probe waits for a path that stays blocked, while the other path is taken out of use. */
#define TIMEOUT 0
#include "model.pml"

init {
	atomic {
		has_joined(0);
		has_joined(1);
		path[0].state = DEAD;
		path[0].usable = false;
		path[0].probe_due = true;
		run LuWork();
		run NoPathWork();
		run Judge();
		run Probe(0);
		run Probe(1);
		run Transport(0, 1);
		run Admin(1)
	}
}
