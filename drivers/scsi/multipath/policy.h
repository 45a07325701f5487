/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SCSI_MULTIPATH_POLICY_H
#define _SCSI_MULTIPATH_POLICY_H

#include <linux/rcupdate.h>
#include <linux/types.h>

struct Scsi_Host;
struct scsi_cmnd;
struct scsi_lu;
struct scsi_path;

/**
 * struct scsi_path_load - what policies that compare paths keep about each
 * @in_flight: attempts under way
 * @service_time: of an attempt, in nanoseconds, a moving average
 * @measured: jiffies when an attempt was last sent to measure it
 *
 * Without locks: each is a guess of a moment.
 */
struct scsi_path_load {
	atomic_t in_flight;
	u32 service_time;
	unsigned long measured;
};

/**
 * struct scsi_path_set - the paths that carry I/O, for dispatch
 * @rcu: frees an array that was outgrown
 * @stay: the path of policies that stay on one; written under the lock of the
 *	logical unit, read under RCU
 * @capacity: length of @path
 * @nr: how many of @path are in use. A reader may see @nr and @path from two
 *	moments; each entry below @nr is a path that has not left yet.
 * @path: the paths
 */
struct scsi_path_set {
	struct rcu_head rcu;
	struct scsi_path __rcu *stay;
	unsigned int capacity;
	unsigned int nr;
	struct scsi_path *path[] __counted_by(capacity);
};

/**
 * struct scsi_path_policy - how the path of a command is chosen
 * @name: as shown in parameters and sysfs
 * @short_name: may be written instead
 * @sticky: a full path is waited for rather than passed over
 * @select: choose one of @set, which has @nr > 0 entries. Called for every
 *	command, under rcu_read_lock(), in any context that can submit I/O; must
 *	not sleep, lock or allocate.
 * @set_changed: optional; @set of @lu has new members. Called under @lu->lock.
 * @set_left: with @set_changed; another policy is in use for @set. Some may still have
 *	found this one. Called under @lu->lock.
 * @start: optional; @cmd is about to be sent over @path. As @select.
 * @done: with @start; @cmd has come back, or was not sent after all. For each
 *	@start, even if the policy has been changed in between. Any context.
 *
 * A policy is one file with one of these, and a line in policies[] of policy.c
 * and in Kconfig.
 */
struct scsi_path_policy {
	const char *name;
	const char *short_name;
	bool sticky;
	struct scsi_path *(*select)(struct scsi_lu *lu,
				    const struct scsi_path_set *set,
				    unsigned int nr);
	void (*set_changed)(struct scsi_lu *lu,
			    struct scsi_path_set *set);
	void (*set_left)(struct scsi_lu *lu, struct scsi_path_set *set);
	void (*start)(struct scsi_path *path, struct scsi_cmnd *cmd);
	void (*done)(struct scsi_path *path, struct scsi_cmnd *cmd);
};

extern const struct scsi_path_policy scsi_policy_lpu;
extern const struct scsi_path_policy scsi_policy_qd;
extern const struct scsi_path_policy scsi_policy_rr;
extern const struct scsi_path_policy scsi_policy_st;
extern const struct scsi_path_policy scsi_policy_wrr;

int scsi_policy_qd_add_host(struct Scsi_Host *shost);
void scsi_policy_qd_remove_host(struct Scsi_Host *shost);

const struct scsi_path_policy *scsi_path_policy_find(const char *name);
bool scsi_type_is_sticky(u8 device_type);
const struct scsi_path_policy *scsi_path_policy_for(u8 device_type);
ssize_t scsi_path_policy_list(char *buf, const struct scsi_path_policy *active);
int scsi_lu_set_policy(struct scsi_lu *lu,
		       const struct scsi_path_policy *policy);

#endif /* _SCSI_MULTIPATH_POLICY_H */
