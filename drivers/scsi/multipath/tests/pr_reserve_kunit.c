// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of persistent reservations: RESERVE and RELEASE. */

#include <kunit/test.h>
#include <linux/array_size.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_proto.h>

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

static void reserve(struct pr_fabric *f, u8 type)
{
	u8 list[LIST_LEN];
	struct scsi_pr_cmd cmd = {
		.cdb = { PERSISTENT_RESERVE_OUT, PR_OUT_RESERVE, type },
		.list = list,
		.len = sizeof(list),
		.timeout = HZ,
	};

	pr_server_list(list, KEY, 0);
	scsi_lu_pr_carry_out(&f->fake->lu, &cmd);
}

static void set_key(struct pr_fabric *f, unsigned int i)
{
	struct scsi_lu *lu = &f->fake->lu;

	rcu_assign_pointer(lu->key.path, &f->fake->path[i].path);
	lu->key.is_local = true;
}

/* What a drive encrypts with is known to one nexus: so that one reserves it. */
static void over_the_path_with_the_key(struct kunit *test)
{
	struct pr_fabric *f = pr_fabric_registered(test, 3, 0);
	struct scsi_lu *lu = &f->fake->lu;

	set_key(f, 2);
	reserve(f, EA);
	KUNIT_EXPECT_EQ(test, f->server.holder, 2);
	KUNIT_EXPECT_PTR_EQ(test, lu->pr.holder, &f->fake->path[2].path);
	KUNIT_EXPECT_PTR_EQ(test, rcu_access_pointer(lu->key.path),
			    &f->fake->path[2].path);
	RCU_INIT_POINTER(lu->key.path, NULL);
}

/* A drive stays where it is. */
static void over_the_path_in_use(struct kunit *test)
{
	struct pr_fabric *f = pr_fabric_registered(test, 3, 0);
	struct scsi_lu *lu = &f->fake->lu;
	struct scsi_path_set *all;

	spin_lock_irq(&lu->lock);
	all = scsi_lu_all_locked(lu);
	rcu_assign_pointer(all->stay, &f->fake->path[1].path);
	spin_unlock_irq(&lu->lock);
	lu->sdev->type = TYPE_TAPE;
	reserve(f, EA);
	KUNIT_EXPECT_EQ(test, f->server.holder, 1);
	KUNIT_EXPECT_PTR_EQ(test, lu->pr.holder, &f->fake->path[1].path);
}

/* If another one has reserved it, nothing goes over the path with the key. */
static void without_the_key(struct kunit *test)
{
	struct pr_fabric *f = pr_fabric_registered(test, 2, 0);
	struct scsi_lu *lu = &f->fake->lu;

	set_key(f, 0);
	scsi_lu_pr_hold(lu, &f->fake->path[1].path, EA);
	KUNIT_EXPECT_TRUE(test, f->fake->path[0].path.pr.aside);
	KUNIT_EXPECT_NULL(test, rcu_access_pointer(lu->key.path));
	/* Its sender hears of it first. */
	KUNIT_EXPECT_TRUE(test, lu->key.is_local);
	RCU_INIT_POINTER(lu->key.path, NULL);
}

static struct kunit_case pr_reserve_cases[] = {
	KUNIT_CASE(each_event),
	KUNIT_CASE_SLOW(fence_and_loss),
	KUNIT_CASE(shut_out),
	KUNIT_CASE(over_the_path_with_the_key),
	KUNIT_CASE(over_the_path_in_use),
	KUNIT_CASE(without_the_key),
	{ }
};

static struct kunit_suite pr_reserve_suite = {
	.name = "scsi_multipath_pr_reserve",
	.test_cases = pr_reserve_cases,
};

kunit_test_suite(pr_reserve_suite);
