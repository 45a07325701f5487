/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM scsi_multipath

#if !defined(_SCSI_MULTIPATH_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _SCSI_MULTIPATH_TRACE_H

#include <linux/blk-mq.h>
#include <linux/tracepoint.h>
#include <linux/unaligned.h>
#include <scsi/scsi_cmnd.h>

#include "mpath.h"
#include "pr.h"
#include "verdict.h"

DECLARE_EVENT_CLASS(scsi_multipath_cmd,
	TP_PROTO(struct scsi_cmnd *lu_cmd, struct scsi_path *path),
	TP_ARGS(lu_cmd, path),
	TP_STRUCT__entry(
		__string(lu, dev_name(&lu_cmd->device->sdev_gendev))
		__string(path, path ? dev_name(&path->sdev->sdev_gendev) : "-")
		__field(int, tag)
		__field(u8, opcode)
	),
	TP_fast_assign(
		__assign_str(lu);
		__assign_str(path);
		__entry->tag = scsi_cmd_to_rq(lu_cmd)->tag;
		__entry->opcode = lu_cmd->cmnd[0];
	),
	TP_printk("lu=%s path=%s tag=%d opcode=%#04x", __get_str(lu),
		  __get_str(path), __entry->tag, __entry->opcode)
);

DEFINE_EVENT(scsi_multipath_cmd, scsi_multipath_issue,
	TP_PROTO(struct scsi_cmnd *lu_cmd, struct scsi_path *path),
	TP_ARGS(lu_cmd, path)
);

TRACE_EVENT(scsi_multipath_select,
	TP_PROTO(struct scsi_cmnd *lu_cmd, struct scsi_path *path,
		 const char *policy),
	TP_ARGS(lu_cmd, path, policy),
	TP_STRUCT__entry(
		__string(lu, dev_name(&lu_cmd->device->sdev_gendev))
		__string(path, path ? dev_name(&path->sdev->sdev_gendev) : "-")
		__string(policy, policy)
		__field(int, tag)
	),
	TP_fast_assign(
		__assign_str(lu);
		__assign_str(path);
		__assign_str(policy);
		__entry->tag = scsi_cmd_to_rq(lu_cmd)->tag;
	),
	TP_printk("lu=%s path=%s policy=%s tag=%d", __get_str(lu),
		  __get_str(path), __get_str(policy), __entry->tag)
);

TRACE_EVENT(scsi_multipath_verdict,
	TP_PROTO(struct scsi_cmnd *lu_cmd, struct scsi_path *path,
		 const struct scsi_verdict *verdict),
	TP_ARGS(lu_cmd, path, verdict),
	TP_STRUCT__entry(
		__string(lu, dev_name(&lu_cmd->device->sdev_gendev))
		__string(path, dev_name(&path->sdev->sdev_gendev))
		__field(int, tag)
		__field(int, result)
		__field(int, path_effect)
		__field(int, cmd_effect)
	),
	TP_fast_assign(
		__assign_str(lu);
		__assign_str(path);
		__entry->tag = scsi_cmd_to_rq(lu_cmd)->tag;
		__entry->result = lu_cmd->result;
		__entry->path_effect = verdict->path;
		__entry->cmd_effect = verdict->cmd;
	),
	TP_printk("lu=%s path=%s tag=%d result=%#x path_effect=%s cmd_effect=%s",
		  __get_str(lu), __get_str(path), __entry->tag,
		  __entry->result,
		  __print_symbolic(__entry->path_effect,
				   { EFFECT_SUCCEEDED, "succeeded" },
				   { EFFECT_NONE, "none" },
				   { EFFECT_CONGESTED, "congested" },
				   { EFFECT_STRIKE, "strike" },
				   { EFFECT_PENDING, "pending" },
				   { EFFECT_TRANSITION, "transition" },
				   { EFFECT_PASSIVE, "passive" },
				   { EFFECT_FAILED, "failed" },
				   { EFFECT_DISCONNECTED, "disconnected" }),
		  __print_symbolic(__entry->cmd_effect,
				   { CMD_COMPLETE, "complete" },
				   { CMD_NEVER_RAN, "never_ran" },
				   { CMD_MAY_HAVE_RUN, "may_have_run" }))
);

#define show_scsi_path_state(state)				\
	__print_symbolic(state,					\
			 { PATH_GOOD, "good" },			\
			 { PATH_PROBATION, "probation" },	\
			 { PATH_PENDING, "pending" },		\
			 { PATH_FAILED, "failed" },		\
			 { PATH_DISABLED, "disabled" })

#define show_scsi_path_access(access)				\
	__print_symbolic(access,				\
			 { ACCESS_PREFERRED, "preferred" },	\
			 { ACCESS_OPTIMIZED, "optimized" },	\
			 { ACCESS_NONOPTIMIZED, "non-optimized" }, \
			 { ACCESS_NONE, "none" })

TRACE_EVENT(scsi_path_state,
	TP_PROTO(struct scsi_path *path, enum scsi_path_state from,
		 enum scsi_path_state to, const char *why),
	TP_ARGS(path, from, to, why),
	TP_STRUCT__entry(
		__string(path, dev_name(&path->sdev->sdev_gendev))
		__string(why, why)
		__field(int, from)
		__field(int, to)
		__field(u32, weight)
		__field(u8, access)
		__field(u32, failures)
		__field(int, in_flight)
		__field(u32, issued)
	),
	TP_fast_assign(
		__assign_str(path);
		__assign_str(why);
		__entry->from = from;
		__entry->to = to;
		__entry->weight = path->weight;
		__entry->access = path->access;
		__entry->failures = path->failures;
		__entry->in_flight = scsi_device_busy(path->sdev);
		__entry->issued = atomic_read(&path->sdev->iorequest_cnt);
	),
	TP_printk("path=%s from=%s to=%s why=%s group=%u access=%s failures=%u in_flight=%d issued=%u",
		  __get_str(path),
		  show_scsi_path_state(__entry->from),
		  show_scsi_path_state(__entry->to),
		  __get_str(why),
		  __entry->weight, show_scsi_path_access(__entry->access),
		  __entry->failures,
		  __entry->in_flight, __entry->issued)
);

TRACE_EVENT(scsi_multipath_pr_out,
	TP_PROTO(struct scsi_path *path, const u8 *cdb, const u8 *list,
		 enum scsi_pr_reply reply),
	TP_ARGS(path, cdb, list, reply),
	TP_STRUCT__entry(
		__string(path, dev_name(&path->sdev->sdev_gendev))
		__field(u8, action)
		__field(u8, type)
		__field(u64, key)
		__field(u64, action_key)
		__field(int, reply)
	),
	TP_fast_assign(
		__assign_str(path);
		__entry->action = cdb[1] & 0x1f;
		__entry->type = cdb[2] & 0x0f;
		__entry->key = get_unaligned_be64(list);
		__entry->action_key = get_unaligned_be64(list + 8);
		__entry->reply = reply;
	),
	TP_printk("path=%s action=%#04x type=%u key=%#llx action_key=%#llx reply=%s",
		  __get_str(path), __entry->action, __entry->type,
		  __entry->key, __entry->action_key,
		  __print_symbolic(__entry->reply,
				   { PR_DONE, "done" },
				   { PR_CONFLICT, "conflict" },
				   { PR_REFUSED, "refused" },
				   { PR_LOST, "lost" },
				   { PR_AWAY, "away" }))
);

#endif /* _SCSI_MULTIPATH_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH ../../drivers/scsi/multipath
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
