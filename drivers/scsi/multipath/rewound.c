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
#include <linux/unaligned.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "dispatch.h"
#include "mpath.h"

/* SSC-5. Others have the number of a command that has a name elsewhere. */
#define SPACE_16		0x91
#define LOCATE_16		0x92
#define SPACE_CODE		0x0f
#define SPACE_FILEMARKS		1
#define SPACE_TO_END_OF_DATA	3
#define SPACE_ALL		0x7fffff
#define REPORT_DENSITY		0x44

static bool is_of_reset(const struct scsi_sense_hdr *sense)
{
	return sense->asc == 0x29 && sense->ascq != I_T_NEXUS_LOSS;
}

static bool is_tape(const struct scsi_lu *lu)
{
	return lu->announced && lu->sdev->type == TYPE_TAPE;
}

/**
 * scsi_lu_carrier - the path of sequences of commands
 * @lu: logical unit
 *
 * What a drive knows a key of one nexus for takes that, whatever else there is.
 *
 * Context: @lu->lock held.
 * Return: a path that need not be usable now, or NULL.
 */
struct scsi_path *scsi_lu_carrier(struct scsi_lu *lu)
{
	struct scsi_path *holder;

	lockdep_assert_held(&lu->lock);
	holder = rcu_dereference_protected(lu->key.path,
					   lockdep_is_held(&lu->lock));
	if (holder && lu->key.is_local)
		return holder;
	return rcu_dereference_protected(scsi_lu_all_locked(lu)->stay,
					 lockdep_is_held(&lu->lock));
}

static bool any_path_hides(struct scsi_lu *lu)
{
	struct scsi_path *path;

	list_for_each_entry(path, &lu->paths, node) {
		if (path->hides_reset)
			return true;
	}
	return false;
}

static void set_attention(struct scsi_lu *lu)
{
	unsigned long attention = lu->attention & ~ATTENTION_REWOUND;

	lockdep_assert_held(&lu->lock);
	if (lu->rewound || any_path_hides(lu))
		attention |= ATTENTION_REWOUND;
	WRITE_ONCE(lu->attention, attention);
}

static void hide(struct scsi_path *path)
{
	path->hides_reset = true;
	path->hides_reset_since = jiffies;
}

/**
 * scsi_lu_was_rewound - the upper level has not heard what a path that carries had to say
 * @lu: logical unit
 * @sense: sense data of a unit attention that does not go up
 *
 * Context: @lu->lock held.
 */
void scsi_lu_was_rewound(struct scsi_lu *lu, const struct scsi_sense_hdr *sense)
{
	lockdep_assert_held(&lu->lock);
	if (!is_tape(lu) || !is_of_reset(sense))
		return;
	WRITE_ONCE(lu->reset_untold, true);
	lu->rewound = true;
	lu->led = false;
	set_attention(lu);
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
	if (!is_tape(lu) || !is_of_reset(sense))
		return;
	if (!scsi_path_is_bystander(path)) {
		scsi_lu_was_rewound(lu, sense);
	} else {
		WRITE_ONCE(lu->reset_untold, true);
		hide(path);
		set_attention(lu);
	}
}

/**
 * scsi_lu_note_reset - there was a reset, of the drive or of a nexus
 * @lu: logical unit
 *
 * Context: @lu->lock held.
 */
void scsi_lu_note_reset(struct scsi_lu *lu)
{
	lockdep_assert_held(&lu->lock);
	lu->reset_shown = false;
	WRITE_ONCE(lu->reset_untold, is_tape(lu));
}

/**
 * scsi_path_inherit_reset - a path is new, or comes back
 * @path: path of which it is not known whether it was there when there was a reset
 *
 * As long as nothing shows that the drive was not reset, it may have been.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_inherit_reset(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	if (!is_tape(path->lu) || !path->lu->reset_untold)
		return;
	hide(path);
	set_attention(path->lu);
}

/**
 * scsi_lu_path_left - what a path hides is no more
 * @lu: logical unit that it has left
 *
 * Context: @lu->lock held.
 */
void scsi_lu_path_left(struct scsi_lu *lu)
{
	set_attention(lu);
}

/**
 * scsi_path_is_bystander - does another path say what happens to a tape or changer?
 * @path: path
 *
 * Context: the logical unit's lock held.
 */
bool scsi_path_is_bystander(struct scsi_path *path)
{
	struct scsi_path *carrier = scsi_lu_carrier(path->lu);

	lockdep_assert_held(&path->lu->lock);
	return path->lu->announced &&
	       scsi_type_is_sticky(path->lu->sdev->type) && carrier &&
	       carrier != path && scsi_path_is_usable(carrier);
}

/**
 * scsi_path_speaks_for_tape - is what a path reports of a reset true of a tape?
 * @path: path
 *
 * Then it is for who writes, whose next command may be on its way.
 *
 * Context: the logical unit's lock held.
 */
bool scsi_path_speaks_for_tape(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	return is_tape(path->lu) && !scsi_path_is_bystander(path);
}

/**
 * scsi_lu_note_position - whoever uses a tape has heard of all resets, or has led it
 * somewhere since
 * @lu: logical unit
 *
 * Context: @lu->lock held.
 */
void scsi_lu_note_position(struct scsi_lu *lu)
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	WRITE_ONCE(lu->reset_untold, false);
	lu->reset_shown = false;
	lu->rewound = false;
	lu->led = false;
	list_for_each_entry(path, &lu->paths, node)
		path->hides_reset = false;
	set_attention(lu);
}

/* Each nexus reports a reset: this one would have. */
static void note_no_reset(struct scsi_path *path, unsigned long since)
{
	struct scsi_lu *lu = path->lu;
	struct scsi_path *other;

	if (path->hides_reset)
		return;
	list_for_each_entry(other, &lu->paths, node) {
		if (time_before(other->hides_reset_since, since))
			other->hides_reset = false;
	}
	if (!time_before(lu->event_since[EVENT_RESET], since))
		return;
	/* What it reports from now on is new. */
	path->event[EVENT_RESET] = lu->event[EVENT_RESET];
	WRITE_ONCE(lu->reset_untold, lu->rewound || any_path_hides(lu));
}

/*
 * REWIND, LOCATE and the like lead somewhere, wherever the tape is. So does a SPACE over
 * more filemarks than a tape has, as st has it.
 */
static bool sets_position(const u8 *cdb)
{
	switch (cdb[0]) {
	case REZERO_UNIT:	/* REWIND */
	case START_STOP:	/* LOAD UNLOAD */
	case SEEK_10:		/* LOCATE */
	case LOCATE_16:
		return true;
	case SPACE:
		if ((cdb[1] & SPACE_CODE) == SPACE_FILEMARKS)
			return get_unaligned_be24(cdb + 2) == SPACE_ALL;
		fallthrough;
	case SPACE_16:
		return (cdb[1] & SPACE_CODE) == SPACE_TO_END_OF_DATA;
	default:
		return false;
	}
}

/**
 * scsi_lu_note_passed - a command is let pass, though the tape may have been rewound
 * @lu: logical unit
 * @lu_cmd: command that is about to be sent
 *
 * Context: @lu->lock held.
 */
void scsi_lu_note_passed(struct scsi_lu *lu, const struct scsi_cmnd *lu_cmd)
{
	lockdep_assert_held(&lu->lock);
	if (sets_position(lu_cmd->cmnd))
		lu->led = true;
}

/**
 * scsi_path_carried - the drive has carried out a command, and had nothing to report
 * @path: path that it took
 * @lu_cmd: command
 * @since: jiffies when it was sent
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_carried(struct scsi_path *path, const struct scsi_cmnd *lu_cmd,
		       unsigned long since)
{
	struct scsi_lu *lu = path->lu;
	unsigned long flags;

	if (scsi_leaves_attention_alone(lu_cmd->cmnd[0]))
		return;
	spin_lock_irqsave(&lu->lock, flags);
	if (!is_tape(lu))
		goto unlock;
	note_no_reset(path, since);
	if (sets_position(lu_cmd->cmnd) &&
	    (!lu->rewound || lu->led))
		scsi_lu_note_position(lu);
	set_attention(lu);
unlock:
	spin_unlock_irqrestore(&lu->lock, flags);
}

/**
 * scsi_tape_is_positional - is what a command does to a tape done where that is?
 * @cdb: command of a tape drive
 */
bool scsi_tape_is_positional(const u8 *cdb)
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
	case REPORT_DENSITY:
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
 * @lu_cmd: its next command
 *
 * What leads somewhere is carried out if its sender could know that there was a reset. If
 * not he is told: it has undone more than the position.
 *
 * Context: @lu->lock held.
 */
bool scsi_lu_is_not_where_believed(struct scsi_lu *lu,
				   struct scsi_cmnd *lu_cmd)
{
	struct scsi_path *carrier;

	lockdep_assert_held(&lu->lock);
	if (!scsi_tape_is_positional(lu_cmd->cmnd) ||
	    (lu->reset_shown && sets_position(lu_cmd->cmnd)))
		return false;
	if (lu->rewound)
		return true;
	carrier = scsi_lu_carrier(lu);
	/* Which path it takes is known if it has not been over another one before. */
	if (carrier && scsi_path_is_usable(carrier) &&
	    !(scsi_lu_cmd_history(lu_cmd) & HISTORY_ALL_TRIED))
		return carrier->hides_reset;
	return any_path_hides(lu);
}
