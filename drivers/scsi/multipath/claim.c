// SPDX-License-Identifier: GPL-2.0
/*
 * A device becomes a path: whose, and of which logical unit.
 *
 * A device is claimed after the mid-layer has scanned it and before anybody
 * else can see it. What is not claimed goes on exactly as without multipath.
 */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_transport.h>

#include "../scsi_priv.h"
#include "identity.h"
#include "mpath.h"
#include "rules.h"

/* Devices that bring a logical unit up, none with a name of another one */
static LIST_HEAD(firsts);
static DEFINE_SPINLOCK(firsts_lock);
static DECLARE_WAIT_QUEUE_HEAD(first_is_done);

/* kmalloc() would take twice the memory of a path. */
static struct kmem_cache *path_cache;

/**
 * scsi_multipath_claim_init - paths can be found
 *
 * Return: 0 or -ENOMEM.
 */
int scsi_multipath_claim_init(void)
{
	path_cache = KMEM_CACHE(scsi_path, SLAB_HWCACHE_ALIGN);
	return path_cache ? 0 : -ENOMEM;
}

/**
 * scsi_multipath_claim_exit - there are no devices any more
 */
void scsi_multipath_claim_exit(void)
{
	kmem_cache_destroy(path_cache);
}

/**
 * struct newcomer - a device that is about to become a path, and what it has said
 * @node: in firsts
 * @sdev: the device
 * @names: those of the logical unit behind it
 * @path: what it will be, with the state that it will have; NULL if this is only to
 *	find out whether it could become one
 * @state: after a test over it
 * @is_silent: nothing answers over it
 * @is_alone: there was no path in use to compare it with
 * @size: of the disk
 */
struct newcomer {
	struct list_head node;
	struct scsi_device *sdev;
	const char *names;
	struct scsi_path *path;
	enum scsi_path_state state;
	bool is_silent;
	bool is_alone;
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

	/*
	 * Collect pending unit attentions. The first user command would report a
	 * power-on reset that did not happen.
	 */
	tested = scsi_path_test(new->sdev, &answer);
	new->is_silent = answer == ANSWER_NONE;
	new->state = scsi_path_state_after(tested);
	if (path) {
		path->loss = tested == EFFECT_PASSIVE ? LOSS_PASSIVE : LOSS_FAILED;
		path->disconnected = tested == EFFECT_DISCONNECTED;
	}
	if (!new->is_silent)
		scsi_path_read_size(new->sdev, &new->size);
}

/* As it would be with nobody to be compared with. */
static void begin_as_asked(struct newcomer *new)
{
	struct scsi_path *path = new->path;

	if (!path)
		return;
	path->state = new->state;
	path->sized = new->size.block_size ||
		      (!new->is_silent && !scsi_type_has_size(new->sdev->type));
}

/* What join_known() would return, as far as can be said without doing it */
static int could_join(struct newcomer *new, struct scsi_lu *lu)
{
	if (READ_ONCE(lu->removing))
		return -ENODEV;
	if (READ_ONCE(lu->reserved) && READ_ONCE(lu->nr_paths))
		return -EBUSY;
	if (scsi_lu_lacks_protection(lu, new->sdev, &new->size))
		return -EOPNOTSUPP;
	return scsi_lu_may_take_limits(lu, new->sdev);
}

static int take_path(struct newcomer *new, struct scsi_lu *lu)
{
	const unsigned int capabilities = lu->protection.capabilities;
	int error;

	lockdep_assert_held(&lu->claim_mutex);
	error = scsi_lu_take_protection(lu, new->sdev, &new->size);
	if (error)
		return error;
	error = scsi_lu_take_limits(lu, new->sdev);
	if (!error) {
		error = scsi_path_join(lu, new->path, new->is_alone);
		if (error)
			scsi_lu_limits_not_needed(lu);
	}
	if (error)
		WRITE_ONCE(lu->protection.capabilities, capabilities);
	return error;
}

static void tell_refusal(struct newcomer *new, struct scsi_lu *lu, int error)
{
	const char *name = dev_name(&lu->sdev->sdev_gendev);

	switch (error) {
	case -EBUSY:
		sdev_printk(KERN_ERR, new->sdev,
			    "%s may be reserved over its only path\n", name);
		break;
	case -EOPNOTSUPP:
		if (scsi_lu_lacks_protection(lu, new->sdev, &new->size))
			sdev_printk(KERN_ERR, new->sdev,
				    "this host cannot do the protection information of %s: not combined\n",
				    name);
		else
			sdev_printk(KERN_ERR, new->sdev,
				    "this host takes less at a time than %s may be sent: not combined\n",
				    name);
		break;
	case -ETIMEDOUT:
	case -EINVAL:
		sdev_printk(KERN_ERR, new->sdev,
			    "cannot make %s fit this host's limits\n", name);
		break;
	}
}

static int join_known(struct newcomer *new, struct scsi_lu *lu)
{
	/* Nothing is given up for one that is refused. */
	int error = could_join(new, lu) ?: take_path(new, lu);

	tell_refusal(new, lu, error);
	return error;
}

static int bring_up(struct newcomer *new)
{
	struct scsi_path *path = new->path;
	struct scsi_lu *lu;
	int error;
	char *id;

	error = scsi_multipath_host_add();
	if (error)
		return error;
	id = kstrdup(new->names, GFP_KERNEL);
	if (!id)
		return -ENOMEM;
	lu = scsi_lu_create(id, new->sdev);
	if (!lu)
		return -ENOMEM;
	scsi_lu_follow_rules(lu, new->sdev, new->names);
	/* A port in standby still answers what a scan asks. */
	if (new->state != PATH_GOOD)
		path->state = PATH_PROBATION;

	mutex_lock(&lu->claim_mutex);
	error = scsi_path_join(lu, path, true);
	if (error)
		goto put_lu;
	error = scsi_lu_bring_up(lu);
	if (error)
		goto undo_join;
	mutex_unlock(&lu->claim_mutex);
	if (new->state != PATH_GOOD || path->access == ACCESS_NONE) {
		scsi_lu_rescan_when_usable(lu);
		scsi_path_set_state(path, new->state, path->loss, "at scan");
	}
	scsi_lu_put(lu);
	return 0;

undo_join:
	scsi_path_unjoin(path);
	scsi_path_wait_for_work(path);
	WRITE_ONCE(new->sdev->path, NULL);
	synchronize_rcu();	/* scsi_path_sdev_state_changed() */
	scsi_lu_put(lu);
put_lu:
	mutex_unlock(&lu->claim_mutex);
	scsi_lu_put(lu);
	return error;
}

/* It must not carry I/O before it has been compared, and is asked until it is. */
static void wait_for_size(struct scsi_path *path)
{
	path->sized = false;
	if (path->state != PATH_GOOD)
		return;
	path->state = PATH_PENDING;
	path->loss = LOSS_UNSIZED;
}

/* May it join the logical unit that it has the name of? */
static int compare(struct newcomer *new, struct scsi_lu *lu)
{
	const char *what;
	int error;

	error = scsi_path_compare(lu, new->sdev, &new->size, &what,
				  &new->is_alone);
	if (error == -EEXIST) {
		if (new->path)
			sdev_printk(KERN_ERR, new->sdev,
				    "identity %s is that of %s, but %s differs: not combined, check the identity of both\n",
				    lu->id, dev_name(&lu->sdev->sdev_gendev),
				    what);
		return error;
	}
	if (error && new->path)
		wait_for_size(new->path);
	return new->path ? 0 : could_join(new, lu);
}

/* Nobody else has brought up meanwhile what was not there before. */
static bool is_still_known_as(struct scsi_lu *lu, const char *names)
{
	struct scsi_lu *again = scsi_multipath_find(names);

	if (again)
		scsi_lu_put(again);
	return again == lu || !again;
}

static bool share_a_name(const char *names, const char *others)
{
	for (; *names; names = scsi_identity_next(names)) {
		if (scsi_identity_lists(others, names))
			return true;
	}
	return false;
}

static const struct newcomer *find_first(const char *names)
{
	const struct newcomer *first;

	lockdep_assert_held(&firsts_lock);
	list_for_each_entry(first, &firsts, node) {
		if (share_a_name(names, first->names))
			return first;
	}
	return NULL;
}

/* Makes a device the first one of its logical unit, unless there is one already. */
static bool try_to_be_first(struct newcomer *new)
{
	bool is_first;

	spin_lock(&firsts_lock);
	is_first = !find_first(new->names);
	if (is_first)
		list_add(&new->node, &firsts);
	spin_unlock(&firsts_lock);
	return is_first;
}

static bool is_being_brought_up(const char *names)
{
	bool is;

	spin_lock(&firsts_lock);
	is = find_first(names);
	spin_unlock(&firsts_lock);
	return is;
}

/* Is it by somebody who waits until his host's error handler is done? */
static bool first_is_stuck(const char *names)
{
	const struct newcomer *first;
	bool is_stuck;

	spin_lock(&firsts_lock);
	first = find_first(names);
	is_stuck = first && scsi_host_in_recovery(first->sdev->host);
	spin_unlock(&firsts_lock);
	return is_stuck;
}

/*
 * A scan may take long: only those wait that are to find the same logical unit, and not
 * for as long as it takes, for others are on their hosts as well.
 */
static int bring_up_unless_there(struct newcomer *new)
{
	struct scsi_lu *lu;
	int error;

	while (!wait_event_timeout(first_is_done, try_to_be_first(new),
				   SCSI_PATH_RECOVERY_DELAY)) {
		if (first_is_stuck(new->names))
			return -EINPROGRESS;
	}
	lu = scsi_multipath_find(new->names);
	if (lu) {
		scsi_lu_put(lu);
		error = -EAGAIN;
	} else {
		error = bring_up(new);
	}
	spin_lock(&firsts_lock);
	list_del(&new->node);
	spin_unlock(&firsts_lock);
	wake_up_all(&first_is_done);
	return error;
}

static int join_unless_gone(struct newcomer *new, struct scsi_lu *lu)
{
	int error = -EAGAIN;

	mutex_lock(&lu->claim_mutex);
	if (is_still_known_as(lu, new->names))
		error = join_known(new, lu);
	mutex_unlock(&lu->claim_mutex);
	return error == -ENODEV ? -EAGAIN : error;
}

static int join_or_bring_up(struct newcomer *new)
{
	struct scsi_lu *lu;
	int error;

	do {
		begin_as_asked(new);
		lu = scsi_multipath_find(new->names) ?:
		     scsi_multipath_find_renamed(new->names);
		if (IS_ERR(lu))
			return PTR_ERR(lu);
		if (lu)
			error = compare(new, lu);
		else if (new->is_silent)
			error = -EIO;
		else if (!new->path && is_being_brought_up(new->names))
			error = -EINPROGRESS;
		else
			error = 0;
		if (!error && new->path)
			error = lu ? join_unless_gone(new, lu) :
				     bring_up_unless_there(new);
		if (lu)
			scsi_lu_put(lu);
	} while (error == -EAGAIN);
	return error;
}

static int claim_as_path(struct scsi_device *sdev, const char *names)
{
	struct newcomer new = { .sdev = sdev, .names = names };
	struct scsi_path *path;
	int error;

	error = scsi_policy_qd_add_host(sdev->host);
	if (error)
		return error;
	path = kmem_cache_zalloc(path_cache, GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	path->sdev = sdev;
	INIT_LIST_HEAD(&path->node);
	scsi_path_event_init(path);
	scsi_path_drain_init(path);
	scsi_path_probe_init(path);
	scsi_path_access_init(path);
	scsi_path_marginal_init(path);
	scsi_path_pr_init(path);
	new.path = path;
	/* The device handler comes first: it interprets the sense data of its target. */
	scsi_dh_add_device(sdev);
	ask(&new);
	error = join_or_bring_up(&new);
	if (!error)
		return 0;

	kmem_cache_free(path_cache, path);
	/* As if it had not been looked at. */
	scsi_dh_release_device(sdev);
	sdev->handler = NULL;
	return error;
}

/* A page may change between the two times that it is read. */
#define READS_OF_NAMES		3

static int names_have_come(struct scsi_device *sdev, const char *names)
{
	int error = 0;

	if (!scsi_identity_serial(names))
		error = scsi_path_vpd_has_come(sdev, 0x83);
	for (; *names && !error; names = scsi_identity_next(names)) {
		if (scsi_identity_serial(names))
			error = scsi_path_vpd_has_come(sdev, 0x80);
	}
	return error;
}

static bool is_to_be_path(struct scsi_device *sdev, const char *names)
{
	return names &&
	       scsi_device_is_to_be_path(sdev, IS_ERR(names) ? "" : names);
}

/* As scsi_device_read_names(), but NULL as well if it is not to be a path. */
static char *read_names_of_path(struct scsi_device *sdev)
{
	char *names;
	int error;

	for (int reads = 0; reads < READS_OF_NAMES; reads++) {
		if (reads)
			scsi_attach_vpd(sdev);
		names = scsi_device_read_names(sdev);
		if (!is_to_be_path(sdev, names)) {
			if (!IS_ERR(names))
				kfree(names);
			return NULL;
		}
		if (IS_ERR(names))
			return names;
		error = names_have_come(sdev, names);
		if (!error)
			return names;
		kfree(names);
		if (error != -ENODATA)
			return ERR_PTR(error);
	}
	sdev_printk(KERN_ERR, sdev,
		    "VPD pages are longer than what comes of them: not combined\n");
	return NULL;
}

static int claim(struct scsi_device *sdev)
{
	char *names = read_names_of_path(sdev);
	int error;

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
	names = read_names_of_path(sdev);
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

	if (!scsi_device_may_be_path(sdev))
		return;
	error = claim(sdev);
	if (sdev->path)
		scsi_path_power_add(sdev);
	if (!error)
		return;
	sdev->no_uld_attach = 1;
	if (will_pass(error)) {
		scsi_path_withhold(sdev, will_pass_soon(error));
		next = "it is tried again now and then";
	}
	sdev_printk(KERN_ERR, sdev, "withheld (%d), %s\n", error,
		    next);
}

/*
 * What a transport holds back can go another way now, if it can be sent twice. Its
 * own patience is right for the only path, and for what may be sent once only.
 */
static void tell_transports(struct scsi_lu *lu)
{
	struct scsi_path *path;

	if (!scsi_type_has_attempt_timeout(lu->sdev->type))
		return;
	mutex_lock(&scsi_multipath_list_mutex);
	if (lu->nr_paths > 1) {
		list_for_each_entry(path, &lu->paths, node) {
			struct scsi_device *sdev = path->sdev;

			if (sdev->host->transportt->path_claimed)
				sdev->host->transportt->path_claimed(sdev);
		}
	}
	mutex_unlock(&scsi_multipath_list_mutex);
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
	scsi_path_power_visible(sdev, true);
	tell_transports(path->lu);
	if (scsi_path_sysfs_add(path))
		sdev_printk(KERN_WARNING, sdev,
			    "path has no attributes in sysfs\n");
	sdev_printk(KERN_NOTICE, path->lu->sdev, "path %s added, %u in all\n",
		    dev_name(&sdev->sdev_gendev), path->lu->nr_paths);
	scsi_path_uevent(path, "added");
	scsi_multipath_watch_start();
	scsi_multipath_outlier_start();
}

/**
 * scsi_path_before_del - a device is about to be taken out of sysfs
 * @sdev: any device that is being removed; its driver, if it had one, is not bound to it
 *	any more
 *
 * Context: process, scsi_scan_mutex() of @sdev held.
 */
void scsi_path_before_del(struct scsi_device *sdev)
{
	if (scsi_device_is_lu(sdev)) {
		scsi_lu_sysfs_close(sdev->hostdata);
	} else if (sdev->path) {
		scsi_path_flush_cache(sdev->path);
		scsi_path_power_visible(sdev, false);
	}
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
	scsi_path_unjoin(path);
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
	scsi_path_wait_for_work(path);
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
		scsi_lu_sdev_released(sdev);
	if (!path)
		return;
	scsi_lu_put(path->lu);
	kmem_cache_free(path_cache, path);
}
