/* SPDX-License-Identifier: GPL-2.0 */
/* The administrator takes the only path out of use while I/O waits. */
#include "model.pml"

init {
	atomic {
		has_joined(0);
		run_all();
		run Submitter(0);
		run Admin(0)
	}
}
