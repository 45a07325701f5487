// SPDX-License-Identifier: GPL-2.0
/*
 * Persistent reservations of the types 1 and 3, Write Exclusive and Exclusive Access: only
 * the nexus that holds them may use the logical unit, whoever is registered. So all I/O
 * goes over the path that holds it, and the others stand aside, registered.
 *
 * When it is lost, the reservation is moved to another path by a PREEMPT of the own key,
 * which is one action of the device server: there is no moment without the
 * reservation, and a host that has been fenced meanwhile is not registered, and gets a
 * conflict. Only then does I/O go on. What the lost path still has is rejected by the
 * target from then on.
 */

#include <linux/jiffies.h>
#include <scsi/scsi_device.h>

#include "mpath.h"
#include "pr.h"

/* That I/O waits for the reservation to be moved. */
#define MOVE_PATIENCE		(30 * HZ)

/**
 * scsi_pr_is_exclusive - is a reservation one of the nexus that holds it alone?
 * @type: of the reservation
 */
bool scsi_pr_is_exclusive(u8 type)
{
	return type == 1 || type == 3;
}

/**
 * scsi_pr_is_held_by_us - does a nexus of ours hold a reservation, it alone?
 * @leader: path that is asked
 * @type: of the reservation, whoever holds it; 0: there is none
 *
 * If another host seems to have the same key it may be that one.
 *
 * Context: process.
 * Return: 1 if so, 0 if not, or an errno.
 */
int scsi_pr_is_held_by_us(struct scsi_path *leader, u8 *type)
{
	u64 holder, key = READ_ONCE(leader->lu->pr.key);
	int count;

	if (scsi_pr_read_holder(leader, &holder, type))
		return -EIO;
	if (!*type || !key || holder != key)
		return 0;
	count = scsi_pr_count_key(leader, key);
	if (count < 0)
		return count;
	return scsi_pr_are_all_ours(leader, key, count);
}

static void set_hold(struct scsi_lu *lu, struct scsi_path *holder, u8 type)
{
	struct scsi_path *path;

	/* It may have left meanwhile. */
	if (holder && list_empty(&holder->node))
		holder = NULL;
	lu->pr.hold_doubted = false;
	if (lu->pr.exclusive == type && lu->pr.holder == holder)
		return;
	lu->pr.exclusive = type;
	lu->pr.holder = holder;
	list_for_each_entry(path, &lu->paths, node)
		WRITE_ONCE(path->pr.aside, type && path != holder);
	scsi_lu_refresh_locked(lu);
}

/**
 * scsi_lu_pr_hold_locked - as scsi_lu_pr_hold()
 * @lu: logical unit
 * @holder: path
 * @type: of the reservation
 *
 * Context: @lu->lock held.
 */
void scsi_lu_pr_hold_locked(struct scsi_lu *lu, struct scsi_path *holder,
			    u8 type)
{
	lockdep_assert_held(&lu->lock);
	/* That one goes its own way. */
	if (lu->pr.exclusive == PR_TYPE_SCSI2)
		return;
	set_hold(lu, scsi_pr_is_exclusive(type) ? holder : NULL,
		 scsi_pr_is_exclusive(type) ? type : 0);
}

/**
 * scsi_lu_pr_hold_scsi2_locked - RESERVE or RELEASE of SCSI-2 has been carried out
 * @lu: logical unit
 * @holder: path whose nexus has reserved it; NULL: that is not known
 * @reserved: it is
 *
 * Context: @lu->lock held.
 */
void scsi_lu_pr_hold_scsi2_locked(struct scsi_lu *lu, struct scsi_path *holder,
				  bool reserved)
{
	lockdep_assert_held(&lu->lock);
	if (!reserved)
		lu->pr.promise = 0;
	if (reserved || lu->pr.exclusive == PR_TYPE_SCSI2)
		set_hold(lu, holder, reserved ? PR_TYPE_SCSI2 : 0);
}

/**
 * scsi_lu_pr_hold - a reservation is held, or is not any more
 * @lu: logical unit
 * @holder: path whose nexus holds it; NULL: that is not known
 * @type: of the reservation; if it is none that lets nobody else in, all paths are used
 *
 * Context: process; takes @lu->lock.
 */
void scsi_lu_pr_hold(struct scsi_lu *lu, struct scsi_path *holder, u8 type)
{
	spin_lock_irq(&lu->lock);
	scsi_lu_pr_hold_locked(lu, holder, type);
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_pr_stand_aside - the leader is about to hold a reservation
 * @leader: path
 * @type: of the reservation
 *
 * What the others have under way meets conflicts then, if nobody else may use the logical
 * unit, and what they are given until its answer has come: it goes over the leader.
 *
 * Context: process; takes the logical unit's lock.
 * Return: false if they do not stand aside for this, as another path is known to hold one, or
 *	all may use it.
 */
bool scsi_pr_stand_aside(struct scsi_path *leader, u8 type)
{
	struct scsi_lu *lu = leader->lu;
	bool known;

	if (!scsi_pr_is_exclusive(type))
		return false;
	spin_lock_irq(&lu->lock);
	known = lu->pr.exclusive && lu->pr.holder;
	if (!known)
		scsi_lu_pr_hold_locked(lu, leader, type);
	spin_unlock_irq(&lu->lock);
	return !known;
}

/**
 * scsi_lu_pr_find_hold - does the logical unit hold an exclusive reservation by now?
 * @leader: path that is asked
 * @type: the type that it may have
 *
 * By which nexus is not known here, if it did not before.
 *
 * Context: process.
 */
void scsi_lu_pr_find_hold(struct scsi_path *leader, u8 type)
{
	struct scsi_lu *lu = leader->lu;
	u8 found;
	int held = scsi_pr_is_held_by_us(leader, &found);

	if (held >= 0)
		type = held ? found : 0;
	spin_lock_irq(&lu->lock);
	scsi_lu_pr_hold_locked(lu, lu->pr.holder, type);
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_pr_take - the nexus of the leader takes the reservation from another one of ours
 * @leader: path
 * @type: of the reservation, which a nexus with the logical unit's key holds
 *
 * The others are not registered then.
 *
 * Context: process, pr.changing held.
 */
enum scsi_pr_reply scsi_pr_take(struct scsi_path *leader, u8 type)
{
	struct scsi_lu *lu = leader->lu;
	enum scsi_pr_reply reply;

	lockdep_assert_held(&lu->pr.changing);
	scsi_lu_pr_bar_others(lu, leader);
	reply = scsi_pr_preempt(leader, lu->pr.key, lu->pr.key, type);
	switch (reply) {
	case PR_DONE:
		scsi_lu_pr_forget_departed(lu);
		scsi_path_changed_reservation(leader);
		scsi_lu_pr_hold(lu, leader, type);
		break;
	case PR_LOST:
		scsi_lu_pr_hold(lu, NULL, type);
		break;
	default:
		break;
	}
	return reply;
}

/**
 * scsi_lu_pr_doubt_hold - a command may have ended an exclusive reservation
 * @lu: logical unit
 *
 * Context: process; takes @lu->lock.
 */
void scsi_lu_pr_doubt_hold(struct scsi_lu *lu)
{
	spin_lock_irq(&lu->lock);
	lu->pr.hold_doubted = scsi_pr_is_exclusive(lu->pr.exclusive);
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_lu_pr_holder_is_good - is an exclusive reservation held where I/O can go?
 * @lu: logical unit
 *
 * Context: @lu->lock held.
 */
bool scsi_lu_pr_holder_is_good(const struct scsi_lu *lu)
{
	lockdep_assert_held(&lu->lock);
	return lu->pr.holder && scsi_path_is_usable(lu->pr.holder);
}

/**
 * scsi_lu_pr_is_to_move - may an exclusive reservation be where no I/O can go?
 * @lu: logical unit
 *
 * Context: @lu->lock held.
 * Return: true if so, and there is a path that can take it, or will when the error handler
 *	of its host is done.
 */
bool scsi_lu_pr_is_to_move(struct scsi_lu *lu)
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	if (!lu->pr.exclusive ||
	    (!lu->pr.hold_doubted && scsi_lu_pr_holder_is_good(lu)))
		return false;
	list_for_each_entry(path, &lu->paths, node) {
		if (scsi_path_is_usable(path) && scsi_pr_is_reachable_soon(path))
			return true;
	}
	return false;
}

/**
 * scsi_lu_pr_look_after_holder - paths have come, or something about them has changed
 * @lu: logical unit
 *
 * Context: @lu->lock held.
 */
void scsi_lu_pr_look_after_holder(struct scsi_lu *lu)
{
	struct scsi_path *path;

	if (!scsi_lu_pr_is_to_move(lu)) {
		lu->pr.moving = false;
		return;
	}
	if (!lu->pr.moving) {
		lu->pr.moving = true;
		list_for_each_entry(path, &lu->paths, node)
			path->check_end = jiffies + MOVE_PATIENCE;
	}
	queue_delayed_work(scsi_multipath_probe_wq, &lu->pr.work, 0);
}
