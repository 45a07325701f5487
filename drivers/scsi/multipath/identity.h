/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SCSI_MULTIPATH_IDENTITY_H
#define _SCSI_MULTIPATH_IDENTITY_H

#include <linux/gfp_types.h>
#include <linux/types.h>

struct scsi_device;

#define VPD_HEADER_LEN	4

/**
 * struct scsi_inquiry_identity - what a logical unit says about who it is
 * @vpd83: Device Identification VPD page with its header, or NULL
 * @vpd83_len: bytes of @vpd83 that were received
 * @vpd80: Unit Serial Number VPD page with its header, or NULL
 * @vpd80_len: bytes of @vpd80 that were received
 * @vendor: T10 vendor identification of the standard INQUIRY data, 8 bytes
 * @model: product identification of the standard INQUIRY data, 16 bytes
 *
 * Everything is borrowed from the caller.
 */
struct scsi_inquiry_identity {
	const u8 *vpd83;
	size_t vpd83_len;
	const u8 *vpd80;
	size_t vpd80_len;
	const char *vendor;
	const char *model;
};

char *scsi_identity_format(const struct scsi_inquiry_identity *inq, gfp_t gfp);
const char *scsi_identity_next(const char *name);
bool scsi_identity_lists(const char *names, const char *id);
const char *scsi_identity_serial(const char *name);
char *scsi_device_identity(struct scsi_device *sdev);

#endif /* _SCSI_MULTIPATH_IDENTITY_H */
