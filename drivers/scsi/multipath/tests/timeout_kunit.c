// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of what the timer of an attempt decides, and of what it does not look at:
 * when it has been preempted for a moment the attempt may be over, and the command of
 * the logical unit freed, or one of somebody else.
 */

#include <kunit/test.h>
#include <linux/blk-mq.h>
#include <linux/jiffies.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "../dispatch.h"
#include "path_fixture.h"

#define NR_PATHS	2
#define ATTEMPT_TIMEOUT	HZ
#define WHOLE_TIMEOUT	(30 * HZ)

static int fake_abort(struct scsi_cmnd *cmd)
{
	return SUCCESS;
}

static const struct scsi_host_template fake_template = {
	.eh_abort_handler = fake_abort,
};

static const struct scsi_host_template cannot_abort;

/* A request and the command behind it, as in a tag set. */
struct attempt {
	struct request rq;
	struct scsi_cmnd cmd;
};

/* A logical unit of that type whose paths are all good */
static struct fake_lu *make_lu(struct kunit *test, u8 type)
{
	struct fake_lu *fake = make_fake_lu(test, NR_PATHS, &scsi_policy_rr);

	fake->lu.sdev->type = type;
	fake->lu.attempt_timeout = ATTEMPT_TIMEOUT;
	for (unsigned int i = 0; i < NR_PATHS; i++) {
		struct scsi_path *path = &fake->path[i].path;

		path->sdev->host->hostt = &fake_template;
		/* It has been back for longer than any attempt is under way. */
		path->reinstated_at = jiffies - 2 * WHOLE_TIMEOUT;
	}
	return fake;
}

static u8 opcode_of(enum req_op op)
{
	switch (op) {
	case REQ_OP_FLUSH:
		return SYNCHRONIZE_CACHE;
	case REQ_OP_DRV_OUT:
		return FORMAT_UNIT;
	case REQ_OP_WRITE:
		return WRITE_10;
	default:
		return READ_10;
	}
}

/* One of the first path that was sent so long ago and that its timer goes off for now */
static struct scsi_cmnd *make_attempt(struct kunit *test, struct fake_lu *fake,
				      enum req_op op, unsigned long age)
{
	struct attempt *attempt = kunit_kzalloc(test, sizeof(*attempt),
						GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, attempt);
	attempt->rq.cmd_flags = (__force blk_opf_t)op;
	attempt->rq.deadline = jiffies;
	attempt->rq.timeout = WHOLE_TIMEOUT;
	attempt->cmd.device = fake->path[0].path.sdev;
	attempt->cmd.jiffies_at_alloc = jiffies - age;
	attempt->cmd.cmnd[0] = opcode_of(op);
	scsi_path_set_due(&attempt->cmd, jiffies);
	return &attempt->cmd;
}

/*
 * What is found where the command of the logical unit was: another one, of a disk
 * of another kind.
 */
static void forget_lu_cmd(struct kunit *test, struct scsi_cmnd *cmd, u8 type)
{
	struct attempt *other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	struct scsi_device *sdev = kunit_kzalloc(test, sizeof(*sdev),
						 GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_ASSERT_NOT_NULL(test, sdev);
	sdev->type = type;
	other->cmd.device = sdev;
	scsi_cmd_to_rq(cmd)->end_io_data = &other->cmd;
}

static void stuck_is_aborted(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, TYPE_DISK);
	struct scsi_cmnd *cmd = make_attempt(test, fake, REQ_OP_READ,
					     ATTEMPT_TIMEOUT);

	KUNIT_EXPECT_EQ(test, scsi_path_judge_timeout(cmd), 0);
	KUNIT_EXPECT_EQ(test, fake->path[0].path.state, PATH_PENDING);
	KUNIT_EXPECT_EQ(test, fake->path[1].path.state, PATH_GOOD);
}

static void the_only_one_is_left_alone(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, TYPE_DISK);
	struct scsi_cmnd *cmd = make_attempt(test, fake, REQ_OP_READ,
					     ATTEMPT_TIMEOUT);

	fake_path_kill(fake, 1);
	KUNIT_EXPECT_EQ(test, scsi_path_judge_timeout(cmd), ATTEMPT_TIMEOUT);
	KUNIT_EXPECT_EQ(test, fake->path[0].path.state, PATH_GOOD);
}

/* Else the error handler would have to get it back, for all of the host. */
static void without_abort_it_is_left_alone(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, TYPE_DISK);
	struct scsi_cmnd *cmd = make_attempt(test, fake, REQ_OP_READ,
					     ATTEMPT_TIMEOUT);

	fake->path[0].path.sdev->host->hostt = &cannot_abort;
	KUNIT_EXPECT_EQ(test, scsi_path_judge_timeout(cmd),
			WHOLE_TIMEOUT - ATTEMPT_TIMEOUT);
	KUNIT_EXPECT_EQ(test, fake->path[0].path.state, PATH_GOOD);
}

static void all_of_its_time_is_over(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, TYPE_DISK);
	struct scsi_cmnd *cmd = make_attempt(test, fake, REQ_OP_READ,
					     WHOLE_TIMEOUT);

	fake_path_kill(fake, 1);
	KUNIT_EXPECT_EQ(test, scsi_path_judge_timeout(cmd), 0);
}

/* blk_abort_request() of its LLD */
static void aborted_early(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, TYPE_DISK);
	struct scsi_cmnd *cmd = make_attempt(test, fake, REQ_OP_READ, 0);

	scsi_path_set_due(cmd, jiffies + ATTEMPT_TIMEOUT);
	KUNIT_EXPECT_EQ(test, scsi_path_judge_timeout(cmd), 0);
	KUNIT_EXPECT_EQ(test, fake->path[0].path.state, PATH_GOOD);
}

static void zones_are_written_once(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, TYPE_ZBC);
	struct scsi_cmnd *cmd = make_attempt(test, fake, REQ_OP_WRITE,
					     ATTEMPT_TIMEOUT);

	forget_lu_cmd(test, cmd, TYPE_DISK);
	KUNIT_EXPECT_EQ(test, scsi_path_judge_timeout(cmd),
			WHOLE_TIMEOUT - ATTEMPT_TIMEOUT);
	KUNIT_EXPECT_EQ(test, fake->path[0].path.state, PATH_GOOD);
}

static void disks_are_not(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, TYPE_DISK);
	struct scsi_cmnd *cmd = make_attempt(test, fake, REQ_OP_WRITE,
					     ATTEMPT_TIMEOUT);

	forget_lu_cmd(test, cmd, TYPE_ZBC);
	KUNIT_EXPECT_EQ(test, scsi_path_judge_timeout(cmd), 0);
}

/* What is no news of the path: others say whether it answers anything. */
static void others_follow_reads(struct kunit *test)
{
	static const enum req_op ops[] = { REQ_OP_FLUSH, REQ_OP_DRV_IN };

	for (int i = 0; i < ARRAY_SIZE(ops); i++) {
		struct fake_lu *fake = make_lu(test, TYPE_DISK);
		struct scsi_cmnd *cmd = make_attempt(test, fake, ops[i],
						     ATTEMPT_TIMEOUT);

		KUNIT_EXPECT_EQ(test, scsi_path_judge_timeout(cmd), ATTEMPT_TIMEOUT);
		KUNIT_EXPECT_EQ(test, fake->path[0].path.state, PATH_GOOD);

		fake_path_kill(fake, 0);
		KUNIT_EXPECT_EQ(test, scsi_path_judge_timeout(cmd), 0);

		/* There is nowhere else to go. */
		fake_path_kill(fake, 1);
		KUNIT_EXPECT_EQ(test, scsi_path_judge_timeout(cmd), ATTEMPT_TIMEOUT);
	}
}

static void once_is_its_senders_choice(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, TYPE_DISK);
	struct scsi_cmnd *cmd = make_attempt(test, fake, REQ_OP_DRV_IN,
					     ATTEMPT_TIMEOUT);

	fake->lu.no_passthrough_failover = true;
	fake_path_kill(fake, 0);
	KUNIT_EXPECT_EQ(test, scsi_path_judge_timeout(cmd),
			WHOLE_TIMEOUT - ATTEMPT_TIMEOUT);
}

static void nothing_is_done_twice(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, TYPE_DISK);
	struct scsi_cmnd *cmd = make_attempt(test, fake, REQ_OP_DRV_OUT,
					     ATTEMPT_TIMEOUT);

	fake_path_kill(fake, 0);
	KUNIT_EXPECT_EQ(test, scsi_path_judge_timeout(cmd),
			WHOLE_TIMEOUT - ATTEMPT_TIMEOUT);
}

static struct kunit_case timeout_cases[] = {
	KUNIT_CASE(stuck_is_aborted),
	KUNIT_CASE(the_only_one_is_left_alone),
	KUNIT_CASE(without_abort_it_is_left_alone),
	KUNIT_CASE(all_of_its_time_is_over),
	KUNIT_CASE(aborted_early),
	KUNIT_CASE(zones_are_written_once),
	KUNIT_CASE(disks_are_not),
	KUNIT_CASE(others_follow_reads),
	KUNIT_CASE(once_is_its_senders_choice),
	KUNIT_CASE(nothing_is_done_twice),
	{ }
};

static struct kunit_suite timeout_suite = {
	.name = "scsi_multipath_timeout",
	.test_cases = timeout_cases,
};

kunit_test_suite(timeout_suite);
