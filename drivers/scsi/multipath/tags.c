// SPDX-License-Identifier: GPL-2.0
/*
 * The tag set of a logical unit: how many commands it may have at a time, on how
 * many hardware queues.
 *
 * Each logical unit has its own. In a tag set that queues share one of them can
 * wait for another in more than one way, and a logical unit waits for as long as
 * its paths are away.
 */

#include <linux/blk-mq.h>
#include <linux/cpumask.h>
#include <linux/minmax.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>

#include "mpath.h"

/* Of the first path's kind; more are rarely in use together. */
#define PATHS_AT_ONCE	8

/**
 * scsi_lu_size_tags - what a logical unit's tag set is to be like
 * @set: tag set of the logical unit, all zero
 * @host: that of the host of its first path
 * @nr_polled: how many hardware queues for polled I/O that host has
 * @path_depth: how many commands that path takes
 * @nr_cpus: how many CPUs there may be
 *
 * A tag set cannot grow, and its first path is all that is known of a logical
 * unit. So there are tags for what some paths of this kind take together, and
 * as many hardware queues as the host has. Each of them has tags of its own, so
 * that CPUs do not write to one place, fewer if need be: the memory for all is no
 * more than the largest logical unit may have. With so many queues that each would
 * have too few they share them.
 *
 * An I/O scheduler is the default where it would be one of a plain disk on that
 * host.
 *
 * Context: any. Pure.
 */
void scsi_lu_size_tags(struct blk_mq_tag_set *set,
		       const struct blk_mq_tag_set *host,
		       unsigned int nr_polled, unsigned int path_depth,
		       unsigned int nr_cpus)
{
	bool host_shares = host->flags & BLK_MQ_F_TAG_HCTX_SHARED;
	unsigned int most;

	set->numa_node = host->numa_node;
	set->nr_maps = 1;
	set->nr_hw_queues = clamp(host->map[HCTX_TYPE_DEFAULT].nr_queues, 1,
				  nr_cpus);
	if (nr_polled) {
		set->nr_maps = HCTX_TYPE_POLL + 1;
		set->map[HCTX_TYPE_POLL].queue_offset = set->nr_hw_queues;
		set->nr_hw_queues += min(nr_polled, nr_cpus);
	}
	set->queue_depth = clamp(path_depth, SCSI_LU_MIN_TAGS / PATHS_AT_ONCE,
				 SCSI_LU_MAX_TAGS / PATHS_AT_ONCE) *
			   PATHS_AT_ONCE;
	/* As elevator_get_default() does. */
	if (host->flags & BLK_MQ_F_NO_SCHED_BY_DEFAULT ||
	    (host->nr_hw_queues != 1 && !host_shares))
		set->flags |= BLK_MQ_F_NO_SCHED_BY_DEFAULT;
	most = SCSI_LU_MAX_TAGS / set->nr_hw_queues;
	if (host_shares ||
	    (set->queue_depth > most && most < BLKDEV_DEFAULT_RQ))
		set->flags |= BLK_MQ_F_TAG_HCTX_SHARED;
	else
		set->queue_depth = min(set->queue_depth, most);
}

/**
 * scsi_lu_alloc_tags - the tag set of a new logical unit
 * @lu: logical unit without a device
 * @first: the device of its first path
 *
 * Context: process.
 * Return: 0 or an errno.
 */
int scsi_lu_alloc_tags(struct scsi_lu *lu, struct scsi_device *first)
{
	scsi_lu_size_tags(&lu->tags, &first->host->tag_set,
			  scsi_path_polled_queues(first->host),
			  first->queue_depth, nr_cpu_ids);
	return scsi_lu_setup_tags(&lu->tags, scsi_multipath_host);
}

/**
 * scsi_lu_map_queues - which CPUs each hardware queue of a logical unit serves
 * @set: tag set of the logical unit; the offset of the queues for polled I/O is
 *	how many others there are
 *
 * Context: process.
 */
void scsi_lu_map_queues(struct blk_mq_tag_set *set)
{
	struct blk_mq_queue_map *polled = &set->map[HCTX_TYPE_POLL];
	struct blk_mq_queue_map *other = &set->map[HCTX_TYPE_DEFAULT];

	other->nr_queues = set->nr_hw_queues;
	if (set->nr_maps > HCTX_TYPE_POLL) {
		set->map[HCTX_TYPE_READ].nr_queues = 0;
		polled->nr_queues = set->nr_hw_queues - polled->queue_offset;
		blk_mq_map_queues(polled);
		other->nr_queues = polled->queue_offset;
	}
	blk_mq_map_queues(other);
}

/**
 * scsi_lu_free_tags - free the tag set of a logical unit
 * @lu: logical unit whose device has been released, or that never had one
 *
 * Context: process.
 */
void scsi_lu_free_tags(struct scsi_lu *lu)
{
	blk_mq_free_tag_set(&lu->tags);
}

/**
 * scsi_device_tag_set - the tag set for the queue of a new device
 * @sdev: any scsi_device
 *
 * Context: any.
 */
struct blk_mq_tag_set *scsi_device_tag_set(struct scsi_device *sdev)
{
	struct scsi_lu *lu = sdev->hostdata;

	return scsi_device_is_lu(sdev) ? &lu->tags : &sdev->host->tag_set;
}
