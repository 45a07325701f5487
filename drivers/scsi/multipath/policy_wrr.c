// SPDX-License-Identifier: GPL-2.0
/*
 * Weighted round-robin: each path gets commands in proportion to its queue_depth,
 * which its host sets, follows, and lets the administrator write.
 */

#include <linux/math64.h>
#include <linux/percpu.h>
#include <scsi/scsi_device.h>

#include "mpath.h"

/* The golden ratio in 32 bits: steps of it visit a circle evenly at any length. */
#define STEP	0x9e3779b9u

static unsigned int depth_of(const struct scsi_path *path)
{
	return max_t(int, READ_ONCE(path->sdev->queue_depth), 1);
}

static struct scsi_path *wrr_select(struct scsi_lu *lu,
				    const struct scsi_path_set *set,
				    unsigned int nr)
{
	u32 turn = this_cpu_inc_return(lu->cpu->cursor) * STEP;
	struct scsi_path *path = NULL;
	unsigned int total = 0, left;

	for (unsigned int i = 0; i < nr; i++) {
		path = READ_ONCE(set->path[i]);
		if (path)
			total += depth_of(path);
	}
	left = mul_u32_u32(turn, total) >> 32;
	for (unsigned int i = 0; i < nr; i++) {
		path = READ_ONCE(set->path[i]);
		if (!path)
			continue;
		if (left < depth_of(path))
			break;
		left -= depth_of(path);
	}
	return path;
}

const struct scsi_path_policy scsi_policy_wrr = {
	.name		= "weighted",
	.short_name	= "wrr",
	.select		= wrr_select,
};
