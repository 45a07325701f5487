/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For KUnit: paths that lead to a model of a device server, what may happen on the way,
 * and the law of fencing.
 */
#ifndef _SCSI_MULTIPATH_PR_FABRIC_H
#define _SCSI_MULTIPATH_PR_FABRIC_H

#include <linux/types.h>

#include "path_fixture.h"
#include "pr_server.h"

struct scsi_pr_cmd;

#define KEY		0x1111ULL
#define NEW_KEY		0x2222ULL
#define BAD_KEY		0x3333ULL
#define KEY_B		0xb0b0ULL
#define KEY_C		0xc0c0ULL

/* What happens just before a command is carried out */
enum pr_event {
	NOTHING,
	FENCE,			/* host B preempts the key */
	FENCE_ABORT,
	FENCE_NEW,		/* host B preempts the new key */
	CLEARED,		/* host B clears all */
	AWAY,			/* the path is lost with it */
	AWAY_RAN,		/* the same, but it is carried out */
	SILENT,			/* nobody answers */
	SILENT_RAN,
	ABORTED,		/* by the target, which may have carried it out */
	ABORTED_RAN,
	ATTENTION,
	REMARK,			/* it is carried out, and there is something to say of it */
	NR_EVENTS,
};

struct pr_insertion {
	enum pr_event event;
	unsigned int at;	/* before the command of that number */
};

struct pr_fabric {
	struct fake_lu *fake;
	unsigned int nr;	/* of paths */
	struct pr_server server;
	const struct scsi_pr_cmd *user;	/* the user's command, while it is carried out */
	struct pr_insertion insert[2];
	unsigned int count;	/* of commands that were sent */
	bool fenced;
	bool drained[MAX_OURS];
	const char *broken;	/* which law is */
	unsigned long looks;
};

const char *pr_event_name(enum pr_event event);
bool pr_event_is_loss(enum pr_event event);
bool pr_fence(struct pr_server *s, enum pr_event event);
void pr_fabric_make(struct kunit *test, struct pr_fabric *fabric, unsigned int nr);
struct pr_fabric *pr_fabric_registered(struct kunit *test, unsigned int nr, u8 type);
void pr_fabric_look(struct pr_fabric *fabric, bool just_now);

#endif /* _SCSI_MULTIPATH_PR_FABRIC_H */
