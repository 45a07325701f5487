// SPDX-License-Identifier: GPL-2.0
/*
 * Devices that follow a script, for tests: of several types, each over hosts of
 * its own, each beside its like. A device has one state for all its initiators
 * (the medium, the position of a tape), and one for each (unit attentions, who
 * prevents removal), as SAM and SPC have it.
 *
 * In debugfs, below scsi_script:
 *   units	"add TYPE PATHS lu|plain": TYPE is disk, thin, removable, asymmetric, zoned, cd,
 *		tape, changer or enclosure; a plain one says neither MULTIP nor TPGS. "remove NUMBER".
 *		Reading: a line each, NUMBER TYPE HOST...
 * and for each device, below its number:
 *   rules	"PATH OPCODE COUNT HOST STATUS SENSE FLAGS MS": the next COUNT commands
 *		OPCODE (-1: all but INQUIRY, REPORT LUNS, REQUEST SENSE; -2: all that
 *		do something else if they are carried out twice) that come over PATH
 *		(-1: any) are answered with that host byte, status, and sense data
 *		(KEY << 16 | ASC << 8 | ASCQ), after MS. COUNT < 0: for ever. FLAGS: 1 the
 *		sense data have descriptors, 2 they are deferred, 4 the command is
 *		carried out all the same, 8 there is no answer, 16 it is carried out and
 *		answered for itself (late, if MS is there), 32 its host wants it aborted
 *		after MS, 64 until an error handler resets the device, 128 its host does not
 *		take it and returns HOST, 256 the sense data come when the path is asked for
 *		them. "clear": no rules any more, "clear PATH": none for that path alone
 *   eh		"PATH HANDLER FAIL MS": HANDLER (0 abort, 1 device, 2 target, 3 host)
 *		takes MS, and FAIL of the next calls fail, < 0: all
 *   event	"reset": somebody resets the device; "power_cycle": the same, and what is
 *		under way is never answered; "medium": it was taken out and put back;
 *		"attention PATH UA"; "capacity BLOCKS"; "stop", "start"; "release": what is held is
 *		given up; "forget": that, no rules and no orders for handlers any more, and
 *		nobody prevents removal; "block PATH", "unblock PATH": the host takes no requests;
 *		"target_block PATH", "target_unblock PATH"; "target_gone PATH": its transport
 *		has given it up; "host_reset PATH": its host resets itself, and says so;
 *		"rescan PATH"; "later MS EVENT": that, also if the system sleeps by then, one
 *		at a time;
 *		"max_sectors PATH SECTORS"; "host_sectors PATH SECTORS" and "host_segments
 *		PATH SEGMENTS", "host_cdb PATH BYTES": of what is found over that path's host
 *		from now on; "zero": the counters; "timeout MS H:C:T:L": what
 *		is sent to any device from now on has that time, in sysfs it has seconds;
 *		"allow": nobody prevents removal any more; "told H:C:T:L": the write returns
 *		when user space has been told what that device and all of the paths have
 *		heard so far
 *   counters	"sent PATH OPCODE COUNT", "executed OPCODE COUNT", "changes COUNT" (what
 *		was carried out that does something else twice), "noio PATH 0|1" (does what
 *		puts its host to sleep, or wakes it, allocate without I/O?), and others by name
 *   log	"PATH OPCODE", what was carried out that does something else twice
 */

#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/unaligned.h>
#include <scsi/scsi_eh.h>

#include "kernels.h"
#include "scsi_script.h"

#define FLAG_DESCRIPTORS	1
#define FLAG_DEFERRED		2
#define FLAG_EXECUTED		4
#define FLAG_SILENT		8
#define FLAG_FOR_ITSELF		16
#define FLAG_ABORT		32
#define FLAG_UNTIL_RESET	64
#define FLAG_NOT_TAKEN		128
#define FLAG_SENSE_LATER	256

#define OPCODE_ANY		-1
#define OPCODE_CHANGES		-2

struct rule {
	struct list_head node;
	int path;
	int opcode;
	int count;
	int host;
	int status;
	int sense;
	int flags;
	int ms;
};

/* What hangs on a Scsi_Host */
struct script_host {
	struct script_unit *unit;
	unsigned int path;
};

enum script_state {
	SCRIPT_IDLE,
	SCRIPT_HELD,		/* on the list of its unit */
	SCRIPT_TIMED,		/* its timer is running, or it is on the way out */
};

struct script_cmd {
	struct hrtimer timer;
	struct list_head node;
	enum script_state state;
	bool abort;
};

static const struct script_type *const types[] = {
	&script_disk, &script_thin, &script_removable, &script_asymmetric, &script_zoned,
	&script_cd, &script_tape, &script_changer, &script_enclosure,
};

static const u8 ua_sense[NR_UA][2] = {
	[UA_RESET]	= { 0x29, 0x00 },
	[UA_NEXUS_LOSS]	= { 0x29, 0x07 },
	[UA_MEDIUM]	= { 0x28, 0x00 },
	[UA_MODE]	= { 0x2a, 0x01 },
	[UA_CAPACITY]	= { 0x2a, 0x09 },
	[UA_INQUIRY]	= { 0x3f, 0x03 },
	[UA_LUNS]	= { 0x3f, 0x0e },
};

static struct device *script_root;
static struct dentry *script_dir;
/* Protects the list, and who is added and removed. */
static DEFINE_MUTEX(units_mutex);
static LIST_HEAD(units);
static unsigned int next_index;

static struct script_host *host_of(struct Scsi_Host *shost)
{
	return (struct script_host *)shost->hostdata;
}

static struct scsi_cmnd *cmd_of(struct script_cmd *script)
{
	return (struct scsi_cmnd *)script - 1;
}

void script_answer(struct scsi_cmnd *cmd, const void *data, unsigned int len)
{
	unsigned int done = sg_copy_from_buffer(scsi_sglist(cmd),
						scsi_sg_count(cmd), data,
						min(len, scsi_bufflen(cmd)));

	scsi_set_resid(cmd, scsi_bufflen(cmd) - done);
	cmd->result = 0;
}

/* Nothing was transferred. */
static void check_condition(struct scsi_cmnd *cmd, u8 key, u8 asc, u8 ascq)
{
	scsi_set_resid(cmd, scsi_bufflen(cmd));
	scsi_build_sense(cmd, 0, key, asc, ascq);
}

void script_illegal(struct scsi_cmnd *cmd, u8 asc)
{
	check_condition(cmd, ILLEGAL_REQUEST, asc, 0);
}

/* Each initiator is told at its next command, that of path @but excepted. */
void script_tell(struct script_unit *unit, enum script_ua ua, int but)
{
	lockdep_assert_held(&unit->lock);
	for (unsigned int i = 0; i < unit->nr_paths; i++) {
		struct script_nexus *nexus = &unit->nexus[i];

		if (i == but)
			continue;
		if (ua == UA_RESET)
			nexus->ua = 0;
		nexus->ua |= BIT(ua);
	}
}

/* Each unit is another logical unit: NAA, locally assigned */
static void put_id(const struct script_unit *unit, u8 *buf)
{
	put_unaligned_be64(0x3a00000000100000ULL + unit->index, buf);
}

static void standard_inquiry(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	u8 buf[36] = { unit->type->type, 0, 0x06, 0x02, 31, 0, 0, 0x02 };

	if (unit->type->removable)
		buf[1] = 0x80;
	if (!unit->plain)
		buf[6] = 0x10;		/* MULTIP */
	if (!unit->plain && unit->type->asymmetric)
		buf[5] = 0x10;		/* TPGS: implicit */
	memcpy(buf + 8, "TEST    SCRIPT          0001", 28);
	script_answer(cmd, buf, sizeof(buf));
}

static void inquiry(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	u8 buf[256] = { };
	u8 page = cmd->cmnd[2];
	unsigned int len = 0;

	if (!(cmd->cmnd[1] & 1)) {
		standard_inquiry(unit, cmd);
		return;
	}
	switch (page) {
	case 0x00:
		buf[4 + len++] = 0x00;
		buf[4 + len++] = 0x80;
		buf[4 + len++] = 0x83;
		for (const char *p = unit->type->vpd_pages; p && *p; p++)
			buf[4 + len++] = *p;
		break;
	case 0x80:
		len = sprintf(buf + 4, "SCRIPT%04u", unit->index);
		break;
	case 0x83:
		buf[4] = 0x01;
		buf[5] = 0x03;
		buf[7] = 8;
		put_id(unit, buf + 8);
		len = 12;
		break;
	default:
		if (unit->type->vpd)
			len = unit->type->vpd(unit, page, buf + 4);
	}
	if (!len) {
		script_illegal(cmd, 0x24);
		return;
	}
	buf[0] = unit->type->type;
	buf[1] = page;
	buf[3] = len;
	script_answer(cmd, buf, 4 + len);
}

static void report_luns(struct scsi_cmnd *cmd)
{
	static const u8 list[16] = { 0, 0, 0, 8 };

	script_answer(cmd, list, sizeof(list));
}

static void request_sense(struct script_nexus *nexus, struct scsi_cmnd *cmd)
{
	u8 sense[18];

	scsi_build_sense_buffer(0, sense, nexus->sense >> 16 & 0xf, nexus->sense >> 8 & 0xff,
				nexus->sense & 0xff);
	nexus->sense = 0;
	script_answer(cmd, sense, sizeof(sense));
}

static bool anybody_prevents(const struct script_unit *unit)
{
	for (unsigned int i = 0; i < unit->nr_paths; i++) {
		if (unit->nexus[i].prevents)
			return true;
	}
	return false;
}

/* For a tape it is LOAD UNLOAD: the bits are at the same places. */
static void start_stop(struct script_unit *unit, struct scsi_cmnd *cmd,
		       unsigned int path)
{
	bool start = cmd->cmnd[4] & 1;
	bool medium = cmd->cmnd[4] & 2 || unit->type->type == TYPE_TAPE;

	if (!unit->type->removable)
		medium = false;
	if (medium && !start && anybody_prevents(unit)) {
		check_condition(cmd, ILLEGAL_REQUEST, 0x53, 0x02);
		return;
	}
	if (medium) {
		if (start && !unit->loaded)
			script_tell(unit, UA_MEDIUM, path);
		unit->loaded = start;
		if (unit->type->reset)
			unit->type->reset(unit);
	} else {
		unit->stopped = !start;
	}
	cmd->result = 0;
}

/* What every initiator is told before its command is carried out, and is not. */
static bool is_exempt(const struct scsi_cmnd *cmd)
{
	switch (cmd->cmnd[0]) {
	case INQUIRY:
	case REPORT_LUNS:
	case REQUEST_SENSE:
		return true;
	default:
		return false;
	}
}

static bool has_attention(struct script_unit *unit, struct scsi_cmnd *cmd,
			  unsigned int path)
{
	struct script_nexus *nexus = &unit->nexus[path];
	unsigned int ua;

	if (!nexus->ua || is_exempt(cmd))
		return false;
	ua = __ffs(nexus->ua);
	nexus->ua &= ~BIT(ua);
	check_condition(cmd, UNIT_ATTENTION, ua_sense[ua][0], ua_sense[ua][1]);
	return true;
}

static bool is_not_ready(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	switch (cmd->cmnd[0]) {
	case MODE_SENSE:
	case MODE_SENSE_10:
	case ALLOW_MEDIUM_REMOVAL:
	case START_STOP:
		return false;
	}
	if (is_exempt(cmd))
		return false;
	if (unit->stopped)
		check_condition(cmd, NOT_READY, 0x04, 0x02);
	else if (!unit->loaded)
		check_condition(cmd, NOT_READY, 0x3a, 0x00);
	else
		return false;
	return true;
}

static void carry_out(struct script_unit *unit, struct scsi_cmnd *cmd,
		      unsigned int path)
{
	u8 opcode = cmd->cmnd[0];

	if (has_attention(unit, cmd, path) || is_not_ready(unit, cmd))
		return;
	unit->executed[opcode]++;
	if (unit->type->changes(cmd)) {
		struct script_log *log = &unit->log[unit->nr_log++ % SCRIPT_LOG];

		log->path = path;
		log->opcode = opcode;
	}
	switch (opcode) {
	case TEST_UNIT_READY:
		cmd->result = 0;
		break;
	case INQUIRY:
		inquiry(unit, cmd);
		break;
	case REPORT_LUNS:
		report_luns(cmd);
		break;
	case REQUEST_SENSE:
		request_sense(&unit->nexus[path], cmd);
		break;
	case START_STOP:
		start_stop(unit, cmd, path);
		break;
	case ALLOW_MEDIUM_REMOVAL:
		unit->nexus[path].prevents = cmd->cmnd[4] & 1;
		cmd->result = 0;
		break;
	default:
		if (!unit->type->carry_out(unit, cmd, path))
			script_illegal(cmd, 0x20);
	}
}

static bool rule_fits(const struct script_unit *unit, const struct rule *rule,
		      const struct scsi_cmnd *cmd, unsigned int path)
{
	if (!rule->count || (rule->path >= 0 && rule->path != path))
		return false;
	switch (rule->opcode) {
	case OPCODE_ANY:
		return !is_exempt(cmd);
	case OPCODE_CHANGES:
		return unit->type->changes(cmd);
	default:
		return rule->opcode == cmd->cmnd[0];
	}
}

static struct rule *find_rule(struct script_unit *unit, struct scsi_cmnd *cmd,
			      unsigned int path)
{
	struct rule *rule;

	list_for_each_entry(rule, &unit->rules, node) {
		if (!rule_fits(unit, rule, cmd, path))
			continue;
		if (rule->count > 0)
			rule->count--;
		return rule;
	}
	return NULL;
}

static void answer_by(const struct rule *rule, struct script_nexus *nexus,
		      struct scsi_cmnd *cmd)
{
	unsigned int resid = scsi_get_resid(cmd);

	memset(cmd->sense_buffer, 0, SCSI_SENSE_BUFFERSIZE);
	scsi_set_resid(cmd, scsi_bufflen(cmd));
	cmd->result = 0;
	if (rule->flags & FLAG_EXECUTED)
		scsi_set_resid(cmd, resid);
	if (rule->flags & FLAG_SENSE_LATER) {
		nexus->sense = rule->sense;
	} else if (rule->sense || rule->status == SAM_STAT_CHECK_CONDITION) {
		scsi_build_sense(cmd, rule->flags & FLAG_DESCRIPTORS,
				 rule->sense >> 16 & 0xf, rule->sense >> 8 & 0xff,
				 rule->sense & 0xff);
		if (rule->flags & FLAG_DEFERRED)
			cmd->sense_buffer[0] |= 1;
	}
	set_status_byte(cmd, rule->status);
	set_host_byte(cmd, rule->host);
}

static enum hrtimer_restart time_is_over(struct hrtimer *timer)
{
	struct script_cmd *script = container_of(timer, struct script_cmd, timer);
	struct scsi_cmnd *cmd = cmd_of(script);

	if (script->abort)
		blk_abort_request(scsi_cmd_to_rq(cmd));
	else
		scsi_done(cmd);
	return HRTIMER_NORESTART;
}

static void hold(struct script_unit *unit, struct script_cmd *script)
{
	lockdep_assert_held(&unit->lock);
	list_add_tail(&script->node, &unit->held);
	unit->nr_held++;
	script->state = SCRIPT_HELD;
}

static void let_go(struct script_unit *unit, struct script_cmd *script)
{
	lockdep_assert_held(&unit->lock);
	list_del(&script->node);
	unit->nr_held--;
	script->state = SCRIPT_IDLE;
}

static queue_status script_queuecommand(struct Scsi_Host *shost, struct scsi_cmnd *cmd)
{
	struct script_host *host = host_of(shost);
	struct script_unit *unit = host->unit;
	struct script_cmd *script = scsi_cmd_priv(cmd);
	struct rule *rule;
	unsigned long flags;
	int ms = 0;
	bool is_held = false;

	spin_lock_irqsave(&unit->lock, flags);
	script->state = SCRIPT_IDLE;
	script->abort = false;
	unit->nexus[host->path].sent[cmd->cmnd[0]]++;
	unit->largest = max(unit->largest, scsi_bufflen(cmd));
	rule = unit->gone ? NULL : find_rule(unit, cmd, host->path);
	/* What is reported instead of being carried out is not lost on the way. */
	if (rule && rule->flags & FLAG_EXECUTED && !is_exempt(cmd) &&
	    unit->nexus[host->path].ua)
		rule = NULL;
	if (rule && rule->flags & FLAG_NOT_TAKEN) {
		int reason = rule->host;

		spin_unlock_irqrestore(&unit->lock, flags);
		return reason;
	}
	if (!rule) {
		carry_out(unit, cmd, host->path);
	} else {
		ms = rule->ms;
		if (rule->flags & (FLAG_EXECUTED | FLAG_FOR_ITSELF))
			carry_out(unit, cmd, host->path);
		if (!(rule->flags & FLAG_FOR_ITSELF))
			answer_by(rule, &unit->nexus[host->path], cmd);
		script->abort = rule->flags & FLAG_ABORT;
		if (rule->flags & FLAG_SILENT)
			hold(unit, script);
		else if (ms || script->abort)
			script->state = SCRIPT_TIMED;
	}
	is_held = script->state == SCRIPT_HELD;
	if (script->state == SCRIPT_TIMED) {
		hrtimer_setup(&script->timer, time_is_over, CLOCK_MONOTONIC,
			      HRTIMER_MODE_REL);
		hrtimer_start(&script->timer, ms_to_ktime(ms), HRTIMER_MODE_REL);
		is_held = true;
	}
	spin_unlock_irqrestore(&unit->lock, flags);
	if (!is_held)
		scsi_done(cmd);
	return 0;
}

/* The host forgets a command. */
static void drop(struct script_unit *unit, struct scsi_cmnd *cmd)
{
	struct script_cmd *script = scsi_cmd_priv(cmd);

	if (script->state == SCRIPT_TIMED)
		hrtimer_cancel(&script->timer);
	spin_lock_irq(&unit->lock);
	if (script->state == SCRIPT_HELD)
		let_go(unit, script);
	script->state = SCRIPT_IDLE;
	spin_unlock_irq(&unit->lock);
}

/* What has not timed out is not the error handler's, and is given back. */
static bool end_by_reset(struct request *rq, void *data)
{
	struct scsi_cmnd *cmd = blk_mq_rq_to_pdu(rq);

	drop(data, cmd);
	if (test_bit(SCMD_STATE_COMPLETE, &cmd->state))
		return true;
	cmd->result = 0;
	set_host_byte(cmd, DID_RESET);
	scsi_done(cmd);
	return true;
}

/* What the host has of the device. Called in process context. */
static void end_all_by_reset(struct script_unit *unit, struct Scsi_Host *shost)
{
	blk_mq_tagset_busy_iter(&shost->tag_set, end_by_reset, unit);
}

static void reset_device(struct script_unit *unit)
{
	lockdep_assert_held(&unit->lock);
	for (unsigned int i = 0; i < unit->nr_paths; i++)
		unit->nexus[i].prevents = false;
	script_tell(unit, UA_RESET, -1);
	if (unit->type->reset)
		unit->type->reset(unit);
}

static void end_rules_until_reset(struct script_unit *unit)
{
	struct rule *rule, *next;

	lockdep_assert_held(&unit->lock);
	list_for_each_entry_safe(rule, next, &unit->rules, node) {
		if (rule->flags & FLAG_UNTIL_RESET) {
			list_del(&rule->node);
			kfree(rule);
		}
	}
}

static int handle(struct scsi_cmnd *cmd, enum script_eh handler)
{
	struct Scsi_Host *shost = cmd->device->host;
	struct script_host *host = host_of(shost);
	struct script_unit *unit = host->unit;
	struct script_eh_rule *rule = &unit->eh[host->path][handler];
	bool fails;

	msleep(READ_ONCE(rule->ms));
	spin_lock_irq(&unit->lock);
	fails = rule->fail && !unit->gone;
	if (rule->fail > 0)
		rule->fail--;
	if (!fails && (handler == EH_DEVICE || handler == EH_TARGET)) {
		reset_device(unit);
		end_rules_until_reset(unit);
	}
	if (!fails && handler == EH_HOST)
		unit->nexus[host->path].ua |= BIT(UA_NEXUS_LOSS);
	spin_unlock_irq(&unit->lock);
	if (fails)
		return FAILED;
	if (handler == EH_ABORT)
		drop(unit, cmd);
	else
		end_all_by_reset(unit, shost);
	return SUCCESS;
}

static int script_abort(struct scsi_cmnd *cmd)
{
	return handle(cmd, EH_ABORT);
}

static int script_device_reset(struct scsi_cmnd *cmd)
{
	return handle(cmd, EH_DEVICE);
}

static int script_target_reset(struct scsi_cmnd *cmd)
{
	return handle(cmd, EH_TARGET);
}

static int script_host_reset(struct scsi_cmnd *cmd)
{
	return handle(cmd, EH_HOST);
}

/* As of LLDs that know better than the mid-layer how a disk was partitioned. */
static int script_bios_param(struct scsi_device *sdev, geometry_of *disk,
			     sector_t capacity, int geometry[])
{
	geometry[0] = 4;
	geometry[1] = 16;
	geometry[2] = capacity / (4 * 16);
	return 0;
}

/* Many LLDs have ioctls of their own, for the devices of their hosts. */
static int script_ioctl(struct scsi_device *sdev, unsigned int cmd, void __user *arg)
{
	return cmd == SCRIPT_IOCTL ? host_of(sdev->host)->unit->type->type + 1 : -EINVAL;
}

static const struct scsi_host_template script_template = {
	.module			= THIS_MODULE,
	.name			= "script",
	.proc_name		= "script",
	.queuecommand		= script_queuecommand,
	.eh_abort_handler	= script_abort,
	.eh_device_reset_handler = script_device_reset,
	.eh_target_reset_handler = script_target_reset,
	.eh_host_reset_handler	= script_host_reset,
	.bios_param		= script_bios_param,
	.ioctl			= script_ioctl,
	.cmd_size		= sizeof(struct script_cmd),
	.can_queue		= 16,
	.cmd_per_lun		= 16,
	.this_id		= -1,
	.sg_tablesize		= SG_ALL,
	.max_sectors		= 1024,
	.dma_boundary		= ULONG_MAX,
	.skip_settle_delay	= 1,
};

/* --- what the tests ask for ------------------------------------------------ */

/* What is held comes back, as from a host that has lost its device. */
static void release_held(struct script_unit *unit)
{
	struct script_cmd *script;
	LIST_HEAD(list);

	spin_lock_irq(&unit->lock);
	while ((script = list_first_entry_or_null(&unit->held, struct script_cmd,
						  node))) {
		let_go(unit, script);
		list_add_tail(&script->node, &list);
	}
	spin_unlock_irq(&unit->lock);
	while ((script = list_first_entry_or_null(&list, struct script_cmd,
						  node))) {
		list_del(&script->node);
		cmd_of(script)->result = 0;
		set_host_byte(cmd_of(script), DID_NO_CONNECT);
		scsi_done(cmd_of(script));
	}
}

static void clear_rules(struct script_unit *unit)
{
	struct rule *rule, *next;
	LIST_HEAD(list);

	spin_lock_irq(&unit->lock);
	list_splice_init(&unit->rules, &list);
	spin_unlock_irq(&unit->lock);
	list_for_each_entry_safe(rule, next, &list, node)
		kfree(rule);
}

/* As if nothing had been. */
static void forget(struct script_unit *unit)
{
	clear_rules(unit);
	spin_lock_irq(&unit->lock);
	memset(unit->eh, 0, sizeof(unit->eh));
	for (unsigned int i = 0; i < unit->nr_paths; i++)
		unit->nexus[i].prevents = false;
	spin_unlock_irq(&unit->lock);
	release_held(unit);
}

static int add_rule(struct script_unit *unit, const char *text)
{
	struct rule *rule = kzalloc(sizeof(*rule), GFP_KERNEL);

	if (!rule)
		return -ENOMEM;
	if (sscanf(text, "%i %i %i %i %i %i %i %i", &rule->path, &rule->opcode,
		   &rule->count, &rule->host, &rule->status, &rule->sense,
		   &rule->flags, &rule->ms) != 8) {
		kfree(rule);
		return -EINVAL;
	}
	spin_lock_irq(&unit->lock);
	list_add_tail(&rule->node, &unit->rules);
	spin_unlock_irq(&unit->lock);
	return 0;
}

static void clear_rules_of(struct script_unit *unit, int path)
{
	struct rule *rule, *next;

	spin_lock_irq(&unit->lock);
	list_for_each_entry_safe(rule, next, &unit->rules, node) {
		if (rule->path == path) {
			list_del(&rule->node);
			kfree(rule);
		}
	}
	spin_unlock_irq(&unit->lock);
}

static int do_rules(struct script_unit *unit, char *text)
{
	int path;

	if (sscanf(text, "clear %i", &path) == 1)
		clear_rules_of(unit, path);
	else if (!strcmp(text, "clear"))
		clear_rules(unit);
	else
		return add_rule(unit, text);
	return 0;
}

static int do_eh(struct script_unit *unit, char *text)
{
	struct script_eh_rule *rule;
	int path, handler, fail, ms;

	if (sscanf(text, "%i %i %i %i", &path, &handler, &fail, &ms) != 4 ||
	    path < 0 || path >= unit->nr_paths || handler < 0 ||
	    handler >= NR_EH)
		return -EINVAL;
	spin_lock_irq(&unit->lock);
	rule = &unit->eh[path][handler];
	rule->fail = fail;
	WRITE_ONCE(rule->ms, ms);
	spin_unlock_irq(&unit->lock);
	return 0;
}

static struct scsi_device *device_of(struct script_unit *unit, unsigned int path)
{
	return scsi_device_lookup(unit->nexus[path].shost, 0, 0, 0);
}

static void zero_counters(struct script_unit *unit)
{
	lockdep_assert_held(&unit->lock);
	for (unsigned int i = 0; i < unit->nr_paths; i++)
		memset(unit->nexus[i].sent, 0, sizeof(unit->nexus[i].sent));
	memset(unit->executed, 0, sizeof(unit->executed));
	unit->overwritten = 0;
	unit->in_clear = 0;
	unit->largest = 0;
	unit->nr_log = 0;
}

/* What concerns the device as a whole. Returns false if it is none of these. */
static bool do_to_device(struct script_unit *unit, const char *what, int arg)
{
	bool known = true;

	spin_lock_irq(&unit->lock);
	if (!strcmp(what, "reset") || !strcmp(what, "power_cycle")) {
		reset_device(unit);
	} else if (!strcmp(what, "medium")) {
		script_tell(unit, UA_MEDIUM, -1);
		if (unit->type->reset)
			unit->type->reset(unit);
	} else if (!strcmp(what, "stop") || !strcmp(what, "start")) {
		unit->stopped = !strcmp(what, "stop");
	} else if (!strcmp(what, "zero")) {
		zero_counters(unit);
	} else if (!strcmp(what, "allow")) {
		for (unsigned int i = 0; i < unit->nr_paths; i++)
			unit->nexus[i].prevents = false;
	} else if (!strcmp(what, "capacity") && arg > 0 &&
		   arg <= 2 * unit->type->nr_blocks) {
		unit->nr_blocks = arg;
	} else {
		known = false;
	}
	spin_unlock_irq(&unit->lock);
	return known;
}

static bool lose_one(struct request *rq, void *data)
{
	struct scsi_cmnd *cmd = blk_mq_rq_to_pdu(rq);
	struct script_cmd *script = scsi_cmd_priv(cmd);
	struct script_unit *unit = data;

	if (script->state == SCRIPT_TIMED &&
	    hrtimer_try_to_cancel(&script->timer) == 1) {
		spin_lock_irq(&unit->lock);
		hold(unit, script);
		spin_unlock_irq(&unit->lock);
	}
	return true;
}

/* What is under way is answered by nobody. */
static void lose_all(struct script_unit *unit)
{
	for (unsigned int i = 0; i < unit->nr_paths; i++)
		blk_mq_tagset_busy_iter(&unit->nexus[i].shost->tag_set, lose_one,
					unit);
}

static int set_max_sectors(struct scsi_device *sdev, unsigned int sectors)
{
	struct queue_limits lim = queue_limits_start_update(sdev->request_queue);

	lim.max_hw_sectors = sectors;
	lim.max_sectors = min(lim.max_sectors, sectors);
	return queue_limits_commit_update(sdev->request_queue, &lim);
}

/* Of the device that the upper levels have, which need not be ours. */
static int set_timeout(struct script_unit *unit, const char *text)
{
	const struct bus_type *bus = unit->nexus[0].shost->shost_gendev.bus;
	char name[32];
	unsigned int ms;
	struct device *dev;

	if (sscanf(text, "%u %31s", &ms, name) != 2)
		return -EINVAL;
	dev = bus_find_device_by_name(bus, NULL, name);
	if (!dev)
		return -ENODEV;
	blk_queue_rq_timeout(to_scsi_device(dev)->request_queue,
			     msecs_to_jiffies(ms));
	put_device(dev);
	return 0;
}

static int wait_until_told(struct script_unit *unit, const char *name)
{
	const struct bus_type *bus = unit->nexus[0].shost->shost_gendev.bus;
	struct scsi_device *sdev;
	struct device *dev;

	for (unsigned int i = 0; i < unit->nr_paths; i++) {
		shost_for_each_device(sdev, unit->nexus[i].shost)
			flush_work(&sdev->event_work);
	}
	dev = bus_find_device_by_name(bus, NULL, name);
	if (!dev)
		return -ENODEV;
	flush_work(&to_scsi_device(dev)->event_work);
	put_device(dev);
	return 0;
}

/* What the host of a path does. */
static int do_to_path(struct script_unit *unit, const char *what,
		      unsigned int path, int arg)
{
	struct Scsi_Host *shost = unit->nexus[path].shost;
	struct scsi_device *sdev;
	int error = 0;

	if (!strcmp(what, "block")) {
		scsi_block_requests(shost);
		return 0;
	}
	if (!strcmp(what, "unblock")) {
		scsi_unblock_requests(shost);
		return 0;
	}
	if (!strcmp(what, "attention")) {
		if (arg < 0 || arg >= NR_UA)
			return -EINVAL;
		spin_lock_irq(&unit->lock);
		unit->nexus[path].ua |= BIT(arg);
		spin_unlock_irq(&unit->lock);
		return 0;
	}
	if (!strcmp(what, "target_block")) {
		scsi_block_targets(shost, &shost->shost_gendev);
		return 0;
	}
	if (!strcmp(what, "target_unblock")) {
		scsi_target_unblock(&shost->shost_gendev, SDEV_RUNNING);
		return 0;
	}
	if (!strcmp(what, "target_gone")) {
		scsi_block_targets(shost, &shost->shost_gendev);
		scsi_target_unblock(&shost->shost_gendev, SDEV_TRANSPORT_OFFLINE);
		return 0;
	}
	if (!strcmp(what, "host_reset")) {
		spin_lock_irq(&unit->lock);
		unit->nexus[path].ua |= BIT(UA_NEXUS_LOSS);
		spin_unlock_irq(&unit->lock);
		spin_lock_irq(shost->host_lock);
		scsi_report_bus_reset(shost, 0);
		spin_unlock_irq(shost->host_lock);
		return 0;
	}
	if (!strcmp(what, "host_sectors")) {
		shost->max_sectors = arg;
		return 0;
	}
	if (!strcmp(what, "host_cdb")) {
		shost->max_cmd_len = arg;
		return 0;
	}
	if (!strcmp(what, "host_segments")) {
		shost->sg_tablesize = arg;
		return 0;
	}
	sdev = device_of(unit, path);
	if (!sdev)
		return -ENODEV;
	if (!strcmp(what, "rescan"))
		error = scsi_rescan_device(sdev);
	else if (!strcmp(what, "max_sectors"))
		error = set_max_sectors(sdev, arg);
	else
		error = -EINVAL;
	scsi_device_put(sdev);
	return error;
}

static int do_later(struct script_unit *unit, const char *text)
{
	unsigned int ms;
	int at;

	if (sscanf(text, "%u %n", &ms, &at) != 1 || delayed_work_pending(&unit->later))
		return -EINVAL;
	strscpy(unit->later_event, text + at, sizeof(unit->later_event));
	schedule_delayed_work(&unit->later, msecs_to_jiffies(ms));
	return 0;
}

static int do_event(struct script_unit *unit, char *text)
{
	char what[16];
	int arg[2] = { -1, -1 };

	if (sscanf(text, "%15s %i %i", what, &arg[0], &arg[1]) < 1)
		return -EINVAL;
	if (!strcmp(what, "later"))
		return do_later(unit, text + strlen("later"));
	if (!strcmp(what, "release")) {
		release_held(unit);
		return 0;
	}
	if (!strcmp(what, "forget")) {
		forget(unit);
		return 0;
	}
	if (!strcmp(what, "timeout"))
		return set_timeout(unit, text + strlen("timeout"));
	if (!strcmp(what, "told"))
		return wait_until_told(unit, strim(text + strlen("told")));
	if (!strcmp(what, "power_cycle"))
		lose_all(unit);
	if (do_to_device(unit, what, arg[0]))
		return 0;
	if (arg[0] < 0 || arg[0] >= unit->nr_paths)
		return -EINVAL;
	return do_to_path(unit, what, arg[0], arg[1]);
}

static void later_work(struct work_struct *work)
{
	struct script_unit *unit = container_of(to_delayed_work(work),
						struct script_unit, later);

	do_event(unit, unit->later_event);
}

static ssize_t write_text(const char __user *buf, size_t len,
			  struct script_unit *unit,
			  int (*what)(struct script_unit *, char *))
{
	char *text;
	int error;

	text = memdup_user_nul(buf, min(len, 256));
	if (IS_ERR(text))
		return PTR_ERR(text);
	error = what(unit, strim(text));
	kfree(text);
	return error ?: len;
}

#define DEFINE_SCRIPT_WRITE(name)					\
static ssize_t name##_write(struct file *file, const char __user *buf,	\
			    size_t len, loff_t *pos)			\
{									\
	return write_text(buf, len, file->private_data, do_##name);	\
}									\
static const struct file_operations name##_fops = {			\
	.owner	= THIS_MODULE,						\
	.open	= simple_open,						\
	.write	= name##_write,						\
}

DEFINE_SCRIPT_WRITE(rules);
DEFINE_SCRIPT_WRITE(eh);
DEFINE_SCRIPT_WRITE(event);

/* A kernel without power management has nothing to allocate for it. */
static bool suspends_without_io(const struct Scsi_Host *shost)
{
#ifdef CONFIG_PM
	return shost->shost_gendev.power.memalloc_noio;
#else
	return true;
#endif
}

static int counters_show(struct seq_file *s, void *data)
{
	struct script_unit *unit = s->private;

	spin_lock_irq(&unit->lock);
	for (unsigned int i = 0; i < unit->nr_paths; i++) {
		for (unsigned int op = 0; op < 256; op++) {
			if (unit->nexus[i].sent[op])
				seq_printf(s, "sent %u %#x %u\n", i, op,
					   unit->nexus[i].sent[op]);
		}
	}
	for (unsigned int op = 0; op < 256; op++) {
		if (unit->executed[op])
			seq_printf(s, "executed %#x %u\n", op,
				   unit->executed[op]);
	}
	for (unsigned int i = 0; i < unit->nr_paths; i++)
		seq_printf(s, "noio %u %u\n", i,
			   suspends_without_io(unit->nexus[i].shost));
	seq_printf(s, "changes %u\n", unit->nr_log);
	seq_printf(s, "held %u\n", unit->nr_held);
	seq_printf(s, "overwritten %u\n", unit->overwritten);
	seq_printf(s, "in_clear %u\n", unit->in_clear);
	seq_printf(s, "largest %u\n", unit->largest);
	seq_printf(s, "prevents %u\n", anybody_prevents(unit));
	if (unit->type->position)
		seq_printf(s, "position %u\n", unit->type->position(unit));
	spin_unlock_irq(&unit->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

static int log_show(struct seq_file *s, void *data)
{
	struct script_unit *unit = s->private;
	unsigned int i;

	spin_lock_irq(&unit->lock);
	i = unit->nr_log > SCRIPT_LOG ? unit->nr_log - SCRIPT_LOG : 0;
	for (; i < unit->nr_log; i++)
		seq_printf(s, "%u %#x\n", unit->log[i % SCRIPT_LOG].path,
			   unit->log[i % SCRIPT_LOG].opcode);
	spin_unlock_irq(&unit->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(log);

static void make_files(struct script_unit *unit)
{
	char name[12];

	sprintf(name, "%u", unit->index);
	unit->dir = debugfs_create_dir(name, script_dir);
	debugfs_create_file("rules", 0200, unit->dir, unit, &rules_fops);
	debugfs_create_file("eh", 0200, unit->dir, unit, &eh_fops);
	debugfs_create_file("event", 0200, unit->dir, unit, &event_fops);
	debugfs_create_file("counters", 0400, unit->dir, unit, &counters_fops);
	debugfs_create_file("log", 0400, unit->dir, unit, &log_fops);
}

/* --- devices come and go --------------------------------------------------- */

static int add_host(struct script_unit *unit, unsigned int path)
{
	struct Scsi_Host *shost;
	int error;

	shost = scsi_host_alloc(&script_template, sizeof(struct script_host));
	if (!shost)
		return -ENOMEM;
	host_of(shost)->unit = unit;
	host_of(shost)->path = path;
	shost->max_id = 1;
	shost->max_lun = 1;
	shost->max_cmd_len = 16;
	shost->opt_sectors = 64;
	error = scsi_add_host(shost, script_root);
	if (error) {
		scsi_host_put(shost);
		return error;
	}
	unit->nexus[path].shost = shost;
	scsi_scan_host(shost);
	return 0;
}

/* It is on the list no more. To take a device away may need a time. */
static void remove_unit(struct script_unit *unit)
{
	debugfs_remove(unit->dir);
	disable_delayed_work_sync(&unit->later);
	spin_lock_irq(&unit->lock);
	unit->gone = true;
	spin_unlock_irq(&unit->lock);
	clear_rules(unit);
	release_held(unit);
	for (unsigned int i = 0; i < unit->nr_paths; i++) {
		struct Scsi_Host *shost = unit->nexus[i].shost;

		if (!shost)
			continue;
		scsi_remove_host(shost);
		scsi_host_put(shost);
	}
	unit->type->unload(unit);
	kfree(unit);
}

static int add_unit(const struct script_type *type, unsigned int nr_paths,
		    bool plain)
{
	struct script_unit *unit;
	int error;

	lockdep_assert_held(&units_mutex);
	unit = kzalloc(sizeof(*unit), GFP_KERNEL);
	if (!unit)
		return -ENOMEM;
	unit->type = type;
	unit->nr_paths = nr_paths;
	unit->plain = plain;
	unit->loaded = true;
	unit->block_len = type->block_len;
	unit->nr_blocks = type->nr_blocks;
	spin_lock_init(&unit->lock);
	INIT_LIST_HEAD(&unit->rules);
	INIT_LIST_HEAD(&unit->held);
	INIT_DELAYED_WORK(&unit->later, later_work);
	error = type->load(unit);
	if (error) {
		kfree(unit);
		return error;
	}
	unit->index = next_index++;
	list_add_tail(&unit->node, &units);
	for (unsigned int i = 0; i < nr_paths && !error; i++)
		error = add_host(unit, i);
	make_files(unit);
	if (error) {
		list_del(&unit->node);
		remove_unit(unit);
	}
	return error;
}

static int do_add(const char *text)
{
	char type[16], kind[8];
	unsigned int nr_paths;

	if (sscanf(text, "%15s %u %7s", type, &nr_paths, kind) != 3 ||
	    !nr_paths || nr_paths > SCRIPT_PATHS ||
	    (strcmp(kind, "lu") && strcmp(kind, "plain")))
		return -EINVAL;
	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++) {
		if (!strcmp(types[i]->name, type))
			return add_unit(types[i], nr_paths,
					!strcmp(kind, "plain"));
	}
	return -EINVAL;
}

static int do_remove(const char *text)
{
	struct script_unit *unit, *found = NULL;
	unsigned int index;

	if (kstrtouint(text, 10, &index))
		return -EINVAL;
	mutex_lock(&units_mutex);
	list_for_each_entry(unit, &units, node) {
		if (unit->index == index)
			found = unit;
	}
	if (found)
		list_del(&found->node);
	mutex_unlock(&units_mutex);
	if (!found)
		return -ENODEV;
	remove_unit(found);
	return 0;
}

static int do_units(struct script_unit *none, char *text)
{
	int error = -EINVAL;

	if (str_has_prefix(text, "remove "))
		return do_remove(text + 7);
	mutex_lock(&units_mutex);
	if (str_has_prefix(text, "add "))
		error = do_add(text + 4);
	mutex_unlock(&units_mutex);
	return error;
}

static int units_show(struct seq_file *s, void *data)
{
	struct script_unit *unit;

	mutex_lock(&units_mutex);
	list_for_each_entry(unit, &units, node) {
		seq_printf(s, "%u %s", unit->index, unit->type->name);
		for (unsigned int i = 0; i < unit->nr_paths; i++)
			seq_printf(s, " %u", unit->nexus[i].shost->host_no);
		seq_putc(s, '\n');
	}
	mutex_unlock(&units_mutex);
	return 0;
}

static int units_open(struct inode *inode, struct file *file)
{
	return single_open(file, units_show, NULL);
}

static ssize_t units_write(struct file *file, const char __user *buf, size_t len,
			   loff_t *pos)
{
	return write_text(buf, len, NULL, do_units);
}

static const struct file_operations units_fops = {
	.owner		= THIS_MODULE,
	.open		= units_open,
	.read		= seq_read,
	.write		= units_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static int __init script_init(void)
{
	script_root = root_device_register(KBUILD_MODNAME);
	if (IS_ERR(script_root))
		return PTR_ERR(script_root);
	script_dir = debugfs_create_dir("scsi_script", NULL);
	debugfs_create_file("units", 0600, script_dir, NULL, &units_fops);
	return 0;
}

static void __exit script_exit(void)
{
	struct script_unit *unit, *next;

	list_for_each_entry_safe(unit, next, &units, node) {
		list_del(&unit->node);
		remove_unit(unit);
	}
	debugfs_remove(script_dir);
	root_device_unregister(script_root);
}

module_init(script_init);
module_exit(script_exit);

MODULE_DESCRIPTION("Devices that follow a script, for tests");
MODULE_LICENSE("GPL");
