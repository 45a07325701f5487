/* SPDX-License-Identifier: GPL-2.0 */
/* A key was set over a path that its transport blocks, lets go, or gives up. */
#define NCMD 2
#define TIMEOUT 0
#define KEY
#include "model.pml"

/* Who writes one block after the other */
proctype Writer()
{
	atomic { cmd[0] = QUEUED; lu_run = true };
	/* It may be for ever that its transport blocks the path with the key. */
end:	is_over(0);
	atomic { cmd[1] = QUEUED; lu_run = true }
}

init {
	atomic {
		has_joined(0);
		has_joined(1);
		key_local = true;
		key_path = 0;
		key_holder = 0;
		run_all();
		run_path(1);
		run Writer();
		run Transport(0, 1)
	}
}
