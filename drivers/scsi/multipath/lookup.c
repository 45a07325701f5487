// SPDX-License-Identifier: GPL-2.0
/*
 * From the device of a logical unit to that of one of its paths, and back.
 */

#include <linux/blkdev.h>
#include <linux/export.h>
#include <linux/rcupdate.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>

#include "mpath.h"

/*
 * What is sent over a path whose host's error handler is at work waits for that, maybe
 * for minutes.
 */
static bool answers_soon(const struct scsi_path *path)
{
	return !scsi_host_in_recovery(path->sdev->host);
}

static bool is_in_use_and_answers(const struct scsi_path *path)
{
	return scsi_path_is_in_use(path) && answers_soon(path);
}

static bool is_usable_and_answers(const struct scsi_path *path)
{
	return scsi_path_is_usable(path) && answers_soon(path);
}

/* Of several that suit, the one of that number */
static struct scsi_device *
get_nth(struct scsi_lu *lu, const struct scsi_device *except, unsigned int nr,
	bool (*suits)(const struct scsi_path *path))
{
	struct scsi_device *sdev = NULL;
	struct scsi_path *path;

	spin_lock_irq(&lu->lock);
	list_for_each_entry(path, &lu->paths, node) {
		if (path->sdev == except || !suits(path))
			continue;
		if (nr) {
			nr--;
		} else if (!scsi_device_get(path->sdev)) {
			sdev = path->sdev;
			break;
		}
	}
	spin_unlock_irq(&lu->lock);
	return sdev;
}

/**
 * scsi_lu_get_any_in_use - the device of a path in use
 * @lu: logical unit
 *
 * One that would be waited for until its host's error handler is done is the last choice.
 *
 * Context: process.
 * Return: a device with a reference for scsi_device_put(), or NULL.
 */
struct scsi_device *scsi_lu_get_any_in_use(struct scsi_lu *lu)
{
	return get_nth(lu, NULL, 0, is_in_use_and_answers) ?:
	       get_nth(lu, NULL, 0, scsi_path_is_in_use);
}

/*
 * Where sequences of commands go. A tape or changer has nothing under way elsewhere, so
 * that its host's error handler is waited for.
 */
static struct scsi_device *get_carrier(struct scsi_lu *lu)
{
	struct scsi_device *sdev = NULL;
	struct scsi_path *path;

	spin_lock_irq(&lu->lock);
	path = scsi_lu_carrier(lu);
	if (path && scsi_path_is_in_use(path) &&
	    (answers_soon(path) || scsi_type_is_sticky(path->sdev->type)) &&
	    !scsi_device_get(path->sdev))
		sdev = path->sdev;
	spin_unlock_irq(&lu->lock);
	return sdev;
}

static bool has_not_failed(const struct scsi_path *path)
{
	return scsi_path_state_carries_io(path->state);
}

static bool is_not_disabled(const struct scsi_path *path)
{
	return path->state != PATH_DISABLED;
}

/**
 * scsi_lu_get_path - the device of the best path
 * @sdev: any SCSI device
 *
 * For what acts on an I_T nexus and is asked of the logical unit: a reset, after which a
 * host gives back what it has of the device. So it is the path that has most of that. It
 * may be asked because no path is usable, as a reset that is to mend that.
 *
 * Context: process.
 * Return: a device with a reference for scsi_device_put(); NULL if @sdev is not
 * that of a logical unit, or it has none but paths that the administrator has disabled.
 */
struct scsi_device *scsi_lu_get_path(struct scsi_device *sdev)
{
	struct scsi_lu *lu = sdev->hostdata;

	if (!scsi_device_is_lu(sdev))
		return NULL;
	return get_carrier(lu) ?:
	       scsi_lu_get_any_in_use(lu) ?:
	       get_nth(lu, NULL, 0, has_not_failed) ?:
	       get_nth(lu, NULL, 0, is_not_disabled);
}
EXPORT_SYMBOL_GPL(scsi_lu_get_path);	/* sd */

/**
 * scsi_lu_disk - the disk whose I/O an attempt carries
 * @attempt: command on a path
 *
 * Context: any.
 * Return: as scsi_cmd_disk().
 */
struct gendisk *scsi_lu_disk(const struct scsi_cmnd *attempt)
{
	return attempt->device->path->lu->sdev->request_queue->disk;
}
EXPORT_SYMBOL_GPL(scsi_lu_disk);	/* virtio_scsi */

/**
 * scsi_path_get_other - the device of another path that could carry I/O
 * @path: path
 *
 * None that would be waited for until its host's error handler is done.
 *
 * Context: process.
 * Return: a device with a reference for scsi_device_put(), or NULL.
 */
struct scsi_device *scsi_path_get_other(const struct scsi_path *path)
{
	return get_nth(path->lu, path->sdev, 0, is_usable_and_answers);
}

/**
 * scsi_lu_get_in_use - the device of a path in use, one after the other
 * @lu: logical unit
 * @except: a device that is not meant
 * @nr: the number of the one that is, of those that are left
 *
 * As scsi_path_get_other(), and scsi_lu_is_in_use() says whether there are more.
 *
 * Context: process.
 * Return: a device with a reference for scsi_device_put(), or NULL.
 */
struct scsi_device *scsi_lu_get_in_use(struct scsi_lu *lu,
				       const struct scsi_device *except,
				       unsigned int nr)
{
	return get_nth(lu, except, nr, is_in_use_and_answers);
}

/**
 * scsi_lu_is_in_use - is there a path in use, be it one that does not answer now?
 * @lu: logical unit
 * @except: a device that is not meant
 *
 * Context: process.
 */
bool scsi_lu_is_in_use(struct scsi_lu *lu, const struct scsi_device *except)
{
	struct scsi_device *sdev = get_nth(lu, except, 0, scsi_path_is_in_use);

	if (sdev)
		scsi_device_put(sdev);
	return sdev;
}

/**
 * scsi_path_get_lu - the device of the logical unit that a path leads to
 * @sdev: any SCSI device
 *
 * For what is true of the place that a path leads to, and is to be found at the
 * logical unit. The removal of that may begin at any time; who links something to
 * its device looks to it that the removal finds the link.
 *
 * Context: process.
 * Return: a device with a reference for scsi_device_put(); NULL if @sdev is no path,
 * or the logical unit is not visible yet or is being removed.
 */
struct scsi_device *scsi_path_get_lu(struct scsi_device *sdev)
{
	struct scsi_device *lu_sdev = NULL;
	struct scsi_path *path;

	rcu_read_lock();	/* against a claim that is undone */
	path = READ_ONCE(sdev->path);
	if (path) {
		struct scsi_lu *lu = path->lu;

		spin_lock_irq(&lu->lock);
		if (lu->announced && !scsi_device_get(lu->sdev))
			lu_sdev = lu->sdev;
		spin_unlock_irq(&lu->lock);
	}
	rcu_read_unlock();
	return lu_sdev;
}
EXPORT_SYMBOL_GPL(scsi_path_get_lu);	/* ses */
