// SPDX-License-Identifier: GPL-2.0
/*
 * Polled I/O: who waits for a command asks for its completion, no interrupt tells.
 *
 * Where the host of its first path has hardware queues for that, the logical unit
 * has as many. What comes through them takes those of the path's host, and asking the
 * logical unit is asking the hosts of all paths that have any: a command may be
 * anywhere. On a path whose host has none it is completed as any other.
 */

#include <linux/blk-mq.h>
#include <linux/cpumask.h>
#include <linux/rculist.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>

#include "dispatch.h"
#include "mpath.h"

/**
 * scsi_path_polled_queues - how many hardware queues for polled I/O a host has
 * @shost: host of a path
 *
 * Context: any.
 */
unsigned int scsi_path_polled_queues(const struct Scsi_Host *shost)
{
	return shost->hostt->mq_poll ?
	       shost->tag_set.map[HCTX_TYPE_POLL].nr_queues : 0;
}

/**
 * scsi_path_get_polled - a request for a command that is polled
 * @path: path
 * @lu_rq: request of the logical unit's queue, REQ_POLLED
 * @opf: operation and flags
 *
 * Whoever polls @lu_rq asks the queues of those CPUs that its hardware queue serves.
 * If this is another one, for once, the command is not one of a polled queue.
 *
 * Context: dispatch, under rcu_read_lock().
 * Return: as blk_mq_alloc_bare_request().
 */
struct request *scsi_path_get_polled(struct scsi_path *path,
				     struct request *lu_rq, blk_opf_t opf)
{
	struct request_queue *q = path->sdev->request_queue;
	req_flags_t rq_flags = lu_rq->rq_flags & RQF_PM;
	struct request *rq;

	rq = blk_mq_alloc_bare_request(q, opf, rq_flags);
	if (!rq || !(rq->cmd_flags & REQ_POLLED) ||
	    (lu_rq->mq_hctx->type == HCTX_TYPE_POLL &&
	     cpumask_test_cpu(blk_mq_rq_cpu(rq), lu_rq->mq_hctx->cpumask)))
		return rq;
	blk_mq_free_bare_request(rq);
	return blk_mq_alloc_bare_request(q, opf & ~REQ_POLLED, rq_flags);
}

/* Of each CPU, but each queue once where they lie side by side. */
static int poll_host(struct Scsi_Host *shost, const struct cpumask *cpus)
{
	const unsigned int *queue_of =
		shost->tag_set.map[HCTX_TYPE_POLL].mq_map;
	unsigned int cpu, last = UINT_MAX;
	int found = 0;

	for_each_cpu(cpu, cpus) {
		if (queue_of[cpu] == last)
			continue;
		last = queue_of[cpu];
		found += shost->hostt->mq_poll(shost, last);
	}
	return found;
}

/**
 * scsi_lu_poll - are commands of a logical unit complete?
 * @hctx: hardware queue of the logical unit, for polled I/O
 * @iob: not used
 *
 * Context: that of the process that waits.
 * Return: how many were completed; those of other devices on these hosts count.
 */
int scsi_lu_poll(struct blk_mq_hw_ctx *hctx, struct io_comp_batch *iob)
{
	struct scsi_device *sdev = hctx->queue->queuedata;
	struct scsi_lu *lu = sdev->hostdata;
	struct scsi_path *path;
	int found = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(path, &lu->polled, polled_node)
		found += poll_host(path->sdev->host, hctx->cpumask);
	rcu_read_unlock();
	return found;
}

/**
 * scsi_path_start_polling - a path joins: its host may have to be asked
 * @path: path
 *
 * Context: @path->lu->lock held.
 */
void scsi_path_start_polling(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	INIT_LIST_HEAD(&path->polled_node);
	if (scsi_lu_has_polled_queues(path->lu) &&
	    scsi_path_polled_queues(path->sdev->host))
		list_add_tail_rcu(&path->polled_node, &path->lu->polled);
}

/**
 * scsi_path_stop_polling - no attempt of a path that has left is under way any more
 * @path: path
 *
 * Context: process.
 */
void scsi_path_stop_polling(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;

	if (list_empty(&path->polled_node))
		return;
	spin_lock_irq(&lu->lock);
	list_del_rcu(&path->polled_node);
	spin_unlock_irq(&lu->lock);
	synchronize_rcu();
	INIT_LIST_HEAD(&path->polled_node);
}
