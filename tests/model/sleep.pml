/* SPDX-License-Identifier: GPL-2.0 */
/* The system sleeps and wakes up while a path is removed. */
#define TIMEOUT 0
#include "model.pml"

init {
	atomic {
		has_joined(0);
		run LuWork();
		run NoPathWork();
		run Judge();
		run Probe(0);
		run Sleep();
		run Life(0, 1, 0)
	}
}
