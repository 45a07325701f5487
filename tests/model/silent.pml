/* SPDX-License-Identifier: GPL-2.0 */
/* One target answers nothing; the other one is not kept waiting by that. */
#define TIMEOUT 0
#include "model.pml"

init {
	atomic {
		path[0].silent = true;
		is_to_join(0);
		is_to_join(1);
		path[1].answers = true;
		run_all();
		run_path(1);
		run Submitter(0);
		run Life(0, 0, 1);
		run Life(1, 0, 1)
	}
}
