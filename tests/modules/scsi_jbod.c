// SPDX-License-Identifier: GPL-2.0
/*
 * A shelf of disks with two I/O modules: a SAS host leads to each of these, and finds
 * there the module's enclosure services and one port of the disk, in that order or
 * the other one. All hosts see the same disk and the same lamps.
 *
 * Parameters of the module:
 *   enclosure_first	the enclosure is found before the disk
 *   several_ports	the disk says that it has them; else there is one for each
 *			host, with a name of its own
 *   one_enclosure	the enclosure says that it has several ports, and both have one
 *			name
 * In /sys/module/scsi_jbod/parameters:
 *   present		mask of hosts (1 << index) that there are
 *   slot		where the disk is
 *   lamps		mask of slots that are to be found; what the enclosures were told
 */

#include <linux/device.h>
#include <linux/module.h>
#include <linux/unaligned.h>
#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_proto.h>
#include <scsi/scsi_transport_sas.h>

#include "kernels.h"

#define NR_HOSTS		2
#define NR_SLOTS		2
#define NR_BLOCKS		8192

#define DISK_ADDRESS		0x5000c500000000a0ULL
#define ENCLOSURE_ADDRESS	0x5000c500000000e0ULL

/* Elements of an enclosure, and what is said of each */
#define ARRAY_DEVICE_SLOT	0x17
#define STATUS_OK		0x01
#define SELECT			0x80
#define IDENT			0x02

static bool enclosure_first, several_ports = true, one_enclosure;
module_param(enclosure_first, bool, 0444);
module_param(several_ports, bool, 0444);
module_param(one_enclosure, bool, 0444);
static unsigned int slot, lamps;
module_param(slot, uint, 0644);
module_param(lamps, uint, 0444);
static unsigned int present = BIT(NR_HOSTS) - 1;

static struct Scsi_Host *jbod_hosts[NR_HOSTS];
static DEFINE_MUTEX(jbod_mutex);
static struct scsi_transport_template *jbod_transport;
static struct device *jbod_root;

static unsigned int index_of(const struct scsi_cmnd *cmd)
{
	return *(unsigned int *)cmd->device->host->hostdata;
}

static bool is_enclosure(const struct scsi_cmnd *cmd)
{
	struct scsi_target *target = scsi_target(cmd->device);

	return target_to_rphy(target)->identify.sas_address >= ENCLOSURE_ADDRESS;
}

static void answer(struct scsi_cmnd *cmd, const void *data, unsigned int len)
{
	unsigned int done = sg_copy_from_buffer(scsi_sglist(cmd),
						scsi_sg_count(cmd), data,
						min(len, scsi_bufflen(cmd)));

	scsi_set_resid(cmd, scsi_bufflen(cmd) - done);
	cmd->result = 0;
}

static void invalid_field(struct scsi_cmnd *cmd)
{
	scsi_build_sense(cmd, 0, ILLEGAL_REQUEST, 0x24, 0);
}

static u64 name_of(const struct scsi_cmnd *cmd)
{
	if (is_enclosure(cmd))
		return 0x5000c50000000200ULL +
		       (one_enclosure ? 0 : index_of(cmd));
	return 0x5000c50000000100ULL + (several_ports ? 0 : index_of(cmd));
}

static void inquiry(struct scsi_cmnd *cmd)
{
	static const u8 pages[] = { 0, 0x00, 0, 2, 0x00, 0x83 };
	u8 page_83[16] = { 0, 0x83, 0, 12, 0x01, 0x03, 0, 8 };
	u8 std[36] = { 0, 0, 0x06, 0x02, 31, 0, 0, 0x02 };
	bool enclosure = is_enclosure(cmd);

	if (!(cmd->cmnd[1] & 1)) {
		std[0] = enclosure ? TYPE_ENCLOSURE : TYPE_DISK;
		if (enclosure)
			std[6] |= 0x40;	/* it has enclosure services */
		if (enclosure ? one_enclosure : several_ports)
			std[6] |= 0x10;	/* and several ports */
		memcpy(std + 8, "TEST    JBOD            0001", 28);
		answer(cmd, std, sizeof(std));
		return;
	}
	switch (cmd->cmnd[2]) {
	case 0x00:
		answer(cmd, pages, sizeof(pages));
		break;
	case 0x83:
		put_unaligned_be64(name_of(cmd), page_83 + 8);
		answer(cmd, page_83, sizeof(page_83));
		break;
	default:
		invalid_field(cmd);
	}
}

static void read_capacity(struct scsi_cmnd *cmd)
{
	u8 buf[32] = { };

	if (cmd->cmnd[0] == READ_CAPACITY) {
		put_unaligned_be32(NR_BLOCKS - 1, buf);
		put_unaligned_be32(512, buf + 4);
		answer(cmd, buf, 8);
	} else {
		put_unaligned_be64(NR_BLOCKS - 1, buf);
		put_unaligned_be32(512, buf + 8);
		answer(cmd, buf, sizeof(buf));
	}
}

/* Page 01h: one enclosure with one kind of element, of which it has NR_SLOTS */
static void configuration(struct scsi_cmnd *cmd)
{
	u8 page[8 + 40 + 4] = { 0x01, 0, 0, sizeof(page) - 4 };
	u8 *enclosure = page + 8, *type = enclosure + 40;

	enclosure[2] = 1;
	enclosure[3] = 40 - 4;
	put_unaligned_be64(ENCLOSURE_ADDRESS, enclosure + 4);
	memcpy(enclosure + 12, "TEST    JBOD            0001", 28);
	type[0] = ARRAY_DEVICE_SLOT;
	type[1] = NR_SLOTS;
	answer(cmd, page, sizeof(page));
}

/* Page 02h: the element that stands for all of the kind, then each */
static void status(struct scsi_cmnd *cmd)
{
	u8 page[8 + 4 * (1 + NR_SLOTS)] = { 0x02, 0, 0, sizeof(page) - 4 };
	u8 *element = page + 8;

	for (int i = 0; i < NR_SLOTS; i++) {
		element += 4;
		element[0] = STATUS_OK;
		if (READ_ONCE(lamps) & BIT(i))
			element[2] = IDENT;
	}
	answer(cmd, page, sizeof(page));
}

/* Page 0Ah: the address in each slot, of the port that this module leads to */
static void additional_status(struct scsi_cmnd *cmd)
{
	u8 page[8 + 36 * NR_SLOTS] = { 0x0a, 0, 0, sizeof(page) - 4 };
	u8 *element = page + 8;

	for (int i = 0; i < NR_SLOTS; i++, element += 36) {
		element[0] = 0x10 | SCSI_PROTOCOL_SAS;	/* it tells its index */
		element[1] = 36 - 2;
		element[3] = i;
		element[4] = 1;				/* phy */
		element[7] = i;				/* slot number */
		if (READ_ONCE(slot) == i)
			put_unaligned_be64(DISK_ADDRESS + index_of(cmd),
					   element + 8 + 12);
	}
	answer(cmd, page, sizeof(page));
}

static void receive_diagnostic(struct scsi_cmnd *cmd)
{
	switch (cmd->cmnd[2]) {
	case 0x01:
		configuration(cmd);
		break;
	case 0x02:
		status(cmd);
		break;
	case 0x0a:
		additional_status(cmd);
		break;
	default:
		invalid_field(cmd);
	}
}

static void send_diagnostic(struct scsi_cmnd *cmd)
{
	u8 page[8 + 4 * (1 + NR_SLOTS)];
	u8 *element = page + 8;
	unsigned int lit = READ_ONCE(lamps);

	if (scsi_bufflen(cmd) != sizeof(page)) {
		invalid_field(cmd);
		return;
	}
	sg_copy_to_buffer(scsi_sglist(cmd), scsi_sg_count(cmd), page,
			  sizeof(page));
	for (int i = 0; i < NR_SLOTS; i++) {
		element += 4;
		if (!(element[0] & SELECT))
			continue;
		lit &= ~BIT(i);
		if (element[2] & IDENT)
			lit |= BIT(i);
	}
	WRITE_ONCE(lamps, lit);
	cmd->result = 0;
}

static void enclosure_cmd(struct scsi_cmnd *cmd)
{
	switch (cmd->cmnd[0]) {
	case TEST_UNIT_READY:
		cmd->result = 0;
		break;
	case INQUIRY:
		inquiry(cmd);
		break;
	case RECEIVE_DIAGNOSTIC:
		receive_diagnostic(cmd);
		break;
	case SEND_DIAGNOSTIC:
		send_diagnostic(cmd);
		break;
	default:
		scsi_build_sense(cmd, 0, ILLEGAL_REQUEST, 0x20, 0);
	}
}

static void disk_cmd(struct scsi_cmnd *cmd)
{
	switch (cmd->cmnd[0]) {
	case TEST_UNIT_READY:
	case SYNCHRONIZE_CACHE:
	case START_STOP:
		cmd->result = 0;
		break;
	case INQUIRY:
		inquiry(cmd);
		break;
	case READ_CAPACITY:
	case SERVICE_ACTION_IN_16:
		read_capacity(cmd);
		break;
	case READ_10:
		sg_zero_buffer(scsi_sglist(cmd), scsi_sg_count(cmd),
			       scsi_bufflen(cmd), 0);
		cmd->result = 0;
		break;
	default:
		scsi_build_sense(cmd, 0, ILLEGAL_REQUEST, 0x20, 0);
	}
}

static queue_status jbod_queuecommand(struct Scsi_Host *shost, struct scsi_cmnd *cmd)
{
	if (is_enclosure(cmd))
		enclosure_cmd(cmd);
	else
		disk_cmd(cmd);
	scsi_done(cmd);
	return 0;
}

static int jbod_abort(struct scsi_cmnd *cmd)
{
	return SUCCESS;
}

static const struct scsi_host_template jbod_template = {
	.module			= THIS_MODULE,
	.name			= "jbod",
	.proc_name		= "jbod",
	.queuecommand		= jbod_queuecommand,
	.eh_abort_handler	= jbod_abort,
	.can_queue		= 64,
	.cmd_per_lun		= 64,
	.this_id		= -1,
	.sg_tablesize		= SG_ALL,
	.max_sectors		= 1024,
	.dma_boundary		= ULONG_MAX,
};

static struct sas_function_template jbod_sas_functions = { };

static int add_phy(struct sas_port *port, struct device *parent, int number)
{
	struct sas_phy *phy = sas_phy_alloc(parent, number);
	int error;

	if (!phy)
		return -ENOMEM;
	phy->identify.device_type = SAS_END_DEVICE;
	phy->identify.initiator_port_protocols = SAS_PROTOCOL_SSP;
	error = sas_phy_add(phy);
	if (error) {
		sas_phy_free(phy);
		return error;
	}
	sas_port_add_phy(port, phy);
	return 0;
}

/* Adds the device at @address, and scans it. What is left goes with the host. */
static int add_end_device(struct Scsi_Host *shost, int phy, u64 address)
{
	struct device *parent = &shost->shost_gendev;
	struct sas_port *port;
	struct sas_rphy *rphy;
	int error;

	port = sas_port_alloc_num(parent);
	if (!port)
		return -ENOMEM;
	error = sas_port_add(port);
	if (error) {
		sas_port_free(port);
		return error;
	}
	error = add_phy(port, parent, phy);
	if (error)
		return error;
	rphy = sas_end_device_alloc(port);
	if (!rphy)
		return -ENOMEM;
	rphy->identify.sas_address = address;
	rphy->identify.target_port_protocols = SAS_PROTOCOL_SSP;
	error = sas_rphy_add(rphy);
	if (error)
		sas_rphy_free(rphy);
	return error;
}

static void remove_host(unsigned int index)
{
	lockdep_assert_held(&jbod_mutex);
	sas_remove_host(jbod_hosts[index]);
	scsi_host_put(jbod_hosts[index]);
	jbod_hosts[index] = NULL;
}

static int add_host(unsigned int index)
{
	const u64 first = enclosure_first ? ENCLOSURE_ADDRESS : DISK_ADDRESS;
	const u64 second = enclosure_first ? DISK_ADDRESS : ENCLOSURE_ADDRESS;
	struct Scsi_Host *shost;
	int error;

	lockdep_assert_held(&jbod_mutex);
	shost = scsi_host_alloc(&jbod_template, sizeof(unsigned int));
	if (!shost)
		return -ENOMEM;
	*(unsigned int *)shost->hostdata = index;
	shost->transportt = jbod_transport;
	shost->max_id = NR_HOSTS;
	shost->max_lun = 1;
	shost->max_cmd_len = 16;
	error = scsi_add_host(shost, jbod_root);
	if (error) {
		scsi_host_put(shost);
		return error;
	}
	jbod_hosts[index] = shost;
	error = add_end_device(shost, 0, first + index);
	if (!error)
		error = add_end_device(shost, 1, second + index);
	if (error)
		remove_host(index);
	return error;
}

static int follow_present(void)
{
	int error = 0;

	mutex_lock(&jbod_mutex);
	for (unsigned int i = 0; !error && i < NR_HOSTS; i++) {
		if (present & BIT(i) && !jbod_hosts[i])
			error = add_host(i);
		else if (!(present & BIT(i)) && jbod_hosts[i])
			remove_host(i);
	}
	mutex_unlock(&jbod_mutex);
	return error;
}

static int present_set(const char *val, const struct kernel_param *kp)
{
	int error = param_set_uint(val, kp);

	/* Before the module is initialized it is only written down. */
	if (error || !jbod_transport)
		return error;
	return follow_present();
}

static const struct kernel_param_ops present_ops = {
	.set = present_set,
	.get = param_get_uint,
};
module_param_cb(present, &present_ops, &present, 0644);

static void remove_all(void)
{
	mutex_lock(&jbod_mutex);
	for (unsigned int i = 0; i < NR_HOSTS; i++) {
		if (jbod_hosts[i])
			remove_host(i);
	}
	mutex_unlock(&jbod_mutex);
	sas_release_transport(jbod_transport);
	root_device_unregister(jbod_root);
}

static int __init jbod_init(void)
{
	int error;

	jbod_root = root_device_register("scsi_jbod");
	if (IS_ERR(jbod_root))
		return PTR_ERR(jbod_root);
	jbod_transport = sas_attach_transport(&jbod_sas_functions);
	if (!jbod_transport) {
		root_device_unregister(jbod_root);
		return -ENOMEM;
	}
	error = follow_present();
	if (error)
		remove_all();
	return error;
}

static void __exit jbod_exit(void)
{
	remove_all();
}

module_init(jbod_init);
module_exit(jbod_exit);

MODULE_DESCRIPTION("A shelf with a disk behind two SAS hosts, for tests");
MODULE_LICENSE("GPL");
