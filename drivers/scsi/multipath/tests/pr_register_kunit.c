// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of persistent reservations: REGISTER and REGISTER AND IGNORE EXISTING KEY. */

#include <kunit/test.h>
#include <linux/array_size.h>

#include "../pr.h"
#include "pr_walk.h"

static const struct pr_command commands[] = {
	{ "register first", PR_OUT_REGISTER, 0, 0, NEW_KEY },
	{ "register, another host too", PR_OUT_REGISTER, 0, 0, KEY_C,
	  .to = HOST_C },
	{ "register same", PR_OUT_REGISTER, 0, KEY, KEY },
	{ "register new", PR_OUT_REGISTER, 0, KEY, NEW_KEY },
	{ "unregister", PR_OUT_REGISTER, 0, KEY, 0 },
	{ "register, bad key", PR_OUT_REGISTER, 0, BAD_KEY, NEW_KEY },
	{ "register nothing", PR_OUT_REGISTER, 0, 0, 0 },
	{ "ignore, new", PR_OUT_REGISTER_AND_IGNORE, 0, 0, NEW_KEY },
	{ "ignore, same", PR_OUT_REGISTER_AND_IGNORE, 0, 0, KEY },
	{ "ignore, none", PR_OUT_REGISTER_AND_IGNORE, 0, 0, 0 },
	{ "register first, aptpl", PR_OUT_REGISTER, 0, 0, NEW_KEY,
	  .flags = PR_APTPL },
	{ "register new, aptpl", PR_OUT_REGISTER, 0, KEY, NEW_KEY,
	  .flags = PR_APTPL },
	{ "unregister, aptpl", PR_OUT_REGISTER, 0, KEY, 0, .flags = PR_APTPL },
	{ "ignore, new, aptpl", PR_OUT_REGISTER_AND_IGNORE, 0, 0, NEW_KEY,
	  .flags = PR_APTPL },
	{ "register first, all ports", PR_OUT_REGISTER, 0, 0, NEW_KEY,
	  .flags = PR_ALL_TG_PT },
	{ "ignore, new, all ports", PR_OUT_REGISTER_AND_IGNORE, 0, 0, NEW_KEY,
	  .flags = PR_ALL_TG_PT },
	{ "ignore, same, all ports", PR_OUT_REGISTER_AND_IGNORE, 0, 0, KEY,
	  .flags = PR_ALL_TG_PT },
	{ "unregister, all ports", PR_OUT_REGISTER, 0, KEY, 0,
	  .flags = PR_ALL_TG_PT },
	{ "ignore, same, aptpl", PR_OUT_REGISTER_AND_IGNORE, 0, 0, KEY,
	  .flags = PR_APTPL },
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

static struct kunit_case pr_register_cases[] = {
	KUNIT_CASE(each_event),
	KUNIT_CASE_SLOW(fence_and_loss),
	KUNIT_CASE(shut_out),
	{ }
};

static struct kunit_suite pr_register_suite = {
	.name = "scsi_multipath_pr_register",
	.test_cases = pr_register_cases,
};

kunit_test_suite(pr_register_suite);
