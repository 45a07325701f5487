// SPDX-License-Identifier: GPL-2.0
/*
 * The state of a logical unit's device: what it is in for want of a path, and what the
 * administrator wants of it.
 *
 * While no path is usable, the LU's scsi_device is in SDEV_BLOCK and I/O waits
 * in its queue; once no_path_timeout is over it is in SDEV_TRANSPORT_OFFLINE
 * and I/O fails. Those are the states in which a transport class puts a device
 * whose remote port is gone, so that everything above knows them.
 */

#include <linux/blk-mq.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>

#include "../scsi_priv.h"
#include "mpath.h"

/**
 * scsi_lu_block_or_unblock - the device of a logical unit follows what its paths are
 * @lu: logical unit that is announced
 *
 * Context: process; takes the state_mutex of its device and @lu->lock.
 */
void scsi_lu_block_or_unblock(struct scsi_lu *lu)
{
	const enum scsi_device_state failing = SDEV_TRANSPORT_OFFLINE;
	struct scsi_device *sdev = lu->sdev;
	enum scsi_device_state old;
	bool usable, expired, changed;

	mutex_lock(&sdev->state_mutex);
	spin_lock_irq(&lu->lock);
	usable = scsi_lu_has_path_locked(lu);
	expired = lu->expired;
	spin_unlock_irq(&lu->lock);

	old = sdev->sdev_state;
	switch (old) {
	case SDEV_RUNNING:
		if (usable)
			break;
		scsi_internal_device_block_nowait(sdev);
		if (expired)
			scsi_internal_device_unblock_nowait(sdev, failing);
		break;
	case SDEV_BLOCK:
		if (usable)
			scsi_internal_device_unblock_nowait(sdev, SDEV_RUNNING);
		else if (expired)
			scsi_internal_device_unblock_nowait(sdev, failing);
		break;
	case SDEV_TRANSPORT_OFFLINE:
		if (!usable && expired)
			break;
		scsi_internal_device_unblock_nowait(sdev, SDEV_RUNNING);
		/* It is to wait again, after all. */
		if (!usable)
			scsi_internal_device_block_nowait(sdev);
		break;
	case SDEV_OFFLINE:
		/* What has been blocked before fails, as on any offline device. */
		scsi_internal_device_unblock_nowait(sdev, SDEV_RUNNING);
		break;
	default:
		/* Suspended, or being removed. */
		break;
	}
	changed = sdev->sdev_state != old || old == SDEV_OFFLINE;
	mutex_unlock(&sdev->state_mutex);

	/* Nobody else restarts the requests on the requeue list. */
	if (changed)
		blk_mq_kick_requeue_list(sdev->request_queue);
}

/* Is it not known yet whether a path is back, where none is in use? */
static bool is_being_asked(struct scsi_lu *lu)
{
	struct scsi_path *path;
	bool asked = false;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (path->running && path->state != PATH_DISABLED)
			asked |= path->check || path->probe.demanded ||
				 path->probe.now != PROBE_IDLE;
	}
	asked &= !scsi_lu_has_path_locked(lu);
	spin_unlock_irq(&lu->lock);
	return asked;
}

/* Who has set a plain device running may use it at once. */
static void wait_for_answers(struct scsi_lu *lu)
{
	unsigned long until = scsi_path_check_timeout();

	while (is_being_asked(lu) && time_before(jiffies, until))
		msleep(20);
	/* Which unblocks it, if a path has come back. */
	flush_work(&lu->work);
}

/**
 * scsi_lu_bring_back - the administrator wants a device to run
 * @sdev: any SCSI device
 *
 * As a plain device that error handling has set offline: the paths of a logical unit were
 * set so. They are probed, and it is waited for that, for a while.
 *
 * Context: process, no lock that is held over I/O; takes scsi_multipath_list_mutex and the
 * state_mutex of its paths.
 */
void scsi_lu_bring_back(struct scsi_device *sdev)
{
	struct scsi_path *path;
	struct scsi_lu *lu;

	if (!scsi_device_is_lu(sdev))
		return;
	lu = sdev->hostdata;
	mutex_lock(&scsi_multipath_list_mutex);
	list_for_each_entry(path, &lu->paths, node)
		scsi_path_bring_online(path);
	spin_lock_irq(&lu->lock);
	/* Some were not asked while it was offline. */
	list_for_each_entry(path, &lu->paths, node) {
		if (path->state == PATH_FAILED || path->state == PATH_PENDING)
			scsi_path_probe_now(path);
	}
	lu->no_path_since = jiffies;
	scsi_lu_rearm_no_path_locked(lu);
	spin_unlock_irq(&lu->lock);
	mutex_unlock(&scsi_multipath_list_mutex);
	wait_for_answers(lu);
}

/* As a plain device that is lost: what waits fails, and it does not come back by itself. */
static bool give_up(struct scsi_device *sdev)
{
	struct scsi_lu *lu = sdev->hostdata;
	bool given_up = false;

	mutex_lock(&sdev->state_mutex);
	switch (sdev->sdev_state) {
	case SDEV_TRANSPORT_OFFLINE:
		/* There is no other way. What passes meanwhile finds no path. */
		scsi_device_set_state(sdev, SDEV_RUNNING);
		fallthrough;
	case SDEV_RUNNING:
	case SDEV_BLOCK:
		given_up = !scsi_device_set_state(sdev, SDEV_OFFLINE);
		break;
	default:
		break;
	}
	mutex_unlock(&sdev->state_mutex);
	if (given_up)
		queue_work(scsi_multipath_wq, &lu->work);
	return given_up;
}

/**
 * scsi_lu_store_state - what the administrator wants of a device that is not as he left it
 * @sdev: any SCSI device, neither running nor offline
 * @state: SDEV_RUNNING or SDEV_OFFLINE
 *
 * A logical unit has the state that it has for want of a path. A plain device without its
 * only path runs all the while, and may be told both.
 *
 * Context: process; takes scsi_multipath_list_mutex and the state_mutex of @sdev and of its
 * paths.
 * Return: false if it is not for want of a path.
 */
bool scsi_lu_store_state(struct scsi_device *sdev, enum scsi_device_state state)
{
	enum scsi_device_state old = READ_ONCE(sdev->sdev_state);

	if (!scsi_device_is_lu(sdev) ||
	    (old != SDEV_BLOCK && old != SDEV_TRANSPORT_OFFLINE))
		return false;
	if (state == SDEV_OFFLINE)
		return give_up(sdev);
	scsi_lu_bring_back(sdev);
	return true;
}
