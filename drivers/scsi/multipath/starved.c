// SPDX-License-Identifier: GPL-2.0
/*
 * A logical unit whose commands find no room because all tags of its paths' hosts are
 * in use waits for a tag, as the queue of a plain device does: see
 * blk_mq_mark_tag_wait(). What asks again and again instead gets a tag by chance only,
 * and many that do so take all the time that CPUs have.
 *
 * It waits at the hosts of all paths that it could use at the moment, and is run when
 * one of them has a tag. Who waits longest is first.
 */

#include <linux/blk-mq.h>
#include <linux/sbitmap.h>
#include <linux/smp.h>
#include <linux/topology.h>
#include <linux/wait.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include "dispatch.h"
#include "mpath.h"

/*
 * Milliseconds after which it looks for other paths all the same. No tag may be freed
 * for long where a host's error handler is at work.
 */
#define LOOK_AGAIN	1000

/* Those that a command of this CPU would get its tag from. */
static struct sbitmap_queue *tags_of(const struct scsi_path *path)
{
	const struct blk_mq_tag_set *set = &path->sdev->host->tag_set;
	const struct blk_mq_queue_map *map = &set->map[HCTX_TYPE_DEFAULT];
	struct blk_mq_tags *tags = set->shared_tags;

	if (!(set->flags & BLK_MQ_F_TAG_HCTX_SHARED))
		tags = set->tags[map->mq_map[raw_smp_processor_id()]];
	return tags ? &tags->bitmap_tags : NULL;
}

static void leave_queue(struct scsi_path_starved *starved)
{
	lockdep_assert_held(&starved->lock);
	if (!starved->tags)
		return;
	list_del_init(&starved->wait.entry);
	atomic_dec(&starved->tags->ws_active);
	WRITE_ONCE(starved->tags, NULL);
}

static bool has_listed(struct request_queue *q)
{
	struct blk_mq_hw_ctx *hctx;
	unsigned long i;

	queue_for_each_hw_ctx(q, hctx, i) {
		if (!list_empty_careful(&hctx->dispatch))
			return true;
	}
	return false;
}

/*
 * What has found no room may be on its way back to the list, where this run would not
 * find it. Who puts it there runs the queue if the bit is clear by then, see
 * blk_mq_dispatch_rq_list().
 */
static void run(struct scsi_lu *lu)
{
	struct request_queue *q = lu->sdev->request_queue;
	struct blk_mq_hw_ctx *hctx;
	unsigned long i;

	queue_for_each_hw_ctx(q, hctx, i)
		clear_bit(BLK_MQ_S_SCHED_RESTART, &hctx->state);
	/* Either that one sees the bit, or the run sees the list. */
	smp_mb__after_atomic();
	blk_mq_run_hw_queues(q, true);
}

/* There is a tag. Returns 0 if the next one that waits is to look for it as well. */
static int tag_is_free(struct wait_queue_entry *wait, unsigned int mode,
		       int flags, void *key)
{
	struct scsi_path *path = container_of(wait, struct scsi_path,
					      starved.wait);
	struct scsi_lu *lu = path->lu;
	struct request_queue *q = lu->sdev->request_queue;
	bool is_listed;

	spin_lock(&path->starved.lock);
	leave_queue(&path->starved);
	spin_unlock(&path->starved.lock);
	/* Whoever ends that runs it. */
	if (blk_queue_quiesced(q))
		return 0;
	is_listed = has_listed(q);
	/* It may have got what it wanted elsewhere, if it is not on its way to the list. */
	if (xchg(&lu->starved, 0) || is_listed)
		run(lu);
	return is_listed;
}

/* Returns false if there may be a tag, or none is known to be waited for. */
static bool waits_for_tag_of(struct scsi_path *path)
{
	struct scsi_path_starved *starved = &path->starved;
	struct sbitmap_queue *tags = tags_of(path);
	struct sbq_wait_state *ws;
	unsigned long flags;

	if (!tags)
		return false;
	if (!READ_ONCE(starved->tags)) {
		ws = sbq_wait_ptr(tags, &starved->index);
		spin_lock_irqsave(&ws->wait.lock, flags);
		spin_lock(&starved->lock);
		if (!starved->tags) {
			WRITE_ONCE(starved->tags, tags);
			starved->ws = ws;
			atomic_inc(&tags->ws_active);
			__add_wait_queue_entry_tail_exclusive(&ws->wait,
							      &starved->wait);
		}
		spin_unlock(&starved->lock);
		spin_unlock_irqrestore(&ws->wait.lock, flags);
	}
	/* Pairs with the one in sbitmap_queue_clear(): it sees us, or we see the tag. */
	smp_mb();
	return READ_ONCE(starved->tags) == tags &&
	       sbitmap_weight(&tags->sb) >= tags->sb.depth;
}

/**
 * scsi_lu_waits_for_tag - a command has found no room on any path
 * @lu: logical unit
 * @lu_cmd: its command, which scsi_lu_send_cmd() is to give back
 *
 * Context: any in which block I/O is dispatched.
 * Return: true if @lu's queue is run when there may be room again. Else somebody has to
 * look, before long.
 */
bool scsi_lu_waits_for_tag(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd)
{
	struct request *rq = scsi_cmd_to_rq(lu_cmd);
	const struct scsi_path_policy *policy;
	const struct scsi_path_set *set;
	struct scsi_path *path;
	bool waits = false;
	unsigned int nr;

	/* What not every path will do for, and what has tags of its own. */
	if (scsi_lu_cmd_history(lu_cmd) || rq->cmd_flags & REQ_POLLED)
		return false;
	/* Now: a tag that is freed after this has the queue run at once. */
	blk_mq_delay_run_hw_queue(rq->mq_hctx, LOOK_AGAIN);

	rcu_read_lock();
	WRITE_ONCE(lu->starved, 1);
	set = rcu_dereference(lu->in_use[numa_node_id()]);
	/* Pairs with smp_store_release() in publish(). */
	nr = smp_load_acquire(&set->nr);
	/* Pairs with smp_store_release() in scsi_lu_set_policy(). */
	policy = smp_load_acquire(&lu->policy);
	if (nr && policy->sticky) {
		path = policy->select(lu, set, nr);
		waits = path && waits_for_tag_of(path);
		nr = 0;
	}
	for (unsigned int i = 0; i < nr; i++) {
		path = READ_ONCE(set->path[i]);
		if (!path)
			continue;
		waits = waits_for_tag_of(path);
		if (!waits)
			break;
	}
	rcu_read_unlock();
	return waits;
}

/**
 * scsi_path_begin_starved - a path joins: its logical unit may wait for its host's tags
 * @path: path
 *
 * Context: before dispatch finds @path.
 */
void scsi_path_begin_starved(struct scsi_path *path)
{
	struct scsi_path_starved *starved = &path->starved;

	spin_lock_init(&starved->lock);
	init_waitqueue_func_entry(&starved->wait, tag_is_free);
	INIT_LIST_HEAD(&starved->wait.entry);
}

/**
 * scsi_path_end_starved - a path has left: its logical unit waits for its host no more
 * @path: path that dispatch does not find any more
 *
 * Context: process.
 */
void scsi_path_end_starved(struct scsi_path *path)
{
	struct scsi_path_starved *starved = &path->starved;
	struct sbq_wait_state *ws = starved->ws;

	if (!ws)
		return;
	spin_lock_irq(&ws->wait.lock);
	spin_lock(&starved->lock);
	leave_queue(starved);
	spin_unlock(&starved->lock);
	spin_unlock_irq(&ws->wait.lock);
}
