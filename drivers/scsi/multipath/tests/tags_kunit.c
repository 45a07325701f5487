// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of what the tag set of a logical unit is like. */

#include <kunit/test.h>
#include <linux/blk-mq.h>

#include "../mpath.h"

#define NR_CPUS_OF_TEST	8

struct tags_case {
	const char *name;
	unsigned int queues;	/* of the host, for reads and writes */
	unsigned int polled;	/* and for those that are polled */
	unsigned int flags;
	unsigned int path_depth;
	unsigned int depth;	/* that of the logical unit */
	bool has_scheduler;
	bool shares;
};

static const struct tags_case cases[] = {
	{ "one queue", 1, 0, 0, 32, 256, true, false },
	{ "a path that takes one", 1, 0, 0, 1, 256, true, false },
	{ "a path that takes some more", 1, 0, 0, 48, 384, true, false },
	{ "a path that takes hundreds", 1, 0, 0, 254, 512, true, false },
	{ "two queues", 2, 0, 0, 32, 256, false, false },
	{ "two, a path that takes hundreds", 2, 0, 0, 254, 256, false, false },
	{ "one more than make the limit", 3, 0, 0, 32, 170, false, false },
	{ "as many as have enough", 4, 0, 0, 254, 128, false, false },
	{ "one more than have enough", 5, 0, 0, 48, 384, false, true },
	{ "more queues than CPUs", NR_CPUS_OF_TEST + 1, 0, 0, 16, 256, false,
	  true },
	{ "a polled one beside", 1, 1, 0, 32, 256, false, false },
	{ "two of each", 2, 2, 0, 32, 128, false, false },
	{ "as many of each as there are CPUs", NR_CPUS_OF_TEST, NR_CPUS_OF_TEST, 0,
	  32, 256, false, true },
	{ "the host has tags for all queues together", 2, 0,
	  BLK_MQ_F_TAG_HCTX_SHARED, 32, 256, true, true },
	{ "and wants no scheduler", 2, 0,
	  BLK_MQ_F_TAG_HCTX_SHARED | BLK_MQ_F_NO_SCHED_BY_DEFAULT, 32, 256,
	  false, true },
	{ "one queue without a scheduler", 1, 0, BLK_MQ_F_NO_SCHED_BY_DEFAULT,
	  32, 256, false, false },
};

static bool is_shared(const struct blk_mq_tag_set *set)
{
	return set->flags & BLK_MQ_F_TAG_HCTX_SHARED;
}

static bool gets_scheduler(const struct blk_mq_tag_set *set)
{
	return !(set->flags & BLK_MQ_F_NO_SCHED_BY_DEFAULT) &&
	       (set->nr_hw_queues == 1 || is_shared(set));
}

static void is_sized(struct kunit *test)
{
	const struct tags_case *c = test->param_value;
	struct blk_mq_tag_set *host, *set;
	unsigned int others;

	host = kunit_kzalloc(test, sizeof(*host), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, host);
	set = kunit_kzalloc(test, sizeof(*set), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, set);
	host->nr_hw_queues = c->queues + c->polled;
	host->map[HCTX_TYPE_DEFAULT].nr_queues = c->queues;
	host->map[HCTX_TYPE_POLL].nr_queues = c->polled;
	host->flags = c->flags;
	host->numa_node = 7;

	scsi_lu_size_tags(set, host, c->polled, c->path_depth, NR_CPUS_OF_TEST);
	others = min(c->queues, NR_CPUS_OF_TEST);
	KUNIT_EXPECT_EQ(test, set->nr_hw_queues, others + c->polled);
	KUNIT_EXPECT_EQ(test, set->nr_maps, c->polled ? HCTX_MAX_TYPES : 1);
	KUNIT_EXPECT_EQ(test, set->map[HCTX_TYPE_POLL].queue_offset,
			c->polled ? others : 0);
	KUNIT_EXPECT_EQ(test, set->queue_depth, c->depth);
	KUNIT_EXPECT_EQ(test, set->numa_node, 7);
	KUNIT_EXPECT_EQ(test, gets_scheduler(set), c->has_scheduler);
	KUNIT_EXPECT_EQ(test, is_shared(set), c->shares);
	/* Whatever it is: no more memory than the largest has. */
	KUNIT_EXPECT_LE(test, set->queue_depth *
			(is_shared(set) ? 1 : set->nr_hw_queues), SCSI_LU_MAX_TAGS);
}

static void tags_desc(const struct tags_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(tags, cases, tags_desc);

static struct kunit_case tags_cases[] = {
	KUNIT_CASE_PARAM(is_sized, tags_gen_params),
	{}
};

static struct kunit_suite tags_suite = {
	.name = "scsi_multipath_tags",
	.test_cases = tags_cases,
};

kunit_test_suite(tags_suite);
