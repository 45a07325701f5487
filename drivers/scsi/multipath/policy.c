// SPDX-License-Identifier: GPL-2.0
/*
 * The list of policies, the default, and the change of a logical unit's policy.
 */

#include <linux/moduleparam.h>
#include <linux/nodemask.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <scsi/scsi_proto.h>

#include "mpath.h"

static const struct scsi_path_policy *const policies[] = {
	&scsi_policy_lpu,
	&scsi_policy_rr,
	&scsi_policy_qd,
	&scsi_policy_st,
	&scsi_policy_wrr,
};

static const struct scsi_path_policy *default_policy =
	IS_ENABLED(CONFIG_SCSI_PATH_POLICY_RR)	? &scsi_policy_rr :
	IS_ENABLED(CONFIG_SCSI_PATH_POLICY_QD)	? &scsi_policy_qd :
	IS_ENABLED(CONFIG_SCSI_PATH_POLICY_ST)	? &scsi_policy_st :
	IS_ENABLED(CONFIG_SCSI_PATH_POLICY_WRR)	? &scsi_policy_wrr :
						  &scsi_policy_lpu;

/**
 * scsi_path_policy_find - look a policy up by its name
 * @name: name or short name, a trailing newline is ignored
 *
 * Return: the policy, or NULL.
 */
const struct scsi_path_policy *scsi_path_policy_find(const char *name)
{
	for (int i = 0; i < ARRAY_SIZE(policies); i++) {
		if (sysfs_streq(name, policies[i]->name) ||
		    sysfs_streq(name, policies[i]->short_name))
			return policies[i];
	}
	return NULL;
}

/**
 * scsi_type_is_sticky - must commands of such a device take one path?
 * @device_type: peripheral device type
 *
 * Changing the port between two commands of a tape or changer has a price.
 */
bool scsi_type_is_sticky(u8 device_type)
{
	return device_type == TYPE_TAPE || device_type == TYPE_MEDIUM_CHANGER;
}

/**
 * scsi_path_policy_for - the policy that a new logical unit starts with
 * @device_type: its peripheral device type
 */
const struct scsi_path_policy *scsi_path_policy_for(u8 device_type)
{
	if (scsi_type_is_sticky(device_type))
		return &scsi_policy_lpu;
	return READ_ONCE(default_policy);
}

/**
 * scsi_path_policy_list - all policies, the active one in brackets
 * @buf: a page of sysfs
 * @active: the active one
 *
 * Return: bytes written.
 */
ssize_t scsi_path_policy_list(char *buf, const struct scsi_path_policy *active)
{
	ssize_t len = 0;

	for (int i = 0; i < ARRAY_SIZE(policies); i++)
		len += sysfs_emit_at(buf, len, policies[i] == active ?
				     "[%s] " : "%s ", policies[i]->name);
	return len - 1 + sysfs_emit_at(buf, len - 1, "\n");
}

/**
 * scsi_lu_set_policy - change the policy of a logical unit, under load or not
 * @lu: logical unit
 * @policy: new policy
 *
 * Context: any; takes @lu->lock.
 * Return: 0, or -EOPNOTSUPP for a type of device that must stay on its path.
 */
int scsi_lu_set_policy(struct scsi_lu *lu,
		       const struct scsi_path_policy *policy)
{
	const struct scsi_path_policy *old;
	unsigned long flags;

	if (scsi_type_is_sticky(lu->sdev->type) && !policy->sticky)
		return -EOPNOTSUPP;

	spin_lock_irqsave(&lu->lock, flags);
	old = lu->policy;
	for (int node = 0; policy->set_changed && node < nr_node_ids; node++)
		policy->set_changed(lu, scsi_lu_node_set_locked(lu, node));
	/* Pairs with smp_load_acquire() in the dispatcher. */
	smp_store_release(&lu->policy, policy);
	for (int node = 0; policy != old && old->set_left && node < nr_node_ids;
	     node++)
		old->set_left(lu, scsi_lu_node_set_locked(lu, node));
	spin_unlock_irqrestore(&lu->lock, flags);
	return 0;
}

static int iopolicy_set(const char *val, const struct kernel_param *kp)
{
	const struct scsi_path_policy *policy = scsi_path_policy_find(val);

	if (!policy)
		return -EINVAL;
	WRITE_ONCE(default_policy, policy);
	return 0;
}

static int iopolicy_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n", READ_ONCE(default_policy)->name);
}

static const struct kernel_param_ops iopolicy_ops = {
	.set = iopolicy_set,
	.get = iopolicy_get,
};

module_param_cb(iopolicy, &iopolicy_ops, NULL, 0644);
MODULE_PARM_DESC(iopolicy,
		 "How new logical units choose the path of a command: last-path, round-robin, queue-depth, service-time or weighted (short: lpu, rr, qd, st, wrr)");
