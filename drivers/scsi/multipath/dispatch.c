// SPDX-License-Identifier: GPL-2.0
/*
 * The way of a command: down one path, back with a verdict, perhaps down
 * another one.
 *
 * Every attempt is a request of the path's own queue, with tag, command memory
 * and timer of the path's host. It borrows the CDB and the scatterlist of the
 * logical unit's command. The path's LLD, abort and error handling own the
 * attempt until scsi_path_cmd_done(); only then is the command delivered or
 * tried again, so that no two attempts of one command are ever under way.
 */

#include <linux/blk-mq.h>
#include <linux/topology.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_multipath.h>

#include "../scsi_priv.h"
#include "dispatch.h"
#include "mpath.h"
#include "verdict.h"

#include "trace.h"

/**
 * scsi_path_borrow_request - make a path's request describe the LU's request
 * @rq: request of the path's queue
 * @lu_rq: request of the logical unit's queue
 *
 * LLDs look at more than the scsi_cmnd: position, length, and the bio with its
 * priority, write hint and cgroup. The bio is lent, the path never completes it.
 */
void scsi_path_borrow_request(struct request *rq, struct request *lu_rq)
{
	rq->__sector = lu_rq->__sector;
	rq->__data_len = lu_rq->__data_len;
	rq->bio = lu_rq->bio;
	rq->biotail = lu_rq->biotail;
	rq->nr_phys_segments = lu_rq->nr_phys_segments;
	rq->rq_flags |= lu_rq->rq_flags & RQF_QUIET;
	if (lu_rq->rq_flags & RQF_SPECIAL_PAYLOAD) {
		rq->rq_flags |= RQF_SPECIAL_PAYLOAD;
		rq->special_vec = lu_rq->special_vec;
	}
}

/**
 * scsi_path_borrow_cmd - make a path's command do what the LU's command does
 * @cmd: command of the path's host
 * @lu_cmd: prepared command of the logical unit
 *
 * It has no retries of its own: what comes back is for the verdict.
 */
void scsi_path_borrow_cmd(struct scsi_cmnd *cmd, const struct scsi_cmnd *lu_cmd)
{
	cmd->cmd_len = lu_cmd->cmd_len;
	memcpy(cmd->cmnd, lu_cmd->cmnd, sizeof(cmd->cmnd));
	cmd->sc_data_direction = lu_cmd->sc_data_direction;
	cmd->sdb = lu_cmd->sdb;
	cmd->underflow = lu_cmd->underflow;
	cmd->transfersize = lu_cmd->transfersize;
	cmd->extra_len = lu_cmd->extra_len;
	cmd->allowed = 0;
	cmd->retries = 0;
	cmd->eh_eflags = 0;
	cmd->prot_op = SCSI_PROT_NORMAL;
	cmd->prot_type = 0;
	cmd->prot_flags = 0;
	cmd->sense_len = 0;
	cmd->resid_len = 0;
	cmd->host_scribble = NULL;
	cmd->result = 0;
	cmd->state = 0;
	cmd->submitter = SUBMITTED_BY_BLOCK_LAYER;
}

/* Reads and writes are not left on a path that does not answer them. */
static unsigned int attempt_timeout(const struct scsi_mpath *lu,
				    const struct request *lu_rq)
{
	unsigned int path_timeout = READ_ONCE(lu->path_timeout);

	if (path_timeout && path_timeout < lu_rq->timeout &&
	    (req_op(lu_rq) == REQ_OP_READ || req_op(lu_rq) == REQ_OP_WRITE))
		return path_timeout;
	return lu_rq->timeout;
}

static struct scsi_cmnd *get_attempt(struct scsi_path *path,
				     struct scsi_cmnd *lu_cmd)
{
	struct scsi_device *sdev = path->sdev;
	struct request *lu_rq = scsi_cmd_to_rq(lu_cmd);
	blk_opf_t opf = lu_rq->cmd_flags & ~(REQ_POLLED | REQ_INTEGRITY);
	struct Scsi_Host *shost = sdev->host;
	struct scsi_cmnd *cmd;
	struct request *rq;

	rq = blk_mq_alloc_bare_request(sdev->request_queue,
				       opf | REQ_FAILFAST_TRANSPORT,
				       lu_rq->rq_flags & RQF_PM);
	if (unlikely(!rq))
		return NULL;

	scsi_path_borrow_request(rq, lu_rq);
	rq->timeout = attempt_timeout(path->lu, lu_rq);
	rq->end_io_data = lu_cmd;

	cmd = blk_mq_rq_to_pdu(rq);
	cmd->flags = SCMD_PATH_ATTEMPT | SCMD_LAST |
		     (sdev->simple_tags ? SCMD_TAGGED : 0);
	init_rcu_head(&cmd->rcu);
	cmd->jiffies_at_alloc = jiffies;
	cmd->device = sdev;
	INIT_LIST_HEAD(&cmd->eh_entry);
	/* Once for each tag: the last command with this one has left it idle. */
	if (unlikely(!cmd->abort_work.work.func))
		INIT_DELAYED_WORK(&cmd->abort_work, scmd_eh_abort_handler);
	scsi_path_borrow_cmd(cmd, lu_cmd);
	memset(cmd->sense_buffer, 0, SCSI_SENSE_BUFFERSIZE);
	if (scsi_host_get_prot(shost))
		memset(cmd->prot_sdb, 0, sizeof(*cmd->prot_sdb));
	if (shost->hostt->cmd_size && !shost->hostt->init_cmd_priv)
		memset(cmd + 1, 0, shost->hostt->cmd_size);
	return cmd;
}

/* The policy, if it measures, is to hear of the end of what it saw begin. */
static void set_measured_by(struct scsi_cmnd *cmd,
			    const struct scsi_path_policy *policy)
{
	/* There is no I/O scheduler that would use it. */
	scsi_cmd_to_rq(cmd)->elv.priv[0] = (void *)policy;
}

static const struct scsi_path_policy *measured_by(struct scsi_cmnd *cmd)
{
	return scsi_cmd_to_rq(cmd)->elv.priv[0];
}

static enum scsi_path_send try_path(struct scsi_path *path,
				    struct scsi_cmnd *lu_cmd,
				    const struct scsi_path_policy *policy)
{
	enum scsi_path_state state = READ_ONCE(path->state);
	struct scsi_device *sdev = path->sdev;
	enum scsi_path_send sent;
	struct scsi_cmnd *cmd;

	/* The set of paths changes a moment after the state of one. */
	if (unlikely(READ_ONCE(sdev->sdev_state) != SDEV_RUNNING ||
		     (state != PATH_GOOD && state != PATH_PROBATION) ||
		     scsi_host_in_recovery(sdev->host)))
		return SCSI_PATH_AWAY;

	cmd = get_attempt(path, lu_cmd);
	if (unlikely(!cmd))
		return SCSI_PATH_FULL;

	trace_scsi_mpath_issue(lu_cmd, path);
	if (policy->start) {
		set_measured_by(cmd, policy);
		policy->start(path, cmd);
	} else {
		set_measured_by(cmd, NULL);
	}
	sent = scsi_path_queue_cmd(cmd);
	if (unlikely(sent != SCSI_PATH_SENT)) {
		if (policy->start)
			policy->done(path, cmd);
		scsi_path_free_cmd(cmd);
	}
	return sent;
}

/**
 * scsi_mpath_dispatch - send a logical unit's command over one of its paths
 * @lu: logical unit
 * @lu_cmd: prepared command
 *
 * Context: any in which block I/O is dispatched; does not sleep.
 * Return: SCSI_PATH_SENT, and @lu_cmd may be complete already; SCSI_PATH_FULL
 * if usable paths have no room now; SCSI_PATH_AWAY if there is no usable path.
 */
enum scsi_path_send scsi_mpath_dispatch(struct scsi_mpath *lu,
					struct scsi_cmnd *lu_cmd)
{
	const struct scsi_path_policy *policy;
	const struct scsi_path_set *set;
	enum scsi_path_send sent = SCSI_PATH_AWAY;
	struct scsi_path *path, *chosen;
	unsigned int nr;

	/*
	 * Whoever blocks, freezes or removes a path waits for a grace period
	 * before relying on it: what is sent from here is sent before that.
	 */
	rcu_read_lock();
	set = rcu_dereference(lu->usable[numa_node_id()]);
	/* Pairs with smp_store_release() in scsi_path_refresh_locked(). */
	nr = smp_load_acquire(&set->nr);
	if (unlikely(!nr))
		goto out;

	/* Pairs with smp_store_release() in scsi_mpath_set_policy(). */
	policy = smp_load_acquire(&lu->policy);
	chosen = policy->select(lu, set, nr);
	trace_scsi_mpath_select(lu_cmd, chosen, policy->name);
	if (likely(chosen)) {
		sent = try_path(chosen, lu_cmd, policy);
		if (likely(sent == SCSI_PATH_SENT) ||
		    (sent == SCSI_PATH_FULL && policy->stays))
			goto out;
	}
	for (unsigned int i = 0; i < nr; i++) {
		enum scsi_path_send other;

		path = READ_ONCE(set->path[i]);
		if (!path || path == chosen)
			continue;
		other = try_path(path, lu_cmd, policy);
		if (other == SCSI_PATH_SENT) {
			sent = other;
			break;
		}
		if (other == SCSI_PATH_FULL)
			sent = other;
	}
out:
	if (likely(sent == SCSI_PATH_SENT))
		this_cpu_inc(lu->cpu->sent);
	rcu_read_unlock();
	return sent;
}

/**
 * scsi_lu_cmd_done - a logical unit's command has its result
 * @lu_cmd: command that no path owns any more
 *
 * As scsi_complete() does for a command that an LLD has completed.
 *
 * Context: any in which a command may complete.
 */
void scsi_lu_cmd_done(struct scsi_cmnd *lu_cmd)
{
	struct scsi_mpath *lu = lu_cmd->device->hostdata;

	blk_mq_set_request_complete(scsi_cmd_to_rq(lu_cmd));
	this_cpu_inc(lu->cpu->done);
	if (likely(!lu_cmd->result)) {
		scsi_lu_finish_cmd(lu_cmd);
		return;
	}

	atomic_inc(&lu_cmd->device->ioerr_cnt);
	switch (scsi_decide_disposition(lu_cmd)) {
	case NEEDS_RETRY:
	case ADD_TO_MLQUEUE:
		scsi_lu_requeue_cmd(lu_cmd);
		break;
	default:
		/* Error handling is done with: it was that of the path. */
		scsi_lu_finish_cmd(lu_cmd);
		break;
	}
}

/*
 * As scsi_complete() does for a command that is not to be retried. A reset is
 * what the completion would retry all the same.
 */
static void done_for_good(struct scsi_mpath *lu, struct scsi_cmnd *lu_cmd)
{
	if (host_byte(lu_cmd->result) == DID_RESET)
		set_host_byte(lu_cmd, DID_ERROR);
	blk_mq_set_request_complete(scsi_cmd_to_rq(lu_cmd));
	this_cpu_inc(lu->cpu->done);
	atomic_inc(&lu_cmd->device->ioerr_cnt);
	scsi_lu_finish_cmd(lu_cmd);
}

/*
 * Over all attempts together a command has the time that it would have on one
 * path. Time without a usable path does not count. The first attempt may have
 * spent it all, waiting for a host's error handler; as a plain disk's, it is
 * made once more.
 */
static bool out_of_time(struct scsi_mpath *lu, struct scsi_cmnd *lu_cmd)
{
	unsigned long since = lu_cmd->jiffies_at_alloc;
	unsigned long usable_since = READ_ONCE(lu->usable_since);

	if (lu_cmd->allowed == SCSI_CMD_RETRIES_NO_LIMIT)
		return false;
	if (time_after(usable_since, since))
		since = usable_since;
	return time_after(jiffies, since + (lu_cmd->allowed + 1) *
				   scsi_cmd_to_rq(lu_cmd)->timeout);
}

static bool may_run_again(struct scsi_mpath *lu, struct scsi_cmnd *lu_cmd)
{
	int budget;

	/* Whoever builds commands himself decides himself what to repeat. */
	if (blk_rq_is_passthrough(scsi_cmd_to_rq(lu_cmd)) && !lu_cmd->allowed)
		return false;
	if (!scsi_cmd_is_idempotent(lu->sdev->type, lu_cmd->cmnd))
		return false;
	if (lu_cmd->allowed == SCSI_CMD_RETRIES_NO_LIMIT)
		return true;
	if (lu_cmd->retries && out_of_time(lu, lu_cmd))
		return false;
	budget = (lu_cmd->allowed + 1) * READ_ONCE(lu->nr_paths);
	return ++lu_cmd->retries <= budget;
}

/*
 * Some LLDs call it an error when a device has less to say than there was asked
 * for (SPC-4 4.3.4.6, allocation length), or nothing. Who knows how much has heard
 * from the device.
 */
static bool is_short_answer(struct scsi_cmnd *cmd)
{
	return host_byte(cmd->result) == DID_ERROR &&
	       blk_rq_is_passthrough(scsi_cmd_to_rq(cmd)) &&
	       scsi_get_resid(cmd);
}

static void apply_to_path(struct scsi_path *path, struct scsi_cmnd *cmd,
			  enum scsi_path_effect effect)
{
	struct scsi_device *sdev = path->sdev;
	char why[32];

	switch (effect) {
	case PATH_PROVED:
		if (unlikely(READ_ONCE(path->suspect)))
			scsi_path_proved(path);
		return;
	case PATH_UNCHANGED:
		return;
	case PATH_CONGESTED:
		atomic_set(&sdev->device_blocked, sdev->max_device_blocked);
		return;
	default:
		break;
	}

	/* What the path lost before it came back is no news of it. */
	if (scsi_path_came_back_after(path, cmd->jiffies_at_alloc))
		return;

	if (is_short_answer(cmd))
		return;

	/* A timeout of the submitter's own choice says less. */
	if (host_byte(cmd->result) == DID_TIME_OUT &&
	    blk_rq_is_passthrough(scsi_cmd_to_rq(cmd)))
		effect = PATH_STRIKE;
	snprintf(why, sizeof(why), "result %#x", cmd->result);
	switch (effect) {
	case PATH_STRIKE:
		scsi_path_strike(path, why);
		break;
	case PATH_TRANSITION:
		scsi_path_in_transition(path);
		break;
	case PATH_PASSIVE:
		scsi_path_is_passive(path);
		break;
	case PATH_GONE:
		scsi_path_is_gone(path, why);
		break;
	case PATH_LOST:
		scsi_path_suspend_or_lose(path, PATH_DEAD, why);
		break;
	default:
		scsi_path_suspend_or_lose(path, PATH_WAITING, why);
		break;
	}
}

static void apply_to_cmd(struct scsi_mpath *lu, struct scsi_cmnd *lu_cmd,
			 enum scsi_cmd_effect effect, bool busy)
{
	switch (effect) {
	case CMD_DELIVER:
		scsi_lu_cmd_done(lu_cmd);
		return;
	case CMD_NEVER_RAN:
		if (busy && out_of_time(lu, lu_cmd)) {
			done_for_good(lu, lu_cmd);
			return;
		}
		scsi_lu_requeue_cmd(lu_cmd);
		return;
	case CMD_MAY_HAVE_RUN:
		if (may_run_again(lu, lu_cmd))
			scsi_lu_requeue_cmd(lu_cmd);
		else
			done_for_good(lu, lu_cmd);
		return;
	}
}

/**
 * scsi_path_cmd_done - an attempt is over, the LLD has let go of it
 * @cmd: command of the path, scsi_cmd_is_path_attempt()
 *
 * Context: any in which a command may complete.
 */
void scsi_path_cmd_done(struct scsi_cmnd *cmd)
{
	struct scsi_cmnd *lu_cmd = scsi_cmd_to_rq(cmd)->end_io_data;
	struct scsi_path *path = cmd->device->path;
	struct scsi_mpath *lu = path->lu;
	struct scsi_verdict verdict;
	struct scsi_sense_hdr sense;
	bool has_sense;

	if (measured_by(cmd))
		measured_by(cmd)->done(path, cmd);
	lu_cmd->result = cmd->result;
	scsi_set_resid(lu_cmd, scsi_get_resid(cmd));
	if (unlikely(cmd->sense_buffer[0]))
		memcpy(lu_cmd->sense_buffer, cmd->sense_buffer,
		       SCSI_SENSE_BUFFERSIZE);

	if (likely(!cmd->result)) {
		if (unlikely(READ_ONCE(path->suspect)))
			scsi_path_proved(path);
		scsi_path_free_cmd(cmd);
		scsi_lu_cmd_done(lu_cmd);
		return;
	}

	has_sense = scsi_command_normalize_sense(cmd, &sense);
	verdict = scsi_path_verdict(cmd->device, cmd->result,
				    has_sense ? &sense : NULL);
	/* An upper level hears once of what each path reports for itself. */
	if (has_sense && verdict.cmd == CMD_DELIVER &&
	    !scsi_path_event_is_news(path, &sense))
		verdict.cmd = CMD_NEVER_RAN;
	trace_scsi_mpath_verdict(lu_cmd, path, &verdict);
	apply_to_path(path, cmd, verdict.path);
	/* The attempt held the path; the command holds the logical unit. */
	scsi_path_free_cmd(cmd);
	apply_to_cmd(lu, lu_cmd, verdict.cmd, verdict.path == PATH_CONGESTED);
}
