/* SPDX-License-Identifier: GPL-2.0 */
/* Probing: probe.c. */

#define SAME		1
#define ANOTHER		2
#define NO_ANSWER	3

/*
 * A command of the path's own queue: scsi_execute_cmd(). It gets in unless the queue
 * is frozen or for power management only, waits while the device is blocked or its
 * host recovers, and fails if the device is offline or goes.
 */
inline ask(p, answer)
{
	atomic {
		if
		:: path[p].dying -> answer = NO_ANSWER
		:: !path[p].dying && !path[p].pm_only ->
			path[p].probe_asks = true;
			path[p].probe_waits = true;
			/* What waits for a transport or a target for good: see laws.pml */
end_ask:		!path[p].stopped && path[p].sdev != BLOCK && !path[p].recovery &&
			(!path[p].silent || path[p].sdev == DEL);
			path[p].probe_waits = false;
			if
			:: path[p].sdev != RUNNING || !path[p].answers ->
				answer = NO_ANSWER
			:: else -> answer = (path[p].elsewhere -> ANOTHER : SAME)
			fi;
			path[p].probe_asks = false
		fi
	}
}

#ifdef ONE_WORKQUEUE
#define HAS_WORKER(p)	(!lu_work_busy && !path[OTHER(p)].probe_busy)
#else
#define HAS_WORKER(p)	true
#endif

/* probe_work(); a path that does not answer is asked in vain a few times */
proctype Probe(byte p)
{
	byte answer;

end:	do
	:: atomic { path[p].probe_due && HAS_WORKER(p) &&
		    (path[p].answers || path[p].probe_now || vain > 0) ->
			path[p].probe_due = false;
			path[p].probe_busy = true;
			if
			:: !path[p].answers && !path[p].probe_now -> vain--
			:: else
			fi;
			path[p].probe_now = false;
			if
			:: wants_probe(p) ->
				path[p].probing = true; path[p].missed = false
			:: else
			fi };
		if
		:: !path[p].probing
		:: path[p].probing ->
			ask(p, answer);
			d_step {
				if
				:: answer == SAME -> path_answers(p)
				:: answer == ANOTHER -> change_state(p, DISABLED)
				/* test_path(): identity cannot be read */
				:: answer == NO_ANSWER && path[p].checking &&
				   path[p].state != DISABLED -> change_state(p, DEAD)
				:: else
				fi;
				refresh(false);
				answer = 0;
				path[p].probing = false;
				if
				:: path[p].listed && wants_probe(p) -> probe_schedule(p)
				:: else
				fi
			}
		fi;
		path[p].probe_busy = false
	od
}
