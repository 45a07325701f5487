// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of the identity string. */

#include <kunit/test.h>
#include <linux/ctype.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "../identity.h"

#define BINARY		1
#define ASCII		2
#define UTF8		3

#define T10_VENDOR	0x1
#define EUI64		0x2
#define NAA		0x3
#define MD5		0x7
#define NAME		0x8
#define UUID		0xa
#define TARGET_PORT	0x10
#define TARGET_DEVICE	0x20
#define PIV		0x80

#define MAX_SERIAL	252

struct vpd {
	u8 data[4 + 512];
	size_t len;
};

static const char vendor[8] = "VENDOR  ", model[16] = "MODEL           ";

static void start_page(struct vpd *page, u8 code)
{
	memset(page, 0, sizeof(*page));
	page->data[1] = code;
	page->len = 4;
}

static void add(struct vpd *page, const void *data, size_t len)
{
	memcpy(page->data + page->len, data, len);
	page->len += len;
	put_unaligned_be16(page->len - 4, page->data + 2);
}

static void add_designator(struct vpd *page, u8 code_set, u8 type,
			   const void *id, u8 len)
{
	const u8 header[4] = { code_set, type, 0, len };

	add(page, header, sizeof(header));
	add(page, id, len);
}

/* Nothing lies behind the pages, so that an overrun is one of the heap. */
static char *format(struct kunit *test, const struct vpd *vpd83,
		    const struct vpd *vpd80, const char *v, const char *m)
{
	u8 *page83 = vpd83 ? kmemdup(vpd83->data, vpd83->len, GFP_KERNEL) : NULL;
	u8 *page80 = vpd80 ? kmemdup(vpd80->data, vpd80->len, GFP_KERNEL) : NULL;
	const struct scsi_inquiry_identity inq = {
		.vpd83 = page83,
		.vpd83_len = vpd83 ? vpd83->len : 0,
		.vpd80 = page80,
		.vpd80_len = vpd80 ? vpd80->len : 0,
		.vendor = v,
		.model = m,
	};
	char *id = scsi_identity_format(&inq, GFP_KERNEL);

	kfree(page83);
	kfree(page80);
	return id;
}

static void expect(struct kunit *test, const struct vpd *vpd83,
		   const struct vpd *vpd80, const char *expected,
		   const char *what)
{
	char *id = format(test, vpd83, vpd80, vendor, model);

	KUNIT_EXPECT_TRUE_MSG(test, expected ? id && !strcmp(id, expected) : !id,
			      "%s: %s, not %s", what, id, expected);
	kfree(id);
}

#define NAA6	"\x60\x01\x40\x5a\xbc\xde\xf0\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12"
#define NAA6_ID	"naa.6001405abcdef0123456789abcdef012"
#define NAA5	"\x50\x01\x40\x5a\xbc\xde\xf0\x12"
#define NAA5_ID	"naa.5001405abcdef012"
#define EUI_16	"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
#define ZERO_16	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define ONES_16	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
#define IQN	"iqn.2001-04.com.example"

static const struct {
	const char *what;
	u8 code_set;
	u8 type;
	const char *id;
	u8 len;
	const char *expected;
} designators[] = {
	{ "NAA 6", BINARY, NAA, NAA6, 16, NAA6_ID },
	{ "NAA 5", BINARY, NAA, NAA5, 8, NAA5_ID },
	{ "NAA 2", BINARY, NAA, "\x20\x11\x22\x33\x44\x55\x66\x77", 8,
	  "naa.2011223344556677" },
	{ "NAA 3", BINARY, NAA, "\x30\x11\x22\x33\x44\x55\x66\x77", 8,
	  "naa.3011223344556677" },
	{ "EUI-64", BINARY, EUI64, EUI_16, 8, "eui.0001020304050607" },
	{ "EUI-64, 12", BINARY, EUI64, EUI_16, 12,
	  "eui.000102030405060708090a0b" },
	{ "EUI-64, 16", BINARY, EUI64, EUI_16, 16,
	  "eui.000102030405060708090a0b0c0d0e0f" },
	{ "UUID", BINARY, UUID, "\x10\0" EUI_16, 18,
	  "uuid.000102030405060708090a0b0c0d0e0f" },
	{ "iqn", UTF8, NAME, IQN, 23, "name." IQN },
	{ "naa name", UTF8, NAME, "naa.5001405ABCDEF012", 20,
	  "name.naa.5001405ABCDEF012" },
	{ "eui name", UTF8, NAME, "eui.0001020304050607", 20,
	  "name.eui.0001020304050607" },
	{ "padded name", UTF8, NAME, IQN " \0\0\0", 27, "name." IQN },
	{ "odd name", UTF8, NAME, "iqn.a:b c%d\x01\x7f\xc3\xa9", 15,
	  "name.iqn.a%3ab%20c%25d%01%7f%c3%a9" },
	{ "protocol", 0x50 | BINARY, NAA, NAA5, 8, NAA5_ID },
	{ "PIV", BINARY, PIV | NAA, NAA5, 8, NAA5_ID },

	{ "T10 vendor", ASCII, T10_VENDOR, "VENDOR  DISK 123", 16 },
	{ "vendor specific", BINARY, 0x0, NAA5, 8 },
	{ "relative port", BINARY, 0x4, "\0\0\0\1", 4 },
	{ "MD5", BINARY, MD5, EUI_16, 16 },
	{ "port", BINARY, TARGET_PORT | NAA, NAA6, 16 },
	{ "target", BINARY, TARGET_DEVICE | NAA, NAA6, 16 },
	{ "port or target", BINARY, TARGET_PORT | TARGET_DEVICE | NAA, NAA6, 16 },
	{ "port name", UTF8, TARGET_PORT | NAME, IQN, 23 },

	{ "NAA in ASCII", ASCII, NAA, NAA6, 16 },
	{ "NAA in UTF-8", UTF8, NAA, NAA6, 16 },
	{ "EUI-64 in ASCII", ASCII, EUI64, EUI_16, 8 },
	{ "UUID in UTF-8", UTF8, UUID, "\x10\0" EUI_16, 18 },
	{ "binary name", BINARY, NAME, IQN, 23 },
	{ "ASCII name", ASCII, NAME, IQN, 23 },

	{ "NAA 6, 8", BINARY, NAA, NAA6, 8 },
	{ "NAA 6, 15", BINARY, NAA, NAA6, 15 },
	{ "NAA 5, 16", BINARY, NAA, NAA5 NAA5, 16 },
	{ "NAA 2, 7", BINARY, NAA, "\x20\x11\x22\x33\x44\x55\x66\x77", 7 },
	{ "NAA 3, 9", BINARY, NAA, "\x30\x11\x22\x33\x44\x55\x66\x77\x88", 9 },
	{ "NAA 1", BINARY, NAA, "\x10\x11\x22\x33\x44\x55\x66\x77", 8 },
	{ "NAA, 1", BINARY, NAA, NAA6, 1 },
	{ "NAA, 0", BINARY, NAA, "", 0 },
	{ "EUI-64, 9", BINARY, EUI64, EUI_16, 9 },
	{ "EUI-64, 0", BINARY, EUI64, "", 0 },
	{ "UUID, 16", BINARY, UUID, "\x10\0" EUI_16, 16 },
	{ "UUID, 0", BINARY, UUID, "", 0 },
	{ "UUID of another kind", BINARY, UUID, "\x20\0" EUI_16, 18 },
	{ "name of another kind", UTF8, NAME, "abc.0123456789", 14 },
	{ "name, 0", UTF8, NAME, "", 0 },
	{ "name, 4", UTF8, NAME, "iqn.", 4 },
	{ "NUL in prefix", UTF8, NAME, "iqn\0abcd", 8 },

	{ "NAA 6 zero", BINARY, NAA, "\x60" ZERO_16, 16 },
	{ "NAA 6 ones", BINARY, NAA, "\x6f" ONES_16, 16 },
	{ "NAA 5 zero", BINARY, NAA, "\x50" ZERO_16, 8 },
	{ "NAA 2 ones", BINARY, NAA, "\x2f" ONES_16, 8 },
	{ "NAA zero", BINARY, NAA, ZERO_16, 8 },
	{ "EUI-64 zero", BINARY, EUI64, ZERO_16, 8 },
	{ "EUI-64 ones", BINARY, EUI64, ONES_16, 16 },
	{ "UUID zero", BINARY, UUID, "\x10\0" ZERO_16, 18 },
	{ "UUID ones", BINARY, UUID, "\x10\0" ONES_16, 18 },
	{ "NAA 6 without company", BINARY, NAA,
	  "\x60\0\0\0\x05\1\2\3\4\5\6\7\x8\x9\xa\xb", 16 },
	{ "NAA 6 of company 1", BINARY, NAA,
	  "\x60\0\0\x10\x05\1\2\3\4\5\6\7\x8\x9\xa\xb", 16,
	  "naa.60000010050102030405060708090a0b" },
	{ "NAA 6 without number", BINARY, NAA, "\x60\x01\x40\x50" ZERO_16, 16 },
	{ "NAA 6 numbered ones", BINARY, NAA, "\x60\x01\x40\x5f" ONES_16, 16 },
	{ "NAA 6 with an extension only", BINARY, NAA,
	  "\x60\x01\x40\x50\0\0\0\0\0\0\0\0\0\0\0\1", 16,
	  "naa.60014050000000000000000000000001" },
	{ "NAA 5 without company", BINARY, NAA, "\x50\0\0\0\x05\1\2\3", 8 },
	{ "NAA 5 without number", BINARY, NAA, "\x50\x01\x40\x50\0\0\0\0", 8 },
	{ "NAA 5 numbered 1", BINARY, NAA, "\x50\x01\x40\x50\0\0\0\1", 8,
	  "naa.5001405000000001" },
	{ "NAA 2 without company", BINARY, NAA, "\x20\x01\0\0\0\1\2\3", 8 },
	{ "NAA 2 without number", BINARY, NAA, "\x20\0\0\x14\x05\0\0\0", 8 },
	{ "NAA 2 numbered 1", BINARY, NAA, "\x20\0\0\x14\x05\0\0\1", 8,
	  "naa.2000001405000001" },
	{ "NAA 3 of zeros and a one", BINARY, NAA, "\x30\0\0\0\0\0\0\1", 8 },
	{ "NAA 3 of two places", BINARY, NAA, "\x30\0\xff\xff\0\0\xff\xff", 8 },
	{ "NAA 3 of more than these", BINARY, NAA, "\x30\x01\0\1\0\0\0\1", 8,
	  "naa.3001000100000001" },
	{ "EUI-64 without company", BINARY, EUI64, "\0\0\0\1\2\3\4\5", 8 },
	{ "EUI-64 without number", BINARY, EUI64, "\0\x14\x05\0\0\0\0\0", 8 },
	{ "EUI-64 numbered 1", BINARY, EUI64, "\0\x14\x05\0\0\0\0\1", 8,
	  "eui.0014050000000001" },
	{ "EUI-64, 16, without company", BINARY, EUI64,
	  "\1\2\3\4\5\6\7\x8\0\0\0\1\2\3\4\5", 16 },
	{ "EUI-64, 16, with an extension only", BINARY, EUI64,
	  "\0\0\0\0\0\0\0\1\0\x14\x05\0\0\0\0\0", 16,
	  "eui.00000000000000010014050000000000" },
	{ "naa name without company", UTF8, NAME, "naa.5000000051234567", 20 },
	{ "eui name without number", UTF8, NAME, "eui.0014050000000000", 20 },
	{ "eui name zero", UTF8, NAME, "eui.0000000000000000", 20 },
	{ "eui name ones", UTF8, NAME, "eui.FFFFFFFFFFFFFFFF", 20 },
	{ "blank name", UTF8, NAME, "iqn.        ", 12 },
};

static void every_designator(struct kunit *test)
{
	struct vpd page;

	for (int i = 0; i < ARRAY_SIZE(designators); i++) {
		start_page(&page, 0x83);
		add_designator(&page, designators[i].code_set,
			       designators[i].type, designators[i].id,
			       designators[i].len);
		expect(test, &page, NULL, designators[i].expected,
		       designators[i].what);
	}
}

/* The format digit of an NAA is set even where nobody has set the rest. */
static void unset_naa_name(struct kunit *test)
{
	struct vpd page;

	start_page(&page, 0x83);
	add_designator(&page, UTF8, NAME, "naa.5000000000000000", 20);
	expect(test, &page, NULL, NULL, "naa name zero");

	start_page(&page, 0x83);
	add_designator(&page, UTF8, NAME,
		       "naa.6FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", 36);
	expect(test, &page, NULL, NULL, "naa name ones");
}

/*
 * What tgt says of the first unit of its first target, on every machine; and when its
 * administrator has given it a serial number.
 */
static void tgt(struct kunit *test)
{
	static const u8 naa3[] = { 0x30, 0, 0, 1, 0, 0, 0, 1 };
	static const u8 naa6[] = { 0x60, 0, 0, 0, 0, 0, 0, 0,
				   0x0e, 0, 0, 0, 0, 1, 0, 1 };
	static const char iet[8] = "IET     ", disk[16] = "VIRTUAL-DISK    ";
	static const struct {
		const char *serial;
		const char *expected;
	} rows[] = {
		{ "                              beaf11", NULL },
		{ "                             beaf101", NULL },
		{ "                              abc123",
		  "sn.IET.VIRTUAL-DISK.abc123" },
		{ "                            beaf11x1",
		  "sn.IET.VIRTUAL-DISK.beaf11x1" },
	};
	struct vpd page, serial;

	start_page(&page, 0x83);
	add_designator(&page, ASCII, T10_VENDOR, "IET     00010001", 16);
	add_designator(&page, BINARY, NAA, naa3, sizeof(naa3));
	add_designator(&page, BINARY, NAA, naa6, sizeof(naa6));
	for (int i = 0; i < ARRAY_SIZE(rows); i++) {
		char *id;

		start_page(&serial, 0x80);
		add(&serial, rows[i].serial, strlen(rows[i].serial));
		id = format(test, &page, &serial, iet, disk);
		KUNIT_EXPECT_STREQ_MSG(test, id ?: "none",
				       rows[i].expected ?: "none", "%s",
				       rows[i].serial);
		kfree(id);
	}
}

/* Best first, by row of designators[]. */
static void priority(struct kunit *test)
{
	static const u8 order[] = { 0, 1, 4, 7, 8, 3 };
	struct vpd page, serial;

	start_page(&serial, 0x80);
	add(&serial, "ABC123", 6);
	for (int i = 0; i < ARRAY_SIZE(order); i++) {
		for (int j = i; j < ARRAY_SIZE(order); j++) {
			for (int swap = 0; swap < 2; swap++) {
				int first = order[swap ? j : i];
				int second = order[swap ? i : j];

				start_page(&page, 0x83);
				add_designator(&page, ASCII, T10_VENDOR,
					       "VENDOR  X", 9);
				add_designator(&page,
					       designators[first].code_set,
					       designators[first].type,
					       designators[first].id,
					       designators[first].len);
				add_designator(&page,
					       designators[second].code_set,
					       designators[second].type,
					       designators[second].id,
					       designators[second].len);
				expect(test, &page, &serial,
				       designators[order[i]].expected,
				       designators[order[j]].what);
			}
		}
	}

	start_page(&page, 0x83);
	add_designator(&page, ASCII, T10_VENDOR, "VENDOR  X", 9);
	add_designator(&page, BINARY, TARGET_PORT | NAA, NAA6, 16);
	expect(test, &page, &serial, "sn.VENDOR.MODEL.ABC123", "serial");
}

/* One that has a better name now is still called what it was called. */
static void all_names(struct kunit *test)
{
	static const u8 order[] = { 0, 1, 4, 7, 8, 3 };
	struct vpd page, serial;
	const char *name;
	char *names;

	start_page(&serial, 0x80);
	add(&serial, "ABC123", 6);
	for (int turn = 0; turn < ARRAY_SIZE(order); turn++) {
		start_page(&page, 0x83);
		for (int i = 0; i < ARRAY_SIZE(order); i++) {
			int row = order[(i + turn) % ARRAY_SIZE(order)];

			add_designator(&page, designators[row].code_set,
				       designators[row].type,
				       designators[row].id,
				       designators[row].len);
			/* what says the same twice, and what is none */
			if (i == turn)
				add_designator(&page, designators[row].code_set,
					       designators[row].type,
					       designators[row].id,
					       designators[row].len);
			add_designator(&page, BINARY, TARGET_PORT | NAA,
				       "\x50\1\2\3\4\5\6\7", 8);
		}
		names = format(test, &page, &serial, vendor, model);
		KUNIT_ASSERT_NOT_NULL(test, names);
		name = names;
		for (int i = 0; i < ARRAY_SIZE(order); i++) {
			const char *expected = designators[order[i]].expected;

			KUNIT_EXPECT_STREQ(test, name, expected);
			KUNIT_EXPECT_TRUE(test, scsi_identity_lists(names,
								    expected));
			name = scsi_identity_next(name);
		}
		KUNIT_EXPECT_STREQ(test, name, "sn.VENDOR.MODEL.ABC123");
		KUNIT_EXPECT_TRUE(test, scsi_identity_lists(names, name));
		KUNIT_EXPECT_STREQ(test, scsi_identity_next(name), "");
		KUNIT_EXPECT_FALSE(test, scsi_identity_lists(names,
							     "naa.5001020304050607"));
		KUNIT_EXPECT_FALSE(test, scsi_identity_lists(names, ""));
		kfree(names);
	}
}

static void ties(struct kunit *test)
{
	static const struct {
		u8 type;
		const char *better;
		u8 better_len;
		const char *worse;
		u8 worse_len;
		const char *expected;
	} rows[] = {
		{ NAA, "\x50\1\2\3\4\5\6\7", 8, "\x50\1\2\3\4\5\6\x8", 8,
		  "naa.5001020304050607" },
		{ NAA, "\x20\1\2\3\4\5\6\7", 8, "\x50\1\2\3\4\5\6\7", 8,
		  "naa.2001020304050607" },
		{ EUI64, "\xf0\1\2\3\4\5\6\7\x8\x9\xa\xb", 12, EUI_16, 8,
		  "eui.f00102030405060708090a0b" },
		/* A signed comparison would put 0xff first. */
		{ EUI64, "\1\1\1\1\1\1\1\2", 8, "\xff\1\1\1\1\1\1\2", 8,
		  "eui.0101010101010102" },
	};
	struct vpd page;

	for (int i = 0; i < ARRAY_SIZE(rows); i++) {
		start_page(&page, 0x83);
		add_designator(&page, BINARY, rows[i].type, rows[i].better,
			       rows[i].better_len);
		add_designator(&page, BINARY, rows[i].type, rows[i].worse,
			       rows[i].worse_len);
		expect(test, &page, NULL, rows[i].expected, "better first");

		start_page(&page, 0x83);
		add_designator(&page, BINARY, rows[i].type, rows[i].worse,
			       rows[i].worse_len);
		add_designator(&page, BINARY, rows[i].type, rows[i].better,
			       rows[i].better_len);
		expect(test, &page, NULL, rows[i].expected, "worse first");
	}
}

static void lying_lengths(struct kunit *test)
{
	struct vpd page;

	expect(test, NULL, NULL, NULL, "no pages");
	for (size_t len = 0; len <= 4; len++) {
		start_page(&page, 0x83);
		put_unaligned_be16(20, page.data + 2);
		page.len = len;
		expect(test, &page, &page, NULL, "header only");
	}

	start_page(&page, 0x83);
	add_designator(&page, BINARY, NAA, NAA5, 8);
	for (size_t len = 5; len < page.len; len++) {
		struct vpd cut = page;

		cut.len = len;
		expect(test, &cut, NULL, NULL, "received in part");
		put_unaligned_be16(len - 4, cut.data + 2);
		expect(test, &cut, NULL, NULL, "descriptor past the page");
		cut.len = page.len;
		expect(test, &cut, NULL, NULL, "page ends in a descriptor");
	}
	put_unaligned_be16(U16_MAX, page.data + 2);
	expect(test, &page, NULL, NAA5_ID, "page claims more");
	put_unaligned_be16(0, page.data + 2);
	expect(test, &page, NULL, NULL, "page claims nothing");

	start_page(&page, 0x83);
	add_designator(&page, BINARY, NAA, NAA5, 8);
	add_designator(&page, BINARY, NAA, NAA6, 16);
	page.data[4 + 12 + 3] = 17;
	expect(test, &page, NULL, NAA5_ID, "second descriptor past the page");
	page.data[4 + 12 + 3] = 16;
	put_unaligned_be16(12, page.data + 2);
	expect(test, &page, NULL, NAA5_ID, "second descriptor after the page");
}

static void serials(struct kunit *test)
{
	static const struct {
		const char *serial;
		u8 len;
		const char *expected;
	} rows[] = {
		{ "ABC123", 6, "sn.VENDOR.MODEL.ABC123" },
		{ "  ABC123  ", 10, "sn.VENDOR.MODEL.ABC123" },
		{ "ABC123\0\0\0", 9, "sn.VENDOR.MODEL.ABC123" },
		{ "ABC123  \0\0", 10, "sn.VENDOR.MODEL.ABC123" },
		/* one serial number is not another that starts alike */
		{ "AB\0CD", 5, "sn.VENDOR.MODEL.AB%00CD" },
		{ "AB.C 1:2%3", 10, "sn.VENDOR.MODEL.AB.C%201%3a2%253" },
		{ "A\x01\x1f\x7f\x80\xff\t", 7,
		  "sn.VENDOR.MODEL.A%01%1f%7f%80%ff%09" },
		{ "", 0 },
		{ "        ", 8 },
		{ "\0\0\0\0\0\0\0\0", 8 },
		{ "\0ABC123", 7 },
		{ "   \0ABC", 7 },
		{ "00000000", 8 },
		{ " 0000 ", 6 },
		{ "FFFFFFFF", 8 },
		{ "\xff\xff\xff\xff", 4 },
		{ "0123456789", 10 },
		{ "0123456789ABCDEF", 16 },
		{ "  UNKNOWN ", 10 },
		{ "123456780", 9, "sn.VENDOR.MODEL.123456780" },
	};
	struct vpd page;

	for (int i = 0; i < ARRAY_SIZE(rows); i++) {
		start_page(&page, 0x80);
		add(&page, rows[i].serial, rows[i].len);
		expect(test, NULL, &page, rows[i].expected, rows[i].serial);
	}

	start_page(&page, 0x80);
	add(&page, "ABC123", 6);
	put_unaligned_be16(U16_MAX, page.data + 2);
	expect(test, NULL, &page, "sn.VENDOR.MODEL.ABC123", "claims more");
	put_unaligned_be16(3, page.data + 2);
	expect(test, NULL, &page, "sn.VENDOR.MODEL.ABC", "claims less");
	put_unaligned_be16(0, page.data + 2);
	expect(test, NULL, &page, NULL, "claims nothing");
}

static void vendors_and_models(struct kunit *test)
{
	static const struct {
		char vendor[8] __nonstring;
		char model[16] __nonstring;
		const char *expected;
	} rows[] = {
		{ "A.B     ", "C               ", "sn.A%2eB.C.12" },
		{ "A       ", "B.C             ", "sn.A.B%2eC.12" },
		{ "A B     ", "C:D%            ", "sn.A%20B.C%3aD%25.12" },
		{ "A", "B", "sn.A.B.12" },
		{ "ABCDEFGH", "IJKLMNOPQRSTUVWX",
		  "sn.ABCDEFGH.IJKLMNOPQRSTUVWX.12" },
		{ "        ", "C               " },
		{ "A       ", "                " },
		{ "", "" },
	};
	struct vpd page;

	start_page(&page, 0x80);
	add(&page, "12", 2);
	for (int i = 0; i < ARRAY_SIZE(rows); i++) {
		char *id = format(test, NULL, &page, rows[i].vendor,
				  rows[i].model);
		const char *expected = rows[i].expected;

		KUNIT_EXPECT_TRUE_MSG(test, expected ?
				      id && !strcmp(id, expected) : !id,
				      "%s, not %s", id, expected);
		kfree(id);
	}
}

static void long_ids(struct kunit *test)
{
	char expected[sizeof("sn.VENDOR.MODEL.") + MAX_SERIAL];
	struct vpd page;
	char *id;

	strscpy(expected, "sn.VENDOR.MODEL.");
	start_page(&page, 0x80);
	for (int i = 0; i < MAX_SERIAL; i++) {
		expected[16 + i] = 'A' + i % 26;
		add(&page, expected + 16 + i, 1);
	}
	expected[16 + MAX_SERIAL] = '\0';
	expect(test, NULL, &page, expected, "longest serial");

	strscpy(expected, "name.iqn.");
	for (int i = 0; i < 223 - 4; i++)
		expected[9 + i] = 'a' + i % 26;
	expected[5 + 223] = '\0';
	start_page(&page, 0x83);
	add_designator(&page, UTF8, NAME, expected + 5, 223);
	expect(test, &page, NULL, expected, "longest name");

	/* Every byte needs three. */
	start_page(&page, 0x80);
	for (int i = 0; i < MAX_SERIAL; i++)
		add(&page, i % 2 ? ":" : "\t", 1);
	id = format(test, NULL, &page, "::::::::", "::::::::::::::::");
	KUNIT_ASSERT_NOT_NULL(test, id);
	KUNIT_EXPECT_EQ(test, strlen(id), 3 + 3 * (8 + 16 + MAX_SERIAL) + 2);
	kfree(id);
}

/* Half of what comes out is nonsense, half nearly makes sense. */
static void random_page(struct rnd_state *rnd, struct vpd *page)
{
	static const u8 types[] = { EUI64, NAA, NAA, NAME, UUID };
	static const u8 lengths[] = { 8, 12, 16, 18, 3 };
	size_t pos = 4;

	prandom_bytes_state(rnd, page->data, sizeof(page->data));
	page->len = prandom_u32_state(rnd) % 200;
	if (prandom_u32_state(rnd) % 2)
		put_unaligned_be16(page->len, page->data + 2);
	while (pos + 8 < page->len && prandom_u32_state(rnd) % 8) {
		u8 *desc = page->data + pos;
		u8 type = types[prandom_u32_state(rnd) % ARRAY_SIZE(types)];

		desc[0] = type == NAME ? UTF8 : BINARY;
		desc[1] = type;
		desc[3] = lengths[prandom_u32_state(rnd) % ARRAY_SIZE(lengths)];
		if (type == NAA)
			desc[4] = desc[4] % 16 | (desc[3] == 16 ? 0x60 : 0x50);
		else if (type == NAME)
			memcpy(desc + 4, "iqn.", 4);
		else if (type == UUID)
			desc[4] = 0x10;
		pos += 4 + desc[3];
	}
}

static void random_pages(struct kunit *test)
{
	struct vpd *page = kunit_kzalloc(test, 3 * sizeof(*page), GFP_KERNEL);
	struct vpd *longer = page + 2;
	unsigned int of_designator = 0, of_serial = 0;
	struct rnd_state rnd;

	KUNIT_ASSERT_NOT_NULL(test, page);
	prandom_seed_state(&rnd, 2002);
	for (int round = 0; round < 5000; round++) {
		u8 names[24];
		char *id, *again;

		random_page(&rnd, &page[0]);
		random_page(&rnd, &page[1]);
		prandom_bytes_state(&rnd, names, sizeof(names));
		id = format(test, &page[0], &page[1], names, names + 8);

		/* What was not received makes no difference. */
		*longer = page[0];
		prandom_bytes_state(&rnd, longer->data + longer->len,
				    sizeof(longer->data) - longer->len);
		again = scsi_identity_format(&(struct scsi_inquiry_identity) {
			.vpd83 = longer->data,
			.vpd83_len = longer->len,
			.vpd80 = page[1].data,
			.vpd80_len = page[1].len,
			.vendor = names,
			.model = names + 8,
		}, GFP_KERNEL);
		KUNIT_EXPECT_EQ(test, !id, !again);
		if (id && again)
			KUNIT_EXPECT_STREQ(test, id, again);
		kfree(again);

		for (char *c = id; c && *c; c++) {
			if (!isascii(*c) || !isgraph(*c) || *c == ':') {
				KUNIT_FAIL(test, "round %d: %#x in %s", round,
					   *c, id);
				break;
			}
		}
		if (id && strstarts(id, "sn."))
			of_serial++;
		else if (id)
			of_designator++;
		kfree(id);
	}
	KUNIT_EXPECT_GT(test, of_designator, 500);
	KUNIT_EXPECT_GT(test, of_serial, 500);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_designator),
	KUNIT_CASE(unset_naa_name),
	KUNIT_CASE(tgt),
	KUNIT_CASE(priority),
	KUNIT_CASE(all_names),
	KUNIT_CASE(ties),
	KUNIT_CASE(lying_lengths),
	KUNIT_CASE(serials),
	KUNIT_CASE(vendors_and_models),
	KUNIT_CASE(long_ids),
	KUNIT_CASE(random_pages),
	{ }
};

static struct kunit_suite suite = {
	.name = "scsi_multipath_identity",
	.test_cases = cases,
};

kunit_test_suite(suite);
