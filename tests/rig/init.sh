#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# First process of a guest: runs the test that the kernel command line names,
# with its TAP on the second serial port, or a shell on the first, and switches the
# guest off.
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing
mount -t tmpfs tmpfs /tmp
mkdir -p /dev/shm
mount -t tmpfs tmpfs /dev/shm
ip link set lo up 2>/dev/null
: >/etc/mtab

name=$(sed -n 's/.*guest_test=\([^ ]*\).*/\1/p' /proc/cmdline)
export TEST_NAME="$name"
cd /guest || exit
if [ "$name" = shell ]; then
	ENV=/guest/guest_shell.sh setsid cttyhack sh
	poweroff -f
fi
{
	sh "/guest/$name.sh"
	echo "# exit $?"
} >/dev/ttyS1 2>&1 </dev/null
sync
poweroff -f
