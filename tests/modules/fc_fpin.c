// SPDX-License-Identifier: GPL-2.0
/*
 * Fabric notices without a fabric: what a switch would send to an FC host.
 *
 *   echo HOST WWPN >/sys/module/fc_fpin/parameters/link	link integrity
 *   likewise: congestion, clear	peer congestion, and the end of it
 *
 * The port is named in the list of those that are reached over the link.
 */

#include <linux/module.h>
#include <linux/slab.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_transport_fc.h>
#include <uapi/scsi/fc/fc_els.h>

#define SWITCH_PORT	0x2000000000000001ULL

static int deliver(const char *val, u32 tag, u16 event)
{
	struct fc_fn_peer_congn_desc *peer;
	struct fc_fn_li_desc *li;
	struct fc_els_fpin *fpin;
	struct Scsi_Host *shost;
	unsigned int number;
	u32 len;
	u64 wwpn;

	if (sscanf(val, "%u %llx", &number, &wwpn) != 2)
		return -EINVAL;
	shost = scsi_host_lookup(number);
	if (!shost)
		return -ENODEV;
	fpin = kzalloc(256, GFP_KERNEL);
	if (!fpin) {
		scsi_host_put(shost);
		return -ENOMEM;
	}
	fpin->fpin_cmd = ELS_FPIN;
	fpin->fpin_desc[0].desc_tag = cpu_to_be32(tag);
	if (tag == ELS_DTAG_LNK_INTEGRITY) {
		li = (void *)fpin->fpin_desc;
		len = sizeof(*li);
		li->detecting_wwpn = cpu_to_be64(SWITCH_PORT);
		li->attached_wwpn = cpu_to_be64(SWITCH_PORT + 1);
		li->event_type = cpu_to_be16(event);
		li->pname_count = cpu_to_be32(1);
		li->pname_list[0] = cpu_to_be64(wwpn);
	} else {
		peer = (void *)fpin->fpin_desc;
		len = sizeof(*peer);
		peer->detecting_wwpn = cpu_to_be64(SWITCH_PORT);
		peer->attached_wwpn = cpu_to_be64(wwpn);
		peer->event_type = cpu_to_be16(event);
	}
	if (tag == ELS_DTAG_LNK_INTEGRITY)
		len += sizeof(li->pname_list[0]);
	fpin->fpin_desc[0].desc_len = cpu_to_be32(len - FC_TLV_DESC_HDR_SZ);
	fpin->desc_len = cpu_to_be32(len);
	fc_host_fpin_rcv(shost, len + offsetof(struct fc_els_fpin, fpin_desc),
			 (char *)fpin, 0);
	kfree(fpin);
	scsi_host_put(shost);
	return 0;
}

static int link_set(const char *val, const struct kernel_param *kp)
{
	return deliver(val, ELS_DTAG_LNK_INTEGRITY, FPIN_LI_INVALID_CRC);
}

static int congestion_set(const char *val, const struct kernel_param *kp)
{
	return deliver(val, ELS_DTAG_PEER_CONGEST, FPIN_CONGN_CREDIT_STALL);
}

static int clear_set(const char *val, const struct kernel_param *kp)
{
	return deliver(val, ELS_DTAG_PEER_CONGEST, FPIN_CONGN_CLEAR);
}

static const struct kernel_param_ops link_ops = { .set = link_set };
static const struct kernel_param_ops congestion_ops = { .set = congestion_set };
static const struct kernel_param_ops clear_ops = { .set = clear_set };

module_param_cb(link, &link_ops, NULL, 0200);
module_param_cb(congestion, &congestion_ops, NULL, 0200);
module_param_cb(clear, &clear_ops, NULL, 0200);

MODULE_DESCRIPTION("Delivers fabric notices to an FC host, for tests");
MODULE_LICENSE("GPL");
