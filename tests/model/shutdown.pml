/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The end of the system, and of a driver that lets go of the disk: neither waits for a
 * path for long. shutdown.c, and scsi_lu_rearm_no_path() of no_path.c.
 */

/* scsi_lu_rearm_no_path() */
inline rearm_no_path()
{
	if
	:: lu_announced && !HAS_PATH ->
		look_at_transport();
		if
		:: lu_expired && (NEVER_DUE || !IS_OVER) ->
			lu_expired = false;
			queue_lu_work()
		:: else
		fi;
		arm_no_path();
		news = true
	:: else
	fi
}

/* reboot_notifier: system_ends() */
proctype Shutdown()
{
	lu_ends = true;
	system_ends = true;
	LOCK(list_mutex);
	d_step {
#ifndef NOBODY_HEARS_OF_THE_END
		rearm_no_path();
#endif
		UNLOCK(list_mutex)
	}
}

/*
 * driver_notifier: driver_ends(). Meanwhile sd has the cache written back, and waits for
 * that.
 */
proctype Unbind(byte c)
{
	d_step { lu_ends = true };
	d_step { rearm_no_path() };
	if
	:: atomic { !lu_dying -> cmd[c] = QUEUED; lu_run = true }
	:: lu_dying
	fi;
	is_over(c);
	d_step { lu_ends = false };
#ifndef THE_END_STAYS
	d_step { rearm_no_path() }
#endif
}
