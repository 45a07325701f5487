// SPDX-License-Identifier: GPL-2.0
/*
 * Persistent reservations: what was registered before this kernel was started, which the
 * target knows.
 */

#include <linux/slab.h>
#include <scsi/scsi_device.h>

#include "mpath.h"
#include "pr.h"

/* Whoever moves the reservation asks for its type. */
#define TYPE_IF_UNKNOWN		1

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
			return -EIO;
		}
	}
	return 0;
}

/*
 * A registration that this host had before it was started again. What the others have
 * may be another one.
 */
static void take_over(struct scsi_lu *lu, struct scsi_path *leader, u64 key)
{
	struct scsi_path *path;

	spin_lock_irq(&lu->lock);
	lu->pr.key = key;
	lu->pr.known = true;
	lu->pr.untouched = false;
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
	lu->pr.untouched = true;
	list_for_each_entry(path, &lu->paths, node) {
		/* One that could not be asked may have been registered long ago: it is later. */
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
		int found_here;

		if (nr < 0)
			nr = scsi_pr_read_keys(path, &keys);
		/* What has no registrations is to say so itself. */
		if (nr == -EOPNOTSUPP)
			nr = 0;
		if (nr > 0)
			found_here = scsi_pr_see_aptpl(path) ?
				     find_key(path, keys, nr, &key) : -EIO;
		else
			found_here = nr;
		found_it = found_here > 0;
		asked |= nr > 0 && !found_here;
		/* What it has is not known. */
		if (found_here < 0 && found_here != -EBUSY)
			scsi_path_pr_set_registered(path, true);
		if (found_it) {
			take_over(lu, path, key);
			scsi_lu_pr_find_hold(path, TYPE_IF_UNKNOWN);
		}
		lu->pr.ops->put(path);
		if (!nr)
			break;
	}
	kfree(keys);
	if (!found_it && (asked || !nr))
		take_over_none(lu, !nr);
}

/**
 * scsi_path_pr_discover - was this path registered before anybody here knew of it?
 * @path: path, of a logical unit that is not known to be registered
 *
 * It could not be asked when the others were. What it has is not stale then, but is that of
 * the logical unit.
 *
 * Context: process, pr.changing held.
 * Return: 1 if so, and the logical unit is by that; 0 if not, or an errno.
 */
int scsi_path_pr_discover(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	u64 *keys, key;
	int nr, found;

	lockdep_assert_held(&lu->pr.changing);
	nr = scsi_pr_read_keys(path, &keys);
	/* A reservation of SCSI-2: so nobody is registered. */
	if (nr == -EOPNOTSUPP || nr == -EBUSY)
		nr = 0;
	if (nr <= 0)
		found = nr;
	else if (scsi_pr_see_aptpl(path))
		found = find_key(path, keys, nr, &key);
	else
		found = -EIO;
	kfree(keys);
	if (found > 0) {
		take_over(lu, path, key);
		scsi_lu_pr_find_hold(path, TYPE_IF_UNKNOWN);
	}
	return found;
}
