// SPDX-License-Identifier: GPL-2.0
/*
 * Protection information (DIF, SBC-4 4.21, and DIX) of a logical unit.
 *
 * What a command carries is the same on every path, so a logical unit has what the
 * hosts of all its paths can do. It is made up of what its first path's host can do,
 * less what later ones cannot. A host without what the medium is formatted for does not
 * get a path: its commands would be written unprotected, or refused.
 */

#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/export.h>
#include <linux/t10-pi.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>

#include "mpath.h"

#define ALL_DIF		(SHOST_DIF_TYPE1_PROTECTION | \
			 SHOST_DIF_TYPE2_PROTECTION | \
			 SHOST_DIF_TYPE3_PROTECTION)
#define ALL_DIX		(SHOST_DIX_TYPE1_PROTECTION | \
			 SHOST_DIX_TYPE2_PROTECTION | \
			 SHOST_DIX_TYPE3_PROTECTION)

/**
 * scsi_protection_lost - what a logical unit can do that a host cannot
 * @lu: of the logical unit
 * @host: of the host
 *
 * Context: any. Pure.
 * Return: a mask of enum scsi_host_prot_capabilities.
 */
unsigned int scsi_protection_lost(const struct scsi_protection *lu,
				  const struct scsi_protection *host)
{
	unsigned int common = lu->capabilities & host->capabilities;

	/* What is right for one of them is corrupt for the other one. */
	if ((lu->guard ^ host->guard) & SHOST_DIX_GUARD_IP)
		common &= ALL_DIF;
	return lu->capabilities & ~common;
}

/**
 * scsi_protection_needed - what a host has to be able to do
 * @size: what a disk says of itself
 *
 * Context: any. Pure.
 * Return: a mask of enum scsi_host_prot_capabilities.
 */
unsigned int scsi_protection_needed(const struct scsi_path_size *size)
{
	/* It may be of any type. */
	if (!size->block_size)
		return ALL_DIF | ALL_DIX;
	if (!size->protection_type)
		return 0;
	return (SHOST_DIF_TYPE1_PROTECTION | SHOST_DIX_TYPE1_PROTECTION) <<
	       (size->protection_type - 1);
}

static struct scsi_protection of_host(struct Scsi_Host *shost)
{
	return (struct scsi_protection) {
		.capabilities	= scsi_host_get_prot(shost),
		.guard		= scsi_host_get_guard(shost),
	};
}

/**
 * scsi_lu_protection_init - a new logical unit
 * @lu: logical unit
 * @first: the device of its first path
 */
void scsi_lu_protection_init(struct scsi_lu *lu, struct scsi_device *first)
{
	lu->protection = of_host(first->host);
}

/* Its upper-level driver has set it up for what one more host cannot do. */
static bool is_in_use(struct scsi_lu *lu, unsigned int lost)
{
	struct queue_limits *lim = &lu->sdev->request_queue->limits;

	return lost & SHOST_DIX_TYPE0_PROTECTION &&
	       lim->integrity.csum_type != BLK_INTEGRITY_CSUM_NONE;
}

/**
 * scsi_lu_lacks_protection - could one more path not do what a logical unit needs?
 * @lu: logical unit with a device
 * @path: device that is to join
 * @size: what it says of itself
 *
 * Context: process.
 */
bool scsi_lu_lacks_protection(struct scsi_lu *lu, struct scsi_device *path,
			      const struct scsi_path_size *size)
{
	struct scsi_protection host = of_host(path->host);
	unsigned int lost = scsi_protection_lost(&lu->protection, &host);

	return lost & scsi_protection_needed(size) ||
	       (scsi_host_prot_dma(path->host) && is_in_use(lu, lost));
}

/**
 * scsi_lu_take_protection - make a logical unit fit one more path
 * @lu: logical unit with a device
 * @path: device that is to join
 * @size: what it says of itself
 *
 * Protection between memory and the host alone (DIX of type 0) is given up where a host
 * has nothing of the kind, see scsi_limits_stack().
 *
 * Context: process, @lu->claim_mutex held.
 * Return: 0; -EOPNOTSUPP if the path's host cannot do what the logical unit needs.
 */
int scsi_lu_take_protection(struct scsi_lu *lu, struct scsi_device *path,
			    const struct scsi_path_size *size)
{
	struct scsi_protection host = of_host(path->host);
	unsigned int lost = scsi_protection_lost(&lu->protection, &host);

	if (scsi_lu_lacks_protection(lu, path, size))
		return -EOPNOTSUPP;
	WRITE_ONCE(lu->protection.capabilities,
		   lu->protection.capabilities & ~lost);
	return 0;
}

/**
 * scsi_lu_may_protect - may a logical unit send what a disk is formatted for?
 * @lu: logical unit
 * @size: what the disk says of itself
 *
 * Context: any.
 */
bool scsi_lu_may_protect(const struct scsi_lu *lu, const struct scsi_path_size *size)
{
	return READ_ONCE(lu->protection.capabilities) & scsi_protection_needed(size);
}

static const struct scsi_protection *protection_of(struct scsi_device *sdev)
{
	struct scsi_lu *lu = sdev->hostdata;

	return &lu->protection;
}

/**
 * scsi_lu_dif_capable - as scsi_host_dif_capable(), of the device of a logical unit
 * @sdev: device of a logical unit
 * @type: protection type of the medium, 0 to 3
 *
 * Context: any.
 * Return: @type if the hosts of all paths can exchange it with the target; 0 if not.
 */
unsigned int scsi_lu_dif_capable(struct scsi_device *sdev, unsigned int type)
{
	unsigned int capabilities = READ_ONCE(protection_of(sdev)->capabilities);

	if (!type || type > T10_PI_TYPE3_PROTECTION)
		return 0;
	return capabilities & SHOST_DIF_TYPE1_PROTECTION << (type - 1) ? type : 0;
}
EXPORT_SYMBOL_GPL(scsi_lu_dif_capable);	/* sd */

/**
 * scsi_lu_dix_capable - as scsi_host_dix_capable(), of the device of a logical unit
 * @sdev: device of a logical unit
 * @type: protection type of the medium, 0 to 3
 *
 * Context: any.
 * Return: not 0 if the hosts of all paths can exchange it with memory.
 */
unsigned int scsi_lu_dix_capable(struct scsi_device *sdev, unsigned int type)
{
	unsigned int capabilities = READ_ONCE(protection_of(sdev)->capabilities);

	return type > T10_PI_TYPE3_PROTECTION ? 0 :
	       capabilities & SHOST_DIX_TYPE0_PROTECTION << type;
}
EXPORT_SYMBOL_GPL(scsi_lu_dix_capable);	/* sd */

/**
 * scsi_lu_get_guard - as scsi_host_get_guard(), of the device of a logical unit
 * @sdev: device of a logical unit
 *
 * Context: any.
 * Return: a mask of enum scsi_host_guard_type.
 */
unsigned char scsi_lu_get_guard(struct scsi_device *sdev)
{
	return protection_of(sdev)->guard;
}
EXPORT_SYMBOL_GPL(scsi_lu_get_guard);	/* sd */

/**
 * scsi_tag_set_has_prot - do the commands of a tag set have room for protection
 * information?
 * @set: tag set of a host or of a logical unit
 * @shost: the host, or that of the device of the logical unit
 *
 * Context: any.
 */
bool scsi_tag_set_has_prot(struct blk_mq_tag_set *set, struct Scsi_Host *shost)
{
	if (scsi_host_has_lus(shost))
		return container_of(set, struct scsi_lu, tags)->protection.capabilities;
	return scsi_host_get_prot(shost);
}
