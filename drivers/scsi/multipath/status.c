// SPDX-License-Identifier: GPL-2.0
/*
 * The state of a logical unit at a glance, for people and scripts. The format is
 * in Documentation/ABI/testing/sysfs-scsi-multipath.
 */

#include <linux/sysfs.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>

#include "mpath.h"

/* No line is longer. */
#define LINE_ROOM	128

static bool is_first_of_group(struct scsi_lu *lu,
			      const struct scsi_path *path)
{
	struct scsi_path *other;

	list_for_each_entry(other, &lu->paths, node) {
		if (other == path)
			return true;
		if (other->weight == path->weight &&
		    other->access == path->access)
			return false;
	}
	return true;
}

static char group_status(const struct scsi_path *path)
{
	struct scsi_path *other;
	bool in_use = false;

	list_for_each_entry(other, &path->lu->paths, node)
		in_use |= other->weight == path->weight &&
			  other->access == path->access &&
			  scsi_path_is_in_use(other);
	return in_use ? 'A' : path->group_disabled ? 'D' : 'E';
}

static const char *name_of(const struct scsi_path *path)
{
	if (!READ_ONCE(path->running))
		return "stopped";
	if (scsi_path_is_usable(path) && scsi_path_is_marginal(path))
		return "marginal";
	return scsi_path_state_name(path);
}

static ssize_t show_path(const struct scsi_path *path, char *buf, ssize_t len)
{
	return sysfs_emit_at(buf, len, "path %s %s %u %d %u\n",
			     dev_name(&path->sdev->sdev_gendev),
			     name_of(path),
			     path->failures, scsi_device_busy(path->sdev),
			     atomic_read(&path->sdev->iorequest_cnt));
}

static ssize_t show_group(const struct scsi_path *first, char *buf, ssize_t len)
{
	ssize_t start = len;
	struct scsi_path *path;

	len += sysfs_emit_at(buf, len, "group %u %c %s\n", first->weight,
			     group_status(first),
			     scsi_path_access_name(first));
	list_for_each_entry(path, &first->lu->paths, node) {
		if (len > PAGE_SIZE - LINE_ROOM)
			break;
		if (path->weight == first->weight &&
		    path->access == first->access)
			len += show_path(path, buf, len);
	}
	return len - start;
}

/**
 * scsi_lu_status - all groups with their paths, a line each
 * @lu: logical unit
 * @buf: a page of sysfs; what does not fit is left out, line by line
 *
 * Context: process; takes @lu->lock.
 * Return: bytes written.
 */
ssize_t scsi_lu_status(struct scsi_lu *lu, char *buf)
{
	struct scsi_path *path;
	ssize_t len = 0;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (is_first_of_group(lu, path) &&
		    len <= PAGE_SIZE - 2 * LINE_ROOM)
			len += show_group(path, buf, len);
	}
	spin_unlock_irq(&lu->lock);
	return len;
}
