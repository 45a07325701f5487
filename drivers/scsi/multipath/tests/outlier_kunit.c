// SPDX-License-Identifier: GPL-2.0
/* KUnit: which path is much worse than its siblings. */

#include <kunit/test.h>
#include <linux/array_size.h>

#include "../mpath.h"

/* A path that is busy all the time, and takes so long */
#define TAKES(us)		{ 40, 1000, 1000, 0, us }
/* One that is hardly used, and one that is not */
#define HARDLY(us)		{ 3, 30, 30, 0, us }
#define IDLE			{ }
#define FAILS(times, of)	{ 20, of, (of) - (times), times, 1000 }
/* One that answers most with BUSY, and takes so long for the others */
#define TURNS_AWAY(times, us)	{ 20, 1000, 1000 - (times), 0, us }

struct outlier_row {
	const char *what;
	struct scsi_path_measure all[4];
	unsigned int nr;
	bool expected;		/* of the first one */
};

static const struct outlier_row rows[] = {
	{ "like its sibling", { TAKES(1000), TAKES(1000) }, 2, false },
	{ "a slow one", { TAKES(30000), TAKES(1000) }, 2, true },
	{ "the sibling of a slow one", { TAKES(1000), TAKES(30000) }, 2, false },
	{ "three times as slow", { TAKES(30000), TAKES(10000) }, 2, false },
	{ "slow, and yet fast", { TAKES(5000), TAKES(100) }, 2, false },
	{ "two of four", { TAKES(30000), TAKES(30000), TAKES(1000),
			   TAKES(1000) }, 4, true },
	{ "three of four: the logical unit is slow",
	  { TAKES(30000), TAKES(30000), TAKES(30000), TAKES(1000) }, 4, false },
	{ "all of them", { TAKES(30000), TAKES(30000) }, 2, false },
	{ "nobody to compare it with", { TAKES(30000), IDLE, IDLE }, 3, false },
	{ "looked at too seldom", { HARDLY(30000), TAKES(1000) }, 2, false },
	{ "few commands", { { 40, 15, 15, 0, 90000 }, TAKES(1000) }, 2, false },
	{ "idle", { IDLE, TAKES(1000) }, 2, false },
	{ "errors", { FAILS(20, 1000), TAKES(1000) }, 2, true },
	{ "few errors", { FAILS(7, 100), TAKES(1000) }, 2, false },
	{ "rare errors", { FAILS(20, 10000), TAKES(1000) }, 2, false },
	{ "errors as of its sibling", { FAILS(20, 1000), FAILS(10, 1000) }, 2,
	  false },
	{ "its sibling turns all away",
	  { TAKES(30000), TURNS_AWAY(1000, 0) }, 2, false },
	{ "its sibling turns most away",
	  { TAKES(30000), TURNS_AWAY(900, 1000) }, 2, true },
	{ "its sibling fails all",
	  { TAKES(30000), FAILS(1000, 1000) }, 2, false },
	{ "turns all away", { TURNS_AWAY(1000, 0), TAKES(1000) }, 2, false },
	{ "errors, and no sibling in use", { FAILS(20, 1000), IDLE }, 2, true },
};

static void outliers(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, rows[i].expected,
				    scsi_path_is_outlier(rows[i].all,
							 rows[i].nr, 0),
				    "%s", rows[i].what);
}

static struct kunit_case outlier_cases[] = {
	KUNIT_CASE(outliers),
	{ }
};

static struct kunit_suite outlier_suite = {
	.name = "scsi_multipath_outlier",
	.test_cases = outlier_cases,
};

kunit_test_suite(outlier_suite);
