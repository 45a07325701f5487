// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes: "multipath" and "paths" of a logical unit's device, "path" of a
 * path's device. See Documentation/ABI/testing/sysfs-scsi-multipath.
 */

#include <linux/capability.h>
#include <linux/jiffies.h>
#include <linux/kstrtox.h>
#include <linux/sched/mm.h>
#include <linux/sysfs.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>

#include "mpath.h"

static struct scsi_lu *dev_to_lu(struct device *dev)
{
	return to_scsi_device(dev)->hostdata;
}

static struct scsi_path *dev_to_path(struct device *dev)
{
	return to_scsi_device(dev)->path;
}

/**
 * scsi_lu_show_of_path - what an attribute of its best path says
 * @sdev: any SCSI device without a device handler, as that of a logical unit
 * @attr: attribute of any scsi_device
 * @buf: the text
 *
 * Context: process.
 * Return: the length of the text, or an errno, which is -EINVAL without any path.
 */
ssize_t scsi_lu_show_of_path(struct scsi_device *sdev,
			     struct device_attribute *attr, char *buf)
{
	struct scsi_device *path = scsi_lu_get_path(sdev);
	ssize_t len;

	if (!path)
		return -EINVAL;
	len = attr->show(&path->sdev_gendev, attr, buf);
	scsi_device_put(path);
	return len;
}

static ssize_t wwid_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%s\n", dev_to_lu(dev)->id);
}
static DEVICE_ATTR_RO(wwid);

static ssize_t iopolicy_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return scsi_path_policy_list(buf, READ_ONCE(dev_to_lu(dev)->policy));
}

static ssize_t iopolicy_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	const struct scsi_path_policy *policy = scsi_path_policy_find(buf);
	int error;

	if (!policy)
		return -EINVAL;
	error = scsi_lu_set_policy(dev_to_lu(dev), policy);
	return error ?: count;
}
static DEVICE_ATTR_RW(iopolicy);

static ssize_t no_path_timeout_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  READ_ONCE(dev_to_lu(dev)->no_path_timeout));
}

static ssize_t no_path_timeout_store(struct device *dev,
				     struct device_attribute *attr,
				     const char *buf, size_t count)
{
	int seconds, error;

	error = kstrtoint(buf, 0, &seconds);
	if (error)
		return error;
	if (seconds < -1 || seconds > NO_PATH_TIMEOUT_MAX)
		return -EINVAL;
	scsi_lu_set_no_path_timeout(dev_to_lu(dev), seconds);
	return count;
}
static DEVICE_ATTR_RW(no_path_timeout);

static ssize_t attempt_timeout_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	unsigned int timeout = READ_ONCE(dev_to_lu(dev)->attempt_timeout);

	return sysfs_emit(buf, "%u\n", timeout / HZ);
}

static ssize_t attempt_timeout_store(struct device *dev,
				     struct device_attribute *attr,
				     const char *buf, size_t count)
{
	struct scsi_lu *lu = dev_to_lu(dev);
	unsigned int seconds;
	int error;

	error = kstrtouint(buf, 0, &seconds);
	if (error)
		return error;
	if (seconds > ATTEMPT_TIMEOUT_MAX)
		return -EINVAL;
	if (seconds && !scsi_type_has_attempt_timeout(lu->sdev->type))
		return -EOPNOTSUPP;
	spin_lock_irq(&lu->lock);
	WRITE_ONCE(lu->attempt_timeout, seconds * HZ);
	spin_unlock_irq(&lu->lock);
	return count;
}
static DEVICE_ATTR_RW(attempt_timeout);

static ssize_t status_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return scsi_lu_status(dev_to_lu(dev), buf);
}
static DEVICE_ATTR_RO(status);

static ssize_t queued_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%u\n", scsi_lu_queued(dev_to_lu(dev)));
}
static DEVICE_ATTR_RO(queued);

static ssize_t failback_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  READ_ONCE(dev_to_lu(dev)->group.failback));
}

static ssize_t failback_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	int seconds, error;

	error = kstrtoint(buf, 0, &seconds);
	if (error)
		return error;
	if (seconds < -1 || seconds > FAILBACK_MAX)
		return -EINVAL;
	scsi_lu_set_failback(dev_to_lu(dev), seconds);
	return count;
}
static DEVICE_ATTR_RW(failback);

static ssize_t prefer_local_show(struct device *dev, struct device_attribute *attr,
				 char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  READ_ONCE(dev_to_lu(dev)->group.prefer_local));
}

static ssize_t prefer_local_store(struct device *dev, struct device_attribute *attr,
				  const char *buf, size_t count)
{
	struct scsi_lu *lu = dev_to_lu(dev);
	bool prefer_local;
	int error;

	error = kstrtobool(buf, &prefer_local);
	if (error)
		return error;
	if (prefer_local && scsi_type_is_sticky(lu->sdev->type))
		return -EOPNOTSUPP;
	scsi_lu_set_prefer_local(lu, prefer_local);
	return count;
}
static DEVICE_ATTR_RW(prefer_local);

static ssize_t demote_outliers_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", !READ_ONCE(dev_to_lu(dev)->keep_outliers));
}

static ssize_t demote_outliers_store(struct device *dev,
				     struct device_attribute *attr,
				     const char *buf, size_t count)
{
	struct scsi_lu *lu = dev_to_lu(dev);
	bool demote;
	int error;

	error = kstrtobool(buf, &demote);
	if (error)
		return error;
	scsi_lu_demote_outliers(lu, demote);
	return count;
}
static DEVICE_ATTR_RW(demote_outliers);

static ssize_t disable_group_store(struct device *dev,
				   struct device_attribute *attr,
				   const char *buf, size_t count)
{
	u32 weight;
	int error;

	error = kstrtou32(buf, 0, &weight);
	if (!error)
		error = scsi_lu_disable_group(dev_to_lu(dev), weight, true);
	return error ?: count;
}
static DEVICE_ATTR_WO(disable_group);

static ssize_t enable_group_store(struct device *dev,
				  struct device_attribute *attr,
				  const char *buf, size_t count)
{
	u32 weight;
	int error;

	error = kstrtou32(buf, 0, &weight);
	if (!error)
		error = scsi_lu_disable_group(dev_to_lu(dev), weight, false);
	return error ?: count;
}
static DEVICE_ATTR_WO(enable_group);

static ssize_t switch_group_store(struct device *dev,
				  struct device_attribute *attr,
				  const char *buf, size_t count)
{
	u32 weight;
	int error;

	error = kstrtou32(buf, 0, &weight);
	if (!error)
		error = scsi_lu_switch_group(dev_to_lu(dev), weight);
	return error ?: count;
}
static DEVICE_ATTR_WO(switch_group);

/* Whoever knows the key can fence this host. */
static ssize_t reservation_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	return scsi_lu_pr_show(dev_to_lu(dev), buf);
}
static DEVICE_ATTR_ADMIN_RO(reservation);

static struct attribute *lu_attrs[] = {
	&dev_attr_wwid.attr,
	&dev_attr_iopolicy.attr,
	&dev_attr_no_path_timeout.attr,
	&dev_attr_attempt_timeout.attr,
	&dev_attr_status.attr,
	&dev_attr_queued.attr,
	&dev_attr_failback.attr,
	&dev_attr_prefer_local.attr,
	&dev_attr_demote_outliers.attr,
	&dev_attr_passthrough_failover.attr,
	&dev_attr_reservation.attr,
	&dev_attr_disable_group.attr,
	&dev_attr_enable_group.attr,
	&dev_attr_switch_group.attr,
	NULL
};

static const struct attribute_group lu_group = {
	.name	= "multipath",
	.attrs	= lu_attrs,
};

static struct attribute *no_attrs[] = {
	NULL
};

/* A directory that holds nothing but links. */
static const struct attribute_group lu_paths_group = {
	.name	= "paths",
	.attrs	= no_attrs,
};

const struct attribute_group *scsi_lu_attr_groups[] = {
	&lu_group,
	&lu_paths_group,
	NULL
};

static ssize_t state_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%d\n", scsi_path_shown_state(dev_to_path(dev)));
}

static ssize_t state_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	struct scsi_path *path = dev_to_path(dev);
	unsigned int state;
	int error;

	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	error = kstrtouint(buf, 0, &state);
	if (error)
		return error;
	if (state < SHOWN_GOOD || state > SHOWN_DEAD)
		return -EINVAL;
	scsi_path_admin_write(path, state, READ_ONCE(path->failures),
			      READ_ONCE(path->weight));
	scsi_path_wait_for_check(path->sdev, scsi_path_check_timeout());
	return count;
}
static DEVICE_ATTR_RW(state);

static ssize_t failures_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(dev_to_path(dev)->failures));
}
static DEVICE_ATTR_RO(failures);

static ssize_t weight_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(dev_to_path(dev)->weight));
}

static ssize_t weight_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	u32 weight;
	int error;

	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	error = kstrtou32(buf, 0, &weight);
	if (error)
		return error;
	scsi_path_set_weight(dev_to_path(dev), weight);
	return count;
}
static DEVICE_ATTR_RW(weight);

static ssize_t issued_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%u\n",
			  atomic_read(&to_scsi_device(dev)->iorequest_cnt));
}
static DEVICE_ATTR_RO(issued);

static ssize_t in_flight_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	return sysfs_emit(buf, "%d\n", scsi_device_busy(to_scsi_device(dev)));
}
static DEVICE_ATTR_RO(in_flight);

static ssize_t marginal_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return scsi_path_show_marginal(dev_to_path(dev), buf);
}

static ssize_t marginal_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	static const char * const words[] = { "no", "auto", "yes" };
	int forced;

	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	forced = sysfs_match_string(words, buf);
	if (forced < 0)
		return forced;
	scsi_path_force_marginal(dev_to_path(dev), forced - 1);
	return count;
}
static DEVICE_ATTR_RW(marginal);

static ssize_t latency_us_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(dev_to_path(dev)->outlier.latency_us));
}
static DEVICE_ATTR_RO(latency_us);

static ssize_t registered_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	return scsi_path_pr_show(dev_to_path(dev), buf);
}
static DEVICE_ATTR_RO(registered);

static struct attribute *path_attrs[] = {
	&dev_attr_state.attr,
	&dev_attr_failures.attr,
	&dev_attr_weight.attr,
	&dev_attr_marginal.attr,
	&dev_attr_latency_us.attr,
	&dev_attr_issued.attr,
	&dev_attr_in_flight.attr,
	&dev_attr_registered.attr,
	NULL
};

static const struct attribute_group path_group = {
	.name	= "path",
	.attrs	= path_attrs,
};

/*
 * The directory of the logical unit's device does not go between here and
 * unlock_lu_directory(). Who looks at sysfs meanwhile may wait for memory, and that for I/O
 * that has no path: so nothing that lets I/O go on waits for this, nor for memory here.
 */
static bool lock_lu_directory(struct scsi_lu *lu, unsigned int *noio)
{
	*noio = memalloc_noio_save();
	mutex_lock(&lu->links_mutex);
	if (!lu->links_closed)
		return true;
	mutex_unlock(&lu->links_mutex);
	memalloc_noio_restore(*noio);
	return false;
}

static void unlock_lu_directory(struct scsi_lu *lu, unsigned int noio)
{
	mutex_unlock(&lu->links_mutex);
	memalloc_noio_restore(noio);
}

/**
 * scsi_lu_sysfs_close - the directory of a logical unit is about to go
 * @lu: logical unit
 *
 * Context: process.
 */
void scsi_lu_sysfs_close(struct scsi_lu *lu)
{
	mutex_lock(&lu->links_mutex);
	lu->links_closed = true;
	mutex_unlock(&lu->links_mutex);
}

/**
 * scsi_path_sysfs_add - attributes and links of a path
 * @path: path whose device is in sysfs
 *
 * Context: process.
 * Return: 0 or an errno.
 */
int scsi_path_sysfs_add(struct scsi_path *path)
{
	struct kobject *kobj = &path->sdev->sdev_gendev.kobj;
	struct scsi_lu *lu = path->lu;
	unsigned int noio;
	int error;

	error = sysfs_create_group(kobj, &path_group);
	if (error)
		return error;
	if (!lock_lu_directory(lu, &noio))
		return 0;
	error = sysfs_add_link_to_group(kobj, path_group.name,
					&lu->sdev->sdev_gendev.kobj, "lu");
	if (!error)
		error = sysfs_add_link_to_group(&lu->sdev->sdev_gendev.kobj,
						lu_paths_group.name, kobj,
						kobject_name(kobj));
	unlock_lu_directory(lu, noio);
	return error;
}

/**
 * scsi_path_sysfs_remove - remove what scsi_path_sysfs_add() has added
 * @path: path whose device has left sysfs, with all attributes of its own
 *
 * Context: process.
 */
void scsi_path_sysfs_remove(struct scsi_path *path)
{
	struct scsi_lu *lu = path->lu;
	unsigned int noio;

	if (!lock_lu_directory(lu, &noio))
		return;
	sysfs_remove_link_from_group(&lu->sdev->sdev_gendev.kobj,
				     lu_paths_group.name,
				     dev_name(&path->sdev->sdev_gendev));
	unlock_lu_directory(lu, noio);
}
