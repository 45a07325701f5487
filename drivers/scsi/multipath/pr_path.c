// SPDX-License-Identifier: GPL-2.0
/*
 * Persistent reservations: what is known of the registration of each path, and what
 * becomes of a path that comes, leaves, or meets a conflict.
 */

#include <linux/jiffies.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>

#include "mpath.h"
#include "pr.h"

/* What a nexus has just been asked for, it is not asked again. */
#define TRUST_TIME		HZ
/* That I/O waits for the last path to be brought in line. */
#define LINE_PATIENCE		(30 * HZ)

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
 * scsi_lu_pr_bar_others - no I/O over the paths but one
 * @lu: logical unit
 * @leader: that one; NULL: none
 *
 * Context: process; takes @lu->lock.
 */
void scsi_lu_pr_bar_others(struct scsi_lu *lu, const struct scsi_path *leader)
{
	struct scsi_path *path;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (path != leader)
			scsi_path_bar_locked(path);
	}
	spin_unlock_irq(&lu->lock);
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

/**
 * scsi_path_pr_set_registered - may the nexus of a path have a registration?
 * @path: path
 * @registered: may it?
 *
 * Context: process; takes the logical unit's lock.
 */
void scsi_path_pr_set_registered(struct scsi_path *path, bool registered)
{
	spin_lock_irq(&path->lu->lock);
	path->pr.registered = registered;
	spin_unlock_irq(&path->lu->lock);
}

/**
 * scsi_path_pr_set_in_line - the nexus of a path has what the logical unit has
 * @path: path
 * @trusted: it has said so itself, just now
 *
 * Context: process, pr.changing held; takes the logical unit's lock.
 */
void scsi_path_pr_set_in_line(struct scsi_path *path, bool trusted)
{
	struct scsi_lu *lu = path->lu;
	bool was_barred;

	spin_lock_irq(&lu->lock);
	was_barred = path->pr.barred;
	path->pr.registered = lu->pr.key;
	path->pr.doubted = false;
	path->pr.unproven = false;
	path->pr.beside = false;
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
	scsi_path_pr_set_in_line(path, false);
}

/**
 * scsi_lu_pr_set_key - the logical unit is registered with a key
 * @lu: logical unit
 * @key: key; 0: it is not registered
 *
 * Context: process, pr.changing held; takes @lu->lock.
 */
void scsi_lu_pr_set_key(struct scsi_lu *lu, u64 key)
{
	lockdep_assert_held(&lu->pr.changing);
	spin_lock_irq(&lu->lock);
	lu->pr.key = key;
	lu->pr.other_key = 0;
	lu->pr.untouched = false;
	/* Whatever is there has come before this. */
	lu->pr.strays = 0;
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_lu_pr_nr_registered - nexuses of ours that may be registered
 * @lu: logical unit
 *
 * Context: process; takes @lu->lock.
 * Return: how many, with those of paths that have left, and where no path leads to.
 */
unsigned int scsi_lu_pr_nr_registered(struct scsi_lu *lu)
{
	struct scsi_path *path;
	unsigned int nr;

	spin_lock_irq(&lu->lock);
	nr = lu->pr.departed + lu->pr.elsewhere;
	list_for_each_entry(path, &lu->paths, node)
		nr += path->pr.registered;
	spin_unlock_irq(&lu->lock);
	return nr;
}

/**
 * scsi_lu_pr_forget_departed - nothing is registered where no path leads to any more
 * @lu: logical unit
 *
 * Context: process; takes @lu->lock.
 */
void scsi_lu_pr_forget_departed(struct scsi_lu *lu)
{
	spin_lock_irq(&lu->lock);
	lu->pr.departed = 0;
	lu->pr.elsewhere = 0;
	lu->pr.strays = 0;
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_lu_pr_forget_strays - the logical unit is registered, later than they were
 * @lu: logical unit
 *
 * Who fences removes them with the rest, and has not done so before.
 *
 * Context: process, pr.changing held; takes @lu->lock.
 */
void scsi_lu_pr_forget_strays(struct scsi_lu *lu)
{
	lockdep_assert_held(&lu->pr.changing);
	spin_lock_irq(&lu->lock);
	lu->pr.strays = 0;
	spin_unlock_irq(&lu->lock);
}

/* Relative target port identifier; 0: its target does not say. */
static int port_of(const struct scsi_path *path)
{
	int port = 0;

	scsi_vpd_tpg_id(path->sdev, &port);
	return port;
}

/**
 * scsi_path_pr_may_be_stray - may a registered path have left while it was unproven?
 * @path: path
 *
 * To a target to which all nexuses of a host are one, it does not matter which has.
 *
 * Context: process; takes the logical unit's lock.
 */
bool scsi_path_pr_may_be_stray(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	int port = port_of(path);
	bool may_be;

	spin_lock_irq(&lu->lock);
	may_be = path->pr.barred && lu->pr.strays &&
		 (lu->pr.per_initiator || !port || !lu->pr.stray_port ||
		  port == lu->pr.stray_port);
	spin_unlock_irq(&lu->lock);
	return may_be;
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

/* Where it is rather than elsewhere: the drive has a key over it, or is in use over it. */
static int stickiness(const struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;

	lockdep_assert_held(&lu->lock);
	if (rcu_access_pointer(lu->key.path) == path)
		return 8;
	return scsi_type_is_sticky(lu->sdev->type) &&
	       rcu_access_pointer(scsi_lu_all_locked(lu)->stay) == path ? 4 : 0;
}

/**
 * scsi_lu_pr_next - the next path that suits and has not had its turn
 * @lu: logical unit
 * @turn: of which kind
 * @suits: does it?
 *
 * Those in use come first, and of these the ones that are known to be registered; of all,
 * the one that a drive is used over.
 *
 * Context: process; takes @lu->lock.
 * Return: a path for @lu->pr.ops->put(), or NULL.
 */
struct scsi_path *scsi_lu_pr_next(struct scsi_lu *lu, enum scsi_pr_turn turn,
				  bool (*suits)(const struct scsi_path *path))
{
	struct scsi_path *path, *best = NULL;
	int best_merit = -1;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		int merit = stickiness(path) + 2 * scsi_path_is_in_use(path) +
			    (path->pr.registered && !path->pr.doubted);

		if (path->pr.turns & BIT(turn) || !suits(path) ||
		    merit < best_merit ||
		    (merit == best_merit &&
		     scsi_path_rank(path) >= scsi_path_rank(best)) ||
		    !lu->pr.ops->get(path))
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

static bool is_barred(const struct scsi_path *path)
{
	return path->pr.barred;
}

/**
 * scsi_lu_pr_drain_barred - wait for what was sent over paths that are barred
 * @lu: logical unit
 *
 * Context: process, pr.changing held.
 * Return: false if something is still under way.
 */
bool scsi_lu_pr_drain_barred(struct scsi_lu *lu)
{
	struct scsi_path *path;
	bool drained = true;

	scsi_lu_pr_begin(lu, TURN_DRAIN);
	while ((path = scsi_lu_pr_next(lu, TURN_DRAIN, is_barred))) {
		drained &= lu->pr.ops->drain(path);
		lu->pr.ops->put(path);
	}
	return drained;
}

/**
 * scsi_path_wants_line - is a path to be brought in line, and can it be?
 * @path: path
 *
 * Context: any; a snapshot unless the logical unit's lock is held.
 */
bool scsi_path_wants_line(const struct scsi_path *path)
{
	return (path->pr.barred || path->pr.doubted) &&
	       scsi_pr_is_reachable(path);
}

/**
 * scsi_path_wants_line_soon - is it to be, once the error handler of its host is done?
 * @path: path
 *
 * Context: any; a snapshot unless the logical unit's lock is held.
 */
bool scsi_path_wants_line_soon(const struct scsi_path *path)
{
	return (path->pr.barred || path->pr.doubted) &&
	       scsi_pr_is_reachable_soon(path);
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
	if (likely(!lu->pr.used && !lu->pr.exclusive))
		return;
	scsi_lu_pr_look_after_holder(lu);
	list_for_each_entry(path, &lu->paths, node) {
		if (scsi_path_wants_line_soon(path))
			queue_delayed_work(scsi_multipath_probe_wq, &path->pr.line,
					   0);
	}
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
	/* It was sent before another path got the reservation, and goes over that. */
	if (path->pr.aside) {
		genuine = false;
	} else if (lu->pr.exclusive == PR_TYPE_SCSI2) {
		/* It has been ended, and somebody else has it now. */
		scsi_lu_pr_hold_scsi2_locked(lu, NULL, false);
	} else if (may_be_of_the_nexus(path)) {
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
	struct scsi_path *other;

	lockdep_assert_held(&lu->lock);
	path->pr.aside = lu->pr.exclusive;
	if (!lu->pr.used)
		return;
	/* To where one leads by now: too few are better than too many. */
	if (lu->pr.elsewhere)
		lu->pr.elsewhere--;
	path->pr.registered = true;
	path->pr.barred = true;
	path->pr.doubted = true;
	list_for_each_entry(other, &lu->paths, node)
		path->pr.beside |= other->pr.unproven;
	path->check_end = jiffies + LINE_PATIENCE;
}

/* The others are asked now: they may have left when it comes back. */
static void becomes_stray(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	int port = port_of(path);
	struct scsi_path *other;

	lockdep_assert_held(&lu->lock);
	lu->pr.stray_port = !lu->pr.strays || lu->pr.stray_port == port ? port : 0;
	lu->pr.strays++;
	list_for_each_entry(other, &lu->paths, node)
		other->pr.doubted = true;
	scsi_lu_pr_look_after(lu);
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
	struct scsi_lu *lu = path->lu;

	lockdep_assert_held(&lu->lock);
	if (lu->pr.holder == path)
		lu->pr.holder = NULL;
	if (!lu->pr.used || !path->pr.registered)
		return;
	lu->pr.departed++;
	if (path->pr.unproven)
		becomes_stray(path);
}
