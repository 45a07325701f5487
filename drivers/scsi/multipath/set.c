// SPDX-License-Identifier: GPL-2.0
/*
 * The sets of paths that dispatch reads: one for each NUMA node, of the paths in use
 * that are nearest to it, and one of all that could carry I/O.
 *
 * They have room for every path before it joins, so that a change of state writes
 * them in place and needs no memory.
 */

#include <linux/device.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/nodemask.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include "mpath.h"

#define FIRST_SET_CAPACITY	4

/**
 * scsi_lu_free_sets - free the sets for dispatch
 * @lu: logical unit that nobody dispatches to
 */
void scsi_lu_free_sets(struct scsi_lu *lu)
{
	for (int set = 0; set < scsi_multipath_nr_sets(); set++)
		kfree(rcu_dereference_protected(lu->in_use[set], true));
}

/**
 * scsi_lu_alloc_sets - the sets of a new logical unit, empty
 * @lu: logical unit
 *
 * Context: process.
 * Return: 0 or -ENOMEM; scsi_lu_free_sets() is to be called in both cases.
 */
int scsi_lu_alloc_sets(struct scsi_lu *lu)
{
	for (int i = 0; i < scsi_multipath_nr_sets(); i++) {
		struct scsi_path_set *set;

		set = kzalloc(struct_size(set, path, FIRST_SET_CAPACITY),
			      GFP_KERNEL);
		if (!set)
			return -ENOMEM;
		set->capacity = FIRST_SET_CAPACITY;
		RCU_INIT_POINTER(lu->in_use[i], set);
	}
	return 0;
}

static int reserve_room_in(struct scsi_lu *lu, int which,
			   unsigned int nr_paths)
{
	struct scsi_path_set *old, *new;
	unsigned int capacity;

	old = rcu_dereference_protected(lu->in_use[which], true);
	if (nr_paths <= old->capacity)
		return 0;
	capacity = max(nr_paths, 2 * old->capacity);
	/* Under a mutex that is taken to fail I/O. */
	new = kzalloc(struct_size(new, path, capacity), GFP_NOIO);
	if (!new)
		return -ENOMEM;
	new->capacity = capacity;

	spin_lock_irq(&lu->lock);
	for (unsigned int i = 0; i < old->nr; i++)
		new->path[i] = old->path[i];
	new->nr = old->nr;
	RCU_INIT_POINTER(new->stay,
			 rcu_dereference_protected(old->stay, true));
	rcu_assign_pointer(lu->in_use[which], new);
	spin_unlock_irq(&lu->lock);
	kfree_rcu(old, rcu);
	return 0;
}

/**
 * scsi_lu_reserve_room - make room in the sets of a logical unit
 * @lu: logical unit
 * @nr_paths: how many it is about to have
 *
 * Context: process, scsi_multipath_list_mutex held.
 * Return: 0 or -ENOMEM.
 */
int scsi_lu_reserve_room(struct scsi_lu *lu, unsigned int nr_paths)
{
	int error = 0;

	lockdep_assert_held(&scsi_multipath_list_mutex);
	for (int set = 0; !error && set < scsi_multipath_nr_sets(); set++)
		error = reserve_room_in(lu, set, nr_paths);
	return error;
}

static int node_of(const struct scsi_path *path)
{
	return dev_to_node(path->sdev->host->dma_dev);
}

static int distance_to(const struct scsi_path *path, int node)
{
	int its_node = node_of(path);

	if (!path->lu->group.prefer_local || its_node == NUMA_NO_NODE)
		return LOCAL_DISTANCE;
	return node_distance(node, its_node);
}

static void publish(struct scsi_path_set *set, unsigned int nr)
{
	/* A reader that sees the new number finds entries below it. */
	smp_store_release(&set->nr, nr);
	/* A path that left must not be found any more: its memory goes. */
	for (unsigned int i = nr; i < set->capacity; i++)
		WRITE_ONCE(set->path[i], nr ? set->path[0] : NULL);
}

static void fill_set(struct scsi_lu *lu, int node)
{
	struct scsi_path_set *set = scsi_lu_node_set_locked(lu, node);
	int nearest = INT_MAX;
	struct scsi_path *path;
	unsigned int nr = 0;

	list_for_each_entry(path, &lu->paths, node) {
		if (scsi_path_is_candidate(path) &&
		    scsi_path_rank(path) == lu->group.rank)
			nearest = min(nearest, distance_to(path, node));
	}
	list_for_each_entry(path, &lu->paths, node) {
		if (scsi_path_is_candidate(path) &&
		    scsi_path_rank(path) == lu->group.rank &&
		    distance_to(path, node) == nearest)
			WRITE_ONCE(set->path[nr++], path);
	}
	publish(set, nr);

	if (lu->policy->set_changed)
		lu->policy->set_changed(lu, set);
}

/*
 * Where passthrough goes: where the policy stays, if it is of that kind, or else to
 * another path for each logical unit.
 */
static struct scsi_path *choose_stay(struct scsi_lu *lu,
				     const struct scsi_path_set *all)
{
	unsigned int nr = 0, number = lu->sdev ? lu->sdev->id : 0;
	struct scsi_path *path;

	if (lu->policy->sticky) {
		path = rcu_dereference_protected(scsi_lu_node_set_locked(lu, 0)->stay,
						 lockdep_is_held(&lu->lock));
		if (path)
			return path;
	}
	for (unsigned int i = 0; i < all->nr; i++)
		nr += scsi_path_rank(all->path[i]) == lu->group.rank;
	if (!nr)
		return NULL;
	number %= nr;
	for (unsigned int i = 0; i < all->nr; i++) {
		path = all->path[i];
		if (scsi_path_rank(path) == lu->group.rank && !number--)
			return path;
	}
	return NULL;
}

/* What may belong to one I_T nexus keeps to it, as long as that is good. */
static bool keeps_to(struct scsi_lu *lu, const struct scsi_path_set *all,
		     const struct scsi_path *stay)
{
	if (!READ_ONCE(lu->settled))
		return false;
	for (unsigned int i = 0; i < all->nr; i++) {
		if (all->path[i] == stay)
			return scsi_path_rank(stay) == lu->group.rank;
	}
	return false;
}

/* All usable paths, the better ones first. Among equals the order is theirs. */
static void fill_set_of_all(struct scsi_lu *lu)
{
	struct scsi_path_set *all = scsi_lu_all_locked(lu);
	struct scsi_path *path;
	unsigned int nr = 0;

	list_for_each_entry(path, &lu->paths, node) {
		unsigned int i = nr;

		if (!scsi_path_is_candidate(path)) {
			if (path->in_all)
				path->lost_at = jiffies ?: 1;
			path->in_all = false;
			continue;
		}
		path->in_all = true;
		for (; i && scsi_path_rank(all->path[i - 1]) > scsi_path_rank(path); i--)
			WRITE_ONCE(all->path[i], all->path[i - 1]);
		WRITE_ONCE(all->path[i], path);
		nr++;
	}
	publish(all, nr);

	path = rcu_dereference_protected(all->stay, lockdep_is_held(&lu->lock));
	if (!keeps_to(lu, all, path))
		rcu_assign_pointer(all->stay, choose_stay(lu, all));
}

/**
 * scsi_lu_fill_sets - the paths of a logical unit, or their ranks, have changed
 * @lu: logical unit
 *
 * Readers may see old and new entries mixed for the length of one selection.
 *
 * Context: @lu->lock held.
 */
void scsi_lu_fill_sets(struct scsi_lu *lu)
{
	lockdep_assert_held(&lu->lock);
	for (int node = 0; node < nr_node_ids; node++)
		fill_set(lu, node);
	fill_set_of_all(lu);
}
