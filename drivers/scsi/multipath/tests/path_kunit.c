// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of path states and the set of usable paths. */

#include <kunit/test.h>
#include <linux/jiffies.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>

#include "path_fixture.h"

/* What path.c has as STRIKES_TO_FAIL. */
#define STRIKES		5

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

static void waiting(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	scsi_path_take_out(path, PATH_PENDING, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_PENDING);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	KUNIT_EXPECT_TRUE(test, fake_path_is_probed(&fake->path[0]));
	scsi_path_succeeded(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_PENDING);
	fake_path_kill(fake, 0);
	KUNIT_EXPECT_EQ(test, path->state, PATH_FAILED);
}

static void disabled_stays_disabled(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	scsi_path_admin_write(path, SHOWN_DEAD, 0, 0);
	KUNIT_EXPECT_EQ(test, path->state, PATH_DISABLED);
	KUNIT_EXPECT_FALSE(test, fake_path_is_probed(&fake->path[0]));

	scsi_path_set_state(path, PATH_PROBATION, LOSS_FAILED, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_DISABLED);
	scsi_path_succeeded(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_DISABLED);
	for (int i = 0; i <= STRIKES; i++)
		scsi_path_strike(path, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_DISABLED);
	scsi_path_take_out(path, PATH_PENDING, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_DISABLED);
	fake_path_kill(fake, 0);
	KUNIT_EXPECT_EQ(test, path->state, PATH_DISABLED);
	fake_path_set_sdev_state(test, fake, 0, SDEV_OFFLINE);
	KUNIT_EXPECT_EQ(test, path->state, PATH_DISABLED);
	KUNIT_EXPECT_FALSE(test, fake_path_is_probed(&fake->path[0]));
	fake_path_set_sdev_state(test, fake, 0, SDEV_RUNNING);
	KUNIT_EXPECT_EQ(test, path->state, PATH_DISABLED);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);

	scsi_path_admin_write(path, SHOWN_GOOD, 0, 0);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 3);
	scsi_path_strike(path, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
}

static void admin_write(struct kunit *test)
{
	static const enum scsi_path_state after[] = {
		[SHOWN_GOOD]	= PATH_GOOD,
		[SHOWN_FAILING]	= PATH_PENDING,
		[SHOWN_DEAD]	= PATH_DISABLED,
	};

	for (int from = PATH_GOOD; from <= PATH_DISABLED; from++) {
		for (int to = SHOWN_GOOD; to <= SHOWN_DEAD; to++) {
			struct fake_lu *fake = make_fake_lu(test, 1,
						       &scsi_policy_rr);
			struct scsi_path *path = &fake->path[0].path;

			scsi_path_set_state(path, from, LOSS_FAILED, "test");
			scsi_path_admin_write(path, to, 7, 9);
			KUNIT_EXPECT_EQ_MSG(test, path->state, after[to],
					    "%d to %d", from, to);
			KUNIT_EXPECT_EQ(test, path->failures, 7);
			KUNIT_EXPECT_EQ(test, path->weight, 9);
			KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake),
					to == SHOWN_GOOD);
			if (to == SHOWN_FAILING)
				KUNIT_EXPECT_TRUE(test,
						  fake_path_is_probed(&fake->path[0]));
		}
	}
}

/* What its LUN leads to may have changed while the path was out of use. */
static void admin_write_is_checked(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	fake->lu.announced = true;
	scsi_path_admin_write(path, SHOWN_GOOD, 0, 0);
	KUNIT_EXPECT_FALSE(test, path->check);
	scsi_path_admin_write(path, SHOWN_DEAD, 0, 0);
	fake_path_forget_probe(&fake->path[0]);
	scsi_path_admin_write(path, SHOWN_GOOD, 0, 0);
	KUNIT_EXPECT_TRUE(test, path->check);
	KUNIT_EXPECT_TRUE(test, fake_path_is_probed(&fake->path[0]));
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	KUNIT_EXPECT_EQ(test, scsi_path_shown_state(path), SHOWN_FAILING);
	scsi_path_reinstate(path);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 3);
	KUNIT_EXPECT_EQ(test, scsi_path_shown_state(path), SHOWN_GOOD);

	/* Whoever has waited long enough knows that it is not. */
	scsi_path_admin_write(path, SHOWN_DEAD, 0, 0);
	scsi_path_admin_write(path, SHOWN_GOOD, 0, 0);
	KUNIT_EXPECT_EQ(test, scsi_path_shown_state(path), SHOWN_FAILING);
	scsi_path_wait_for_check(path->sdev, jiffies);
	KUNIT_EXPECT_EQ(test, path->state, PATH_FAILED);
	KUNIT_EXPECT_EQ(test, scsi_path_shown_state(path), SHOWN_DEAD);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
}

/* Good overrides error handling, but not a transport. */
static void admin_write_to_offline(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 1, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	fake_path_set_sdev_state(test, fake, 0, SDEV_OFFLINE);
	scsi_path_admin_write(path, SHOWN_DEAD, 0, 0);
	KUNIT_EXPECT_EQ(test, path->sdev->sdev_state, SDEV_OFFLINE);
	scsi_path_admin_write(path, SHOWN_GOOD, 0, 0);
	KUNIT_EXPECT_EQ(test, path->sdev->sdev_state, SDEV_RUNNING);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 1);

	fake_path_set_sdev_state(test, fake, 0, SDEV_BLOCK);
	fake_path_set_sdev_state(test, fake, 0, SDEV_TRANSPORT_OFFLINE);
	scsi_path_admin_write(path, SHOWN_GOOD, 0, 0);
	KUNIT_EXPECT_EQ(test, path->sdev->sdev_state, SDEV_TRANSPORT_OFFLINE);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0);
	KUNIT_EXPECT_EQ(test, scsi_path_shown_state(path), SHOWN_DEAD);
	fake_path_set_sdev_state(test, fake, 0, SDEV_RUNNING);
	scsi_path_reinstate(path);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 1);
}

static void shown_states(struct kunit *test)
{
	static const struct {
		enum scsi_device_state sdev_state;
		u8 shown[PATH_DISABLED + 1];
	} rows[] = {
		{ SDEV_RUNNING,			{ 1, 2, 2, 3, 3 } },
		{ SDEV_CREATED,			{ 2, 2, 2, 3, 3 } },
		{ SDEV_QUIESCE,			{ 2, 2, 2, 3, 3 } },
		{ SDEV_BLOCK,			{ 2, 2, 2, 3, 3 } },
		{ SDEV_CREATED_BLOCK,		{ 2, 2, 2, 3, 3 } },
		{ SDEV_OFFLINE,			{ 3, 3, 3, 3, 3 } },
		{ SDEV_TRANSPORT_OFFLINE,	{ 3, 3, 3, 3, 3 } },
		{ SDEV_CANCEL,			{ 3, 3, 3, 3, 3 } },
		{ SDEV_DEL,			{ 3, 3, 3, 3, 3 } },
	};
	struct fake_lu *fake = make_fake_lu(test, 1, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	for (int i = 0; i < ARRAY_SIZE(rows); i++) {
		path->sdev->sdev_state = rows[i].sdev_state;
		for (int state = 0; state <= PATH_DISABLED; state++) {
			path->state = state;
			KUNIT_EXPECT_EQ_MSG(test, scsi_path_shown_state(path),
					    rows[i].shown[state],
					    "device state %d, path state %d",
					    rows[i].sdev_state, state);
		}
	}
}

static void block_and_unblock(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	fake_path_set_sdev_state(test, fake, 0, SDEV_BLOCK);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_TRUE(test, path->told.changed);
	path->told.changed = false;
	fake_path_set_sdev_state(test, fake, 0, SDEV_RUNNING);
	/* It may lead elsewhere. */
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_EQ(test, scsi_path_shown_state(path), SHOWN_FAILING);
	KUNIT_EXPECT_FALSE(test, path->told.changed);
	KUNIT_EXPECT_TRUE(test, fake_path_is_probed(&fake->path[0]));
	scsi_path_reinstate(path);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 3);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_TRUE(test, path->told.changed);
	KUNIT_EXPECT_EQ(test, path->failures, 0);

	/* What was in flight fails while it is blocked. */
	fake_path_set_sdev_state(test, fake, 0, SDEV_BLOCK);
	scsi_path_take_out(path, PATH_PENDING, "test");
	fake_path_forget_probe(&fake->path[0]);
	fake_path_set_sdev_state(test, fake, 0, SDEV_RUNNING);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	KUNIT_EXPECT_EQ(test, path->state, PATH_PENDING);
	KUNIT_EXPECT_TRUE(test, path->probe.demanded);
	KUNIT_EXPECT_TRUE(test, fake_path_is_probed(&fake->path[0]));

	/* No state of the path brings it in while its device is blocked. */
	fake_path_set_sdev_state(test, fake, 0, SDEV_QUIESCE);
	fake_path_revive(fake, 0);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
}

/* While the only path is looked at, the time of commands goes on. */
static void time_of_a_check(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 1, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;
	struct scsi_lu *lu = &fake->lu;
	unsigned long long_ago = jiffies - 60 * HZ;

	lu->announced = true;
	lu->usable_since = long_ago;
	spin_lock_irq(&lu->lock);
	scsi_path_check_identity(path);
	spin_unlock_irq(&lu->lock);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0);
	scsi_path_reinstate(path);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 1);
	KUNIT_EXPECT_EQ(test, lu->usable_since, long_ago);

	/* But not while it was blocked, of which the check is a part. */
	fake_path_set_sdev_state(test, fake, 0, SDEV_BLOCK);
	fake_path_set_sdev_state(test, fake, 0, SDEV_RUNNING);
	path->probe.now = PROBE_IDLE;
	scsi_path_reinstate(path);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 1);
	KUNIT_EXPECT_TRUE(test, time_after(lu->usable_since, long_ago));
}

/* One that is merely looked at has not failed, and nobody is told anything. */
static void checked(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;
	struct scsi_lu *lu = &fake->lu;

	lu->announced = true;
	for (int state = PATH_GOOD; state <= PATH_PROBATION; state++) {
		scsi_path_set_state(path, state, LOSS_FAILED, "test");
		fake_path_forget_probe(&fake->path[0]);
		path->told.changed = false;
		spin_lock_irq(&lu->lock);
		scsi_path_check_identity(path);
		spin_unlock_irq(&lu->lock);
		KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
		KUNIT_EXPECT_TRUE(test, fake_path_is_probed(&fake->path[0]));
		scsi_path_reinstate(path);
		KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 3);
		KUNIT_EXPECT_EQ(test, path->state, state);
		KUNIT_EXPECT_EQ(test, path->failures, 0);
		KUNIT_EXPECT_FALSE(test, path->told.changed);
	}

	/* What a probe has read before the path came back says nothing. */
	path->probe.now = PROBE_ASKS;
	fake_path_set_sdev_state(test, fake, 0, SDEV_BLOCK);
	fake_path_set_sdev_state(test, fake, 0, SDEV_RUNNING);
	scsi_path_reinstate(path);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	path->probe.now = PROBE_IDLE;
	scsi_path_reinstate(path);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 3);

	/* One that fails meanwhile has failed. */
	fake_path_set_sdev_state(test, fake, 0, SDEV_BLOCK);
	fake_path_set_sdev_state(test, fake, 0, SDEV_RUNNING);
	fake_path_kill(fake, 0);
	KUNIT_EXPECT_FALSE(test, path->check);
	scsi_path_reinstate(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_PROBATION);

	/* All at once: I/O waits, however short its patience is. */
	lu->no_path_timeout = 0;
	for (int i = 0; i < 2; i++) {
		spin_lock_irq(&lu->lock);
		scsi_path_check_identity(&fake->path[i].path);
		spin_unlock_irq(&lu->lock);
	}
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&lu->no_path_work));
	KUNIT_EXPECT_FALSE(test, fake->gave_up);
}

static void offline_and_back(struct kunit *test)
{
	static const enum scsi_device_state offline[] = {
		SDEV_OFFLINE, SDEV_TRANSPORT_OFFLINE,
	};

	for (int i = 0; i < ARRAY_SIZE(offline); i++) {
		struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
		struct scsi_path *path = &fake->path[0].path;

		if (i)
			fake_path_set_sdev_state(test, fake, 0, SDEV_BLOCK);
		fake_path_set_sdev_state(test, fake, 0, offline[i]);
		KUNIT_EXPECT_EQ(test, path->state, PATH_FAILED);
		KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
		KUNIT_EXPECT_TRUE(test, path->told.changed);
		/* Not before a probe has seen whose path it is. */
		fake_path_forget_probe(&fake->path[0]);
		fake_path_set_sdev_state(test, fake, 0, SDEV_RUNNING);
		KUNIT_EXPECT_EQ(test, path->state, PATH_FAILED);
		KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
		KUNIT_EXPECT_TRUE(test, path->probe.demanded);
		KUNIT_EXPECT_TRUE(test, fake_path_is_probed(&fake->path[0]));
	}
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

/* The delay doubles over deaths until the path has held, or somebody knows better. */
static void probe_delay(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;
	unsigned long first = path->probe.delay;

	for (int i = 0; i < 12; i++) {
		KUNIT_EXPECT_EQ(test, path->probe.delay,
				min(first << i, 60UL * HZ));
		fake_path_kill(fake, 0);
		KUNIT_EXPECT_TRUE(test, fake_path_is_probed(&fake->path[0]));
		fake_path_forget_probe(&fake->path[0]);
		scsi_path_set_state(path, PATH_PROBATION, LOSS_FAILED, "test");
	}
	/* Good again, but not for long: it flaps. */
	scsi_path_succeeded(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	fake_path_kill(fake, 0);
	KUNIT_EXPECT_EQ(test, path->probe.delay, 60UL * HZ);
	/* Good for long enough. */
	fake_path_revive(fake, 0);
	path->good_since = jiffies - 3600UL * HZ;
	fake_path_forget_probe(&fake->path[0]);
	fake_path_kill(fake, 0);
	KUNIT_EXPECT_EQ(test, path->probe.delay, 2 * first);
	/* It fails again, and the administrator says that it is mended. */
	fake_path_forget_probe(&fake->path[0]);
	scsi_path_set_state(path, PATH_PROBATION, LOSS_FAILED, "test");
	fake_path_kill(fake, 0);
	KUNIT_EXPECT_EQ(test, path->probe.delay, 4 * first);
	scsi_path_admin_write(path, SHOWN_GOOD, 0, 0);
	fake_path_forget_probe(&fake->path[0]);
	fake_path_kill(fake, 0);
	KUNIT_EXPECT_EQ(test, path->probe.delay, 2 * first);
}

/* What has waited to be compared has not failed, however often it was asked. */
static void compared_at_last(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;
	unsigned long first = path->probe.delay;

	scsi_path_set_state(path, PATH_PENDING, LOSS_UNSIZED, "test");
	fake_path_forget_probe(&fake->path[0]);
	spin_lock_irq(&fake->lu.lock);
	scsi_path_probe_schedule(path);
	spin_unlock_irq(&fake->lu.lock);
	KUNIT_EXPECT_GT(test, path->probe.delay, first);
	scsi_path_reinstate(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_EQ(test, path->probe.delay, first);
}

/* Until its error handler is done, a host answers nothing: who asks would wait. */
static void host_recovers(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;
	unsigned long first = path->probe.delay;

	fake->lu.announced = true;
	path->sdev->host->shost_state = SHOST_RECOVERY;
	scsi_path_probe_init(path);
	spin_lock_irq(&fake->lu.lock);
	WRITE_ONCE(path->watch.wants, WATCH_ANSWER);
	scsi_path_check_identity(path);
	spin_unlock_irq(&fake->lu.lock);
	for (int i = 0; i < 3; i++) {
		flush_delayed_work(&path->probe.work);
		KUNIT_EXPECT_TRUE(test, delayed_work_pending(&path->probe.work));
		KUNIT_EXPECT_TRUE(test, time_after(path->probe.work.timer.expires,
						   jiffies + HZ / 10));
		KUNIT_EXPECT_EQ(test, path->probe.delay, first);
		KUNIT_EXPECT_EQ(test, path->probe.now, PROBE_IDLE);
		KUNIT_EXPECT_TRUE(test, path->probe.demanded);
		KUNIT_EXPECT_EQ(test, path->watch.wants, WATCH_ANSWER);
		KUNIT_EXPECT_EQ(test, path->check, CHECK_IN_USE);
	}

	/* Who waits for the identity does so no longer than ever. */
	scsi_path_wait_for_check(path->sdev, jiffies);
	KUNIT_EXPECT_EQ(test, path->state, PATH_FAILED);
	KUNIT_EXPECT_FALSE(test, path->check);
	flush_delayed_work(&path->probe.work);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&path->probe.work));
	KUNIT_EXPECT_EQ(test, path->probe.delay, first);

	/* Nobody wants anything of it any more. */
	scsi_path_admin_write(path, SHOWN_DEAD, 0, 0);
	WRITE_ONCE(path->watch.wants, WATCH_NOTHING);
	flush_delayed_work(&path->probe.work);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&path->probe.work));
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
	KUNIT_CASE(waiting),
	KUNIT_CASE(disabled_stays_disabled),
	KUNIT_CASE(admin_write),
	KUNIT_CASE(admin_write_is_checked),
	KUNIT_CASE(admin_write_to_offline),
	KUNIT_CASE(shown_states),
	KUNIT_CASE(block_and_unblock),
	KUNIT_CASE(checked),
	KUNIT_CASE(time_of_a_check),
	KUNIT_CASE(offline_and_back),
	KUNIT_CASE(weights),
	KUNIT_CASE(who_left_is_not_found),
	KUNIT_CASE(probe_delay),
	KUNIT_CASE(compared_at_last),
	KUNIT_CASE(host_recovers),
	KUNIT_CASE(no_path_timeout),
	{ }
};

static struct kunit_suite suite = {
	.name = "scsi_multipath_path",
	.test_cases = cases,
};

kunit_test_suite(suite);
