// SPDX-License-Identifier: GPL-2.0
/*
 * Is a device that bears the name of a logical unit that logical unit?
 *
 * Vendors give names twice, and people clone virtual disks. No two logical units
 * under one name may ever become one; nor may one that has been formatted, renamed
 * or enlarged since it was found become two. So what is compared is what both say
 * now: the newcomer, and the logical unit over a path that is in use.
 */

#include <linux/blkdev.h>
#include <linux/math64.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/unaligned.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "mpath.h"

#define CAPACITY_10_LEN		8
#define CAPACITY_16_LEN		32

static int read_capacity_10(struct scsi_device *sdev, u8 *buf,
			    struct scsi_path_size *size)
{
	static const u8 cdb[10] = { READ_CAPACITY };
	struct scsi_sense_hdr sense;
	int result;

	result = scsi_path_ask(sdev, cdb, buf, CAPACITY_10_LEN, &sense);
	if (result)
		return sense.sense_key == ILLEGAL_REQUEST ? -EFBIG : -EIO;
	size->last_block = get_unaligned_be32(buf);
	size->block_size = get_unaligned_be32(buf + 4);
	return size->last_block == U32_MAX ? -EFBIG : 0;
}

static int read_capacity_16(struct scsi_device *sdev, u8 *buf,
			    struct scsi_path_size *size)
{
	static const u8 cdb[16] = {
		[0]	= SERVICE_ACTION_IN_16,
		[1]	= SAI_READ_CAPACITY_16,
		[13]	= CAPACITY_16_LEN,
	};
	struct scsi_sense_hdr sense;

	if (scsi_path_ask(sdev, cdb, buf, CAPACITY_16_LEN, &sense))
		return -EIO;
	size->last_block = get_unaligned_be64(buf);
	size->block_size = get_unaligned_be32(buf + 8);
	/* PROT_EN and P_TYPE, SBC-4 5.21.2 */
	if (scsi_device_protection(sdev) && buf[12] & 1)
		size->protection_type = ((buf[12] >> 1) & 7) + 1;
	return 0;
}

/**
 * scsi_type_has_size - can a device of this type be asked of its capacity?
 * @device_type: TYPE_*
 *
 * What is on a CD or an optical disc belongs to that, and not to the drive.
 */
bool scsi_type_has_size(u8 device_type)
{
	return device_type == TYPE_DISK || device_type == TYPE_ZBC;
}

/**
 * scsi_path_read_size - how large a disk is, over one path, now
 * @sdev: device of the path
 * @size: all zero if it is no disk, or cannot tell over this path now
 *
 * Context: process; as scsi_path_ask().
 */
void scsi_path_read_size(struct scsi_device *sdev, struct scsi_path_size *size)
{
	int error = -ENOMEM;
	u8 *buf;

	memset(size, 0, sizeof(*size));
	if (!scsi_type_has_size(sdev->type))
		return;
	buf = kzalloc(CAPACITY_16_LEN, GFP_NOIO);
	if (buf)
		error = read_capacity_10(sdev, buf, size);
	if (error == -EFBIG || (!error && scsi_device_protection(sdev)))
		error = read_capacity_16(sdev, buf, size);
	kfree(buf);
	/* A port that does not serve the disk may say 0 of everything. */
	if (error || !size->last_block || !size->block_size)
		memset(size, 0, sizeof(*size));
}

/* What the upper level knows of a disk that nobody can be asked of. */
static u64 known_sectors(struct scsi_lu *lu)
{
	struct gendisk *disk;
	u64 sectors = 0;

	if (lu->sdev->removable)
		return 0;
	/* Its lock may be held by somebody who waits for a path. */
	rcu_read_lock();
	disk = READ_ONCE(lu->sdev->request_queue->disk);
	if (disk)
		sectors = get_capacity(disk);
	rcu_read_unlock();
	return sectors;
}

static bool is_smaller(const struct scsi_path_size *size, u64 sectors)
{
	u64 blocks = div_u64(sectors << SECTOR_SHIFT, size->block_size);

	return blocks && size->last_block < blocks - 1;
}

/*
 * How large a logical unit is now, says the first path in use that says anything.
 * Returns how many were asked.
 */
static unsigned int read_size_in_use(struct scsi_lu *lu, struct scsi_device *than,
				     struct scsi_path_size *size)
{
	struct scsi_device *sdev;
	unsigned int nr = 0;

	memset(size, 0, sizeof(*size));
	while (!size->block_size && (sdev = scsi_lu_get_in_use(lu, than, nr))) {
		scsi_path_read_size(sdev, size);
		scsi_device_put(sdev);
		nr++;
	}
	return nr;
}

/* Nobody can be asked: is it as large as the upper level has it? */
static bool is_as_known(struct scsi_lu *lu, const struct scsi_path_size *size)
{
	u64 sectors = known_sectors(lu);

	return sectors && size->block_size == lu->sdev->sector_size &&
	       sectors << SECTOR_SHIFT == (size->last_block + 1) * size->block_size;
}

/**
 * scsi_path_compare - is a device another one than its name says?
 * @lu: logical unit that the device has the name of
 * @sdev: the device
 * @size: what it says of its size; all zero if nothing
 * @what: what differs, if that is the answer
 * @is_alone: there was no path in use to compare it with
 *
 * Who is in use and would be waited for until its host's error handler is done is not
 * asked: what is known has to do, or there is no answer now.
 *
 * Without a path in use a disk may have grown, but one that is smaller than the upper
 * level takes it for is not let in: what is behind its end would be lost. If there is
 * one, both have to tell, or neither, as drives do that are not started.
 *
 * Context: process; as scsi_path_ask(). No lock that is held over I/O is needed.
 * Return: 0 if nothing speaks against it; -EEXIST if it is another one; -EIO if that
 *	cannot be told now.
 */
int scsi_path_compare(struct scsi_lu *lu, struct scsi_device *sdev,
		      const struct scsi_path_size *size, const char **what,
		      bool *is_alone)
{
	struct scsi_path_size now;
	bool is_asked;

	*is_alone = false;
	*what = "type";
	if (lu->sdev->type != sdev->type)
		return -EEXIST;
	if (!scsi_type_has_size(sdev->type))
		return 0;
	*what = "capacity";
	is_asked = read_size_in_use(lu, sdev, &now);
	if (!is_asked && !scsi_lu_is_in_use(lu, sdev)) {
		*is_alone = true;
		return size->block_size && is_smaller(size, known_sectors(lu)) ?
		       -EEXIST : 0;
	}
	if (!size->block_size)
		return now.block_size || !is_asked ? -EIO : 0;
	if (!now.block_size)
		return is_as_known(lu, size) ? 0 : -EIO;
	if (now.last_block != size->last_block &&
	    now.block_size == size->block_size)
		return -EEXIST;
	*what = "block size";
	if (now.block_size != size->block_size)
		return -EEXIST;
	*what = "protection information";
	return now.protection_type != size->protection_type &&
	       scsi_lu_may_protect(lu, &now) ? -EEXIST : 0;
}
