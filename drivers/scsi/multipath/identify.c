// SPDX-License-Identifier: GPL-2.0
/*
 * Whose path is it: what a device is called is read when it is found. What a path leads
 * to, and how large that is, is read anew when it comes back, and now and then. LUNs are
 * unmapped, and mapped to something else.
 */

#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_proto.h>

#include "../scsi_priv.h"
#include "identity.h"
#include "mpath.h"

/* A path whose target does not know its logical unit for longer is removed. */
#define UNMAPPED_TIME		(60UL * HZ)

static bool has_vpd(struct scsi_device *sdev, u8 page)
{
	return page == 0x83 ? rcu_access_pointer(sdev->vpd_pg83) :
			      rcu_access_pointer(sdev->vpd_pg80);
}

/* Page 00h lists others in this many bytes, for any device */
#define PAGE_LIST_LEN	255

/*
 * Does a device say that it has a page, which is not empty? Or an errno: it does not tell
 * now.
 */
static int lists_page(struct scsi_device *sdev, u8 page)
{
	const u8 list[6] = { INQUIRY, 1, 0x00, 0, PAGE_LIST_LEN };
	const u8 header[6] = { INQUIRY, 1, page, 0, VPD_HEADER_LEN };
	struct scsi_sense_hdr sense;
	int result, is_listed = 0;
	u8 *buf;

	buf = kzalloc(PAGE_LIST_LEN, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	result = scsi_path_ask(sdev, list, buf, PAGE_LIST_LEN, &sense);
	if (!result && memchr(buf + VPD_HEADER_LEN, page,
			      min(buf[3], PAGE_LIST_LEN - VPD_HEADER_LEN))) {
		result = scsi_path_ask(sdev, header, buf, VPD_HEADER_LEN,
				       &sense);
		is_listed = buf[1] == page && get_unaligned_be16(buf + 2);
	}
	kfree(buf);
	if (result)
		return sense.sense_key == ILLEGAL_REQUEST ? 0 : -EIO;
	return is_listed;
}

/*
 * A page that an error, or want of memory, kept from being read would change the
 * identity: read it once more. What the device says it does not have, it does not have
 * over any path.
 */
static int read_lost_vpd(struct scsi_device *sdev, u8 page)
{
	int is_listed;

	if (has_vpd(sdev, page) || !scsi_device_supports_vpd(sdev))
		return 0;
	is_listed = lists_page(sdev, page);
	if (is_listed <= 0)
		return is_listed;
	scsi_attach_vpd(sdev);
	return has_vpd(sdev, page) ? 0 : -EIO;
}

/**
 * scsi_device_read_names - the names of a scanned device, which may have to be read
 * @sdev: device
 *
 * Context: process; as scsi_path_ask().
 * Return: as scsi_identity_format(), or another ERR_PTR() if it does not tell now.
 */
char *scsi_device_read_names(struct scsi_device *sdev)
{
	char *names;
	int error;

	error = read_lost_vpd(sdev, 0x83);
	if (error)
		return ERR_PTR(error);
	names = scsi_device_identity(sdev);
	if (names)
		return names;
	error = read_lost_vpd(sdev, 0x80);
	return error ? ERR_PTR(error) : scsi_device_identity(sdev);
}

/*
 * The names of what a path leads to now: those of its page 83h, or that of its serial
 * number together with a vendor and a product. Or an error, as scsi_path_read_vpd().
 */
static char *read_names(struct scsi_device *sdev, bool by_serial,
			const char *vendor, const char *model)
{
	struct scsi_inquiry_identity inq = {
		.vendor = vendor,
		.model = model,
	};
	char *names;
	ssize_t len;
	u8 *page;

	page = kzalloc(VPD_MAX_LEN, GFP_NOIO);
	if (!page)
		return ERR_PTR(-ENOMEM);
	len = scsi_path_read_vpd(sdev, by_serial ? 0x80 : 0x83, page);
	if (len < 0) {
		names = ERR_PTR(len);
	} else {
		if (by_serial) {
			inq.vpd80 = page;
			inq.vpd80_len = len;
		} else {
			inq.vpd83 = page;
			inq.vpd83_len = len;
		}
		names = scsi_identity_format(&inq, GFP_NOIO) ?: ERR_PTR(-EIO);
	}
	kfree(page);
	return names;
}

/* The standard INQUIRY data that there are vendor and product in. */
#define INQUIRY_LEN	36

static int read_inquiry(struct scsi_device *sdev, u8 *buf,
			struct scsi_sense_hdr *sense)
{
	static const u8 cdb[6] = { [0] = INQUIRY, [4] = INQUIRY_LEN };

	return scsi_path_ask(sdev, cdb, buf, INQUIRY_LEN, sense);
}

/**
 * scsi_path_serial_name - what a logical unit is called by its serial number now
 * @sdev: device of a path
 *
 * Context: process; as scsi_path_ask().
 * Return: what kfree() takes, or an ERR_PTR().
 */
char *scsi_path_serial_name(struct scsi_device *sdev)
{
	struct scsi_sense_hdr sense;
	char *names = ERR_PTR(-EIO);
	u8 *inquiry;

	inquiry = kzalloc(INQUIRY_LEN, GFP_NOIO);
	if (!inquiry)
		return ERR_PTR(-ENOMEM);
	if (!read_inquiry(sdev, inquiry, &sense))
		names = read_names(sdev, true, inquiry + 8, inquiry + 16);
	kfree(inquiry);
	return names;
}

/*
 * Reads the identity anew: LUNs are unmapped and mapped to something else while
 * a path is down. Returns -EIO if the path does not tell, -ENXIO if it leads to
 * nothing, -EMEDIUMTYPE if it leads to another logical unit by now.
 */
static int check_identity(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	bool by_serial = strstarts(lu->id, "sn.");
	char *names;
	int error;

	/* Firmware may rename both, as long as the number is the same. */
	names = read_names(path->sdev, by_serial, lu->sdev->vendor,
			   lu->sdev->model);
	if (IS_ERR(names))
		return PTR_ERR(names);
	error = scsi_identity_lists(names, lu->id) ? 0 : -EMEDIUMTYPE;
	if (error)
		sdev_printk(KERN_ERR, path->sdev,
			    "path leads to %s now, was %s: the LUN has been remapped, path disabled\n",
			    names, lu->id);
	kfree(names);
	return error;
}

/* A path that has not been compared when it was found is when it can. */
static int check_size(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	struct scsi_path_size size;
	const char *what;
	bool is_alone;
	int error;

	scsi_path_read_size(path->sdev, &size);
	error = scsi_path_compare(lu, path->sdev, &size, &what, &is_alone);
	if (error == -EEXIST) {
		sdev_printk(KERN_ERR, path->sdev,
			    "identity is that of %s, but %s differs: path disabled, check the identity of both\n",
			    dev_name(&lu->sdev->sdev_gendev), what);
		return -EMEDIUMTYPE;
	}
	if (error || !size.block_size)
		return error;
	spin_lock_irq(&lu->lock);
	path->sized = true;
	spin_unlock_irq(&lu->lock);
	return 0;
}

/**
 * scsi_path_identify - whose path is it now?
 * @path: path
 *
 * What is out of use comes back if it is what it was, and what is not, or leads to
 * nothing, goes out of use.
 *
 * Context: process; as scsi_path_ask().
 * Return: 0; -EMEDIUMTYPE if it leads to another logical unit, -ENXIO if to none;
 *	else it has not told.
 */
int scsi_path_identify(struct scsi_path *path)
{
	int error = check_identity(path);

	if (!error && !READ_ONCE(path->sized))
		error = check_size(path);
	if (!error) {
		scsi_path_reinstate(path);
	} else if (error == -EMEDIUMTYPE) {
		scsi_path_set_state(path, PATH_DISABLED, LOSS_FAILED,
				    "leads elsewhere");
		/* As what it is now it will be found anew. */
		scsi_path_renew(path);
	} else if (error == -ENXIO) {
		scsi_path_set_disconnected(path, "leads to nothing");
	}
	return error;
}

/**
 * scsi_path_is_unmapped - has the target taken a logical unit away for good?
 * @path: path
 *
 * It has if it said for a while that there is no such logical unit, and says so even in
 * answer to INQUIRY, which is answered whatever else is wrong.
 *
 * Context: process; as scsi_path_ask().
 */
bool scsi_path_is_unmapped(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	struct scsi_sense_hdr sense;
	bool is_over, unmapped;
	u8 *inquiry;
	int result;

	spin_lock_irq(&lu->lock);
	is_over = path->disconnected_since &&
		  time_after(jiffies, path->disconnected_since + UNMAPPED_TIME) &&
		  /* Nobody waits for it any more. */
		  (scsi_lu_has_path_locked(lu) || lu->expired);
	spin_unlock_irq(&lu->lock);
	if (!is_over)
		return false;
	inquiry = kzalloc(INQUIRY_LEN, GFP_NOIO);
	if (!inquiry)
		return false;
	result = read_inquiry(path->sdev, inquiry, &sense);
	if (result)
		unmapped = sense.sense_key == ILLEGAL_REQUEST &&
			   sense.asc == 0x25;
	else
		unmapped = inquiry[0] >> 5 != SCSI_INQ_PQ_CON;
	kfree(inquiry);
	return unmapped;
}
