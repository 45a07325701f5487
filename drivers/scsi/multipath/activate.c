// SPDX-License-Identifier: GPL-2.0
/*
 * Targets that must be asked to serve a logical unit on another controller:
 * explicit ALUA, and the older arrays that rdac, emc and hp_sw stand for. If
 * only paths to passive controllers are left, the device handler of one of them
 * is told to activate it. I/O waits.
 *
 * Two hosts that see one controller each must not take the logical unit from
 * each other again and again: after an activation there is none for some time,
 * and for longer each time that it was in vain.
 */

#include <linux/blkdev.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/sched/mm.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_dh.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_proto.h>

#include "mpath.h"

#define MAX_TRIES		5
#define RETRY_DELAY		(2UL * HZ)
#define HOLD_OFF_MIN		(5UL * HZ)
#define HOLD_OFF_MAX		(120UL * HZ)
/* First see whether another controller serves the logical unit by itself. */
#define PROBES_FIRST		(1UL * HZ)

#define TPGS_EXPLICIT		0x2

/* Implicit ALUA leaves it to the target. */
static bool may_be_activated(const struct scsi_path *path)
{
	struct scsi_device *sdev = path->sdev;

	if (!path->running || path->disconnected || path->state == PATH_DISABLED ||
	    path->state == PATH_FAILED)
		return false;
	if (scsi_device_is_handled_by(sdev, "alua"))
		return (scsi_path_is_passive(path) ||
			path->access == ACCESS_NONE) &&
		       scsi_device_tpgs(sdev) & TPGS_EXPLICIT;
	return scsi_path_is_passive(path) && sdev->handler &&
	       sdev->handler->activate;
}

static bool any_may_be_activated(struct scsi_lu *lu)
{
	struct scsi_path *path;

	list_for_each_entry(path, &lu->paths, node) {
		if (may_be_activated(path))
			return true;
	}
	return false;
}

/* What is sent to others would wait for the error handler, and nobody else be asked. */
static bool may_be_activated_now(const struct scsi_path *path)
{
	return may_be_activated(path) && !scsi_host_in_recovery(path->sdev->host);
}

/* The best group's first, with each try another one. */
static struct scsi_path *candidate(struct scsi_lu *lu, unsigned int try)
{
	struct scsi_path *path, *best = NULL;
	unsigned int nr = 0;

	list_for_each_entry(path, &lu->paths, node) {
		if (!may_be_activated_now(path))
			continue;
		nr++;
		if (!best || path->group_disabled < best->group_disabled ||
		    (path->group_disabled == best->group_disabled &&
		     path->weight < best->weight))
			best = path;
	}
	if (!try || !nr)
		return best;
	try %= nr;
	list_for_each_entry(path, &lu->paths, node) {
		if (may_be_activated_now(path) && !try--)
			return path;
	}
	return best;
}

/**
 * scsi_lu_consider_activation - no path is left: can one be had by asking?
 * @lu: logical unit without a usable path
 *
 * Context: @lu->lock held.
 */
void scsi_lu_consider_activation(struct scsi_lu *lu)
{
	struct scsi_lu_activation *activation = &lu->activation;
	unsigned long due = jiffies + PROBES_FIRST;

	lockdep_assert_held(&lu->lock);
	if (!lu->announced || activation->running || !any_may_be_activated(lu))
		return;
	if (time_after(activation->not_before, due))
		due = activation->not_before;
	queue_delayed_work(scsi_multipath_probe_wq, &activation->work, due - jiffies);
}

static void note_success(struct scsi_lu *lu, struct scsi_path *path)
{
	struct scsi_lu_activation *activation = &lu->activation;
	struct scsi_path *other;

	/* Soon after the last one it was taken away: leave it for longer. */
	if (activation->last &&
	    time_before(jiffies, activation->last + 2 * HOLD_OFF_MAX))
		activation->hold_off = min(2 * activation->hold_off,
					   HOLD_OFF_MAX);
	else
		activation->hold_off = HOLD_OFF_MIN;
	activation->last = jiffies ?: 1;
	activation->not_before = jiffies + activation->hold_off;
	activation->tries = 0;
	sdev_printk(KERN_NOTICE, lu->sdev, "path %s activated\n",
		    dev_name(&path->sdev->sdev_gendev));
	/* The same controller serves others, too. */
	list_for_each_entry(other, &lu->paths, node) {
		if (other == path)
			scsi_path_probe_now(other);
		else
			scsi_path_probe_soon(other);
	}
}

static void note_failure(struct scsi_lu *lu, struct scsi_path *path,
			 int error)
{
	struct scsi_lu_activation *activation = &lu->activation;

	sdev_printk(KERN_WARNING, lu->sdev,
		    "path %s not activated (%d), try %u of %u\n",
		    dev_name(&path->sdev->sdev_gendev), error,
		    activation->tries + 1, MAX_TRIES);
	if (++activation->tries < MAX_TRIES) {
		queue_delayed_work(scsi_multipath_probe_wq, &activation->work,
				   RETRY_DELAY);
		return;
	}
	/* What probes find, or the next failure, may begin anew. */
	activation->tries = 0;
	activation->not_before = jiffies + HOLD_OFF_MAX;
}

/* The references are those that activation_work() has taken. */
static void handler_is_done(void *data, int error)
{
	struct scsi_path *path = data;
	struct scsi_lu *lu = path->lu;
	unsigned long flags;

	spin_lock_irqsave(&lu->lock, flags);
	lu->activation.running = false;
	if (list_empty(&path->node))
		;	/* it has left, and nothing is to be learnt from it */
	else if (error == SCSI_DH_OK)
		note_success(lu, path);
	else
		note_failure(lu, path, error);
	spin_unlock_irqrestore(&lu->lock, flags);
	scsi_device_put(path->sdev);
	scsi_lu_put(lu);
}

static void activation_work(struct work_struct *work)
{
	struct scsi_lu *lu = container_of(to_delayed_work(work),
					  struct scsi_lu,
					  activation.work);
	struct scsi_path *path = NULL;
	unsigned int noio;

	spin_lock_irq(&lu->lock);
	if (!scsi_lu_has_path_locked(lu) && !lu->activation.running) {
		path = candidate(lu, lu->activation.tries);
		if (!path && any_may_be_activated(lu))
			queue_delayed_work(scsi_multipath_probe_wq,
					   &lu->activation.work,
					   SCSI_PATH_RECOVERY_DELAY);
		if (path && scsi_device_get(path->sdev))
			path = NULL;
		lu->activation.running = path;
	}
	spin_unlock_irq(&lu->lock);
	if (!path)
		return;
	scsi_lu_get(lu);
	/* What waits for this path may be the write-back of memory. */
	noio = memalloc_noio_save();
	scsi_dh_activate(path->sdev->request_queue, handler_is_done, path);
	memalloc_noio_restore(noio);
}

/**
 * scsi_lu_activation_stop - the logical unit goes
 * @lu: logical unit
 *
 * A handler that is at work still has its references.
 *
 * Context: process.
 */
void scsi_lu_activation_stop(struct scsi_lu *lu)
{
	disable_delayed_work_sync(&lu->activation.work);
}

/**
 * scsi_lu_activation_init - a new logical unit
 * @activation: what it knows of activations
 */
void scsi_lu_activation_init(struct scsi_lu_activation *activation)
{
	INIT_DELAYED_WORK(&activation->work, activation_work);
	/* The scan may find an active path next. */
	activation->not_before = jiffies + HOLD_OFF_MIN;
}
