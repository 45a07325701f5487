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
#include <scsi/scsi_device.h>
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

/*
 * No enclosure: what answers is the process of one I/O module, also where both have
 * one name. What it is told, such as firmware, must not reach the other one, and
 * what it tells of its own links is true of these alone. And ses asks it with a lock
 * held that a path needs to come back.
 */
static bool type_is_eligible(u8 type)
{
	switch (type) {
	case TYPE_DISK:
	case TYPE_TAPE:
	case TYPE_WORM:
	case TYPE_ROM:
	case TYPE_MOD:
	case TYPE_MEDIUM_CHANGER:
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

/*
 * A SATA disk behind a SAS host has one port, and libata repeats its commands by
 * itself, by means that an attempt has not.
 */
static bool is_recovered_by_libata(struct scsi_device *sdev)
{
	return sdev->host->transportt->eh_strategy_handler &&
	       !memcmp(sdev->vendor, "ATA     ", 8);
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
	       !is_recovered_by_libata(sdev) &&
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

/* Of several names the best one that a logical unit is called by. */
static struct scsi_mpath *find_lu(const char *names)
{
	struct scsi_mpath *lu;

	mutex_lock(&scsi_mpath_list_mutex);
	for (; *names; names = scsi_identity_next(names)) {
		list_for_each_entry(lu, &scsi_mpath_list, node) {
			if (!strcmp(lu->id, names)) {
				scsi_mpath_get(lu);
				goto found;
			}
		}
	}
	lu = NULL;
found:
	mutex_unlock(&scsi_mpath_list_mutex);
	return lu;
}

/**
 * scsi_mpath_follow_path_depths - a logical unit takes what its paths take together
 * @lu: logical unit
 *
 * Context: process, scsi_mpath_list_mutex held.
 */
void scsi_mpath_follow_path_depths(struct scsi_mpath *lu)
{
	struct scsi_path *path;
	int depth = 0;

	lockdep_assert_held(&scsi_mpath_list_mutex);
	list_for_each_entry(path, &lu->paths, node)
		depth += path->sdev->queue_depth;
	if (lu->sdev && depth)
		scsi_change_queue_depth(lu->sdev, depth);
}

static int reserve_room_in(struct scsi_mpath *lu, int which,
			   unsigned int nr_paths)
{
	struct scsi_path_set *old, *new;
	unsigned int capacity;

	old = rcu_dereference_protected(lu->usable[which], true);
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
	rcu_assign_pointer(lu->usable[which], new);
	spin_unlock_irq(&lu->lock);
	kfree_rcu(old, rcu);
	return 0;
}

/* Makes room in the sets for dispatch, so that state changes need not. */
static int reserve_room(struct scsi_mpath *lu, unsigned int nr_paths)
{
	int error = 0;

	lockdep_assert_held(&scsi_mpath_list_mutex);
	for (int set = 0; !error && set < scsi_mpath_nr_sets(); set++)
		error = reserve_room_in(lu, set, nr_paths);
	return error;
}

/* What is reserved over its only path can not be used over another one. */
static bool count_in(struct scsi_mpath *lu)
{
	bool may_join;

	spin_lock_irq(&lu->lock);
	may_join = !lu->reserved || !lu->nr_paths;
	if (may_join) {
		WRITE_ONCE(lu->nr_paths, lu->nr_paths + 1);
		WRITE_ONCE(lu->most_paths, max(lu->most_paths, lu->nr_paths));
	}
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
	/* As blk_register_queue() does for a queue that has a disk. */
	percpu_ref_switch_to_percpu(&path->sdev->request_queue->q_usage_counter);

	spin_lock_irq(&lu->lock);
	if (list_empty(&lu->paths))
		scsi_mpath_lost_nexus(lu);
	memcpy(path->event, lu->event, sizeof(path->event));
	scsi_path_take_slot(path);
	path->group_disabled = scsi_mpath_group_is_disabled(lu, path->weight);
	scsi_path_access_join(path);
	list_add_tail(&path->node, &lu->paths);
	scsi_path_start_polling(path);
	WRITE_ONCE(lu->max_cmd_len,
		   min(lu->max_cmd_len, path->sdev->host->max_cmd_len));
	path->running = path->sdev->sdev_state == SDEV_RUNNING;
	path->suspect = path->state != PATH_GOOD;
	if (path->state == PATH_WAITING || path->state == PATH_DEAD)
		scsi_path_probe_schedule(path);
	scsi_path_refresh_locked(lu);
	spin_unlock_irq(&lu->lock);
	scsi_mpath_follow_path_depths(lu);
	if (lu->announced) {
		scsi_path_share_settings(path);
		scsi_path_share_quirks(path);
	}
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
	scsi_mpath_follow_path_depths(lu);
	mutex_unlock(&scsi_mpath_list_mutex);

	/* Those that are under way may be waiting for its queue. */
	disable_work(&path->drain);
	disable_delayed_work(&path->probe);
	disable_delayed_work(&path->marginal_work);
	synchronize_rcu();
}

/* What unjoin() has left running, of a path whose queue lets nobody wait. */
static void wait_for_work(struct scsi_path *path)
{
	cancel_work_sync(&path->drain);
	cancel_delayed_work_sync(&path->probe);
	cancel_delayed_work_sync(&path->marginal_work);
	scsi_path_stop_polling(path);
}

/**
 * struct newcomer - a device that is about to become a path, and what it has said
 * @sdev: the device
 * @names: those of the logical unit behind it
 * @path: what it will be, with the state that it will have; NULL if this is only to
 *	find out whether it could become one
 * @state: after a test over it
 * @is_silent: nothing answers over it
 * @size: of the disk
 */
struct newcomer {
	struct scsi_device *sdev;
	const char *names;
	struct scsi_path *path;
	enum scsi_path_state state;
	bool is_silent;
	struct scsi_path_size size;
};

/*
 * What a target does not answer is waited for here, where nobody else waits: no lock
 * but that of its host's scan is held.
 */
static void ask(struct newcomer *new)
{
	struct scsi_path *path = new->path;
	enum scsi_path_effect tested;
	enum scsi_path_answer answer;

	/* The first user command must not see a power-on that was not. */
	tested = scsi_path_test(new->sdev, &answer);
	new->is_silent = answer == ANSWER_NONE;
	new->state = scsi_path_state_after(tested);
	if (path) {
		path->state = new->state;
		path->passive = tested == PATH_PASSIVE;
		path->gone = tested == PATH_GONE;
	}
	if (new->is_silent)
		return;
	scsi_path_read_size(new->sdev, &new->size);
	if (path)
		path->sized = new->size.block_size ||
			      !scsi_type_has_size(new->sdev->type);
}

static int join_known(struct newcomer *new, struct scsi_mpath *lu)
{
	int error;

	lockdep_assert_held(&claim_mutex);
	error = scsi_mpath_take_limits(lu, new->sdev);
	if (!error)
		return join(lu, new->path);
	sdev_printk(KERN_ERR, new->sdev,
		    "cannot make %s fit this host's limits\n",
		    dev_name(&lu->sdev->sdev_gendev));
	return error;
}

static int bring_up(struct newcomer *new)
{
	struct scsi_path *path = new->path;
	struct scsi_mpath *lu;
	int error;
	char *id;

	lockdep_assert_held(&claim_mutex);
	error = scsi_mpath_host_get();
	if (error)
		return error;
	id = kstrdup(new->names, GFP_KERNEL);
	if (!id)
		return -ENOMEM;
	lu = scsi_mpath_create(id, new->sdev);
	if (!lu)
		return -ENOMEM;
	/* A port in standby still answers what a scan asks. */
	if (new->state != PATH_GOOD)
		path->state = PATH_PROBATION;

	error = join(lu, path);
	if (error)
		goto put_lu;
	error = scsi_mpath_bring_up(lu);
	if (error)
		goto undo_join;
	if (new->state != PATH_GOOD || path->access == ACCESS_NONE) {
		scsi_mpath_rescan_when_usable(lu);
		scsi_path_set_state(path, new->state, "at scan");
	}
	scsi_mpath_put(lu);
	return 0;

undo_join:
	unjoin(path);
	wait_for_work(path);
	WRITE_ONCE(new->sdev->path, NULL);
	synchronize_rcu();	/* scsi_path_sdev_state_changed() */
	scsi_mpath_put(lu);
put_lu:
	scsi_mpath_put(lu);
	return error;
}

/* May it join the logical unit that it has the name of? */
static int compare(struct newcomer *new, struct scsi_mpath *lu)
{
	const char *what = scsi_path_clash(lu, new->sdev, &new->size);

	if (!what)
		return READ_ONCE(lu->reserved) && READ_ONCE(lu->nr_paths) &&
		       !new->path ? -EBUSY : 0;
	if (new->path)
		sdev_printk(KERN_ERR, new->sdev,
			    "identity %s is that of %s, but %s differs: not combined, check the identity of both\n",
			    lu->id, dev_name(&lu->sdev->sdev_gendev), what);
	return -EEXIST;
}

static bool is_still_known_as(struct scsi_mpath *lu, const char *names)
{
	struct scsi_mpath *again = find_lu(names);

	if (again)
		scsi_mpath_put(again);
	return again == lu;
}

static int join_or_bring_up(struct newcomer *new)
{
	struct scsi_mpath *lu;
	int error;

	do {
		lu = find_lu(new->names);
		if (lu)
			error = compare(new, lu);
		else
			error = new->is_silent ? -EIO : 0;
		if (!error && new->path) {
			mutex_lock(&claim_mutex);
			/* Another claim, or a removal, was perhaps faster. */
			if (!is_still_known_as(lu, new->names))
				error = -EAGAIN;
			else if (!lu)
				error = bring_up(new);
			else
				error = join_known(new, lu);
			mutex_unlock(&claim_mutex);
			if (lu && error == -ENODEV)
				error = -EAGAIN;
		}
		if (lu)
			scsi_mpath_put(lu);
	} while (error == -EAGAIN);
	return error;
}

static int claim_as_path(struct scsi_device *sdev, const char *names)
{
	struct newcomer new = { .sdev = sdev, .names = names };
	struct scsi_path *path;
	int error;

	path = kzalloc(sizeof(*path), GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	path->sdev = sdev;
	INIT_LIST_HEAD(&path->node);
	scsi_path_event_init(path);
	scsi_path_probe_init(path);
	scsi_path_access_init(path);
	scsi_path_marginal_init(path);
	new.path = path;
	/* It knows what the target means. */
	scsi_dh_add_device(sdev);
	ask(&new);
	error = join_or_bring_up(&new);
	if (!error)
		return 0;

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
	char *names;
	int error;

	error = read_lost_vpd(sdev);
	if (error)
		return error;
	names = scsi_device_identity(sdev);
	if (IS_ERR_OR_NULL(names))
		return PTR_ERR_OR_ZERO(names);
	error = claim_as_path(sdev, names);
	kfree(names);
	return error;
}

/**
 * scsi_path_try_claim - could a device that is withheld become a path now?
 * @sdev: device
 *
 * Nothing is said of it, nothing is changed but its VPD pages, which are read anew.
 *
 * Context: process; does I/O.
 * Return: 0 if it could, or is none; else an errno.
 */
int scsi_path_try_claim(struct scsi_device *sdev)
{
	struct newcomer new = { .sdev = sdev };
	char *names;
	int error;

	scsi_attach_vpd(sdev);
	error = read_lost_vpd(sdev);
	if (error)
		return error;
	names = scsi_device_identity(sdev);
	if (IS_ERR_OR_NULL(names))
		return PTR_ERR_OR_ZERO(names);
	new.names = names;
	ask(&new);
	error = join_or_bring_up(&new);
	kfree(names);
	return error;
}

/* Whatever limits a host has, it has for good. */
static bool will_pass(int error)
{
	return error != -EINVAL;
}

/* May its reason be gone in a second? */
static bool will_pass_soon(int error)
{
	return error != -ETIMEDOUT && error != -EBUSY;
}

/**
 * scsi_path_claim - make a scanned device a path, if it is one
 * @sdev: device that has been scanned and is not visible yet
 *
 * The first path of an identity brings the logical unit up; on return its
 * device is visible. A device that is none stays what it is. One that is, or may
 * be, and cannot be used is withheld: there is to be no second disk with the
 * same data, nor with other data under the same name. If that may pass it is
 * tried again.
 *
 * Context: process, scan_mutex of the device's host held; does I/O.
 */
void scsi_path_claim(struct scsi_device *sdev)
{
	const char *next = "delete and rescan it";
	int error;

	if (!is_eligible(sdev) || !host_is_able(sdev))
		return;
	error = claim(sdev);
	if (sdev->path)
		scsi_path_power_add(sdev);
	if (!error)
		return;
	sdev->no_uld_attach = 1;
	if (will_pass(error) &&
	    !scsi_path_withhold(sdev, will_pass_soon(error)))
		next = "it is tried again now and then";
	sdev_printk(KERN_ERR, sdev, "not used as a path (%d), %s\n", error,
		    next);
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
	scsi_mpath_watch_start();
	scsi_mpath_outlier_start();
}

/**
 * scsi_path_leave - a device is being removed
 * @sdev: any device in SDEV_DEL, its queue not destroyed yet
 *
 * On return no new command uses the path; those under way still do, and the
 * caller drains them when it destroys the queue.
 *
 * Context: process.
 */
void scsi_path_leave(struct scsi_device *sdev)
{
	struct scsi_path *path = sdev->path;

	if (!path) {
		scsi_path_forget(sdev);
		return;
	}
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

	if (!path)
		return;
	wait_for_work(path);
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
