// SPDX-License-Identifier: GPL-2.0
/*
 * The cache of a disk whose last path is removed in good order: what has been written is on
 * the medium before its host lets go of it, as when the device of a plain disk is removed.
 * The logical unit stays for a while, in case that a path comes back; by then it is too late.
 */

#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/pm_runtime.h>
#include <scsi/scsi.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "../scsi_priv.h"
#include "mpath.h"

/* As sd has it. */
#define FLUSH_TIMEOUT_FACTOR	2
#define FLUSH_TRIES		4

static bool has_cache(const struct scsi_lu *lu)
{
	const struct scsi_device *sdev = lu->sdev;

	return sdev->request_queue->limits.features & BLK_FEAT_WRITE_CACHE;
}

/*
 * If the logical unit's own device goes, its driver has it flushed. That its I/O fails
 * already is no reason not to: that is because the path is leaving.
 */
static bool leaves_in_use(struct scsi_lu *lu)
{
	bool in_use;

	switch (READ_ONCE(lu->sdev->sdev_state)) {
	case SDEV_OFFLINE:
	case SDEV_CANCEL:
	case SDEV_DEL:
		return false;
	default:
		break;
	}
	if (READ_ONCE(lu->removing))
		return false;
	spin_lock_irq(&lu->lock);
	in_use = lu->announced && !scsi_lu_has_path_locked(lu);
	spin_unlock_irq(&lu->lock);
	return in_use;
}

static void wait_for_attempts(struct request_queue *q)
{
	blk_freeze_queue_start(q);
	blk_mq_freeze_queue_wait(q);
	blk_mq_unfreeze_queue_nomemrestore(q);
}

static void synchronize_cache(struct scsi_device *sdev,
			      const struct scsi_device *lu_sdev)
{
	const struct scsi_exec_args args = { .req_flags = BLK_MQ_REQ_PM };
	unsigned int timeout = lu_sdev->request_queue->rq_timeout *
			       FLUSH_TIMEOUT_FACTOR;
	int result, tries = FLUSH_TRIES;
	u8 cdb[16] = { };

	cdb[0] = lu_sdev->use_16_for_sync ? SYNCHRONIZE_CACHE_16 :
					    SYNCHRONIZE_CACHE;
	do {
		result = scsi_execute_cmd(sdev, cdb, REQ_OP_DRV_IN, NULL, 0,
					  timeout, 0, &args);
	} while (result > 0 && --tries);
	if (result)
		sdev_printk(KERN_WARNING, lu_sdev,
			    "path %s removed, but the cache was not flushed: result %#x\n",
			    dev_name(&sdev->sdev_gendev), result);
}

/**
 * scsi_lu_keep_for_flush - a device is about to be removed
 * @sdev: any SCSI device
 *
 * A logical unit may be blocked for no more than that it is being read whose path its last
 * one is. A plain device is not, and its driver's last commands reach it: those of this one
 * wait for the answer.
 *
 * Context: process, state_mutex of @sdev held.
 */
void scsi_lu_keep_for_flush(struct scsi_device *sdev)
{
	if (!scsi_device_is_lu(sdev) || sdev->sdev_state != SDEV_BLOCK ||
	    !scsi_lu_has_path_soon(sdev->hostdata))
		return;
	scsi_internal_device_unblock_nowait(sdev, SDEV_RUNNING);
	blk_mq_kick_requeue_list(sdev->request_queue);
}

/**
 * scsi_path_flush_cache - a path is being removed, and can still be reached
 * @path: path
 *
 * Does nothing unless it is the last path of a logical unit with a write cache.
 *
 * Context: process, scan_mutex of the host held.
 */
void scsi_path_flush_cache(struct scsi_path *path)
{
	struct scsi_device *sdev = path->sdev;

	if (READ_ONCE(sdev->sdev_state) != SDEV_CANCEL ||
	    !has_cache(path->lu) || !leaves_in_use(path->lu))
		return;
	/* It has been flushed then. */
	if (pm_runtime_suspended(&path->lu->sdev->sdev_gendev))
		return;
	if (scsi_autopm_get_device(sdev))
		return;
	wait_for_attempts(sdev->request_queue);
	synchronize_cache(sdev, path->lu->sdev);
	scsi_autopm_put_device(sdev);
}
