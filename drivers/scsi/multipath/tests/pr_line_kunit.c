// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of persistent reservations: a path that leaves while it is brought in line,
 * and comes back, may bring a registration that is later than a fence.
 */

#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/printk.h>

#include "../pr.h"
#include "pr_fabric.h"

/* The last path is to be registered, as it has lost that. */
static void set_up(struct pr_fabric *f)
{
	struct scsi_lu *lu = &f->fake->lu;

	memset(&f->server, 0, sizeof(f->server));
	f->server.holder = NOBODY;
	f->server.key[HOST_B] = KEY_B;
	f->count = 0;
	f->fenced = false;
	f->broken = NULL;
	memset(f->drained, 0, sizeof(f->drained));
	memset(f->insert, 0, sizeof(f->insert));
	lu->pr.key = KEY;
	lu->pr.known = true;
	lu->pr.used = true;
	lu->pr.departed = 0;
	lu->pr.strays = 0;
	for (unsigned int i = 0; i < f->nr; i++) {
		struct scsi_path *path = &f->fake->path[i].path;

		f->server.key[i] = i == f->nr - 1 ? 0 : KEY;
		path->strikes = 0;
		path->pr.barred = false;
		path->pr.doubted = false;
		path->pr.registered = true;
		path->pr.unproven = false;
		path->pr.full = false;
		fake_path_revive(f->fake, i);
	}
	scsi_path_bar(&f->fake->path[f->nr - 1].path);
}

static void bring_in_line(struct pr_fabric *f)
{
	struct scsi_lu *lu = &f->fake->lu;

	for (unsigned int i = 0; i < f->nr; i++) {
		struct scsi_path *path = &f->fake->path[i].path;

		mutex_lock(&lu->pr.changing);
		if (scsi_path_wants_line(path))
			scsi_path_bring_in_line(path);
		mutex_unlock(&lu->pr.changing);
	}
	pr_fabric_look(f, false);
}

/* The same nexus, and nothing is known of it. */
static void come_again(struct pr_fabric *f, unsigned int i)
{
	struct scsi_path *path = &f->fake->path[i].path;
	struct scsi_lu *lu = &f->fake->lu;

	fake_path_leave(f->fake, i);
	spin_lock_irq(&lu->lock);
	scsi_path_pr_leave(path);
	path->strikes = 0;
	path->state = PATH_GOOD;
	path->pr.registered = false;
	path->pr.barred = false;
	path->pr.doubted = false;
	path->pr.unproven = false;
	path->pr.full = false;
	path->pr.trusted_until = 0;
	scsi_path_pr_join(path);
	spin_unlock_irq(&lu->lock);
	fake_path_join(f->fake, i);
}

static void revive(struct pr_fabric *f)
{
	for (unsigned int i = 0; i < f->nr; i++) {
		f->fake->path[i].path.strikes = 0;
		if (f->fake->path[i].path.state != PATH_GOOD)
			fake_path_revive(f->fake, i);
	}
}

/* Returns how many commands were sent before that. */
static unsigned int run(struct kunit *test, struct pr_fabric *f,
			const struct pr_insertion *insert, bool all_leave)
{
	struct scsi_lu *lu = &f->fake->lu;
	unsigned int n;

	set_up(f);
	memcpy(f->insert, insert, sizeof(f->insert));
	bring_in_line(f);
	n = f->count;
	memset(f->insert, 0, sizeof(f->insert));
	come_again(f, f->nr - 1);
	for (unsigned int i = 0; all_leave && i < f->nr - 1; i++)
		come_again(f, i);
	for (int round = 0; round < 4; round++) {
		revive(f);
		bring_in_line(f);
	}
	KUNIT_EXPECT_NULL_MSG(test, f->broken, "%s at %u, %s at %u",
			      pr_event_name(insert[0].event), insert[0].at,
			      pr_event_name(insert[1].event), insert[1].at);
	/* Those that have left together cannot always be told from each other. */
	if (all_leave)
		return n;
	KUNIT_EXPECT_EQ_MSG(test, lu->pr.key, f->fenced ? 0 : KEY,
			    "%s at %u, %s at %u",
			    pr_event_name(insert[0].event), insert[0].at,
			    pr_event_name(insert[1].event), insert[1].at);
	for (unsigned int i = 0; i < f->nr; i++) {
		KUNIT_EXPECT_EQ_MSG(test, f->server.key[i], lu->pr.key,
				    "path %u, %s at %u, %s at %u", i,
				    pr_event_name(insert[0].event), insert[0].at,
				    pr_event_name(insert[1].event), insert[1].at);
		KUNIT_EXPECT_FALSE_MSG(test, f->fake->path[i].path.pr.barred,
				       "path %u, %s at %u, %s at %u", i,
				       pr_event_name(insert[0].event), insert[0].at,
				       pr_event_name(insert[1].event), insert[1].at);
	}
	return n;
}

static void walk(struct kunit *test, unsigned int nr, bool all_leave)
{
	static const enum pr_event fences[] = { NOTHING, FENCE, CLEARED };
	static const enum pr_event losses[] = {
		NOTHING, AWAY, AWAY_RAN, SILENT, SILENT_RAN,
	};
	static const struct pr_insertion nothing[2];
	struct pr_fabric *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	int loglevel = console_loglevel;
	unsigned int n;

	KUNIT_ASSERT_NOT_NULL(test, f);
	pr_fabric_make(test, f, nr);
	/* Before the console is quiet: it ends the line of the last result. */
	kunit_info(test, "%u paths\n", nr);
	console_loglevel = CONSOLE_LOGLEVEL_QUIET;
	n = run(test, f, nothing, all_leave);
	for (int l = 0; l < ARRAY_SIZE(losses); l++) {
		for (int e = 0; e < ARRAY_SIZE(fences); e++) {
			for (unsigned int at = 0; at < n * n; at++) {
				struct pr_insertion insert[2] = {
					{ losses[l], at % n }, { fences[e], at / n },
				};

				run(test, f, insert, all_leave);
			}
		}
	}
	console_loglevel = loglevel;
	KUNIT_EXPECT_GT(test, n, 4);
}

static void leaves_and_joins(struct kunit *test)
{
	walk(test, 2, false);
	walk(test, 3, false);
}

static void all_leave_and_join(struct kunit *test)
{
	walk(test, 2, true);
	walk(test, 3, true);
}

static struct kunit_case pr_line_cases[] = {
	KUNIT_CASE(leaves_and_joins),
	KUNIT_CASE(all_leave_and_join),
	{ }
};

static struct kunit_suite pr_line_suite = {
	.name = "scsi_multipath_pr_line",
	.test_cases = pr_line_cases,
};

kunit_test_suite(pr_line_suite);
