// SPDX-License-Identifier: GPL-2.0
/* Persistent reservations: what sysfs shows of them. */

#include <linux/sysfs.h>
#include <scsi/scsi_device.h>

#include "mpath.h"
#include "pr.h"

/**
 * scsi_lu_pr_show - the registration of a logical unit, in words
 * @lu: logical unit
 * @buf: page of a sysfs attribute
 *
 * Context: process; takes @lu->lock.
 * Return: bytes written.
 */
ssize_t scsi_lu_pr_show(struct scsi_lu *lu, char *buf)
{
	unsigned int registered = 0, all = 0;
	const char *holder = NULL;
	struct scsi_path *path;
	ssize_t len;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		all++;
		registered += path->pr.registered && !path->pr.doubted &&
			      !path->pr.barred;
	}
	if (lu->pr.holder)
		holder = dev_name(&lu->pr.holder->sdev->sdev_gendev);
	if (lu->pr.exclusive == PR_TYPE_SCSI2)
		len = sysfs_emit(buf, "reserved, held by %s\n",
				 holder ?: "a path that is lost");
	else if (!lu->pr.key)
		len = sysfs_emit(buf, "none\n");
	else if (holder)
		len = sysfs_emit(buf, "key %#llx on %u of %u paths, held by %s\n",
				 lu->pr.key, registered, all, holder);
	else
		len = sysfs_emit(buf, "key %#llx on %u of %u paths\n",
				 lu->pr.key, registered, all);
	spin_unlock_irq(&lu->lock);
	return len;
}

/**
 * scsi_path_pr_show - the registration of a path, in a word
 * @path: path
 * @buf: page of a sysfs attribute
 *
 * Context: process; takes the logical unit's lock.
 * Return: bytes written.
 */
ssize_t scsi_path_pr_show(struct scsi_path *path, char *buf)
{
	const char *word = "no";

	spin_lock_irq(&path->lu->lock);
	if (path->pr.full)
		word = "no-room";
	else if (path->pr.barred)
		word = "waits";
	else if (path->pr.registered)
		word = "yes";
	spin_unlock_irq(&path->lu->lock);
	return sysfs_emit(buf, "%s\n", word);
}
