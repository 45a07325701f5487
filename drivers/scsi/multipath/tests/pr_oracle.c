// SPDX-License-Identifier: GPL-2.0
/* For KUnit: what a logical unit with one nexus does, to compare with. */

#include <linux/bits.h>

#include "../pr.h"
#include "../pr_errand.h"
#include "pr_oracle.h"

/**
 * pr_state_holder - which nexus holds the reservation
 * @state: state
 * @nr: how many nexuses are ours
 */
int pr_state_holder(const struct pr_state *state, unsigned int nr)
{
	return state->holder == LAST ? nr - 1 : state->holder;
}

/**
 * pr_view_of - what can be seen of a device server
 * @s: device server
 * @v: result
 */
void pr_view_of(const struct pr_server *s, struct pr_view *v)
{
	v->key = s->key[0];
	v->key_c = s->key[HOST_C];
	v->type = s->type;
	v->aptpl = s->aptpl;
	v->holder = !s->type || pr_type_is_of_all(s->type) ? NOBODY :
		    s->holder < MAX_OURS ? 0 : s->holder;
}

static void one_nexus(const struct pr_state *state, const struct pr_server *kind,
		      struct pr_server *s)
{
	*s = *kind;
	s->per_initiator = false;
	s->ports = 1;
	s->type = state->type;
	s->holder = state->type && pr_state_holder(state, 1) < MAX_OURS ?
		    0 : state->holder;
	s->key[0] = state->lost ? 0 : state->ours;
	s->all_ports[0] = state->flags & PR_ALL_TG_PT;
	s->key[HOST_B] = state->b;
	s->lost = state->lost;
	s->aptpl = state->aptpl;
}

/**
 * pr_command_list - the parameter list of a command
 * @cmd: command
 * @list: where it goes, &LIST_LEN bytes
 */
void pr_command_list(const struct pr_command *cmd, u8 *list)
{
	pr_server_list(list, cmd->key, cmd->action_key);
	list[17] = cmd->unregisters ? PR_UNREG : 0;
	list[LIST_NEXUS] = cmd->to;
	list[20] = cmd->to && cmd->action == PR_OUT_REGISTER ? PR_SPEC_I_PT : 0;
	list[20] |= cmd->flags;
}

static enum pr_server_status run_one(struct pr_server *s,
				     const struct pr_command *cmd)
{
	u8 list[LIST_LEN];

	if (cmd->action == PR_MOVE)
		return GOOD;
	pr_command_list(cmd, list);
	return pr_server_out(s, 0, cmd->action, cmd->type, list);
}

static bool is_same(const struct pr_view *a, const struct pr_view *b,
		    enum pr_event event, bool writes_fail)
{
	/* Not registered is said in more than one way. */
	bool same_status = a->status == b->status ||
			   (a->status == CONFLICT && b->status == NOT_READY_COMM) ||
			   (a->status == NOT_READY_COMM && b->status == CONFLICT) ||
			   /* It has been carried out, as somebody else has said. */
			   (writes_fail && a->status == GOOD && b->status == NOT_READY_COMM);

	/* Of what nobody has heard the end of, one half may have been undone. */
	return same_status && a->key == b->key &&
	       (a->key_c == b->key_c || a->status == HOST_ERROR) &&
	       (a->aptpl == b->aptpl || a->status == HOST_ERROR ||
		(event && !a->key)) &&
	       a->type == b->type && a->holder == b->holder;
}

static bool changes_key(const struct pr_state *state, const struct pr_command *cmd)
{
	if (!state->ours || !cmd->action_key || cmd->action_key == state->ours)
		return false;
	return cmd->action == PR_OUT_REGISTER_AND_IGNORE ||
	       (cmd->action == PR_OUT_REGISTER && cmd->key == state->ours);
}

static bool allows(const struct pr_point *point, enum pr_event event,
		   const struct pr_view *got)
{
	const struct pr_state *state = point->state;
	const struct pr_command *cmd = point->cmd;
	bool writes_fail = point->kind->writes_fail;

	for (int order = 0; order < (event || state->one_lost_it ? 4 : 2); order++) {
		bool is_later = order & 1;
		struct pr_server s;
		struct pr_view v;

		one_nexus(state, point->kind, &s);
		/* Another path may answer, which the kernel has registered, it alone. */
		if (order & 2)
			s.all_ports[0] = false;
		if (!is_later)
			pr_fence(&s, event);
		v.status = run_one(&s, cmd);
		if (is_later)
			pr_fence(&s, event);
		pr_view_of(&s, &v);
		if (is_same(got, &v, event, writes_fail))
			return true;
		if (!pr_event_is_loss(event) || got->status != HOST_ERROR)
			continue;
		v.status = HOST_ERROR;
		if (is_same(got, &v, event, writes_fail))
			return true;
		/* If it is lost while a key is changed, nobody is registered. */
		if (changes_key(state, cmd) && !got->key)
			return true;
		one_nexus(state, point->kind, &s);
		pr_view_of(&s, &v);
		if (is_same(got, &v, event, writes_fail))
			return true;
	}
	return false;
}

/**
 * pr_oracle_allows - may a logical unit with one nexus end like that?
 * @point: what was done
 * @event: what happened meanwhile
 * @got: how it has ended
 */
bool pr_oracle_allows(const struct pr_point *point, enum pr_event event,
		      const struct pr_view *got)
{
	struct pr_view lost = *got;

	if (allows(point, event, got))
		return true;
	/* It may have been lost after such an answer. */
	lost.status = HOST_ERROR;
	return got->status == NOT_READY_COMM && point->kind->writes_fail &&
	       pr_event_is_loss(event) && allows(point, event, &lost);
}
