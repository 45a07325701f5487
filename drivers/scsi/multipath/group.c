// SPDX-License-Identifier: GPL-2.0
/*
 * Which of the usable paths carry the I/O. Paths of the same rank are a group,
 * and the best group that has a usable path is in use. The rank is, in this
 * order: what the administrator has switched to or disabled; whether the path is
 * marginal; the access state; the weight. Within the group, the paths that are
 * nearest to a NUMA node carry the I/O of that node.
 */

#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/nodemask.h>
#include <linux/topology.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include "mpath.h"

/* Below this, the rank is the weight. */
#define RANK_ACCESS_SHIFT	32
#define RANK_MARGINAL		BIT_ULL(39)
#define RANK_DISABLED		BIT_ULL(40)
#define RANK_NOT_CHOSEN		BIT_ULL(41)

/* Without having carried I/O for so long, a path's access state may be stale. */
#define ACCESS_FRESH_FOR	(60UL * HZ)

/**
 * scsi_path_rank - how much a path is wanted; the lower the more
 * @path: path
 *
 * Context: the logical unit's lock held.
 */
u64 scsi_path_rank(const struct scsi_path *path)
{
	const struct scsi_lu_group *group = &path->lu->group;
	u64 rank = path->weight;

	rank |= (u64)path->access << RANK_ACCESS_SHIFT;
	if (scsi_path_is_marginal(path))
		rank |= RANK_MARGINAL;
	if (path->group_disabled)
		rank |= RANK_DISABLED;
	if (!group->is_switched || path->weight != group->switched_to)
		rank |= RANK_NOT_CHOSEN;
	return rank;
}

/* May the better group be used? If not yet, looks again when it may. */
static bool fail_back_when_due(struct scsi_lu *lu)
{
	struct scsi_lu_group *group = &lu->group;
	unsigned long due;

	if (!group->failback)
		return true;
	if (group->failback < 0)
		return false;
	if (!group->better_since)
		group->better_since = jiffies ?: 1;
	due = group->better_since + group->failback * HZ;
	if (time_after_eq(jiffies, due))
		return true;
	mod_delayed_work(scsi_multipath_wq, &group->work, due - jiffies);
	return false;
}

/**
 * scsi_path_is_candidate - would a path carry I/O, if its group were in use?
 * @path: path
 *
 * One that is usable does not while the reservation of another one lets nobody else in.
 *
 * Context: the logical unit's lock held.
 */
bool scsi_path_is_candidate(const struct scsi_path *path)
{
	return scsi_path_is_usable(path) && !path->pr.aside;
}

static u64 choose_rank(struct scsi_lu *lu)
{
	struct scsi_lu_group *group = &lu->group;
	bool switched_has_path = false, used_has_path = false;
	struct scsi_path *path;
	u64 best = NO_RANK;

	list_for_each_entry(path, &lu->paths, node)
		switched_has_path |= scsi_path_is_usable(path) &&
				     path->weight == group->switched_to;
	if (!switched_has_path)
		group->is_switched = false;

	list_for_each_entry(path, &lu->paths, node) {
		if (!scsi_path_is_candidate(path))
			continue;
		best = min(best, scsi_path_rank(path));
		used_has_path |= scsi_path_rank(path) == group->rank;
	}
	if (used_has_path && best < group->rank && !fail_back_when_due(lu))
		return group->rank;
	group->better_since = 0;
	return best;
}

/* The group is about to be used after a long time: have its access state read again. */
static void doubt_access(struct scsi_lu *lu)
{
	struct scsi_path *path;

	list_for_each_entry(path, &lu->paths, node) {
		if (scsi_path_rank(path) != lu->group.rank || !path->access_read ||
		    time_before(jiffies, path->access_read + ACCESS_FRESH_FOR))
			continue;
		path->access_stale = true;
		queue_work(scsi_multipath_wq, &lu->work);
		/* One answer is for all. */
		return;
	}
}

/**
 * scsi_lu_refresh_locked - choose the group and rewrite the sets for dispatch
 * @lu: logical unit
 *
 * Readers may see old and new entries mixed for the length of one selection.
 *
 * Context: @lu->lock held.
 */
void scsi_lu_refresh_locked(struct scsi_lu *lu)
{
	u64 rank;
	bool had_path;

	lockdep_assert_held(&lu->lock);
	had_path = scsi_lu_has_path_locked(lu);
	rank = choose_rank(lu);
	if (rank != lu->group.rank) {
		lu->group.rank = rank;
		doubt_access(lu);
	}
	scsi_lu_fill_sets(lu);
	scsi_lu_look_after_door(lu);
	scsi_lu_look_after_key(lu);
	scsi_lu_pr_look_after(lu);
	scsi_lu_usable_changed(lu, had_path);
}

/**
 * scsi_path_is_in_use - does this path belong to the group that is in use?
 * @path: path
 *
 * Context: the logical unit's lock held.
 */
bool scsi_path_is_in_use(const struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	return scsi_path_is_candidate(path) &&
	       scsi_path_rank(path) == path->lu->group.rank;
}

static void failback_work(struct work_struct *work)
{
	struct scsi_lu *lu = container_of(to_delayed_work(work),
					  struct scsi_lu, group.work);

	spin_lock_irq(&lu->lock);
	scsi_lu_refresh_locked(lu);
	spin_unlock_irq(&lu->lock);
}

/* The administrator has spoken: what was in use so far does not count. */
static void choose_anew(struct scsi_lu *lu)
{
	lu->group.rank = NO_RANK;
	scsi_lu_refresh_locked(lu);
}

/**
 * scsi_lu_group_is_disabled - is the group with this weight disabled?
 * @lu: logical unit
 * @weight: of the group's paths
 *
 * Context: @lu->lock held.
 */
bool scsi_lu_group_is_disabled(struct scsi_lu *lu, u32 weight)
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (path->weight == weight)
			return path->group_disabled;
	}
	return false;
}

/**
 * scsi_path_set_weight - move a path to another group
 * @path: path
 * @weight: new weight, lower is better
 *
 * Context: process; takes the logical unit's lock.
 */
void scsi_path_set_weight(struct scsi_path *path, u32 weight)
{
	struct scsi_lu *lu = path->lu;

	spin_lock_irq(&lu->lock);
	if (path->weight != weight) {
		path->group_disabled = scsi_lu_group_is_disabled(lu, weight);
		WRITE_ONCE(path->weight, weight);
		choose_anew(lu);
	}
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_lu_disable_group - disable or enable a group
 * @lu: logical unit
 * @weight: of the group's paths
 * @disable: true to use it only while no enabled group has a usable path
 *
 * Context: process; takes @lu->lock.
 * Return: 0, or -ENODEV if no path has that weight.
 */
int scsi_lu_disable_group(struct scsi_lu *lu, u32 weight, bool disable)
{
	struct scsi_path *path;
	int error = -ENODEV;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (path->weight != weight)
			continue;
		path->group_disabled = disable;
		error = 0;
	}
	if (!error)
		choose_anew(lu);
	spin_unlock_irq(&lu->lock);
	return error;
}

/**
 * scsi_lu_switch_group - use a group until it has no usable path left
 * @lu: logical unit
 * @weight: of the group's paths
 *
 * All groups are enabled by that.
 *
 * Context: process; takes @lu->lock.
 * Return: 0, or -ENODEV if no path has that weight.
 */
int scsi_lu_switch_group(struct scsi_lu *lu, u32 weight)
{
	struct scsi_path *path;
	int error = -ENODEV;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (path->weight == weight)
			error = 0;
	}
	if (!error) {
		list_for_each_entry(path, &lu->paths, node)
			path->group_disabled = false;
		lu->group.is_switched = true;
		lu->group.switched_to = weight;
		choose_anew(lu);
	}
	spin_unlock_irq(&lu->lock);
	return error;
}

/**
 * scsi_lu_set_failback - when to go back to a better group
 * @lu: logical unit
 * @seconds: that it must have been usable; 0: at once; -1: not before the group
 *	in use has no path left
 *
 * Context: process; takes @lu->lock.
 */
void scsi_lu_set_failback(struct scsi_lu *lu, int seconds)
{
	spin_lock_irq(&lu->lock);
	WRITE_ONCE(lu->group.failback, seconds);
	scsi_lu_refresh_locked(lu);
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_lu_set_prefer_local - does I/O take the paths of the nearest hosts first?
 * @lu: logical unit
 * @prefer_local: it does; else paths of all NUMA nodes are alike
 *
 * Context: process; takes @lu->lock.
 */
void scsi_lu_set_prefer_local(struct scsi_lu *lu, bool prefer_local)
{
	spin_lock_irq(&lu->lock);
	WRITE_ONCE(lu->group.prefer_local, prefer_local);
	scsi_lu_refresh_locked(lu);
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_lu_group_init - a new logical unit
 * @group: its group
 */
void scsi_lu_group_init(struct scsi_lu_group *group)
{
	group->rank = NO_RANK;
	group->prefer_local = true;
	INIT_DELAYED_WORK(&group->work, failback_work);
}
