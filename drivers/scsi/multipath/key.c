// SPDX-License-Identifier: GPL-2.0
/*
 * Data encryption keys of tape drives. A key of local scope is known to the drive for
 * one I_T nexus only (SSC-4, Set Data Encryption page): over another path it would
 * write in clear, and say GOOD. So all that is sent to the logical unit goes over the
 * path that has brought the key, and waits for it while its transport has not given it
 * up. When it is lost, the next command is answered as the loss of a nexus is, and only
 * then is another path taken: whoever writes has heard that the key is to be set again.
 */

#include <linux/rcupdate.h>
#include <linux/scatterlist.h>
#include <linux/unaligned.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_proto.h>

#include "mpath.h"

#define TAPE_DATA_ENCRYPTION	0x20	/* security protocol */
#define SET_DATA_ENCRYPTION	0x0010	/* its page */
#define SCOPE_LOCAL		1

static bool sets_key(const struct scsi_cmnd *lu_cmd)
{
	return lu_cmd->cmnd[0] == SECURITY_PROTOCOL_OUT &&
	       lu_cmd->cmnd[1] == TAPE_DATA_ENCRYPTION &&
	       get_unaligned_be16(lu_cmd->cmnd + 2) == SET_DATA_ENCRYPTION;
}

/* A key to encrypt or to decrypt with, for the nexus that it comes over */
static bool is_local_key(struct scsi_cmnd *lu_cmd)
{
	u8 page[8];

	if (sg_copy_to_buffer(scsi_sglist(lu_cmd), scsi_sg_count(lu_cmd), page,
			      sizeof(page)) < sizeof(page))
		return false;
	return page[4] >> 5 == SCOPE_LOCAL && (page[6] || page[7]);
}

/**
 * scsi_path_note_key - a command that may have brought a key has succeeded
 * @path: path that it took
 * @lu_cmd: command of the logical unit
 *
 * Context: that of a completion; takes the logical unit's lock.
 */
void scsi_path_note_key(struct scsi_path *path, struct scsi_cmnd *lu_cmd)
{
	struct scsi_lu *lu = path->lu;
	unsigned long flags;
	bool is_local;

	if (!sets_key(lu_cmd))
		return;
	is_local = is_local_key(lu_cmd);
	spin_lock_irqsave(&lu->lock, flags);
	if (is_local) {
		rcu_assign_pointer(lu->key.path, path);
		/* Pairs with smp_load_acquire() in scsi_lu_needs_key(). */
		smp_store_release(&lu->key.is_local, true);
		/* It may have left meanwhile. */
		scsi_lu_look_after_key(lu);
	} else if (rcu_access_pointer(lu->key.path) == path) {
		WRITE_ONCE(lu->key.is_local, false);
		RCU_INIT_POINTER(lu->key.path, NULL);
	}
	spin_unlock_irqrestore(&lu->lock, flags);
}

static bool is_lost(struct scsi_lu *lu, const struct scsi_path *holder)
{
	struct scsi_path *path;

	list_for_each_entry(path, &lu->paths, node) {
		/* While another one holds a reservation that lets nobody else in, so is it. */
		if (path == holder)
			return path->state == PATH_FAILED ||
			       path->state == PATH_DISABLED ||
			       (path->pr.aside && lu->pr.holder);
	}
	return true;
}

/**
 * scsi_lu_look_after_key - paths have been lost, or have left
 * @lu: logical unit
 *
 * Context: @lu->lock held.
 */
void scsi_lu_look_after_key(struct scsi_lu *lu)
{
	const struct scsi_path *holder;

	lockdep_assert_held(&lu->lock);
	holder = rcu_dereference_protected(lu->key.path,
					   lockdep_is_held(&lu->lock));
	if (likely(!holder) || !is_lost(lu, holder))
		return;
	RCU_INIT_POINTER(lu->key.path, NULL);
	sdev_printk(KERN_WARNING, lu->sdev,
		    "the path with the data encryption key is lost, set the key again\n");
	scsi_lu_lost_nexus(lu);
}

/**
 * scsi_lu_note_key_loss_told - somebody hears of the loss of a nexus
 * @lu: logical unit
 *
 * Context: @lu->lock held.
 */
void scsi_lu_note_key_loss_told(struct scsi_lu *lu)
{
	lockdep_assert_held(&lu->lock);
	if (!rcu_access_pointer(lu->key.path))
		WRITE_ONCE(lu->key.is_local, false);
}

/**
 * scsi_lu_needs_key - must a command take the path that has brought a key?
 * @lu: logical unit
 * @lu_cmd: command that is about to be sent
 *
 * Those that say who is there do not reach the medium, and are not answered with the
 * loss of a nexus.
 *
 * Context: any.
 */
bool scsi_lu_needs_key(const struct scsi_lu *lu,
		       const struct scsi_cmnd *lu_cmd)
{
	/* Pairs with smp_store_release() in scsi_path_note_key(). */
	return unlikely(smp_load_acquire(&lu->key.is_local)) &&
	       !scsi_leaves_attention_alone(lu_cmd->cmnd[0]);
}
