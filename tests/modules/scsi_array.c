// SPDX-License-Identifier: GPL-2.0
/*
 * A disk over several hosts that behaves like a logical unit of an older array
 * with two controllers, of which one owns it: reads and writes over the other
 * one are refused, until an initiator makes that one the owner. Each kind of
 * array has its own way to tell who owns the logical unit, to refuse, and to be
 * told to switch over; what is here is what the device handlers of the kernel
 * know: scsi_dh_rdac, scsi_dh_emc and scsi_dh_hp_sw.
 *
 * Even hosts lead to controller 0, odd ones to controller 1.
 *
 * Parameters of the module: model=rdac|emc|hp_sw, hosts=N. In
 * /sys/module/scsi_array/parameters:
 *   owner		controller that owns the logical unit; writing it is what
 *			another initiator's takeover looks like. A switch under
 *			way still ends as it began
 *   switch_ms		how long a switch takes that a command asks for
 *   fail_activation	that many of the next such commands fail, as if the
 *			array was busy
 *   activations	switches done by commands
 *   refused		reads and writes that the other controller refused
 *
 * Sense data:		rdac		emc		hp_sw
 *   other controller	05/94/01	02/04/03	02/04/02
 *   during a switch	02/a1/02	02/04/01	02/04/01
 *   failed activation	05/91/36	02/04/03	02/04/03
 */

#include <linux/blkdev.h>
#include <linux/module.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_proto.h>

#include "kernels.h"
#include "test_hosts.h"

#define NR_BLOCKS		(64U << (20 - SECTOR_SHIFT))
#define PAGE_MAX_LEN		256
#define EMC_INQUIRY_LEN		192
#define RDAC_LABEL		"TEST ARRAY"
/* The longest parameter list: that of rdac's MODE SELECT (10). */
#define LIST_MAX_LEN		308

static char *model = "rdac";
module_param(model, charp, 0444);
static unsigned int switch_ms = 200, fail_activation;
module_param(switch_ms, uint, 0644);
module_param(fail_activation, uint, 0644);
static unsigned int activations, refused;
module_param(activations, uint, 0444);
module_param(refused, uint, 0444);

struct sense {
	u8 key;
	u8 asc;
	u8 ascq;
};

/**
 * struct kind - a kind of array
 * @name: that of its device handler
 * @names: vendor, product and revision, by which the handler is found
 * @vpd: VPD pages that it supports
 * @nr_vpd: bytes of @vpd
 * @passive: the answer of the controller that is not the owner
 * @moving: the answer of both during a switch
 * @busy: the answer to an activation that cannot be done now
 * @inquiry: adds to the standard INQUIRY data, and returns their length
 * @page: fills in a VPD page behind its header, and returns its page length
 * @is_activation: does a command ask for the logical unit?
 */
struct kind {
	const char *name;
	const char *names;
	const u8 *vpd;
	u8 nr_vpd;
	struct sense passive;
	struct sense moving;
	struct sense busy;
	unsigned int (*inquiry)(u8 *buf);
	unsigned int (*page)(u8 *buf, u8 page, unsigned int index);
	bool (*is_activation)(struct scsi_cmnd *cmd);
};

struct array_cmd {
	struct delayed_work end_switch;
};

/* NAA locally assigned, of the logical unit */
static const u8 lu_id[8] = { 0x3a, 0, 0, 0, 0, 0, 0, 2 };

static const struct kind *kind;
static u8 *store;
static struct workqueue_struct *array_wq;

/*
 * One command at a time, data included: when a controller becomes the owner,
 * nothing is under way any more that the other one has accepted.
 */
static DEFINE_SPINLOCK(array_lock);
static unsigned int owner;
/* The command that has asked for the switch under way. */
static struct scsi_cmnd *switching;

static int owner_set(const char *val, const struct kernel_param *kp)
{
	unsigned int controller;
	int error = kstrtouint(val, 0, &controller);

	if (error)
		return error;
	if (controller > 1)
		return -EINVAL;
	spin_lock_irq(&array_lock);
	owner = controller;
	spin_unlock_irq(&array_lock);
	return 0;
}

static const struct kernel_param_ops owner_ops = {
	.set = owner_set,
	.get = param_get_uint,
};

module_param_cb(owner, &owner_ops, &owner, 0644);

static unsigned int controller_of(const struct scsi_cmnd *cmd)
{
	return index_of(cmd->device->host) % 2;
}

static unsigned int rdac_page(u8 *buf, u8 page, unsigned int index)
{
	switch (page) {
	case 0xc2:	/* firmware: more LUNs than MODE SELECT (6) can name */
		memcpy(buf + 4, "swr4", 4);
		buf[15] = 255;
		return 251;
	case 0xc4:	/* which of the two controllers this is */
		memcpy(buf + 4, "subs", 4);
		memcpy(buf + 8, RDAC_LABEL, sizeof(RDAC_LABEL) - 1);
		memcpy(buf + 28, index % 2 ? "02" : "01", 2);
		return 28;
	case 0xc8:	/* names of the volume and of the array; the LUN is 0 */
		memcpy(buf + 4, "edid", 4);
		buf[11] = 16;
		memcpy(buf + 12, lu_id, sizeof(lu_id));
		buf[89] = 16;
		memcpy(buf + 90, lu_id, sizeof(lu_id));
		buf[106] = 2 * (sizeof(RDAC_LABEL) - 1);
		for (unsigned int i = 0; i < sizeof(RDAC_LABEL) - 1; i++)
			buf[107 + 2 * i + 1] = RDAC_LABEL[i];
		return 171;
	case 0xc9:	/* no automatic transfer; owned; preferred */
		memcpy(buf + 4, "vace", 4);
		buf[8] = index % 2 == owner;
		buf[9] = index % 2 == 0;
		return 44;
	default:
		return 0;
	}
}

/* Page 0x2c, "transfer specified LUNs", naming LUN 0 */
static bool rdac_is_activation(struct scsi_cmnd *cmd)
{
	static const u8 page_6[] = { 0x2c, 104 };
	static const u8 page_10[] = { 0x6c, 0x01, 296 >> 8, 296 & 0xff };
	u8 list[LIST_MAX_LEN];
	size_t len = sg_copy_to_buffer(scsi_sglist(cmd), scsi_sg_count(cmd),
				       list, sizeof(list));
	const u8 *common;

	if (cmd->cmnd[0] == MODE_SELECT && len == 110 &&
	    !memcmp(list + 4, page_6, sizeof(page_6)))
		common = list + 6;
	else if (cmd->cmnd[0] == MODE_SELECT_10 && len == 308 &&
		 !memcmp(list + 8, page_10, sizeof(page_10)))
		common = list + 12;
	else
		return false;
	return common[33] == 0x02 && common[38] == 0x81;
}

/* The model, behind the serial number, may be overwritten by a NUL at its end. */
static unsigned int emc_inquiry(u8 *buf)
{
	static const char serial[] = "TST00000000001", name[] = "CX300";

	buf[99] = sizeof(name) - 1;
	buf[160] = sizeof(serial) - 1;
	memcpy(buf + 161, serial, sizeof(serial) - 1);
	memcpy(buf + 161 + sizeof(serial) - 1, name, sizeof(name) - 1);
	return EMC_INQUIRY_LEN;
}

static unsigned int emc_page(u8 *buf, u8 page, unsigned int index)
{
	if (page != 0xc0)
		return 0;
	buf[4] = index % 2 == owner ? 2 : 1;	/* owned, or bound only */
	buf[5] = 0;				/* default controller */
	buf[7] = index / 2;			/* port */
	buf[8] = index % 2;			/* this controller */
	memcpy(buf + 10, lu_id, sizeof(lu_id));
	buf[28] = 4;				/* failover mode: neither ALUA */
	return 60;
}

/*
 * Page 0x22, the short or the long one; reservations may be honoured or not.
 * Only the list counts: the handler leaves much of the CDB uninitialized.
 */
static bool emc_is_activation(struct scsi_cmnd *cmd)
{
	static const u8 page_6[] = { 0x22, 0x02, 0x01, 0xff };
	static const u8 page_10[] = { 0x22, 0x09, 0x01, 0xff, 0xff };
	u8 list[LIST_MAX_LEN];
	size_t len = sg_copy_to_buffer(scsi_sglist(cmd), scsi_sg_count(cmd),
				       list, sizeof(list));

	if (cmd->cmnd[0] == MODE_SELECT && len == 8) {
		list[6] &= 0x7f;
		return !memcmp(list + 4, page_6, sizeof(page_6));
	}
	if (cmd->cmnd[0] == MODE_SELECT_10 && len == 19) {
		list[10] &= 0x7f;
		return !memcmp(list + 8, page_10, sizeof(page_10));
	}
	return false;
}

static bool hp_sw_is_activation(struct scsi_cmnd *cmd)
{
	return cmd->cmnd[0] == START_STOP && cmd->cmnd[4] & 1;
}

static const u8 rdac_vpd[] = { 0x00, 0x80, 0x83, 0xc2, 0xc4, 0xc8, 0xc9 };
static const u8 emc_vpd[] = { 0x00, 0x80, 0x83, 0xc0 };
static const u8 hp_sw_vpd[] = { 0x00, 0x80, 0x83 };

static const struct kind kinds[] = {
	{
		.name		= "rdac",
		.names		= "IBM     1814      FAStT 0001",
		.vpd		= rdac_vpd,
		.nr_vpd		= sizeof(rdac_vpd),
		/* current logical unit ownership */
		.passive	= { ILLEGAL_REQUEST, 0x94, 0x01 },
		/* quiescence in progress, or achieved */
		.moving		= { NOT_READY, 0xa1, 0x02 },
		/* command lock contention */
		.busy		= { ILLEGAL_REQUEST, 0x91, 0x36 },
		.page		= rdac_page,
		.is_activation	= rdac_is_activation,
	}, {
		.name		= "emc",
		.names		= "DGC     RAID 5          0001",
		.vpd		= emc_vpd,
		.nr_vpd		= sizeof(emc_vpd),
		/* manual intervention required */
		.passive	= { NOT_READY, 0x04, 0x03 },
		/*
		 * Becoming ready, which the mid-layer retries: the handler
		 * knows nothing for it but a power-on.
		 */
		.moving		= { NOT_READY, 0x04, 0x01 },
		.busy		= { NOT_READY, 0x04, 0x03 },
		.inquiry	= emc_inquiry,
		.page		= emc_page,
		.is_activation	= emc_is_activation,
	}, {
		.name		= "hp_sw",
		/* One that sd does not start, and thereby activate, by itself */
		.names		= "COMPAQ  MSA1000 VOLUME  0001",
		.vpd		= hp_sw_vpd,
		.nr_vpd		= sizeof(hp_sw_vpd),
		/* initializing command required */
		.passive	= { NOT_READY, 0x04, 0x02 },
		.moving		= { NOT_READY, 0x04, 0x01 },
		.busy		= { NOT_READY, 0x04, 0x03 },
		.is_activation	= hp_sw_is_activation,
	},
};

static void answer(struct scsi_cmnd *cmd, const void *data, unsigned int len)
{
	unsigned int done = sg_copy_from_buffer(scsi_sglist(cmd),
						scsi_sg_count(cmd), data,
						min(len, scsi_bufflen(cmd)));

	scsi_set_resid(cmd, scsi_bufflen(cmd) - done);
	cmd->result = 0;
}

static void refuse(struct scsi_cmnd *cmd, const struct sense *sense)
{
	scsi_build_sense(cmd, 0, sense->key, sense->asc, sense->ascq);
}

static void standard_inquiry(struct scsi_cmnd *cmd)
{
	u8 buf[EMC_INQUIRY_LEN] = { 0, 0, 0x05, 0x02, 0, 0, 0x10, 0x02 };
	unsigned int len = 36;

	memcpy(buf + 8, kind->names, 28);
	if (kind->inquiry)
		len = kind->inquiry(buf);
	buf[4] = len - 5;
	answer(cmd, buf, len);
}

static void inquiry(struct scsi_cmnd *cmd)
{
	static const u8 designator[] = { 0x01, 0x03, 0, sizeof(lu_id) };
	u8 buf[PAGE_MAX_LEN] = { };
	u8 page = cmd->cmnd[2];
	unsigned int len = 0;

	if (!(cmd->cmnd[1] & 1)) {
		standard_inquiry(cmd);
		return;
	}
	switch (page) {
	case 0x00:
		memcpy(buf + 4, kind->vpd, kind->nr_vpd);
		len = kind->nr_vpd;
		break;
	case 0x80:
		memcpy(buf + 4, "ARRAY001", 8);
		len = 8;
		break;
	case 0x83:
		memcpy(buf + 4, designator, sizeof(designator));
		memcpy(buf + 4 + sizeof(designator), lu_id, sizeof(lu_id));
		len = sizeof(designator) + sizeof(lu_id);
		break;
	default:
		if (kind->page)
			len = kind->page(buf, page,
					 index_of(cmd->device->host));
	}
	if (!len) {
		scsi_build_sense(cmd, 0, ILLEGAL_REQUEST, 0x24, 0);
		return;
	}
	buf[1] = page;
	buf[3] = len;
	answer(cmd, buf, 4 + len);
}

static void mode_sense(struct scsi_cmnd *cmd)
{
	static const u8 header_6[] = { 3, 0, 0, 0 };
	static const u8 header_10[] = { 0, 6, 0, 0, 0, 0, 0, 0 };

	if (cmd->cmnd[0] == MODE_SENSE)
		answer(cmd, header_6, sizeof(header_6));
	else
		answer(cmd, header_10, sizeof(header_10));
}

static void read_capacity(struct scsi_cmnd *cmd)
{
	u8 buf[32] = { };

	if (cmd->cmnd[0] == READ_CAPACITY) {
		put_unaligned_be32(NR_BLOCKS - 1, buf);
		put_unaligned_be32(SECTOR_SIZE, buf + 4);
		answer(cmd, buf, 8);
	} else if ((cmd->cmnd[1] & 0x1f) == SAI_READ_CAPACITY_16) {
		put_unaligned_be64(NR_BLOCKS - 1, buf);
		put_unaligned_be32(SECTOR_SIZE, buf + 8);
		answer(cmd, buf, sizeof(buf));
	} else {
		scsi_build_sense(cmd, 0, ILLEGAL_REQUEST, 0x20, 0);
	}
}

/*
 * Why the logical unit cannot be used over this path now, or NULL. To a TEST
 * UNIT READY the controller that is not the owner gives the same answer during
 * a switch: hp_sw's handler takes no other for an answer.
 */
static const struct sense *objection(const struct scsi_cmnd *cmd)
{
	bool is_owner = controller_of(cmd) == owner;

	lockdep_assert_held(&array_lock);
	if (switching && (is_owner || cmd->cmnd[0] != TEST_UNIT_READY))
		return &kind->moving;
	return is_owner ? NULL : &kind->passive;
}

static void test_unit_ready(struct scsi_cmnd *cmd)
{
	const struct sense *sense = objection(cmd);

	if (sense)
		refuse(cmd, sense);
	else
		cmd->result = 0;
}

static u64 lba_of(const struct scsi_cmnd *cmd)
{
	switch (cmd->cmnd[0]) {
	case READ_6:
	case WRITE_6:
		return get_unaligned_be24(cmd->cmnd + 1) & 0x1fffff;
	case READ_16:
	case WRITE_16:
		return get_unaligned_be64(cmd->cmnd + 2);
	default:
		return get_unaligned_be32(cmd->cmnd + 2);
	}
}

static void read_or_write(struct scsi_cmnd *cmd, bool is_write)
{
	const struct sense *sense = objection(cmd);
	u64 lba = lba_of(cmd);
	u8 *at;

	if (sense) {
		if (sense == &kind->passive)
			WRITE_ONCE(refused, refused + 1);
		refuse(cmd, sense);
		return;
	}
	if (lba > NR_BLOCKS ||
	    scsi_bufflen(cmd) > (NR_BLOCKS - lba) << SECTOR_SHIFT) {
		scsi_build_sense(cmd, 0, ILLEGAL_REQUEST, 0x21, 0);
		return;
	}
	at = store + (lba << SECTOR_SHIFT);
	if (is_write)
		sg_copy_to_buffer(scsi_sglist(cmd), scsi_sg_count(cmd), at,
				  scsi_bufflen(cmd));
	else
		sg_copy_from_buffer(scsi_sglist(cmd), scsi_sg_count(cmd), at,
				    scsi_bufflen(cmd));
	cmd->result = 0;
}

static void end_switch(struct work_struct *work)
{
	struct array_cmd *array = container_of(to_delayed_work(work),
					       struct array_cmd, end_switch);
	struct scsi_cmnd *cmd = (struct scsi_cmnd *)array - 1;

	spin_lock_irq(&array_lock);
	if (owner != controller_of(cmd)) {
		owner = controller_of(cmd);
		WRITE_ONCE(activations, activations + 1);
	}
	switching = NULL;
	spin_unlock_irq(&array_lock);
	cmd->result = 0;
	scsi_done(cmd);
}

/* Returns false if the command is answered at the end of the switch it began. */
static bool activate(struct scsi_cmnd *cmd)
{
	struct array_cmd *array = scsi_cmd_priv(cmd);
	unsigned int fail = READ_ONCE(fail_activation);

	lockdep_assert_held(&array_lock);
	if (!kind->is_activation(cmd)) {
		scsi_build_sense(cmd, 0, ILLEGAL_REQUEST, 0x20, 0);
		return true;
	}
	if (fail) {
		WRITE_ONCE(fail_activation, fail - 1);
		refuse(cmd, &kind->busy);
		return true;
	}
	if (!switching && controller_of(cmd) == owner) {
		cmd->result = 0;
		return true;
	}
	/* The work may still be busy with the request's previous command. */
	if (switching ||
	    !queue_delayed_work(array_wq, &array->end_switch,
				msecs_to_jiffies(READ_ONCE(switch_ms)))) {
		refuse(cmd, &kind->busy);
		return true;
	}
	switching = cmd;
	return false;
}

/* Returns false if the command is answered later. */
static bool carry_out(struct scsi_cmnd *cmd)
{
	lockdep_assert_held(&array_lock);
	switch (cmd->cmnd[0]) {
	case TEST_UNIT_READY:
	case SYNCHRONIZE_CACHE:
	case SYNCHRONIZE_CACHE_16:
		test_unit_ready(cmd);
		break;
	case INQUIRY:
		inquiry(cmd);
		break;
	case MODE_SENSE:
	case MODE_SENSE_10:
		mode_sense(cmd);
		break;
	case READ_CAPACITY:
	case SERVICE_ACTION_IN_16:
		read_capacity(cmd);
		break;
	case READ_6:
	case READ_10:
	case READ_12:
	case READ_16:
		read_or_write(cmd, false);
		break;
	case WRITE_6:
	case WRITE_10:
	case WRITE_12:
	case WRITE_16:
		read_or_write(cmd, true);
		break;
	case MODE_SELECT:
	case MODE_SELECT_10:
	case START_STOP:
		return activate(cmd);
	default:
		scsi_build_sense(cmd, 0, ILLEGAL_REQUEST, 0x20, 0);
	}
	return true;
}

static queue_status array_queuecommand(struct Scsi_Host *shost, struct scsi_cmnd *cmd)
{
	unsigned long flags;
	bool answered;

	spin_lock_irqsave(&array_lock, flags);
	answered = carry_out(cmd);
	spin_unlock_irqrestore(&array_lock, flags);
	if (answered)
		scsi_done(cmd);
	return 0;
}

static int array_init_cmd(struct Scsi_Host *shost, struct scsi_cmnd *cmd)
{
	struct array_cmd *array = scsi_cmd_priv(cmd);

	INIT_DELAYED_WORK(&array->end_switch, end_switch);
	return 0;
}

/*
 * Ends the switch that a command has begun, without a new owner and without an
 * answer. Returns false if it had begun none, or that one is over.
 */
static bool call_off(struct scsi_cmnd *cmd)
{
	struct array_cmd *array = scsi_cmd_priv(cmd);

	if (!cancel_delayed_work_sync(&array->end_switch))
		return false;
	spin_lock_irq(&array_lock);
	switching = NULL;
	spin_unlock_irq(&array_lock);
	return true;
}

/* That of one host, or with NULL of any. */
static void reset_switch(const struct Scsi_Host *shost)
{
	struct scsi_cmnd *cmd;

	spin_lock_irq(&array_lock);
	cmd = switching;
	if (cmd && shost && cmd->device->host != shost)
		cmd = NULL;
	spin_unlock_irq(&array_lock);

	/* Only what is still being waited for is answered: see scsi_done(). */
	if (cmd && call_off(cmd)) {
		cmd->result = DID_RESET << 16;
		scsi_done(cmd);
	}
}

static int array_abort(struct scsi_cmnd *cmd)
{
	call_off(cmd);
	return SUCCESS;
}

static int array_reset(struct scsi_cmnd *cmd)
{
	reset_switch(cmd->device->host);
	return SUCCESS;
}

static const struct scsi_host_template array_template = {
	.module			= THIS_MODULE,
	.name			= "array",
	.proc_name		= "array",
	.queuecommand		= array_queuecommand,
	.init_cmd_priv		= array_init_cmd,
	.eh_abort_handler	= array_abort,
	.eh_device_reset_handler = array_reset,
	.cmd_size		= sizeof(struct array_cmd),
	.can_queue		= 64,
	.cmd_per_lun		= 64,
	.this_id		= -1,
	.sg_tablesize		= SG_ALL,
	.max_sectors		= 1024,
	.dma_boundary		= ULONG_MAX,
};

static int __init array_init(void)
{
	int error = -ENOMEM;

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(model, kinds[i].name))
			kind = &kinds[i];
	}
	if (!kind)
		return -EINVAL;
	store = vzalloc((size_t)NR_BLOCKS << SECTOR_SHIFT);
	if (!store)
		return -ENOMEM;
	/* Writeback waits for switches. */
	array_wq = alloc_workqueue("scsi_array", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (!array_wq)
		goto free_store;
	error = add_hosts(&array_template, NULL);
	if (error)
		goto destroy_wq;
	return 0;

destroy_wq:
	destroy_workqueue(array_wq);
free_store:
	vfree(store);
	return error;
}

static void __exit array_exit(void)
{
	/* Nobody waits for the end of a switch, nor of one asked for again. */
	WRITE_ONCE(switch_ms, 0);
	reset_switch(NULL);
	remove_hosts();
	/* Waits for what has answered its command, but not returned yet. */
	destroy_workqueue(array_wq);
	vfree(store);
}

module_init(array_init);
module_exit(array_exit);

MODULE_DESCRIPTION("A disk of an array with two controllers, one of which owns it, for tests");
MODULE_LICENSE("GPL");
