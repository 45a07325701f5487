// SPDX-License-Identifier: GPL-2.0
/*
 * The way of a command to a path, or to where it waits for one.
 *
 * Every attempt is a request of the path's own queue, with tag, command memory
 * and timer of the path's host. It borrows the CDB and the scatterlist of the
 * logical unit's command. What becomes of it is in completion.c.
 */

#include <linux/blk-mq.h>
#include <linux/topology.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "../scsi_priv.h"
#include "dispatch.h"
#include "mpath.h"
#include "trace.h"

/* That a command waits for an LLD that takes nothing, while there is another path */
#define REFUSAL_PATIENCE	HZ
/* What is refused is sent again sooner: after so long a time it is another refusal. */
#define REFUSAL_GAP		(HZ / 2)
/* That one waits at least for the only host that takes its CDB */
#define CHECK_PATIENCE		(5UL * HZ)
/* How often it is tried meanwhile */
#define ASIDE_MSECS		100

static struct scsi_cmnd *get_attempt(struct scsi_path *path,
				     struct scsi_cmnd *lu_cmd)
{
	struct scsi_device *sdev = path->sdev;
	struct request *lu_rq = scsi_cmd_to_rq(lu_cmd);
	blk_opf_t opf = lu_rq->cmd_flags & ~REQ_INTEGRITY;
	struct Scsi_Host *shost = sdev->host;
	struct scsi_cmnd *cmd;
	struct request *rq;

	opf |= REQ_FAILFAST_TRANSPORT;
	if (unlikely(opf & REQ_POLLED))
		rq = scsi_path_get_polled(path, lu_rq, opf);
	else
		rq = blk_mq_alloc_bare_request(sdev->request_queue, opf,
					       lu_rq->rq_flags & RQF_PM);
	if (unlikely(!rq))
		return NULL;

	scsi_path_borrow_request(rq, lu_rq);
	rq->timeout = lu_rq->timeout;
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
	if (cmd->prot_sdb) {
		if (lu_cmd->prot_sdb)
			*cmd->prot_sdb = *lu_cmd->prot_sdb;
		else
			memset(cmd->prot_sdb, 0, sizeof(*cmd->prot_sdb));
	}
	if (shost->hostt->cmd_size && !shost->hostt->init_cmd_priv)
		memset(cmd + 1, 0, shost->hostt->cmd_size);
	return cmd;
}

/*
 * Jiffies that an attempt is left alone, no more than the timeout of the command: it is
 * not left on a path that answers nothing, at first.
 */
static __always_inline unsigned int
patience_with(const struct scsi_lu *lu, const struct scsi_cmnd *lu_cmd,
	      const struct request *lu_rq)
{
	unsigned int attempt_timeout = READ_ONCE(lu->attempt_timeout);

	if (attempt_timeout && attempt_timeout < lu_rq->timeout &&
	    likely(!lu_cmd->retries) &&
	    likely(!READ_ONCE(lu->slow_until) || !scsi_lu_is_slow(lu)))
		return attempt_timeout;
	return lu_rq->timeout;
}

/* Why is there no request? What waits for it must know whether to wait. */
static enum scsi_path_send why_no_request(struct request_queue *q)
{
	return READ_ONCE(q->mq_freeze_depth) || blk_queue_pm_only(q) ||
	       blk_queue_dying(q) ? SCSI_PATH_AWAY : SCSI_PATH_FULL;
}

/* What its target has been too busy for makes the path pause, and no more than that. */
static noinline enum scsi_path_send why_not_sent(const struct scsi_path *path,
						 enum scsi_path_send sent)
{
	unsigned long busy_since = READ_ONCE(path->busy_since);

	return sent == SCSI_PATH_REFUSED && busy_since &&
	       jiffies - busy_since < BUSY_TIME ? SCSI_PATH_FULL : sent;
}

static __always_inline enum scsi_path_send
try_path(struct scsi_path *path, struct scsi_cmnd *lu_cmd,
	 const struct scsi_path_policy *policy)
{
	enum scsi_path_state state = READ_ONCE(path->state);
	struct scsi_device *sdev = path->sdev;
	enum scsi_path_send sent;
	struct scsi_cmnd *cmd;
	unsigned int patience;

	/* The set of paths changes a moment after the state of one. */
	if (unlikely(READ_ONCE(sdev->sdev_state) != SDEV_RUNNING ||
		     (state != PATH_GOOD && state != PATH_PROBATION) ||
		     scsi_host_in_recovery(sdev->host)))
		return SCSI_PATH_AWAY;

	cmd = get_attempt(path, lu_cmd);
	if (unlikely(!cmd))
		return why_no_request(sdev->request_queue);

	trace_scsi_multipath_issue(lu_cmd, path);
	if (policy->start) {
		scsi_path_set_measured_by(cmd, policy);
		policy->start(path, cmd);
	} else {
		scsi_path_set_measured_by(cmd, NULL);
	}
	patience = patience_with(path->lu, lu_cmd, scsi_cmd_to_rq(lu_cmd));
	scsi_path_set_due(cmd, cmd->jiffies_at_alloc + patience);
	sent = scsi_path_queue_cmd(cmd, patience);
	if (unlikely(sent != SCSI_PATH_SENT)) {
		if (policy->start)
			policy->done(path, cmd);
		scsi_path_free_cmd(cmd);
		return why_not_sent(path, sent);
	}
	return sent;
}

static bool takes_cdb(const struct scsi_path *path, const struct scsi_cmnd *lu_cmd)
{
	return lu_cmd->cmd_len <= path->sdev->host->max_cmd_len;
}

/* For those who come after the first choice, which has the code to itself. */
static noinline enum scsi_path_send
try_other_path(struct scsi_path *path, struct scsi_cmnd *lu_cmd,
	       const struct scsi_path_policy *policy)
{
	if (!takes_cdb(path, lu_cmd))
		return SCSI_PATH_AWAY;
	return try_path(path, lu_cmd, policy);
}

static bool is_in_set(const struct scsi_path *path, const struct scsi_path_set *set)
{
	/* Pairs with smp_store_release() in publish(). */
	unsigned int nr = smp_load_acquire(&set->nr);

	for (unsigned int i = 0; i < nr; i++) {
		if (READ_ONCE(set->path[i]) == path)
			return true;
	}
	return false;
}

/*
 * Over the first path of @set that takes it, but @except and those of @asked. Where none
 * does, the best that one of them has said: FULL says that it will.
 */
static noinline enum scsi_path_send
try_set(const struct scsi_path_set *set, const struct scsi_path *except,
	const struct scsi_path_set *asked, struct scsi_cmnd *lu_cmd,
	const struct scsi_path_policy *policy)
{
	/* Pairs with smp_store_release() in publish(). */
	unsigned int nr = smp_load_acquire(&set->nr);
	enum scsi_path_send sent = SCSI_PATH_AWAY;

	for (unsigned int i = 0; i < nr; i++) {
		struct scsi_path *path = READ_ONCE(set->path[i]);
		enum scsi_path_send other;

		if (!path || path == except || (asked && is_in_set(path, asked)))
			continue;
		other = try_other_path(path, lu_cmd, policy);
		if (other == SCSI_PATH_SENT)
			return other;
		sent = min(sent, other);
	}
	return sent;
}

/*
 * Returns true if a path has refused all for long: there is an answer to the command, or a
 * path of its own, but it does not wait for ever.
 */
static bool note_refusal(struct scsi_path *path, enum scsi_path_send sent)
{
	unsigned long last = READ_ONCE(path->refused_last);

	if (sent == SCSI_PATH_SENT && last)
		WRITE_ONCE(path->refused_last, 0);
	if (sent != SCSI_PATH_REFUSED)
		return false;
	if (!last || !time_in_range(last, jiffies - REFUSAL_GAP, jiffies))
		WRITE_ONCE(path->refused_since, jiffies);
	WRITE_ONCE(path->refused_last, jiffies ?: 1);
	return time_after(jiffies, READ_ONCE(path->refused_since) + REFUSAL_PATIENCE);
}

/* Over a path that has not been tried yet, in whichever group. */
static enum scsi_path_send try_untried(const struct scsi_path_set *all,
				       struct scsi_cmnd *lu_cmd,
				       const struct scsi_path_policy *policy)
{
	/* Pairs with smp_store_release() in publish(). */
	unsigned int nr = smp_load_acquire(&all->nr);
	enum scsi_path_send sent = SCSI_PATH_AWAY;

	for (unsigned int i = 0; i < nr; i++) {
		struct scsi_path *path = READ_ONCE(all->path[i]);
		unsigned long history = scsi_lu_cmd_history(lu_cmd);
		enum scsi_path_send other;
		bool refuses;

		if (!path || history & HISTORY_TRIED(path))
			continue;
		other = try_other_path(path, lu_cmd, policy);
		refuses = note_refusal(path, other);
		if (other == SCSI_PATH_SENT)
			return other;
		if (other == SCSI_PATH_AWAY || refuses)
			/* Its turn has come, and it was not there. */
			scsi_lu_cmd_set_history(lu_cmd, history | HISTORY_TRIED(path));
		else
			sent = min(sent, other);
	}
	return sent;
}

/* Sets have none that is not. */
static bool is_ready(const struct scsi_path *path)
{
	/* Pairs with smp_store_release() in scsi_path_sdev_state_changed(). */
	return smp_load_acquire(&path->running) && !READ_ONCE(path->check) &&
	       !READ_ONCE(path->pr.barred) && !READ_ONCE(path->pr.aside);
}

/*
 * A command with a history: not every path will do. AWAY: any other will, but for one
 * that needs the key of a path.
 */
static noinline enum scsi_path_send
dispatch_with_history(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd,
		      const struct scsi_path_policy *policy)
{
	const struct scsi_path_set *all = scsi_lu_all_rcu(lu);
	unsigned long history = scsi_lu_cmd_history(lu_cmd);
	enum scsi_path_send sent;

	if (scsi_lu_needs_key(lu, lu_cmd)) {
		struct scsi_path *path = rcu_dereference(lu->key.path);

		return path && is_ready(path) ?
		       try_other_path(path, lu_cmd, policy) : SCSI_PATH_AWAY;
	}
	if (history & HISTORY_ALL_TRIED)
		return try_untried(all, lu_cmd, policy);
	if (history & HISTORY_BOUND_TO_NEXUS) {
		struct scsi_path *path = rcu_dereference(all->stay);

		sent = path ? try_other_path(path, lu_cmd, policy) :
			      SCSI_PATH_AWAY;
		if (sent != SCSI_PATH_AWAY && !note_refusal(path, sent))
			return sent;
	}
	return SCSI_PATH_AWAY;
}

/*
 * What needs a key has one path. Of a tape's paths another one may not have said yet that
 * there was a reset: then it is looked at once more which of them is to carry.
 */
static bool keeps_to_its_path(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd)
{
	return scsi_lu_needs_key(lu, lu_cmd) ||
	       (READ_ONCE(lu->attention) & ATTENTION_REWOUND &&
		scsi_lu_cmd_history(lu_cmd) & HISTORY_BOUND_TO_NEXUS &&
		scsi_tape_is_positional(lu_cmd->cmnd));
}

/*
 * Over one of the paths. SENT: the command may be complete already. FULL: usable paths
 * have no room now. REFUSED: none of them takes anything, and that may last. AWAY: there is
 * no usable path, or all of them are away for a while: frozen, blocked or in recovery.
 */
static enum scsi_path_send dispatch(struct scsi_lu *lu,
				    struct scsi_cmnd *lu_cmd)
{
	const struct scsi_path_policy *policy;
	const struct scsi_path_set *set;
	enum scsi_path_send sent = SCSI_PATH_AWAY;
	struct scsi_path *chosen;
	unsigned int nr;

	/*
	 * Whoever blocks, freezes or removes a path waits for a grace period
	 * before relying on it: what is sent from here is sent before that.
	 */
	rcu_read_lock();
	set = rcu_dereference(lu->in_use[numa_node_id()]);
	/* Pairs with smp_store_release() in publish(). */
	nr = smp_load_acquire(&set->nr);
	if (unlikely(!nr))
		goto out;

	/* Pairs with smp_store_release() in scsi_lu_set_policy(). */
	policy = smp_load_acquire(&lu->policy);
	if (unlikely(scsi_lu_cmd_history(lu_cmd))) {
		sent = dispatch_with_history(lu, lu_cmd, policy);
		if (sent != SCSI_PATH_AWAY || keeps_to_its_path(lu, lu_cmd))
			goto out;
	}
	chosen = policy->select(lu, set, nr);
	trace_scsi_multipath_select(lu_cmd, chosen, policy->name);
	if (likely(chosen)) {
		sent = try_path(chosen, lu_cmd, policy);
		if (likely(sent == SCSI_PATH_SENT) ||
		    (sent == SCSI_PATH_FULL && policy->sticky))
			goto out;
	}
	sent = min(sent, try_set(set, chosen, NULL, lu_cmd, policy));
	/*
	 * Nearer and better paths are away: for others that is a failure. An LLD that takes
	 * nothing is not asked more often than that of a plain device.
	 */
	if (sent >= SCSI_PATH_REFUSED)
		sent = min(sent, try_set(scsi_lu_all_rcu(lu), NULL,
					 sent == SCSI_PATH_REFUSED ? set : NULL,
					 lu_cmd, policy));
out:
	if (likely(sent == SCSI_PATH_SENT))
		this_cpu_inc(lu->cpu->sent);
	rcu_read_unlock();
	return sent;
}

/* The same of a command that not every host takes: the policy does not know of that. */
static enum scsi_path_send dispatch_long(struct scsi_lu *lu,
					 struct scsi_cmnd *lu_cmd)
{
	const struct scsi_path_policy *policy;
	enum scsi_path_send sent = SCSI_PATH_AWAY;

	rcu_read_lock();
	/* Pairs with smp_store_release() in scsi_lu_set_policy(). */
	policy = smp_load_acquire(&lu->policy);
	if (scsi_lu_cmd_history(lu_cmd))
		sent = dispatch_with_history(lu, lu_cmd, policy);
	if (sent == SCSI_PATH_AWAY && !keeps_to_its_path(lu, lu_cmd))
		sent = try_set(scsi_lu_all_rcu(lu), NULL, NULL, lu_cmd, policy);
	if (sent == SCSI_PATH_SENT)
		this_cpu_inc(lu->cpu->sent);
	rcu_read_unlock();
	return sent;
}

/* Its LLD lets nothing pass for a moment, or its error handler does not. */
static bool host_is_away(struct Scsi_Host *shost)
{
	return scsi_host_in_recovery(shost) ||
	       shost->host_self_blocked ||
	       atomic_read(&shost->host_blocked) > 0;
}

/**
 * scsi_lu_has_path_soon - is there a path that only its host keeps, or a check?
 * @lu: logical unit
 *
 * Neither waits for a scan, nor for the removal of a device.
 *
 * Context: any; takes @lu->lock.
 */
bool scsi_lu_has_path_soon(struct scsi_lu *lu)
{
	struct scsi_path *path;
	unsigned long flags;
	bool soon = false;

	spin_lock_irqsave(&lu->lock, flags);
	list_for_each_entry(path, &lu->paths, node)
		soon |= (path->running && scsi_path_state_carries_io(path->state) &&
			 (path->check || path->pr.barred)) ||
			(scsi_path_is_usable(path) &&
			 (path->pr.aside ||
			  host_is_away(path->sdev->host)));
	spin_unlock_irqrestore(&lu->lock, flags);
	return soon;
}

/*
 * Without a usable path, may this logical unit's I/O wait for one? Not once
 * no_path_timeout is over. During a scan, and when the device is being deleted, only for
 * what these do not keep: the path's host waits for their end.
 */
static bool may_wait_for_path(struct scsi_lu *lu)
{
	enum scsi_device_state state = READ_ONCE(lu->sdev->sdev_state);

	if (READ_ONCE(lu->expired) || state == SDEV_DEL)
		return false;
	return (READ_ONCE(lu->announced) && state != SDEV_CANCEL) ||
	       scsi_lu_has_path_soon(lu);
}

/*
 * A reservation or registration holds for one I_T nexus only (SPC-4 5.13). Over
 * several paths it would lock this host out of its own disk, or fail to fence
 * it, so a clear refusal is the better answer. Over the only path it is one of
 * the whole disk, until there is another path: so none may join from now on.
 */
static bool is_bound_to_one_nexus(const struct scsi_cmnd *lu_cmd)
{
	switch (lu_cmd->cmnd[0]) {
	case PERSISTENT_RESERVE_OUT:
	case RESERVE_6:
	case RESERVE_10:
	case RELEASE_6:
	case RELEASE_10:
		return true;
	default:
		return false;
	}
}

/**
 * scsi_lu_bind_to_only_path - something is about to be done that is one nexus's
 * @lu: logical unit
 *
 * Context: any; takes @lu->lock.
 * Return: false if there are several paths. Else no other one may join.
 */
bool scsi_lu_bind_to_only_path(struct scsi_lu *lu)
{
	unsigned long flags;
	bool is_only;

	spin_lock_irqsave(&lu->lock, flags);
	is_only = lu->nr_paths < 2;
	if (lu->nr_paths == 1)
		lu->reserved = true;
	spin_unlock_irqrestore(&lu->lock, flags);
	return is_only;
}

static void refuse(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd)
{
	dev_warn_ratelimited(&lu_cmd->device->sdev_gendev,
			     "reservation command %#04x refused: it would hold for one of %u paths\n",
			     lu_cmd->cmnd[0], READ_ONCE(lu->nr_paths));
	/* invalid command operation code */
	scsi_build_sense(lu_cmd, 0, ILLEGAL_REQUEST, 0x20, 0x00);
}

/* The command has been answered here. */
static noinline blk_status_t answered(struct scsi_cmnd *lu_cmd)
{
	struct scsi_lu *lu = lu_cmd->device->hostdata;

	this_cpu_inc(lu->cpu->sent);
	/* Whoever is told may send more: not from within the dispatch. */
	blk_mq_complete_request(scsi_cmd_to_rq(lu_cmd));
	return BLK_STS_OK;
}

/*
 * What a path says of a command that has failed takes its place. Of one that has
 * not, nobody looks at it.
 */
static void clear_sense(struct scsi_cmnd *lu_cmd)
{
	memset(lu_cmd->sense_buffer, 0, SCSI_SENSE_BUFFERSIZE);
}

static noinline blk_status_t fail(struct scsi_cmnd *lu_cmd, int host_byte)
{
	clear_sense(lu_cmd);
	lu_cmd->result = host_byte << 16;
	return answered(lu_cmd);
}

/*
 * Has it under way what the administrator allows? Whoever asks at the same moment may
 * be told the same, so it may be one for each CPU more. What a path has that is away is
 * left out: it may take long to come back, and is no reason not to use the others.
 */
static noinline bool is_at_its_depth(struct scsi_lu *lu)
{
	const struct scsi_path_set *all;
	unsigned int busy = 0;
	unsigned int nr;

	rcu_read_lock();
	all = scsi_lu_all_rcu(lu);
	/* Pairs with smp_store_release() in publish(). */
	nr = smp_load_acquire(&all->nr);
	for (unsigned int i = 0; i < nr; i++) {
		struct scsi_path *path = READ_ONCE(all->path[i]);

		if (path && !scsi_host_in_recovery(path->sdev->host))
			busy += scsi_device_busy(path->sdev);
	}
	rcu_read_unlock();
	return busy >= READ_ONCE(lu->wanted_depth);
}

/* Returns true if it has been answered. */
static noinline bool answer_attention(struct scsi_lu *lu,
				      struct scsi_cmnd *lu_cmd)
{
	clear_sense(lu_cmd);
	return scsi_lu_answer_attention(lu, lu_cmd);
}

/* May it turn out that it is to be answered instead of being sent? */
static bool waits_for_report(const struct scsi_lu *lu,
			     const struct scsi_cmnd *lu_cmd)
{
	return READ_ONCE(lu->attention) & ATTENTION_KEPT_BACK &&
	       !scsi_leaves_attention_alone(lu_cmd->cmnd[0]);
}

/* The same. */
static noinline bool prepare_passthrough(struct scsi_lu *lu,
					 struct scsi_cmnd *lu_cmd)
{
	/* Some senders look at it whatever the result is. */
	clear_sense(lu_cmd);
	if (scsi_lu_report_luns(lu_cmd))
		return true;
	if (is_bound_to_one_nexus(lu_cmd) && !scsi_lu_bind_to_only_path(lu)) {
		refuse(lu, lu_cmd);
		return true;
	}
	/*
	 * Passthrough commands may be a sequence that belongs to one I_T nexus. They
	 * keep to one path as long as that is good.
	 */
	scsi_lu_cmd_set_history(lu_cmd, scsi_lu_cmd_history(lu_cmd) |
						HISTORY_BOUND_TO_NEXUS);
	return false;
}

static noinline blk_status_t not_sent(struct scsi_lu *lu,
				      struct scsi_cmnd *lu_cmd,
				      enum scsi_path_send sent)
{
	if (sent == SCSI_PATH_REFUSED)
		return BLK_STS_RESOURCE;
	if (sent == SCSI_PATH_FULL)
		return scsi_lu_waits_for_tag(lu, lu_cmd) ?
		       BLK_STS_DEV_RESOURCE : BLK_STS_RESOURCE;
	if (may_wait_for_path(lu)) {
		queue_work(scsi_multipath_wq, &lu->work);
		return BLK_STS_RESOURCE;
	}
	/* The scan has not seen all of it, then. */
	if (!READ_ONCE(lu->announced))
		scsi_lu_rescan_when_usable(lu);
	return fail(lu_cmd, DID_NO_CONNECT);
}

/* It is for all paths, and somebody sees to that who may wait. */
static noinline blk_status_t send_reservation(struct scsi_lu *lu,
					      struct scsi_cmnd *lu_cmd)
{
	clear_sense(lu_cmd);
	if (scsi_lu_pr_queue(lu, lu_cmd))
		return BLK_STS_OK;
	return not_sent(lu, lu_cmd, SCSI_PATH_AWAY);
}

/* Has it a path whose host takes this one, be it out of use? */
static bool has_path_for_cdb(struct scsi_lu *lu, const struct scsi_cmnd *lu_cmd)
{
	struct scsi_path *path;
	unsigned long flags;
	bool has = false;

	spin_lock_irqsave(&lu->lock, flags);
	list_for_each_entry(path, &lu->paths, node)
		has |= path->state != PATH_DISABLED && takes_cdb(path, lu_cmd);
	spin_unlock_irqrestore(&lu->lock, flags);
	return has;
}

static bool has_others(struct scsi_lu *lu)
{
	unsigned long flags;
	bool has;

	spin_lock_irqsave(&lu->lock, flags);
	has = scsi_lu_has_path_locked(lu);
	spin_unlock_irqrestore(&lu->lock, flags);
	return has;
}

/*
 * Has it waited for as long as it would without other paths? Those do not let no_path_timeout
 * begin. That the path is looked at, or its host is being reset, is no loss. And who freezes
 * the queue, and all I/O that comes meanwhile, does not wait for one CDB.
 */
static bool has_waited(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd)
{
	struct request_queue *q = scsi_cmd_to_rq(lu_cmd)->q;
	unsigned long since = lu_cmd->jiffies_at_alloc, patience = CHECK_PATIENCE;
	int seconds = READ_ONCE(lu->no_path_timeout);
	struct scsi_path *path;
	bool is_lost = true;
	unsigned long flags;

	spin_lock_irqsave(&lu->lock, flags);
	list_for_each_entry(path, &lu->paths, node) {
		if (!takes_cdb(path, lu_cmd))
			continue;
		if (path->in_all)
			is_lost = false;
		if (path->lost_at && time_in_range(path->lost_at, since, jiffies))
			since = path->lost_at;
	}
	spin_unlock_irqrestore(&lu->lock, flags);

	if (!READ_ONCE(q->mq_freeze_depth) && !blk_queue_pm_only(q)) {
		if (seconds < 0)
			return false;
		patience = max(patience, seconds * (unsigned long)HZ);
	}
	return is_lost && time_after(jiffies, since + patience);
}

/* What other paths take is not kept behind it. */
static blk_status_t wait_aside(struct scsi_cmnd *lu_cmd)
{
	struct request *rq = scsi_cmd_to_rq(lu_cmd);
	struct request_queue *q = rq->q;

	lu_cmd->state = 0;
	lu_cmd->result = 0;
	blk_mq_requeue_request(rq, false);
	/* What others have requeued does not wait for that long. */
	if (!delayed_work_pending(&q->requeue_work))
		blk_mq_delay_kick_requeue_list(q, ASIDE_MSECS);
	return BLK_STS_OK;
}

static noinline blk_status_t send_long(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd)
{
	enum scsi_path_send sent = dispatch_long(lu, lu_cmd);

	if (sent == SCSI_PATH_SENT)
		return BLK_STS_OK;
	if (sent == SCSI_PATH_AWAY) {
		if (!has_path_for_cdb(lu, lu_cmd))
			return fail(lu_cmd, DID_ABORT);
		if (has_others(lu))
			return has_waited(lu, lu_cmd) ?
			       fail(lu_cmd, DID_NO_CONNECT) : wait_aside(lu_cmd);
	}
	return not_sent(lu, lu_cmd, sent);
}

/**
 * scsi_lu_send_cmd - send the command of a logical unit over one of its paths
 * @lu_cmd: prepared command whose request has been started
 *
 * Context: any in which block I/O is dispatched; does not sleep.
 * Return: BLK_STS_OK, and @lu_cmd may be complete already; BLK_STS_RESOURCE if
 * it must be sent again later, BLK_STS_DEV_RESOURCE if its queue is run when that is.
 */
blk_status_t scsi_lu_send_cmd(struct scsi_cmnd *lu_cmd)
{
	struct scsi_lu *lu = lu_cmd->device->hostdata;
	enum scsi_path_send sent;

	if (unlikely(READ_ONCE(lu->attention))) {
		if (answer_attention(lu, lu_cmd))
			return answered(lu_cmd);
		if (waits_for_report(lu, lu_cmd) ||
		    (READ_ONCE(lu->attention) & ATTENTION_LIMITED &&
		     is_at_its_depth(lu)))
			return BLK_STS_RESOURCE;
	}
	if (unlikely(blk_rq_is_passthrough(scsi_cmd_to_rq(lu_cmd)))) {
		if (unlikely(!READ_ONCE(lu->settled)))
			scsi_lu_settle(lu, lu_cmd);
		if (is_bound_to_one_nexus(lu_cmd) && scsi_multipath_reservations)
			return send_reservation(lu, lu_cmd);
		if (prepare_passthrough(lu, lu_cmd))
			return answered(lu_cmd);
	}
	if (unlikely(lu_cmd->cmd_len > READ_ONCE(lu->max_cmd_len)))
		return send_long(lu, lu_cmd);

	sent = dispatch(lu, lu_cmd);
	if (likely(sent == SCSI_PATH_SENT))
		return BLK_STS_OK;
	return not_sent(lu, lu_cmd, sent);
}
