/* SPDX-License-Identifier: GPL-2.0 */
/* A PERSISTENT RESERVE OUT of the user's on its way, for the files that carry it out. */
#ifndef _SCSI_MULTIPATH_PR_ERRAND_H
#define _SCSI_MULTIPATH_PR_ERRAND_H

#include "pr.h"

/* None of the user's: an exclusive reservation is to be moved to another path. */
#define PR_MOVE			0x20

/**
 * struct scsi_pr_errand - a command on its way
 * @lu: logical unit
 * @cmd: command
 * @action: its service action
 * @key: its reservation key
 * @action_key: its service action reservation key
 * @type: its type
 * @lu_key: that of the logical unit when it began
 * @lost: a path has lost it
 * @lost_result: what that path has said
 * @lost_sense: the same
 * @cleared: the key that is to be removed may be gone by now
 * @unclear: nobody knows whether that or another host has removed the old key
 * @doubted: a nexus has turned out not to be registered
 * @may_change: pr.changing is held
 * @said: what the target has said to a question of ours, and what its answer is if no path
 *	does better
 */
struct scsi_pr_errand {
	struct scsi_lu *lu;
	struct scsi_pr_cmd *cmd;
	u8 action;
	u64 key;
	u64 action_key;
	u8 type;
	u64 lu_key;
	bool lost;
	int lost_result;
	u8 lost_sense[SCSI_SENSE_BUFFERSIZE];
	bool cleared;
	bool unclear;
	bool doubted;
	bool may_change;
	struct scsi_pr_said said;
};

/**
 * enum scsi_pr_outcome - what one path has made of a command
 * @ANSWERED: the command has its answer
 * @NEXT_PATH: another path is to be the leader
 */
enum scsi_pr_outcome {
	ANSWERED,
	NEXT_PATH,
};

/* pr_errand.c */
void scsi_pr_answer(struct scsi_pr_errand *errand, int result);
void scsi_pr_answer_sense(struct scsi_pr_errand *errand, u8 asc, u8 ascq);
enum scsi_pr_outcome scsi_pr_answer_good(struct scsi_pr_errand *errand);
enum scsi_pr_outcome scsi_pr_answer_conflict(struct scsi_pr_errand *errand);
enum scsi_pr_outcome scsi_pr_answer_lost(struct scsi_pr_errand *errand);
void scsi_pr_note_lost(struct scsi_pr_errand *errand);
enum scsi_pr_outcome scsi_pr_leader_lost(struct scsi_pr_errand *errand,
					 struct scsi_path *leader);
enum scsi_pr_outcome scsi_pr_doubt(struct scsi_pr_errand *errand,
				   struct scsi_path *leader);
enum scsi_pr_reply scsi_pr_check(struct scsi_pr_errand *errand,
				 struct scsi_path *leader);
enum scsi_pr_reply scsi_pr_do_registered(struct scsi_pr_errand *errand,
					 struct scsi_path *leader);

/* pr_register.c */
enum scsi_pr_outcome scsi_pr_user_registers(struct scsi_pr_errand *errand,
					    struct scsi_path *leader);

bool scsi_pr_be_alone(struct scsi_pr_errand *errand, struct scsi_path *leader,
		      u8 type);
enum scsi_pr_outcome scsi_pr_key_is_changed(struct scsi_pr_errand *errand,
					    struct scsi_path *leader);

/* pr_move.c */
enum scsi_pr_outcome scsi_pr_user_moves(struct scsi_pr_errand *errand,
					struct scsi_path *leader);
enum scsi_pr_outcome scsi_pr_user_replaces(struct scsi_pr_errand *errand,
					   struct scsi_path *leader);

/* pr_reserve.c */
enum scsi_pr_outcome scsi_pr_user_reserves(struct scsi_pr_errand *errand,
					   struct scsi_path *leader);
enum scsi_pr_outcome scsi_pr_user_releases(struct scsi_pr_errand *errand,
					   struct scsi_path *leader);

/* pr_preempt.c */
enum scsi_pr_outcome scsi_pr_user_clears(struct scsi_pr_errand *errand,
					 struct scsi_path *leader);
enum scsi_pr_outcome scsi_pr_user_preempts_other(struct scsi_pr_errand *errand,
						 struct scsi_path *leader);
enum scsi_pr_outcome scsi_pr_user_preempts_own(struct scsi_pr_errand *errand,
					       struct scsi_path *leader);

#endif /* _SCSI_MULTIPATH_PR_ERRAND_H */
