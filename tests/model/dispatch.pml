/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way of a command: dispatch.c, completion.c and timeout.c, and the block layer's queue
 * of the logical unit.
 */

/* Each has one place in a run: where a command is given its end. */
inline complete_cmd(c)
{
	d_step {
		LAW_GIVEN_BACK(c);
		cmd[c] = COMPLETED;
		news = true
	}
}

inline fail_cmd(c, has_a_reason)
{
	d_step {
		LAW_GIVEN_BACK(c);
		LAW_WAITS(has_a_reason);
		cmd[c] = FAILED;
		news = true
	}
}

/* blk_mq_requeue_request(), which kicks the list: it is before all others */
inline requeue_cmd(c)
{
	d_step {
		LAW_GIVEN_BACK(c);
		cmd[c] = QUEUED;
		lu_run = true
	}
}

#define REMOVAL	(lu_sdev == CANCEL || lu_sdev == DEL)

/* try_path(), in the RCU section of its caller */
inline try_path(c, p, sent, no_room)
{
	/* What it is given was in the set a moment ago. get_attempt() */
	d_step {
		LAW_MEMORY(p);
		if
#ifndef SENDS_UNSEEN
		:: path[p].sdev != RUNNING || !carries(path[p].state) ||
		   path[p].recovery -> sent = IS_AWAY
#endif
		:: else ->
			if
			:: path[p].dying || path[p].pm_only -> sent = IS_AWAY
			:: else ->
				if
				:: path[p].tag != FREE || path[p].tag_seen ->
					sent = IS_FULL
				:: else ->
					sent = IS_SENT;
					path[p].tag = PREPARED;
					path[p].tag_of = c;
					path[p].tag_old = false
				fi
			fi
		fi
	};
	/* scsi_path_queue_cmd() */
	if
	:: d_step { sent == IS_SENT ->
			cmd[c] = SENT;
			if
			:: path[p].sdev == DEL -> path[p].tag = NO_CONNECT
			:: else ->
				LAW_MAY_SEND(p);
				LAW_KEY(p);
				owners[c]++;
				LAW_ONE_OWNER(c);
				path[p].tag = WITH_LLD
			fi }
	:: sent == IS_FULL -> no_room = true
	:: sent == IS_AWAY
	fi
}

/* dispatch(): any path of the set, then any other */
inline dispatch(c, p, sent, tried, no_room)
{
	do
	:: atomic { path[0].usable && !(tried & 1) -> p = 0; tried = tried | 1 };
		try_path(c, p, sent, no_room);
		if
		:: sent == IS_SENT -> break
		:: else
		fi
#ifdef ONE_GROUP
	:: atomic { path[1].usable && !path[0].usable && !(tried & 2) ->
			p = 1; tried = tried | 2 };
#else
	:: atomic { path[1].usable && !(tried & 2) -> p = 1; tried = tried | 2 };
#endif
		try_path(c, p, sent, no_room);
		if
		:: sent == IS_SENT -> break
		:: else
		fi
	:: atomic { !(path[0].usable && !(tried & 1)) &&
#ifdef ONE_GROUP
		    !(path[1].usable && !path[0].usable && !(tried & 2)) ->
#else
		    !(path[1].usable && !(tried & 2)) ->
#endif
			sent = (no_room -> IS_FULL : IS_AWAY) };
		break
	od;
	atomic { p = 0; tried = 0; no_room = false }
}

#ifdef KEY
/* scsi_lu_answer_attention() */
inline answer_attention(c)
{
	d_step {
		attention = false;
		if
		:: key_path == NOBODY -> key_local = false; key_holder = NOBODY
		:: else
		fi
	};
	complete_cmd(c)
}

/* dispatch_with_history(), if the command needs a key */
inline dispatch_with_key(c, p, sent, no_room)
{
	d_step { p = key_path; sent = IS_AWAY };
	if
	:: p != NOBODY -> try_path(c, p, sent, no_room)
	:: else
	fi;
	atomic { p = 0; no_room = false }
}
#endif

/* has_path_soon() */
#define has_path_soon	(checks || (is_usable(0) && path[0].recovery) || \
			 (is_usable(1) && path[1].recovery))

/*
 * kblockd runs the hardware queue of the logical unit: scsi_lu_queue_rq(),
 * scsi_lu_send_cmd(), may_wait_for_path(). BLK_STS_RESOURCE, or BLK_STS_DEV_RESOURCE, puts
 * a command back to the list, and the queue is run again soon: no later than after
 * LOOK_AGAIN, in starved.c.
 */
proctype Dispatcher()
{
	byte c, p, sent, tried;
	bool no_room;

end:	do
	:: atomic { lu_run && lu_stopped -> lu_run = false }
	:: atomic { lu_run && !lu_stopped -> lu_run = false; reading = true };
		do
		:: atomic { c == NCMD -> c = 0; reading = false }; break
		:: atomic { c < NCMD && cmd[c] != QUEUED -> c++ }
		:: atomic { c < NCMD && cmd[c] == QUEUED && lu_sdev != RUNNING ->
				if
				:: lu_sdev == OFFLINE -> fail_cmd(c, TIMEOUT || lu_ends)
				:: REMOVAL -> fail_cmd(c, true)
				:: lu_sdev == BLOCK || lu_sdev == QUIESCE ->
					lu_rerun = true
				fi;
				c++ }
		:: atomic { c < NCMD && cmd[c] == QUEUED && lu_sdev == RUNNING ->
				cmd[c] = IN_HAND };
#ifdef KEY
			if
			:: attention -> answer_attention(c); c++; goto next
			:: else
			fi;
			if
			:: key_local -> dispatch_with_key(c, p, sent, no_room)
			:: else -> dispatch(c, p, sent, tried, no_room)
			fi;
#else
			dispatch(c, p, sent, tried, no_room);
#endif
			if
			:: atomic { sent == IS_SENT -> c++ }
			:: d_step { sent == IS_FULL ->
					cmd[c] = QUEUED; lu_rerun = true; sent = IS_SENT;
					c++ }
			:: atomic { sent == IS_AWAY ->
					if
					:: lu_expired -> fail_cmd(c, TIMEOUT || lu_ends)
					:: REMOVAL -> fail_cmd(c, true)
					:: !lu_expired && !REMOVAL && !lu_announced &&
					   !has_path_soon -> fail_cmd(c, true)
					:: !lu_expired && !REMOVAL &&
					   (lu_announced || has_path_soon) ->
						queue_lu_work();
						cmd[c] = QUEUED;
						lu_rerun = true
					fi;
					sent = IS_SENT;
					c++ }
			fi
#ifdef KEY
			;
next:			skip
#endif
		od
	:: atomic { lu_rerun && news && !lu_run ->
			lu_rerun = false; news = false; lu_run = true }
	od
}

/* Somebody submits a command. The queue of a device that is removed takes none. */
proctype Submitter(byte c)
{
	if
	:: atomic { !lu_dying -> cmd[c] = QUEUED; lu_run = true }
	:: lu_dying
	fi
}

/*
 * apply_to_path(), with the lock. What a path has lost before it came back is no news of
 * it, and the last usable one stays if it has not answered in time.
 */
inline apply_to_path(p, result)
{
	if
	:: result == R_GOOD && path[p].state == PROBATION -> path[p].state = GOOD
	:: result != R_GOOD && !path[p].tag_old && path[p].state != DISABLED &&
	   path[p].state != DEAD &&
	   !(result == R_TIMEOUT && path[p].usable && !path[OTHER(p)].usable) ->
		change_state(p, (result == R_AWAY -> WAITING : DEAD));
		refresh(false)
	:: else
	fi
}

#ifdef LIMIT_SHRINKS
#define BUDGET	((ALLOWED + 1) * lu_nr)
#else
#define BUDGET	((ALLOWED + 1) * lu_most)
#endif

/* scsi_path_cmd_done(): the LLD has let go. First the path, then the command. */
inline give_back(c, p, result)
{
	LAW_MEMORY(p);
	LAW_LU_MEMORY;
	apply_to_path(p, result);
	/* scsi_path_free_cmd(); from here on the path may go */
	c = path[p].tag_of;
	path[p].tag = FREE;
	path[p].tag_of = 0;
	path[p].tag_old = false;
	news = true
}

inline attempt_done(c, result)
{
	if
	:: result == R_GOOD -> complete_cmd(c)
	:: result == R_AWAY -> requeue_cmd(c)
	:: atomic { result == R_LOST || result == R_TIMEOUT ->
			/* use_up_an_attempt() */
			retries[c]++;
			if
			:: retries[c] < BUDGET -> requeue_cmd(c)
			:: else -> fail_cmd(c, retries[c] >= (ALLOWED + 1) * lu_most)
			fi }
	fi;
	atomic { c = 0; result = R_GOOD }
}

/* The LLD of a path. What does not work is completed with an error, in the end. */
proctype Lld(byte p)
{
	byte c, result;

end:	do
	:: atomic { path[p].tag == WITH_LLD ->
			owners[path[p].tag_of]--;
			if
			:: path[p].answers -> result = R_GOOD
			:: faults > 0 -> faults--; result = R_LOST
			:: faults > 0 -> faults--; result = R_AWAY
			:: !path[p].answers -> result = R_LOST
			fi;
			give_back(c, p, result) };
		attempt_done(c, result)
	:: atomic { path[p].tag == NO_CONNECT -> result = R_LOST; give_back(c, p, result) };
		attempt_done(c, result)
	od
}

/*
 * The timer of an attempt goes off, see scsi_path_cmd_timed_out(). Its work has a
 * reference to the request, so that the tag is nobody else's as long as it looks.
 */
proctype Timer(byte p)
{
	byte c, result;
	bool abort;

end:	do
	:: atomic { path[p].tag == WITH_LLD && slow > 0 ->
			slow--;
			path[p].tag_seen = true;
			/* scsi_path_take_out_if_stuck(), or all of the command's time is over */
			if
			:: path[OTHER(p)].usable ->
				abort = true;
				if
				:: carries(path[p].state) && !path[p].tag_old ->
					change_state(p, WAITING);
					refresh(false)
				:: else
				fi
			:: abort = true
			:: !path[OTHER(p)].usable
			fi };
#ifdef SENT_BEFORE_THE_ABORT
		if
		:: d_step { abort && path[p].tag == WITH_LLD ->
				cmd[path[p].tag_of] = QUEUED; lu_run = true }
		:: else
		fi;
#endif
		/* SCMD_STATE_COMPLETE: either the LLD completes it, or the abort. */
		if
		:: atomic { abort && path[p].tag == WITH_LLD ->
				path[p].tag = TAKEN_BACK; path[p].tag_seen = false };
			atomic { owners[path[p].tag_of]--;
				 result = R_TIMEOUT;
				 give_back(c, p, result) };
			attempt_done(c, result)
		:: atomic { !(abort && path[p].tag == WITH_LLD) ->
				path[p].tag_seen = false; news = true }
		fi;
		abort = false
	od
}
