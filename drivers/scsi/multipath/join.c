// SPDX-License-Identifier: GPL-2.0
/*
 * How a path joins a logical unit, and leaves it.
 */

#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/percpu-refcount.h>
#include <linux/rcupdate.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>

#include "mpath.h"

/* With one path, its device keeps to what is allowed. */
static void limit(struct scsi_lu *lu)
{
	unsigned long attention;

	spin_lock_irq(&lu->lock);
	attention = lu->attention & ~ATTENTION_LIMITED;
	if (lu->wanted_depth && lu->nr_paths > 1)
		attention |= ATTENTION_LIMITED;
	WRITE_ONCE(lu->attention, attention);
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_lu_follow_path_depths - a logical unit takes what its paths take together
 * @lu: logical unit
 *
 * Or what the administrator allows, if that is less.
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
	limit(lu);
	if (lu->wanted_depth)
		depth = min_t(int, depth, lu->wanted_depth);
	if (lu->sdev && depth)
		scsi_change_queue_depth(lu->sdev, depth);
}

/**
 * scsi_lu_fold_depth - the LLDs of the paths may have raised or lowered what these take
 * @sdev: device of a logical unit, whose queue_depth is up to date then
 *
 * Context: process.
 */
void scsi_lu_fold_depth(struct scsi_device *sdev)
{
	mutex_lock(&scsi_multipath_list_mutex);
	scsi_lu_follow_path_depths(sdev->hostdata);
	mutex_unlock(&scsi_multipath_list_mutex);
}

static int change_depth(struct scsi_device *sdev, int depth)
{
	struct Scsi_Host *shost = sdev->host;
	int error;

	if (!shost->hostt->change_queue_depth)
		return -EOPNOTSUPP;
	error = shost->hostt->change_queue_depth(sdev, min(depth, shost->can_queue));
	return min(error, 0);
}

/* What a device has by now may be less for a while: who has lowered it does so again. */
static void undo_change(struct scsi_lu *lu, const struct scsi_path *end)
{
	struct scsi_path *path;

	list_for_each_entry(path, &lu->paths, node) {
		if (path == end)
			break;
		change_depth(path->sdev, path->sdev->max_queue_depth);
	}
}

static int can_have_depth(struct scsi_lu *lu, int depth)
{
	struct scsi_path *path;
	int most = 0;

	if (list_empty(&lu->paths))
		return -ENODEV;
	list_for_each_entry(path, &lu->paths, node) {
		if (!path->sdev->host->hostt->change_queue_depth)
			return -EOPNOTSUPP;
		most += path->sdev->host->can_queue;
	}
	return depth > most ? -EINVAL : 0;
}

/**
 * scsi_lu_set_depth - a logical unit may have so many commands under way
 * @lu: logical unit
 * @depth: how many
 *
 * All of them may be on one path: which ones carry is a matter of the policy, of their
 * states and of the CPU. Their LLDs may take less for a while, and do not raise it
 * beyond that.
 *
 * Context: process, scsi_multipath_list_mutex held.
 * Return: 0 or an errno, and nothing has changed: -ENODEV without a path, -EINVAL if it
 * is more than all hosts take.
 */
int scsi_lu_set_depth(struct scsi_lu *lu, int depth)
{
	struct scsi_path *path;
	int error;

	lockdep_assert_held(&scsi_multipath_list_mutex);
	error = can_have_depth(lu, depth);
	if (error)
		return error;
	list_for_each_entry(path, &lu->paths, node) {
		error = change_depth(path->sdev, depth);
		if (error) {
			undo_change(lu, path);
			return error;
		}
	}
	list_for_each_entry(path, &lu->paths, node)
		path->sdev->max_queue_depth = path->sdev->queue_depth;
	WRITE_ONCE(lu->wanted_depth, depth);
	return 0;
}

static void take_wanted_depth(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;

	if (lu->wanted_depth && change_depth(path->sdev, lu->wanted_depth))
		sdev_printk(KERN_WARNING, lu->sdev,
			    "queue depth %u is not that of all paths\n",
			    lu->wanted_depth);
	else if (lu->wanted_depth)
		path->sdev->max_queue_depth = path->sdev->queue_depth;
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

/*
 * What is longer looks for a path whose host takes it. Before a path may be chosen, and when
 * nobody can choose any more what has left.
 */
static void follow_cmd_len(struct scsi_lu *lu)
{
	unsigned short len = USHRT_MAX;
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	list_for_each_entry(path, &lu->paths, node)
		len = min(len, path->sdev->host->max_cmd_len);
	if (!list_empty(&lu->paths))
		WRITE_ONCE(lu->max_cmd_len, len);
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
	if (list_empty(&lu->paths)) {
		scsi_lu_lost_nexus(lu);
		/* Who knows what it has been through: a plain device would be found anew. */
		lu->wants_rescan |= lu->announced;
	}
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
	scsi_path_take_affinity(path);
	follow_cmd_len(lu);
	path->running = scsi_path_device_runs(path);
	path->suspect = path->state != PATH_GOOD;
	if (path->state == PATH_PENDING && path->loss == LOSS_UNSIZED)
		scsi_path_probe_now(path);
	else if (path->state == PATH_PENDING || path->state == PATH_FAILED)
		scsi_path_probe_schedule(path);
	/* Its names were read a while ago, when nobody would have heard that they change. */
	if (lu->announced && path->running && scsi_path_state_carries_io(path->state))
		scsi_path_start_check(path, CHECK_RETURN);
	else
		scsi_lu_refresh_locked(lu);
	spin_unlock_irq(&lu->lock);
	take_wanted_depth(path);
	scsi_lu_follow_path_depths(lu);
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
	scsi_lu_follow_path_depths(lu);
	mutex_unlock(&scsi_multipath_list_mutex);

	/* Those that are under way may be waiting for its queue. */
	disable_delayed_work(&path->drain);
	disable_delayed_work(&path->probe.work);
	disable_delayed_work(&path->pr.line);
	synchronize_rcu();
	spin_lock_irq(&lu->lock);
	follow_cmd_len(lu);
	spin_unlock_irq(&lu->lock);
	scsi_lu_limits_path_left(lu);
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
