// SPDX-License-Identifier: GPL-2.0
/*
 * Doors. The removal of a medium is prevented by each I_T nexus for itself, and
 * remains so until the last of them has allowed it (SPC-4, PREVENT ALLOW MEDIUM
 * REMOVAL). An upper level prevents and allows it for the logical unit: what was
 * prevented over a path that is not in use any more has to be allowed over that
 * one, and the path in its place takes over.
 *
 * What a nexus has been told ends when that is lost, or with a reset. Which of them are,
 * and which a reset was for, is not always known: a nexus of which it is not is told
 * whatever is wanted next.
 *
 * Who allows it waits until all paths that answer have been told, and not long for any
 * other: a path that is out of use may be silent until its host is done with it.
 */

#include <linux/jiffies.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "../scsi_priv.h"
#include "mpath.h"

/* That long for paths that may answer, as one does that an administrator has disabled */
#define OTHERS_PATIENCE		HZ

static bool is_nexus_in_use(const struct scsi_path *path)
{
	const struct scsi_path_set *set = scsi_lu_all_locked(path->lu);

	return rcu_dereference_protected(set->stay,
			lockdep_is_held(&path->lu->lock)) == path;
}

static bool is_as_it_should_be(const struct scsi_path *path)
{
	/* Nothing is to be had from it before somebody has another wish. */
	if (path->door.refuses)
		return true;
	switch (path->lu->door.wanted) {
	case DOOR_PREVENTED:
		return path->door.says == DOOR_PREVENTED || !is_nexus_in_use(path);
	case DOOR_ALLOWED:
		return path->door.says == DOOR_ALLOWED;
	default:
		return true;
	}
}

static bool can_be_told(const struct scsi_path *path)
{
	return READ_ONCE(path->sdev->sdev_state) == SDEV_RUNNING;
}

/* It may not be so. Then who tells it takes his time. */
static bool answers(const struct scsi_path *path)
{
	return scsi_path_is_usable(path) &&
	       !scsi_host_in_recovery(path->sdev->host);
}

static void see_to(struct scsi_path *path)
{
	struct scsi_lu_door *door = &path->lu->door;

	lockdep_assert_held(&path->lu->lock);
	queue_work(system_dfl_wq, answers(path) ? &door->work : &door->late_work);
}

/*
 * The next path that has to be told something, with a reference to its device: of those
 * that answer, or of the @others.
 */
static struct scsi_path *next_to_tell(struct scsi_lu *lu, bool others,
				      enum scsi_door *wanted)
{
	struct scsi_path *path;

	spin_lock_irq(&lu->lock);
	*wanted = lu->door.wanted;
	list_for_each_entry(path, &lu->paths, node) {
		if (path->door.round == lu->door.round ||
		    path->door.is_being_told || is_as_it_should_be(path) ||
		    !can_be_told(path))
			continue;
		if (answers(path) == others) {
			see_to(path);
			continue;
		}
		if (scsi_device_get(path->sdev))
			continue;
		path->door.round = lu->door.round;
		path->door.wish = lu->door.wish;
		path->door.is_being_told = true;
		spin_unlock_irq(&lu->lock);
		return path;
	}
	spin_unlock_irq(&lu->lock);
	return NULL;
}

static void tell(struct scsi_path *path, enum scsi_door wanted)
{
	const u8 cdb[6] = { ALLOW_MEDIUM_REMOVAL, 0, 0, 0,
			    wanted == DOOR_PREVENTED };
	struct scsi_sense_hdr sense;
	int result;

	result = scsi_path_ask(path->sdev, cdb, NULL, 0, &sense);
	spin_lock_irq(&path->lu->lock);
	if (result) {
		/* Its answer may have been lost. */
		path->door.says = DOOR_UNKNOWN;
		path->door.refuses = path->door.wish == path->lu->door.wish;
	} else {
		path->door.says = wanted;
	}
	path->door.is_being_told = false;
	wake_up_all(&path->lu->door.told);
	/* Something else may be wanted by now. */
	if (!is_as_it_should_be(path))
		see_to(path);
	spin_unlock_irq(&path->lu->lock);
}

static void tell_all(struct scsi_lu *lu, bool others)
{
	struct scsi_path *path;
	enum scsi_door wanted;

	while ((path = next_to_tell(lu, others, &wanted))) {
		tell(path, wanted);
		scsi_device_put(path->sdev);
	}
}

static void late_work(struct work_struct *work)
{
	struct scsi_lu *lu = container_of(work, struct scsi_lu, door.late_work);

	spin_lock_irq(&lu->lock);
	lu->door.round++;
	spin_unlock_irq(&lu->lock);
	tell_all(lu, true);
}

static bool others_are_told(struct scsi_lu *lu)
{
	struct scsi_path *path;
	bool told = true;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node)
		told &= !can_be_told(path) ||
			(!path->door.is_being_told &&
			 (answers(path) || is_as_it_should_be(path)));
	spin_unlock_irq(&lu->lock);
	return told;
}

static void door_work(struct work_struct *work)
{
	struct scsi_lu *lu = container_of(work, struct scsi_lu,
					  door.work);
	struct scsi_cmnd *lu_cmd, *next;
	LIST_HEAD(waiting);

	spin_lock_irq(&lu->lock);
	lu->door.round++;
	lu->door.tells = true;
	list_splice_init(&lu->door.waiting, &waiting);
	spin_unlock_irq(&lu->lock);

	tell_all(lu, false);
	if (!list_empty(&waiting))
		wait_event_timeout(lu->door.told, others_are_told(lu),
				   OTHERS_PATIENCE);
	spin_lock_irq(&lu->lock);
	lu->door.tells = false;
	spin_unlock_irq(&lu->lock);
	list_for_each_entry_safe(lu_cmd, next, &waiting, eh_entry) {
		list_del_init(&lu_cmd->eh_entry);
		scsi_lu_cmd_done(lu_cmd);
	}
}

/**
 * scsi_path_moved_door - removal has been prevented, or allowed, over a path
 * @path: path
 * @lu_cmd: command that has succeeded
 *
 * Context: that of a completion; takes the logical unit's lock.
 * Return: true if @lu_cmd is completed later, when other paths allow it as well.
 */
bool scsi_path_moved_door(struct scsi_path *path, struct scsi_cmnd *lu_cmd)
{
	enum scsi_door wanted = lu_cmd->cmnd[4] & 1 ? DOOR_PREVENTED : DOOR_ALLOWED;
	struct scsi_lu *lu = path->lu;
	struct scsi_path *other;
	unsigned long flags;
	bool wait;

	spin_lock_irqsave(&lu->lock, flags);
	lu->door.is_used = true;
	lu->door.wish++;
	lu->door.wanted = wanted;
	path->door.says = wanted;
	/* Whoever is being told may be told the opposite, and do that last. */
	wait = lu->door.tells && wanted == DOOR_ALLOWED;
	list_for_each_entry(other, &lu->paths, node) {
		bool refused = other->door.refuses;

		other->door.refuses = false;
		/* It may be told the opposite, and do that last. */
		wait |= wanted == DOOR_ALLOWED && other->door.is_being_told;
		if (is_as_it_should_be(other) || !can_be_told(other))
			continue;
		wait |= answers(other) || !refused;
		see_to(other);
	}
	if (wait) {
		list_add_tail(&lu_cmd->eh_entry, &lu->door.waiting);
		queue_work(system_dfl_wq, &lu->door.work);
	}
	spin_unlock_irqrestore(&lu->lock, flags);
	return wait;
}

/**
 * scsi_lu_door_met_reset - what allows removal was answered with the report of a reset
 * @lu: logical unit
 * @lu_cmd: command that has not been carried out
 *
 * Without other paths the reset has ended what prevented it, and whoever has sent that is
 * content. Here it may have been prevented again.
 *
 * Context: @lu->lock held.
 */
void scsi_lu_door_met_reset(struct scsi_lu *lu, const struct scsi_cmnd *lu_cmd)
{
	lockdep_assert_held(&lu->lock);
	if (lu_cmd->cmnd[0] != ALLOW_MEDIUM_REMOVAL || lu_cmd->cmnd[4] & 1 ||
	    !lu->door.is_used)
		return;
	lu->door.wish++;
	lu->door.wanted = DOOR_ALLOWED;
	scsi_lu_look_after_door(lu);
}

/**
 * scsi_lu_look_after_door - paths have come into use, or left it
 * @lu: logical unit
 *
 * Context: @lu->lock held.
 */
void scsi_lu_look_after_door(struct scsi_lu *lu)
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	if (likely(!lu->door.is_used))
		return;
	list_for_each_entry(path, &lu->paths, node) {
		if (!is_as_it_should_be(path))
			see_to(path);
	}
}

/**
 * scsi_path_doubt_door - what a nexus was told may have ended with it, or with a reset
 * @path: path
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_doubt_door(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	if (path->door.says == DOOR_PREVENTED)
		path->door.says = DOOR_UNKNOWN;
}

/**
 * scsi_path_door_join - a path joins a logical unit
 * @path: path, which may have been one of it before
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_door_join(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	if (path->lu->door.is_used)
		path->door.says = DOOR_UNKNOWN;
}

/**
 * scsi_lu_door_ended_by_reset - what user space has prevented is so no more, and it is told
 * @lu: logical unit
 *
 * Context: @lu->lock held.
 */
void scsi_lu_door_ended_by_reset(struct scsi_lu *lu)
{
	lockdep_assert_held(&lu->lock);
	if (lu->door.wanted == DOOR_PREVENTED && !lu->sdev->locked)
		lu->door.wanted = DOOR_UNKNOWN;
}

/**
 * scsi_path_door_ended_by_reset - the same, told over a path
 * @path: path, which may be none that anything was prevented over
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_door_ended_by_reset(struct scsi_path *path)
{
	if (is_nexus_in_use(path))
		scsi_lu_door_ended_by_reset(path->lu);
}

/**
 * scsi_lu_was_reset - a reset has ended what prevented the removal of the medium
 * @lu: logical unit
 *
 * Of all nexuses, or of those of one host. What the kernel has prevented is prevented
 * again, as the error handler does it for a plain device; what user space has is not.
 *
 * Context: @lu->lock held.
 */
void scsi_lu_was_reset(struct scsi_lu *lu)
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		scsi_path_doubt_door(path);
		/* What kept it from doing it may be over. */
		path->door.refuses = false;
	}
	scsi_lu_door_ended_by_reset(lu);
	scsi_lu_look_after_door(lu);
}

/**
 * scsi_lu_door_init - a new logical unit
 * @door: its door
 */
void scsi_lu_door_init(struct scsi_lu_door *door)
{
	INIT_LIST_HEAD(&door->waiting);
	init_waitqueue_head(&door->told);
	INIT_WORK(&door->work, door_work);
	INIT_WORK(&door->late_work, late_work);
}
