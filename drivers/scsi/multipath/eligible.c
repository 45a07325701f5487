// SPDX-License-Identifier: GPL-2.0
/*
 * Which devices may become paths at all. What may not goes on exactly as without
 * multipath.
 */

#include <linux/moduleparam.h>
#include <linux/string.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>
#include <scsi/scsi_transport.h>

#include "../scsi_priv.h"
#include "mpath.h"
#include "rules.h"

/* sd reads the capacity of large disks with a 16-byte CDB. */
#define MIN_CMD_LEN	16

enum multipath_mode {
	MULTIPATH_OFF,
	MULTIPATH_AUTO,
	MULTIPATH_ALWAYS,
};

static const char *const mode_names[] = {
	[MULTIPATH_OFF]		= "off",
	[MULTIPATH_AUTO]	= "auto",
	[MULTIPATH_ALWAYS]	= "always",
};

static enum multipath_mode mode = MULTIPATH_AUTO;

static int multipath_set(const char *val, const struct kernel_param *kp)
{
	int i = sysfs_match_string(mode_names, val);

	if (i < 0)
		return i;
	mode = i;
	return 0;
}

static int multipath_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n", mode_names[mode]);
}

static const struct kernel_param_ops multipath_ops = {
	.set = multipath_set,
	.get = multipath_get,
};

module_param_cb(multipath, &multipath_ops, NULL, 0444);
MODULE_PARM_DESC(multipath,
		 "Devices to combine: off, auto (those that report several ports, and an identity; default), always (all with an identity)");

/*
 * No enclosure: what answers is the process of one I/O module, also where both have
 * one name. What it is told, such as firmware, must not reach the other one, and
 * what it tells of its own links is true of these alone. And ses asks it with a lock
 * held that a path needs to come back.
 */
static bool type_is_eligible(u8 type)
{
	switch (type) {
	case TYPE_DISK:
	case TYPE_TAPE:
	case TYPE_WORM:
	case TYPE_ROM:
	case TYPE_MOD:
	case TYPE_MEDIUM_CHANGER:
	case TYPE_RBC:
	case TYPE_ZBC:
		return true;
	default:
		return false;
	}
}

/* MULTIP: the device has several ports; TPGS: it has target port groups */
static bool reports_several_ports(struct scsi_device *sdev)
{
	return sdev->inquiry[6] & 0x10 || scsi_device_tpgs(sdev);
}

/*
 * A SATA disk behind a SAS host has one port, and libata repeats its commands by
 * itself, by means that an attempt has not.
 */
static bool is_recovered_by_libata(struct scsi_device *sdev)
{
	return sdev->host->transportt->eh_strategy_handler &&
	       !memcmp(sdev->vendor, "ATA     ", 8);
}

/**
 * scsi_device_may_be_path - may a device of this kind become a path?
 * @sdev: device that has been scanned
 *
 * Context: any.
 */
bool scsi_device_may_be_path(struct scsi_device *sdev)
{
	const struct Scsi_Host *shost = sdev->host;

	if (mode == MULTIPATH_OFF || scsi_device_is_lu(sdev))
		return false;
	/* A rule may want one that mode would not. */
	if (mode == MULTIPATH_AUTO && !reports_several_ports(sdev) &&
	    !scsi_rules_exist())
		return false;
	return type_is_eligible(sdev->type) &&
	       sdev->inq_periph_qual == SCSI_INQ_PQ_CON &&
	       !sdev->no_uld_attach &&
	       !scsi_target(sdev)->single_lun &&
	       !is_recovered_by_libata(sdev) &&
	       !shost->hostt->no_multipath;
}

static bool host_is_able(struct scsi_device *sdev)
{
	const struct Scsi_Host *shost = sdev->host;
	const char *reason;

	if (shost->queuecommand_may_block)
		reason = "its driver may block in queuecommand";
	else if (shost->max_cmd_len < MIN_CMD_LEN)
		reason = "its host takes no CDBs of 16 bytes";
	else
		return true;
	sdev_printk(KERN_NOTICE, sdev, "not combined: %s\n", reason);
	return false;
}

/* A rule counts only before a device is found: a disk does not become two of it. */
static bool is_known(const char *names)
{
	struct scsi_lu *lu = scsi_multipath_find(names) ?:
			     scsi_multipath_find_renamed(names);

	if (!IS_ERR_OR_NULL(lu))
		scsi_lu_put(lu);
	return lu;
}

static bool is_wanted(struct scsi_device *sdev, const char *names)
{
	struct scsi_rule_says says;

	scsi_rules_find(sdev, names, &says);
	if (says.given & BIT(RULE_MULTIPATH))
		return says.value[RULE_MULTIPATH] || is_known(names);
	return mode == MULTIPATH_ALWAYS || reports_several_ports(sdev);
}

/**
 * scsi_device_is_to_be_path - is this device to become a path?
 * @sdev: device that scsi_device_may_be_path()
 * @names: its names, as those of scsi_identity_format(); "" if it does not tell
 *
 * Of one that is not, only because of its host, the log says so: two disks with the
 * same data are a surprise.
 *
 * Context: process; does I/O.
 */
bool scsi_device_is_to_be_path(struct scsi_device *sdev, const char *names)
{
	return is_wanted(sdev, names) && host_is_able(sdev);
}
