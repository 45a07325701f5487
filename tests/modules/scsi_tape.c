// SPDX-License-Identifier: GPL-2.0
/*
 * A tape drive over several hosts, with one tape in it that is kept in memory.
 * What a tape is asked for twice it does twice: a write that is repeated is a
 * record too many.
 *
 * Parameters of the module: hosts=N. In /sys/module/scsi_tape/parameters:
 *   lost_before	that many of the next commands that move the tape are not
 *			carried out, and their host says DID_NO_CONNECT
 *   lost_after		the same, but they have been carried out: a host cannot
 *			tell the difference
 *   writes		WRITE commands that were carried out
 */

#include <linux/module.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>
#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_proto.h>

#include "kernels.h"
#include "test_hosts.h"

#define TAPE_SIZE		(16U << 20)
#define MAX_RECORDS		16384
#define MAX_BLOCK		(256U << 10)
/* Flags in byte 2 of fixed format sense data (SPC-4 4.5.3) */
#define SENSE_FILEMARK		0x80
#define SENSE_ILI		0x20

static unsigned int lost_before, lost_after;
module_param(lost_before, uint, 0644);
module_param(lost_after, uint, 0644);
static unsigned int writes;
module_param(writes, uint, 0444);

/* A filemark has no data. */
struct record {
	unsigned int start;
	unsigned int len;
};

/* One command at a time, data included. */
static DEFINE_SPINLOCK(tape_lock);
static u8 *medium;
static struct record *records;
static unsigned int nr_records;
static unsigned int position;
/* Bytes of a block, 0: each record has a length of its own. */
static unsigned int block_len;

static void answer(struct scsi_cmnd *cmd, const void *data, unsigned int len)
{
	unsigned int done = sg_copy_from_buffer(scsi_sglist(cmd),
						scsi_sg_count(cmd), data,
						min(len, scsi_bufflen(cmd)));

	scsi_set_resid(cmd, scsi_bufflen(cmd) - done);
	cmd->result = 0;
}

static void illegal(struct scsi_cmnd *cmd, u8 asc)
{
	scsi_build_sense(cmd, 0, ILLEGAL_REQUEST, asc, 0);
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

static void inquiry(struct scsi_cmnd *cmd)
{
	/* Sequential access, removable medium, two ports or more */
	u8 standard[36] = { TYPE_TAPE, 0x80, 0x05, 0x02, 31, 0, 0x10, 0x02 };
	static const u8 pages[] = { TYPE_TAPE, 0x00, 0, 3, 0x00, 0x80, 0x83 };
	static const u8 serial[] = {
		TYPE_TAPE, 0x80, 0, 8, 'T', 'A', 'P', 'E', '0', '0', '0', '1'
	};
	/* NAA locally assigned, of the logical unit */
	static const u8 id[] = {
		TYPE_TAPE, 0x83, 0, 12, 0x01, 0x03, 0, 8,
		0x3a, 0, 0, 0, 0, 0, 0, 3
	};

	memcpy(standard + 8, "TEST    TAPE            0001", 28);
	if (!(cmd->cmnd[1] & 1))
		answer(cmd, standard, sizeof(standard));
	else if (cmd->cmnd[2] == 0x00)
		answer(cmd, pages, sizeof(pages));
	else if (cmd->cmnd[2] == 0x80)
		answer(cmd, serial, sizeof(serial));
	else if (cmd->cmnd[2] == 0x83)
		answer(cmd, id, sizeof(id));
	else
		illegal(cmd, 0x24);
}

static void block_limits(struct scsi_cmnd *cmd)
{
	u8 buf[6] = { };

	put_unaligned_be24(MAX_BLOCK, buf + 1);
	put_unaligned_be16(1, buf + 4);
	answer(cmd, buf, sizeof(buf));
}

static void mode_sense(struct scsi_cmnd *cmd)
{
	/* Buffered mode; one block descriptor */
	u8 buf[12] = { 11, 0, 0x10, 8 };

	put_unaligned_be24(block_len, buf + 9);
	answer(cmd, buf, sizeof(buf));
}

static void mode_select(struct scsi_cmnd *cmd)
{
	u8 buf[12];

	if (sg_copy_to_buffer(scsi_sglist(cmd), scsi_sg_count(cmd), buf,
			      sizeof(buf)) == sizeof(buf) && buf[3] == 8)
		block_len = get_unaligned_be24(buf + 9);
	cmd->result = 0;
}

static void read_position(struct scsi_cmnd *cmd)
{
	u8 buf[20] = { position ? 0 : 0x80 };

	put_unaligned_be32(position, buf + 4);
	put_unaligned_be32(position, buf + 8);
	answer(cmd, buf, sizeof(buf));
}

/* What was behind is gone. Returns false if the tape is full. */
static bool append(struct scsi_cmnd *cmd, unsigned int skip, unsigned int len)
{
	struct record *end;
	unsigned int start = 0;

	if (position) {
		end = &records[position - 1];
		start = end->start + end->len;
	}
	if (position == MAX_RECORDS || len > TAPE_SIZE - start)
		return false;
	if (len)
		sg_pcopy_to_buffer(scsi_sglist(cmd), scsi_sg_count(cmd),
				   medium + start, len, skip);
	records[position].start = start;
	records[position].len = len;
	nr_records = ++position;
	return true;
}

static void write(struct scsi_cmnd *cmd)
{
	bool fixed = cmd->cmnd[1] & 1;
	unsigned int count = get_unaligned_be24(cmd->cmnd + 2);
	unsigned int len = fixed ? block_len : count;

	if (!len || len > MAX_BLOCK || (fixed ? count : 1) * len !=
				       scsi_bufflen(cmd)) {
		illegal(cmd, 0x24);
		return;
	}
	for (unsigned int done = 0; done < scsi_bufflen(cmd); done += len) {
		if (!append(cmd, done, len)) {
			scsi_build_sense(cmd, 0, VOLUME_OVERFLOW, 0, 2);
			return;
		}
	}
	WRITE_ONCE(writes, writes + 1);
	cmd->result = 0;
}

static void write_filemarks(struct scsi_cmnd *cmd)
{
	for (unsigned int i = get_unaligned_be24(cmd->cmnd + 2); i; i--) {
		if (!append(cmd, 0, 0)) {
			scsi_build_sense(cmd, 0, VOLUME_OVERFLOW, 0, 2);
			return;
		}
	}
	cmd->result = 0;
}

static void read(struct scsi_cmnd *cmd)
{
	bool fixed = cmd->cmnd[1] & 1, may_differ = cmd->cmnd[1] & 2;
	unsigned int count = get_unaligned_be24(cmd->cmnd + 2);
	unsigned int len = fixed ? block_len : count, done = 0;

	cmd->result = 0;
	while (done < scsi_bufflen(cmd)) {
		const struct record *next = &records[position];
		int left = fixed ? count - done / len : count;

		scsi_set_resid(cmd, scsi_bufflen(cmd) - done);
		if (position == nr_records) {
			met_end_of_data(cmd, left);
			return;
		}
		position++;
		if (!next->len) {
			met_filemark(cmd, left);
			return;
		}
		sg_pcopy_from_buffer(scsi_sglist(cmd), scsi_sg_count(cmd),
				     medium + next->start,
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
static void space(struct scsi_cmnd *cmd)
{
	int count = sign_extend32(get_unaligned_be24(cmd->cmnd + 2), 23);
	unsigned int code = cmd->cmnd[1] & 0x0f;

	cmd->result = 0;
	if (code == 3) {
		position = nr_records;
		return;
	}
	if (code > 1) {
		illegal(cmd, 0x24);
		return;
	}
	while (count > 0) {
		if (position == nr_records) {
			met_end_of_data(cmd, count);
			return;
		}
		if (!records[position++].len) {
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
		if (!position) {
			met(cmd, NO_SENSE, 4, 0x40, -count);
			return;
		}
		if (!records[--position].len) {
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

static bool moves_tape(const struct scsi_cmnd *cmd)
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

static void carry_out(struct scsi_cmnd *cmd)
{
	switch (cmd->cmnd[0]) {
	case TEST_UNIT_READY:
	case ALLOW_MEDIUM_REMOVAL:
	case START_STOP:
		cmd->result = 0;
		break;
	case INQUIRY:
		inquiry(cmd);
		break;
	case READ_BLOCK_LIMITS:
		block_limits(cmd);
		break;
	case MODE_SENSE:
		mode_sense(cmd);
		break;
	case MODE_SELECT:
		mode_select(cmd);
		break;
	case READ_POSITION:
		read_position(cmd);
		break;
	case REZERO_UNIT:
		position = 0;
		cmd->result = 0;
		break;
	case WRITE_6:
		write(cmd);
		break;
	case WRITE_FILEMARKS:
		write_filemarks(cmd);
		break;
	case READ_6:
		read(cmd);
		break;
	case SPACE:
		space(cmd);
		break;
	default:
		illegal(cmd, 0x20);
	}
}

/* takes_one COUNTER: is this one of those that it counts? */
static bool takes_one(unsigned int *counter)
{
	lockdep_assert_held(&tape_lock);
	if (!READ_ONCE(*counter))
		return false;
	WRITE_ONCE(*counter, *counter - 1);
	return true;
}

static queue_status tape_queuecommand(struct Scsi_Host *shost, struct scsi_cmnd *cmd)
{
	unsigned long flags;

	spin_lock_irqsave(&tape_lock, flags);
	if (moves_tape(cmd) && takes_one(&lost_before)) {
		set_host_byte(cmd, DID_NO_CONNECT);
	} else {
		carry_out(cmd);
		if (moves_tape(cmd) && takes_one(&lost_after)) {
			cmd->result = 0;
			set_host_byte(cmd, DID_NO_CONNECT);
		}
	}
	spin_unlock_irqrestore(&tape_lock, flags);
	scsi_done(cmd);
	return 0;
}

static const struct scsi_host_template tape_template = {
	.module		= THIS_MODULE,
	.name		= "tape",
	.proc_name	= "tape",
	.queuecommand	= tape_queuecommand,
	.can_queue	= 1,
	.this_id	= -1,
	.sg_tablesize	= SG_ALL,
	.max_sectors	= 1024,
	.dma_boundary	= ULONG_MAX,
};

static void free_medium(void)
{
	vfree(records);
	vfree(medium);
}

static int __init tape_init(void)
{
	int error = -ENOMEM;

	medium = vzalloc(TAPE_SIZE);
	records = vcalloc(MAX_RECORDS, sizeof(*records));
	if (medium && records)
		error = add_hosts(&tape_template, NULL);
	if (error)
		free_medium();
	return error;
}

static void __exit tape_exit(void)
{
	remove_hosts();
	free_medium();
}

module_init(tape_init);
module_exit(tape_exit);

MODULE_DESCRIPTION("A tape drive over several hosts, for tests");
MODULE_LICENSE("GPL");
