/* SPDX-License-Identifier: GPL-2.0 */
/* For KUnit: a logical unit and its paths that no device is behind. */
#ifndef _SCSI_MULTIPATH_PATH_FIXTURE_H
#define _SCSI_MULTIPATH_PATH_FIXTURE_H

#include <kunit/test.h>
#include <linux/bits.h>
#include <scsi/scsi_device.h>

#include "../mpath.h"

/* So many failures in a row take a path out of use: STRIKES_TO_FAIL. */
#define STRIKES		5

struct fake_path {
	struct scsi_path path;
	char name[16];
	bool probed;
	bool drained;
};

/* @lu ends in an array and so comes last. */
struct fake_lu {
	unsigned int nr;
	bool gave_up;
	void *priv;
	struct fake_path *path;
	struct scsi_lu lu;
};

void fake_path_join(struct fake_lu *fake, unsigned int i);
void fake_path_leave(struct fake_lu *fake, unsigned int i);
struct fake_lu *make_fake_lu(struct kunit *test, unsigned int nr,
			     const struct scsi_path_policy *policy);
u64 fake_lu_usable(struct kunit *test, struct fake_lu *fake);
int fake_lu_select(struct fake_lu *fake);
bool fake_path_is_probed(struct fake_path *fake);
void fake_path_forget_probe(struct fake_path *fake);
void fake_path_kill(struct fake_lu *fake, unsigned int i);
void fake_path_revive(struct fake_lu *fake, unsigned int i);
void fake_path_set_sdev_state(struct kunit *test, struct fake_lu *fake,
			      unsigned int i, enum scsi_device_state state);

#endif /* _SCSI_MULTIPATH_PATH_FIXTURE_H */
