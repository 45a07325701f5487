/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all parts of the model share: the constants, one logical unit with its
 * paths, its commands, locks, and RCU.
 *
 * The environment (env.pml) does a bounded number of things. What the code does
 * again and again (dispatch every 3 ms, a probe every so often) is done again in the
 * model when something has changed since: else it would do the same. So a run that is
 * not stuck ends; no cycle and no invalid end state means that whoever waits, for a
 * mutex, for a work or for I/O, waits for a bounded number of steps. What holds at the
 * end is judged in laws.pml.
 *
 * What the code does with scsi_lu.lock held is one step. Who reads without it sees
 * what was before or after, or, where he reads twice, both.
 */

#ifndef NCMD
#define NCMD 1		/* commands of the logical unit */
#endif
#ifndef TIMEOUT
#define TIMEOUT 1	/* no_path_timeout; 0: -1, for ever */
#endif
#ifndef ALLOWED
#define ALLOWED 1	/* retries of a command on one path, as scsi_cmnd.allowed */
#endif

/* enum scsi_device_state */
#define RUNNING		0
#define BLOCK		1
#define OFFLINE		2
#define QUIESCE		3
#define CANCEL		4
#define DEL		5

/* enum scsi_path_state */
#define GOOD		0
#define PROBATION	1
#define WAITING		2
#define DEAD		3
#define DISABLED	4

/* Where a command of the logical unit is. */
#define NOT_YET		0	/* nobody has submitted it */
#define QUEUED		1	/* in the logical unit's queue */
#define IN_HAND		2	/* in scsi_lu_queue_rq() */
#define SENT		3	/* an attempt of a path has it */
#define COMPLETED	4
#define FAILED		5

/* The one tag of a path, and who has it. */
#define FREE		0
#define PREPARED	1	/* the dispatcher */
#define WITH_LLD	2	/* the LLD */
#define TAKEN_BACK	3	/* timer and abort; the LLD as long as that has not returned */
#define NO_CONNECT	4	/* the mid-layer: the device is in SDEV_DEL */

/* How an attempt ends. Away is not lost: it never ran. */
#define R_GOOD		0
#define R_LOST		1
#define R_AWAY		2
#define R_TIMEOUT	3

/* enum scsi_path_send */
#define IS_SENT		0
#define IS_FULL		1
#define IS_AWAY		2

typedef Path {
	/* scsi_device and its queue */
	byte sdev;
	bool stopped;		/* quiesced: commands of its own queue wait */
	bool dying;
	bool pm_only;
	bool ptr;		/* sdev->path */
	byte tag;
	byte tag_of;		/* which command's attempt it is */
	bool tag_seen;		/* the timeout work has a reference to it */
	bool tag_old;		/* sent before the path has come back */
	bool recovery;		/* its host's error handler is about to run, or does */
	/* struct scsi_path */
	byte state;
	bool running;
	bool checking;
	bool listed;
	bool usable;		/* in the set for dispatch */
	bool probing;
	bool missed;
	bool gone;
	bool asleep;
	/* path->probe */
	bool probe_due;
	bool probe_now;
	byte probe_off;		/* how often it is disabled */
	bool probe_busy;
	bool probe_asks;	/* it has a request of the path's queue */
	bool probe_waits;	/* it waits for an answer */
	/* the target */
	bool answers;
	bool silent;		/* it does not even fail what it is asked */
	bool elsewhere;		/* it leads to another logical unit */
	/* what has been promised, see laws.pml */
	bool unwanted;		/* the administrator does not want it */
	bool left;
	bool freed;
	bool blocked;
	bool recovering
};

Path path[2];

/* struct scsi_lu, its device and its queue */
byte lu_sdev = RUNNING;
bool lu_stopped;
bool lu_dying;
bool lu_announced = true;
bool lu_expired;
bool lu_gone;
bool lu_last_was_gone;
bool lu_waits;			/* for a transport */
bool lu_ends;			/* nobody is to wait for a path for long, see shutdown.c */
bool system_ends;		/* that is for good */
byte lu_refs = 1;		/* lu->ref; the first is its device's */
bool lu_freed;
byte lu_nr;
byte lu_most;
bool lu_run;			/* the hardware queue is to be run */
bool lu_rerun;			/* after 3 ms */
bool news;			/* something has changed since */
byte cmd[NCMD];
byte retries[NCMD];
byte owners[NCMD];		/* LLDs that may still use its buffer */

/* Work: due, and running. */
bool lu_work_due, lu_work_busy, lu_work_off;
bool removal_due;
byte no_path_due;		/* 0: not; 1: in time; 2: at once */
bool no_path_busy, no_path_off;
bool no_path_time;		/* it is over, since no_path_since */
bool check_time;		/* that for which I/O waits for an identity is over */

/* Mutexes. Those of a path are of its host, and of its device. */
bool list_mutex, claim_mutex, lu_scan_mutex, lu_state_mutex;
bool scan_mutex[2], state_mutex[2];

#define LOCK(mutex)	atomic { !(mutex) -> mutex = true }
#define UNLOCK(mutex)	mutex = false

/* There is one reader: the dispatcher. */
bool reading;
#define SYNCHRONIZE_RCU()	!reading

#ifdef KEY
/* struct scsi_lu_key, and the attention that tells of its loss; NOBODY: no path */
#define NOBODY		2
bool key_local, attention;
byte key_path = NOBODY;
byte key_holder = NOBODY;	/* who has the key, until its loss has been told */
#endif

/* What the environment may still do, see env.pml. */
byte faults;			/* attempts that fail over a path that works */
byte slow;			/* times that the timer of one goes off */
byte vain;			/* probes of a path that does not answer */
byte remaps;			/* LUNs mapped to something else while their port is away */
bool hangs;			/* an error handler of a host never comes to its end */

#define carries(s)	((s) == GOOD || (s) == PROBATION)
#define is_usable(p)	(path[p].listed && path[p].running && !path[p].checking && \
			 carries(path[p].state))
#define HAS_PATH	(path[0].usable || path[1].usable)
#define OTHER(p)	(1 - (p))

/* scsi_lu_put(): what is freed has been used for the last time */
inline put_lu()
{
	lu_refs--;
	lu_freed = lu_refs == 0
}
