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
 */

#include <linux/workqueue.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "../scsi_priv.h"
#include "mpath.h"

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

/* The next path that has to be told something, with a reference to its device. */
static struct scsi_path *next_to_tell(struct scsi_lu *lu, enum scsi_door *wanted)
{
	struct scsi_path *path;

	spin_lock_irq(&lu->lock);
	*wanted = lu->door.wanted;
	list_for_each_entry(path, &lu->paths, node) {
		if (path->door.round == lu->door.round ||
		    is_as_it_should_be(path) ||
		    READ_ONCE(path->sdev->sdev_state) != SDEV_RUNNING ||
		    scsi_device_get(path->sdev))
			continue;
		path->door.round = lu->door.round;
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
		path->door.refuses = path->lu->door.wanted == wanted;
	} else {
		path->door.says = wanted;
	}
	/* Something else may be wanted by now. */
	if (!is_as_it_should_be(path))
		queue_work(system_dfl_wq, &path->lu->door.work);
	spin_unlock_irq(&path->lu->lock);
}

static void door_work(struct work_struct *work)
{
	struct scsi_lu *lu = container_of(work, struct scsi_lu,
					  door.work);
	struct scsi_cmnd *lu_cmd, *next;
	struct scsi_path *path;
	enum scsi_door wanted;
	LIST_HEAD(waiting);

	spin_lock_irq(&lu->lock);
	lu->door.round++;
	lu->door.tells = true;
	list_splice_init(&lu->door.waiting, &waiting);
	spin_unlock_irq(&lu->lock);

	while ((path = next_to_tell(lu, &wanted))) {
		tell(path, wanted);
		scsi_device_put(path->sdev);
	}
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
	lu->door.wanted = wanted;
	path->door.says = wanted;
	/* Whoever is being told may be told the opposite, and do that last. */
	wait = lu->door.tells && wanted == DOOR_ALLOWED;
	list_for_each_entry(other, &lu->paths, node) {
		other->door.refuses = false;
		wait |= !is_as_it_should_be(other);
	}
	if (wait) {
		list_add_tail(&lu_cmd->eh_entry, &lu->door.waiting);
		queue_work(system_dfl_wq, &lu->door.work);
	}
	spin_unlock_irqrestore(&lu->lock, flags);
	return wait;
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
		if (!is_as_it_should_be(path)) {
			queue_work(system_dfl_wq, &lu->door.work);
			return;
		}
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
	if (lu->door.wanted == DOOR_PREVENTED && !lu->sdev->locked)
		lu->door.wanted = DOOR_UNKNOWN;
	scsi_lu_look_after_door(lu);
}

/**
 * scsi_lu_door_init - a new logical unit
 * @door: its door
 */
void scsi_lu_door_init(struct scsi_lu_door *door)
{
	INIT_LIST_HEAD(&door->waiting);
	INIT_WORK(&door->work, door_work);
}
