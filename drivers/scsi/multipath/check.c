// SPDX-License-Identifier: GPL-2.0
/*
 * The check of a path that has come back, or may lead elsewhere by now: it carries no
 * I/O until its identity has been read.
 */

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/wait.h>
#include <scsi/scsi_device.h>

#include "mpath.h"

/* That I/O waits while the identity of the last usable path is being read. */
#define CHECK_TIMEOUT		(30UL * HZ)

/* That the writer waits for the same who has said that a path is good. */
#define ANSWER_TIMEOUT		(12UL * HZ)

/* Those who wait for an identity to have been read. */
static DECLARE_WAIT_QUEUE_HEAD(check_wait);

/**
 * scsi_path_stop_check - nobody waits for the identity of a path any more
 * @path: path
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_stop_check(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	WRITE_ONCE(path->check, CHECK_NONE);
	wake_up_all(&check_wait);
}

/**
 * scsi_path_suspend_check - the device of a path does not run any more
 * @path: path
 *
 * Who waits for its identity would wait for its return, or keep it from being removed.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_suspend_check(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	if (path->check)
		wake_up_all(&check_wait);
}

/**
 * scsi_path_end_check - a path is what it was
 * @path: path
 *
 * Nobody needs to hear of it who has not heard of its loss. What is answered with the
 * same report over and over has its time all the same: that for which it waited for the
 * check counts.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_end_check(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	unsigned long usable_since = lu->usable_since;
	bool in_use = path->check == CHECK_IN_USE;

	lockdep_assert_held(&lu->lock);
	scsi_path_stop_check(path);
	scsi_lu_refresh_locked(lu);
	if (in_use)
		WRITE_ONCE(lu->usable_since, usable_since);
	else
		scsi_path_tell(path);
	if (!path->told.stopped || !path->running)
		return;
	path->told.stopped = false;
	scsi_path_log(path, scsi_path_state_name(path), "unblocked");
	scsi_path_tell(path);
}

/**
 * scsi_path_start_check - a path carries no I/O until its identity has been read
 * @path: path whose state is one that carries I/O, and whose device runs
 * @check: CHECK_RETURN or CHECK_IN_USE
 *
 * Neither its state nor what user space knows of it changes: if the path is what it
 * was, nothing has happened.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_start_check(struct scsi_path *path, enum scsi_path_check check)
{
	struct scsi_lu *lu = path->lu;

	lockdep_assert_held(&lu->lock);
	scsi_path_overtake_probe(path);
	path->check_since = jiffies;
	path->check_end = jiffies + CHECK_TIMEOUT;
	WRITE_ONCE(path->check, check);
	scsi_lu_refresh_locked(lu);
	if (lu->announced && !scsi_lu_has_path_locked(lu))
		scsi_lu_arm_no_path(lu);
	scsi_path_probe_now(path);
}

/**
 * scsi_path_put_off_check - a path is not asked yet
 * @path: path
 *
 * The time that its answer may take begins when it is.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_put_off_check(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	path->check_since = jiffies;
	path->check_end = jiffies + CHECK_TIMEOUT;
}

/**
 * scsi_path_check_identity - a path may lead to another logical unit by now
 * @path: path
 *
 * Takes the path out of use until its identity has been read: one command, for
 * which I/O waits if there is no other path. If it is unchanged nobody is told of
 * anything, and no failure is counted. If it is not the path is disabled, and its
 * device found anew. What is out of use anyway is not asked: it does not come back
 * without that.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_check_identity(struct scsi_path *path)
{
	unsigned long since;

	lockdep_assert_held(&path->lu->lock);
	/* While the logical unit is scanned, it has been read a moment ago. */
	if (!path->lu->announced || !path->running ||
	    !scsi_path_state_carries_io(path->state))
		return;
	/* What is told meanwhile is no reason to wait for longer. */
	since = path->check ? path->check_since : jiffies;
	scsi_path_start_check(path, path->check ?: CHECK_IN_USE);
	path->check_since = since;
}

static bool has_check(struct scsi_lu *lu)
{
	struct scsi_path *path;
	bool found = false;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node)
		found |= path->check && path->running;
	spin_unlock_irq(&lu->lock);
	return found;
}

/**
 * scsi_lu_wait_for_checks - wait until it is known whose its paths are
 * @lu: logical unit
 *
 * No longer than I/O does.
 *
 * Context: process; no lock that is held over I/O.
 */
void scsi_lu_wait_for_checks(struct scsi_lu *lu)
{
	wait_event_timeout(check_wait, !has_check(lu), CHECK_TIMEOUT);
}

/**
 * scsi_path_check_timeout - until when the writer of state 1 waits
 *
 * Return: what scsi_path_wait_for_check() takes.
 */
unsigned long scsi_path_check_timeout(void)
{
	return jiffies + ANSWER_TIMEOUT;
}

/* A device that does not run is not asked before it does. */
static bool is_checked(const struct scsi_path *path)
{
	return !READ_ONCE(path->check) || !scsi_path_device_runs(path);
}

/**
 * scsi_path_wait_for_check - wait until a path is reinstated, or known not to be
 * @sdev: device of a path that was to come back, with a reference of the caller's
 * @until: jiffies when that has taken long enough, of scsi_path_check_timeout()
 *
 * Returns when it is back, or found not to be. A target that does not answer has its
 * host recover, however long that takes: then the path has failed before that has ended,
 * and comes back like any other if it is answered after all. A drive that does something
 * else is asked afterwards: that is not waited for any longer.
 *
 * Context: process; no lock that is held over I/O.
 */
void scsi_path_wait_for_check(struct scsi_device *sdev, unsigned long until)
{
	struct scsi_path *path = sdev->path;
	struct scsi_lu *lu = path->lu;
	long left = max((long)(until - jiffies), 0L);

	wait_event_timeout(check_wait, is_checked(path), left);
	spin_lock_irq(&lu->lock);
	if (!is_checked(path) && !scsi_lu_is_best_left_alone(lu))
		scsi_path_set_state_locked(path, PATH_FAILED, LOSS_FAILED,
					   "does not tell its identity");
	spin_unlock_irq(&lu->lock);
}
