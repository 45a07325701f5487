// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a logical unit: from its first path to some time after its last.
 */

#include <linux/blk-mq.h>
#include <linux/idr.h>
#include <linux/nodemask.h>
#include <linux/percpu.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>

#include "../scsi_priv.h"
#include "mpath.h"

/* Protects the list of logical units, and each one's list of paths. */
DEFINE_MUTEX(scsi_multipath_list_mutex);
LIST_HEAD(scsi_multipath_list);
struct workqueue_struct *scsi_multipath_wq;
struct workqueue_struct *scsi_multipath_probe_wq;
struct workqueue_struct *scsi_multipath_removal_wq;

static DEFINE_IDA(targets);

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

static void lu_work(struct work_struct *work)
{
	struct scsi_lu *lu = container_of(work, struct scsi_lu, work);
	unsigned int noio;

	if (!READ_ONCE(lu->announced))
		return;
	/* What waits for a path may be the write-back of memory. */
	noio = memalloc_noio_save();
	scsi_lu_block_or_unblock(lu);
	scsi_lu_rescan_if_wanted(lu);
	scsi_lu_tell_changes(lu);
	scsi_lu_read_stale_access(lu);
	memalloc_noio_restore(noio);
}

/**
 * scsi_lu_start_removal - remove a logical unit and its paths; no path may join any more
 * @lu: logical unit
 *
 * Context: scsi_multipath_list_mutex held.
 */
void scsi_lu_start_removal(struct scsi_lu *lu)
{
	lockdep_assert_held(&scsi_multipath_list_mutex);
	if (lu->removing)
		return;
	WRITE_ONCE(lu->removing, true);
	list_del_init(&lu->node);
	scsi_lu_get(lu);
	queue_work(scsi_multipath_removal_wq, &lu->remove_work);
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
		scsi_lu_start_removal(lu);
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
	scsi_lu_no_path_init(lu);
	INIT_WORK(&lu->work, lu_work);
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
		scsi_lu_start_removal(lu);
	WRITE_ONCE(lu->removing, true);
	mutex_unlock(&scsi_multipath_list_mutex);

	stop_works(lu);
	scsi_lu_put(lu);
}
