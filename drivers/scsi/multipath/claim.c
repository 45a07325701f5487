// SPDX-License-Identifier: GPL-2.0
/*
 * Which devices become paths, and how they join and leave a logical unit.
 *
 * A device is claimed after the mid-layer has scanned it and before anybody
 * else can see it. What is not claimed goes on exactly as without multipath.
 */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/moduleparam.h>
#include <linux/nodemask.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_multipath.h>
#include <scsi/scsi_proto.h>
#include <scsi/scsi_transport.h>

#include "../scsi_priv.h"
#include "identity.h"
#include "mpath.h"

/* sd reads the capacity of large disks with a 16-byte CDB. */
#define MIN_CMD_LEN	16

static DEFINE_MUTEX(claim_mutex);

enum multipath_mode {
	MULTIPATH_OFF,
	MULTIPATH_AUTO,
	MULTIPATH_ALWAYS,
};

static const char *const mode_names[] = {
	[MULTIPATH_OFF]		= "off",
	[MULTIPATH_AUTO]	= "auto",
	[MULTIPATH_ALWAYS]	= "always",
};

static enum multipath_mode mode = MULTIPATH_AUTO;

static int multipath_set(const char *val, const struct kernel_param *kp)
{
	int i = sysfs_match_string(mode_names, val);

	if (i < 0)
		return i;
	mode = i;
	return 0;
}

static int multipath_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n", mode_names[mode]);
}

static const struct kernel_param_ops multipath_ops = {
	.set = multipath_set,
	.get = multipath_get,
};

module_param_cb(multipath, &multipath_ops, NULL, 0444);
MODULE_PARM_DESC(multipath,
		 "Devices to combine: off, auto (those that report several ports, and a strong identity; default), always (all with a strong identity)");

static bool type_is_eligible(u8 type)
{
	switch (type) {
	case TYPE_DISK:
	case TYPE_TAPE:
	case TYPE_WORM:
	case TYPE_ROM:
	case TYPE_MOD:
	case TYPE_MEDIUM_CHANGER:
	case TYPE_ENCLOSURE:
	case TYPE_RBC:
	case TYPE_ZBC:
		return true;
	default:
		return false;
	}
}

/* MULTIP: the device has several ports; TPGS: it has target port groups */
static bool reports_several_ports(struct scsi_device *sdev)
{
	return sdev->inquiry[6] & 0x10 || scsi_device_tpgs(sdev);
}

static bool is_eligible(struct scsi_device *sdev)
{
	const struct Scsi_Host *shost = sdev->host;

	if (mode == MULTIPATH_OFF || scsi_device_is_lu(sdev))
		return false;
	if (mode == MULTIPATH_AUTO && !reports_several_ports(sdev))
		return false;
	return type_is_eligible(sdev->type) &&
	       sdev->inq_periph_qual == SCSI_INQ_PQ_CON &&
	       !sdev->no_uld_attach &&
	       !scsi_target(sdev)->single_lun &&
	       !shost->hostt->no_multipath;
}

/* Two disks with the same data are a surprise, so say why there are two. */
static bool host_is_able(struct scsi_device *sdev)
{
	const struct Scsi_Host *shost = sdev->host;
	const char *reason;

	if (shost->queuecommand_may_block)
		reason = "its driver may block in queuecommand";
	else if (shost->max_cmd_len < MIN_CMD_LEN)
		reason = "its host takes no CDBs of 16 bytes";
	else
		return true;
	sdev_printk(KERN_NOTICE, sdev, "not combined: %s\n", reason);
	return false;
}

/* Returns 0 if it is not a disk, or cannot tell over this path now. */
static u32 read_block_size(struct scsi_device *sdev)
{
	static const u8 read_capacity[10] = { READ_CAPACITY };
	struct scsi_sense_hdr sense;
	u32 size = 0;
	u8 *buf;

	if (sdev->type != TYPE_DISK && sdev->type != TYPE_ZBC)
		return 0;
	buf = kzalloc(8, GFP_KERNEL);
	if (!buf)
		return 0;
	if (!scsi_path_ask(sdev, read_capacity, buf, 8, &sense))
		size = get_unaligned_be32(buf + 4);
	kfree(buf);
	return size;
}

/* Another device under the same name? Returns what differs, or NULL. */
static const char *collision(struct scsi_mpath *lu, struct scsi_device *sdev,
			     u32 block_size)
{
	if (lu->sdev->type != sdev->type)
		return "type";
	if (memcmp(lu->sdev->vendor, sdev->vendor, 8))
		return "vendor";
	if (memcmp(lu->sdev->model, sdev->model, 16))
		return "model";
	if (lu->block_size && block_size && lu->block_size != block_size)
		return "block size";
	return NULL;
}

static struct scsi_mpath *find_lu(const char *id)
{
	struct scsi_mpath *lu, *found = NULL;

	mutex_lock(&scsi_mpath_list_mutex);
	list_for_each_entry(lu, &scsi_mpath_list, node) {
		if (!strcmp(lu->id, id)) {
			scsi_mpath_get(lu);
			found = lu;
			break;
		}
	}
	mutex_unlock(&scsi_mpath_list_mutex);
	return found;
}

static void follow_path_depths(struct scsi_mpath *lu)
{
	struct scsi_path *path;
	int depth = 0;

	lockdep_assert_held(&scsi_mpath_list_mutex);
	list_for_each_entry(path, &lu->paths, node)
		depth += path->sdev->queue_depth;
	if (lu->sdev && depth)
		scsi_change_queue_depth(lu->sdev, depth);
}

static int reserve_room_in(struct scsi_mpath *lu, int node,
			   unsigned int nr_paths)
{
	struct scsi_path_set *old, *new;
	unsigned int capacity;

	old = rcu_dereference_protected(lu->usable[node], true);
	if (nr_paths <= old->capacity)
		return 0;
	capacity = max(nr_paths, 2 * old->capacity);
	/* Under a mutex that is taken to fail I/O. */
	new = kzalloc(struct_size(new, path, capacity), GFP_NOIO);
	if (!new)
		return -ENOMEM;
	new->capacity = capacity;

	spin_lock_irq(&lu->lock);
	for (unsigned int i = 0; i < old->nr; i++)
		new->path[i] = old->path[i];
	new->nr = old->nr;
	RCU_INIT_POINTER(new->stay,
			 rcu_dereference_protected(old->stay, true));
	rcu_assign_pointer(lu->usable[node], new);
	spin_unlock_irq(&lu->lock);
	kfree_rcu(old, rcu);
	return 0;
}

/* Makes room in the sets for dispatch, so that state changes need not. */
static int reserve_room(struct scsi_mpath *lu, unsigned int nr_paths)
{
	int error = 0;

	lockdep_assert_held(&scsi_mpath_list_mutex);
	for (int node = 0; !error && node < nr_node_ids; node++)
		error = reserve_room_in(lu, node, nr_paths);
	return error;
}

/* What is reserved over its only path can not be used over another one. */
static bool count_in(struct scsi_mpath *lu)
{
	bool may_join;

	spin_lock_irq(&lu->lock);
	may_join = !lu->reserved || !lu->nr_paths;
	if (may_join)
		WRITE_ONCE(lu->nr_paths, lu->nr_paths + 1);
	spin_unlock_irq(&lu->lock);
	return may_join;
}

static int join(struct scsi_mpath *lu, struct scsi_path *path)
{
	int error = -ENODEV;

	mutex_lock(&scsi_mpath_list_mutex);
	if (lu->gone)
		goto unlock;
	error = reserve_room(lu, lu->nr_paths + 1);
	if (error)
		goto unlock;
	if (!count_in(lu)) {
		sdev_printk(KERN_ERR, path->sdev,
			    "%s may be reserved over its only path\n",
			    dev_name(&lu->sdev->sdev_gendev));
		error = -EBUSY;
		goto unlock;
	}

	path->lu = lu;
	scsi_mpath_get(lu);
	WRITE_ONCE(path->sdev->path, path);
	/*
	 * Pairs with those in scsi_path_access_state_read() and
	 * scsi_path_sdev_state_changed().
	 */
	smp_mb();
	path->sdev->no_uld_attach = 1;

	spin_lock_irq(&lu->lock);
	path->group_disabled = scsi_mpath_group_is_disabled(lu, path->weight);
	scsi_path_access_join(path);
	list_add_tail(&path->node, &lu->paths);
	WRITE_ONCE(lu->max_cmd_len,
		   min(lu->max_cmd_len, path->sdev->host->max_cmd_len));
	path->running = path->sdev->sdev_state == SDEV_RUNNING;
	path->suspect = path->state != PATH_GOOD;
	if (path->state == PATH_WAITING || path->state == PATH_DEAD)
		scsi_path_probe_schedule(path);
	scsi_path_refresh_locked(lu);
	spin_unlock_irq(&lu->lock);
	follow_path_depths(lu);
unlock:
	mutex_unlock(&scsi_mpath_list_mutex);
	return error;
}

/* No new command finds the path once this returns. */
static void unjoin(struct scsi_path *path)
{
	struct scsi_mpath *lu = path->lu;

	mutex_lock(&scsi_mpath_list_mutex);
	spin_lock_irq(&lu->lock);
	list_del_init(&path->node);
	WRITE_ONCE(lu->nr_paths, lu->nr_paths - 1);
	/* What still completes on this path must not start anything. */
	WRITE_ONCE(path->state, PATH_DISABLED);
	scsi_path_refresh_locked(lu);
	if (list_empty(&lu->paths))
		scsi_mpath_last_path_left(lu, path->gone);
	spin_unlock_irq(&lu->lock);
	follow_path_depths(lu);
	mutex_unlock(&scsi_mpath_list_mutex);

	/* One that is under way may be waiting for its queue. */
	disable_delayed_work(&path->probe);
	synchronize_rcu();
}

static int claim_as_path(struct scsi_device *sdev, char *id)
{
	struct scsi_mpath *lu;
	struct scsi_path *path;
	enum scsi_path_effect tested;
	enum scsi_path_state state;
	const char *what;
	u32 block_size;
	bool is_first;
	int error;

	path = kzalloc(sizeof(*path), GFP_KERNEL);
	if (!path) {
		kfree(id);
		return -ENOMEM;
	}
	path->sdev = sdev;
	INIT_LIST_HEAD(&path->node);
	scsi_path_probe_init(path);
	scsi_path_access_init(path);
	/* It knows what the target means. */
	scsi_dh_add_device(sdev);
	/* The first user command must not see a power-on that was not. */
	tested = scsi_path_test(sdev);
	state = scsi_path_state_after(tested);
	path->state = state;
	path->passive = tested == PATH_PASSIVE;
	path->gone = tested == PATH_GONE;
	block_size = read_block_size(sdev);

	lu = find_lu(id);
	is_first = !lu;
	if (is_first) {
		error = scsi_mpath_host_get();
		if (error) {
			kfree(id);
			goto free_path;
		}
		lu = scsi_mpath_create(id, sdev);
		error = -ENOMEM;
		if (!lu)
			goto free_path;
		lu->block_size = block_size;
		/* A port in standby still answers what a scan asks. */
		if (state != PATH_GOOD)
			path->state = PATH_PROBATION;
	} else {
		kfree(id);
		what = collision(lu, sdev, block_size);
		if (what) {
			sdev_printk(KERN_ERR, sdev,
				    "identity %s is that of %s, but %s differs: not combined, check the identity of both\n",
				    lu->id, dev_name(&lu->sdev->sdev_gendev),
				    what);
			error = -EEXIST;
			goto put_lu;
		}
		error = scsi_mpath_take_limits(lu, sdev);
		if (error) {
			sdev_printk(KERN_ERR, sdev,
				    "cannot make %s fit this host's limits\n",
				    dev_name(&lu->sdev->sdev_gendev));
			goto put_lu;
		}
	}

	error = join(lu, path);
	if (error)
		goto put_lu;
	if (is_first) {
		error = scsi_mpath_bring_up(lu);
		if (error)
			goto undo_join;
		if (state != PATH_GOOD || path->access == ACCESS_NONE) {
			scsi_mpath_rescan_when_usable(lu);
			scsi_path_set_state(path, state, "at scan");
		}
	}
	scsi_mpath_put(lu);
	return 0;

undo_join:
	unjoin(path);
	cancel_delayed_work_sync(&path->probe);
	WRITE_ONCE(sdev->path, NULL);
	synchronize_rcu();	/* scsi_path_sdev_state_changed() */
	scsi_mpath_put(lu);
put_lu:
	scsi_mpath_put(lu);
free_path:
	kfree(path);
	/* As if it had not been looked at. */
	scsi_dh_release_device(sdev);
	sdev->handler = NULL;
	return error;
}

/*
 * A page that an error kept from being read would change the identity: ask once
 * more. What the device says it does not have, it does not have over any path.
 */
static int read_lost_vpd(struct scsi_device *sdev)
{
	static const u8 inquiry_83[6] = { INQUIRY, 1, 0x83, 0, VPD_HEADER_LEN };
	struct scsi_sense_hdr sense;
	int result;
	u8 *header;

	if (rcu_access_pointer(sdev->vpd_pg83) ||
	    !scsi_device_supports_vpd(sdev))
		return 0;
	header = kzalloc(VPD_HEADER_LEN, GFP_KERNEL);
	if (!header)
		return -ENOMEM;
	result = scsi_path_ask(sdev, inquiry_83, header, VPD_HEADER_LEN, &sense);
	if (!result && header[1] == 0x83)
		scsi_attach_vpd(sdev);
	kfree(header);
	return result && sense.sense_key != ILLEGAL_REQUEST ? -EIO : 0;
}

static int claim(struct scsi_device *sdev)
{
	int error;
	char *id;

	error = read_lost_vpd(sdev);
	if (error)
		return error;
	id = scsi_device_identity(sdev);
	if (IS_ERR_OR_NULL(id))
		return PTR_ERR_OR_ZERO(id);

	mutex_lock(&claim_mutex);
	error = claim_as_path(sdev, id);
	mutex_unlock(&claim_mutex);
	return error;
}

/**
 * scsi_path_claim - make a scanned device a path, if it is one
 * @sdev: device that has been scanned and is not visible yet
 *
 * The first path of an identity brings the logical unit up; on return its
 * device is visible. A device that is none stays what it is. One that is, or may
 * be, and cannot be used is withheld: there is to be no second disk with the
 * same data.
 *
 * Context: process, scan_mutex of the device's host held; does I/O.
 */
void scsi_path_claim(struct scsi_device *sdev)
{
	int error;

	if (!is_eligible(sdev) || !host_is_able(sdev))
		return;
	error = claim(sdev);
	if (sdev->path)
		scsi_path_power_add(sdev);
	if (!error || error == -EEXIST)
		return;
	sdev->no_uld_attach = 1;
	sdev_printk(KERN_ERR, sdev,
		    "not used as a path (%d), delete and rescan it\n", error);
}

/*
 * What a transport holds back can go another way now, if it can be sent twice. Its
 * own patience is right for the only path, and for what may be sent once only.
 */
static void tell_transports(struct scsi_mpath *lu)
{
	struct scsi_path *path;

	if (!scsi_type_has_path_timeout(lu->sdev->type))
		return;
	mutex_lock(&scsi_mpath_list_mutex);
	if (lu->nr_paths > 1) {
		list_for_each_entry(path, &lu->paths, node) {
			struct scsi_device *sdev = path->sdev;

			if (sdev->host->transportt->path_claimed)
				sdev->host->transportt->path_claimed(sdev);
		}
	}
	mutex_unlock(&scsi_mpath_list_mutex);
}

/**
 * scsi_path_announce - a claimed device has become visible in sysfs
 * @sdev: device
 *
 * Context: process, scan_mutex of the device's host held.
 */
void scsi_path_announce(struct scsi_device *sdev)
{
	struct scsi_path *path = sdev->path;

	if (!path)
		return;
	tell_transports(path->lu);
	if (scsi_path_sysfs_add(path))
		sdev_printk(KERN_WARNING, sdev,
			    "path has no attributes in sysfs\n");
	sdev_printk(KERN_NOTICE, path->lu->sdev, "path %s added, %u in all\n",
		    dev_name(&sdev->sdev_gendev), path->lu->nr_paths);
	scsi_path_uevent(path, "added");
}

/**
 * scsi_path_leave - a device is being removed
 * @sdev: device in SDEV_DEL, its queue not destroyed yet
 *
 * On return no new command uses the path; those under way still do, and the
 * caller drains them when it destroys the queue.
 *
 * Context: process.
 */
void scsi_path_leave(struct scsi_device *sdev)
{
	struct scsi_path *path = sdev->path;

	if (!path)
		return;
	scsi_path_sysfs_remove(path);
	unjoin(path);
	scsi_path_power_remove(sdev);
	sdev_printk(KERN_NOTICE, path->lu->sdev, "path %s removed, %u left\n",
		    dev_name(&sdev->sdev_gendev), path->lu->nr_paths);
	scsi_path_uevent(path, "removed");
}

/**
 * scsi_path_drained - the queue of a device that is being removed is no more
 * @sdev: device
 *
 * A probe that has been waiting for it waits no longer.
 *
 * Context: process.
 */
void scsi_path_drained(struct scsi_device *sdev)
{
	struct scsi_path *path = sdev->path;

	if (path)
		cancel_delayed_work_sync(&path->probe);
}

/**
 * scsi_path_release - the last reference to a device is gone
 * @sdev: device
 *
 * Context: process.
 */
void scsi_path_release(struct scsi_device *sdev)
{
	struct scsi_path *path = sdev->path;

	if (scsi_device_is_lu(sdev))
		scsi_mpath_sdev_released(sdev);
	if (!path)
		return;
	scsi_mpath_put(path->lu);
	kfree(path);
}
