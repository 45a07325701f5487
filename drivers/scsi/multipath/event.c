// SPDX-License-Identifier: GPL-2.0
/*
 * Unit attentions. A logical unit reports an event to each I_T nexus by itself
 * (SAM-5 5.14), so that what happened once arrives once for each path. The first
 * report goes up, as from a plain device. Then the other paths are asked for
 * theirs, see drain.c: what one of them reports later is new.
 *
 * Not all reports come in answer to a command of the logical unit. What a command
 * of the mid-layer's own is told over a path (a probe, a device handler, the error
 * handler) is kept for one that is, see attention.c.
 * A reset that one path has told it of may be none of the logical unit: then another
 * path is asked first.
 *
 * If the event may mean that the LUN leads to another logical unit now, the path
 * carries no I/O until its identity has been read anew.
 */

#include <linux/jiffies.h>
#include <linux/workqueue.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "../scsi_priv.h"
#include "mpath.h"

/* Reports of an event over other paths, when they carry I/O next. */
#define SAME_EVENT_FOR	(60UL * HZ)

/* What commands of ours may have other nexuses report */
#define CHANGED_BY_COMMANDS \
	(ATTENTION_EVENTS & ~(BIT(EVENT_RESET) | BIT(EVENT_LUNS)))

static enum scsi_lu_event event_of(const struct scsi_sense_hdr *sense)
{
	switch (sense->asc << 8 | sense->ascq) {
	case 0x2900 ... 0x29ff:
		return EVENT_RESET;
	case 0x2800 ... 0x28ff:
		return EVENT_MEDIUM;
	case 0x2a01:
		return EVENT_MODE;
	case 0x2a06:
	case 0x2a07:
		return EVENT_ACCESS;
	case 0x2a09:
		return EVENT_CAPACITY;
	case 0x2a00:
	case 0x2a02 ... 0x2a05:
	case 0x2a08:
	case 0x2a0a ... 0x2aff:
		return EVENT_PARAMETERS;
	case 0x3807:
		return EVENT_THRESHOLD;
	case 0x3f03:
		return EVENT_INQUIRY;
	case 0x3f0e:
		return EVENT_LUNS;
	default:
		return EVENT_OTHER;
	}
}

/* What the mid-layer tells user space of an event; SDEV_EVT_MAXBITS: nothing. */
static enum scsi_device_event uevent_of(enum scsi_lu_event event)
{
	switch (event) {
	case EVENT_RESET:
		return SDEV_EVT_POWER_ON_RESET_OCCURRED;
	case EVENT_ACCESS:
		return SDEV_EVT_ALUA_STATE_CHANGE_REPORTED;
	case EVENT_MODE:
		return SDEV_EVT_MODE_PARAMETER_CHANGE_REPORTED;
	case EVENT_CAPACITY:
		return SDEV_EVT_CAPACITY_CHANGE_REPORTED;
	case EVENT_THRESHOLD:
		return SDEV_EVT_SOFT_THRESHOLD_REACHED_REPORTED;
	case EVENT_INQUIRY:
		return SDEV_EVT_INQUIRY_CHANGE_REPORTED;
	default:
		return SDEV_EVT_MAXBITS;
	}
}

/**
 * scsi_lu_tell_user_space - that an event was reported, as scsi_report_sense() does
 * @lu: logical unit
 * @event: event that no command of the logical unit is answered with
 *
 * Context: @lu->lock held.
 */
void scsi_lu_tell_user_space(struct scsi_lu *lu, enum scsi_lu_event event)
{
	enum scsi_device_event uevent = uevent_of(event);

	if (uevent == SDEV_EVT_MAXBITS || !lu->announced)
		return;
	set_bit(uevent, lu->sdev->pending_events);
	schedule_work(&lu->sdev->event_work);
}

/**
 * scsi_lu_must_be_exact - does a report that is missed, or told twice, do harm?
 * @lu: logical unit
 *
 * A tape would be written at another place than where its user believes it to be, or
 * another medium.
 */
bool scsi_lu_must_be_exact(const struct scsi_lu *lu)
{
	return lu->sdev &&
	       (scsi_type_is_sticky(lu->sdev->type) || lu->sdev->removable);
}

/*
 * Does an upper level do something else once it has heard of this? Who writes a tape has
 * set how that is written, and fails if it is told of anything; who uses a removable medium
 * looks at it anew. But what is of paths is not of theirs.
 */
static bool concerns_upper_level(const struct scsi_lu *lu,
				 enum scsi_lu_event event)
{
	return event == EVENT_RESET || event == EVENT_MEDIUM ||
	       (scsi_lu_must_be_exact(lu) && event != EVENT_ACCESS &&
		event != EVENT_LUNS && event != EVENT_PARAMETERS);
}

/**
 * scsi_path_note_all_reported - a path has been asked for what it has to report
 * @path: path
 *
 * What it reports later is new. A target that has not told it when it was asked,
 * and that of a device which does not mind, has some time left to tell it.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_note_all_reported(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	if (scsi_lu_must_be_exact(path->lu))
		memcpy(path->event, path->lu->event, sizeof(path->event));
}

/* After the loss of a nexus it may be all that a target ever says (SPC-4 5.14). */
static bool may_lead_elsewhere(enum scsi_lu_event event)
{
	return event == EVENT_RESET || event == EVENT_INQUIRY ||
	       event == EVENT_LUNS;
}

static void new_event(struct scsi_lu *lu, enum scsi_lu_event event)
{
	lockdep_assert_held(&lu->lock);
	lu->event[event]++;
	lu->event_since[event] = jiffies;
	if (event == EVENT_RESET)
		scsi_lu_note_reset(lu);
}

/*
 * Has the logical unit not been told of this event by another path? While the
 * report of a path is being fetched, and has not come, it is known already.
 */
static bool is_news_of(const struct scsi_path *path, enum scsi_lu_event event)
{
	const struct scsi_lu *lu = path->lu;

	return path->event[event] == lu->event[event] ||
	       (!scsi_lu_must_be_exact(lu) &&
		time_after(jiffies, lu->event_since[event] + SAME_EVENT_FOR));
}

/* It has been reported, and is not kept back any more. */
static void stop_keeping_back(struct scsi_lu *lu)
{
	struct scsi_path *path = lu->kept_back;

	lockdep_assert_held(&lu->lock);
	lu->kept_back = NULL;
	WRITE_ONCE(lu->attention, lu->attention & ~ATTENTION_KEPT_BACK);
	path->event[EVENT_RESET] = lu->event[EVENT_RESET];
}

static bool note_report(struct scsi_path *path, enum scsi_lu_event event)
{
	struct scsi_lu *lu = path->lu;
	/* One that was kept back has been told to nobody. */
	bool is_kept_back = event == EVENT_RESET && lu->kept_back;
	bool is_news = is_kept_back || is_news_of(path, event);

	lockdep_assert_held(&lu->lock);
	if (is_news) {
		bool is_the_same = !scsi_lu_must_be_exact(lu) &&
				   time_before(jiffies, lu->event_since[event] +
							HZ);

		new_event(lu, event);
		/* What is said over and over is asked for once a second. */
		if (event != EVENT_ACCESS && !is_the_same)
			scsi_lu_drain_others(lu, path);
	}
	if (is_kept_back)
		stop_keeping_back(lu);
	path->event[event] = lu->event[event];
	if (may_lead_elsewhere(event))
		scsi_path_check_identity(path);
	return is_news;
}

/*
 * A path has lost its nexus, and others have not. Whoever says so over and over is heard.
 * For a tape it may be the nexus that has brought a key.
 */
static bool is_of_nexus_alone(struct scsi_path *path,
			      const struct scsi_sense_hdr *sense)
{
	struct scsi_lu *lu = path->lu;

	lockdep_assert_held(&lu->lock);
	return sense->asc == 0x29 && sense->ascq == I_T_NEXUS_LOSS &&
	       lu->announced && lu->sdev->type != TYPE_TAPE &&
	       scsi_lu_nr_usable(lu) > scsi_path_is_usable(path) &&
	       time_after(jiffies, path->nexus_lost + HZ);
}

static void lose_nexus(struct scsi_path *path)
{
	path->nexus_lost = jiffies;
	scsi_path_doubt_door(path);
	scsi_path_check_identity(path);
	scsi_lu_tell_user_space(path->lu, EVENT_RESET);
}

/*
 * That a path has reported to a command of our own may be of its nexus alone, or of the
 * device, and then the others report it as well. Of tapes and changers see rewound.c.
 */
static bool may_be_of_nexus_alone(struct scsi_path *path,
				  const struct scsi_sense_hdr *sense)
{
	struct scsi_lu *lu = path->lu;

	lockdep_assert_held(&lu->lock);
	if (sense->asc != 0x29 || !lu->announced || lu->kept_back ||
	    scsi_type_is_sticky(lu->sdev->type) ||
	    scsi_lu_nr_usable(lu) <= scsi_path_is_usable(path) ||
	    !is_news_of(path, EVENT_RESET) ||
	    !time_after(jiffies, path->nexus_lost + HZ))
		return false;
	switch (sense->ascq) {
	case 0x00:	/* anything */
	case 0x02:	/* SCSI bus reset */
	case 0x05:	/* transceiver mode changed */
	case 0x06:	/* the same */
		return true;
	default:
		return false;
	}
}

/* Until another path has been asked. Returns false if none will be. */
static bool keep_back(struct scsi_path *path, const struct scsi_sense_hdr *sense)
{
	struct scsi_lu *lu = path->lu;

	lockdep_assert_held(&lu->lock);
	if (!scsi_path_drain_later(path))
		return false;
	lose_nexus(path);
	lu->kept_back = path;
	lu->kept_back_since = READ_ONCE(path->asked);
	lu->attention_code[EVENT_RESET] = sense->asc << 8 | sense->ascq;
	/* A command that overtakes what the other path is asked would not be told. */
	if (scsi_lu_must_be_exact(lu))
		WRITE_ONCE(lu->attention, lu->attention | ATTENTION_KEPT_BACK);
	scsi_lu_drain_others(lu, path);
	return true;
}

/**
 * scsi_lu_tell_kept_back - nobody has said that a reset was none of the device
 * @lu: logical unit
 *
 * Context: @lu->lock held.
 */
void scsi_lu_tell_kept_back(struct scsi_lu *lu)
{
	lockdep_assert_held(&lu->lock);
	if (!lu->kept_back)
		return;
	new_event(lu, EVENT_RESET);
	stop_keeping_back(lu);
	WRITE_ONCE(lu->attention, lu->attention | BIT(EVENT_RESET));
}

/**
 * scsi_path_has_no_reset - a path that was asked has none to report
 * @path: path that has answered with GOOD
 * @kept_back: the path whose report was kept back when it was asked
 *
 * It would have had one of the device, unless that is older than what it has told itself.
 * Then nobody knows, and the upper level is told.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_has_no_reset(struct scsi_path *path,
			    const struct scsi_path *kept_back)
{
	struct scsi_lu *lu = path->lu;

	lockdep_assert_held(&lu->lock);
	if (!lu->kept_back || lu->kept_back != kept_back)
		return;
	if (time_before(path->reset_told, lu->kept_back_since))
		stop_keeping_back(lu);
	else
		scsi_lu_tell_kept_back(lu);
}

/* Reservations or registrations preempted or released */
static bool is_about_reservations(const struct scsi_sense_hdr *sense)
{
	return sense->asc == 0x2a && sense->ascq >= 0x03 && sense->ascq <= 0x05;
}

/* What is to be noted of a report, news or not */
static void hear(struct scsi_path *path, const struct scsi_sense_hdr *sense)
{
	lockdep_assert_held(&path->lu->lock);
	if (is_about_reservations(sense)) {
		scsi_path_hears_of_reservations(path);
	} else if (event_of(sense) == EVENT_RESET) {
		path->reset_told = jiffies;
		scsi_lu_pr_was_reset(path->lu);
	}
}

/**
 * scsi_path_report_event - an attempt was answered with a unit attention
 * @path: path that it came over
 * @sense: sense data of an attempt
 *
 * Context: any; takes the logical unit's lock.
 * Return: true if the upper level is to see the sense data; false if it has seen
 * the same from another path.
 */
bool scsi_path_report_event(struct scsi_path *path,
			    const struct scsi_sense_hdr *sense)
{
	struct scsi_lu *lu = path->lu;
	unsigned long flags;
	bool is_news;

	if (sense->sense_key != UNIT_ATTENTION ||
	    scsi_sense_is_deferred(sense))
		return true;

	spin_lock_irqsave(&lu->lock, flags);
	hear(path, sense);
	if (is_of_nexus_alone(path, sense)) {
		lose_nexus(path);
		is_news = false;
	} else {
		is_news = note_report(path, event_of(sense));
	}
	spin_unlock_irqrestore(&lu->lock, flags);
	return is_news;
}

/**
 * scsi_path_event_was_swallowed - a unit attention that is news does not go up
 * @path: path that it came over
 * @sense: sense data of an attempt that is made once more
 * @expected: after a reset of our own, of which the upper level knows
 *
 * As for a device without other paths user space hears of it all the same, and so does
 * an upper level that looks at the counters.
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_event_was_swallowed(struct scsi_path *path,
				   const struct scsi_sense_hdr *sense,
				   bool expected)
{
	struct scsi_lu *lu = path->lu;
	unsigned long flags;

	spin_lock_irqsave(&lu->lock, flags);
	scsi_lu_tell_user_space(lu, event_of(sense));
	if (!expected)
		scsi_count_unit_attention(lu->sdev, sense->asc);
	spin_unlock_irqrestore(&lu->lock, flags);
}

/*
 * A path that does not carry, or not now, has its own past to tell of. Of what happened to
 * the logical unit, those in use tell by themselves.
 */
static void collect_from_bystander(struct scsi_path *path,
				   const struct scsi_sense_hdr *sense)
{
	enum scsi_lu_event event = event_of(sense);

	scsi_path_hide_reset(path, sense);
	path->event[event] = path->lu->event[event];
	/* They have it to tell as well, and are asked before they are lost. */
	if (event == EVENT_MEDIUM)
		scsi_lu_drain_others(path->lu, path);
}

/**
 * scsi_path_conclude_event - what becomes of a unit attention that an attempt was told
 * @path: path that it came over
 * @lu_cmd: command that the attempt is of
 * @sense: sense data of the attempt
 * @goes_up: the upper level is told, nothing is sent again
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_conclude_event(struct scsi_path *path,
			      const struct scsi_cmnd *lu_cmd,
			      const struct scsi_sense_hdr *sense, bool goes_up)
{
	struct scsi_lu *lu = path->lu;
	unsigned long flags;

	if (sense->sense_key != UNIT_ATTENTION ||
	    event_of(sense) != EVENT_RESET ||
	    scsi_sense_is_deferred(sense))
		return;
	spin_lock_irqsave(&lu->lock, flags);
	if (goes_up) {
		scsi_lu_note_position(lu);
		scsi_path_door_ended_by_reset(path);
		scsi_lu_door_met_reset(lu, lu_cmd);
	} else {
		scsi_lu_was_rewound(lu, sense);
	}
	spin_unlock_irqrestore(&lu->lock, flags);
}

/* A command of the mid-layer's own was told, so nobody else will be. */
static void collect(struct scsi_path *path, const struct scsi_sense_hdr *sense)
{
	struct scsi_lu *lu = path->lu;
	enum scsi_lu_event event = event_of(sense);
	unsigned long flags;

	spin_lock_irqsave(&lu->lock, flags);
	hear(path, sense);
	if (!scsi_path_is_usable(path) && scsi_lu_has_path_locked(lu)) {
		collect_from_bystander(path, sense);
	} else if (event == EVENT_RESET && lu->announced &&
		   scsi_path_is_bystander(path)) {
		collect_from_bystander(path, sense);
		scsi_path_check_identity(path);
		scsi_lu_tell_user_space(lu, event);
	} else if (is_of_nexus_alone(path, sense)) {
		lose_nexus(path);
	} else if (may_be_of_nexus_alone(path, sense) &&
		   keep_back(path, sense)) {
		/* Another path is asked. */
	} else if (event == EVENT_RESET && lu->reset_untold) {
		/* Of one reset more may be told than was to be expected. */
		path->event[event] = lu->event[event];
		scsi_path_check_identity(path);
		scsi_lu_was_rewound(lu, sense);
	} else if (note_report(path, event)) {
		/* What is told to an upper level is told to user space as well. */
		if (lu->announced && concerns_upper_level(lu, event))
			scsi_lu_keep_event(lu, event, sense);
		else
			scsi_lu_tell_user_space(lu, event);
	} else if (event == EVENT_RESET) {
		scsi_lu_was_rewound(lu, sense);
	}
	spin_unlock_irqrestore(&lu->lock, flags);
}

/*
 * A command of the mid-layer's own was told of a reset that the mid-layer has made. What the
 * error handler is told nobody else hears of without other paths either.
 */
static void collect_expected(struct scsi_path *path, const struct scsi_cmnd *cmd,
			     const struct scsi_sense_hdr *sense)
{
	struct scsi_lu *lu = path->lu;
	enum scsi_lu_event event = event_of(sense);
	bool is_kept = false;
	unsigned long flags;

	spin_lock_irqsave(&lu->lock, flags);
	if (event != EVENT_RESET || !lu->announced ||
	    scsi_type_is_sticky(lu->sdev->type)) {
		/* Nobody asks for it. */
	} else if (cmd->submitter == SUBMITTED_BY_SCSI_ERROR_HANDLER) {
		scsi_lu_drop_expected(lu);
	} else {
		path->sdev->expecting_cc_ua = 0;
		is_kept = is_news_of(path, event) &&
			  scsi_lu_keep_expected(lu, sense->asc << 8 | sense->ascq);
	}
	if (!is_kept)
		scsi_lu_tell_user_space(lu, event);
	/* Nobody knows which reset it was that was expected. */
	scsi_path_hide_reset(path, sense);
	spin_unlock_irqrestore(&lu->lock, flags);
}

/* When the attempt is over: they are its own, or the error handler has asked for them. */
static bool is_judged_later(const struct scsi_cmnd *cmd)
{
	return scsi_cmd_is_path_attempt(cmd) &&
	       (cmd->submitter == SUBMITTED_BY_BLOCK_LAYER ||
		cmd->cmnd[0] == REQUEST_SENSE);
}

/**
 * scsi_cmd_reports_sense - is it for this command to log what its sense data say?
 * @cmd: command of any SCSI device
 * @sense: its sense data
 *
 * What is told to a command of a logical unit that one logs, if it is news. What is to be
 * expected after a reset of our own goes no further than the path; and a path tells user
 * space of other LUNs.
 *
 * Context: that of a completion, or the error handler.
 */
bool scsi_cmd_reports_sense(const struct scsi_cmnd *cmd,
			    const struct scsi_sense_hdr *sense)
{
	return !is_judged_later(cmd) || cmd->device->expecting_cc_ua ||
	       event_of(sense) == EVENT_LUNS;
}

/**
 * scsi_path_note_sense - a command was answered with sense data
 * @cmd: command of any SCSI device
 * @sense: its sense data
 *
 * Context: that of a completion, or the error handler.
 */
void scsi_path_note_sense(struct scsi_cmnd *cmd,
			  const struct scsi_sense_hdr *sense)
{
	struct scsi_device *sdev = cmd->device;
	struct scsi_path *path;

	rcu_read_lock();	/* against a claim that is undone */
	path = READ_ONCE(sdev->path);
	if (!path)
		goto out;
	if (scsi_sense_is_deferred(sense)) {
		if (!is_judged_later(cmd))
			scsi_lu_keep_deferred_error(path->lu, cmd);
		goto out;
	}
	if (sdev->expecting_cc_ua && sense->asc != 0x28 &&
	    (sense->sense_key == NOT_READY ||
	     sense->sense_key == UNIT_ATTENTION)) {
		/* After a reset of our own it is what was to be expected. */
		if (is_judged_later(cmd))
			cmd->flags |= SCMD_PATH_RETRY;
		else if (sense->sense_key == UNIT_ATTENTION)
			collect_expected(path, cmd, sense);
		goto out;
	}
	if (!is_judged_later(cmd) && sense->sense_key == UNIT_ATTENTION)
		collect(path, sense);
out:
	rcu_read_unlock();
}

/* Its upper level polls it, and looks at the medium anew if there was a reset. */
static bool looks_for_medium(const struct scsi_lu *lu)
{
	return lu->announced && lu->sdev->removable &&
	       !scsi_type_is_sticky(lu->sdev->type);
}

/**
 * scsi_path_was_reset - the mid-layer has reset a device, or was told so
 * @sdev: any SCSI device
 *
 * The upper level of a logical unit looks at the device of the logical unit, at
 * was_reset or at how many resets have been reported. The other nexuses will report one
 * that is no news then. If a path is reset that a tape or changer does not use, what it
 * does use will say whether that was a reset of the device.
 *
 * Context: any; may hold the lock of the device's host.
 */
void scsi_path_was_reset(struct scsi_device *sdev)
{
	struct scsi_path *path;
	struct scsi_lu *lu;
	unsigned long flags;
	bool is_bystander;

	rcu_read_lock();	/* against a claim that is undone */
	path = READ_ONCE(sdev->path);
	if (!path)
		goto out;
	lu = path->lu;
	spin_lock_irqsave(&lu->lock, flags);
	is_bystander = scsi_path_is_bystander(path);
	/* It is another one. */
	scsi_lu_tell_kept_back(lu);
	/* What a changer uses has news to tell, if any. A tape's position is doubted at once. */
	if (!is_bystander || lu->sdev->type == TYPE_TAPE)
		new_event(lu, EVENT_RESET);
	if (lu->sdev && !is_bystander) {
		lu->sdev->was_reset = 1;
		lu->reset_shown = true;
		/* Now, since the report may come when it has dealt with it. */
		scsi_count_unit_attention(lu->sdev, 0x29);
	}
	if (looks_for_medium(lu) &&
	    scsi_lu_nr_usable(lu) > scsi_path_is_usable(path)) {
		/* What looks for it next may be sent over another path. */
		scsi_lu_keep_expected(lu, ANYTHING_RESET);
		scsi_path_drain_later(path);
	} else {
		path->event[EVENT_RESET] = lu->event[EVENT_RESET];
	}
	/* What is used tells by itself, and is not asked before that. */
	if (!is_bystander)
		scsi_lu_drain_others(lu, path);
	/* What the kernel has locked is locked again, if it was a reset of the device. */
	if (is_bystander && !lu->sdev->locked)
		scsi_path_doubt_door(path);
	else
		scsi_lu_was_reset(lu);
	scsi_lu_pr_was_reset(lu);
	spin_unlock_irqrestore(&lu->lock, flags);
out:
	rcu_read_unlock();
}

/* The other nexuses report these @events, a bit for each, which is no news. */
static void change_ourselves(struct scsi_path *path, unsigned long events)
{
	struct scsi_lu *lu = path->lu;
	unsigned long flags;
	unsigned int event;

	spin_lock_irqsave(&lu->lock, flags);
	for_each_set_bit(event, &events, NR_LU_EVENTS) {
		if (path->event[event] == lu->event[event])
			path->event[event]++;
		new_event(lu, event);
	}
	scsi_lu_drain_others(lu, path);
	spin_unlock_irqrestore(&lu->lock, flags);
}

/**
 * scsi_path_changed_lu - a command of ours has done what other nexuses hear of
 * @path: path that it took
 *
 * MODE SELECT, for example, establishes a unit attention for every I_T nexus but
 * its own (SPC-4 6.11).
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_changed_lu(struct scsi_path *path)
{
	change_ourselves(path, CHANGED_BY_COMMANDS & ~BIT(EVENT_MEDIUM));
}

/**
 * scsi_path_changed_medium - so it has, and others may take the medium for another one
 * @path: path that it took
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_changed_medium(struct scsi_path *path)
{
	change_ourselves(path, CHANGED_BY_COMMANDS);
}

/**
 * scsi_path_changed_reservation - a command of ours has changed a reservation
 * @path: path that it took
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_changed_reservation(struct scsi_path *path)
{
	change_ourselves(path, BIT(EVENT_PARAMETERS));
}

/**
 * scsi_lu_event_init - a new logical unit, which has told of nothing yet
 * @lu: logical unit
 */
void scsi_lu_event_init(struct scsi_lu *lu)
{
	for (int event = 0; event < NR_LU_EVENTS; event++)
		lu->event_since[event] = jiffies - SAME_EVENT_FOR;
}

/**
 * scsi_path_event_init - a new path
 * @path: path
 */
void scsi_path_event_init(struct scsi_path *path)
{
	path->nexus_lost = jiffies - 2 * HZ;
	path->reset_told = jiffies;
	path->asked = jiffies;
}
