/* SPDX-License-Identifier: GPL-2.0 */
/* For KUnit: parts of &struct scsi_pr_ops that have nothing to do. */
#ifndef _SCSI_MULTIPATH_PR_OPS_H
#define _SCSI_MULTIPATH_PR_OPS_H

#include <linux/types.h>

struct scsi_path;

bool pr_ops_true(struct scsi_path *path);
void pr_ops_put(struct scsi_path *path);
void pr_ops_pause(void);

#endif /* _SCSI_MULTIPATH_PR_OPS_H */
