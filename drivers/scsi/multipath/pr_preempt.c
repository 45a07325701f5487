// SPDX-License-Identifier: GPL-2.0
/* Persistent reservations: CLEAR, PREEMPT and PREEMPT AND ABORT. */

#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>

#include "mpath.h"
#include "pr.h"
#include "pr_errand.h"

/**
 * scsi_pr_user_clears - nobody is registered any more
 * @errand: CLEAR
 * @leader: path
 *
 * Context: process, pr.changing held.
 */
enum scsi_pr_outcome scsi_pr_user_clears(struct scsi_pr_errand *errand,
					 struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;
	struct scsi_path *path;
	int count;

	if (errand->lost && errand->key && errand->key == errand->lu_key) {
		count = scsi_pr_count_key(leader, errand->key);
		if (count < 0)
			return NEXT_PATH;
		if (!count) {
			scsi_lu_pr_lost(lu, "cleared or preempted");
			scsi_lu_pr_settle(lu, NULL);
			return scsi_pr_answer_lost(errand);
		}
	}
	switch (scsi_pr_do_registered(errand, leader)) {
	case PR_DONE:
		break;
	case PR_CONFLICT:
	case PR_REFUSED:
		return ANSWERED;
	default:
		return NEXT_PATH;
	}
	scsi_lu_pr_set_key(lu, 0);
	scsi_lu_pr_forget_departed(lu);
	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node)
		path->pr.registered = false;
	scsi_lu_pr_hold_locked(lu, NULL, 0);
	spin_unlock_irq(&lu->lock);
	scsi_path_changed_reservation(leader);
	scsi_lu_pr_settle(lu, NULL);
	return ANSWERED;
}

/* Nobody knows whether an exclusive reservation has come with it. */
static void may_hold(struct scsi_lu *lu, u8 type)
{
	spin_lock_irq(&lu->lock);
	if (!lu->pr.exclusive)
		scsi_lu_pr_hold_locked(lu, NULL, type);
	spin_unlock_irq(&lu->lock);
}

/*
 * If the victim has held a reservation, the leader does now. @ahead: the others stand aside
 * already.
 */
static void note_taken(struct scsi_path *leader, u8 type, bool ahead)
{
	struct scsi_lu *lu = leader->lu;
	u8 found;

	if (!scsi_pr_is_exclusive(type))
		return;
	switch (scsi_pr_is_held_by_us(leader, &found)) {
	case 0:
		if (ahead)
			scsi_lu_pr_hold(lu, NULL, 0);
		break;
	case 1:
		spin_lock_irq(&lu->lock);
		if (ahead || !lu->pr.exclusive)
			scsi_lu_pr_hold_locked(lu, leader, found);
		spin_unlock_irq(&lu->lock);
		break;
	default:
		if (ahead)
			scsi_lu_pr_hold(lu, NULL, type);
		else
			may_hold(lu, type);
		break;
	}
}

/*
 * Is the leader about to get the reservation of who is preempted? One that a nexus of ours
 * has already is not the victim's.
 */
static bool may_take_over(const struct scsi_pr_errand *errand,
			  struct scsi_path *leader)
{
	u64 holder;
	u8 type;

	if (READ_ONCE(errand->lu->pr.exclusive) || !scsi_pr_is_exclusive(errand->type))
		return false;
	if (scsi_pr_read_holder(leader, &holder, &type))
		return true;
	return type && holder == errand->action_key;
}

/**
 * scsi_pr_user_preempts_other - another host is fenced
 * @errand: PREEMPT, or PREEMPT AND ABORT
 * @leader: path
 *
 * Nobody waits for a path of ours that is stuck, who fences another host.
 *
 * Context: process.
 */
enum scsi_pr_outcome scsi_pr_user_preempts_other(struct scsi_pr_errand *errand,
						 struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;
	bool ahead;
	int count;

	if (errand->lost) {
		count = scsi_pr_count_key(leader, errand->action_key);
		if (count < 0)
			return NEXT_PATH;
		/* By us, or by another one who then has won. */
		if (!count) {
			if (READ_ONCE(lu->pr.exclusive))
				scsi_lu_pr_find_hold(leader, errand->type);
			return scsi_pr_answer_lost(errand);
		}
	}
	ahead = may_take_over(errand, leader) &&
		scsi_pr_stand_aside(leader, errand->type);
	switch (scsi_pr_do_registered(errand, leader)) {
	case PR_DONE:
		note_taken(leader, errand->type, ahead);
		scsi_path_changed_reservation(leader);
		return ANSWERED;
	case PR_CONFLICT:
	case PR_REFUSED:
		if (ahead)
			scsi_lu_pr_hold(lu, NULL, 0);
		return ANSWERED;
	case PR_LOST:
		if (ahead)
			scsi_lu_pr_hold(lu, NULL, errand->type);
		else
			may_hold(lu, errand->type);
		return NEXT_PATH;
	default:
		if (ahead)
			scsi_lu_pr_hold(lu, NULL, 0);
		return NEXT_PATH;
	}
}

/* If a nexus of ours holds an exclusive reservation, it may be another one by now. */
static void lose_hold(struct scsi_lu *lu, u8 type)
{
	spin_lock_irq(&lu->lock);
	scsi_lu_pr_hold_locked(lu, NULL, lu->pr.exclusive ?: type);
	spin_unlock_irq(&lu->lock);
}

/* The leader is still registered: if a nexus of ours holds a reservation, it is this one. */
static void note_own(struct scsi_path *leader, u8 type)
{
	struct scsi_lu *lu = leader->lu;
	u8 found;
	int held;

	if (!scsi_pr_is_exclusive(type) && !READ_ONCE(lu->pr.exclusive))
		return;
	held = scsi_pr_is_held_by_us(leader, &found);
	if (held < 0)
		scsi_lu_pr_hold(lu, NULL, type);
	else
		scsi_lu_pr_hold(lu, leader, held ? found : 0);
}

/**
 * scsi_pr_user_preempts_own - the key is that of the logical unit
 * @errand: PREEMPT, or PREEMPT AND ABORT
 * @leader: path
 *
 * The others lose their registration by it, and with PREEMPT AND ABORT what they do.
 *
 * Context: process, pr.changing held.
 */
enum scsi_pr_outcome scsi_pr_user_preempts_own(struct scsi_pr_errand *errand,
					       struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;
	int holds;
	u8 type;

	if (errand->lost) {
		/* This host has preempted its own registration. */
		if (!lu->pr.key)
			return scsi_pr_answer_lost(errand);
		holds = scsi_pr_is_held_by_us(leader, &type);
		if (holds < 0)
			return NEXT_PATH;
		/* Was it held by all before? Then once is enough. */
		if (!errand->action_key && holds && type == errand->type)
			return scsi_pr_answer_lost(errand);
	}
	scsi_lu_pr_bar_others(lu, leader);
	if (errand->action == PR_OUT_PREEMPT_AND_ABORT)
		scsi_lu_pr_drain_barred(lu);
	switch (scsi_pr_do_registered(errand, leader)) {
	case PR_DONE:
		break;
	case PR_CONFLICT:
	case PR_REFUSED:
		scsi_lu_pr_settle(lu, leader);
		return ANSWERED;
	case PR_LOST:
		lose_hold(lu, errand->type);
		return NEXT_PATH;
	default:
		return NEXT_PATH;
	}
	if (lu->pr.key) {
		switch (scsi_pr_register(leader, lu->pr.key, lu->pr.key)) {
		case PR_DONE:
			note_own(leader, errand->type);
			break;
		case PR_CONFLICT:
			/* A host that does not hold the reservation preempts itself. */
			scsi_lu_pr_lost(lu, "preempted by this host");
			scsi_lu_pr_settle(lu, NULL);
			return ANSWERED;
		default:
			lose_hold(lu, errand->type);
			scsi_lu_pr_settle(lu, NULL);
			return ANSWERED;
		}
	}
	scsi_path_changed_reservation(leader);
	scsi_lu_pr_settle(lu, leader);
	return ANSWERED;
}
