/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device of the logical unit: it is blocked and unblocked, its I/O fails once
 * no_path_timeout is over, and it is removed. lu.c, no_path.c, device_state.c, and what
 * the mid-layer and the block layer do for it.
 */

/* scsi_start_queue(): the queue is run by whoever lets it go on */
inline start_lu_queue()
{
	lu_stopped = false;
	lu_run = true
}

/* scsi_lu_runs_again() */
inline lu_runs_again()
{
	if
	:: lu_announced && !HAS_PATH ->
		arm_no_path();
		queue_lu_work()
	:: else
	fi
}

/* scsi_internal_device_block_nowait() */
inline block_lu()
{
	lu_sdev = BLOCK;
	lu_stopped = true
}

/* scsi_internal_device_unblock_nowait() */
inline unblock_lu(new)
{
	lu_sdev = new;
	start_lu_queue();
	if
	:: new == RUNNING -> lu_runs_again()
	:: else
	fi
}

/* block_or_unblock(); what it decides upon may have changed when it acts */
inline block_or_unblock(usable, expired)
{
#ifdef LOOKS_BEFORE_THE_MUTEX
	d_step { usable = HAS_PATH; expired = lu_expired };
#endif
#ifdef LOOKS_BEFORE_THE_MUTEX
	LOCK(lu_state_mutex);
#else
	d_step { !lu_state_mutex ->
		lu_state_mutex = true; usable = HAS_PATH; expired = lu_expired };
#endif
	d_step {
		if
		:: lu_sdev == RUNNING && !usable ->
			block_lu();
			if
			:: expired -> unblock_lu(OFFLINE)
			:: else
			fi
		:: lu_sdev == BLOCK && usable -> unblock_lu(RUNNING)
		:: lu_sdev == BLOCK && !usable && expired -> unblock_lu(OFFLINE)
		:: lu_sdev == OFFLINE && (usable || !expired) ->
			unblock_lu(RUNNING);
			if
			:: !usable -> block_lu()
			:: else
			fi
		:: else
		fi;
		usable = false;
		expired = false;
		UNLOCK(lu_state_mutex)
	}
}

/* lu_work(); on scsi_multipath_wq, where nothing waits for I/O */
proctype LuWork()
{
	bool usable, expired;

end:	do
#ifdef ONE_WORKQUEUE
	:: atomic { lu_work_due && !path[0].probe_busy && !path[1].probe_busy ->
#else
	:: atomic { lu_work_due ->
#endif
			lu_work_due = false;
			LAW_LU_MEMORY;
			if
			:: lu_announced ->
				lu_work_busy = true
			:: else
			fi };
		if
		:: lu_work_busy -> block_or_unblock(usable, expired); lu_work_busy = false
		:: else
		fi
	od
}

/* start_removal() */
inline start_removal()
{
	if
	:: !lu_gone ->
		lu_gone = true;
#ifndef NO_REFERENCE_FOR_REMOVAL
		lu_refs++;
#endif
		removal_due = true
	:: else
	fi
}

/* no_path_work() */
proctype NoPathWork()
{
	bool usable, expired, goes_on;

end:	do
	:: atomic { no_path_due ->
			if
			:: no_path_due == 1 -> no_path_time = true; check_time = true
			:: else
			fi;
			no_path_due = 0;
			LAW_LU_MEMORY;
			no_path_busy = true };
		d_step {
			!list_mutex -> list_mutex = true;
			if
			:: HAS_PATH -> goes_on = false
			:: else ->
				look_at_transport();
				goes_on = !NEVER_DUE && IS_OVER;
				if
				:: goes_on -> lu_expired = true; news = true
				:: else -> arm_no_path()
				fi
			fi
		};
		d_step {
			if
			:: goes_on && !path[0].listed && !path[1].listed && !lu_ends ->
				start_removal()
			:: else
			fi;
			UNLOCK(list_mutex)
		};
		if
		:: goes_on -> block_or_unblock(usable, expired)
		:: else
		fi;
		atomic { goes_on = false; no_path_busy = false }
	od
}

#define is_over(c)	(cmd[c] == NOT_YET || cmd[c] == COMPLETED || cmd[c] == FAILED)

/* __scsi_remove_device() of the logical unit's device */
inline remove_lu()
{
	LOCK(lu_scan_mutex);
	if
	:: lu_sdev != DEL ->
		LOCK(lu_state_mutex);
		if
		:: d_step { lu_sdev == BLOCK -> lu_sdev = DEL; start_lu_queue() }
		:: else -> lu_sdev = CANCEL
		fi;
		UNLOCK(lu_state_mutex);
		LOCK(lu_state_mutex);
		lu_sdev = DEL;
		UNLOCK(lu_state_mutex);
		/* blk_mq_destroy_queue(): nobody gets in any more, and who is in gets out */
		d_step { lu_dying = true; lu_run = true; news = true };
		is_over(0) && is_over(NCMD - 1);
		/* scsi_lu_sdev_destroyed() */
		LOCK(list_mutex);
		d_step { start_removal() };
#ifndef WAITS_WITH_THE_LIST
		UNLOCK(list_mutex);
#endif
		d_step { lu_work_off = true; lu_work_due = false };
		!lu_work_busy;
		d_step { no_path_off = true; no_path_due = 0 };
		!no_path_busy;
#ifdef WAITS_WITH_THE_LIST
		UNLOCK(list_mutex);
#endif
		d_step { put_lu() }
	:: else
	fi;
	UNLOCK(lu_scan_mutex)
}

/* remove_work(), on a queue of its own: it waits for all that is above */
proctype RemoveWork()
{
	byte p;

end:	do
	:: atomic { removal_due -> removal_due = false };
		do
#ifdef ONLY_ITS_DEVICE_GOES
		:: true -> break
#endif
		:: LOCK(list_mutex);
			/* scsi_device_get() */
			d_step {
				LAW_LU_MEMORY;
				if
				:: path[0].listed && path[0].sdev < CANCEL -> p = 0
				:: !(path[0].listed && path[0].sdev < CANCEL) &&
				   path[1].listed && path[1].sdev < CANCEL -> p = 1
				:: else -> p = 2
				fi
			};
			UNLOCK(list_mutex);
			if
			:: p == 2 -> break
			:: else -> remove_path(p)
			fi
		od;
		p = 0;
		remove_lu();
		d_step { LAW_LU_MEMORY; put_lu() }
	od
}

/* The administrator deletes the device of the logical unit. */
proctype DeleteLu()
{
	remove_lu()
}
