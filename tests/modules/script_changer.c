// SPDX-License-Identifier: GPL-2.0
/*
 * A medium changer (SMC): a robot, slots and drives, at element addresses of their own. What
 * is moved twice is not where it was.
 */

#include <linux/slab.h>
#include <linux/unaligned.h>

#include "scsi_script.h"

enum element {
	FIRST_ROBOT	= 0,
	FIRST_SLOT	= 16,
	FIRST_DRIVE	= 32,
	NR_ROBOTS	= 1,
	NR_SLOTS	= 4,
	NR_DRIVES	= 2,
	NR_ELEMENTS	= 48,
};

/* Element type codes (SMC-3 table 10) */
#define CODE_ROBOT	1
#define CODE_SLOT	2
#define CODE_DRIVE	4

struct script_changer {
	bool full[NR_ELEMENTS];
	unsigned int moves;
};

static int changer_load(struct script_unit *unit)
{
	struct script_changer *changer = kzalloc(sizeof(*changer), GFP_KERNEL);

	if (!changer)
		return -ENOMEM;
	changer->full[FIRST_SLOT] = true;
	unit->priv = changer;
	return 0;
}

static void changer_unload(struct script_unit *unit)
{
	kfree(unit->priv);
}

static u8 code_of(unsigned int element)
{
	if (element < FIRST_ROBOT + NR_ROBOTS)
		return CODE_ROBOT;
	if (element >= FIRST_SLOT && element < FIRST_SLOT + NR_SLOTS)
		return CODE_SLOT;
	if (element >= FIRST_DRIVE && element < FIRST_DRIVE + NR_DRIVES)
		return CODE_DRIVE;
	return 0;
}

static void refuse(struct scsi_cmnd *cmd, u8 asc, u8 ascq)
{
	scsi_set_resid(cmd, scsi_bufflen(cmd));
	scsi_build_sense(cmd, 0, ILLEGAL_REQUEST, asc, ascq);
}

/* Element address assignment */
static void mode_sense(struct scsi_cmnd *cmd)
{
	u8 buf[24] = { 23 };
	u8 *page = buf + 4;

	page[0] = 0x1d;
	page[1] = 18;
	put_unaligned_be16(FIRST_ROBOT, page + 2);
	put_unaligned_be16(NR_ROBOTS, page + 4);
	put_unaligned_be16(FIRST_SLOT, page + 6);
	put_unaligned_be16(NR_SLOTS, page + 8);
	put_unaligned_be16(FIRST_DRIVE, page + 14);
	put_unaligned_be16(NR_DRIVES, page + 16);
	script_answer(cmd, buf, sizeof(buf));
}

/* Of one element, from the address on that is asked for */
static void read_element_status(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	struct script_changer *changer = unit->priv;
	unsigned int element = get_unaligned_be16(cmd->cmnd + 2);
	u8 buf[32] = { };

	if (element >= NR_ELEMENTS || !code_of(element)) {
		refuse(cmd, 0x21, 0x01);
		return;
	}
	put_unaligned_be16(element, buf);
	put_unaligned_be16(1, buf + 2);
	put_unaligned_be24(24, buf + 5);
	buf[8] = code_of(element);
	put_unaligned_be16(16, buf + 10);
	put_unaligned_be24(16, buf + 13);
	put_unaligned_be16(element, buf + 16);
	buf[18] = changer->full[element];
	script_answer(cmd, buf, sizeof(buf));
}

static void move_medium(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	struct script_changer *changer = unit->priv;
	unsigned int from = get_unaligned_be16(cmd->cmnd + 4);
	unsigned int to = get_unaligned_be16(cmd->cmnd + 6);

	if (from >= NR_ELEMENTS || to >= NR_ELEMENTS || !code_of(from) ||
	    !code_of(to)) {
		refuse(cmd, 0x21, 0x01);
	} else if (!changer->full[from]) {
		refuse(cmd, 0x3b, 0x0e);
	} else if (changer->full[to]) {
		refuse(cmd, 0x3b, 0x0d);
	} else {
		changer->full[from] = false;
		changer->full[to] = true;
		changer->moves++;
		cmd->result = 0;
	}
}

static bool changer_carry_out(struct script_unit *unit, struct scsi_cmnd *cmd,
			      unsigned int path)
{
	switch (cmd->cmnd[0]) {
	case MODE_SENSE:
		mode_sense(cmd);
		return true;
	case READ_ELEMENT_STATUS:
		read_element_status(unit, cmd);
		return true;
	case MOVE_MEDIUM:
		move_medium(unit, cmd);
		return true;
	case INITIALIZE_ELEMENT_STATUS:
	case POSITION_TO_ELEMENT:
	case SEND_DIAGNOSTIC:
		cmd->result = 0;
		return true;
	default:
		return false;
	}
}

static bool changer_changes(const struct scsi_cmnd *cmd)
{
	switch (cmd->cmnd[0]) {
	case INITIALIZE_ELEMENT_STATUS:
	case MOVE_MEDIUM:
	case POSITION_TO_ELEMENT:
	case SEND_DIAGNOSTIC:
		return true;
	default:
		return false;
	}
}

/* Where the one medium is */
static unsigned int changer_position(struct script_unit *unit)
{
	struct script_changer *changer = unit->priv;

	for (unsigned int i = 0; i < NR_ELEMENTS; i++) {
		if (changer->full[i])
			return i;
	}
	return 0;
}

const struct script_type script_changer = {
	.name		= "changer",
	.type		= TYPE_MEDIUM_CHANGER,
	.removable	= true,
	.load		= changer_load,
	.unload		= changer_unload,
	.carry_out	= changer_carry_out,
	.changes	= changer_changes,
	.position	= changer_position,
};
