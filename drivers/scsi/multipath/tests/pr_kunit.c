// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of persistent reservations, against a model of a device server. Each
 * command is carried out in each state, and once more for each command that it sends
 * and each thing that may happen just before that one: a fence by another host, a path
 * that is lost, an answer that is lost, a unit attention. Before each command, and when
 * all paths are back, the law of fencing is looked at; in the end the answer and the
 * state must be ones that a logical unit with one nexus may have.
 */

#include <kunit/test.h>
#include <linux/printk.h>
#include <linux/unaligned.h>
#include <scsi/scsi.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_proto.h>

#include "path_fixture.h"
#include "pr_server.h"
#include "../pr.h"
#include "../pr_errand.h"

/* Of one case; then the rest is not walked. */
#define MAX_FAILURES	20

#define KEY		0x1111ULL
#define NEW_KEY		0x2222ULL
#define BAD_KEY		0x3333ULL
#define KEY_B		0xb0b0ULL
#define KEY_C		0xc0c0ULL

#define WE		1
#define EA		3
#define WE_RO		5
#define EA_RO		6
#define WE_AR		7

/* What happens just before a command is carried out */
enum event {
	NOTHING,
	FENCE,			/* host B preempts the key */
	FENCE_ABORT,
	FENCE_NEW,		/* host B preempts the new key */
	CLEARED,		/* host B clears all */
	AWAY,			/* the path is lost with it */
	AWAY_RAN,		/* the same, but it is carried out */
	SILENT,			/* nobody answers */
	SILENT_RAN,
	ATTENTION,
	NR_EVENTS,
};

static const char *const event_names[] = {
	"nothing", "fence", "fence and abort", "fence of the new key", "clear",
	"away", "away, ran", "silent", "silent, ran", "unit attention",
};

static bool is_fence(enum event event)
{
	return event >= FENCE && event <= CLEARED;
}

static bool is_loss(enum event event)
{
	return event >= AWAY && event <= SILENT_RAN;
}

struct insertion {
	enum event event;
	unsigned int at;
};

struct ctx {
	struct kunit *test;
	struct fake_lu *fake;
	unsigned int nr;
	struct pr_server server;
	const struct scsi_pr_cmd *user;
	struct insertion insert[2];
	unsigned int count;
	unsigned int sent;
	bool fenced;
	bool lost_alone;
	bool drained[MAX_OURS];
	const char *broken;
	unsigned long looks;
	unsigned int runs;
	unsigned int failed;
};

static struct ctx *ctx_of(const struct scsi_path *path)
{
	return container_of(path->lu, struct fake_lu, lu)->priv;
}

static int index_of(const struct scsi_path *path)
{
	return container_of(path, struct fake_path, path) - ctx_of(path)->fake->path;
}

/*
 * Whose commands would be carried out over this path, and should they? Nobody has heard
 * yet of what has been carried out at this moment.
 */
static void look_at_law(struct ctx *c, bool just_now)
{
	struct scsi_lu *lu = &c->fake->lu;

	c->looks++;
	for (unsigned int i = 0; i < c->nr; i++) {
		struct scsi_path *path = &c->fake->path[i].path;
		u64 key = c->server.key[pr_server_registrant(&c->server, i)];

		/* Something may be under way from now on. */
		if (scsi_path_is_usable(path))
			c->drained[i] = false;
		if (!scsi_path_is_usable(path) || !key)
			continue;
		if (c->fenced)
			c->broken = "a fenced host writes";
		else if (lu->pr.known && !just_now && key != lu->pr.key &&
			 !(c->user && c->server.per_initiator))
			c->broken = "a path in use has another key";
	}
}

static void fence(struct ctx *c, enum event event)
{
	struct pr_server *s = &c->server;
	u64 victim = event == FENCE_NEW ? NEW_KEY : KEY;
	enum pr_server_status status;
	u8 list[LIST_LEN];
	u8 action;

	if (!s->key[HOST_B])
		return;
	pr_server_list(list, KEY_B, event == CLEARED ? 0 : victim);
	if (event == CLEARED)
		action = PR_OUT_CLEAR;
	else
		action = event == FENCE_ABORT ? PR_OUT_PREEMPT_AND_ABORT :
						PR_OUT_PREEMPT;
	status = pr_server_out(s, HOST_B, action, s->type ?: WE_RO, list);
	if (status == GOOD)
		c->fenced = true;
}

static int result_of(enum pr_server_status status, u8 *sense)
{
	switch (status) {
	case GOOD:
		return SAM_STAT_GOOD;
	case CONFLICT:
		return SAM_STAT_RESERVATION_CONFLICT;
	case INVALID:
		scsi_build_sense_buffer(0, sense, ILLEGAL_REQUEST, 0x26, 0);
		return SAM_STAT_CHECK_CONDITION;
	default:
		scsi_build_sense_buffer(0, sense, NOT_READY, 0x08, 0);
		return SAM_STAT_CHECK_CONDITION;
	}
}

static int carry(struct ctx *c, int nexus, const u8 *cdb, void *buf,
		 unsigned int len, u8 *sense)
{
	const u8 *list = buf;
	enum pr_server_status status;
	bool was_registered;
	u64 action_key;

	if (cdb[0] == PERSISTENT_RESERVE_IN) {
		pr_server_in(&c->server, cdb, buf);
		return SAM_STAT_GOOD;
	}
	action_key = get_unaligned_be64(list + 8);
	nexus = pr_server_registrant(&c->server, nexus);
	was_registered = c->server.key[nexus];
	if (!(c->user && buf == c->user->list) &&
	    pr_server_is_self_preempted(&c->server, nexus, cdb[1] & 0x1f, list))
		c->broken = "a path preempts itself";
	status = pr_server_out(&c->server, nexus, cdb[1] & 0x1f, cdb[2] & 0x0f,
			       list);
	if (!was_registered && c->server.key[nexus] && !c->server.per_initiator &&
	    !(c->user && buf == c->user->list) && !c->drained[nexus])
		c->broken = "a path is registered that may have something under way";
	/* The user has registered it, and may. */
	if (c->user && buf == c->user->list && status == GOOD && action_key &&
	    ((cdb[1] & 0x1f) == PR_OUT_REGISTER ||
	     (cdb[1] & 0x1f) == PR_OUT_REGISTER_AND_IGNORE))
		c->fenced = false;
	return result_of(status, sense);
}

static int model_send(struct scsi_path *path, const u8 *cdb, bool is_out,
		      void *buf, unsigned int len, unsigned int timeout,
		      u8 *sense)
{
	struct ctx *c = ctx_of(path);
	int nexus = index_of(path);
	unsigned int at = c->count++;

	for (int i = 0; i < ARRAY_SIZE(c->insert); i++) {
		if (is_fence(c->insert[i].event) && c->insert[i].at == at)
			fence(c, c->insert[i].event);
	}
	look_at_law(c, false);
	for (int i = 0; i < ARRAY_SIZE(c->insert); i++) {
		enum event event = c->insert[i].event;

		if (c->insert[i].at != at || !event || is_fence(event))
			continue;
		if (event == AWAY_RAN || event == SILENT_RAN)
			carry(c, nexus, cdb, buf, len, sense);
		look_at_law(c, true);
		switch (event) {
		case AWAY:
		case AWAY_RAN:
			return DID_NO_CONNECT << 16;
		case SILENT:
		case SILENT_RAN:
			return DID_TIME_OUT << 16;
		default:
			scsi_build_sense_buffer(0, sense, UNIT_ATTENTION, 0x29,
						0);
			return SAM_STAT_CHECK_CONDITION;
		}
	}
	return carry(c, nexus, cdb, buf, len, sense);
}

static bool model_drain(struct scsi_path *path)
{
	ctx_of(path)->drained[index_of(path)] = true;
	return true;
}

static bool model_get(struct scsi_path *path)
{
	return true;
}

static void model_put(struct scsi_path *path)
{
}

static void model_pause(void)
{
}

static const struct scsi_pr_ops model_ops = {
	.send	= model_send,
	.drain	= model_drain,
	.get	= model_get,
	.put	= model_put,
	.pause	= model_pause,
};

/* --- what there is before a command ----------------------------------------- */

struct state {
	const char *name;
	u64 ours;		/* key */
	u64 b;
	u8 type;
	int holder;		/* -2: the last of ours */
	bool last_is_away;
	bool one_lost_it;	/* the first nexus is not registered */
	bool unknown;		/* registered before this kernel was started */
	bool lost;		/* the target has forgotten all */
};

#define LAST	-2

static const struct state states[] = {
	{ "nothing", .holder = NOBODY },
	{ "other host", .b = KEY_B, .holder = NOBODY },
	{ "registered", KEY, KEY_B, .holder = NOBODY },
	{ "held by first", KEY, KEY_B, WE_RO, 0 },
	{ "held by last", KEY, KEY_B, WE_RO, LAST },
	{ "held by all", KEY, KEY_B, WE_AR, 0 },
	{ "held by all, one away", KEY, KEY_B, WE_AR, 0, .last_is_away = true },
	{ "held by other", KEY, KEY_B, WE_RO, HOST_B },
	{ "held by other, not registered", 0, KEY_B, WE_RO, HOST_B },
	{ "held by first, one away", KEY, KEY_B, WE_RO, 0, .last_is_away = true },
	{ "held by last, away", KEY, KEY_B, WE_RO, LAST, .last_is_away = true },
	{ "registered, one away", KEY, KEY_B, .holder = NOBODY,
	  .last_is_away = true },
	{ "held by other, one lost it", KEY, KEY_B, WE_RO, HOST_B,
	  .one_lost_it = true },
	{ "held by last, one lost it", KEY, KEY_B, WE_RO, LAST,
	  .one_lost_it = true },
	{ "held by last, unknown", KEY, KEY_B, WE_RO, LAST, .unknown = true },
	{ "held by last, away, unknown", KEY, KEY_B, WE_RO, LAST,
	  .last_is_away = true, .unknown = true },
	{ "held by first, exclusive", KEY, KEY_B, WE, 0 },
	{ "held by last, exclusive", KEY, KEY_B, EA, LAST },
	{ "held by last, exclusive, away", KEY, KEY_B, WE, LAST,
	  .last_is_away = true },
	{ "held by last, exclusive, one lost it", KEY, KEY_B, EA, LAST,
	  .one_lost_it = true },
	{ "held by last, exclusive, unknown", KEY, KEY_B, WE, LAST,
	  .unknown = true },
	{ "held by last, exclusive, away, unknown", KEY, KEY_B, WE, LAST,
	  .last_is_away = true, .unknown = true },
	{ "held by other, exclusive", KEY, KEY_B, EA, HOST_B },
	{ "lost", .holder = NOBODY, .lost = true },
	{ "lost, but known here", KEY, .holder = NOBODY, .lost = true },
};

struct command {
	const char *name;
	u8 action;
	u8 type;
	u64 key;
	u64 action_key;
	u8 to;			/* nexus */
	bool unregisters;
};

static const struct command commands[] = {
	{ "register first", PR_OUT_REGISTER, 0, 0, NEW_KEY },
	{ "register, another host too", PR_OUT_REGISTER, 0, 0, KEY_C,
	  .to = HOST_C },
	{ "register same", PR_OUT_REGISTER, 0, KEY, KEY },
	{ "register new", PR_OUT_REGISTER, 0, KEY, NEW_KEY },
	{ "unregister", PR_OUT_REGISTER, 0, KEY, 0 },
	{ "register, bad key", PR_OUT_REGISTER, 0, BAD_KEY, NEW_KEY },
	{ "register nothing", PR_OUT_REGISTER, 0, 0, 0 },
	{ "ignore, new", PR_OUT_REGISTER_AND_IGNORE, 0, 0, NEW_KEY },
	{ "ignore, same", PR_OUT_REGISTER_AND_IGNORE, 0, 0, KEY },
	{ "ignore, none", PR_OUT_REGISTER_AND_IGNORE, 0, 0, 0 },
	{ "reserve 5", PR_OUT_RESERVE, WE_RO, KEY, 0 },
	{ "reserve 6", PR_OUT_RESERVE, EA_RO, KEY, 0 },
	{ "reserve 7", PR_OUT_RESERVE, WE_AR, KEY, 0 },
	{ "reserve, bad key", PR_OUT_RESERVE, WE_RO, BAD_KEY, 0 },
	{ "release 5", PR_OUT_RELEASE, WE_RO, KEY, 0 },
	{ "release 6", PR_OUT_RELEASE, EA_RO, KEY, 0 },
	{ "release 7", PR_OUT_RELEASE, WE_AR, KEY, 0 },
	{ "release, bad key", PR_OUT_RELEASE, WE_RO, BAD_KEY, 0 },
	{ "clear", PR_OUT_CLEAR, 0, KEY, 0 },
	{ "clear, bad key", PR_OUT_CLEAR, 0, BAD_KEY, 0 },
	{ "preempt other", PR_OUT_PREEMPT, WE_RO, KEY, KEY_B },
	{ "preempt and abort other", PR_OUT_PREEMPT_AND_ABORT, WE_RO, KEY, KEY_B },
	{ "preempt nobody", PR_OUT_PREEMPT, WE_RO, KEY, BAD_KEY },
	{ "preempt own", PR_OUT_PREEMPT, WE_RO, KEY, KEY },
	{ "preempt and abort own", PR_OUT_PREEMPT_AND_ABORT, WE_RO, KEY, KEY },
	{ "preempt, bad key", PR_OUT_PREEMPT, WE_RO, BAD_KEY, KEY_B },
	{ "preempt all", PR_OUT_PREEMPT, WE_RO, KEY, 0 },
	{ "reserve 1", PR_OUT_RESERVE, WE, KEY, 0 },
	{ "reserve 3", PR_OUT_RESERVE, EA, KEY, 0 },
	{ "release 1", PR_OUT_RELEASE, WE, KEY, 0 },
	{ "release 3", PR_OUT_RELEASE, EA, KEY, 0 },
	{ "preempt other, exclusive", PR_OUT_PREEMPT, WE, KEY, KEY_B },
	{ "preempt own, exclusive", PR_OUT_PREEMPT, EA, KEY, KEY },
	{ "preempt all, exclusive", PR_OUT_PREEMPT, WE, KEY, 0 },
	{ "move to another host", PR_OUT_REGISTER_AND_MOVE, 0, KEY, KEY_C,
	  .to = HOST_C },
	{ "move to another host, unregister", PR_OUT_REGISTER_AND_MOVE, 0, KEY,
	  KEY_C, .to = HOST_C, .unregisters = true },
	{ "move, bad key", PR_OUT_REGISTER_AND_MOVE, 0, BAD_KEY, KEY_C,
	  .to = HOST_C },
	{ "replace lost", PR_OUT_REPLACE_LOST, WE_RO, 0, NEW_KEY },
	{ "replace lost, exclusive", PR_OUT_REPLACE_LOST, WE, 0, NEW_KEY },
	/* Nobody's command: what is done when the path that holds it is lost. */
	{ "move", PR_MOVE, 0, KEY, 0 },
};

static void reset_path(struct ctx *c, unsigned int i, bool away)
{
	struct scsi_path *path = &c->fake->path[i].path;

	path->strikes = 0;
	path->pr.barred = false;
	path->pr.aside = false;
	path->pr.doubted = false;
	path->pr.registered = false;
	path->pr.full = false;
	path->pr.unproven = false;
	path->pr.trusted_until = 0;
	if (away)
		fake_path_kill(c->fake, i);
	else
		fake_path_revive(c->fake, i);
}

static int holder_in(const struct state *state, unsigned int nr)
{
	return state->holder == LAST ? nr - 1 : state->holder;
}

static void set_up(struct ctx *c, const struct state *state,
		   const struct pr_server *kind)
{
	struct scsi_lu *lu = &c->fake->lu;
	struct pr_server *s = &c->server;

	*s = *kind;
	s->type = state->type;
	s->holder = pr_server_registrant(s, holder_in(state, c->nr));
	s->key[HOST_B] = state->b;
	s->lost = state->lost;
	c->count = 0;
	c->fenced = false;
	c->lost_alone = state->one_lost_it;
	c->broken = NULL;
	memset(c->drained, 0, sizeof(c->drained));
	lu->pr.exclusive = 0;
	lu->pr.holder = NULL;
	lu->pr.hold_doubted = false;
	lu->pr.moving = false;
	for (unsigned int i = 0; i < c->nr; i++) {
		if (!(state->one_lost_it && !i) && pr_server_registrant(s, i) == i)
			s->key[i] = state->lost ? 0 : state->ours;
		reset_path(c, i, state->last_is_away && i == c->nr - 1);
		c->fake->path[i].path.pr.registered =
			!state->unknown && state->ours;
	}
	lu->pr.key = state->unknown ? 0 : state->ours;
	lu->pr.other_key = 0;
	lu->pr.flags = 0;
	lu->pr.departed = 0;
	lu->pr.strays = 0;
	lu->pr.used = true;
	lu->pr.known = !state->unknown;
	if (lu->pr.key && holder_in(state, c->nr) >= 0 &&
	    holder_in(state, c->nr) < (int)c->nr)
		scsi_lu_pr_hold(lu, &c->fake->path[holder_in(state, c->nr)].path,
				state->type);
}

/* --- one nexus -------------------------------------------------------------- */

/* What can be seen in the end */
struct view {
	enum pr_server_status status;
	u64 key;
	u64 key_c;		/* of host C */
	u8 type;
	int holder;		/* 0: ours, HOST_B, NOBODY; all: NOBODY */
};

static void view_of(const struct pr_server *s, struct view *v)
{
	v->key = s->key[0];
	v->key_c = s->key[HOST_C];
	v->type = s->type;
	v->holder = !s->type || pr_type_is_of_all(s->type) ? NOBODY :
		    s->holder < MAX_OURS ? 0 : s->holder;
}

static void one_nexus(const struct state *state, const struct pr_server *kind,
		      struct pr_server *s)
{
	*s = *kind;
	s->per_initiator = false;
	s->type = state->type;
	s->holder = state->type && holder_in(state, 1) < MAX_OURS ?
		    0 : state->holder;
	s->key[0] = state->lost ? 0 : state->ours;
	s->key[HOST_B] = state->b;
	s->lost = state->lost;
}

static void fence_one(struct pr_server *s, enum event event)
{
	struct ctx c = { .server = *s };

	if (is_fence(event))
		fence(&c, event);
	*s = c.server;
}

static void list_of(const struct command *cmd, u8 *list)
{
	pr_server_list(list, cmd->key, cmd->action_key);
	list[17] = cmd->unregisters ? PR_UNREG : 0;
	list[LIST_NEXUS] = cmd->to;
	list[20] = cmd->to && cmd->action == PR_OUT_REGISTER ? PR_SPEC_I_PT : 0;
}

static enum pr_server_status run_one(struct pr_server *s,
				     const struct command *cmd)
{
	u8 list[LIST_LEN];

	if (cmd->action == PR_MOVE)
		return GOOD;
	list_of(cmd, list);
	return pr_server_out(s, 0, cmd->action, cmd->type, list);
}

static bool is_same(const struct view *a, const struct view *b)
{
	/* Not registered is said in more than one way. */
	bool same_status = a->status == b->status ||
			   (a->status == CONFLICT && b->status == NOT_READY_COMM) ||
			   (a->status == NOT_READY_COMM && b->status == CONFLICT);

	/* Of what nobody has heard the end of, one half may have been undone. */
	return same_status && a->key == b->key &&
	       (a->key_c == b->key_c || a->status == HOST_ERROR) &&
	       a->type == b->type && a->holder == b->holder;
}

static bool changes_key(const struct state *state, const struct command *cmd)
{
	if (!state->ours || !cmd->action_key || cmd->action_key == state->ours)
		return false;
	return cmd->action == PR_OUT_REGISTER_AND_IGNORE ||
	       (cmd->action == PR_OUT_REGISTER && cmd->key == state->ours);
}

static bool may_be(const struct state *state, const struct command *cmd,
		   const struct pr_server *kind, enum event event,
		   const struct view *got)
{
	for (int order = 0; order < 2; order++) {
		struct pr_server s;
		struct view v;

		one_nexus(state, kind, &s);
		if (!order)
			fence_one(&s, event);
		v.status = run_one(&s, cmd);
		if (order)
			fence_one(&s, event);
		view_of(&s, &v);
		if (is_same(got, &v))
			return true;
		if (!is_loss(event) || got->status != HOST_ERROR)
			continue;
		v.status = HOST_ERROR;
		if (is_same(got, &v))
			return true;
		/* If it is lost while a key is changed, nobody is registered. */
		if (changes_key(state, cmd) && !got->key)
			return true;
		one_nexus(state, kind, &s);
		view_of(&s, &v);
		if (is_same(got, &v))
			return true;
	}
	return false;
}

/* --- the walk ---------------------------------------------------------------- */

/* A reservation is no reason for I/O to wait, once it could have been moved. */
static void look_for_path(struct ctx *c)
{
	bool usable = false, used = false;

	for (unsigned int i = 0; i < c->nr; i++) {
		const struct scsi_path *path = &c->fake->path[i].path;

		usable |= scsi_path_is_usable(path);
		used |= scsi_path_is_usable(path) && !path->pr.aside;
	}
	if (usable && !used)
		c->broken = "no path is used";
}

static void quiesce(struct ctx *c)
{
	struct scsi_lu *lu = &c->fake->lu;

	scsi_lu_pr_move(lu);
	look_for_path(c);
	for (unsigned int i = 0; i < c->nr; i++) {
		struct scsi_path *path = &c->fake->path[i].path;

		path->strikes = 0;
		if (path->state != PATH_GOOD)
			fake_path_revive(c->fake, i);
		/* A unit attention, or a conflict, says that something was. */
		path->pr.doubted |= c->fenced || c->lost_alone;
	}
	look_at_law(c, false);
	for (int round = 0; round < 4; round++) {
		for (unsigned int i = 0; i < c->nr; i++) {
			struct scsi_path *path = &c->fake->path[i].path;

			mutex_lock(&lu->pr.changing);
			scsi_lu_pr_discover(lu);
			if (path->pr.barred || path->pr.doubted)
				scsi_path_bring_in_line(path);
			mutex_unlock(&lu->pr.changing);
		}
		scsi_lu_pr_move(lu);
	}
	look_at_law(c, false);
}

static enum pr_server_status status_of(bool done, const struct scsi_pr_cmd *cmd)
{
	if (!done)
		return NO_ANSWER;
	if (host_byte(cmd->result))
		return HOST_ERROR;
	switch (cmd->result & 0xff) {
	case SAM_STAT_GOOD:
		return GOOD;
	case SAM_STAT_RESERVATION_CONFLICT:
		return CONFLICT;
	default:
		return (cmd->sense[2] & 0xf) == NOT_READY ? NOT_READY_COMM :
							    INVALID;
	}
}

static enum pr_server_status give(struct ctx *c, const struct command *command)
{
	u8 list[LIST_LEN];
	struct scsi_pr_cmd cmd = {
		.cdb = { PERSISTENT_RESERVE_OUT, command->action, command->type },
		.list = list,
		.len = sizeof(list),
		.timeout = HZ,
	};
	bool done;

	if (command->action == PR_MOVE) {
		scsi_lu_pr_move(&c->fake->lu);
		return GOOD;
	}
	list_of(command, list);
	c->user = &cmd;
	done = scsi_lu_pr_carry_out(&c->fake->lu, &cmd);
	c->user = NULL;
	return status_of(done, &cmd);
}

/* Only the holder may use the logical unit: one path does then. */
static bool is_to_stand_aside(const struct ctx *c, unsigned int i)
{
	const struct pr_server *s = &c->server;

	if (!scsi_pr_is_exclusive(s->type) || s->holder >= MAX_OURS)
		return false;
	/* To such a target all of ours are one; it does not matter which is used. */
	if (s->per_initiator)
		return &c->fake->path[i].path != c->fake->lu.pr.holder;
	return (int)i != s->holder;
}

static void check_end(struct ctx *c, const struct state *state,
		      const struct command *cmd, const struct pr_server *kind,
		      struct view *v)
{
	struct pr_server *s = &c->server;
	u64 key = c->fake->lu.pr.key;

	for (unsigned int i = 0; i < c->nr; i++) {
		const struct scsi_path *path = &c->fake->path[i].path;

		if (!scsi_path_is_usable(path))
			c->broken = c->broken ?: "a path stays barred";
		else if (path->pr.aside != is_to_stand_aside(c, i))
			c->broken = c->broken ?:
				    path->pr.aside ? "a path stays aside" :
						     "a path meets conflicts";
		else if (s->key[pr_server_registrant(s, i)] != key)
			c->broken = c->broken ?: "a nexus is not what the LU is";
	}
	view_of(s, v);
}

static bool walk_one(struct ctx *c, const struct state *state,
		     const struct command *cmd, const struct pr_server *kind,
		     const struct insertion *insert, bool compare)
{
	struct view v = { };

	set_up(c, state, kind);
	memcpy(c->insert, insert, sizeof(c->insert));
	v.status = give(c, cmd);
	/* Whoever waits for a path gets one. */
	for (int i = 0; i < 3 && v.status == NO_ANSWER; i++) {
		bool untouched = !c->count;

		memset(c->insert, 0, sizeof(c->insert));
		quiesce(c);
		if (untouched) {
			memcpy(c->insert, insert, sizeof(c->insert));
			c->count = 0;
		}
		v.status = give(c, cmd);
	}
	memset(c->insert, 0, sizeof(c->insert));
	c->sent = c->count;
	quiesce(c);
	check_end(c, state, cmd, kind, &v);
	if (!c->broken && compare &&
	    !may_be(state, cmd, kind, insert[0].event, &v))
		c->broken = "no logical unit with one nexus does that";
	if (c->broken)
		KUNIT_FAIL(c->test,
			   "%s: %u paths, %s, %s; %s at %u, %s at %u: status %d key %llx type %u holder %d",
			   c->broken, c->nr, state->name, cmd->name,
			   event_names[insert[0].event], insert[0].at,
			   event_names[insert[1].event], insert[1].at, v.status,
			   v.key, v.type, v.holder);
	return !c->broken;
}

static const struct pr_server kinds[] = {
	{ },
	{ .says_not_ready = true },
	{ .keeps_own_key = true },
	{ .no_ignore = true },
	{ .per_initiator = true },
	{ .takes_first = true },
};

static struct ctx *make_ctx(struct kunit *test, unsigned int nr)
{
	struct ctx *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, c);
	c->test = test;
	c->nr = nr;
	c->fake = make_fake_lu(test, nr, &scsi_policy_rr);
	c->fake->priv = c;
	c->fake->lu.pr.ops = &model_ops;
	return c;
}

/* What is to be walked: a state, a command, and how the device server is made. */
struct point {
	const struct pr_server *kind;
	const struct state *state;
	const struct command *cmd;
};

static bool is_possible(const struct point *p, unsigned int nr)
{
	if (p->state->one_lost_it && (nr == 1 || p->kind->per_initiator))
		return false;
	/* Only the one command is of use then. */
	if (p->state->lost && p->cmd->action != PR_OUT_REPLACE_LOST)
		return false;
	return !p->kind->no_ignore ||
	       p->cmd->action != PR_OUT_REGISTER_AND_IGNORE;
}

static bool run_point(struct ctx *c, const struct point *p,
		      const struct insertion *insert, bool compare)
{
	c->runs++;
	if (walk_one(c, p->state, p->cmd, p->kind, insert, compare))
		return true;
	c->failed++;
	return false;
}

static void one_insertion(struct ctx *c, const struct point *p)
{
	struct insertion insert[2] = { };
	unsigned int n;

	run_point(c, p, insert, true);
	n = c->sent;
	for (int e = 1; e < NR_EVENTS; e++) {
		for (unsigned int at = 0; at < n; at++) {
			insert[0] = (struct insertion){ e, at };
			run_point(c, p, insert, true);
		}
	}
}

/* A fence while paths are lost. Which answer there is to that, is not looked at. */
static void two_insertions(struct ctx *c, const struct point *p)
{
	static const enum event fences[] = { FENCE, CLEARED };
	static const enum event losses[] = { AWAY, AWAY_RAN, SILENT_RAN };
	struct insertion insert[2] = { };

	for (int l = 0; l < ARRAY_SIZE(losses); l++) {
		unsigned int n = 1;

		for (unsigned int at = 0; at < n; at++) {
			unsigned int m;

			insert[0] = (struct insertion){ losses[l], at };
			insert[1] = (struct insertion){ };
			run_point(c, p, insert, false);
			m = c->sent;
			if (!at)
				n = m;
			for (int f = 0; f < ARRAY_SIZE(fences); f++) {
				for (unsigned int i = 0; i < m; i++) {
					insert[1] = (struct insertion){ fences[f], i };
					run_point(c, p, insert, false);
				}
			}
		}
	}
}

static void walk(struct kunit *test, unsigned int nr,
		 void (*insertions)(struct ctx *c, const struct point *p))
{
	struct ctx *c = make_ctx(test, nr);
	int loglevel = console_loglevel;
	unsigned int cases = 0;
	struct point p;

	kunit_info(test, "%u paths\n", nr);
	/* Thousands of paths are lost and come back: nobody wants to read of each. */
	console_loglevel = CONSOLE_LOGLEVEL_QUIET;
	for (int k = 0; k < ARRAY_SIZE(kinds); k++) {
		for (int s = 0; s < ARRAY_SIZE(states); s++) {
			for (int i = 0; i < ARRAY_SIZE(commands); i++) {
				p = (struct point){ &kinds[k], &states[s],
						    &commands[i] };
				if (!is_possible(&p, nr) ||
				    c->failed > MAX_FAILURES)
					continue;
				cases++;
				insertions(c, &p);
			}
		}
	}
	console_loglevel = loglevel;
	kunit_info(test, "%u cases, %u runs, the law looked at %lu times\n",
		   cases, c->runs, c->looks);
}

static void one_path(struct kunit *test)
{
	walk(test, 1, one_insertion);
}

static void two_paths(struct kunit *test)
{
	walk(test, 2, one_insertion);
}

static void three_paths(struct kunit *test)
{
	walk(test, 3, one_insertion);
}

static void fence_and_loss(struct kunit *test)
{
	walk(test, 2, two_insertions);
}

static struct kunit_case pr_cases[] = {
	KUNIT_CASE(one_path),
	KUNIT_CASE(two_paths),
	KUNIT_CASE(three_paths),
	KUNIT_CASE_SLOW(fence_and_loss),
	{ }
};

static struct kunit_suite pr_suite = {
	.name = "scsi_multipath_pr",
	.test_cases = pr_cases,
};

kunit_test_suite(pr_suite);
