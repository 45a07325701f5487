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
#include <linux/mutex.h>
#include <linux/numa.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_transport.h>

#include "../scsi_priv.h"
#include "mpath.h"

#define VIRTUAL_MAX_ID		16384

struct Scsi_Host *scsi_multipath_host;

static DEFINE_MUTEX(host_add_mutex);

static struct lock_class_key state_mutex_key;

/*
 * The attempt on the path has the timer that counts, and the request of the logical unit
 * none. That its queue has a time for it is what user space may set and read.
 */
static enum scsi_timeout_action lu_timed_out(struct scsi_cmnd *lu_cmd)
{
	return SCSI_EH_RESET_TIMER;
}

static struct scsi_device *first_path_sdev(struct scsi_lu *lu)
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

/*
 * I/O that waits for a path is started, or failed, by who has the mutex. Writing back
 * memory may need it, as it does scsi_multipath_list_mutex.
 */
static void teach_lockdep(struct scsi_device *sdev)
{
	fs_reclaim_acquire(GFP_KERNEL);
	might_lock(&sdev->state_mutex);
	fs_reclaim_release(GFP_KERNEL);
}

/* The claim that has this device scanned keeps the first path in place. */
static int lu_sdev_alloc(struct scsi_device *sdev)
{
	struct scsi_lu *lu = sdev->hostdata;

	scsi_lu_get(lu);
	get_device(&sdev->sdev_gendev);	/* put with the last reference to @lu */
	lu->sdev = sdev;
	lockdep_set_class(&sdev->state_mutex, &state_mutex_key);
	teach_lockdep(sdev);

	return scsi_lu_begin_limits(lu, first_path_sdev(lu));
}

static int lu_change_queue_depth(struct scsi_device *sdev, int depth)
{
	struct scsi_lu *lu = sdev->hostdata;
	int error;

	if (depth < 1)
		return -EINVAL;
	mutex_lock(&scsi_multipath_list_mutex);
	error = scsi_lu_set_depth(lu, depth);
	scsi_lu_follow_path_depths(lu);
	mutex_unlock(&scsi_multipath_list_mutex);
	return error ?: sdev->queue_depth;
}

static int lu_sdev_configure(struct scsi_device *sdev, struct queue_limits *lim)
{
	struct scsi_device *path = first_path_sdev(sdev->hostdata);

	scsi_lu_copy_quirks(sdev, path);
	scsi_change_queue_depth(sdev, path->queue_depth);
	return 0;
}

static void lu_sdev_destroy(struct scsi_device *sdev)
{
	struct scsi_lu *lu = sdev->hostdata;

	/* It may have failed before lu_sdev_alloc(). */
	if (lu->sdev == sdev)
		scsi_lu_sdev_destroyed(lu);
}

/* What an LLD can do besides, with the device of one of its own hosts */
static int lu_ioctl(struct scsi_device *sdev, unsigned int cmd, void __user *arg)
{
	struct scsi_device *path = scsi_lu_get_path(sdev);
	int result = -EINVAL;

	if (!path)
		return result;
	if (path->host->hostt->ioctl)
		result = path->host->hostt->ioctl(path, cmd, arg);
	scsi_device_put(path);
	return result;
}

#ifdef CONFIG_COMPAT
static int lu_compat_ioctl(struct scsi_device *sdev, unsigned int cmd,
			   void __user *arg)
{
	struct scsi_device *path = scsi_lu_get_path(sdev);
	int result = -EINVAL;

	if (!path)
		return result;
	if (path->host->hostt->compat_ioctl)
		result = path->host->hostt->compat_ioctl(path, cmd, arg);
	scsi_device_put(path);
	return result;
}
#endif

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
	.proc_name		= "scsi_multipath",
	.ioctl			= lu_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl		= lu_compat_ioctl,
#endif
	.eh_timed_out		= lu_timed_out,
	.sdev_init		= lu_sdev_alloc,
	.sdev_configure		= lu_sdev_configure,
	.sdev_destroy		= lu_sdev_destroy,
	.change_queue_depth	= lu_change_queue_depth,
	.sdev_groups		= scsi_lu_attr_groups,
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

static blk_status_t refuse(struct blk_mq_hw_ctx *hctx,
			   const struct blk_mq_queue_data *bd)
{
	return BLK_STS_IOERR;
}

static const struct blk_mq_ops host_mq_ops = {
	.queue_rq	= refuse,
};

/**
 * scsi_lu_host_setup_tags - a tag set for the virtual host, which has no commands
 * @set: tag set of the virtual host
 *
 * Its devices have sets of their own. Who asks a host how busy it is asks its set.
 *
 * Context: process.
 * Return: 0 or an errno.
 */
int scsi_lu_host_setup_tags(struct blk_mq_tag_set *set)
{
	memset(set, 0, sizeof(*set));
	set->ops = &host_mq_ops;
	set->nr_hw_queues = 1;
	set->queue_depth = 1;
	set->numa_node = NUMA_NO_NODE;
	return blk_mq_alloc_tag_set(set);
}

static int add_host(void)
{
	struct Scsi_Host *shost;
	int error;

	lockdep_assert_held(&host_add_mutex);
	shost = scsi_host_alloc(&mpath_host_template, 0);
	if (!shost)
		return -ENOMEM;

	shost->transportt = &mpath_transport;
	shost->max_id = VIRTUAL_MAX_ID;
	shost->max_lun = 1;
	shost->max_cmd_len = MAX_COMMAND_SIZE;
	/* The path's host puts the LUN into the CDB where it must be. */
	shost->no_scsi2_lun_in_cdb = 1;
	/*
	 * Logical units are announced by scsi_lu_bring_up(), and must not
	 * wait for the asynchronous scan they are found in.
	 */
	shost->async_scan = true;

	error = scsi_add_host(shost, NULL);
	if (error) {
		scsi_host_put(shost);
		return error;
	}
	scsi_multipath_host = shost;
	return 0;
}

/**
 * scsi_multipath_host_add - make sure that the virtual host is there
 *
 * Context: process.
 * Return: 0 or an errno.
 */
int scsi_multipath_host_add(void)
{
	int error = 0;

	mutex_lock(&host_add_mutex);
	if (!scsi_multipath_host)
		error = add_host();
	mutex_unlock(&host_add_mutex);
	return error;
}

/**
 * scsi_scan_mutex - what keeps scans and removals of one device apart
 * @shost: host of the device
 * @hostdata: that of the device
 *
 * A logical unit has nothing to do with others that happen to be on the same host:
 * whoever removes one waits for its I/O.
 *
 * Context: any.
 */
struct mutex *scsi_scan_mutex(struct Scsi_Host *shost, void *hostdata)
{
	struct scsi_lu *lu = hostdata;

	return scsi_host_has_lus(shost) ? &lu->scan_mutex : &shost->scan_mutex;
}

/**
 * scsi_multipath_host_exit - remove the virtual host and what is on it
 *
 * Context: process; no other host is left.
 */
void scsi_multipath_host_exit(void)
{
	if (!scsi_multipath_host)
		return;
	scsi_lu_remove_all();
	scsi_remove_host(scsi_multipath_host);
	scsi_host_put(scsi_multipath_host);
	scsi_multipath_host = NULL;
}
