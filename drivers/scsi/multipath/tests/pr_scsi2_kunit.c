// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of RESERVE and RELEASE of SCSI-2, against a model of a device server: each
 * command is carried out in each state, and once more for each command that it sends and
 * each thing that may happen just before that one.
 */

#include <kunit/test.h>
#include <linux/printk.h>
#include <linux/unaligned.h>
#include <scsi/scsi.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_proto.h>

#include "../pr.h"
#include "path_fixture.h"
#include "pr_ops.h"

#define MAX_PATHS	3
#define HOST_B		MAX_PATHS
#define NOBODY		-1
#define LAST		-2

enum event {
	NOTHING,
	B_RESERVES,
	RESET,
	AWAY,			/* the path is lost with the command */
	AWAY_RAN,		/* the same, but it is carried out */
	SILENT,			/* nobody answers */
	SILENT_RAN,
	ATTENTION,
	NR_EVENTS,
};

static const char *const event_names[] = {
	"nothing", "host B reserves", "reset", "away", "away, ran", "silent",
	"silent, ran", "unit attention",
};

struct ctx {
	struct fake_lu *fake;
	unsigned int nr;
	int holder;
	enum event event;
	unsigned int at;
	unsigned int count;
	unsigned int runs;
};

struct state {
	const char *name;
	int holder;
	bool is_known;		/* RESERVE was answered with GOOD */
	bool holder_is_away;
};

static const struct state states[] = {
	{ "free", NOBODY },
	{ "held by first", 0, true },
	{ "held by last", LAST, true },
	{ "held by last, away", LAST, true, true },
	{ "held by last, of an earlier life", LAST },
	{ "held by other", HOST_B },
	{ "believed to be held, but other does", HOST_B, true },
	{ "believed to be held, but free", NOBODY, true },
};

static const struct {
	const char *name;
	u8 opcode;		/* 0: nobody's command */
} commands[] = {
	{ "RESERVE(6)", RESERVE_6 },
	{ "RESERVE(10)", RESERVE_10 },
	{ "RELEASE(6)", RELEASE_6 },
	{ "RELEASE(10)", RELEASE_10 },
	{ "nothing", 0 },
};

static bool is_ours(int holder)
{
	return holder >= 0 && holder < HOST_B;
}

static struct ctx *ctx_of(const struct scsi_path *path)
{
	return container_of(path->lu, struct fake_lu, lu)->priv;
}

static int carry(struct ctx *c, int nexus, const u8 *cdb, void *buf)
{
	bool conflict = c->holder != NOBODY && c->holder != nexus;

	switch (cdb[0]) {
	case RELEASE_6:
	case RELEASE_10:
		if (!conflict)
			c->holder = NOBODY;
		return SAM_STAT_GOOD;
	case RESERVE_6:
	case RESERVE_10:
		if (!conflict)
			c->holder = nexus;
		break;
	case PERSISTENT_RESERVE_IN:
		put_unaligned_be32(0, (u8 *)buf + 4);
		break;
	default:
		break;
	}
	return conflict ? SAM_STAT_RESERVATION_CONFLICT : SAM_STAT_GOOD;
}

static void was_reset(struct ctx *c)
{
	struct scsi_lu *lu = &c->fake->lu;

	c->holder = NOBODY;
	spin_lock_irq(&lu->lock);
	scsi_lu_pr_was_reset(lu);
	spin_unlock_irq(&lu->lock);
}

static int model_send(struct scsi_path *path, const u8 *cdb, bool is_out,
		      void *buf, unsigned int len, unsigned int timeout,
		      u8 *sense)
{
	struct ctx *c = ctx_of(path);
	int nexus = container_of(path, struct fake_path, path) - c->fake->path;

	if (c->count++ != c->at)
		return carry(c, nexus, cdb, buf);
	switch (c->event) {
	case B_RESERVES:
		if (c->holder == NOBODY)
			c->holder = HOST_B;
		break;
	case RESET:
		was_reset(c);
		break;
	case AWAY_RAN:
		carry(c, nexus, cdb, buf);
		fallthrough;
	case AWAY:
		return DID_NO_CONNECT << 16;
	case SILENT_RAN:
		carry(c, nexus, cdb, buf);
		fallthrough;
	case SILENT:
		return DID_TIME_OUT << 16;
	case ATTENTION:
		scsi_build_sense_buffer(0, sense, UNIT_ATTENTION, 0x29, 0);
		return SAM_STAT_CHECK_CONDITION;
	default:
		break;
	}
	return carry(c, nexus, cdb, buf);
}

static const struct scsi_pr_ops model_ops = {
	.send	= model_send,
	.drain	= pr_ops_true,
	.get	= pr_ops_true,
	.put	= pr_ops_put,
	.pause	= pr_ops_pause,
};

static int holder_in(const struct ctx *c, const struct state *state)
{
	return state->holder == LAST ? (int)c->nr - 1 : state->holder;
}

static void set_up(struct ctx *c, const struct state *state)
{
	struct scsi_lu *lu = &c->fake->lu;
	int holder = holder_in(c, state);

	c->holder = holder;
	c->count = 0;
	for (unsigned int i = 0; i < c->nr; i++) {
		c->fake->path[i].path.strikes = 0;
		fake_path_revive(c->fake, i);
	}
	spin_lock_irq(&lu->lock);
	lu->attention = 0;
	lu->pr.move_end = 0;
	scsi_lu_pr_hold_scsi2_locked(lu, NULL, false);
	if (state->is_known) {
		scsi_lu_pr_hold_scsi2_locked(lu, &c->fake->path[is_ours(holder) ? holder : 0].path,
					     true);
		lu->pr.promise = RESERVE_6;
	}
	spin_unlock_irq(&lu->lock);
	if (state->holder_is_away)
		fake_path_kill(c->fake, holder);
}

/* The paths are back, and the target has noticed that they were lost. */
static void quiesce(struct ctx *c)
{
	struct scsi_lu *lu = &c->fake->lu;

	c->event = NOTHING;
	scsi_lu_pr_move(lu);
	for (unsigned int i = 0; i < c->nr; i++) {
		struct scsi_path *path = &c->fake->path[i].path;

		path->strikes = 0;
		if (path->state != PATH_GOOD)
			fake_path_revive(c->fake, i);
	}
	/* Whoever uses the path that it is believed to be held over meets a conflict. */
	if (lu->pr.holder && c->holder == HOST_B)
		scsi_path_conflict_is_genuine(lu->pr.holder);
	for (int i = 0; i < 3; i++)
		scsi_lu_pr_move(lu);
}

static int give(struct ctx *c, u8 opcode)
{
	struct scsi_pr_cmd cmd = {
		.cdb = { opcode },
		.timeout = HZ,
		.result = -1,
	};

	if (!scsi_pr_carry_out_scsi2(&c->fake->lu, &cmd))
		return -1;
	return cmd.result;
}

static const char *check(struct ctx *c, const struct state *state, u8 opcode,
			 enum event event, int result)
{
	struct scsi_lu *lu = &c->fake->lu;
	bool good = result == SAM_STAT_GOOD;
	bool is_loss = event >= AWAY && event <= SILENT_RAN;

	if (result == -1)
		return "it is not answered";
	if (host_byte(result) && !is_loss)
		return "an answer is lost";
	switch (opcode) {
	case RESERVE_6:
	case RESERVE_10:
		if (good && event != RESET && !is_ours(c->holder))
			return "it is said to be reserved, and is not";
		if (!good && !host_byte(result) && c->holder != HOST_B)
			return "it could be reserved, and is not";
		break;
	case RELEASE_6:
	case RELEASE_10:
		if (good && is_ours(c->holder))
			return "it is said to be released, and is not";
		if (!good && !host_byte(result))
			return "it is not released";
		break;
	default:
		break;
	}
	if (lu->pr.exclusive && c->holder == HOST_B)
		return "another host has it";
	for (unsigned int i = 0; i < c->nr; i++) {
		struct scsi_path *path = &c->fake->path[i].path;

		/* What is of an earlier life is known when somebody asks for it. */
		if (is_ours(c->holder) && (opcode || state->is_known) &&
		    path->pr.aside != ((int)i != c->holder))
			return path->pr.aside ? "the path that has it stays aside" :
						"a path meets conflicts";
		if (!is_ours(c->holder) && path->pr.aside && !lu->pr.holder)
			return "all stay aside";
	}
	return NULL;
}

static void walk_one(struct kunit *test, struct ctx *c, const struct state *state,
		     unsigned int i)
{
	u8 opcode = commands[i].opcode;
	enum event event = c->event;
	const char *broken;
	int result = 0;
	bool keeps;

	set_up(c, state);
	c->runs++;
	if (opcode)
		result = give(c, opcode);
	else
		scsi_lu_pr_move(&c->fake->lu);
	/* Whoever waits for a path gets one. */
	for (int again = 0; again < 3 && result == -1; again++) {
		quiesce(c);
		result = give(c, opcode);
	}
	keeps = result == SAM_STAT_RESERVATION_CONFLICT &&
		c->fake->lu.pr.exclusive;
	quiesce(c);
	broken = keeps ? "who could not reserve it keeps to one path" :
			 check(c, state, opcode, event, result);
	if (broken)
		KUNIT_FAIL(test, "%s: %u paths, %s, %s, %s at %u: result %#x, holder %d",
			   broken, c->nr, state->name, commands[i].name,
			   event_names[event], c->at, result, c->holder);
	c->event = event;
}

static void walk(struct kunit *test, unsigned int nr)
{
	struct ctx *c;

	c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, c);
	c->nr = nr;
	c->fake = make_fake_lu(test, nr, &scsi_policy_rr);
	c->fake->priv = c;
	c->fake->lu.pr.ops = &model_ops;
	for (int s = 0; s < ARRAY_SIZE(states); s++) {
		for (int i = 0; i < ARRAY_SIZE(commands); i++) {
			unsigned int n;

			c->event = NOTHING;
			walk_one(test, c, &states[s], i);
			n = c->count;
			for (int e = 1; e < NR_EVENTS; e++) {
				for (c->at = 0; c->at < n; c->at++) {
					c->event = e;
					walk_one(test, c, &states[s], i);
				}
			}
			c->at = 0;
		}
	}
	kunit_info(test, "%u paths, %u runs\n", nr, c->runs);
}

static void each_event(struct kunit *test)
{
	int loglevel = console_loglevel;

	/* Hundreds of paths are lost and come back: nobody wants to read of each. */
	console_loglevel = CONSOLE_LOGLEVEL_QUIET;
	for (unsigned int nr = 1; nr <= MAX_PATHS; nr++)
		walk(test, nr);
	console_loglevel = loglevel;
}

/* What is not for the whole logical unit, and for its sender, is not done. */
static void of_the_whole_unit_only(struct kunit *test)
{
	static const u8 cdbs[][10] = {
		{ RESERVE_6, 0x10 }, { RESERVE_6, 0x01 }, { RELEASE_6, 0x0e },
		{ RESERVE_10, 0x02 }, { RELEASE_10, 0x10 },
		{ RESERVE_10, [8] = 8 },
	};
	struct ctx *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, c);
	c->nr = 2;
	c->fake = make_fake_lu(test, 2, &scsi_policy_rr);
	c->fake->priv = c;
	c->fake->lu.pr.ops = &model_ops;
	for (int i = 0; i < ARRAY_SIZE(cdbs); i++) {
		struct scsi_pr_cmd cmd = { };

		memcpy(cmd.cdb, cdbs[i], sizeof(cdbs[i]));
		KUNIT_EXPECT_TRUE(test, scsi_pr_carry_out_scsi2(&c->fake->lu, &cmd));
		KUNIT_EXPECT_EQ(test, cmd.result, SAM_STAT_CHECK_CONDITION);
		KUNIT_EXPECT_EQ(test, cmd.sense[2] & 0xf, ILLEGAL_REQUEST);
		KUNIT_EXPECT_EQ(test, cmd.sense[12], 0x24);
	}
	KUNIT_EXPECT_EQ(test, c->count, 0);
}

static struct kunit_case pr_scsi2_cases[] = {
	KUNIT_CASE(each_event),
	KUNIT_CASE(of_the_whole_unit_only),
	{ }
};

static struct kunit_suite pr_scsi2_suite = {
	.name = "scsi_multipath_pr_scsi2",
	.test_cases = pr_scsi2_cases,
};

kunit_test_suite(pr_scsi2_suite);
