// SPDX-License-Identifier: GPL-2.0
/*
 * Which logical unit is it that a device bears the name of?
 */

#include <linux/err.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>

#include "identity.h"
#include "mpath.h"

/**
 * scsi_multipath_find - the logical unit that is called by one of these names
 * @names: as those of scsi_identity_format(); of several the best one counts
 *
 * Context: process; takes scsi_multipath_list_mutex.
 * Return: a logical unit with a reference, or NULL.
 */
struct scsi_lu *scsi_multipath_find(const char *names)
{
	struct scsi_lu *lu;

	mutex_lock(&scsi_multipath_list_mutex);
	for (; *names; names = scsi_identity_next(names)) {
		list_for_each_entry(lu, &scsi_multipath_list, node) {
			if (!strcmp(lu->id, names)) {
				scsi_lu_get(lu);
				goto found;
			}
		}
	}
	lu = NULL;
found:
	mutex_unlock(&scsi_multipath_list_mutex);
	return lu;
}

/* The one of several whose name ends with this serial number */
static struct scsi_lu *find_by_serial(const char *serial, unsigned int nr)
{
	struct scsi_lu *lu, *found = NULL;

	mutex_lock(&scsi_multipath_list_mutex);
	list_for_each_entry(lu, &scsi_multipath_list, node) {
		const char *its = scsi_identity_serial(lu->id);

		if (its && !strcmp(its, serial) && !nr--) {
			scsi_lu_get(lu);
			found = lu;
			break;
		}
	}
	mutex_unlock(&scsi_multipath_list_mutex);
	return found;
}

/* Gives back @sdev. 1: is it called by one of these names, 0: by another one; or an errno. */
static int says_its_name(struct scsi_device *sdev, const char *names)
{
	char *now = scsi_path_serial_name(sdev);
	int does = PTR_ERR_OR_ZERO(now);

	if (!IS_ERR_OR_NULL(now)) {
		does = scsi_identity_lists(names, now);
		kfree(now);
	}
	scsi_device_put(sdev);
	return does;
}

/*
 * Is a logical unit called by one of these names now, says a path in use? An errno if
 * there are such paths, and none tells.
 */
static int calls_itself(struct scsi_lu *lu, const char *names)
{
	struct scsi_device *sdev;
	unsigned int nr = 0;
	int does = 0;

	while ((sdev = scsi_lu_get_in_use(lu, NULL, nr++))) {
		does = says_its_name(sdev, names);
		if (does >= 0)
			return does;
	}
	sdev = scsi_lu_get_any_in_use(lu);
	return sdev ? says_its_name(sdev, names) : does;
}

/**
 * scsi_multipath_find_renamed - the logical unit that calls itself by one of these names now
 * @names: those of a device; no logical unit was found by one of them
 *
 * Where vendor and product are part of the name, firmware may have changed them since
 * the logical unit was found: what counts is what it says now.
 *
 * Context: process; as scsi_path_ask().
 * Return: a logical unit with a reference, or NULL; ERR_PTR(-EIO) if it may be one that
 * does not tell.
 */
struct scsi_lu *scsi_multipath_find_renamed(const char *names)
{
	const char *serial = NULL, *name;
	struct scsi_lu *lu, *found = NULL;
	int does;

	for (name = names; *name && !serial; name = scsi_identity_next(name))
		serial = scsi_identity_serial(name);
	if (!serial)
		return NULL;
	for (unsigned int nr = 0; (lu = find_by_serial(serial, nr)); nr++) {
		does = calls_itself(lu, names);
		if (does > 0)
			return lu;
		if (does < 0)
			found = ERR_PTR(-EIO);
		scsi_lu_put(lu);
	}
	return found;
}
