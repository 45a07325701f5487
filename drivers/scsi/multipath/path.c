// SPDX-License-Identifier: GPL-2.0
/*
 * The state of a path.
 *
 * Every change of state goes through change_state(). It runs under the lock of
 * the logical unit, has the group in use chosen anew, logs one line, leaves one
 * event for user space, and starts or ends the waiting of I/O.
 */

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/wait.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>

#include "mpath.h"
#include "trace.h"

/* Failures in a row of a kind that may pass, until a path counts as dead. */
#define STRIKES_TO_FAIL	5
/* Time without trouble after which earlier trouble is forgotten. */
#define HELD_AT_LEAST		(10UL * HZ)
/* That I/O waits while the identity of the last usable path is being read. */
#define CHECK_TIMEOUT		(30UL * HZ)

/* That the writer waits for the same who has said that a path is good. */
#define ANSWER_TIMEOUT		(12UL * HZ)

/* Those who wait for an identity to have been read. */
static DECLARE_WAIT_QUEUE_HEAD(check_wait);

/**
 * scsi_path_state_name - the state of a path in words
 * @path: path
 *
 * Context: any. A snapshot.
 */
const char *scsi_path_state_name(const struct scsi_path *path)
{
	switch (READ_ONCE(path->state)) {
	case PATH_GOOD:
		return "good";
	case PATH_PROBATION:
		return "probation";
	case PATH_PENDING:
		return "pending";
	case PATH_FAILED:
		return "failed";
	case PATH_DISABLED:
		return "disabled";
	}
	return "?";
}

static bool state_carries_io(enum scsi_path_state state)
{
	return state == PATH_GOOD || state == PATH_PROBATION;
}

static void count_failure(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	WRITE_ONCE(path->failures, path->failures + 1);
}

/**
 * scsi_path_is_usable - does this path carry I/O, if its group is the best?
 * @path: path
 *
 * Context: any; a snapshot unless the logical unit's lock is held.
 */
bool scsi_path_is_usable(const struct scsi_path *path)
{
	return READ_ONCE(path->running) && !READ_ONCE(path->checking) &&
	       !READ_ONCE(path->pr.barred) &&
	       READ_ONCE(path->access) != ACCESS_NONE &&
	       state_carries_io(READ_ONCE(path->state));
}

/**
 * scsi_lu_nr_usable - how many paths could carry I/O
 * @lu: logical unit
 *
 * Context: @lu->lock held.
 */
unsigned int scsi_lu_nr_usable(struct scsi_lu *lu)
{
	struct scsi_path *path;
	unsigned int nr = 0;

	list_for_each_entry(path, &lu->paths, node)
		nr += scsi_path_is_usable(path);
	return nr;
}

/* Of a host that is being removed all devices are, one after the other. */
static bool host_is_being_removed(const struct Scsi_Host *shost)
{
	switch (READ_ONCE(shost->shost_state)) {
	case SHOST_CANCEL:
	case SHOST_CANCEL_RECOVERY:
	case SHOST_DEL:
	case SHOST_DEL_RECOVERY:
		return true;
	default:
		return false;
	}
}

/**
 * scsi_path_is_being_removed - will its device be gone soon?
 * @path: path
 *
 * Context: any. A snapshot.
 */
bool scsi_path_is_being_removed(const struct scsi_path *path)
{
	enum scsi_device_state state = READ_ONCE(path->sdev->sdev_state);

	return state == SDEV_CANCEL || state == SDEV_DEL ||
	       host_is_being_removed(path->sdev->host);
}

/**
 * scsi_path_device_runs - does the device of a path take commands, and stay?
 * @path: path
 *
 * Context: any. A snapshot.
 */
bool scsi_path_device_runs(const struct scsi_path *path)
{
	return READ_ONCE(path->sdev->sdev_state) == SDEV_RUNNING &&
	       !host_is_being_removed(path->sdev->host);
}

static bool is_the_last_usable(const struct scsi_path *path)
{
	return scsi_path_is_usable(path) &&
	       scsi_lu_nr_usable(path->lu) == 1;
}

static void log_state(struct scsi_path *path, const char *what, const char *why)
{
	struct scsi_lu *lu = path->lu;

	sdev_printk(KERN_NOTICE, lu->sdev ?: path->sdev,
		    "path %s %s (%s), %u of %u usable\n",
		    dev_name(&path->sdev->sdev_gendev), what, why,
		    scsi_lu_nr_usable(lu), lu->nr_paths);
}

/**
 * scsi_path_tell - there may be something that user space has not been told
 * @path: path
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_tell(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	path->changed = true;
	queue_work(scsi_multipath_wq, &path->lu->work);
}

/**
 * scsi_path_usable_changed - something else than its state has changed a path
 * @path: path whose usability or rank is another one now
 * @what: what it is now, for the log
 * @why: for the log
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_usable_changed(struct scsi_path *path, const char *what,
			      const char *why)
{
	scsi_lu_refresh_locked(path->lu);
	log_state(path, what, why);
	scsi_path_tell(path);
}

/*
 * A path that fails again soon after it was good is tested later and later: what
 * flaps is used less and less.
 */
static bool has_held(const struct scsi_path *path)
{
	return time_after(jiffies, path->good_since +
				   max(2 * path->probe_delay, HELD_AT_LEAST));
}

/**
 * scsi_path_stop_check - nobody waits for the identity of a path any more
 * @path: path
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_stop_check(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	WRITE_ONCE(path->checking, false);
	wake_up_all(&check_wait);
}

static void change_state(struct scsi_path *path, enum scsi_path_state state,
			 const char *why)
{
	enum scsi_path_state old = path->state;
	struct scsi_lu *lu = path->lu;

	lockdep_assert_held(&lu->lock);
	if (state == old)
		return;

	WRITE_ONCE(path->state, state);
	if (state != PATH_PENDING) {
		path->passive = false;
		path->transition_end = 0;
	}
	if (state_carries_io(state)) {
		path->disconnected = false;
		path->disconnected_since = 0;
	} else {
		/* It does not come back without that. */
		if (path->checking)
			scsi_path_stop_check(path);
		path->loss = CONDITION_FAILED;
	}
	if (state == PATH_GOOD) {
		path->strikes = 0;
		path->good_since = jiffies;
	}
	if (old == PATH_GOOD && has_held(path))
		path->probe_delay = SCSI_PATH_PROBE_DELAY;
	WRITE_ONCE(path->suspect, path->strikes || state != PATH_GOOD);
	trace_scsi_path_state(path, old, state, why);

	if (state_carries_io(state) != state_carries_io(old)) {
		if (state_carries_io(state))
			WRITE_ONCE(path->reinstated_at, jiffies);
		scsi_lu_refresh_locked(lu);
		path->told_stopped = false;
		scsi_path_tell(path);
	} else if (!state_carries_io(state)) {
		scsi_path_tell(path);
	}
	/* From probation to good is what everyone expects. */
	if (old != PATH_PROBATION || state != PATH_GOOD)
		log_state(path, scsi_path_state_name(path), why);
	if (state == PATH_PENDING || state == PATH_FAILED)
		scsi_path_probe_schedule(path);
	if (!state_carries_io(state))
		scsi_lu_look_after_key(lu);
}

static void strike(struct scsi_path *path, const char *why)
{
	count_failure(path);
	if (path->strikes < STRIKES_TO_FAIL)
		path->strikes++;
	WRITE_ONCE(path->suspect, true);
	if (state_carries_io(path->state) && !is_the_last_usable(path) &&
	    (path->strikes >= STRIKES_TO_FAIL ||
	     path->state == PATH_PROBATION))
		change_state(path, PATH_FAILED, why);
}

/**
 * scsi_path_set_state - change the state of a path
 * @path: path
 * @state: new state
 * @why: for the log
 *
 * Does nothing to a path that the administrator has disabled.
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_set_state(struct scsi_path *path, enum scsi_path_state state,
			 const char *why)
{
	unsigned long flags;

	spin_lock_irqsave(&path->lu->lock, flags);
	if (path->state != PATH_DISABLED)
		change_state(path, state, why);
	spin_unlock_irqrestore(&path->lu->lock, flags);
}

/*
 * It is what it was, and nobody needs to hear of it who has not heard of its loss. What
 * is answered with the same report over and over has its time all the same: that for
 * which it waited for the check counts.
 */
static void end_check(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	unsigned long usable_since = lu->usable_since;

	lockdep_assert_held(&lu->lock);
	scsi_path_stop_check(path);
	scsi_lu_refresh_locked(lu);
	if (path->checked_in_use)
		WRITE_ONCE(lu->usable_since, usable_since);
	else
		scsi_path_tell(path);
	if (!path->told_stopped || !path->running)
		return;
	path->told_stopped = false;
	log_state(path, scsi_path_state_name(path), "unblocked");
	scsi_path_tell(path);
}

/**
 * scsi_path_reinstate - a probe found that a path is back, and whose it is
 * @path: path
 *
 * Does nothing if the path is not out of rotation any more, or is disabled, or if
 * it has come back once more meanwhile.
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_reinstate(struct scsi_path *path)
{
	unsigned long flags;

	spin_lock_irqsave(&path->lu->lock, flags);
	if (path->missed)
		goto unlock;
	scsi_path_note_all_reported(path);
	/* After the loss of its nexus it prevents nothing any more. */
	if (path->lu->door.prevented)
		path->prevents_removal = false;
	if (path->checking)
		end_check(path);
	if (path->state == PATH_PENDING &&
	    (path->passive || path->transition_end))
		/* It has not failed: the target had another one serve. */
		change_state(path, PATH_GOOD, "active again");
	else if (path->state == PATH_FAILED || path->state == PATH_PENDING)
		change_state(path, PATH_PROBATION, "answers again");
unlock:
	spin_unlock_irqrestore(&path->lu->lock, flags);
}

/**
 * scsi_path_set_pending_locked - the target lets a path carry no I/O now
 * @path: path
 * @why: for the log
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_set_pending_locked(struct scsi_path *path, const char *why)
{
	lockdep_assert_held(&path->lu->lock);
	count_failure(path);
	if (state_carries_io(path->state) || path->state == PATH_FAILED)
		change_state(path, PATH_PENDING, why);
	if (path->state == PATH_PENDING) {
		path->loss = CONDITION_ACCESS;
		scsi_path_tell(path);
	}
}

/**
 * scsi_path_take_out - an attempt failed, the path is out of rotation
 * @path: path
 * @state: PATH_PENDING or PATH_FAILED; a dead path stays dead
 * @why: for the log
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_take_out(struct scsi_path *path,
			enum scsi_path_state state, const char *why)
{
	unsigned long flags;

	spin_lock_irqsave(&path->lu->lock, flags);
	count_failure(path);
	if (path->state != PATH_DISABLED && path->state != PATH_FAILED) {
		change_state(path, state, why);
		/* Its transport is about to say so. */
		if (state == PATH_PENDING)
			path->loss = CONDITION_STOPPED;
	}
	spin_unlock_irqrestore(&path->lu->lock, flags);
}

/**
 * scsi_path_note_timeout - an attempt got no answer in all of its time
 * @path: path
 * @why: for the log
 *
 * The last usable path stays: as on a device without other paths the command is
 * tried once more over it.
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_note_timeout(struct scsi_path *path, const char *why)
{
	unsigned long flags;

	spin_lock_irqsave(&path->lu->lock, flags);
	if (is_the_last_usable(path)) {
		strike(path, why);
	} else {
		count_failure(path);
		if (path->state != PATH_DISABLED)
			change_state(path, PATH_FAILED, why);
	}
	spin_unlock_irqrestore(&path->lu->lock, flags);
}

/**
 * scsi_path_set_disconnected - the target does not know the logical unit over this path
 * @path: path
 * @why: for the log
 *
 * If it says so of all paths, I/O does not wait for one.
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_set_disconnected(struct scsi_path *path, const char *why)
{
	struct scsi_lu *lu = path->lu;
	unsigned long flags;

	spin_lock_irqsave(&lu->lock, flags);
	count_failure(path);
	path->disconnected = true;
	if (!path->disconnected_since)
		path->disconnected_since = jiffies ?: 1;
	if (path->state != PATH_DISABLED)
		change_state(path, PATH_FAILED, why);
	if (!scsi_lu_has_path_locked(lu) && lu->announced)
		scsi_lu_arm_no_path(lu);
	spin_unlock_irqrestore(&lu->lock, flags);
}

/**
 * scsi_path_strike - an attempt failed in a way that may pass
 * @path: path
 * @why: for the log
 *
 * The last usable path stays: no other is any better.
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_strike(struct scsi_path *path, const char *why)
{
	unsigned long flags;

	spin_lock_irqsave(&path->lu->lock, flags);
	strike(path, why);
	spin_unlock_irqrestore(&path->lu->lock, flags);
}

/**
 * scsi_lu_blame - a path has carried out what others said they could not
 * @lu: logical unit
 * @slots: a bit for the slot of each of the others
 *
 * Context: any; takes @lu->lock.
 */
void scsi_lu_blame(struct scsi_lu *lu, unsigned long slots)
{
	struct scsi_path *path;
	unsigned long flags;

	spin_lock_irqsave(&lu->lock, flags);
	list_for_each_entry(path, &lu->paths, node) {
		if (slots & BIT(path->slot))
			strike(path, "another path does what it does not");
	}
	spin_unlock_irqrestore(&lu->lock, flags);
}

/**
 * scsi_path_take_slot - number a path that is about to join
 * @path: path
 *
 * A command remembers by these where it has been. With more paths than there are
 * slots some share one, and a command is tried on one of those.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_take_slot(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	unsigned long taken = 0;
	struct scsi_path *other;

	lockdep_assert_held(&lu->lock);
	list_for_each_entry(other, &lu->paths, node)
		taken |= BIT(other->slot);
	path->slot = min_t(unsigned int, ffz(taken | BIT(BITS_PER_LONG - 1)),
			   SCSI_PATH_SLOTS - 1);
}

/**
 * scsi_path_fail_unless_last - a path answers, but with nothing that it should
 * @path: path
 * @why: for the log
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_fail_unless_last(struct scsi_path *path, const char *why)
{
	unsigned long flags;

	spin_lock_irqsave(&path->lu->lock, flags);
	count_failure(path);
	if (state_carries_io(path->state) && !is_the_last_usable(path))
		change_state(path, PATH_FAILED, why);
	spin_unlock_irqrestore(&path->lu->lock, flags);
}

/**
 * scsi_path_succeeded - an attempt succeeded on a path with something to clear
 * @path: path whose @suspect was seen set
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_succeeded(struct scsi_path *path)
{
	unsigned long flags;

	spin_lock_irqsave(&path->lu->lock, flags);
	/* A straggler's success does not revive a path declared dead since. */
	if (state_carries_io(path->state)) {
		/* One by one: half of all is too much, one now and then is not. */
		if (path->strikes)
			path->strikes--;
		WRITE_ONCE(path->suspect, path->strikes);
		if (path->state == PATH_PROBATION)
			change_state(path, PATH_GOOD, "proved itself");
	}
	spin_unlock_irqrestore(&path->lu->lock, flags);
}

/*
 * Neither its state nor what user space knows of it changes: if the path is what it
 * was, nothing has happened.
 */
static void start_check(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;

	lockdep_assert_held(&lu->lock);
	path->missed = path->probing;
	path->check_end = jiffies + CHECK_TIMEOUT;
	WRITE_ONCE(path->checking, true);
	scsi_lu_refresh_locked(lu);
	if (lu->announced && !scsi_lu_has_path_locked(lu))
		scsi_lu_arm_no_path(lu);
	scsi_path_probe_now(path);
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
	lockdep_assert_held(&path->lu->lock);
	/* While the logical unit is scanned, it has been read a moment ago. */
	if (!path->lu->announced || !path->running ||
	    !state_carries_io(path->state))
		return;
	if (!path->checking)
		path->checked_in_use = true;
	start_check(path);
}

/**
 * scsi_path_take_out_if_stuck - a read or write has been without an answer for too long
 * @path: path
 * @since: jiffies when it was sent
 *
 * Takes the path out of use, if there is another one. A command that is older than
 * the path's return is no news of it.
 *
 * Context: any; takes the logical unit's lock.
 * Return: true if what the path has not answered is to be aborted; false if
 * there is no other path.
 */
bool scsi_path_take_out_if_stuck(struct scsi_path *path, unsigned long since)
{
	unsigned long flags;
	bool stuck = false;
	char why[40];

	spin_lock_irqsave(&path->lu->lock, flags);
	if (scsi_lu_nr_usable(path->lu) > scsi_path_is_usable(path)) {
		stuck = true;
		if (state_carries_io(path->state) &&
		    !scsi_path_reinstated_after(path, since)) {
			count_failure(path);
			snprintf(why, sizeof(why), "no answer for %u ms",
				 jiffies_to_msecs(jiffies - since));
			change_state(path, PATH_PENDING, why);
		}
	}
	spin_unlock_irqrestore(&path->lu->lock, flags);
	return stuck;
}

/**
 * scsi_path_admin_write - what the administrator wants of a path
 * @path: path
 * @state: the 2002 state number
 * @failures: new failure count
 * @weight: new weight
 *
 * Good brings a path back whatever it was, and forgets what that was, as soon as its
 * identity has been read: what its LUN leads to may have changed meanwhile. Failing
 * takes it out until a probe succeeds, dead takes it out until the administrator
 * says otherwise.
 *
 * Context: process; takes sdev->state_mutex and the logical unit's lock.
 */
void scsi_path_admin_write(struct scsi_path *path,
			   enum scsi_path_shown_state state, u32 failures,
			   u32 weight)
{
	static const enum scsi_path_state meaning[] = {
		[SHOWN_GOOD]	= PATH_GOOD,
		[SHOWN_FAILING]	= PATH_PENDING,
		[SHOWN_DEAD]	= PATH_DISABLED,
	};
	struct scsi_device *sdev = path->sdev;
	struct scsi_lu *lu = path->lu;
	unsigned long flags;
	bool carried_io;

	/* An offline path was set so by error handling, or by hand. */
	if (state == SHOWN_GOOD) {
		mutex_lock(&sdev->state_mutex);
		if (sdev->sdev_state == SDEV_OFFLINE)
			scsi_device_set_state(sdev, SDEV_RUNNING);
		mutex_unlock(&sdev->state_mutex);
	}

	scsi_path_set_weight(path, weight);
	spin_lock_irqsave(&lu->lock, flags);
	WRITE_ONCE(path->failures, failures);
	carried_io = state_carries_io(path->state);
	change_state(path, meaning[state], "administrator");
	path->loss = CONDITION_DISABLED;
	if (state == SHOWN_GOOD) {
		path->strikes = 0;
		path->probe_delay = SCSI_PATH_PROBE_DELAY;
		WRITE_ONCE(path->suspect, false);
		if (!carried_io && path->running && lu->announced) {
			path->checked_in_use = false;
			start_check(path);
		}
	}
	/* I/O may have been waiting for the transport of this very path. */
	if (lu->announced && !scsi_lu_has_path_locked(lu))
		scsi_lu_arm_no_path(lu);
	spin_unlock_irqrestore(&lu->lock, flags);
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
	return !READ_ONCE(path->checking) ||
	       READ_ONCE(path->sdev->sdev_state) != SDEV_RUNNING;
}

/**
 * scsi_path_wait_for_check - wait until a path is reinstated, or known not to be
 * @sdev: device of a path that was to come back, with a reference of the caller's
 * @until: jiffies when that has taken long enough, of scsi_path_check_timeout()
 *
 * Returns when it is back, or found not to be. A target that does not answer has its
 * host recover, however long that takes: then the path has failed before that has ended,
 * and comes back like any other if it is answered after all.
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
	if (!is_checked(path))
		change_state(path, PATH_FAILED, "does not tell its identity");
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_path_shown_state - the state of a path as /proc and sysfs show it
 * @path: path
 *
 * Context: any. A snapshot.
 */
enum scsi_path_shown_state scsi_path_shown_state(const struct scsi_path *path)
{
	enum scsi_path_state state = READ_ONCE(path->state);

	if (state == PATH_FAILED || state == PATH_DISABLED ||
	    scsi_path_is_being_removed(path))
		return SHOWN_DEAD;

	switch (READ_ONCE(path->sdev->sdev_state)) {
	case SDEV_RUNNING:
		return state == PATH_GOOD && !READ_ONCE(path->checking) &&
		       !READ_ONCE(path->pr.barred) &&
		       READ_ONCE(path->access) != ACCESS_NONE ? SHOWN_GOOD :
								SHOWN_FAILING;
	case SDEV_OFFLINE:
	case SDEV_TRANSPORT_OFFLINE:
		return SHOWN_DEAD;
	default:
		return SHOWN_FAILING;
	}
}

static void report_stopped(struct scsi_path *path)
{
	enum scsi_device_state sdev_state = READ_ONCE(path->sdev->sdev_state);

	if (scsi_lu_is_suspended(path->lu) ||
	    scsi_path_is_being_removed(path))
		return;
	path->told_stopped = true;
	log_state(path, "stopped",
		  scsi_device_state_name(sdev_state) ?: "?");
	scsi_path_tell(path);
}

/**
 * scsi_path_sdev_state_changed - the mid-layer changed a device's state
 * @sdev: any SCSI device
 *
 * A path that its transport blocks leaves rotation at once. When it is unblocked
 * it comes back as soon as its identity has been read, and so it does after the
 * system was suspended: who knows what its LUN leads to by now. One that goes
 * offline is dead until it runs again; then it is probed at once. That all of them
 * stop while the system is suspended is no news. That its host is being removed is like
 * a change of its own.
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_sdev_state_changed(struct scsi_device *sdev)
{
	enum scsi_device_state sdev_state;
	struct scsi_path *path;
	unsigned long flags;
	bool running;

	rcu_read_lock();	/* against a claim that is undone */
	/* Pairs with that in scsi_path_join(): one of both sees what the other wrote. */
	smp_mb();
	path = READ_ONCE(sdev->path);
	if (!path) {
		if (scsi_device_is_lu(sdev) &&
		    READ_ONCE(sdev->sdev_state) == SDEV_RUNNING)
			scsi_lu_runs_again(sdev->hostdata);
		goto out;
	}

	spin_lock_irqsave(&path->lu->lock, flags);
	sdev_state = READ_ONCE(sdev->sdev_state);
	running = scsi_path_device_runs(path);
	/* A device that is removed while it is lost to its transport is gone. */
	if (running) {
		/* Its port has come back, and is what it was at first. */
		if (path->disconnected)
			scsi_path_recovers(path, MARGINAL_PORT, "port is back");
		path->disconnected = false;
		path->disconnected_since = 0;
	} else if (sdev_state == SDEV_BLOCK ||
		   sdev_state == SDEV_TRANSPORT_OFFLINE) {
		path->disconnected = true;
	}
	if (running != path->running) {
		WRITE_ONCE(path->running, running);
		if (!running) {
			scsi_lu_refresh_locked(path->lu);
			if (state_carries_io(path->state))
				report_stopped(path);
		} else if (state_carries_io(path->state)) {
			path->checked_in_use = false;
			start_check(path);
		} else if (path->state != PATH_DISABLED) {
			path->missed = path->probing;
			scsi_path_probe_now(path);
		}
	}
	if ((sdev_state == SDEV_OFFLINE ||
	     sdev_state == SDEV_TRANSPORT_OFFLINE) &&
	    path->state != PATH_DISABLED)
		change_state(path, PATH_FAILED, "offline");
	/* What its transport has decided may be what I/O waits for. */
	if (path->lu->announced && !scsi_lu_has_path_locked(path->lu))
		scsi_lu_arm_no_path(path->lu);
	spin_unlock_irqrestore(&path->lu->lock, flags);
out:
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(scsi_path_sdev_state_changed);	/* scsi_transport_srp */
