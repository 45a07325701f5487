// SPDX-License-Identifier: GPL-2.0
/*
 * For KUnit: persistent reservations against a model of a device server. Each command is
 * carried out in each state, and once more for each command that it sends and each thing
 * that may happen just before that one: a fence by another host, a path that is lost, an
 * answer that is lost, a unit attention. Before each command, and when all paths are back,
 * the law of fencing is looked at; in the end the answer and the state must be ones that a
 * logical unit with one nexus may have.
 */

#include <kunit/test.h>
#include <linux/printk.h>
#include <scsi/scsi.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_proto.h>

#include "../pr.h"
#include "../pr_errand.h"
#include "pr_walk.h"

/* With one number of paths; then the rest is not walked. */
#define MAX_FAILURES	20

struct walk {
	struct kunit *test;
	struct pr_fabric fabric;
	unsigned int sent;	/* by the last one, before what brings paths in line */
	unsigned int runs;
	unsigned int failed;
};

/* How device servers are made */
static const struct pr_server kinds[] = {
	{ },
	{ .says_not_ready = true },
	{ .says_not_ready = true, .writes_fail = true },
	{ .keeps_own_key = true },
	{ .no_ignore = true },
	{ .per_initiator = true },
	{ .per_initiator = true, .two_initiators = true },
	{ .takes_first = true },
	{ .keeps_all_ports = true },
	{ .sets_all_ports = true },
	/* To one of which, at least, no path leads. */
	{ .keeps_all_ports = true, .ports = MAX_OURS },
	{ .sets_all_ports = true, .ports = MAX_OURS },
};

static const struct pr_state states[] = {
	{ "nothing", .holder = NOBODY },
	{ "nothing, unknown", .holder = NOBODY, .unknown = true },
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
	{ "held by last, aptpl", KEY, KEY_B, WE_RO, LAST, .aptpl = true,
	  .flags = PR_APTPL },
	{ "held by last, aptpl, unknown", KEY, KEY_B, WE_RO, LAST, .aptpl = true,
	  .unknown = true },
	{ "registered, aptpl by other", KEY, KEY_B, .holder = NOBODY,
	  .aptpl = true },
	{ "registered, aptpl ended by other, one away", KEY, KEY_B,
	  .holder = NOBODY, .last_is_away = true, .flags = PR_APTPL },
	{ "held by other, one lost it, aptpl by other", KEY, KEY_B, WE_RO, HOST_B,
	  .one_lost_it = true, .aptpl = true },
	{ "registered for all ports", KEY, KEY_B, .holder = NOBODY,
	  .flags = PR_ALL_TG_PT },
	{ "held by last, all ports", KEY, KEY_B, WE_RO, LAST,
	  .flags = PR_ALL_TG_PT,
	  .by_all_ports = true },
	{ "held by last, exclusive, away, all ports", KEY, KEY_B, WE, LAST,
	  .last_is_away = true, .flags = PR_ALL_TG_PT,
	  .by_all_ports = true },
	{ "registered for all ports, one away", KEY, KEY_B, .holder = NOBODY,
	  .last_is_away = true, .flags = PR_ALL_TG_PT,
	  .by_all_ports = true },
	{ "held by other, one lost it, one away, all ports", KEY, KEY_B, WE_RO, HOST_B,
	  .last_is_away = true, .one_lost_it = true,
	  .flags = PR_ALL_TG_PT,
	  .by_all_ports = true },
	{ "held by last, all ports, unknown", KEY, KEY_B, WE_RO, LAST,
	  .unknown = true, .flags = PR_ALL_TG_PT },
	{ "held by last, exclusive, all ports, unknown", KEY, KEY_B, WE, LAST,
	  .unknown = true, .flags = PR_ALL_TG_PT },
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

static void reset_path(struct pr_fabric *f, unsigned int i, bool away)
{
	struct scsi_path *path = &f->fake->path[i].path;

	path->strikes = 0;
	path->pr.barred = false;
	path->pr.aside = false;
	path->pr.doubted = false;
	path->pr.registered = false;
	path->pr.full = false;
	path->pr.unproven = false;
	path->pr.beside = false;
	path->pr.trusted_until = 0;
	if (away)
		fake_path_kill(f->fake, i);
	else
		fake_path_revive(f->fake, i);
}

static void set_up(struct pr_fabric *f, const struct pr_point *p)
{
	const struct pr_state *state = p->state;
	int holder = pr_state_holder(state, f->nr);
	struct scsi_lu *lu = &f->fake->lu;
	struct pr_server *s = &f->server;

	*s = *p->kind;
	s->type = state->type;
	s->holder = pr_server_registrant(s, holder);
	s->key[HOST_B] = state->b;
	s->lost = state->lost;
	s->ports = p->kind->ports ?: f->nr;
	s->aptpl = state->aptpl;
	f->count = 0;
	f->fenced = false;
	f->broken = NULL;
	memset(f->drained, 0, sizeof(f->drained));
	lu->pr.exclusive = 0;
	lu->pr.holder = NULL;
	lu->pr.hold_doubted = false;
	lu->pr.moving = false;
	for (unsigned int i = 0; i < f->nr; i++) {
		if (!(state->one_lost_it && !i) && pr_server_registrant(s, i) == i)
			s->key[i] = state->lost ? 0 : state->ours;
		s->all_ports[i] = state->flags & PR_ALL_TG_PT;
		reset_path(f, i, state->last_is_away && i == f->nr - 1);
		f->fake->path[i].path.pr.registered =
			!state->unknown && state->ours;
	}
	for (unsigned int i = f->nr; i < s->ports; i++) {
		s->key[i] = state->lost ? 0 : state->ours;
		s->all_ports[i] = true;
	}
	lu->pr.key = state->unknown ? 0 : state->ours;
	lu->pr.other_key = 0;
	lu->pr.flags = state->unknown ? 0 : state->flags;
	lu->pr.departed = 0;
	lu->pr.elsewhere = lu->pr.key ? s->ports - f->nr : 0;
	lu->pr.strays = 0;
	lu->pr.used = true;
	lu->pr.known = !state->unknown;
	lu->pr.untouched = false;
	lu->pr.per_initiator = p->kind->per_initiator;
	if (lu->pr.key && holder >= 0 && holder < (int)f->nr)
		scsi_lu_pr_hold(lu, &f->fake->path[holder].path, state->type);
}

/* A reservation is no reason for I/O to wait, once it could have been moved. */
static void look_for_path(struct pr_fabric *f)
{
	bool usable = false, used = false;

	for (unsigned int i = 0; i < f->nr; i++) {
		const struct scsi_path *path = &f->fake->path[i].path;

		usable |= scsi_path_is_usable(path);
		used |= scsi_path_is_usable(path) && !path->pr.aside;
	}
	if (usable && !used)
		f->broken = "no path is used";
}

/* All paths are back, and each is brought in line. */
static void quiesce(struct pr_fabric *f, const struct pr_state *state)
{
	struct scsi_lu *lu = &f->fake->lu;

	scsi_lu_pr_move(lu);
	look_for_path(f);
	for (unsigned int i = 0; i < f->nr; i++) {
		struct scsi_path *path = &f->fake->path[i].path;

		path->strikes = 0;
		if (path->state != PATH_GOOD)
			fake_path_revive(f->fake, i);
		/* A unit attention, or a conflict, says that something was. */
		path->pr.doubted |= f->fenced || state->one_lost_it;
	}
	pr_fabric_look(f, false);
	for (int round = 0; round < 4; round++) {
		for (unsigned int i = 0; i < f->nr; i++) {
			struct scsi_path *path = &f->fake->path[i].path;

			mutex_lock(&lu->pr.changing);
			scsi_lu_pr_discover(lu);
			if (path->pr.barred || path->pr.doubted)
				scsi_path_bring_in_line(path);
			mutex_unlock(&lu->pr.changing);
		}
		scsi_lu_pr_move(lu);
	}
	pr_fabric_look(f, false);
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
	}
	switch (cmd->sense[2] & 0xf) {
	case RECOVERED_ERROR:
		return GOOD;
	case ABORTED_COMMAND:
		return HOST_ERROR;
	case NOT_READY:
		return cmd->sense[12] == 0x04 ? NOT_STARTED : NOT_READY_COMM;
	default:
		return INVALID;
	}
}

static enum pr_server_status give(struct pr_fabric *f, const struct pr_command *command)
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
		scsi_lu_pr_move(&f->fake->lu);
		return GOOD;
	}
	pr_command_list(command, list);
	f->user = &cmd;
	done = scsi_lu_pr_carry_out(&f->fake->lu, &cmd);
	f->user = NULL;
	return status_of(done, &cmd);
}

/* Only the holder may use the logical unit: one path does then. */
static bool is_to_stand_aside(const struct pr_fabric *f, unsigned int i)
{
	const struct pr_server *s = &f->server;

	if (!scsi_pr_is_exclusive(s->type) || s->holder >= MAX_OURS)
		return false;
	/* To such a target all of ours are one; it does not matter which is used. */
	if (s->per_initiator)
		return &f->fake->path[i].path != f->fake->lu.pr.holder;
	return (int)i != s->holder;
}

static void check_end(struct pr_fabric *f)
{
	const struct pr_server *s = &f->server;
	u64 key = f->fake->lu.pr.key;

	for (unsigned int i = 0; i < f->nr; i++) {
		const struct scsi_path *path = &f->fake->path[i].path;

		if (!scsi_path_is_usable(path))
			f->broken = f->broken ?: "a path stays barred";
		else if (path->pr.aside != is_to_stand_aside(f, i))
			f->broken = f->broken ?:
				    path->pr.aside ? "a path stays aside" :
						     "a path meets conflicts";
		else if (s->key[pr_server_registrant(s, i)] != key)
			f->broken = f->broken ?: "a nexus is not what the LU is";
	}
}

static void run(struct walk *walk, const struct pr_point *p,
		const struct pr_insertion *insert, bool compare)
{
	struct pr_fabric *f = &walk->fabric;
	struct pr_view v = { };

	walk->runs++;
	set_up(f, p);
	memcpy(f->insert, insert, sizeof(f->insert));
	v.status = give(f, p->cmd);
	/* Whoever waits for a path gets one. */
	for (int i = 0; i < 3 && v.status == NO_ANSWER; i++) {
		bool untouched = !f->count;

		memset(f->insert, 0, sizeof(f->insert));
		quiesce(f, p->state);
		if (untouched) {
			memcpy(f->insert, insert, sizeof(f->insert));
			f->count = 0;
		}
		v.status = give(f, p->cmd);
	}
	memset(f->insert, 0, sizeof(f->insert));
	walk->sent = f->count;
	quiesce(f, p->state);
	check_end(f);
	pr_view_of(&f->server, &v);
	if (!f->broken && compare && !pr_oracle_allows(p, insert[0].event, &v))
		f->broken = "no logical unit with one nexus does that";
	if (!f->broken)
		return;
	walk->failed++;
	KUNIT_FAIL(walk->test,
		   "%s: %u paths, %s, %s; %s at %u, %s at %u: status %d key %llx type %u holder %d aptpl %d",
		   f->broken, f->nr, p->state->name, p->cmd->name,
		   pr_event_name(insert[0].event), insert[0].at,
		   pr_event_name(insert[1].event), insert[1].at, v.status, v.key,
		   v.type, v.holder, v.aptpl);
}

static bool is_possible(const struct pr_point *p, unsigned int nr)
{
	if (p->state->one_lost_it &&
	    (nr == 1 || (p->kind->per_initiator && !p->kind->two_initiators)))
		return false;
	/* To a device server that has nothing to do with that it makes no difference. */
	if (p->kind->keeps_all_ports || p->kind->sets_all_ports) {
		if (!((p->state->flags | p->cmd->flags) & PR_ALL_TG_PT))
			return false;
	} else if (p->state->by_all_ports) {
		return false;
	}
	/* Nothing is registered where no path leads to, unless it was by ALL_TG_PT. */
	if (p->kind->ports &&
	    (nr == MAX_OURS || (p->state->ours && !(p->state->flags & PR_ALL_TG_PT))))
		return false;
	/* Only the one command is of use then. */
	if (p->state->lost && p->cmd->action != PR_OUT_REPLACE_LOST)
		return false;
	return !p->kind->no_ignore ||
	       p->cmd->action != PR_OUT_REGISTER_AND_IGNORE;
}

static void one_insertion(struct walk *walk, const struct pr_point *p)
{
	struct pr_insertion insert[2] = { };
	unsigned int n;

	run(walk, p, insert, true);
	n = walk->sent;
	for (int e = 1; e < NR_EVENTS; e++) {
		for (unsigned int at = 0; at < n; at++) {
			insert[0] = (struct pr_insertion){ e, at };
			run(walk, p, insert, true);
		}
	}
}

/* A fence while paths are lost. Which answer there is to that, is not looked at. */
static void two_insertions(struct walk *walk, const struct pr_point *p)
{
	static const enum pr_event fences[] = { FENCE, CLEARED };
	static const enum pr_event losses[] = { AWAY, AWAY_RAN, SILENT_RAN };
	struct pr_insertion insert[2] = { };

	for (int l = 0; l < ARRAY_SIZE(losses); l++) {
		unsigned int n = 1;

		for (unsigned int at = 0; at < n; at++) {
			unsigned int m;

			insert[0] = (struct pr_insertion){ losses[l], at };
			insert[1] = (struct pr_insertion){ };
			run(walk, p, insert, false);
			m = walk->sent;
			if (!at)
				n = m;
			for (int f = 0; f < ARRAY_SIZE(fences); f++) {
				for (unsigned int i = 0; i < m; i++) {
					insert[1] = (struct pr_insertion){ fences[f], i };
					run(walk, p, insert, false);
				}
			}
		}
	}
}

/*
 * The device server lets nobody in, by a reservation of SCSI-2, or is not ready. That is the
 * answer, at once, and nothing has been changed.
 */
static void shut_out(struct walk *walk, const struct pr_point *p)
{
	static const enum pr_server_status answers[] = { CONFLICT, NOT_STARTED };
	const struct pr_state *state = p->state;
	struct pr_fabric *f = &walk->fabric;

	for (int i = 0; i < ARRAY_SIZE(answers); i++) {
		struct pr_view before = { }, after = { };

		/* Who makes such a reservation, or wants to, meets no registrations. */
		if (answers[i] == CONFLICT && (state->ours || state->b || state->lost))
			continue;
		if (p->cmd->action == PR_MOVE || (state->last_is_away && f->nr == 1))
			continue;
		walk->runs++;
		set_up(f, p);
		memset(f->insert, 0, sizeof(f->insert));
		pr_view_of(&f->server, &before);
		f->server.shut = answers[i];
		after.status = give(f, p->cmd);
		if (after.status != answers[i])
			f->broken = "that is not its answer";
		f->server.shut = GOOD;
		/* Its nexus is registered again, if it alone had lost that. */
		if (!state->one_lost_it && !f->broken) {
			before.status = after.status;
			pr_view_of(&f->server, &after);
			if (memcmp(&before, &after, sizeof(before)))
				f->broken = "it has been changed";
		}
		quiesce(f, state);
		/* Of what it has forgotten nobody has heard. */
		if (!state->lost)
			check_end(f);
		if (!f->broken)
			continue;
		walk->failed++;
		KUNIT_FAIL(walk->test, "%s: %u paths, %s, %s: status %d instead of %d",
			   f->broken, f->nr, state->name, p->cmd->name,
			   after.status, answers[i]);
	}
}

static void walk_all(struct kunit *test, unsigned int nr,
		     const struct pr_command *commands, unsigned int nr_commands,
		     void (*insertions)(struct walk *walk, const struct pr_point *p))
{
	struct walk *walk = kunit_kzalloc(test, sizeof(*walk), GFP_KERNEL);
	int loglevel = console_loglevel;
	unsigned int points = 0;

	KUNIT_ASSERT_NOT_NULL(test, walk);
	walk->test = test;
	pr_fabric_make(test, &walk->fabric, nr);
	/*
	 * KUnit ends the line of a case's result when something else is said. That must be
	 * before the console is quiet, or the result is not seen.
	 */
	kunit_info(test, "%u paths\n", nr);
	/* Thousands of paths are lost and come back: nobody wants to read of each. */
	console_loglevel = CONSOLE_LOGLEVEL_QUIET;
	for (int k = 0; k < ARRAY_SIZE(kinds); k++) {
		for (int s = 0; s < ARRAY_SIZE(states); s++) {
			for (unsigned int i = 0; i < nr_commands; i++) {
				struct pr_point p = { &kinds[k], &states[s],
						      &commands[i] };

				if (!is_possible(&p, nr) ||
				    walk->failed > MAX_FAILURES)
					continue;
				points++;
				insertions(walk, &p);
			}
		}
	}
	console_loglevel = loglevel;
	kunit_info(test, "%u cases, %u runs, the law looked at %lu times\n",
		   points, walk->runs, walk->fabric.looks);
}

/**
 * pr_walk_each_event - with one thing that happens, and with none
 * @test: test context
 * @commands: commands
 * @nr_commands: how many
 */
void pr_walk_each_event(struct kunit *test, const struct pr_command *commands,
			unsigned int nr_commands)
{
	for (unsigned int nr = 1; nr <= MAX_OURS; nr++)
		walk_all(test, nr, commands, nr_commands, one_insertion);
}

/**
 * pr_walk_fence_and_loss - with a fence while paths are lost
 * @test: test context
 * @commands: commands
 * @nr_commands: how many
 */
void pr_walk_fence_and_loss(struct kunit *test, const struct pr_command *commands,
			    unsigned int nr_commands)
{
	walk_all(test, 2, commands, nr_commands, two_insertions);
}

/**
 * pr_walk_shut_out - while the device server answers to nobody
 * @test: test context
 * @commands: commands
 * @nr_commands: how many
 */
void pr_walk_shut_out(struct kunit *test, const struct pr_command *commands,
		      unsigned int nr_commands)
{
	for (unsigned int nr = 1; nr <= MAX_OURS; nr++)
		walk_all(test, nr, commands, nr_commands, shut_out);
}
