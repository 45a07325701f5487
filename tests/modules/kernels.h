/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernels that the modules are built for have under different names. */
#ifndef _TEST_KERNELS_H
#define _TEST_KERNELS_H

#include <linux/hrtimer.h>
#include <linux/version.h>
#include <scsi/scsi_host.h>

/* What a host's queuecommand returns: an enum of its own in newer kernels, an int before. */
typedef typeof(((struct scsi_host_template *)NULL)->queuecommand(NULL, NULL))
	queue_status;

/* What an LLD is asked for the geometry of */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
typedef struct block_device geometry_of;
#else
typedef struct gendisk geometry_of;
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void
hrtimer_setup(struct hrtimer *timer,
	      enum hrtimer_restart (*function)(struct hrtimer *),
	      clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

#endif /* _TEST_KERNELS_H */
