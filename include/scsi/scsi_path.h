/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rest of the SCSI mid-layer sees of multipath.
 *
 * A claimed logical unit has one scsi_device on the mid-layer's virtual host
 * and one path scsi_device per I_T nexus on the real hosts. The functions here
 * are called by the mid-layer at the few places where the two kinds of device,
 * or the commands of a path, need other treatment than a plain device.
 * Without CONFIG_SCSI_MULTI_PATH_IO every one of them compiles to nothing.
 */
#ifndef _SCSI_SCSI_PATH_H
#define _SCSI_SCSI_PATH_H

#include <linux/blk_types.h>
#include <linux/types.h>
#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

struct blk_mq_hw_ctx;
struct blk_mq_tag_set;
struct device_attribute;
struct io_comp_batch;
struct request_queue;
struct scsi_sense_hdr;

#ifdef CONFIG_SCSI_MULTI_PATH_IO

/**
 * enum scsi_path_notice - what a transport says of a path that works
 * @NOTICE_LINK_INTEGRITY: a link on its way has errors
 * @NOTICE_CONGESTION: a port on its way is congested
 * @NOTICE_CONGESTION_CLEAR: it is no longer
 * @NOTICE_PORT_MARGINAL: the port that it leads to is marginal
 * @NOTICE_PORT_ONLINE: it is no longer
 */
enum scsi_path_notice {
	NOTICE_LINK_INTEGRITY,
	NOTICE_CONGESTION,
	NOTICE_CONGESTION_CLEAR,
	NOTICE_PORT_MARGINAL,
	NOTICE_PORT_ONLINE,
};

/*
 * These functions gain a second caller with multipath. Without this the compiler
 * emits them out of line, which slows plain devices down. The _hint variant is for
 * functions that are inline already.
 */
#define __scsi_path_inline	__always_inline
#define __scsi_path_inline_hint	__always_inline

/* For what is needed to get a path back: the write-back of memory may wait for it. */
#define SCSI_PATH_GFP		GFP_NOIO

/**
 * scsi_device_is_path - is this device one path of a claimed logical unit?
 * @sdev: SCSI device
 *
 * Stable once the device is visible in sysfs. Any context.
 */
static inline bool scsi_device_is_path(const struct scsi_device *sdev)
{
	return sdev->path;
}

/**
 * scsi_cmd_is_path_attempt - is this command one attempt at an LU's command?
 * @cmd: command of a path device
 *
 * Commands that somebody sends to the path device itself (a scan, a device
 * handler, bsg) are not attempts. Any context.
 */
static inline bool scsi_cmd_is_path_attempt(const struct scsi_cmnd *cmd)
{
	return cmd->flags & SCMD_PATH_ATTEMPT;
}

/**
 * enum scsi_path_send - what became of an attempt to use a path, from best to worst
 * @SCSI_PATH_SENT: the LLD has taken the command; it will be completed
 * @SCSI_PATH_FULL: no tag, budget or room in the target or host; nothing sent
 * @SCSI_PATH_REFUSED: the LLD or the target takes nothing, though it has nothing to do;
 *	nothing sent
 * @SCSI_PATH_AWAY: blocked, offline, frozen or in recovery; nothing sent
 */
enum scsi_path_send {
	SCSI_PATH_SENT,
	SCSI_PATH_FULL,
	SCSI_PATH_REFUSED,
	SCSI_PATH_AWAY,
};

/* drivers/scsi/scsi_lib.c, for the dispatcher */
enum scsi_path_send scsi_path_queue_cmd(struct scsi_cmnd *cmd,
					unsigned int patience);
void scsi_path_free_cmd(struct scsi_cmnd *cmd);
void scsi_lu_requeue_cmd(struct scsi_cmnd *cmd);
void scsi_lu_retry_cmd(struct scsi_cmnd *cmd);

/* drivers/scsi/scsi_lib.c, for logical units */
int scsi_lu_setup_tags(struct blk_mq_tag_set *set, struct Scsi_Host *shost);

/* drivers/scsi/scsi.c, for the dispatcher */
void scsi_lu_finish_cmd(struct scsi_cmnd *cmd);

/* drivers/scsi/multipath/, for the mid-layer */
bool scsi_host_has_lus(const struct Scsi_Host *shost);
bool scsi_device_is_lu(const struct scsi_device *sdev);
struct mutex *scsi_scan_mutex(struct Scsi_Host *shost, void *hostdata);
struct blk_mq_tag_set *scsi_device_tag_set(struct scsi_device *sdev);
void scsi_lu_map_queues(struct blk_mq_tag_set *set);
int scsi_lu_host_setup_tags(struct blk_mq_tag_set *set);
void scsi_lu_limits_changed(struct request_queue *q);
int scsi_lu_poll(struct blk_mq_hw_ctx *hctx, struct io_comp_batch *iob);
bool scsi_tag_set_has_prot(struct blk_mq_tag_set *set, struct Scsi_Host *shost);
unsigned int scsi_lu_dif_capable(struct scsi_device *sdev, unsigned int type);
unsigned int scsi_lu_dix_capable(struct scsi_device *sdev, unsigned int type);
unsigned char scsi_lu_get_guard(struct scsi_device *sdev);
unsigned int scsi_lu_opt_sectors(struct scsi_device *sdev);
struct gendisk *scsi_lu_disk(const struct scsi_cmnd *attempt);
blk_status_t scsi_lu_send_cmd(struct scsi_cmnd *cmd);
void scsi_lu_cmd_done(struct scsi_cmnd *cmd);
void scsi_lu_fold_iostat(struct scsi_device *sdev);
void scsi_lu_fold_depth(struct scsi_device *sdev);
ssize_t scsi_lu_show_of_path(struct scsi_device *sdev,
			     struct device_attribute *attr, char *buf);
int scsi_lu_busy(struct scsi_device *sdev);
void scsi_path_claim(struct scsi_device *sdev);
void scsi_path_announce(struct scsi_device *sdev);
void scsi_path_before_del(struct scsi_device *sdev);
void scsi_lu_keep_for_flush(struct scsi_device *sdev);
void scsi_lu_wait_for_removal(struct scsi_device *sdev);
void scsi_path_leave(struct scsi_device *sdev);
void scsi_path_drained(struct scsi_device *sdev);
void scsi_path_release(struct scsi_device *sdev);
void scsi_path_host_leaves(struct Scsi_Host *shost);
void scsi_path_host_removed(struct Scsi_Host *shost);
void scsi_path_sdev_state_changed(struct scsi_device *sdev);
void scsi_lu_bring_back(struct scsi_device *sdev);
bool scsi_lu_store_state(struct scsi_device *sdev, enum scsi_device_state state);
bool scsi_lu_prepare_quiesce(struct device *dev);
void scsi_lu_quiesce_paths(struct device *dev);
void scsi_lu_resume_paths(struct device *dev);
void scsi_path_cmd_done(struct scsi_cmnd *cmd);
bool scsi_path_cmd_timed_out(struct scsi_cmnd *cmd);
void scsi_path_access_state_read(struct scsi_device *sdev,
				 unsigned int transition_time);
struct scsi_device *scsi_lu_get_path(struct scsi_device *sdev);
struct scsi_device *scsi_path_get_lu(struct scsi_device *sdev);
void scsi_path_note_sense(struct scsi_cmnd *cmd,
			  const struct scsi_sense_hdr *sense);
bool scsi_cmd_reports_sense(const struct scsi_cmnd *cmd,
			    const struct scsi_sense_hdr *sense);
void scsi_path_was_reset(struct scsi_device *sdev);
void scsi_path_was_rescanned(struct scsi_device *sdev, int error);
void scsi_path_limits_changed(struct request_queue *q);
bool scsi_path_may_recover(struct scsi_cmnd *cmd);
void scsi_path_eh_begins(struct scsi_cmnd *cmd);
enum scsi_disposition scsi_path_eh_action(struct scsi_cmnd *cmd,
					  enum scsi_disposition disposition);
void scsi_path_eh_is_over(struct scsi_cmnd *cmd);
void scsi_lu_settings_changed(struct scsi_device *sdev);
void scsi_path_notice(struct scsi_device *sdev, enum scsi_path_notice notice);
int scsi_multipath_init(void);
void scsi_multipath_exit(void);

/**
 * scsi_device_sends_event - is it this device that tells user space of an event?
 * @sdev: SCSI device
 * @event: event that a unit attention has reported to it
 *
 * What is true of the logical unit is told by its device, once. That the LUNs
 * of a target have changed is told by a path: a scan of its host finds them.
 *
 * Context: any.
 */
static inline bool scsi_device_sends_event(const struct scsi_device *sdev,
					   enum scsi_device_event event)
{
	if (event == SDEV_EVT_LUN_CHANGE_REPORTED)
		return !scsi_device_is_lu(sdev);
	return !scsi_device_is_path(sdev);
}

/**
 * scsi_path_disposition - what becomes of an attempt that has been completed
 * @cmd: attempt
 * @disposition: what would become of it on a device without other paths
 *
 * It is not sent again by the path itself, but its error handler may run. A device
 * handler that wants it sent again is heard.
 *
 * Context: that of a completion.
 * Return: SUCCESS or FAILED.
 */
static inline enum scsi_disposition
scsi_path_disposition(struct scsi_cmnd *cmd, enum scsi_disposition disposition)
{
	if (unlikely(disposition == ADD_TO_MLQUEUE))
		cmd->flags |= SCMD_PATH_REQUEUE;
	if (unlikely(disposition == FAILED) && scsi_path_may_recover(cmd))
		return FAILED;
	return SUCCESS;
}

/**
 * scsi_device_dif_capable - scsi_host_dif_capable() of this device
 * @sdev: SCSI device
 * @type: protection type of the medium, 0 to 3
 *
 * Context: any.
 */
static inline unsigned int scsi_device_dif_capable(struct scsi_device *sdev,
						   unsigned int type)
{
	if (type && scsi_device_is_lu(sdev))
		return scsi_lu_dif_capable(sdev, type);
	return scsi_host_dif_capable(sdev->host, type);
}

/**
 * scsi_device_dix_capable - scsi_host_dix_capable() of this device
 * @sdev: SCSI device
 * @type: protection type of the medium, 0 to 3
 *
 * Context: any.
 */
static inline unsigned int scsi_device_dix_capable(struct scsi_device *sdev,
						   unsigned int type)
{
	if (scsi_device_is_lu(sdev))
		return scsi_lu_dix_capable(sdev, type);
	return scsi_host_dix_capable(sdev->host, type);
}

/**
 * scsi_device_opt_sectors - the optimal size of an I/O for the hosts of a device
 * @sdev: SCSI device
 *
 * Context: process.
 * Return: sectors of 512 bytes, or 0: any.
 */
static inline unsigned int scsi_device_opt_sectors(struct scsi_device *sdev)
{
	if (scsi_device_is_lu(sdev))
		return scsi_lu_opt_sectors(sdev);
	return sdev->host->opt_sectors;
}

/**
 * scsi_cmd_disk - the disk that a command is for
 * @cmd: command in the hands of an LLD
 *
 * Context: any.
 * Return: a disk; NULL if it is for none.
 */
static inline struct gendisk *scsi_cmd_disk(struct scsi_cmnd *cmd)
{
	if (scsi_cmd_is_path_attempt(cmd))
		return scsi_lu_disk(cmd);
	return scsi_cmd_to_rq(cmd)->q->disk;
}

/**
 * scsi_device_get_guard - scsi_host_get_guard() of this device
 * @sdev: SCSI device
 *
 * Context: any.
 */
static inline unsigned char scsi_device_get_guard(struct scsi_device *sdev)
{
	if (scsi_device_is_lu(sdev))
		return scsi_lu_get_guard(sdev);
	return scsi_host_get_guard(sdev->host);
}

/**
 * scsi_cmd_has_prot - is there room for protection information in a command?
 * @cmd: command
 * @shost: host of its device
 *
 * Context: any.
 */
static inline bool scsi_cmd_has_prot(const struct scsi_cmnd *cmd,
				     struct Scsi_Host *shost)
{
	return cmd->prot_sdb;
}

#else /* CONFIG_SCSI_MULTI_PATH_IO */

#define __scsi_path_inline
#define __scsi_path_inline_hint	inline
#define SCSI_PATH_GFP		GFP_KERNEL

static inline bool scsi_device_is_path(const struct scsi_device *sdev)
{
	return false;
}

static inline bool scsi_cmd_is_path_attempt(const struct scsi_cmnd *cmd)
{
	return false;
}

static inline bool scsi_host_has_lus(const struct Scsi_Host *shost)
{
	return false;
}

static inline struct blk_mq_tag_set *
scsi_device_tag_set(struct scsi_device *sdev)
{
	return &sdev->host->tag_set;
}

static inline int scsi_lu_host_setup_tags(struct blk_mq_tag_set *set)
{
	return 0;
}

static inline bool scsi_device_is_lu(const struct scsi_device *sdev)
{
	return false;
}

static inline struct mutex *scsi_scan_mutex(struct Scsi_Host *shost,
					    void *hostdata)
{
	return &shost->scan_mutex;
}

static inline bool scsi_tag_set_has_prot(struct blk_mq_tag_set *set,
					 struct Scsi_Host *shost)
{
	return scsi_host_get_prot(shost);
}

static inline unsigned int scsi_device_opt_sectors(struct scsi_device *sdev)
{
	return sdev->host->opt_sectors;
}

static inline struct gendisk *scsi_cmd_disk(struct scsi_cmnd *cmd)
{
	return scsi_cmd_to_rq(cmd)->q->disk;
}

static inline unsigned int scsi_device_dif_capable(struct scsi_device *sdev,
						   unsigned int type)
{
	return scsi_host_dif_capable(sdev->host, type);
}

static inline unsigned int scsi_device_dix_capable(struct scsi_device *sdev,
						   unsigned int type)
{
	return scsi_host_dix_capable(sdev->host, type);
}

static inline unsigned char scsi_device_get_guard(struct scsi_device *sdev)
{
	return scsi_host_get_guard(sdev->host);
}

static inline bool scsi_cmd_has_prot(const struct scsi_cmnd *cmd,
				     struct Scsi_Host *shost)
{
	return scsi_host_get_prot(shost);
}

static inline void scsi_lu_fold_iostat(struct scsi_device *sdev) { }
static inline void scsi_lu_fold_depth(struct scsi_device *sdev) { }

static inline ssize_t scsi_lu_show_of_path(struct scsi_device *sdev,
					   struct device_attribute *attr,
					   char *buf)
{
	return -EINVAL;
}

static inline int scsi_lu_busy(struct scsi_device *sdev)
{
	return 0;
}

static inline void scsi_path_claim(struct scsi_device *sdev) { }
static inline void scsi_path_announce(struct scsi_device *sdev) { }
static inline void scsi_path_before_del(struct scsi_device *sdev) { }
static inline void scsi_lu_keep_for_flush(struct scsi_device *sdev) { }
static inline void scsi_lu_wait_for_removal(struct scsi_device *sdev) { }
static inline void scsi_path_leave(struct scsi_device *sdev) { }
static inline void scsi_path_drained(struct scsi_device *sdev) { }
static inline void scsi_path_release(struct scsi_device *sdev) { }
static inline void scsi_path_host_leaves(struct Scsi_Host *shost) { }
static inline void scsi_path_host_removed(struct Scsi_Host *shost) { }
static inline void scsi_path_sdev_state_changed(struct scsi_device *sdev) { }
static inline void scsi_path_cmd_done(struct scsi_cmnd *cmd) { }

static inline void scsi_path_access_state_read(struct scsi_device *sdev,
					       unsigned int transition_time)
{
}

static inline bool scsi_path_cmd_timed_out(struct scsi_cmnd *cmd)
{
	return false;
}

static inline struct scsi_device *scsi_lu_get_path(struct scsi_device *sdev)
{
	return NULL;
}

static inline struct scsi_device *scsi_path_get_lu(struct scsi_device *sdev)
{
	return NULL;
}

static inline bool scsi_device_sends_event(const struct scsi_device *sdev,
					   enum scsi_device_event event)
{
	return true;
}

static inline enum scsi_disposition
scsi_path_disposition(struct scsi_cmnd *cmd, enum scsi_disposition disposition)
{
	return disposition;
}

static inline void scsi_path_note_sense(struct scsi_cmnd *cmd,
					const struct scsi_sense_hdr *sense)
{
}

static inline bool scsi_cmd_reports_sense(const struct scsi_cmnd *cmd,
					  const struct scsi_sense_hdr *sense)
{
	return true;
}

static inline void scsi_path_was_reset(struct scsi_device *sdev) { }
static inline void scsi_path_was_rescanned(struct scsi_device *sdev,
					   int error) { }
static inline void scsi_path_eh_begins(struct scsi_cmnd *cmd) { }

static inline enum scsi_disposition
scsi_path_eh_action(struct scsi_cmnd *cmd, enum scsi_disposition disposition)
{
	return disposition;
}

static inline void scsi_path_eh_is_over(struct scsi_cmnd *cmd) { }
static inline void scsi_lu_settings_changed(struct scsi_device *sdev) { }
static inline void scsi_lu_bring_back(struct scsi_device *sdev) { }
static inline bool scsi_lu_store_state(struct scsi_device *sdev,
				       enum scsi_device_state state)
{
	return false;
}

static inline bool scsi_lu_prepare_quiesce(struct device *dev) { return false; }
static inline void scsi_lu_quiesce_paths(struct device *dev) { }
static inline void scsi_lu_resume_paths(struct device *dev) { }
static inline int scsi_multipath_init(void) { return 0; }
static inline void scsi_multipath_exit(void) { }

#endif /* CONFIG_SCSI_MULTI_PATH_IO */

#endif /* _SCSI_SCSI_PATH_H */
