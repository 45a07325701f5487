// SPDX-License-Identifier: GPL-2.0
/*
 * Persistent reservations: whose registrations are those with the key of a logical unit?
 *
 * READ KEYS says how many there are. There may be more than nexuses that are known here: what
 * ALL_TG_PT has registered, before this kernel was started, at a target port to which no
 * path leads, or what another host has registered with the same key, and that must not
 * be removed. READ FULL STATUS, which not all targets know, names the initiator of each.
 */

#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <scsi/scsi_proto.h>

#include "mpath.h"
#include "pr.h"

#define STATUS_LEN		16384
#define HEADER_LEN		8
/* A full status descriptor without its TransportID (SPC-4 6.15.5) */
#define DESCRIPTOR_LEN		24
#define FLAGS			12
#define ALL_TG_PT		BIT(1)
/* The longest one: a name of iSCSI, its ISID, and what is before and behind that */
#define TRANSPORT_ID_MAX	256
#define ISCSI_NAME		4

/*
 * How much of a TransportID names the initiator? With iSCSI it has a port for each session,
 * and one name.
 */
static unsigned int significant_len(const u8 *id, unsigned int len)
{
	unsigned int i;

	if (len <= ISCSI_NAME || (id[0] & 0x0f) != SCSI_PROTOCOL_ISCSI)
		return len;
	for (i = ISCSI_NAME; i < len && id[i] && id[i] != ','; i++)
		;
	return i;
}

static bool is_same_initiator(const u8 *a, unsigned int len_a, const u8 *b,
			      unsigned int len_b)
{
	unsigned int len = significant_len(a, len_a);

	if (len != significant_len(b, len_b))
		return false;
	if ((a[0] & 0x0f) != SCSI_PROTOCOL_ISCSI)
		return memchr_inv(a, 0, len) && !memcmp(a, b, len);
	if (len <= ISCSI_NAME)
		return false;
	/* With an ISID behind it or without, it is the same name. */
	return (b[0] & 0x0f) == SCSI_PROTOCOL_ISCSI &&
	       !memcmp(a + ISCSI_NAME, b + ISCSI_NAME, len - ISCSI_NAME);
}

/*
 * Is there one initiator with the key, and none that nobody can tell? There may be one of
 * @count nexuses that is not in the list.
 */
static bool have_one_initiator(const u8 *buf, u64 key, int count)
{
	unsigned int end = get_unaligned_be32(buf + 4), len, first_len = 0;
	const u8 *first = NULL, *pos, *id;
	bool of_all_ports = false;
	int found = 0;

	/* What does not fit may be cut off, without a word. */
	if (end > STATUS_LEN - HEADER_LEN - DESCRIPTOR_LEN - TRANSPORT_ID_MAX)
		return false;
	end += HEADER_LEN;
	for (pos = buf + HEADER_LEN; pos + DESCRIPTOR_LEN <= buf + end; pos = id + len) {
		id = pos + DESCRIPTOR_LEN;
		len = get_unaligned_be32(pos + DESCRIPTOR_LEN - 4);
		if (len > buf + end - id)
			return false;
		if (get_unaligned_be64(pos) != key)
			continue;
		if (!first) {
			first = id;
			first_len = len;
		}
		if (!is_same_initiator(first, first_len, id, len))
			return false;
		of_all_ports |= pos[FLAGS] & ALL_TG_PT;
		found++;
	}
	return found && (of_all_ports || found >= count);
}

/**
 * scsi_pr_are_all_ours - is who has the key of the logical unit this host?
 * @leader: path that is asked
 * @key: key of the logical unit
 * @count: how many nexuses have it, as its target says
 *
 * If they are those of one initiator, and the leader has the key, it is this one. If the
 * leader has not, nothing is carried out over it for which that would matter.
 *
 * Context: process.
 * Return: 1 if so; 0 if another host may have it as well; or an errno.
 */
int scsi_pr_are_all_ours(struct scsi_path *leader, u64 key, int count)
{
	int ours;
	u8 *buf;

	if (count <= (int)scsi_lu_pr_nr_registered(leader->lu))
		return 1;
	buf = kmalloc(STATUS_LEN, GFP_NOIO);
	if (!buf)
		return -ENOMEM;
	ours = scsi_pr_read_full_status(leader, buf, STATUS_LEN);
	if (!ours)
		ours = have_one_initiator(buf, key, count);
	else if (ours == -EOPNOTSUPP || ours == -EBUSY)
		ours = 0;
	kfree(buf);
	return ours;
}
