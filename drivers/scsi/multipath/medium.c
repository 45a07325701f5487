// SPDX-License-Identifier: GPL-2.0
/*
 * A device that answers TEST UNIT READY, but no command that needs its medium. Each of
 * those costs a round of the host's error handler, which takes the device for a good one
 * then. The upper level counts these rounds, and gives the device up in the end. It is
 * asked for the logical unit, if none of its paths does any better.
 */

#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_driver.h>
#include <scsi/scsi_path.h>

#include "mpath.h"

static struct scsi_cmnd *lu_cmd_of(struct scsi_cmnd *cmd)
{
	return scsi_cmd_to_rq(cmd)->end_io_data;
}

/**
 * scsi_path_eh_begins - the error handler is to deal with an attempt
 * @cmd: attempt
 *
 * Context: any; the lock of the path's host is held.
 */
void scsi_path_eh_begins(struct scsi_cmnd *cmd)
{
	struct scsi_cmnd *lu_cmd = lu_cmd_of(cmd);
	const struct scsi_driver *driver;

	if (blk_rq_is_passthrough(scsi_cmd_to_rq(cmd)))
		return;
	driver = scsi_cmd_to_driver(lu_cmd);
	if (driver->eh_reset)
		driver->eh_reset(lu_cmd);
}

static bool has_better_path(const struct scsi_lu *lu)
{
	const struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (!path->answers_eh_only && scsi_path_is_usable(path))
			return true;
	}
	return false;
}

/**
 * scsi_path_eh_action - the device of an attempt works again; what says the upper level?
 * @cmd: attempt
 * @disposition: what the error handler makes of @cmd
 *
 * Context: the error handler of the path's host; takes the logical unit's lock, and the
 * mutex of its state.
 * Return: what is to be made of @cmd.
 */
enum scsi_disposition scsi_path_eh_action(struct scsi_cmnd *cmd,
					  enum scsi_disposition disposition)
{
	struct scsi_cmnd *lu_cmd = lu_cmd_of(cmd);
	struct scsi_path *path = cmd->device->path;
	const struct scsi_driver *driver;
	struct scsi_lu *lu = path->lu;
	bool may_be_better;

	if (blk_rq_is_passthrough(scsi_cmd_to_rq(cmd)) ||
	    host_byte(cmd->result) != DID_TIME_OUT || disposition != SUCCESS)
		return disposition;

	spin_lock_irq(&lu->lock);
	path->answers_eh_only = true;
	WRITE_ONCE(path->suspect, true);
	may_be_better = has_better_path(lu);
	spin_unlock_irq(&lu->lock);

	driver = scsi_cmd_to_driver(lu_cmd);
	if (may_be_better || !driver->eh_action)
		return disposition;
	lu_cmd->result = cmd->result;
	disposition = driver->eh_action(lu_cmd, disposition);
	/* It may have lost its path meanwhile, and be blocked. */
	if (!scsi_device_online(lu->sdev))
		queue_work(scsi_multipath_wq, &lu->work);
	return disposition;
}
