// SPDX-License-Identifier: GPL-2.0
/*
 * Probing: a TEST UNIT READY finds out whether a path that is out of rotation
 * answers again. Paths that carry I/O are never probed. A path that answers is
 * on probation: if it then fails real I/O the delay until its next probe
 * doubles, and only real I/O that succeeds resets the delay.
 */

#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <scsi/scsi.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_proto.h>

#include "mpath.h"
#include "verdict.h"

#define PROBE_TIMEOUT		(10 * HZ)
#define PROBE_DELAY_MAX		(60 * HZ)
/* Unit attentions that a returning I_T nexus may have to report first. */
#define PROBE_TRIES		4

static bool path_probe = true;
module_param(path_probe, bool, 0644);
MODULE_PARM_DESC(path_probe,
		 "Test failed paths with TEST UNIT READY and put those that answer back into use (default on)");

static bool path_answers(struct scsi_path *path)
{
	static const u8 test_unit_ready[6] = { TEST_UNIT_READY };
	struct scsi_sense_hdr sense;
	const struct scsi_exec_args args = { .sshdr = &sense };
	struct scsi_verdict verdict;
	int result, tries = PROBE_TRIES;

	do {
		result = scsi_execute_cmd(path->sdev, test_unit_ready,
					  REQ_OP_DRV_IN | REQ_FAILFAST_TRANSPORT,
					  NULL, 0, PROBE_TIMEOUT, 0, &args);
		if (result < 0)
			return false;
		if (!scsi_status_is_check_condition(result))
			memset(&sense, 0, sizeof(sense));
	} while (sense.sense_key == UNIT_ATTENTION && --tries);

	verdict = scsi_path_verdict(result, &sense);
	return verdict.path == PATH_PROVED || verdict.path == PATH_UNCHANGED ||
	       verdict.path == PATH_CONGESTED;
}

static bool wants_probe(const struct scsi_path *path)
{
	enum scsi_path_state state = READ_ONCE(path->state);

	return (state == PATH_DEAD || state == PATH_WAITING) &&
	       READ_ONCE(path->sdev->sdev_state) == SDEV_RUNNING;
}

static void probe_work(struct work_struct *work)
{
	struct scsi_path *path = container_of(to_delayed_work(work),
					      struct scsi_path, probe);
	unsigned long flags;

	if (!wants_probe(path))
		return;
	if (READ_ONCE(path_probe) && path_answers(path)) {
		scsi_path_set_state(path, PATH_PROBATION, "answers again");
		return;
	}
	spin_lock_irqsave(&path->lu->lock, flags);
	if (wants_probe(path))
		scsi_path_probe_schedule(path);
	spin_unlock_irqrestore(&path->lu->lock, flags);
}

/**
 * scsi_path_probe_schedule - test a path later, each time later than before
 * @path: path that is out of rotation
 *
 * Context: the logical unit's lock held.
 */
void scsi_path_probe_schedule(struct scsi_path *path)
{
	lockdep_assert_held(&path->lu->lock);
	/* Spread out the paths of a controller that all failed at once. */
	if (queue_delayed_work(scsi_mpath_wq, &path->probe, path->probe_delay +
			       get_random_u32_below(path->probe_delay / 4 + 1)))
		path->probe_delay = min_t(unsigned long, path->probe_delay * 2,
					  PROBE_DELAY_MAX);
}

/**
 * scsi_path_probe_init - a new path
 * @path: path
 */
void scsi_path_probe_init(struct scsi_path *path)
{
	INIT_DELAYED_WORK(&path->probe, probe_work);
	path->probe_delay = HZ / 4;
}
