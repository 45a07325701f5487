// SPDX-License-Identifier: GPL-2.0
/*
 * What user space is told: a change uevent on the logical unit's device for
 * every path that is added, fails, is reinstated or is removed.
 */

#include <linux/kobject.h>
#include <linux/slab.h>
#include <scsi/scsi_device.h>

#include "mpath.h"

/**
 * scsi_path_uevent - tell user space of an event of a path
 * @path: path
 * @what: "added", "failed", "reinstated" or "removed"
 *
 * Context: process; may allocate.
 */
void scsi_path_uevent(struct scsi_path *path, const char *what)
{
	struct scsi_mpath *lu = path->lu;
	const struct scsi_path_set *set;
	char *env[6] = { };
	unsigned int usable;

	if (!READ_ONCE(lu->announced) || READ_ONCE(lu->gone))
		return;

	rcu_read_lock();
	set = rcu_dereference(lu->usable);
	usable = READ_ONCE(set->nr);
	rcu_read_unlock();

	env[0] = kasprintf(GFP_KERNEL, "SCSI_PATH_EVENT=%s", what);
	env[1] = kasprintf(GFP_KERNEL, "SCSI_PATH=%s",
			   dev_name(&path->sdev->sdev_gendev));
	env[2] = kasprintf(GFP_KERNEL, "SCSI_PATH_STATE=%d",
			   scsi_path_shown_state(path));
	env[3] = kasprintf(GFP_KERNEL, "SCSI_PATHS_USABLE=%u", usable);
	env[4] = kasprintf(GFP_KERNEL, "SCSI_MPATH_ID=%s", lu->id);
	if (env[0] && env[1] && env[2] && env[3] && env[4])
		kobject_uevent_env(&lu->sdev->sdev_gendev.kobj, KOBJ_CHANGE,
				   env);
	for (int i = 0; i < ARRAY_SIZE(env); i++)
		kfree(env[i]);
}
