// SPDX-License-Identifier: GPL-2.0
/*
 * An enclosure (SES): one I/O module with four slots, whose lights can be switched. It is
 * never combined, so that there are as many of them as paths.
 */

#include <linux/unaligned.h>

#include "scsi_script.h"

#define NR_SLOTS		4
#define ELEMENT_ARRAY_DEVICE	0x17
/* Diagnostic pages (SES-3 table 4) */
#define PAGE_LIST		0x00
#define PAGE_CONFIGURATION	0x01
#define PAGE_STATUS		0x02

static int enclosure_load(struct script_unit *unit)
{
	return 0;
}

static void enclosure_unload(struct script_unit *unit)
{
}

/* One subenclosure, one type of element */
static unsigned int configuration(u8 *buf)
{
	u8 *descriptor = buf + 8, *header;

	descriptor[2] = 1;	/* type descriptor headers */
	descriptor[3] = 36;
	memcpy(descriptor + 12, "TEST    ENCLOSURE       0001", 28);
	header = descriptor + 40;
	header[0] = ELEMENT_ARRAY_DEVICE;
	header[1] = NR_SLOTS;
	return 8 + 40 + 4;
}

/* That of all, and of each */
static unsigned int status(u8 *buf)
{
	for (unsigned int i = 1; i <= NR_SLOTS; i++)
		buf[8 + 4 * i] = 0x01;	/* OK */
	return 8 + 4 * (1 + NR_SLOTS);
}

static void receive(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	u8 page = cmd->cmnd[2];
	u8 buf[64] = { page };
	unsigned int len;

	switch (page) {
	case PAGE_LIST:
		buf[4] = PAGE_LIST;
		buf[5] = PAGE_CONFIGURATION;
		buf[6] = PAGE_STATUS;
		len = 7;
		break;
	case PAGE_CONFIGURATION:
		len = configuration(buf);
		break;
	case PAGE_STATUS:
		len = status(buf);
		break;
	default:
		script_illegal(cmd, 0x24);
		return;
	}
	put_unaligned_be16(len - 4, buf + 2);
	script_answer(cmd, buf, len);
}

static bool enclosure_carry_out(struct script_unit *unit, struct scsi_cmnd *cmd,
				unsigned int path)
{
	switch (cmd->cmnd[0]) {
	case RECEIVE_DIAGNOSTIC:
		receive(unit, cmd);
		return true;
	case SEND_DIAGNOSTIC:
		cmd->result = 0;
		return true;
	default:
		return false;
	}
}

static bool enclosure_changes(const struct scsi_cmnd *cmd)
{
	return cmd->cmnd[0] == SEND_DIAGNOSTIC;
}

const struct script_type script_enclosure = {
	.name		= "enclosure",
	.type		= TYPE_ENCLOSURE,
	.load		= enclosure_load,
	.unload		= enclosure_unload,
	.carry_out	= enclosure_carry_out,
	.changes	= enclosure_changes,
};
