// SPDX-License-Identifier: GPL-2.0
/* For KUnit: parts of &struct scsi_pr_ops that have nothing to do. */

#include "pr_ops.h"

/**
 * pr_ops_true - nothing is under way over a path, and it does not go
 * @path: path
 */
bool pr_ops_true(struct scsi_path *path)
{
	return true;
}

/**
 * pr_ops_put - a path that could not go anyway may go
 * @path: path
 */
void pr_ops_put(struct scsi_path *path)
{
}

/**
 * pr_ops_pause - no time passes
 */
void pr_ops_pause(void)
{
}
