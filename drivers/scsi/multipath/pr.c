// SPDX-License-Identifier: GPL-2.0
/*
 * Reservations: a PERSISTENT RESERVE OUT of the user's, or a RESERVE or RELEASE, comes in,
 * waits for its turn, and goes back with an answer.
 */

#include <linux/blk-mq.h>
#include <linux/moduleparam.h>
#include <linux/scatterlist.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "../scsi_priv.h"
#include "dispatch.h"
#include "mpath.h"
#include "pr.h"

#define LOOK_AGAIN		(HZ / 4)

bool scsi_multipath_reservations = true;
module_param_named(path_reservations, scsi_multipath_reservations, bool, 0444);
MODULE_PARM_DESC(path_reservations,
		 "Keep reservations on a logical unit with several paths (default on). Off: refuse them there");

/* The list, and whether it is one that can be made sense of here. */
static int copy_list(struct scsi_cmnd *lu_cmd, struct scsi_pr_cmd *cmd)
{
	cmd->len = scsi_bufflen(lu_cmd);
	if (cmd->len < PR_OUT_LIST_LEN || cmd->len > PR_OUT_LIST_MAX)
		return -EINVAL;
	cmd->list = kmalloc(cmd->len, GFP_NOIO);
	if (!cmd->list)
		return -ENOMEM;
	sg_copy_to_buffer(scsi_sglist(lu_cmd), scsi_sg_count(lu_cmd), cmd->list,
			  cmd->len);
	return 0;
}

static void finish(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd,
		   const struct scsi_pr_cmd *cmd)
{
	this_cpu_inc(lu->cpu->sent);
	/* Bits that the mid-layer has put there for the path's own command. */
	lu_cmd->result = cmd->result & 0x00ff00ff;
	memcpy(lu_cmd->sense_buffer, cmd->sense, SCSI_SENSE_BUFFERSIZE);
	scsi_set_resid(lu_cmd, 0);
	/* One that may have been carried out is not repeated. */
	if (host_byte(lu_cmd->result))
		scsi_lu_cmd_failed(lu_cmd);
	else
		scsi_lu_cmd_done(lu_cmd);
}

static bool carry_out(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd,
		      struct scsi_pr_cmd *cmd)
{
	memcpy(cmd->cdb, lu_cmd->cmnd, sizeof(cmd->cdb));
	cmd->timeout = scsi_cmd_to_rq(lu_cmd)->timeout;
	if (scsi_pr_is_scsi2(cmd->cdb))
		return scsi_pr_carry_out_scsi2(lu, cmd);
	switch (copy_list(lu_cmd, cmd)) {
	case 0:
		break;
	case -EINVAL:
		cmd->result = SAM_STAT_CHECK_CONDITION;
		/* parameter list length error */
		scsi_build_sense_buffer(0, cmd->sense, ILLEGAL_REQUEST, 0x1a,
					0x00);
		return true;
	default:
		return false;
	}
	return scsi_lu_pr_carry_out(lu, cmd);
}

static struct scsi_cmnd *next_queued(struct scsi_lu *lu)
{
	struct scsi_cmnd *lu_cmd;

	spin_lock_irq(&lu->lock);
	lu_cmd = list_first_entry_or_null(&lu->pr.queue, struct scsi_cmnd,
					  eh_entry);
	if (lu_cmd)
		list_del_init(&lu_cmd->eh_entry);
	spin_unlock_irq(&lu->lock);
	return lu_cmd;
}

/* Nothing is sent while the error handler of a host works, and its time does not run. */
static bool waits_for_recovery(struct scsi_lu *lu)
{
	struct scsi_path *path;

	lockdep_assert_held(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (scsi_path_is_usable(path) &&
		    scsi_host_in_recovery(path->sdev->host))
			return true;
	}
	return false;
}

/*
 * Without a path it waits as any other command does, or fails. Where there is one that
 * does not even say what is registered, it has the time of a command.
 */
static bool keep_for_later(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd)
{
	unsigned long end = lu_cmd->jiffies_at_alloc +
			    scsi_cmd_to_rq(lu_cmd)->timeout;
	bool has_path;

	spin_lock_irq(&lu->lock);
	has_path = scsi_lu_has_path_locked(lu);
	if (has_path && !waits_for_recovery(lu) && time_before(lu->usable_since, end) &&
	    time_after(jiffies, end)) {
		spin_unlock_irq(&lu->lock);
		this_cpu_inc(lu->cpu->sent);
		lu_cmd->result = DID_ERROR << 16;
		scsi_lu_cmd_failed(lu_cmd);
		return false;
	}
	if (has_path)
		list_add(&lu_cmd->eh_entry, &lu->pr.queue);
	spin_unlock_irq(&lu->lock);
	if (!has_path)
		scsi_lu_requeue_cmd(lu_cmd);
	return has_path;
}

static void pr_work(struct work_struct *work)
{
	struct scsi_lu *lu = container_of(to_delayed_work(work),
					  struct scsi_lu, pr.work);
	unsigned int noio = memalloc_noio_save();
	struct scsi_cmnd *lu_cmd;
	bool later = false;

	while ((lu_cmd = next_queued(lu))) {
		struct scsi_pr_cmd *cmd = kzalloc_obj(*cmd, GFP_NOIO);

		if (cmd && carry_out(lu, lu_cmd, cmd))
			finish(lu, lu_cmd, cmd);
		else
			later = keep_for_later(lu, lu_cmd);
		if (cmd)
			kfree(cmd->list);
		kfree(cmd);
		if (later)
			break;
	}
	later |= !scsi_lu_pr_move(lu);
	if (later)
		queue_delayed_work(scsi_multipath_probe_wq, &lu->pr.work,
				   LOOK_AGAIN);
	memalloc_noio_restore(noio);
}

/**
 * scsi_lu_pr_queue - a command of a logical unit's user that reserves it
 * @lu: logical unit
 * @lu_cmd: command whose request has been started
 *
 * Context: any in which block I/O is dispatched.
 * Return: false if no path is usable: it waits, or fails, as any other.
 */
bool scsi_lu_pr_queue(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd)
{
	unsigned long flags;
	bool has_path;

	spin_lock_irqsave(&lu->lock, flags);
	has_path = scsi_lu_has_path_locked(lu);
	if (has_path) {
		/* A path that joins from now on has to be looked at. */
		lu->pr.used |= lu_cmd->cmnd[0] == PERSISTENT_RESERVE_OUT;
		list_add_tail(&lu_cmd->eh_entry, &lu->pr.queue);
		queue_delayed_work(scsi_multipath_probe_wq, &lu->pr.work, 0);
	}
	spin_unlock_irqrestore(&lu->lock, flags);
	return has_path;
}

/**
 * scsi_lu_pr_stop - the logical unit's device is no more
 * @lu: logical unit whose queue is drained
 *
 * Context: process.
 */
void scsi_lu_pr_stop(struct scsi_lu *lu)
{
	disable_delayed_work_sync(&lu->pr.work);
}

/**
 * scsi_lu_pr_init - a new logical unit
 * @lu: logical unit
 */
void scsi_lu_pr_init(struct scsi_lu *lu)
{
	lu->pr.ops = &scsi_pr_ops;
	mutex_init(&lu->pr.changing);
	INIT_LIST_HEAD(&lu->pr.queue);
	INIT_DELAYED_WORK(&lu->pr.work, pr_work);
}
