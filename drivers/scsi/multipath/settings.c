// SPDX-License-Identifier: GPL-2.0
/*
 * What the devices of a logical unit and of its paths are set to alike.
 *
 * What the LLD and the transport of the first path found out about the device is
 * true of the logical unit; what the logical unit is set to is in force where its
 * commands are recovered, on the paths.
 */

#include <linux/blkdev.h>
#include <linux/export.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>

#include "mpath.h"

/**
 * scsi_lu_copy_quirks - what the first path's LLD and transport found out
 * @to: device of the logical unit, which is being set up
 * @from: that of the path
 *
 * Context: process.
 */
void scsi_lu_copy_quirks(struct scsi_device *to, const struct scsi_device *from)
{
	to->use_10_for_rw = from->use_10_for_rw;
	to->use_10_for_ms = from->use_10_for_ms;
	to->use_16_for_rw = from->use_16_for_rw;
	to->use_16_for_sync = from->use_16_for_sync;
	to->set_dbd_for_ms = from->set_dbd_for_ms;
	to->read_before_ms = from->read_before_ms;
	to->no_report_opcodes = from->no_report_opcodes;
	to->no_write_same = from->no_write_same ||
			    from->host->no_write_same;
	to->skip_ms_page_8 = from->skip_ms_page_8;
	to->skip_ms_page_3f = from->skip_ms_page_3f;
	to->skip_vpd_pages = from->skip_vpd_pages;
	to->try_vpd_pages = from->try_vpd_pages;
	to->use_192_bytes_for_3f = from->use_192_bytes_for_3f;
	to->no_start_on_add = from->no_start_on_add;
	to->allow_restart = from->allow_restart;
	to->start_stop_pwr_cond = from->start_stop_pwr_cond;
	to->fix_capacity = from->fix_capacity;
	to->guess_capacity = from->guess_capacity;
	to->retry_hwerror = from->retry_hwerror;
	to->last_sector_bug = from->last_sector_bug;
	to->no_read_disc_info = from->no_read_disc_info;
	to->no_read_capacity_16 = from->no_read_capacity_16;
	to->try_rc_10_first = from->try_rc_10_first;
	to->security_supported = from->security_supported;
	to->wce_default_on = from->wce_default_on;
	to->broken_fua = from->broken_fua;
	to->no_vpd_size = from->no_vpd_size;
	to->no_dif = from->no_dif;
	to->manage_system_start_stop = from->manage_system_start_stop;
	to->manage_runtime_start_stop = from->manage_runtime_start_stop;
	to->manage_shutdown = from->manage_shutdown;
	to->eh_timeout = from->eh_timeout;
	to->request_queue->rq_timeout = from->request_queue->rq_timeout;
}

/**
 * scsi_path_share_settings - make a path's device what the logical unit's is set to
 * @path: path
 *
 * Commands are recovered by the error handler of the path's host, and their number is
 * followed by its LLD: both look at the device of the path.
 *
 * Context: process.
 */
void scsi_path_share_settings(struct scsi_path *path)
{
	const struct scsi_device *lu_sdev = path->lu->sdev;

	path->sdev->eh_timeout = lu_sdev->eh_timeout;
	path->sdev->allow_restart = lu_sdev->allow_restart;
	path->sdev->queue_ramp_up_period = lu_sdev->queue_ramp_up_period;
}

/**
 * scsi_lu_settings_changed - what a device is set to has changed
 * @sdev: any SCSI device
 *
 * Context: process.
 */
void scsi_lu_settings_changed(struct scsi_device *sdev)
{
	struct scsi_path *path;
	struct scsi_lu *lu;

	if (!scsi_device_is_lu(sdev))
		return;
	lu = sdev->hostdata;
	mutex_lock(&scsi_multipath_list_mutex);
	list_for_each_entry(path, &lu->paths, node)
		scsi_path_share_settings(path);
	mutex_unlock(&scsi_multipath_list_mutex);
}
EXPORT_SYMBOL_GPL(scsi_lu_settings_changed);	/* sd */

/**
 * scsi_path_share_quirks - a path has joined; does its host know of a quirk more?
 * @path: path of a logical unit that is announced
 *
 * Context: process.
 */
void scsi_path_share_quirks(struct scsi_path *path)
{
	struct scsi_device *lu_sdev = path->lu->sdev;

	if ((path->sdev->no_write_same || path->sdev->host->no_write_same) &&
	    !lu_sdev->no_write_same) {
		lu_sdev->no_write_same = 1;
		scsi_path_was_rescanned(path->sdev, 0);
	}
}
