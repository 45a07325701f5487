// SPDX-License-Identifier: GPL-2.0
/*
 * The verdict on an attempt: what its outcome says about the path, and whether
 * the command may go elsewhere. All of it is in the tables of this file.
 *
 * By the time a verdict is asked for, the LLD has let go of the attempt: it was
 * completed, aborted, or released by the error handler.
 */

#include <linux/array_size.h>
#include <linux/string.h>
#include <scsi/scsi.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_dh.h>
#include <scsi/scsi_proto.h>
#include <scsi/scsi_status.h>

#include "verdict.h"

static struct scsi_verdict host_byte_verdict(int result)
{
	switch (host_byte(result)) {
	/* An LLD that says so asks for the very same command again. */
	case DID_IMM_RETRY:
	case DID_REQUEUE:
		return (struct scsi_verdict){ PATH_SUSPENDED, CMD_NEVER_RAN };

	/*
	 * The rest LLDs say of commands in flight, too. Even DID_NO_CONNECT:
	 * some flush with it what is outstanding when a host goes away.
	 */
	case DID_TRANSPORT_DISRUPTED:
		return (struct scsi_verdict){ PATH_SUSPENDED,
					      CMD_MAY_HAVE_RUN };
	case DID_NO_CONNECT:
	case DID_BAD_TARGET:
	case DID_TRANSPORT_FAILFAST:
	case DID_TRANSPORT_MARGINAL:
	case DID_TIME_OUT:
	case DID_ABORT:
		return (struct scsi_verdict){ PATH_LOST, CMD_MAY_HAVE_RUN };

	/* A sibling's reset of the logical unit ends our commands as well. */
	case DID_RESET:
		return (struct scsi_verdict){ PATH_UNCHANGED,
					      CMD_MAY_HAVE_RUN };

	/* The verdict of upper layers or of the LLD on the command itself. */
	case DID_PASSTHROUGH:
		return (struct scsi_verdict){ PATH_UNCHANGED, CMD_DELIVER };

	case DID_ERROR:
		if ((result & 0xff) == SAM_STAT_RESERVATION_CONFLICT)
			return (struct scsi_verdict){ PATH_UNCHANGED,
						      CMD_DELIVER };
		fallthrough;
	case DID_SOFT_ERROR:
	case DID_PARITY:
	case DID_BUS_BUSY:
	case DID_BAD_INTR:
	default:
		return (struct scsi_verdict){ PATH_STRIKE, CMD_MAY_HAVE_RUN };
	}
}

/*
 * Sense data that is about the path, not about the command (SPC-4 annex F). What
 * a device handler is named for is what only its kind of target means by it.
 */
#define ANY_ASCQ	-1

static const struct {
	u8 key;
	u8 asc;
	s16 ascq;
	struct scsi_verdict verdict;
	const char *handler;
} sense_table[] = {
	/* asymmetric access state transition */
	{ NOT_READY, 0x04, 0x0a, { PATH_TRANSITION, CMD_NEVER_RAN } },
	{ UNIT_ATTENTION, 0x04, 0x0a, { PATH_TRANSITION, CMD_NEVER_RAN } },
	/* target port in standby state, in unavailable state; offline */
	{ NOT_READY, 0x04, 0x0b, { PATH_PASSIVE, CMD_NEVER_RAN } },
	{ NOT_READY, 0x04, 0x0c, { PATH_PASSIVE, CMD_NEVER_RAN } },
	{ NOT_READY, 0x04, 0x12, { PATH_PASSIVE, CMD_NEVER_RAN } },
	/* asymmetric access state changed, implicit transition failed */
	{ UNIT_ATTENTION, 0x2a, 0x06, { PATH_UNCHANGED, CMD_NEVER_RAN } },
	{ UNIT_ATTENTION, 0x2a, 0x07, { PATH_UNCHANGED, CMD_NEVER_RAN } },
	/* logical unit not supported: unmapped from this port */
	{ ILLEGAL_REQUEST, 0x25, 0x00, { PATH_GONE, CMD_NEVER_RAN } },
	/* SCSI parity error (protocol CRC errors as well), data phase error */
	{ ABORTED_COMMAND, 0x47, ANY_ASCQ, { PATH_STRIKE, CMD_MAY_HAVE_RUN } },
	{ ABORTED_COMMAND, 0x4b, ANY_ASCQ, { PATH_STRIKE, CMD_MAY_HAVE_RUN } },
	/* not the controller that owns the logical unit */
	{ ILLEGAL_REQUEST, 0x94, 0x01, { PATH_PASSIVE, CMD_NEVER_RAN },
	  "rdac" },
	{ NOT_READY, 0x04, 0x03, { PATH_PASSIVE, CMD_NEVER_RAN }, "emc" },
	{ NOT_READY, 0x04, 0x02, { PATH_PASSIVE, CMD_NEVER_RAN }, "hp_sw" },
	/* it changes hands: quiescence in progress, becoming ready */
	{ NOT_READY, 0x04, 0x01, { PATH_CONGESTED, CMD_NEVER_RAN }, "rdac" },
	{ NOT_READY, 0x04, 0xa1, { PATH_CONGESTED, CMD_NEVER_RAN }, "rdac" },
	{ NOT_READY, 0xa1, 0x02, { PATH_CONGESTED, CMD_NEVER_RAN }, "rdac" },
	{ UNIT_ATTENTION, 0x8b, 0x02, { PATH_CONGESTED, CMD_NEVER_RAN },
	  "rdac" },
};

/**
 * scsi_device_is_handled_by - is this device handler attached to a device?
 * @sdev: device
 * @handler: name of the handler
 *
 * Context: any.
 */
bool scsi_device_is_handled_by(const struct scsi_device *sdev,
			       const char *handler)
{
	return sdev->handler && !strcmp(sdev->handler->name, handler);
}

static struct scsi_verdict sense_verdict(const struct scsi_device *sdev,
					 const struct scsi_sense_hdr *sense)
{
	if (sense && scsi_sense_valid(sense)) {
		for (int i = 0; i < ARRAY_SIZE(sense_table); i++) {
			if (sense->sense_key == sense_table[i].key &&
			    sense->asc == sense_table[i].asc &&
			    (sense->ascq == sense_table[i].ascq ||
			     sense_table[i].ascq == ANY_ASCQ) &&
			    (!sense_table[i].handler ||
			     scsi_device_is_handled_by(sdev,
						       sense_table[i].handler)))
				return sense_table[i].verdict;
		}
		/* No medium in what has none that could be taken out. */
		if (sense->sense_key == NOT_READY && sense->asc == 0x3a &&
		    !sdev->removable)
			return (struct scsi_verdict){ PATH_GONE,
						      CMD_NEVER_RAN };
	}
	/* The logical unit has answered: the path has done its work. */
	return (struct scsi_verdict){ PATH_UNCHANGED, CMD_DELIVER };
}

/**
 * scsi_path_verdict - judge the outcome of one attempt
 * @sdev: device of the path
 * @result: &scsi_cmnd.result of the attempt, after the mid-layer's own recovery
 * @sense: its sense data if any, else NULL
 *
 * Context: any. Pure.
 * Return: what to do with the path and with the command.
 */
struct scsi_verdict scsi_path_verdict(const struct scsi_device *sdev,
				      int result,
				      const struct scsi_sense_hdr *sense)
{
	if (host_byte(result) != DID_OK)
		return host_byte_verdict(result);

	switch (result & 0xff) {
	case SAM_STAT_GOOD:
	case SAM_STAT_CONDITION_MET:
		return (struct scsi_verdict){ PATH_PROVED, CMD_DELIVER };
	case SAM_STAT_BUSY:
	case SAM_STAT_TASK_SET_FULL:
		return (struct scsi_verdict){ PATH_CONGESTED, CMD_NEVER_RAN };
	case SAM_STAT_TASK_ABORTED:
		return (struct scsi_verdict){ PATH_UNCHANGED,
					      CMD_MAY_HAVE_RUN };
	case SAM_STAT_CHECK_CONDITION:
		return sense_verdict(sdev, sense);
	default:
		return (struct scsi_verdict){ PATH_UNCHANGED, CMD_DELIVER };
	}
}

static bool variable_length_is_idempotent(const u8 *cdb)
{
	switch (cdb[8] << 8 | cdb[9]) {
	case READ_32:
	case VERIFY_32:
	case WRITE_32:
	case WRITE_SAME_32:
		return true;
	default:
		return false;
	}
}

/**
 * scsi_cmd_is_idempotent - does running a command twice equal running it once?
 * @device_type: peripheral device type of the logical unit (SPC-4 6.6.2)
 * @cdb: the command
 *
 * Only what the upper-level drivers send for block I/O and to learn about a
 * device is listed (SPC-4, SBC-4, MMC-6, ZBC). A command not known here counts
 * as not idempotent, and so does every command of a sequential-access device or
 * a medium changer.
 *
 * Context: any. Pure.
 */
bool scsi_cmd_is_idempotent(u8 device_type, const u8 *cdb)
{
	switch (device_type) {
	case TYPE_DISK:
	case TYPE_RBC:
	case TYPE_ZBC:
	case TYPE_ROM:
	case TYPE_MOD:
		break;
	default:
		return false;
	}

	switch (cdb[0]) {
	case TEST_UNIT_READY:
	case INQUIRY:
	case READ_CAPACITY:
	case REPORT_LUNS:
	case MODE_SENSE:
	case MODE_SENSE_10:
	case LOG_SENSE:
	case SERVICE_ACTION_IN_16:
	case MAINTENANCE_IN:
	case ZBC_IN:
	case READ_TOC:
	case READ_6:
	case READ_10:
	case READ_12:
	case READ_16:
	case WRITE_6:
	case WRITE_10:
	case WRITE_12:
	case WRITE_16:
	case WRITE_ATOMIC_16:
	case WRITE_VERIFY:
	case VERIFY:
	case VERIFY_16:
	case SYNCHRONIZE_CACHE:
	case SYNCHRONIZE_CACHE_16:
	case UNMAP:
	case WRITE_SAME:
	case WRITE_SAME_16:
		return true;
	case VARIABLE_LENGTH_CMD:
		return variable_length_is_idempotent(cdb);
	default:
		return false;
	}
}
