/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SCSI_MULTIPATH_PROC_H
#define _SCSI_MULTIPATH_PROC_H

#include <linux/types.h>

#define PATH_LINE_WILDCARD	U32_MAX

/**
 * struct scsi_path_line - one line of /proc/scsi/scsi_path/paths
 * @id: identity of the logical unit, within the line that was parsed
 * @host: host number, or PATH_LINE_WILDCARD for any; the next three likewise
 * @channel: channel
 * @target: target
 * @lun: LUN
 * @state: 1 good, 2 failing, 3 dead
 * @failures: failure count
 * @weight: weight
 */
struct scsi_path_line {
	const char *id;
	u32 host;
	u32 channel;
	u32 target;
	u64 lun;
	u32 state;
	u32 failures;
	u32 weight;
};

int scsi_path_line_parse(char *line, struct scsi_path_line *parsed);

#endif /* _SCSI_MULTIPATH_PROC_H */
