/* SPDX-License-Identifier: GPL-2.0 */
/* A driver lets go of a disk whose only path has left: it is to go, too, in its time. */
#include "model.pml"

init {
	atomic {
		lu_most = 1;
		is_to_join(0);
		lu_work_due = true;
		no_path_due = 1;
		run_all();
		run RemoveWork();
		run Unbind(0)
	}
}
