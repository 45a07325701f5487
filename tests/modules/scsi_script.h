/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SCSI_SCRIPT_H
#define _SCSI_SCRIPT_H

#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_proto.h>

#define SCRIPT_PATHS		4
/* oracle.c sends it. */
#define SCRIPT_IOCTL		0x89f0

struct script_unit;

/**
 * struct script_type - a type of device
 * @name: what the tests call it
 * @type: peripheral device type
 * @removable: can the medium be taken out?
 * @asymmetric: does it report target port groups? It does not tell of them
 * @thin: does it say that WRITE SAME unmaps, and what is unmapped are zeroes?
 * @block_len: bytes of a block, as the device begins
 * @nr_blocks: blocks that the medium has, as the device begins
 * @load: allocates @medium, for twice @nr_blocks, and all else
 * @unload: frees that
 * @carry_out: carries out what is not the same for all types. Returns false if the
 *	type does not know the command. Called with the lock of the unit held
 * @changes: is the command one that does something else if it is carried out twice?
 * @reset: somebody resets the device; may be NULL
 * @position: of a tape, of what a changer carries, of a write pointer; may be NULL
 * @vpd_pages: pages of its own, in ascending order; may be NULL
 * @vpd: fills in such a page behind its header, and returns its length; may be NULL
 */
struct script_type {
	const char *name;
	u8 type;
	bool removable;
	bool asymmetric;
	bool thin;
	unsigned int block_len;
	unsigned int nr_blocks;
	int (*load)(struct script_unit *unit);
	void (*unload)(struct script_unit *unit);
	bool (*carry_out)(struct script_unit *unit, struct scsi_cmnd *cmd,
			  unsigned int path);
	bool (*changes)(const struct scsi_cmnd *cmd);
	void (*reset)(struct script_unit *unit);
	unsigned int (*position)(struct script_unit *unit);
	const char *vpd_pages;
	unsigned int (*vpd)(struct script_unit *unit, u8 page, u8 *buf);
};

/* Unit attentions, in the order in which they are told */
enum script_ua {
	UA_RESET,		/* 29/00 */
	UA_NEXUS_LOSS,		/* 29/07 */
	UA_MEDIUM,		/* 28/00 */
	UA_MODE,		/* 2A/01 */
	UA_CAPACITY,		/* 2A/09 */
	UA_INQUIRY,		/* 3F/03 */
	UA_LUNS,		/* 3F/0E */
	NR_UA,
};

/* What the device knows of one of its initiators */
struct script_nexus {
	struct Scsi_Host *shost;
	unsigned long ua;
	bool prevents;		/* removal of the medium */
	int sense;		/* for who asks for it */
	unsigned int sent[256];
};

enum script_eh {
	EH_ABORT,
	EH_DEVICE,
	EH_TARGET,
	EH_HOST,
	NR_EH,
};

/* What the handlers of one path do */
struct script_eh_rule {
	int fail;		/* that many of the next calls, < 0: all */
	unsigned int ms;	/* what each takes */
};

struct script_log {
	u8 path;
	u8 opcode;
};

#define SCRIPT_LOG		256

struct script_unit {
	struct list_head node;
	unsigned int index;
	const struct script_type *type;
	bool plain;
	unsigned int nr_paths;
	struct dentry *dir;
	struct delayed_work later;
	char later_event[48];
	/*
	 * One command at a time, data included. Protects all below.
	 */
	spinlock_t lock;
	struct script_nexus nexus[SCRIPT_PATHS];
	struct list_head rules;
	struct list_head held;
	unsigned int nr_held;
	bool gone;
	struct script_eh_rule eh[SCRIPT_PATHS][NR_EH];
	unsigned int executed[256];
	unsigned int overwritten;
	unsigned int in_clear;		/* writes without the key that there is */
	unsigned int largest;		/* bytes that a command has transferred */
	struct script_log log[SCRIPT_LOG];
	unsigned int nr_log;
	/* of the device */
	bool stopped;
	bool loaded;
	unsigned int block_len;
	unsigned int nr_blocks;
	u8 *medium;
	void *priv;
};

void script_answer(struct scsi_cmnd *cmd, const void *data, unsigned int len);
void script_illegal(struct scsi_cmnd *cmd, u8 asc);
void script_tell(struct script_unit *unit, enum script_ua ua, int but);

bool script_disk_changes(const struct scsi_cmnd *cmd);

extern const struct script_type script_disk, script_thin, script_removable,
	script_asymmetric, script_zoned, script_cd, script_tape, script_changer,
	script_enclosure;

#endif /* _SCSI_SCRIPT_H */
