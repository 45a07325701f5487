// SPDX-License-Identifier: GPL-2.0
/*
 * What the target makes of its ports: access states (SPC-4 5.15.2), and
 * controllers that do not serve the logical unit now. The device handler of a
 * path, such as scsi_dh_alua, reads and parses; here it becomes a rank.
 *
 * A change is heard of by a unit attention on any path that carries I/O, upon
 * which the handler reads the states of all. Paths that the target lets carry no
 * I/O are probed besides, so that they return even if no other path is left.
 */

#include <linux/jiffies.h>
#include <linux/sched/mm.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_dh.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "mpath.h"

/* For a target that has not said how long it takes, as in scsi_dh_alua. */
#define TRANSITION_TIME		(60UL * HZ)
/* For one that nobody has asked: as long as a disk without other paths is sent a read. */
#define TRANSITION_TIME_UNASKED	(180UL * HZ)

static enum scsi_path_access access_of(const struct scsi_device *sdev)
{
	u8 state = sdev->access_state;

	switch (state & SCSI_ACCESS_STATE_MASK) {
	case SCSI_ACCESS_STATE_OPTIMAL:
		return state & SCSI_ACCESS_STATE_PREFERRED ? ACCESS_PREFERRED :
							     ACCESS_OPTIMIZED;
	case SCSI_ACCESS_STATE_ACTIVE:
	case SCSI_ACCESS_STATE_LBA:
		return ACCESS_NONOPTIMIZED;
	default:
		return ACCESS_NONE;
	}
}

/**
 * scsi_path_access_name - the access state of a path in words
 * @path: path
 *
 * Context: any. A snapshot.
 */
const char *scsi_path_access_name(const struct scsi_path *path)
{
	if (!READ_ONCE(path->access_read))
		return "none";

	switch (READ_ONCE(path->sdev->access_state) & SCSI_ACCESS_STATE_MASK) {
	case SCSI_ACCESS_STATE_OPTIMAL:
		return "active/optimized";
	case SCSI_ACCESS_STATE_ACTIVE:
		return "active/non-optimized";
	case SCSI_ACCESS_STATE_LBA:
		return "lba-dependent";
	case SCSI_ACCESS_STATE_STANDBY:
		return "standby";
	case SCSI_ACCESS_STATE_UNAVAILABLE:
		return "unavailable";
	case SCSI_ACCESS_STATE_OFFLINE:
		return "offline";
	case SCSI_ACCESS_STATE_TRANSITIONING:
		return "transitioning";
	default:
		return "unknown";
	}
}

/**
 * scsi_path_access_state_read - a device handler has read an access state
 * @sdev: device whose access_state is up to date
 * @transition_time: seconds that the target may take to change it, 0: not said
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_access_state_read(struct scsi_device *sdev,
				 unsigned int transition_time)
{
	enum scsi_path_access access = access_of(sdev);
	struct scsi_path *path;
	unsigned long flags;
	bool changed;

	rcu_read_lock();	/* against a claim that is undone */
	/* Pairs with that in scsi_path_join(): one of both sees what the other wrote. */
	smp_mb();
	path = READ_ONCE(sdev->path);
	if (!path)
		goto out;

	spin_lock_irqsave(&path->lu->lock, flags);
	path->transition_time = transition_time * HZ ?: TRANSITION_TIME;
	WRITE_ONCE(path->access_read, jiffies ?: 1);
	path->access_stale = false;
	changed = path->access != access;
	WRITE_ONCE(path->access, access);
	/* It can tell its size now, before it carries I/O. */
	if (changed && access != ACCESS_NONE && !path->sized)
		scsi_path_check_identity(path);
	if (changed)
		scsi_path_usable_changed(path, scsi_path_access_name(path),
					 "access state");
	if (access == ACCESS_NONE) {
		/* A transition may be over. */
		scsi_path_tell(path);
		scsi_path_probe_schedule(path);
	} else if (changed && (path->state == PATH_PENDING ||
			       path->state == PATH_FAILED)) {
		scsi_path_probe_now(path);
	} else if (path->transition_end) {
		/* The transition ended before its state was ever read. */
		scsi_path_probe_soon(path);
	}
	spin_unlock_irqrestore(&path->lu->lock, flags);
out:
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(scsi_path_access_state_read);	/* scsi_dh_alua */

/**
 * scsi_path_begin_transition - the target says that an access state is changing
 * @path: path
 *
 * I/O waits for it as long as the target has said that it takes.
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_begin_transition(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	unsigned long flags;

	spin_lock_irqsave(&lu->lock, flags);
	if (path->state != PATH_DISABLED && !path->transition_end)
		path->transition_end = (jiffies + path->transition_time) ?: 1;
	scsi_path_set_pending_locked(path, LOSS_ACCESS,
				     "access state in transition");
	spin_unlock_irqrestore(&lu->lock, flags);
}

/**
 * scsi_path_set_passive - the target does not serve the logical unit over a path
 * @path: path
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_set_passive(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	unsigned long flags;

	spin_lock_irqsave(&lu->lock, flags);
	path->transition_end = 0;
	scsi_path_set_pending_locked(path, LOSS_PASSIVE, "not active");
	if (!scsi_lu_has_path_locked(lu))
		scsi_lu_consider_activation(lu);
	spin_unlock_irqrestore(&lu->lock, flags);
}

/**
 * scsi_path_read_access - have the access state of a path read anew
 * @path: path
 *
 * Does not wait for the answer.
 *
 * Context: process.
 */
void scsi_path_read_access(struct scsi_path *path)
{
	struct scsi_device *sdev = path->sdev;
	unsigned int noio;

	if (!scsi_device_is_handled_by(sdev, "alua"))
		return;
	/* What waits for this path may be the write-back of memory. */
	noio = memalloc_noio_save();
	sdev->handler->rescan(sdev);
	memalloc_noio_restore(noio);
}

static struct scsi_path *get_stale_path(struct scsi_lu *lu)
{
	struct scsi_path *path;

	lockdep_assert_held(&scsi_multipath_list_mutex);
	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (path->access_stale && !scsi_device_get(path->sdev)) {
			path->access_stale = false;
			spin_unlock_irq(&lu->lock);
			return path;
		}
	}
	spin_unlock_irq(&lu->lock);
	return NULL;
}

/**
 * scsi_lu_doubt_access - the access states of all paths are to be read anew
 * @lu: logical unit
 *
 * Context: process; takes @lu->lock.
 */
void scsi_lu_doubt_access(struct scsi_lu *lu)
{
	struct scsi_path *path;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node)
		path->access_stale |= path->running;
	spin_unlock_irq(&lu->lock);
	queue_work(scsi_multipath_wq, &lu->work);
}

/**
 * scsi_lu_read_stale_access - have read anew what may have changed unheard
 * @lu: logical unit
 *
 * Context: process.
 */
void scsi_lu_read_stale_access(struct scsi_lu *lu)
{
	struct scsi_path *path;

	for (;;) {
		mutex_lock(&scsi_multipath_list_mutex);
		path = get_stale_path(lu);
		mutex_unlock(&scsi_multipath_list_mutex);
		if (!path)
			return;
		scsi_path_read_access(path);
		scsi_device_put(path->sdev);
	}
}

/**
 * scsi_path_access_join - a path joins, its device handler has it already
 * @path: path
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_access_join(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	/* Other handlers do not keep it up to date. */
	if (!scsi_device_is_handled_by(path->sdev, "alua"))
		return;
	path->access = access_of(path->sdev);
	path->access_read = jiffies ?: 1;
	if (path->access == ACCESS_NONE)
		scsi_path_probe_schedule(path);
}

/**
 * scsi_path_access_init - a new path
 * @path: path
 */
void scsi_path_access_init(struct scsi_path *path)
{
	path->access = ACCESS_OPTIMIZED;
	path->transition_time = TRANSITION_TIME_UNASKED;
}
