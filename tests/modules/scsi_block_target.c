// SPDX-License-Identifier: GPL-2.0
/*
 * Block the targets of a SCSI host, as a transport class does when the port
 * behind them is lost, and bring them back or give them up, as fast_io_fail
 * does. scsi_debug has no transport class that could. Or set the devices of a host
 * offline, as the error handler does with those that it cannot bring back.
 *
 *   echo HOST >/sys/module/scsi_block_target/parameters/block
 *   likewise: unblock, fail, offline; quiesce, as a transport does that tries out its
 *   link, until the device is removed
 *
 * Have a host be in recovery for a while, as a reset that somebody asks for does:
 *
 *   echo HOST MS >/sys/module/scsi_block_target/parameters/recover
 *
 * Or block those of two hosts again and again for as long as they are left alone in
 * between, without a process that could have to wait for them:
 *
 *   echo MS HOST HOST >/sys/module/scsi_block_target/parameters/flap, 0 0 0 to end it
 */

#include <linux/delay.h>
#include <linux/module.h>
#include <linux/workqueue.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

static struct Scsi_Host *host_by_number(const char *val)
{
	unsigned int number;
	int error;

	error = kstrtouint(val, 0, &number);
	if (error)
		return ERR_PTR(error);
	return scsi_host_lookup(number) ?: ERR_PTR(-ENODEV);
}

static int block_set(const char *val, const struct kernel_param *kp)
{
	struct Scsi_Host *shost = host_by_number(val);

	if (IS_ERR(shost))
		return PTR_ERR(shost);
	scsi_block_targets(shost, &shost->shost_gendev);
	scsi_host_put(shost);
	return 0;
}

static int unblock(const char *val, enum scsi_device_state state)
{
	struct Scsi_Host *shost = host_by_number(val);

	if (IS_ERR(shost))
		return PTR_ERR(shost);
	scsi_target_unblock(&shost->shost_gendev, state);
	scsi_host_put(shost);
	return 0;
}

static int unblock_set(const char *val, const struct kernel_param *kp)
{
	return unblock(val, SDEV_RUNNING);
}

static int fail_set(const char *val, const struct kernel_param *kp)
{
	return unblock(val, SDEV_TRANSPORT_OFFLINE);
}

static int offline_set(const char *val, const struct kernel_param *kp)
{
	struct Scsi_Host *shost = host_by_number(val);
	struct scsi_device *sdev;

	if (IS_ERR(shost))
		return PTR_ERR(shost);
	shost_for_each_device(sdev, shost) {
		mutex_lock(&sdev->state_mutex);
		scsi_device_set_state(sdev, SDEV_OFFLINE);
		mutex_unlock(&sdev->state_mutex);
	}
	scsi_host_put(shost);
	return 0;
}

static int quiesce_set(const char *val, const struct kernel_param *kp)
{
	struct Scsi_Host *shost = host_by_number(val);
	struct scsi_device *sdev;
	int error = 0;

	if (IS_ERR(shost))
		return PTR_ERR(shost);
	shost_for_each_device(sdev, shost)
		error = scsi_device_quiesce(sdev) ?: error;
	scsi_host_put(shost);
	return error;
}

static void set_recovery(struct Scsi_Host *shost, bool on)
{
	spin_lock_irq(shost->host_lock);
	shost->tmf_in_progress = on;
	spin_unlock_irq(shost->host_lock);
	wake_up(&shost->host_wait);
}

static int recover_set(const char *val, const struct kernel_param *kp)
{
	struct Scsi_Host *shost;
	unsigned int host, ms;

	if (sscanf(val, "%u %u", &host, &ms) != 2)
		return -EINVAL;
	shost = scsi_host_lookup(host);
	if (!shost)
		return -ENODEV;
	set_recovery(shost, true);
	msleep(ms);
	set_recovery(shost, false);
	scsi_host_put(shost);
	return 0;
}

static struct workqueue_struct *flap_wq;
static unsigned int flap_ms, flap_hosts[2];
static bool flap_is_blocked;

static void flap_set_blocked(bool block)
{
	for (int i = 0; i < ARRAY_SIZE(flap_hosts); i++) {
		struct Scsi_Host *shost = scsi_host_lookup(flap_hosts[i]);

		if (!shost)
			continue;
		if (block)
			scsi_block_targets(shost, &shost->shost_gendev);
		else
			scsi_target_unblock(&shost->shost_gendev, SDEV_RUNNING);
		scsi_host_put(shost);
	}
	flap_is_blocked = block;
}

static void flap_work_fn(struct work_struct *work)
{
	flap_set_blocked(!flap_is_blocked);
	queue_delayed_work(flap_wq, to_delayed_work(work),
			   msecs_to_jiffies(flap_ms));
}

static DECLARE_DELAYED_WORK(flap_work, flap_work_fn);

static int flap_set(const char *val, const struct kernel_param *kp)
{
	unsigned int ms, hosts[2];

	if (sscanf(val, "%u %u %u", &ms, &hosts[0], &hosts[1]) != 3)
		return -EINVAL;
	cancel_delayed_work_sync(&flap_work);
	if (flap_is_blocked)
		flap_set_blocked(false);
	flap_ms = ms;
	memcpy(flap_hosts, hosts, sizeof(hosts));
	if (ms)
		queue_delayed_work(flap_wq, &flap_work, 0);
	return 0;
}

static int __init scsi_block_target_init(void)
{
	flap_wq = alloc_workqueue("scsi_block_target",
				   WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	return flap_wq ? 0 : -ENOMEM;
}

static void __exit scsi_block_target_exit(void)
{
	cancel_delayed_work_sync(&flap_work);
	if (flap_is_blocked)
		flap_set_blocked(false);
	destroy_workqueue(flap_wq);
}

module_init(scsi_block_target_init);
module_exit(scsi_block_target_exit);

static const struct kernel_param_ops flap_ops = { .set = flap_set };
static const struct kernel_param_ops block_ops = { .set = block_set };
static const struct kernel_param_ops unblock_ops = { .set = unblock_set };
static const struct kernel_param_ops fail_ops = { .set = fail_set };
static const struct kernel_param_ops offline_ops = { .set = offline_set };
static const struct kernel_param_ops quiesce_ops = { .set = quiesce_set };
static const struct kernel_param_ops recover_ops = { .set = recover_set };

module_param_cb(flap, &flap_ops, NULL, 0200);
module_param_cb(block, &block_ops, NULL, 0200);
module_param_cb(unblock, &unblock_ops, NULL, 0200);
module_param_cb(fail, &fail_ops, NULL, 0200);
module_param_cb(offline, &offline_ops, NULL, 0200);
module_param_cb(quiesce, &quiesce_ops, NULL, 0200);
module_param_cb(recover, &recover_ops, NULL, 0200);

MODULE_DESCRIPTION("Blocks the targets of a SCSI host, for tests");
MODULE_LICENSE("GPL");
