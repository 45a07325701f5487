// SPDX-License-Identifier: GPL-2.0
/*
 * Persistent reservations: each path is brought in line with its logical unit.
 *
 * The law of fencing. No command goes over a nexus that was registered here before
 * an answer has come, to a command that was sent after the registration was there,
 * which shows that the logical unit is still registered; none that was sent over it
 * before is still under way. If the answer is that it is not, the registration is
 * undone, and until that is done nothing goes over the nexus.
 *
 * It holds for this reason. A host that fences removes all registrations with a key in
 * one action of the device server. If it does so before this nexus is registered, the
 * other nexuses have lost theirs, and the second look at them says so: nobody but
 * the user can register them again, and the user waits for "changing". If it does so
 * later, this nexus loses its own with the rest.
 *
 * To some targets all nexuses of an initiator port are one: what registers this nexus
 * registers those, too, and the law is about each of them. One that is still registered when
 * this one is not cannot be of them.
 */

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <scsi/scsi_device.h>

#include "mpath.h"
#include "pr.h"

#define LINE_DELAY		(HZ / 4)
#define LINE_TURN		(HZ / 20)
#define LINE_DELAY_FULL		(60 * HZ)
#define SETTLE_TIME		(10 * HZ)

/* What the other nexuses of the logical unit say of its registration. */
enum witness {
	WITNESS_NONE,
	WITNESS_ALIVE,
	WITNESS_DEAD,
};

static bool is_witness(const struct scsi_path *path)
{
	return path->pr.registered && !path->pr.barred && !path->pr.doubted &&
	       scsi_pr_is_reachable(path);
}

/*
 * Is the logical unit registered? One nexus that is says so for all. One that is
 * not any more says the opposite if none is.
 */
static enum witness ask_others(struct scsi_path *self, u64 key)
{
	enum witness witness = WITNESS_NONE;
	struct scsi_lu *lu = self->lu;
	struct scsi_path *other;

	lockdep_assert_held(&lu->pr.changing);
	scsi_lu_pr_begin(lu, TURN_WITNESS);
	while (witness != WITNESS_ALIVE &&
	       (other = scsi_lu_pr_next(lu, TURN_WITNESS, is_witness))) {
		switch (scsi_pr_register(other, key, key)) {
		case PR_DONE:
			witness = WITNESS_ALIVE;
			break;
		case PR_CONFLICT:
			witness = WITNESS_DEAD;
			break;
		default:
			break;
		}
		lu->pr.ops->put(other);
	}
	return witness;
}

static bool is_open(const struct scsi_path *path)
{
	return !path->pr.barred;
}

/*
 * Before a nexus is registered: no I/O over those that may be by that, which are all that
 * do not say that they are registered already.
 */
static enum witness ask_and_bar_others(struct scsi_path *self, u64 key)
{
	enum witness witness = WITNESS_NONE;
	struct scsi_lu *lu = self->lu;
	struct scsi_path *other;

	lockdep_assert_held(&lu->pr.changing);
	scsi_lu_pr_begin(lu, TURN_WITNESS);
	while ((other = scsi_lu_pr_next(lu, TURN_WITNESS, is_open))) {
		bool counts = is_witness(other);

		switch (scsi_pr_register(other, key, key)) {
		case PR_DONE:
			if (counts)
				witness = WITNESS_ALIVE;
			break;
		case PR_CONFLICT:
			if (counts && witness == WITNESS_NONE)
				witness = WITNESS_DEAD;
			fallthrough;
		default:
			scsi_path_bar(other);
			break;
		}
		lu->pr.ops->put(other);
	}
	return witness;
}

static void set_unproven(struct scsi_path *path, bool unproven)
{
	spin_lock_irq(&path->lu->lock);
	path->pr.unproven = unproven;
	spin_unlock_irq(&path->lu->lock);
}

/*
 * What is barred by now may be registered by what is sent to register this one. Returns false
 * if something may be under way over it, as over a path that is about to leave.
 */
static bool set_beside(struct scsi_path *self)
{
	struct scsi_lu *lu = self->lu;
	bool are_ready = true;
	struct scsi_path *path;

	lockdep_assert_held(&lu->pr.changing);
	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		enum scsi_pr_turn turn = path->pr.barred ? TURN_DRAIN : TURN_WITNESS;

		are_ready &= !!(path->pr.turns & BIT(turn));
		if (path != self && path->pr.barred)
			path->pr.beside = true;
	}
	spin_unlock_irq(&lu->lock);
	return are_ready;
}

/* Registrations that do not show anything: they may be later than a fence. */
static int nr_unproven(struct scsi_lu *lu)
{
	struct scsi_path *path;
	int nr;

	spin_lock_irq(&lu->lock);
	nr = lu->pr.strays;
	list_for_each_entry(path, &lu->paths, node)
		nr += path->pr.unproven;
	spin_unlock_irq(&lu->lock);
	return nr;
}

/*
 * Where no other nexus can be asked, such as after a new login to the only target, the
 * list of keys has to say it. It is enough where no two hosts have the same key.
 */
static int is_registered_besides(struct scsi_path *path, u64 key,
				 enum witness witness)
{
	int count, unproven;

	switch (witness) {
	case WITNESS_ALIVE:
		scsi_lu_pr_forget_strays(path->lu);
		return true;
	case WITNESS_DEAD:
		return false;
	default:
		break;
	}
	count = scsi_pr_count_key(path, key);
	unproven = nr_unproven(path->lu);
	if (count <= 0 || count > unproven)
		return count < 0 ? count : count > 0;
	/* All may be of our own making. If it is this one alone, it is. */
	return unproven == 1 && path->pr.unproven ? false : -EAGAIN;
}

/**
 * scsi_lu_pr_lost - the logical unit is not registered any more
 * @lu: logical unit
 * @why: for the log; NULL: its user knows
 *
 * What a nexus may have all the same is removed before it carries I/O.
 *
 * Context: process, pr.changing held.
 */
void scsi_lu_pr_lost(struct scsi_lu *lu, const char *why)
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->pr.changing);
	spin_lock_irq(&lu->lock);
	if (lu->pr.key && why) {
		sdev_printk(KERN_WARNING, lu->sdev, "registration lost: %s\n",
			    why);
		lu->pr.is_lost = true;
		scsi_lu_tell_changes(lu);
	}
	lu->pr.key = 0;
	lu->pr.other_key = 0;
	lu->pr.elsewhere = 0;
	lu->pr.untouched = false;
	list_for_each_entry(path, &lu->paths, node) {
		if (path->pr.registered)
			scsi_path_bar_locked(path);
	}
	scsi_lu_pr_hold_locked(lu, NULL, 0);
	spin_unlock_irq(&lu->lock);
}

/*
 * For a target that does not know REGISTER AND IGNORE EXISTING KEY, or does not take it of
 * this nexus as it was sent: what it has is changed by its key.
 */
static enum scsi_pr_reply force_by_guessing(struct scsi_path *path, u64 to)
{
	enum scsi_pr_reply reply = PR_CONFLICT;
	u64 *keys;
	int nr;

	nr = scsi_pr_read_keys(path, &keys);
	for (int i = 0; i < nr && reply == PR_CONFLICT; i++)
		reply = scsi_pr_register(path, keys[i], to);
	kfree(keys);
	if (nr < 0)
		return PR_LOST;
	if (reply != PR_CONFLICT)
		return reply;
	/* It has none. */
	return to ? scsi_pr_change(path, 0, to, path->lu->pr.flags & ~PR_ALL_TG_PT) :
		    PR_DONE;
}

static enum scsi_pr_reply force(struct scsi_path *path, u64 to)
{
	enum scsi_pr_reply reply = scsi_pr_force(path, to);

	return reply == PR_REFUSED ? force_by_guessing(path, to) : reply;
}

/* The logical unit has no registration: a nexus that may have one loses it. */
static bool remove_stale_key(struct scsi_path *path)
{
	if (path->pr.registered) {
		switch (force(path, 0)) {
		case PR_DONE:
		case PR_CONFLICT:
			/* A reservation of SCSI-2: so nobody is registered. */
			break;
		default:
			scsi_path_bar(path);
			return false;
		}
		scsi_path_pr_set_registered(path, false);
	}
	scsi_path_pr_set_in_line(path, true);
	return true;
}

/*
 * It was made for this nexus alone, and so it is removed: with ALL_TG_PT the others of this
 * host would lose theirs, which may be all that is left. Where they have, it does not matter.
 */
static bool undo_registration(struct scsi_path *path, u64 key, bool others_have_none)
{
	enum scsi_pr_reply reply;

	reply = scsi_pr_change(path, key, 0, path->lu->pr.flags & ~PR_ALL_TG_PT);
	if (reply == PR_REFUSED && others_have_none)
		reply = scsi_pr_register(path, key, 0);
	switch (reply) {
	case PR_DONE:
	case PR_CONFLICT:
		scsi_path_pr_set_registered(path, false);
		set_unproven(path, false);
		return true;
	default:
		return false;
	}
}

static enum scsi_pr_reply register_nexus(struct scsi_path *path, u64 key)
{
	scsi_path_pr_set_registered(path, true);
	set_unproven(path, true);
	return force(path, key);
}

static void take_other_key(struct scsi_lu *lu)
{
	spin_lock_irq(&lu->lock);
	lu->pr.elsewhere = 0;
	lu->pr.key = lu->pr.other_key;
	lu->pr.other_key = 0;
	spin_unlock_irq(&lu->lock);
}

/* Nobody has heard how a change of keys has ended. Returns 1 if with the new one. */
static int has_other_key(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	u64 other_key = lu->pr.other_key;
	int count;

	if (!other_key)
		return 0;
	/* While a nexus has the old one, the other paths go on with that. */
	count = scsi_pr_count_key(path, lu->pr.key);
	if (count)
		return min(count, 0);
	count = scsi_pr_count_key(path, other_key);
	if (count < lu->pr.other_count)
		/* Those that are not there have been removed by a fence. */
		return min(count, 0);
	take_other_key(lu);
	return 1;
}

static bool has_lost_it(struct scsi_path *path)
{
	scsi_lu_pr_lost(path->lu, "preempted or cleared by another host");
	return remove_stale_key(path);
}

/* One that is registered has come back, and none but the unproven one has left. */
static bool is_the_stray(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;

	return !path->pr.unproven && lu->pr.strays == 1 &&
	       lu->pr.departed == 1 && nr_unproven(lu) == 1;
}

/* The nexus is registered. Is there another one, still? */
static bool prove(struct scsi_path *path, u64 key)
{
	int alive = is_registered_besides(path, key, ask_others(path, key));

	if (alive == -EAGAIN && is_the_stray(path))
		alive = false;
	if (alive > 0) {
		scsi_path_pr_set_in_line(path, false);
		return true;
	}
	/* It may be one from before that, and all that there is: it stays, barred. */
	if (alive < 0 && !path->pr.unproven)
		return false;
	if (!undo_registration(path, key, !alive) || alive < 0)
		return false;
	return has_lost_it(path);
}

/* The nexus is not registered: it is now, if the logical unit still is. */
static bool follow(struct scsi_path *path, u64 key)
{
	struct scsi_lu *lu = path->lu;
	int alive;

	set_unproven(path, false);
	scsi_path_bar(path);
	alive = is_registered_besides(path, key, ask_and_bar_others(path, key));
	if (alive <= 0)
		return alive ? false : has_lost_it(path);
	/* What they have would be carried out as soon as they are registered. */
	if (!scsi_lu_pr_drain_barred(lu) || !set_beside(path))
		return false;

	switch (register_nexus(path, key)) {
	case PR_DONE:
		return prove(path, key);
	case PR_REFUSED:
		if (!path->pr.full)
			sdev_printk(KERN_WARNING, lu->sdev,
				    "path %s cannot be registered, it is not used\n",
				    dev_name(&path->sdev->sdev_gendev));
		path->pr.full = true;
		set_unproven(path, false);
		return false;
	default:
		return false;
	}
}

/**
 * scsi_path_bring_in_line - make the nexus of a path what the logical unit is
 * @path: path
 *
 * Context: process, pr.changing held.
 * Return: false if it is barred, and has to be tried once more.
 */
bool scsi_path_bring_in_line(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	u64 key = lu->pr.key;

	lockdep_assert_held(&lu->pr.changing);
	if (!key && path->pr.registered && (!lu->pr.known || lu->pr.untouched)) {
		int found = scsi_path_pr_discover(path);

		if (found > 0)
			return true;
		if (found < 0) {
			scsi_path_bar(path);
			return false;
		}
		scsi_path_pr_set_registered(path, false);
	}
	if ((key || path->pr.registered) && !scsi_pr_see_aptpl(path)) {
		scsi_path_bar(path);
		return false;
	}
	if (!key)
		return remove_stale_key(path);

	switch (scsi_pr_register(path, key, key)) {
	case PR_DONE:
		if (path->pr.unproven || scsi_path_pr_may_be_stray(path) ||
		    (path->pr.beside && nr_unproven(lu)))
			return prove(path, key);
		if (!path->pr.barred)
			scsi_lu_pr_forget_strays(lu);
		if (!path->pr.registered && !(lu->pr.flags & PR_ALL_TG_PT))
			lu->pr.per_initiator = true;
		scsi_path_pr_set_in_line(path, true);
		return true;
	case PR_CONFLICT:
		break;
	default:
		scsi_path_bar(path);
		return false;
	}
	switch (has_other_key(path)) {
	case 0:
		return follow(path, key);
	case 1:
		return scsi_path_bring_in_line(path);
	default:
		scsi_path_bar(path);
		return false;
	}
}

/**
 * scsi_lu_pr_settle - bring the paths in line after a change
 * @lu: logical unit
 * @leader: path that is; NULL: none
 *
 * A path that cannot be reached now is barred, and brought in line when it is back.
 *
 * Context: process, pr.changing held.
 */
void scsi_lu_pr_settle(struct scsi_lu *lu, struct scsi_path *leader)
{
	unsigned long end = jiffies + SETTLE_TIME;
	struct scsi_path *path;

	/* What was registered before is not to be taken for stale. */
	if (!lu->pr.known)
		return;
	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (path == leader)
			continue;
		path->pr.doubted = true;
		path->pr.trusted_until = 0;
		if (!scsi_pr_is_reachable(path) ||
		    (!lu->pr.key && path->pr.registered))
			scsi_path_bar_locked(path);
	}
	spin_unlock_irq(&lu->lock);
	scsi_lu_pr_begin(lu, TURN_SETTLE);
	while ((path = scsi_lu_pr_next(lu, TURN_SETTLE,
				       scsi_path_wants_line))) {
		if (time_after(jiffies, end))
			scsi_path_bar(path);
		else
			scsi_path_bring_in_line(path);
		lu->pr.ops->put(path);
	}
	spin_lock_irq(&lu->lock);
	scsi_lu_pr_look_after(lu);
	spin_unlock_irq(&lu->lock);
}

/*
 * Whoever removes the path waits for this, and not for somebody's command, or the line of
 * another path, over another host.
 */
static void line_work(struct work_struct *work)
{
	struct scsi_path *path = container_of(to_delayed_work(work),
					      struct scsi_path, pr.line);
	struct scsi_lu *lu = path->lu;
	unsigned long delay = LINE_DELAY;

	if (mutex_trylock(&lu->pr.changing)) {
		if (!lu->pr.asleep && scsi_path_wants_line(path))
			scsi_lu_pr_discover(lu);
		if (!lu->pr.asleep && scsi_path_wants_line(path))
			scsi_path_bring_in_line(path);
		mutex_unlock(&lu->pr.changing);
	} else {
		delay = LINE_TURN;
	}
	spin_lock_irq(&lu->lock);
	if (!READ_ONCE(lu->pr.asleep) && scsi_path_wants_line_soon(path))
		queue_delayed_work(scsi_multipath_probe_wq, &path->pr.line,
				   path->pr.full ? LINE_DELAY_FULL : delay);
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_path_pr_init - a new path
 * @path: path
 */
void scsi_path_pr_init(struct scsi_path *path)
{
	INIT_DELAYED_WORK(&path->pr.line, line_work);
}
