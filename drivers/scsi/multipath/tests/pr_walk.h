/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For KUnit: commands of persistent reservations in each state, and with each thing that
 * may happen meanwhile.
 */
#ifndef _SCSI_MULTIPATH_PR_WALK_H
#define _SCSI_MULTIPATH_PR_WALK_H

#include "pr_oracle.h"

void pr_walk_each_event(struct kunit *test, const struct pr_command *commands,
			unsigned int nr_commands);
void pr_walk_fence_and_loss(struct kunit *test, const struct pr_command *commands,
			    unsigned int nr_commands);
void pr_walk_shut_out(struct kunit *test, const struct pr_command *commands,
		      unsigned int nr_commands);

#endif /* _SCSI_MULTIPATH_PR_WALK_H */
