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
	return rcu_dereference(lu->current_path);
}

static void lpu_set_changed(struct scsi_mpath *lu,
			    const struct scsi_path_set *set)
{
	struct scsi_path *current_path =
		rcu_dereference_protected(lu->current_path,
					  lockdep_is_held(&lu->lock));

	for (unsigned int i = 0; i < set->nr; i++) {
		if (set->path[i] == current_path)
			return;
	}
	rcu_assign_pointer(lu->current_path, set->nr ? set->path[0] : NULL);
}

const struct scsi_path_policy scsi_policy_lpu = {
	.name		= "lpu",
	.stays		= true,
	.select		= lpu_select,
	.set_changed	= lpu_set_changed,
};
