// SPDX-License-Identifier: GPL-2.0
/*
 * The queue limits of a logical unit: what every one of its paths can take.
 *
 * Only limits that come from hosts are stacked. Those of the medium (block
 * size, discard, zones and the like) are set by the upper-level driver on the
 * logical unit's own queue and do not depend on the path.
 */

#include <linux/backing-dev-defs.h>
#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/string.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_transport.h>

#include "mpath.h"

/* How long a path that joins may wait for the I/O under way to end. */
#define FREEZE_TIMEOUT	(30 * HZ)
/* In so long a time, some of it does. */
#define STUCK_AFTER	(5 * HZ)
/* How long it is left alone after that; twice as long each time */
#define PAUSE_MIN	(60UL * HZ)
#define PAUSE_MAX	(3600UL * HZ)
/* How long a path has left before that counts: many come back, and would have to be fitted. */
#define GROW_DELAY	(600 * HZ)

/* Those that are not of the medium: what a host needs of all that is sent to it */
#define HOST_FEATURES	(BLK_FEAT_INHERIT_MASK & \
			 ~(BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA | \
			   BLK_FEAT_ROTATIONAL | BLK_FEAT_ZONED | \
			   BLK_FEAT_RAID_PARTIAL_STRIPES_EXPENSIVE))

/**
 * scsi_limits_stack - restrict a logical unit's limits to those of a path
 * @lu: limits of the logical unit's queue
 * @path: limits of the path's queue
 *
 * Context: any. Pure.
 */
void scsi_limits_stack(struct queue_limits *lu,
		       const struct queue_limits *path)
{
	lu->max_hw_sectors = min(lu->max_hw_sectors, path->max_hw_sectors);
	lu->max_segments = min(lu->max_segments, path->max_segments);
	lu->max_segment_size = min(lu->max_segment_size,
				   path->max_segment_size);
	lu->seg_boundary_mask = min(lu->seg_boundary_mask,
				    path->seg_boundary_mask);
	lu->virt_boundary_mask |= path->virt_boundary_mask;
	lu->dma_alignment = max(lu->dma_alignment, path->dma_alignment);
	lu->dma_pad_mask = max(lu->dma_pad_mask, path->dma_pad_mask);
	lu->features |= path->features & HOST_FEATURES;
	lu->max_integrity_segments = min_not_zero(lu->max_integrity_segments,
						  path->max_integrity_segments);
	/* Its host does not take protection information from memory. */
	if (!path->max_integrity_segments &&
	    lu->integrity.csum_type != BLK_INTEGRITY_CSUM_NONE)
		memset(&lu->integrity, 0, sizeof(lu->integrity));
}

/**
 * scsi_limits_are_stacked - does a path take all that the logical unit may send?
 * @lu: limits of the logical unit's queue
 * @path: limits of the path's queue
 *
 * Context: any. Pure.
 */
bool scsi_limits_are_stacked(const struct queue_limits *lu,
			     const struct queue_limits *path)
{
	struct queue_limits stacked = *lu;

	scsi_limits_stack(&stacked, path);
	return stacked.max_hw_sectors == lu->max_hw_sectors &&
	       stacked.max_segments == lu->max_segments &&
	       stacked.max_segment_size == lu->max_segment_size &&
	       stacked.seg_boundary_mask == lu->seg_boundary_mask &&
	       stacked.virt_boundary_mask == lu->virt_boundary_mask &&
	       stacked.dma_alignment == lu->dma_alignment &&
	       stacked.dma_pad_mask == lu->dma_pad_mask &&
	       stacked.max_integrity_segments == lu->max_integrity_segments &&
	       !memcmp(&stacked.integrity, &lu->integrity, sizeof(lu->integrity)) &&
	       stacked.features == lu->features;
}

/**
 * scsi_limits_cut - is there what the logical unit may send, but not over a path?
 * @lu: limits of the logical unit's queue
 * @path: limits of the path's queue
 *
 * What is of alignment alone is not of that kind: the block layer copies such data of
 * passthrough, which is all that this is asked for.
 *
 * Context: any. Pure.
 */
bool scsi_limits_cut(const struct queue_limits *lu, const struct queue_limits *path)
{
	return path->max_hw_sectors < lu->max_hw_sectors ||
	       path->max_segments < lu->max_segments ||
	       path->max_segment_size < lu->max_segment_size ||
	       path->seg_boundary_mask < lu->seg_boundary_mask ||
	       path->virt_boundary_mask & ~lu->virt_boundary_mask;
}

/**
 * scsi_limits_replace - give a logical unit other limits of its hosts
 * @lu: limits of the logical unit's queue
 * @hosts: those of the virtual host, with those of all paths stacked on them
 * @had: features that the hosts needed before
 *
 * What the administrator has set, or what is needed for another reason, stays.
 *
 * Context: any. Pure.
 */
void scsi_limits_replace(struct queue_limits *lu,
			 const struct queue_limits *hosts, blk_features_t had)
{
	blk_features_t gained = hosts->features & ~had & HOST_FEATURES;
	blk_features_t lost = had & ~hosts->features & HOST_FEATURES;

	lu->max_hw_sectors = hosts->max_hw_sectors;
	lu->max_segments = hosts->max_segments;
	lu->max_segment_size = hosts->max_segment_size;
	lu->seg_boundary_mask = hosts->seg_boundary_mask;
	lu->virt_boundary_mask = hosts->virt_boundary_mask;
	lu->dma_alignment = hosts->dma_alignment;
	lu->dma_pad_mask = hosts->dma_pad_mask;
	lu->max_integrity_segments = hosts->max_integrity_segments;
	lu->features = (lu->features & ~lost) | gained;
}

/* The block layer cannot express both in one. */
static bool can_be_expressed(const struct queue_limits *lim)
{
	return !lim->virt_boundary_mask || lim->max_segment_size == UINT_MAX;
}

/* As queue_limits_start_update(), but does not wait for ever. */
static bool lock_limits(struct request_queue *q)
{
	unsigned long give_up = jiffies + FREEZE_TIMEOUT;

	while (!mutex_trylock(&q->limits_lock)) {
		if (time_after(jiffies, give_up))
			return false;
		msleep(20);
	}
	return true;
}

/* In a frozen queue. False if the rest does not end before long, if ever. */
static bool wait_until_idle(struct scsi_lu *lu)
{
	unsigned long give_up = jiffies + FREEZE_TIMEOUT;
	int done;

	do {
		scsi_lu_fold_iostat(lu->sdev);
		done = atomic_read(&lu->sdev->iodone_cnt);
		if (blk_mq_freeze_queue_wait_timeout(lu->sdev->request_queue,
						     STUCK_AFTER))
			return true;
		scsi_lu_fold_iostat(lu->sdev);
	} while (atomic_read(&lu->sdev->iodone_cnt) != done &&
		 time_before(jiffies, give_up));
	return false;
}

/*
 * A disk that has refused something is not asked to do it again: sd has taken that out of
 * the limits in force, perhaps since they were copied, for it does not lock them. What can
 * be discarded would be computed anew.
 */
static void leave_out_refused(struct queue_limits *lim,
			      const struct queue_limits *in_force)
{
	if (!in_force->max_discard_sectors && in_force->max_user_discard_sectors)
		lim->max_hw_discard_sectors = 0;
	if (!in_force->max_write_zeroes_sectors) {
		lim->max_write_zeroes_sectors = 0;
		/* It is left as it was, and no more than the other one is valid. */
		lim->max_hw_wzeroes_unmap_sectors = 0;
	}
}

/* How much is read ahead is not ours to change: see scsi_lu_limits_changed(). */
static int commit(struct scsi_lu *lu, struct queue_limits *lim)
{
	struct request_queue *q = lu->sdev->request_queue;
	int error;

	if (q->disk) {
		lu->ra_pages = q->disk->bdi->ra_pages;
		lu->keeps_ra_pages = true;
	}
	leave_out_refused(lim, &q->limits);
	error = queue_limits_commit_update(q, lim);
	if (error)
		lu->keeps_ra_pages = false;
	return error;
}

/* No request made under the old limits remains. Unlocks the limits. */
static int commit_when_idle(struct scsi_lu *lu, struct queue_limits *lim)
{
	struct request_queue *q = lu->sdev->request_queue;
	int error;

	blk_freeze_queue_start(q);
	if (wait_until_idle(lu)) {
		error = commit(lu, lim);
		WRITE_ONCE(lu->sends_more, false);
		WRITE_ONCE(lu->limits_pause, 0);
	} else {
		queue_limits_cancel_update(q);
		error = -ETIMEDOUT;
		WRITE_ONCE(lu->limits_since, jiffies);
		WRITE_ONCE(lu->limits_pause, clamp(2 * lu->limits_pause,
						   PAUSE_MIN, PAUSE_MAX));
	}
	blk_mq_unfreeze_queue_nomemrestore(q);
	return error;
}

/*
 * What an upper-level driver sends of these goes to the device as it is, and it may look
 * at the limits once only: st does. So it has nothing of larger ones, either.
 */
static bool must_not_shrink(const struct scsi_lu *lu)
{
	return scsi_type_is_sticky(lu->sdev->type);
}

/*
 * A feature that a host before has needed is set, or the administrator has found that it is
 * not needed.
 */
static void begin_with_path(struct queue_limits *lim, const struct scsi_lu *lu,
			    const struct scsi_device *path)
{
	*lim = path->request_queue->limits;
	lim->features &= ~lu->host_features;
}

/**
 * scsi_lu_may_take_limits - can one more path join, as far as limits go?
 * @lu: logical unit with a device
 * @path: device that is to join
 *
 * Context: process.
 * Return: 0 if so, or if that is to be tried; -EOPNOTSUPP if the path's host takes less
 * than the logical unit must be able to send; -ETIMEDOUT if it is not to be tried yet.
 */
int scsi_lu_may_take_limits(const struct scsi_lu *lu, const struct scsi_device *path)
{
	const struct queue_limits *lu_lim = &lu->sdev->request_queue->limits;
	unsigned long pause = READ_ONCE(lu->limits_pause);
	struct queue_limits path_lim;

	begin_with_path(&path_lim, lu, path);
	if (must_not_shrink(lu) && scsi_limits_cut(lu_lim, &path_lim))
		return -EOPNOTSUPP;
	if (pause && (!scsi_limits_are_stacked(lu_lim, &path_lim) ||
		      READ_ONCE(lu->sends_more)) &&
	    time_before(jiffies, READ_ONCE(lu->limits_since) + pause))
		return -ETIMEDOUT;
	return 0;
}

/**
 * scsi_lu_take_limits - make a logical unit fit one more path
 * @lu: logical unit with a device
 * @path: device that is to join
 *
 * If the path takes less than the logical unit sends so far, the queue is
 * frozen for the change: no request made under the old limits remains. If a command
 * does not end, others are not kept for longer than it takes to see that, and seldom.
 *
 * Context: process, @lu->claim_mutex held; waits for I/O under way.
 * Return: 0; -ETIMEDOUT if I/O did not end (it may be waiting for a path);
 * -EOPNOTSUPP if the logical unit must go on to send what the path does not take;
 * -EINVAL if no request can fit all hosts. On failure nothing has changed.
 */
int scsi_lu_take_limits(struct scsi_lu *lu, struct scsi_device *path)
{
	struct request_queue *q = lu->sdev->request_queue;
	struct queue_limits path_lim, lim;
	int error;

	begin_with_path(&path_lim, lu, path);

	/*
	 * An upper-level driver holds the lock while it reads the capacity, for
	 * which it may be waiting for this very path. What is compared here
	 * is changed by nobody but us.
	 */
	if (scsi_limits_are_stacked(&q->limits, &path_lim) && !lu->sends_more)
		return 0;
	error = scsi_lu_may_take_limits(lu, path);
	if (error)
		return error;
	if (!lock_limits(q))
		return -ETIMEDOUT;
	lim = q->limits;
	scsi_limits_stack(&lim, &path_lim);
	if (!can_be_expressed(&lim)) {
		queue_limits_cancel_update(q);
		return -EINVAL;
	}
	error = commit_when_idle(lu, &lim);
	if (!error)
		lu->host_features |= path_lim.features & HOST_FEATURES;
	return error;
}

/* Returns false if there are none. */
static bool stack_all_paths(struct scsi_lu *lu, struct queue_limits *hosts)
{
	struct scsi_path *path;
	bool has_paths;

	scsi_init_limits(scsi_multipath_host, hosts);
	mutex_lock(&scsi_multipath_list_mutex);
	has_paths = !list_empty(&lu->paths);
	list_for_each_entry(path, &lu->paths, node)
		scsi_limits_stack(hosts, &path->sdev->request_queue->limits);
	mutex_unlock(&scsi_multipath_list_mutex);
	return has_paths;
}

/* What waits for a path would be too large for one that has left, and comes back. */
static bool may_not_grow(struct scsi_lu *lu)
{
	bool may_not;

	spin_lock_irq(&lu->lock);
	may_not = !scsi_lu_has_path_locked(lu);
	spin_unlock_irq(&lu->lock);
	return may_not;
}

/*
 * The queue is not frozen: a path may have left because a command on another one does not
 * end. A request that sees old limits and new ones has those of one time or the other
 * for each, and what is right for the paths at both is no more than either. If a driver
 * has made those of its path smaller, requests that are larger are on their way to it,
 * freeze or not; they must not meet a path that joins.
 */
static int follow_paths(struct scsi_lu *lu)
{
	struct request_queue *q = lu->sdev->request_queue;
	struct queue_limits hosts, lim;
	blk_features_t features;
	int error;

	if (!stack_all_paths(lu, &hosts))
		return 0;
	if (!can_be_expressed(&hosts))
		return -EINVAL;
	/* Who holds it may be waiting for a path, which could not join meanwhile. */
	if (!mutex_trylock(&q->limits_lock))
		return -EAGAIN;
	lim = q->limits;
	if (must_not_shrink(lu))
		scsi_limits_stack(&lim, &hosts);
	else
		scsi_limits_replace(&lim, &hosts, lu->host_features);
	if (may_not_grow(lu) && !scsi_limits_are_stacked(&lim, &q->limits)) {
		queue_limits_cancel_update(q);
		return -EAGAIN;
	}
	if (!memcmp(&lim, &q->limits, sizeof(lim))) {
		lu->host_features = hosts.features & HOST_FEATURES;
		queue_limits_cancel_update(q);
		return 0;
	}
	features = hosts.features & HOST_FEATURES;
	hosts.features &= ~lu->host_features;
	if (!scsi_limits_are_stacked(&q->limits, &hosts))
		WRITE_ONCE(lu->sends_more, true);
	error = commit(lu, &lim);
	if (!error)
		lu->host_features = features;
	return error;
}

static void limits_work(struct work_struct *work)
{
	struct scsi_lu *lu = container_of(to_delayed_work(work),
					  struct scsi_lu, limits_work);
	int error = -EAGAIN;

	/* What joins meanwhile has been compared with the limits of before. */
	if (mutex_trylock(&lu->claim_mutex)) {
		error = follow_paths(lu);
		mutex_unlock(&lu->claim_mutex);
	}
	if (error == -EINVAL)
		sdev_printk(KERN_ERR, lu->sdev,
			    "no request fits the new limits of all paths\n");
	else if (error)
		queue_delayed_work(system_dfl_wq, &lu->limits_work, HZ);
}

static void set_flag(struct request_queue *q, unsigned int flag, bool value)
{
	if (value)
		blk_queue_flag_set(flag, q);
	else
		blk_queue_flag_clear(flag, q);
}

/**
 * scsi_path_take_block_size - the blocks of a path are those of its logical unit
 * @path: path
 *
 * LLDs look at their size where commands carry protection information.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_take_block_size(struct scsi_path *path)
{
	const struct scsi_device *lu_sdev = path->lu->sdev;

	lockdep_assert_held(&path->lu->lock);
	if (!lu_sdev)
		return;
	path->sdev->sector_size = lu_sdev->sector_size;
	path->sdev->request_queue->limits.logical_block_size =
		lu_sdev->request_queue->limits.logical_block_size;
}

/**
 * scsi_path_take_affinity - what a path carries is completed where its logical unit's is
 * @path: path
 *
 * It is the request of the path that an interrupt completes.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_take_affinity(struct scsi_path *path)
{
	const struct scsi_device *lu_sdev = path->lu->sdev;
	struct request_queue *q = path->sdev->request_queue;
	unsigned long flags;

	lockdep_assert_held(&path->lu->lock);
	if (!lu_sdev)
		return;
	flags = READ_ONCE(lu_sdev->request_queue->queue_flags);
	set_flag(q, QUEUE_FLAG_SAME_COMP, flags & BIT(QUEUE_FLAG_SAME_COMP));
	set_flag(q, QUEUE_FLAG_SAME_FORCE, flags & BIT(QUEUE_FLAG_SAME_FORCE));
}

/**
 * scsi_path_limits_changed - a queue has other limits now
 * @q: queue of any SCSI device but that of a logical unit
 *
 * Some LLDs change them while the device is in use.
 *
 * Context: process; the limits of @q are locked.
 */
void scsi_path_limits_changed(struct request_queue *q)
{
	struct scsi_device *sdev = q->queuedata;
	struct scsi_path *path;

	rcu_read_lock();	/* against a claim that is undone */
	path = READ_ONCE(sdev->path);
	if (path && READ_ONCE(path->lu->sdev)) {
		spin_lock_irq(&path->lu->lock);
		scsi_path_take_block_size(path);
		spin_unlock_irq(&path->lu->lock);
		mod_delayed_work(system_dfl_wq, &path->lu->limits_work, 0);
	}
	rcu_read_unlock();
}

/**
 * scsi_lu_limits_path_left - what a path that has left could take binds nobody any more
 * @lu: logical unit
 *
 * Context: any.
 */
void scsi_lu_limits_path_left(struct scsi_lu *lu)
{
	if (lu->announced)
		queue_delayed_work(system_dfl_wq, &lu->limits_work, GROW_DELAY);
}

/**
 * scsi_lu_limits_not_needed - a path that a logical unit has been made to fit has not joined
 * @lu: logical unit
 *
 * Context: any.
 */
void scsi_lu_limits_not_needed(struct scsi_lu *lu)
{
	mod_delayed_work(system_dfl_wq, &lu->limits_work, 0);
}

/**
 * scsi_lu_limits_changed - the queue of a logical unit has other limits, or affinity, now
 * @q: queue of the device of a logical unit
 *
 * Context: process.
 */
void scsi_lu_limits_changed(struct request_queue *q)
{
	struct scsi_device *sdev = q->queuedata;
	struct scsi_lu *lu = sdev->hostdata;
	struct scsi_path *path;

	/* What an administrator has made less the block layer makes more. */
	if (lu->keeps_ra_pages && q->disk)
		q->disk->bdi->ra_pages = lu->ra_pages;
	lu->keeps_ra_pages = false;
	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		scsi_path_take_block_size(path);
		scsi_path_take_affinity(path);
	}
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_lu_opt_sectors - as scsi_device_opt_sectors(), of the device of a logical unit
 * @sdev: device of a logical unit
 *
 * Context: process.
 * Return: what is best for the host that takes least.
 */
unsigned int scsi_lu_opt_sectors(struct scsi_device *sdev)
{
	struct scsi_lu *lu = sdev->hostdata;
	unsigned int opt = 0;
	struct scsi_path *path;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node)
		opt = min_not_zero(opt, path->sdev->host->opt_sectors);
	spin_unlock_irq(&lu->lock);
	return opt;
}
EXPORT_SYMBOL_GPL(scsi_lu_opt_sectors);	/* sd */

/**
 * scsi_lu_begin_limits - the limits of a new logical unit are those of its first path
 * @lu: logical unit with a device that is being set up
 * @path: device of that path
 *
 * Context: process.
 * Return: 0 or an errno.
 */
int scsi_lu_begin_limits(struct scsi_lu *lu, const struct scsi_device *path)
{
	struct request_queue *q = lu->sdev->request_queue;
	const struct queue_limits *path_lim = &path->request_queue->limits;
	struct queue_limits lim = queue_limits_start_update(q);

	scsi_limits_stack(&lim, path_lim);
	lu->host_features = path_lim->features & HOST_FEATURES;
	return queue_limits_commit_update(q, &lim);
}

/**
 * scsi_lu_limits_init - a new logical unit
 * @lu: logical unit
 */
void scsi_lu_limits_init(struct scsi_lu *lu)
{
	INIT_DELAYED_WORK(&lu->limits_work, limits_work);
}
