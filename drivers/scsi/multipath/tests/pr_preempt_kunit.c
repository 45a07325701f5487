// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of persistent reservations: CLEAR, PREEMPT and PREEMPT AND ABORT. */

#include <kunit/test.h>
#include <linux/array_size.h>

#include "../pr.h"
#include "pr_walk.h"

static const struct pr_command commands[] = {
	{ "clear", PR_OUT_CLEAR, 0, KEY, 0 },
	{ "clear, bad key", PR_OUT_CLEAR, 0, BAD_KEY, 0 },
	{ "preempt other", PR_OUT_PREEMPT, WE_RO, KEY, KEY_B },
	{ "preempt and abort other", PR_OUT_PREEMPT_AND_ABORT, WE_RO, KEY, KEY_B },
	{ "preempt nobody", PR_OUT_PREEMPT, WE_RO, KEY, BAD_KEY },
	{ "preempt own", PR_OUT_PREEMPT, WE_RO, KEY, KEY },
	{ "preempt and abort own", PR_OUT_PREEMPT_AND_ABORT, WE_RO, KEY, KEY },
	{ "preempt, bad key", PR_OUT_PREEMPT, WE_RO, BAD_KEY, KEY_B },
	{ "preempt all", PR_OUT_PREEMPT, WE_RO, KEY, 0 },
	{ "preempt other, exclusive", PR_OUT_PREEMPT, WE, KEY, KEY_B },
	{ "preempt own, exclusive", PR_OUT_PREEMPT, EA, KEY, KEY },
	{ "preempt all, exclusive", PR_OUT_PREEMPT, WE, KEY, 0 },
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

static struct kunit_case pr_preempt_cases[] = {
	KUNIT_CASE(each_event),
	KUNIT_CASE_SLOW(fence_and_loss),
	KUNIT_CASE(shut_out),
	{ }
};

static struct kunit_suite pr_preempt_suite = {
	.name = "scsi_multipath_pr_preempt",
	.test_cases = pr_preempt_cases,
};

kunit_test_suite(pr_preempt_suite);
