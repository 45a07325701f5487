/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A logical unit: one scsi_device on the virtual host, and the paths that lead to it.
 */
#ifndef _SCSI_MULTIPATH_LU_H
#define _SCSI_MULTIPATH_LU_H

#include <linux/blk-mq.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <scsi/scsi_device.h>

#include "path.h"
#include "policy.h"
#include "pr.h"

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
 * @wanted: what was said last, an enum scsi_door; @lu->lock
 * @wish: counts how often it was said: a path that has refused is told anew; @lu->lock
 * @tells: @work is running; @lu->lock
 * @round: counts the runs of @work and @late_work; @lu->lock
 * @waiting: commands that are complete when @work is done; @lu->lock
 * @told: a path has been
 * @work: tells the paths that answer
 * @late_work: tells the others
 */
struct scsi_lu_door {
	bool is_used;
	u8 wanted;
	bool tells;
	unsigned int wish;
	unsigned int round;
	struct list_head waiting;
	wait_queue_head_t told;
	struct work_struct work;
	struct work_struct late_work;
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
 * struct scsi_protection - what a host can do for protection information
 * @capabilities: a mask of enum scsi_host_prot_capabilities
 * @guard: a mask of enum scsi_host_guard_type
 */
struct scsi_protection {
	unsigned int capabilities;
	unsigned char guard;
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
 */
struct scsi_lu {
	/** @id: identity, see identity.c. Constant. */
	char *id;
	/**
	 * @ref: held by the LU's scsi_device until that is destroyed, by each path, and
	 * by a running removal. They share one reference to @sdev, whose release frees
	 * this struct: whoever has @sdev has @sdev->hostdata.
	 */
	struct kref ref;
	/** @node: entry in the list of logical units; scsi_multipath_list_mutex */
	struct list_head node;
	/**
	 * @sdev: the LU's scsi_device on the virtual host. Set when it is allocated,
	 * before the LU is announced; constant after.
	 */
	struct scsi_device *sdev;
	/** @target: target number on the virtual host. Constant. */
	unsigned int target;
	/**
	 * @max_cmd_len: longest CDB that every path takes; longer ones go over those that
	 * do. Written under @lock, read anywhere
	 */
	unsigned short max_cmd_len;

	/** @claim_mutex: one device at a time becomes a path of it; its limits change */
	struct mutex claim_mutex;
	/** @scan_mutex: its device is added and removed, see scsi_scan_mutex() */
	struct mutex scan_mutex;
	/** @links_mutex: links between its directory in sysfs and those of its paths */
	struct mutex links_mutex;
	/** @links_closed: no more of them, the directory goes; @links_mutex */
	bool links_closed;
	/**
	 * @wanted_depth: commands that the administrator allows it, 0: as many as its paths
	 * take. Written under scsi_multipath_list_mutex, read anywhere
	 */
	unsigned int wanted_depth;
	/** @lock: protects what names it, and every change of a path's state */
	spinlock_t lock;
	/**
	 * @paths: all paths, usable or not; @lock and scsi_multipath_list_mutex for
	 * writing, either for reading
	 */
	struct list_head paths;
	/** @nr_paths: length of @paths; as @paths, read anywhere for estimates */
	unsigned int nr_paths;
	/**
	 * @most_paths: the greatest length that it has had; written under @lock, read
	 * anywhere
	 */
	unsigned int most_paths;
	/** @policy: how a path is chosen; written under @lock, read under RCU */
	const struct scsi_path_policy *policy;
	/** @cpu: what every I/O writes, so that no two CPUs write to one place */
	struct scsi_lu_cpu __percpu *cpu;

	/**
	 * @attempt_timeout: jiffies that a path may leave a read or write without an
	 * answer while there is another path; 0: its whole timeout. Written under @lock,
	 * read anywhere
	 */
	unsigned int attempt_timeout;
	/**
	 * @slow_until: jiffies until which slowness is the logical unit's, and not held
	 * against a path; 0: not. Written and read anywhere
	 */
	unsigned long slow_until;
	/**
	 * @attention: a bit for each event that the next command is to be answered with,
	 * and those of ATTENTION_*. Written under @lock, read anywhere
	 */
	unsigned long attention;
	/** @attention_code: the additional sense code and its qualifier of those; @lock */
	u16 attention_code[NR_LU_EVENTS];
	/**
	 * @kept_back: path that has reported a reset, which is not told before it is known
	 * whether that was one of its nexus alone; NULL: there is none. Under @lock.
	 */
	struct scsi_path *kept_back;
	/** @kept_back_since: jiffies when that was asked before, and had none; @lock */
	unsigned long kept_back_since;
	/** @deferred_sense: of the deferred error of @attention; @lock */
	u8 deferred_sense[SCSI_SENSE_BUFFERSIZE];
	/** @event: number of the newest event of each kind; @lock */
	u8 event[NR_LU_EVENTS];
	/**
	 * @reset_untold: there was a reset that the user of a tape has not been told of.
	 * Written under @lock, read anywhere
	 */
	bool reset_untold;
	/** @reset_shown: the user of the tape may know all the same; @lock */
	bool reset_shown;
	/** @rewound: it was one of the tape drive, see rewound.c; @lock */
	bool rewound;
	/** @led: what leads the tape somewhere was let pass since; @lock */
	bool led;
	/** @event_since: jiffies when it was first reported; @lock */
	unsigned long event_since[NR_LU_EVENTS];

	/**
	 * @no_path_timeout: seconds that I/O waits while no path is usable; 0: not at
	 * all; -1: for ever. @lock
	 */
	int no_path_timeout;
	/** @no_path_since: jiffies when the last usable path was lost; @lock */
	unsigned long no_path_since;
	/**
	 * @disconnected_since: jiffies since when no path leads to it, says the target
	 * over all of them; 0: not. @lock
	 */
	unsigned long disconnected_since;
	/**
	 * @ends_since: jiffies when its upper-level driver has begun to let go of it; 0:
	 * it has not. @lock
	 */
	unsigned long ends_since;
	/** @usable_since: jiffies when I/O last became possible; @lock */
	unsigned long usable_since;
	/**
	 * @waits_for_transport: since then, a path has been blocked by its transport;
	 * @lock
	 */
	bool waits_for_transport;
	/** @waits_for_host: the same of a path whose host's error handler works */
	bool waits_for_host;
	/** @expired: @no_path_timeout is over, I/O fails. @lock; read anywhere */
	bool expired;
	/** @expired_asleep: it is not, but the system sleeps; @lock */
	bool expired_asleep;
	/**
	 * @announced: the LU's scsi_device is in sysfs. Before, I/O does not wait for
	 * paths. @lock; read anywhere
	 */
	bool announced;
	/** @last_was_disconnected: the last path that left was; @lock */
	bool last_was_disconnected;
	/**
	 * @reserved: a reservation of one nexus may have been made over the only path
	 * there was; @lock
	 */
	bool reserved;
	/**
	 * @settled: passthrough has been sent that may belong to one I_T nexus. Written
	 * and read anywhere
	 */
	bool settled;
	/**
	 * @removing: the LU's scsi_device is removed or about to be; no path may join.
	 * scsi_multipath_list_mutex
	 */
	bool removing;
	/**
	 * @no_passthrough_failover: passthrough commands are never repeated. Written and
	 * read anywhere
	 */
	bool no_passthrough_failover;
	/**
	 * @keep_outliers: a path that is worse than its siblings is as good as they are;
	 * @lock
	 */
	bool keep_outliers;
	/** @starved: its queue waits for a tag of a path's host. Written and read anywhere */
	unsigned int starved;

	/** @group: which of the usable paths those are */
	struct scsi_lu_group group;
	/** @activation: for targets that must be asked to serve on another controller */
	struct scsi_lu_activation activation;
	/** @door: whether the medium can be removed */
	struct scsi_lu_door door;
	/** @key: a data encryption key that one I_T nexus has */
	struct scsi_lu_key key;
	/** @work: brings the LU's scsi_device in line with @in_use */
	struct work_struct work;
	/** @no_path_work: @no_path_timeout is over */
	struct delayed_work no_path_work;
	/** @remove_work: removes the LU's scsi_device and what paths there are */
	struct work_struct remove_work;
	/**
	 * @wants_rescan: it was found over a path that could not serve it, or has had no
	 * path for a while; @lock
	 */
	bool wants_rescan;
	/** @rescan_work: looks at it once more */
	struct delayed_work rescan_work;
	/** @marginal_work: a marginal path is to be tried again */
	struct delayed_work marginal_work;
	/** @limits_work: brings the limits of its queue in line with those of the paths */
	struct delayed_work limits_work;
	/**
	 * @sends_more: there may be requests that are larger than the limits of its queue.
	 * Written under @claim_mutex, read anywhere
	 */
	bool sends_more;
	/**
	 * @limits_pause: jiffies for which a path is not joined that needs its queue
	 * frozen; 0: that did not fail. Written under @claim_mutex, read anywhere
	 */
	unsigned long limits_pause;
	/** @limits_since: jiffies since when; likewise */
	unsigned long limits_since;
	/**
	 * @host_features: of its queue, those that it has because a host needs them. Written
	 * under @claim_mutex
	 */
	blk_features_t host_features;
	/** @ra_pages: what is read ahead, while its limits are committed. Under their lock */
	unsigned long ra_pages;
	/** @keeps_ra_pages: that is not to be changed; likewise */
	bool keeps_ra_pages;
	/** @event_work: tells user space of what has changed */
	struct work_struct event_work;
	/** @pr: what it is registered with, see pr.h */
	struct scsi_lu_pr pr;
	/**
	 * @protection: what the hosts of all its paths can do, its capabilities written
	 * under @claim_mutex and read anywhere
	 */
	struct scsi_protection protection;
	/** @tags: tag set of its device's queue. Constant. */
	struct blk_mq_tag_set tags;
	/**
	 * @polled: the paths whose hosts are to be asked by who polls, until they have
	 * no attempt any more; @lock for writing, read under RCU
	 */
	struct list_head polled;
	/**
	 * @in_use: the paths that I/O from each node takes, for dispatch; behind these
	 * all that could carry any, the better groups first. An array is replaced when a
	 * path joins and rewritten in place at state changes. All are empty, or none is.
	 */
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
void scsi_lu_remove_all(void);
void scsi_lu_get(struct scsi_lu *lu);
void scsi_lu_put(struct scsi_lu *lu);
int scsi_lu_bring_up(struct scsi_lu *lu);
void scsi_lu_sdev_destroyed(struct scsi_lu *lu);
void scsi_lu_sdev_released(struct scsi_device *sdev);
void scsi_lu_usable_changed(struct scsi_lu *lu, bool had_path);
void scsi_lu_start_removal(struct scsi_lu *lu);
void scsi_lu_block_or_unblock(struct scsi_lu *lu);
void scsi_lu_no_path_init(struct scsi_lu *lu);
void scsi_lu_arm_no_path(struct scsi_lu *lu);
void scsi_lu_rearm_no_path(struct scsi_lu *lu);
void scsi_lu_rearm_no_path_locked(struct scsi_lu *lu);
void scsi_lu_stop_waiting(struct scsi_lu *lu);
void scsi_lu_runs_again(struct scsi_lu *lu);
void scsi_lu_set_no_path_timeout(struct scsi_lu *lu, int seconds);
void scsi_lu_last_path_left(struct scsi_lu *lu, bool is_disconnected);

#endif /* _SCSI_MULTIPATH_LU_H */
