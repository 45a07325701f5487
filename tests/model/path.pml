/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of a path, and what follows from it for the logical unit: state.c, check.c,
 * group.c, and of no_path.c what is done with the lock held. Each inline here is a part of a step.
 */

/* Temporary of a step, always 0 between two */
hidden byte had;

#define waits_for_transport						\
	((path[0].listed && path[0].sdev == BLOCK &&			\
	  path[0].state != DISABLED) ||					\
	 (path[1].listed && path[1].sdev == BLOCK &&			\
	  path[1].state != DISABLED))
#define waits_for_resume						\
	(lu_sdev == QUIESCE &&						\
	 ((path[0].listed && path[0].sdev == QUIESCE) ||		\
	  (path[1].listed && path[1].sdev == QUIESCE)))
#define checks								\
	((path[0].listed && path[0].checking) ||			\
	 (path[1].listed && path[1].checking))
#define IS_OVER								\
	((lu_nr == 0 && lu_last_was_gone) ||				\
	 (no_path_time && (!checks || check_time)))
#define NEVER_DUE	(!lu_ends && (!TIMEOUT || lu_waits || waits_for_resume))

/* WRITE no_path_since: what has been armed for an earlier one goes off too early. */
inline restart_no_path_time()
{
	no_path_time = false;
	if
	:: no_path_due == 1 -> no_path_due = 2
	:: else
	fi
}

/* no_path_due(), the half that changes something */
inline look_at_transport()
{
	if
	:: lu_waits && !waits_for_transport -> restart_no_path_time()
	:: else
	fi;
	lu_waits = waits_for_transport
}

/* scsi_lu_arm_no_path() */
inline arm_no_path()
{
	look_at_transport();
	if
	:: NEVER_DUE || no_path_off -> no_path_due = 0
	:: else ->
		if
		:: IS_OVER -> no_path_due = 2
		:: else -> no_path_due = 1
		fi
	fi
}

#define wants_probe(p)							\
	((path[p].state == WAITING || path[p].state == DEAD ||		\
	  path[p].checking) && path[p].sdev == RUNNING)

/* mod_delayed_work() and queue_delayed_work(); nothing if it is disabled */
inline probe_schedule(p)
{
	if
	:: !path[p].probe_off -> path[p].probe_due = true
	:: else
	fi
}

inline probe_at_once(p)
{
	if
	:: !path[p].probe_off ->
		path[p].probe_due = true;
		path[p].probe_now = true
	:: else
	fi
}

inline probe_soon(p)
{
	if
	:: path[p].listed && wants_probe(p) -> probe_schedule(p)
	:: else
	fi
}

inline queue_lu_work()
{
	if
#ifndef NO_WORK_WHEN_USABLE
	:: !lu_work_off -> lu_work_due = true
#endif
	:: else
	fi
}

/* scsi_lu_look_after_key() */
inline look_after_key()
{
#ifdef KEY
	if
	:: key_path != NOBODY &&
	   (!path[key_path].listed || path[key_path].state == DEAD ||
	    path[key_path].state == DISABLED) ->
		key_path = NOBODY;
#ifdef THE_LOSS_OF_A_KEY_IS_NOT_TOLD
		key_local = false
#else
		attention = true
#endif
	:: else
	fi
#else
	skip
#endif
}

/*
 * scsi_lu_refresh_locked() and scsi_lu_usable_changed(); here once at the end of a
 * step. Where I/O may be waiting for what has changed, the timer is set anew.
 */
inline refresh(set_anew)
{
	had = HAS_PATH;
	path[0].usable = is_usable(0);
	path[1].usable = is_usable(1);
	look_after_key();
	if
	:: had && !HAS_PATH ->
		restart_no_path_time();
		probe_soon(0);
		probe_soon(1);
		queue_lu_work()
	:: !had && HAS_PATH ->
		lu_waits = false;
		lu_expired = false;
		no_path_due = 0;
		queue_lu_work()
	:: else
	fi;
	if
	:: lu_announced && !HAS_PATH && (had || set_anew) -> arm_no_path()
	:: else
	fi;
	LAW_ADMINISTRATOR(0);
	LAW_ADMINISTRATOR(1);
	had = false;
	news = true
}

/* A part of a step that ends with refresh() */
inline change_state(p, new)
{
	if
	:: path[p].state != new ->
		if
		:: carries(new) ->
			path[p].gone = false;
			/* path->back_since */
			path[p].tag_old = path[p].tag_old ||
				(!carries(path[p].state) && path[p].tag != FREE)
		:: else -> path[p].checking = false
		fi;
		path[p].state = new;
		if
		:: path[p].listed && !path[p].probe_off &&
		   (new == WAITING || new == DEAD) -> path[p].probe_due = true
		:: else
		fi
	:: else
	fi
}

/* scsi_path_reinstate() */
inline path_answers(p)
{
	if
#ifndef NOTHING_IS_MISSED
	:: path[p].missed
#endif
	:: else ->
		path[p].checking = false;
		if
#ifdef A_PROBE_UNDOES_IT
		:: !carries(path[p].state) -> change_state(p, PROBATION)
#endif
		:: path[p].state == DEAD || path[p].state == WAITING ->
			change_state(p, PROBATION)
		:: else
		fi
	fi
}

/*
 * scsi_path_sdev_state_changed(), with the lock: for a device that is a path; and
 * start_check()
 */
inline path_sdev_changed(p)
{
	if
	:: path[p].sdev == RUNNING -> path[p].gone = false
	:: path[p].sdev == BLOCK || path[p].sdev == OFFLINE -> path[p].gone = true
	:: else
	fi;
	if
	:: path[p].sdev == OFFLINE && path[p].state != DISABLED -> change_state(p, DEAD)
	:: else
	fi;
	if
	:: !path[p].running && path[p].sdev == RUNNING && path[p].state != DISABLED ->
		path[p].missed = path[p].probing;
#ifndef RETURNS_UNCHECKED
		if
		:: carries(path[p].state) -> path[p].checking = true; check_time = false
		:: else
		fi;
#endif
		probe_at_once(p)
	:: else
	fi;
	path[p].running = path[p].sdev == RUNNING;
#ifdef TRANSPORT_IS_NO_NEWS
	refresh(false)
#else
	refresh(true)
#endif
}

/*
 * scsi_device_set_state() and what unblocks: the state is stored, and then it is seen
 * whether the device is a path. Without the barrier a CPU may do it the other way
 * round.
 */
inline set_sdev(p, new)
{
#ifdef NO_BARRIER
	if
	:: !path[p].ptr -> path[p].sdev = new
	:: path[p].ptr ->
#endif
	path[p].sdev = new;
	d_step {
		if
		:: path[p].ptr -> path_sdev_changed(p)
		:: else
		fi
	}
#ifdef NO_BARRIER
	fi
#endif
}
