// SPDX-License-Identifier: GPL-2.0
/*
 * A tape drive with one tape in it. What a tape is asked for twice it does twice: a
 * write that is repeated is a record too many. A reset rewinds it.
 */

#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include "scsi_script.h"

#define TAPE_SIZE		(4U << 20)
#define MAX_RECORDS		4096
#define MAX_BLOCK		(256U << 10)
/* Flags in byte 2 of fixed format sense data (SPC-4 4.5.3) */
#define SENSE_FILEMARK		0x80
#define SENSE_ILI		0x20

/* A filemark has no data. */
struct record {
	unsigned int start;
	unsigned int len;
};

struct script_tape {
	unsigned int nr_records;
	unsigned int position;
	unsigned long keys;	/* a bit for each nexus that has one to encrypt with */
	bool encrypts;		/* somebody has set one */
	struct record records[MAX_RECORDS];
};

static int tape_load(struct script_unit *unit)
{
	unit->medium = vzalloc(TAPE_SIZE);
	unit->priv = vzalloc(sizeof(struct script_tape));
	if (unit->medium && unit->priv)
		return 0;
	vfree(unit->priv);
	vfree(unit->medium);
	return -ENOMEM;
}

static void tape_unload(struct script_unit *unit)
{
	vfree(unit->priv);
	vfree(unit->medium);
}

static unsigned int tape_position(struct script_unit *unit)
{
	return ((struct script_tape *)unit->priv)->position;
}

/* Each record has a length of its own again, too. */
static void tape_reset(struct script_unit *unit)
{
	struct script_tape *tape = unit->priv;

	tape->position = 0;
	tape->keys = 0;
	unit->block_len = 0;
}

/* Set Data Encryption page (SSC-4 8.5.3.2), with a scope */
static void security_out(struct script_unit *unit, struct scsi_cmnd *cmd,
			 unsigned int path)
{
	struct script_tape *tape = unit->priv;
	unsigned long nexuses = BIT(path);
	u8 page[8];

	if (cmd->cmnd[1] != 0x20 ||
	    get_unaligned_be16(cmd->cmnd + 2) != 0x0010 ||
	    sg_copy_to_buffer(scsi_sglist(cmd), scsi_sg_count(cmd), page,
			      sizeof(page)) != sizeof(page)) {
		script_illegal(cmd, 0x24);
		return;
	}
	if (page[4] >> 5 == 2)
		nexuses = GENMASK(SCRIPT_PATHS - 1, 0);
	if (page[6])
		tape->keys |= nexuses;
	else
		tape->keys &= ~nexuses;
	tape->encrypts = tape->keys;
	cmd->result = 0;
}

/* Not an error: the tape has come to something else than what was asked for. */
static void met(struct scsi_cmnd *cmd, u8 key, u8 ascq, u8 flags, int left)
{
	scsi_build_sense(cmd, 0, key, 0, ascq);
	cmd->sense_buffer[0] |= 0x80;
	cmd->sense_buffer[2] |= flags;
	put_unaligned_be32(left, cmd->sense_buffer + 3);
}

static void met_filemark(struct scsi_cmnd *cmd, int left)
{
	met(cmd, NO_SENSE, 1, SENSE_FILEMARK, left);
}

static void met_end_of_data(struct scsi_cmnd *cmd, int left)
{
	met(cmd, BLANK_CHECK, 5, 0, left);
}

static void block_limits(struct scsi_cmnd *cmd)
{
	u8 buf[6] = { };

	put_unaligned_be24(MAX_BLOCK, buf + 1);
	put_unaligned_be16(1, buf + 4);
	script_answer(cmd, buf, sizeof(buf));
}

static void mode_sense(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	/* Buffered mode; one block descriptor */
	u8 buf[12] = { 11, 0, 0x10, 8 };

	put_unaligned_be24(unit->block_len, buf + 9);
	script_answer(cmd, buf, sizeof(buf));
}

static void mode_select(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	u8 buf[12];

	if (sg_copy_to_buffer(scsi_sglist(cmd), scsi_sg_count(cmd), buf,
			      sizeof(buf)) == sizeof(buf) && buf[3] == 8)
		unit->block_len = get_unaligned_be24(buf + 9);
	cmd->result = 0;
}

static void read_position(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	struct script_tape *tape = unit->priv;
	u8 buf[20] = { tape->position ? 0 : 0x80 };

	put_unaligned_be32(tape->position, buf + 4);
	put_unaligned_be32(tape->position, buf + 8);
	script_answer(cmd, buf, sizeof(buf));
}

/* What was behind is gone. Returns false if the tape is full. */
static bool append(struct script_unit *unit, struct scsi_cmnd *cmd,
		   unsigned int skip, unsigned int len)
{
	struct script_tape *tape = unit->priv;
	struct record *end;
	unsigned int start = 0;

	if (tape->position) {
		end = &tape->records[tape->position - 1];
		start = end->start + end->len;
	}
	if (tape->position == MAX_RECORDS || len > TAPE_SIZE - start)
		return false;
	if (len)
		sg_pcopy_to_buffer(scsi_sglist(cmd), scsi_sg_count(cmd),
				   unit->medium + start, len, skip);
	if (tape->position < tape->nr_records)
		unit->overwritten++;
	tape->records[tape->position].start = start;
	tape->records[tape->position].len = len;
	tape->nr_records = ++tape->position;
	return true;
}

static void write(struct script_unit *unit, struct scsi_cmnd *cmd,
		  unsigned int path)
{
	struct script_tape *tape = unit->priv;
	bool fixed = cmd->cmnd[1] & 1;
	unsigned int count = get_unaligned_be24(cmd->cmnd + 2);
	unsigned int len = fixed ? unit->block_len : count;

	if (!len || len > MAX_BLOCK || (fixed ? count : 1) * len !=
				       scsi_bufflen(cmd)) {
		script_illegal(cmd, 0x24);
		return;
	}
	for (unsigned int done = 0; done < scsi_bufflen(cmd); done += len) {
		if (!append(unit, cmd, done, len)) {
			scsi_build_sense(cmd, 0, VOLUME_OVERFLOW, 0, 2);
			return;
		}
	}
	if (tape->encrypts && !(tape->keys & BIT(path)))
		unit->in_clear++;
	cmd->result = 0;
}

static void write_filemarks(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	for (unsigned int i = get_unaligned_be24(cmd->cmnd + 2); i; i--) {
		if (!append(unit, cmd, 0, 0)) {
			scsi_build_sense(cmd, 0, VOLUME_OVERFLOW, 0, 2);
			return;
		}
	}
	cmd->result = 0;
}

static void read(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	struct script_tape *tape = unit->priv;
	bool fixed = cmd->cmnd[1] & 1, may_differ = cmd->cmnd[1] & 2;
	unsigned int count = get_unaligned_be24(cmd->cmnd + 2);
	unsigned int len = fixed ? unit->block_len : count, done = 0;

	cmd->result = 0;
	while (done < scsi_bufflen(cmd)) {
		const struct record *next = &tape->records[tape->position];
		int left = fixed ? count - done / len : count;

		scsi_set_resid(cmd, scsi_bufflen(cmd) - done);
		if (tape->position == tape->nr_records) {
			met_end_of_data(cmd, left);
			return;
		}
		tape->position++;
		if (!next->len) {
			met_filemark(cmd, left);
			return;
		}
		sg_pcopy_from_buffer(scsi_sglist(cmd), scsi_sg_count(cmd),
				     unit->medium + next->start,
				     min(len, next->len), done);
		done += min(len, next->len);
		scsi_set_resid(cmd, scsi_bufflen(cmd) - done);
		if (next->len == len)
			continue;
		if (fixed || !may_differ)
			met(cmd, NO_SENSE, 0, SENSE_ILI,
			    fixed ? left : (int)(len - next->len));
		return;
	}
}

/* Over blocks, filemarks, or to the end of data */
static void space(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	struct script_tape *tape = unit->priv;
	int count = sign_extend32(get_unaligned_be24(cmd->cmnd + 2), 23);
	unsigned int code = cmd->cmnd[1] & 0x0f;

	cmd->result = 0;
	if (code == 3) {
		tape->position = tape->nr_records;
		return;
	}
	if (code > 1) {
		script_illegal(cmd, 0x24);
		return;
	}
	while (count > 0) {
		if (tape->position == tape->nr_records) {
			met_end_of_data(cmd, count);
			return;
		}
		if (!tape->records[tape->position++].len) {
			if (code == 0) {
				met_filemark(cmd, count);
				return;
			}
			count--;
		} else if (code == 0) {
			count--;
		}
	}
	while (count < 0) {
		if (!tape->position) {
			met(cmd, NO_SENSE, 4, 0x40, -count);
			return;
		}
		if (!tape->records[--tape->position].len) {
			if (code == 0) {
				met_filemark(cmd, -count);
				return;
			}
			count++;
		} else if (code == 0) {
			count++;
		}
	}
}

static bool tape_changes(const struct scsi_cmnd *cmd)
{
	switch (cmd->cmnd[0]) {
	case READ_6:
	case WRITE_6:
	case WRITE_FILEMARKS:
	case SPACE:
	case REZERO_UNIT:
		return true;
	default:
		return false;
	}
}

static bool tape_carry_out(struct script_unit *unit, struct scsi_cmnd *cmd,
			   unsigned int path)
{
	struct script_tape *tape = unit->priv;

	switch (cmd->cmnd[0]) {
	case READ_BLOCK_LIMITS:
		block_limits(cmd);
		break;
	case MODE_SENSE:
		mode_sense(unit, cmd);
		break;
	case MODE_SELECT:
		mode_select(unit, cmd);
		script_tell(unit, UA_MODE, path);
		break;
	case READ_POSITION:
		read_position(unit, cmd);
		break;
	case REZERO_UNIT:
		tape->position = 0;
		cmd->result = 0;
		break;
	case WRITE_6:
		write(unit, cmd, path);
		break;
	case WRITE_FILEMARKS:
		write_filemarks(unit, cmd);
		break;
	case READ_6:
		read(unit, cmd);
		break;
	case SPACE:
		space(unit, cmd);
		break;
	case SECURITY_PROTOCOL_OUT:
		security_out(unit, cmd, path);
		break;
	default:
		return false;
	}
	return true;
}

const struct script_type script_tape = {
	.name		= "tape",
	.type		= TYPE_TAPE,
	.removable	= true,
	.load		= tape_load,
	.unload		= tape_unload,
	.carry_out	= tape_carry_out,
	.changes	= tape_changes,
	.reset		= tape_reset,
	.position	= tape_position,
};
