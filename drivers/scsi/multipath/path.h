/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A path: one I_T nexus to a logical unit, and what is known about it.
 *
 * "Under the lock" is the lock of its logical unit. What is written under it and read
 * anywhere is read with READ_ONCE(), and may be another one a moment later.
 */
#ifndef _SCSI_MULTIPATH_PATH_H
#define _SCSI_MULTIPATH_PATH_H

#include <linux/cache.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <scsi/scsi_device.h>

#include "policy.h"
#include "pr.h"

#define BUSY_TIME	(HZ / 2)

struct sbitmap_queue;
struct sbq_wait_state;
struct scsi_lu;

/**
 * enum scsi_path_state - what is known about a path
 * @PATH_GOOD: carries I/O
 * @PATH_PROBATION: carries I/O; came back and has not proved itself yet
 * @PATH_PENDING: carries none; its transport or a probe will bring it back
 * @PATH_FAILED: carries none; failed, and a probe may bring it back
 * @PATH_DISABLED: carries none; by the administrator, who alone can undo it
 *
 * A path whose scsi_device is blocked or offline carries no I/O in any state.
 */
enum scsi_path_state {
	PATH_GOOD,
	PATH_PROBATION,
	PATH_PENDING,
	PATH_FAILED,
	PATH_DISABLED,
};

/* The state numbers of /proc and sysfs, those of 2002. */
enum scsi_path_shown_state {
	SHOWN_GOOD	= 1,
	SHOWN_FAILING	= 2,
	SHOWN_DEAD	= 3,
};

/**
 * enum scsi_path_loss - why the state of a path is one that carries no I/O
 * @LOSS_FAILED: it has failed, or is thought to have
 * @LOSS_STOPPED: its transport has it stop
 * @LOSS_DISABLED: the administrator does not want it
 * @LOSS_ACCESS: its target lets it carry no I/O, or not yet
 * @LOSS_PASSIVE: another controller of the target serves the logical unit, until this
 *	one is activated
 * @LOSS_UNSIZED: its capacity has not been compared yet; nobody is told
 */
enum scsi_path_loss {
	LOSS_FAILED,
	LOSS_STOPPED,
	LOSS_DISABLED,
	LOSS_ACCESS,
	LOSS_PASSIVE,
	LOSS_UNSIZED,
};

/**
 * enum scsi_path_check - is the identity of a path to be read before it carries I/O?
 * @CHECK_NONE: no
 * @CHECK_RETURN: yes, it has come back from where it may have been connected anew
 * @CHECK_IN_USE: yes, it carried I/O until now, and was not stopped since
 */
enum scsi_path_check {
	CHECK_NONE,
	CHECK_RETURN,
	CHECK_IN_USE,
};

/**
 * enum scsi_path_access - what the target makes of a path (SPC-4 5.15.2)
 * @ACCESS_PREFERRED: active/optimized, and the port group is preferred
 * @ACCESS_OPTIMIZED: active/optimized, or a target without access states
 * @ACCESS_NONOPTIMIZED: active/non-optimized, or dependent on the LBA
 * @ACCESS_NONE: standby, unavailable, offline or in transition: no I/O
 *
 * The order is that of preference.
 */
enum scsi_path_access {
	ACCESS_PREFERRED,
	ACCESS_OPTIMIZED,
	ACCESS_NONOPTIMIZED,
	ACCESS_NONE,
};

/**
 * enum scsi_path_condition - what user space is told of a path
 * @CONDITION_USABLE: could carry I/O
 * @CONDITION_MARGINAL: could as well, if no better path is left
 * @CONDITION_FAILED: has failed, or is thought to have
 * @CONDITION_DISABLED: the administrator does not want it
 * @CONDITION_STOPPED: its transport, or somebody else, has stopped its device
 * @CONDITION_ACCESS: its target lets it carry no I/O
 */
enum scsi_path_condition {
	CONDITION_USABLE,
	CONDITION_MARGINAL,
	CONDITION_FAILED,
	CONDITION_DISABLED,
	CONDITION_STOPPED,
	CONDITION_ACCESS,
};

/**
 * enum scsi_lu_event - what a logical unit tells each I_T nexus of (SPC-4 6.29)
 * @EVENT_RESET: 29h, power on, reset, or bus device reset
 * @EVENT_MEDIUM: 28h, not ready to ready: a medium may have changed
 * @EVENT_MODE: 2Ah 01h, mode parameters changed
 * @EVENT_PARAMETERS: 2Ah, other parameters changed
 * @EVENT_CAPACITY: 2Ah 09h, capacity data has changed
 * @EVENT_ACCESS: 2Ah 06h and 07h, asymmetric access states
 * @EVENT_THRESHOLD: 38h 07h, thin provisioning soft threshold reached
 * @EVENT_INQUIRY: 3Fh 03h, INQUIRY data has changed
 * @EVENT_LUNS: 3Fh 0Eh, REPORTED LUNS data has changed
 * @EVENT_OTHER: anything else
 * @NR_LU_EVENTS: how many there are
 *
 * What concerns an upper level most comes first.
 */
enum scsi_lu_event {
	EVENT_RESET,
	EVENT_MEDIUM,
	EVENT_MODE,
	EVENT_PARAMETERS,
	EVENT_CAPACITY,
	EVENT_ACCESS,
	EVENT_THRESHOLD,
	EVENT_INQUIRY,
	EVENT_LUNS,
	EVENT_OTHER,
	NR_LU_EVENTS,
};

/* As many paths a command can remember, twice, in an unsigned long. */
#define SCSI_PATH_SLOTS		((BITS_PER_LONG - 1) / 2)

/**
 * enum scsi_path_probing - does @work of &struct scsi_path_probe ask at this moment?
 * @PROBE_IDLE: no
 * @PROBE_ASKS: yes
 * @PROBE_OVERTAKEN: yes, and the path has come back since: what it finds out may be
 *	from before
 */
enum scsi_path_probing {
	PROBE_IDLE,
	PROBE_ASKS,
	PROBE_OVERTAKEN,
};

/**
 * struct scsi_path_probe - tests whether a path can be reinstated, see probe.c
 */
struct scsi_path_probe {
	/** @work: the test; disabled when the path leaves or sleeps */
	struct delayed_work work;
	/** @delay: jiffies until the next one. Under the lock. */
	unsigned long delay;
	/** @now: does @work ask at this moment? Under the lock. */
	enum scsi_path_probing now;
	/**
	 * @demanded: its transport says that it is back: it is tested even if probing
	 * is switched off. Under the lock.
	 */
	bool demanded;
	/** @left: its device has stopped, or runs again, since it was asked. Under the lock. */
	bool left;
};

/**
 * enum scsi_path_watching - what the watch wants to know of a path
 * @WATCH_NOTHING: nothing
 * @WATCH_ANSWER: does it answer? It carries nothing.
 * @WATCH_IDENTITY: where does it lead? It carries I/O.
 */
enum scsi_path_watching {
	WATCH_NOTHING,
	WATCH_ANSWER,
	WATCH_IDENTITY,
};

/**
 * struct scsi_path_watch - tests paths that nothing is known against, see watch.c
 */
struct scsi_path_watch {
	/** @wants: what the probe is to find out. Written under the lock, read anywhere. */
	enum scsi_path_watching wants;
	/** @asks: the probe is finding it out. Under the lock. */
	bool asks;
	/** @count: how often that was done. The probe's own. */
	unsigned int count;
	/** @issued: commands that the path had been sent then. Under the lock. */
	unsigned int issued;
	/** @at: jiffies when it is done if nothing is sent until then. Under the lock. */
	unsigned long at;
	/**
	 * @identity_at: jiffies when the identity is read if the path carries I/O all the
	 * time; 0: not set yet. Under the lock.
	 */
	unsigned long identity_at;
};

/**
 * struct scsi_path_told - what user space knows of a path, see uevent.c
 */
struct scsi_path_told {
	/** @changed: there may be something that it has not been told. Under the lock. */
	bool changed;
	/** @stopped: it has heard that the device does not run. Under the lock. */
	bool stopped;
	/** @condition: the last one, an enum scsi_path_condition. Under the lock. */
	u8 condition;
	/** @access: the last one, an enum scsi_path_access. Under the lock. */
	u8 access;
};

/**
 * enum scsi_door - whether the medium can be removed
 * @DOOR_ALLOWED: it can
 * @DOOR_PREVENTED: it cannot
 * @DOOR_UNKNOWN: what was said of that may have ended
 */
enum scsi_door {
	DOOR_ALLOWED,
	DOOR_PREVENTED,
	DOOR_UNKNOWN,
};

/**
 * struct scsi_path_door - what a nexus says of the removal of the medium, see door.c
 */
struct scsi_path_door {
	/** @says: that, an enum scsi_door. Under the lock. */
	u8 says;
	/** @refuses: it has not done what it was told about that. Under the lock. */
	bool refuses;
	/** @is_being_told: somebody waits for its answer. Under the lock. */
	bool is_being_told;
	/** @round: when it was last told about that. Under the lock. */
	unsigned int round;
	/** @wish: what scsi_lu_door.wish was then. Under the lock. */
	unsigned int wish;
};

/* Why a path is marginal */
#define MARGINAL_LINK		BIT(0)	/* FPIN: link integrity */
#define MARGINAL_CONGESTION	BIT(1)	/* FPIN: congestion */
#define MARGINAL_PORT		BIT(2)	/* its remote port is said to be */
#define MARGINAL_OUTLIER	BIT(3)	/* see outlier.c */

/**
 * struct scsi_path_marginal - is a path used only if no other is left? See marginal.c
 */
struct scsi_path_marginal {
	/** @reasons: a mask of MARGINAL_*. Written under the lock, read anywhere. */
	u8 reasons;
	/**
	 * @forced: what the administrator makes of that, see
	 * scsi_path_force_marginal(). Written under the lock, read anywhere.
	 */
	s8 forced;
	/** @end: jiffies when it is tried again, or was last. Under the lock. */
	unsigned long end;
	/** @hold: jiffies that it was left alone before. Under the lock. */
	unsigned long hold;
};

/**
 * struct scsi_path_measure - what a path has done in a while
 * @busy: sum of the commands that it had, each time that it was looked at
 * @issued: attempts that it has been sent
 * @carried_out: those that neither failed nor were turned away
 * @failed: attempts that failed because of it
 * @latency_us: of a command, on average
 */
struct scsi_path_measure {
	unsigned int busy;
	unsigned int issued;
	unsigned int carried_out;
	unsigned int failed;
	u32 latency_us;
};

/**
 * struct scsi_path_outlier - is a path worse than its siblings? See outlier.c
 */
struct scsi_path_outlier {
	/** @window: what was when the window under way began. Under the lock. */
	struct scsi_path_measure window;
	/** @turned_away: attempts in that window which the target was too busy for */
	atomic_t turned_away;
	/** @bad_windows: how many in a row it has been in. Under the lock. */
	unsigned int bad_windows;
	/** @latency_us: of a command, in the last one. Written under the lock, read anywhere. */
	u32 latency_us;
};

/**
 * struct scsi_path_starved - its logical unit waits for a tag of its host, see starved.c
 */
struct scsi_path_starved {
	/** @wait: entry in a queue of @ws */
	struct wait_queue_entry wait;
	/** @tags: those that one is waited for of; NULL: none is. Under @ws and @lock. */
	struct sbitmap_queue *tags;
	/** @ws: where @wait is, or was last. As @tags. */
	struct sbq_wait_state *ws;
	/** @index: of the next @ws */
	atomic_t index;
	/** @lock: taken inside that of @ws */
	spinlock_t lock;
};

/**
 * struct scsi_path - one path to a logical unit
 */
struct scsi_path {
	/* What is read for each command. It fills the first line. */

	/**
	 * @sdev: the path's scsi_device, which owns this struct: it is freed when the
	 * device is released. Constant.
	 */
	struct scsi_device *sdev;
	/** @lu: the logical unit; a reference of the path's. Constant. */
	struct scsi_lu *lu;
	/**
	 * @node: entry in the paths of @lu; written under the lock and
	 * scsi_multipath_list_mutex
	 */
	struct list_head node;
	/** @slot: by which a command remembers it, below SCSI_PATH_SLOTS. Constant. */
	u8 slot;

	/* What says whether it carries I/O. Written under the lock, read anywhere. */

	/** @state: what is known about it, an enum scsi_path_state */
	u8 state;
	/**
	 * @check: is its identity to be read first, whatever @state is? An enum
	 * scsi_path_check
	 */
	u8 check;
	/** @access: by its device handler, an enum scsi_path_access */
	u8 access;
	/** @running: its device took commands when last looked at */
	bool running;
	/**
	 * @suspect: a GOOD completion has something to clear: strikes, probation or
	 * @answers_eh_only
	 */
	bool suspect;
	/**
	 * @busy_since: jiffies when its target was too busy: for BUSY_TIME, that is why its
	 * device is blocked for a moment; 0: it has not been
	 */
	unsigned long busy_since;

	/* What is behind that. Under the lock. */

	/** @loss: why @state is one that carries no I/O, an enum scsi_path_loss */
	u8 loss;
	/** @disconnected: its target, or its transport, says that @lu is not there any more */
	bool disconnected;

	/** @pr: what its nexus is registered with */
	struct scsi_path_pr pr;
	/** @polled_node: entry in those that are polled; written under the lock */
	struct list_head polled_node;
	/** @transition_time: jiffies that its target may take to change access states */
	unsigned long transition_time;
	/** @transition_end: when the change under way must be over; 0: none is */
	unsigned long transition_end;
	/** @access_read: jiffies when its handler last read it */
	unsigned long access_read;
	/** @disconnected_since: jiffies when the target said so first; 0: it does not */
	unsigned long disconnected_since;

	/**
	 * @load: what policies that compare paths write for each I/O. Apart from what
	 * every CPU reads for each I/O, and from other paths.
	 */
	struct scsi_path_load load ____cacheline_aligned_in_smp;

	/** @failures: attempts that failed because of it, ever; under the lock */
	u32 failures;
	/** @strikes: the same in a row; under the lock */
	unsigned int strikes;
	/** @good_since: jiffies when it last became good; under the lock */
	unsigned long good_since;
	/** @reinstated_at: jiffies when it last came back into use; read by completions */
	unsigned long reinstated_at;
	/** @check_since: jiffies when @check was begun; under the lock */
	unsigned long check_since;
	/** @check_end: jiffies until which I/O waits for its identity, if it waits */
	unsigned long check_end;
	/** @in_all: it is in the set of all that could carry I/O; under the lock */
	bool in_all;
	/** @lost_at: jiffies when it has left that; 0: it has not. Under the lock */
	unsigned long lost_at;
	/**
	 * @refused_since: jiffies when its LLD has begun to refuse what has a history.
	 * Written and read anywhere, as is @refused_last
	 */
	unsigned long refused_since;
	/** @refused_last: jiffies when it last did; 0: it has not */
	unsigned long refused_last;

	/** @weight: by the administrator, lower is better; under the lock */
	u32 weight;
	/** @group_disabled: its group carries I/O only if all others cannot; as @weight */
	bool group_disabled;
	/** @access_stale: @access is to be read again by the work of @lu; under the lock */
	bool access_stale;
	/** @sized: its capacity has been compared, as far as it has one; under the lock */
	bool sized;
	/**
	 * @answers_eh_only: its device has answered the error handler, but not the command
	 * that this was called for, and no command since; under the lock
	 */
	bool answers_eh_only;
	/**
	 * @asleep: it has been stopped with its logical unit, for system sleep;
	 * scsi_multipath_list_mutex
	 */
	bool asleep;
	/**
	 * @event: the newest event of each kind that is not to be reported over it any
	 * more. Under the lock.
	 */
	u8 event[NR_LU_EVENTS];
	/**
	 * @hides_reset: it has reported a reset of which @lu was not told, and which may
	 * be one of its nexus alone, see rewound.c. Under the lock.
	 */
	bool hides_reset;
	/**
	 * @nexus_lost: jiffies when what it has reported was taken last for something of its
	 * nexus alone; under the lock
	 */
	unsigned long nexus_lost;
	/** @reset_told: jiffies when it has reported a reset last, or came; under the lock */
	unsigned long reset_told;
	/**
	 * @asked: jiffies when it was asked last for what it has to report, and has answered
	 * with GOOD. Written by its own work, read anywhere.
	 */
	unsigned long asked;
	/** @hides_reset_since: in jiffies; the same */
	unsigned long hides_reset_since;
	/**
	 * @is_to_be_renewed: its device is to be removed and its address scanned, and
	 * there was no memory for that. Written under the lock, read anywhere.
	 */
	bool is_to_be_renewed;
	/** @told: what user space knows of it */
	struct scsi_path_told told;
	/** @drain: fetches what @lu still has to report over it; cancelled when it leaves */
	struct delayed_work drain;
	/** @probe: tests whether it can be reinstated */
	struct scsi_path_probe probe;
	/** @watch: tests it though nothing is known against it */
	struct scsi_path_watch watch;
	/** @door: what its nexus says of the removal of the medium */
	struct scsi_path_door door;
	/** @marginal: is it used only if no other path is left? */
	struct scsi_path_marginal marginal;
	/** @outlier: is it worse than its siblings? */
	struct scsi_path_outlier outlier;
	/** @starved: @lu waits for a tag of its host */
	struct scsi_path_starved starved;
};

/* A failure of a command that was sent before says nothing about its present state. */
static inline bool scsi_path_reinstated_after(const struct scsi_path *path,
					      unsigned long when)
{
	return time_before(when, READ_ONCE(path->reinstated_at));
}

static inline bool scsi_path_state_carries_io(enum scsi_path_state state)
{
	return state == PATH_GOOD || state == PATH_PROBATION;
}

/* path.c */
bool scsi_path_is_usable(const struct scsi_path *path);
bool scsi_path_is_passive(const struct scsi_path *path);
bool scsi_path_has_alternative(const struct scsi_path *path);
bool scsi_path_is_the_last_usable(const struct scsi_path *path);
bool scsi_path_is_being_removed(const struct scsi_path *path);
bool scsi_path_device_runs(const struct scsi_path *path);
enum scsi_path_shown_state scsi_path_shown_state(const struct scsi_path *path);
const char *scsi_path_state_name(const struct scsi_path *path);
unsigned int scsi_lu_nr_usable(struct scsi_lu *lu);
void scsi_path_take_slot(struct scsi_path *path);
void scsi_path_tell(struct scsi_path *path);
void scsi_path_log(struct scsi_path *path, const char *what, const char *why);
void scsi_path_usable_changed(struct scsi_path *path, const char *what,
			      const char *why);

/* state.c */
void scsi_path_set_state_locked(struct scsi_path *path, enum scsi_path_state state,
				enum scsi_path_loss loss, const char *why);
void scsi_path_set_state(struct scsi_path *path, enum scsi_path_state state,
			 enum scsi_path_loss loss, const char *why);
void scsi_path_reinstate(struct scsi_path *path);
void scsi_path_strike(struct scsi_path *path, const char *why);
void scsi_path_set_pending_locked(struct scsi_path *path, enum scsi_path_loss loss,
				  const char *why);
void scsi_path_take_out(struct scsi_path *path,
			enum scsi_path_state state, const char *why);
void scsi_path_note_timeout(struct scsi_path *path, const char *why);
void scsi_path_set_disconnected(struct scsi_path *path, const char *why);
void scsi_lu_blame(struct scsi_lu *lu, unsigned long slots);
void scsi_path_succeeded(struct scsi_path *path);
void scsi_path_fail_unless_last(struct scsi_path *path, const char *why);
void scsi_path_bring_online(struct scsi_path *path);
bool scsi_path_take_out_if_stuck(struct scsi_path *path, unsigned long since);
void scsi_path_admin_write(struct scsi_path *path,
			   enum scsi_path_shown_state state, u32 failures,
			   u32 weight);

/* check.c */
void scsi_path_start_check(struct scsi_path *path, enum scsi_path_check check);
void scsi_path_put_off_check(struct scsi_path *path);
void scsi_path_end_check(struct scsi_path *path);
void scsi_path_stop_check(struct scsi_path *path);
void scsi_path_suspend_check(struct scsi_path *path);
void scsi_path_check_identity(struct scsi_path *path);
void scsi_lu_wait_for_checks(struct scsi_lu *lu);
unsigned long scsi_path_check_timeout(void);
void scsi_path_wait_for_check(struct scsi_device *sdev, unsigned long until);

#endif /* _SCSI_MULTIPATH_PATH_H */
