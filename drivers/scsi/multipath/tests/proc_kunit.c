// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of the parser for lines of /proc/scsi/scsi_path/paths. */

#include <kunit/test.h>
#include <linux/string.h>

#include "../proc.h"

static int parse(struct kunit *test, const char *text,
		 struct scsi_path_line *parsed)
{
	size_t size = strlen(text) + 1;
	char *line = kunit_kmalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, line);
	memcpy(line, text, size);
	return scsi_path_line_parse(line, parsed);
}

static void good_lines(struct kunit *test)
{
	static const struct {
		const char *text;
		struct scsi_path_line expected;
	} rows[] = {
		{ "naa.6001:2:0:a:1f:1:3:4",
		  { "naa.6001", 2, 0, 0xa, 0x1f, 1, 3, 4 } },
		{ "x:0:0:0:0:2:0:0", { "x", 0, 0, 0, 0, 2, 0, 0 } },
		{ "sn.A.B%3a.c:ffffffff:FFFFFFFF:ffffFFFF:ffffffff:3:0:0",
		  { "sn.A.B%3a.c", PATH_LINE_WILDCARD, PATH_LINE_WILDCARD,
		    PATH_LINE_WILDCARD, PATH_LINE_WILDCARD, 3, 0, 0 } },
		{ "x:1:2:3:ffffffffffffffff:1:ffffffff:ffffffff",
		  { "x", 1, 2, 3, U64_MAX, 1, U32_MAX, U32_MAX } },
		{ "x:0000000a:000000000000000b:00c:0000d:001:0e:0f",
		  { "x", 0xa, 0xb, 0xc, 0xd, 1, 0xe, 0xf } },
		{ "x:10:20:30:4001000000000000:3:40:50",
		  { "x", 0x10, 0x20, 0x30, 0x4001000000000000, 3, 0x40, 0x50 } },
	};

	for (int i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct scsi_path_line *expected = &rows[i].expected;
		struct scsi_path_line parsed;
		int error = parse(test, rows[i].text, &parsed);

		KUNIT_EXPECT_EQ_MSG(test, error, 0, "%s", rows[i].text);
		if (error)
			continue;
		KUNIT_EXPECT_STREQ(test, parsed.id, expected->id);
		KUNIT_EXPECT_EQ(test, parsed.host, expected->host);
		KUNIT_EXPECT_EQ(test, parsed.channel, expected->channel);
		KUNIT_EXPECT_EQ(test, parsed.target, expected->target);
		KUNIT_EXPECT_EQ(test, parsed.lun, expected->lun);
		KUNIT_EXPECT_EQ(test, parsed.state, expected->state);
		KUNIT_EXPECT_EQ(test, parsed.failures, expected->failures);
		KUNIT_EXPECT_EQ(test, parsed.weight, expected->weight);
	}
}

static const char *const malformed[] = {
	/* the number of fields */
	"",
	":",
	"x",
	"x:",
	"x:1",
	"x:1:2:3:4:1:5",
	"x:1:2:3:4:1:5:6:7",
	"x:1:2:3:4:1:5:6:",
	"x:1:2:3:4:1:5:6::",
	":::::::",
	/* empty fields */
	":1:2:3:4:1:5:6",
	"x::2:3:4:1:5:6",
	"x:1::3:4:1:5:6",
	"x:1:2::4:1:5:6",
	"x:1:2:3::1:5:6",
	"x:1:2:3:4::5:6",
	"x:1:2:3:4:1::6",
	"x:1:2:3:4:1:5:",
	/* what number parsers like to take */
	"x:+1:2:3:4:1:5:6",
	"x:-1:2:3:4:1:5:6",
	"x:1:2:3:4:1:5:-1",
	"x:0x1:2:3:4:1:5:6",
	"x:1:2:3:0X4:1:5:6",
	"x:1:2:3:4:1:5:0x",
	"x: 1:2:3:4:1:5:6",
	"x:1 :2:3:4:1:5:6",
	"x:1:2:3:4:1:5: 6",
	"x:1:2:3:4:1:5:6 ",
	"x:1:2:3:4:1:5:\t6",
	"x:1:2:3:4:1:5:6\n",
	"x:1:2:3:4:1:5\n:6",
	"x:1\n:2:3:4:1:5:6",
	"x:1:2:3:4:1:5:6\nx:1:2:3:4:1:5:6",
	"x:g:2:3:4:1:5:6",
	"x:1:2:3:4:1:5:6h",
	"x:1:2:3:4:1:5:*",
	/* beyond 32 bits, and 64 for the LUN */
	"x:100000000:2:3:4:1:5:6",
	"x:1:100000000:3:4:1:5:6",
	"x:1:2:100000000:4:1:5:6",
	"x:1:2:3:4:100000001:5:6",
	"x:1:2:3:4:1:100000000:6",
	"x:1:2:3:4:1:5:100000000",
	"x:1:2:3:4:1:5:ffffffffffffffff",
	"x:1:2:3:10000000000000000:1:5:6",
	"x:10000000000000001:2:3:4:1:5:6",
	"x:1:2:3:4:1:5:10000000000000000000000000000000000000000000006",
	/* states that there are not */
	"x:1:2:3:4:0:5:6",
	"x:1:2:3:4:4:5:6",
	"x:1:2:3:4:ffffffff:5:6",
	"x:1:2:3:4:good:5:6",
};

static void malformed_lines(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(malformed); i++) {
		struct scsi_path_line parsed;

		KUNIT_EXPECT_EQ_MSG(test, parse(test, malformed[i], &parsed),
				    -EINVAL, "\"%s\"", malformed[i]);
	}
}

/* Nobody shall act on the half of a line that made sense. */
static void failure_sets_nothing(struct kunit *test)
{
	const size_t from = offsetof(struct scsi_path_line, host);

	for (int i = 0; i < ARRAY_SIZE(malformed); i++) {
		struct scsi_path_line parsed, before;

		memset(&parsed, 0xa5, sizeof(parsed));
		memcpy(&before, &parsed, sizeof(before));
		parse(test, malformed[i], &parsed);
		KUNIT_EXPECT_TRUE_MSG(test,
				      !memcmp((u8 *)&parsed + from,
					      (u8 *)&before + from,
					      sizeof(parsed) - from),
				      "\"%s\"", malformed[i]);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(good_lines),
	KUNIT_CASE(malformed_lines),
	KUNIT_CASE(failure_sets_nothing),
	{ }
};

static struct kunit_suite suite = {
	.name = "scsi_multipath_proc",
	.test_cases = cases,
};

kunit_test_suite(suite);
