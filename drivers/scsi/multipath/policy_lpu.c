// SPDX-License-Identifier: GPL-2.0
/*
 * Last path used: stay on one path until it can carry no I/O, then move to
 * another and stay there. For targets where changing the port has a price.
 *
 * The logical units of a system are spread all the same: over its hosts, and those of
 * a host over the ports of targets that it reaches. A path is chosen on the host that
 * the fewest stay on, over the port that the fewest of its host's take. When another
 * host, or another port of this one, has become usable that has two fewer, one moves
 * there. It moves at a change of its set of paths and at no other time; a tape or a
 * changer does not move for that once it is in use.
 */

#include <linux/atomic.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include "mpath.h"

static struct scsi_path *lpu_select(struct scsi_lu *lu,
				    const struct scsi_path_set *set,
				    unsigned int nr)
{
	return rcu_dereference(set->stay);
}

static atomic_t *stays_on_host(const struct scsi_path *path)
{
	return &path->sdev->host->nr_stays;
}

static atomic_t *stays_on_port(const struct scsi_path *path)
{
	return &path->sdev->sdev_target->nr_stays;
}

static void set_stay(struct scsi_path_set *set, struct scsi_path *old,
		     struct scsi_path *new)
{
	if (old == new)
		return;
	if (old) {
		atomic_dec(stays_on_host(old));
		atomic_dec(stays_on_port(old));
	}
	if (new) {
		atomic_inc(stays_on_host(new));
		atomic_inc(stays_on_port(new));
	}
	rcu_assign_pointer(set->stay, new);
}

static bool is_idler(const struct scsi_path *a, const struct scsi_path *b)
{
	int of_a = atomic_read(stays_on_host(a));
	int of_b = atomic_read(stays_on_host(b));

	if (a->sdev->host != b->sdev->host && of_a != of_b)
		return of_a < of_b;
	return atomic_read(stays_on_port(a)) < atomic_read(stays_on_port(b));
}

/*
 * Of all paths, or those over one host; NULL if there is none. Of equals the first: what
 * a system was spread like it is spread like again.
 */
static struct scsi_path *idlest_path(const struct scsi_path_set *set,
				     const struct Scsi_Host *shost)
{
	struct scsi_path *idlest = NULL;

	for (unsigned int i = 0; i < set->nr; i++) {
		struct scsi_path *path = set->path[i];

		if (shost && path->sdev->host != shost)
			continue;
		if (!idlest || is_idler(path, idlest))
			idlest = path;
	}
	return idlest;
}

/* By one that moves, both come nearer to each other. */
static bool is_worth_it(atomic_t *from, atomic_t *to)
{
	return atomic_read(from) >= atomic_read(to) + 2;
}

/* Where it should rather be than on a path that it could stay on */
static struct scsi_path *better_than(const struct scsi_path_set *set,
				     struct scsi_path *stay)
{
	struct scsi_path *to;

	if (scsi_type_is_sticky(stay->sdev->type) && READ_ONCE(stay->lu->settled))
		return stay;
	to = idlest_path(set, NULL);
	if (is_worth_it(stays_on_host(stay), stays_on_host(to)))
		return to;
	to = idlest_path(set, stay->sdev->host);
	if (is_worth_it(stays_on_port(stay), stays_on_port(to)))
		return to;
	return stay;
}

/* A tape has one path, over whatever node. All of its sets have the same members. */
static bool follows_first_node(struct scsi_lu *lu, const struct scsi_path_set *set)
{
	return set->nr && scsi_type_is_sticky(set->path[0]->sdev->type) &&
	       set != scsi_lu_node_set_locked(lu, 0);
}

static void lpu_set_changed(struct scsi_lu *lu,
			    struct scsi_path_set *set)
{
	struct scsi_path *stay =
		rcu_dereference_protected(set->stay,
					  lockdep_is_held(&lu->lock));

	if (follows_first_node(lu, set)) {
		set_stay(set, stay,
			 rcu_dereference_protected(scsi_lu_node_set_locked(lu, 0)->stay,
						   lockdep_is_held(&lu->lock)));
		return;
	}
	for (unsigned int i = 0; i < set->nr; i++) {
		if (set->path[i] == stay) {
			set_stay(set, stay, better_than(set, stay));
			return;
		}
	}
	set_stay(set, stay, idlest_path(set, NULL));
}

static void lpu_set_left(struct scsi_lu *lu, struct scsi_path_set *set)
{
	set_stay(set, rcu_dereference_protected(set->stay,
						lockdep_is_held(&lu->lock)),
		 NULL);
}

const struct scsi_path_policy scsi_policy_lpu = {
	.name		= "last-path",
	.short_name	= "lpu",
	.sticky		= true,
	.select		= lpu_select,
	.set_changed	= lpu_set_changed,
	.set_left	= lpu_set_left,
};
