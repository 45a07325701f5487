// SPDX-License-Identifier: GPL-2.0
/*
 * What user space is told: a change uevent on the logical unit's device for
 * every path that is added, fails, is disabled, stopped or marginal, is reinstated or
 * is removed, and for each whose target changes its access state; and if the persistent
 * reservation of the logical unit is lost or moved.
 *
 * A worker compares what a path is with what has been told of it. So nothing is told
 * twice, and nothing of what was over before anybody could hear of it.
 */

#include <linux/jiffies.h>
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_proto.h>

#include "mpath.h"

/* What there is to tell of a path, as it is at the moment. */
struct path_event {
	const char *what;
	char path[32];
	enum scsi_path_shown_state state;
	unsigned int usable;
	const char *access;
	u32 group;
	u32 failures;
	int in_flight;
	unsigned int issued;
};

static void describe(struct path_event *event, struct scsi_path *path,
		     const char *what)
{
	lockdep_assert_held(&path->lu->lock);
	event->what = what;
	strscpy(event->path, dev_name(&path->sdev->sdev_gendev),
		sizeof(event->path));
	event->state = scsi_path_shown_state(path);
	event->usable = scsi_lu_nr_usable(path->lu);
	event->access = scsi_path_access_name(path);
	event->group = path->weight;
	event->failures = path->failures;
	event->in_flight = scsi_device_busy(path->sdev);
	event->issued = atomic_read(&path->sdev->iorequest_cnt);
}

static void tell(struct scsi_lu *lu, const struct path_event *event)
{
	char *env[11] = { };
	bool complete = true;

	if (!READ_ONCE(lu->announced) || READ_ONCE(lu->removing))
		return;

	env[0] = kasprintf(GFP_KERNEL, "SCSI_PATH_EVENT=%s", event->what);
	env[1] = kasprintf(GFP_KERNEL, "SCSI_PATH=%s", event->path);
	env[2] = kasprintf(GFP_KERNEL, "SCSI_PATH_STATE=%d", event->state);
	env[3] = kasprintf(GFP_KERNEL, "SCSI_PATHS_USABLE=%u", event->usable);
	env[4] = kasprintf(GFP_KERNEL, "SCSI_LU_WWID=%s", lu->id);
	env[5] = kasprintf(GFP_KERNEL, "SCSI_PATH_ACCESS=%s", event->access);
	env[6] = kasprintf(GFP_KERNEL, "SCSI_PATH_GROUP=%u", event->group);
	env[7] = kasprintf(GFP_KERNEL, "SCSI_PATH_FAILURES=%u",
			   event->failures);
	env[8] = kasprintf(GFP_KERNEL, "SCSI_PATH_IN_FLIGHT=%d",
			   event->in_flight);
	env[9] = kasprintf(GFP_KERNEL, "SCSI_PATH_ISSUED=%u", event->issued);
	for (int i = 0; i < ARRAY_SIZE(env) - 1; i++)
		complete &= !!env[i];
	if (complete)
		kobject_uevent_env(&lu->sdev->sdev_gendev.kobj, KOBJ_CHANGE,
				   env);
	for (int i = 0; i < ARRAY_SIZE(env); i++)
		kfree(env[i]);
}

/* The target is changing the access state of a path, and has not said what it will be. */
static bool in_transition(const struct scsi_path *path)
{
	unsigned long since = path->transition_end - path->transition_time;
	u8 state = path->sdev->access_state & SCSI_ACCESS_STATE_MASK;

	if (path->transition_end && time_after(jiffies, path->transition_end))
		return false;
	if (state == SCSI_ACCESS_STATE_TRANSITIONING)
		return true;
	return path->transition_end &&
	       (path->access != ACCESS_NONE ||
		time_before(path->access_read, since));
}

static enum scsi_path_condition condition_after(enum scsi_path_loss loss)
{
	switch (loss) {
	case LOSS_FAILED:
		return CONDITION_FAILED;
	case LOSS_STOPPED:
		return CONDITION_STOPPED;
	case LOSS_DISABLED:
		return CONDITION_DISABLED;
	case LOSS_ACCESS:
	case LOSS_PASSIVE:
		return CONDITION_ACCESS;
	case LOSS_UNSIZED:
		break;
	}
	return CONDITION_USABLE;
}

/* What is between two conditions is none: until it is over, the old one counts. */
static enum scsi_path_condition condition_of(const struct scsi_path *path)
{
	if (scsi_path_is_usable(path))
		return scsi_path_is_marginal(path) ? CONDITION_MARGINAL :
						     CONDITION_USABLE;
	switch (path->state) {
	case PATH_PENDING:
		if (in_transition(path))
			return path->told.condition;
		fallthrough;
	case PATH_FAILED:
	case PATH_DISABLED:
		return condition_after(path->loss);
	default:
		break;
	}
	if (scsi_lu_is_suspended(path->lu) ||
	    scsi_path_is_being_removed(path))
		return path->told.condition;
	if (!path->running)
		return CONDITION_STOPPED;
	if (path->check || path->pr.barred || in_transition(path))
		return path->told.condition;
	return CONDITION_ACCESS;
}

/**
 * scsi_path_uevent - tell user space of an event of a path
 * @path: path
 * @what: "added" or "removed"
 *
 * Context: process; allocates memory, so holds nothing that I/O may wait for.
 */
void scsi_path_uevent(struct scsi_path *path, const char *what)
{
	struct path_event event;

	spin_lock_irq(&path->lu->lock);
	describe(&event, path, what);
	path->told.condition = condition_of(path);
	path->told.access = path->access;
	spin_unlock_irq(&path->lu->lock);
	tell(path->lu, &event);
}

/* What is news of a path; NULL if nothing is. */
static const char *news_of(struct scsi_path *path)
{
	static const char * const words[] = {
		[CONDITION_USABLE]	= "reinstated",
		[CONDITION_MARGINAL]	= "marginal",
		[CONDITION_FAILED]	= "failed",
		[CONDITION_DISABLED]	= "disabled",
		[CONDITION_STOPPED]	= "stopped",
		[CONDITION_ACCESS]	= "access",
	};
	enum scsi_path_condition is = condition_of(path), was = path->told.condition;
	bool other_access = path->access != path->told.access &&
			    !in_transition(path);

	lockdep_assert_held(&path->lu->lock);
	path->told.condition = is;
	if (other_access)
		path->told.access = path->access;
	/* The target has had others serve meanwhile. */
	if (is == CONDITION_USABLE && was == CONDITION_ACCESS)
		return words[CONDITION_ACCESS];
	if (is != was)
		return words[is];
	if (other_access && is <= CONDITION_MARGINAL)
		return words[CONDITION_ACCESS];
	return NULL;
}

static bool describe_next(struct scsi_lu *lu, struct path_event *event)
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		const char *what;

		if (!path->told.changed)
			continue;
		path->told.changed = false;
		what = news_of(path);
		if (!what)
			continue;
		describe(event, path, what);
		return true;
	}
	return false;
}

static void tell_of_lu(struct scsi_lu *lu, const char *what)
{
	char *env[3] = { };

	if (!READ_ONCE(lu->announced) || READ_ONCE(lu->removing))
		return;
	env[0] = kasprintf(GFP_KERNEL, "SCSI_LU_EVENT=%s", what);
	env[1] = kasprintf(GFP_KERNEL, "SCSI_LU_WWID=%s", lu->id);
	if (env[0] && env[1])
		kobject_uevent_env(&lu->sdev->sdev_gendev.kobj, KOBJ_CHANGE,
				   env);
	kfree(env[0]);
	kfree(env[1]);
}

static void tell_of_reservation(struct scsi_lu *lu)
{
	bool is_lost, is_moved;

	spin_lock_irq(&lu->lock);
	is_lost = lu->pr.is_lost;
	is_moved = lu->pr.is_moved;
	lu->pr.is_lost = false;
	lu->pr.is_moved = false;
	spin_unlock_irq(&lu->lock);
	if (is_lost)
		tell_of_lu(lu, "registration-lost");
	if (is_moved)
		tell_of_lu(lu, "reservation-moved");
}

/*
 * Memory for it may come from writing to this very logical unit, whose paths are
 * away: nothing that gets them back waits for this.
 */
static void event_work(struct work_struct *work)
{
	struct scsi_lu *lu = container_of(work, struct scsi_lu,
					  event_work);
	struct path_event event;
	bool found;

	do {
		spin_lock_irq(&lu->lock);
		found = describe_next(lu, &event);
		spin_unlock_irq(&lu->lock);
		if (found)
			tell(lu, &event);
	} while (found);
	tell_of_reservation(lu);
}

/**
 * scsi_lu_tell_changes - tell user space of paths that have failed or are back
 * @lu: logical unit
 *
 * Context: any.
 */
void scsi_lu_tell_changes(struct scsi_lu *lu)
{
	queue_work(system_dfl_wq, &lu->event_work);
}

/**
 * scsi_lu_events_init - a new logical unit
 * @lu: logical unit
 */
void scsi_lu_events_init(struct scsi_lu *lu)
{
	INIT_WORK(&lu->event_work, event_work);
}
