// SPDX-License-Identifier: GPL-2.0
/* Persistent reservations: RESERVE and RELEASE, whichever nexus of ours is the holder. */

#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>

#include "mpath.h"
#include "pr.h"
#include "pr_errand.h"

/**
 * scsi_pr_user_reserves - the logical unit is reserved
 * @errand: RESERVE
 * @leader: path
 *
 * Context: process, pr.changing held.
 */
enum scsi_pr_outcome scsi_pr_user_reserves(struct scsi_pr_errand *errand,
					   struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;
	bool ahead;
	u8 type;

	ahead = scsi_pr_stand_aside(leader, errand->type);
	switch (scsi_pr_do_registered(errand, leader)) {
	case PR_DONE:
		scsi_lu_pr_hold(lu, leader, errand->type);
		scsi_path_changed_reservation(leader);
		return ANSWERED;
	case PR_CONFLICT:
		break;
	case PR_REFUSED:
		if (ahead)
			scsi_lu_pr_hold(lu, NULL, 0);
		return ANSWERED;
	case PR_LOST:
		if (ahead)
			scsi_lu_pr_hold(lu, NULL, errand->type);
		return NEXT_PATH;
	default:
		if (ahead)
			scsi_lu_pr_hold(lu, NULL, errand->lost ? errand->type : 0);
		return NEXT_PATH;
	}
	/* Over the nexus of ours that holds it already, it would be none. */
	switch (scsi_pr_is_held_by_us(leader, &type)) {
	case 0:
		if (ahead)
			scsi_lu_pr_hold(lu, NULL, 0);
		return ANSWERED;
	case 1:
		if (ahead)
			scsi_lu_pr_hold(lu, NULL, type);
		return errand->key == READ_ONCE(lu->pr.key) &&
		       type == errand->type ? scsi_pr_answer_good(errand) :
					      scsi_pr_answer_conflict(errand);
	default:
		if (ahead)
			scsi_lu_pr_hold(lu, NULL, errand->type);
		return NEXT_PATH;
	}
}

static bool is_of_all_registrants(u8 type)
{
	return type == 7 || type == 8;
}

/**
 * scsi_pr_user_releases - the reservation ends
 * @errand: RELEASE
 * @leader: path
 *
 * The nexus that holds it may be any of ours.
 *
 * Context: process, pr.changing held.
 */
enum scsi_pr_outcome scsi_pr_user_releases(struct scsi_pr_errand *errand,
					   struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;
	u64 key = lu->pr.key;
	u8 type, before;
	int held;

	held = scsi_pr_is_held_by_us(leader, &before);
	if (held < 0)
		return NEXT_PATH;
	switch (scsi_pr_do_registered(errand, leader)) {
	case PR_DONE:
		break;
	case PR_CONFLICT:
	case PR_REFUSED:
		return ANSWERED;
	default:
		return NEXT_PATH;
	}
	/* Not all targets compare the key of who does not hold it. */
	if (held && errand->key != key)
		return scsi_pr_answer_conflict(errand);
	if (is_of_all_registrants(before))
		goto released;
	switch (scsi_pr_is_held_by_us(leader, &type)) {
	case 0:
		/* Unless it has just been released, somebody may have taken it. */
		if ((type || !held || before != errand->type) && key &&
		    errand->key == key && scsi_pr_check(errand, leader) != PR_DONE)
			return NEXT_PATH;
		goto released;
	case 1:
		break;
	default:
		return NEXT_PATH;
	}
	if (type != errand->type) {
		/* invalid release of persistent reservation */
		scsi_pr_answer_sense(errand, 0x26, 0x04);
		return ANSWERED;
	}
	switch (scsi_pr_take(leader, type)) {
	case PR_DONE:
		break;
	case PR_CONFLICT:
		return scsi_pr_doubt(errand, leader);
	default:
		return NEXT_PATH;
	}
	switch (scsi_pr_do_registered(errand, leader)) {
	case PR_DONE:
	case PR_REFUSED:
	case PR_CONFLICT:
		break;
	default:
		return NEXT_PATH;
	}
released:
	if (READ_ONCE(lu->pr.exclusive))
		scsi_lu_pr_find_hold(leader, lu->pr.exclusive);
	scsi_path_changed_reservation(leader);
	scsi_lu_pr_settle(lu, leader);
	return ANSWERED;
}
