// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of how the queue limits of paths are stacked. */

#include <kunit/test.h>
#include <linux/blk-integrity.h>
#include <linux/blkdev.h>
#include <linux/string.h>

#include "../mpath.h"

static const struct queue_limits ordinary = {
	.max_hw_sectors = 1024,
	.max_segments = 128,
	.max_segment_size = 65536,
	.seg_boundary_mask = 0xffffffff,
	.virt_boundary_mask = 0x1ff,
	.dma_alignment = 3,
	.dma_pad_mask = 3,
	.features = BLK_FEAT_ROTATIONAL,
	/* of the medium: none of the path's business */
	.logical_block_size = 512,
	.physical_block_size = 4096,
	.io_min = 4096,
	.io_opt = 65536,
	.chunk_sectors = 256,
	.max_sectors = 512,
	.max_discard_sectors = 2048,
	.max_write_zeroes_sectors = 4096,
};

/* What a test compares; too much for the stack. */
struct pair {
	struct queue_limits strict;
	struct queue_limits loose;
	struct queue_limits lu;
};

static int init(struct kunit *test)
{
	struct pair *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	p->strict = ordinary;
	p->loose = ordinary;
	test->priv = p;
	return 0;
}

static bool same(const struct queue_limits *a, const struct queue_limits *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/*
 * Both ways round: the stricter of the two is kept, a path as strict or less
 * so changes nothing, and one that is stricter does not go unnoticed.
 */
static void expect_stricter(struct kunit *test, const char *what)
{
	struct pair *p = test->priv;

	KUNIT_EXPECT_TRUE_MSG(test,
			      scsi_limits_are_stacked(&p->strict, &p->strict),
			      "%s", what);
	KUNIT_EXPECT_TRUE_MSG(test,
			      scsi_limits_are_stacked(&p->strict, &p->loose),
			      "%s", what);
	KUNIT_EXPECT_FALSE_MSG(test,
			       scsi_limits_are_stacked(&p->loose, &p->strict),
			       "%s", what);
	p->lu = p->strict;
	scsi_limits_stack(&p->lu, &p->loose);
	KUNIT_EXPECT_TRUE_MSG(test, same(&p->lu, &p->strict),
			      "%s: loose path joins", what);
	p->lu = p->loose;
	scsi_limits_stack(&p->lu, &p->strict);
	KUNIT_EXPECT_TRUE_MSG(test, same(&p->lu, &p->strict),
			      "%s: strict path joins", what);
	p->lu = p->strict;
	scsi_limits_replace(&p->lu, &p->loose, p->strict.features);
	KUNIT_EXPECT_TRUE_MSG(test, same(&p->lu, &p->loose),
			      "%s: all become loose", what);
}

static void sectors(struct kunit *test)
{
	struct pair *p = test->priv;

	p->strict.max_hw_sectors = 8;
	p->loose.max_hw_sectors = 2048;
	expect_stricter(test, "max_hw_sectors, 8 and 2048");

	p->strict.max_hw_sectors = 1023;
	p->loose.max_hw_sectors = UINT_MAX;
	expect_stricter(test, "max_hw_sectors, 1023 and UINT_MAX");
}

static void segments(struct kunit *test)
{
	struct pair *p = test->priv;

	p->strict.max_segments = 1;
	p->loose.max_segments = 2;
	expect_stricter(test, "max_segments, 1 and 2");

	p->strict.max_segments = 127;
	p->loose.max_segments = USHRT_MAX;
	expect_stricter(test, "max_segments, 127 and USHRT_MAX");

	p->strict = ordinary;
	p->loose = ordinary;
	p->strict.max_segment_size = 4096;
	p->loose.max_segment_size = 65536;
	expect_stricter(test, "max_segment_size, 4096 and 65536");

	p->strict.max_segment_size = 65535;
	p->loose.max_segment_size = UINT_MAX;
	expect_stricter(test, "max_segment_size, 65535 and UINT_MAX");

	p->strict = ordinary;
	p->loose = ordinary;
	p->strict.seg_boundary_mask = 0xffff;
	p->loose.seg_boundary_mask = 0xffffffff;
	expect_stricter(test, "seg_boundary_mask, 0xffff and 0xffffffff");

	p->strict.seg_boundary_mask = 0xffffffff;
	p->loose.seg_boundary_mask = ULONG_MAX;
	expect_stricter(test, "seg_boundary_mask, 0xffffffff and ULONG_MAX");
}

/* A segment may begin and end where address & mask is 0; 0 means anywhere. */
static void virt_boundary(struct kunit *test)
{
	struct pair *p = test->priv;

	p->strict.virt_boundary_mask = 0xfff;
	p->loose.virt_boundary_mask = 0;
	expect_stricter(test, "virt_boundary_mask, 0xfff and 0");

	p->strict.virt_boundary_mask = 0xfff;
	p->loose.virt_boundary_mask = 0x1ff;
	expect_stricter(test, "virt_boundary_mask, 0xfff and 0x1ff");
}

static void dma(struct kunit *test)
{
	struct pair *p = test->priv;

	p->strict.dma_alignment = 511;
	p->loose.dma_alignment = 3;
	expect_stricter(test, "dma_alignment, 511 and 3");

	p->strict.dma_alignment = 3;
	p->loose.dma_alignment = 0;
	expect_stricter(test, "dma_alignment, 3 and 0");

	p->strict = ordinary;
	p->loose = ordinary;
	p->strict.dma_pad_mask = 3;
	p->loose.dma_pad_mask = 0;
	expect_stricter(test, "dma_pad_mask, 3 and 0");
}

static void features(struct kunit *test)
{
	struct pair *p = test->priv;

	p->strict.features |= BLK_FEAT_STABLE_WRITES;
	expect_stricter(test, "stable writes");
}

static void medium_is_left_alone(struct kunit *test)
{
	struct queue_limits path = ordinary, lu = ordinary;

	path.features |= BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA;
	path.features &= ~BLK_FEAT_ROTATIONAL;
	path.logical_block_size = 4096;
	path.physical_block_size = 512;
	path.io_min = 512;
	path.io_opt = 512;
	path.chunk_sectors = 8;
	path.max_sectors = 8;
	path.max_discard_sectors = 0;
	path.max_write_zeroes_sectors = 0;

	KUNIT_EXPECT_TRUE(test, scsi_limits_are_stacked(&lu, &path));
	scsi_limits_stack(&lu, &path);
	KUNIT_EXPECT_TRUE(test, same(&lu, &ordinary));
}

/* Each of three paths is the strictest in another respect. */
static void three_paths_in_any_order(struct kunit *test)
{
	static const u8 orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	struct queue_limits path[3] = { ordinary, ordinary, ordinary };
	struct queue_limits expected = ordinary;

	path[0].max_hw_sectors = 64;
	expected.max_hw_sectors = 64;
	path[0].dma_alignment = 511;
	expected.dma_alignment = 511;
	path[1].max_segments = 16;
	expected.max_segments = 16;
	path[1].seg_boundary_mask = 0xffff;
	expected.seg_boundary_mask = 0xffff;
	path[2].max_segment_size = 4096;
	expected.max_segment_size = 4096;
	path[2].features |= BLK_FEAT_STABLE_WRITES;
	expected.features |= BLK_FEAT_STABLE_WRITES;

	for (int i = 0; i < ARRAY_SIZE(orders); i++) {
		struct queue_limits lu = ordinary;

		for (int j = 0; j < 3; j++) {
			const struct queue_limits *next = &path[orders[i][j]];

			KUNIT_EXPECT_FALSE(test,
					   scsi_limits_are_stacked(&lu, next));
			scsi_limits_stack(&lu, next);
		}
		KUNIT_EXPECT_TRUE(test, same(&lu, &expected));
		for (int j = 0; j < 3; j++)
			KUNIT_EXPECT_TRUE(test,
					  scsi_limits_are_stacked(&lu, &path[j]));
	}
}

static void expect_cut(struct kunit *test, const char *what, bool cut)
{
	struct pair *p = test->priv;

	KUNIT_EXPECT_EQ_MSG(test, scsi_limits_cut(&p->loose, &p->strict), cut, "%s", what);
	KUNIT_EXPECT_FALSE_MSG(test, scsi_limits_cut(&p->strict, &p->loose), "%s", what);
	p->strict = ordinary;
}

/* Of what goes to the device as it is */
static void cut(struct kunit *test)
{
	struct pair *p = test->priv;

	expect_cut(test, "the same", false);
	p->strict.max_hw_sectors--;
	expect_cut(test, "sectors", true);
	p->strict.max_segments--;
	expect_cut(test, "segments", true);
	p->strict.max_segment_size--;
	expect_cut(test, "size of segments", true);
	p->strict.seg_boundary_mask >>= 1;
	expect_cut(test, "boundary of segments", true);
	p->strict.virt_boundary_mask = 0xfff;
	expect_cut(test, "gaps", true);
	p->strict.dma_alignment = 511;
	expect_cut(test, "alignment", false);
	p->strict.dma_pad_mask = 511;
	expect_cut(test, "padding", false);
	p->strict.features |= BLK_FEAT_STABLE_WRITES;
	expect_cut(test, "stable writes", false);
}

/* A feature that no host brings, and one that a host brings and that has been taken out */
static void set_by_hand(struct kunit *test)
{
	struct queue_limits hosts = ordinary, lu = ordinary;

	lu.features |= BLK_FEAT_STABLE_WRITES;
	scsi_limits_replace(&lu, &hosts, 0);
	KUNIT_EXPECT_TRUE(test, lu.features & BLK_FEAT_STABLE_WRITES);
	scsi_limits_replace(&lu, &hosts, BLK_FEAT_STABLE_WRITES);
	KUNIT_EXPECT_FALSE(test, lu.features & BLK_FEAT_STABLE_WRITES);

	hosts.features |= BLK_FEAT_STABLE_WRITES;
	scsi_limits_replace(&lu, &hosts, BLK_FEAT_STABLE_WRITES);
	KUNIT_EXPECT_FALSE(test, lu.features & BLK_FEAT_STABLE_WRITES);
	scsi_limits_replace(&lu, &hosts, 0);
	KUNIT_EXPECT_TRUE(test, lu.features & BLK_FEAT_STABLE_WRITES);
}

/* What the block layer itself notes of a queue without a profile is no profile. */
static void integrity(struct kunit *test)
{
	struct queue_limits lu = {
		.integrity.flags = BLK_INTEGRITY_NOVERIFY,
	};
	struct queue_limits path = { };

	KUNIT_EXPECT_TRUE(test, scsi_limits_are_stacked(&lu, &path));

	lu.max_integrity_segments = 16;
	lu.integrity.csum_type = BLK_INTEGRITY_CSUM_CRC;
	path.max_integrity_segments = 16;
	KUNIT_EXPECT_TRUE(test, scsi_limits_are_stacked(&lu, &path));
	path.max_integrity_segments = 8;
	KUNIT_EXPECT_FALSE(test, scsi_limits_are_stacked(&lu, &path));
	scsi_limits_stack(&lu, &path);
	KUNIT_EXPECT_EQ(test, lu.max_integrity_segments, 8);
	KUNIT_EXPECT_EQ(test, lu.integrity.csum_type, BLK_INTEGRITY_CSUM_CRC);

	path.max_integrity_segments = 0;
	KUNIT_EXPECT_FALSE(test, scsi_limits_are_stacked(&lu, &path));
	scsi_limits_stack(&lu, &path);
	KUNIT_EXPECT_EQ(test, lu.integrity.csum_type, BLK_INTEGRITY_CSUM_NONE);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(sectors),
	KUNIT_CASE(segments),
	KUNIT_CASE(virt_boundary),
	KUNIT_CASE(dma),
	KUNIT_CASE(features),
	KUNIT_CASE(cut),
	KUNIT_CASE(set_by_hand),
	KUNIT_CASE(integrity),
	KUNIT_CASE(medium_is_left_alone),
	KUNIT_CASE(three_paths_in_any_order),
	{ }
};

static struct kunit_suite suite = {
	.name = "scsi_multipath_limits",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);
