// SPDX-License-Identifier: GPL-2.0
/*
 * Devices that are to be looked at anew.
 *
 * One that belongs to a logical unit, or may, and could not be made a path is
 * withheld: visible, but without an upper-level driver. What has kept it may pass, so
 * it is asked now and then. And a path that leads to another logical unit by now is of
 * no use as it is. Both are removed then, and their address is scanned: a device
 * becomes what it is before anybody sees it, and in no other way.
 */

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_transport.h>

#include "../scsi_priv.h"
#include "mpath.h"

#define RETRY_DELAY		(1UL * HZ)
#define RETRY_DELAY_MAX		(60UL * HZ)

/* A device that is to be removed and found again; with a reference. */
struct renewal {
	struct scsi_device *sdev;
	struct work_struct work;
};

/**
 * struct withheld - a device that is withheld, until it is removed
 * @sdev: the device; it tells us when it goes
 * @node: entry in withheld_list; withheld_mutex
 * @delay: jiffies until it is asked next; changed by @work only
 * @work: asks it
 */
struct withheld {
	struct scsi_device *sdev;
	struct list_head node;
	unsigned long delay;
	struct delayed_work work;
};

static LIST_HEAD(withheld_list);
static DEFINE_MUTEX(withheld_mutex);

/* Where there are no remote ports a host has the bounds of what it scans itself only. */
static void scan(struct Scsi_Host *shost, unsigned int channel, unsigned int id,
		 u64 lun)
{
	if (shost->transportt->user_scan)
		shost->transportt->user_scan(shost, channel, id, lun);
	else
		scsi_add_device(shost, channel, id, lun);
}

static void renew_work(struct work_struct *work)
{
	struct renewal *renewal = container_of(work, struct renewal, work);
	struct scsi_device *sdev = renewal->sdev;
	enum scsi_device_state state = READ_ONCE(sdev->sdev_state);

	/* Who has had it removed meanwhile may not want it back. */
	if (state != SDEV_CANCEL && state != SDEV_DEL) {
		scsi_remove_device(sdev);
		scan(sdev->host, sdev->channel, sdev->id, sdev->lun);
	}
	scsi_device_put(sdev);
	kfree(renewal);
}

/**
 * scsi_path_renew - have a device removed, and its address scanned
 * @sdev: device
 *
 * Does not wait for it.
 *
 * Context: process.
 * Return: 0 or an errno; then the device stays.
 */
int scsi_path_renew(struct scsi_device *sdev)
{
	struct renewal *renewal = kzalloc(sizeof(*renewal), GFP_NOIO);

	if (!renewal)
		return -ENOMEM;
	/* Of its driver's module as well: the scan will need that. */
	if (scsi_device_get(sdev)) {
		kfree(renewal);
		return -ENODEV;
	}
	renewal->sdev = sdev;
	INIT_WORK(&renewal->work, renew_work);
	queue_work(scsi_mpath_removal_wq, &renewal->work);
	return 0;
}

static bool may_be_claimed(struct scsi_device *sdev)
{
	bool may;

	if (READ_ONCE(sdev->sdev_state) != SDEV_RUNNING ||
	    scsi_autopm_get_device(sdev))
		return false;
	may = !scsi_path_try_claim(sdev);
	scsi_autopm_put_device(sdev);
	return may;
}

static void retry_work(struct work_struct *work)
{
	struct withheld *withheld = container_of(to_delayed_work(work),
						 struct withheld, work);

	if (may_be_claimed(withheld->sdev) && !scsi_path_renew(withheld->sdev))
		return;
	withheld->delay = min(2 * withheld->delay, RETRY_DELAY_MAX);
	queue_delayed_work(scsi_mpath_probe_wq, &withheld->work, withheld->delay);
}

/**
 * scsi_path_withhold - a device could not be made a path, and may be some time
 * @sdev: device that is not visible yet
 * @soon: what is in the way may pass soon
 *
 * Context: process, scan_mutex of the device's host held.
 * Return: 0 or -ENOMEM; then nobody looks at it again.
 */
int scsi_path_withhold(struct scsi_device *sdev, bool soon)
{
	struct withheld *withheld = kzalloc(sizeof(*withheld), GFP_KERNEL);

	if (!withheld)
		return -ENOMEM;
	withheld->sdev = sdev;
	withheld->delay = soon ? RETRY_DELAY : RETRY_DELAY_MAX;
	INIT_DELAYED_WORK(&withheld->work, retry_work);
	mutex_lock(&withheld_mutex);
	list_add_tail(&withheld->node, &withheld_list);
	mutex_unlock(&withheld_mutex);
	queue_delayed_work(scsi_mpath_probe_wq, &withheld->work, withheld->delay);
	return 0;
}

/**
 * scsi_path_forget - a device that may be withheld is being removed
 * @sdev: device
 *
 * Context: process, scan_mutex of the device's host held.
 */
void scsi_path_forget(struct scsi_device *sdev)
{
	struct withheld *withheld, *found = NULL;

	mutex_lock(&withheld_mutex);
	list_for_each_entry(withheld, &withheld_list, node) {
		if (withheld->sdev == sdev) {
			found = withheld;
			list_del(&withheld->node);
			break;
		}
	}
	mutex_unlock(&withheld_mutex);
	if (!found)
		return;
	disable_delayed_work_sync(&found->work);
	kfree(found);
}
