// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of what an attempt borrows from the logical unit's command. A
 * field that is forgotten here is a wrong sector or a lost buffer on some LLD.
 */

#include <kunit/test.h>
#include <linux/blk-mq.h>
#include <linux/scatterlist.h>
#include <scsi/scsi_cmnd.h>

#include "../dispatch.h"

/* A request and the command behind it, as in a tag set. */
struct pair {
	struct request rq;
	struct scsi_cmnd cmd;
};

static struct pair *make_pair(struct kunit *test, int fill)
{
	struct pair *pair = kunit_kmalloc(test, sizeof(*pair), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pair);
	memset(pair, fill, sizeof(*pair));
	return pair;
}

static void request_fields(struct kunit *test)
{
	struct pair *lu = make_pair(test, 0), *path = make_pair(test, 0);
	struct bio first = { }, last = { };

	lu->rq.__sector = 0x123456789aULL;
	lu->rq.__data_len = 0x12000;
	lu->rq.bio = &first;
	lu->rq.biotail = &last;
	lu->rq.nr_phys_segments = 17;
	lu->rq.rq_flags = RQF_QUIET | RQF_STARTED | RQF_DONTPREP;
	path->rq.rq_flags = RQF_IO_STAT;
	path->rq.tag = 5;

	scsi_path_borrow_request(&path->rq, &lu->rq);
	KUNIT_EXPECT_EQ(test, blk_rq_pos(&path->rq), 0x123456789aULL);
	KUNIT_EXPECT_EQ(test, blk_rq_bytes(&path->rq), 0x12000);
	KUNIT_EXPECT_PTR_EQ(test, path->rq.bio, &first);
	KUNIT_EXPECT_PTR_EQ(test, path->rq.biotail, &last);
	KUNIT_EXPECT_EQ(test, path->rq.nr_phys_segments, 17);
	/* The state of a request is its own. */
	KUNIT_EXPECT_EQ(test, (__force u32)path->rq.rq_flags,
			(__force u32)(RQF_IO_STAT | RQF_QUIET));
	KUNIT_EXPECT_EQ(test, path->rq.tag, 5);
}

/* Who maps a request for DMA by them has to know of gaps. */
static void gaps_of_segments(struct kunit *test)
{
	/* A number in whatever member says where they are */
	struct pair *lu = make_pair(test, 12), *path = make_pair(test, 0);
	unsigned long mask = req_phys_gap_mask(&lu->rq);

	lu->rq.rq_flags = 0;
	scsi_path_borrow_request(&path->rq, &lu->rq);
	KUNIT_EXPECT_EQ(test, path->rq.nr_phys_segments, 0x0c0c);
	KUNIT_EXPECT_EQ(test, req_phys_gap_mask(&path->rq), mask);
}

static void special_payload(struct kunit *test)
{
	struct pair *lu = make_pair(test, 0), *path = make_pair(test, 0);

	lu->rq.rq_flags = RQF_SPECIAL_PAYLOAD;
	lu->rq.special_vec.bv_len = 24;
	lu->rq.special_vec.bv_offset = 8;
	scsi_path_borrow_request(&path->rq, &lu->rq);
	KUNIT_EXPECT_TRUE(test, path->rq.rq_flags & RQF_SPECIAL_PAYLOAD);
	KUNIT_EXPECT_EQ(test, path->rq.special_vec.bv_len, 24);
	KUNIT_EXPECT_EQ(test, path->rq.special_vec.bv_offset, 8);
	KUNIT_EXPECT_EQ(test, blk_rq_payload_bytes(&path->rq), 24);
}

static void command_fields(struct kunit *test)
{
	struct pair *lu = make_pair(test, 0);
	/* What is not set shows: memory of an earlier command is not zero. */
	struct pair *path = make_pair(test, 0x5a);
	struct scsi_device *own_device = path->cmd.device;
	unsigned char *own_sense = path->cmd.sense_buffer;
	struct scatterlist sg[2];

	for (int i = 0; i < sizeof(lu->cmd.cmnd); i++)
		lu->cmd.cmnd[i] = i + 1;
	lu->cmd.cmd_len = 16;
	lu->cmd.sc_data_direction = DMA_TO_DEVICE;
	lu->cmd.sdb.table.sgl = sg;
	lu->cmd.sdb.table.nents = 2;
	lu->cmd.sdb.length = 8192;
	lu->cmd.underflow = 8192;
	lu->cmd.transfersize = 512;
	lu->cmd.extra_len = 3;
	lu->cmd.allowed = 5;
	lu->cmd.retries = 2;

	scsi_path_borrow_cmd(&path->cmd, &lu->cmd);
	KUNIT_EXPECT_MEMEQ(test, path->cmd.cmnd, lu->cmd.cmnd,
			   sizeof(lu->cmd.cmnd));
	KUNIT_EXPECT_EQ(test, path->cmd.cmd_len, 16);
	KUNIT_EXPECT_EQ(test, path->cmd.sc_data_direction, DMA_TO_DEVICE);
	KUNIT_EXPECT_PTR_EQ(test, scsi_sglist(&path->cmd), &sg[0]);
	KUNIT_EXPECT_EQ(test, scsi_sg_count(&path->cmd), 2);
	KUNIT_EXPECT_EQ(test, scsi_bufflen(&path->cmd), 8192);
	KUNIT_EXPECT_EQ(test, path->cmd.underflow, 8192);
	KUNIT_EXPECT_EQ(test, path->cmd.transfersize, 512);
	KUNIT_EXPECT_EQ(test, path->cmd.extra_len, 3);

	/* The path does not retry, but its LLD may know of earlier attempts. */
	KUNIT_EXPECT_EQ(test, path->cmd.allowed, 0);
	KUNIT_EXPECT_EQ(test, path->cmd.retries, 2);
	KUNIT_EXPECT_EQ(test, path->cmd.eh_eflags, 0);
	KUNIT_EXPECT_EQ(test, path->cmd.result, 0);
	KUNIT_EXPECT_EQ(test, path->cmd.state, 0);
	KUNIT_EXPECT_EQ(test, path->cmd.sense_len, 0);
	KUNIT_EXPECT_EQ(test, scsi_get_resid(&path->cmd), 0);
	KUNIT_EXPECT_EQ(test, scsi_get_prot_op(&path->cmd), SCSI_PROT_NORMAL);
	KUNIT_EXPECT_EQ(test, path->cmd.prot_type, 0);
	KUNIT_EXPECT_EQ(test, path->cmd.prot_flags, 0);
	KUNIT_EXPECT_PTR_EQ(test, path->cmd.host_scribble, NULL);

	/* Memory and device are those of the path's host. */
	KUNIT_EXPECT_PTR_EQ(test, path->cmd.device, own_device);
	KUNIT_EXPECT_PTR_EQ(test, path->cmd.sense_buffer, own_sense);
}

static struct kunit_case dispatch_cases[] = {
	KUNIT_CASE(request_fields),
	KUNIT_CASE(gaps_of_segments),
	KUNIT_CASE(special_payload),
	KUNIT_CASE(command_fields),
	{ }
};

static struct kunit_suite dispatch_suite = {
	.name = "scsi_multipath_dispatch",
	.test_cases = dispatch_cases,
};

kunit_test_suite(dispatch_suite);
