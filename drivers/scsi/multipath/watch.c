// SPDX-License-Identifier: GPL-2.0
/*
 * The watch: paths that carry nothing are tested now and then, so that redundancy
 * that is gone is known before it is needed. With most policies all paths carry I/O;
 * with "last path used", and in groups that are not in use, most carry none.
 *
 * Those that carry I/O have their identity read, more seldom: a LUN may lead elsewhere
 * without its target's saying so.
 *
 * One worker looks now and then whether a path has been sent anything since it looked
 * last. It costs an I/O nothing: the counter that it compares is kept anyway. It has no
 * more than a number of commands sent in a second over all paths together, and waits for
 * no more paths than that at a time: those that answer nothing shall not take the workers
 * of probes that I/O waits for. Whose turn did not come has it in a later second. What
 * sleeps goes on sleeping, and a tape drive or a changer that is doing something is not
 * disturbed.
 */

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/pm_runtime.h>
#include <linux/random.h>
#include <linux/workqueue.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include "mpath.h"

#define WATCH_PERIOD_MAX	(24 * 3600)	/* seconds */
/* Commands in a second, and paths without an answer, of all paths */
#define WATCH_BUDGET		200
/* Seconds between two looks at all paths, at most */
#define WATCH_TICK_MAX		5

static void watch_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(watch, watch_work);

static unsigned int watch_period = 60;

static int watch_set(const char *val, const struct kernel_param *kp)
{
	int error = param_set_uint_minmax(val, kp, 0, WATCH_PERIOD_MAX);

	if (error)
		return error;
	/* Before that there is no path, either. */
	if (scsi_multipath_probe_wq)
		mod_delayed_work(scsi_multipath_probe_wq, &watch, 0);
	return 0;
}

static const struct kernel_param_ops watch_ops = {
	.set = watch_set,
	.get = param_get_uint,
};

module_param_cb(path_watch, &watch_ops, &watch_period, 0644);
MODULE_PARM_DESC(path_watch,
		 "Seconds after which a path that carries nothing is tested; 0: never (default 60)");

/* Not all at once: what was found in one scan would be tested in one second. */
static unsigned long next_look(unsigned int period)
{
	unsigned long delay = (unsigned long)period * HZ;

	return jiffies + delay - get_random_u32_below(delay / 4 + 1);
}

static bool sleeps(const struct scsi_path *path)
{
	return scsi_lu_is_suspended(path->lu) ||
	       pm_runtime_suspended(&path->lu->sdev->sdev_gendev) ||
	       pm_runtime_suspended(&path->sdev->host->shost_gendev);
}

static void begin_anew(struct scsi_path *path, unsigned int period)
{
	path->watch.issued = atomic_read(&path->sdev->iorequest_cnt);
	path->watch.at = next_look(period);
}

/* Of what is busy all the time nobody would ever ask whose it is. */
static unsigned int look_at_busy(struct scsi_path *path, unsigned int period)
{
	unsigned int seldom = period * WATCH_IDENTITY_EVERY;

	begin_anew(path, period);
	if (!path->watch.identity_at ||
	    time_after(path->watch.identity_at, jiffies + seldom * HZ)) {
		path->watch.identity_at = next_look(seldom) ?: 1;
		return 0;
	}
	if (time_before(jiffies, path->watch.identity_at) ||
	    scsi_lu_is_best_left_alone(path->lu))
		return 0;
	path->watch.identity_at = next_look(seldom) ?: 1;
	return scsi_path_watch(path, WATCH_IDENTITY);
}

/* Has a path tested if its time has come. Returns how many commands that takes. */
static unsigned int look_at(struct scsi_path *path, unsigned int period)
{
	unsigned int issued = atomic_read(&path->sdev->iorequest_cnt);

	lockdep_assert_held(&path->lu->lock);
	if (!scsi_path_is_usable(path) || sleeps(path) ||
	    /* The period has become shorter. */
	    time_after(path->watch.at, jiffies + period * HZ)) {
		begin_anew(path, period);
		return 0;
	}
	/* It would have to wait, and others have their turn. */
	if (scsi_host_question_delay(path->sdev->host))
		return 0;
	if (path->watch.issued != issued)
		return look_at_busy(path, period);
	if (time_before(jiffies, path->watch.at) ||
	    scsi_lu_is_best_left_alone(path->lu))
		return 0;
	/* Nothing was sent since, but there is something that takes long. */
	if (scsi_device_busy(path->sdev)) {
		begin_anew(path, period);
		return 0;
	}
	path->watch.at = next_look(period);
	return scsi_path_watch(path, WATCH_ANSWER);
}

/*
 * Looks at the paths from the @first to before the @end. Returns the number of the one
 * that there was no budget left for, or @end.
 */
static unsigned int look_at_all(unsigned int first, unsigned int end,
				unsigned int period, int *budget)
{
	struct scsi_path *path;
	struct scsi_lu *lu;
	unsigned int nr = 0;

	lockdep_assert_held(&scsi_multipath_list_mutex);
	list_for_each_entry(lu, &scsi_multipath_list, node) {
		spin_lock_irq(&lu->lock);
		list_for_each_entry(path, &lu->paths, node) {
			if (nr >= end || (nr >= first && *budget <= 0)) {
				spin_unlock_irq(&lu->lock);
				return min(nr, end);
			}
			if (nr >= first)
				*budget -= look_at(path, period);
			nr++;
		}
		spin_unlock_irq(&lu->lock);
	}
	return end;
}

static unsigned int nr_being_watched(void)
{
	struct scsi_path *path;
	struct scsi_lu *lu;
	unsigned int nr = 0;

	lockdep_assert_held(&scsi_multipath_list_mutex);
	list_for_each_entry(lu, &scsi_multipath_list, node) {
		spin_lock_irq(&lu->lock);
		list_for_each_entry(path, &lu->paths, node)
			nr += scsi_path_is_being_watched(path);
		spin_unlock_irq(&lu->lock);
	}
	return nr;
}

static void watch_work(struct work_struct *work)
{
	/* Who has had to wait comes first. */
	static unsigned int first;
	unsigned int period = READ_ONCE(watch_period), last;
	unsigned long tick;
	int budget;
	bool is_empty;

	if (!period || scsi_multipath_system_ends())
		return;
	mutex_lock(&scsi_multipath_list_mutex);
	is_empty = list_empty(&scsi_multipath_list);
	budget = WATCH_BUDGET - nr_being_watched();
	last = look_at_all(first, UINT_MAX, period, &budget);
	if (last == UINT_MAX)
		last = look_at_all(0, first, period, &budget);
	mutex_unlock(&scsi_multipath_list_mutex);
	first = last;
	tick = budget > 0 ? clamp(period / 8, 1, WATCH_TICK_MAX) : 1;
	/* The next path starts it again. */
	if (!is_empty)
		queue_delayed_work(scsi_multipath_probe_wq, &watch, tick * HZ);
}

/**
 * scsi_multipath_watch_start - there is a path
 *
 * Context: any.
 */
void scsi_multipath_watch_start(void)
{
	queue_delayed_work(scsi_multipath_probe_wq, &watch, HZ);
}

/**
 * scsi_multipath_watch_stop - the mid-layer goes, there is no path any more
 *
 * Context: process.
 */
void scsi_multipath_watch_stop(void)
{
	disable_delayed_work_sync(&watch);
}
