// SPDX-License-Identifier: GPL-2.0
/*
 * A model of a device server: PERSISTENT RESERVE IN and OUT as of SPC-4 5.13, for nexuses
 * of three hosts.
 */

#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <scsi/scsi_proto.h>

#include "../pr.h"
#include "pr_server.h"

/**
 * pr_server_registrant - which registration is that of a nexus?
 * @s: device server
 * @nexus: nexus
 *
 * To some device servers the nexuses of an initiator port are one.
 */
int pr_server_registrant(const struct pr_server *s, int nexus)
{
	if (!s->per_initiator || !nexus || nexus >= MAX_OURS)
		return nexus;
	return s->two_initiators ? 1 : 0;
}

/**
 * pr_type_is_of_all - is a reservation held by all who are registered?
 * @type: of the reservation
 */
bool pr_type_is_of_all(u8 type)
{
	return type == 7 || type == 8;
}

static bool is_held_by(const struct pr_server *s, int nexus)
{
	return s->type && s->key[nexus] &&
	       (pr_type_is_of_all(s->type) || s->holder == nexus);
}

static void end_reservation(struct pr_server *s)
{
	s->type = 0;
	s->holder = NOBODY;
}

static void remove_one(struct pr_server *s, int nexus)
{
	if (s->type && !pr_type_is_of_all(s->type) && s->holder == nexus)
		end_reservation(s);
	s->key[nexus] = 0;
	if (s->type && pr_type_is_of_all(s->type)) {
		for (int i = 0; i < NR_NEXUSES; i++) {
			if (!s->key[i])
				continue;
			if (s->holder == nexus)
				s->holder = i;
			return;
		}
		end_reservation(s);
	}
}

static unsigned int nr_keys(const struct pr_server *s)
{
	unsigned int nr = 0;

	for (int i = 0; i < NR_NEXUSES; i++)
		nr += !!s->key[i];
	return nr;
}

/* LIO removes what was registered by the same command, too. */
static void remove_all_ports(struct pr_server *s, int nexus, u64 key)
{
	for (int i = 0; i < MAX_OURS; i++) {
		if (i != nexus && s->all_ports[i] && s->key[i] == key)
			remove_one(s, i);
	}
}

static void set_one(struct pr_server *s, int nexus, u64 key, bool all_ports)
{
	if (!s->key[nexus])
		s->all_ports[nexus] = all_ports;
	s->key[nexus] = key;
}

/* As SPC-4 has it: each nexus of the host for which the command would be carried out */
static void set_other_ports(struct pr_server *s, int nexus, bool ignores, u64 old,
			    u64 key)
{
	for (int i = 0; i < s->ports; i++) {
		if (i == nexus || (!ignores && s->key[i] != old))
			continue;
		if (key)
			set_one(s, i, key, true);
		else if (s->key[i])
			remove_one(s, i);
	}
}

static enum pr_server_status do_set(struct pr_server *s, int nexus, bool ignores,
				    const u8 *list)
{
	bool all_ports = list[20] & PR_ALL_TG_PT;
	u64 old = s->key[nexus], key = get_unaligned_be64(list + 8);
	bool was_all_ports = s->keeps_all_ports && old && s->all_ports[nexus];

	if (!old && !key)
		return GOOD;
	s->told_all_ports |= all_ports;
	if ((all_ports && s->no_all_ports) || (was_all_ports && !all_ports))
		return INVALID;
	if (key && !old && s->room && nr_keys(s) >= s->room)
		return INVALID;
	/* A new registration is one of all ports that have none. */
	if (key && !old && all_ports && nexus < MAX_OURS) {
		for (int i = 0; i < s->ports; i++) {
			int other = pr_server_registrant(s, i);

			set_one(s, other, s->key[other] ?: key, true);
		}
	}
	if (all_ports && s->sets_all_ports && nexus < MAX_OURS)
		set_other_ports(s, nexus, ignores, old, key);
	if (key) {
		set_one(s, nexus, key, all_ports);
	} else {
		if (was_all_ports)
			remove_all_ports(s, nexus, get_unaligned_be64(list));
		remove_one(s, nexus);
	}
	s->aptpl = list[20] & PR_APTPL;
	return s->writes_fail ? NOT_READY_COMM : GOOD;
}

static enum pr_server_status do_preempt(struct pr_server *s, int nexus,
					u64 victim, u8 type)
{
	bool holder_is_victim = s->type &&
				(!pr_type_is_of_all(s->type) || s->takes_first) &&
				s->key[s->holder] == victim;
	bool all = s->type && pr_type_is_of_all(s->type) && !victim;
	bool found = false;

	if (!victim && !all)
		return INVALID;
	for (int i = 0; i < NR_NEXUSES; i++)
		found |= s->key[i] && (all || s->key[i] == victim);
	if (!found)
		return CONFLICT;
	if (holder_is_victim || all) {
		for (int i = 0; i < NR_NEXUSES; i++) {
			if (i != nexus && (all || s->key[i] == victim))
				s->key[i] = 0;
		}
		s->type = type;
		s->holder = nexus;
		return GOOD;
	}
	for (int i = 0; i < NR_NEXUSES; i++) {
		if (s->key[i] == victim && !(i == nexus && s->keeps_own_key))
			remove_one(s, i);
	}
	return GOOD;
}

static enum pr_server_status do_move(struct pr_server *s, int nexus,
				     const u8 *list)
{
	u64 action_key = get_unaligned_be64(list + 8);
	int to = pr_server_registrant(s, list[LIST_NEXUS]);

	if (pr_type_is_of_all(s->type) || !action_key || to == nexus)
		return INVALID;
	if (!is_held_by(s, nexus))
		return CONFLICT;
	set_one(s, to, action_key, false);
	s->holder = to;
	if (list[17] & PR_UNREG)
		s->key[nexus] = 0;
	return GOOD;
}

static enum pr_server_status do_replace(struct pr_server *s, int nexus, u8 type,
					u64 action_key)
{
	if (!s->lost)
		return INVALID;
	memset(s->key, 0, sizeof(s->key));
	set_one(s, nexus, action_key, false);
	s->type = type;
	s->holder = nexus;
	s->lost = false;
	return GOOD;
}

/**
 * pr_server_is_self_preempted - does a command remove the registration that it came by?
 * @s: device server
 * @nexus: over which it comes
 * @action: service action
 * @list: parameter list
 *
 * LIO uses that registration once more when it has freed it.
 */
bool pr_server_is_self_preempted(const struct pr_server *s, int nexus, u8 action,
				 const u8 *list)
{
	u64 key = get_unaligned_be64(list);

	return action == PR_OUT_PREEMPT && s->key[nexus] &&
	       s->key[nexus] == key && get_unaligned_be64(list + 8) == key &&
	       !is_held_by(s, nexus) && !(s->type && s->key[s->holder] == key);
}

/**
 * pr_server_list - a parameter list
 * @list: where it goes, &LIST_LEN bytes
 * @key: reservation key
 * @action_key: service action reservation key
 */
void pr_server_list(u8 *list, u64 key, u64 action_key)
{
	memset(list, 0, LIST_LEN);
	put_unaligned_be64(key, list);
	put_unaligned_be64(action_key, list + 8);
}

/**
 * pr_server_out - PERSISTENT RESERVE OUT
 * @s: device server
 * @nexus: over which it comes
 * @action: service action
 * @type: of the reservation
 * @list: parameter list
 */
enum pr_server_status pr_server_out(struct pr_server *s, int nexus, u8 action,
				    u8 type, const u8 *list)
{
	enum pr_server_status unregistered = s->says_not_ready ? NOT_READY_COMM :
								 CONFLICT;
	u64 key = get_unaligned_be64(list);
	u64 action_key = get_unaligned_be64(list + 8);

	if (s->shut)
		return s->shut;
	switch (action) {
	case PR_OUT_REGISTER_AND_IGNORE:
		if (s->no_ignore)
			return INVALID;
		return do_set(s, nexus, true, list);
	case PR_OUT_REGISTER:
		if (s->key[nexus] != key)
			return CONFLICT;
		/* It names somebody else who is registered by it. */
		if (list[20] & PR_SPEC_I_PT) {
			if (s->key[nexus])
				return INVALID;
			set_one(s, list[LIST_NEXUS], action_key, false);
		}
		return do_set(s, nexus, false, list);
	case PR_OUT_PREEMPT:
	case PR_OUT_PREEMPT_AND_ABORT:
		if (!s->key[nexus] || s->key[nexus] != key)
			return CONFLICT;
		return do_preempt(s, nexus, action_key, type);
	case PR_OUT_RESERVE:
		if (!s->key[nexus])
			return unregistered;
		if (s->key[nexus] != key)
			return CONFLICT;
		if (s->type)
			return is_held_by(s, nexus) && s->type == type ?
			       GOOD : CONFLICT;
		s->type = type;
		s->holder = nexus;
		return GOOD;
	case PR_OUT_RELEASE:
		if (!s->key[nexus])
			return unregistered;
		if (!s->says_not_ready && s->key[nexus] != key)
			return CONFLICT;
		if (!is_held_by(s, nexus))
			return GOOD;
		if (s->key[nexus] != key)
			return CONFLICT;
		if (s->type != type)
			return INVALID;
		end_reservation(s);
		return GOOD;
	case PR_OUT_CLEAR:
		if (!s->key[nexus])
			return unregistered;
		if (s->key[nexus] != key)
			return CONFLICT;
		end_reservation(s);
		memset(s->key, 0, sizeof(s->key));
		return GOOD;
	case PR_OUT_REGISTER_AND_MOVE:
		if (!s->key[nexus])
			return unregistered;
		if (s->key[nexus] != key)
			return CONFLICT;
		return do_move(s, nexus, list);
	case PR_OUT_REPLACE_LOST:
		return do_replace(s, nexus, type, action_key);
	default:
		return INVALID;
	}
}

/* Who has a nexus: a name of iSCSI with an ISID, or an address of SAS */
static unsigned int put_transport_id(const struct pr_server *s, int nexus, u8 *id)
{
	int host = nexus < MAX_OURS ? 0 : nexus;

	if (s->names_sessions) {
		id[0] = 0x40 | SCSI_PROTOCOL_ISCSI;
		put_unaligned_be16(24, id + 2);
		sprintf(id + 4, "iqn.host-%d,i,0x%06x", host, nexus);
		return 28;
	}
	id[0] = SCSI_PROTOCOL_SAS;
	id[11] = s->two_initiators && nexus < MAX_OURS && nexus ? MAX_OURS - 1 : host;
	return 24;
}

static unsigned int put_full_status(const struct pr_server *s, int nexus, u8 *pos)
{
	unsigned int len = put_transport_id(s, nexus, pos + 24);

	put_unaligned_be64(s->key[nexus], pos);
	pos[12] = s->all_ports[nexus] ? 2 : 0;
	put_unaligned_be32(len, pos + 20);
	return 24 + len;
}

/**
 * pr_server_in - PERSISTENT RESERVE IN
 * @s: device server
 * @cdb: command
 * @buf: where the answer goes, zeroed
 */
enum pr_server_status pr_server_in(const struct pr_server *s, const u8 *cdb, u8 *buf)
{
	unsigned int nr = 0;

	if (s->shut)
		return s->shut;
	switch (cdb[1]) {
	case PR_IN_READ_KEYS:
		for (int i = 0; i < NR_NEXUSES; i++) {
			if (s->key[i])
				put_unaligned_be64(s->key[i], buf + 8 + 8 * nr++);
		}
		put_unaligned_be32(8 * nr, buf + 4);
		break;
	case PR_IN_REPORT_CAPABILITIES:
		put_unaligned_be16(8, buf);
		buf[2] = s->no_all_ports ? 0 : PR_ALL_TG_PT_CAPABLE;
		buf[3] = s->aptpl;
		break;
	case PR_IN_READ_FULL_STATUS:
		if (s->no_full_status)
			return INVALID;
		for (int i = 0; i < NR_NEXUSES; i++) {
			if (s->key[i])
				nr += put_full_status(s, i, buf + 8 + nr);
		}
		put_unaligned_be32(nr, buf + 4);
		break;
	case PR_IN_READ_RESERVATION:
		if (!s->type)
			break;
		put_unaligned_be32(16, buf + 4);
		if (!pr_type_is_of_all(s->type))
			put_unaligned_be64(s->key[s->holder], buf + 8);
		buf[21] = s->type;
		break;
	default:
		put_unaligned_be16(8, buf);
		break;
	}
	return GOOD;
}
