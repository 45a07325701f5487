// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of persistent reservations: what was registered before this kernel was
 * started is found, and never removed because a path could not be asked for it.
 */

#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <scsi/scsi_device.h>

#include "../pr.h"
#include "pr_fabric.h"

/* The nexus of the first path has what there is. */
static void set_up(struct pr_fabric *f)
{
	struct scsi_lu *lu = &f->fake->lu;

	memset(&f->server, 0, sizeof(f->server));
	f->server.key[0] = KEY;
	f->server.key[HOST_B] = KEY_B;
	f->server.type = WE_RO;
	f->count = 0;
	f->fenced = false;
	f->broken = NULL;
	memset(f->insert, 0, sizeof(f->insert));
	lu->pr.key = 0;
	lu->pr.known = false;
	lu->pr.untouched = false;
	lu->pr.used = true;
	lu->pr.departed = 0;
	lu->pr.elsewhere = 0;
	lu->pr.flags = 0;
	for (unsigned int i = 0; i < f->nr; i++) {
		struct scsi_path *path = &f->fake->path[i].path;

		path->strikes = 0;
		path->pr.barred = false;
		path->pr.doubted = false;
		path->pr.registered = false;
		path->pr.unproven = false;
		path->pr.beside = false;
		fake_path_revive(f->fake, i);
	}
}

static void bring_in_line(struct pr_fabric *f)
{
	struct scsi_lu *lu = &f->fake->lu;

	for (unsigned int i = 0; i < f->nr; i++) {
		struct scsi_path *path = &f->fake->path[i].path;

		mutex_lock(&lu->pr.changing);
		if (scsi_path_wants_line(path)) {
			scsi_lu_pr_discover(lu);
			scsi_path_bring_in_line(path);
		}
		mutex_unlock(&lu->pr.changing);
	}
}

static void revive(struct pr_fabric *f)
{
	for (unsigned int i = 0; i < f->nr; i++) {
		struct scsi_path *path = &f->fake->path[i].path;

		path->strikes = 0;
		if (path->state != PATH_GOOD)
			fake_path_revive(f->fake, i);
	}
}

static void expect_found(struct kunit *test, struct pr_fabric *f, const char *what,
			 unsigned int at)
{
	struct scsi_lu *lu = &f->fake->lu;

	for (int round = 0; round < 4; round++) {
		revive(f);
		bring_in_line(f);
	}
	KUNIT_EXPECT_EQ_MSG(test, f->server.key[0], KEY, "%s at %u", what, at);
	KUNIT_EXPECT_EQ_MSG(test, f->server.type, WE_RO, "%s at %u", what, at);
	KUNIT_EXPECT_EQ_MSG(test, lu->pr.key, KEY, "%s at %u", what, at);
	KUNIT_EXPECT_NULL_MSG(test, f->broken, "%s at %u", what, at);
	for (unsigned int i = 0; i < f->nr; i++) {
		KUNIT_EXPECT_EQ_MSG(test, f->server.key[i], KEY, "%s at %u", what, at);
		KUNIT_EXPECT_FALSE_MSG(test, f->fake->path[i].path.pr.barred,
				       "%s at %u", what, at);
	}
}

static void walk(struct kunit *test, unsigned int nr)
{
	static const enum pr_event events[] = {
		NOTHING, AWAY, AWAY_RAN, SILENT, SILENT_RAN, ATTENTION,
	};
	struct pr_fabric *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	unsigned int n = 1;

	KUNIT_ASSERT_NOT_NULL(test, f);
	pr_fabric_make(test, f, nr);
	for (int e = 0; e < ARRAY_SIZE(events); e++) {
		for (unsigned int at = 0; at < n; at++) {
			set_up(f);
			/* A write over the last one has met a conflict. */
			scsi_path_bar(&f->fake->path[nr - 1].path);
			f->insert[0] = (struct pr_insertion){ events[e], at };
			bring_in_line(f);
			if (!e)
				n = f->count;
			memset(f->insert, 0, sizeof(f->insert));
			expect_found(test, f, pr_event_name(events[e]), at);
		}
	}
}

static void first_conflict(struct kunit *test)
{
	int loglevel = console_loglevel;

	console_loglevel = CONSOLE_LOGLEVEL_QUIET;
	walk(test, 2);
	walk(test, 3);
	console_loglevel = loglevel;
}

/* It was not there when the others were asked. */
static void late_path(struct kunit *test)
{
	struct pr_fabric *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	pr_fabric_make(test, f, 2);
	set_up(f);
	fake_path_kill(f->fake, 0);
	scsi_path_bar(&f->fake->path[1].path);
	bring_in_line(f);
	KUNIT_EXPECT_TRUE(test, f->fake->lu.pr.known);
	KUNIT_EXPECT_FALSE(test, f->fake->path[1].path.pr.barred);
	expect_found(test, f, "late", 0);
}

/* It joins while nobody can be asked: nothing is taken for stale. */
static void joins_unasked(struct kunit *test)
{
	struct pr_fabric *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct scsi_path *path;

	KUNIT_ASSERT_NOT_NULL(test, f);
	pr_fabric_make(test, f, 2);
	path = &f->fake->path[0].path;
	set_up(f);
	f->server.shut = NOT_STARTED;
	path->pr.registered = true;
	scsi_path_bar(path);
	bring_in_line(f);
	f->server.shut = GOOD;
	mutex_lock(&f->fake->lu.pr.changing);
	scsi_path_bring_in_line(path);
	mutex_unlock(&f->fake->lu.pr.changing);
	KUNIT_EXPECT_EQ(test, f->server.key[0], KEY);
	expect_found(test, f, "unasked", 0);
}

/* All have been registered by one command, as LIO remembers. */
static void register_all_ports(struct pr_fabric *f)
{
	f->server.keeps_all_ports = true;
	for (unsigned int i = 0; i < f->nr; i++) {
		f->server.key[i] = KEY;
		f->server.all_ports[i] = true;
	}
}

static void all_ports(struct kunit *test)
{
	struct pr_fabric *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	pr_fabric_make(test, f, 2);
	set_up(f);
	register_all_ports(f);
	scsi_path_bar(&f->fake->path[1].path);
	bring_in_line(f);
	expect_found(test, f, "all ports", 0);
	KUNIT_EXPECT_TRUE(test, f->fake->lu.pr.flags & PR_ALL_TG_PT);
}

/* A nexus that is found with another key gets that of the logical unit. */
static void all_ports_other_key(struct kunit *test)
{
	struct pr_fabric *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	pr_fabric_make(test, f, 2);
	set_up(f);
	register_all_ports(f);
	f->server.key[1] = NEW_KEY;
	f->server.all_ports[0] = false;
	f->fake->lu.pr.known = true;
	f->fake->lu.pr.key = KEY;
	f->fake->path[0].path.pr.registered = true;
	scsi_path_bar(&f->fake->path[1].path);
	bring_in_line(f);
	expect_found(test, f, "other key", 0);
}

/* The logical unit is not registered: nothing that a nexus has left stays. */
static void all_ports_stale(struct kunit *test)
{
	struct pr_fabric *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct scsi_path *path;

	KUNIT_ASSERT_NOT_NULL(test, f);
	pr_fabric_make(test, f, 2);
	path = &f->fake->path[1].path;
	set_up(f);
	register_all_ports(f);
	f->fake->lu.pr.known = true;
	path->pr.registered = true;
	scsi_path_bar(path);
	bring_in_line(f);
	KUNIT_EXPECT_EQ(test, f->server.key[1], 0);
	KUNIT_EXPECT_FALSE(test, path->pr.barred);
}

/* Who says that it knows no ALL_TG_PT does not meet it. */
static void all_ports_unknown(struct kunit *test)
{
	struct pr_fabric *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	pr_fabric_make(test, f, 2);
	set_up(f);
	register_all_ports(f);
	f->server.no_all_ports = true;
	scsi_path_bar(&f->fake->path[1].path);
	bring_in_line(f);
	KUNIT_EXPECT_FALSE(test, f->server.told_all_ports);
	KUNIT_EXPECT_FALSE(test, f->fake->lu.pr.known);
	KUNIT_EXPECT_EQ(test, f->server.key[0], KEY);
}

/*
 * Nobody says whether the logical unit is still registered, so a registration is undone:
 * this one, and not that of the other nexus, with which it is.
 */
static void all_ports_undone(struct kunit *test, const struct pr_server *kind)
{
	struct pr_fabric *f = pr_fabric_registered(test, 2, 0);
	struct scsi_path *path = &f->fake->path[1].path;
	unsigned int n = 1;

	for (unsigned int at = 0; at < n; at++) {
		set_up(f);
		f->server = *kind;
		f->server.ports = 2;
		f->server.key[0] = KEY;
		f->server.key[1] = kind->keeps_all_ports ? NEW_KEY : 0;
		f->server.all_ports[0] = true;
		f->server.all_ports[1] = true;
		f->fake->lu.pr.known = true;
		f->fake->lu.pr.key = KEY;
		f->fake->lu.pr.flags = PR_ALL_TG_PT;
		f->fake->path[0].path.pr.registered = true;
		fake_path_kill(f->fake, 0);
		scsi_path_bar(path);
		f->insert[0] = (struct pr_insertion){ at ? SILENT : NOTHING, at };
		bring_in_line(f);
		n = max(n, f->count);
		KUNIT_EXPECT_EQ_MSG(test, f->server.key[0], KEY, "at %u", at);
		KUNIT_EXPECT_EQ_MSG(test, f->fake->lu.pr.key, KEY, "at %u", at);
		memset(f->insert, 0, sizeof(f->insert));
		bring_in_line(f);
		KUNIT_EXPECT_EQ_MSG(test, f->server.key[1], KEY, "at %u", at);
		KUNIT_EXPECT_FALSE_MSG(test, path->pr.barred, "at %u", at);
	}
	KUNIT_EXPECT_GT(test, n, 4);
}

static void all_ports_undone_as_lio(struct kunit *test)
{
	static const struct pr_server kind = { .keeps_all_ports = true };

	all_ports_undone(test, &kind);
}

static void all_ports_undone_as_spc(struct kunit *test)
{
	static const struct pr_server kind = { .sets_all_ports = true };

	all_ports_undone(test, &kind);
}

/* One that the target has come not to know any more is not insisted on. */
static void all_ports_no_more(struct kunit *test)
{
	struct pr_fabric *f = pr_fabric_registered(test, 2, 0);
	struct scsi_path *path = &f->fake->path[1].path;

	f->server.no_all_ports = true;
	f->fake->lu.pr.flags = PR_ALL_TG_PT;
	scsi_path_bar(path);
	bring_in_line(f);
	KUNIT_EXPECT_FALSE(test, path->pr.barred);
	KUNIT_EXPECT_FALSE(test, f->fake->lu.pr.flags & PR_ALL_TG_PT);
}

/* It has no room for one more: nothing is registered besides. */
static void all_ports_no_room(struct kunit *test)
{
	struct pr_fabric *f = pr_fabric_registered(test, 3, 0);
	struct scsi_path *path = &f->fake->path[2].path;

	f->server.key[1] = 0;
	f->server.key[2] = 0;
	f->server.room = 1;
	f->server.ports = 3;
	f->server.told_all_ports = false;
	scsi_path_bar(path);
	bring_in_line(f);
	KUNIT_EXPECT_TRUE(test, path->pr.barred);
	KUNIT_EXPECT_FALSE(test, f->server.told_all_ports);
	KUNIT_EXPECT_EQ(test, f->server.key[1], 0);
	KUNIT_EXPECT_EQ(test, f->server.key[2], 0);
}

static struct kunit_case pr_discover_cases[] = {
	KUNIT_CASE(first_conflict),
	KUNIT_CASE(late_path),
	KUNIT_CASE(joins_unasked),
	KUNIT_CASE(all_ports),
	KUNIT_CASE(all_ports_other_key),
	KUNIT_CASE(all_ports_stale),
	KUNIT_CASE(all_ports_unknown),
	KUNIT_CASE(all_ports_undone_as_lio),
	KUNIT_CASE(all_ports_undone_as_spc),
	KUNIT_CASE(all_ports_no_more),
	KUNIT_CASE(all_ports_no_room),
	{ }
};

static struct kunit_suite pr_discover_suite = {
	.name = "scsi_multipath_pr_discover",
	.test_cases = pr_discover_cases,
};

kunit_test_suite(pr_discover_suite);
