/* SPDX-License-Identifier: GPL-2.0 */
/* The device of the logical unit is deleted while its path leaves. */
#include "model.pml"

init {
	atomic {
		has_joined(0);
		run LuWork();
		run NoPathWork();
		run Judge();
		run Probe(0);
		run RemoveWork();
		run Life(0, 1, 0);
		run DeleteLu()
	}
}
