// SPDX-License-Identifier: GPL-2.0
/*
 * Without a usable path: when I/O waits for one, for what and how long, and when it
 * fails. What its device is in meanwhile, see device_state.c.
 */

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/sched/mm.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include "mpath.h"

/* After that, a logical unit that its target does not know over any path is gone. */
#define RESTART_TIME		(30UL * HZ)
/* That I/O waits for what the error handler of a host keeps from being put right. */
#define RECOVERY_PATIENCE	(30UL * HZ)

static int default_no_path_timeout = 30;
module_param_named(no_path_timeout, default_no_path_timeout, int, 0644);
MODULE_PARM_DESC(no_path_timeout,
		 "Seconds that I/O of new logical units waits while no path is usable; 0: not at all, -1: for ever (default 30)");

/* Do target or transport say of every path that it is not there any more? */
static bool is_disconnected_for_good(struct scsi_lu *lu)
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		/* A port that is lost may return until it is removed. */
		if (!path->disconnected || !path->running)
			return false;
	}
	return !list_empty(&lu->paths) || lu->last_was_disconnected;
}

static unsigned long later(unsigned long a, unsigned long b)
{
	return time_after(a, b) ? a : b;
}

static unsigned long sooner(unsigned long a, unsigned long b)
{
	return time_before(a, b) ? a : b;
}

/*
 * A transport that blocks a path has not given it up. How long it waits is its own
 * matter, as it is with a plain device.
 */
static bool waits_for_transport(const struct scsi_path *path)
{
	return READ_ONCE(path->sdev->sdev_state) == SDEV_BLOCK &&
	       path->state != PATH_DISABLED;
}

static bool runs(const struct scsi_path *path)
{
	return path->running && path->state != PATH_DISABLED;
}

static bool waits_for_host(const struct scsi_path *path)
{
	return runs(path) && scsi_host_in_recovery(path->sdev->host);
}

/* It says that its asymmetric access state changes, or has a path looked at for long. */
static bool waits_for_target(const struct scsi_path *path)
{
	return runs(path) && (path->transition_end || path->check);
}

/* The same, and it has not taken longer than it should. */
static bool is_looked_at(const struct scsi_path *path)
{
	return runs(path) &&
	       ((path->transition_end &&
		 time_before(jiffies, path->transition_end)) ||
		(path->check && time_before(jiffies, path->check_end)));
}

static bool has_path_that(struct scsi_lu *lu,
			  bool (*is_so)(const struct scsi_path *path))
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (is_so(path))
			return true;
	}
	return false;
}

/* When has it waited for a path that may still come? Returns false if never. */
static bool has_waited_at(struct scsi_lu *lu, bool may_sleep, unsigned long *when)
{
	unsigned long due = lu->no_path_since + lu->no_path_timeout * HZ;
	bool sleeps = may_sleep && scsi_lu_sleeps(lu, when);

	if (lu->no_path_timeout < 0)
		return sleeps;
	*when = sleeps ? sooner(*when, due) : due;
	return true;
}

/*
 * When is I/O to fail? Returns false if never. Without @may_sleep it is as if the system
 * were awake.
 */
static bool no_path_due(struct scsi_lu *lu, bool may_sleep, unsigned long *when)
{
	struct scsi_path *path;
	bool waits, for_host, ends;
	unsigned long due;

	lockdep_assert_held(&lu->lock);
	waits = has_path_that(lu, waits_for_transport);
	for_host = has_path_that(lu, waits_for_host);
	/* It is from now on that the last path is lost. */
	if ((lu->waits_for_transport && !waits) ||
	    (lu->waits_for_host && !for_host))
		lu->no_path_since = jiffies;
	lu->waits_for_transport = waits;
	lu->waits_for_host = for_host;
	ends = scsi_lu_ends(lu, waits, &due);
	if (!ends && (waits || scsi_lu_waits_for_resume(lu) ||
		      !has_waited_at(lu, may_sleep, &due)))
		return false;
	/* Nothing is lost yet. */
	list_for_each_entry(path, &lu->paths, node) {
		if (path->check || path->pr.barred ||
		    (path->pr.aside && lu->pr.moving))
			due = later(due, path->check_end);
		if (path->transition_end)
			due = later(due, path->transition_end);
	}
	/* Nor is it over, while the error handler of its host works. */
	if (for_host)
		due = later(due, jiffies + RECOVERY_PATIENCE);
	if (!is_disconnected_for_good(lu) || (!ends && lu->no_path_timeout < 0)) {
		lu->disconnected_since = 0;
	} else if (list_empty(&lu->paths)) {
		due = jiffies;
	} else {
		/* A target that restarts has its ports up before its LUNs. */
		if (!lu->disconnected_since)
			lu->disconnected_since = jiffies ?: 1;
		due = sooner(due, lu->disconnected_since + RESTART_TIME);
	}
	*when = due;
	return true;
}

/* It has been broken off as the system was to sleep. */
static void wait_again(struct scsi_lu *lu)
{
	lockdep_assert_held(&lu->lock);
	if (!lu->expired_asleep)
		return;
	lu->expired_asleep = false;
	WRITE_ONCE(lu->expired, false);
	lu->no_path_since = jiffies;
	queue_work(scsi_multipath_wq, &lu->work);
}

/**
 * scsi_lu_arm_no_path - I/O starts to wait for a path, or fails
 * @lu: logical unit without a usable path
 *
 * Context: @lu->lock held.
 */
void scsi_lu_arm_no_path(struct scsi_lu *lu)
{
	unsigned long due;

	/* A plain device would not fail, though the system may not be awake yet. */
	if (has_path_that(lu, is_looked_at))
		wait_again(lu);
	if (no_path_due(lu, true, &due))
		mod_delayed_work(scsi_multipath_wq, &lu->no_path_work,
				 time_after(due, jiffies) ? due - jiffies : 0);
	else
		cancel_delayed_work(&lu->no_path_work);
}

static void no_path_work(struct work_struct *work)
{
	struct scsi_lu *lu = container_of(to_delayed_work(work),
					  struct scsi_lu, no_path_work);
	unsigned int noio = memalloc_noio_save();
	unsigned long due;
	bool ends, asleep;

	mutex_lock(&scsi_multipath_list_mutex);
	spin_lock_irq(&lu->lock);
	if (scsi_lu_has_path_locked(lu) || !no_path_due(lu, true, &due) ||
	    time_after(due, jiffies)) {
		/* Something has changed just now. */
		if (!scsi_lu_has_path_locked(lu))
			scsi_lu_arm_no_path(lu);
		spin_unlock_irq(&lu->lock);
		mutex_unlock(&scsi_multipath_list_mutex);
		goto out;
	}
	asleep = !no_path_due(lu, false, &due) || time_after(due, jiffies);
	if (!lu->expired) {
		sdev_printk(KERN_ERR, lu->sdev,
			    "no usable path for %u s%s, failing I/O%s\n",
			    (unsigned int)((jiffies - lu->no_path_since) / HZ),
			    is_disconnected_for_good(lu) ? ", all are gone" : "",
			    asleep ? " until awake" : "");
		lu->expired_asleep = asleep;
		/* It may have been looked at. */
		lu->wants_rescan |= asleep;
	}
	WRITE_ONCE(lu->expired, true);
	ends = scsi_lu_ends(lu, false, &due);
	spin_unlock_irq(&lu->lock);
	/* Unless it is merely that nobody is to wait for a path. */
	if (list_empty(&lu->paths) && !ends && !asleep)
		scsi_lu_start_removal(lu);
	mutex_unlock(&scsi_multipath_list_mutex);

	scsi_lu_block_or_unblock(lu);
out:
	memalloc_noio_restore(noio);
}

/**
 * scsi_lu_usable_changed - the set of usable paths has been rewritten
 * @lu: logical unit
 * @had_path: there was a path in it before
 *
 * Context: @lu->lock held.
 */
void scsi_lu_usable_changed(struct scsi_lu *lu, bool had_path)
{
	bool has_path = scsi_lu_has_path_locked(lu);
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	if (!has_path)
		scsi_lu_consider_activation(lu);
	if (had_path == has_path)
		return;
	if (has_path) {
		lu->waits_for_transport = false;
		lu->disconnected_since = 0;
		lu->expired_asleep = false;
		WRITE_ONCE(lu->expired, false);
		WRITE_ONCE(lu->usable_since, jiffies);
		cancel_delayed_work(&lu->no_path_work);
	} else {
		lu->no_path_since = jiffies;
		if (lu->announced)
			scsi_lu_arm_no_path(lu);
		/* The least bad one will do. */
		list_for_each_entry(path, &lu->paths, node)
			scsi_path_probe_soon(path);
	}
	queue_work(scsi_multipath_wq, &lu->work);
}

/**
 * scsi_lu_stop_waiting - the system goes to sleep: I/O does not wait for a path meanwhile
 * @lu: logical unit
 *
 * Does nothing if it has one; or if what it waits for is the transport, a host or the target,
 * for which a plain device waits as well.
 *
 * Context: process; takes @lu->lock and the state_mutex of its device.
 */
void scsi_lu_stop_waiting(struct scsi_lu *lu)
{
	spin_lock_irq(&lu->lock);
	if (!scsi_lu_has_path_locked(lu) && !lu->expired &&
	    !has_path_that(lu, waits_for_transport) &&
	    !has_path_that(lu, waits_for_host) &&
	    !has_path_that(lu, waits_for_target)) {
		lu->expired_asleep = true;
		WRITE_ONCE(lu->expired, true);
	}
	spin_unlock_irq(&lu->lock);
	scsi_lu_block_or_unblock(lu);
}

/**
 * scsi_lu_runs_again - the logical unit's device has begun to run, or the system is awake
 * @lu: logical unit
 *
 * Paths that were lost during suspend were not acted upon. What was broken off for that
 * waits again: no_path_timeout begins now.
 *
 * Context: any.
 */
void scsi_lu_runs_again(struct scsi_lu *lu)
{
	unsigned long flags;

	spin_lock_irqsave(&lu->lock, flags);
	wait_again(lu);
	if (lu->announced && !scsi_lu_has_path_locked(lu)) {
		scsi_lu_arm_no_path(lu);
		queue_work(scsi_multipath_wq, &lu->work);
	}
	spin_unlock_irqrestore(&lu->lock, flags);
}

/**
 * scsi_lu_last_path_left - the logical unit has no path at all any more
 * @lu: logical unit
 * @is_disconnected: its transport has given it up; I/O does not wait for it to return
 *
 * Else its device stays for no_path_timeout from now, even if I/O fails already.
 *
 * Context: @lu->lock held.
 */
void scsi_lu_last_path_left(struct scsi_lu *lu, bool is_disconnected)
{
	lockdep_assert_held(&lu->lock);
	lu->last_was_disconnected = is_disconnected;
	lu->no_path_since = jiffies;
	if (lu->announced)
		scsi_lu_arm_no_path(lu);
}

/**
 * scsi_lu_rearm_no_path_locked - how long I/O waits for a path may have changed
 * @lu: logical unit
 *
 * If I/O fails already and there is time left by now, it waits again.
 *
 * Context: @lu->lock held.
 */
void scsi_lu_rearm_no_path_locked(struct scsi_lu *lu)
{
	unsigned long due;

	lockdep_assert_held(&lu->lock);
	if (scsi_lu_has_path_locked(lu))
		return;
	if (lu->expired && !lu->expired_asleep &&
	    (!no_path_due(lu, true, &due) || time_after(due, jiffies))) {
		WRITE_ONCE(lu->expired, false);
		queue_work(scsi_multipath_wq, &lu->work);
	}
	scsi_lu_arm_no_path(lu);
}

/**
 * scsi_lu_rearm_no_path - the same
 * @lu: logical unit
 *
 * Context: process; takes @lu->lock.
 */
void scsi_lu_rearm_no_path(struct scsi_lu *lu)
{
	spin_lock_irq(&lu->lock);
	if (lu->announced)
		scsi_lu_rearm_no_path_locked(lu);
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_lu_set_no_path_timeout - how long I/O waits for a path
 * @lu: logical unit
 * @seconds: seconds, 0: not at all, -1: for ever
 *
 * Counts from the moment the last usable path was lost, also if that is past.
 *
 * Context: process; takes @lu->lock.
 */
void scsi_lu_set_no_path_timeout(struct scsi_lu *lu, int seconds)
{
	spin_lock_irq(&lu->lock);
	WRITE_ONCE(lu->no_path_timeout, seconds);
	scsi_lu_rearm_no_path_locked(lu);
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_lu_no_path_init - a new logical unit, which has no path yet
 * @lu: logical unit
 */
void scsi_lu_no_path_init(struct scsi_lu *lu)
{
	lu->no_path_timeout = clamp(READ_ONCE(default_no_path_timeout), -1,
				    NO_PATH_TIMEOUT_MAX);
	lu->no_path_since = jiffies;
	INIT_DELAYED_WORK(&lu->no_path_work, no_path_work);
}
