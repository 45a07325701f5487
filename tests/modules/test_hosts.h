/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hosts of a test module: all alike, each with one device. Parameters of the module:
 *   hosts		how many
 *   protects		mask of those that can do protection information of type 1
 */
#ifndef _TEST_HOSTS_H
#define _TEST_HOSTS_H

#include <linux/device.h>
#include <linux/module.h>
#include <scsi/scsi_host.h>

#define MAX_HOSTS		8

static unsigned int hosts = 2;
module_param(hosts, uint, 0444);
static unsigned int protects;
module_param(protects, uint, 0444);

static struct Scsi_Host *test_hosts[MAX_HOSTS];
static struct device *test_root;

static inline unsigned int index_of(const struct Scsi_Host *shost)
{
	return *(unsigned int *)shost->hostdata;
}

static void remove_hosts(void)
{
	for (unsigned int i = 0; i < hosts; i++) {
		if (!test_hosts[i])
			continue;
		scsi_remove_host(test_hosts[i]);
		scsi_host_put(test_hosts[i]);
	}
	root_device_unregister(test_root);
}

static int add_host(const struct scsi_host_template *template,
		    unsigned int index, unsigned int depth)
{
	struct Scsi_Host *shost;
	int error;

	shost = scsi_host_alloc(template, sizeof(unsigned int));
	if (!shost)
		return -ENOMEM;
	*(unsigned int *)shost->hostdata = index;
	shost->max_id = 1;
	shost->max_lun = 1;
	shost->max_cmd_len = 16;
	if (protects & BIT(index)) {
		scsi_host_set_prot(shost, SHOST_DIF_TYPE1_PROTECTION |
					  SHOST_DIX_TYPE1_PROTECTION);
		scsi_host_set_guard(shost, SHOST_DIX_GUARD_CRC);
	}
	if (depth)
		shost->can_queue = min_t(int, depth, template->can_queue);
	error = scsi_add_host(shost, test_root);
	if (error) {
		scsi_host_put(shost);
		return error;
	}
	test_hosts[index] = shost;
	scsi_scan_host(shost);
	return 0;
}

/* @depths: commands that each host takes at once, 0 or NULL: what @template says */
static int add_hosts(const struct scsi_host_template *template,
		     const unsigned int *depths)
{
	int error;

	hosts = clamp(hosts, 1, MAX_HOSTS);
	test_root = root_device_register(KBUILD_MODNAME);
	if (IS_ERR(test_root))
		return PTR_ERR(test_root);
	for (unsigned int i = 0; i < hosts; i++) {
		error = add_host(template, i, depths ? depths[i] : 0);
		if (error) {
			remove_hosts();
			return error;
		}
	}
	return 0;
}

#endif /* _TEST_HOSTS_H */
