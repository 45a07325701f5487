/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A path joins and leaves: claim.c and join.c, with scsi_sysfs_add_sdev() and
 * __scsi_remove_device() around it.
 */

/* unjoin() */
inline unjoin(p)
{
	LOCK(list_mutex);
	d_step {
		LAW_LU_MEMORY;
		path[p].listed = false;
		lu_nr--;
		path[p].state = DISABLED;
		if
		:: lu_nr == 0 ->
			/* scsi_lu_last_path_left() */
			lu_last_was_gone = path[p].gone;
			restart_no_path_time()
		:: else
		fi;
		refresh(lu_nr == 0)
	};
	UNLOCK(list_mutex);
	d_step { path[p].probe_off++; path[p].probe_due = false; path[p].probe_now = false };
#ifndef NO_GRACE_PERIOD
	SYNCHRONIZE_RCU();
#endif
	path[p].left = true
}

/* __scsi_remove_device() of a path's device, with scan_mutex */
inline remove_path(p)
{
	LOCK(scan_mutex[p]);
	if
	:: path[p].sdev != DEL ->
		/* SDEV_CANCEL if it is not blocked; for a path that is the same. */
		LOCK(state_mutex[p]);
		d_step { path[p].stopped = false; path[p].blocked = false };
		set_sdev(p, DEL);
		UNLOCK(state_mutex[p]);
		if
		:: path[p].ptr -> unjoin(p)
		:: else
		fi;
		/* blk_mq_destroy_queue() */
		path[p].dying = true;
		path[p].tag == FREE && !path[p].tag_seen && !path[p].probe_asks;
		/* scsi_path_drained() */
		!path[p].probe_busy;
		/* scsi_path_release() */
		d_step {
			if
			:: path[p].ptr -> put_lu()
			:: else
			fi;
			path[p].ptr = false; path[p].freed = true
		}
	:: else
	fi;
	UNLOCK(scan_mutex[p])
}

/* What a scan finds out about a device; the target may be silent for long. */
inline ask_newcomer(p)
{
	skip;
end_silent:
	!path[p].silent
}

/* join(), for a logical unit that is there */
inline join(p)
{
	LOCK(list_mutex);
	if
#ifndef JOINS_WHAT_IS_GONE
	:: lu_gone
#endif
	:: else ->
		d_step { LAW_LU_MEMORY; lu_refs++; path[p].ptr = true };
		/* smp_mb() */
		d_step {
			path[p].listed = true;
			lu_nr++;
			lu_most = (lu_nr > lu_most -> lu_nr : lu_most);
			path[p].running = path[p].sdev == RUNNING;
			if
			:: path[p].state == DEAD -> probe_schedule(p)
			:: else
			fi;
			refresh(false)
		}
	fi;
	UNLOCK(list_mutex)
}

/* A device is found: scsi_path_claim() */
inline add_path(p)
{
	LOCK(scan_mutex[p]);
	d_step {
		path[p].sdev = RUNNING;
		path[p].stopped = false;
		path[p].dying = false;
		path[p].pm_only = false;
		path[p].left = false;
		path[p].freed = false;
		path[p].running = false;
		path[p].checking = false;
		path[p].probing = false;
		path[p].missed = false;
		path[p].gone = false;
		path[p].asleep = false;
		path[p].unwanted = false;
		path[p].elsewhere = false;
		path[p].probe_off = 0
	};
#ifdef ASKS_WITH_THE_MUTEX
	LOCK(claim_mutex);
	ask_newcomer(p);
#else
	ask_newcomer(p);
	LOCK(claim_mutex);
#endif
	path[p].state = (path[p].answers -> GOOD : DEAD);
	join(p);
	UNLOCK(claim_mutex);
	UNLOCK(scan_mutex[p])
}

/* A path is removed, and found again. */
proctype Life(byte p; byte removed; byte added)
{
	do
	:: removed > 0 -> removed--; remove_path(p)
	:: removed == 0 && added > 0 -> added--; add_path(p)
	:: else -> break
	od
}
