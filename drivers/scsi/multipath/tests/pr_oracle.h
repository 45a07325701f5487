/* SPDX-License-Identifier: GPL-2.0 */
/* For KUnit: what a logical unit with one nexus does, to compare with. */
#ifndef _SCSI_MULTIPATH_PR_ORACLE_H
#define _SCSI_MULTIPATH_PR_ORACLE_H

#include <linux/types.h>

#include "pr_fabric.h"

/* What there is before a command */
struct pr_state {
	const char *name;
	u64 ours;		/* key */
	u64 b;
	u8 type;
	int holder;		/* -2: the last of ours */
	bool last_is_away;
	bool one_lost_it;	/* the first nexus is not registered */
	bool unknown;		/* registered before this kernel was started */
	bool lost;		/* the target has forgotten all */
	bool aptpl;		/* registrations outlive a loss of power */
	u8 flags;		/* with which this host has registered */
	bool by_all_ports;	/* of use where ALL_TG_PT is more than a bit of a command */
};

#define LAST	-2

struct pr_command {
	const char *name;
	u8 action;		/* PR_MOVE: nobody sends one */
	u8 type;
	u64 key;
	u64 action_key;
	u8 to;			/* nexus */
	bool unregisters;
	u8 flags;
};

/* A command in a state of a device server that is made so */
struct pr_point {
	const struct pr_server *kind;
	const struct pr_state *state;
	const struct pr_command *cmd;
};

/* What can be seen in the end */
struct pr_view {
	enum pr_server_status status;
	u64 key;
	u64 key_c;		/* of host C */
	u8 type;
	int holder;		/* 0: ours, HOST_B, NOBODY; all: NOBODY */
	bool aptpl;
};

int pr_state_holder(const struct pr_state *state, unsigned int nr);
void pr_command_list(const struct pr_command *cmd, u8 *list);
void pr_view_of(const struct pr_server *s, struct pr_view *v);
bool pr_oracle_allows(const struct pr_point *point, enum pr_event event,
		      const struct pr_view *got);

#endif /* _SCSI_MULTIPATH_PR_ORACLE_H */
