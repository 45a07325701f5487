// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of paths that fail, and of the set of usable paths. */

#include <kunit/test.h>
#include <linux/jiffies.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>

#include "path_fixture.h"

static void strikes_in_a_row_kill(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	for (int i = 1; i < STRIKES; i++) {
		scsi_path_strike(path, "test");
		KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
		KUNIT_EXPECT_TRUE(test, path->suspect);
	}
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 3);
	KUNIT_EXPECT_FALSE(test, fake_path_is_probed(&fake->path[0]));
	scsi_path_strike(path, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_FAILED);
	KUNIT_EXPECT_EQ(test, path->failures, STRIKES);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	KUNIT_EXPECT_TRUE(test, fake_path_is_probed(&fake->path[0]));
	KUNIT_EXPECT_TRUE(test, path->told.changed);
	KUNIT_EXPECT_FALSE(test, fake->path[1].path.told.changed);
	KUNIT_EXPECT_EQ(test, fake->path[1].path.state, PATH_GOOD);
	KUNIT_EXPECT_EQ(test, fake->path[1].path.failures, 0);
}

static void success_clears_strikes(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	for (int round = 0; round < 3; round++) {
		for (int i = 1; i < STRIKES; i++)
			scsi_path_strike(path, "test");
		for (int i = 1; i < STRIKES; i++) {
			KUNIT_EXPECT_TRUE(test, path->suspect);
			scsi_path_succeeded(path);
		}
		KUNIT_EXPECT_FALSE(test, path->suspect);
	}
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_EQ(test, path->failures, 3 * (STRIKES - 1));
	KUNIT_EXPECT_FALSE(test, path->told.changed);
}

/* Two failures for each success are a bad path, even if never in a row. */
static void more_failures_than_successes_kill(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	for (int i = 0; i < STRIKES && path->state == PATH_GOOD; i++) {
		scsi_path_strike(path, "test");
		scsi_path_strike(path, "test");
		scsi_path_succeeded(path);
	}
	KUNIT_EXPECT_EQ(test, path->state, PATH_FAILED);
}

/* No other is any better. A path that is lost is another matter. */
static void strikes_leave_the_last_one(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	fake_path_kill(fake, 1);
	for (int i = 0; i < 3 * STRIKES; i++)
		scsi_path_strike(path, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 1);
	fake_path_revive(fake, 1);
	scsi_path_strike(path, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_FAILED);
	fake_path_kill(fake, 1);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0);
}

static void stuck(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	KUNIT_EXPECT_TRUE(test, scsi_path_take_out_if_stuck(path, jiffies));
	KUNIT_EXPECT_EQ(test, path->state, PATH_PENDING);
	KUNIT_EXPECT_EQ(test, path->failures, 1);
	KUNIT_EXPECT_TRUE(test, fake_path_is_probed(&fake->path[0]));
	/* Its other commands, found later: one failure is enough. */
	KUNIT_EXPECT_TRUE(test, scsi_path_take_out_if_stuck(path, jiffies));
	KUNIT_EXPECT_EQ(test, path->failures, 1);
	/* Or after it has come back. */
	fake_path_revive(fake, 0);
	KUNIT_EXPECT_TRUE(test, scsi_path_take_out_if_stuck(path, path->reinstated_at - 1));
	KUNIT_EXPECT_TRUE(test, scsi_path_is_usable(path));
	KUNIT_EXPECT_EQ(test, path->failures, 1);
	KUNIT_EXPECT_TRUE(test, scsi_path_take_out_if_stuck(path, path->reinstated_at));
	KUNIT_EXPECT_FALSE(test, scsi_path_is_usable(path));
	/* The only one left may take its time. */
	KUNIT_EXPECT_FALSE(test, scsi_path_take_out_if_stuck(&fake->path[1].path,
							     jiffies));
	KUNIT_EXPECT_EQ(test, fake->path[1].path.state, PATH_GOOD);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	/* And when that one is lost, what is stuck stays where it is. */
	fake_path_kill(fake, 1);
	KUNIT_EXPECT_FALSE(test, scsi_path_take_out_if_stuck(path, jiffies));
}

/* The last one lost: all that could come back are looked at soon. */
static void all_lost(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 3, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	scsi_path_admin_write(&fake->path[2].path, SHOWN_DEAD, 0, 0);
	fake_path_kill(fake, 0);
	fake_path_forget_probe(&fake->path[0]);
	path->probe.delay = 60UL * HZ;
	fake_path_kill(fake, 1);
	KUNIT_EXPECT_TRUE(test, fake_path_is_probed(&fake->path[0]));
	KUNIT_EXPECT_LE(test, path->probe.delay, 2UL * SCSI_PATH_PROBE_DELAY);
	KUNIT_EXPECT_FALSE(test, fake_path_is_probed(&fake->path[2]));
}

static void probation(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	fake_path_kill(fake, 0);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	path->told.changed = false;
	scsi_path_set_state(path, PATH_PROBATION, LOSS_FAILED, "test");
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 3);
	KUNIT_EXPECT_TRUE(test, path->suspect);
	KUNIT_EXPECT_TRUE(test, path->told.changed);
	/* A probe that comes late does not put a good path on probation. */
	scsi_path_admin_write(path, SHOWN_GOOD, 0, 0);
	scsi_path_reinstate(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	fake_path_kill(fake, 0);
	scsi_path_reinstate(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_PROBATION);
	scsi_path_strike(path, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_FAILED);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);

	scsi_path_set_state(path, PATH_PROBATION, LOSS_FAILED, "test");
	path->told.changed = false;
	scsi_path_succeeded(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_FALSE(test, path->suspect);
	KUNIT_EXPECT_FALSE(test, path->told.changed);
	scsi_path_strike(path, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
}

static void dead_stays_dead(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	fake_path_kill(fake, 0);
	scsi_path_succeeded(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_FAILED);
	KUNIT_EXPECT_TRUE(test, path->suspect);
	scsi_path_take_out(path, PATH_PENDING, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_FAILED);
	scsi_path_strike(path, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_FAILED);
	KUNIT_EXPECT_EQ(test, path->failures, 3);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
}

static void weights(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 4, &scsi_policy_rr);

	scsi_path_set_weight(&fake->path[2].path, 1);
	scsi_path_set_weight(&fake->path[3].path, U32_MAX);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0x3);
	fake_path_kill(fake, 0);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0x2);
	fake_path_set_sdev_state(test, fake, 1, SDEV_BLOCK);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0x4);
	fake_path_kill(fake, 2);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0x8);
	fake_path_kill(fake, 3);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0);

	fake_path_revive(fake, 3);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0x8);
	fake_path_revive(fake, 2);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0x4);
	scsi_path_set_state(&fake->path[0].path, PATH_PROBATION, LOSS_FAILED, "test");
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0x1);
	fake_path_set_sdev_state(test, fake, 1, SDEV_RUNNING);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0x1);
	scsi_path_reinstate(&fake->path[1].path);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0x3);
	scsi_path_admin_write(&fake->path[2].path, SHOWN_GOOD, 0, 0);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0x7);
	scsi_path_set_weight(&fake->path[2].path, 2);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0x3);
}

/* A reader may come with the number of entries from before the last change. */
static void who_left_is_not_found(struct kunit *test)
{
	for (unsigned int gone = 0; gone < 4; gone++) {
		struct fake_lu *fake = make_fake_lu(test, 4, &scsi_policy_rr);
		const struct scsi_path_set *set =
			rcu_access_pointer(fake->lu.in_use[0]);
		unsigned int before;

		fake_path_kill(fake, (gone + 1) % 4);
		before = set->nr;
		fake_path_leave(fake, gone);
		KUNIT_EXPECT_EQ(test, set->nr, 2);
		for (unsigned int i = 0; i < before; i++)
			KUNIT_EXPECT_PTR_NE(test, set->path[i],
					    &fake->path[gone].path);
		fake_path_revive(fake, (gone + 1) % 4);
		KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0xf & ~BIT(gone));

		for (unsigned int i = 0; i < 4; i++) {
			before = set->nr;
			if (i != gone)
				fake_path_leave(fake, i);
			for (unsigned int j = 0; j < before; j++)
				KUNIT_EXPECT_PTR_NE(test, set->path[j],
						    &fake->path[i].path);
		}
		KUNIT_EXPECT_EQ(test, set->nr, 0);
		fake_path_join(fake, gone);
		KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0);
	}
}

static void no_path_timeout(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_lu *lu = &fake->lu;

	lu->announced = true;
	fake_path_kill(fake, 0);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&lu->no_path_work));
	/* A path that its transport blocks has not been given up. */
	fake_path_set_sdev_state(test, fake, 1, SDEV_BLOCK);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&lu->no_path_work));
	lu->no_path_since = jiffies - 60 * HZ;
	fake_path_set_sdev_state(test, fake, 1, SDEV_TRANSPORT_OFFLINE);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&lu->no_path_work));
	KUNIT_EXPECT_TRUE(test, time_after(lu->no_path_since,
					   jiffies - 60 * HZ));
	lu->expired = true;
	scsi_path_set_state(&fake->path[0].path, PATH_PROBATION, LOSS_FAILED, "test");
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&lu->no_path_work));
	KUNIT_EXPECT_FALSE(test, lu->expired);

	scsi_lu_set_no_path_timeout(lu, -1);
	fake_path_kill(fake, 0);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&lu->no_path_work));
	lu->expired = true;
	scsi_lu_set_no_path_timeout(lu, 3600);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&lu->no_path_work));
	KUNIT_EXPECT_FALSE(test, fake->gave_up);
	/* I/O that has begun to fail waits again, if there is time left. */
	KUNIT_EXPECT_FALSE(test, lu->expired);
	lu->expired = true;
	lu->no_path_since = jiffies - 60 * HZ;
	scsi_lu_set_no_path_timeout(lu, 30);
	KUNIT_EXPECT_TRUE(test, lu->expired);
	scsi_lu_set_no_path_timeout(lu, -1);
	KUNIT_EXPECT_FALSE(test, lu->expired);
	scsi_lu_set_no_path_timeout(lu, 0);
	flush_work(&lu->no_path_work.work);
	KUNIT_EXPECT_TRUE(test, fake->gave_up);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(strikes_in_a_row_kill),
	KUNIT_CASE(success_clears_strikes),
	KUNIT_CASE(more_failures_than_successes_kill),
	KUNIT_CASE(strikes_leave_the_last_one),
	KUNIT_CASE(stuck),
	KUNIT_CASE(all_lost),
	KUNIT_CASE(probation),
	KUNIT_CASE(dead_stays_dead),
	KUNIT_CASE(weights),
	KUNIT_CASE(who_left_is_not_found),
	KUNIT_CASE(no_path_timeout),
	{ }
};

static struct kunit_suite suite = {
	.name = "scsi_multipath_path",
	.test_cases = cases,
};

kunit_test_suite(suite);
