// SPDX-License-Identifier: GPL-2.0
/*
 * A path that neither answers nor fails. Reads and writes are not left on it
 * for their whole timeout: after path_timeout the path leaves rotation, and its
 * LLD is asked to abort them, by which the host's error handler is not woken.
 * Only when the abort has returned are they sent over another path.
 *
 * The blk-mq timer of the attempt is the clock. It ticks once a second.
 */

#include <linux/blk-mq.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_multipath.h>
#include <scsi/scsi_proto.h>

#include "mpath.h"

static unsigned int default_path_timeout = 5000;
module_param_named(path_timeout, default_path_timeout, uint, 0644);
MODULE_PARM_DESC(path_timeout,
		 "Milliseconds without an answer after which new logical units take a path out of use and abort its reads and writes, if there is another path; 0: leave them their whole timeout (default 5000)");

/**
 * scsi_type_has_path_timeout - may commands be taken back from a path early?
 * @device_type: peripheral device type
 *
 * A tape that rewinds or a CD that spins up does not answer for long, and the
 * commands of a tape can not be sent again.
 */
bool scsi_type_has_path_timeout(u8 device_type)
{
	return device_type == TYPE_DISK || device_type == TYPE_ZBC;
}

/**
 * scsi_path_timeout_for - the path_timeout that a new logical unit starts with
 * @device_type: its peripheral device type
 *
 * Return: jiffies, 0: none.
 */
unsigned int scsi_path_timeout_for(u8 device_type)
{
	unsigned int ms = min(READ_ONCE(default_path_timeout),
			      PATH_TIMEOUT_MAX);

	return scsi_type_has_path_timeout(device_type) ? msecs_to_jiffies(ms) :
							 0;
}

/**
 * scsi_path_may_keep_cmd - the timer of an attempt has gone off
 * @cmd: attempt
 *
 * Context: the timeout work of the path's queue; takes the logical unit's lock.
 * Return: true if the path may keep the command until the timer goes off once
 * more; false if it is to be aborted.
 */
bool scsi_path_may_keep_cmd(struct scsi_cmnd *cmd)
{
	struct scsi_cmnd *lu_cmd = scsi_cmd_to_rq(cmd)->end_io_data;
	unsigned long since = cmd->jiffies_at_alloc;

	/* It has just come back, or it has had all of its time. */
	if (test_bit(SCMD_STATE_COMPLETE, &cmd->state) ||
	    jiffies - since >= scsi_cmd_to_rq(lu_cmd)->timeout)
		return false;
	/* Without an abort there would be the error handler, for all of a host. */
	if (!cmd->device->host->hostt->eh_abort_handler)
		return true;
	return !scsi_path_is_stuck(cmd->device->path, since);
}
