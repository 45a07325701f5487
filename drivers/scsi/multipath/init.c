// SPDX-License-Identifier: GPL-2.0
/* Start and end of SCSI multipath, as part of scsi_mod. */

#include <linux/workqueue.h>
#include <scsi/scsi_multipath.h>

#include "mpath.h"

/**
 * scsi_mpath_init - called once, when the mid-layer is ready
 *
 * Return: 0 or an errno.
 */
int scsi_mpath_init(void)
{
	int error;

	/* What waits for a path may be the write-back of memory. */
	scsi_mpath_wq = alloc_workqueue("scsi_mpath",
					WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!scsi_mpath_wq)
		return -ENOMEM;
	/* A device that is removed waits for work that memory may have to wait for. */
	scsi_mpath_removal_wq = alloc_workqueue("scsi_mpath_removal",
						WQ_UNBOUND, 0);
	if (!scsi_mpath_removal_wq) {
		error = -ENOMEM;
		goto destroy_wq;
	}
	error = scsi_mpath_proc_init();
	if (error)
		goto destroy_removal_wq;
	return 0;

destroy_removal_wq:
	destroy_workqueue(scsi_mpath_removal_wq);
destroy_wq:
	destroy_workqueue(scsi_mpath_wq);
	return error;
}

/**
 * scsi_mpath_exit - called before the mid-layer goes
 */
void scsi_mpath_exit(void)
{
	scsi_mpath_proc_exit();
	scsi_mpath_host_exit();
	scsi_mpath_watch_stop();
	destroy_workqueue(scsi_mpath_removal_wq);
	destroy_workqueue(scsi_mpath_wq);
}
