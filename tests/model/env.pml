/* SPDX-License-Identifier: GPL-2.0 */
/* What the code has no say in, so often as a scenario gives it leave to. */

/*
 * A transport blocks a path's device, and then lets it go, gives it up, or neither.
 * Meanwhile the LUN may be mapped to another logical unit: that is seen only if the
 * identity is read when the path comes back.
 */
proctype Transport(byte p; byte times)
{
	byte next;
	bool done;

	do
	:: times > 0 ->
		times--;
		LOCK(state_mutex[p]);
		if
		:: path[p].sdev == RUNNING && !path[p].dying ->
			set_sdev(p, BLOCK);
			path[p].stopped = true;
			done = true
		:: else
		fi;
		UNLOCK(state_mutex[p]);
		if
		:: !done
		:: else ->
			/* blk_mq_wait_quiesce_done() */
			atomic {
				SYNCHRONIZE_RCU();
				/* If it is still so: a removal makes an end of it. */
				if
				:: path[p].sdev == BLOCK ->
					path[p].blocked = true;
					if
					:: remaps > 0 ->
						remaps--; path[p].elsewhere = true
					:: true
					fi
				:: else
				fi
			};
			/* scsi_internal_device_unblock_nowait(), or never */
			if
			:: next = RUNNING
			:: next = OFFLINE
			:: next = BLOCK
			fi;
			LOCK(state_mutex[p]);
			if
			:: path[p].sdev == BLOCK && next != BLOCK ->
				path[p].blocked = false;
				set_sdev(p, next);
				path[p].stopped = false
			:: else
			fi;
			UNLOCK(state_mutex[p]);
			next = RUNNING
		fi;
		done = false
	:: else -> break
	od
}

/* A port is lost without anybody saying so, or it is back. */
proctype Target(byte p; byte times)
{
	do
	:: times > 0 -> times--; d_step { path[p].answers = !path[p].answers; news = true }
	:: else -> break
	od
}

/* The error handler of a path's host runs: for what another device of it has. */
proctype Recovery(byte p; byte times)
{
	do
	:: times > 0 ->
		times--;
		path[p].recovery = true;
		/* call_rcu() in scsi_eh_scmd_add() */
		SYNCHRONIZE_RCU();
		path[p].recovering = true;
		path[p].tag != WITH_LLD && path[p].tag != PREPARED;
end_hangs:	!hangs;
		d_step { path[p].recovering = false; path[p].recovery = false; news = true }
	:: else -> break
	od
}

/*
 * The administrator takes a path out of use, has it tested, and perhaps lets it back:
 * scsi_path_admin_write().
 */
inline admin_writes(p, new)
{
	d_step {
		if
		:: path[p].listed ->
			path[p].unwanted = new == DISABLED;
			change_state(p, new);
			/* I/O may have been waiting for the transport of this very path. */
			refresh(true)
		:: else
		fi
	}
}

proctype Admin(byte p)
{
	admin_writes(p, DISABLED);
	if
	:: admin_writes(p, GOOD)
	:: admin_writes(p, WAITING)
	:: true
	fi
}
