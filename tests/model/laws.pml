/* SPDX-License-Identifier: GPL-2.0 */
/* What is claimed, and which functions keep it. */

/*
 * No second attempt before the first is given back, and no buffer is: the LLD, the
 * abort and the error handler own an attempt until scsi_path_cmd_done().
 * scsi_path_cmd_timed_out() asks for an abort and nothing else; attempt_failed() and
 * scsi_path_cmd_done() alone send a command again or complete it.
 */
#define LAW_ONE_OWNER(c)	assert(owners[c] == 1)
#define LAW_GIVEN_BACK(c)	assert(owners[c] == 0)

/*
 * No attempt after its path has left, none on a device that its transport has
 * blocked, nor on a host whose error handler is at work: try_path() looks at them in
 * the RCU section in which the attempt is sent, and unjoin(), scsi_target_block() and
 * scsi_eh_scmd_add() wait for a grace period.
 *
 * None on a path that has been away until its identity has been read: start_check() and
 * scsi_path_reinstate(), which knows by path->missed that the answer is an old one.
 */
#define LAW_MAY_SEND(p)							\
	assert(!path[p].left && !path[p].blocked && !path[p].recovering && \
	       !path[p].elsewhere)

/*
 * The memory of a path outlives whoever has found it in a set: synchronize_rcu() in
 * unjoin() is before the last reference of the device.
 */
#define LAW_MEMORY(p)	assert(!path[p].freed)

/*
 * The same of a logical unit, for its paths and its work: each path has a reference
 * until scsi_path_release(), the device until scsi_lu_sdev_destroyed(), which has
 * waited for the work, and start_removal() takes one for remove_work().
 */
#define LAW_LU_MEMORY	assert(!lu_freed)

/*
 * What the administrator has disabled stays so until he says otherwise: change_state()
 * is not called by scsi_path_set_state() and others for such a path, and
 * scsi_path_reinstate() looks for what is out of use for another reason.
 */
#define LAW_ADMINISTRATOR(p)						\
	assert(!path[p].unwanted || path[p].state == DISABLED)

/*
 * Nothing is written in clear by one who has set a key: what needs it takes the path
 * that has brought it, until somebody has heard that it is lost: scsi_lu_needs_key() and
 * dispatch_with_history(), scsi_lu_note_key_loss_told().
 */
#ifdef KEY
#define LAW_KEY(p)	assert(key_holder == NOBODY || key_holder == p)
#define waits_for_key							\
	(key_local && key_path != NOBODY && !path[key_path].usable)
#else
#define LAW_KEY(p)	skip
#define waits_for_key	false
#endif

/*
 * I/O fails only for a reason: no_path_timeout is over, the logical unit is removed or
 * not announced yet, its attempts are used up, or nobody is to wait for long, see
 * scsi_lu_ends(). may_wait_for_path(), no_path_work(), use_up_an_attempt().
 */
#define LAW_WAITS(has_a_reason)	assert(has_a_reason)

/*
 * No lost wakeup: what may go out has gone out once nothing is left to be done. I/O
 * still waits only where it may do so for ever. The queue is run by
 * scsi_lu_usable_changed() -> lu_work() -> block_or_unblock(), by
 * scsi_lu_requeue_cmd(), after BLK_STS_RESOURCE by the block layer, and after
 * BLK_STS_DEV_RESOURCE by tag_is_free(), or when LOOK_AGAIN is over; it fails by
 * scsi_lu_arm_no_path() -> no_path_work(), which is armed whenever the last path is
 * lost, and whenever a transport, the administrator, resume or the end of the system or
 * of a driver, or its sleep, which is not in the model, changes what it depends on. If
 * the host of the best paths is in recovery for ever, others will do:
 * scsi_lu_dispatch().
 */
#define MAY_WAIT							\
	(!HAS_PATH && !lu_dying && lu_announced && !lu_ends &&		\
	 (!TIMEOUT || waits_for_transport || waits_for_resume))
#define LAW_NO_LOST_WAKEUP(c)						\
	assert(cmd[c] == NOT_YET || cmd[c] == COMPLETED || cmd[c] == FAILED || \
	       (cmd[c] == QUEUED && (MAY_WAIT || waits_for_key)))

/* The device follows the set: block_or_unblock() looks with state_mutex held. */
#define LAW_DEVICE							\
	assert(lu_sdev == DEL ||					\
	       !lu_announced ||						\
	       (HAS_PATH -> lu_sdev == RUNNING && !lu_stopped :		\
			    lu_sdev == BLOCK || lu_sdev == OFFLINE))

/*
 * A logical unit that is removed takes its paths with it, and none joins it any more:
 * get_next_path_sdev(), and join(), which looks at lu->gone under the mutex under which
 * start_removal() sets it. One without paths does not stay for ever: no_path_work(),
 * armed anew when a driver has let go of it.
 */
#define LAW_REMOVED							\
	assert(!lu_gone || (lu_sdev == DEL && !path[0].listed &&	\
			    !path[1].listed));				\
	assert(lu_gone || !TIMEOUT || lu_nr || system_ends || !lu_announced || \
	       !lu_most)

/*
 * The set follows the paths: scsi_lu_refresh_locked() after each change; and the path
 * its device, also if that changes while it joins: the barriers in join() and
 * scsi_path_sdev_state_changed().
 */
#define LAW_PATH(p)							\
	assert(path[p].usable == is_usable(p));				\
	assert(!path[p].listed ||					\
	       path[p].running == (path[p].sdev == RUNNING))

/*
 * What answers comes back: change_state(), scsi_path_start_check() and probe_work() see to it
 * a path that is out of use, and runs, has a probe to come. Nobody is asked for ever:
 * only a device that its transport blocks, or a silent target, keeps a probe.
 */
#define LAW_PROBE(p)							\
	assert(!(path[p].listed && path[p].answers && !path[p].silent &&	\
		 wants_probe(p)));					\
	assert(!path[p].probe_waits || path[p].sdev == BLOCK || path[p].silent)

/*
 * No deadlock, and bounded waiting for every mutex and work: at the end nobody has a
 * mutex, and nobody waits for one (that would be an invalid end state, as would be
 * any other wait); and there are no cycles, see common.pml. Only who adds a silent
 * target waits for it, with the scan_mutex of its host.
 */
#define LAW_MUTEXES							\
	assert(!list_mutex && !claim_mutex && !lu_scan_mutex &&	\
	       !lu_state_mutex && !state_mutex[0] && !state_mutex[1]);	\
	assert(!scan_mutex[0] || path[0].silent);			\
	assert(!scan_mutex[1] || path[1].silent)
