// SPDX-License-Identifier: GPL-2.0
/*
 * What the mid-layer says of the device of a path, mostly because its transport does:
 * blocked, offline, running again, about to be removed.
 */

#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>

#include "mpath.h"

static void report_stopped(struct scsi_path *path)
{
	enum scsi_device_state sdev_state = READ_ONCE(path->sdev->sdev_state);

	if (scsi_lu_is_suspended(path->lu) ||
	    scsi_path_is_being_removed(path))
		return;
	path->told.stopped = true;
	scsi_path_log(path, "stopped", scsi_device_state_name(sdev_state) ?: "?");
	scsi_path_tell(path);
}

/**
 * scsi_path_sdev_state_changed - the mid-layer changed a device's state
 * @sdev: any SCSI device
 *
 * A path that its transport blocks is out of use at once. When it is unblocked
 * it comes back as soon as its identity has been read, and so it does after the
 * system was suspended: who knows what its LUN leads to by now. One that goes
 * offline is dead until it runs again; then it is probed at once. That all of them
 * stop while the system is suspended is no news. That its host is being removed is like
 * a change of its own.
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_sdev_state_changed(struct scsi_device *sdev)
{
	enum scsi_device_state sdev_state;
	struct scsi_path *path;
	unsigned long flags;
	bool running;

	rcu_read_lock();	/* against a claim that is undone */
	/* Pairs with that in scsi_path_join(): one of both sees what the other wrote. */
	smp_mb();
	path = READ_ONCE(sdev->path);
	if (!path) {
		if (scsi_device_is_lu(sdev) &&
		    READ_ONCE(sdev->sdev_state) == SDEV_RUNNING)
			scsi_lu_runs_again(sdev->hostdata);
		goto out;
	}

	spin_lock_irqsave(&path->lu->lock, flags);
	sdev_state = READ_ONCE(sdev->sdev_state);
	running = scsi_path_device_runs(path);
	/* A device that is removed while it is lost to its transport is gone. */
	if (running) {
		/* Its port has come back, and is what it was at first. */
		if (path->disconnected)
			scsi_path_recovers(path, MARGINAL_PORT, "port is back");
		path->disconnected = false;
		path->disconnected_since = 0;
	} else if (sdev_state == SDEV_BLOCK ||
		   sdev_state == SDEV_TRANSPORT_OFFLINE) {
		path->disconnected = true;
	}
	if (running != path->running) {
		path->probe.left = true;
		/* Before anybody can choose it. */
		if (running && scsi_path_state_carries_io(path->state))
			WRITE_ONCE(path->check, CHECK_RETURN);
		/* Pairs with smp_load_acquire() in is_ready(). */
		smp_store_release(&path->running, running);
		if (!running) {
			scsi_path_suspend_check(path);
			scsi_lu_refresh_locked(path->lu);
			if (scsi_path_state_carries_io(path->state))
				report_stopped(path);
		} else if (scsi_path_state_carries_io(path->state)) {
			scsi_path_start_check(path, CHECK_RETURN);
		} else if (path->state != PATH_DISABLED) {
			scsi_path_overtake_probe(path);
			scsi_path_probe_now(path);
		}
	}
	if ((sdev_state == SDEV_OFFLINE ||
	     sdev_state == SDEV_TRANSPORT_OFFLINE) &&
	    path->state != PATH_DISABLED)
		scsi_path_set_state_locked(path, PATH_FAILED, LOSS_FAILED, "offline");
	/* What its transport has decided may be what I/O waits for. */
	if (path->lu->announced && !scsi_lu_has_path_locked(path->lu))
		scsi_lu_arm_no_path(path->lu);
	spin_unlock_irqrestore(&path->lu->lock, flags);
out:
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(scsi_path_sdev_state_changed);	/* scsi_transport_srp */

/**
 * scsi_path_host_leaves - the devices of a host are about to be removed
 * @shost: host that is being removed
 *
 * They are one after the other, and each waits until its commands are done. What is
 * sent to one meanwhile whose turn is yet to come would be waited for as well.
 *
 * Context: process, scan_mutex of @shost held: no path joins; takes
 * scsi_multipath_list_mutex.
 */
void scsi_path_host_leaves(struct Scsi_Host *shost)
{
	struct scsi_path *path;
	struct scsi_lu *lu;

	lockdep_assert_held(&shost->scan_mutex);
	if (!shost->nr_paths)
		return;
	mutex_lock(&scsi_multipath_list_mutex);
	list_for_each_entry(lu, &scsi_multipath_list, node) {
		list_for_each_entry(path, &lu->paths, node) {
			if (path->sdev->host == shost)
				scsi_path_sdev_state_changed(path->sdev);
		}
	}
	mutex_unlock(&scsi_multipath_list_mutex);
}
