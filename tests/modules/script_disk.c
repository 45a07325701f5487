// SPDX-License-Identifier: GPL-2.0
/*
 * What has blocks: a disk, one whose medium can be taken out, and a CD-ROM. As
 * long as nobody has written to it, all bytes of block N are N * 7 + 3.
 */

#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include "scsi_script.h"

static int disk_load(struct script_unit *unit)
{
	unsigned int len = unit->block_len;

	unit->medium = vzalloc(2UL * unit->nr_blocks * len);
	if (!unit->medium)
		return -ENOMEM;
	for (unsigned int i = 0; i < 2 * unit->nr_blocks; i++)
		memset(unit->medium + (size_t)i * len, i * 7 + 3, len);
	return 0;
}

static void disk_unload(struct script_unit *unit)
{
	vfree(unit->medium);
}

static unsigned int disk_vpd(struct script_unit *unit, u8 page, u8 *buf)
{
	switch (page) {
	case 0xb0:
		put_unaligned_be32(unit->nr_blocks, buf + 16);	/* unmap at most */
		put_unaligned_be32(1, buf + 20);
		return 60;
	case 0xb2:
		buf[1] = 0x80;	/* LBPU */
		if (unit->type->thin)
			buf[1] |= 0x40;	/* LBPWS */
		return 4;
	default:
		return 0;
	}
}

/* The cache has something to flush. */
static void mode_sense(struct scsi_cmnd *cmd)
{
	u8 buf[28] = { };
	u8 *page = buf + 4;

	if (cmd->cmnd[0] == MODE_SENSE_10)
		page = buf + 8;
	page[0] = 0x08;
	page[1] = 18;
	page[2] = 0x04;		/* WCE */
	if (cmd->cmnd[0] == MODE_SENSE) {
		buf[0] = 23;
		script_answer(cmd, buf, 24);
	} else {
		buf[1] = 26;
		script_answer(cmd, buf, 28);
	}
}

static void read_capacity(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	u8 buf[32] = { };

	if (cmd->cmnd[0] == READ_CAPACITY) {
		put_unaligned_be32(unit->nr_blocks - 1, buf);
		put_unaligned_be32(unit->block_len, buf + 4);
		script_answer(cmd, buf, 8);
	} else if ((cmd->cmnd[1] & 0x1f) == SAI_READ_CAPACITY_16) {
		put_unaligned_be64(unit->nr_blocks - 1, buf);
		put_unaligned_be32(unit->block_len, buf + 8);
		/* LBPME */
		buf[14] = unit->type->vpd == disk_vpd ? 0x80 : 0;
		if (unit->type->thin)
			buf[14] |= 0x40;	/* LBPRZ */
		script_answer(cmd, buf, sizeof(buf));
	} else {
		script_illegal(cmd, 0x20);
	}
}

static u64 lba_of(const struct scsi_cmnd *cmd)
{
	switch (cmd->cmnd[0]) {
	case READ_6:
	case WRITE_6:
		return get_unaligned_be24(cmd->cmnd + 1) & 0x1fffff;
	case READ_16:
	case WRITE_16:
		return get_unaligned_be64(cmd->cmnd + 2);
	default:
		return get_unaligned_be32(cmd->cmnd + 2);
	}
}

static void read_or_write(struct script_unit *unit, struct scsi_cmnd *cmd,
			  bool is_write)
{
	u64 lba = lba_of(cmd);
	u8 *at;

	if (lba > unit->nr_blocks ||
	    scsi_bufflen(cmd) > (unit->nr_blocks - lba) * unit->block_len) {
		script_illegal(cmd, 0x21);
		return;
	}
	at = unit->medium + lba * unit->block_len;
	if (is_write)
		sg_copy_to_buffer(scsi_sglist(cmd), scsi_sg_count(cmd), at,
				  scsi_bufflen(cmd));
	else
		sg_copy_from_buffer(scsi_sglist(cmd), scsi_sg_count(cmd), at,
				    scsi_bufflen(cmd));
	cmd->result = 0;
}

/* What is unmapped reads as it did when nobody had written. */
static void unmap(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	u8 list[24];
	u64 lba, nr;

	if (sg_copy_to_buffer(scsi_sglist(cmd), scsi_sg_count(cmd), list,
			      sizeof(list)) != sizeof(list)) {
		script_illegal(cmd, 0x26);
		return;
	}
	lba = get_unaligned_be64(list + 8);
	nr = get_unaligned_be32(list + 16);
	if (lba > unit->nr_blocks || nr > unit->nr_blocks - lba) {
		script_illegal(cmd, 0x21);
		return;
	}
	for (; nr; nr--, lba++)
		memset(unit->medium + lba * unit->block_len, lba * 7 + 3,
		       unit->block_len);
	cmd->result = 0;
}

static bool disk_carry_out(struct script_unit *unit, struct scsi_cmnd *cmd,
			   unsigned int path)
{
	switch (cmd->cmnd[0]) {
	case MODE_SENSE:
	case MODE_SENSE_10:
		mode_sense(cmd);
		return true;
	case MODE_SELECT:
	case MODE_SELECT_10:
		script_tell(unit, UA_MODE, path);
		cmd->result = 0;
		return true;
	case READ_CAPACITY:
	case SERVICE_ACTION_IN_16:
		read_capacity(unit, cmd);
		return true;
	case READ_6:
	case READ_10:
	case READ_12:
	case READ_16:
		read_or_write(unit, cmd, false);
		return true;
	case WRITE_6:
	case WRITE_10:
	case WRITE_12:
	case WRITE_16:
		read_or_write(unit, cmd, true);
		return true;
	case UNMAP:
		unmap(unit, cmd);
		return true;
	case VERIFY:
	case SYNCHRONIZE_CACHE:
	case SYNCHRONIZE_CACHE_16:
	case SEND_DIAGNOSTIC:
	case WRITE_BUFFER:
	case VARIABLE_LENGTH_CMD:
		cmd->result = 0;
		return true;
	default:
		return false;
	}
}

/* What a disk does twice if it is asked twice */
bool script_disk_changes(const struct scsi_cmnd *cmd)
{
	switch (cmd->cmnd[0]) {
	case SEND_DIAGNOSTIC:
	case WRITE_BUFFER:
		return true;
	default:
		return false;
	}
}

/* What the disks have in common */
#define DISK_OF_BLOCKS				\
	.type		= TYPE_DISK,		\
	.block_len	= 512,			\
	.nr_blocks	= 1024,			\
	.load		= disk_load,		\
	.unload		= disk_unload,		\
	.carry_out	= disk_carry_out,	\
	.changes	= script_disk_changes,	\
	.vpd_pages	= "\xb0\xb2",		\
	.vpd		= disk_vpd

const struct script_type script_disk = {
	.name		= "disk",
	DISK_OF_BLOCKS,
};

const struct script_type script_asymmetric = {
	.name		= "asymmetric",
	.asymmetric	= true,
	DISK_OF_BLOCKS,
};

/* It says that WRITE SAME unmaps, and then there are zeroes. */
const struct script_type script_thin = {
	.name		= "thin",
	.thin		= true,
	DISK_OF_BLOCKS,
};

const struct script_type script_removable = {
	.name		= "removable",
	.removable	= true,
	DISK_OF_BLOCKS,
};

/* One track, and where it ends */
static void read_toc(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	u8 buf[20] = { 0, 18, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x14, 0xaa };

	put_unaligned_be32(unit->nr_blocks, buf + 16);
	script_answer(cmd, buf, sizeof(buf));
}

static bool cd_carry_out(struct script_unit *unit, struct scsi_cmnd *cmd,
			 unsigned int path)
{
	switch (cmd->cmnd[0]) {
	case MODE_SENSE:
	case MODE_SENSE_10:
	case UNMAP:
	case WRITE_6:
	case WRITE_10:
	case WRITE_12:
	case WRITE_16:
		return false;
	case READ_TOC:
		read_toc(unit, cmd);
		return true;
	default:
		return disk_carry_out(unit, cmd, path);
	}
}

const struct script_type script_cd = {
	.name		= "cd",
	.type		= TYPE_ROM,
	.removable	= true,
	.block_len	= 2048,
	.nr_blocks	= 256,
	.load		= disk_load,
	.unload		= disk_unload,
	.carry_out	= cd_carry_out,
	.changes	= script_disk_changes,
};
