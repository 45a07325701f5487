// SPDX-License-Identifier: GPL-2.0
/*
 * The identity of a logical unit: one string, the same over every path, by which
 * it is called as long as it lists it.
 *
 * It is built from the designators of VPD page 0x83 that are associated with
 * the logical unit (SPC-4 7.8.6) or, where there is none that can be trusted,
 * from VPD page 0x80 (SPC-4 7.8.15) together with vendor and model. What comes
 * from the device is data of unknown quality: lengths are checked against that of
 * the page, all of which has been received, and identifiers that vendors leave
 * unset are refused.
 *
 * The string never holds a ':' (it separates the fields of the paths file), a
 * blank or a control character; such bytes are written as %xx.
 */

#include <linux/array_size.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/hex.h>
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

static unsigned int digit_of(const u8 *data, unsigned int i)
{
	return i % 2 ? data[i / 2] & 0xf : data[i / 2] >> 4;
}

/* Are the digits from @first to before @end all the same? */
static bool digits_equal(const u8 *data, unsigned int first, unsigned int end)
{
	for (unsigned int i = first + 1; i < end; i++) {
		if (digit_of(data, i) != digit_of(data, first))
			return false;
	}
	return true;
}

static bool digits_zero(const u8 *data, unsigned int first, unsigned int end)
{
	return !digit_of(data, first) && digits_equal(data, first, end);
}

/*
 * An unset NAA identifier still carries its format in the first digit, and
 * perhaps the company's id behind it: LIO sends the latter alone for a unit
 * without serial number. A company that is none has numbered nothing, either.
 */
static bool naa_is_unset(const u8 *data, size_t len)
{
	unsigned int end = 2 * len;

	if (digits_equal(data, 1, end))
		return true;
	switch (data[0] >> 4) {
	case 6:		/* company id of six digits, and the vendor's number */
	case 5:
		return digits_zero(data, 1, 7) || digits_equal(data, 7, end);
	case 2:		/* three digits of the vendor's, and six more at the end */
		return digits_zero(data, 4, 10) ||
		       (digits_equal(data, 10, end) && digits_equal(data, 1, 4) &&
			digit_of(data, 1) == digit_of(data, 10));
	default:
		return false;
	}
}

/*
 * Two small numbers, of a target and of a logical unit: tgt numbers so what it makes
 * up, on every machine from one on.
 */
static bool naa_is_a_place(const u8 *data)
{
	return digits_zero(data, 1, 4) && digits_zero(data, 8, 12);
}

/* In an EUI-64 of 16 bytes an extension comes before the company's id. */
static bool eui64_is_unset(const u8 *data, size_t len)
{
	const u8 *company = len == 16 ? data + 8 : data;

	return all_equal(data, len) || !memchr_inv(company, 0, 3) ||
	       (all_equal(company + 3, data + len - company - 3) &&
		(company == data || all_equal(data, 8)));
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

	if (!len)
		return d;
	switch (data[0] >> 4) {
	case 6:		/* IEEE Registered Extended */
		if (len == 16 && !naa_is_unset(data, len))
			d.rank = 8;
		break;
	case 5:		/* IEEE Registered */
	case 2:		/* IEEE Extended */
		if (len == 8 && !naa_is_unset(data, len))
			d.rank = 7;
		break;
	case 3:		/* locally assigned: unique on one site only */
		if (len == 8 && !naa_is_unset(data, len) &&
		    !naa_is_a_place(data))
			d.rank = 1;
		break;
	}
	return d;
}

static struct designator parse_eui64(const u8 *data, size_t len)
{
	struct designator d = { .prefix = "eui", .data = data, .len = len };

	if ((len == 8 || len == 12 || len == 16) && !eui64_is_unset(data, len))
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

/* "naa." and "eui." say in text what the binary ones do. */
static bool name_is_unset(const char *name, size_t len)
{
	u8 data[16];

	len -= 4;
	if (len % 2 || len / 2 > sizeof(data) ||
	    hex2bin(data, name + 4, len / 2))
		return false;
	if (!memcmp(name, "naa.", 4))
		return !parse_naa(data, len / 2).rank;
	if (!memcmp(name, "eui.", 4))
		return !parse_eui64(data, len / 2).rank;
	return false;
}

static struct designator parse_name(const u8 *data, size_t len)
{
	struct designator d = { .prefix = "name", .data = data };

	d.len = trimmed_len(data, len);
	if (d.len <= 5 || all_equal(data + 4, d.len - 4) ||
	    name_is_unset(data, d.len))
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

/* The best one that is worse than @than; NULL: than nothing. */
static struct designator next_designator(const struct scsi_inquiry_identity *inq,
					 const struct designator *than)
{
	const u8 *page = inq->vpd83;
	size_t len = inq->vpd83_len;
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

		if (designator_beats(&d, &best) &&
		    (!than || designator_beats(than, &d)))
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

static size_t designator_size(const struct designator *d)
{
	return strlen(d->prefix) + 1 + 3 * d->len + 1;
}

static char *put_designator(char *out, const struct designator *d)
{
	out += sprintf(out, "%s.", d->prefix);
	if (!strcmp(d->prefix, "name"))
		return append_text(out, d->data, d->len, "");
	out = bin2hex(out, d->data, d->len);
	*out = '\0';
	return out;
}

/* What is sent in place of a serial number, by whatever vendor */
static const char *const placeholders[] = {
	"none", "n/a", "unknown", "default",
	"12345678", "123456789", "1234567890", "0123456789", "0123456789abcdef",
};

static bool serial_is_placeholder(const char *serial, size_t len)
{
	for (int i = 0; i < ARRAY_SIZE(placeholders); i++) {
		if (strlen(placeholders[i]) == len &&
		    !strncasecmp(placeholders[i], serial, len))
			return true;
	}
	return false;
}

/* Serial numbers that are the same on every machine, unless somebody sets them. */
static const struct {
	const char *vendor;
	const char *prefix;	/* and then digits */
} serial_defaults[] = {
	{ "IET     ", "beaf" },	/* tgt: number of the target, and of the unit */
};

static bool serial_is_default(const struct scsi_inquiry_identity *inq,
			      const char *serial, size_t len)
{
	for (int i = 0; i < ARRAY_SIZE(serial_defaults); i++) {
		size_t skip = strlen(serial_defaults[i].prefix);

		if (memcmp(inq->vendor, serial_defaults[i].vendor, 8) ||
		    len <= skip ||
		    memcmp(serial, serial_defaults[i].prefix, skip))
			continue;
		while (skip < len && isdigit(serial[skip]))
			skip++;
		return skip == len;
	}
	return false;
}

/* The serial number without its padding; @len is 0 if there is none to trust. */
static const char *find_serial(const struct scsi_inquiry_identity *inq,
			       size_t *len)
{
	const char *serial;

	*len = 0;
	if (!inq->vpd80 || inq->vpd80_len < VPD_HEADER_LEN ||
	    !trimmed_len(inq->vendor, 8) || !trimmed_len(inq->model, 16))
		return NULL;
	serial = inq->vpd80 + VPD_HEADER_LEN;
	*len = min3(inq->vpd80_len - VPD_HEADER_LEN,
		    (size_t)get_unaligned_be16(inq->vpd80 + 2),
		    (size_t)SERIAL_MAX_LEN);
	*len = trimmed_len(serial, *len);
	while (*len && *serial == ' ') {
		serial++;
		--*len;
	}
	if (all_equal(serial, *len) || !serial[0] ||
	    serial_is_placeholder(serial, *len) ||
	    serial_is_default(inq, serial, *len))
		*len = 0;
	return serial;
}

static char *put_serial(char *out, const struct scsi_inquiry_identity *inq,
			const char *serial, size_t len)
{
	out += sprintf(out, "sn.");
	out = append_text(out, inq->vendor, trimmed_len(inq->vendor, 8), ".");
	*out++ = '.';
	out = append_text(out, inq->model, trimmed_len(inq->model, 16), ".");
	*out++ = '.';
	return append_text(out, serial, len, "");
}

/**
 * scsi_identity_format - the names of a logical unit
 * @inq: what the logical unit reported
 * @gfp: how to allocate them
 *
 * The first one, as a string, is the identity of a logical unit that is new: of
 * several designators the one is taken that identifies best: NAA 6, NAA 5 and 2,
 * EUI-64, UUID, SCSI name string, locally assigned NAA; then the unit serial
 * number together with vendor and model. Identifiers that are blank, all one
 * digit, or without a company are passed over.
 *
 * All other names follow, each behind the NUL of the one before, better ones
 * first, and an empty string at the end: see scsi_identity_next().
 *
 * Return: what kfree() takes, NULL if there is no trustworthy name, or
 * ERR_PTR(-ENOMEM).
 */
char *scsi_identity_format(const struct scsi_inquiry_identity *inq, gfp_t gfp)
{
	struct designator d, last;
	size_t size = 0, serial_len;
	const char *serial;
	char *names, *out;

	for (d = next_designator(inq, NULL); d.rank;
	     last = d, d = next_designator(inq, &last))
		size += designator_size(&d);
	serial = find_serial(inq, &serial_len);
	if (serial_len)
		size += sizeof("sn...") + 3 * (8 + 16 + serial_len);
	if (!size)
		return NULL;
	names = kmalloc(size + 1, gfp);
	if (!names)
		return ERR_PTR(-ENOMEM);

	out = names;
	for (d = next_designator(inq, NULL); d.rank;
	     last = d, d = next_designator(inq, &last))
		out = put_designator(out, &d) + 1;
	if (serial_len)
		out = put_serial(out, inq, serial, serial_len) + 1;
	*out = '\0';
	return names;
}

/**
 * scsi_identity_next - the next of several names
 * @name: one of those of scsi_identity_format()
 *
 * Return: the next worse one; an empty string behind the last.
 */
const char *scsi_identity_next(const char *name)
{
	return name + strlen(name) + 1;
}

/**
 * scsi_identity_lists - is a logical unit among those that names are of?
 * @names: those of scsi_identity_format()
 * @id: what the logical unit is called
 *
 * What it is called stays what it is while the device lists it, whatever better
 * name it has besides.
 */
bool scsi_identity_lists(const char *names, const char *id)
{
	for (; *names; names = scsi_identity_next(names)) {
		if (!strcmp(names, id))
			return true;
	}
	return false;
}

/**
 * scsi_identity_serial - the serial number that a name is made of
 * @name: one of those of scsi_identity_format()
 *
 * Return: what is behind vendor and model in it; NULL if it is made of a designator.
 */
const char *scsi_identity_serial(const char *name)
{
	if (!strstarts(name, "sn."))
		return NULL;
	/* A '.' is only between the parts. */
	name = strchr(name + 3, '.');
	if (name)
		name = strchr(name + 1, '.');
	return name ? name + 1 : NULL;
}

/**
 * scsi_device_identity - the names of a scanned device
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
