/* SPDX-License-Identifier: GPL-2.0 */
/* The device of the logical unit is deleted while one more path is found. */
#include "model.pml"

init {
	atomic {
		has_joined(0);
		is_to_join(1);
		path[1].answers = true;
		run LuWork();
		run NoPathWork();
		run Judge();
		run Probe(0);
		run RemoveWork();
		run Life(1, 0, 1);
		run DeleteLu()
	}
}
