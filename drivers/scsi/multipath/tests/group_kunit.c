// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of groups: rank, the administrator's choice, failback, access. */

#include <kunit/test.h>
#include <linux/jiffies.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "path_fixture.h"

/* As a device handler does that has read the states of all groups. */
static void set_access(struct fake_lu *fake, unsigned int i, u8 state)
{
	fake->path[i].path.sdev->access_state = state;
	scsi_path_access_state_read(fake->path[i].path.sdev, 0);
}

static void access_ranks_above_weight(struct kunit *test)
{
	static const struct {
		u8 better;
		u8 worse;
	} rows[] = {
		{ SCSI_ACCESS_STATE_OPTIMAL | SCSI_ACCESS_STATE_PREFERRED,
		  SCSI_ACCESS_STATE_OPTIMAL },
		{ SCSI_ACCESS_STATE_OPTIMAL, SCSI_ACCESS_STATE_ACTIVE },
		{ SCSI_ACCESS_STATE_OPTIMAL, SCSI_ACCESS_STATE_LBA },
		{ SCSI_ACCESS_STATE_ACTIVE, SCSI_ACCESS_STATE_STANDBY },
		{ SCSI_ACCESS_STATE_LBA, SCSI_ACCESS_STATE_UNAVAILABLE },
		{ SCSI_ACCESS_STATE_ACTIVE, SCSI_ACCESS_STATE_OFFLINE },
		{ SCSI_ACCESS_STATE_ACTIVE, SCSI_ACCESS_STATE_TRANSITIONING },
		/* reserved bits, and a preference for what cannot serve */
		{ SCSI_ACCESS_STATE_ACTIVE,
		  SCSI_ACCESS_STATE_STANDBY | SCSI_ACCESS_STATE_PREFERRED },
		{ SCSI_ACCESS_STATE_OPTIMAL | 0x70, SCSI_ACCESS_STATE_ACTIVE },
	};
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);

	scsi_path_set_weight(&fake->path[0].path, 9);
	for (int i = 0; i < ARRAY_SIZE(rows); i++) {
		set_access(fake, 0, rows[i].better);
		set_access(fake, 1, rows[i].worse);
		KUNIT_EXPECT_EQ_MSG(test, fake_lu_usable(test, fake), 1,
				    "row %d", i);
	}
	/* Both of no use, then one of some. */
	set_access(fake, 0, SCSI_ACCESS_STATE_STANDBY);
	set_access(fake, 1, SCSI_ACCESS_STATE_OFFLINE);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0);
	set_access(fake, 1, SCSI_ACCESS_STATE_ACTIVE);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
}

static void no_access_is_failing(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	set_access(fake, 0, SCSI_ACCESS_STATE_STANDBY);
	KUNIT_EXPECT_EQ(test, scsi_path_shown_state(path), SHOWN_FAILING);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_FALSE(test, scsi_path_is_usable(path));
	/* It returns by itself. */
	KUNIT_EXPECT_TRUE(test, fake_path_is_probed(&fake->path[0]));
	KUNIT_EXPECT_FALSE(test, fake_path_is_probed(&fake->path[1]));
	KUNIT_EXPECT_TRUE(test, path->told.changed);
	set_access(fake, 0, SCSI_ACCESS_STATE_OPTIMAL);
	KUNIT_EXPECT_EQ(test, scsi_path_shown_state(path), SHOWN_GOOD);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 3);
}

/* A path that is passive is tested at once if the target says it is not. */
static void access_brings_back(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	set_access(fake, 0, SCSI_ACCESS_STATE_ACTIVE);
	scsi_path_set_passive(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_PENDING);
	KUNIT_EXPECT_EQ(test, path->loss, LOSS_PASSIVE);
	set_access(fake, 0, SCSI_ACCESS_STATE_STANDBY);
	fake_path_is_probed(&fake->path[0]);
	fake_path_forget_probe(&fake->path[0]);
	set_access(fake, 0, SCSI_ACCESS_STATE_OPTIMAL);
	KUNIT_EXPECT_TRUE(test, path->probe.demanded);
	KUNIT_EXPECT_TRUE(test, fake_path_is_probed(&fake->path[0]));
	scsi_path_reinstate(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
}

/* What the target has stood by need not prove itself, what has failed must. */
static void active_again_is_good(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 3, &scsi_policy_rr);

	scsi_path_set_passive(&fake->path[0].path);
	scsi_path_reinstate(&fake->path[0].path);
	KUNIT_EXPECT_EQ(test, fake->path[0].path.state, PATH_GOOD);
	scsi_path_begin_transition(&fake->path[1].path);
	scsi_path_reinstate(&fake->path[1].path);
	KUNIT_EXPECT_EQ(test, fake->path[1].path.state, PATH_GOOD);
	fake_path_kill(fake, 2);
	scsi_path_reinstate(&fake->path[2].path);
	KUNIT_EXPECT_EQ(test, fake->path[2].path.state, PATH_PROBATION);
	/* Dead, then found to answer, but in standby. */
	fake_path_kill(fake, 2);
	scsi_path_set_passive(&fake->path[2].path);
	KUNIT_EXPECT_EQ(test, fake->path[2].path.state, PATH_PENDING);
	/* The administrator's word stands. */
	scsi_path_admin_write(&fake->path[2].path, SHOWN_DEAD, 0, 0);
	scsi_path_set_passive(&fake->path[2].path);
	scsi_path_begin_transition(&fake->path[2].path);
	scsi_path_reinstate(&fake->path[2].path);
	KUNIT_EXPECT_EQ(test, fake->path[2].path.state, PATH_DISABLED);
}

/* However often it has been passive before: it is no failure. */
static void passive_is_tested_soon(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	path->probe.delay = 60 * HZ;
	scsi_path_set_passive(path);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&path->probe.work));
	KUNIT_EXPECT_TRUE(test, time_before(path->probe.work.timer.expires,
					    jiffies + 15 * HZ));
}

static void disabled_group_is_last(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 3, &scsi_policy_rr);
	struct scsi_lu *lu = &fake->lu;

	scsi_path_set_weight(&fake->path[1].path, 1);
	scsi_path_set_weight(&fake->path[2].path, 2);
	KUNIT_EXPECT_EQ(test, scsi_lu_disable_group(lu, 0, true), 0);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	KUNIT_EXPECT_EQ(test, scsi_lu_disable_group(lu, 1, true), 0);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 4);
	/* Every enabled one is gone: the best of those disabled. */
	fake_path_kill(fake, 2);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 1);
	fake_path_revive(fake, 2);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 4);
	KUNIT_EXPECT_EQ(test, scsi_lu_disable_group(lu, 1, false), 0);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	/* Who moves into a disabled group is disabled, who leaves is not. */
	scsi_path_set_weight(&fake->path[1].path, 0);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 4);
	scsi_path_set_weight(&fake->path[1].path, 1);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	KUNIT_EXPECT_EQ(test, scsi_lu_disable_group(lu, 7, true), -ENODEV);
}

static void switched_group_is_used(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 3, &scsi_policy_rr);
	struct scsi_lu *lu = &fake->lu;

	scsi_path_set_weight(&fake->path[1].path, 1);
	scsi_path_set_weight(&fake->path[2].path, 2);
	scsi_lu_disable_group(lu, 0, true);
	KUNIT_EXPECT_EQ(test, scsi_lu_switch_group(lu, 2), 0);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 4);
	/* Until it fails, and then for good; all are enabled by it. */
	fake_path_kill(fake, 2);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 1);
	fake_path_revive(fake, 2);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 1);
	KUNIT_EXPECT_EQ(test, scsi_lu_switch_group(lu, 7), -ENODEV);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 1);
}

static void failback_is_at_once(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);

	scsi_path_set_weight(&fake->path[1].path, 1);
	fake_path_kill(fake, 0);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	fake_path_revive(fake, 0);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 1);
}

static void failback_is_manual(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_lu *lu = &fake->lu;

	scsi_lu_set_failback(lu, -1);
	scsi_path_set_weight(&fake->path[1].path, 1);
	fake_path_kill(fake, 0);
	fake_path_revive(fake, 0);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	KUNIT_EXPECT_EQ(test, scsi_lu_switch_group(lu, 0), 0);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 1);
	/* That the one in use has no path left outranks it. */
	fake_path_kill(fake, 0);
	fake_path_revive(fake, 0);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	fake_path_kill(fake, 1);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 1);
}

static void failback_takes_time(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_lu *lu = &fake->lu;

	scsi_lu_set_failback(lu, 100);
	scsi_path_set_weight(&fake->path[1].path, 1);
	fake_path_kill(fake, 0);
	fake_path_revive(fake, 0);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&lu->group.work));
	/* A failure in between begins it anew. */
	lu->group.better_since = (jiffies - 99 * HZ) ?: 1;
	fake_path_kill(fake, 0);
	fake_path_revive(fake, 0);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	KUNIT_EXPECT_TRUE(test, time_after(lu->group.better_since,
					   jiffies - 50 * HZ));
	lu->group.better_since = (jiffies - 101 * HZ) ?: 1;
	mod_delayed_work(scsi_multipath_wq, &lu->group.work, 0);
	flush_delayed_work(&lu->group.work);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 1);
}

/* The group that is fallen back on has not been heard of for long. */
static void idle_access_is_read_anew(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);

	set_access(fake, 0, SCSI_ACCESS_STATE_OPTIMAL);
	set_access(fake, 1, SCSI_ACCESS_STATE_ACTIVE);
	fake_path_kill(fake, 0);
	KUNIT_EXPECT_FALSE(test, fake->path[1].path.access_stale);
	fake_path_revive(fake, 0);
	fake->path[1].path.access_read = (jiffies - 3600 * HZ) ?: 1;
	fake_path_kill(fake, 0);
	KUNIT_EXPECT_TRUE(test, fake->path[1].path.access_stale);
	set_access(fake, 1, SCSI_ACCESS_STATE_ACTIVE);
	KUNIT_EXPECT_FALSE(test, fake->path[1].path.access_stale);
}

/* I/O waits as long as the target has said that a change takes. */
static void transition_extends_waiting(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 1, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;
	struct scsi_lu *lu = &fake->lu;

	lu->announced = true;
	lu->no_path_timeout = 0;
	path->sdev->access_state = SCSI_ACCESS_STATE_OPTIMAL;
	scsi_path_access_state_read(path->sdev, 3600);
	scsi_path_begin_transition(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_PENDING);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&lu->no_path_work));
	flush_work(&lu->no_path_work.work);
	KUNIT_EXPECT_FALSE(test, fake->gave_up);
	KUNIT_EXPECT_TRUE(test, time_after(lu->no_path_work.timer.expires,
					   jiffies + 3000 * HZ));
	/* The same transition does not begin again with each command. */
	path->transition_end = (jiffies + 2 * HZ) ?: 1;
	scsi_path_begin_transition(path);
	KUNIT_EXPECT_TRUE(test, time_before(path->transition_end,
					    jiffies + 10 * HZ));
}

/* The target has time to restart, but not as much as other losses have. */
static void gone_everywhere_fails_soon(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_lu *lu = &fake->lu;

	lu->announced = true;
	scsi_path_set_disconnected(&fake->path[0].path, "test");
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	fake_path_kill(fake, 1);
	/* One is gone, the other is only dead. */
	flush_work(&lu->no_path_work.work);
	KUNIT_EXPECT_FALSE(test, fake->gave_up);
	scsi_path_set_disconnected(&fake->path[1].path, "test");
	flush_work(&lu->no_path_work.work);
	KUNIT_EXPECT_FALSE(test, fake->gave_up);
	KUNIT_EXPECT_TRUE(test, time_before(lu->no_path_work.timer.expires,
					    jiffies + 60 * HZ));
	lu->disconnected_since -= 3600UL * HZ;
	scsi_path_set_disconnected(&fake->path[1].path, "test");
	flush_work(&lu->no_path_work.work);
	KUNIT_EXPECT_TRUE(test, fake->gave_up);
	fake_path_revive(fake, 0);
	KUNIT_EXPECT_FALSE(test, fake->path[0].path.disconnected);
}

/* Blocked by its transport: it may return, until it is removed. */
static void lost_to_the_transport(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 1, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;
	struct scsi_lu *lu = &fake->lu;

	lu->announced = true;
	fake_path_set_sdev_state(test, fake, 0, SDEV_BLOCK);
	KUNIT_EXPECT_TRUE(test, path->disconnected);
	flush_work(&lu->no_path_work.work);
	KUNIT_EXPECT_FALSE(test, fake->gave_up);
	fake_path_set_sdev_state(test, fake, 0, SDEV_RUNNING);
	KUNIT_EXPECT_FALSE(test, path->disconnected);
	fake_path_set_sdev_state(test, fake, 0, SDEV_TRANSPORT_OFFLINE);
	fake_path_set_sdev_state(test, fake, 0, SDEV_CANCEL);
	KUNIT_EXPECT_TRUE(test, path->disconnected);
	fake_path_leave(fake, 0);
	spin_lock_irq(&lu->lock);
	scsi_lu_last_path_left(lu, path->disconnected);
	spin_unlock_irq(&lu->lock);
	flush_work(&lu->no_path_work.work);
	KUNIT_EXPECT_TRUE(test, fake->gave_up);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(access_ranks_above_weight),
	KUNIT_CASE(no_access_is_failing),
	KUNIT_CASE(access_brings_back),
	KUNIT_CASE(active_again_is_good),
	KUNIT_CASE(passive_is_tested_soon),
	KUNIT_CASE(disabled_group_is_last),
	KUNIT_CASE(switched_group_is_used),
	KUNIT_CASE(failback_is_at_once),
	KUNIT_CASE(failback_is_manual),
	KUNIT_CASE(failback_takes_time),
	KUNIT_CASE(idle_access_is_read_anew),
	KUNIT_CASE(transition_extends_waiting),
	KUNIT_CASE(gone_everywhere_fails_soon),
	KUNIT_CASE(lost_to_the_transport),
	{ }
};

static struct kunit_suite suite = {
	.name = "scsi_multipath_group",
	.test_cases = cases,
};

kunit_test_suite(suite);
