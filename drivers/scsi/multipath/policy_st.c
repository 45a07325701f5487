// SPDX-License-Identifier: GPL-2.0
/*
 * Service time: the path that will answer first, going by how long it takes for
 * a command, a moving average, and how many it has. Without a timer: what has
 * not been measured for a while is given one command.
 */

#include <linux/atomic.h>
#include <linux/blk-mq.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <scsi/scsi_cmnd.h>

#include "mpath.h"

/* The newest command counts for an eighth. */
#define AVERAGE_SHIFT	3
/* An average that is older may be wrong: the path was slow and is not any more. */
#define TRUSTED_FOR	HZ
/* Beyond 4 s all are alike. */
#define LONGEST		U32_MAX

static struct scsi_path *st_select(struct scsi_lu *lu,
				   const struct scsi_path_set *set,
				   unsigned int nr)
{
	unsigned int first = this_cpu_inc_return(lu->cpu->cursor) % nr;
	struct scsi_path *best = NULL;
	u64 soonest = U64_MAX;

	for (unsigned int i = 0; i < nr; i++) {
		unsigned int at = first + i < nr ? first + i : first + i - nr;
		struct scsi_path *path = READ_ONCE(set->path[at]);
		u64 due;

		if (!path)
			continue;
		if (time_after(jiffies, READ_ONCE(path->load.measured) +
					TRUSTED_FOR))
			return path;
		due = (u64)READ_ONCE(path->load.service_time) *
		      (atomic_read(&path->load.in_flight) + 1);
		if (due < soonest) {
			soonest = due;
			best = path;
		}
	}
	return best;
}

static void st_start(struct scsi_path *path, struct scsi_cmnd *cmd)
{
	atomic_inc(&path->load.in_flight);
	if (time_after(jiffies, READ_ONCE(path->load.measured) + TRUSTED_FOR))
		WRITE_ONCE(path->load.measured, jiffies);
	scsi_cmd_to_rq(cmd)->start_time_ns = ktime_get_ns();
}

static void st_done(struct scsi_path *path, struct scsi_cmnd *cmd)
{
	u64 took = ktime_get_ns() - scsi_cmd_to_rq(cmd)->start_time_ns;
	u32 average = READ_ONCE(path->load.service_time);

	/* Two that come back at once may lose one: it is an average. */
	average += ((s64)min_t(u64, took, LONGEST) - average) >> AVERAGE_SHIFT;
	WRITE_ONCE(path->load.service_time, average);
	if (time_before(READ_ONCE(path->load.measured), jiffies))
		WRITE_ONCE(path->load.measured, jiffies);
	atomic_dec(&path->load.in_flight);
}

const struct scsi_path_policy scsi_policy_st = {
	.name		= "service-time",
	.short_name	= "st",
	.select		= st_select,
	.start		= st_start,
	.done		= st_done,
};
