// SPDX-License-Identifier: GPL-2.0
/*
 * Queue depth: the path whose host has the fewest commands of logical units in
 * flight. A host that is slower, or busy with other logical units, gets less.
 */

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include "mpath.h"

static struct scsi_path *qd_select(struct scsi_mpath *lu,
				   const struct scsi_path_set *set,
				   unsigned int nr)
{
	/* Begins at another one each time, or the first would win all ties. */
	unsigned int first = this_cpu_inc_return(lu->cpu->cursor) % nr;
	struct scsi_path *best = NULL;
	int least = INT_MAX;

	for (unsigned int i = 0; i < nr; i++) {
		unsigned int at = first + i < nr ? first + i : first + i - nr;
		struct scsi_path *path = READ_ONCE(set->path[at]);
		int in_flight;

		if (!path)
			continue;
		in_flight = atomic_read(&path->sdev->host->path_cmds);
		if (in_flight < least) {
			least = in_flight;
			best = path;
		}
		if (!in_flight)
			break;
	}
	return best;
}

static void qd_start(struct scsi_path *path, struct scsi_cmnd *cmd)
{
	atomic_inc(&path->sdev->host->path_cmds);
}

static void qd_done(struct scsi_path *path, struct scsi_cmnd *cmd)
{
	atomic_dec(&path->sdev->host->path_cmds);
}

const struct scsi_path_policy scsi_policy_qd = {
	.name		= "qd",
	.select		= qd_select,
	.start		= qd_start,
	.done		= qd_done,
};
