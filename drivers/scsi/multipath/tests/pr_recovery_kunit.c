// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of persistent reservations while the error handler of a host works: nothing is
 * sent over its paths then, and nobody says when it is done. What has to do with other paths
 * does not wait.
 */

#include <kunit/test.h>
#include <linux/delay.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include "../pr.h"
#include "pr_fabric.h"

/* More than any path waits before it is tried again */
#define A_WHILE_MS	1500

static void set_recovery(struct pr_fabric *f, unsigned int i, bool works)
{
	f->fake->path[i].path.sdev->host->shost_state =
		works ? SHOST_RECOVERY : SHOST_RUNNING;
}

/* What was barred meanwhile is brought in line when it is over. */
static void barred_meanwhile(struct kunit *test)
{
	struct pr_fabric *f = pr_fabric_registered(test, 2, 0);
	struct scsi_path *path = &f->fake->path[1].path;
	struct scsi_lu *lu = &f->fake->lu;

	scsi_path_pr_init(path);
	set_recovery(f, 1, true);
	scsi_path_bar(path);
	spin_lock_irq(&lu->lock);
	scsi_lu_pr_look_after(lu);
	spin_unlock_irq(&lu->lock);
	msleep(A_WHILE_MS);
	KUNIT_EXPECT_TRUE(test, path->pr.barred);
	KUNIT_EXPECT_EQ(test, f->count, 0);
	set_recovery(f, 1, false);
	msleep(A_WHILE_MS);
	KUNIT_EXPECT_FALSE(test, path->pr.barred);
	disable_delayed_work_sync(&path->pr.line);
}

/* The path that holds the reservation is lost, and both are of the same host. */
static void holder_lost(struct kunit *test)
{
	struct pr_fabric *f = pr_fabric_registered(test, 2, WE);
	struct scsi_lu *lu = &f->fake->lu;

	set_recovery(f, 0, true);
	set_recovery(f, 1, true);
	fake_path_kill(f->fake, 0);
	KUNIT_EXPECT_TRUE(test, lu->pr.moving);
	KUNIT_EXPECT_FALSE_MSG(test, scsi_lu_pr_move(lu), "nobody asks again");
	KUNIT_EXPECT_EQ(test, f->count, 0);
	set_recovery(f, 0, false);
	set_recovery(f, 1, false);
	KUNIT_EXPECT_TRUE(test, scsi_lu_pr_move(lu));
	KUNIT_EXPECT_PTR_EQ(test, lu->pr.holder, &f->fake->path[1].path);
	KUNIT_EXPECT_FALSE(test, f->fake->path[1].path.pr.aside);
}

/* Whoever removes a path does not wait for what is done for others. */
static void removed_meanwhile(struct kunit *test)
{
	struct pr_fabric *f = pr_fabric_registered(test, 2, 0);
	struct scsi_path *path = &f->fake->path[1].path;
	struct scsi_lu *lu = &f->fake->lu;

	scsi_path_pr_init(path);
	mutex_lock(&lu->pr.changing);
	scsi_path_bar(path);
	msleep(A_WHILE_MS);
	KUNIT_EXPECT_FALSE(test, work_busy(&path->pr.line.work) & WORK_BUSY_RUNNING);
	mutex_unlock(&lu->pr.changing);
	msleep(A_WHILE_MS);
	KUNIT_EXPECT_FALSE(test, path->pr.barred);
	disable_delayed_work_sync(&path->pr.line);
}

/* Nothing is sent to paths that may be asleep, and nobody asks for ever whether they are. */
static void asleep(struct kunit *test)
{
	struct pr_fabric *f = pr_fabric_registered(test, 2, 0);
	struct scsi_path *path = &f->fake->path[1].path;
	struct scsi_lu *lu = &f->fake->lu;

	scsi_path_pr_init(path);
	lu->pr.asleep = true;
	scsi_path_bar(path);
	msleep(A_WHILE_MS);
	KUNIT_EXPECT_EQ(test, f->count, 0);
	KUNIT_EXPECT_FALSE(test, work_busy(&path->pr.line.work));
	lu->pr.asleep = false;
	scsi_path_doubt(path);
	msleep(A_WHILE_MS);
	KUNIT_EXPECT_FALSE(test, path->pr.barred);
	disable_delayed_work_sync(&path->pr.line);
}

static struct kunit_case pr_recovery_cases[] = {
	KUNIT_CASE_SLOW(barred_meanwhile),
	KUNIT_CASE(holder_lost),
	KUNIT_CASE_SLOW(removed_meanwhile),
	KUNIT_CASE_SLOW(asleep),
	{ }
};

static struct kunit_suite pr_recovery_suite = {
	.name = "scsi_multipath_pr_recovery",
	.test_cases = pr_recovery_cases,
};

kunit_test_suite(pr_recovery_suite);
