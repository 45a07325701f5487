// SPDX-License-Identifier: GPL-2.0
/*
 * The cache of a disk whose last path is removed in good order: what has been written is on
 * the medium before its host lets go of it, as when the device of a plain disk is removed.
 * And it is stopped, if it is to be then. The logical unit stays for a while, in case that
 * a path comes back; by then it is too late.
 */

#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/kernel.h>
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
#define STOP_TIMEOUT	(30 * HZ)

static bool has_cache(const struct scsi_lu *lu)
{
	const struct scsi_device *sdev = lu->sdev;

	return sdev->request_queue->limits.features & BLK_FEAT_WRITE_CACHE;
}

/* As in sd_shutdown() */
static bool is_to_be_stopped(const struct scsi_device *sdev)
{
	if (sdev->type != TYPE_DISK && sdev->type != TYPE_RBC && sdev->type != TYPE_ZBC &&
	    sdev->type != TYPE_MOD)
		return false;
	return (sdev->manage_system_start_stop && system_state != SYSTEM_RESTART) ||
	       (sdev->manage_shutdown && system_state == SYSTEM_POWER_OFF) ||
	       (sdev->manage_runtime_start_stop && system_state == SYSTEM_RUNNING);
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

static int execute(struct scsi_device *sdev, const u8 *cdb, unsigned int timeout)
{
	const struct scsi_exec_args args = { .req_flags = BLK_MQ_REQ_PM };
	int result, tries = FLUSH_TRIES;

	do {
		result = scsi_execute_cmd(sdev, cdb, REQ_OP_DRV_IN, NULL, 0,
					  timeout, 0, &args);
	} while (result > 0 && --tries);
	return result;
}

static void synchronize_cache(struct scsi_device *sdev,
			      const struct scsi_device *lu_sdev)
{
	unsigned int timeout = lu_sdev->request_queue->rq_timeout *
			       FLUSH_TIMEOUT_FACTOR;
	u8 cdb[16] = { };
	int result;

	cdb[0] = lu_sdev->use_16_for_sync ? SYNCHRONIZE_CACHE_16 :
					    SYNCHRONIZE_CACHE;
	result = execute(sdev, cdb, timeout);
	if (result)
		sdev_printk(KERN_WARNING, lu_sdev,
			    "path %s removed, but the cache was not flushed: result %#x\n",
			    dev_name(&sdev->sdev_gendev), result);
}

/* As sd_start_stop_device() */
static int start_or_stop(struct scsi_device *sdev, const struct scsi_device *lu_sdev,
			 bool start)
{
	u8 cdb[6] = { START_STOP };

	cdb[4] = start;
	if (lu_sdev->start_stop_pwr_cond)
		cdb[4] |= start ? 1 << 4 : 3 << 4;	/* active, standby */
	return execute(sdev, cdb, STOP_TIMEOUT);
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
 * Does nothing unless it is the last path of a logical unit with a write cache, or of one
 * that is to be stopped.
 *
 * Context: process, scan_mutex of the host held.
 */
void scsi_path_flush_cache(struct scsi_path *path)
{
	bool stops = is_to_be_stopped(path->lu->sdev);
	struct scsi_device *sdev = path->sdev;

	if (READ_ONCE(sdev->sdev_state) != SDEV_CANCEL ||
	    !(has_cache(path->lu) || stops) || !leaves_in_use(path->lu))
		return;
	/* It has been flushed then. */
	if (pm_runtime_suspended(&path->lu->sdev->sdev_gendev))
		return;
	if (scsi_autopm_get_device(sdev))
		return;
	wait_for_attempts(sdev->request_queue);
	if (has_cache(path->lu))
		synchronize_cache(sdev, path->lu->sdev);
	if (stops && !start_or_stop(sdev, path->lu->sdev, false))
		WRITE_ONCE(path->lu->stopped, true);
	scsi_autopm_put_device(sdev);
}

/**
 * scsi_lu_start_again - a logical unit has a path again
 * @lu: logical unit with a device
 * @sdev: device that is to become its path
 *
 * A plain disk that had been removed would be found anew, and started by its driver.
 *
 * Context: process.
 */
void scsi_lu_start_again(struct scsi_lu *lu, struct scsi_device *sdev)
{
	if (READ_ONCE(lu->stopped) && !start_or_stop(sdev, lu->sdev, true))
		WRITE_ONCE(lu->stopped, false);
}
