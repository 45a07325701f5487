// SPDX-License-Identifier: GPL-2.0
/*
 * Power management: a logical unit sleeps before its paths and their hosts do,
 * and wakes up after them.
 *
 * The driver core suspends devices in parallel and shuts them down one by one;
 * in both it knows of parents and of device links only, and a logical unit is no
 * child of the hosts that its last command goes over. So the virtual host is
 * linked to each host that has paths. The devices of paths have no power
 * management of their own: for system sleep they stop after their logical unit's
 * device and run before it, and at run time they keep no host awake.
 */

#include <linux/delay.h>
#include <linux/device.h>
#include <linux/pm_runtime.h>
#include <linux/workqueue.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>

#include "../scsi_priv.h"
#include "mpath.h"

static void link_host(struct Scsi_Host *shost)
{
	/* Both are awake then, until the virtual host sleeps. */
	bool awake = !scsi_autopm_get_host(scsi_multipath_host);

	if (!device_link_add(&scsi_multipath_host->shost_gendev,
			     &shost->shost_gendev,
			     DL_FLAG_STATELESS | DL_FLAG_PM_RUNTIME |
			     DL_FLAG_RPM_ACTIVE))
		shost_printk(KERN_WARNING, shost,
			     "may be suspended before its logical units\n");
	shost->had_paths = true;
	if (awake)
		scsi_autopm_put_host(scsi_multipath_host);
}

static void unlink_host(struct Scsi_Host *shost)
{
	device_link_remove(&scsi_multipath_host->shost_gendev,
			   &shost->shost_gendev);
}

/**
 * scsi_path_power_add - a device has become a path
 * @sdev: device that is not visible yet
 *
 * Context: process, scan_mutex of the device's host held.
 */
void scsi_path_power_add(struct scsi_device *sdev)
{
	lockdep_assert_held(&sdev->host->scan_mutex);
	device_set_pm_not_required(&sdev->sdev_gendev);
	/* An asynchronous parent is suspended with its children all the same. */
	device_disable_async_suspend(&sdev->sdev_gendev);
	sdev->rpm_autosuspend = 1;
	if (!sdev->host->nr_paths++)
		link_host(sdev->host);
}

/**
 * scsi_path_power_remove - a path is being removed
 * @sdev: its device
 *
 * Context: process, scan_mutex of the device's host held.
 */
void scsi_path_power_remove(struct scsi_device *sdev)
{
	lockdep_assert_held(&sdev->host->scan_mutex);
	if (!--sdev->host->nr_paths)
		unlink_host(sdev->host);
}

/**
 * scsi_path_power_visible - a path's device is among its siblings
 * @sdev: its device
 * @visible: false: it is about to leave them
 *
 * What puts its host to sleep and wakes it may be what the write-back of memory waits for,
 * and allocates without I/O, as device_add_disk() has it for what a disk is a child of. That
 * of a logical unit is a child of the virtual host.
 *
 * Context: process, scan_mutex of the device's host held.
 */
void scsi_path_power_visible(struct scsi_device *sdev, bool visible)
{
	pm_runtime_set_memalloc_noio(&sdev->sdev_gendev, visible);
}

/**
 * scsi_path_host_removed - all devices of a host are gone
 * @shost: host that is being removed
 *
 * A link that is removed holds its devices for a while. What the last reference to
 * the host calls may be in a module that is about to be unloaded.
 *
 * Context: process, no lock held.
 */
void scsi_path_host_removed(struct Scsi_Host *shost)
{
	scsi_path_forget_host(shost);
	scsi_policy_qd_remove_host(shost);
	if (shost->had_paths)
		device_link_wait_removal();
}

/*
 * A path that is not @asleep yet, with a reference to its device; now it counts as
 * such. One that is being removed does neither.
 */
static struct scsi_path *next_to_be(bool asleep, struct scsi_lu *lu)
{
	struct scsi_path *path, *found = NULL;

	mutex_lock(&scsi_multipath_list_mutex);
	list_for_each_entry(path, &lu->paths, node) {
		if (path->asleep != asleep && !scsi_device_get(path->sdev)) {
			path->asleep = asleep;
			found = path;
			break;
		}
	}
	mutex_unlock(&scsi_multipath_list_mutex);
	return found;
}

/*
 * What is sent over several paths stops before the first of them does. The line of a path
 * looks at @asleep: it asks others.
 */
static void stop_work(struct scsi_lu *lu)
{
	if (lu->pr.asleep)
		return;
	disable_delayed_work_sync(&lu->pr.work);
	disable_work_sync(&lu->door.work);
	disable_work_sync(&lu->door.late_work);
	mutex_lock(&lu->pr.changing);
	WRITE_ONCE(lu->pr.asleep, true);
	mutex_unlock(&lu->pr.changing);
}

static void start_work(struct scsi_lu *lu)
{
	if (!lu->pr.asleep)
		return;
	mutex_lock(&lu->pr.changing);
	WRITE_ONCE(lu->pr.asleep, false);
	mutex_unlock(&lu->pr.changing);
	enable_delayed_work(&lu->pr.work);
	enable_work(&lu->door.work);
	enable_work(&lu->door.late_work);
	spin_lock_irq(&lu->lock);
	/* What was to be done meanwhile was not queued. */
	scsi_lu_look_after_door(lu);
	scsi_lu_pr_look_after(lu);
	if (!list_empty(&lu->pr.queue))
		queue_delayed_work(scsi_multipath_probe_wq, &lu->pr.work, 0);
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_lu_prepare_quiesce - the system goes to sleep, and a device is about to be quiesced
 * @dev: that of any scsi_device
 *
 * What is blocked cannot be. A plain device whose identity nobody reads, or whose only path
 * has failed, is not blocked, and no reason not to sleep.
 *
 * Context: process.
 * Return: true if it was blocked, and is not any more.
 */
bool scsi_lu_prepare_quiesce(struct device *dev)
{
	struct scsi_device *sdev = to_scsi_device(dev);
	struct scsi_lu *lu;

	if (!scsi_device_is_lu(sdev) || READ_ONCE(sdev->sdev_state) != SDEV_BLOCK)
		return false;
	lu = sdev->hostdata;
	scsi_lu_wait_for_checks(lu);
	/* Which unblocks it, if one has come back. */
	flush_work(&lu->work);
	scsi_lu_stop_waiting(lu);
	return READ_ONCE(sdev->sdev_state) != SDEV_BLOCK;
}

/*
 * Nothing is asked over a path any more. What has been, is waited for, unless its transport
 * blocks it, for as long as that wants: then it goes on when that has it run, which is not
 * before its host is awake.
 */
static void stop_asking(struct scsi_path *path, struct delayed_work *question)
{
	disable_delayed_work(question);
	while (!scsi_device_blocked(path->sdev) && work_busy(&question->work))
		msleep(20);
	if (!scsi_device_blocked(path->sdev))
		cancel_delayed_work_sync(question);
}

/**
 * scsi_lu_quiesce_paths - the system goes to sleep, and a device is ready for it
 * @dev: that of any scsi_device, in SDEV_QUIESCE
 *
 * Nobody may send to the hosts of a logical unit's paths from now on. A path that
 * is not running has nothing to stop, and is no reason not to sleep.
 *
 * Context: process.
 */
void scsi_lu_quiesce_paths(struct device *dev)
{
	struct scsi_device *sdev = to_scsi_device(dev);
	struct scsi_path *path;

	if (!scsi_device_is_lu(sdev))
		return;
	stop_work(sdev->hostdata);
	while ((path = next_to_be(true, sdev->hostdata))) {
		/* They would wait for their queue, and not let go of the CPU. */
		stop_asking(path, &path->drain);
		stop_asking(path, &path->probe.work);
		if (READ_ONCE(path->sdev->sdev_state) == SDEV_RUNNING)
			scsi_device_quiesce(path->sdev);
		scsi_device_put(path->sdev);
	}
}

/**
 * scsi_lu_resume_paths - the system wakes up, and a device is about to
 * @dev: that of any scsi_device
 *
 * Context: process.
 */
void scsi_lu_resume_paths(struct device *dev)
{
	struct scsi_device *sdev = to_scsi_device(dev);
	struct scsi_path *path;

	if (!scsi_device_is_lu(sdev))
		return;
	while ((path = next_to_be(false, sdev->hostdata))) {
		enable_delayed_work(&path->drain);
		enable_delayed_work(&path->probe.work);
		scsi_device_resume(path->sdev);
		spin_lock_irq(&path->lu->lock);
		scsi_path_resume_drain(path);
		scsi_path_probe_soon(path);
		spin_unlock_irq(&path->lu->lock);
		scsi_device_put(path->sdev);
	}
	start_work(sdev->hostdata);
}

/**
 * scsi_lu_is_suspended - does the logical unit sleep, or is about to?
 * @lu: logical unit
 *
 * Its paths stop after it and run before it.
 *
 * Context: any.
 */
bool scsi_lu_is_suspended(const struct scsi_lu *lu)
{
	return lu->sdev && READ_ONCE(lu->sdev->sdev_state) == SDEV_QUIESCE;
}

/**
 * scsi_lu_waits_for_resume - do paths sleep with their logical unit?
 * @lu: logical unit
 *
 * Those are not lost.
 *
 * Context: @lu->lock held.
 */
bool scsi_lu_waits_for_resume(struct scsi_lu *lu)
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	if (!scsi_lu_is_suspended(lu))
		return false;
	list_for_each_entry(path, &lu->paths, node) {
		if (READ_ONCE(path->sdev->sdev_state) == SDEV_QUIESCE)
			return true;
	}
	return false;
}
