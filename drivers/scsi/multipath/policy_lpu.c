// SPDX-License-Identifier: GPL-2.0
/*
 * Last path used: stay on one path until it can carry no I/O, then move to
 * another and stay there. For targets where changing the port has a price.
 */

#include "mpath.h"

static struct scsi_path *lpu_select(struct scsi_mpath *lu,
				    const struct scsi_path_set *set,
				    unsigned int nr)
{
	return rcu_dereference(set->stay);
}

static void lpu_set_changed(struct scsi_mpath *lu,
			    struct scsi_path_set *set)
{
	struct scsi_path *stay =
		rcu_dereference_protected(set->stay,
					  lockdep_is_held(&lu->lock));

	for (unsigned int i = 0; i < set->nr; i++) {
		if (set->path[i] == stay)
			return;
	}
	rcu_assign_pointer(set->stay, set->nr ? set->path[0] : NULL);
}

const struct scsi_path_policy scsi_policy_lpu = {
	.name		= "lpu",
	.stays		= true,
	.select		= lpu_select,
	.set_changed	= lpu_set_changed,
};
