// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a logical unit: from its first path to some time after its last.
 *
 * While no path is usable, the LU's scsi_device is in SDEV_BLOCK and I/O waits
 * in its queue; once no_path_timeout is over it is in SDEV_TRANSPORT_OFFLINE
 * and I/O fails. Those are the states in which a transport class puts a device
 * whose remote port is gone, so that everything above knows them.
 */

#include <linux/blk-mq.h>
#include <linux/delay.h>
#include <linux/idr.h>
#include <linux/moduleparam.h>
#include <linux/nodemask.h>
#include <linux/percpu.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>

#include "../scsi_priv.h"
#include "mpath.h"

/* After that, a logical unit that its target does not know over any path is gone. */
#define RESTART_TIME		(30UL * HZ)
/* That I/O waits for what the error handler of a host keeps from being put right. */
#define RECOVERY_PATIENCE	(30UL * HZ)

/* Protects the list of logical units, and each one's list of paths. */
DEFINE_MUTEX(scsi_multipath_list_mutex);
LIST_HEAD(scsi_multipath_list);
struct workqueue_struct *scsi_multipath_wq;
struct workqueue_struct *scsi_multipath_probe_wq;
struct workqueue_struct *scsi_multipath_removal_wq;

static DEFINE_IDA(targets);

static int default_no_path_timeout = 30;
module_param_named(no_path_timeout, default_no_path_timeout, int, 0644);
MODULE_PARM_DESC(no_path_timeout,
		 "Seconds that I/O of new logical units waits while no path is usable; 0: not at all, -1: for ever (default 30)");

/* None of them is queued from now on. */
static void stop_works(struct scsi_lu *lu)
{
	disable_work_sync(&lu->work);
	disable_delayed_work_sync(&lu->no_path_work);
	disable_delayed_work_sync(&lu->group.work);
	disable_delayed_work_sync(&lu->rescan_work);
	disable_delayed_work_sync(&lu->marginal_work);
	disable_delayed_work_sync(&lu->limits_work);
	disable_work_sync(&lu->door.work);
	disable_work_sync(&lu->door.late_work);
	disable_work_sync(&lu->event_work);
	scsi_lu_activation_stop(lu);
	scsi_lu_pr_stop(lu);
}

static void free_lu(struct scsi_lu *lu)
{
	ida_free(&targets, lu->target);
	free_percpu(lu->cpu);
	scsi_lu_free_sets(lu);
	scsi_lu_free_tags(lu);
	kfree(lu->id);
	kfree(lu);
}

/**
 * scsi_lu_sdev_released - the last reference to a device is gone
 * @sdev: device on the virtual host
 *
 * If it is that of a logical unit, this is the end of that as well.
 *
 * Context: process.
 */
void scsi_lu_sdev_released(struct scsi_device *sdev)
{
	struct scsi_lu *lu = sdev->hostdata;

	/* Not if it could not even be set up. */
	if (lu->sdev == sdev)
		free_lu(lu);
}

/* Whoever still has its device open may use the logical unit as well. */
static void put_sdev_or_free(struct kref *ref)
{
	struct scsi_lu *lu = container_of(ref, struct scsi_lu, ref);

	WARN_ON_ONCE(!list_empty(&lu->paths));
	if (lu->sdev) {
		put_device(&lu->sdev->sdev_gendev);
	} else {
		/* It has never had a device with which they would have been. */
		stop_works(lu);
		free_lu(lu);
	}
}

/**
 * scsi_lu_get - take a reference
 * @lu: logical unit, of which the caller has one, or is under a lock that keeps one
 *
 * Context: any.
 */
void scsi_lu_get(struct scsi_lu *lu)
{
	kref_get(&lu->ref);
}

/**
 * scsi_lu_put - give a reference back
 * @lu: logical unit, which with the last one leaves its device to whoever has that open,
 *	by whose release it is freed
 *
 * Context: process.
 */
void scsi_lu_put(struct scsi_lu *lu)
{
	kref_put(&lu->ref, put_sdev_or_free);
}

static void block_or_unblock(struct scsi_lu *lu)
{
	const enum scsi_device_state failing = SDEV_TRANSPORT_OFFLINE;
	struct scsi_device *sdev = lu->sdev;
	enum scsi_device_state old;
	bool usable, expired, changed;

	mutex_lock(&sdev->state_mutex);
	spin_lock_irq(&lu->lock);
	usable = scsi_lu_has_path_locked(lu);
	expired = lu->expired;
	spin_unlock_irq(&lu->lock);

	old = sdev->sdev_state;
	switch (old) {
	case SDEV_RUNNING:
		if (usable)
			break;
		scsi_internal_device_block_nowait(sdev);
		if (expired)
			scsi_internal_device_unblock_nowait(sdev, failing);
		break;
	case SDEV_BLOCK:
		if (usable)
			scsi_internal_device_unblock_nowait(sdev, SDEV_RUNNING);
		else if (expired)
			scsi_internal_device_unblock_nowait(sdev, failing);
		break;
	case SDEV_TRANSPORT_OFFLINE:
		if (!usable && expired)
			break;
		scsi_internal_device_unblock_nowait(sdev, SDEV_RUNNING);
		/* It is to wait again, after all. */
		if (!usable)
			scsi_internal_device_block_nowait(sdev);
		break;
	case SDEV_OFFLINE:
		/* What has been blocked before fails, as on any offline device. */
		scsi_internal_device_unblock_nowait(sdev, SDEV_RUNNING);
		break;
	default:
		/* Suspended, or being removed. */
		break;
	}
	changed = sdev->sdev_state != old || old == SDEV_OFFLINE;
	mutex_unlock(&sdev->state_mutex);

	/* Nobody else restarts the requests on the requeue list. */
	if (changed)
		blk_mq_kick_requeue_list(sdev->request_queue);
}

static void lu_work(struct work_struct *work)
{
	struct scsi_lu *lu = container_of(work, struct scsi_lu, work);
	unsigned int noio;

	if (!READ_ONCE(lu->announced))
		return;
	/* What waits for a path may be the write-back of memory. */
	noio = memalloc_noio_save();
	block_or_unblock(lu);
	scsi_lu_rescan_if_wanted(lu);
	scsi_lu_tell_changes(lu);
	scsi_lu_read_stale_access(lu);
	memalloc_noio_restore(noio);
}

/* From here on no path may join. */
static void start_removal(struct scsi_lu *lu)
{
	lockdep_assert_held(&scsi_multipath_list_mutex);
	if (lu->removing)
		return;
	WRITE_ONCE(lu->removing, true);
	list_del_init(&lu->node);
	scsi_lu_get(lu);
	queue_work(scsi_multipath_removal_wq, &lu->remove_work);
}

/* Do target or transport say of every path that it is not there any more? */
static bool is_disconnected_for_good(struct scsi_lu *lu)
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		/* A port that is lost may return until it is removed. */
		if (!path->disconnected || !path->running)
			return false;
	}
	return !list_empty(&lu->paths) || lu->last_was_disconnected;
}

static unsigned long later(unsigned long a, unsigned long b)
{
	return time_after(a, b) ? a : b;
}

static unsigned long sooner(unsigned long a, unsigned long b)
{
	return time_before(a, b) ? a : b;
}

/*
 * A transport that blocks a path has not given it up. How long it waits is its own
 * matter, as it is with a plain device.
 */
static bool waits_for_transport(struct scsi_lu *lu)
{
	struct scsi_path *path;

	list_for_each_entry(path, &lu->paths, node) {
		if (READ_ONCE(path->sdev->sdev_state) == SDEV_BLOCK &&
		    path->state != PATH_DISABLED)
			return true;
	}
	return false;
}

static bool waits_for_host(struct scsi_lu *lu)
{
	struct scsi_path *path;

	list_for_each_entry(path, &lu->paths, node) {
		if (path->running && path->state != PATH_DISABLED &&
		    scsi_host_in_recovery(path->sdev->host))
			return true;
	}
	return false;
}

/* It says that its asymmetric access state changes, or has a path looked at for long. */
static bool waits_for_target(struct scsi_lu *lu)
{
	struct scsi_path *path;

	list_for_each_entry(path, &lu->paths, node) {
		if (path->running && path->state != PATH_DISABLED &&
		    (path->transition_end || path->check))
			return true;
	}
	return false;
}

/* The same, and it has not taken longer than it should. */
static bool is_looked_at(struct scsi_lu *lu)
{
	struct scsi_path *path;

	list_for_each_entry(path, &lu->paths, node) {
		if (!path->running || path->state == PATH_DISABLED)
			continue;
		if ((path->transition_end &&
		     time_before(jiffies, path->transition_end)) ||
		    (path->check && time_before(jiffies, path->check_end)))
			return true;
	}
	return false;
}

/* When has it waited for a path that may still come? Returns false if never. */
static bool has_waited_at(struct scsi_lu *lu, bool may_sleep, unsigned long *when)
{
	unsigned long due = lu->no_path_since + lu->no_path_timeout * HZ;
	bool sleeps = may_sleep && scsi_lu_sleeps(lu, when);

	if (lu->no_path_timeout < 0)
		return sleeps;
	*when = sleeps ? sooner(*when, due) : due;
	return true;
}

/*
 * When is I/O to fail? Returns false if never. Without @may_sleep it is as if the system
 * were awake.
 */
static bool no_path_due(struct scsi_lu *lu, bool may_sleep, unsigned long *when)
{
	struct scsi_path *path;
	bool waits, for_host;
	unsigned long due;

	lockdep_assert_held(&lu->lock);
	waits = waits_for_transport(lu);
	for_host = waits_for_host(lu);
	/* It is from now on that the last path is lost. */
	if ((lu->waits_for_transport && !waits) ||
	    (lu->waits_for_host && !for_host))
		lu->no_path_since = jiffies;
	lu->waits_for_transport = waits;
	lu->waits_for_host = for_host;
	if (!scsi_lu_ends(lu, waits, &due)) {
		if (waits || scsi_lu_waits_for_resume(lu) ||
		    !has_waited_at(lu, may_sleep, &due))
			return false;
	}
	/* Nothing is lost yet. */
	list_for_each_entry(path, &lu->paths, node) {
		if (path->check || path->pr.barred ||
		    (path->pr.aside && lu->pr.moving))
			due = later(due, path->check_end);
		if (path->transition_end)
			due = later(due, path->transition_end);
	}
	/* Nor is it over, while the error handler of its host works. */
	if (for_host)
		due = later(due, jiffies + RECOVERY_PATIENCE);
	if (!is_disconnected_for_good(lu)) {
		lu->disconnected_since = 0;
	} else if (list_empty(&lu->paths)) {
		due = jiffies;
	} else {
		/* A target that restarts has its ports up before its LUNs. */
		if (!lu->disconnected_since)
			lu->disconnected_since = jiffies ?: 1;
		due = sooner(due, lu->disconnected_since + RESTART_TIME);
	}
	*when = due;
	return true;
}

/* It has been broken off as the system was to sleep. */
static void wait_again(struct scsi_lu *lu)
{
	lockdep_assert_held(&lu->lock);
	if (!lu->expired_asleep)
		return;
	lu->expired_asleep = false;
	WRITE_ONCE(lu->expired, false);
	lu->no_path_since = jiffies;
	queue_work(scsi_multipath_wq, &lu->work);
}

/**
 * scsi_lu_arm_no_path - I/O starts to wait for a path, or fails
 * @lu: logical unit without a usable path
 *
 * Context: @lu->lock held.
 */
void scsi_lu_arm_no_path(struct scsi_lu *lu)
{
	unsigned long due;

	/* A plain device would not fail, though the system may not be awake yet. */
	if (is_looked_at(lu))
		wait_again(lu);
	if (no_path_due(lu, true, &due))
		mod_delayed_work(scsi_multipath_wq, &lu->no_path_work,
				 time_after(due, jiffies) ? due - jiffies : 0);
	else
		cancel_delayed_work(&lu->no_path_work);
}

static void no_path_work(struct work_struct *work)
{
	struct scsi_lu *lu = container_of(to_delayed_work(work),
					  struct scsi_lu, no_path_work);
	unsigned int noio = memalloc_noio_save();
	unsigned long due;
	bool ends, asleep;

	mutex_lock(&scsi_multipath_list_mutex);
	spin_lock_irq(&lu->lock);
	if (scsi_lu_has_path_locked(lu) || !no_path_due(lu, true, &due) ||
	    time_after(due, jiffies)) {
		/* Something has changed just now. */
		if (!scsi_lu_has_path_locked(lu))
			scsi_lu_arm_no_path(lu);
		spin_unlock_irq(&lu->lock);
		mutex_unlock(&scsi_multipath_list_mutex);
		goto out;
	}
	asleep = !no_path_due(lu, false, &due) || time_after(due, jiffies);
	if (!lu->expired) {
		sdev_printk(KERN_ERR, lu->sdev,
			    "no usable path for %u s%s, failing I/O%s\n",
			    (unsigned int)((jiffies - lu->no_path_since) / HZ),
			    is_disconnected_for_good(lu) ? ", all are gone" : "",
			    asleep ? " until awake" : "");
		lu->expired_asleep = asleep;
		/* It may have been looked at. */
		lu->wants_rescan |= asleep;
	}
	WRITE_ONCE(lu->expired, true);
	ends = scsi_lu_ends(lu, false, &due);
	spin_unlock_irq(&lu->lock);
	/* Unless it is merely that nobody is to wait for a path. */
	if (list_empty(&lu->paths) && !ends && !asleep)
		start_removal(lu);
	mutex_unlock(&scsi_multipath_list_mutex);

	block_or_unblock(lu);
out:
	memalloc_noio_restore(noio);
}

/*
 * Nobody is to find the others still there because one host is being scanned, or has its
 * error handler at work, which may take long.
 */
static struct scsi_device *get_next_path_sdev(struct scsi_lu *lu)
{
	struct scsi_device *sdev = NULL;
	struct scsi_path *path;

	mutex_lock(&scsi_multipath_list_mutex);
	list_for_each_entry(path, &lu->paths, node) {
		struct Scsi_Host *shost = path->sdev->host;
		bool busy = mutex_is_locked(&shost->scan_mutex) ||
			    scsi_host_in_recovery(shost);

		/* One that is being removed needs nobody for it. */
		if ((sdev && busy) || scsi_device_get(path->sdev))
			continue;
		if (sdev)
			scsi_device_put(sdev);
		sdev = path->sdev;
		if (!busy)
			break;
	}
	mutex_unlock(&scsi_multipath_list_mutex);
	return sdev;
}

/*
 * Removes the device of an LU without paths, or the paths of an LU whose device
 * somebody has deleted: the disk shall be gone, not come back as another one.
 */
static void remove_work(struct work_struct *work)
{
	struct scsi_lu *lu = container_of(work, struct scsi_lu,
					  remove_work);
	struct scsi_device *sdev, *last = NULL;

	while ((sdev = get_next_path_sdev(lu))) {
		scsi_remove_device(sdev);
		scsi_device_put(sdev);
		if (WARN_ON_ONCE(sdev == last))
			break;
		last = sdev;
	}
	scsi_remove_device(lu->sdev);
	scsi_lu_put(lu);
}

/**
 * scsi_lu_wait_for_removal - a device has been removed because somebody wants it gone
 * @sdev: any SCSI device, with a reference
 *
 * A plain device is gone then, and a scan finds it anew. If @sdev is a logical unit's, so are
 * its paths on return: a scan would take those for there that are about to go.
 *
 * Context: process, neither scsi_scan_mutex() of @sdev held nor scan_mutex of a host.
 */
void scsi_lu_wait_for_removal(struct scsi_device *sdev)
{
	struct scsi_lu *lu = sdev->hostdata;

	if (scsi_device_is_lu(sdev))
		flush_work(&lu->remove_work);
}

/**
 * scsi_lu_remove_all - remove all logical units
 *
 * Those that are being removed already are so only once: __scsi_remove_device() is not
 * reentrant, and the virtual host removes what it finds without scsi_lu.scan_mutex.
 *
 * Context: process; no path is left.
 */
void scsi_lu_remove_all(void)
{
	struct scsi_lu *lu, *next;

	mutex_lock(&scsi_multipath_list_mutex);
	list_for_each_entry_safe(lu, next, &scsi_multipath_list, node)
		start_removal(lu);
	mutex_unlock(&scsi_multipath_list_mutex);
	flush_workqueue(scsi_multipath_removal_wq);
}

/**
 * scsi_lu_create - a logical unit for a device that belongs to none yet
 * @id: identity; the logical unit owns it from now on, also on failure
 * @first: the first path's device
 *
 * The logical unit has no path and no scsi_device yet.
 *
 * Context: process.
 * Return: a logical unit with one reference, or NULL.
 */
struct scsi_lu *scsi_lu_create(char *id, struct scsi_device *first)
{
	struct scsi_lu *lu;
	int target;

	lu = kzalloc(struct_size(lu, in_use, scsi_multipath_nr_sets()), GFP_KERNEL);
	if (!lu)
		goto free_id;
	if (scsi_lu_alloc_sets(lu))
		goto free_sets;
	lu->cpu = alloc_percpu(struct scsi_lu_cpu);
	if (!lu->cpu)
		goto free_sets;
	target = ida_alloc_max(&targets, scsi_multipath_host->max_id - 1,
			       GFP_KERNEL);
	if (target < 0)
		goto free_cpu;
	scsi_lu_protection_init(lu, first);
	if (scsi_lu_alloc_tags(lu, first))
		goto free_target;

	lu->id = id;
	lu->target = target;
	kref_init(&lu->ref);
	INIT_LIST_HEAD(&lu->node);
	mutex_init(&lu->claim_mutex);
	mutex_init(&lu->scan_mutex);
	mutex_init(&lu->links_mutex);
	spin_lock_init(&lu->lock);
	INIT_LIST_HEAD(&lu->paths);
	INIT_LIST_HEAD(&lu->polled);
	scsi_lu_group_init(&lu->group);
	/* One path at a time means one for all nodes. */
	lu->group.prefer_local = !scsi_type_is_sticky(first->type);
	scsi_lu_activation_init(&lu->activation);
	scsi_lu_door_init(&lu->door);
	scsi_lu_event_init(lu);
	scsi_lu_pr_init(lu);
	lu->policy = scsi_path_policy_for(first->type);
	lu->attempt_timeout = scsi_attempt_timeout_for(first->type);
	lu->max_cmd_len = first->host->max_cmd_len;
	lu->no_path_timeout = clamp(READ_ONCE(default_no_path_timeout), -1,
				    NO_PATH_TIMEOUT_MAX);
	lu->no_path_since = jiffies;
	INIT_WORK(&lu->work, lu_work);
	INIT_DELAYED_WORK(&lu->no_path_work, no_path_work);
	INIT_WORK(&lu->remove_work, remove_work);
	scsi_lu_rescan_init(lu);
	scsi_lu_marginal_init(lu);
	scsi_lu_limits_init(lu);
	scsi_lu_events_init(lu);
	return lu;

free_target:
	ida_free(&targets, target);
free_cpu:
	free_percpu(lu->cpu);
free_sets:
	scsi_lu_free_sets(lu);
	kfree(lu);
free_id:
	kfree(id);
	return NULL;
}

/**
 * scsi_lu_bring_up - scan the logical unit over its first path, announce it
 * @lu: logical unit with one path
 *
 * The scan is the mid-layer's own: INQUIRY and all that follows are commands of
 * the logical unit and take its path.
 *
 * Context: process, @lu->claim_mutex held; does I/O.
 * Return: 0 or an errno; on failure there is no scsi_device.
 */
int scsi_lu_bring_up(struct scsi_lu *lu)
{
	struct Scsi_Host *shost = scsi_multipath_host;
	struct scsi_device *sdev;
	int error = -ENODEV;
	bool awake;

	sdev = __scsi_add_device(shost, 0, lu->target, 0, lu);
	if (IS_ERR(sdev))
		return PTR_ERR(sdev);

	awake = !scsi_autopm_get_host(shost);
	mutex_lock(&lu->scan_mutex);
	if (sdev->sdev_state == SDEV_RUNNING)
		error = scsi_sysfs_add_sdev(sdev);
	if (error)
		__scsi_remove_device(sdev);
	mutex_unlock(&lu->scan_mutex);
	if (awake)
		scsi_autopm_put_host(shost);
	if (error) {
		scsi_device_put(sdev);
		return error;
	}

	mutex_lock(&scsi_multipath_list_mutex);
	if (lu->removing) {
		/* Somebody has deleted it within the moment. */
		mutex_unlock(&scsi_multipath_list_mutex);
		scsi_device_put(sdev);
		return -ENODEV;
	}
	list_add_tail(&lu->node, &scsi_multipath_list);
	spin_lock_irq(&lu->lock);
	WRITE_ONCE(lu->announced, true);
	if (!scsi_lu_has_path_locked(lu))
		scsi_lu_arm_no_path(lu);
	spin_unlock_irq(&lu->lock);
	mutex_unlock(&scsi_multipath_list_mutex);
	queue_work(scsi_multipath_wq, &lu->work);
	scsi_device_put(sdev);
	return 0;
}

/**
 * scsi_lu_sdev_destroyed - the LU's scsi_device is no more
 * @lu: logical unit
 *
 * Its queue is drained. If this was not our doing, the paths go as well.
 *
 * Context: process, @lu->scan_mutex held.
 */
void scsi_lu_sdev_destroyed(struct scsi_lu *lu)
{
	mutex_lock(&scsi_multipath_list_mutex);
	if (lu->announced)
		start_removal(lu);
	WRITE_ONCE(lu->removing, true);
	mutex_unlock(&scsi_multipath_list_mutex);

	stop_works(lu);
	scsi_lu_put(lu);
}

/**
 * scsi_lu_usable_changed - the set of usable paths has been rewritten
 * @lu: logical unit
 * @had_path: there was a path in it before
 *
 * Context: @lu->lock held.
 */
void scsi_lu_usable_changed(struct scsi_lu *lu, bool had_path)
{
	bool has_path = scsi_lu_has_path_locked(lu);
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	if (!has_path)
		scsi_lu_consider_activation(lu);
	if (had_path == has_path)
		return;
	if (has_path) {
		lu->waits_for_transport = false;
		lu->disconnected_since = 0;
		lu->expired_asleep = false;
		WRITE_ONCE(lu->expired, false);
		WRITE_ONCE(lu->usable_since, jiffies);
		cancel_delayed_work(&lu->no_path_work);
	} else {
		lu->no_path_since = jiffies;
		if (lu->announced)
			scsi_lu_arm_no_path(lu);
		/* The least bad one will do. */
		list_for_each_entry(path, &lu->paths, node)
			scsi_path_probe_soon(path);
	}
	queue_work(scsi_multipath_wq, &lu->work);
}

/**
 * scsi_lu_stop_waiting - the system goes to sleep: I/O does not wait for a path meanwhile
 * @lu: logical unit
 *
 * Does nothing if it has one; or if what it waits for is the transport, a host or the target,
 * for which a plain device waits as well.
 *
 * Context: process; takes @lu->lock and the state_mutex of its device.
 */
void scsi_lu_stop_waiting(struct scsi_lu *lu)
{
	spin_lock_irq(&lu->lock);
	if (!scsi_lu_has_path_locked(lu) && !lu->expired &&
	    !waits_for_transport(lu) && !waits_for_host(lu) &&
	    !waits_for_target(lu)) {
		lu->expired_asleep = true;
		WRITE_ONCE(lu->expired, true);
	}
	spin_unlock_irq(&lu->lock);
	block_or_unblock(lu);
}

/**
 * scsi_lu_runs_again - the logical unit's device has begun to run, or the system is awake
 * @lu: logical unit
 *
 * Paths that were lost during suspend were not acted upon. What was broken off for that
 * waits again: no_path_timeout begins now.
 *
 * Context: any.
 */
void scsi_lu_runs_again(struct scsi_lu *lu)
{
	unsigned long flags;

	spin_lock_irqsave(&lu->lock, flags);
	wait_again(lu);
	if (lu->announced && !scsi_lu_has_path_locked(lu)) {
		scsi_lu_arm_no_path(lu);
		queue_work(scsi_multipath_wq, &lu->work);
	}
	spin_unlock_irqrestore(&lu->lock, flags);
}

/**
 * scsi_lu_last_path_left - the logical unit has no path at all any more
 * @lu: logical unit
 * @is_disconnected: its transport has given it up; I/O does not wait for it to return
 *
 * Else its device stays for no_path_timeout from now, even if I/O fails already.
 *
 * Context: @lu->lock held.
 */
void scsi_lu_last_path_left(struct scsi_lu *lu, bool is_disconnected)
{
	lockdep_assert_held(&lu->lock);
	lu->last_was_disconnected = is_disconnected;
	lu->no_path_since = jiffies;
	if (lu->announced)
		scsi_lu_arm_no_path(lu);
}

static void rearm_no_path(struct scsi_lu *lu)
{
	unsigned long due;

	lockdep_assert_held(&lu->lock);
	if (scsi_lu_has_path_locked(lu))
		return;
	if (lu->expired && !lu->expired_asleep &&
	    (!no_path_due(lu, true, &due) || time_after(due, jiffies))) {
		WRITE_ONCE(lu->expired, false);
		queue_work(scsi_multipath_wq, &lu->work);
	}
	scsi_lu_arm_no_path(lu);
}

/* Is it not known yet whether a path is back, where none is in use? */
static bool is_being_asked(struct scsi_lu *lu)
{
	struct scsi_path *path;
	bool asked = false;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (path->running && path->state != PATH_DISABLED)
			asked |= path->check || path->probe.demanded ||
				 path->probe.now != PROBE_IDLE;
	}
	asked &= !scsi_lu_has_path_locked(lu);
	spin_unlock_irq(&lu->lock);
	return asked;
}

/* Who has set a plain device running may use it at once. */
static void wait_for_answers(struct scsi_lu *lu)
{
	unsigned long until = scsi_path_check_timeout();

	while (is_being_asked(lu) && time_before(jiffies, until))
		msleep(20);
	/* Which unblocks it, if a path has come back. */
	flush_work(&lu->work);
}

/**
 * scsi_lu_bring_back - the administrator wants a device to run
 * @sdev: any SCSI device
 *
 * As a plain device that error handling has set offline: the paths of a logical unit were
 * set so. They are probed, and it is waited for that, for a while.
 *
 * Context: process, no lock that is held over I/O; takes scsi_multipath_list_mutex and the
 * state_mutex of its paths.
 */
void scsi_lu_bring_back(struct scsi_device *sdev)
{
	struct scsi_path *path;
	struct scsi_lu *lu;

	if (!scsi_device_is_lu(sdev))
		return;
	lu = sdev->hostdata;
	mutex_lock(&scsi_multipath_list_mutex);
	list_for_each_entry(path, &lu->paths, node)
		scsi_path_bring_online(path);
	spin_lock_irq(&lu->lock);
	/* Some were not asked while it was offline. */
	list_for_each_entry(path, &lu->paths, node) {
		if (path->state == PATH_FAILED || path->state == PATH_PENDING)
			scsi_path_probe_now(path);
	}
	lu->no_path_since = jiffies;
	rearm_no_path(lu);
	spin_unlock_irq(&lu->lock);
	mutex_unlock(&scsi_multipath_list_mutex);
	wait_for_answers(lu);
}

/* As a plain device that is lost: what waits fails, and it does not come back by itself. */
static bool give_up(struct scsi_device *sdev)
{
	struct scsi_lu *lu = sdev->hostdata;
	bool given_up = false;

	mutex_lock(&sdev->state_mutex);
	switch (sdev->sdev_state) {
	case SDEV_TRANSPORT_OFFLINE:
		/* There is no other way. What passes meanwhile finds no path. */
		scsi_device_set_state(sdev, SDEV_RUNNING);
		fallthrough;
	case SDEV_RUNNING:
	case SDEV_BLOCK:
		given_up = !scsi_device_set_state(sdev, SDEV_OFFLINE);
		break;
	default:
		break;
	}
	mutex_unlock(&sdev->state_mutex);
	if (given_up)
		queue_work(scsi_multipath_wq, &lu->work);
	return given_up;
}

/**
 * scsi_lu_store_state - what the administrator wants of a device that is not as he left it
 * @sdev: any SCSI device, neither running nor offline
 * @state: SDEV_RUNNING or SDEV_OFFLINE
 *
 * A logical unit has the state that it has for want of a path. A plain device without its
 * only path runs all the while, and may be told both.
 *
 * Context: process; takes scsi_multipath_list_mutex and the state_mutex of @sdev and of its
 * paths.
 * Return: false if it is not for want of a path.
 */
bool scsi_lu_store_state(struct scsi_device *sdev, enum scsi_device_state state)
{
	enum scsi_device_state old = READ_ONCE(sdev->sdev_state);

	if (!scsi_device_is_lu(sdev) ||
	    (old != SDEV_BLOCK && old != SDEV_TRANSPORT_OFFLINE))
		return false;
	if (state == SDEV_OFFLINE)
		return give_up(sdev);
	scsi_lu_bring_back(sdev);
	return true;
}

/**
 * scsi_lu_rearm_no_path - how long I/O waits for a path may have changed
 * @lu: logical unit
 *
 * Context: process; takes @lu->lock.
 */
void scsi_lu_rearm_no_path(struct scsi_lu *lu)
{
	spin_lock_irq(&lu->lock);
	if (lu->announced)
		rearm_no_path(lu);
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_lu_set_no_path_timeout - how long I/O waits for a path
 * @lu: logical unit
 * @seconds: seconds, 0: not at all, -1: for ever
 *
 * Counts from the moment the last usable path was lost, also if that is past. If
 * I/O fails already and there is time left by now, it waits again.
 *
 * Context: process; takes @lu->lock.
 */
void scsi_lu_set_no_path_timeout(struct scsi_lu *lu, int seconds)
{
	spin_lock_irq(&lu->lock);
	WRITE_ONCE(lu->no_path_timeout, seconds);
	rearm_no_path(lu);
	spin_unlock_irq(&lu->lock);
}
