// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of how many commands the paths of a logical unit may have. */

#include <kunit/test.h>
#include <linux/mutex.h>
#include <linux/numa.h>
#include <linux/sbitmap.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include "path_fixture.h"

#define CAN_QUEUE	64
#define DEPTH_OF_LLD	16

/* As many LLDs do. */
static int take(struct scsi_device *sdev, int depth)
{
	sdev->queue_depth = depth;
	return depth;
}

static int take_few(struct scsi_device *sdev, int depth)
{
	return take(sdev, min(depth, 8));
}

static int refuse(struct scsi_device *sdev, int depth)
{
	return -EIO;
}

static const struct scsi_host_template willing = { .change_queue_depth = take };
static const struct scsi_host_template small = { .change_queue_depth = take_few };
static const struct scsi_host_template unwilling = { .change_queue_depth = refuse };
static const struct scsi_host_template fixed = { };

static void free_budget(void *sdev)
{
	sbitmap_free(&((struct scsi_device *)sdev)->budget_map);
}

static struct fake_lu *make_lu(struct kunit *test, unsigned int nr)
{
	struct fake_lu *fake = make_fake_lu(test, nr, &scsi_policy_rr);
	struct scsi_device *lu_sdev = fake->lu.sdev;

	lu_sdev->host->can_queue = SCSI_LU_MAX_TAGS;
	KUNIT_ASSERT_EQ(test, sbitmap_init_node(&lu_sdev->budget_map, SCSI_LU_MAX_TAGS,
						-1, GFP_KERNEL, NUMA_NO_NODE, false,
						false), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_budget, lu_sdev), 0);
	for (unsigned int i = 0; i < nr; i++) {
		struct scsi_device *sdev = fake->path[i].path.sdev;

		sdev->host->hostt = &willing;
		sdev->host->can_queue = CAN_QUEUE;
		sdev->queue_depth = DEPTH_OF_LLD;
		sdev->max_queue_depth = DEPTH_OF_LLD;
	}
	return fake;
}

static int set_depth(struct fake_lu *fake, int depth)
{
	int error;

	mutex_lock(&scsi_multipath_list_mutex);
	error = scsi_lu_set_depth(&fake->lu, depth);
	scsi_lu_follow_path_depths(&fake->lu);
	mutex_unlock(&scsi_multipath_list_mutex);
	return error;
}

static void expect_depths(struct kunit *test, struct fake_lu *fake, int lu, int path)
{
	KUNIT_EXPECT_EQ(test, fake->lu.sdev->queue_depth, lu);
	for (unsigned int i = 0; i < fake->nr; i++) {
		struct scsi_device *sdev = fake->path[i].path.sdev;

		KUNIT_EXPECT_EQ_MSG(test, sdev->queue_depth, path, "path %u", i);
		KUNIT_EXPECT_EQ_MSG(test, sdev->max_queue_depth, path, "path %u", i);
	}
}

static bool is_limited(const struct fake_lu *fake)
{
	return fake->lu.attention & ATTENTION_LIMITED;
}

/* One of them may be the only one that carries. */
static void each_path_may_have_all(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 3);

	KUNIT_EXPECT_FALSE(test, is_limited(fake));
	KUNIT_EXPECT_EQ(test, set_depth(fake, 32), 0);
	expect_depths(test, fake, 32, 32);
	KUNIT_EXPECT_TRUE(test, is_limited(fake));
}

static void the_only_path_keeps_to_it(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 1);

	KUNIT_EXPECT_EQ(test, set_depth(fake, 4), 0);
	expect_depths(test, fake, 4, 4);
	KUNIT_EXPECT_FALSE(test, is_limited(fake));
}

static void what_llds_grant(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 2);

	for (int i = 0; i < 2; i++)
		fake->path[i].path.sdev->host->hostt = &small;
	KUNIT_EXPECT_EQ(test, set_depth(fake, 12), 0);
	expect_depths(test, fake, 12, 8);
	KUNIT_EXPECT_EQ(test, set_depth(fake, 32), 0);
	expect_depths(test, fake, 16, 8);
}

static void what_hosts_take(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 2);

	KUNIT_EXPECT_EQ(test, set_depth(fake, 2 * CAN_QUEUE + 1), -EINVAL);
	expect_depths(test, fake, 2 * DEPTH_OF_LLD, DEPTH_OF_LLD);
	KUNIT_EXPECT_EQ(test, set_depth(fake, 2 * CAN_QUEUE), 0);
	expect_depths(test, fake, 2 * CAN_QUEUE, CAN_QUEUE);
}

static void all_or_none(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 3);

	fake->path[2].path.sdev->host->hostt = &unwilling;
	KUNIT_EXPECT_EQ(test, set_depth(fake, 4), -EIO);
	expect_depths(test, fake, 3 * DEPTH_OF_LLD, DEPTH_OF_LLD);
	KUNIT_EXPECT_FALSE(test, is_limited(fake));
	fake->path[2].path.sdev->host->hostt = &fixed;
	KUNIT_EXPECT_EQ(test, set_depth(fake, 4), -EOPNOTSUPP);
	expect_depths(test, fake, 3 * DEPTH_OF_LLD, DEPTH_OF_LLD);
	fake->path[2].path.sdev->host->hostt = &willing;
	KUNIT_EXPECT_EQ(test, set_depth(fake, 4), 0);
	fake->path[1].path.sdev->host->hostt = &unwilling;
	KUNIT_EXPECT_EQ(test, set_depth(fake, 40), -EIO);
	expect_depths(test, fake, 4, 4);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_path_may_have_all),
	KUNIT_CASE(the_only_path_keeps_to_it),
	KUNIT_CASE(what_llds_grant),
	KUNIT_CASE(what_hosts_take),
	KUNIT_CASE(all_or_none),
	{ }
};

static struct kunit_suite suite = {
	.name = "scsi_multipath_join",
	.test_cases = cases,
};

kunit_test_suite(suite);
