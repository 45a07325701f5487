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

/* How a device server is made, and which path finds that it is not registered any more */
struct line_case {
	struct pr_server kind;
	unsigned int nr;
	unsigned int lost;
	bool all_leave;
};

static void set_up(struct pr_fabric *f, const struct line_case *c)
{
	struct scsi_lu *lu = &f->fake->lu;
	int lost = pr_server_registrant(&c->kind, c->lost);

	f->server = c->kind;
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

		if (pr_server_registrant(&f->server, i) == i)
			f->server.key[i] = i == lost ? 0 : KEY;
		path->strikes = 0;
		path->pr.barred = false;
		path->pr.doubted = false;
		path->pr.registered = true;
		path->pr.unproven = false;
		path->pr.beside = false;
		path->pr.full = false;
		fake_path_revive(f->fake, i);
	}
	scsi_path_bar(&f->fake->path[c->lost].path);
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
	path->pr.beside = false;
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
			const struct line_case *c,
			const struct pr_insertion *insert)
{
	struct scsi_lu *lu = &f->fake->lu;
	bool may_be_lost;
	unsigned int n;

	set_up(f, c);
	memcpy(f->insert, insert, sizeof(f->insert));
	bring_in_line(f);
	n = f->count;
	memset(f->insert, 0, sizeof(f->insert));
	come_again(f, c->lost);
	for (unsigned int i = 0; c->all_leave && i < f->nr; i++) {
		if (i != c->lost)
			come_again(f, i);
	}
	for (int round = 0; round < 4; round++) {
		revive(f);
		bring_in_line(f);
	}
	KUNIT_EXPECT_NULL_MSG(test, f->broken, "%s: path %u, %s at %u, %s at %u",
			      f->broken, c->lost, pr_event_name(insert[0].event), insert[0].at,
			      pr_event_name(insert[1].event), insert[1].at);
	/* Those that have left together cannot always be told from each other. */
	if (c->all_leave)
		return n;
	/* Who is lost does not say that it is registered, and the others say that they are not. */
	may_be_lost = c->kind.two_initiators && insert[0].event;
	if (lu->pr.key || !may_be_lost)
		KUNIT_EXPECT_EQ_MSG(test, lu->pr.key, f->fenced ? 0 : KEY,
				    "path %u, %s at %u, %s at %u",
				    c->lost,
				    pr_event_name(insert[0].event), insert[0].at,
				    pr_event_name(insert[1].event), insert[1].at);
	for (unsigned int i = 0; i < f->nr; i++) {
		int registrant = pr_server_registrant(&f->server, i);

		KUNIT_EXPECT_EQ_MSG(test, f->server.key[registrant], lu->pr.key,
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

static void walk_case(struct kunit *test, const struct line_case *c)
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
	pr_fabric_make(test, f, c->nr);
	/* Before the console is quiet: it ends the line of the last result. */
	kunit_info(test, "%u paths\n", c->nr);
	console_loglevel = CONSOLE_LOGLEVEL_QUIET;
	n = run(test, f, c, nothing);
	for (int l = 0; l < ARRAY_SIZE(losses); l++) {
		for (int e = 0; e < ARRAY_SIZE(fences); e++) {
			for (unsigned int at = 0; at < n * n; at++) {
				struct pr_insertion insert[2] = {
					{ losses[l], at % n }, { fences[e], at / n },
				};

				run(test, f, c, insert);
			}
		}
	}
	console_loglevel = loglevel;
	KUNIT_EXPECT_GT(test, n, 4);
}

/* The last path is to be registered, as it has lost that. */
static void walk(struct kunit *test, unsigned int nr, bool all_leave)
{
	const struct line_case c = {
		.nr = nr, .lost = nr - 1, .all_leave = all_leave,
	};

	walk_case(test, &c);
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

/*
 * The target has forgotten an initiator port: one path finds that out, and the other is in
 * use. What is sent over the one registers both.
 */
static void initiator_port_is_forgotten(struct kunit *test)
{
	struct line_case c = {
		.kind = { .per_initiator = true, .two_initiators = true },
		.nr = 3,
	};

	for (c.lost = 0; c.lost < c.nr; c.lost++) {
		c.all_leave = false;
		walk_case(test, &c);
		c.all_leave = true;
		walk_case(test, &c);
	}
}

static struct kunit_case pr_line_cases[] = {
	KUNIT_CASE(leaves_and_joins),
	KUNIT_CASE(all_leave_and_join),
	KUNIT_CASE(initiator_port_is_forgotten),
	{ }
};

static struct kunit_suite pr_line_suite = {
	.name = "scsi_multipath_pr_line",
	.test_cases = pr_line_cases,
};

kunit_test_suite(pr_line_suite);
