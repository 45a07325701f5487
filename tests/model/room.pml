/* SPDX-License-Identifier: GPL-2.0 */
/* Two commands, one tag. */
#define NCMD 2
#define TIMEOUT 0
#include "model.pml"

init {
	atomic {
		has_joined(0);
		run_all();
		run Submitter(0);
		run Submitter(1)
	}
}
