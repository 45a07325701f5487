// SPDX-License-Identifier: GPL-2.0
/*
 * Persistent reservations: REGISTER and REGISTER AND IGNORE EXISTING KEY, that is a first
 * registration, another key, and none.
 */

#include <linux/minmax.h>
#include <linux/random.h>
#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>

#include "mpath.h"
#include "pr.h"
#include "pr_errand.h"

/* Is a registration of ours where no command of ours gets to? */
static bool is_out_of_reach(struct scsi_lu *lu)
{
	struct scsi_path *path;
	bool found;

	spin_lock_irq(&lu->lock);
	found = lu->pr.departed;
	list_for_each_entry(path, &lu->paths, node)
		found |= path->pr.registered && !scsi_pr_is_reachable(path);
	spin_unlock_irq(&lu->lock);
	return found;
}

static void take_key(struct scsi_pr_errand *errand, struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;

	lu->pr.flags = scsi_pr_flags_of(errand->cmd) & (PR_APTPL | PR_ALL_TG_PT);
	scsi_lu_pr_set_key(lu, errand->action_key);
	scsi_path_note_registration(leader);
	scsi_path_changed_reservation(leader);
}

/**
 * scsi_pr_key_is_changed - the leader has the key that the user wants
 * @errand: command that has been carried out
 * @leader: path
 *
 * Context: process, pr.changing held.
 * Return: always &ANSWERED.
 */
enum scsi_pr_outcome scsi_pr_key_is_changed(struct scsi_pr_errand *errand,
					    struct scsi_path *leader)
{
	take_key(errand, leader);
	scsi_lu_pr_settle(errand->lu, leader);
	return ANSWERED;
}

/*
 * ALL_TG_PT registers at each target port, also where no path leads to from here. If nobody
 * had the key just before, all who have it now are of this host.
 */
static void note_elsewhere(struct scsi_pr_errand *errand, struct scsi_path *leader,
			   int count_before)
{
	struct scsi_lu *lu = errand->lu;
	int more;

	if (count_before)
		return;
	more = scsi_pr_count_key(leader, errand->action_key) -
	       (int)scsi_lu_pr_nr_registered(lu);
	spin_lock_irq(&lu->lock);
	lu->pr.elsewhere += max(more, 0);
	spin_unlock_irq(&lu->lock);
}

/* Does this command register other nexuses than that of the leader, if they are not? */
static bool registers_others(const struct scsi_pr_errand *errand)
{
	if (errand->action == PR_OUT_REGISTER && errand->key)
		return false;
	return errand->lu->pr.per_initiator ||
	       scsi_pr_flags_of(errand->cmd) & (PR_ALL_TG_PT | PR_SPEC_I_PT);
}

/* The same key once more: if it is there, nobody is let in by that. */
static bool had_it(const struct scsi_pr_errand *errand, struct scsi_path *leader)
{
	u64 key = errand->lu->pr.key;

	return key && key == errand->action_key &&
	       scsi_pr_change(leader, key, key,
			      scsi_pr_flags_of(errand->cmd)) == PR_DONE;
}

/*
 * What was sent over the other paths before a fence is carried out before they are let in.
 * They may be from now on.
 */
static bool let_others_in(struct scsi_pr_errand *errand, struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;
	struct scsi_path *path;

	scsi_lu_pr_bar_others(lu, leader);
	if (!scsi_lu_pr_drain_barred(lu)) {
		/* Its sender tries again. */
		scsi_pr_answer(errand, SAM_STAT_BUSY);
		scsi_lu_pr_settle(lu, NULL);
		return false;
	}
	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node)
		path->pr.registered = true;
	spin_unlock_irq(&lu->lock);
	return true;
}

/* The first registration, or the same key once more */
static enum scsi_pr_outcome register_first(struct scsi_pr_errand *errand,
					   struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;
	int count = -1;

	if (registers_others(errand)) {
		if (had_it(errand, leader)) {
			scsi_pr_answer_good(errand);
			return scsi_pr_key_is_changed(errand, leader);
		}
		if (!let_others_in(errand, leader))
			return ANSWERED;
		/* Others that it names may be of another host. */
		if (!(scsi_pr_flags_of(errand->cmd) & PR_SPEC_I_PT))
			count = scsi_pr_count_key(leader, errand->action_key);
	}
	scsi_path_pr_set_registered(leader, true);
	switch (scsi_pr_out(leader, errand->cmd)) {
	case PR_DONE:
		break;
	case PR_LOST:
		return scsi_pr_leader_lost(errand, leader);
	case PR_AWAY:
		scsi_path_pr_set_registered(leader, lu->pr.key);
		return NEXT_PATH;
	case PR_CONFLICT:
		/* What is lost may have been done, for all nexuses of this host. */
		if (errand->lost &&
		    scsi_pr_change(leader, errand->action_key, errand->action_key,
				   scsi_pr_flags_of(errand->cmd)) == PR_DONE) {
			scsi_pr_answer_good(errand);
			break;
		}
		scsi_path_pr_set_registered(leader, lu->pr.key);
		return lu->pr.key ? scsi_pr_doubt(errand, leader) : ANSWERED;
	default:
		scsi_path_pr_set_registered(leader, lu->pr.key);
		/* Another nexus may have taken it, of those that have no such bit. */
		return errand->lost ? scsi_pr_answer_lost(errand) : ANSWERED;
	}
	take_key(errand, leader);
	note_elsewhere(errand, leader, count);
	scsi_lu_pr_settle(lu, leader);
	return ANSWERED;
}

/**
 * scsi_pr_be_alone - no other nexus than the leader's is to be registered
 * @errand: command
 * @leader: path
 * @type: of the reservation that a nexus of ours holds, it alone
 *
 * The nexus that holds a reservation ends it when its registration goes, and takes it along
 * when its key is changed: so it must be the only one. A PREEMPT of the own key leaves the
 * leader alone with the reservation.
 *
 * Context: process, pr.changing held.
 * Return: false if that could not be done over this path.
 */
bool scsi_pr_be_alone(struct scsi_pr_errand *errand, struct scsi_path *leader,
		      u8 type)
{
	struct scsi_lu *lu = errand->lu;
	u64 key = lu->pr.key;
	int count = scsi_pr_count_key(leader, key), ours;

	if (count < 0)
		return false;
	if (count < 2)
		scsi_lu_pr_hold(lu, leader, type);
	if (count < 2)
		return true;
	ours = scsi_pr_are_all_ours(leader, key, count);
	if (ours <= 0)
		return !ours;
	switch (scsi_pr_take(leader, type)) {
	case PR_DONE:
		return true;
	case PR_LOST:
		scsi_pr_answer(errand, DID_ERROR << 16);
		scsi_pr_note_lost(errand);
		return false;
	case PR_AWAY:
		return false;
	default:
		return true;
	}
}

/*
 * With ALL_TG_PT a target may change the others of this host as well (SPC-4: as if the command
 * had come over each port), all in one action. Then nobody has the old key, but as many as
 * had it have the new one besides those that did before: a fence would have removed them.
 */
static int have_all_followed(struct scsi_path *leader, u64 key, int count_before,
			     int count_old)
{
	int count = scsi_pr_count_key(leader, key);

	return count < 0 ? count : count - count_before >= count_old;
}

/* Has the command what may change the registrations of other nexuses? */
static bool changes_others(const struct scsi_pr_errand *errand)
{
	return scsi_pr_flags_of(errand->cmd) & PR_ALL_TG_PT;
}

/*
 * A key is changed while other nexuses have the old one. Who fences by either key is told
 * that it is gone: so nothing may go on with the other one. No path carries I/O until
 * the leader, with the new key, has removed the old one from all others at once. If
 * nobody has the old key then, or the leader has lost the new one, somebody has been
 * there before.
 */
static enum scsi_pr_outcome close_change(struct scsi_pr_errand *errand,
					 struct scsi_path *leader, u8 type,
					 int count_before, int count_old)
{
	struct scsi_lu *lu = errand->lu;
	u64 old = lu->pr.key, new = errand->action_key;
	enum scsi_pr_reply undone;
	int followed = 0;

	switch (scsi_pr_preempt(leader, new, old, type)) {
	case PR_DONE:
		scsi_lu_pr_forget_departed(lu);
		return scsi_pr_key_is_changed(errand, leader);
	case PR_CONFLICT:
		if (changes_others(errand))
			followed = have_all_followed(leader, new, count_before,
						     count_old);
		if (followed > 0)
			return scsi_pr_key_is_changed(errand, leader);
		if (!followed)
			break;
		fallthrough;
	default:
		/*
		 * If the next path has the old key, it was not done. If not, it was
		 * either this or another host: nobody can tell.
		 */
		scsi_pr_answer(errand, DID_ERROR << 16);
		scsi_pr_note_lost(errand);
		errand->unclear = true;
		return NEXT_PATH;
	}
	undone = scsi_pr_register(leader, new, 0);
	if (undone == PR_DONE || undone == PR_CONFLICT)
		scsi_path_pr_set_registered(leader, false);
	scsi_lu_pr_lost(lu, "preempted or cleared by another host");
	scsi_lu_pr_settle(lu, NULL);
	/* Whoever was there knew the new key, so that it had been changed. */
	if (undone == PR_CONFLICT)
		return ANSWERED;
	if (errand->action == PR_OUT_REGISTER_AND_IGNORE)
		return scsi_pr_doubt(errand, leader);
	return scsi_pr_answer_conflict(errand);
}

static bool stop_all(struct scsi_lu *lu)
{
	scsi_lu_pr_bar_others(lu, NULL);
	return scsi_lu_pr_drain_barred(lu);
}

static enum scsi_pr_outcome change_key(struct scsi_pr_errand *errand,
				       struct scsi_path *leader)
{
	struct scsi_lu *lu = errand->lu;
	int count, holds, count_new, ours;
	enum scsi_pr_reply reply;
	u8 type;

	holds = scsi_pr_is_held_by_us(leader, &type);
	if (holds < 0 || (holds && !scsi_pr_be_alone(errand, leader, type)))
		return NEXT_PATH;
	count = scsi_pr_count_key(leader, lu->pr.key);
	if (count < 0)
		return NEXT_PATH;
	count_new = scsi_pr_count_key(leader, errand->action_key);
	if (count_new < 0)
		return NEXT_PATH;
	ours = scsi_pr_are_all_ours(leader, lu->pr.key, count);
	if (ours < 0)
		return NEXT_PATH;
	if (count > 1 && !stop_all(lu)) {
		/* Its sender tries again. */
		scsi_pr_answer(errand, SAM_STAT_BUSY);
		scsi_lu_pr_settle(lu, NULL);
		return ANSWERED;
	}
	/* By the key that is to be changed, whatever the user has ignored. */
	if (errand->action == PR_OUT_REGISTER_AND_IGNORE)
		reply = scsi_pr_change(leader, lu->pr.key, errand->action_key,
				       scsi_pr_flags_of(errand->cmd));
	else
		reply = scsi_pr_out(leader, errand->cmd);
	switch (reply) {
	case PR_DONE:
		scsi_pr_answer_good(errand);
		break;
	case PR_CONFLICT:
		/* Fenced in between, or it alone. The next one knows. */
		return scsi_pr_doubt(errand, leader);
	case PR_LOST:
		if (errand->action == PR_OUT_REGISTER_AND_IGNORE)
			scsi_pr_answer(errand, DID_ERROR << 16);
		/* With others that do not follow, the old key is the one that it has. */
		if (count == 1 || changes_others(errand)) {
			lu->pr.other_key = errand->action_key;
			lu->pr.other_count = count_new + count;
		}
		return scsi_pr_leader_lost(errand, leader);
	case PR_AWAY:
		return NEXT_PATH;
	default:
		if (errand->action == PR_OUT_REGISTER_AND_IGNORE)
			scsi_pr_answer_sense(errand, 0x26, 0x00);
		scsi_lu_pr_settle(lu, NULL);
		return ANSWERED;
	}
	if (count > 1 && ours)
		return close_change(errand, leader, type, count_new, count);
	if (!ours)
		scsi_lu_pr_bar_others(lu, leader);
	return scsi_pr_key_is_changed(errand, leader);
}

/* The leader has no registration any more, nor has another one that is in reach. */
static enum scsi_pr_outcome is_unregistered(struct scsi_pr_errand *errand,
					    struct scsi_path *leader,
					    const char *why)
{
	struct scsi_lu *lu = errand->lu;

	if (!why)
		scsi_lu_pr_set_key(lu, 0);
	scsi_path_changed_reservation(leader);
	scsi_lu_pr_lost(lu, why);
	scsi_lu_pr_settle(lu, NULL);
	return ANSWERED;
}

static enum scsi_pr_outcome unregister_leader(struct scsi_pr_errand *errand,
					      struct scsi_path *leader)
{
	switch (scsi_pr_out(leader, errand->cmd)) {
	case PR_DONE:
		break;
	case PR_CONFLICT:
		if (!errand->cleared && !errand->lost)
			return scsi_pr_doubt(errand, leader);
		scsi_pr_answer_good(errand);
		break;
	case PR_LOST:
		errand->cleared = true;
		return scsi_pr_leader_lost(errand, leader);
	case PR_AWAY:
		return NEXT_PATH;
	default:
		return ANSWERED;
	}
	scsi_path_pr_set_registered(leader, false);
	return is_unregistered(errand, leader, NULL);
}

/*
 * A nexus that is out of reach is registered as well, and no reservation is held by one of
 * ours. Whoever does not hold it and preempts its own key is not registered any more
 * either, by SPC-3, and LIO goes on to use the registration that it has freed. So the
 * leader has a key of its own for a moment, and preempts the one that all others have. As
 * in a change of keys no path carries I/O then, and if nobody has the old key, another host
 * has been there before.
 */
static enum scsi_pr_outcome unregister_all(struct scsi_pr_errand *errand,
					   struct scsi_path *leader, u8 type)
{
	struct scsi_lu *lu = errand->lu;
	u64 key = lu->pr.key, own = get_random_u64() ?: 1;
	enum scsi_pr_reply reply;
	bool fenced = false;
	int count, ours, followed = 0;

	count = scsi_pr_count_key(leader, key);
	if (count < 0)
		return NEXT_PATH;
	ours = scsi_pr_are_all_ours(leader, key, count);
	if (ours < 0)
		return NEXT_PATH;
	if (count < 2 || !ours)
		return unregister_leader(errand, leader);
	if (!stop_all(lu)) {
		/* Its sender tries again. */
		scsi_pr_answer(errand, SAM_STAT_BUSY);
		scsi_lu_pr_settle(lu, NULL);
		return ANSWERED;
	}
	/* Whether what the user says is enough for that, the target is to judge. */
	switch (scsi_pr_change(leader, key, own, scsi_pr_flags_of(errand->cmd))) {
	case PR_DONE:
		break;
	case PR_CONFLICT:
		return scsi_pr_doubt(errand, leader);
	case PR_LOST:
		/* If all have followed, none has the key any more. */
		errand->cleared = changes_others(errand);
		scsi_pr_answer(errand, DID_ERROR << 16);
		return scsi_pr_leader_lost(errand, leader);
	case PR_AWAY:
		return NEXT_PATH;
	default:
		scsi_lu_pr_settle(lu, NULL);
		return unregister_leader(errand, leader);
	}
	reply = scsi_pr_preempt(leader, own, key, type);
	if (reply == PR_CONFLICT && changes_others(errand))
		followed = have_all_followed(leader, own, 0, count);
	if (followed < 0)
		reply = PR_LOST;
	switch (reply) {
	case PR_DONE:
		scsi_lu_pr_forget_departed(lu);
		break;
	case PR_CONFLICT:
		fenced = !followed;
		break;
	case PR_REFUSED:
		break;
	default:
		/* If the next path has the key, it was not done. */
		errand->cleared = true;
		scsi_pr_answer(errand, DID_ERROR << 16);
		return scsi_pr_leader_lost(errand, leader);
	}
	/* What cannot be removed now is, before the path is used. */
	reply = scsi_pr_change(leader, own, 0,
			       fenced ? lu->pr.flags :
					scsi_pr_flags_of(errand->cmd));
	if (reply == PR_DONE || reply == PR_CONFLICT)
		scsi_path_pr_set_registered(leader, false);
	if (reply == PR_DONE && followed)
		scsi_lu_pr_forget_departed(lu);
	if (fenced && errand->action == PR_OUT_REGISTER)
		scsi_pr_answer_conflict(errand);
	else
		scsi_pr_answer_good(errand);
	return is_unregistered(errand, leader,
			       fenced ? "preempted or cleared by another host" : NULL);
}

static enum scsi_pr_outcome unregister(struct scsi_pr_errand *errand,
				       struct scsi_path *leader)
{
	int holds;
	u8 type;

	holds = scsi_pr_is_held_by_us(leader, &type);
	if (holds < 0)
		return NEXT_PATH;
	if (!holds && is_out_of_reach(errand->lu))
		return unregister_all(errand, leader, type);
	if (holds && !scsi_pr_be_alone(errand, leader, type))
		return NEXT_PATH;
	return unregister_leader(errand, leader);
}

/* What is not as the logical unit is known to be, the target is to judge. */
static enum scsi_pr_outcome register_anyhow(struct scsi_pr_errand *errand,
					    struct scsi_path *leader)
{
	bool others = errand->action_key && registers_others(errand);

	/* It may have been fenced just now. */
	if (others && !let_others_in(errand, leader))
		return ANSWERED;
	switch (scsi_pr_out(leader, errand->cmd)) {
	case PR_DONE:
		if (!errand->action_key) {
			errand->lu->pr.untouched = false;
			return ANSWERED;
		}
		/* It had lost its registration just now. */
		return scsi_pr_key_is_changed(errand, leader);
	case PR_LOST:
		return scsi_pr_leader_lost(errand, leader);
	case PR_AWAY:
		return NEXT_PATH;
	default:
		return ANSWERED;
	}
}

/**
 * scsi_pr_user_registers - a registration is made, changed or removed
 * @errand: REGISTER, or REGISTER AND IGNORE EXISTING KEY
 * @leader: path
 *
 * Context: process, pr.changing held.
 */
enum scsi_pr_outcome scsi_pr_user_registers(struct scsi_pr_errand *errand,
					    struct scsi_path *leader)
{
	bool ignores = errand->action == PR_OUT_REGISTER_AND_IGNORE;
	u64 key = errand->lu->pr.key, new = errand->action_key;

	/* As the target would, where its own command is not sent. */
	if (ignores && scsi_pr_flags_of(errand->cmd) & PR_SPEC_I_PT) {
		/* invalid field in parameter list */
		scsi_pr_answer_sense(errand, 0x26, 0x00);
		return ANSWERED;
	}
	if (!key && !new)
		return errand->cleared ? scsi_pr_answer_good(errand) :
					 register_anyhow(errand, leader);
	if (!key)
		return errand->unclear && !ignores ?
		       scsi_pr_answer_lost(errand) : register_first(errand, leader);
	if (key == new && ignores)
		return register_first(errand, leader);
	if (key == new && errand->lost && errand->lu_key != key)
		return scsi_pr_answer_good(errand);
	/* Is what is to be changed, or to be compared with, still there? */
	if (scsi_pr_check(errand, leader) != PR_DONE)
		return NEXT_PATH;
	if (!ignores && errand->key != key)
		return register_anyhow(errand, leader);
	if (!new)
		return unregister(errand, leader);
	if (new != key)
		return change_key(errand, leader);
	return register_first(errand, leader);
}
