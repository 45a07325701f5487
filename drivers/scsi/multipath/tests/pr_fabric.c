// SPDX-License-Identifier: GPL-2.0
/*
 * For KUnit: paths that lead to a model of a device server, what may happen on the way,
 * and the law of fencing: before each command, who is fenced must not write.
 */

#include <kunit/test.h>
#include <linux/unaligned.h>
#include <scsi/scsi.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_proto.h>

#include "../pr.h"
#include "pr_fabric.h"
#include "pr_ops.h"

static const char *const event_names[] = {
	"nothing", "fence", "fence and abort", "fence of the new key", "clear",
	"away", "away, ran", "silent", "silent, ran", "aborted", "aborted, ran",
	"unit attention", "remark",
};

/**
 * pr_event_name - what to call it
 * @event: event
 */
const char *pr_event_name(enum pr_event event)
{
	return event_names[event];
}

static bool is_fence(enum pr_event event)
{
	return event >= FENCE && event <= CLEARED;
}

/**
 * pr_event_is_loss - may the answer be lost with it?
 * @event: event
 */
bool pr_event_is_loss(enum pr_event event)
{
	return event >= AWAY && event <= ABORTED_RAN;
}

static struct pr_fabric *fabric_of(const struct scsi_path *path)
{
	return container_of(path->lu, struct fake_lu, lu)->priv;
}

static int index_of(const struct scsi_path *path)
{
	return container_of(path, struct fake_path, path) - fabric_of(path)->fake->path;
}

/**
 * pr_fabric_look - whose commands would be carried out over each path, and should they?
 * @f: fabric
 * @just_now: nobody has heard yet of what has been carried out at this moment
 *
 * If they should not, @f->broken says so.
 */
void pr_fabric_look(struct pr_fabric *f, bool just_now)
{
	struct scsi_lu *lu = &f->fake->lu;

	f->looks++;
	for (unsigned int i = 0; i < f->nr; i++) {
		struct scsi_path *path = &f->fake->path[i].path;
		u64 key = f->server.key[pr_server_registrant(&f->server, i)];

		/* Something may be under way from now on. */
		if (scsi_path_is_usable(path))
			f->drained[i] = false;
		if (!scsi_path_is_usable(path) || !key)
			continue;
		if (f->fenced)
			f->broken = "a fenced host writes";
		else if (lu->pr.known && !just_now && key != lu->pr.key &&
			 !(f->user && (f->server.per_initiator ||
				       f->server.writes_fail)))
			f->broken = "a path in use has another key";
	}
}

/**
 * pr_fence - host B removes a registration of ours, or all
 * @s: device server
 * @event: how
 *
 * Return: it has.
 */
bool pr_fence(struct pr_server *s, enum pr_event event)
{
	u64 victim = event == FENCE_NEW ? NEW_KEY : KEY;
	u8 list[LIST_LEN];
	u8 action;

	if (!is_fence(event) || !s->key[HOST_B])
		return false;
	pr_server_list(list, KEY_B, event == CLEARED ? 0 : victim);
	if (event == CLEARED)
		action = PR_OUT_CLEAR;
	else
		action = event == FENCE_ABORT ? PR_OUT_PREEMPT_AND_ABORT :
						PR_OUT_PREEMPT;
	return pr_server_out(s, HOST_B, action, s->type ?: WE_RO, list) == GOOD;
}

static int result_of(const struct pr_server *s, enum pr_server_status status, u8 *sense)
{
	switch (status) {
	case GOOD:
		return SAM_STAT_GOOD;
	case CONFLICT:
		return SAM_STAT_RESERVATION_CONFLICT;
	case INVALID:
		/* LIO finds fault with the CDB, others with the list. */
		scsi_build_sense_buffer(0, sense, ILLEGAL_REQUEST,
					s->keeps_all_ports ? 0x24 : 0x26, 0);
		return SAM_STAT_CHECK_CONDITION;
	case NOT_STARTED:
		/* initializing command required */
		scsi_build_sense_buffer(0, sense, NOT_READY, 0x04, 0x02);
		return SAM_STAT_CHECK_CONDITION;
	default:
		scsi_build_sense_buffer(0, sense, NOT_READY, 0x08, 0);
		return SAM_STAT_CHECK_CONDITION;
	}
}

/* A command of the user's over one path may register the others, too. */
static bool let_in_more(const struct pr_fabric *f, const struct pr_server *before,
			int leader)
{
	for (int i = 0; i < f->nr; i++) {
		int registrant = pr_server_registrant(&f->server, i);

		if (i != leader && !before->key[registrant] &&
		    f->server.key[registrant] && !f->drained[i])
			return true;
	}
	return false;
}

/* A nexus is registered, and with it each that is one with it to the target. */
static bool lets_in_undrained(const struct pr_fabric *f, int registrant)
{
	/* The user's own REGISTER of another path has let them in before. */
	if (f->server.per_initiator && !f->server.two_initiators)
		return false;
	for (int i = 0; i < f->nr; i++) {
		if (pr_server_registrant(&f->server, i) == registrant && !f->drained[i])
			return true;
	}
	return false;
}

/* The leader has got a reservation that lets no other nexus in, over which I/O still goes. */
static bool shuts_out_others(const struct pr_fabric *f, const struct pr_server *before,
			     int leader)
{
	const struct pr_server *s = &f->server;

	if (!scsi_pr_is_exclusive(s->type) || s->holder != leader || s->per_initiator ||
	    (scsi_pr_is_exclusive(before->type) && before->holder < MAX_OURS))
		return false;
	for (int i = 0; i < f->nr; i++) {
		const struct scsi_path *path = &f->fake->path[i].path;

		if (i != leader && scsi_path_is_usable(path) && !path->pr.aside)
			return true;
	}
	return false;
}

/* As the drive that wants to be cleaned says so of whatever it has done */
static int with_remark(int result, u8 *sense)
{
	if (result != SAM_STAT_GOOD)
		return result;
	scsi_build_sense_buffer(0, sense, RECOVERED_ERROR, 0x17, 0x01);
	return SAM_STAT_CHECK_CONDITION;
}

static int carry(struct pr_fabric *f, int nexus, const u8 *cdb, void *buf,
		 u8 *sense)
{
	bool is_users = f->user && buf == f->user->list;
	u8 action = cdb[1] & 0x1f;
	struct pr_server before = f->server;
	enum pr_server_status status;
	bool was_registered;
	int leader = nexus;

	if (cdb[0] == PERSISTENT_RESERVE_IN)
		return result_of(&f->server, pr_server_in(&f->server, cdb, buf), sense);
	nexus = pr_server_registrant(&f->server, nexus);
	was_registered = f->server.key[nexus];
	if (!is_users &&
	    pr_server_is_self_preempted(&f->server, nexus, action, buf))
		f->broken = "a path preempts itself";
	status = pr_server_out(&f->server, nexus, action, cdb[2] & 0x0f, buf);
	if (!is_users && !was_registered && f->server.key[nexus] &&
	    lets_in_undrained(f, nexus))
		f->broken = "a path is registered that may have something under way";
	if (is_users && let_in_more(f, &before, leader))
		f->broken = "other paths are registered that may have something under way";
	if (is_users && shuts_out_others(f, &before, leader))
		f->broken = "what other paths have meets conflicts";
	/* The user has registered it, and may. */
	if (is_users && get_unaligned_be64(buf + 8) &&
	    (status == GOOD || (f->server.writes_fail && status == NOT_READY_COMM)) &&
	    (action == PR_OUT_REGISTER || action == PR_OUT_REGISTER_AND_IGNORE))
		f->fenced = false;
	return result_of(&f->server, status, sense);
}

static int model_send(struct scsi_path *path, const u8 *cdb, bool is_out,
		      void *buf, unsigned int len, unsigned int timeout,
		      u8 *sense)
{
	struct pr_fabric *f = fabric_of(path);
	int nexus = index_of(path);
	unsigned int at = f->count++;

	for (int i = 0; i < ARRAY_SIZE(f->insert); i++) {
		if (f->insert[i].at == at)
			f->fenced |= pr_fence(&f->server, f->insert[i].event);
	}
	pr_fabric_look(f, false);
	for (int i = 0; i < ARRAY_SIZE(f->insert); i++) {
		enum pr_event event = f->insert[i].event;

		if (f->insert[i].at != at || !event || is_fence(event))
			continue;
		if (event == AWAY_RAN || event == SILENT_RAN || event == ABORTED_RAN)
			carry(f, nexus, cdb, buf, sense);
		pr_fabric_look(f, true);
		switch (event) {
		case AWAY:
		case AWAY_RAN:
			return DID_NO_CONNECT << 16;
		case SILENT:
		case SILENT_RAN:
			return DID_TIME_OUT << 16;
		case ABORTED:
		case ABORTED_RAN:
			/* information unit iuCRC error detected */
			scsi_build_sense_buffer(0, sense, ABORTED_COMMAND, 0x47, 0x03);
			return SAM_STAT_CHECK_CONDITION;
		case REMARK:
			return with_remark(carry(f, nexus, cdb, buf, sense),
					   sense);
		default:
			scsi_build_sense_buffer(0, sense, UNIT_ATTENTION, 0x29,
						0);
			return SAM_STAT_CHECK_CONDITION;
		}
	}
	return carry(f, nexus, cdb, buf, sense);
}

static bool model_drain(struct scsi_path *path)
{
	fabric_of(path)->drained[index_of(path)] = true;
	return true;
}

static const struct scsi_pr_ops model_ops = {
	.send	= model_send,
	.drain	= model_drain,
	.get	= pr_ops_true,
	.put	= pr_ops_put,
	.pause	= pr_ops_pause,
};

/**
 * pr_fabric_make - a logical unit with so many paths
 * @test: test context
 * @fabric: gets them
 * @nr: how many
 */
void pr_fabric_make(struct kunit *test, struct pr_fabric *fabric, unsigned int nr)
{
	fabric->nr = nr;
	fabric->fake = make_fake_lu(test, nr, &scsi_policy_rr);
	fabric->fake->priv = fabric;
	fabric->fake->lu.pr.ops = &model_ops;
}

/**
 * pr_fabric_registered - a logical unit that is registered over each of its paths
 * @test: test context
 * @nr: how many
 * @type: of the reservation that the first one holds; 0: none does
 */
struct pr_fabric *pr_fabric_registered(struct kunit *test, unsigned int nr, u8 type)
{
	struct pr_fabric *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct scsi_lu *lu;

	KUNIT_ASSERT_NOT_NULL(test, f);
	pr_fabric_make(test, f, nr);
	lu = &f->fake->lu;
	f->server.type = type;
	f->server.holder = type ? 0 : NOBODY;
	lu->pr.key = KEY;
	lu->pr.known = true;
	lu->pr.used = true;
	for (unsigned int i = 0; i < nr; i++) {
		f->server.key[i] = KEY;
		f->fake->path[i].path.pr.registered = true;
	}
	scsi_lu_pr_hold(lu, type ? &f->fake->path[0].path : NULL, type);
	return f;
}
