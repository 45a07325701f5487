// SPDX-License-Identifier: GPL-2.0
/*
 * A disk over several hosts that can hold commands back: they are neither
 * answered nor forgotten, and what is held when its abort or reset comes is
 * carried out as late as a device may, just before that returns. A kernel that
 * sends a write over another path while this one still has it can be seen to do
 * so, and loses what is written later.
 *
 * Parameters of the module: hosts=N; depth=N,... commands that each host takes at
 * a time, 64 by default. In /sys/module/scsi_late/parameters:
 *   latency_us		N,... time that each host takes for a read or write
 *   link_us		N,... time that each takes one after the other, besides
 *   jitter_us		N,... random time that each takes besides, at most; one in a
 *			hundred takes ten times as long
 *   errors		N,... one in so many reads and writes of each fails, when it
 *			would have been answered; 0: none
 *   hold		mask of hosts (1 << index) that hold reads and writes back
 *   fail_abort		mask of hosts whose aborts fail
 *   fail_reset		mask of hosts whose device and target resets fail
 *   recovery_ms	how long each abort or reset takes
 *   sector_size		of the disk
 *   designators	mask of those that page 83h lists: 1 the NAA that it has always
 *			had, 2 a better one, which comes first, 4 a third
 *   cut			so many bytes of page 83h are sent, whatever it says; 0: all
 *   cut_untold		their hosts do not say that it is less
 *   elsewhere		mask of hosts that lead to another disk, says page 83h
 *   small		mask of hosts that say that the disk is half as large
 *   no_capacity	mask of hosts that do not tell how large it is
 *   formatted		mask of hosts that say that it has protection information of
 *			type 1
 *   unprotected		commands that came without it: must stay 0 where it has
 *   mistagged		reads and writes with more or less of it than their disk has for
 *			them, and writes whose reference tag is not what their host expects
 *   unmapped		mask of hosts whose target has no such disk
 *   product		number in the product's name; 0: none
 *   no_vpd		mask of hosts that become ready, and do not tell VPD pages yet
 *   busy		mask of hosts that are, for all but the standard INQUIRY
 *   no_tur		mask of hosts that hold TEST UNIT READY back
 *   lose		so many of the next writes lose their nexus when the target has
 *			their data: their host gives them back at once
 *   late_ms		when the target carries out those, all the same; 0: the loss of
 *			the nexus has ended them, as SAM wants it
 *   orphans		of those, how many it has not carried out yet
 *   held		commands held now
 *   doubled		writes that came over one host while another still had
 *			them: must stay 0
 */

#include <linux/blk-integrity.h>
#include <linux/blk-mq.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/t10-pi.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "kernels.h"
#include "test_hosts.h"

#define STORE_SIZE		(64UL << 20)

static unsigned int hold, fail_abort, fail_reset, recovery_ms = 500;
module_param(hold, uint, 0644);
module_param(fail_abort, uint, 0644);
module_param(fail_reset, uint, 0644);
module_param(recovery_ms, uint, 0644);
static unsigned int sector_size = 512, designators = 1, cut;
static bool cut_untold;
static unsigned int no_vpd, no_tur, elsewhere, small, no_capacity, unmapped;
static unsigned int product, busy, formatted, unprotected, mistagged;
module_param(formatted, uint, 0644);
module_param(unprotected, uint, 0444);
module_param(mistagged, uint, 0444);
module_param(busy, uint, 0644);
module_param(elsewhere, uint, 0644);
module_param(small, uint, 0644);
module_param(no_capacity, uint, 0644);
module_param(unmapped, uint, 0644);
module_param(product, uint, 0644);
module_param(sector_size, uint, 0644);
module_param(designators, uint, 0644);
module_param(cut, uint, 0644);
module_param(cut_untold, bool, 0644);
module_param(no_vpd, uint, 0644);
module_param(no_tur, uint, 0644);
static unsigned int latency_us[MAX_HOSTS], link_us[MAX_HOSTS], depth[MAX_HOSTS];
module_param_array(latency_us, uint, NULL, 0644);
module_param_array(link_us, uint, NULL, 0644);
module_param_array(depth, uint, NULL, 0444);
static unsigned int jitter_us[MAX_HOSTS], errors[MAX_HOSTS];
module_param_array(jitter_us, uint, NULL, 0644);
module_param_array(errors, uint, NULL, 0644);
static unsigned int lose, late_ms;
module_param(lose, uint, 0644);
module_param(late_ms, uint, 0644);
static atomic_t nr_orphans = ATOMIC_INIT(0);
module_param_named(orphans, nr_orphans.counter, int, 0444);
static unsigned int held, doubled;
module_param(held, uint, 0444);
module_param(doubled, uint, 0444);

struct late_cmd {
	struct list_head node;
	bool is_held;
	bool is_timed;
	bool fails;
	struct hrtimer timer;
};

/* The data, and the protection information of each of its blocks */
static u8 *store;
static struct t10_pi_tuple *tuples;

/* Commands that are held, of all hosts; when the link of each is free again. */
static LIST_HEAD(held_list);
static ktime_t link_free[MAX_HOSTS];
static DEFINE_SPINLOCK(late_lock);

static bool host_in(unsigned int mask, const struct Scsi_Host *shost)
{
	return READ_ONCE(mask) & BIT(index_of(shost));
}

static void answer(struct scsi_cmnd *cmd, const void *data, unsigned int len)
{
	unsigned int done = sg_copy_from_buffer(scsi_sglist(cmd),
						scsi_sg_count(cmd), data,
						min(len, scsi_bufflen(cmd)));

	scsi_set_resid(cmd, scsi_bufflen(cmd) - done);
	cmd->result = 0;
}

/* NAA locally assigned, NAA 6 and NAA 5, each with its header */
static const u8 naa3[] = { 0x01, 0x03, 0, 8, 0x3a, 0, 0, 0, 0, 0, 0, 1 };
static const u8 naa6[] = { 0x01, 0x03, 0, 16, 0x60, 0x01, 0x40, 0x5a,
			   1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
static const u8 naa5[] = { 0x01, 0x03, 0, 8, 0x50, 0x01, 0x40, 0x5a, 1, 2, 3, 4 };

static void device_identification(struct scsi_cmnd *cmd)
{
	static const struct {
		unsigned int bit;
		const u8 *data;
		u8 len;
	} list[] = {
		{ 2, naa6, sizeof(naa6) },
		{ 4, naa5, sizeof(naa5) },
		{ 1, naa3, sizeof(naa3) },
	};
	unsigned int mask = host_in(elsewhere, cmd->device->host) ?
			    4 : READ_ONCE(designators);
	u8 page[4 + sizeof(naa6) + sizeof(naa5) + sizeof(naa3)] = { 0, 0x83 };
	u8 len = 4;

	for (int i = 0; i < ARRAY_SIZE(list); i++) {
		if (!(mask & list[i].bit))
			continue;
		memcpy(page + len, list[i].data, list[i].len);
		len += list[i].len;
	}
	page[3] = len - 4;
	if (!READ_ONCE(cut)) {
		answer(cmd, page, len);
		return;
	}
	answer(cmd, page, min(len, READ_ONCE(cut)));
	if (READ_ONCE(cut_untold))
		scsi_set_resid(cmd, 0);
}

static void inquiry(struct scsi_cmnd *cmd)
{
	static const u8 pages[] = { 0, 0x00, 0, 3, 0x00, 0x80, 0x83 };
	static const u8 serial[] = { 0, 0x80, 0, 8, 'L', 'A', 'T', 'E',
				     '0', '0', '0', '1' };
	u8 std[36] = { 0, 0, 0x06, 0x02, 31, 0, 0x10, 0x02 };
	const struct Scsi_Host *shost = cmd->device->host;
	unsigned int number = READ_ONCE(product);

	if (host_in(unmapped, shost)) {
		/* The place is there, and nothing in it: qualifier 001b. */
		memcpy(std + 8, "TEST    NONE            0001", 28);
		std[0] = 0x20;
		std[1] = cmd->cmnd[1] & 1 ? cmd->cmnd[2] : 0;
		answer(cmd, std, std[1] ? 4 : sizeof(std));
		return;
	}
	if (!(cmd->cmnd[1] & 1)) {
		memcpy(std + 8, "TEST    LATE            0001", 28);
		if (number)
			std[20] = '0' + number % 10;
		if (host_in(formatted, shost))
			std[5] |= 1;	/* PROTECT */
		answer(cmd, std, sizeof(std));
		return;
	}
	if (host_in(no_vpd, cmd->device->host)) {
		scsi_build_sense(cmd, 0, NOT_READY, 0x04, 0x01);
		return;
	}
	switch (cmd->cmnd[2]) {
	case 0x00:
		answer(cmd, pages, sizeof(pages));
		break;
	case 0x80:
		answer(cmd, serial, sizeof(serial));
		break;
	case 0x83:
		device_identification(cmd);
		break;
	default:
		scsi_build_sense(cmd, 0, ILLEGAL_REQUEST, 0x24, 0);
	}
}

static void read_capacity(struct scsi_cmnd *cmd)
{
	u32 size = READ_ONCE(sector_size);
	u64 last = STORE_SIZE / size - 1;
	u8 buf[32] = { };

	if (host_in(no_capacity, cmd->device->host)) {
		scsi_build_sense(cmd, 0, HARDWARE_ERROR, 0x44, 0);
		return;
	}
	if (host_in(small, cmd->device->host))
		last /= 2;
	if (cmd->cmnd[0] == READ_CAPACITY) {
		put_unaligned_be32(last, buf);
		put_unaligned_be32(size, buf + 4);
		answer(cmd, buf, 8);
	} else {
		put_unaligned_be64(last, buf);
		put_unaligned_be32(size, buf + 8);
		buf[12] = host_in(formatted, cmd->device->host);	/* PROT_EN */
		answer(cmd, buf, sizeof(buf));
	}
}

static bool is_read_or_write(const struct scsi_cmnd *cmd)
{
	return cmd->cmnd[0] == READ_10 || cmd->cmnd[0] == WRITE_10;
}

static void transfer_protection(struct scsi_cmnd *cmd, u32 lba)
{
	size_t len = scsi_bufflen(cmd) / READ_ONCE(sector_size) * sizeof(*tuples);
	struct t10_pi_tuple *at = tuples + lba;

	if (!scsi_prot_sg_count(cmd)) {
		WRITE_ONCE(unprotected, unprotected + 1);
		return;
	}
	/* As virtio_scsi finds out how much there is. */
	if (bio_integrity_bytes(blk_get_integrity(scsi_cmd_disk(cmd)),
				blk_rq_sectors(scsi_cmd_to_rq(cmd))) != len)
		WRITE_ONCE(mistagged, mistagged + 1);
	if (cmd->cmnd[0] == READ_10) {
		sg_copy_from_buffer(scsi_prot_sglist(cmd),
				    scsi_prot_sg_count(cmd), at, len);
		return;
	}
	sg_copy_to_buffer(scsi_prot_sglist(cmd), scsi_prot_sg_count(cmd), at, len);
	if (be32_to_cpu(at->ref_tag) != scsi_prot_ref_tag(cmd) ||
	    be32_to_cpu(at->ref_tag) != lba ||
	    scsi_prot_interval(cmd) != READ_ONCE(sector_size))
		WRITE_ONCE(mistagged, mistagged + 1);
}

static void read_or_write(struct scsi_cmnd *cmd)
{
	u32 lba = get_unaligned_be32(cmd->cmnd + 2);
	u8 *at = store + (size_t)lba * READ_ONCE(sector_size);

	if (at + scsi_bufflen(cmd) > store + STORE_SIZE) {
		scsi_build_sense(cmd, 0, ILLEGAL_REQUEST, 0x21, 0);
		return;
	}
	if (cmd->cmnd[0] == WRITE_10)
		sg_copy_to_buffer(scsi_sglist(cmd), scsi_sg_count(cmd), at,
				  scsi_bufflen(cmd));
	else
		sg_copy_from_buffer(scsi_sglist(cmd), scsi_sg_count(cmd), at,
				    scsi_bufflen(cmd));
	cmd->result = 0;
	if (host_in(formatted, cmd->device->host))
		transfer_protection(cmd, lba);
}

static bool is_standard_inquiry(const struct scsi_cmnd *cmd)
{
	return cmd->cmnd[0] == INQUIRY && !(cmd->cmnd[1] & 1);
}

static void carry_out(struct scsi_cmnd *cmd)
{
	if (host_in(busy, cmd->device->host) && !is_standard_inquiry(cmd)) {
		cmd->result = SAM_STAT_BUSY;
		return;
	}
	if (host_in(unmapped, cmd->device->host) && cmd->cmnd[0] != INQUIRY) {
		scsi_build_sense(cmd, 0, ILLEGAL_REQUEST, 0x25, 0);
		return;
	}
	switch (cmd->cmnd[0]) {
	case TEST_UNIT_READY:
	case SYNCHRONIZE_CACHE:
	case START_STOP:
		cmd->result = 0;
		break;
	case INQUIRY:
		inquiry(cmd);
		break;
	case READ_CAPACITY:
	case SERVICE_ACTION_IN_16:
		read_capacity(cmd);
		break;
	case READ_10:
	case WRITE_10:
		read_or_write(cmd);
		break;
	default:
		scsi_build_sense(cmd, 0, ILLEGAL_REQUEST, 0x20, 0);
	}
}

/* A write that the target has, and its host has not any more */
struct orphan {
	struct delayed_work work;
	size_t start;
	size_t len;
	u8 data[];
};

static struct workqueue_struct *target_wq;

static void orphan_work(struct work_struct *work)
{
	struct orphan *orphan = container_of(to_delayed_work(work),
					     struct orphan, work);

	memcpy(store + orphan->start, orphan->data, orphan->len);
	kfree(orphan);
	atomic_dec(&nr_orphans);
}

static void orphan_write(struct scsi_cmnd *cmd)
{
	size_t start = (size_t)get_unaligned_be32(cmd->cmnd + 2) *
		       READ_ONCE(sector_size);
	size_t len = scsi_bufflen(cmd);
	struct orphan *orphan;

	if (!late_ms || start + len > STORE_SIZE)
		return;
	orphan = kmalloc(struct_size(orphan, data, len), GFP_ATOMIC);
	if (!orphan)
		return;
	INIT_DELAYED_WORK(&orphan->work, orphan_work);
	orphan->start = start;
	orphan->len = len;
	sg_copy_to_buffer(scsi_sglist(cmd), scsi_sg_count(cmd), orphan->data,
			  len);
	atomic_inc(&nr_orphans);
	queue_delayed_work(target_wq, &orphan->work, msecs_to_jiffies(late_ms));
}

static bool loses_its_nexus(const struct scsi_cmnd *cmd)
{
	lockdep_assert_held(&late_lock);
	if (cmd->cmnd[0] != WRITE_10 || !lose)
		return false;
	lose--;
	return true;
}

/* The same data for the same place is the same write, sent once more. */
static void look_for_double(struct scsi_cmnd *cmd)
{
	struct late_cmd *other;

	lockdep_assert_held(&late_lock);
	if (cmd->cmnd[0] != WRITE_10)
		return;
	list_for_each_entry(other, &held_list, node) {
		struct scsi_cmnd *earlier = (struct scsi_cmnd *)other - 1;

		if (earlier->cmnd[0] == WRITE_10 &&
		    !memcmp(earlier->cmnd + 2, cmd->cmnd + 2, 4) &&
		    sg_page(scsi_sglist(earlier)) == sg_page(scsi_sglist(cmd)))
			WRITE_ONCE(doubled, doubled + 1);
	}
}

static void end(struct late_cmd *late)
{
	struct scsi_cmnd *cmd = (struct scsi_cmnd *)late - 1;

	if (late->fails)
		cmd->result = DID_ERROR << 16;
	else
		carry_out(cmd);
	scsi_done(cmd);
}

static enum hrtimer_restart time_is_over(struct hrtimer *timer)
{
	end(container_of(timer, struct late_cmd, timer));
	return HRTIMER_NORESTART;
}

static unsigned int random_us(unsigned int host)
{
	unsigned int most = READ_ONCE(jitter_us[host]);

	if (!most)
		return 0;
	return get_random_u32_below(most + 1) *
	       (get_random_u32_below(100) ? 1 : 10);
}

/* When a command that comes now will have been answered; 0: at once. */
static ktime_t due(unsigned int host)
{
	unsigned int latency = READ_ONCE(latency_us[host]) + random_us(host);
	unsigned int link = READ_ONCE(link_us[host]);
	ktime_t now;

	lockdep_assert_held(&late_lock);
	if (!latency && !link)
		return 0;
	now = ktime_get();
	if (ktime_before(link_free[host], now))
		link_free[host] = now;
	link_free[host] = ktime_add_us(link_free[host], link);
	return ktime_add_us(link_free[host], latency);
}

static void answer_at(struct late_cmd *late, ktime_t when)
{
	hrtimer_setup(&late->timer, time_is_over, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	hrtimer_start(&late->timer, when, HRTIMER_MODE_ABS);
}

static bool is_to_be_held(const struct scsi_cmnd *cmd,
			  const struct Scsi_Host *shost)
{
	if (cmd->cmnd[0] == TEST_UNIT_READY)
		return host_in(no_tur, shost);
	return is_read_or_write(cmd) && host_in(hold, shost);
}

static bool has_error(unsigned int host)
{
	static unsigned int count[MAX_HOSTS];
	unsigned int one_in = READ_ONCE(errors[host]);

	lockdep_assert_held(&late_lock);
	return one_in && !(++count[host] % one_in);
}

static queue_status late_queuecommand(struct Scsi_Host *shost, struct scsi_cmnd *cmd)
{
	struct late_cmd *late = scsi_cmd_priv(cmd);
	ktime_t when = 0;
	unsigned long flags;
	bool hold_it = is_to_be_held(cmd, shost);

	spin_lock_irqsave(&late_lock, flags);
	if (loses_its_nexus(cmd)) {
		spin_unlock_irqrestore(&late_lock, flags);
		orphan_write(cmd);
		cmd->result = DID_TRANSPORT_DISRUPTED << 16;
		scsi_done(cmd);
		return 0;
	}
	late->fails = is_read_or_write(cmd) && has_error(index_of(shost));
	if (!late->fails)
		look_for_double(cmd);
	late->is_held = hold_it;
	if (hold_it) {
		list_add_tail(&late->node, &held_list);
		held++;
	} else if (is_read_or_write(cmd)) {
		when = due(index_of(shost));
	}
	late->is_timed = when;
	spin_unlock_irqrestore(&late_lock, flags);
	if (hold_it)
		return 0;
	if (when) {
		answer_at(late, when);
		return 0;
	}
	end(late);
	return 0;
}

static void let_go(struct late_cmd *late)
{
	lockdep_assert_held(&late_lock);
	carry_out((struct scsi_cmnd *)late - 1);
	list_del(&late->node);
	late->is_held = false;
	held--;
}

static int late_abort(struct scsi_cmnd *cmd)
{
	struct late_cmd *late = scsi_cmd_priv(cmd);

	msleep(READ_ONCE(recovery_ms));
	if (host_in(fail_abort, cmd->device->host))
		return FAILED;
	if (late->is_timed)
		hrtimer_cancel(&late->timer);
	spin_lock_irq(&late_lock);
	if (late->is_held)
		let_go(late);
	spin_unlock_irq(&late_lock);
	return SUCCESS;
}

static void let_go_all(struct Scsi_Host *shost)
{
	struct late_cmd *late, *next;

	spin_lock_irq(&late_lock);
	list_for_each_entry_safe(late, next, &held_list, node) {
		if (((struct scsi_cmnd *)late - 1)->device->host == shost)
			let_go(late);
	}
	spin_unlock_irq(&late_lock);
}

static int late_reset(struct scsi_cmnd *cmd)
{
	msleep(READ_ONCE(recovery_ms));
	if (host_in(fail_reset, cmd->device->host))
		return FAILED;
	let_go_all(cmd->device->host);
	return SUCCESS;
}

static int late_host_reset(struct scsi_cmnd *cmd)
{
	msleep(READ_ONCE(recovery_ms));
	let_go_all(cmd->device->host);
	return SUCCESS;
}

static const struct scsi_host_template late_template = {
	.module			= THIS_MODULE,
	.name			= "late",
	.proc_name		= "late",
	.queuecommand		= late_queuecommand,
	.eh_abort_handler	= late_abort,
	.eh_device_reset_handler = late_reset,
	.eh_target_reset_handler = late_reset,
	.eh_host_reset_handler	= late_host_reset,
	.cmd_size		= sizeof(struct late_cmd),
	.can_queue		= 64,
	.cmd_per_lun		= 64,
	.this_id		= -1,
	.sg_tablesize		= SG_ALL,
	.max_sectors		= 1024,
	.dma_boundary		= ULONG_MAX,
};

static int __init late_init(void)
{
	int error;

	store = vzalloc(STORE_SIZE);
	if (!store)
		return -ENOMEM;
	tuples = vmalloc(STORE_SIZE / SECTOR_SIZE * sizeof(*tuples));
	if (!tuples) {
		error = -ENOMEM;
		goto free_store;
	}
	/* The application tag of what is not to be checked (SBC-4 4.21.3) */
	memset(tuples, 0xff, STORE_SIZE / SECTOR_SIZE * sizeof(*tuples));
	target_wq = alloc_workqueue("scsi_late", WQ_UNBOUND, 0);
	if (!target_wq) {
		error = -ENOMEM;
		goto free_tuples;
	}
	error = add_hosts(&late_template, depth);
	if (error)
		goto free_wq;
	return 0;

free_wq:
	destroy_workqueue(target_wq);
free_tuples:
	vfree(tuples);
free_store:
	vfree(store);
	return error;
}

static void __exit late_exit(void)
{
	WRITE_ONCE(hold, 0);
	WRITE_ONCE(no_tur, 0);
	remove_hosts();
	flush_workqueue(target_wq);
	destroy_workqueue(target_wq);
	vfree(tuples);
	vfree(store);
}

module_init(late_init);
module_exit(late_exit);

MODULE_DESCRIPTION("A disk over several hosts that holds commands back, for tests");
MODULE_LICENSE("GPL");
