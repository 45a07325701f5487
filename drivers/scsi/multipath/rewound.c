// SPDX-License-Identifier: GPL-2.0
/*
 * Is a tape where its writer believes it to be? A reset may rewind it, and each I_T
 * nexus reports that once (SAM-5 5.14). The report is lost on the writer if it is the
 * answer to a command that is none of his: the error handler's, or a probe's. As long as
 * he has not heard of it, what depends on the position is answered with it, instead of
 * being carried out at the beginning of the tape.
 *
 * If only one nexus reports it, it is perhaps all that was reset, and the drive streams
 * on over another one. So a path keeps it for itself until it carries: the one that
 * carries has its own report. If that has none, nothing has happened to the tape.
 */

#include <linux/jiffies.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "mpath.h"

/* SSC-5. Others have the number of a command that has a name elsewhere. */
#define SPACE_16		0x91
#define LOCATE_16		0x92
#define SPACE_CODE		0x0f
#define SPACE_TO_END_OF_DATA	3

/* An I_T nexus loss is none of the tape. */
#define I_T_NEXUS_LOSS		0x07

static bool is_of_reset(const struct scsi_sense_hdr *sense)
{
	return sense->asc == 0x29 && sense->ascq != I_T_NEXUS_LOSS;
}

static struct scsi_path *carrier_of(struct scsi_lu *lu)
{
	return rcu_dereference_protected(scsi_lu_all_locked(lu)->stay,
					 lockdep_is_held(&lu->lock));
}

static bool may_carry(const struct scsi_path *path)
{
	return scsi_path_is_usable(path) &&
	       READ_ONCE(path->sdev->sdev_state) == SDEV_RUNNING &&
	       !scsi_host_in_recovery(path->sdev->host);
}

/**
 * scsi_path_hide_reset - the upper level has not heard what a path had to say of a reset
 * @path: path
 * @sense: sense data of a unit attention that does not go up
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_hide_reset(struct scsi_path *path,
			  const struct scsi_sense_hdr *sense)
{
	struct scsi_lu *lu = path->lu;

	lockdep_assert_held(&lu->lock);
	if (!lu->announced || lu->sdev->type != TYPE_TAPE || !is_of_reset(sense))
		return;
	path->hides_reset = true;
	path->hides_reset_since = jiffies;
	WRITE_ONCE(lu->attention, lu->attention | ATTENTION_REWOUND);
}

/**
 * scsi_path_is_bystander - does another path say what happens to the tape?
 * @path: path
 *
 * Context: the logical unit's lock held.
 */
bool scsi_path_is_bystander(struct scsi_path *path)
{
	struct scsi_path *carrier = carrier_of(path->lu);

	lockdep_assert_held(&path->lu->lock);
	return path->lu->sdev->type == TYPE_TAPE && carrier &&
	       carrier != path && may_carry(carrier);
}

static void end_if_none_hides(struct scsi_lu *lu)
{
	struct scsi_path *path;

	list_for_each_entry(path, &lu->paths, node) {
		if (path->hides_reset)
			return;
	}
	WRITE_ONCE(lu->attention, lu->attention & ~ATTENTION_REWOUND);
}

/**
 * scsi_lu_note_position - whoever uses a tape has heard of all that has happened to it
 * @lu: logical unit
 *
 * Context: @lu->lock held.
 */
void scsi_lu_note_position(struct scsi_lu *lu)
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	lu->reset_told = lu->event[EVENT_RESET];
	list_for_each_entry(path, &lu->paths, node)
		path->hides_reset = false;
	end_if_none_hides(lu);
}

/**
 * scsi_path_note_no_reset - a command was carried out that would have been told of one
 * @path: path that it took
 * @since: jiffies when it was sent
 *
 * What other paths have said before that was of themselves.
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_note_no_reset(struct scsi_path *path, unsigned long since)
{
	struct scsi_lu *lu = path->lu;
	struct scsi_path *other;
	unsigned long flags;

	spin_lock_irqsave(&lu->lock, flags);
	list_for_each_entry(other, &lu->paths, node) {
		if (other != path && other->hides_reset &&
		    time_before(other->hides_reset_since, since))
			other->hides_reset = false;
	}
	end_if_none_hides(lu);
	spin_unlock_irqrestore(&lu->lock, flags);
}

/**
 * scsi_tape_sets_position - does a command lead somewhere, wherever the tape is?
 * @cdb: command of a tape drive
 */
bool scsi_tape_sets_position(const u8 *cdb)
{
	switch (cdb[0]) {
	case REZERO_UNIT:	/* REWIND */
	case START_STOP:	/* LOAD UNLOAD */
	case FORMAT_UNIT:	/* FORMAT MEDIUM */
	case SEEK_10:		/* LOCATE */
	case LOCATE_16:
		return true;
	case SPACE:
	case SPACE_16:
		return (cdb[1] & SPACE_CODE) == SPACE_TO_END_OF_DATA;
	default:
		return false;
	}
}

static bool depends_on_position(const u8 *cdb)
{
	switch (cdb[0]) {
	case TEST_UNIT_READY:
	case REQUEST_SENSE:
	case READ_BLOCK_LIMITS:
	case INQUIRY:
	case MODE_SELECT:
	case MODE_SENSE:
	case RECEIVE_DIAGNOSTIC:
	case SEND_DIAGNOSTIC:
	case ALLOW_MEDIUM_REMOVAL:
	case READ_POSITION:
	case WRITE_BUFFER:
	case READ_BUFFER:
	case LOG_SELECT:
	case LOG_SENSE:
	case MODE_SELECT_10:
	case MODE_SENSE_10:
	case RESERVE_6:
	case RELEASE_6:
	case RESERVE_10:
	case RELEASE_10:
	case PERSISTENT_RESERVE_IN:
	case PERSISTENT_RESERVE_OUT:
	case READ_ATTRIBUTE:
	case REPORT_LUNS:
	case SECURITY_PROTOCOL_IN:
	case SECURITY_PROTOCOL_OUT:
	case MAINTENANCE_IN:
	case MAINTENANCE_OUT:
		return false;
	default:
		return true;
	}
}

/**
 * scsi_lu_is_not_where_believed - is a command not to be carried out where the tape is?
 * @lu: logical unit
 * @cdb: its next command
 *
 * Context: @lu->lock held.
 */
bool scsi_lu_is_not_where_believed(struct scsi_lu *lu, const u8 *cdb)
{
	struct scsi_path *path, *carrier;

	lockdep_assert_held(&lu->lock);
	if (!depends_on_position(cdb))
		return false;
	carrier = carrier_of(lu);
	if (carrier && may_carry(carrier))
		return carrier->hides_reset;
	list_for_each_entry(path, &lu->paths, node) {
		if (path->hides_reset)
			return true;
	}
	return false;
}
