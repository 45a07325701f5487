// SPDX-License-Identifier: GPL-2.0
/*
 * Probing: a TEST UNIT READY finds out whether a path that is out of use
 * answers again, and identify.c whose path it is. Paths that carry I/O are never
 * probed, those that have carried none for long seldom, see watch.c. A path that answers is
 * on probation: if it then fails real I/O the delay until its next probe
 * doubles, and only real I/O that succeeds resets the delay.
 */

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/pm_runtime.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <scsi/scsi.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_proto.h>

#include "mpath.h"
#include "verdict.h"

#define PROBE_DELAY_MAX		(60UL * HZ)
#define PROBE_DELAY_NO_PATH	(2UL * HZ)
#define PROBE_DELAY_PASSIVE	(10UL * HZ)
/* As sd has its commands repeated: 5 times more, 30 s each. */
#define BUSY_PATIENCE		(180UL * HZ)

static bool path_probe = true;
module_param(path_probe, bool, 0644);
MODULE_PARM_DESC(path_probe,
		 "Test failed paths with TEST UNIT READY and put those that answer back into use (default on)");

/* Is there something that a disk does over a path? */
static bool reads_a_block(struct scsi_device *sdev)
{
	static const u8 read_first[10] = { [0] = READ_10, [8] = 1 };
	struct scsi_sense_hdr sense;
	struct scsi_path_size size;
	bool reads = false;
	u8 *buf;

	scsi_path_read_size(sdev, &size);
	/* Not all that a zoned disk has can be read. */
	if (!size.block_size || sdev->type == TYPE_ZBC)
		return size.block_size;
	buf = kmalloc(size.block_size, GFP_NOIO);
	if (buf)
		reads = !scsi_path_ask(sdev, read_first, buf, size.block_size,
				       &sense);
	kfree(buf);
	return reads;
}

/*
 * An error that may be of the logical unit is one of the path if another one, which is
 * in use, does not have it. Some adapters answer TEST UNIT READY with an error for as
 * long as they live, and serve all else: QEMU's megasas does.
 */
static enum scsi_path_effect test_and_compare(struct scsi_path *path)
{
	enum scsi_path_answer answer, of_other;
	enum scsi_path_effect effect;
	struct scsi_device *other;
	unsigned long began = jiffies;

	effect = scsi_path_test(path->sdev, &answer);
	if (answer == ANSWER_GOOD)
		WRITE_ONCE(path->asked, began);
	if (answer != ANSWER_ERROR || !scsi_type_has_size(path->sdev->type) ||
	    scsi_path_state_after(effect) != PATH_GOOD)
		return effect;
	other = scsi_path_get_other(path);
	if (!other)
		return effect;
	scsi_path_test(other, &of_other);
	scsi_device_put(other);
	if (of_other != ANSWER_GOOD || reads_a_block(path->sdev))
		return effect;
	return EFFECT_STRIKE;
}

static bool is_out_of_use(const struct scsi_path *path)
{
	enum scsi_path_state state = READ_ONCE(path->state);

	return state == PATH_FAILED || state == PATH_PENDING;
}

static bool wants_probe(const struct scsi_path *path)
{
	return (is_out_of_use(path) || READ_ONCE(path->check) ||
		READ_ONCE(path->watch.wants) ||
		(READ_ONCE(path->access) == ACCESS_NONE &&
		 READ_ONCE(path->state) != PATH_DISABLED)) &&
	       READ_ONCE(path->sdev->sdev_state) == SDEV_RUNNING;
}

static void gone(struct scsi_path *path)
{
	if (scsi_path_is_unmapped(path))
		scsi_path_renew(path);
}

/* The target lets a path carry I/O again, or is about to. */
static void probe_succeeded(struct scsi_path *path)
{
	if (READ_ONCE(path->access) == ACCESS_NONE)
		scsi_path_read_access(path);
	if (is_out_of_use(path) && scsi_path_identify(path) == -ENXIO)
		gone(path);
}

/* The only path is as good as a plain device, whose commands are repeated for so long. */
static bool is_busy_only(const struct scsi_path *path, enum scsi_path_effect tested)
{
	return tested == EFFECT_CONGESTED && path->check &&
	       !scsi_lu_has_path_locked(path->lu) &&
	       time_before(jiffies, path->check_since + BUSY_PATIENCE);
}

/*
 * Good until now, but it does not say whose path it is. Returns false if that is for a later
 * test to say: what has been away is not judged by what was asked before.
 */
static bool judge_check(struct scsi_path *path, enum scsi_path_effect tested)
{
	enum scsi_path_state state = scsi_path_state_after(tested);
	bool judged = false;

	spin_lock_irq(&path->lu->lock);
	if (path->probe.left)
		goto unlock;
	if (is_busy_only(path, tested)) {
		path->check_end = path->check_since + BUSY_PATIENCE;
		goto unlock;
	}
	judged = true;
	if (path->check && path->state != PATH_DISABLED)
		scsi_path_set_state_locked(path, state == PATH_GOOD ? PATH_FAILED : state,
					   LOSS_FAILED, "identity cannot be read");
unlock:
	spin_unlock_irq(&path->lu->lock);
	return judged;
}

static void test_path(struct scsi_path *path)
{
	enum scsi_path_effect tested = test_and_compare(path);
	enum scsi_path_state state = scsi_path_state_after(tested);

	if (!judge_check(path, tested))
		return;
	if (state == PATH_GOOD) {
		probe_succeeded(path);
	} else if (tested == EFFECT_TRANSITION) {
		scsi_path_begin_transition(path);
	} else if (tested == EFFECT_PASSIVE) {
		scsi_path_set_passive(path);
	} else if (tested == EFFECT_DISCONNECTED) {
		scsi_path_set_disconnected(path, "probe");
		gone(path);
	}
}

static void probe_path(struct scsi_path *path)
{
	int error = -EIO;

	/* Its host sleeps if the logical unit has nothing to do. */
	if (scsi_autopm_get_device(path->sdev))
		return;
	/*
	 * INQUIRY is answered whatever unit attentions there are. Those stay for
	 * the next command, as on a plain disk.
	 */
	if (READ_ONCE(path->check))
		error = scsi_path_identify(path);
	if (error && error != -EMEDIUMTYPE && error != -ENXIO)
		test_path(path);
	scsi_autopm_put_device(path->sdev);
}

static bool has_left(struct scsi_path *path)
{
	bool left;

	spin_lock_irq(&path->lu->lock);
	left = path->probe.left;
	spin_unlock_irq(&path->lu->lock);
	return left;
}

/* What answers nothing but errors is no path, even if nobody has needed it yet. */
static void apply_watch(struct scsi_path *path, enum scsi_path_effect tested)
{
	switch (scsi_path_state_after(tested)) {
	case PATH_GOOD:
		if (++path->watch.count % WATCH_IDENTITY_EVERY)
			return;
		/* Who cannot tell is asked again in its time. */
		scsi_path_identify(path);
		return;
	case PATH_PENDING:
		if (tested == EFFECT_TRANSITION)
			scsi_path_begin_transition(path);
		else if (tested == EFFECT_PASSIVE)
			scsi_path_set_passive(path);
		else
			scsi_path_take_out(path, PATH_PENDING, "watch");
		return;
	default:
		if (tested == EFFECT_DISCONNECTED)
			scsi_path_set_disconnected(path, "watch");
		else
			scsi_path_fail_unless_last(path, "watch");
		return;
	}
}

/*
 * What the path over which a tape is written has to report is for who writes: his next
 * command may be on its way, and would be carried out if a TEST UNIT READY of ours were
 * told in its place. INQUIRY leaves it where it is.
 */
static bool tells_its_identity(struct scsi_path *path)
{
	bool speaks;
	int error;

	spin_lock_irq(&path->lu->lock);
	speaks = scsi_path_speaks_for_tape(path);
	spin_unlock_irq(&path->lu->lock);
	if (!speaks)
		return false;
	error = scsi_path_identify(path);
	return !error || error == -EMEDIUMTYPE || error == -ENXIO;
}

static void watch_path(struct scsi_path *path, enum scsi_path_watching wants)
{
	struct device *host = &path->sdev->host->shost_gendev;
	enum scsi_path_effect tested;
	int awake = pm_runtime_get_if_active(host);

	/* Whoever sleeps shall sleep. Without power management it is an error. */
	if (!awake)
		return;
	if (wants == WATCH_IDENTITY) {
		/* That it works is known. Whose it is may have changed. */
		scsi_path_identify(path);
	} else if (!tells_its_identity(path)) {
		tested = test_and_compare(path);
		if (tested == EFFECT_STRIKE)
			tested = test_and_compare(path);
		if (!has_left(path))
			apply_watch(path, tested);
	}
	if (awake > 0)
		pm_runtime_put(host);
	spin_lock_irq(&path->lu->lock);
	path->watch.issued = atomic_read(&path->sdev->iorequest_cnt);
	spin_unlock_irq(&path->lu->lock);
}

/*
 * When the system goes down hosts do as well, after the logical units: leave them alone
 * but for what still waits for a path.
 */
static bool may_be_asked(const struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	return !scsi_multipath_system_ends() || path->check ||
	       (!scsi_lu_has_path_locked(path->lu) && !path->lu->expired);
}

/**
 * scsi_lu_is_best_left_alone - would a question disturb what is being done, or wanted?
 * @lu: logical unit
 *
 * What the administrator has set offline is sent nothing, as a plain device.
 *
 * A drive that erases, or looks for a place on its tape, may answer nothing for hours. Who
 * asks it meanwhile, over whichever path, has to take his command back, and the error
 * handler may reset the drive for that. So there is no question of our own while it does
 * something, unless I/O waits for the answer. What streams stops now and then.
 *
 * Context: the logical unit's lock held.
 */
bool scsi_lu_is_best_left_alone(struct scsi_lu *lu)
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	if (!lu->sdev)
		return false;
	if (READ_ONCE(lu->sdev->sdev_state) == SDEV_OFFLINE)
		return true;
	if (!scsi_type_is_sticky(lu->sdev->type) || !scsi_lu_has_path_locked(lu))
		return false;
	list_for_each_entry(path, &lu->paths, node) {
		/* What is under way may be a question of ours. */
		if (path->probe.now == PROBE_IDLE && scsi_device_busy(path->sdev))
			return true;
	}
	return false;
}

/* That the path has not been asked is not held against it. */
static unsigned long put_off_check(struct scsi_path *path)
{
	struct Scsi_Host *shost = path->sdev->host;
	unsigned long delay = scsi_host_check_delay(shost);
	unsigned long latest = path->check_since + BUSY_PATIENCE;

	lockdep_assert_held(&path->lu->lock);
	if (delay && !scsi_host_in_recovery(shost) &&
	    time_before(path->check_end, latest))
		path->check_end = min(path->check_end + delay, latest);
	return delay;
}

/*
 * Returns jiffies until a path is looked at again that is not to be asked now; 0: it may
 * be. What is wanted of it stays so.
 */
static unsigned long put_off(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	if (scsi_lu_is_best_left_alone(path->lu)) {
		scsi_path_put_off_check(path);
		return SCSI_PATH_BUSY_DELAY;
	}
	if (!may_be_asked(path))
		return 0;
	/* I/O waits for a check, and not for long: a few that answer nothing are no reason. */
	if (path->check && !scsi_lu_has_path_locked(path->lu))
		return put_off_check(path);
	return scsi_host_question_delay(path->sdev->host);
}

static void probe_work(struct work_struct *work)
{
	struct scsi_path *path = container_of(to_delayed_work(work),
					      struct scsi_path, probe.work);
	enum scsi_path_watching watch;
	unsigned long delay;
	bool probe;

	if (READ_ONCE(path->is_to_be_renewed)) {
		scsi_path_renew(path);
		return;
	}
	if (!wants_probe(path))
		return;
	spin_lock_irq(&path->lu->lock);
	delay = put_off(path);
	if (delay) {
		queue_delayed_work(scsi_multipath_probe_wq, &path->probe.work,
				   delay);
		spin_unlock_irq(&path->lu->lock);
		return;
	}
	probe = path->probe.demanded || path->check || READ_ONCE(path_probe);
	path->probe.demanded = false;
	watch = scsi_path_is_usable(path) ? path->watch.wants : WATCH_NOTHING;
	WRITE_ONCE(path->watch.wants, WATCH_NOTHING);
	if (!may_be_asked(path)) {
		probe = false;
		watch = WATCH_NOTHING;
	}
	path->probe.left = false;
	path->probe.now = probe || watch ? PROBE_ASKS : PROBE_IDLE;
	path->watch.asks = watch;
	spin_unlock_irq(&path->lu->lock);

	if (watch)
		watch_path(path, watch);
	else if (probe)
		probe_path(path);

	spin_lock_irq(&path->lu->lock);
	path->probe.now = PROBE_IDLE;
	path->watch.asks = false;
	if (wants_probe(path))
		scsi_path_probe_schedule(path);
	spin_unlock_irq(&path->lu->lock);
}

/**
 * scsi_path_probe_schedule - test a path later, each time later than before
 * @path: path that is out of use
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_probe_schedule(struct scsi_path *path)
{
	unsigned long delay = path->probe.delay;

	lockdep_assert_held(&path->lu->lock);
	/* I/O waits for it. */
	if (!scsi_lu_has_path_locked(path->lu))
		delay = min(delay, PROBE_DELAY_NO_PATH);
	/* It has not failed, and its target may never say that it is back. */
	if (scsi_path_is_passive(path) || path->access == ACCESS_NONE)
		delay = min(delay, PROBE_DELAY_PASSIVE);
	/* Spread out the paths of a controller that all failed at once. */
	delay += get_random_u32_below(delay / 4 + 1);
	if (queue_delayed_work(scsi_multipath_probe_wq, &path->probe.work, delay))
		path->probe.delay = min(path->probe.delay * 2,
					PROBE_DELAY_MAX);
}

/**
 * scsi_path_probe_now - test a path that its transport reports online
 * @path: path that is out of use
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_probe_now(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	path->probe.demanded = true;
	mod_delayed_work(scsi_multipath_probe_wq, &path->probe.work, 0);
}

/**
 * scsi_path_overtake_probe - a path has come back while it may be tested
 * @path: path
 *
 * What the test under way finds out may be from before.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_overtake_probe(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	if (path->probe.now == PROBE_ASKS)
		path->probe.now = PROBE_OVERTAKEN;
}

/**
 * scsi_path_probe_soon - test a path soon, and begin anew with short delays
 * @path: path, of which there is news, or which is all that is left
 *
 * Does nothing to a path that carries I/O or is disabled.
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_probe_soon(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	if (!wants_probe(path))
		return;
	path->probe.delay = SCSI_PATH_PROBE_DELAY;
	mod_delayed_work(scsi_multipath_probe_wq, &path->probe.work,
			 get_random_u32_below(SCSI_PATH_PROBE_DELAY) + 1);
}

/**
 * scsi_path_watch - test a path that nothing is known against
 * @path: path
 * @wants: what is to be found out
 *
 * Context: the logical unit's lock held.
 * Return: how many commands this takes, if it goes well.
 */
unsigned int scsi_path_watch(struct scsi_path *path, enum scsi_path_watching wants)
{
	lockdep_assert_held(&path->lu->lock);
	WRITE_ONCE(path->watch.wants, wants);
	mod_delayed_work(scsi_multipath_probe_wq, &path->probe.work, 0);
	if (wants == WATCH_IDENTITY ||
	    (READ_ONCE(path->watch.count) + 1) % WATCH_IDENTITY_EVERY)
		return 1;
	return 2;
}

/**
 * scsi_path_is_being_watched - has scsi_path_watch() not had its answer yet?
 * @path: path
 *
 * Context: the logical unit's lock held.
 */
bool scsi_path_is_being_watched(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	return path->watch.asks ||
	       (path->watch.wants && delayed_work_pending(&path->probe.work));
}

/**
 * scsi_path_probe_init - a new path
 * @path: path
 */
void scsi_path_probe_init(struct scsi_path *path)
{
	INIT_DELAYED_WORK(&path->probe.work, probe_work);
	path->probe.delay = SCSI_PATH_PROBE_DELAY;
	path->good_since = jiffies;
	path->reinstated_at = jiffies;
}
