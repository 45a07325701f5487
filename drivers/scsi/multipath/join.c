// SPDX-License-Identifier: GPL-2.0
/*
 * How a path joins a logical unit, and leaves it.
 */

#include <linux/percpu-refcount.h>
#include <linux/rcupdate.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>

#include "mpath.h"

/**
 * scsi_lu_follow_path_depths - a logical unit takes what its paths take together
 * @lu: logical unit
 *
 * Context: process, scsi_multipath_list_mutex held.
 */
void scsi_lu_follow_path_depths(struct scsi_lu *lu)
{
	struct scsi_path *path;
	int depth = 0;

	lockdep_assert_held(&scsi_multipath_list_mutex);
	list_for_each_entry(path, &lu->paths, node)
		depth += path->sdev->queue_depth;
	if (lu->sdev && depth)
		scsi_change_queue_depth(lu->sdev, depth);
}

/**
 * scsi_lu_share_depth - the paths of a logical unit take so many commands together
 * @lu: logical unit
 * @depth: how many
 *
 * Their LLDs may take less for a while, and do not raise it beyond that.
 *
 * Context: process, scsi_multipath_list_mutex held.
 * Return: 0 or an errno; -ENODEV without a path.
 */
int scsi_lu_share_depth(struct scsi_lu *lu, unsigned int depth)
{
	struct scsi_path *path;
	int error = -ENODEV;

	lockdep_assert_held(&scsi_multipath_list_mutex);
	list_for_each_entry(path, &lu->paths, node) {
		struct scsi_device *sdev = path->sdev;

		if (!sdev->host->hostt->change_queue_depth)
			return -EOPNOTSUPP;
		error = sdev->host->hostt->change_queue_depth(sdev,
					DIV_ROUND_UP(depth, lu->nr_paths));
		if (error < 0)
			return error;
		sdev->max_queue_depth = sdev->queue_depth;
		error = 0;
	}
	return error;
}

/* There is another number of paths now. */
static void share_wanted_depth(struct scsi_lu *lu)
{
	if (lu->wanted_depth && !list_empty(&lu->paths) &&
	    scsi_lu_share_depth(lu, lu->wanted_depth))
		sdev_printk(KERN_WARNING, lu->sdev,
			    "queue depth %u is not that of all paths\n",
			    lu->wanted_depth);
	scsi_lu_follow_path_depths(lu);
}

/* What is reserved over its only path can not be used over another one. */
static bool count_in(struct scsi_lu *lu)
{
	bool may_join;

	spin_lock_irq(&lu->lock);
	may_join = !lu->reserved || !lu->nr_paths;
	if (may_join) {
		WRITE_ONCE(lu->nr_paths, lu->nr_paths + 1);
		WRITE_ONCE(lu->most_paths, max(lu->most_paths, lu->nr_paths));
	}
	spin_unlock_irq(&lu->lock);
	return may_join;
}

/*
 * A path joins that could be compared with none in use. If there is one by now it is
 * compared before it carries I/O; if not, all others are, when they come back.
 */
static void compare_later(struct scsi_lu *lu, struct scsi_path *path)
{
	struct scsi_path *other;

	lockdep_assert_held(&lu->lock);
	if (!scsi_type_has_size(path->sdev->type))
		return;
	if (scsi_lu_has_path_locked(lu)) {
		path->sized = false;
		if (path->state != PATH_GOOD)
			return;
		path->state = PATH_PENDING;
		path->loss = LOSS_UNSIZED;
		return;
	}
	list_for_each_entry(other, &lu->paths, node)
		other->sized = false;
}

/**
 * scsi_path_join - a path becomes one of a logical unit
 * @lu: logical unit
 * @path: path, with the state that it begins with
 * @is_alone: there was no path in use to compare it with
 *
 * Context: process; takes scsi_multipath_list_mutex.
 * Return: 0 or an errno: -ENODEV if @lu is being removed, -EBUSY if it may be
 * reserved over its only path.
 */
int scsi_path_join(struct scsi_lu *lu, struct scsi_path *path, bool is_alone)
{
	int error = -ENODEV;

	mutex_lock(&scsi_multipath_list_mutex);
	if (lu->removing)
		goto unlock;
	error = scsi_lu_reserve_room(lu, lu->nr_paths + 1);
	if (error)
		goto unlock;
	if (!count_in(lu)) {
		sdev_printk(KERN_ERR, path->sdev,
			    "%s may be reserved over its only path\n",
			    dev_name(&lu->sdev->sdev_gendev));
		error = -EBUSY;
		goto unlock;
	}

	path->lu = lu;
	scsi_lu_get(lu);
	WRITE_ONCE(path->sdev->path, path);
	/*
	 * Pairs with those in scsi_path_access_state_read() and
	 * scsi_path_sdev_state_changed().
	 */
	smp_mb();
	path->sdev->no_uld_attach = 1;
	/* As blk_register_queue() does for a queue that has a disk. */
	percpu_ref_switch_to_percpu(&path->sdev->request_queue->q_usage_counter);

	spin_lock_irq(&lu->lock);
	if (list_empty(&lu->paths))
		scsi_lu_lost_nexus(lu);
	memcpy(path->event, lu->event, sizeof(path->event));
	if (is_alone)
		compare_later(lu, path);
	scsi_path_take_slot(path);
	path->group_disabled = scsi_lu_group_is_disabled(lu, path->weight);
	scsi_path_access_join(path);
	scsi_path_pr_join(path);
	scsi_path_door_join(path);
	list_add_tail(&path->node, &lu->paths);
	scsi_path_inherit_reset(path);
	scsi_path_start_polling(path);
	scsi_path_begin_starved(path);
	scsi_path_take_block_size(path);
	WRITE_ONCE(lu->max_cmd_len,
		   min(lu->max_cmd_len, path->sdev->host->max_cmd_len));
	path->running = scsi_path_device_runs(path);
	path->suspect = path->state != PATH_GOOD;
	if (path->state == PATH_PENDING && path->loss == LOSS_UNSIZED)
		scsi_path_probe_now(path);
	else if (path->state == PATH_PENDING || path->state == PATH_FAILED)
		scsi_path_probe_schedule(path);
	scsi_lu_refresh_locked(lu);
	spin_unlock_irq(&lu->lock);
	share_wanted_depth(lu);
	if (lu->announced) {
		scsi_path_share_settings(path);
		scsi_path_share_quirks(path);
	}
unlock:
	mutex_unlock(&scsi_multipath_list_mutex);
	return error;
}

/**
 * scsi_path_unjoin - a path leaves its logical unit
 * @path: path
 *
 * No new command finds it once this returns.
 *
 * Context: process; takes scsi_multipath_list_mutex.
 */
void scsi_path_unjoin(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;

	mutex_lock(&scsi_multipath_list_mutex);
	spin_lock_irq(&lu->lock);
	list_del_init(&path->node);
	scsi_lu_path_left(lu);
	if (lu->kept_back == path)
		scsi_lu_tell_kept_back(lu);
	scsi_path_pr_leave(path);
	WRITE_ONCE(lu->nr_paths, lu->nr_paths - 1);
	/* What still completes on this path must not start anything. */
	WRITE_ONCE(path->state, PATH_DISABLED);
	scsi_path_stop_check(path);
	scsi_lu_refresh_locked(lu);
	if (list_empty(&lu->paths))
		scsi_lu_last_path_left(lu, path->disconnected);
	spin_unlock_irq(&lu->lock);
	share_wanted_depth(lu);
	mutex_unlock(&scsi_multipath_list_mutex);

	/* Those that are under way may be waiting for its queue. */
	disable_delayed_work(&path->drain);
	disable_delayed_work(&path->probe.work);
	disable_delayed_work(&path->pr.line);
	synchronize_rcu();
}

/**
 * scsi_path_wait_for_work - wait for what scsi_path_unjoin() has left running
 * @path: path whose queue lets nobody wait
 *
 * Context: process.
 */
void scsi_path_wait_for_work(struct scsi_path *path)
{
	cancel_delayed_work_sync(&path->drain);
	cancel_delayed_work_sync(&path->probe.work);
	cancel_delayed_work_sync(&path->pr.line);
	scsi_path_stop_polling(path);
	scsi_path_end_starved(path);
}
