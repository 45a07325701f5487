// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of a command whose attempt is over: it is complete, or goes down
 * another path, or the same one, and what has failed is held against the path.
 *
 * The path's LLD, abort and error handling own an attempt until
 * scsi_path_cmd_done(); only then is the command completed or tried again, so that
 * no two attempts of one command are ever under way.
 */

#include <linux/blk-mq.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "../scsi_priv.h"
#include "dispatch.h"
#include "mpath.h"
#include "trace.h"
#include "verdict.h"

/* What the upper level lets it take does not count while there is no path. */
static void forget_time_without_path(struct scsi_lu *lu,
				     struct scsi_cmnd *lu_cmd)
{
	unsigned long usable_since = READ_ONCE(lu->usable_since);

	if (time_after(usable_since, lu_cmd->jiffies_at_alloc))
		lu_cmd->jiffies_at_alloc = usable_since;
}

/*
 * Over all attempts together a command has the time that it would have on one
 * path.
 */
static bool out_of_time(struct scsi_cmnd *lu_cmd)
{
	if (lu_cmd->allowed == SCSI_CMD_RETRIES_NO_LIMIT)
		return false;
	return time_after(jiffies, lu_cmd->jiffies_at_alloc +
				   (lu_cmd->allowed + 1) *
				   scsi_cmd_to_rq(lu_cmd)->timeout);
}

/*
 * What an LLD has completed is repeated while there is time, as scsi_complete() does.
 * What the timer has taken back costs an attempt of those that it has on one path,
 * however long it took to get it back, as in scmd_eh_abort_handler(). And the first
 * attempt may have spent all the time waiting for a host's error handler.
 */
static bool has_had_its_time(struct scsi_cmnd *lu_cmd)
{
	int free_attempts = 1;

	if (host_byte(lu_cmd->result) == DID_TIME_OUT)
		free_attempts = max(lu_cmd->allowed, 1);
	return lu_cmd->retries >= free_attempts && out_of_time(lu_cmd);
}

static __always_inline void mark_complete(struct scsi_lu *lu,
					  struct scsi_cmnd *lu_cmd)
{
	blk_mq_set_request_complete(scsi_cmd_to_rq(lu_cmd));
	this_cpu_inc(lu->cpu->done);
}

static __always_inline void succeed(struct scsi_lu *lu,
				    struct scsi_cmnd *lu_cmd)
{
	mark_complete(lu, lu_cmd);
	scsi_lu_finish_cmd(lu_cmd);
}

/* As scsi_complete() does; what the timer has taken back does not come there. */
static void count_error(struct scsi_cmnd *lu_cmd)
{
	if (host_byte(lu_cmd->result) != DID_TIME_OUT)
		atomic_inc(&lu_cmd->device->ioerr_cnt);
}

/* It is sent once more, and counted once more. */
static void count_lost_attempt(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd)
{
	this_cpu_inc(lu->cpu->done);
	count_error(lu_cmd);
}

/* Attempts that a command has over so many paths together */
static int tries_over(const struct scsi_cmnd *lu_cmd, unsigned int nr_paths)
{
	return (lu_cmd->allowed + 1) * (int)nr_paths;
}

/*
 * Over how many paths together? It is what the logical unit had at its best: paths that
 * leave take no attempts with them. What does something else if it is carried out twice
 * has no more of them than without other paths.
 */
static unsigned int nr_paths_to_try(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd)
{
	if (!scsi_cmd_is_idempotent(lu->sdev->type, lu_cmd->cmnd))
		return 1;
	return max(READ_ONCE(lu->most_paths), 1);
}

/*
 * What was lost for a path is not charged to what the logical unit answers over another
 * one, as far as these have tries of their own.
 */
static enum scsi_disposition decide(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd)
{
	int lost = (lu_cmd->flags & SCMD_LU_LOST) >> SCMD_LU_LOST_SHIFT;
	enum scsi_disposition disposition;

	lost = min(lost, tries_over(lu_cmd, nr_paths_to_try(lu, lu_cmd) - 1));
	lu_cmd->retries -= lost;
	disposition = scsi_decide_disposition(lu_cmd);
	lu_cmd->retries += lost;
	return disposition;
}

/**
 * scsi_lu_cmd_done - a logical unit's command has its result
 * @lu_cmd: command that no path owns any more
 *
 * As scsi_complete() does for a command that an LLD has completed.
 *
 * Context: any in which a command may complete.
 */
void scsi_lu_cmd_done(struct scsi_cmnd *lu_cmd)
{
	struct scsi_lu *lu = lu_cmd->device->hostdata;
	enum scsi_disposition disposition;

	if (!lu_cmd->result) {
		succeed(lu, lu_cmd);
		return;
	}

	mark_complete(lu, lu_cmd);
	count_error(lu_cmd);
	forget_time_without_path(lu, lu_cmd);
	disposition = decide(lu, lu_cmd);
	/* If it is sent again, here or by scsi_io_completion(), any path will do. */
	scsi_lu_cmd_set_history(lu_cmd, scsi_lu_cmd_history(lu_cmd) &
					HISTORY_BOUND_TO_NEXUS);
	/* FAILED: error handling is done with, it was that of the path. */
	if ((disposition == NEEDS_RETRY || disposition == ADD_TO_MLQUEUE) &&
	    !out_of_time(lu_cmd)) {
		scsi_lu_retry_cmd(lu_cmd);
		return;
	}
	scsi_lu_finish_cmd(lu_cmd);
}

/**
 * scsi_lu_cmd_failed - a logical unit's command has failed for good
 * @lu_cmd: command that no path owns any more
 *
 * As scsi_complete() does for a command that is not to be retried.
 *
 * Context: any in which a command may complete.
 */
void scsi_lu_cmd_failed(struct scsi_cmnd *lu_cmd)
{
	mark_complete(lu_cmd->device->hostdata, lu_cmd);
	count_error(lu_cmd);
	scsi_lu_finish_cmd(lu_cmd);
}

/* The sender of a passthrough command decides what is repeated. */
static bool is_the_senders_own(struct scsi_cmnd *lu_cmd)
{
	return blk_rq_is_passthrough(scsi_cmd_to_rq(lu_cmd)) &&
	       !lu_cmd->allowed;
}

/* What no device is sent again is not asked for in scsi_noretry_cmd(). */
static bool is_for_its_path(int result)
{
	switch (host_byte(result)) {
	case DID_NO_CONNECT:
	case DID_BAD_TARGET:
	case DID_TRANSPORT_FAILFAST:
	case DID_TRANSPORT_MARGINAL:
		return true;
	default:
		return false;
	}
}

/*
 * What is sent over each path once, but over none twice: its sender decides what else is
 * to be done. And no passthrough that was aborted, or got sense data, is sent twice to a
 * device, see scsi_noretry_cmd(). Nor is that for which there is something else that may be
 * done instead (REQ_FAILFAST_*), and what fails for its path does not wait for another one.
 * What the error handler has dealt with is sent again in either case.
 */
static bool goes_once_over_each_path(struct scsi_cmnd *cmd,
				     struct scsi_cmnd *lu_cmd)
{
	struct request *rq = scsi_cmd_to_rq(lu_cmd);

	if (host_byte(cmd->result) == DID_TIME_OUT && cmd->flags & SCMD_PATH_RETRY)
		return is_the_senders_own(lu_cmd);
	if (!blk_rq_is_passthrough(rq))
		return scsi_noretry_cmd(lu_cmd) ||
		       (blk_noretry_request(rq) && is_for_its_path(cmd->result));
	return !lu_cmd->allowed || host_byte(cmd->result) == DID_TIME_OUT ||
	       scsi_status_is_check_condition(cmd->result);
}

/*
 * What the kernel's own senders of passthrough let the mid-layer repeat, a plain device has
 * repeated whatever it is, unless there is sense data: sd sets the cache of a disk like that.
 * Of ch it is more: what has been moved is not where it was, and the changer says so when it
 * is to be moved once more; but what fails without sense data, ch takes for a success.
 */
static bool is_repeated_without_others(struct scsi_cmnd *lu_cmd, bool once)
{
	if (!blk_rq_is_passthrough(scsi_cmd_to_rq(lu_cmd)))
		return false;

	switch (host_byte(lu_cmd->result)) {
	case DID_OK:
		return !scsi_status_is_check_condition(lu_cmd->result);
	case DID_BUS_BUSY:
	case DID_PARITY:
	case DID_ERROR:
	case DID_SOFT_ERROR:
		return !scsi_noretry_cmd(lu_cmd);
	case DID_BAD_INTR:
	case DID_TRANSPORT_DISRUPTED:
		return true;
	case DID_TIME_OUT:
		return !once;
	default:
		return false;
	}
}

static bool may_be_repeated(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd,
			    bool once)
{
	if (is_the_senders_own(lu_cmd))
		return scsi_lu_may_repeat_passthrough(lu, lu_cmd) &&
		       !scsi_rq_is_in_sequence(lu->sdev->type,
					       scsi_cmd_to_rq(lu_cmd));
	return is_repeated_without_others(lu_cmd, once) ||
	       scsi_cmd_is_idempotent(lu->sdev->type, lu_cmd->cmnd);
}

/* One more attempt is made, or are these all that a command has over so many paths? */
static bool use_up_an_attempt(struct scsi_cmnd *lu_cmd, unsigned int nr_paths)
{
	/* Without a limit as well: the first attempt has less time than those to come. */
	lu_cmd->retries++;
	if ((lu_cmd->flags & SCMD_LU_LOST) != SCMD_LU_LOST)
		lu_cmd->flags += 1 << SCMD_LU_LOST_SHIFT;
	return lu_cmd->allowed == SCSI_CMD_RETRIES_NO_LIMIT ||
	       lu_cmd->retries < tries_over(lu_cmd, nr_paths);
}

/* Is there a usable path that the command has not been tried on? */
static bool has_untried_path(struct scsi_lu *lu, unsigned long history)
{
	const struct scsi_path_set *all;
	bool found = false;
	unsigned int nr;

	rcu_read_lock();
	all = scsi_lu_all_rcu(lu);
	/* Pairs with smp_store_release() in publish(). */
	nr = smp_load_acquire(&all->nr);
	for (unsigned int i = 0; i < nr && !found; i++) {
		struct scsi_path *path = READ_ONCE(all->path[i]);

		found = path && !(history & HISTORY_TRIED(path));
	}
	rcu_read_unlock();
	return found;
}

/* While there is no path, none is made. */
static bool charge_attempt(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd,
			   bool once)
{
	if (!may_be_repeated(lu, lu_cmd, once))
		return false;
	if (once && !has_untried_path(lu, scsi_lu_cmd_history(lu_cmd)))
		return false;
	if (has_had_its_time(lu_cmd))
		return false;
	/* It was given up meanwhile, see medium.c. */
	if (!scsi_device_online(lu->sdev))
		return false;
	return use_up_an_attempt(lu_cmd, nr_paths_to_try(lu, lu_cmd));
}

/* Something has been lost, and a plain device would not ask once more. */
static bool tells_of_earlier(struct scsi_cmnd *lu_cmd,
			     const struct scsi_sense_hdr *sense)
{
	return sense && scsi_cmd_is_of_earlier(lu_cmd->cmnd) &&
	       (sense->sense_key != ABORTED_COMMAND || scsi_noretry_cmd(lu_cmd));
}

/* May a command be sent over another path for an answer that may be better? */
static bool may_ask_others(struct scsi_path *path, struct scsi_cmnd *lu_cmd,
			   const struct scsi_verdict *verdict,
			   const struct scsi_sense_hdr *sense)
{
	struct scsi_lu *lu = path->lu;

	if (!has_untried_path(lu, scsi_lu_cmd_history(lu_cmd) | HISTORY_TRIED(path)))
		return false;
	if (verdict->cmd == CMD_NEVER_RAN)
		return true;
	return may_be_repeated(lu, lu_cmd, true) &&
	       !tells_of_earlier(lu_cmd, sense) &&
	       !scsi_rq_is_in_sequence(lu->sdev->type, scsi_cmd_to_rq(lu_cmd));
}

/* The next attempt is to take another path, if there is one, or @once if at all. */
static void note_tried(struct scsi_path *path, struct scsi_cmnd *lu_cmd,
		       bool once, bool blame)
{
	unsigned long history = scsi_lu_cmd_history(lu_cmd) | HISTORY_TRIED(path);
	struct scsi_lu *lu = path->lu;

	if (blame)
		history |= HISTORY_BLAMED(path);
	/* All have been: begin anew, but not with this one. */
	if (!has_untried_path(lu, history) && !once)
		history = (history & ~HISTORY_ALL_TRIED) | HISTORY_TRIED(path);
	scsi_lu_cmd_set_history(lu_cmd, history);
}

/*
 * Some LLDs return DID_ERROR when a device returns less data than the allocation
 * length (SPC-4 4.3.4.6), or none. If they set a residual, the device has answered,
 * so the path works.
 */
static bool is_short_answer(struct scsi_cmnd *cmd)
{
	return host_byte(cmd->result) == DID_ERROR &&
	       blk_rq_is_passthrough(scsi_cmd_to_rq(cmd)) &&
	       scsi_get_resid(cmd);
}

/**
 * scsi_path_apply - a command was lost over a path
 * @path: path
 * @effect: what that means for it, by the verdict; nothing if it is none the worse
 * @why: for the log
 *
 * Context: any; takes the logical unit's lock.
 */
void scsi_path_apply(struct scsi_path *path, enum scsi_path_effect effect,
		     const char *why)
{
	switch (effect) {
	case EFFECT_STRIKE:
		scsi_path_strike(path, why);
		break;
	case EFFECT_PENDING:
		scsi_path_take_out(path, PATH_PENDING, why);
		break;
	case EFFECT_TRANSITION:
		scsi_path_begin_transition(path);
		break;
	case EFFECT_PASSIVE:
		scsi_path_set_passive(path);
		break;
	case EFFECT_DISCONNECTED:
		scsi_path_set_disconnected(path, why);
		break;
	case EFFECT_FAILED:
		scsi_path_take_out(path, PATH_FAILED, why);
		break;
	default:
		break;
	}
}

static void apply_to_path(struct scsi_path *path, struct scsi_cmnd *cmd,
			  enum scsi_path_effect effect)
{
	struct scsi_device *sdev = path->sdev;
	char why[32];

	switch (effect) {
	case EFFECT_SUCCEEDED:
		if (unlikely(READ_ONCE(path->suspect)))
			scsi_path_succeeded(path);
		return;
	case EFFECT_NONE:
		return;
	case EFFECT_CONGESTED:
		atomic_inc(&path->outlier.turned_away);
		WRITE_ONCE(path->busy_since, jiffies ?: 1);
		atomic_set(&sdev->device_blocked, sdev->max_device_blocked);
		return;
	default:
		break;
	}

	/* What the path lost before it came back is no news of it. */
	if (scsi_path_reinstated_after(path, cmd->jiffies_at_alloc) ||
	    is_short_answer(cmd))
		return;

	snprintf(why, sizeof(why), "result %#x", cmd->result);
	if (host_byte(cmd->result) == DID_TIME_OUT) {
		/* A timeout of the submitter's own choice says less. */
		if (blk_rq_is_passthrough(scsi_cmd_to_rq(cmd)))
			scsi_path_strike(path, why);
		else
			scsi_path_note_timeout(path, why);
		return;
	}
	scsi_path_apply(path, effect, why);
}

static void apply_to_cmd(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd,
			 enum scsi_cmd_effect effect, bool pause, bool once)
{
	forget_time_without_path(lu, lu_cmd);
	switch (effect) {
	case CMD_COMPLETE:
		scsi_lu_cmd_done(lu_cmd);
		return;
	case CMD_NEVER_RAN:
		if (pause && out_of_time(lu_cmd)) {
			scsi_lu_cmd_failed(lu_cmd);
			return;
		}
		break;
	case CMD_MAY_HAVE_RUN:
		if (!charge_attempt(lu, lu_cmd, once)) {
			scsi_lu_cmd_failed(lu_cmd);
			return;
		}
		pause = !has_untried_path(lu, scsi_lu_cmd_history(lu_cmd));
		break;
	}
	count_lost_attempt(lu, lu_cmd);
	if (pause)
		scsi_lu_retry_cmd(lu_cmd);
	else
		scsi_lu_requeue_cmd(lu_cmd);
}

/* What commands other nexuses are told of by a unit attention (SPC-4 5.14) */
static bool others_hear_of(const struct scsi_cmnd *lu_cmd)
{
	switch (lu_cmd->cmnd[0]) {
	case MODE_SELECT:
	case MODE_SELECT_10:
	case LOG_SELECT:
	case WRITE_BUFFER:
	case SECURITY_PROTOCOL_OUT:
	case MAINTENANCE_OUT:
		return true;
	default:
		return false;
	}
}

/* The same, and perhaps they take the medium for another one */
static bool changes_medium(const struct scsi_cmnd *lu_cmd)
{
	switch (lu_cmd->cmnd[0]) {
	case FORMAT_UNIT:
	case START_STOP:	/* LOAD UNLOAD, too */
	case MOVE_MEDIUM:
	case EXCHANGE_MEDIUM:
		return true;
	default:
		return false;
	}
}

/*
 * A command with a history has succeeded. Returns true if it is completed by
 * somebody else, later.
 */
static noinline bool has_an_epilogue(struct scsi_path *path,
				     struct scsi_cmnd *cmd,
				     struct scsi_cmnd *lu_cmd)
{
	unsigned long history = scsi_lu_cmd_history(lu_cmd);

	if (lu_cmd->retries)
		scsi_path_note_patience(path, cmd->jiffies_at_alloc);
	if (history & ~(HISTORY_ALL_TRIED | HISTORY_BOUND_TO_NEXUS))
		scsi_lu_blame(path->lu, history >> HISTORY_BLAMED_SHIFT);
	if (!(history & HISTORY_BOUND_TO_NEXUS))
		return false;
	if (unlikely(READ_ONCE(path->lu->reset_untold)))
		scsi_path_carried(path, lu_cmd, cmd->jiffies_at_alloc);
	if (others_hear_of(lu_cmd))
		scsi_path_changed_lu(path);
	else if (changes_medium(lu_cmd))
		scsi_path_changed_medium(path);
	scsi_path_note_key(path, lu_cmd);
	return lu_cmd->cmnd[0] == ALLOW_MEDIUM_REMOVAL &&
	       scsi_path_moved_door(path, lu_cmd);
}

/*
 * The mid-layer knows things of the path's device that it does not know of the
 * logical unit's: that it was reset, what its handler makes of sense data, that the
 * error handler has started it. For these it would send the command again: passthrough not
 * for what the sense data say, but for what its device handler wants.
 */
static enum scsi_cmd_effect as_without_others(struct scsi_cmnd *cmd,
					      struct scsi_cmnd *lu_cmd,
					      const struct scsi_sense_hdr *sense)
{
	bool retry = cmd->flags & SCMD_PATH_RETRY &&
		     !is_the_senders_own(lu_cmd);

	if (!sense)
		return retry ? CMD_MAY_HAVE_RUN : CMD_COMPLETE;
	if (sense->sense_key != UNIT_ATTENTION && sense->sense_key != NOT_READY)
		return CMD_COMPLETE;
	if (cmd->flags & SCMD_PATH_REQUEUE)
		return CMD_NEVER_RAN;
	return retry && !scsi_noretry_cmd(lu_cmd) ? CMD_NEVER_RAN : CMD_COMPLETE;
}

static bool is_out_of_use(enum scsi_path_effect effect)
{
	return effect != EFFECT_SUCCEEDED && effect != EFFECT_NONE &&
	       effect != EFFECT_CONGESTED;
}

/*
 * When it is asked the path is as good as any, and it comes back, but of this command the
 * target says once more that the path does not serve it. As on a device without other
 * paths that has an end; a state that changes takes the time that it takes.
 */
static bool says_so_for_ever(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd,
			     enum scsi_path_effect effect)
{
	switch (effect) {
	case EFFECT_DISCONNECTED:
	case EFFECT_PASSIVE:
		return !use_up_an_attempt(lu_cmd, READ_ONCE(lu->most_paths));
	case EFFECT_TRANSITION:
		forget_time_without_path(lu, lu_cmd);
		return out_of_time(lu_cmd);
	default:
		return false;
	}
}

/*
 * A conflict may be one of the nexus alone, which is mended then. The command has not been
 * carried out.
 */
static bool is_conflict_of_nexus(struct scsi_path *path,
				 const struct scsi_cmnd *cmd)
{
	return (cmd->result & 0xff) == SAM_STAT_RESERVATION_CONFLICT &&
	       !scsi_path_conflict_is_genuine(path);
}

/* Or has succeeded, with something to say of it. */
static noinline void attempt_failed(struct scsi_path *path,
				    struct scsi_cmnd *cmd,
				    struct scsi_cmnd *lu_cmd)
{
	struct scsi_lu *lu = path->lu;
	struct scsi_sense_hdr sense_hdr, *sense = NULL;
	struct scsi_verdict verdict;
	bool is_news = true, pause = false, completed_later = false;
	bool taken_back = test_bit(SCMD_STATE_TAKEN_BACK, &cmd->state);
	/* That a path has had it for so short a time was not its sender's choice. */
	bool once = !taken_back && goes_once_over_each_path(cmd, lu_cmd);

	if (host_byte(cmd->result) == DID_TIME_OUT)
		atomic_inc(&lu_cmd->device->iotmo_cnt);
	if (scsi_command_normalize_sense(cmd, &sense_hdr))
		sense = &sense_hdr;
	verdict = scsi_path_verdict(cmd->device, cmd->result, sense);
	/* An upper level hears once of what each path reports for itself. */
	if (sense && !host_byte(cmd->result))
		is_news = scsi_path_report_event(path, sense);
	if (is_conflict_of_nexus(path, cmd)) {
		verdict.cmd = CMD_NEVER_RAN;
	} else if (verdict.cmd == CMD_COMPLETE) {
		verdict.cmd = is_news ? as_without_others(cmd, lu_cmd, sense) :
					CMD_NEVER_RAN;
		/* What has been told is said once over each path: that has an end. */
		pause = is_news && verdict.cmd == CMD_NEVER_RAN;
		if (pause)
			scsi_path_event_was_swallowed(path, sense,
						      cmd->flags & SCMD_PATH_RETRY);
	} else if (verdict.ask_others) {
		enum scsi_cmd_effect alone = as_without_others(cmd, lu_cmd, sense);

		/* It was to be expected, or there is no better answer. */
		if (alone != CMD_COMPLETE ||
		    !may_ask_others(path, lu_cmd, &verdict, sense)) {
			verdict.cmd = alone;
			verdict.ask_others = false;
			pause = alone == CMD_NEVER_RAN;
		}
	} else if (verdict.cmd == CMD_NEVER_RAN && is_the_senders_own(lu_cmd) &&
		   !has_untried_path(lu, scsi_lu_cmd_history(lu_cmd) | HISTORY_TRIED(path))) {
		/* There is no better answer, and its sender is to see this one. */
		verdict.cmd = CMD_COMPLETE;
	} else if (says_so_for_ever(lu, lu_cmd, verdict.path)) {
		verdict.cmd = CMD_COMPLETE;
	} else {
		/* The path is no worse for it: ask again, but not at once. */
		pause = verdict.cmd == CMD_NEVER_RAN &&
			!is_out_of_use(verdict.path);
	}
	if (sense && !host_byte(cmd->result))
		scsi_path_conclude_event(path, lu_cmd, sense,
					 verdict.cmd == CMD_COMPLETE);
	trace_scsi_multipath_verdict(lu_cmd, path, &verdict);
	apply_to_path(path, cmd, verdict.path);
	if (verdict.cmd == CMD_MAY_HAVE_RUN ||
	    (verdict.cmd == CMD_NEVER_RAN &&
	     (verdict.ask_others || is_out_of_use(verdict.path))))
		note_tried(path, lu_cmd, once, verdict.blame);
	/* SPACE over all filemarks ends where nothing is written any more. */
	if (unlikely(READ_ONCE(lu->reset_untold)) && sense &&
	    sense->sense_key == BLANK_CHECK && verdict.cmd == CMD_COMPLETE)
		scsi_path_carried(path, lu_cmd, cmd->jiffies_at_alloc);
	if (!once && !taken_back)
		lu_cmd->eh_eflags = cmd->eh_eflags;
	/* If it is completed later it may be so by now. */
	if (verdict.path == EFFECT_SUCCEEDED && verdict.cmd == CMD_COMPLETE &&
	    scsi_lu_cmd_history(lu_cmd))
		completed_later = has_an_epilogue(path, cmd, lu_cmd);
	/* The attempt held the path; the command holds the logical unit. */
	scsi_path_free_cmd(cmd);
	if (completed_later)
		return;
	if (verdict.ask_others && verdict.cmd != CMD_COMPLETE) {
		count_lost_attempt(lu, lu_cmd);
		scsi_lu_requeue_cmd(lu_cmd);
	} else {
		apply_to_cmd(lu, lu_cmd, verdict.cmd, pause, once);
	}
}

/**
 * scsi_path_cmd_done - an attempt is over, the LLD has let go of it
 * @cmd: command of the path, scsi_cmd_is_path_attempt()
 *
 * Context: any in which a command may complete.
 */
void scsi_path_cmd_done(struct scsi_cmnd *cmd)
{
	struct scsi_cmnd *lu_cmd = scsi_cmd_to_rq(cmd)->end_io_data;
	struct scsi_path *path = cmd->device->path;
	bool completed_later = false;
	struct scsi_lu *lu;

	if (scsi_path_measured_by(cmd))
		scsi_path_measured_by(cmd)->done(path, cmd);
	lu_cmd->result = cmd->result;
	scsi_set_resid(lu_cmd, scsi_get_resid(cmd));
	/* What it has not been cleared of is not looked at if all went well. */
	if (unlikely(cmd->sense_buffer[0] || cmd->result))
		memcpy(lu_cmd->sense_buffer, cmd->sense_buffer,
		       SCSI_SENSE_BUFFERSIZE);

	if (unlikely(cmd->result)) {
		attempt_failed(path, cmd, lu_cmd);
		return;
	}
	if (unlikely(READ_ONCE(path->suspect)))
		scsi_path_succeeded(path);
	if (unlikely(scsi_lu_cmd_history(lu_cmd)))
		completed_later = has_an_epilogue(path, cmd, lu_cmd);
	lu = path->lu;
	scsi_path_free_cmd(cmd);
	if (likely(!completed_later))
		succeed(lu, lu_cmd);
}

/**
 * scsi_path_may_recover - may the error handler look at what it is not known of?
 * @cmd: attempt that an LLD has completed, in a way that says nothing
 *
 * As of any device, not once the command's time is over. What the LLD may not have
 * let go of is for the error handler however late it is.
 *
 * Context: that of a completion.
 */
bool scsi_path_may_recover(struct scsi_cmnd *cmd)
{
	struct scsi_cmnd *lu_cmd = scsi_cmd_to_rq(cmd)->end_io_data;

	if (host_byte(cmd->result))
		return true;
	forget_time_without_path(cmd->device->path->lu, lu_cmd);
	return !out_of_time(lu_cmd);
}

/* Nobody else brings it to the error handler with such sense data. */
static bool was_to_be_started(struct scsi_cmnd *cmd)
{
	struct scsi_sense_hdr sense;

	return cmd->device->allow_restart &&
	       scsi_command_normalize_sense(cmd, &sense) &&
	       sense.sense_key == NOT_READY && sense.asc == 0x04 &&
	       sense.ascq == 0x02;
}

/**
 * scsi_path_eh_is_over - the error handler is done with an attempt
 * @cmd: attempt that is completed next
 *
 * If the device has come back, a command that nothing is known of has perhaps been
 * carried out and perhaps not. Without other paths it would be sent again. So would all
 * that had the device started, and not only the one that it was started with, whose sense
 * data the error handler has cleared.
 *
 * Context: the error handler of the path's host.
 */
void scsi_path_eh_is_over(struct scsi_cmnd *cmd)
{
	if (!scsi_device_online(cmd->device) || host_byte(cmd->result))
		return;
	if (was_to_be_started(cmd))
		memset(cmd->sense_buffer, 0, SCSI_SENSE_BUFFERSIZE);
	if (!SCSI_SENSE_VALID(cmd))
		cmd->flags |= SCMD_PATH_RETRY;
}
