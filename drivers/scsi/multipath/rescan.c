// SPDX-License-Identifier: GPL-2.0
/*
 * A logical unit is looked at once more when a path is: an LLD has that done when
 * it hears that a device has changed. So it is as soon as there is a path that can
 * serve it, if it was found over one that could not, such as a port in standby:
 * then it is a disk without capacity and partitions.
 */

#include <linux/blkdev.h>
#include <linux/workqueue.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>

#include "mpath.h"

/* Until a logical unit with a path is not blocked any more */
#define RESCAN_DELAY	(HZ / 4)

static u64 capacity_of(struct scsi_device *sdev)
{
	struct gendisk *disk;
	u64 capacity = 0;

	/* The upper-level driver stays bound, and the disk its own. */
	device_lock(&sdev->sdev_gendev);
	disk = sdev->request_queue->disk;
	if (disk)
		capacity = get_capacity(disk);
	device_unlock(&sdev->sdev_gendev);
	return capacity;
}

static void read_partitions(struct scsi_device *sdev)
{
	struct gendisk *disk;

	device_lock(&sdev->sdev_gendev);
	disk = sdev->request_queue->disk;
	if (disk) {
		mutex_lock(&disk->open_mutex);
		if (disk_live(disk))
			bdev_disk_changed(disk, false);
		mutex_unlock(&disk->open_mutex);
		kobject_uevent(&disk_to_dev(disk)->kobj, KOBJ_CHANGE);
	}
	device_unlock(&sdev->sdev_gendev);
}

/* A plain device is not blocked while its identity is read, nor until it has been probed. */
static bool is_blocked_for_now(struct scsi_device *sdev)
{
	enum scsi_device_state state = READ_ONCE(sdev->sdev_state);

	return state == SDEV_BLOCK || state == SDEV_TRANSPORT_OFFLINE ||
	       (state == SDEV_RUNNING && !blk_queue_pm_only(sdev->request_queue));
}

static void rescan_later(struct scsi_lu *lu)
{
	spin_lock_irq(&lu->lock);
	if (scsi_lu_has_path_locked(lu))
		queue_delayed_work(system_dfl_wq, &lu->rescan_work, RESCAN_DELAY);
	else
		lu->wants_rescan = true;
	spin_unlock_irq(&lu->lock);
}

static void rescan_work(struct work_struct *work)
{
	struct scsi_lu *lu = container_of(to_delayed_work(work), struct scsi_lu,
					  rescan_work);
	struct scsi_device *sdev = lu->sdev;
	bool had_capacity = capacity_of(sdev);

	if (scsi_rescan_device(sdev))
		return;
	if (!had_capacity && capacity_of(sdev))
		read_partitions(sdev);
}

/**
 * scsi_path_was_rescanned - a device has been looked at once more
 * @sdev: any SCSI device
 * @error: what came of that
 *
 * A path has no upper-level driver that would have read its capacity. A logical unit that
 * is blocked is looked at later, whoever wanted it: most do not try again. It has no device
 * handler that would have read its access state: its paths have.
 *
 * Context: process.
 */
void scsi_path_was_rescanned(struct scsi_device *sdev, int error)
{
	struct scsi_path *path;

	if (scsi_device_is_lu(sdev)) {
		if (error == -EWOULDBLOCK && is_blocked_for_now(sdev))
			rescan_later(sdev->hostdata);
		else if (!error)
			scsi_lu_doubt_access(sdev->hostdata);
		return;
	}
	rcu_read_lock();	/* against a claim that is undone */
	path = READ_ONCE(sdev->path);
	if (path && READ_ONCE(path->lu->announced))
		mod_delayed_work(system_dfl_wq, &path->lu->rescan_work, 0);
	rcu_read_unlock();
}

/**
 * scsi_lu_rescan_when_usable - the scan found no path that serves
 * @lu: logical unit
 *
 * Context: any; takes @lu->lock.
 */
void scsi_lu_rescan_when_usable(struct scsi_lu *lu)
{
	unsigned long flags;

	spin_lock_irqsave(&lu->lock, flags);
	lu->wants_rescan = true;
	spin_unlock_irqrestore(&lu->lock, flags);
}

/**
 * scsi_lu_rescan_when_back - a path is about to be asked to serve once more
 * @lu: logical unit
 *
 * One that has another path has been served meanwhile, and told what has changed.
 *
 * Context: any; takes @lu->lock.
 */
void scsi_lu_rescan_when_back(struct scsi_lu *lu)
{
	unsigned long flags;

	spin_lock_irqsave(&lu->lock, flags);
	lu->wants_rescan |= !scsi_lu_has_path_locked(lu);
	spin_unlock_irqrestore(&lu->lock, flags);
}

/**
 * scsi_lu_rescan_if_wanted - rescan a logical unit if that is to be made up for
 * @lu: logical unit
 *
 * Context: process; takes @lu->lock.
 */
void scsi_lu_rescan_if_wanted(struct scsi_lu *lu)
{
	spin_lock_irq(&lu->lock);
	if (lu->wants_rescan && scsi_lu_has_path_locked(lu)) {
		lu->wants_rescan = false;
		/* It does I/O, so it must not be where I/O is unblocked. */
		mod_delayed_work(system_dfl_wq, &lu->rescan_work, 0);
	}
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_lu_rescan_init - a new logical unit
 * @lu: logical unit
 */
void scsi_lu_rescan_init(struct scsi_lu *lu)
{
	INIT_DELAYED_WORK(&lu->rescan_work, rescan_work);
}
