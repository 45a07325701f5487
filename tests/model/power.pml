/* SPDX-License-Identifier: GPL-2.0 */
/* The system sleeps and wakes up: power.c and scsi_pm.c. */

/* next_to_be() */
inline next_to_be(is, p)
{
	LOCK(list_mutex);
	d_step {
		if
		:: path[0].listed && path[0].asleep != is && path[0].sdev < CANCEL ->
			p = 0; path[0].asleep = is
		:: !(path[0].listed && path[0].asleep != is && path[0].sdev < CANCEL) &&
		   path[1].listed && path[1].asleep != is && path[1].sdev < CANCEL ->
			p = 1; path[1].asleep = is
		:: else -> p = 2
		fi
	};
	UNLOCK(list_mutex)
}

proctype Sleep()
{
	byte p;
	bool quiesced;

	/* scsi_device_quiesce() of the logical unit; it has no I/O under way */
	LOCK(lu_state_mutex);
	if
	:: lu_sdev == RUNNING -> lu_sdev = QUIESCE; quiesced = true
	:: else
	fi;
	UNLOCK(lu_state_mutex);
	if
	:: !quiesced
	:: else ->
		do
		:: next_to_be(true, p);
			if
			:: p == 2 -> break
			:: else
			fi;
			d_step { path[p].probe_off++; path[p].probe_due = false;
				 path[p].probe_now = false };
			!path[p].probe_busy;
			if
			:: path[p].sdev == RUNNING ->
				path[p].pm_only = true;
				path[p].tag == FREE && !path[p].probe_asks;
				LOCK(state_mutex[p]);
				if
				:: path[p].sdev == RUNNING -> set_sdev(p, QUIESCE)
				:: else -> path[p].pm_only = false
				fi;
				UNLOCK(state_mutex[p])
			:: else
			fi
		od;
		/* The system sleeps here, and what happens meanwhile does. */
		do
		:: next_to_be(false, p);
			if
			:: p == 2 -> break
			:: else
			fi;
			d_step { path[p].probe_off-- };
			LOCK(state_mutex[p]);
			if
			:: path[p].sdev == QUIESCE -> set_sdev(p, RUNNING)
			:: else
			fi;
			path[p].pm_only = false;
			UNLOCK(state_mutex[p]);
			d_step { probe_soon(p) }
		od;
		LOCK(lu_state_mutex);
		if
		:: d_step { lu_sdev == QUIESCE ->
				lu_sdev = RUNNING; lu_runs_again(); lu_run = true }
		:: else
		fi;
		UNLOCK(lu_state_mutex)
	fi
}
