// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of persistent reservations that go to another nexus: by REGISTER AND MOVE, by
 * REPLACE LOST RESERVATION, and because the path that holds one is lost.
 */

#include <kunit/test.h>
#include <linux/array_size.h>

#include "../pr.h"
#include "../pr_errand.h"
#include "pr_walk.h"

static const struct pr_command commands[] = {
	{ "move to another host", PR_OUT_REGISTER_AND_MOVE, 0, KEY, KEY_C,
	  .to = HOST_C },
	{ "move to another host, unregister", PR_OUT_REGISTER_AND_MOVE, 0, KEY,
	  KEY_C, .to = HOST_C, .unregisters = true },
	{ "move, bad key", PR_OUT_REGISTER_AND_MOVE, 0, BAD_KEY, KEY_C,
	  .to = HOST_C },
	{ "replace lost", PR_OUT_REPLACE_LOST, WE_RO, 0, NEW_KEY },
	{ "replace lost, exclusive", PR_OUT_REPLACE_LOST, WE, 0, NEW_KEY },
	/* Nobody's command: what is done when the path that holds it is lost. */
	{ "move", PR_MOVE, 0, KEY, 0 },
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

static struct kunit_case pr_move_cases[] = {
	KUNIT_CASE(each_event),
	KUNIT_CASE_SLOW(fence_and_loss),
	KUNIT_CASE(shut_out),
	{ }
};

static struct kunit_suite pr_move_suite = {
	.name = "scsi_multipath_pr_move",
	.test_cases = pr_move_cases,
};

kunit_test_suite(pr_move_suite);
