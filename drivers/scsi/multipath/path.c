// SPDX-License-Identifier: GPL-2.0
/*
 * A path as it is at the moment: what it is called, and whether it carries I/O.
 */

#include <linux/minmax.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include "mpath.h"

/**
 * scsi_path_state_name - the state of a path in words
 * @path: path
 *
 * Context: any. A snapshot.
 */
const char *scsi_path_state_name(const struct scsi_path *path)
{
	switch (READ_ONCE(path->state)) {
	case PATH_GOOD:
		return "good";
	case PATH_PROBATION:
		return "probation";
	case PATH_PENDING:
		return "pending";
	case PATH_FAILED:
		return "failed";
	case PATH_DISABLED:
		return "disabled";
	}
	return "?";
}

/**
 * scsi_path_is_usable - does this path carry I/O, if its group is the best?
 * @path: path
 *
 * Context: any; a snapshot unless the logical unit's lock is held.
 */
bool scsi_path_is_usable(const struct scsi_path *path)
{
	return READ_ONCE(path->running) && !READ_ONCE(path->check) &&
	       !READ_ONCE(path->pr.barred) &&
	       READ_ONCE(path->access) != ACCESS_NONE &&
	       scsi_path_state_carries_io(READ_ONCE(path->state));
}

/**
 * scsi_lu_nr_usable - how many paths could carry I/O
 * @lu: logical unit
 *
 * Context: @lu->lock held.
 */
unsigned int scsi_lu_nr_usable(struct scsi_lu *lu)
{
	struct scsi_path *path;
	unsigned int nr = 0;

	list_for_each_entry(path, &lu->paths, node)
		nr += scsi_path_is_usable(path);
	return nr;
}

/* Of a host that is being removed all devices are, one after the other. */
static bool host_is_being_removed(const struct Scsi_Host *shost)
{
	switch (READ_ONCE(shost->shost_state)) {
	case SHOST_CANCEL:
	case SHOST_CANCEL_RECOVERY:
	case SHOST_DEL:
	case SHOST_DEL_RECOVERY:
		return true;
	default:
		return false;
	}
}

/**
 * scsi_path_is_being_removed - will its device be gone soon?
 * @path: path
 *
 * Context: any. A snapshot.
 */
bool scsi_path_is_being_removed(const struct scsi_path *path)
{
	enum scsi_device_state state = READ_ONCE(path->sdev->sdev_state);

	return state == SDEV_CANCEL || state == SDEV_DEL ||
	       host_is_being_removed(path->sdev->host);
}

/**
 * scsi_path_device_runs - does the device of a path take commands, and stay?
 * @path: path
 *
 * Context: any. A snapshot.
 */
bool scsi_path_device_runs(const struct scsi_path *path)
{
	return READ_ONCE(path->sdev->sdev_state) == SDEV_RUNNING &&
	       !host_is_being_removed(path->sdev->host);
}

/**
 * scsi_path_is_passive - does another controller serve the logical unit meanwhile?
 * @path: path
 *
 * Context: the logical unit's lock held.
 */
bool scsi_path_is_passive(const struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	return path->state == PATH_PENDING && path->loss == LOSS_PASSIVE;
}

/**
 * scsi_path_has_alternative - is there another path that takes commands now?
 * @path: path
 *
 * One whose host recovers takes none, for nobody knows how long.
 *
 * Context: the logical unit's lock held.
 */
bool scsi_path_has_alternative(const struct scsi_path *path)
{
	const struct scsi_path *other;

	lockdep_assert_held(&path->lu->lock);
	list_for_each_entry(other, &path->lu->paths, node) {
		if (other != path && scsi_path_is_candidate(other) &&
		    !scsi_host_in_recovery(other->sdev->host))
			return true;
	}
	return false;
}

/**
 * scsi_path_is_the_last_usable - is it all that is left?
 * @path: path
 *
 * Context: the logical unit's lock held.
 */
bool scsi_path_is_the_last_usable(const struct scsi_path *path)
{
	const struct scsi_path *other;
	struct Scsi_Host *shost;

	lockdep_assert_held(&path->lu->lock);
	if (!scsi_path_is_usable(path))
		return false;
	list_for_each_entry(other, &path->lu->paths, node) {
		shost = other->sdev->host;
		/* That of its own host is back when it is. */
		if (other != path && scsi_path_is_usable(other) &&
		    (shost == path->sdev->host || !scsi_host_in_recovery(shost)))
			return false;
	}
	return true;
}

/**
 * scsi_path_shown_state - the state of a path as /proc and sysfs show it
 * @path: path
 *
 * Context: any. A snapshot.
 */
enum scsi_path_shown_state scsi_path_shown_state(const struct scsi_path *path)
{
	enum scsi_path_state state = READ_ONCE(path->state);

	if (state == PATH_FAILED || state == PATH_DISABLED ||
	    scsi_path_is_being_removed(path))
		return SHOWN_DEAD;

	switch (READ_ONCE(path->sdev->sdev_state)) {
	case SDEV_RUNNING:
		return state == PATH_GOOD && !READ_ONCE(path->check) &&
		       !READ_ONCE(path->pr.barred) &&
		       READ_ONCE(path->access) != ACCESS_NONE ? SHOWN_GOOD :
								SHOWN_FAILING;
	case SDEV_OFFLINE:
	case SDEV_TRANSPORT_OFFLINE:
		return SHOWN_DEAD;
	default:
		return SHOWN_FAILING;
	}
}

/**
 * scsi_path_take_slot - number a path that is about to join
 * @path: path
 *
 * A command remembers by these where it has been. With more paths than there are
 * slots some share one, and a command is tried on one of those.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_take_slot(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	unsigned long taken = 0;
	struct scsi_path *other;

	lockdep_assert_held(&lu->lock);
	list_for_each_entry(other, &lu->paths, node)
		taken |= BIT(other->slot);
	path->slot = min_t(unsigned int, ffz(taken | BIT(BITS_PER_LONG - 1)),
			   SCSI_PATH_SLOTS - 1);
}

/**
 * scsi_path_log - one line of a path, and of how many are usable now
 * @path: path
 * @what: what it is now
 * @why: why
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_log(struct scsi_path *path, const char *what, const char *why)
{
	struct scsi_lu *lu = path->lu;

	sdev_printk(KERN_NOTICE, lu->sdev ?: path->sdev,
		    "path %s %s (%s), %u of %u usable\n",
		    dev_name(&path->sdev->sdev_gendev), what, why,
		    scsi_lu_nr_usable(lu), lu->nr_paths);
}

/**
 * scsi_path_tell - there may be something that user space has not been told
 * @path: path
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_tell(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	path->told.changed = true;
	queue_work(scsi_multipath_wq, &path->lu->work);
}

/**
 * scsi_path_usable_changed - something else than its state has changed a path
 * @path: path whose usability or rank is another one now
 * @what: what it is now, for the log
 * @why: for the log
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_usable_changed(struct scsi_path *path, const char *what,
			      const char *why)
{
	scsi_lu_refresh_locked(path->lu);
	scsi_path_log(path, what, why);
	scsi_path_tell(path);
}
