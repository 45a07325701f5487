// SPDX-License-Identifier: GPL-2.0
/*
 * Last path used: stay on one path until it can carry no I/O, then move to
 * another and stay there. For targets where changing the port has a price.
 *
 * The logical units of a system are spread over its hosts all the same: a path is
 * chosen on the host that the fewest stay on, and when another host has become
 * usable that has two fewer, one moves there. It moves at a change of its set of
 * paths and at no other time; a tape or a changer does not move for that.
 */

#include <linux/atomic.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include "mpath.h"

static struct scsi_path *lpu_select(struct scsi_mpath *lu,
				    const struct scsi_path_set *set,
				    unsigned int nr)
{
	return rcu_dereference(set->stay);
}

static atomic_t *stays_of(const struct scsi_path *path)
{
	return &path->sdev->host->nr_stays;
}

static void set_stay(struct scsi_path_set *set, struct scsi_path *old,
		     struct scsi_path *new)
{
	if (old == new)
		return;
	if (old)
		atomic_dec(stays_of(old));
	if (new)
		atomic_inc(stays_of(new));
	rcu_assign_pointer(set->stay, new);
}

/* Of equals the first: what a system was spread like it is spread like again. */
static struct scsi_path *path_of_idlest_host(const struct scsi_path_set *set)
{
	struct scsi_path *idlest = NULL;

	for (unsigned int i = 0; i < set->nr; i++) {
		struct scsi_path *path = set->path[i];

		if (!idlest || atomic_read(stays_of(path)) <
			       atomic_read(stays_of(idlest)))
			idlest = path;
	}
	return idlest;
}

/* By one that moves, both hosts come nearer to each other. */
static bool is_worth_it(const struct scsi_path *from, const struct scsi_path *to)
{
	return !scsi_type_must_stay(from->sdev->type) &&
	       atomic_read(stays_of(from)) >= atomic_read(stays_of(to)) + 2;
}

static void lpu_set_changed(struct scsi_mpath *lu,
			    struct scsi_path_set *set)
{
	struct scsi_path *stay =
		rcu_dereference_protected(set->stay,
					  lockdep_is_held(&lu->lock));
	struct scsi_path *idlest = path_of_idlest_host(set);

	for (unsigned int i = 0; i < set->nr; i++) {
		if (set->path[i] == stay && !is_worth_it(stay, idlest))
			return;
	}
	set_stay(set, stay, idlest);
}

static void lpu_set_left(struct scsi_mpath *lu, struct scsi_path_set *set)
{
	set_stay(set, rcu_dereference_protected(set->stay,
						lockdep_is_held(&lu->lock)),
		 NULL);
}

const struct scsi_path_policy scsi_policy_lpu = {
	.name		= "lpu",
	.stays		= true,
	.select		= lpu_select,
	.set_changed	= lpu_set_changed,
	.set_left	= lpu_set_left,
};
