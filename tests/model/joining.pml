/* SPDX-License-Identifier: GPL-2.0 */
/* A device becomes a path while its transport blocks it. */
#define TIMEOUT 0
#include "model.pml"

init {
	atomic {
		has_joined(0);
		run_all();
		run Submitter(0);
		run_path(1);
		path[1].answers = true;
		is_to_join(1);
		run Life(1, 0, 1);
		run Transport(1, 1)
	}
}
