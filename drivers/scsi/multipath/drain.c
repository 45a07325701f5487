// SPDX-License-Identifier: GPL-2.0
/*
 * What has happened to a logical unit is reported over each of its paths. When one has
 * reported it, the others are asked for what they have to report, so that what they say
 * later is new.
 */

#include <linux/jiffies.h>
#include <linux/workqueue.h>
#include <scsi/scsi_device.h>

#include "../scsi_priv.h"
#include "mpath.h"

/* A probe takes off what it has to report, before it is used. */
static bool is_tested_before_use(const struct scsi_path *path)
{
	return (path->state == PATH_FAILED || path->state == PATH_PENDING) &&
	       path->running;
}

/**
 * scsi_lu_drain_others - have the other paths asked for what they have to report
 * @lu: logical unit
 * @except: path that has reported it
 *
 * Context: @lu->lock held.
 */
void scsi_lu_drain_others(struct scsi_lu *lu, struct scsi_path *except)
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	if (!lu->announced)
		return;
	list_for_each_entry(path, &lu->paths, node) {
		if (path != except && scsi_path_is_usable(path))
			queue_delayed_work(scsi_multipath_probe_wq, &path->drain, 0);
		else if (path != except && is_tested_before_use(path))
			scsi_path_note_all_reported(path);
	}
}

/**
 * scsi_path_fetch_reports - a path comes back of which its identity alone was read
 * @path: path
 *
 * What it has not reported yet is known already, as far as it is of the logical unit.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_fetch_reports(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	if (scsi_lu_must_be_exact(path->lu))
		queue_delayed_work(scsi_multipath_probe_wq, &path->drain, 0);
}

/* Until somebody has to decide without having been told by another path. */
#define DECIDE_TIME	(2UL * HZ)

/**
 * scsi_path_drain_later - what a path has reported has to be decided about some time
 * @path: path
 *
 * Context: the logical unit's lock held.
 * Return: false if that will not be.
 */
bool scsi_path_drain_later(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	return queue_delayed_work(scsi_multipath_probe_wq, &path->drain,
				  DECIDE_TIME) ||
	       delayed_work_pending(&path->drain);
}

/* How long is it not to be asked? 0: it may be. */
static unsigned long drain_delay(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	if (scsi_lu_is_best_left_alone(path->lu))
		return SCSI_PATH_BUSY_DELAY;
	return scsi_host_question_delay(path->sdev->host);
}

static void drain_work(struct work_struct *work)
{
	struct scsi_path *path = container_of(to_delayed_work(work),
					      struct scsi_path, drain);
	enum scsi_path_answer answer = ANSWER_NONE;
	const struct scsi_path *kept_back;
	struct scsi_lu *lu = path->lu;
	unsigned long began = jiffies;
	unsigned long delay;

	spin_lock_irq(&lu->lock);
	kept_back = lu->kept_back;
	if (kept_back == path)
		scsi_lu_tell_kept_back(lu);
	delay = drain_delay(path);
	spin_unlock_irq(&lu->lock);

	/* What the path reports until then is known already, or is what was kept back. */
	if (delay) {
		queue_delayed_work(scsi_multipath_probe_wq, &path->drain, delay);
		return;
	}
	if (!scsi_autopm_get_device(path->sdev)) {
		scsi_path_test(path->sdev, &answer);
		scsi_autopm_put_device(path->sdev);
	}
	if (answer == ANSWER_NONE)
		return;
	spin_lock_irq(&lu->lock);
	scsi_path_note_all_reported(path);
	if (answer == ANSWER_GOOD) {
		WRITE_ONCE(path->asked, began);
		scsi_path_has_no_reset(path, kept_back);
	}
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_path_resume_drain - the system wakes up, a path may be asked again
 * @path: path
 *
 * What was to be decided when the system went to sleep is decided now: nobody else will.
 * What was to be asked is seen to when the path is reinstated.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_resume_drain(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	if (path->lu->kept_back == path)
		scsi_lu_tell_kept_back(path->lu);
}

/**
 * scsi_path_drain_init - a new path
 * @path: path
 */
void scsi_path_drain_init(struct scsi_path *path)
{
	INIT_DELAYED_WORK(&path->drain, drain_work);
}
