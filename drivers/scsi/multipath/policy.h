/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SCSI_MULTIPATH_POLICY_H
#define _SCSI_MULTIPATH_POLICY_H

#include <linux/rcupdate.h>
#include <linux/types.h>

struct scsi_mpath;
struct scsi_path;

/**
 * struct scsi_path_set - the usable paths of the best rank, for dispatch
 * @rcu: frees an array that was outgrown
 * @capacity: length of @path
 * @nr: how many of @path are in use. A reader may see @nr and @path from two
 *	moments; each entry below @nr is a path that has not left yet.
 * @path: the paths
 */
struct scsi_path_set {
	struct rcu_head rcu;
	unsigned int capacity;
	unsigned int nr;
	struct scsi_path *path[] __counted_by(capacity);
};

/**
 * struct scsi_path_policy - how the path of a command is chosen
 * @name: as written in parameters and sysfs
 * @stays: a full path is waited for rather than passed over
 * @select: choose one of @set, which has @nr > 0 entries. Called for every
 *	command, under rcu_read_lock(), in any context that can submit I/O; must
 *	not sleep, lock or allocate.
 * @set_changed: optional; @set of @lu has new members. Called under @lu->lock.
 *
 * A policy is one file with one of these, and a line in policies[] of policy.c
 * and in Kconfig.
 */
struct scsi_path_policy {
	const char *name;
	bool stays;
	struct scsi_path *(*select)(struct scsi_mpath *lu,
				    const struct scsi_path_set *set,
				    unsigned int nr);
	void (*set_changed)(struct scsi_mpath *lu,
			    const struct scsi_path_set *set);
};

extern const struct scsi_path_policy scsi_policy_lpu;
extern const struct scsi_path_policy scsi_policy_rr;

const struct scsi_path_policy *scsi_path_policy_find(const char *name);
const struct scsi_path_policy *scsi_path_policy_for(u8 device_type);
ssize_t scsi_path_policy_list(char *buf, const struct scsi_path_policy *active);
int scsi_mpath_set_policy(struct scsi_mpath *lu,
			  const struct scsi_path_policy *policy);

#endif /* _SCSI_MULTIPATH_POLICY_H */
