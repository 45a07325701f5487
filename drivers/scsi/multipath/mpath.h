/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two objects of SCSI multipath, and who may touch what.
 *
 * Locks, outermost first:
 *  - scan_mutex of a path's host: held by the scan that claims a device.
 *  - scsi_multipath_claim_mutex: one claim at a time; the scan of a new logical unit is
 *    done under it.
 *  - scan_mutex of the virtual host, a lockdep class of its own.
 *  - scsi_multipath_list_mutex: which logical units there are, and for sleepers
 *    which paths each has; nothing that waits for I/O, nor for memory that
 *    may come from I/O, is done under it.
 *  - scsi_lu.lock: the paths of one logical unit and their states. Taken
 *    in completions.
 * Dispatch takes none of them; it reads under RCU.
 */
#ifndef _SCSI_MULTIPATH_MPATH_H
#define _SCSI_MULTIPATH_MPATH_H

#include <linux/blk-mq.h>
#include <linux/cache.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <scsi/scsi_device.h>

#include "policy.h"
#include "pr.h"
#include "verdict.h"

struct scsi_lu;
struct scsi_sense_hdr;

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

/* Why a path is marginal */
#define MARGINAL_LINK		BIT(0)	/* FPIN: link integrity */
#define MARGINAL_CONGESTION	BIT(1)	/* FPIN: congestion */
#define MARGINAL_PORT		BIT(2)	/* its remote port is said to be */
#define MARGINAL_OUTLIER	BIT(3)	/* see outlier.c */

/**
 * struct scsi_path_measure - what a path has done in a while
 * @busy: sum of the commands that it had, each time that it was looked at
 * @issued: commands that it has been sent
 * @failed: attempts that failed because of it
 * @latency_us: of a command, on average
 */
struct scsi_path_measure {
	unsigned int busy;
	unsigned int issued;
	unsigned int failed;
	u32 latency_us;
};

/**
 * struct scsi_path - one path to a logical unit
 * @sdev: the path's scsi_device, which owns this struct: it is freed when the
 *	device is released. Constant.
 * @lu: the logical unit; a reference of the path's. Constant.
 * @node: entry in @lu->paths; written under @lu->lock and
 *	scsi_multipath_list_mutex
 * @state: written under @lu->lock, read anywhere
 * @running: sdev_state was SDEV_RUNNING when last looked at; @lu->lock
 * @weight: administrator's weight, lower is better; @lu->lock
 * @failures: attempts that failed because of the path, ever; @lu->lock
 * @strikes: the same in a row; @lu->lock
 * @suspect: a GOOD completion has something to clear: strikes or probation.
 *	Written under @lu->lock, read by completions.
 * @online: its transport says that it is back: test it even if probing is
 *	switched off; @lu->lock
 * @checking: carries no I/O until its identity has been read, whatever @state is:
 *	it may lead elsewhere. Written under @lu->lock, read anywhere
 * @checked_in_use: it carried I/O until then, and was not stopped since; @lu->lock
 * @check_end: jiffies until which I/O waits for that, if it waits; @lu->lock
 * @probing: @probe asks at this moment; @lu->lock
 * @missed: what @probe finds out may be from before the path came back; @lu->lock
 * @told_stopped: user space has heard that its device does not run; @lu->lock
 * @watched: @probe is to test it though nothing is known against it; @lu->lock
 * @watched_busy: it carries I/O, and only its identity is to be read; @lu->lock
 * @watch_count: how often that was done; @probe
 * @watch_issued: commands that it had been sent when the watch looked last; @lu->lock
 * @watch_at: jiffies when it is tested if it carries nothing until then; @lu->lock
 * @identity_at: jiffies when its identity is read if it carries I/O all the time;
 *	0: not set yet. @lu->lock
 * @sized: its capacity has been compared, as far as it has one; @lu->lock
 * @access: by its device handler, who knows the target. Written under
 *	@lu->lock, read anywhere
 * @access_read: jiffies when its handler last read it; @lu->lock
 * @access_stale: is to be read again by @lu->work; @lu->lock
 * @transition_time: jiffies that its target may take to change access states;
 *	@lu->lock
 * @transition_end: when the change under way must be over; 0: none. @lu->lock
 * @passive: another controller of the target serves the logical unit, until
 *	this one is activated; @lu->lock
 * @disconnected: its target, or its transport, says that the logical unit is not there
 *	any more; @lu->lock
 * @disconnected_since: jiffies when the target said so first; 0: it does not.
 *	@lu->lock
 * @group_disabled: its group carries I/O only if all others cannot; @lu->lock
 * @asleep: has been stopped with its logical unit, for system sleep;
 *	scsi_multipath_list_mutex
 * @probe_delay: jiffies until the next probe; @lu->lock
 * @good_since: jiffies when it last became good; @lu->lock
 * @reinstated_at: jiffies when it last came back into use; written under
 *	@lu->lock, read by completions
 * @event: the newest event of each kind that is not to be reported over this path
 *	any more; @lu->lock
 * @drain: fetches what the logical unit still has to report over this path;
 *	cancelled when the path leaves
 * @slot: by which a command remembers the path, below SCSI_PATH_SLOTS. Constant.
 * @prevents_removal: the medium cannot be removed, says its nexus; @lu->lock
 * @refuses_door: it has not done what it was told about that; @lu->lock
 * @door_round: when it was last told about that; @lu->lock
 * @polled_node: entry in @lu->polled; @lu->lock for writing
 * @changed: there may be something that user space has not been told; @lu->lock
 * @loss: why @state is one that carries no I/O; @lu->lock
 * @told: what user space has been told last; @lu->lock
 * @told_access: the same of @access; @lu->lock
 * @marginal: why it is used only if no other path is left, a mask of MARGINAL_*.
 *	Written under @lu->lock, read anywhere
 * @marginal_forced: what the administrator makes of that, see
 *	scsi_path_force_marginal(). Written under @lu->lock, read anywhere
 * @marginal_end: jiffies when it is tried again, or was last; @lu->lock
 * @marginal_hold: jiffies that it was left alone before; @lu->lock
 * @marginal_work: @marginal_end has come; disabled when the path leaves
 * @window: what outlier.c measures; @lu->lock
 * @bad_windows: how many in a row have been; @lu->lock
 * @renew: has its device removed, and its address scanned; disabled when the path
 *	leaves
 * @latency_us: of a command, in the last window; written under @lu->lock, read anywhere
 * @probe: tests whether a failed or pending path can be reinstated; disabled when the path
 *	leaves or sleeps
 * @pr: what its nexus is registered with, see pr.h
 * @load: what policies that compare paths write for each I/O. Apart from the rest,
 *	and from other paths: what else is in the line, every CPU reads for each I/O.
 */
struct scsi_path {
	struct scsi_device *sdev;
	struct scsi_lu *lu;
	struct list_head node;
	struct list_head polled_node;
	enum scsi_path_state state;
	bool running;
	bool suspect;
	bool changed;
	bool online;
	bool checking;
	bool checked_in_use;
	bool probing;
	bool missed;
	bool told_stopped;
	bool sized;
	bool watched;
	bool watched_busy;
	bool access_stale;
	bool passive;
	bool disconnected;
	bool group_disabled;
	bool asleep;
	u8 access;
	u8 loss;
	u8 told;
	u8 told_access;
	u8 marginal;
	s8 marginal_forced;
	unsigned long marginal_end;
	unsigned long marginal_hold;
	struct delayed_work marginal_work;
	struct scsi_path_measure window;
	unsigned int bad_windows;
	u32 latency_us;
	u32 weight;
	u32 failures;
	unsigned int strikes;
	unsigned long probe_delay;
	unsigned long good_since;
	unsigned long reinstated_at;
	unsigned long access_read;
	unsigned long transition_time;
	unsigned long transition_end;
	unsigned long check_end;
	unsigned int watch_count;
	unsigned int watch_issued;
	unsigned long watch_at;
	unsigned long identity_at;
	unsigned long disconnected_since;
	u8 event[NR_LU_EVENTS];
	u8 slot;
	bool prevents_removal;
	bool refuses_door;
	unsigned int door_round;
	struct work_struct drain;
	struct delayed_work probe;
	struct delayed_work renew;
	struct scsi_path_pr pr;
	struct scsi_path_load load ____cacheline_aligned_in_smp;
};

/**
 * enum scsi_path_answer - how a path answers TEST UNIT READY
 * @ANSWER_GOOD: with GOOD
 * @ANSWER_ERROR: with an error, be it of the path or of the logical unit
 * @ANSWER_OTHER: with something that says nothing of either
 * @ANSWER_NONE: not at all
 */
enum scsi_path_answer {
	ANSWER_GOOD,
	ANSWER_ERROR,
	ANSWER_OTHER,
	ANSWER_NONE,
};

/**
 * struct scsi_path_size - what a disk says of its size, over one path
 * @last_block: the last one that it has
 * @block_size: bytes of one; 0: it says nothing
 */
struct scsi_path_size {
	u64 last_block;
	u32 block_size;
};

/* The rank of no group at all. */
#define NO_RANK		U64_MAX

/**
 * struct scsi_lu_group - which group of paths carries the I/O, see group.c
 * @rank: that of the group in use; NO_RANK if there is none. @lu->lock
 * @failback: seconds that a better group must have been usable before it is
 *	used; 0: none; -1: until the one in use has no path left. @lu->lock
 * @better_since: jiffies when there was a better group than the one in use;
 *	0: there is none. @lu->lock
 * @is_switched: the administrator has chosen the group of @switched_to
 * @switched_to: the weight of the group chosen
 * @prefer_local: only if no path of a near host is usable, others are used;
 *	@lu->lock
 * @work: @failback is over
 */
struct scsi_lu_group {
	u64 rank;
	int failback;
	unsigned long better_since;
	bool is_switched;
	u32 switched_to;
	bool prefer_local;
	struct delayed_work work;
};

/**
 * struct scsi_lu_activation - a controller is asked to serve the logical unit
 * @work: asks one
 * @running: one has been asked and has not answered; @lu->lock
 * @tries: how many have been asked in a row without success; @lu->lock
 * @not_before: jiffies when the next one may be asked; @lu->lock
 * @last: jiffies of the last success; 0: none yet. @lu->lock
 * @hold_off: jiffies that it has held off the next one; @lu->lock
 */
struct scsi_lu_activation {
	struct delayed_work work;
	bool running;
	unsigned int tries;
	unsigned long not_before;
	unsigned long last;
	unsigned long hold_off;
};

/**
 * struct scsi_lu_door - whether the medium can be removed, see door.c
 * @is_used: that was ever said; @lu->lock
 * @prevented: the upper level does not want it removed; @lu->lock
 * @round: counts the runs of @work; @lu->lock
 * @waiting: commands that are complete when @work is done; @lu->lock
 * @work: tells the paths
 */
struct scsi_lu_door {
	bool is_used;
	bool prevented;
	unsigned int round;
	struct list_head waiting;
	struct work_struct work;
};

/**
 * struct scsi_lu_key - a data encryption key that one I_T nexus has, see key.c
 * @is_local: there is one, or its loss has not been told yet; written under @lu->lock,
 *	read by dispatch
 * @path: path that has brought it; NULL: it is lost, or there is none. Written under
 *	@lu->lock, read under RCU
 */
struct scsi_lu_key {
	bool is_local;
	struct scsi_path __rcu *path;
};

/**
 * struct scsi_lu_cpu - what one CPU keeps about a logical unit
 * @cursor: position of policies that go round
 * @sent: commands sent, an attempt each
 * @done: commands completed
 */
struct scsi_lu_cpu {
	unsigned int cursor;
	unsigned int sent;
	unsigned int done;
};

/**
 * struct scsi_lu - one logical unit
 * @id: identity, see identity.c. Constant.
 * @ref: held by the LU's scsi_device until that is destroyed, by each path, and
 *	by a running removal. They share one reference to @sdev, whose release
 *	frees this struct: whoever has @sdev has @sdev->hostdata.
 * @node: entry in the list of logical units; scsi_multipath_list_mutex
 * @sdev: the LU's scsi_device on the virtual host. Set when it is allocated,
 *	before the LU is announced; constant after.
 * @target: target number on the virtual host. Constant.
 * @max_cmd_len: longest CDB that every path takes; written with no path in
 *	use or growing shorter only
 * @lock: protects what names it, and every change of a path's state
 * @paths: all paths, usable or not; @lock and scsi_multipath_list_mutex for
 *	writing, either for reading
 * @nr_paths: length of @paths; as @paths, read anywhere for estimates
 * @most_paths: the greatest length that it has had; written under @lock, read
 *	anywhere
 * @group: which of the usable paths those are
 * @activation: for targets that must be asked to serve on another controller
 * @door: whether the medium can be removed
 * @key: a data encryption key that one I_T nexus has
 * @policy: how a path is chosen; written under @lock, read under RCU
 * @cpu: what every I/O writes, so that no two CPUs write to one place
 * @no_path_timeout: seconds that I/O waits while no path is usable; 0: not at
 *	all; -1: for ever. @lock
 * @attempt_timeout: jiffies that a path may leave a read or write without an
 *	answer while there is another path; 0: its whole timeout. Written under
 *	@lock, read anywhere
 * @slow_until: jiffies until which slowness is the logical unit's, and not held
 *	against a path; 0: not. Written and read anywhere
 * @event: number of the newest event of each kind; @lock
 * @event_since: jiffies when it was first reported; @lock
 * @attention: a bit for each event that the next command is to be answered with.
 *	Written under @lock, read anywhere
 * @attention_code: the additional sense code and its qualifier of those; @lock
 * @no_path_since: jiffies when the last usable path was lost; @lock
 * @waits_for_transport: since then, a path has been blocked by its transport;
 *	@lock
 * @disconnected_since: jiffies since when no path leads to it, says the target over
 *	all of them; 0: not. @lock
 * @ends_since: jiffies when its upper-level driver has begun to let go of it; 0: it
 *	has not. @lock
 * @usable_since: jiffies when I/O last became possible; @lock
 * @expired: @no_path_timeout is over, I/O fails. @lock; read anywhere
 * @announced: the LU's scsi_device is in sysfs. Before, I/O does not wait
 *	for paths. @lock; read anywhere
 * @last_was_disconnected: the last path that left was; @lock
 * @reserved: a reservation of one nexus may have been made over the only path there
 *	was; @lock
 * @removing: the LU's scsi_device is removed or about to be; no path may join.
 *	scsi_multipath_list_mutex
 * @keep_outliers: a path that is worse than its siblings is as good as they are;
 *	@lock
 * @no_passthrough_failover: passthrough commands are never repeated. Written and
 *	read anywhere
 * @work: brings the LU's scsi_device in line with @in_use
 * @no_path_work: @no_path_timeout is over
 * @remove_work: removes the LU's scsi_device and what paths there are
 * @wants_rescan: it was found over a path that could not serve it; @lock
 * @rescan_work: looks at it once more
 * @limits_work: brings the limits of its queue in line with those of the paths
 * @event_work: tells user space of what has changed
 * @pr: what it is registered with, see pr.h
 * @tags: tag set of its device's queue. Constant.
 * @polled: the paths whose hosts are to be asked by who polls, until they have no
 *	attempt any more; @lock for writing, read under RCU
 * @in_use: the paths that I/O from each node takes, for dispatch; behind these
 *	all that could carry any, the better groups first. An array is replaced
 *	when a path joins and rewritten in place at state changes. All are empty,
 *	or none is.
 */
struct scsi_lu {
	char *id;
	struct kref ref;
	struct list_head node;
	struct scsi_device *sdev;
	unsigned int target;
	unsigned short max_cmd_len;

	spinlock_t lock;
	struct list_head paths;
	unsigned int nr_paths;
	unsigned int most_paths;
	const struct scsi_path_policy *policy;
	struct scsi_lu_cpu __percpu *cpu;

	unsigned int attempt_timeout;
	unsigned long slow_until;
	unsigned long attention;
	u16 attention_code[NR_LU_EVENTS];
	u8 event[NR_LU_EVENTS];
	unsigned long event_since[NR_LU_EVENTS];

	int no_path_timeout;
	unsigned long no_path_since;
	unsigned long disconnected_since;
	unsigned long ends_since;
	unsigned long usable_since;
	bool waits_for_transport;
	bool expired;
	bool announced;
	bool last_was_disconnected;
	bool reserved;
	bool removing;
	bool no_passthrough_failover;
	bool keep_outliers;

	struct scsi_lu_group group;
	struct scsi_lu_activation activation;
	struct scsi_lu_door door;
	struct scsi_lu_key key;
	struct work_struct work;
	struct delayed_work no_path_work;
	struct work_struct remove_work;
	bool wants_rescan;
	struct work_struct rescan_work;
	struct delayed_work limits_work;
	struct work_struct event_work;
	struct scsi_lu_pr pr;
	struct blk_mq_tag_set tags;
	struct list_head polled;
	struct scsi_path_set __rcu *in_use[];
};

/* The set of one node, for those who hold the logical unit's lock. */
static inline struct scsi_path_set *
scsi_lu_node_set_locked(struct scsi_lu *lu, int node)
{
	return rcu_dereference_protected(lu->in_use[node],
					 lockdep_is_held(&lu->lock));
}

/* How many sets a logical unit has: one for each node, and that of all. */
static inline unsigned int scsi_multipath_nr_sets(void)
{
	return nr_node_ids + 1;
}

/* The set of all usable paths, whose @stay is the one for sequences of commands. */
static inline const struct scsi_path_set *
scsi_lu_all_rcu(const struct scsi_lu *lu)
{
	return rcu_dereference(lu->in_use[nr_node_ids]);
}

/* The same, for those who hold the logical unit's lock. */
static inline struct scsi_path_set *scsi_lu_all_locked(struct scsi_lu *lu)
{
	return scsi_lu_node_set_locked(lu, nr_node_ids);
}

/* Is there a path that I/O may take? For those who hold the lock. */
static inline bool scsi_lu_has_path_locked(struct scsi_lu *lu)
{
	return scsi_lu_node_set_locked(lu, 0)->nr;
}

/* A failure of a command that was sent before says nothing about its present state. */
static inline bool scsi_path_reinstated_after(const struct scsi_path *path,
					      unsigned long when)
{
	return time_before(when, READ_ONCE(path->reinstated_at));
}

/* Does it have hardware queues for polled I/O, behind the others? */
static inline bool scsi_lu_has_polled_queues(const struct scsi_lu *lu)
{
	return lu->tags.nr_maps > HCTX_TYPE_POLL;
}

/* lu.c */
#define NO_PATH_TIMEOUT_MAX	(7 * 24 * 3600)	/* seconds */
extern struct mutex scsi_multipath_list_mutex;
extern struct list_head scsi_multipath_list;
extern struct workqueue_struct *scsi_multipath_wq;
extern struct workqueue_struct *scsi_multipath_probe_wq;
extern struct workqueue_struct *scsi_multipath_removal_wq;
struct scsi_lu *scsi_lu_create(char *id, struct scsi_device *first);
void scsi_lu_get(struct scsi_lu *lu);
void scsi_lu_put(struct scsi_lu *lu);
int scsi_lu_bring_up(struct scsi_lu *lu);
void scsi_lu_sdev_destroyed(struct scsi_lu *lu);
void scsi_lu_sdev_released(struct scsi_device *sdev);
void scsi_lu_usable_changed(struct scsi_lu *lu, bool had_path);
void scsi_lu_arm_no_path(struct scsi_lu *lu);
void scsi_lu_rearm_no_path(struct scsi_lu *lu);
void scsi_lu_runs_again(struct scsi_lu *lu);
void scsi_lu_set_no_path_timeout(struct scsi_lu *lu, int seconds);
void scsi_lu_last_path_left(struct scsi_lu *lu, bool is_disconnected);

/* path.c */
void scsi_path_set_state(struct scsi_path *path, enum scsi_path_state state,
			 const char *why);
void scsi_path_reinstate(struct scsi_path *path);
void scsi_path_strike(struct scsi_path *path, const char *why);
void scsi_path_set_pending_locked(struct scsi_path *path, const char *why);
void scsi_path_take_out(struct scsi_path *path,
			enum scsi_path_state state, const char *why);
void scsi_path_note_timeout(struct scsi_path *path, const char *why);
void scsi_path_set_disconnected(struct scsi_path *path, const char *why);
void scsi_lu_blame(struct scsi_lu *lu, unsigned long slots);
void scsi_path_take_slot(struct scsi_path *path);
void scsi_path_succeeded(struct scsi_path *path);
void scsi_path_fail_unless_last(struct scsi_path *path, const char *why);
void scsi_path_check_identity(struct scsi_path *path);
bool scsi_path_take_out_if_stuck(struct scsi_path *path, unsigned long since);
void scsi_path_admin_write(struct scsi_path *path,
			   enum scsi_path_shown_state state, u32 failures,
			   u32 weight);
void scsi_path_stop_check(struct scsi_path *path);
unsigned long scsi_path_check_timeout(void);
void scsi_path_wait_for_check(struct scsi_device *sdev, unsigned long until);
bool scsi_path_is_usable(const struct scsi_path *path);
bool scsi_path_is_being_removed(const struct scsi_path *path);
bool scsi_path_device_runs(const struct scsi_path *path);
enum scsi_path_shown_state scsi_path_shown_state(const struct scsi_path *path);
const char *scsi_path_state_name(const struct scsi_path *path);
unsigned int scsi_lu_nr_usable(struct scsi_lu *lu);
void scsi_path_tell(struct scsi_path *path);
void scsi_path_usable_changed(struct scsi_path *path, const char *what,
			      const char *why);

/* group.c */
#define FAILBACK_MAX		(24 * 3600)	/* seconds */
u64 scsi_path_rank(const struct scsi_path *path);
void scsi_lu_group_init(struct scsi_lu_group *group);
void scsi_lu_refresh_locked(struct scsi_lu *lu);
bool scsi_path_is_in_use(const struct scsi_path *path);
void scsi_path_set_weight(struct scsi_path *path, u32 weight);
bool scsi_lu_group_is_disabled(struct scsi_lu *lu, u32 weight);
int scsi_lu_disable_group(struct scsi_lu *lu, u32 weight, bool disable);
int scsi_lu_switch_group(struct scsi_lu *lu, u32 weight);
void scsi_lu_set_failback(struct scsi_lu *lu, int seconds);
void scsi_lu_set_prefer_local(struct scsi_lu *lu, bool prefer_local);

/* set.c */
int scsi_lu_alloc_sets(struct scsi_lu *lu);
void scsi_lu_free_sets(struct scsi_lu *lu);
int scsi_lu_reserve_room(struct scsi_lu *lu, unsigned int nr_paths);
void scsi_lu_fill_sets(struct scsi_lu *lu);

/* access.c */
void scsi_path_access_init(struct scsi_path *path);
void scsi_path_access_join(struct scsi_path *path);
const char *scsi_path_access_name(const struct scsi_path *path);
void scsi_path_begin_transition(struct scsi_path *path);
void scsi_path_set_passive(struct scsi_path *path);
void scsi_path_read_access(struct scsi_path *path);
void scsi_lu_read_stale_access(struct scsi_lu *lu);

/* activate.c */
void scsi_lu_activation_init(struct scsi_lu_activation *activation);
void scsi_lu_activation_stop(struct scsi_lu *lu);
void scsi_lu_consider_activation(struct scsi_lu *lu);

/* rescan.c */
void scsi_lu_rescan_init(struct scsi_lu *lu);
void scsi_lu_rescan_when_usable(struct scsi_lu *lu);
void scsi_lu_rescan_if_wanted(struct scsi_lu *lu);

/* status.c */
ssize_t scsi_lu_status(struct scsi_lu *lu, char *buf);

/* counters.c */
unsigned int scsi_lu_queued(struct scsi_lu *lu);

/* power.c */
void scsi_path_power_add(struct scsi_device *sdev);
void scsi_path_power_remove(struct scsi_device *sdev);
bool scsi_lu_is_suspended(const struct scsi_lu *lu);
bool scsi_lu_waits_for_resume(struct scsi_lu *lu);

/* shutdown.c */
bool scsi_multipath_system_ends(void);
bool scsi_lu_ends(const struct scsi_lu *lu, bool waits,
		  unsigned long *when);
int scsi_multipath_shutdown_init(void);
void scsi_multipath_shutdown_exit(void);

/* ask.c */
#define VPD_MAX_LEN		4096
int scsi_path_ask(struct scsi_device *sdev, const u8 *cdb, void *buf,
		  unsigned int len, struct scsi_sense_hdr *sense);
enum scsi_path_effect scsi_path_test(struct scsi_device *sdev,
				     enum scsi_path_answer *answer);
enum scsi_path_state scsi_path_state_after(enum scsi_path_effect tested);
ssize_t scsi_path_read_vpd(struct scsi_device *sdev, u8 page, u8 *buf);

/* probe.c */
#define SCSI_PATH_PROBE_DELAY	(HZ / 4)	/* before the first probe */
void scsi_path_probe_now(struct scsi_path *path);
void scsi_path_probe_init(struct scsi_path *path);
void scsi_path_probe_schedule(struct scsi_path *path);
void scsi_path_probe_soon(struct scsi_path *path);
unsigned int scsi_path_watch(struct scsi_path *path, bool busy);

/* find.c */
struct scsi_lu *scsi_multipath_find(const char *names);
struct scsi_lu *scsi_multipath_find_renamed(const char *names);

/* identify.c */
char *scsi_device_read_names(struct scsi_device *sdev);
char *scsi_path_serial_name(struct scsi_device *sdev);
int scsi_path_identify(struct scsi_path *path);
bool scsi_path_is_unmapped(struct scsi_path *path);

/* watch.c */
/* A path that is watched has its identity read once in so many periods. */
#define WATCH_IDENTITY_EVERY	10
void scsi_multipath_watch_start(void);
void scsi_multipath_watch_stop(void);

/* marginal.c */
bool scsi_path_is_marginal(const struct scsi_path *path);
void scsi_path_becomes_marginal(struct scsi_path *path, u8 reason,
				const char *why);
void scsi_path_recovers(struct scsi_path *path, u8 reasons, const char *why);
void scsi_path_force_marginal(struct scsi_path *path, s8 forced);
ssize_t scsi_path_show_marginal(const struct scsi_path *path, char *buf);
void scsi_path_marginal_init(struct scsi_path *path);

/* outlier.c */
bool scsi_path_is_outlier(const struct scsi_path_measure *all, unsigned int nr,
			  unsigned int self);
void scsi_lu_demote_outliers(struct scsi_lu *lu, bool demote);
void scsi_multipath_outlier_start(void);
void scsi_multipath_outlier_stop(void);

/* timeout.c */
#define ATTEMPT_TIMEOUT_MAX	3600u	/* seconds */
bool scsi_type_has_attempt_timeout(u8 device_type);
unsigned int scsi_attempt_timeout_for(u8 device_type);
bool scsi_lu_is_slow(const struct scsi_lu *lu);
void scsi_path_note_patience(struct scsi_path *path, unsigned long since);

/* event.c */
bool scsi_path_report_event(struct scsi_path *path,
			    const struct scsi_sense_hdr *sense);
void scsi_path_note_all_reported(struct scsi_path *path);
void scsi_path_event_was_swallowed(struct scsi_path *path,
				   const struct scsi_sense_hdr *sense);
void scsi_path_changed_lu(struct scsi_path *path);
void scsi_path_changed_reservation(struct scsi_path *path);
void scsi_lu_lost_nexus(struct scsi_lu *lu);
bool scsi_leaves_attention_alone(u8 opcode);
bool scsi_lu_answer_attention(struct scsi_lu *lu,
			      struct scsi_cmnd *lu_cmd);
void scsi_lu_attention_init(struct scsi_lu *lu);
void scsi_path_event_init(struct scsi_path *path);

/* dispatch.c */
bool scsi_lu_bind_to_only_path(struct scsi_lu *lu);

/* completion.c */
void scsi_path_apply(struct scsi_path *path, enum scsi_path_effect effect,
		     const char *why);
void scsi_lu_cmd_failed(struct scsi_cmnd *lu_cmd);

/* passthrough.c */
extern struct device_attribute dev_attr_passthrough_failover;
bool scsi_lu_report_luns(struct scsi_cmnd *lu_cmd);
bool scsi_lu_may_repeat_passthrough(const struct scsi_lu *lu,
				    const struct scsi_cmnd *lu_cmd);

/* door.c */
bool scsi_path_moved_door(struct scsi_path *path, struct scsi_cmnd *lu_cmd);
void scsi_lu_look_after_door(struct scsi_lu *lu);
void scsi_lu_was_reset(struct scsi_lu *lu);
void scsi_lu_door_init(struct scsi_lu_door *door);

/* key.c */
void scsi_path_note_key(struct scsi_path *path, struct scsi_cmnd *lu_cmd);
void scsi_lu_look_after_key(struct scsi_lu *lu);
void scsi_lu_note_key_loss_told(struct scsi_lu *lu);
bool scsi_lu_needs_key(const struct scsi_lu *lu,
		       const struct scsi_cmnd *lu_cmd);

/* eligible.c */
bool scsi_device_may_be_path(struct scsi_device *sdev);

/* join.c */
int scsi_path_join(struct scsi_lu *lu, struct scsi_path *path, bool is_alone);
void scsi_path_unjoin(struct scsi_path *path);
void scsi_path_wait_for_work(struct scsi_path *path);
void scsi_lu_follow_path_depths(struct scsi_lu *lu);

/* settings.c */
void scsi_lu_copy_quirks(struct scsi_device *to, const struct scsi_device *from);
void scsi_path_share_settings(struct scsi_path *path);
void scsi_path_share_quirks(struct scsi_path *path);

/* lookup.c */
struct scsi_device *scsi_path_get_other(const struct scsi_path *path);
struct scsi_device *scsi_lu_get_in_use(struct scsi_lu *lu,
				       const struct scsi_device *except,
				       unsigned int nr);

/* host.c */
extern struct Scsi_Host *scsi_multipath_host;
int scsi_multipath_host_add(void);
void scsi_multipath_host_exit(void);

/* poll.c */
unsigned int scsi_path_polled_queues(const struct Scsi_Host *shost);
void scsi_path_start_polling(struct scsi_path *path);
void scsi_path_stop_polling(struct scsi_path *path);

/* tags.c */
#define SCSI_LU_MIN_TAGS	256	/* of one logical unit, in all queues */
#define SCSI_LU_MAX_TAGS	512
void scsi_lu_size_tags(struct blk_mq_tag_set *set,
		       const struct blk_mq_tag_set *host,
		       unsigned int nr_polled, unsigned int path_depth,
		       unsigned int nr_cpus);
int scsi_lu_alloc_tags(struct scsi_lu *lu, struct scsi_device *first);
void scsi_lu_free_tags(struct scsi_lu *lu);

/* uevent.c */
void scsi_path_uevent(struct scsi_path *path, const char *what);
void scsi_lu_tell_changes(struct scsi_lu *lu);
void scsi_lu_events_init(struct scsi_lu *lu);

/* claim.c */
extern struct mutex scsi_multipath_claim_mutex;
int scsi_path_try_claim(struct scsi_device *sdev);

/* clash.c */
bool scsi_type_has_size(u8 device_type);
void scsi_path_read_size(struct scsi_device *sdev, struct scsi_path_size *size);
int scsi_path_compare(struct scsi_lu *lu, struct scsi_device *sdev,
		      const struct scsi_path_size *size, const char **what,
		      bool *is_alone);

/* renew.c */
void scsi_path_renew_init(struct scsi_path *path);
void scsi_path_renew_soon(struct scsi_path *path);
void scsi_path_forget_host(struct Scsi_Host *shost);
void scsi_path_withhold(struct scsi_device *sdev, bool soon);
void scsi_path_forget(struct scsi_device *sdev);

/* limits.c */
bool scsi_limits_are_stacked(const struct queue_limits *lu,
			     const struct queue_limits *path);
void scsi_limits_stack(struct queue_limits *lu,
		       const struct queue_limits *path);
void scsi_limits_replace(struct queue_limits *lu,
			 const struct queue_limits *hosts);
int scsi_lu_take_limits(struct scsi_lu *lu, struct scsi_device *path);
void scsi_lu_limits_init(struct scsi_lu *lu);

/* sysfs.c */
extern const struct attribute_group *scsi_lu_attr_groups[];
int scsi_path_sysfs_add(struct scsi_path *path);
void scsi_path_sysfs_remove(struct scsi_path *path);

/* proc.c */
int scsi_multipath_proc_init(void);
void scsi_multipath_proc_exit(void);

#endif /* _SCSI_MULTIPATH_MPATH_H */
