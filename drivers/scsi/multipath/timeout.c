// SPDX-License-Identifier: GPL-2.0
/*
 * A path that neither answers nor fails. Reads and writes are not left on it
 * for their whole timeout: after attempt_timeout the path is out of use, and its
 * LLD is asked to abort them and what else may be sent again, by which the host's
 * error handler is not woken.
 * Only when the abort has returned are they sent over another path, and that one
 * may take the whole timeout: if it is the logical unit that is slow, no path is
 * any better. Having seen that, none is judged by it for a while.
 *
 * The blk-mq timer of the attempt is the clock. It ticks once a second. The LLD
 * does not see it: in the request it finds the timeout of the logical unit.
 */

#include <linux/blk-mq.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "dispatch.h"
#include "mpath.h"
#include "verdict.h"

static unsigned int default_attempt_timeout = 5;
module_param_named(attempt_timeout, default_attempt_timeout, uint, 0644);
MODULE_PARM_DESC(attempt_timeout,
		 "Seconds without an answer after which new logical units take a path out of use and abort its reads and writes, if there is another path; 0: leave them their whole timeout (default 5)");

/**
 * scsi_type_has_attempt_timeout - may commands be taken back from a path early?
 * @device_type: peripheral device type
 *
 * A tape that rewinds or a CD that spins up does not answer for long, and the
 * commands of a tape can not be sent again.
 */
bool scsi_type_has_attempt_timeout(u8 device_type)
{
	return device_type == TYPE_DISK || device_type == TYPE_ZBC;
}

/**
 * scsi_attempt_timeout_for - the attempt_timeout that a new logical unit starts with
 * @device_type: its peripheral device type
 *
 * Return: jiffies, 0: none.
 */
unsigned int scsi_attempt_timeout_for(u8 device_type)
{
	unsigned int seconds = min(READ_ONCE(default_attempt_timeout),
				   ATTEMPT_TIMEOUT_MAX);

	return scsi_type_has_attempt_timeout(device_type) ? seconds * HZ : 0;
}

/* For how long what the logical unit needed once is not held against a path. */
#define SLOW_FOR	(60UL * HZ)

/**
 * scsi_lu_is_slow - has the logical unit needed long over several paths?
 * @lu: logical unit whose @slow_until is not 0
 *
 * Context: any.
 */
bool scsi_lu_is_slow(const struct scsi_lu *lu)
{
	unsigned long slow_until = READ_ONCE(lu->slow_until);

	return slow_until && time_before(jiffies, slow_until);
}

/**
 * scsi_path_note_patience - a path has answered a command that another had not
 * @path: path
 * @since: jiffies when the command was sent over @path
 *
 * Context: any.
 */
void scsi_path_note_patience(struct scsi_path *path, unsigned long since)
{
	struct scsi_lu *lu = path->lu;
	unsigned int attempt_timeout = READ_ONCE(lu->attempt_timeout);

	if (attempt_timeout && jiffies - since > attempt_timeout)
		WRITE_ONCE(lu->slow_until, (jiffies + SLOW_FOR) ?: 1);
}

/*
 * Of a command that may be carried out twice only. The command of the logical unit is not
 * looked at: the attempt is perhaps over by now, and that one's memory is somebody else's.
 */
static bool may_be_sent_again(const struct scsi_lu *lu,
			      const struct scsi_cmnd *cmd, struct request *rq)
{
	if (scsi_rq_is_in_sequence(lu->sdev->type, rq))
		return false;
	if (blk_rq_is_passthrough(rq))
		return scsi_lu_may_repeat_passthrough(lu, cmd);
	return scsi_cmd_is_idempotent(lu->sdev->type, cmd->cmnd);
}

/* Has something else taken it out of use since, and is there another one? */
static bool was_taken_out(struct scsi_path *path, unsigned long since)
{
	unsigned long flags;
	bool was_out;

	spin_lock_irqsave(&path->lu->lock, flags);
	was_out = (!scsi_path_state_carries_io(path->state) ||
		   scsi_path_reinstated_after(path, since)) &&
		  scsi_path_has_alternative(path);
	spin_unlock_irqrestore(&path->lu->lock, flags);
	return was_out;
}

/*
 * Reads and writes are answered soon, or there is something wrong. Others may take long:
 * they are no news of the path, but if it is found out by reads and writes that it
 * answers nothing, they do not get an answer either.
 */
static bool is_kept_in_vain(struct scsi_path *path, const struct request *rq,
			    unsigned long since)
{
	if (req_op(rq) == REQ_OP_READ || req_op(rq) == REQ_OP_WRITE)
		return scsi_path_take_out_if_stuck(path, since);
	return was_taken_out(path, since);
}

/**
 * scsi_path_judge_timeout - the timer of an attempt has gone off: what becomes of it?
 * @cmd: attempt
 *
 * A path that does not answer it is taken out of use.
 *
 * Context: as scsi_path_cmd_timed_out().
 * Return: jiffies that the path may keep it still; 0: it is to be aborted.
 */
unsigned long scsi_path_judge_timeout(struct scsi_cmnd *cmd)
{
	struct request *rq = scsi_cmd_to_rq(cmd);
	struct scsi_path *path = cmd->device->path;
	unsigned long since = cmd->jiffies_at_alloc, had, left;
	unsigned int attempt_timeout;

	/* It has just come back. */
	if (test_bit(SCMD_STATE_COMPLETE, &cmd->state))
		return 0;
	/* Nobody's time is over: the LLD wants it aborted, blk_abort_request(). */
	if (time_before(READ_ONCE(rq->deadline), scsi_path_due(cmd)))
		return 0;
	had = jiffies - since;
	if (had >= rq->timeout) {
		clear_bit(SCMD_STATE_TAKEN_BACK, &cmd->state);
		return 0;
	}

	left = rq->timeout - had;
	attempt_timeout = READ_ONCE(path->lu->attempt_timeout);
	/*
	 * Without ->eh_abort_handler a timeout would wake the error handler, which
	 * stops the whole host.
	 */
	if (!attempt_timeout || scsi_lu_is_slow(path->lu) ||
	    !may_be_sent_again(path->lu, cmd, rq) ||
	    !cmd->device->host->hostt->eh_abort_handler)
		return left;
	if (is_kept_in_vain(path, rq, since)) {
		set_bit(SCMD_STATE_TAKEN_BACK, &cmd->state);
		return 0;
	}
	return min_t(unsigned long, attempt_timeout, left);
}

/**
 * scsi_path_cmd_timed_out - the timer of an attempt has gone off
 * @cmd: attempt
 *
 * Context: the timeout work of the path's queue; takes the logical unit's lock.
 * Return: true if the path may keep the command until the timer goes off once
 * more; false if it is to be aborted.
 */
bool scsi_path_cmd_timed_out(struct scsi_cmnd *cmd)
{
	unsigned long patience = scsi_path_judge_timeout(cmd);

	if (!patience)
		return false;
	scsi_path_set_due(cmd, jiffies + patience);
	blk_mq_rearm_bare_request(scsi_cmd_to_rq(cmd), patience);
	return true;
}
