// SPDX-License-Identifier: GPL-2.0
/*
 * Marginal paths: they work, but badly, and are used only if no other path is left.
 *
 * The fabric says so (FPIN: link integrity, congestion), or a remote port is said to be
 * marginal, or outlier.c finds it out. A path that was marginal for a reason which
 * nobody revokes is tried again after a while, and after twice as long each time that
 * it was no better.
 */

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/string_choices.h>
#include <linux/sysfs.h>
#include <linux/workqueue.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>

#include "mpath.h"

#define MARGINAL_TIME_MAX	(24 * 3600)	/* seconds */
/* Times the time above, for a path that is no better when it is tried again */
#define MARGINAL_GROWTH_MAX	32

static unsigned int marginal_time = 120;

static int marginal_time_set(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 0, MARGINAL_TIME_MAX);
}

static const struct kernel_param_ops marginal_time_ops = {
	.set = marginal_time_set,
	.get = param_get_uint,
};

module_param_cb(path_marginal_time, &marginal_time_ops, &marginal_time, 0644);
MODULE_PARM_DESC(path_marginal_time,
		 "Seconds without another notice after which a marginal path is used again, longer if it has been before; 0: no path is marginal unless its port is said to be (default 120)");

static const struct {
	u8 reason;
	const char *word;
} words[] = {
	{ MARGINAL_LINK,	"link" },
	{ MARGINAL_CONGESTION,	"congestion" },
	{ MARGINAL_PORT,	"port" },
	{ MARGINAL_OUTLIER,	"outlier" },
};

/**
 * scsi_path_is_marginal - is this path to be used only if no other is left?
 * @path: path
 *
 * Context: any; a snapshot unless the logical unit's lock is held.
 */
bool scsi_path_is_marginal(const struct scsi_path *path)
{
	s8 forced = READ_ONCE(path->marginal.forced);

	return forced ? forced > 0 : READ_ONCE(path->marginal.reasons);
}

static void changed(struct scsi_path *path, bool was, const char *why)
{
	bool is = scsi_path_is_marginal(path);

	if (is != was)
		scsi_path_usable_changed(path, is ? "marginal" :
						    "no longer marginal", why);
}

/* How long a path is left alone that has become marginal once more. */
static unsigned long hold_time(struct scsi_path *path)
{
	unsigned long base = READ_ONCE(marginal_time) * HZ;

	if (time_after(jiffies, path->marginal.end + path->marginal.hold))
		path->marginal.hold = 0;	/* it has held */
	path->marginal.hold = clamp(2 * path->marginal.hold, base,
				    base * MARGINAL_GROWTH_MAX);
	return path->marginal.hold;
}

/* There is a reason that nobody revokes. */
static bool is_to_be_tried(const struct scsi_path *path)
{
	return path->marginal.reasons & ~MARGINAL_PORT;
}

static void try_next_in_time(struct scsi_lu *lu)
{
	unsigned long now = jiffies, delay = MAX_JIFFY_OFFSET, end;
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (!is_to_be_tried(path))
			continue;
		end = path->marginal.end;
		delay = min(delay, time_before(now, end) ? end - now : 0);
	}
	if (delay != MAX_JIFFY_OFFSET)
		mod_delayed_work(scsi_multipath_wq, &lu->marginal_work, delay);
}

/**
 * scsi_path_becomes_marginal - there is a reason not to use a path
 * @path: path
 * @reason: one of MARGINAL_*
 * @why: for the log
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_becomes_marginal(struct scsi_path *path, u8 reason,
				const char *why)
{
	bool was = scsi_path_is_marginal(path);

	lockdep_assert_held(&path->lu->lock);
	/* It is leaving. */
	if (list_empty(&path->node))
		return;
	if (reason != MARGINAL_PORT) {
		if (!READ_ONCE(marginal_time))
			return;
		if (!is_to_be_tried(path))
			path->marginal.end = jiffies + hold_time(path);
		else	/* It goes on. */
			path->marginal.end = jiffies + path->marginal.hold;
	}
	WRITE_ONCE(path->marginal.reasons, path->marginal.reasons | reason);
	try_next_in_time(path->lu);
	changed(path, was, why);
}

/**
 * scsi_path_recovers - a reason not to use a path is gone
 * @path: path
 * @reasons: of MARGINAL_*
 * @why: for the log
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_recovers(struct scsi_path *path, u8 reasons, const char *why)
{
	bool was = scsi_path_is_marginal(path);

	lockdep_assert_held(&path->lu->lock);
	WRITE_ONCE(path->marginal.reasons, path->marginal.reasons & ~reasons);
	changed(path, was, why);
}

static void marginal_work(struct work_struct *work)
{
	struct scsi_lu *lu = container_of(to_delayed_work(work), struct scsi_lu,
					  marginal_work);
	struct scsi_path *path;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (is_to_be_tried(path) &&
		    !time_before(jiffies, path->marginal.end))
			scsi_path_recovers(path, (u8)~MARGINAL_PORT,
					   "tried again");
	}
	try_next_in_time(lu);
	spin_unlock_irq(&lu->lock);
}

/**
 * scsi_path_notice - the transport has news of a path
 * @sdev: any SCSI device
 * @notice: what it is
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_notice(struct scsi_device *sdev, enum scsi_path_notice notice)
{
	struct scsi_path *path;
	unsigned long flags;

	rcu_read_lock();	/* against a claim that is undone */
	path = READ_ONCE(sdev->path);
	if (!path)
		goto out;
	spin_lock_irqsave(&path->lu->lock, flags);
	switch (notice) {
	case NOTICE_LINK_INTEGRITY:
		scsi_path_becomes_marginal(path, MARGINAL_LINK,
					   "link integrity");
		break;
	case NOTICE_CONGESTION:
		scsi_path_becomes_marginal(path, MARGINAL_CONGESTION,
					   "congestion");
		break;
	case NOTICE_CONGESTION_CLEAR:
		scsi_path_recovers(path, MARGINAL_CONGESTION,
				   "congestion is over");
		break;
	case NOTICE_PORT_MARGINAL:
		scsi_path_becomes_marginal(path, MARGINAL_PORT, "port state");
		break;
	case NOTICE_PORT_ONLINE:
		scsi_path_recovers(path, MARGINAL_PORT, "port state");
		break;
	}
	spin_unlock_irqrestore(&path->lu->lock, flags);
out:
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(scsi_path_notice);	/* scsi_transport_fc */

/**
 * scsi_path_force_marginal - the administrator knows better
 * @path: path
 * @forced: > 0: it is marginal; < 0: it is not, whatever is said of it; 0: it is what
 *	is said of it
 *
 * Context: process; takes the logical unit's lock.
 */
void scsi_path_force_marginal(struct scsi_path *path, s8 forced)
{
	bool was;

	spin_lock_irq(&path->lu->lock);
	was = scsi_path_is_marginal(path);
	WRITE_ONCE(path->marginal.forced, forced);
	/* What was said so far is forgotten. */
	if (forced < 0) {
		WRITE_ONCE(path->marginal.reasons, path->marginal.reasons & MARGINAL_PORT);
		path->marginal.hold = 0;
	}
	changed(path, was, "administrator");
	spin_unlock_irq(&path->lu->lock);
}

/**
 * scsi_path_show_marginal - whether a path is marginal, and why
 * @path: path
 * @buf: a page of sysfs
 *
 * Context: any. A snapshot.
 * Return: bytes written.
 */
ssize_t scsi_path_show_marginal(const struct scsi_path *path, char *buf)
{
	u8 reasons = READ_ONCE(path->marginal.reasons);
	s8 forced = READ_ONCE(path->marginal.forced);
	ssize_t len = 0;

	len += sysfs_emit_at(buf, len, "%s",
			     str_yes_no(scsi_path_is_marginal(path)));
	if (forced)
		len += sysfs_emit_at(buf, len, " administrator");
	for (int i = 0; i < ARRAY_SIZE(words); i++) {
		if (reasons & words[i].reason)
			len += sysfs_emit_at(buf, len, " %s", words[i].word);
	}
	return len + sysfs_emit_at(buf, len, "\n");
}

/**
 * scsi_path_marginal_init - a new path
 * @path: path
 */
void scsi_path_marginal_init(struct scsi_path *path)
{
	path->marginal.end = jiffies;
}

/**
 * scsi_lu_marginal_init - a new logical unit
 * @lu: logical unit
 */
void scsi_lu_marginal_init(struct scsi_lu *lu)
{
	INIT_DELAYED_WORK(&lu->marginal_work, marginal_work);
}
