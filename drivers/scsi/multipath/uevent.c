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
	char *env[11] = { };
	bool complete = true;
	unsigned int usable;

	if (!READ_ONCE(lu->announced) || READ_ONCE(lu->gone))
		return;

	spin_lock_irq(&lu->lock);
	usable = scsi_mpath_nr_usable(lu);
	spin_unlock_irq(&lu->lock);

	env[0] = kasprintf(GFP_KERNEL, "SCSI_PATH_EVENT=%s", what);
	env[1] = kasprintf(GFP_KERNEL, "SCSI_PATH=%s",
			   dev_name(&path->sdev->sdev_gendev));
	env[2] = kasprintf(GFP_KERNEL, "SCSI_PATH_STATE=%d",
			   scsi_path_shown_state(path));
	env[3] = kasprintf(GFP_KERNEL, "SCSI_PATHS_USABLE=%u", usable);
	env[4] = kasprintf(GFP_KERNEL, "SCSI_MPATH_ID=%s", lu->id);
	env[5] = kasprintf(GFP_KERNEL, "SCSI_PATH_ACCESS=%s",
			   scsi_path_access_name(path));
	env[6] = kasprintf(GFP_KERNEL, "SCSI_PATH_GROUP=%u",
			   READ_ONCE(path->weight));
	env[7] = kasprintf(GFP_KERNEL, "SCSI_PATH_FAILURES=%u",
			   READ_ONCE(path->failures));
	env[8] = kasprintf(GFP_KERNEL, "SCSI_PATH_IN_FLIGHT=%d",
			   scsi_device_busy(path->sdev));
	env[9] = kasprintf(GFP_KERNEL, "SCSI_PATH_ISSUED=%u",
			   atomic_read(&path->sdev->iorequest_cnt));
	for (int i = 0; i < ARRAY_SIZE(env) - 1; i++)
		complete &= !!env[i];
	if (complete)
		kobject_uevent_env(&lu->sdev->sdev_gendev.kobj, KOBJ_CHANGE,
				   env);
	for (int i = 0; i < ARRAY_SIZE(env); i++)
		kfree(env[i]);
}
