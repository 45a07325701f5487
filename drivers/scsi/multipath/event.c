// SPDX-License-Identifier: GPL-2.0
/*
 * Unit attentions. A logical unit reports an event to each I_T nexus by itself
 * (SAM-5 5.14), so that what happened once arrives once for each path. The first
 * report goes up, as from a plain disk; the others are taken off and their
 * commands, which have not been run, sent again.
 *
 * If the event may mean that the LUN leads to another logical unit now, the path
 * carries no I/O until its identity has been read anew.
 */

#include <linux/jiffies.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_proto.h>

#include "mpath.h"

/* Reports of an event over other paths, when they carry I/O next. */
#define SAME_EVENT_FOR	(60UL * HZ)

static int event_of(const struct scsi_sense_hdr *sense)
{
	if (sense->sense_key != UNIT_ATTENTION)
		return -1;

	switch (sense->asc << 8 | sense->ascq) {
	case 0x2900 ... 0x29ff:
		return EVENT_RESET;
	case 0x2a01:
		return EVENT_MODE;
	case 0x2a09:
		return EVENT_CAPACITY;
	case 0x3f03:
		return EVENT_INQUIRY;
	case 0x3f0e:
		return EVENT_LUNS;
	default:
		return -1;
	}
}

/**
 * scsi_path_event_is_news - has the upper level heard of this unit attention?
 * @path: path that it came over
 * @sense: sense data of an attempt
 *
 * Context: any; takes the logical unit's lock.
 * Return: true if the upper level is to see the sense data; false if it has seen
 * the same from another path.
 */
bool scsi_path_event_is_news(struct scsi_path *path,
			     const struct scsi_sense_hdr *sense)
{
	struct scsi_mpath *lu = path->lu;
	int event = event_of(sense);
	unsigned long flags;
	bool news;

	if (event < 0)
		return true;

	spin_lock_irqsave(&lu->lock, flags);
	news = path->event[event] == lu->event[event] ||
	       time_after(jiffies, lu->event_since[event] + SAME_EVENT_FOR);
	if (news) {
		lu->event[event]++;
		lu->event_since[event] = jiffies;
	}
	path->event[event] = lu->event[event];
	if (event == EVENT_INQUIRY || event == EVENT_LUNS)
		scsi_path_check_identity(path);
	spin_unlock_irqrestore(&lu->lock, flags);
	return news;
}
