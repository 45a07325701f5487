// SPDX-License-Identifier: GPL-2.0
/*
 * Persistent reservations: over which path a command of the user's goes.
 *
 * The command goes as it is over one path, the leader, whose answer is the answer.
 * The other paths follow: what is done for them is never an error of the command. A
 * path that cannot follow is barred.
 *
 * If the leader loses the command, another one is asked what has become of it. It is
 * carried out again if it has not been, or if that makes no difference. If nobody can
 * know, the answer is that of the path that has lost it.
 */

#include <linux/slab.h>
#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>

#include "mpath.h"
#include "pr.h"
#include "pr_errand.h"

#define MAX_PASSES		3

/**
 * scsi_pr_answer - this is what the user gets
 * @errand: command
 * @result: as &scsi_cmnd.result, without sense data
 */
void scsi_pr_answer(struct scsi_pr_errand *errand, int result)
{
	errand->cmd->result = result;
	memset(errand->cmd->sense, 0, SCSI_SENSE_BUFFERSIZE);
}

/**
 * scsi_pr_answer_sense - the user gets ILLEGAL REQUEST
 * @errand: command
 * @asc: additional sense code
 * @ascq: its qualifier
 */
void scsi_pr_answer_sense(struct scsi_pr_errand *errand, u8 asc, u8 ascq)
{
	scsi_pr_answer(errand, SAM_STAT_CHECK_CONDITION);
	scsi_build_sense_buffer(0, errand->cmd->sense, ILLEGAL_REQUEST, asc,
				ascq);
}

/**
 * scsi_pr_answer_good - it has been carried out
 * @errand: command
 */
enum scsi_pr_outcome scsi_pr_answer_good(struct scsi_pr_errand *errand)
{
	scsi_pr_answer(errand, SAM_STAT_GOOD);
	return ANSWERED;
}

/**
 * scsi_pr_answer_conflict - a reservation or a registration is in the way
 * @errand: command
 */
enum scsi_pr_outcome scsi_pr_answer_conflict(struct scsi_pr_errand *errand)
{
	scsi_pr_answer(errand, SAM_STAT_RESERVATION_CONFLICT);
	return ANSWERED;
}

/**
 * scsi_pr_note_lost - a path has lost the command
 * @errand: command, which has that path's answer
 */
void scsi_pr_note_lost(struct scsi_pr_errand *errand)
{
	errand->lost = true;
	errand->lost_result = errand->cmd->result;
	memcpy(errand->lost_sense, errand->cmd->sense, SCSI_SENSE_BUFFERSIZE);
}

/**
 * scsi_pr_leader_lost - the leader has lost a command that changes its registration
 * @errand: command, which has that path's answer
 * @leader: path, barred from now on
 *
 * Context: process; takes the logical unit's lock.
 * Return: NEXT_PATH
 */
enum scsi_pr_outcome scsi_pr_leader_lost(struct scsi_pr_errand *errand,
					 struct scsi_path *leader)
{
	scsi_pr_note_lost(errand);
	scsi_path_bar(leader);
	return NEXT_PATH;
}

/**
 * scsi_pr_answer_lost - the user gets what the path has said that lost it
 * @errand: command
 */
enum scsi_pr_outcome scsi_pr_answer_lost(struct scsi_pr_errand *errand)
{
	errand->cmd->result = errand->lost_result;
	memcpy(errand->cmd->sense, errand->lost_sense, SCSI_SENSE_BUFFERSIZE);
	return ANSWERED;
}

/**
 * scsi_pr_doubt - the nexus of a leader is not registered
 * @errand: command
 * @leader: path
 *
 * Context: process.
 * Return: always &NEXT_PATH.
 */
enum scsi_pr_outcome scsi_pr_doubt(struct scsi_pr_errand *errand,
				   struct scsi_path *leader)
{
	errand->doubted = true;
	scsi_path_doubt(leader);
	return NEXT_PATH;
}

/**
 * scsi_pr_check - has this nexus the key of the logical unit, at this moment?
 * @errand: command
 * @leader: path
 *
 * Context: process.
 * Return: PR_CONFLICT: it alone has lost it, or the logical unit has.
 */
enum scsi_pr_reply scsi_pr_check(struct scsi_pr_errand *errand,
				 struct scsi_path *leader)
{
	u64 key = READ_ONCE(errand->lu->pr.key);
	u8 seen = READ_ONCE(errand->lu->pr.flags);
	/* They are remembered only by who may change them. */
	u8 *flags = errand->may_change ? &errand->lu->pr.flags : &seen;
	enum scsi_pr_reply reply;

	if (!errand->may_change && !scsi_pr_see_flags(leader, flags))
		return PR_LOST;
	reply = scsi_pr_replace(leader, key, key, flags);
	if (reply == PR_CONFLICT)
		scsi_pr_doubt(errand, leader);
	return reply;
}

/**
 * scsi_pr_do_registered - over a nexus that the user believes to be registered
 * @errand: command
 * @leader: path
 *
 * Context: process.
 */
enum scsi_pr_reply scsi_pr_do_registered(struct scsi_pr_errand *errand,
					 struct scsi_path *leader)
{
	u64 key = READ_ONCE(errand->lu->pr.key);
	enum scsi_pr_reply reply = scsi_pr_out(leader, errand->cmd);

	switch (reply) {
	case PR_LOST:
		scsi_pr_note_lost(errand);
		return PR_LOST;
	case PR_CONFLICT:
		if (!key)
			return PR_CONFLICT;
		/* If it alone is not registered, this is not the answer. */
		return scsi_pr_check(errand, leader) == PR_DONE ? PR_CONFLICT :
								  PR_AWAY;
	default:
		return reply;
	}
}

static bool is_own(const struct scsi_pr_errand *errand)
{
	return !errand->action_key || errand->action_key == errand->key;
}

static bool is_held_well(struct scsi_lu *lu, u8 type)
{
	bool good;

	spin_lock_irq(&lu->lock);
	good = scsi_lu_pr_holder_is_good(lu);
	if (good)
		scsi_lu_pr_hold_locked(lu, lu->pr.holder, type);
	spin_unlock_irq(&lu->lock);
	return good;
}

static void tell_moved(struct scsi_lu *lu)
{
	spin_lock_irq(&lu->lock);
	lu->pr.is_moved = true;
	spin_unlock_irq(&lu->lock);
	scsi_lu_tell_changes(lu);
}

/* The path that holds an exclusive reservation is lost. Does this host still have it? */
static enum scsi_pr_outcome move_to(struct scsi_pr_errand *errand,
				    struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;
	int held;
	u8 type;

	held = scsi_pr_is_held_by_us(leader, &type);
	if (held < 0)
		return NEXT_PATH;
	if (!held || !scsi_pr_is_exclusive(type)) {
		scsi_lu_pr_hold(lu, NULL, 0);
		scsi_lu_pr_settle(lu, NULL);
		return ANSWERED;
	}
	if (is_held_well(lu, type))
		return ANSWERED;
	switch (scsi_pr_take(leader, type)) {
	case PR_DONE:
		sdev_printk(KERN_NOTICE, lu->sdev,
			    "reservation moved to path %s\n",
			    dev_name(&leader->sdev->sdev_gendev));
		tell_moved(lu);
		scsi_lu_pr_settle(lu, leader);
		return ANSWERED;
	case PR_CONFLICT:
		return scsi_pr_doubt(errand, leader);
	default:
		return NEXT_PATH;
	}
}

/* What is not known here, the target is to judge. */
static enum scsi_pr_outcome pass(struct scsi_pr_errand *errand,
				 struct scsi_path *leader)
{
	switch (scsi_pr_do_registered(errand, leader)) {
	case PR_DONE:
	case PR_CONFLICT:
	case PR_REFUSED:
		return ANSWERED;
	default:
		return NEXT_PATH;
	}
}

static enum scsi_pr_outcome try_over(struct scsi_pr_errand *errand,
				     struct scsi_path *leader)
{
	switch (errand->action) {
	case PR_OUT_REGISTER:
	case PR_OUT_REGISTER_AND_IGNORE:
		return scsi_pr_user_registers(errand, leader);
	case PR_OUT_RESERVE:
		return scsi_pr_user_reserves(errand, leader);
	case PR_OUT_RELEASE:
		return scsi_pr_user_releases(errand, leader);
	case PR_OUT_CLEAR:
		return scsi_pr_user_clears(errand, leader);
	case PR_OUT_PREEMPT:
	case PR_OUT_PREEMPT_AND_ABORT:
		return is_own(errand) ? scsi_pr_user_preempts_own(errand, leader) :
					scsi_pr_user_preempts_other(errand, leader);
	case PR_OUT_REGISTER_AND_MOVE:
		return scsi_pr_user_moves(errand, leader);
	case PR_OUT_REPLACE_LOST:
		return scsi_pr_user_replaces(errand, leader);
	case PR_MOVE:
		return move_to(errand, leader);
	default:
		return pass(errand, leader);
	}
}

static bool may_lead(const struct scsi_path *path)
{
	return scsi_path_is_usable(path) && scsi_pr_is_reachable(path);
}

static bool try_all(struct scsi_pr_errand *errand)
{
	struct scsi_lu *lu = errand->lu;
	struct scsi_path *leader;

	scsi_lu_pr_begin(lu, TURN_LEADER);
	while ((leader = scsi_lu_pr_next(lu, TURN_LEADER, may_lead))) {
		enum scsi_pr_outcome outcome = NEXT_PATH;

		/* Who fences does not wait for what is being changed. */
		if (!errand->may_change || !lu->pr.key || scsi_pr_see_aptpl(leader))
			outcome = try_over(errand, leader);
		lu->pr.ops->put(leader);
		if (outcome == ANSWERED)
			return true;
	}
	return false;
}

static bool is_barred_in_reach(struct scsi_lu *lu)
{
	struct scsi_path *path;
	bool found = false;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node)
		found |= path->pr.barred && scsi_pr_is_reachable(path);
	spin_unlock_irq(&lu->lock);
	return found;
}

/* A nexus that was not what it should be is mended first, or all have lost it. */
static bool try_until_clear(struct scsi_pr_errand *errand)
{
	struct scsi_lu *lu = errand->lu;

	lockdep_assert_held(&lu->pr.changing);
	errand->may_change = true;
	for (int pass = 0; pass < MAX_PASSES; pass++) {
		bool doubted;

		errand->doubted = false;
		if (try_all(errand))
			return true;
		doubted = errand->doubted;
		if (!doubted && !is_barred_in_reach(lu))
			break;
		scsi_lu_pr_settle(lu, NULL);
	}
	if (errand->lost) {
		/* It may have changed anything. */
		scsi_lu_pr_settle(lu, NULL);
		scsi_pr_answer_lost(errand);
	} else if (errand->doubted) {
		scsi_pr_answer_conflict(errand);
	} else {
		return false;
	}
	return true;
}

static bool needs_no_registration(const struct scsi_pr_errand *errand)
{
	return (errand->action == PR_OUT_PREEMPT ||
		errand->action == PR_OUT_PREEMPT_AND_ABORT) && !is_own(errand);
}

static void listen(struct scsi_lu *lu, struct scsi_pr_said *said)
{
	spin_lock_irq(&lu->lock);
	lu->pr.said = said;
	spin_unlock_irq(&lu->lock);
}

static bool answer_as_said(struct scsi_pr_errand *errand)
{
	if (!errand->said.is_said)
		return false;
	errand->cmd->result = errand->said.result;
	memcpy(errand->cmd->sense, errand->said.sense, SCSI_SENSE_BUFFERSIZE);
	return true;
}

/**
 * scsi_lu_pr_carry_out - a command of the user's, for all paths
 * @lu: logical unit
 * @cmd: command, which has its answer then
 *
 * Context: process, one at a time for each logical unit.
 * Return: false if there was no path for it; it has not been carried out.
 */
bool scsi_lu_pr_carry_out(struct scsi_lu *lu, struct scsi_pr_cmd *cmd)
{
	struct scsi_pr_errand *errand;
	bool done;

	errand = kzalloc_obj(*errand, GFP_NOIO);
	if (!errand)
		return false;
	errand->lu = lu;
	errand->cmd = cmd;
	errand->action = cmd->cdb[1] & 0x1f;
	errand->type = cmd->cdb[2] & 0x0f;
	errand->key = scsi_pr_key_of(cmd);
	errand->action_key = scsi_pr_action_key_of(cmd);

	listen(lu, &errand->said);
	done = needs_no_registration(errand) && READ_ONCE(lu->pr.known) &&
	       try_all(errand);
	if (!done) {
		mutex_lock(&lu->pr.changing);
		scsi_lu_pr_discover(lu);
		errand->lu_key = lu->pr.key;
		/* A target that has lost its reservations may not tell of them. */
		done = (lu->pr.known || errand->action == PR_OUT_REPLACE_LOST) &&
		       try_until_clear(errand);
		mutex_unlock(&lu->pr.changing);
	}
	listen(lu, NULL);
	done = done || answer_as_said(errand);
	kfree(errand);
	scsi_lu_pr_doubt_hold(lu);
	return done;
}

static bool has_leader(struct scsi_lu *lu)
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (may_lead(path))
			return true;
	}
	return false;
}

/**
 * scsi_lu_pr_move - if the path that holds an exclusive reservation is lost, move it
 * @lu: logical unit
 *
 * Context: process.
 * Return: false if that is to be tried once more.
 */
bool scsi_lu_pr_move(struct scsi_lu *lu)
{
	struct {
		struct scsi_pr_errand errand;
		struct scsi_pr_cmd cmd;
	} *mem;
	bool wanted, is_scsi2, can_be;

	spin_lock_irq(&lu->lock);
	wanted = scsi_lu_pr_is_to_move(lu);
	can_be = has_leader(lu);
	is_scsi2 = lu->pr.exclusive == PR_TYPE_SCSI2;
	spin_unlock_irq(&lu->lock);
	if (!wanted || !can_be)
		return !wanted;
	if (is_scsi2)
		return scsi_pr_move_scsi2(lu);
	mem = kzalloc_obj(*mem, GFP_NOIO);
	if (!mem)
		return false;
	mem->errand.lu = lu;
	mem->errand.cmd = &mem->cmd;
	mem->errand.action = PR_MOVE;
	mutex_lock(&lu->pr.changing);
	try_until_clear(&mem->errand);
	mutex_unlock(&lu->pr.changing);
	kfree(mem);
	spin_lock_irq(&lu->lock);
	wanted = scsi_lu_pr_is_to_move(lu);
	spin_unlock_irq(&lu->lock);
	return !wanted;
}
