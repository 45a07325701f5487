// SPDX-License-Identifier: GPL-2.0
/*
 * A host-managed zoned disk (ZBC): zones of equal length, all of which have to be written
 * in sequence. A write that is repeated is refused: it is not at the write pointer
 * any more. What reads, and what a zone has not, is as on a disk.
 */

#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include "scsi_script.h"

#define ZONE_LEN		128U
#define NR_ZONES		8U
#define DESCRIPTOR_LEN		64
/* Zone conditions (ZBC-2 table 12) */
#define COND_EMPTY		0x1
#define COND_IMPLICITLY_OPEN	0x2
#define COND_EXPLICITLY_OPEN	0x3
#define COND_CLOSED		0x4
#define COND_FULL		0xe
#define TYPE_SEQUENTIAL		0x2

struct script_zone {
	unsigned int next;	/* the block at the write pointer */
	u8 condition;
};

static int zoned_load(struct script_unit *unit)
{
	struct script_zone *zones = vzalloc(NR_ZONES * sizeof(*zones));
	int error;

	if (!zones)
		return -ENOMEM;
	error = script_disk.load(unit);
	if (error) {
		vfree(zones);
		return error;
	}
	for (unsigned int i = 0; i < NR_ZONES; i++) {
		zones[i].next = i * ZONE_LEN;
		zones[i].condition = COND_EMPTY;
	}
	unit->priv = zones;
	return 0;
}

static void zoned_unload(struct script_unit *unit)
{
	vfree(unit->priv);
	script_disk.unload(unit);
}

static unsigned int zoned_vpd(struct script_unit *unit, u8 page, u8 *buf)
{
	if (page != 0xb6)
		return 0;
	buf[0] = 0x01;		/* URSWRZ: reads need not stop at the write pointer */
	put_unaligned_be32(NR_ZONES, buf + 12);	/* open at most */
	return 60;
}

static void refuse(struct scsi_cmnd *cmd, u8 asc, u8 ascq)
{
	scsi_set_resid(cmd, scsi_bufflen(cmd));
	scsi_build_sense(cmd, 0, ILLEGAL_REQUEST, asc, ascq);
}

/* All from a block on: the whole list in one answer. */
static void report_zones(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	struct script_zone *zones = unit->priv;
	u64 lba = get_unaligned_be64(cmd->cmnd + 2);
	unsigned int first = lba / ZONE_LEN, nr = 0;
	static u8 buf[(NR_ZONES + 1) * DESCRIPTOR_LEN];

	if (lba >= NR_ZONES * ZONE_LEN) {
		refuse(cmd, 0x21, 0);
		return;
	}
	memset(buf, 0, sizeof(buf));
	for (unsigned int i = first; i < NR_ZONES; i++, nr++) {
		u8 *at = buf + (nr + 1) * DESCRIPTOR_LEN;

		at[0] = TYPE_SEQUENTIAL;
		at[1] = zones[i].condition << 4;
		put_unaligned_be64(ZONE_LEN, at + 8);
		put_unaligned_be64(i * ZONE_LEN, at + 16);
		put_unaligned_be64(zones[i].next, at + 24);
	}
	put_unaligned_be32(nr * DESCRIPTOR_LEN, buf);
	buf[4] = 0x01;		/* all zones are of one type and length */
	put_unaligned_be64(NR_ZONES * ZONE_LEN - 1, buf + 8);
	script_answer(cmd, buf, (nr + 1) * DESCRIPTOR_LEN);
}

static void act_on(struct script_unit *unit, unsigned int i, u8 action)
{
	struct script_zone *zone = (struct script_zone *)unit->priv + i;
	unsigned int start = i * ZONE_LEN;

	switch (action) {
	case ZO_CLOSE_ZONE:
		if (zone->condition == COND_EXPLICITLY_OPEN ||
		    zone->condition == COND_IMPLICITLY_OPEN)
			zone->condition = zone->next == start ? COND_EMPTY :
								COND_CLOSED;
		break;
	case ZO_FINISH_ZONE:
		zone->condition = COND_FULL;
		zone->next = start + ZONE_LEN;
		break;
	case ZO_OPEN_ZONE:
		if (zone->condition != COND_FULL)
			zone->condition = COND_EXPLICITLY_OPEN;
		break;
	default:
		zone->condition = COND_EMPTY;
		zone->next = start;
	}
}

static void zone_out(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	u64 lba = get_unaligned_be64(cmd->cmnd + 2);
	u8 action = cmd->cmnd[1] & 0x1f;
	bool all = cmd->cmnd[14] & 1;

	if (action < ZO_CLOSE_ZONE || action > ZO_RESET_WRITE_POINTER) {
		refuse(cmd, 0x24, 0);
		return;
	}
	if (!all && (lba % ZONE_LEN || lba >= NR_ZONES * ZONE_LEN)) {
		refuse(cmd, 0x21, 0);
		return;
	}
	for (unsigned int i = 0; i < NR_ZONES; i++) {
		if (all || i == lba / ZONE_LEN)
			act_on(unit, i, action);
	}
	cmd->result = 0;
}

static void write(struct script_unit *unit, struct scsi_cmnd *cmd,
		  unsigned int path)
{
	u64 lba = get_unaligned_be64(cmd->cmnd + 2);
	unsigned int nr = get_unaligned_be32(cmd->cmnd + 10);
	struct script_zone *zone;

	if (lba >= NR_ZONES * ZONE_LEN) {
		refuse(cmd, 0x21, 0);
		return;
	}
	zone = (struct script_zone *)unit->priv + lba / ZONE_LEN;
	if (lba != zone->next) {
		refuse(cmd, 0x21, 0x04);	/* unaligned write command */
		return;
	}
	if (nr > ZONE_LEN - lba % ZONE_LEN) {
		refuse(cmd, 0x21, 0x05);	/* write boundary violation */
		return;
	}
	script_disk.carry_out(unit, cmd, path);
	zone->next += nr;
	if (zone->next % ZONE_LEN == 0)
		zone->condition = COND_FULL;
	else if (zone->condition != COND_EXPLICITLY_OPEN)
		zone->condition = COND_IMPLICITLY_OPEN;
}

static bool zoned_carry_out(struct script_unit *unit, struct scsi_cmnd *cmd,
			    unsigned int path)
{
	switch (cmd->cmnd[0]) {
	case ZBC_IN:
		if ((cmd->cmnd[1] & 0x1f) != ZI_REPORT_ZONES)
			return false;
		report_zones(unit, cmd);
		return true;
	case ZBC_OUT:
		zone_out(unit, cmd);
		return true;
	case WRITE_16:
		write(unit, cmd, path);
		return true;
	case WRITE_6:
	case WRITE_10:
	case WRITE_12:
	case UNMAP:
		return false;
	default:
		return script_disk.carry_out(unit, cmd, path);
	}
}

/* How much has been written */
static unsigned int zoned_position(struct script_unit *unit)
{
	const struct script_zone *zones = unit->priv;
	unsigned int blocks = 0;

	for (unsigned int i = 0; i < NR_ZONES; i++)
		blocks += zones[i].next - i * ZONE_LEN;
	return blocks;
}

const struct script_type script_zoned = {
	.name		= "zoned",
	.type		= TYPE_ZBC,
	.block_len	= 512,
	.nr_blocks	= NR_ZONES * ZONE_LEN,
	.load		= zoned_load,
	.unload		= zoned_unload,
	.carry_out	= zoned_carry_out,
	.changes	= script_disk_changes,
	.position	= zoned_position,
	.vpd_pages	= "\xb6",
	.vpd		= zoned_vpd,
};
