/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SCSI_MULTIPATH_DISPATCH_H
#define _SCSI_MULTIPATH_DISPATCH_H

#include <scsi/scsi_multipath.h>

#include <linux/blk-mq.h>
#include <scsi/scsi_cmnd.h>

struct scsi_mpath;
struct scsi_path_policy;

enum scsi_path_send scsi_mpath_dispatch(struct scsi_mpath *lu,
					struct scsi_cmnd *lu_cmd);
void scsi_path_borrow_request(struct request *rq, struct request *lu_rq);
void scsi_path_borrow_cmd(struct scsi_cmnd *cmd,
			  const struct scsi_cmnd *lu_cmd);
void scsi_lu_bind_to_nexus(struct scsi_cmnd *lu_cmd);

/*
 * The queue of a path has no I/O scheduler. What one would keep in a request is
 * for what is to be known of an attempt.
 */

/* The policy, if it measures, is to hear of the end of what it saw begin. */
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
