// SPDX-License-Identifier: GPL-2.0
/*
 * Persistent reservations: what the user of a logical unit asks for.
 *
 * The command goes as it is over one path, the leader, whose answer is the answer.
 * The other paths follow: what is done for them is never an error of the command. A
 * path that cannot follow is barred.
 *
 * If the leader loses the command, another one is asked what has become of it. It is
 * carried out again if it has not been, or if that makes no difference. If nobody can
 * know, the answer is that of the path that has lost it.
 */

#include <linux/blk-mq.h>
#include <linux/moduleparam.h>
#include <linux/scatterlist.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/unaligned.h>
#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "../scsi_priv.h"
#include "dispatch.h"
#include "mpath.h"
#include "pr.h"

#define LOOK_AGAIN		(HZ / 4)
#define MAX_PASSES		3

bool scsi_multipath_reservations;
module_param_named(path_reservations, scsi_multipath_reservations, bool, 0444);
MODULE_PARM_DESC(path_reservations,
		 "Keep persistent reservations on all paths; experimental. Off: refuse them on a logical unit with several (default)");

/**
 * struct errand - a command on its way
 * @lu: logical unit
 * @cmd: command
 * @action: its service action
 * @key: its reservation key
 * @action_key: its service action reservation key
 * @type: its type
 * @lu_key: that of the logical unit when it began
 * @lost: a path has lost it
 * @lost_result: what that path has said
 * @lost_sense: the same
 * @cleared: a PREEMPT of the logical unit's own key may have removed all of it
 * @unclear: nobody knows whether that or another host has removed the old key
 * @doubted: a nexus has turned out not to be registered
 */
struct errand {
	struct scsi_lu *lu;
	struct scsi_pr_cmd *cmd;
	u8 action;
	u64 key;
	u64 action_key;
	u8 type;
	u64 lu_key;
	bool lost;
	int lost_result;
	u8 lost_sense[SCSI_SENSE_BUFFERSIZE];
	bool cleared;
	bool unclear;
	bool doubted;
};

/* Another leader, or is this the answer? */
enum outcome {
	ANSWERED,
	NEXT_PATH,
};

static void answer(struct errand *errand, int result)
{
	errand->cmd->result = result;
	memset(errand->cmd->sense, 0, SCSI_SENSE_BUFFERSIZE);
}

static void answer_sense(struct errand *errand, u8 asc, u8 ascq)
{
	answer(errand, SAM_STAT_CHECK_CONDITION);
	scsi_build_sense_buffer(0, errand->cmd->sense, ILLEGAL_REQUEST, asc,
				ascq);
}

static enum outcome answer_good(struct errand *errand)
{
	answer(errand, SAM_STAT_GOOD);
	return ANSWERED;
}

static enum outcome answer_conflict(struct errand *errand)
{
	answer(errand, SAM_STAT_RESERVATION_CONFLICT);
	return ANSWERED;
}

static void note_lost(struct errand *errand)
{
	errand->lost = true;
	errand->lost_result = errand->cmd->result;
	memcpy(errand->lost_sense, errand->cmd->sense, SCSI_SENSE_BUFFERSIZE);
}

static enum outcome answer_lost(struct errand *errand)
{
	errand->cmd->result = errand->lost_result;
	memcpy(errand->cmd->sense, errand->lost_sense, SCSI_SENSE_BUFFERSIZE);
	return ANSWERED;
}

static void set_key(struct scsi_lu *lu, u64 key)
{
	lockdep_assert_held(&lu->pr.changing);
	spin_lock_irq(&lu->lock);
	lu->pr.key = key;
	lu->pr.other_key = 0;
	spin_unlock_irq(&lu->lock);
}

static void set_registered(struct scsi_path *path, bool registered)
{
	spin_lock_irq(&path->lu->lock);
	path->pr.registered = registered;
	spin_unlock_irq(&path->lu->lock);
}

/* What a command of ours has changed, the other nexuses report. */
static void tell_others(struct scsi_path *leader)
{
	scsi_path_changed_reservation(leader);
}

static enum outcome doubt(struct errand *errand, struct scsi_path *leader)
{
	errand->doubted = true;
	scsi_path_doubt(leader);
	return NEXT_PATH;
}

/*
 * Has this nexus the key of the logical unit, at this moment? PR_CONFLICT: it alone has
 * lost it, or the logical unit has.
 */
static enum scsi_pr_reply check(struct errand *errand, struct scsi_path *leader)
{
	u64 key = READ_ONCE(errand->lu->pr.key);
	enum scsi_pr_reply reply = scsi_pr_register(leader, key, key);

	if (reply == PR_CONFLICT)
		doubt(errand, leader);
	return reply;
}

static unsigned int nr_registered(struct scsi_lu *lu)
{
	struct scsi_path *path;
	unsigned int nr;

	spin_lock_irq(&lu->lock);
	nr = lu->pr.departed;
	list_for_each_entry(path, &lu->paths, node)
		nr += path->pr.registered;
	spin_unlock_irq(&lu->lock);
	return nr;
}

/* Is a registration of ours where no command of ours gets to? */
static bool is_out_of_reach(struct scsi_lu *lu)
{
	struct scsi_path *path;
	bool found;

	spin_lock_irq(&lu->lock);
	found = lu->pr.departed;
	list_for_each_entry(path, &lu->paths, node)
		found |= path->pr.registered && !scsi_pr_is_reachable(path);
	spin_unlock_irq(&lu->lock);
	return found;
}

static void bar_others_than(struct scsi_lu *lu,
			    const struct scsi_path *leader)
{
	struct scsi_path *path;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (path != leader)
			scsi_path_bar_locked(path);
	}
	spin_unlock_irq(&lu->lock);
}

static void bar_others(const struct scsi_path *leader)
{
	bar_others_than(leader->lu, leader);
}

/*
 * Does a nexus of ours hold a reservation, it alone? If another host seems to have the same
 * key it may be that one. Returns 1 if so, 0 if not, or an errno.
 */
static int is_held_by_us(struct scsi_path *leader, u8 *type)
{
	u64 holder, key = READ_ONCE(leader->lu->pr.key);
	int count;

	if (scsi_pr_read_holder(leader, &holder, type))
		return -EIO;
	if (!*type || !key || holder != key)
		return 0;
	count = scsi_pr_count_key(leader, key);
	return count < 0 ? count : count <= nr_registered(leader->lu);
}

/* All of the nexuses that had the old key, in reach or not, have lost it. */
static void forget_departed(struct scsi_lu *lu)
{
	spin_lock_irq(&lu->lock);
	lu->pr.departed = 0;
	lu->pr.strays = 0;
	spin_unlock_irq(&lu->lock);
}

/* The leader has the key that the user wants. */
static enum outcome key_is_changed(struct errand *errand,
				   struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;

	lu->pr.flags = scsi_pr_flags_of(errand->cmd) & (PR_APTPL | PR_ALL_TG_PT);
	set_key(lu, errand->action_key);
	scsi_path_note_registration(leader);
	tell_others(leader);
	scsi_lu_pr_settle(lu, leader);
	return ANSWERED;
}

/* The first registration, or the same key once more */
static enum outcome register_first(struct errand *errand,
				   struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;

	set_registered(leader, true);
	switch (scsi_pr_out(leader, errand->cmd)) {
	case PR_DONE:
		break;
	case PR_LOST:
		note_lost(errand);
		scsi_path_bar(leader);
		return NEXT_PATH;
	case PR_AWAY:
		set_registered(leader, lu->pr.key);
		return NEXT_PATH;
	case PR_CONFLICT:
		/* What is lost may have been done, for all nexuses of this host. */
		if (errand->lost &&
		    scsi_pr_register(leader, errand->action_key,
				     errand->action_key) == PR_DONE) {
			answer_good(errand);
			break;
		}
		set_registered(leader, lu->pr.key);
		return lu->pr.key ? doubt(errand, leader) : ANSWERED;
	default:
		set_registered(leader, lu->pr.key);
		return ANSWERED;
	}
	return key_is_changed(errand, leader);
}

/*
 * The nexus that holds a reservation ends it when its registration goes, and takes it along
 * when its key is changed: so it must be the only one. A PREEMPT of the own key leaves the
 * leader alone with the reservation. If nothing is held, it removes what is out of reach,
 * and the leader's registration with the rest.
 */
static bool be_alone(struct errand *errand, struct scsi_path *leader, bool holds,
		     u8 type)
{
	struct scsi_lu *lu = errand->lu;
	u64 key = lu->pr.key;
	int count = scsi_pr_count_key(leader, key);

	if (count < 0)
		return false;
	if (count < 2 || count > nr_registered(lu))
		return true;
	bar_others(leader);
	switch (scsi_pr_preempt(leader, key, key, type)) {
	case PR_DONE:
		errand->cleared |= !holds;
		forget_departed(lu);
		tell_others(leader);
		return true;
	case PR_LOST:
		errand->cleared |= !holds;
		answer(errand, DID_ERROR << 16);
		note_lost(errand);
		return false;
	case PR_AWAY:
		return false;
	default:
		return true;
	}
}

/*
 * A key is changed while other nexuses have the old one. Who fences by either key is told
 * that it is gone: so nothing may go on with the other one. No path carries I/O until
 * the leader, with the new key, has removed the old one from all others at once. If
 * nobody has the old key then, or the leader has lost the new one, somebody has been
 * there before.
 */
static enum outcome close_change(struct errand *errand, struct scsi_path *leader,
				 u8 type)
{
	struct scsi_lu *lu = errand->lu;
	u64 old = lu->pr.key, new = errand->action_key;
	enum scsi_pr_reply undone;

	switch (scsi_pr_preempt(leader, new, old, type)) {
	case PR_DONE:
		forget_departed(lu);
		return key_is_changed(errand, leader);
	case PR_CONFLICT:
		break;
	default:
		/*
		 * If the next path has the old key, it was not done. If not, it was
		 * either this or another host: nobody can tell.
		 */
		answer(errand, DID_ERROR << 16);
		note_lost(errand);
		errand->unclear = true;
		return NEXT_PATH;
	}
	undone = scsi_pr_register(leader, new, 0);
	if (undone == PR_DONE || undone == PR_CONFLICT)
		set_registered(leader, false);
	scsi_lu_pr_lost(lu, "preempted or cleared by another host");
	scsi_lu_pr_settle(lu, NULL);
	/* Whoever was there knew the new key, so that it had been changed. */
	if (undone == PR_CONFLICT)
		return ANSWERED;
	if (errand->action == PR_OUT_REGISTER_AND_IGNORE)
		return doubt(errand, leader);
	return answer_conflict(errand);
}

static bool is_barred(const struct scsi_path *path)
{
	return path->pr.barred;
}

/* Nothing that was sent over a path that is barred is under way. */
static bool drain_barred(struct scsi_lu *lu)
{
	struct scsi_path *path;
	bool drained = true;

	scsi_lu_pr_begin(lu, TURN_SETTLE);
	while ((path = scsi_lu_pr_next(lu, TURN_SETTLE, is_barred))) {
		drained &= lu->pr.ops->drain(path);
		lu->pr.ops->put(path);
	}
	return drained;
}

static bool stop_all(struct scsi_lu *lu)
{
	bar_others_than(lu, NULL);
	return drain_barred(lu);
}

static enum outcome change_key(struct errand *errand, struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;
	enum scsi_pr_reply reply;
	int count, holds;
	bool shared;
	u8 type;

	holds = is_held_by_us(leader, &type);
	if (holds < 0 || (holds && !be_alone(errand, leader, true, type)))
		return NEXT_PATH;
	count = scsi_pr_count_key(leader, lu->pr.key);
	if (count < 0)
		return NEXT_PATH;
	shared = count > nr_registered(lu);
	if (count > 1 && !stop_all(lu)) {
		/* Its sender tries again. */
		answer(errand, SAM_STAT_BUSY);
		scsi_lu_pr_settle(lu, NULL);
		return ANSWERED;
	}
	/* By the key that is to be changed, whatever the user has ignored. */
	if (errand->action == PR_OUT_REGISTER_AND_IGNORE)
		reply = scsi_pr_register(leader, lu->pr.key, errand->action_key);
	else
		reply = scsi_pr_out(leader, errand->cmd);
	switch (reply) {
	case PR_DONE:
		answer_good(errand);
		break;
	case PR_CONFLICT:
		/* Fenced in between, or it alone. The next one knows. */
		return doubt(errand, leader);
	case PR_LOST:
		if (errand->action == PR_OUT_REGISTER_AND_IGNORE)
			answer(errand, DID_ERROR << 16);
		note_lost(errand);
		scsi_path_bar(leader);
		/* With others, the old key is the one that it has until they say so. */
		if (count == 1)
			lu->pr.other_key = errand->action_key;
		return NEXT_PATH;
	case PR_AWAY:
		return NEXT_PATH;
	default:
		if (errand->action == PR_OUT_REGISTER_AND_IGNORE)
			answer_sense(errand, 0x26, 0x00);
		scsi_lu_pr_settle(lu, NULL);
		return ANSWERED;
	}
	if (count > 1 && !shared)
		return close_change(errand, leader, type);
	if (shared)
		bar_others(leader);
	return key_is_changed(errand, leader);
}

static enum outcome unregister(struct errand *errand, struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;
	int holds;
	u8 type;

	holds = is_held_by_us(leader, &type);
	if (holds < 0)
		return NEXT_PATH;
	if ((holds || is_out_of_reach(lu)) &&
	    !be_alone(errand, leader, holds, type))
		return NEXT_PATH;
	switch (scsi_pr_out(leader, errand->cmd)) {
	case PR_DONE:
		break;
	case PR_CONFLICT:
		if (!errand->cleared && !errand->lost)
			return doubt(errand, leader);
		answer_good(errand);
		break;
	case PR_LOST:
		note_lost(errand);
		errand->cleared = true;
		scsi_path_bar(leader);
		return NEXT_PATH;
	case PR_AWAY:
		return NEXT_PATH;
	default:
		return ANSWERED;
	}
	set_registered(leader, false);
	set_key(lu, 0);
	tell_others(leader);
	scsi_lu_pr_lost(lu, NULL);
	scsi_lu_pr_settle(lu, NULL);
	return ANSWERED;
}

/* What is not as the logical unit is known to be, the target is to judge. */
static enum outcome register_anyhow(struct errand *errand,
				    struct scsi_path *leader)
{
	switch (scsi_pr_out(leader, errand->cmd)) {
	case PR_DONE:
		if (!errand->action_key)
			return ANSWERED;
		/* It had lost its registration just now. */
		return key_is_changed(errand, leader);
	case PR_LOST:
		note_lost(errand);
		scsi_path_bar(leader);
		return NEXT_PATH;
	case PR_AWAY:
		return NEXT_PATH;
	default:
		return ANSWERED;
	}
}

static enum outcome do_register(struct errand *errand, struct scsi_path *leader)
{
	bool ignores = errand->action == PR_OUT_REGISTER_AND_IGNORE;
	u64 key = errand->lu->pr.key, new = errand->action_key;

	if (!key && !new)
		return errand->cleared ? answer_good(errand) :
					 register_anyhow(errand, leader);
	if (!key)
		return errand->unclear && !ignores ?
		       answer_lost(errand) : register_first(errand, leader);
	if (key == new && (ignores || errand->lost))
		return ignores ? register_first(errand, leader) :
				 answer_good(errand);
	/* Is what is to be changed, or to be compared with, still there? */
	if (check(errand, leader) != PR_DONE)
		return NEXT_PATH;
	if (!ignores && errand->key != key)
		return register_anyhow(errand, leader);
	if (!new)
		return unregister(errand, leader);
	if (new != key)
		return change_key(errand, leader);
	return register_first(errand, leader);
}

/* Over a nexus that is registered as the user believes it to be, if any is. */
static enum scsi_pr_reply do_registered(struct errand *errand,
					struct scsi_path *leader)
{
	u64 key = READ_ONCE(errand->lu->pr.key);
	enum scsi_pr_reply reply = scsi_pr_out(leader, errand->cmd);

	switch (reply) {
	case PR_LOST:
		note_lost(errand);
		return PR_LOST;
	case PR_CONFLICT:
		if (!key)
			return PR_CONFLICT;
		/* If it alone is not registered, this is not the answer. */
		return check(errand, leader) == PR_DONE ? PR_CONFLICT : PR_AWAY;
	default:
		return reply;
	}
}

static enum outcome reserve(struct errand *errand, struct scsi_path *leader)
{
	u8 type;

	switch (do_registered(errand, leader)) {
	case PR_DONE:
		tell_others(leader);
		return ANSWERED;
	case PR_CONFLICT:
		break;
	case PR_REFUSED:
		return ANSWERED;
	default:
		return NEXT_PATH;
	}
	/* Over the nexus of ours that holds it already, it would be none. */
	switch (is_held_by_us(leader, &type)) {
	case 0:
		return ANSWERED;
	case 1:
		return errand->key == READ_ONCE(errand->lu->pr.key) &&
		       type == errand->type ? answer_good(errand) :
					      answer_conflict(errand);
	default:
		return NEXT_PATH;
	}
}

static bool is_of_all_registrants(u8 type)
{
	return type == 7 || type == 8;
}

/* The nexus that holds the reservation may be any of ours. */
static enum outcome release(struct errand *errand, struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;
	u64 key = lu->pr.key;
	u8 type, before;
	int held;

	held = is_held_by_us(leader, &before);
	if (held < 0)
		return NEXT_PATH;
	switch (do_registered(errand, leader)) {
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
		return answer_conflict(errand);
	if (is_of_all_registrants(before))
		goto released;
	switch (is_held_by_us(leader, &type)) {
	case 0:
		/* Unless it has just been released, somebody may have taken it. */
		if ((type || !held || before != errand->type) && key &&
		    errand->key == key && check(errand, leader) != PR_DONE)
			return NEXT_PATH;
		goto released;
	case 1:
		break;
	default:
		return NEXT_PATH;
	}
	if (type != errand->type) {
		/* invalid release of persistent reservation */
		answer_sense(errand, 0x26, 0x04);
		return ANSWERED;
	}
	bar_others(leader);
	switch (scsi_pr_preempt(leader, key, key, type)) {
	case PR_DONE:
		break;
	case PR_CONFLICT:
		return doubt(errand, leader);
	default:
		return NEXT_PATH;
	}
	forget_departed(lu);
	switch (do_registered(errand, leader)) {
	case PR_DONE:
	case PR_REFUSED:
	case PR_CONFLICT:
		break;
	default:
		return NEXT_PATH;
	}
released:
	tell_others(leader);
	scsi_lu_pr_settle(lu, leader);
	return ANSWERED;
}

static enum outcome clear(struct errand *errand, struct scsi_path *leader)
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
			return answer_lost(errand);
		}
	}
	switch (do_registered(errand, leader)) {
	case PR_DONE:
		break;
	case PR_CONFLICT:
	case PR_REFUSED:
		return ANSWERED;
	default:
		return NEXT_PATH;
	}
	set_key(lu, 0);
	forget_departed(lu);
	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node)
		path->pr.registered = false;
	spin_unlock_irq(&lu->lock);
	tell_others(leader);
	scsi_lu_pr_settle(lu, NULL);
	return ANSWERED;
}

/* Nobody waits for a path of ours that is stuck, who fences another host. */
static enum outcome preempt_other(struct errand *errand,
				  struct scsi_path *leader)
{
	int count;

	if (errand->lost) {
		count = scsi_pr_count_key(leader, errand->action_key);
		if (count < 0)
			return NEXT_PATH;
		/* By us, or by another one who then has won. */
		if (!count)
			return answer_lost(errand);
	}
	switch (do_registered(errand, leader)) {
	case PR_DONE:
		tell_others(leader);
		return ANSWERED;
	case PR_CONFLICT:
	case PR_REFUSED:
		return ANSWERED;
	default:
		return NEXT_PATH;
	}
}

/* The others lose their registration by it, and with PREEMPT AND ABORT what they do. */
static enum outcome preempt_own(struct errand *errand, struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;
	int holds;
	u8 type;

	if (errand->lost) {
		/* This host has preempted its own registration. */
		if (!lu->pr.key)
			return answer_lost(errand);
		holds = is_held_by_us(leader, &type);
		if (holds < 0)
			return NEXT_PATH;
		/* Was it held by all before? Then once is enough. */
		if (!errand->action_key && holds && type == errand->type)
			return answer_lost(errand);
	}
	bar_others(leader);
	if (errand->action == PR_OUT_PREEMPT_AND_ABORT)
		drain_barred(lu);
	switch (do_registered(errand, leader)) {
	case PR_DONE:
		break;
	case PR_CONFLICT:
	case PR_REFUSED:
		scsi_lu_pr_settle(lu, leader);
		return ANSWERED;
	default:
		return NEXT_PATH;
	}
	if (lu->pr.key) {
		switch (scsi_pr_register(leader, lu->pr.key, lu->pr.key)) {
		case PR_DONE:
			break;
		case PR_CONFLICT:
			/* A host that does not hold the reservation preempts itself. */
			scsi_lu_pr_lost(lu, "preempted by this host");
			fallthrough;
		default:
			scsi_lu_pr_settle(lu, NULL);
			return ANSWERED;
		}
	}
	tell_others(leader);
	scsi_lu_pr_settle(lu, leader);
	return ANSWERED;
}

static bool is_own(const struct errand *errand)
{
	return !errand->action_key || errand->action_key == errand->key;
}

static enum outcome try_over(struct errand *errand, struct scsi_path *leader)
{
	switch (errand->action) {
	case PR_OUT_REGISTER:
	case PR_OUT_REGISTER_AND_IGNORE:
		return do_register(errand, leader);
	case PR_OUT_RESERVE:
		return reserve(errand, leader);
	case PR_OUT_RELEASE:
		return release(errand, leader);
	case PR_OUT_CLEAR:
		return clear(errand, leader);
	case PR_OUT_PREEMPT:
	case PR_OUT_PREEMPT_AND_ABORT:
		return is_own(errand) ? preempt_own(errand, leader) :
					preempt_other(errand, leader);
	default:
		/* invalid field in CDB */
		answer_sense(errand, 0x24, 0x00);
		return ANSWERED;
	}
}

static bool may_lead(const struct scsi_path *path)
{
	return scsi_path_is_usable(path) && scsi_pr_is_reachable(path);
}

static bool try_all(struct errand *errand)
{
	struct scsi_lu *lu = errand->lu;
	struct scsi_path *leader;

	scsi_lu_pr_begin(lu, TURN_LEADER);
	while ((leader = scsi_lu_pr_next(lu, TURN_LEADER, may_lead))) {
		enum outcome outcome = try_over(errand, leader);

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
static bool try_until_clear(struct errand *errand)
{
	struct scsi_lu *lu = errand->lu;

	lockdep_assert_held(&lu->pr.changing);
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
		answer_lost(errand);
	} else if (errand->doubted) {
		answer_conflict(errand);
	} else {
		return false;
	}
	return true;
}

static bool needs_no_registration(const struct errand *errand)
{
	return (errand->action == PR_OUT_PREEMPT ||
		errand->action == PR_OUT_PREEMPT_AND_ABORT) && !is_own(errand);
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
	struct errand *errand;
	bool done;

	errand = kzalloc(sizeof(*errand), GFP_NOIO);
	if (!errand)
		return false;
	errand->lu = lu;
	errand->cmd = cmd;
	errand->action = cmd->cdb[1] & 0x1f;
	errand->type = cmd->cdb[2] & 0x0f;
	errand->key = scsi_pr_key_of(cmd);
	errand->action_key = scsi_pr_action_key_of(cmd);

	done = needs_no_registration(errand) && READ_ONCE(lu->pr.known) &&
	       try_all(errand);
	if (!done) {
		mutex_lock(&lu->pr.changing);
		scsi_lu_pr_discover(lu);
		errand->lu_key = lu->pr.key;
		done = lu->pr.known && try_until_clear(errand);
		mutex_unlock(&lu->pr.changing);
	}
	kfree(errand);
	return done;
}

/* The list, and whether it is one that can be made sense of here. */
static int copy_list(struct scsi_cmnd *lu_cmd, struct scsi_pr_cmd *cmd)
{
	cmd->len = scsi_bufflen(lu_cmd);
	if (cmd->len < PR_OUT_LIST_LEN || cmd->len > PR_OUT_LIST_MAX)
		return -EINVAL;
	cmd->list = kmalloc(cmd->len, GFP_NOIO);
	if (!cmd->list)
		return -ENOMEM;
	sg_copy_to_buffer(scsi_sglist(lu_cmd), scsi_sg_count(lu_cmd), cmd->list,
			  cmd->len);
	return 0;
}

static void finish(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd,
		   const struct scsi_pr_cmd *cmd)
{
	this_cpu_inc(lu->cpu->sent);
	/* Bits that the mid-layer has put there for the path's own command. */
	lu_cmd->result = cmd->result & 0x00ff00ff;
	memcpy(lu_cmd->sense_buffer, cmd->sense, SCSI_SENSE_BUFFERSIZE);
	scsi_set_resid(lu_cmd, 0);
	/* One that may have been carried out is not repeated. */
	if (host_byte(lu_cmd->result))
		scsi_lu_cmd_failed(lu_cmd);
	else
		scsi_lu_cmd_done(lu_cmd);
}

/* Exclusive access of one nexus is none of a logical unit with several. */
static bool is_of_one_nexus(const struct scsi_pr_cmd *cmd)
{
	u8 type = cmd->cdb[2] & 0x0f;

	switch (cmd->cdb[1] & 0x1f) {
	case PR_OUT_REGISTER:
	case PR_OUT_REGISTER_AND_IGNORE:
		return scsi_pr_flags_of(cmd) & PR_SPEC_I_PT;
	case PR_OUT_RESERVE:
	case PR_OUT_PREEMPT:
	case PR_OUT_PREEMPT_AND_ABORT:
		return type == 1 || type == 3;
	case PR_OUT_RELEASE:
	case PR_OUT_CLEAR:
		return false;
	default:
		return true;
	}
}

static bool refuse(struct scsi_lu *lu, struct scsi_pr_cmd *cmd)
{
	sdev_printk(KERN_WARNING, lu->sdev,
		    "reservation service action %#04x, type %#x refused: it would hold for one of %u paths\n",
		    cmd->cdb[1] & 0x1f, cmd->cdb[2] & 0x0f,
		    READ_ONCE(lu->nr_paths));
	cmd->result = SAM_STAT_CHECK_CONDITION;
	/* invalid field in CDB */
	scsi_build_sense_buffer(0, cmd->sense, ILLEGAL_REQUEST, 0x24, 0x00);
	return true;
}

static bool carry_out(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd,
		      struct scsi_pr_cmd *cmd)
{
	memcpy(cmd->cdb, lu_cmd->cmnd, sizeof(cmd->cdb));
	cmd->timeout = scsi_cmd_to_rq(lu_cmd)->timeout;
	switch (copy_list(lu_cmd, cmd)) {
	case 0:
		break;
	case -EINVAL:
		cmd->result = SAM_STAT_CHECK_CONDITION;
		/* parameter list length error */
		scsi_build_sense_buffer(0, cmd->sense, ILLEGAL_REQUEST, 0x1a,
					0x00);
		return true;
	default:
		return false;
	}
	if (is_of_one_nexus(cmd) && !scsi_lu_bind_to_only_path(lu))
		return refuse(lu, cmd);
	return scsi_lu_pr_carry_out(lu, cmd);
}

static struct scsi_cmnd *next_queued(struct scsi_lu *lu)
{
	struct scsi_cmnd *lu_cmd;

	spin_lock_irq(&lu->lock);
	lu_cmd = list_first_entry_or_null(&lu->pr.queue, struct scsi_cmnd,
					  eh_entry);
	if (lu_cmd)
		list_del_init(&lu_cmd->eh_entry);
	spin_unlock_irq(&lu->lock);
	return lu_cmd;
}

/*
 * Without a path it waits as any other command does, or fails. Where there is one that
 * does not even say what is registered, it has the time of a command.
 */
static bool keep_for_later(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd)
{
	unsigned long end = lu_cmd->jiffies_at_alloc +
			    scsi_cmd_to_rq(lu_cmd)->timeout;
	bool has_path;

	spin_lock_irq(&lu->lock);
	has_path = scsi_lu_has_path_locked(lu);
	if (has_path && time_before(lu->usable_since, end) &&
	    time_after(jiffies, end)) {
		spin_unlock_irq(&lu->lock);
		this_cpu_inc(lu->cpu->sent);
		lu_cmd->result = DID_ERROR << 16;
		scsi_lu_cmd_failed(lu_cmd);
		return false;
	}
	if (has_path)
		list_add(&lu_cmd->eh_entry, &lu->pr.queue);
	spin_unlock_irq(&lu->lock);
	if (!has_path)
		scsi_lu_requeue_cmd(lu_cmd);
	return has_path;
}

static void pr_work(struct work_struct *work)
{
	struct scsi_lu *lu = container_of(to_delayed_work(work),
					  struct scsi_lu, pr.work);
	unsigned int noio = memalloc_noio_save();
	struct scsi_cmnd *lu_cmd;

	while ((lu_cmd = next_queued(lu))) {
		struct scsi_pr_cmd *cmd = kzalloc(sizeof(*cmd), GFP_NOIO);
		bool later = false;

		if (cmd && carry_out(lu, lu_cmd, cmd))
			finish(lu, lu_cmd, cmd);
		else
			later = keep_for_later(lu, lu_cmd);
		if (cmd)
			kfree(cmd->list);
		kfree(cmd);
		if (later) {
			queue_delayed_work(scsi_multipath_probe_wq, &lu->pr.work,
					   LOOK_AGAIN);
			break;
		}
	}
	memalloc_noio_restore(noio);
}

/**
 * scsi_lu_pr_queue - a PERSISTENT RESERVE OUT of a logical unit's user
 * @lu: logical unit
 * @lu_cmd: command whose request has been started
 *
 * Context: any in which block I/O is dispatched.
 * Return: false if no path is usable: it waits, or fails, as any other.
 */
bool scsi_lu_pr_queue(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd)
{
	unsigned long flags;
	bool has_path;

	spin_lock_irqsave(&lu->lock, flags);
	has_path = scsi_lu_has_path_locked(lu);
	if (has_path) {
		/* A path that joins from now on has to be looked at. */
		lu->pr.used = true;
		list_add_tail(&lu_cmd->eh_entry, &lu->pr.queue);
		queue_delayed_work(scsi_multipath_probe_wq, &lu->pr.work, 0);
	}
	spin_unlock_irqrestore(&lu->lock, flags);
	return has_path;
}

/**
 * scsi_lu_pr_stop - the logical unit's device is no more
 * @lu: logical unit whose queue is drained
 *
 * Context: process.
 */
void scsi_lu_pr_stop(struct scsi_lu *lu)
{
	disable_delayed_work_sync(&lu->pr.work);
}

/**
 * scsi_lu_pr_init - a new logical unit
 * @lu: logical unit
 */
void scsi_lu_pr_init(struct scsi_lu *lu)
{
	lu->pr.ops = &scsi_pr_ops;
	mutex_init(&lu->pr.changing);
	INIT_LIST_HEAD(&lu->pr.queue);
	INIT_DELAYED_WORK(&lu->pr.work, pr_work);
}
