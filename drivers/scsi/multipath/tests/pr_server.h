/* SPDX-License-Identifier: GPL-2.0 */
/* For KUnit: a device server's registrations and its reservation. */
#ifndef _SCSI_MULTIPATH_PR_SERVER_H
#define _SCSI_MULTIPATH_PR_SERVER_H

#include <linux/types.h>

#define MAX_OURS	3
#define HOST_B		MAX_OURS
#define HOST_C		(MAX_OURS + 1)
#define NR_NEXUSES	(MAX_OURS + 2)
#define NOBODY		-1
/* Types of reservations (SPC-4 6.15.3.3) */
#define WE		1
#define EA		3
#define WE_RO		5
#define EA_RO		6
#define WE_AR		7
/* Where REGISTER AND MOVE has a TransportID: the number of the nexus, in one byte */
#define LIST_NEXUS	24
#define LIST_LEN	32

/* A device server: what is registered, and what is reserved by whom (SPC-4 5.13) */
struct pr_server {
	u64 key[NR_NEXUSES];
	bool all_ports[NR_NEXUSES];	/* registered with ALL_TG_PT */
	int holder;
	u8 type;
	bool keeps_own_key;	/* a PREEMPT by who does not hold, as in SPC-2 */
	bool says_not_ready;	/* as LIO, to who is not registered */
	bool writes_fail;	/* as LIO, which says so of what it has registered */
	bool no_ignore;		/* knows no REGISTER AND IGNORE EXISTING KEY */
	bool per_initiator;	/* what is registered, is for all nexuses of an initiator port */
	bool takes_first;	/* as LIO: of all who hold it, the first does, for PREEMPT */
	bool keeps_all_ports;	/* as LIO: what has been, is changed only with it */
	bool sets_all_ports;	/* with it, as if a command had come over each of them */
	bool no_all_ports;	/* knows no ALL_TG_PT */
	bool told_all_ports;	/* but it has met it */
	bool no_full_status;	/* knows no READ FULL STATUS */
	bool names_sessions;	/* in that, as iSCSI does: each nexus has its initiator port */
	bool two_initiators;	/* the first nexus has another initiator port than the rest */
	unsigned int ports;	/* those that ALL_TG_PT registers */
	unsigned int room;	/* for registrations */
	bool lost;		/* it has forgotten all */
	bool aptpl;		/* by whomever it was last registered with */
	u8 shut;		/* &enum pr_server_status: its answer to everything */
};

enum pr_server_status {
	GOOD,
	CONFLICT,
	INVALID,
	NOT_READY_COMM,
	NOT_STARTED,
	HOST_ERROR,		/* by the host byte, or it has been aborted */
	NO_ANSWER,		/* it was not carried out for want of a path */
};

int pr_server_registrant(const struct pr_server *s, int nexus);
bool pr_type_is_of_all(u8 type);
bool pr_server_is_self_preempted(const struct pr_server *s, int nexus, u8 action,
				 const u8 *list);
void pr_server_list(u8 *list, u64 key, u64 action_key);
enum pr_server_status pr_server_out(struct pr_server *s, int nexus, u8 action,
				    u8 type, const u8 *list);
enum pr_server_status pr_server_in(const struct pr_server *s, const u8 *cdb, u8 *buf);

#endif /* _SCSI_MULTIPATH_PR_SERVER_H */
