// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of what an administrator sees of a path, and writes. */

#include <kunit/test.h>
#include <linux/jiffies.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>

#include "path_fixture.h"

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

static struct kunit_case cases[] = {
	KUNIT_CASE(disabled_stays_disabled),
	KUNIT_CASE(admin_write),
	KUNIT_CASE(admin_write_is_checked),
	KUNIT_CASE(admin_write_to_offline),
	KUNIT_CASE(shown_states),
	{ }
};

static struct kunit_suite suite = {
	.name = "scsi_multipath_admin",
	.test_cases = cases,
};

kunit_test_suite(suite);
