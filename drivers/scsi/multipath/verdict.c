// SPDX-License-Identifier: GPL-2.0
/*
 * The verdict on an attempt: what its outcome says about the path, and whether
 * the command may go elsewhere. All of it is in the tables of this file.
 *
 * By the time a verdict is asked for, the LLD has let go of the attempt: it was
 * completed, aborted, or released by the error handler.
 */

#include <linux/array_size.h>
#include <linux/blk-mq.h>
#include <linux/string.h>
#include <scsi/scsi.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_dh.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_proto.h>
#include <scsi/scsi_status.h>

#include "verdict.h"

/*
 * Devices that do not mind which nexus a command comes over. To others, such as a
 * tape drive, another one is a stranger.
 */
static bool is_disk(const struct scsi_device *sdev)
{
	return sdev->type == TYPE_DISK || sdev->type == TYPE_RBC ||
	       sdev->type == TYPE_ZBC;
}

static struct scsi_verdict host_byte_verdict(const struct scsi_device *sdev,
					     int result)
{
	switch (host_byte(result)) {
	/*
	 * An LLD that says so asks for the very same command again, for reasons
	 * that are nobody's fault. Over another path there is no need to wait.
	 */
	case DID_IMM_RETRY:
	case DID_REQUEUE:
		return (struct scsi_verdict){
			.path = EFFECT_NONE,
			.cmd = is_disk(sdev) ? CMD_NEVER_RAN : CMD_COMPLETE,
			.ask_others = is_disk(sdev),
		};

	/*
	 * The rest LLDs say of commands in flight, too. Even DID_NO_CONNECT:
	 * some flush with it what is outstanding when a host goes away.
	 */
	case DID_TRANSPORT_DISRUPTED:
		return (struct scsi_verdict){ EFFECT_PENDING,
					      CMD_MAY_HAVE_RUN };
	case DID_NO_CONNECT:
	case DID_BAD_TARGET:
	case DID_TRANSPORT_FAILFAST:
	case DID_TRANSPORT_MARGINAL:
	case DID_TIME_OUT:
		return (struct scsi_verdict){ EFFECT_FAILED, CMD_MAY_HAVE_RUN };

	/* An LLD that does not want a command. Without another one, that is it. */
	case DID_ABORT:
		return (struct scsi_verdict){
			.path = EFFECT_NONE,
			.cmd = CMD_MAY_HAVE_RUN,
			.ask_others = true,
			.blame = true,
		};

	/*
	 * A sibling's reset of the logical unit ends our commands as well. The
	 * completion repeats them, as those of any device.
	 */
	case DID_RESET:
		return (struct scsi_verdict){ EFFECT_NONE, CMD_COMPLETE };
	/* The verdict of upper layers or of the LLD on the command itself. */
	case DID_PASSTHROUGH:
		return (struct scsi_verdict){
			.path = result & 0xff ? EFFECT_NONE : EFFECT_SUCCEEDED,
			.cmd = CMD_COMPLETE,
		};

	case DID_ERROR:
		if ((result & 0xff) == SAM_STAT_RESERVATION_CONFLICT)
			return (struct scsi_verdict){ EFFECT_NONE,
						      CMD_COMPLETE };
		fallthrough;
	case DID_SOFT_ERROR:
	case DID_PARITY:
	case DID_BUS_BUSY:
	case DID_BAD_INTR:
	default:
		return (struct scsi_verdict){ EFFECT_STRIKE, CMD_MAY_HAVE_RUN };
	}
}

/*
 * Sense data that is about the path, not about the command (SPC-4 annex F). What
 * a device handler is named for is what only its kind of target means by it.
 */
#define ANY_ASCQ	-1

#define ANY_HANDLER	""

static const struct {
	u8 key;
	u8 asc;
	s16 ascq;
	struct scsi_verdict verdict;
	const char *handler;
} sense_table[] = {
	/*
	 * asymmetric access state transition; target port in standby state, in
	 * unavailable state; offline. Of a target without such ports, a library
	 * say, it is about the device.
	 */
	{ NOT_READY, 0x04, 0x0a, { EFFECT_TRANSITION, CMD_NEVER_RAN },
	  ANY_HANDLER },
	{ UNIT_ATTENTION, 0x04, 0x0a, { EFFECT_TRANSITION, CMD_NEVER_RAN },
	  ANY_HANDLER },
	{ NOT_READY, 0x04, 0x0b, { EFFECT_PASSIVE, CMD_NEVER_RAN }, ANY_HANDLER },
	{ NOT_READY, 0x04, 0x0c, { EFFECT_PASSIVE, CMD_NEVER_RAN }, ANY_HANDLER },
	{ NOT_READY, 0x04, 0x12, { EFFECT_PASSIVE, CMD_NEVER_RAN }, ANY_HANDLER },
	/* logical unit not supported: unmapped from this port */
	{ ILLEGAL_REQUEST, 0x25, 0x00, { EFFECT_DISCONNECTED, CMD_NEVER_RAN } },
	/* SCSI parity error (protocol CRC errors as well), data phase error */
	{ ABORTED_COMMAND, 0x47, ANY_ASCQ, { EFFECT_STRIKE, CMD_MAY_HAVE_RUN } },
	{ ABORTED_COMMAND, 0x4b, ANY_ASCQ, { EFFECT_STRIKE, CMD_MAY_HAVE_RUN } },
	/* not the controller that owns the logical unit */
	{ ILLEGAL_REQUEST, 0x94, 0x01, { EFFECT_PASSIVE, CMD_NEVER_RAN },
	  "rdac" },
	{ NOT_READY, 0x04, 0x03, { EFFECT_PASSIVE, CMD_NEVER_RAN }, "emc" },
	{ NOT_READY, 0x04, 0x02, { EFFECT_PASSIVE, CMD_NEVER_RAN }, "hp_sw" },
	/* it changes hands: quiescence in progress, becoming ready */
	{ NOT_READY, 0x04, 0x01, { EFFECT_CONGESTED, CMD_NEVER_RAN }, "rdac" },
	{ NOT_READY, 0x04, 0xa1, { EFFECT_CONGESTED, CMD_NEVER_RAN }, "rdac" },
	{ NOT_READY, 0xa1, 0x02, { EFFECT_CONGESTED, CMD_NEVER_RAN }, "rdac" },
	{ UNIT_ATTENTION, 0x8b, 0x02, { EFFECT_CONGESTED, CMD_NEVER_RAN },
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

/* Is this what a row means? Some rows hold for some kinds of target only. */
static bool is_meant_by(const char *handler, const struct scsi_device *sdev)
{
	if (!handler)
		return true;
	if (handler[0])
		return scsi_device_is_handled_by(sdev, handler);
	/* TPGS, as scsi_device_tpgs() reads it */
	return sdev->handler || (sdev->inquiry && sdev->inquiry[5] & 0x30);
}

/**
 * scsi_answer_is_success - has a device server carried a command out?
 * @result: &scsi_cmnd.result, or what scsi_execute_cmd() has returned
 * @sense: sense data if any, else NULL
 *
 * It may have something to say of it: that a parameter was rounded (1/37/00), that the
 * drive wants to be cleaned (0/17/01, 1/17/01).
 *
 * Context: any. Pure.
 */
bool scsi_answer_is_success(int result, const struct scsi_sense_hdr *sense)
{
	if (result < 0 || host_byte(result) != DID_OK)
		return false;

	switch (result & 0xff) {
	case SAM_STAT_GOOD:
	case SAM_STAT_CONDITION_MET:
		return true;
	case SAM_STAT_CHECK_CONDITION:
		return sense && scsi_sense_valid(sense) &&
		       !scsi_sense_is_deferred(sense) &&
		       (sense->sense_key == NO_SENSE ||
			sense->sense_key == RECOVERED_ERROR);
	default:
		return false;
	}
}

/* The state of the logical unit itself, which each of its paths will tell. */
static bool is_busy_with_itself(const struct scsi_sense_hdr *sense)
{
	if (sense->asc != 0x04)
		return false;

	switch (sense->ascq) {
	case 0x04 ... 0x09:	/* formatting, rebuilding, writing, self test */
	case 0x11:		/* notify (enable spinup) required */
	case 0x14:		/* space allocation */
	case 0x1a ... 0x1d:	/* start or stop, sanitize, configuration */
	case 0x24:		/* depopulation */
	case 0x25:		/* depopulation restore */
		return true;
	default:
		return false;
	}
}

/*
 * Logical unit communication, with whatever kind of device. A bridge says so when the
 * answer to a command that it has passed on does not come, and LIO of whatever has gone
 * wrong behind it: NOT READY does not mean that the command has not been started.
 */
static bool is_about_communication(const struct scsi_sense_hdr *sense)
{
	return sense->asc == 0x08 && (sense->sense_key == NOT_READY ||
				      sense->sense_key == ABORTED_COMMAND);
}

/* Answers that say as much of a controller as of the logical unit behind it. */
static bool may_be_the_controller(const struct scsi_device *sdev,
				  const struct scsi_sense_hdr *sense)
{
	if (is_about_communication(sense))
		return true;

	if (!is_disk(sdev))
		return false;

	switch (sense->sense_key) {
	case NOT_READY:
		return sense->asc != 0x3a && !is_busy_with_itself(sense);
	case HARDWARE_ERROR:
		return true;
	case ABORTED_COMMAND:
		/* Not the checks of protection information, nor a time limit. */
		return sense->asc != 0x10 && sense->asc != 0x2e;
	default:
		return false;
	}
}

static struct scsi_verdict sense_verdict(const struct scsi_device *sdev,
					 const struct scsi_sense_hdr *sense)
{
	/* A deferred error is about an earlier command (SPC-4 4.5.7). */
	if (!sense || !scsi_sense_valid(sense) || scsi_sense_is_deferred(sense))
		goto answered;

	for (int i = 0; i < ARRAY_SIZE(sense_table); i++) {
		if (sense->sense_key == sense_table[i].key &&
		    sense->asc == sense_table[i].asc &&
		    (sense->ascq == sense_table[i].ascq ||
		     sense_table[i].ascq == ANY_ASCQ) &&
		    is_meant_by(sense_table[i].handler, sdev))
			return sense_table[i].verdict;
	}
	/* The medium of what is not removable is missing: the LUN is not mapped. */
	if (sense->sense_key == NOT_READY && sense->asc == 0x3a &&
	    !sdev->removable)
		return (struct scsi_verdict){ EFFECT_DISCONNECTED, CMD_NEVER_RAN };
	if (may_be_the_controller(sdev, sense))
		return (struct scsi_verdict){
			.path = EFFECT_NONE,
			.cmd = sense->sense_key == NOT_READY &&
			       !is_about_communication(sense) ?
			       CMD_NEVER_RAN : CMD_MAY_HAVE_RUN,
			.ask_others = true,
			.blame = true,
		};
answered:
	/* The logical unit has answered: the path has done its work. */
	return (struct scsi_verdict){ EFFECT_NONE, CMD_COMPLETE };
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
		return host_byte_verdict(sdev, result);
	if (scsi_answer_is_success(result, sense))
		return (struct scsi_verdict){ EFFECT_SUCCEEDED, CMD_COMPLETE };

	switch (result & 0xff) {
	/* A full task set is what a good path has under load. */
	case SAM_STAT_BUSY:
	case SAM_STAT_TASK_SET_FULL:
		return (struct scsi_verdict){
			.path = EFFECT_CONGESTED,
			.cmd = is_disk(sdev) ? CMD_NEVER_RAN : CMD_COMPLETE,
			.ask_others = is_disk(sdev),
			.blame = (result & 0xff) == SAM_STAT_BUSY,
		};
	case SAM_STAT_TASK_ABORTED:
		return (struct scsi_verdict){ EFFECT_NONE,
					      CMD_MAY_HAVE_RUN };
	case SAM_STAT_CHECK_CONDITION:
		return sense_verdict(sdev, sense);
	default:
		return (struct scsi_verdict){ EFFECT_NONE, CMD_COMPLETE };
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

/* Those that read; others with this opcode allocate streams, or remove elements. */
static bool service_action_in_is_idempotent(const u8 *cdb)
{
	switch (cdb[1] & 0x1f) {
	case SAI_READ_CAPACITY_16:
	case SAI_GET_LBA_STATUS:
	case 0x11:	/* READ LONG(16) */
	case 0x13:	/* REPORT REFERRALS */
	case 0x17:	/* GET PHYSICAL ELEMENT STATUS */
		return true;
	default:
		return false;
	}
}

/* What looks, and what puts the robot somewhere; moving and exchanging is not (SMC-3). */
static bool changer_is_idempotent(u8 opcode)
{
	switch (opcode) {
	case TEST_UNIT_READY:
	case INQUIRY:
	case REPORT_LUNS:
	case MODE_SENSE:
	case MODE_SENSE_10:
	case LOG_SENSE:
	case INITIALIZE_ELEMENT_STATUS:
	case POSITION_TO_ELEMENT:
	case READ_ELEMENT_STATUS:
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
 * device is listed (SPC-4, SBC-4, MMC-6, ZBC, SMC-3). A command not known here
 * counts as not idempotent, and so does every command of a sequential-access
 * device.
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
	case TYPE_WORM:
	case TYPE_MOD:
		break;
	case TYPE_MEDIUM_CHANGER:
		return changer_is_idempotent(cdb[0]);
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
	case START_STOP:
	case ALLOW_MEDIUM_REMOVAL:
	case MAINTENANCE_IN:
	case PERSISTENT_RESERVE_IN:
	case ZBC_IN:
	case ZBC_OUT:
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
	case SERVICE_ACTION_IN_16:
		return service_action_in_is_idempotent(cdb);
	case VARIABLE_LENGTH_CMD:
		return variable_length_is_idempotent(cdb);
	default:
		return false;
	}
}

/**
 * scsi_cmd_is_of_earlier - does its answer say what became of earlier commands?
 * @cdb: the command
 *
 * What was in the cache and could not be written is told once, and is lost: that the same
 * command succeeds afterwards says nothing of it (SBC-4 4.15).
 *
 * Context: any. Pure.
 */
bool scsi_cmd_is_of_earlier(const u8 *cdb)
{
	switch (cdb[0]) {
	case SYNCHRONIZE_CACHE:
	case SYNCHRONIZE_CACHE_16:
		return true;
	case START_STOP:
		return !(cdb[4] & 0x01);	/* START */
	default:
		return false;
	}
}

/**
 * scsi_rq_is_in_sequence - does it write at a write pointer, perhaps?
 * @device_type: peripheral device type of the logical unit
 * @rq: request of the command
 *
 * If it has been carried out, the zone goes on behind it, and the same is refused once more
 * (ZBC-2 4.3.3.3).
 *
 * Context: any. Pure.
 */
bool scsi_rq_is_in_sequence(u8 device_type, struct request *rq)
{
	return device_type == TYPE_ZBC && op_is_write(req_op(rq)) &&
	       req_op(rq) != REQ_OP_FLUSH;
}
