// SPDX-License-Identifier: GPL-2.0
/*
 * The end does not wait for paths for long: neither that of the system, whose disks
 * have their caches written back last of all, nor that of an upper-level driver which
 * lets go of one disk, nor sleep. What is blocked when it is to be put to sleep does not
 * wait at all, see scsi_lu_prepare_quiesce().
 *
 * Whatever no_path_timeout is, I/O without a path fails after a while then, as that of
 * a plain disk does whose transport has given it up. What comes to an end by itself is
 * waited for: a target that changes access states, an identity that is being read.
 */

#include <linux/device.h>
#include <linux/freezer.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/reboot.h>
#include <linux/suspend.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>

#include "../scsi_priv.h"
#include "mpath.h"

/* Seconds that I/O waits for a path, at most: as many as without any setting. */
#define END_TIMEOUT		30

/* jiffies when it has begun; 0: it has not. Written once */
static unsigned long system_ends_since;
/* How many have said that the system is about to sleep, and not that it is awake again */
static unsigned int nr_sleeps;
/* jiffies when it was first seen that tasks are being frozen; 0: they are not */
static unsigned long frozen_since;

static unsigned long ends_since(const struct scsi_lu *lu)
{
	return READ_ONCE(system_ends_since) ?: lu->ends_since;
}

/**
 * scsi_multipath_system_ends - is the system shut down, or started anew?
 *
 * Context: any.
 */
bool scsi_multipath_system_ends(void)
{
	return READ_ONCE(system_ends_since);
}

/**
 * scsi_lu_ends - is nobody to wait for a path for long?
 * @lu: logical unit without a usable path
 * @waits: its transport has not given up a path
 * @when: jiffies when I/O is to fail, then
 *
 * The time counts from the loss of the last path. A transport that still waits has it
 * from the beginning of the end, however long it has waited.
 *
 * Context: @lu->lock held.
 */
bool scsi_lu_ends(const struct scsi_lu *lu, bool waits,
		  unsigned long *when)
{
	unsigned long since = ends_since(lu), from = lu->no_path_since;
	int seconds = END_TIMEOUT;

	lockdep_assert_held(&lu->lock);
	if (!since)
		return false;
	if (waits)
		from = time_after(since, from) ? since : from;
	else if (lu->no_path_timeout >= 0)
		seconds = min(seconds, lu->no_path_timeout);
	*when = from + seconds * HZ;
	return true;
}

#ifdef CONFIG_FREEZER
static bool tasks_are_frozen(void)
{
	return static_branch_unlikely(&freezer_active);
}
#else
static bool tasks_are_frozen(void)
{
	return false;
}
#endif

/**
 * scsi_lu_sleeps - will nobody be there who might bring a path back?
 * @lu: logical unit without a usable path
 * @when: jiffies when I/O is to fail, then, at the latest, or when to ask again
 *
 * User space is being frozen. Who waits for I/O cannot be, and keeps the system from
 * sleeping: it has given up by then, and nothing has failed. Before, it may be long that
 * what has been written is synced, or that user space is about to write an image.
 *
 * Context: @lu->lock held.
 */
bool scsi_lu_sleeps(const struct scsi_lu *lu, unsigned long *when)
{
	unsigned long from = lu->no_path_since, since;

	lockdep_assert_held(&lu->lock);
	if (!READ_ONCE(nr_sleeps))
		return false;
	if (!tasks_are_frozen()) {
		WRITE_ONCE(frozen_since, 0);
		*when = jiffies + HZ;
		return true;
	}
	since = READ_ONCE(frozen_since);
	if (!since) {
		since = jiffies ?: 1;
		WRITE_ONCE(frozen_since, since);
	}
	if (time_after(since, from))
		from = since;
	*when = from + END_TIMEOUT * HZ;
	return true;
}

static int system_ends(struct notifier_block *nb, unsigned long action,
		       void *data)
{
	struct scsi_lu *lu;

	WRITE_ONCE(system_ends_since, jiffies ?: 1);
	mutex_lock(&scsi_multipath_list_mutex);
	list_for_each_entry(lu, &scsi_multipath_list, node)
		scsi_lu_rearm_no_path(lu);
	mutex_unlock(&scsi_multipath_list_mutex);
	return NOTIFY_DONE;
}

/* Others write to their disks when they hear of it: md does. */
static struct notifier_block reboot_notifier = {
	.notifier_call	= system_ends,
	.priority	= INT_MAX,
};

/*
 * Who looks at a disk has its device locked, and what puts that to sleep waits for the lock
 * before it can tell us. What is broken off is made up for when there is a path.
 */
static void stop_looking(struct scsi_lu *lu)
{
	if (!mutex_is_locked(&lu->sdev->sdev_gendev.mutex))
		return;
	scsi_lu_stop_waiting(lu);
	if (READ_ONCE(lu->expired_asleep))
		scsi_lu_rescan_when_usable(lu);
}

static void count_anew(struct scsi_lu *lu)
{
	spin_lock_irq(&lu->lock);
	if (!scsi_lu_has_path_locked(lu))
		scsi_lu_arm_no_path(lu);
	spin_unlock_irq(&lu->lock);
}

static void sleep_begins(void)
{
	struct scsi_lu *lu;

	mutex_lock(&scsi_multipath_list_mutex);
	WRITE_ONCE(nr_sleeps, nr_sleeps + 1);
	list_for_each_entry(lu, &scsi_multipath_list, node) {
		stop_looking(lu);
		count_anew(lu);
	}
	mutex_unlock(&scsi_multipath_list_mutex);
}

static void sleep_ends(void)
{
	struct scsi_lu *lu;

	mutex_lock(&scsi_multipath_list_mutex);
	WRITE_ONCE(nr_sleeps, nr_sleeps - 1);
	/* Not all of their devices have been put to sleep. */
	list_for_each_entry(lu, &scsi_multipath_list, node)
		scsi_lu_runs_again(lu);
	mutex_unlock(&scsi_multipath_list_mutex);
}

static int system_sleeps(struct notifier_block *nb, unsigned long action,
			 void *data)
{
	switch (action) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		sleep_begins();
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		sleep_ends();
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block sleep_notifier = {
	.notifier_call	= system_sleeps,
};

static int driver_ends(struct notifier_block *nb, unsigned long action,
		       void *data)
{
	struct device *dev = data;
	struct scsi_lu *lu;

	if ((action != BUS_NOTIFY_UNBIND_DRIVER &&
	     action != BUS_NOTIFY_UNBOUND_DRIVER) ||
	    !scsi_is_sdev_device(dev) ||
	    !scsi_device_is_lu(to_scsi_device(dev)))
		return NOTIFY_DONE;
	lu = to_scsi_device(dev)->hostdata;
	spin_lock_irq(&lu->lock);
	if (action == BUS_NOTIFY_UNBIND_DRIVER)
		lu->ends_since = jiffies ?: 1;
	else
		lu->ends_since = 0;
	spin_unlock_irq(&lu->lock);
	scsi_lu_rearm_no_path(lu);
	return NOTIFY_DONE;
}

static struct notifier_block driver_notifier = {
	.notifier_call	= driver_ends,
};

/**
 * scsi_multipath_shutdown_init - have the end announced
 *
 * Context: process.
 * Return: 0 or an errno.
 */
int scsi_multipath_shutdown_init(void)
{
	int error = bus_register_notifier(&scsi_bus_type, &driver_notifier);

	if (error)
		return error;
	error = register_reboot_notifier(&reboot_notifier);
	if (error)
		goto unregister_driver;
	error = register_pm_notifier(&sleep_notifier);
	if (error)
		goto unregister_reboot;
	return 0;

unregister_reboot:
	unregister_reboot_notifier(&reboot_notifier);
unregister_driver:
	bus_unregister_notifier(&scsi_bus_type, &driver_notifier);
	return error;
}

/**
 * scsi_multipath_shutdown_exit - the mid-layer goes, nothing waits any more
 *
 * Context: process.
 */
void scsi_multipath_shutdown_exit(void)
{
	unregister_pm_notifier(&sleep_notifier);
	unregister_reboot_notifier(&reboot_notifier);
	bus_unregister_notifier(&scsi_bus_type, &driver_notifier);
}
