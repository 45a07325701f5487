// SPDX-License-Identifier: GPL-2.0
/*
 * Round-robin over requests. Every CPU goes round by itself: the load is as
 * even as with one cursor, and no cache line is shared.
 */

#include <linux/percpu.h>

#include "mpath.h"

static struct scsi_path *rr_select(struct scsi_lu *lu,
				   const struct scsi_path_set *set,
				   unsigned int nr)
{
	unsigned int next = this_cpu_inc_return(lu->cpu->cursor);

	if (next >= nr) {
		/* A migration in between costs a turn, nothing more. */
		this_cpu_write(lu->cpu->cursor, 0);
		next = 0;
	}
	return READ_ONCE(set->path[next]);
}

const struct scsi_path_policy scsi_policy_rr = {
	.name		= "round-robin",
	.short_name	= "rr",
	.select		= rr_select,
};
