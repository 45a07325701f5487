/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SCSI_MULTIPATH_VERDICT_H
#define _SCSI_MULTIPATH_VERDICT_H

#include <linux/types.h>

struct request;
struct scsi_device;
struct scsi_sense_hdr;

/**
 * enum scsi_path_effect - what a completed attempt says about its path
 * @EFFECT_SUCCEEDED: the path works; clears its strikes
 * @EFFECT_NONE: nothing
 * @EFFECT_CONGESTED: takes no more commands for a moment
 * @EFFECT_STRIKE: one more failure in a row; too many and it is failed
 * @EFFECT_PENDING: carries no I/O until its transport or a probe says better
 * @EFFECT_TRANSITION: as EFFECT_PENDING, for as long as the target has announced
 * @EFFECT_PASSIVE: as EFFECT_PENDING, or until its controller is activated
 * @EFFECT_FAILED: failed
 * @EFFECT_DISCONNECTED: failed, and the logical unit is not behind it any more
 */
enum scsi_path_effect {
	EFFECT_SUCCEEDED,
	EFFECT_NONE,
	EFFECT_CONGESTED,
	EFFECT_STRIKE,
	EFFECT_PENDING,
	EFFECT_TRANSITION,
	EFFECT_PASSIVE,
	EFFECT_FAILED,
	EFFECT_DISCONNECTED,
};

/**
 * enum scsi_cmd_effect - what becomes of the logical unit's command
 * @CMD_COMPLETE: the answer is the command's answer
 * @CMD_NEVER_RAN: the device server has not started it: any command may be
 *	issued again
 * @CMD_MAY_HAVE_RUN: only an idempotent command may be issued again
 */
enum scsi_cmd_effect {
	CMD_COMPLETE,
	CMD_NEVER_RAN,
	CMD_MAY_HAVE_RUN,
};

/**
 * struct scsi_verdict - what to do with a path and a command
 * @path: what becomes of the path
 * @cmd: what becomes of the command
 * @ask_others: the answer may be that of one controller. The command goes to
 *	each of the other paths once, if @cmd lets it; if none has a better
 *	answer, the last one is the command's answer.
 * @blame: with @ask_others; a path counts this answer against itself if another
 *	one has carried the command out
 */
struct scsi_verdict {
	enum scsi_path_effect path;
	enum scsi_cmd_effect cmd;
	bool ask_others;
	bool blame;
};

struct scsi_verdict scsi_path_verdict(const struct scsi_device *sdev,
				      int result,
				      const struct scsi_sense_hdr *sense);
bool scsi_answer_is_success(int result, const struct scsi_sense_hdr *sense);
bool scsi_device_is_handled_by(const struct scsi_device *sdev,
			       const char *handler);
bool scsi_cmd_is_idempotent(u8 device_type, const u8 *cdb);
bool scsi_cmd_is_of_earlier(const u8 *cdb);
bool scsi_rq_is_in_sequence(u8 device_type, struct request *rq);

#endif /* _SCSI_MULTIPATH_VERDICT_H */
