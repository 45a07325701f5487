// SPDX-License-Identifier: GPL-2.0
/*
 * Queue depth: the path whose host has the fewest commands of logical units in
 * flight. A host that is slower, or busy with other logical units, gets less.
 *
 * What is in flight on a host is known to all CPUs but for a few commands of each,
 * which that one counts for itself. So hardly ever do they write to one place, and
 * what a CPU compares has all of its own commands in it.
 */

#include <linux/atomic.h>
#include <linux/math.h>
#include <linux/percpu.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include "mpath.h"

/* As many that have been sent, or have come back, a CPU keeps to itself. */
#define KEPT	3

/**
 * scsi_policy_qd_add_host - a host has its first path
 * @shost: host, or one that has paths already
 *
 * Context: process, scan_mutex of @shost held.
 * Return: 0 or an errno.
 */
int scsi_policy_qd_add_host(struct Scsi_Host *shost)
{
	if (!shost->path_cmds_kept)
		shost->path_cmds_kept = alloc_percpu(int);
	return shost->path_cmds_kept ? 0 : -ENOMEM;
}

/**
 * scsi_policy_qd_remove_host - a host has no path any more, and gets none
 * @shost: host, or one that never had a path
 *
 * Context: process.
 */
void scsi_policy_qd_remove_host(struct Scsi_Host *shost)
{
	free_percpu(shost->path_cmds_kept);
	shost->path_cmds_kept = NULL;
}

static int in_flight_on(const struct Scsi_Host *shost)
{
	return atomic_read(&shost->path_cmds) +
	       this_cpu_read(*shost->path_cmds_kept);
}

static void count(struct Scsi_Host *shost, int change)
{
	int kept = this_cpu_add_return(*shost->path_cmds_kept, change);

	if (likely(abs(kept) <= KEPT))
		return;
	/* On another CPU by now, perhaps: together they are right. */
	this_cpu_sub(*shost->path_cmds_kept, kept);
	atomic_add(kept, &shost->path_cmds);
}

static struct scsi_path *qd_select(struct scsi_lu *lu,
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
		in_flight = in_flight_on(path->sdev->host);
		if (in_flight < least) {
			least = in_flight;
			best = path;
		}
		/* Less than none: they were sent by another CPU. */
		if (in_flight <= 0)
			break;
	}
	return best;
}

static void qd_start(struct scsi_path *path, struct scsi_cmnd *cmd)
{
	count(path->sdev->host, 1);
}

static void qd_done(struct scsi_path *path, struct scsi_cmnd *cmd)
{
	count(path->sdev->host, -1);
}

const struct scsi_path_policy scsi_policy_qd = {
	.name		= "queue-depth",
	.short_name	= "qd",
	.select		= qd_select,
	.start		= qd_start,
	.done		= qd_done,
};
