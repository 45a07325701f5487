/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SCSI_MULTIPATH_DISPATCH_H
#define _SCSI_MULTIPATH_DISPATCH_H

#include <scsi/scsi_multipath.h>

struct request;
struct scsi_cmnd;
struct scsi_mpath;

enum scsi_path_send scsi_mpath_dispatch(struct scsi_mpath *lu,
					struct scsi_cmnd *lu_cmd);
void scsi_path_borrow_request(struct request *rq, struct request *lu_rq);
void scsi_path_borrow_cmd(struct scsi_cmnd *cmd,
			  const struct scsi_cmnd *lu_cmd);

#endif /* _SCSI_MULTIPATH_DISPATCH_H */
