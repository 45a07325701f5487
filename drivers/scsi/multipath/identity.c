// SPDX-License-Identifier: GPL-2.0
/*
 * The identity of a logical unit: one string, the same over every path.
 *
 * It is built from the designators of VPD page 0x83 that are associated with
 * the logical unit (SPC-4 7.8.6) or, where there is none that can be trusted,
 * from VPD page 0x80 (SPC-4 7.8.15) together with vendor and model. What comes
 * from the device is data of unknown quality: lengths are checked against what
 * was received, and identifiers that vendors leave unset are refused.
 *
 * The string never holds a ':' (it separates the fields of the paths file), a
 * blank or a control character; such bytes are written as %xx.
 */

#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <scsi/scsi_device.h>

#include "identity.h"

#define DESIGNATOR_HEADER_LEN	4
#define SERIAL_MAX_LEN		252

enum designator_code_set {
	CODE_SET_BINARY	= 1,
	CODE_SET_UTF8	= 3,
};

enum designator_type {
	DESIGNATOR_EUI64	= 0x2,
	DESIGNATOR_NAA		= 0x3,
	DESIGNATOR_NAME		= 0x8,
	DESIGNATOR_UUID		= 0xa,
};

#define DESIGNATOR_ASSOCIATION_MASK	0x30	/* 00b: the logical unit */
#define UUID_DESIGNATOR_LEN		18

/**
 * struct designator - one usable designator
 * @prefix: what the identity string starts with
 * @data: first byte of the identifier, borrowed from the VPD page
 * @len: bytes of @data
 * @rank: how much it can be trusted to be unique world-wide; 0: not usable
 */
struct designator {
	const char *prefix;
	const u8 *data;
	size_t len;
	unsigned int rank;
};

static bool all_equal(const u8 *data, size_t len)
{
	return !len || !memchr_inv(data, data[0], len);
}

/* An unset NAA identifier still carries its format in the first digit. */
static bool naa_is_unset(const u8 *data, size_t len)
{
	u8 digit = data[0] & 0xf;

	return !memchr_inv(data + 1, digit << 4 | digit, len - 1);
}

/* Only the padding goes; a NUL in between tells two serial numbers apart. */
static size_t trimmed_len(const char *text, size_t len)
{
	while (len && (text[len - 1] == ' ' || text[len - 1] == '\0'))
		len--;
	return len;
}

static struct designator parse_naa(const u8 *data, size_t len)
{
	struct designator d = { .prefix = "naa", .data = data, .len = len };

	if (!len || naa_is_unset(data, len))
		return d;
	switch (data[0] >> 4) {
	case 6:		/* IEEE Registered Extended */
		if (len == 16)
			d.rank = 8;
		break;
	case 5:		/* IEEE Registered */
	case 2:		/* IEEE Extended */
		if (len == 8)
			d.rank = 7;
		break;
	case 3:		/* locally assigned: unique on one site only */
		if (len == 8)
			d.rank = 1;
		break;
	}
	return d;
}

static struct designator parse_eui64(const u8 *data, size_t len)
{
	struct designator d = { .prefix = "eui", .data = data, .len = len };

	if ((len == 8 || len == 12 || len == 16) && !all_equal(data, len))
		d.rank = 6;
	return d;
}

static struct designator parse_uuid(const u8 *data, size_t len)
{
	struct designator d = { .prefix = "uuid" };

	if (len != UUID_DESIGNATOR_LEN || data[0] != 0x10)
		return d;
	d.data = data + 2;
	d.len = len - 2;
	if (!all_equal(d.data, d.len))
		d.rank = 5;
	return d;
}

static struct designator parse_name(const u8 *data, size_t len)
{
	struct designator d = { .prefix = "name", .data = data };

	d.len = trimmed_len(data, len);
	if (d.len <= 5 || all_equal(data + 4, d.len - 4))
		return d;
	/* Behind "naa." comes a digit for the format, as in naa_is_unset(). */
	if (!memcmp(data, "naa.", 4) && all_equal(data + 5, d.len - 5))
		return d;
	if (!memcmp(data, "eui.", 4) || !memcmp(data, "naa.", 4) ||
	    !memcmp(data, "iqn.", 4))
		d.rank = 4;
	return d;
}

static struct designator parse_designator(const u8 *desc)
{
	const u8 *data = desc + DESIGNATOR_HEADER_LEN;
	u8 code_set = desc[0] & 0xf;
	size_t len = desc[3];

	if (desc[1] & DESIGNATOR_ASSOCIATION_MASK)
		return (struct designator) { };

	switch (desc[1] & 0xf) {
	case DESIGNATOR_NAA:
		if (code_set == CODE_SET_BINARY)
			return parse_naa(data, len);
		break;
	case DESIGNATOR_EUI64:
		if (code_set == CODE_SET_BINARY)
			return parse_eui64(data, len);
		break;
	case DESIGNATOR_UUID:
		if (code_set == CODE_SET_BINARY)
			return parse_uuid(data, len);
		break;
	case DESIGNATOR_NAME:
		if (code_set == CODE_SET_UTF8)
			return parse_name(data, len);
		break;
	}
	return (struct designator) { };
}

/*
 * Ports may list the same designators in another order, so that ties are
 * decided by content: the longer, then the smaller one.
 */
static bool designator_beats(const struct designator *a,
			     const struct designator *b)
{
	if (a->rank != b->rank)
		return a->rank > b->rank;
	if (!a->rank)
		return false;
	if (a->len != b->len)
		return a->len > b->len;
	return memcmp(a->data, b->data, a->len) < 0;
}

static struct designator best_designator(const u8 *page, size_t len)
{
	struct designator best = { };
	const u8 *desc, *end;

	if (!page || len < VPD_HEADER_LEN)
		return best;
	len = min_t(size_t, len,
		    VPD_HEADER_LEN + get_unaligned_be16(page + 2));
	end = page + len;

	for (desc = page + VPD_HEADER_LEN;
	     end - desc >= DESIGNATOR_HEADER_LEN &&
	     end - desc - DESIGNATOR_HEADER_LEN >= desc[3];
	     desc += DESIGNATOR_HEADER_LEN + desc[3]) {
		struct designator d = parse_designator(desc);

		if (designator_beats(&d, &best))
			best = d;
	}
	return best;
}

static char *append_text(char *out, const u8 *text, size_t len,
			 const char *also_escape)
{
	for (; len; text++, len--) {
		if (isgraph(*text) && isascii(*text) && *text != ':' &&
		    *text != '%' && !strchr(also_escape, *text))
			*out++ = *text;
		else
			out += sprintf(out, "%%%02x", *text);
	}
	*out = '\0';
	return out;
}

static char *format_designator(const struct designator *d, gfp_t gfp)
{
	size_t size = strlen(d->prefix) + 1 + 3 * d->len + 1;
	char *id = kmalloc(size, gfp), *out = id;

	if (!id)
		return ERR_PTR(-ENOMEM);
	out += sprintf(out, "%s.", d->prefix);
	if (!strcmp(d->prefix, "name"))
		append_text(out, d->data, d->len, "");
	else
		*bin2hex(out, d->data, d->len) = '\0';
	return id;
}

static char *format_serial(const struct scsi_inquiry_identity *inq, gfp_t gfp)
{
	size_t vendor_len = trimmed_len(inq->vendor, 8);
	size_t model_len = trimmed_len(inq->model, 16);
	const char *serial;
	size_t len;
	char *id, *out;

	if (!inq->vpd80 || inq->vpd80_len < VPD_HEADER_LEN)
		return NULL;
	serial = inq->vpd80 + VPD_HEADER_LEN;
	len = min3(inq->vpd80_len - VPD_HEADER_LEN,
		   (size_t)get_unaligned_be16(inq->vpd80 + 2),
		   (size_t)SERIAL_MAX_LEN);
	len = trimmed_len(serial, len);
	while (len && *serial == ' ') {
		serial++;
		len--;
	}
	if (!vendor_len || !model_len || all_equal(serial, len) || !serial[0])
		return NULL;

	id = kmalloc(sizeof("sn...") + 3 * (vendor_len + model_len + len), gfp);
	if (!id)
		return ERR_PTR(-ENOMEM);
	out = id + sprintf(id, "sn.");
	out = append_text(out, inq->vendor, vendor_len, ".");
	*out++ = '.';
	out = append_text(out, inq->model, model_len, ".");
	*out++ = '.';
	append_text(out, serial, len, "");
	return id;
}

/**
 * scsi_identity_format - the identity string of a logical unit
 * @inq: what the logical unit reported
 * @gfp: how to allocate the string
 *
 * Of several designators the one is taken that identifies best: NAA 6, NAA 5
 * and 2, EUI-64, UUID, SCSI name string, locally assigned NAA; then the unit
 * serial number together with vendor and model. Identifiers that are blank or
 * all one digit are passed over.
 *
 * Return: a string to kfree(), NULL if there is no trustworthy identity, or
 * ERR_PTR(-ENOMEM).
 */
char *scsi_identity_format(const struct scsi_inquiry_identity *inq, gfp_t gfp)
{
	struct designator d = best_designator(inq->vpd83, inq->vpd83_len);

	if (d.rank)
		return format_designator(&d, gfp);
	return format_serial(inq, gfp);
}

/**
 * scsi_device_identity - the identity string of a scanned device
 * @sdev: SCSI device whose INQUIRY data and VPD pages have been read
 *
 * Context: any; takes rcu_read_lock().
 * Return: as scsi_identity_format().
 */
char *scsi_device_identity(struct scsi_device *sdev)
{
	struct scsi_inquiry_identity inq = {
		.vendor = sdev->vendor,
		.model = sdev->model,
	};
	const struct scsi_vpd *vpd;
	char *id;

	rcu_read_lock();
	vpd = rcu_dereference(sdev->vpd_pg83);
	if (vpd) {
		inq.vpd83 = vpd->data;
		inq.vpd83_len = vpd->len;
	}
	vpd = rcu_dereference(sdev->vpd_pg80);
	if (vpd) {
		inq.vpd80 = vpd->data;
		inq.vpd80_len = vpd->len;
	}
	id = scsi_identity_format(&inq, GFP_ATOMIC);
	rcu_read_unlock();
	return id;
}
