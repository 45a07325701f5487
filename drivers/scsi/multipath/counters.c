// SPDX-License-Identifier: GPL-2.0
/*
 * How many commands a logical unit has had, and has.
 */

#include <linux/blkdev.h>
#include <linux/minmax.h>
#include <linux/part_stat.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/xarray.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>

#include "mpath.h"

/**
 * scsi_lu_fold_iostat - bring the counters of a logical unit's device up to date
 * @sdev: device of a logical unit
 *
 * Context: any.
 */
void scsi_lu_fold_iostat(struct scsi_device *sdev)
{
	struct scsi_lu *lu = sdev->hostdata;
	unsigned int sent = 0, done = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		sent += READ_ONCE(per_cpu_ptr(lu->cpu, cpu)->sent);
		done += READ_ONCE(per_cpu_ptr(lu->cpu, cpu)->done);
	}
	atomic_set(&sdev->iorequest_cnt, sent);
	atomic_set(&sdev->iodone_cnt, done);
}

/**
 * scsi_lu_busy - commands that the paths of a logical unit have in flight
 * @sdev: device of a logical unit
 *
 * Context: process.
 */
int scsi_lu_busy(struct scsi_device *sdev)
{
	struct scsi_lu *lu = sdev->hostdata;
	struct scsi_path *path;
	int busy = 0;

	mutex_lock(&scsi_multipath_list_mutex);
	list_for_each_entry(path, &lu->paths, node)
		busy += scsi_device_busy(path->sdev);
	mutex_unlock(&scsi_multipath_list_mutex);
	return busy;
}

/**
 * scsi_lu_queued - block I/O requests that no path has
 * @lu: logical unit
 *
 * Passthrough commands are not counted, nor is what has no disk.
 *
 * Context: process.
 */
unsigned int scsi_lu_queued(struct scsi_lu *lu)
{
	struct gendisk *disk;
	long queued = 0;

	/* A disk that its driver is unbound from is freed by RCU, with all parts. */
	rcu_read_lock();
	disk = READ_ONCE(lu->sdev->request_queue->disk);
	if (disk)
		queued = bdev_count_inflight(disk->part0);
	rcu_read_unlock();
	queued -= scsi_lu_busy(lu->sdev);
	return max(queued, 0L);
}
