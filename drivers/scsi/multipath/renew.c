// SPDX-License-Identifier: GPL-2.0
/*
 * Devices that are to be looked at anew.
 *
 * One that belongs to a logical unit, or may, and could not be made a path is
 * withheld: visible, but without an upper-level driver. What has kept it may pass, so
 * it is asked now and then. And a path that leads to another logical unit by now, or to
 * none for long, is of no use as it is. All are removed then, and their address is
 * scanned: a device becomes what it is before anybody sees it, and in no other way.
 * If nothing is found there the address is scanned again for a while: who has removed
 * something has to find it again, be the target busy or the memory short.
 */

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_transport.h>

#include "../scsi_priv.h"
#include "mpath.h"

#define RETRY_DELAY		(1UL * HZ)
#define RETRY_DELAY_MAX		(60UL * HZ)

/* How often an address is scanned that there is nothing at; that takes 10 minutes */
#define RENEWAL_TRIES		15

/**
 * struct renewal - a device that is to be removed and found again
 * @node: entry in renewals, unless its host goes; renewals_mutex
 * @sdev: the device, with a reference, until it has been removed
 * @shost: its host, which waits for us when it goes; this, and the rest, is constant
 * @channel: its address
 * @id: its address
 * @lun: its address
 * @tries: how often it has been scanned; @work
 * @delay: jiffies until it is next; @work
 * @work: removes and scans
 */
struct renewal {
	struct list_head node;
	struct scsi_device *sdev;
	struct Scsi_Host *shost;
	unsigned int channel;
	unsigned int id;
	u64 lun;
	unsigned int tries;
	unsigned long delay;
	struct delayed_work work;
};

static LIST_HEAD(renewals);
static DEFINE_MUTEX(renewals_mutex);

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

/*
 * Where there are no remote ports a host has the bounds of what it scans itself only. What
 * is there has been found by a scan that "scan=none" does not forbid, or by its driver.
 */
static void scan(struct Scsi_Host *shost, unsigned int channel, unsigned int id,
		 u64 lun)
{
	if (shost->transportt->user_scan)
		shost->transportt->user_scan(shost, channel, id, lun);
	else if (scsi_scan_host_selected(shost, channel, id, lun, SCSI_SCAN_MANUAL))
		scsi_add_device(shost, channel, id, lun);
}

/* Nothing is to be made of it but what it is when it is there. */
static bool is_there(struct renewal *renewal)
{
	struct scsi_device *sdev;
	bool is_it = false;

	sdev = scsi_device_lookup(renewal->shost, renewal->channel, renewal->id,
				  renewal->lun);
	if (!sdev)
		return false;
	/* The target keeps the place for one. */
	if (sdev->inq_periph_qual == SCSI_INQ_PQ_CON)
		is_it = true;
	else
		scsi_remove_device(sdev);
	scsi_device_put(sdev);
	return is_it;
}

/* Returns false if somebody else has had it removed, who may not want it back. */
static bool remove_first(struct renewal *renewal)
{
	struct scsi_device *sdev = renewal->sdev;
	enum scsi_device_state state;
	bool remove;

	if (!sdev)
		return true;
	state = READ_ONCE(sdev->sdev_state);
	remove = state != SDEV_CANCEL && state != SDEV_DEL;
	if (remove)
		scsi_remove_device(sdev);
	renewal->sdev = NULL;
	scsi_device_put(sdev);
	return remove;
}

static void end_renewal(struct renewal *renewal)
{
	bool is_ours;

	mutex_lock(&renewals_mutex);
	is_ours = !list_empty(&renewal->node);
	list_del_init(&renewal->node);
	mutex_unlock(&renewals_mutex);
	if (is_ours)
		kfree(renewal);
}

static void renew_work(struct work_struct *work)
{
	struct renewal *renewal = container_of(to_delayed_work(work),
					       struct renewal, work);

	if (remove_first(renewal) && !scsi_multipath_system_ends()) {
		scan(renewal->shost, renewal->channel, renewal->id,
		     renewal->lun);
		if (!is_there(renewal) && ++renewal->tries < RENEWAL_TRIES) {
			queue_delayed_work(scsi_multipath_removal_wq,
					   &renewal->work, renewal->delay);
			renewal->delay = min(2 * renewal->delay,
					     RETRY_DELAY_MAX);
			return;
		}
	}
	end_renewal(renewal);
}

/*
 * Has a device removed, and its address scanned. Does not wait for it. Returns 0 or an
 * errno; then the device stays.
 */
static int renew(struct scsi_device *sdev)
{
	struct renewal *renewal = kzalloc_obj(*renewal, GFP_NOIO);

	if (!renewal)
		return -ENOMEM;
	/* Of its driver's module as well, until it is removed. */
	if (scsi_device_get(sdev)) {
		kfree(renewal);
		return -ENODEV;
	}
	renewal->sdev = sdev;
	renewal->shost = sdev->host;
	renewal->channel = sdev->channel;
	renewal->id = sdev->id;
	renewal->lun = sdev->lun;
	renewal->delay = RETRY_DELAY;
	INIT_DELAYED_WORK(&renewal->work, renew_work);
	mutex_lock(&renewals_mutex);
	list_add_tail(&renewal->node, &renewals);
	mutex_unlock(&renewals_mutex);
	queue_delayed_work(scsi_multipath_removal_wq, &renewal->work, 0);
	return 0;
}

/**
 * scsi_path_forget_host - a host is being removed, and nothing is scanned on it
 * @shost: host whose devices are gone
 *
 * Context: process, no lock held.
 */
void scsi_path_forget_host(struct Scsi_Host *shost)
{
	struct renewal *renewal, *found;

	do {
		found = NULL;
		mutex_lock(&renewals_mutex);
		list_for_each_entry(renewal, &renewals, node) {
			if (renewal->shost == shost) {
				found = renewal;
				list_del_init(&renewal->node);
				break;
			}
		}
		mutex_unlock(&renewals_mutex);
		if (found) {
			disable_delayed_work_sync(&found->work);
			if (found->sdev)
				scsi_device_put(found->sdev);
			kfree(found);
		}
	} while (found);
}

/**
 * scsi_path_renew - have the device of a path removed, and its address scanned
 * @path: path
 *
 * Does not wait for it, nor for memory: without any the path's probe calls it again.
 *
 * Context: process; takes the logical unit's lock.
 */
void scsi_path_renew(struct scsi_path *path)
{
	bool again = renew(path->sdev) == -ENOMEM;

	spin_lock_irq(&path->lu->lock);
	WRITE_ONCE(path->is_to_be_renewed, again);
	if (again)
		scsi_path_probe_schedule(path);
	spin_unlock_irq(&path->lu->lock);
}

/* Could it be claimed now? 0, or why not. */
static int try_claim(struct scsi_device *sdev)
{
	unsigned int noio;
	int error;

	if (READ_ONCE(sdev->sdev_state) != SDEV_RUNNING ||
	    scsi_autopm_get_device(sdev))
		return -EIO;
	/* A path on which the write-back of memory waits may be probed after us only. */
	noio = memalloc_noio_save();
	error = scsi_path_try_claim(sdev);
	memalloc_noio_restore(noio);
	scsi_autopm_put_device(sdev);
	return error;
}

static void retry_work(struct work_struct *work)
{
	struct withheld *withheld = container_of(to_delayed_work(work),
						 struct withheld, work);
	unsigned long delay = scsi_host_question_delay(withheld->sdev->host);
	int error;

	if (delay) {
		queue_delayed_work(scsi_multipath_probe_wq, &withheld->work, delay);
		return;
	}
	error = try_claim(withheld->sdev);
	if (!error && !renew(withheld->sdev))
		return;
	/* Or another path is bringing the logical unit up, and may be done any time. */
	if (error != -EINPROGRESS)
		withheld->delay = min(2 * withheld->delay, RETRY_DELAY_MAX);
	queue_delayed_work(scsi_multipath_probe_wq, &withheld->work, withheld->delay);
}

/**
 * scsi_path_withhold - a device could not be made a path, and may be some time
 * @sdev: device that is not visible yet
 * @soon: what is in the way may pass soon
 *
 * There is always memory for it: nobody else would ever look at the device again.
 *
 * Context: process, scan_mutex of the device's host held.
 */
void scsi_path_withhold(struct scsi_device *sdev, bool soon)
{
	struct withheld *withheld = kzalloc_obj(*withheld,
						GFP_KERNEL | __GFP_NOFAIL);

	withheld->sdev = sdev;
	withheld->delay = soon ? RETRY_DELAY : RETRY_DELAY_MAX;
	INIT_DELAYED_WORK(&withheld->work, retry_work);
	mutex_lock(&withheld_mutex);
	list_add_tail(&withheld->node, &withheld_list);
	mutex_unlock(&withheld_mutex);
	queue_delayed_work(scsi_multipath_probe_wq, &withheld->work, withheld->delay);
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
