// SPDX-License-Identifier: GPL-2.0
/*
 * Gray failures: a path that does not fail, but takes much longer than its siblings, or
 * has more errors, and that for long. It becomes marginal, see marginal.c.
 *
 * It costs an I/O nothing. One worker looks at how many commands each path has, and how
 * many it has been sent: by Little's law the one, on average, divided by the rate of the
 * other is the time that a command takes. That is coarse, and so is what it is for.
 */

#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <scsi/scsi_device.h>

#include "mpath.h"

/* Looks in a window, and bad windows in a row that a path is judged by. */
#define WINDOW_LOOKS		20
#define BAD_WINDOWS		3

#define OUTLIER_TIME_MAX	(24 * 3600)	/* seconds */

/* So few commands say nothing. */
#define ENOUGH_COMMANDS		16
/* Times the latency of the siblings, and microseconds above it */
#define SLOW_RATIO		4
#define SLOW_BY_US		5000
/* Failures that are too many: one in so many commands, and so many times the siblings' */
#define FAILED_ONE_IN		100
#define FAILED_ENOUGH		8
#define FAILED_RATIO		4

static void outlier_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(outlier, outlier_work);

static unsigned int outlier_time = 60;

static int outlier_time_set(const char *val, const struct kernel_param *kp)
{
	int error = param_set_uint_minmax(val, kp, 0, OUTLIER_TIME_MAX);

	if (error)
		return error;
	/* Before that there is no path, either. */
	if (scsi_multipath_wq)
		mod_delayed_work(scsi_multipath_wq, &outlier, 0);
	return 0;
}

static const struct kernel_param_ops outlier_time_ops = {
	.set = outlier_time_set,
	.get = param_get_uint,
};

module_param_cb(path_outlier_time, &outlier_time_ops, &outlier_time, 0644);
MODULE_PARM_DESC(path_outlier_time,
		 "Seconds that a path must be much slower, or worse, than its siblings to become marginal; 0: none does (default 60)");

/* The value of a path of which too little has been seen */
#define UNKNOWN			U64_MAX

/*
 * That of the siblings which half of them do not exceed. There are few: no sorting.
 * Returns false if it is known of no sibling.
 */
static bool sibling_median(const struct scsi_path_measure *all, unsigned int nr,
			   unsigned int self,
			   u64 (*value)(const struct scsi_path_measure *),
			   u64 *median)
{
	unsigned int siblings = 0;

	for (unsigned int i = 0; i < nr; i++)
		siblings += i != self && value(&all[i]) != UNKNOWN;
	for (unsigned int i = 0; i < nr; i++) {
		unsigned int below = 0, equal = 0;

		if (i == self || value(&all[i]) == UNKNOWN)
			continue;
		for (unsigned int j = 0; j < nr; j++) {
			if (j == self || value(&all[j]) == UNKNOWN)
				continue;
			below += value(&all[j]) < value(&all[i]);
			equal += value(&all[j]) == value(&all[i]);
		}
		if (below <= (siblings - 1) / 2 &&
		    below + equal > (siblings - 1) / 2) {
			*median = value(&all[i]);
			return true;
		}
	}
	return false;
}

/* What is turned away, or fails, is answered fast, and says nothing about the rest. */
static u64 latency_of(const struct scsi_path_measure *path)
{
	return path->carried_out < ENOUGH_COMMANDS ? UNKNOWN : path->latency_us;
}

/* In a million */
static u64 failure_rate_of(const struct scsi_path_measure *path)
{
	if (path->issued < ENOUGH_COMMANDS)
		return UNKNOWN;
	return div_u64((u64)path->failed * 1000000, path->issued);
}

/**
 * scsi_path_is_outlier - is one path much worse than its siblings?
 * @all: what was measured of the paths of a logical unit
 * @nr: how many those are
 * @self: which one it is about
 *
 * Slow are only those that are busy: what has had hardly a command at any time was
 * looked at too seldom. Errors count even if no sibling carries anything.
 */
bool scsi_path_is_outlier(const struct scsi_path_measure *all, unsigned int nr,
			  unsigned int self)
{
	const struct scsi_path_measure *path = &all[self];
	u64 median;

	if (path->issued < ENOUGH_COMMANDS)
		return false;
	if (path->busy >= WINDOW_LOOKS / 2 && latency_of(path) != UNKNOWN &&
	    sibling_median(all, nr, self, latency_of, &median) &&
	    path->latency_us > median * SLOW_RATIO &&
	    path->latency_us > median + SLOW_BY_US)
		return true;
	if (path->failed < FAILED_ENOUGH ||
	    path->failed < path->issued / FAILED_ONE_IN)
		return false;
	return !sibling_median(all, nr, self, failure_rate_of, &median) ||
	       failure_rate_of(path) > median * FAILED_RATIO;
}

static void begin_window(struct scsi_path *path)
{
	path->outlier.window.busy = 0;
	path->outlier.window.issued = atomic_read(&path->sdev->iorequest_cnt);
	path->outlier.window.failed = path->failures;
	atomic_set(&path->outlier.turned_away, 0);
}

/* What a window has shown of a path; of one that is not in use, nothing. */
static void measure(struct scsi_path *path, unsigned long look_us,
		    struct scsi_path_measure *measure)
{
	unsigned int useless;

	*measure = (struct scsi_path_measure){};
	if (!scsi_path_is_in_use(path))
		return;
	measure->busy = path->outlier.window.busy;
	measure->issued = atomic_read(&path->sdev->iorequest_cnt) -
			  path->outlier.window.issued;
	measure->failed = path->failures - path->outlier.window.failed;
	/* The administrator may have set it to less. */
	if (measure->failed > measure->issued)
		measure->failed = 0;
	useless = measure->failed + atomic_read(&path->outlier.turned_away);
	measure->carried_out = measure->issued - min(useless, measure->issued);
	if (measure->carried_out >= ENOUGH_COMMANDS) {
		u64 us = div_u64((u64)measure->busy * look_us,
				 measure->carried_out);

		measure->latency_us = min_t(u64, us, U32_MAX);
	}
	WRITE_ONCE(path->outlier.latency_us, measure->latency_us);
}

static void judge(struct scsi_lu *lu, unsigned long look_us)
{
	struct scsi_path_measure all[SCSI_PATH_SLOTS];
	unsigned int nr = 0, self = 0;
	struct scsi_path *path;

	list_for_each_entry(path, &lu->paths, node) {
		if (nr < ARRAY_SIZE(all))
			measure(path, look_us, &all[nr++]);
		begin_window(path);
	}
	list_for_each_entry(path, &lu->paths, node) {
		if (self >= nr)
			break;
		if (!scsi_path_is_outlier(all, nr, self++)) {
			path->outlier.bad_windows = 0;
		} else if (++path->outlier.bad_windows >= BAD_WINDOWS) {
			path->outlier.bad_windows = 0;
			scsi_path_becomes_marginal(path, MARGINAL_OUTLIER,
						   "worse than its siblings");
		}
	}
}

static void look_at(struct scsi_lu *lu)
{
	struct scsi_path *path;

	list_for_each_entry(path, &lu->paths, node)
		path->outlier.window.busy += scsi_device_busy(path->sdev);
}

static void outlier_work(struct work_struct *work)
{
	static unsigned int looks;
	unsigned int seconds = READ_ONCE(outlier_time);
	unsigned long look;
	struct scsi_lu *lu;
	bool is_over;

	if (!seconds || scsi_multipath_system_ends())
		return;
	look = max(seconds * HZ / (WINDOW_LOOKS * BAD_WINDOWS), 1UL);
	is_over = ++looks >= WINDOW_LOOKS;
	mutex_lock(&scsi_multipath_list_mutex);
	list_for_each_entry(lu, &scsi_multipath_list, node) {
		spin_lock_irq(&lu->lock);
		if (lu->nr_paths > 1 && !lu->keep_outliers) {
			look_at(lu);
			if (is_over)
				judge(lu, jiffies_to_usecs(look));
		}
		spin_unlock_irq(&lu->lock);
	}
	/* The next path starts it again. */
	if (!list_empty(&scsi_multipath_list))
		queue_delayed_work(scsi_multipath_wq, &outlier, look);
	mutex_unlock(&scsi_multipath_list_mutex);
	if (is_over)
		looks = 0;
}

/**
 * scsi_lu_demote_outliers - may a path be marginal for being worse than its siblings?
 * @lu: logical unit
 * @demote: it may; else none is, from now on
 *
 * Context: process; takes @lu->lock.
 */
void scsi_lu_demote_outliers(struct scsi_lu *lu, bool demote)
{
	struct scsi_path *path;

	spin_lock_irq(&lu->lock);
	WRITE_ONCE(lu->keep_outliers, !demote);
	list_for_each_entry(path, &lu->paths, node) {
		path->outlier.bad_windows = 0;
		begin_window(path);
		if (!demote)
			scsi_path_recovers(path, MARGINAL_OUTLIER,
					   "administrator");
	}
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_multipath_outlier_start - there is a path
 *
 * Context: any.
 */
void scsi_multipath_outlier_start(void)
{
	queue_delayed_work(scsi_multipath_wq, &outlier, HZ);
}

/**
 * scsi_multipath_outlier_stop - the mid-layer goes, there is no path any more
 *
 * Context: process.
 */
void scsi_multipath_outlier_stop(void)
{
	disable_delayed_work_sync(&outlier);
}
