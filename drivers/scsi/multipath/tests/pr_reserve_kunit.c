// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of persistent reservations: RESERVE and RELEASE. */

#include <kunit/test.h>
#include <linux/array_size.h>

#include "../pr.h"
#include "pr_walk.h"

static const struct pr_command commands[] = {
	{ "reserve 5", PR_OUT_RESERVE, WE_RO, KEY, 0 },
	{ "reserve 6", PR_OUT_RESERVE, EA_RO, KEY, 0 },
	{ "reserve 7", PR_OUT_RESERVE, WE_AR, KEY, 0 },
	{ "reserve, bad key", PR_OUT_RESERVE, WE_RO, BAD_KEY, 0 },
	{ "release 5", PR_OUT_RELEASE, WE_RO, KEY, 0 },
	{ "release 6", PR_OUT_RELEASE, EA_RO, KEY, 0 },
	{ "release 7", PR_OUT_RELEASE, WE_AR, KEY, 0 },
	{ "release, bad key", PR_OUT_RELEASE, WE_RO, BAD_KEY, 0 },
	{ "reserve 1", PR_OUT_RESERVE, WE, KEY, 0 },
	{ "reserve 3", PR_OUT_RESERVE, EA, KEY, 0 },
	{ "release 1", PR_OUT_RELEASE, WE, KEY, 0 },
	{ "release 3", PR_OUT_RELEASE, EA, KEY, 0 },
};

static void each_event(struct kunit *test)
{
	pr_walk_each_event(test, commands, ARRAY_SIZE(commands));
}

static void fence_and_loss(struct kunit *test)
{
	pr_walk_fence_and_loss(test, commands, ARRAY_SIZE(commands));
}

static void shut_out(struct kunit *test)
{
	pr_walk_shut_out(test, commands, ARRAY_SIZE(commands));
}

static struct kunit_case pr_reserve_cases[] = {
	KUNIT_CASE(each_event),
	KUNIT_CASE_SLOW(fence_and_loss),
	KUNIT_CASE(shut_out),
	{ }
};

static struct kunit_suite pr_reserve_suite = {
	.name = "scsi_multipath_pr_reserve",
	.test_cases = pr_reserve_cases,
};

kunit_test_suite(pr_reserve_suite);
