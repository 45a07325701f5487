// SPDX-License-Identifier: GPL-2.0
/*
 * The virtual host: where the scsi_devices of logical units live.
 *
 * To the rest of the mid-layer it is a host like any other whose LLD is the
 * dispatcher. There is one for all logical units, made when the first device is
 * claimed, each logical unit a target of its own.
 */

#include <linux/blk-mq.h>
#include <linux/lockdep.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_multipath.h>
#include <scsi/scsi_proto.h>
#include <scsi/scsi_transport.h>

#include "../scsi_priv.h"
#include "dispatch.h"
#include "mpath.h"

#define VIRTUAL_MAX_ID		16384

struct Scsi_Host *scsi_mpath_host;

static struct lock_class_key scan_mutex_key;
static struct lock_class_key state_mutex_key;

/*
 * Is there a path that only its host's error handler keeps, or who reads whose path
 * it is? Neither waits for a scan.
 */
static bool has_path_soon(struct scsi_mpath *lu)
{
	struct scsi_path *path;
	unsigned long flags;
	bool soon = false;

	spin_lock_irqsave(&lu->lock, flags);
	list_for_each_entry(path, &lu->paths, node)
		soon |= path->checking ||
			(scsi_path_is_usable(path) &&
			 scsi_host_in_recovery(path->sdev->host));
	spin_unlock_irqrestore(&lu->lock, flags);
	return soon;
}

/*
 * Without a usable path, may this logical unit's I/O wait for one? Not during a
 * scan, but for what that does not keep: the path's host waits for the end of it.
 * Not once no_path_timeout is over, and not when the device is being deleted.
 */
static bool may_wait_for_path(struct scsi_mpath *lu)
{
	enum scsi_device_state state = READ_ONCE(lu->sdev->sdev_state);

	if (READ_ONCE(lu->expired) || state == SDEV_CANCEL ||
	    state == SDEV_DEL)
		return false;
	return READ_ONCE(lu->announced) || has_path_soon(lu);
}

/*
 * A reservation or registration holds for one I_T nexus only (SPC-4 5.13). Over
 * several paths it would lock this host out of its own disk, or fail to fence
 * it, so a clear refusal is the better answer. Over the only path it is one of
 * the whole disk, until there is another path: so none may join from now on.
 */
static bool is_bound_to_one_nexus(const struct scsi_cmnd *lu_cmd)
{
	switch (lu_cmd->cmnd[0]) {
	case PERSISTENT_RESERVE_OUT:
	case RESERVE:
	case RESERVE_10:
	case RELEASE:
	case RELEASE_10:
		return true;
	default:
		return false;
	}
}

static bool bind_to_only_path(struct scsi_mpath *lu)
{
	unsigned long flags;
	bool is_only;

	spin_lock_irqsave(&lu->lock, flags);
	is_only = lu->nr_paths < 2;
	if (lu->nr_paths == 1)
		lu->reserved = true;
	spin_unlock_irqrestore(&lu->lock, flags);
	return is_only;
}

static void refuse(struct scsi_mpath *lu, struct scsi_cmnd *lu_cmd)
{
	dev_warn_ratelimited(&lu_cmd->device->sdev_gendev,
			     "reservation command %#04x refused: it would hold for one of %u paths\n",
			     lu_cmd->cmnd[0], READ_ONCE(lu->nr_paths));
	/* invalid command operation code */
	scsi_build_sense(lu_cmd, 0, ILLEGAL_REQUEST, 0x20, 0x00);
}

/* The command has been answered here. */
static noinline blk_status_t answered(struct scsi_cmnd *lu_cmd)
{
	/* Whoever is told may send more: not from within the dispatch. */
	blk_mq_complete_request(scsi_cmd_to_rq(lu_cmd));
	return BLK_STS_OK;
}

/*
 * What a path says of a command that has failed takes its place. Of one that has
 * not, nobody looks at it.
 */
static void clear_sense(struct scsi_cmnd *lu_cmd)
{
	memset(lu_cmd->sense_buffer, 0, SCSI_SENSE_BUFFERSIZE);
}

static noinline blk_status_t fail(struct scsi_cmnd *lu_cmd, int host_byte)
{
	clear_sense(lu_cmd);
	lu_cmd->result = host_byte << 16;
	return answered(lu_cmd);
}

/* Returns true if it has been answered. */
static noinline bool answer_attention(struct scsi_mpath *lu,
				      struct scsi_cmnd *lu_cmd)
{
	clear_sense(lu_cmd);
	return scsi_mpath_answer_attention(lu, lu_cmd);
}

/* The same. */
static noinline bool prepare_passthrough(struct scsi_mpath *lu,
					 struct scsi_cmnd *lu_cmd)
{
	/* Some senders look at it whatever the result is. */
	clear_sense(lu_cmd);
	if (is_bound_to_one_nexus(lu_cmd) && !bind_to_only_path(lu)) {
		refuse(lu, lu_cmd);
		return true;
	}
	scsi_lu_bind_to_nexus(lu_cmd);
	return false;
}

static noinline blk_status_t not_sent(struct scsi_mpath *lu,
				      struct scsi_cmnd *lu_cmd,
				      enum scsi_path_send sent)
{
	if (sent == SCSI_PATH_FULL)
		return BLK_STS_RESOURCE;
	if (may_wait_for_path(lu)) {
		queue_work(scsi_mpath_wq, &lu->work);
		return BLK_STS_RESOURCE;
	}
	/* The scan has not seen all of it, then. */
	if (!READ_ONCE(lu->announced))
		scsi_mpath_rescan_when_usable(lu);
	return fail(lu_cmd, DID_NO_CONNECT);
}

/**
 * scsi_lu_send_cmd - send the command of a logical unit over one of its paths
 * @lu_cmd: prepared command whose request has been started
 *
 * Context: any in which block I/O is dispatched; does not sleep.
 * Return: BLK_STS_OK, and @lu_cmd may be complete already; BLK_STS_RESOURCE if
 * it must be sent again later.
 */
blk_status_t scsi_lu_send_cmd(struct scsi_cmnd *lu_cmd)
{
	struct scsi_mpath *lu = lu_cmd->device->hostdata;
	enum scsi_path_send sent;

	if (unlikely(READ_ONCE(lu->attention)) &&
	    answer_attention(lu, lu_cmd))
		return answered(lu_cmd);
	if (unlikely(blk_rq_is_passthrough(scsi_cmd_to_rq(lu_cmd))) &&
	    prepare_passthrough(lu, lu_cmd))
		return answered(lu_cmd);
	if (unlikely(lu_cmd->cmd_len > READ_ONCE(lu->max_cmd_len)))
		return fail(lu_cmd, DID_ABORT);

	sent = scsi_mpath_dispatch(lu, lu_cmd);
	if (likely(sent == SCSI_PATH_SENT))
		return BLK_STS_OK;
	return not_sent(lu, lu_cmd, sent);
}

/**
 * scsi_lu_fold_iostat - bring the counters of a logical unit's device up to date
 * @sdev: device of a logical unit
 *
 * Context: any.
 */
void scsi_lu_fold_iostat(struct scsi_device *sdev)
{
	struct scsi_mpath *lu = sdev->hostdata;
	unsigned int sent = 0, done = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		sent += READ_ONCE(per_cpu_ptr(lu->cpu, cpu)->sent);
		done += READ_ONCE(per_cpu_ptr(lu->cpu, cpu)->done);
	}
	atomic_set(&sdev->iorequest_cnt, sent);
	atomic_set(&sdev->iodone_cnt, done);
}

/**
 * scsi_lu_busy - commands that the paths of a logical unit have in flight
 * @sdev: device of a logical unit
 *
 * Context: process.
 */
int scsi_lu_busy(struct scsi_device *sdev)
{
	struct scsi_mpath *lu = sdev->hostdata;
	struct scsi_path *path;
	int busy = 0;

	mutex_lock(&scsi_mpath_list_mutex);
	list_for_each_entry(path, &lu->paths, node)
		busy += scsi_device_busy(path->sdev);
	mutex_unlock(&scsi_mpath_list_mutex);
	return busy;
}

/**
 * scsi_lu_get_path - the device of a usable path
 * @sdev: any SCSI device
 *
 * For what acts on an I_T nexus and is asked of the logical unit.
 *
 * Context: process.
 * Return: a device with a reference for scsi_device_put(); NULL if @sdev is not
 * that of a logical unit, or no path is usable.
 */
struct scsi_device *scsi_lu_get_path(struct scsi_device *sdev)
{
	struct scsi_device *path_sdev = NULL;
	struct scsi_path *path;
	struct scsi_mpath *lu;

	if (!scsi_device_is_lu(sdev))
		return NULL;
	lu = sdev->hostdata;
	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (scsi_path_is_in_use(path) && !scsi_device_get(path->sdev)) {
			path_sdev = path->sdev;
			break;
		}
	}
	spin_unlock_irq(&lu->lock);
	return path_sdev;
}

/**
 * scsi_path_get_lu - the device of the logical unit that a path leads to
 * @sdev: any SCSI device
 *
 * For what is true of the place that a path leads to, and is to be found at the
 * logical unit. The removal of that may begin at any time; who links something to
 * its device looks to it that the removal finds the link.
 *
 * Context: process.
 * Return: a device with a reference for scsi_device_put(); NULL if @sdev is no path,
 * or the logical unit is not visible yet or is being removed.
 */
struct scsi_device *scsi_path_get_lu(struct scsi_device *sdev)
{
	struct scsi_device *lu_sdev = NULL;
	struct scsi_path *path;

	rcu_read_lock();	/* against a claim that is undone */
	path = READ_ONCE(sdev->path);
	if (path) {
		struct scsi_mpath *lu = path->lu;

		spin_lock_irq(&lu->lock);
		if (lu->announced && !scsi_device_get(lu->sdev))
			lu_sdev = lu->sdev;
		spin_unlock_irq(&lu->lock);
	}
	rcu_read_unlock();
	return lu_sdev;
}
EXPORT_SYMBOL_GPL(scsi_path_get_lu);	/* ses */

/*
 * The attempt on the path has the timer that counts, and the request of the logical unit
 * none. That its queue has a time for it is what user space may set and read.
 */
static enum scsi_timeout_action lu_timed_out(struct scsi_cmnd *lu_cmd)
{
	return SCSI_EH_RESET_TIMER;
}

static struct scsi_device *first_path_sdev(struct scsi_mpath *lu)
{
	struct scsi_device *sdev = NULL;
	struct scsi_path *path;

	spin_lock_irq(&lu->lock);
	path = list_first_entry_or_null(&lu->paths, struct scsi_path, node);
	if (path)
		sdev = path->sdev;
	spin_unlock_irq(&lu->lock);
	return sdev;
}

/* The claim that has this device scanned keeps the first path in place. */
static int lu_sdev_alloc(struct scsi_device *sdev)
{
	struct request_queue *q = sdev->request_queue;
	struct scsi_mpath *lu = sdev->hostdata;
	struct queue_limits lim;

	scsi_mpath_get(lu);
	get_device(&sdev->sdev_gendev);	/* put with the last reference to @lu */
	lu->sdev = sdev;
	/* Links to paths are made under it, see sysfs.c. */
	lockdep_set_class(&sdev->state_mutex, &state_mutex_key);

	lim = queue_limits_start_update(q);
	scsi_limits_stack(&lim, &first_path_sdev(lu)->request_queue->limits);
	return queue_limits_commit_update(q, &lim);
}

/* What the first path's LLD and transport found out about the device. */
static void copy_quirks(struct scsi_device *to, const struct scsi_device *from)
{
	to->use_10_for_rw = from->use_10_for_rw;
	to->use_10_for_ms = from->use_10_for_ms;
	to->use_16_for_rw = from->use_16_for_rw;
	to->use_16_for_sync = from->use_16_for_sync;
	to->set_dbd_for_ms = from->set_dbd_for_ms;
	to->read_before_ms = from->read_before_ms;
	to->no_report_opcodes = from->no_report_opcodes;
	to->no_write_same = from->no_write_same ||
			    from->host->no_write_same;
	to->skip_ms_page_8 = from->skip_ms_page_8;
	to->skip_ms_page_3f = from->skip_ms_page_3f;
	to->skip_vpd_pages = from->skip_vpd_pages;
	to->try_vpd_pages = from->try_vpd_pages;
	to->use_192_bytes_for_3f = from->use_192_bytes_for_3f;
	to->no_start_on_add = from->no_start_on_add;
	to->allow_restart = from->allow_restart;
	to->start_stop_pwr_cond = from->start_stop_pwr_cond;
	to->fix_capacity = from->fix_capacity;
	to->guess_capacity = from->guess_capacity;
	to->retry_hwerror = from->retry_hwerror;
	to->last_sector_bug = from->last_sector_bug;
	to->no_read_disc_info = from->no_read_disc_info;
	to->no_read_capacity_16 = from->no_read_capacity_16;
	to->try_rc_10_first = from->try_rc_10_first;
	to->security_supported = from->security_supported;
	to->wce_default_on = from->wce_default_on;
	to->broken_fua = from->broken_fua;
	to->no_vpd_size = from->no_vpd_size;
	to->manage_system_start_stop = from->manage_system_start_stop;
	to->manage_runtime_start_stop = from->manage_runtime_start_stop;
	to->manage_shutdown = from->manage_shutdown;
	to->eh_timeout = from->eh_timeout;
	to->request_queue->rq_timeout = from->request_queue->rq_timeout;
}

/**
 * scsi_path_share_settings - make a path's device what the logical unit's is set to
 * @path: path
 *
 * Commands are recovered by the error handler of the path's host, which looks at
 * the device of the path.
 *
 * Context: process.
 */
void scsi_path_share_settings(struct scsi_path *path)
{
	const struct scsi_device *lu_sdev = path->lu->sdev;

	path->sdev->eh_timeout = lu_sdev->eh_timeout;
	path->sdev->allow_restart = lu_sdev->allow_restart;
}

/**
 * scsi_lu_settings_changed - what the error handler is told has changed
 * @sdev: any SCSI device
 *
 * Context: process.
 */
void scsi_lu_settings_changed(struct scsi_device *sdev)
{
	struct scsi_path *path;
	struct scsi_mpath *lu;

	if (!scsi_device_is_lu(sdev))
		return;
	lu = sdev->hostdata;
	mutex_lock(&scsi_mpath_list_mutex);
	list_for_each_entry(path, &lu->paths, node)
		scsi_path_share_settings(path);
	mutex_unlock(&scsi_mpath_list_mutex);
}

/**
 * scsi_path_share_quirks - a path has joined; does its host know of a quirk more?
 * @path: path of a logical unit that is announced
 *
 * Context: process.
 */
void scsi_path_share_quirks(struct scsi_path *path)
{
	struct scsi_device *lu_sdev = path->lu->sdev;

	if ((path->sdev->no_write_same || path->sdev->host->no_write_same) &&
	    !lu_sdev->no_write_same) {
		lu_sdev->no_write_same = 1;
		scsi_path_was_rescanned(path->sdev);
	}
}

/* As many commands as the administrator allows the logical unit, spread evenly. */
static int lu_change_queue_depth(struct scsi_device *sdev, int depth)
{
	struct scsi_mpath *lu = sdev->hostdata;
	struct scsi_path *path;
	int error = -ENODEV;

	if (depth < 1)
		return -EINVAL;
	mutex_lock(&scsi_mpath_list_mutex);
	list_for_each_entry(path, &lu->paths, node) {
		int (*change)(struct scsi_device *sdev, int depth) =
			path->sdev->host->hostt->change_queue_depth;
		int share = DIV_ROUND_UP(depth, lu->nr_paths);

		error = change ? change(path->sdev, share) : -EOPNOTSUPP;
		if (error < 0)
			break;
	}
	scsi_mpath_follow_path_depths(lu);
	mutex_unlock(&scsi_mpath_list_mutex);
	return error < 0 ? error : sdev->queue_depth;
}

static int lu_sdev_configure(struct scsi_device *sdev, struct queue_limits *lim)
{
	struct scsi_device *path = first_path_sdev(sdev->hostdata);

	copy_quirks(sdev, path);
	/* No protection information: hosts differ in what they can do. */
	sdev->no_dif = 1;
	scsi_change_queue_depth(sdev, path->queue_depth);
	return 0;
}

static void lu_sdev_destroy(struct scsi_device *sdev)
{
	struct scsi_mpath *lu = sdev->hostdata;

	/* It may have failed before lu_sdev_alloc(). */
	if (lu->sdev == sdev)
		scsi_mpath_sdev_destroyed(lu);
}

/*
 * Who has all hosts scanned is not to wait for thousands of targets that are not
 * there: a logical unit is found with its paths.
 */
static int lu_user_scan(struct Scsi_Host *shost, uint channel, uint id, u64 lun)
{
	return 0;
}

static struct scsi_transport_template mpath_transport = {
	.user_scan		= lu_user_scan,
};

static const struct scsi_host_template mpath_host_template = {
	.module			= THIS_MODULE,
	.name			= "SCSI multipath",
	.proc_name		= "scsi_mpath",
	.eh_timed_out		= lu_timed_out,
	.slave_alloc		= lu_sdev_alloc,
	.device_configure	= lu_sdev_configure,
	.slave_destroy		= lu_sdev_destroy,
	.change_queue_depth	= lu_change_queue_depth,
	.sdev_groups		= scsi_mpath_lu_groups,
	.can_queue		= SCSI_LU_MAX_TAGS,
	.cmd_per_lun		= 1,
	.this_id		= -1,
	.sg_tablesize		= SG_MAX_SEGMENTS,
	.max_sectors		= UINT_MAX,
	.max_segment_size	= UINT_MAX,
	.dma_boundary		= ULONG_MAX,
	.no_multipath		= 1,
};

/**
 * scsi_host_has_lus - is this the virtual host?
 * @shost: SCSI host
 *
 * Context: any.
 */
bool scsi_host_has_lus(const struct Scsi_Host *shost)
{
	return shost->hostt == &mpath_host_template;
}

/**
 * scsi_device_is_lu - is this the device of a claimed logical unit?
 * @sdev: SCSI device
 *
 * Context: any.
 */
bool scsi_device_is_lu(const struct scsi_device *sdev)
{
	return scsi_host_has_lus(sdev->host);
}
EXPORT_SYMBOL_GPL(scsi_device_is_lu);	/* sd, sr and ses */

/**
 * scsi_mpath_host_get - make sure that the virtual host is there
 *
 * Context: process, claim_mutex held.
 * Return: 0 or an errno.
 */
int scsi_mpath_host_get(void)
{
	struct Scsi_Host *shost;
	int error;

	if (scsi_mpath_host)
		return 0;
	shost = scsi_host_alloc(&mpath_host_template, 0);
	if (!shost)
		return -ENOMEM;

	/* Claims happen in the scan of another host. */
	lockdep_set_class(&shost->scan_mutex, &scan_mutex_key);
	shost->transportt = &mpath_transport;
	shost->max_id = VIRTUAL_MAX_ID;
	shost->max_lun = 1;
	shost->max_cmd_len = MAX_COMMAND_SIZE;
	/* The path's host puts the LUN into the CDB where it must be. */
	shost->no_scsi2_lun_in_cdb = 1;
	/*
	 * Logical units are announced by scsi_mpath_bring_up(), and must not
	 * wait for the asynchronous scan they are found in.
	 */
	shost->async_scan = 1;

	error = scsi_add_host(shost, NULL);
	if (error) {
		scsi_host_put(shost);
		return error;
	}
	scsi_mpath_host = shost;
	return 0;
}

/**
 * scsi_mpath_host_exit - remove the virtual host and what is on it
 *
 * Context: process; no other host is left.
 */
void scsi_mpath_host_exit(void)
{
	if (!scsi_mpath_host)
		return;
	scsi_remove_host(scsi_mpath_host);
	scsi_host_put(scsi_mpath_host);
	scsi_mpath_host = NULL;
}
