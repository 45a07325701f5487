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
 */

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>

#include "mpath.h"
#include "pr.h"

#define LINE_DELAY		(HZ / 4)
#define LINE_DELAY_FULL		(60 * HZ)
#define SETTLE_TIME		(10 * HZ)
/* What a nexus has just been asked for, it is not asked again. */
#define TRUST_TIME		HZ
/* That I/O waits for the last path to be brought in line. */
#define LINE_PATIENCE		(30 * HZ)

/* What the other nexuses of the logical unit say of its registration. */
enum witness {
	WITNESS_NONE,
	WITNESS_ALIVE,
	WITNESS_DEAD,
};

/**
 * scsi_path_bar_locked - as scsi_path_bar()
 * @path: path
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_bar_locked(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	path->pr.doubted = true;
	path->pr.trusted_until = 0;
	if (path->pr.barred)
		return;
	WRITE_ONCE(path->pr.barred, true);
	path->check_end = jiffies + LINE_PATIENCE;
	scsi_lu_refresh_locked(path->lu);
}

/**
 * scsi_path_bar - no I/O over a path until it has been brought in line
 * @path: path
 *
 * Context: process; takes the logical unit's lock.
 */
void scsi_path_bar(struct scsi_path *path)
{
	spin_lock_irq(&path->lu->lock);
	scsi_path_bar_locked(path);
	spin_unlock_irq(&path->lu->lock);
}

/**
 * scsi_path_doubt - a path is to be asked whether its nexus is registered
 * @path: path
 *
 * Context: process; takes the logical unit's lock.
 */
void scsi_path_doubt(struct scsi_path *path)
{
	spin_lock_irq(&path->lu->lock);
	path->pr.doubted = true;
	path->pr.trusted_until = 0;
	scsi_lu_pr_look_after(path->lu);
	spin_unlock_irq(&path->lu->lock);
}

static void set_registered(struct scsi_path *path, bool registered)
{
	spin_lock_irq(&path->lu->lock);
	path->pr.registered = registered;
	spin_unlock_irq(&path->lu->lock);
}

/* Its nexus has what the logical unit has. */
static void set_in_line(struct scsi_path *path, bool trusted)
{
	struct scsi_lu *lu = path->lu;
	bool was_barred;

	spin_lock_irq(&lu->lock);
	was_barred = path->pr.barred;
	path->pr.registered = lu->pr.key;
	path->pr.doubted = false;
	path->pr.unproven = false;
	path->pr.trusted_until = trusted ? (jiffies + TRUST_TIME) ?: 1 : 0;
	path->pr.full = false;
	if (was_barred) {
		WRITE_ONCE(path->pr.barred, false);
		scsi_lu_refresh_locked(lu);
	}
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_path_note_registration - the nexus of a path has the key of the logical unit
 * @path: path over which the user's own command has been carried out
 *
 * Context: process, pr.changing held.
 */
void scsi_path_note_registration(struct scsi_path *path)
{
	set_in_line(path, false);
}

/**
 * scsi_lu_pr_begin - each path is to have a turn
 * @lu: logical unit
 * @turn: of which kind
 *
 * Context: process; takes @lu->lock.
 */
void scsi_lu_pr_begin(struct scsi_lu *lu, enum scsi_pr_turn turn)
{
	struct scsi_path *path;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node)
		path->pr.turns &= ~BIT(turn);
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_lu_pr_next - the next path that suits and has not had its turn
 * @lu: logical unit
 * @turn: of which kind
 * @suits: does it?
 *
 * Those in use come first, and of these the ones that are known to be registered.
 *
 * Context: process; takes @lu->lock.
 * Return: a path for @lu->pr.ops->put(), or NULL.
 */
struct scsi_path *scsi_lu_pr_next(struct scsi_lu *lu,
				  enum scsi_pr_turn turn,
				  bool (*suits)(const struct scsi_path *path))
{
	struct scsi_path *path, *best = NULL;
	int best_merit = -1;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		int merit = 2 * scsi_path_is_in_use(path) +
			    (path->pr.registered && !path->pr.doubted);

		if (path->pr.turns & BIT(turn) || !suits(path) ||
		    merit <= best_merit || !lu->pr.ops->get(path))
			continue;
		if (best)
			lu->pr.ops->put(best);
		best = path;
		best_merit = merit;
	}
	if (best)
		best->pr.turns |= BIT(turn);
	spin_unlock_irq(&lu->lock);
	return best;
}

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

static void set_unproven(struct scsi_path *path, bool unproven)
{
	spin_lock_irq(&path->lu->lock);
	path->pr.unproven = unproven;
	spin_unlock_irq(&path->lu->lock);
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
static int is_registered_besides(struct scsi_path *path, u64 key)
{
	int count, unproven;

	switch (ask_others(path, key)) {
	case WITNESS_ALIVE:
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
	if (lu->pr.key && why)
		sdev_printk(KERN_WARNING, lu->sdev, "registration lost: %s\n",
			    why);
	lu->pr.key = 0;
	lu->pr.other_key = 0;
	list_for_each_entry(path, &lu->paths, node) {
		if (path->pr.registered)
			scsi_path_bar_locked(path);
	}
	spin_unlock_irq(&lu->lock);
}

/* For a target that does not know REGISTER AND IGNORE EXISTING KEY */
static enum scsi_pr_reply remove_by_guessing(struct scsi_path *path)
{
	enum scsi_pr_reply reply = PR_CONFLICT;
	u64 *keys;
	int nr;

	nr = scsi_pr_read_keys(path, &keys);
	for (int i = 0; i < nr && reply == PR_CONFLICT; i++)
		reply = scsi_pr_register(path, keys[i], 0);
	kfree(keys);
	if (nr < 0)
		return PR_LOST;
	return reply == PR_CONFLICT ? PR_DONE : reply;
}

static enum scsi_pr_reply remove_key(struct scsi_path *path)
{
	enum scsi_pr_reply reply = scsi_pr_force(path, 0);

	return reply == PR_REFUSED ? remove_by_guessing(path) : reply;
}

/* The logical unit has no registration: a nexus that may have one loses it. */
static bool remove_stale_key(struct scsi_path *path)
{
	if (path->pr.registered) {
		if (remove_key(path) != PR_DONE) {
			scsi_path_bar(path);
			return false;
		}
		set_registered(path, false);
	}
	set_in_line(path, true);
	return true;
}

static bool undo_registration(struct scsi_path *path, u64 key)
{
	switch (scsi_pr_register(path, key, 0)) {
	case PR_DONE:
	case PR_CONFLICT:
		set_registered(path, false);
		set_unproven(path, false);
		return true;
	default:
		return false;
	}
}

static enum scsi_pr_reply register_nexus(struct scsi_path *path, u64 key)
{
	enum scsi_pr_reply reply;

	set_registered(path, true);
	set_unproven(path, true);
	reply = scsi_pr_force(path, key);
	if (reply != PR_REFUSED)
		return reply;
	reply = remove_by_guessing(path);
	return reply == PR_DONE ? scsi_pr_register(path, 0, key) : reply;
}

static void take_other_key(struct scsi_lu *lu)
{
	spin_lock_irq(&lu->lock);
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
	if (count <= 0)
		return count;
	take_other_key(lu);
	return 1;
}

static bool has_lost_it(struct scsi_path *path)
{
	scsi_lu_pr_lost(path->lu, "preempted or cleared by another host");
	return remove_stale_key(path);
}

/* The nexus is registered. Is there another one, still? */
static bool prove(struct scsi_path *path, u64 key)
{
	int alive = is_registered_besides(path, key);

	if (alive > 0) {
		set_in_line(path, false);
		return true;
	}
	if (!undo_registration(path, key) || alive < 0)
		return false;
	return has_lost_it(path);
}

/* The nexus is not registered: it is now, if the logical unit still is. */
static bool follow(struct scsi_path *path, u64 key)
{
	struct scsi_lu *lu = path->lu;
	int alive;

	set_unproven(path, false);
	/* What it has would be carried out as soon as it is registered. */
	scsi_path_bar(path);
	if (!lu->pr.ops->drain(path))
		return false;
	alive = is_registered_besides(path, key);
	if (alive <= 0)
		return alive ? false : has_lost_it(path);

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
	if (!key)
		return remove_stale_key(path);

	switch (scsi_pr_register(path, key, key)) {
	case PR_DONE:
		if (path->pr.unproven)
			return prove(path, key);
		set_in_line(path, true);
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

static bool wants_line(const struct scsi_path *path)
{
	return (path->pr.barred || path->pr.doubted) &&
	       scsi_pr_is_reachable(path);
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
	while ((path = scsi_lu_pr_next(lu, TURN_SETTLE, wants_line))) {
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

/* Has the nexus of this path one of these keys? Returns 0 if not, or an errno. */
static int find_key(struct scsi_path *path, const u64 *keys, int nr, u64 *key)
{
	for (int i = 0; i < nr; i++) {
		bool is_first = true;

		for (int j = 0; j < i && is_first; j++)
			is_first = keys[j] != keys[i];
		if (!is_first)
			continue;
		switch (scsi_pr_register(path, keys[i], keys[i])) {
		case PR_DONE:
			*key = keys[i];
			return 1;
		case PR_CONFLICT:
			break;
		default:
			set_registered(path, true);
			return -EIO;
		}
	}
	return 0;
}

/*
 * A registration that this host had before it was started again. What the others have
 * may be another one.
 */
static void take_over(struct scsi_lu *lu, struct scsi_path *leader,
		      u64 key)
{
	struct scsi_path *path;

	spin_lock_irq(&lu->lock);
	lu->pr.key = key;
	lu->pr.known = true;
	list_for_each_entry(path, &lu->paths, node) {
		path->pr.registered = true;
		if (path != leader)
			scsi_path_bar_locked(path);
	}
	spin_unlock_irq(&lu->lock);
	scsi_path_note_registration(leader);
	sdev_printk(KERN_NOTICE, lu->sdev, "registration found over path %s\n",
		    dev_name(&leader->sdev->sdev_gendev));
}

static void take_over_none(struct scsi_lu *lu, bool certain)
{
	struct scsi_path *path;

	spin_lock_irq(&lu->lock);
	lu->pr.known = true;
	list_for_each_entry(path, &lu->paths, node) {
		/* One that could not be asked may have been registered long ago. */
		path->pr.registered = !certain &&
				      (path->pr.registered ||
				       !scsi_pr_is_reachable(path));
		if (path->pr.registered)
			scsi_path_bar_locked(path);
	}
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_lu_pr_discover - what was registered before anybody here knew of it?
 * @lu: logical unit
 *
 * After a crash, or a new boot, the nexuses are registered as before.
 *
 * Context: process, pr.changing held.
 */
void scsi_lu_pr_discover(struct scsi_lu *lu)
{
	bool found_it = false, asked = false;
	struct scsi_path *path;
	u64 *keys = NULL, key;
	int nr = -EIO;

	lockdep_assert_held(&lu->pr.changing);
	if (lu->pr.known)
		return;
	scsi_lu_pr_begin(lu, TURN_SETTLE);
	while (!found_it && (path = scsi_lu_pr_next(lu, TURN_SETTLE,
						    scsi_pr_is_reachable))) {
		if (nr < 0)
			nr = scsi_pr_read_keys(path, &keys);
		/* What has no registrations is to say so itself. */
		if (nr == -EOPNOTSUPP)
			nr = 0;
		if (nr > 0) {
			int found_here;

			lu->pr.flags = scsi_pr_read_aptpl(path) == 1 ?
				       PR_APTPL : 0;
			found_here = find_key(path, keys, nr, &key);
			found_it = found_here > 0;
			asked |= found_here >= 0;
		}
		if (found_it)
			take_over(lu, path, key);
		lu->pr.ops->put(path);
		if (!nr)
			break;
	}
	kfree(keys);
	if (!found_it && (asked || !nr))
		take_over_none(lu, !nr);
}

/**
 * scsi_lu_pr_look_after - paths have come, or something about them has changed
 * @lu: logical unit
 *
 * Context: @lu->lock held.
 */
void scsi_lu_pr_look_after(struct scsi_lu *lu)
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	if (likely(!lu->pr.used))
		return;
	list_for_each_entry(path, &lu->paths, node) {
		if (wants_line(path))
			queue_delayed_work(scsi_multipath_probe_wq, &path->pr.line,
					   0);
	}
}

static void line_work(struct work_struct *work)
{
	struct scsi_path *path = container_of(to_delayed_work(work),
					      struct scsi_path, pr.line);
	struct scsi_lu *lu = path->lu;

	mutex_lock(&lu->pr.changing);
	scsi_lu_pr_discover(lu);
	if (wants_line(path))
		scsi_path_bring_in_line(path);
	mutex_unlock(&lu->pr.changing);
	spin_lock_irq(&lu->lock);
	if (wants_line(path))
		queue_delayed_work(scsi_multipath_probe_wq, &path->pr.line,
				   path->pr.full ? LINE_DELAY_FULL : LINE_DELAY);
	spin_unlock_irq(&lu->lock);
}

static bool may_be_of_the_nexus(const struct scsi_path *path)
{
	const struct scsi_lu *lu = path->lu;

	lockdep_assert_held(&lu->lock);
	if (!scsi_multipath_reservations || !lu->announced ||
	    list_empty(&path->node))
		return false;
	if (path->pr.barred)
		return true;
	/* Nobody has registered anything over this path. */
	if (lu->pr.known ? !lu->pr.key && !path->pr.registered :
			   lu->most_paths < 2)
		return false;
	return !path->pr.trusted_until ||
	       time_after(jiffies, path->pr.trusted_until);
}

/**
 * scsi_path_conflict_is_genuine - an attempt has met a reservation conflict
 * @path: path that it took
 *
 * If not, the path is being looked after, and the command, which has not been
 * carried out, goes another way or waits.
 *
 * Context: any; takes the logical unit's lock.
 */
bool scsi_path_conflict_is_genuine(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	bool genuine = true;
	unsigned long flags;

	spin_lock_irqsave(&lu->lock, flags);
	if (may_be_of_the_nexus(path)) {
		genuine = false;
		lu->pr.used = true;
		scsi_path_bar_locked(path);
		scsi_lu_pr_look_after(lu);
	}
	spin_unlock_irqrestore(&lu->lock, flags);
	return genuine;
}

/**
 * scsi_path_hears_of_reservations - a unit attention says that they have changed
 * @path: path that it came over
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_hears_of_reservations(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	struct scsi_path *other;

	lockdep_assert_held(&lu->lock);
	if (!lu->pr.used)
		return;
	list_for_each_entry(other, &lu->paths, node)
		other->pr.trusted_until = 0;
	path->pr.doubted = true;
	scsi_lu_pr_look_after(lu);
}

/**
 * scsi_path_pr_join - a path joins a logical unit
 * @path: path
 *
 * What its nexus is registered with, if anything, is from an earlier life.
 *
 * Context: the logical unit's lock held, @path not in its list yet.
 */
void scsi_path_pr_join(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;

	lockdep_assert_held(&lu->lock);
	if (!lu->pr.used)
		return;
	path->pr.registered = true;
	path->pr.barred = true;
	path->pr.doubted = true;
	path->check_end = jiffies + LINE_PATIENCE;
}

/**
 * scsi_path_pr_leave - a path leaves, and with it perhaps a registration
 * @path: path
 *
 * Nothing is sent: its target may be the reason. The key goes when the user's
 * registration goes, or is changed.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_pr_leave(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	if (!path->lu->pr.used || !path->pr.registered)
		return;
	path->lu->pr.departed++;
	path->lu->pr.strays += path->pr.unproven;
}

/**
 * scsi_path_pr_init - a new path
 * @path: path
 */
void scsi_path_pr_init(struct scsi_path *path)
{
	INIT_DELAYED_WORK(&path->pr.line, line_work);
}
