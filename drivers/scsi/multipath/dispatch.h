/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SCSI_MULTIPATH_DISPATCH_H
#define _SCSI_MULTIPATH_DISPATCH_H

#include <scsi/scsi_path.h>

#include <linux/blk-mq.h>
#include <scsi/scsi_cmnd.h>

struct scsi_lu;
struct scsi_path_policy;

struct request *scsi_path_get_polled(struct scsi_path *path,
				     struct request *lu_rq, blk_opf_t opf);

/*
 * What a logical unit's command has behind it, kept where an LLD would have its
 * scribble: a bit for each path that has been tried, one for each of those to
 * blame if another path does better, and whether it is to take the path that others
 * like it take. Nothing, for nearly all.
 */
#define HISTORY_BOUND_TO_NEXUS	BIT(0)
#define HISTORY_TRIED(path)	BIT(1 + (path)->slot)
#define HISTORY_ALL_TRIED	GENMASK(SCSI_PATH_SLOTS, 1)
#define HISTORY_BLAMED_SHIFT	(1 + SCSI_PATH_SLOTS)
#define HISTORY_BLAMED(path)	BIT(HISTORY_BLAMED_SHIFT + (path)->slot)

static inline unsigned long scsi_lu_cmd_history(const struct scsi_cmnd *lu_cmd)
{
	return (unsigned long)lu_cmd->host_scribble;
}

static inline void scsi_lu_cmd_set_history(struct scsi_cmnd *lu_cmd,
					   unsigned long history)
{
	lu_cmd->host_scribble = (void *)history;
}

/**
 * scsi_path_borrow_request - make a path's request describe the LU's request
 * @rq: request of the path's queue
 * @lu_rq: request of the logical unit's queue
 *
 * LLDs look at more than the scsi_cmnd: position, length, and the bio with its
 * priority, write hint and cgroup. The bio is lent, the path never completes it.
 */
static __always_inline void scsi_path_borrow_request(struct request *rq,
						     struct request *lu_rq)
{
	rq->__sector = lu_rq->__sector;
	rq->__data_len = lu_rq->__data_len;
	rq->bio = lu_rq->bio;
	rq->biotail = lu_rq->biotail;
	blk_rq_copy_segments(rq, lu_rq);
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
 * It has no retries of its own: what comes back is for the verdict. Some LLDs do
 * otherwise with a command that was tried before, so they can see that it was. And what
 * has been aborted once is for the error handler the next time: then something else than
 * an abort may help.
 */
static __always_inline void
scsi_path_borrow_cmd(struct scsi_cmnd *cmd, const struct scsi_cmnd *lu_cmd)
{
	cmd->cmd_len = lu_cmd->cmd_len;
	memcpy(cmd->cmnd, lu_cmd->cmnd, sizeof(cmd->cmnd));
	cmd->sc_data_direction = lu_cmd->sc_data_direction;
	cmd->sdb = lu_cmd->sdb;
	cmd->underflow = lu_cmd->underflow;
	cmd->transfersize = lu_cmd->transfersize;
	cmd->extra_len = lu_cmd->extra_len;
	cmd->allowed = 0;
	cmd->retries = lu_cmd->retries;
	cmd->eh_eflags = lu_cmd->eh_eflags;
	cmd->prot_op = lu_cmd->prot_op;
	cmd->prot_type = lu_cmd->prot_type;
	cmd->prot_flags = lu_cmd->prot_flags;
	cmd->sense_len = 0;
	cmd->resid_len = 0;
	cmd->host_scribble = NULL;
	cmd->result = 0;
	cmd->state = 0;
	cmd->submitter = SUBMITTED_BY_BLOCK_LAYER;
}

/*
 * The queue of a path has no I/O scheduler. What one would keep in a request is
 * for what is to be known of an attempt.
 */

/* The policy whose ->start() saw the attempt: its ->done() is to be called. */
static inline void
scsi_path_set_measured_by(struct scsi_cmnd *cmd,
			  const struct scsi_path_policy *policy)
{
	scsi_cmd_to_rq(cmd)->elv.priv[0] = (void *)policy;
}

static inline const struct scsi_path_policy *
scsi_path_measured_by(struct scsi_cmnd *cmd)
{
	return scsi_cmd_to_rq(cmd)->elv.priv[0];
}

/* Jiffies before which the timer does not go off by itself. */
static inline void scsi_path_set_due(struct scsi_cmnd *cmd, unsigned long due)
{
	scsi_cmd_to_rq(cmd)->elv.priv[1] = (void *)due;
}

static inline unsigned long scsi_path_due(struct scsi_cmnd *cmd)
{
	return (unsigned long)scsi_cmd_to_rq(cmd)->elv.priv[1];
}

#endif /* _SCSI_MULTIPATH_DISPATCH_H */
