// SPDX-License-Identifier: GPL-2.0
/*
 * Commands that user space builds itself, by SG_IO and the like. Elsewhere they are
 * never repeated: only their sender knows what may be. But the sender cannot choose
 * a path here, and a virtual machine whose disk is behind SG_IO has no other way to
 * survive the loss of one. So those that may be run twice, as far as is known, are
 * sent over another path if theirs fails them; all others are not.
 */

#include <linux/blk-mq.h>
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/minmax.h>
#include <linux/scatterlist.h>
#include <linux/sysfs.h>
#include <linux/unaligned.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_proto.h>

#include "mpath.h"
#include "verdict.h"

static struct scsi_lu *dev_to_lu(struct device *dev)
{
	return to_scsi_device(dev)->hostdata;
}

static ssize_t passthrough_failover_show(struct device *dev,
					 struct device_attribute *attr,
					 char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  !READ_ONCE(dev_to_lu(dev)->no_passthrough_failover));
}

static ssize_t passthrough_failover_store(struct device *dev,
					  struct device_attribute *attr,
					  const char *buf, size_t count)
{
	bool failover;
	int error;

	error = kstrtobool(buf, &failover);
	if (error)
		return error;
	WRITE_ONCE(dev_to_lu(dev)->no_passthrough_failover, !failover);
	return count;
}
DEVICE_ATTR_RW(passthrough_failover);

/**
 * scsi_lu_may_repeat_passthrough - does a command fail over that is its sender's own?
 * @lu: logical unit
 * @lu_cmd: passthrough command
 *
 * Context: any.
 */
bool scsi_lu_may_repeat_passthrough(const struct scsi_lu *lu,
				    const struct scsi_cmnd *lu_cmd)
{
	return !READ_ONCE(lu->no_passthrough_failover) &&
	       scsi_cmd_is_idempotent(lu->sdev->type, lu_cmd->cmnd);
}

/*
 * Commands that leave nothing behind that another nexus would not find: those of upper
 * levels and user space that find out what there is.
 */
static bool leaves_no_trace(u8 opcode)
{
	switch (opcode) {
	case TEST_UNIT_READY:
	case REQUEST_SENSE:
	case READ_BLOCK_LIMITS:
	case INITIALIZE_ELEMENT_STATUS:
	case INQUIRY:
	case MODE_SENSE:
	case READ_CAPACITY:
	case LOG_SENSE:
	case MODE_SENSE_10:
	case SERVICE_ACTION_IN_16:
	case REPORT_LUNS:
	case MAINTENANCE_IN:
	case READ_ELEMENT_STATUS:
	case SECURITY_PROTOCOL_IN:
	case ZBC_IN:
		return true;
	default:
		return false;
	}
}

/**
 * scsi_lu_settle - the first passthrough that may belong to one nexus ends the choice
 * @lu: logical unit
 * @lu_cmd: passthrough command that is about to be sent
 *
 * Before, all of it goes to another path if there is a better one.
 *
 * Context: any.
 */
void scsi_lu_settle(struct scsi_lu *lu, const struct scsi_cmnd *lu_cmd)
{
	if (!leaves_no_trace(lu_cmd->cmnd[0]))
		WRITE_ONCE(lu->settled, true);
}

#define LUNS_HEADER_LEN		8
#define LUNS_WELL_KNOWN_ONLY	1	/* SELECT REPORT */

/**
 * scsi_lu_report_luns - answer REPORT LUNS
 * @lu_cmd: command of a logical unit
 *
 * Who asks wants to know what else there is at its address, and scans it, or removes
 * what is not there. On the virtual host a target has one logical unit, its LUN 0. What
 * the target of a path has is at the address of that path.
 *
 * Context: any. Return: true if @lu_cmd is that, and has its result.
 */
bool scsi_lu_report_luns(struct scsi_cmnd *lu_cmd)
{
	u8 list[LUNS_HEADER_LEN + 8] = { };
	size_t len = sizeof(list);

	if (lu_cmd->cmnd[0] != REPORT_LUNS)
		return false;
	if (lu_cmd->cmnd[2] == LUNS_WELL_KNOWN_ONLY)
		len = LUNS_HEADER_LEN;
	put_unaligned_be32(len - LUNS_HEADER_LEN, list);
	len = min3(len, (size_t)get_unaligned_be32(lu_cmd->cmnd + 6),
		   (size_t)scsi_bufflen(lu_cmd));
	sg_copy_from_buffer(scsi_sglist(lu_cmd), scsi_sg_count(lu_cmd), list,
			    len);
	scsi_set_resid(lu_cmd, scsi_bufflen(lu_cmd) - len);
	lu_cmd->result = 0;
	return true;
}
