// SPDX-License-Identifier: GPL-2.0
/*
 * The state of a path, and what changes it.
 *
 * Every change goes through scsi_path_set_state_locked(). It has the group in use
 * chosen anew, logs one line, leaves one event for user space, and starts or ends the
 * waiting of I/O.
 */

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <scsi/scsi_device.h>

#include "mpath.h"
#include "trace.h"

/* Failures in a row of a kind that may pass, until a path counts as failed. */
#define STRIKES_TO_FAIL	5
/* Time without trouble after which earlier trouble is forgotten. */
#define HELD_AT_LEAST		(10UL * HZ)

/* A transition that is no longer is over when the path is asked for the first time. */
#define ACTIVE_AT_ONCE		(5UL * HZ)

static void count_failure(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	WRITE_ONCE(path->failures, path->failures + 1);
}

/*
 * A path that fails again soon after it was good is tested later and later: what
 * flaps is used less and less.
 */
static bool has_held(const struct scsi_path *path)
{
	return time_after(jiffies, path->good_since +
				   max(2 * path->probe.delay, HELD_AT_LEAST));
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
	if (state != PATH_PENDING)
		path->transition_end = 0;
	if (scsi_path_state_carries_io(state)) {
		path->disconnected = false;
		path->disconnected_since = 0;
	} else if (path->check) {
		/* It does not come back without that. */
		scsi_path_stop_check(path);
	}
	if (state == PATH_GOOD) {
		path->strikes = 0;
		path->good_since = jiffies;
	}
	if (old == PATH_GOOD && has_held(path))
		path->probe.delay = SCSI_PATH_PROBE_DELAY;
	WRITE_ONCE(path->suspect,
		   path->strikes || path->answers_eh_only || state != PATH_GOOD);
	trace_scsi_path_state(path, old, state, why);

	if (scsi_path_state_carries_io(state) != scsi_path_state_carries_io(old)) {
		if (scsi_path_state_carries_io(state))
			WRITE_ONCE(path->reinstated_at, jiffies);
		scsi_lu_refresh_locked(lu);
		path->told.stopped = false;
		scsi_path_tell(path);
	} else if (!scsi_path_state_carries_io(state)) {
		scsi_path_tell(path);
	}
	/* From probation to good is what everyone expects. */
	if (old != PATH_PROBATION || state != PATH_GOOD)
		scsi_path_log(path, scsi_path_state_name(path), why);
	if (state == PATH_PENDING || state == PATH_FAILED)
		scsi_path_probe_schedule(path);
	if (!scsi_path_state_carries_io(state))
		scsi_lu_look_after_key(lu);
}

/**
 * scsi_path_set_state_locked - change the state of a path
 * @path: path
 * @state: new state
 * @loss: why that is one that carries no I/O, if it is
 * @why: for the log
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_set_state_locked(struct scsi_path *path, enum scsi_path_state state,
				enum scsi_path_loss loss, const char *why)
{
	lockdep_assert_held(&path->lu->lock);
	path->loss = loss;
	change_state(path, state, why);
}

static void strike(struct scsi_path *path, const char *why)
{
	count_failure(path);
	if (path->strikes < STRIKES_TO_FAIL)
		path->strikes++;
	WRITE_ONCE(path->suspect, true);
	if (scsi_path_state_carries_io(path->state) &&
	    !scsi_path_is_the_last_usable(path) &&
	    (path->strikes >= STRIKES_TO_FAIL ||
	     path->state == PATH_PROBATION))
		scsi_path_set_state_locked(path, PATH_FAILED, LOSS_FAILED, why);
}

/**
 * scsi_path_set_state - change the state of a path
 * @path: path
 * @state: new state
 * @loss: why that is one that carries no I/O, if it is
 * @why: for the log
 *
 * Does nothing to a path that the administrator has disabled.
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_set_state(struct scsi_path *path, enum scsi_path_state state,
			 enum scsi_path_loss loss, const char *why)
{
	unsigned long flags;

	spin_lock_irqsave(&path->lu->lock, flags);
	if (path->state != PATH_DISABLED)
		scsi_path_set_state_locked(path, state, loss, why);
	spin_unlock_irqrestore(&path->lu->lock, flags);
}

/* It has not failed either, so it has not been tested in vain: that begins anew. */
static void compared(struct scsi_path *path)
{
	change_state(path, PATH_GOOD, "compared");
	path->probe.delay = SCSI_PATH_PROBE_DELAY;
}

/*
 * It has not failed: the target had another one serve. What is answered over and over that
 * the state is changing, by a path that says right away that it has, has its time all the
 * same.
 */
static void active_again(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	unsigned long usable_since = lu->usable_since;
	unsigned long since = path->transition_end - path->transition_time;
	bool at_once = path->transition_end &&
		       time_before(jiffies, since + ACTIVE_AT_ONCE);
	/* Who waited for a path before that has not had that time. */
	bool was_away = !scsi_lu_has_path_locked(lu) &&
			time_before(lu->no_path_since, since);

	change_state(path, PATH_GOOD, "active again");
	if (at_once)
		WRITE_ONCE(lu->usable_since, was_away ? since : usable_since);
}

/**
 * scsi_path_reinstate - a probe found that a path is back, and whose it is
 * @path: path
 *
 * Does nothing if the path is not out of use any more, or is disabled, or if
 * it has come back once more meanwhile.
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_reinstate(struct scsi_path *path)
{
	unsigned long flags;

	spin_lock_irqsave(&path->lu->lock, flags);
	if (path->probe.now == PROBE_OVERTAKEN)
		goto unlock;
	if (path->check && scsi_lu_has_path_locked(path->lu))
		scsi_path_fetch_reports(path);
	else
		scsi_path_note_all_reported(path);
	if (path->check == CHECK_RETURN ||
	    !scsi_path_state_carries_io(path->state))
		scsi_path_inherit_reset(path);
	scsi_path_doubt_door(path);
	if (!scsi_path_state_carries_io(path->state))
		path->door.refuses = false;
	if (path->check)
		scsi_path_end_check(path);
	if (path->state == PATH_PENDING &&
	    (path->loss == LOSS_PASSIVE || path->transition_end))
		active_again(path);
	else if (path->state == PATH_PENDING && path->loss == LOSS_UNSIZED)
		compared(path);
	else if (path->state == PATH_FAILED || path->state == PATH_PENDING)
		change_state(path, PATH_PROBATION, "answers again");
unlock:
	spin_unlock_irqrestore(&path->lu->lock, flags);
}

/**
 * scsi_path_set_pending_locked - the target lets a path carry no I/O now
 * @path: path
 * @loss: LOSS_ACCESS or LOSS_PASSIVE
 * @why: for the log
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_set_pending_locked(struct scsi_path *path, enum scsi_path_loss loss,
				  const char *why)
{
	lockdep_assert_held(&path->lu->lock);
	count_failure(path);
	if (path->state == PATH_DISABLED)
		return;
	scsi_path_set_state_locked(path, PATH_PENDING, loss, why);
	scsi_path_tell(path);
}

/**
 * scsi_path_take_out - an attempt failed, the path is out of use
 * @path: path
 * @state: PATH_PENDING or PATH_FAILED; what has failed stays so
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
	/* What leaves one pending, its transport is about to say. */
	if (path->state != PATH_DISABLED && path->state != PATH_FAILED)
		scsi_path_set_state_locked(path, state,
					   state == PATH_PENDING ? LOSS_STOPPED :
								   LOSS_FAILED,
					   why);
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
	if (scsi_path_is_the_last_usable(path)) {
		strike(path, why);
	} else {
		count_failure(path);
		if (path->state != PATH_DISABLED)
			scsi_path_set_state_locked(path, PATH_FAILED, LOSS_FAILED, why);
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
		scsi_path_set_state_locked(path, PATH_FAILED, LOSS_FAILED, why);
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
	if (scsi_path_state_carries_io(path->state) && !scsi_path_is_the_last_usable(path))
		scsi_path_set_state_locked(path, PATH_FAILED, LOSS_FAILED, why);
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
	if (scsi_path_state_carries_io(path->state)) {
		/* One by one: half of all is too much, one now and then is not. */
		if (path->strikes)
			path->strikes--;
		path->answers_eh_only = false;
		WRITE_ONCE(path->suspect, path->strikes);
		if (path->state == PATH_PROBATION)
			change_state(path, PATH_GOOD, "proved itself");
	}
	spin_unlock_irqrestore(&path->lu->lock, flags);
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
	if (scsi_path_has_alternative(path)) {
		stuck = true;
		if (scsi_path_state_carries_io(path->state) &&
		    !scsi_path_reinstated_after(path, since)) {
			count_failure(path);
			snprintf(why, sizeof(why), "no answer for %u ms",
				 jiffies_to_msecs(jiffies - since));
			scsi_path_set_state_locked(path, PATH_PENDING, LOSS_FAILED,
						   why);
		}
	}
	spin_unlock_irqrestore(&path->lu->lock, flags);
	return stuck;
}

/**
 * scsi_path_bring_online - a path that is offline runs again
 * @path: path; if error handling has set it offline, or somebody by hand
 *
 * A plain device that does is looked at once more. So is a logical unit that has had no
 * other path.
 *
 * Context: process; takes sdev->state_mutex and the logical unit's lock.
 */
void scsi_path_bring_online(struct scsi_path *path)
{
	struct scsi_device *sdev = path->sdev;

	mutex_lock(&sdev->state_mutex);
	if (sdev->sdev_state == SDEV_OFFLINE) {
		scsi_lu_rescan_when_back(path->lu);
		scsi_device_set_state(sdev, SDEV_RUNNING);
	}
	mutex_unlock(&sdev->state_mutex);
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
	struct scsi_lu *lu = path->lu;
	unsigned long flags;
	bool is_to_be_checked;

	if (state == SHOWN_GOOD)
		scsi_path_bring_online(path);
	scsi_path_set_weight(path, weight);
	spin_lock_irqsave(&lu->lock, flags);
	WRITE_ONCE(path->failures, failures);
	is_to_be_checked = state == SHOWN_GOOD && path->running && lu->announced &&
			   !scsi_path_state_carries_io(path->state);
	/* Before anybody can choose it. */
	if (is_to_be_checked)
		WRITE_ONCE(path->check, CHECK_RETURN);
	scsi_path_set_state_locked(path, meaning[state], LOSS_DISABLED,
				   "administrator");
	if (state == SHOWN_GOOD) {
		path->strikes = 0;
		path->answers_eh_only = false;
		path->probe.delay = SCSI_PATH_PROBE_DELAY;
		WRITE_ONCE(path->suspect, false);
		if (is_to_be_checked)
			scsi_path_start_check(path, CHECK_RETURN);
	}
	/* I/O may have been waiting for the transport of this very path. */
	if (lu->announced && !scsi_lu_has_path_locked(lu))
		scsi_lu_arm_no_path(lu);
	spin_unlock_irqrestore(&lu->lock, flags);
}
