// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of paths that are looked at: when, and what that means meanwhile. */

#include <kunit/test.h>
#include <linux/jiffies.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>

#include "path_fixture.h"

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

static struct kunit_case cases[] = {
	KUNIT_CASE(waiting),
	KUNIT_CASE(block_and_unblock),
	KUNIT_CASE(time_of_a_check),
	KUNIT_CASE(checked),
	KUNIT_CASE(offline_and_back),
	KUNIT_CASE(probe_delay),
	KUNIT_CASE(compared_at_last),
	KUNIT_CASE(host_recovers),
	{ }
};

static struct kunit_suite suite = {
	.name = "scsi_multipath_check",
	.test_cases = cases,
};

kunit_test_suite(suite);
