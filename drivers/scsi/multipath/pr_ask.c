// SPDX-License-Identifier: GPL-2.0
/*
 * Persistent reservations: one command over one path, and what its answer says.
 *
 * REGISTER with two keys is a compare-and-swap of one nexus: it succeeds only if the
 * nexus is registered with the first one, 0 being none. With both the same it asks
 * without changing anything.
 */

#include <linux/delay.h>
#include <linux/minmax.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/unaligned.h>
#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_proto.h>

#include "../scsi_priv.h"
#include "mpath.h"
#include "pr.h"
#include "trace.h"
#include "verdict.h"

#define ASK_TIMEOUT		(10 * HZ)
#define DRAIN_TIMEOUT		(10 * HZ)
#define PAUSE_MS		100
/* Unit attentions of a nexus, one after the other */
#define MAX_ATTENTIONS		8
#define READ_KEYS_LEN		(8 + 64 * 8)
#define READ_KEYS_MAX		(8 + 4096 * 8)
#define TYPE_WHATEVER		0x05

/**
 * scsi_pr_key_of - the reservation key of a command
 * @cmd: PERSISTENT RESERVE OUT with a list
 */
u64 scsi_pr_key_of(const struct scsi_pr_cmd *cmd)
{
	return get_unaligned_be64(cmd->list);
}

/**
 * scsi_pr_action_key_of - the service action reservation key of a command
 * @cmd: PERSISTENT RESERVE OUT with a list
 */
u64 scsi_pr_action_key_of(const struct scsi_pr_cmd *cmd)
{
	return get_unaligned_be64(cmd->list + 8);
}

/**
 * scsi_pr_flags_of - APTPL and others of a command
 * @cmd: PERSISTENT RESERVE OUT with a list
 */
u8 scsi_pr_flags_of(const struct scsi_pr_cmd *cmd)
{
	return cmd->list[20];
}

/* A target takes registrations in standby (SPC-4 5.15.2.4.4), but no I/O. */
static bool takes_registrations(const struct scsi_path *path)
{
	return READ_ONCE(path->access) != ACCESS_NONE ||
	       (READ_ONCE(path->sdev->access_state) & SCSI_ACCESS_STATE_MASK) ==
	       SCSI_ACCESS_STATE_STANDBY;
}

/**
 * scsi_pr_is_reachable_soon - would a path be, but for the error handler of its host?
 * @path: path
 *
 * Whoever waits for that looks again: nobody says when it is done.
 *
 * Context: any. A snapshot.
 */
bool scsi_pr_is_reachable_soon(const struct scsi_path *path)
{
	enum scsi_path_state state = READ_ONCE(path->state);

	return (state == PATH_GOOD || state == PATH_PROBATION) &&
	       READ_ONCE(path->running) && !READ_ONCE(path->check) &&
	       READ_ONCE(path->sdev->sdev_state) == SDEV_RUNNING &&
	       takes_registrations(path);
}

/**
 * scsi_pr_is_reachable - would a path be given to the target's device server now?
 * @path: path
 *
 * No command of ours is to wait in the queue of a path that is blocked.
 *
 * Context: any. A snapshot.
 */
bool scsi_pr_is_reachable(const struct scsi_path *path)
{
	return scsi_pr_is_reachable_soon(path) &&
	       !scsi_host_in_recovery(path->sdev->host);
}

static int send_over(struct scsi_path *path, const u8 *cdb, bool out, void *buf,
		     unsigned int len, unsigned int timeout, u8 *sense)
{
	const struct scsi_exec_args args = {
		.sense = sense,
		.sense_len = SCSI_SENSE_BUFFERSIZE,
	};
	unsigned int noio;
	int result;

	result = scsi_autopm_get_device(path->sdev);
	if (result)
		return result;
	/* What waits for this may be the write-back of memory. */
	noio = memalloc_noio_save();
	result = scsi_execute_cmd(path->sdev, cdb,
				  (out ? REQ_OP_DRV_OUT : REQ_OP_DRV_IN) |
				  REQ_FAILFAST_TRANSPORT, buf, len, timeout, 0,
				  &args);
	memalloc_noio_restore(noio);
	scsi_autopm_put_device(path->sdev);
	return result;
}

/* The path is out of the sets. What was chosen before is sent within a grace period. */
static bool drain_path(struct scsi_path *path)
{
	unsigned long end = jiffies + DRAIN_TIMEOUT;

	synchronize_rcu();
	while (scsi_device_busy(path->sdev)) {
		if (time_after(jiffies, end))
			return false;
		msleep(20);
	}
	return true;
}

static bool get_path(struct scsi_path *path)
{
	return !scsi_device_get(path->sdev);
}

static void put_path(struct scsi_path *path)
{
	scsi_device_put(path->sdev);
}

static void pause_a_moment(void)
{
	msleep(PAUSE_MS);
}

const struct scsi_pr_ops scsi_pr_ops = {
	.send	= send_over,
	.drain	= drain_path,
	.get	= get_path,
	.put	= put_path,
	.pause	= pause_a_moment,
};

/* Is it all the same whether a command is carried out once or twice? */
static bool is_repeatable(const u8 *cdb, const u8 *list)
{
	return cdb[0] != PERSISTENT_RESERVE_OUT ||
	       ((cdb[1] & 0x1f) == PR_OUT_REGISTER && !memcmp(list, list + 8, 8));
}

/* Is it worth while to ask once more? */
static bool is_busy(const u8 *cdb, const u8 *list, int result,
		    const struct scsi_sense_hdr *sense)
{
	if (host_byte(result) != DID_OK)
		return false;
	switch (result & 0xff) {
	case SAM_STAT_BUSY:
	case SAM_STAT_TASK_SET_FULL:
		return true;
	case SAM_STAT_CHECK_CONDITION:
		/* What has been aborted may have been carried out before. */
		if (sense->sense_key == ABORTED_COMMAND)
			return is_repeatable(cdb, list);
		return sense->sense_key == NOT_READY && sense->asc == 0x04 &&
		       (sense->ascq == 0x01 || sense->ascq == 0x0a);
	default:
		return false;
	}
}

/* LIO says so to who is not registered, and to whom it cannot do its work. */
static bool is_communication_failure(const struct scsi_sense_hdr *sense)
{
	return sense->sense_key == NOT_READY && sense->asc == 0x08;
}

/* Is that the answer of LIO to such a command of who is not registered? */
static bool wants_registrant(const u8 *cdb)
{
	if (cdb[0] != PERSISTENT_RESERVE_OUT)
		return false;
	switch (cdb[1] & 0x1f) {
	case PR_OUT_RESERVE:
	case PR_OUT_RELEASE:
	case PR_OUT_CLEAR:
	case PR_OUT_REGISTER_AND_MOVE:
		return true;
	default:
		return false;
	}
}

/* Has it perhaps been carried out, by a target that could not write that down? */
static bool is_write_failure(const u8 *cdb, const struct scsi_sense_hdr *sense)
{
	u8 action = cdb[1] & 0x1f;

	return cdb[0] == PERSISTENT_RESERVE_OUT &&
	       (action == PR_OUT_REGISTER || action == PR_OUT_REGISTER_AND_IGNORE) &&
	       is_communication_failure(sense);
}

static enum scsi_pr_reply reply_of(const u8 *cdb, int result,
				   const struct scsi_sense_hdr *sense)
{
	if ((result & 0xff) == SAM_STAT_RESERVATION_CONFLICT)
		return PR_CONFLICT;
	if (host_byte(result) != DID_OK)
		return PR_LOST;
	if (scsi_answer_is_success(result, sense))
		return PR_DONE;
	switch (result & 0xff) {
	case SAM_STAT_CHECK_CONDITION:
		if (is_communication_failure(sense) && wants_registrant(cdb))
			return PR_CONFLICT;
		if (sense->sense_key == ILLEGAL_REQUEST && sense->asc != 0x25)
			return PR_REFUSED;
		return PR_LOST;
	default:
		return PR_LOST;
	}
}

/* A path that has lost a command of ours is judged as if it had lost one of I/O. */
static void blame(struct scsi_path *path, int result,
		  const struct scsi_sense_hdr *sense)
{
	struct scsi_verdict verdict = scsi_path_verdict(path->sdev, result,
							sense);

	/* That it did not answer to this says less than it would of a read. */
	if (host_byte(result) == DID_TIME_OUT)
		verdict.path = EFFECT_STRIKE;
	scsi_path_apply(path, verdict.path, "reservation command");
}

/*
 * A target that lets nobody in, or is not ready, says so to whatever it is asked. Who
 * waits for that is told the same: his own command would have got no other answer.
 */
static void keep_answer(struct scsi_path *path, const u8 *cdb,
			enum scsi_pr_reply reply, int result,
			const struct scsi_sense_hdr *hdr, const u8 *sense)
{
	struct scsi_verdict verdict = scsi_path_verdict(path->sdev, result, hdr);
	struct scsi_lu *lu = path->lu;

	/* To a PERSISTENT RESERVE OUT a conflict, or a refusal, is about the nexus. */
	if ((reply != PR_LOST && cdb[0] != PERSISTENT_RESERVE_IN) ||
	    is_write_failure(cdb, hdr))
		return;
	/* Not all targets know these, and do the rest. */
	if (reply == PR_REFUSED && (cdb[1] == PR_IN_READ_FULL_STATUS ||
				    cdb[1] == PR_IN_REPORT_CAPABILITIES))
		return;
	if (reply == PR_LOST && (host_byte(result) ||
				 (verdict.cmd != CMD_COMPLETE && !verdict.ask_others)))
		return;
	spin_lock_irq(&lu->lock);
	if (lu->pr.said) {
		lu->pr.said->result = result & 0xff;
		memcpy(lu->pr.said->sense, sense, SCSI_SENSE_BUFFERSIZE);
		lu->pr.said->is_said = true;
	}
	spin_unlock_irq(&lu->lock);
}

static enum scsi_pr_reply ask(struct scsi_path *path, const u8 *cdb, bool out,
			      void *buf, unsigned int len, unsigned int timeout,
			      int *result, u8 *sense)
{
	const struct scsi_pr_ops *ops = path->lu->pr.ops;
	unsigned long end = jiffies + timeout;
	int attentions = MAX_ATTENTIONS;
	struct scsi_sense_hdr hdr;
	enum scsi_pr_reply reply;

	for (;;) {
		if (!scsi_pr_is_reachable(path))
			return PR_AWAY;
		memset(sense, 0, SCSI_SENSE_BUFFERSIZE);
		memset(&hdr, 0, sizeof(hdr));
		*result = ops->send(path, cdb, out, buf, len, timeout, sense);
		if (*result < 0) {
			*result = DID_NO_CONNECT << 16;
			return PR_AWAY;
		}
		if (scsi_status_is_check_condition(*result))
			scsi_normalize_sense(sense, SCSI_SENSE_BUFFERSIZE, &hdr);
		/* Nor has it been carried out after a deferred error. */
		if ((hdr.sense_key == UNIT_ATTENTION ||
		     scsi_sense_is_deferred(&hdr)) && --attentions)
			continue;
		if (!is_busy(cdb, buf, *result, &hdr) || time_after(jiffies, end))
			break;
		ops->pause();
	}
	reply = reply_of(cdb, *result, &hdr);
	if (out)
		trace_scsi_multipath_pr_out(path, cdb, buf, reply);
	if (reply == PR_LOST)
		blame(path, *result, &hdr);
	if (reply != PR_DONE)
		keep_answer(path, cdb, reply, *result, &hdr, sense);
	return reply;
}

static void put_order(u8 *cdb, u8 *list, u64 key, u64 action_key)
{
	put_unaligned_be32(PR_OUT_LIST_LEN, cdb + 5);
	put_unaligned_be64(key, list);
	put_unaligned_be64(action_key, list + 8);
}

static bool may_be_unwritten(const u8 *cdb, const u8 *sense)
{
	struct scsi_sense_hdr hdr;

	return scsi_normalize_sense(sense, SCSI_SENSE_BUFFERSIZE, &hdr) &&
	       is_write_failure(cdb, &hdr);
}

/*
 * Has a nexus a key? If it has one, it must not say that it has none. That is no reason for
 * a target to write anything.
 */
static enum scsi_pr_reply has_key(struct scsi_path *path, u64 key, u8 flags)
{
	u8 cdb[16] = { PERSISTENT_RESERVE_OUT, PR_OUT_REGISTER };
	enum scsi_pr_reply reply = PR_LOST;
	struct {
		u8 sense[SCSI_SENSE_BUFFERSIZE];
		u8 list[PR_OUT_LIST_LEN];
	} *mem;
	int result;

	mem = kzalloc_obj(*mem, GFP_NOIO);
	if (!mem)
		return PR_LOST;
	mem->list[20] = flags & (PR_APTPL | PR_ALL_TG_PT);
	put_order(cdb, mem->list, key, key);
	if (key)
		reply = ask(path, cdb, true, mem->list, PR_OUT_LIST_LEN,
			    ASK_TIMEOUT, &result, mem->sense);
	if (!key || (reply == PR_LOST && may_be_unwritten(cdb, mem->sense))) {
		put_order(cdb, mem->list, 0, 0);
		reply = ask(path, cdb, true, mem->list, PR_OUT_LIST_LEN,
			    ASK_TIMEOUT, &result, mem->sense);
		if (key && reply == PR_DONE)
			reply = PR_CONFLICT;
		else if (key && reply == PR_CONFLICT)
			reply = PR_DONE;
	}
	kfree(mem);
	return reply;
}

/*
 * When LIO has registered a nexus, it writes that to a file, whatever APTPL is. If it cannot,
 * it answers as if it had done nothing. So the nexus is asked what it has by now.
 */
static enum scsi_pr_reply ask_out(struct scsi_path *path, const u8 *cdb, u8 *list,
				  unsigned int len, unsigned int timeout,
				  int *result, u8 *sense)
{
	enum scsi_pr_reply reply;
	u64 from;

	reply = ask(path, cdb, true, list, len, timeout, result, sense);
	if (reply != PR_LOST || !may_be_unwritten(cdb, sense))
		return reply;
	switch (has_key(path, get_unaligned_be64(list + 8), list[20])) {
	case PR_DONE:
		return PR_DONE;
	case PR_CONFLICT:
		if (is_repeatable(cdb, list))
			return PR_CONFLICT;
		/* If it has not the old key either, it had the new one before a fence. */
		from = get_unaligned_be64(list);
		return from && (cdb[1] & 0x1f) == PR_OUT_REGISTER &&
		       has_key(path, from, list[20]) == PR_CONFLICT ?
		       PR_DONE : PR_LOST;
	default:
		return PR_LOST;
	}
}

/**
 * scsi_pr_out - somebody's PERSISTENT RESERVE OUT over one path
 * @path: path
 * @cmd: command, which has its answer then, unless it was not sent
 *
 * Context: process.
 * Return: what became of it.
 */
enum scsi_pr_reply scsi_pr_out(struct scsi_path *path, struct scsi_pr_cmd *cmd)
{
	return ask_out(path, cmd->cdb, cmd->list, cmd->len, cmd->timeout,
		       &cmd->result, cmd->sense);
}

/**
 * scsi_pr_plain - a command without data over one path
 * @path: path
 * @cmd: command, which has its answer then, unless it was not sent
 *
 * Context: process.
 * Return: what became of it.
 */
enum scsi_pr_reply scsi_pr_plain(struct scsi_path *path, struct scsi_pr_cmd *cmd)
{
	return ask(path, cmd->cdb, false, NULL, 0, cmd->timeout, &cmd->result,
		   cmd->sense);
}

/* Returns 0 if the answer is in the buffer. */
static int in(struct scsi_path *path, u8 action, u8 *buf, unsigned int len)
{
	u8 cdb[16] = { PERSISTENT_RESERVE_IN, action };
	enum scsi_pr_reply reply;
	int result;
	u8 *sense;

	sense = kmalloc(SCSI_SENSE_BUFFERSIZE, GFP_NOIO);
	if (!sense)
		return -ENOMEM;
	put_unaligned_be16(len, cdb + 7);
	memset(buf, 0, len);
	reply = ask(path, cdb, false, buf, len, ASK_TIMEOUT, &result, sense);
	kfree(sense);
	switch (reply) {
	case PR_DONE:
		return 0;
	case PR_CONFLICT:
		return -EBUSY;
	case PR_REFUSED:
		return -EOPNOTSUPP;
	default:
		return -EIO;
	}
}

/* Returns 0 if the answer is there: the bytes 2 and 3 of REPORT CAPABILITIES. */
static int see_capabilities(struct scsi_path *path, u8 *can, u8 *does)
{
	u8 *buf = kzalloc(8, GFP_NOIO);
	int error;

	if (!buf)
		return -ENOMEM;
	error = in(path, PR_IN_REPORT_CAPABILITIES, buf, 8);
	*can = buf[2];
	*does = buf[3];
	kfree(buf);
	return error;
}

/* Does the target say that it knows ALL_TG_PT? */
static bool knows_all_ports(struct scsi_path *path)
{
	u8 can, does;

	return !see_capabilities(path, &can, &does) && can & PR_ALL_TG_PT_CAPABLE;
}

/* A PERSISTENT RESERVE OUT of our own */
struct order {
	u8 action;
	u8 type;
	u64 key;
	u64 action_key;
	u8 flags;
	bool bad_field;		/* result: it was refused for what it says */
};

/* Does the target find fault with the CDB, or the list? */
static bool is_bad_field(const u8 *sense)
{
	struct scsi_sense_hdr hdr;

	return scsi_normalize_sense(sense, SCSI_SENSE_BUFFERSIZE, &hdr) &&
	       hdr.sense_key == ILLEGAL_REQUEST && !hdr.ascq &&
	       (hdr.asc == 0x24 || hdr.asc == 0x26);
}

static enum scsi_pr_reply out(struct scsi_path *path, struct order *order)
{
	u8 cdb[16] = { PERSISTENT_RESERVE_OUT, order->action, order->type };
	enum scsi_pr_reply reply;
	struct {
		u8 sense[SCSI_SENSE_BUFFERSIZE];
		u8 list[PR_OUT_LIST_LEN];
	} *mem;
	int result;

	mem = kzalloc_obj(*mem, GFP_NOIO);
	if (!mem)
		return PR_AWAY;
	put_order(cdb, mem->list, order->key, order->action_key);
	mem->list[20] = order->flags;
	reply = ask_out(path, cdb, mem->list, PR_OUT_LIST_LEN, ASK_TIMEOUT,
			&result, mem->sense);
	order->bad_field = reply == PR_REFUSED && is_bad_field(mem->sense);
	kfree(mem);
	return reply;
}

/*
 * What has been registered for all target ports may be changed only by who says so once
 * more (LIO), and nobody here may know that it was: so what is refused is tried the other
 * way, once. It must not add a registration: with the bit that may be one of a nexus that
 * has been fenced just now.
 */
static enum scsi_pr_reply out_either_way(struct scsi_path *path, struct order *order,
					 u8 *flags)
{
	enum scsi_pr_reply reply;

	order->flags = *flags;
	reply = out(path, order);
	if (!order->bad_field || (!order->key && order->action_key))
		return reply;
	order->flags ^= PR_ALL_TG_PT;
	if (order->flags & PR_ALL_TG_PT && !knows_all_ports(path))
		return reply;
	reply = out(path, order);
	if (reply == PR_DONE)
		*flags = order->flags;
	return reply;
}

/**
 * scsi_pr_change - replace the key of a nexus for the user
 * @path: path
 * @from: expected; 0: none
 * @to: key in its place; 0: none
 * @flags: those that the user wants
 *
 * Context: process.
 * Return: PR_CONFLICT if it is another one.
 */
enum scsi_pr_reply scsi_pr_change(struct scsi_path *path, u64 from, u64 to,
				  u8 flags)
{
	struct order order = {
		.action = PR_OUT_REGISTER, .key = from, .action_key = to,
		.flags = flags & (PR_APTPL | PR_ALL_TG_PT),
	};

	return out(path, &order);
}

/**
 * scsi_pr_replace - replace the key of a nexus, if it is the one expected
 * @path: path
 * @from: expected; 0: none
 * @to: key in its place; 0: none
 * @flags: those with which it is registered; changed if the target wants others
 *
 * Context: process.
 * Return: PR_CONFLICT if it is another one.
 */
enum scsi_pr_reply scsi_pr_replace(struct scsi_path *path, u64 from, u64 to,
				   u8 *flags)
{
	struct order order = {
		.action = PR_OUT_REGISTER, .key = from, .action_key = to,
	};

	return out_either_way(path, &order, flags);
}

/**
 * scsi_pr_register - the same, with the flags of the logical unit's registration
 * @path: path
 * @from: expected; 0: none
 * @to: key in its place; 0: none
 *
 * Context: process, pr.changing held.
 * Return: PR_CONFLICT if it is another one.
 */
enum scsi_pr_reply scsi_pr_register(struct scsi_path *path, u64 from, u64 to)
{
	lockdep_assert_held(&path->lu->pr.changing);
	return scsi_pr_replace(path, from, to, &path->lu->pr.flags);
}

/**
 * scsi_pr_force - give a nexus a key, whatever it has
 * @path: path
 * @to: key; 0: none
 *
 * A key is for this nexus alone, whatever the user has wanted: with ALL_TG_PT the others
 * would be registered again, which may have been fenced just now.
 *
 * Context: process, pr.changing held.
 */
enum scsi_pr_reply scsi_pr_force(struct scsi_path *path, u64 to)
{
	u8 *flags = &path->lu->pr.flags;
	struct order order = {
		.action = PR_OUT_REGISTER_AND_IGNORE, .action_key = to,
		.flags = *flags & ~PR_ALL_TG_PT,
	};

	lockdep_assert_held(&path->lu->pr.changing);
	return to ? out(path, &order) : out_either_way(path, &order, flags);
}

/**
 * scsi_pr_preempt - remove the registrations with a key
 * @path: path
 * @key: its own key
 * @victim: the other one
 * @type: of the reservation, if a holder has that
 *
 * Context: process.
 */
enum scsi_pr_reply scsi_pr_preempt(struct scsi_path *path, u64 key, u64 victim,
				   u8 type)
{
	struct order order = {
		.action = PR_OUT_PREEMPT, .type = type ?: TYPE_WHATEVER,
		.key = key, .action_key = victim,
	};

	return out(path, &order);
}

/**
 * scsi_pr_read_keys - all registrations of a logical unit
 * @path: path
 * @keys: they, to be freed by the caller; NULL on failure
 *
 * Context: process.
 * Return: how many, or an errno.
 */
int scsi_pr_read_keys(struct scsi_path *path, u64 **keys)
{
	unsigned int len = READ_KEYS_LEN, needed, nr;
	int error;
	u8 *buf;

	*keys = NULL;
	for (;;) {
		buf = kzalloc(len, GFP_NOIO);
		if (!buf)
			return -ENOMEM;
		error = in(path, PR_IN_READ_KEYS, buf, len);
		if (error)
			goto free_buf;
		needed = min(get_unaligned_be32(buf + 4), READ_KEYS_MAX - 8);
		if (needed + 8 <= len)
			break;
		len = needed + 8;
		kfree(buf);
	}
	nr = needed / 8;
	*keys = kcalloc(nr ?: 1, sizeof(**keys), GFP_NOIO);
	if (!*keys) {
		error = -ENOMEM;
		goto free_buf;
	}
	for (unsigned int i = 0; i < nr; i++)
		(*keys)[i] = get_unaligned_be64(buf + 8 + 8 * i);
	error = nr;
free_buf:
	kfree(buf);
	return error;
}

/**
 * scsi_pr_count_key - how many nexuses are registered with a key?
 * @path: path
 * @key: key
 *
 * Context: process.
 * Return: how many, or an errno.
 */
int scsi_pr_count_key(struct scsi_path *path, u64 key)
{
	int nr, count = 0;
	u64 *keys;

	nr = scsi_pr_read_keys(path, &keys);
	if (nr < 0)
		return nr;
	for (int i = 0; i < nr; i++)
		count += keys[i] == key;
	kfree(keys);
	return count;
}

/**
 * scsi_pr_read_full_status - all registrations, and whose they are
 * @path: path
 * @buf: where the answer goes
 * @len: bytes of that
 *
 * Context: process.
 * Return: 0 or an errno: -EOPNOTSUPP if the target does not know that.
 */
int scsi_pr_read_full_status(struct scsi_path *path, u8 *buf, unsigned int len)
{
	return in(path, PR_IN_READ_FULL_STATUS, buf, len);
}

/**
 * scsi_pr_read_holder - the reservation, if there is one
 * @path: path
 * @key: of the holder; 0 if all registrants hold it
 * @type: of the reservation; 0: there is none
 *
 * Context: process.
 * Return: 0 or an errno.
 */
int scsi_pr_read_holder(struct scsi_path *path, u64 *key, u8 *type)
{
	u8 *buf = kmalloc(24, GFP_NOIO);
	int error;

	*key = 0;
	*type = 0;
	if (!buf)
		return -ENOMEM;
	error = in(path, PR_IN_READ_RESERVATION, buf, 24);
	if (!error && get_unaligned_be32(buf + 4) >= 16) {
		*key = get_unaligned_be64(buf + 8);
		*type = buf[21] & 0x0f;
	}
	kfree(buf);
	return error;
}

/**
 * scsi_pr_see_flags - flags that leave it as it is whether registrations outlive a loss of
 *	power
 * @path: path
 * @flags: those of the logical unit's registration; result
 *
 * That is one setting of the device for all hosts, which each REGISTER changes.
 *
 * Context: process.
 * Return: false if nobody has answered.
 */
bool scsi_pr_see_flags(struct scsi_path *path, u8 *flags)
{
	u8 can, does;
	int error = see_capabilities(path, &can, &does);

	if (!error && does & 1)
		*flags |= PR_APTPL;
	else if (!error)
		*flags &= ~PR_APTPL;
	/* Who does not know of capabilities may know of the rest. */
	return !error || error == -EOPNOTSUPP || error == -EBUSY;
}

/**
 * scsi_pr_see_aptpl - what is sent from here on leaves that as it is
 * @path: path
 *
 * Context: process, pr.changing held.
 * Return: false if nobody has answered.
 */
bool scsi_pr_see_aptpl(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->pr.changing);
	return scsi_pr_see_flags(path, &path->lu->pr.flags);
}
