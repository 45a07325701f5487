/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SCSI_MULTIPATH_VERDICT_H
#define _SCSI_MULTIPATH_VERDICT_H

#include <linux/types.h>

struct scsi_sense_hdr;

/**
 * enum scsi_path_effect - what a completed attempt says about its path
 * @PATH_PROVED: the path works; clears its strikes
 * @PATH_UNCHANGED: nothing
 * @PATH_CONGESTED: takes no more commands for a moment
 * @PATH_STRIKE: one more failure in a row; too many and it is dead
 * @PATH_SUSPENDED: out of rotation until its transport or a probe says better
 * @PATH_LOST: dead
 */
enum scsi_path_effect {
	PATH_PROVED,
	PATH_UNCHANGED,
	PATH_CONGESTED,
	PATH_STRIKE,
	PATH_SUSPENDED,
	PATH_LOST,
};

/**
 * enum scsi_cmd_effect - what becomes of the logical unit's command
 * @CMD_DELIVER: the answer is the command's answer
 * @CMD_NEVER_RAN: the device server has not started it: any command may be
 *	issued again
 * @CMD_MAY_HAVE_RUN: only an idempotent command may be issued again
 */
enum scsi_cmd_effect {
	CMD_DELIVER,
	CMD_NEVER_RAN,
	CMD_MAY_HAVE_RUN,
};

struct scsi_verdict {
	enum scsi_path_effect path;
	enum scsi_cmd_effect cmd;
};

struct scsi_verdict scsi_path_verdict(int result,
				      const struct scsi_sense_hdr *sense);
bool scsi_cmd_is_idempotent(u8 device_type, const u8 *cdb);

#endif /* _SCSI_MULTIPATH_VERDICT_H */
