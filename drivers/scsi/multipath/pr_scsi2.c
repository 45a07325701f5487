// SPDX-License-Identifier: GPL-2.0
/*
 * RESERVE and RELEASE (6 and 10 bytes), of SCSI-2: whoever has reserved the logical unit is
 * the only nexus that may use it, as with the persistent reservation of the type exclusive
 * access, and so it is treated: all I/O goes over the path that holds it, the others
 * stand aside.
 *
 * But nobody can ask who holds it, and nobody can take it from a nexus that is lost. When
 * the path is, another one reserves the logical unit as soon as the target lets it, that is
 * when it has noticed the loss. I/O waits for that. Others may have been there meanwhile:
 * so the next command is answered as the loss of a nexus is.
 *
 * What a target does for one of ours that has a persistent registration too, is its own
 * affair (SPC-4 5.13.3).
 */

#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_proto.h>

#include "mpath.h"
#include "pr.h"

/* How long I/O waits for the target to notice that a nexus is lost. */
#define MOVE_TIME		(30 * HZ)
/* In the byte 1: for a third party, a LongID, an identification, extents */
#define NOT_THE_WHOLE_UNIT	0x1f

/**
 * scsi_pr_is_scsi2 - does a command reserve, or release, for one nexus?
 * @cdb: command
 */
bool scsi_pr_is_scsi2(const u8 *cdb)
{
	return cdb[0] == RESERVE_6 || cdb[0] == RESERVE_10 ||
	       cdb[0] == RELEASE_6 || cdb[0] == RELEASE_10;
}

static bool is_release(const struct scsi_pr_cmd *cmd)
{
	return cmd->cdb[0] == RELEASE_6 || cmd->cdb[0] == RELEASE_10;
}

static bool has_list(const struct scsi_pr_cmd *cmd)
{
	return (cmd->cdb[0] == RESERVE_10 || cmd->cdb[0] == RELEASE_10) &&
	       (cmd->cdb[7] || cmd->cdb[8]);
}

static bool may_lead(const struct scsi_path *path)
{
	return scsi_path_is_usable(path) && scsi_pr_is_reachable(path);
}

static struct scsi_path *next_path(struct scsi_lu *lu)
{
	return scsi_lu_pr_next(lu, TURN_LEADER, may_lead);
}

static bool is_reserved(struct scsi_lu *lu, struct scsi_path **holder)
{
	bool reserved;

	spin_lock_irq(&lu->lock);
	reserved = lu->pr.exclusive == PR_TYPE_SCSI2;
	if (holder)
		*holder = lu->pr.holder;
	spin_unlock_irq(&lu->lock);
	return reserved;
}

/* NULL: who holds it is not known, or a path that is lost */
static void set_holder(struct scsi_lu *lu, struct scsi_path *holder)
{
	spin_lock_irq(&lu->lock);
	scsi_lu_pr_hold_scsi2_locked(lu, holder, true);
	spin_unlock_irq(&lu->lock);
}

static void set_released(struct scsi_lu *lu)
{
	spin_lock_irq(&lu->lock);
	scsi_lu_pr_hold_scsi2_locked(lu, NULL, false);
	spin_unlock_irq(&lu->lock);
}

static void set_promise(struct scsi_lu *lu, u8 opcode)
{
	spin_lock_irq(&lu->lock);
	lu->pr.promise = opcode;
	spin_unlock_irq(&lu->lock);
}

/* A target answers these whoever holds what, if it knows the nexus. */
static bool pass(struct scsi_lu *lu, struct scsi_pr_cmd *cmd)
{
	bool sent = false, done = false;
	struct scsi_path *path;

	scsi_lu_pr_begin(lu, TURN_LEADER);
	while (!done && (path = next_path(lu))) {
		enum scsi_pr_reply reply = scsi_pr_plain(path, cmd);

		lu->pr.ops->put(path);
		sent |= reply != PR_AWAY;
		done = reply != PR_AWAY && reply != PR_LOST;
	}
	return sent;
}

static void answer(struct scsi_pr_cmd *cmd, int result)
{
	cmd->result = result;
	memset(cmd->sense, 0, sizeof(cmd->sense));
}

/* What came back first of several; if that could not be kept, its sender asks again. */
static void answer_as(struct scsi_pr_cmd *cmd, const struct scsi_pr_cmd *kept)
{
	if (kept)
		*cmd = *kept;
	else
		answer(cmd, SAM_STAT_BUSY);
}

/* The path that holds it can be used, but has met a conflict: somebody else has it now. */
static bool has_lost_it(struct scsi_lu *lu)
{
	bool lost;

	spin_lock_irq(&lu->lock);
	lost = scsi_lu_pr_holder_is_good(lu);
	if (lost)
		scsi_lu_pr_hold_scsi2_locked(lu, NULL, false);
	spin_unlock_irq(&lu->lock);
	return lost;
}

/*
 * Over one path after the other, until one gets it: a nexus of ours may have it from an
 * earlier life. All others stand aside before: what they have under way meets conflicts
 * then, and goes over the one that gets it.
 */
static bool reserve(struct scsi_lu *lu, struct scsi_pr_cmd *cmd)
{
	bool was_reserved, conflict = false, refused = false, is_lost = false;
	struct scsi_pr_cmd *lost = NULL;
	struct scsi_path *path;

	was_reserved = is_reserved(lu, NULL);
	scsi_lu_pr_begin(lu, TURN_LEADER);
	while (!refused && (path = next_path(lu))) {
		enum scsi_pr_reply reply;

		if (!was_reserved)
			set_holder(lu, path);
		reply = scsi_pr_plain(path, cmd);
		if (reply == PR_DONE) {
			set_holder(lu, path);
			set_promise(lu, cmd->cdb[0]);
		}
		lu->pr.ops->put(path);
		if (reply == PR_DONE)
			goto done;
		refused = reply == PR_REFUSED;
		conflict |= reply == PR_CONFLICT;
		if (reply == PR_LOST && !lost)
			lost = kmemdup(cmd, sizeof(*cmd), GFP_NOIO);
		is_lost |= reply == PR_LOST;
	}
	if (is_lost) {
		/* Perhaps it has been made all the same. That will be seen. */
		if (!was_reserved)
			set_holder(lu, NULL);
		answer_as(cmd, lost);
		goto done;
	}
	if (!was_reserved)
		set_released(lu);
	if (refused)
		goto done;
	/* As long as the target goes on with a lost nexus of ours, who asks waits. */
	if (was_reserved && conflict && !has_lost_it(lu))
		return false;
	return conflict;
done:
	kfree(lost);
	return true;
}

static bool release_over(struct scsi_lu *lu, struct scsi_path *holder,
			 struct scsi_pr_cmd *cmd)
{
	struct scsi_path *path;
	bool done = false;

	scsi_lu_pr_begin(lu, TURN_LEADER);
	while (!done && (path = next_path(lu))) {
		if (path == holder) {
			switch (scsi_pr_plain(path, cmd)) {
			case PR_DONE:
				set_released(lu);
				done = true;
				break;
			case PR_LOST:
				/* Its sender does not count on it any more. */
				set_promise(lu, 0);
				set_holder(lu, NULL);
				done = true;
				break;
			case PR_AWAY:
				break;
			default:
				done = true;
				break;
			}
		}
		lu->pr.ops->put(path);
	}
	return done;
}

/* Nobody is known to hold it here. From an earlier life, any nexus of ours may. */
static bool release_over_all(struct scsi_lu *lu, struct scsi_pr_cmd *cmd)
{
	struct scsi_pr_cmd *bad = NULL;
	bool sent = false, is_bad = false;
	struct scsi_path *path;

	scsi_lu_pr_begin(lu, TURN_LEADER);
	while ((path = next_path(lu))) {
		enum scsi_pr_reply reply = scsi_pr_plain(path, cmd);

		lu->pr.ops->put(path);
		if (reply == PR_AWAY)
			continue;
		sent = true;
		if (reply != PR_DONE && !bad)
			bad = kmemdup(cmd, sizeof(*cmd), GFP_NOIO);
		is_bad |= reply != PR_DONE;
		/* If it had it, it has it still, perhaps. That will be seen. */
		if (reply == PR_LOST)
			set_holder(lu, NULL);
	}
	if (is_bad)
		answer_as(cmd, bad);
	else if (sent)
		answer(cmd, SAM_STAT_GOOD);
	kfree(bad);
	return sent;
}

static bool release(struct scsi_lu *lu, struct scsi_pr_cmd *cmd)
{
	struct scsi_path *holder;

	if (!is_reserved(lu, &holder))
		return release_over_all(lu, cmd);
	/* It is answered when it is known who holds it, or somebody holds it who can be told. */
	return holder && release_over(lu, holder, cmd);
}

/**
 * scsi_pr_carry_out_scsi2 - a RESERVE or RELEASE of the user's
 * @lu: logical unit
 * @cmd: command, which has its answer then
 *
 * Context: process, one at a time for each logical unit.
 * Return: false if there was no path for it; it has not been carried out.
 */
bool scsi_pr_carry_out_scsi2(struct scsi_lu *lu, struct scsi_pr_cmd *cmd)
{
	bool done;

	if (cmd->cdb[1] & NOT_THE_WHOLE_UNIT || has_list(cmd)) {
		cmd->result = SAM_STAT_CHECK_CONDITION;
		/* invalid field in CDB */
		scsi_build_sense_buffer(0, cmd->sense, ILLEGAL_REQUEST, 0x24,
					0x00);
		return true;
	}
	mutex_lock(&lu->pr.changing);
	if (READ_ONCE(lu->pr.used))
		scsi_lu_pr_discover(lu);
	if (lu->pr.key)
		done = pass(lu, cmd);
	else
		done = is_release(cmd) ? release(lu, cmd) : reserve(lu, cmd);
	mutex_unlock(&lu->pr.changing);
	return done;
}

enum access {
	LETS_IN,
	KEEPS_OUT,
	SAYS_NOTHING,
};

/* Does the reservation of somebody else keep this nexus out? */
static enum access access_over(struct scsi_path *path)
{
	struct scsi_pr_cmd *cmd = kzalloc_obj(*cmd, GFP_NOIO);
	enum access access = SAYS_NOTHING;

	if (!cmd)
		return access;
	cmd->cdb[0] = TEST_UNIT_READY;
	cmd->timeout = 10 * HZ;
	switch (scsi_pr_plain(path, cmd)) {
	case PR_CONFLICT:
		access = KEEPS_OUT;
		break;
	case PR_AWAY:
		break;
	default:
		/* What is not ready says so to who may use it. */
		if (!host_byte(cmd->result))
			access = LETS_IN;
		break;
	}
	kfree(cmd);
	return access;
}

static bool has_path_out_of_reach(struct scsi_lu *lu)
{
	struct scsi_path *path;
	bool found = false;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node)
		found |= !may_lead(path);
	spin_unlock_irq(&lu->lock);
	return found;
}

/* Is one only being looked at, or kept by its host's error handler? */
static bool has_path_soon(struct scsi_lu *lu)
{
	struct scsi_path *path;
	bool found = false;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node)
		found |= path->check || (scsi_path_is_usable(path) &&
					 !scsi_pr_is_reachable(path));
	spin_unlock_irq(&lu->lock);
	return found;
}

static bool is_time_over(struct scsi_lu *lu)
{
	return lu->pr.move_end && time_after(jiffies, lu->pr.move_end);
}

/*
 * Something may have ended it, or it may never have been made. One nexus that is let in
 * while others are kept out has it; if two are let in nobody has.
 */
static void find_out(struct scsi_lu *lu)
{
	unsigned int let_in = 0, kept_out = 0;
	struct scsi_path *path, *one = NULL;

	scsi_lu_pr_begin(lu, TURN_LEADER);
	while ((path = next_path(lu))) {
		switch (access_over(path)) {
		case LETS_IN:
			if (!let_in++) {
				one = path;
				continue;
			}
			break;
		case KEEPS_OUT:
			kept_out++;
			break;
		default:
			break;
		}
		lu->pr.ops->put(path);
	}
	if (let_in < 2 && !(let_in && kept_out) && has_path_soon(lu) &&
	    !is_time_over(lu))
		goto put;
	if (let_in == 1 && (kept_out || has_path_out_of_reach(lu)))
		set_holder(lu, one);
	else if (let_in)
		set_released(lu);
	else if (kept_out && (!has_path_out_of_reach(lu) || is_time_over(lu)))
		set_released(lu);
put:
	if (one)
		lu->pr.ops->put(one);
}

/* Does the target let another nexus of ours have it by now? */
static void reserve_anew(struct scsi_lu *lu)
{
	struct scsi_pr_cmd *cmd = kzalloc_obj(*cmd, GFP_NOIO);
	bool conflict = false, done = false;
	struct scsi_path *path;

	if (!cmd)
		return;
	scsi_lu_pr_begin(lu, TURN_LEADER);
	while (!done && (path = next_path(lu))) {
		memset(cmd->cdb, 0, sizeof(cmd->cdb));
		cmd->cdb[0] = lu->pr.promise;
		cmd->timeout = 10 * HZ;
		switch (scsi_pr_plain(path, cmd)) {
		case PR_DONE:
			set_holder(lu, path);
			done = true;
			sdev_printk(KERN_NOTICE, lu->sdev,
				    "reservation moved to path %s\n",
				    dev_name(&path->sdev->sdev_gendev));
			break;
		case PR_CONFLICT:
			conflict = true;
			break;
		default:
			break;
		}
		lu->pr.ops->put(path);
	}
	if (done) {
		spin_lock_irq(&lu->lock);
		scsi_lu_lost_nexus(lu);
		lu->pr.is_moved = true;
		spin_unlock_irq(&lu->lock);
		scsi_lu_tell_changes(lu);
	} else if (conflict && is_time_over(lu)) {
		sdev_printk(KERN_WARNING, lu->sdev,
			    "reservation lost, somebody else holds one\n");
		set_released(lu);
	}
	kfree(cmd);
}

/**
 * scsi_pr_move_scsi2 - the nexus that has reserved may be lost, or have lost that
 * @lu: logical unit
 *
 * Context: process.
 * Return: false if it is to be looked at once more.
 */
bool scsi_pr_move_scsi2(struct scsi_lu *lu)
{
	bool is_lost, wanted;

	mutex_lock(&lu->pr.changing);
	spin_lock_irq(&lu->lock);
	wanted = scsi_lu_pr_is_to_move(lu);
	is_lost = !scsi_lu_pr_holder_is_good(lu);
	if (wanted && !lu->pr.move_end)
		lu->pr.move_end = (jiffies + MOVE_TIME) ?: 1;
	spin_unlock_irq(&lu->lock);
	if (wanted && is_lost && lu->pr.promise)
		reserve_anew(lu);
	else if (wanted)
		find_out(lu);
	spin_lock_irq(&lu->lock);
	wanted = scsi_lu_pr_is_to_move(lu);
	if (!wanted)
		lu->pr.move_end = 0;
	spin_unlock_irq(&lu->lock);
	mutex_unlock(&lu->pr.changing);
	return !wanted;
}

/**
 * scsi_lu_pr_was_reset - a reservation of SCSI-2 ends with a reset, or a nexus
 * @lu: logical unit
 *
 * Not with all of them, as targets are: so they are asked.
 *
 * Context: @lu->lock held.
 */
void scsi_lu_pr_was_reset(struct scsi_lu *lu)
{
	lockdep_assert_held(&lu->lock);
	if (likely(lu->pr.exclusive != PR_TYPE_SCSI2))
		return;
	lu->pr.hold_doubted = true;
	scsi_lu_pr_look_after(lu);
}
