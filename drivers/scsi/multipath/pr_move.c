// SPDX-License-Identifier: GPL-2.0
/*
 * Persistent reservations: REGISTER AND MOVE, which gives the reservation to a nexus of
 * somebody else, and REPLACE LOST RESERVATION, after which there is nothing but the one of
 * the nexus that it came over.
 */

#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>

#include "mpath.h"
#include "pr.h"
#include "pr_errand.h"

static bool unregisters(const struct scsi_pr_errand *errand)
{
	return errand->cmd->list[17] & PR_UNREG;
}

/* Another nexus has the reservation. If it is one of ours, that is put right. */
static enum scsi_pr_outcome is_moved(struct scsi_pr_errand *errand,
				     struct scsi_path *leader, u8 type)
{
	struct scsi_lu *lu = errand->lu;

	scsi_lu_pr_hold(lu, NULL, 0);
	scsi_path_changed_reservation(leader);
	if (unregisters(errand)) {
		scsi_path_pr_set_registered(leader, false);
		scsi_lu_pr_set_key(lu, 0);
		scsi_lu_pr_lost(lu, NULL);
		scsi_lu_pr_settle(lu, NULL);
		return ANSWERED;
	}
	scsi_lu_pr_settle(lu, leader);
	if (scsi_pr_is_exclusive(type))
		scsi_lu_pr_find_hold(leader, type);
	return ANSWERED;
}

/**
 * scsi_pr_user_moves - the reservation is given to another nexus
 * @errand: REGISTER AND MOVE
 * @leader: path
 *
 * Only the nexus that holds it can do that: the leader takes it first.
 *
 * Context: process, pr.changing held.
 */
enum scsi_pr_outcome scsi_pr_user_moves(struct scsi_pr_errand *errand,
					struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;
	int holds;
	u8 type;

	holds = scsi_pr_is_held_by_us(leader, &type);
	if (holds < 0)
		return NEXT_PATH;
	/* It was moved, or another host has been there: nobody can tell. */
	if (!holds && errand->lost) {
		scsi_lu_pr_hold(lu, NULL, 0);
		scsi_lu_pr_settle(lu, NULL);
		return scsi_pr_answer_lost(errand);
	}
	/* If it is refused, it is for its list, and not for the nexus. */
	if (holds && errand->key == lu->pr.key &&
	    !scsi_pr_be_alone(errand, leader, type))
		return NEXT_PATH;
	switch (scsi_pr_do_registered(errand, leader)) {
	case PR_DONE:
		return is_moved(errand, leader, type);
	case PR_CONFLICT:
	case PR_REFUSED:
		scsi_lu_pr_settle(lu, leader);
		return ANSWERED;
	default:
		return NEXT_PATH;
	}
}

/**
 * scsi_pr_user_replaces - the target has lost what it knew of reservations
 * @errand: REPLACE LOST RESERVATION
 * @leader: path
 *
 * Context: process, pr.changing held.
 */
enum scsi_pr_outcome scsi_pr_user_replaces(struct scsi_pr_errand *errand,
					   struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;

	scsi_lu_pr_bar_others(lu, leader);
	/* To some targets all nexuses of a host are registered by it. */
	if (!scsi_lu_pr_drain_barred(lu)) {
		/* Its sender tries again. */
		scsi_pr_answer(errand, SAM_STAT_BUSY);
		scsi_lu_pr_settle(lu, NULL);
		return ANSWERED;
	}
	/* What is not known is asked for later, and must be there to be found then. */
	if (lu->pr.known)
		scsi_path_pr_set_registered(leader, true);
	switch (scsi_pr_out(leader, errand->cmd)) {
	case PR_DONE:
		break;
	case PR_LOST:
		return scsi_pr_leader_lost(errand, leader);
	case PR_AWAY:
		return NEXT_PATH;
	default:
		/* What is lost may have been done: then there is nothing to replace. */
		if (errand->lost && scsi_pr_count_key(leader, errand->action_key) > 0) {
			scsi_lu_pr_set_key(lu, errand->action_key);
			scsi_lu_pr_hold(lu, NULL, errand->type);
			scsi_lu_pr_settle(lu, NULL);
			return scsi_pr_answer_good(errand);
		}
		scsi_lu_pr_settle(lu, NULL);
		return errand->lost ? scsi_pr_answer_lost(errand) : ANSWERED;
	}
	spin_lock_irq(&lu->lock);
	lu->pr.known = true;
	spin_unlock_irq(&lu->lock);
	scsi_lu_pr_forget_departed(lu);
	scsi_lu_pr_hold(lu, leader, errand->type);
	return scsi_pr_key_is_changed(errand, leader);
}
