// SPDX-License-Identifier: GPL-2.0
/*
 * What a command of the logical unit is answered with, instead of being sent: what a
 * command of the mid-layer's own has been told over a path, and the upper level has to
 * know. That is a unit attention (event.c), a deferred error, which is of a command that the
 * logical unit has sent before, or that a tape is not where its user believes (rewound.c).
 */

#include <linux/blk-mq.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "../scsi_priv.h"
#include "mpath.h"

/**
 * scsi_lu_keep_event - the next command of a logical unit is answered with it
 * @lu: logical unit
 * @event: event that nobody has been told of who is above
 * @sense: unit attention that reported it
 *
 * Context: @lu->lock held.
 */
void scsi_lu_keep_event(struct scsi_lu *lu, enum scsi_lu_event event,
			const struct scsi_sense_hdr *sense)
{
	lockdep_assert_held(&lu->lock);
	lu->attention_code[event] = sense->asc << 8 | sense->ascq;
	WRITE_ONCE(lu->attention, lu->attention | BIT(event));
}

/**
 * scsi_lu_keep_expected - nobody has to hear of a reset but who asks for it
 * @lu: logical unit
 * @code: additional sense code and its qualifier of what is reported of a reset that the
 *	mid-layer has made
 *
 * Without other paths the upper level's next command would get it. Block I/O is sent again
 * then; passthrough is not, see scsi_noretry_cmd(), and sd, sr and ch look at the medium
 * anew if that tells them.
 *
 * Context: @lu->lock held.
 * Return: false if it is not kept, so that user space has to be told now.
 */
bool scsi_lu_keep_expected(struct scsi_lu *lu, u16 code)
{
	lockdep_assert_held(&lu->lock);
	if (!lu->announced || lu->attention & BIT(EVENT_RESET))
		return false;
	lu->attention_code[EVENT_RESET] = code;
	WRITE_ONCE(lu->attention, lu->attention | ATTENTION_EXPECTED);
	return true;
}

/**
 * scsi_lu_drop_expected - who has made the reset has heard of it
 * @lu: logical unit
 *
 * Context: @lu->lock held.
 */
void scsi_lu_drop_expected(struct scsi_lu *lu)
{
	lockdep_assert_held(&lu->lock);
	WRITE_ONCE(lu->attention, lu->attention & ~ATTENTION_EXPECTED);
}

/**
 * scsi_lu_keep_deferred_error - a command has failed that had been answered as good
 * @lu: logical unit
 * @cmd: command of the mid-layer's own that was told: that may have been a write that was
 *	in the buffer of a tape drive, for example. A path is told of no command but the
 *	logical unit's.
 *
 * Context: that of a completion, or the error handler; takes @lu->lock.
 */
void scsi_lu_keep_deferred_error(struct scsi_lu *lu, const struct scsi_cmnd *cmd)
{
	unsigned long flags;

	spin_lock_irqsave(&lu->lock, flags);
	if (lu->announced && !(lu->attention & ATTENTION_DEFERRED)) {
		memcpy(lu->deferred_sense, cmd->sense_buffer,
		       sizeof(lu->deferred_sense));
		WRITE_ONCE(lu->attention, lu->attention | ATTENTION_DEFERRED);
	}
	spin_unlock_irqrestore(&lu->lock, flags);
}

/**
 * scsi_lu_lost_nexus - the logical unit goes on over a nexus that is new
 * @lu: logical unit that had no path at all
 *
 * Nobody has seen what happened meanwhile.
 *
 * Context: @lu->lock held.
 */
void scsi_lu_lost_nexus(struct scsi_lu *lu)
{
	static const struct scsi_sense_hdr nexus_loss = {
		.sense_key = UNIT_ATTENTION,
		.asc = 0x29,
		.ascq = I_T_NEXUS_LOSS,
	};

	lockdep_assert_held(&lu->lock);
	if (lu->announced)
		scsi_lu_keep_event(lu, EVENT_RESET, &nexus_loss);
}

/**
 * scsi_leaves_attention_alone - does this command report no unit attention?
 * @opcode: of the command
 *
 * Such a command is carried out, and what there is to report remains (SPC-4 5.14).
 */
bool scsi_leaves_attention_alone(u8 opcode)
{
	return opcode == INQUIRY || opcode == REPORT_LUNS ||
	       opcode == REQUEST_SENSE;
}

/*
 * The command that is answered with it has not been carried out, and is sent again by
 * sd: so it is all the same to that.
 */
static bool answer_deferred_error(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd)
{
	lockdep_assert_held(&lu->lock);
	WRITE_ONCE(lu->attention, lu->attention & ~ATTENTION_DEFERRED);
	if (!blk_rq_is_passthrough(scsi_cmd_to_rq(lu_cmd)))
		return false;
	memcpy(lu_cmd->sense_buffer, lu->deferred_sense,
	       sizeof(lu->deferred_sense));
	scsi_set_resid(lu_cmd, scsi_bufflen(lu_cmd));
	lu_cmd->result = SAM_STAT_CHECK_CONDITION;
	return true;
}

static void answer(struct scsi_cmnd *lu_cmd, u16 code)
{
	scsi_set_resid(lu_cmd, scsi_bufflen(lu_cmd));
	scsi_build_sense(lu_cmd, 0, UNIT_ATTENTION, code >> 8, code & 0xff);
}

static void answer_event(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd,
			 enum scsi_lu_event event)
{
	lockdep_assert_held(&lu->lock);
	WRITE_ONCE(lu->attention, lu->attention & ~BIT(event));
	if (event == EVENT_RESET) {
		scsi_lu_drop_expected(lu);
		scsi_lu_note_key_loss_told(lu);
		scsi_lu_note_position(lu);
		scsi_lu_door_ended_by_reset(lu);
		scsi_lu_door_met_reset(lu, lu_cmd);
	}
	answer(lu_cmd, lu->attention_code[event]);
}

/* What is sent again without other paths has met the report, and goes on. */
static bool answer_expected(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd)
{
	lockdep_assert_held(&lu->lock);
	scsi_lu_drop_expected(lu);
	if (!blk_rq_is_passthrough(scsi_cmd_to_rq(lu_cmd))) {
		scsi_lu_tell_user_space(lu, EVENT_RESET);
		return false;
	}
	scsi_lu_door_met_reset(lu, lu_cmd);
	answer(lu_cmd, lu->attention_code[EVENT_RESET]);
	return true;
}

/* What a path has been told of a reset, the user of the tape hears now. */
static bool answer_rewound(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd)
{
	lockdep_assert_held(&lu->lock);
	/* Who begins with it asks next for all that he relies on. */
	if (lu_cmd->cmnd[0] == TEST_UNIT_READY)
		lu->reset_shown = true;
	if (!scsi_lu_is_not_where_believed(lu, lu_cmd)) {
		scsi_lu_note_passed(lu, lu_cmd);
		return false;
	}
	scsi_lu_note_position(lu);
	scsi_lu_door_ended_by_reset(lu);
	answer(lu_cmd, ANYTHING_RESET);
	return true;
}

/**
 * scsi_lu_answer_attention - answer a command with what has been kept for it
 * @lu: logical unit
 * @lu_cmd: its next command
 *
 * Context: any in which block I/O is dispatched; takes @lu->lock.
 * Return: true if @lu_cmd has its result, and is not to be sent.
 */
bool scsi_lu_answer_attention(struct scsi_lu *lu,
			      struct scsi_cmnd *lu_cmd)
{
	bool is_answered = false;
	unsigned long flags;

	if (!(READ_ONCE(lu->attention) & ~ATTENTION_LIMITED) ||
	    scsi_leaves_attention_alone(lu_cmd->cmnd[0]))
		return false;

	spin_lock_irqsave(&lu->lock, flags);
	if (lu->attention & ATTENTION_EVENTS) {
		answer_event(lu, lu_cmd, __ffs(lu->attention));
		is_answered = true;
	} else if (lu->attention & ATTENTION_DEFERRED) {
		is_answered = answer_deferred_error(lu, lu_cmd);
	} else if (lu->attention & ATTENTION_REWOUND) {
		is_answered = answer_rewound(lu, lu_cmd);
	} else if (lu->attention & ATTENTION_EXPECTED) {
		is_answered = answer_expected(lu, lu_cmd);
	}
	spin_unlock_irqrestore(&lu->lock, flags);
	return is_answered;
}
