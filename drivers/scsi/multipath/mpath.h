/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two objects of SCSI multipath, and who may touch what.
 *
 * Locks, outermost first:
 *  - scan_mutex of a path's host: held by the scan that claims a device.
 *  - claim_mutex (claim.c): one claim at a time; I/O is done under it.
 *  - scan_mutex of the virtual host, a lockdep class of its own.
 *  - scsi_mpath_list_mutex: which logical units there are, and for sleepers
 *    which paths each has; nothing that waits for I/O is done under it.
 *  - scsi_mpath.lock: the paths of one logical unit and their states. Taken
 *    in completions.
 * Dispatch takes none of them; it reads under RCU.
 */
#ifndef _SCSI_MULTIPATH_MPATH_H
#define _SCSI_MULTIPATH_MPATH_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <scsi/scsi_device.h>

#include "policy.h"

struct scsi_mpath;
struct scsi_sense_hdr;

/**
 * enum scsi_path_state - what is known about a path
 * @PATH_GOOD: carries I/O
 * @PATH_PROBATION: carries I/O; came back and has not proved itself yet
 * @PATH_WAITING: carries none; its transport or a probe will bring it back
 * @PATH_DEAD: carries none; failed, and a probe may bring it back
 * @PATH_DISABLED: carries none; by the administrator, who alone can undo it
 *
 * A path whose scsi_device is blocked or offline carries no I/O in any state.
 */
enum scsi_path_state {
	PATH_GOOD,
	PATH_PROBATION,
	PATH_WAITING,
	PATH_DEAD,
	PATH_DISABLED,
};

/* The state numbers of /proc and sysfs, those of 2002. */
enum scsi_path_shown_state {
	SHOWN_GOOD	= 1,
	SHOWN_FAILING	= 2,
	SHOWN_DEAD	= 3,
};

/**
 * enum scsi_lu_event - what a logical unit tells each I_T nexus of (SPC-4 6.29)
 * @EVENT_RESET: 29h, power on, reset, or bus device reset
 * @EVENT_MODE: 2Ah 01h, mode parameters changed
 * @EVENT_CAPACITY: 2Ah 09h, capacity data has changed
 * @EVENT_INQUIRY: 3Fh 03h, INQUIRY data has changed
 * @EVENT_LUNS: 3Fh 0Eh, REPORTED LUNS data has changed
 * @NR_LU_EVENTS: how many there are
 */
enum scsi_lu_event {
	EVENT_RESET,
	EVENT_MODE,
	EVENT_CAPACITY,
	EVENT_INQUIRY,
	EVENT_LUNS,
	NR_LU_EVENTS,
};

/**
 * struct scsi_path - one path to a logical unit
 * @sdev: the path's scsi_device, which owns this struct: it is freed when the
 *	device is released. Constant.
 * @lu: the logical unit; a reference of the path's. Constant.
 * @node: entry in @lu->paths; written under @lu->lock and
 *	scsi_mpath_list_mutex
 * @state: written under @lu->lock, read anywhere
 * @running: sdev_state was SDEV_RUNNING when last looked at; @lu->lock
 * @weight: administrator's weight, lower is better; @lu->lock
 * @failures: attempts that failed because of the path, ever; @lu->lock
 * @strikes: the same in a row; @lu->lock
 * @suspect: a GOOD completion has something to clear: strikes or probation.
 *	Written under @lu->lock, read by completions.
 * @online: its transport says that it is back: test it even if probing is
 *	switched off; @lu->lock
 * @checking: out of rotation only until its identity has been read; @lu->lock
 * @probe_delay: jiffies until the next probe; @lu->lock
 * @good_since: jiffies when it last became good; @lu->lock
 * @back_since: jiffies when it last came back into use; written under
 *	@lu->lock, read by completions
 * @event: the newest event of each kind that has come over this path; @lu->lock
 * @changed: usable or not any more, and user space has not been told;
 *	@lu->lock
 * @probe: tests whether a dead or waiting path is back; cancelled when the
 *	path leaves
 */
struct scsi_path {
	struct scsi_device *sdev;
	struct scsi_mpath *lu;
	struct list_head node;
	enum scsi_path_state state;
	bool running;
	bool suspect;
	bool changed;
	bool online;
	bool checking;
	u32 weight;
	u32 failures;
	unsigned int strikes;
	unsigned long probe_delay;
	unsigned long good_since;
	unsigned long back_since;
	u8 event[NR_LU_EVENTS];
	struct delayed_work probe;
};

/**
 * struct scsi_mpath_cpu - what one CPU keeps about a logical unit
 * @cursor: position of policies that go round
 * @sent: commands sent, an attempt each
 * @done: commands completed
 */
struct scsi_mpath_cpu {
	unsigned int cursor;
	unsigned int sent;
	unsigned int done;
};

/**
 * struct scsi_mpath - one logical unit
 * @id: identity, see identity.c. Constant.
 * @ref: held by the LU's scsi_device, by each path, and by a running removal
 * @node: entry in the list of logical units; scsi_mpath_list_mutex
 * @sdev: the LU's scsi_device on the virtual host, with a reference. Set when
 *	it is allocated, before the LU is announced; constant after.
 * @target: target number on the virtual host. Constant.
 * @block_size: logical block size in bytes, 0 if not a disk or not known.
 *	Constant.
 * @max_cmd_len: longest CDB that every path takes; written with no path in
 *	use or growing shorter only
 * @lock: protects what names it, and every change of a path's state
 * @paths: all paths, usable or not; @lock and scsi_mpath_list_mutex for
 *	writing, either for reading
 * @nr_paths: length of @paths; as @paths, read anywhere for estimates
 * @usable: the paths that I/O may take, for dispatch. The array is replaced
 *	when a path joins and rewritten in place at state changes.
 * @policy: how a path is chosen; written under @lock, read under RCU
 * @current_path: the path of policies that stay on one; written under @lock,
 *	read under RCU
 * @cpu: what every I/O writes, so that no two CPUs write to one place
 * @no_path_timeout: seconds that I/O waits while no path is usable; 0: not at
 *	all; -1: for ever. @lock
 * @path_timeout: jiffies that a path may leave a read or write without an
 *	answer while there is another path; 0: its whole timeout. Written under
 *	@lock, read anywhere
 * @event: number of the newest event of each kind; @lock
 * @event_since: jiffies when it was first reported; @lock
 * @no_path_since: jiffies when the last usable path was lost; @lock
 * @usable_since: jiffies when I/O last became possible; @lock
 * @expired: @no_path_timeout is over, I/O fails. @lock; read anywhere
 * @announced: the LU's scsi_device is in sysfs. Before, I/O does not wait
 *	for paths. @lock; read anywhere
 * @gone: the LU's scsi_device is removed or about to be; no path may join.
 *	scsi_mpath_list_mutex
 * @work: brings the LU's scsi_device in line with @usable and sends events
 * @no_path_work: @no_path_timeout is over
 * @remove_work: removes the LU's scsi_device and what paths there are
 */
struct scsi_mpath {
	char *id;
	struct kref ref;
	struct list_head node;
	struct scsi_device *sdev;
	unsigned int target;
	u32 block_size;
	unsigned short max_cmd_len;

	spinlock_t lock;
	struct list_head paths;
	unsigned int nr_paths;
	struct scsi_path_set __rcu *usable;
	const struct scsi_path_policy *policy;
	struct scsi_path __rcu *current_path;
	struct scsi_mpath_cpu __percpu *cpu;

	unsigned int path_timeout;
	u8 event[NR_LU_EVENTS];
	unsigned long event_since[NR_LU_EVENTS];

	int no_path_timeout;
	unsigned long no_path_since;
	unsigned long usable_since;
	bool expired;
	bool announced;
	bool gone;

	struct work_struct work;
	struct delayed_work no_path_work;
	struct work_struct remove_work;
};

/* The set for dispatch, for those who hold the logical unit's lock. */
static inline struct scsi_path_set *scsi_mpath_set_locked(struct scsi_mpath *lu)
{
	return rcu_dereference_protected(lu->usable,
					 lockdep_is_held(&lu->lock));
}

/* lu.c */
#define NO_PATH_TIMEOUT_MAX	(7 * 24 * 3600)	/* seconds */
extern struct mutex scsi_mpath_list_mutex;
extern struct list_head scsi_mpath_list;
extern struct workqueue_struct *scsi_mpath_wq;
struct scsi_mpath *scsi_mpath_create(char *id, struct scsi_device *first);
void scsi_mpath_get(struct scsi_mpath *lu);
void scsi_mpath_put(struct scsi_mpath *lu);
int scsi_mpath_bring_up(struct scsi_mpath *lu);
void scsi_mpath_sdev_destroyed(struct scsi_mpath *lu);
void scsi_mpath_usable_changed(struct scsi_mpath *lu, unsigned int before);
void scsi_mpath_arm_no_path(struct scsi_mpath *lu);
void scsi_mpath_set_no_path_timeout(struct scsi_mpath *lu, int seconds);
void scsi_mpath_last_path_left(struct scsi_mpath *lu);

/* path.c */
void scsi_path_set_state(struct scsi_path *path, enum scsi_path_state state,
			 const char *why);
void scsi_path_answers(struct scsi_path *path);
void scsi_path_strike(struct scsi_path *path, const char *why);
void scsi_path_suspend_or_lose(struct scsi_path *path,
			       enum scsi_path_state state, const char *why);
void scsi_path_proved(struct scsi_path *path);
void scsi_path_check_identity(struct scsi_path *path);
bool scsi_path_is_stuck(struct scsi_path *path, unsigned long waited);
void scsi_path_admin_write(struct scsi_path *path,
			   enum scsi_path_shown_state state, u32 failures,
			   u32 weight);
bool scsi_path_is_usable(const struct scsi_path *path);
void scsi_path_set_weight(struct scsi_path *path, u32 weight);
enum scsi_path_shown_state scsi_path_shown_state(const struct scsi_path *path);
void scsi_path_refresh_locked(struct scsi_mpath *lu);

/* probe.c */
#define SCSI_PATH_PROBE_DELAY	(HZ / 4)	/* before the first probe */
int scsi_path_ask(struct scsi_device *sdev, const u8 *cdb, void *buf,
		  unsigned int len, struct scsi_sense_hdr *sense);
enum scsi_path_state scsi_path_test(struct scsi_device *sdev);
void scsi_path_probe_now(struct scsi_path *path);
void scsi_path_probe_init(struct scsi_path *path);
void scsi_path_probe_schedule(struct scsi_path *path);
void scsi_path_probe_soon(struct scsi_path *path);

/* timeout.c */
#define PATH_TIMEOUT_MAX	(3600u * 1000)	/* milliseconds */
bool scsi_type_has_path_timeout(u8 device_type);
unsigned int scsi_path_timeout_for(u8 device_type);

/* event.c */
bool scsi_path_event_is_news(struct scsi_path *path,
			     const struct scsi_sense_hdr *sense);

/* host.c */
extern struct Scsi_Host *scsi_mpath_host;
int scsi_mpath_host_get(void);
void scsi_mpath_host_exit(void);

/* uevent.c */
void scsi_path_uevent(struct scsi_path *path, const char *what);

/* limits.c */
bool scsi_limits_are_stacked(const struct queue_limits *lu,
			     const struct queue_limits *path);
void scsi_limits_stack(struct queue_limits *lu,
		       const struct queue_limits *path);
int scsi_mpath_take_limits(struct scsi_mpath *lu, struct scsi_device *path);

/* sysfs.c */
extern const struct attribute_group *scsi_mpath_lu_groups[];
int scsi_path_sysfs_add(struct scsi_path *path);
void scsi_path_sysfs_remove(struct scsi_path *path);

/* proc.c */
int scsi_mpath_proc_init(void);
void scsi_mpath_proc_exit(void);

#endif /* _SCSI_MULTIPATH_MPATH_H */
