// SPDX-License-Identifier: GPL-2.0
/* Start and end of SCSI multipath, as part of scsi_mod. */

#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/workqueue.h>
#include <scsi/scsi_path.h>

#include "mpath.h"
#include "rules.h"

/*
 * I/O does not fail, and paths do not join, while somebody has the mutex. Have
 * lockdep know that writing back memory may need it, so that it tells of whoever
 * has it and waits for memory.
 */
static void teach_lockdep(void)
{
	fs_reclaim_acquire(GFP_KERNEL);
	might_lock(&scsi_multipath_list_mutex);
	fs_reclaim_release(GFP_KERNEL);
}

/**
 * scsi_multipath_init - called once, when the mid-layer is ready
 *
 * Return: 0 or an errno.
 */
int scsi_multipath_init(void)
{
	int error;

	teach_lockdep();
	scsi_rules_init();
	error = scsi_multipath_claim_init();
	if (error)
		return error;
	/*
	 * What waits for a path may be the write-back of memory. This is where it
	 * is let go, or fails: no work here does I/O, or waits for any.
	 */
	scsi_multipath_wq = alloc_workqueue("scsi_multipath",
					    WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!scsi_multipath_wq) {
		error = -ENOMEM;
		goto exit_claim;
	}
	/* Commands to paths, of which many may be without an answer. */
	scsi_multipath_probe_wq = alloc_workqueue("scsi_multipath_probe",
						  WQ_UNBOUND | WQ_MEM_RECLAIM,
						  WQ_UNBOUND_MAX_ACTIVE);
	if (!scsi_multipath_probe_wq) {
		error = -ENOMEM;
		goto destroy_wq;
	}
	/*
	 * A device that is removed waits for work that memory may have to wait for.
	 * Nothing is removed or scanned on a host that sleeps, and nothing that puts it
	 * to sleep, wakes it, or writes an image waits for that: who removes a host
	 * takes its renewals back, frozen or not.
	 */
	scsi_multipath_removal_wq = alloc_workqueue("scsi_multipath_removal",
						    WQ_UNBOUND | WQ_FREEZABLE, 0);
	if (!scsi_multipath_removal_wq) {
		error = -ENOMEM;
		goto destroy_probe_wq;
	}
	error = scsi_multipath_shutdown_init();
	if (error)
		goto destroy_removal_wq;
	error = scsi_multipath_proc_init();
	if (error)
		goto exit_shutdown;
	return 0;

exit_shutdown:
	scsi_multipath_shutdown_exit();
destroy_removal_wq:
	destroy_workqueue(scsi_multipath_removal_wq);
destroy_probe_wq:
	destroy_workqueue(scsi_multipath_probe_wq);
destroy_wq:
	destroy_workqueue(scsi_multipath_wq);
exit_claim:
	scsi_multipath_claim_exit();
	return error;
}

/**
 * scsi_multipath_exit - called before the mid-layer goes
 */
void scsi_multipath_exit(void)
{
	scsi_multipath_proc_exit();
	scsi_multipath_host_exit();
	scsi_multipath_watch_stop();
	scsi_multipath_outlier_stop();
	scsi_multipath_shutdown_exit();
	destroy_workqueue(scsi_multipath_removal_wq);
	destroy_workqueue(scsi_multipath_probe_wq);
	destroy_workqueue(scsi_multipath_wq);
	scsi_multipath_claim_exit();
}
