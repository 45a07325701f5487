#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shell.sh KERNEL INITRAMFS [QEMU OPTION...]: a guest with a prompt on this terminal, and
# a disk with two paths. $APPEND is added to the kernel's command line.
set -u

here=$(cd "$(dirname "$0")" && pwd)
kernel=$1 initramfs=$2
shift 2
accel=$(sh "$here/accel.sh" "$kernel")
exec qemu-system-x86_64 -accel "$accel" -cpu "$(sh "$here/cpu.sh" "$accel")" -M q35 -smp 4 \
	-m 1536 -kernel "$kernel" -initrd "$initramfs" -append "console=ttyS0,115200 \
loglevel=5 panic=-1 no_timer_check rdinit=/init guest_test=shell guest_slower=1 \
${APPEND:-}" \
	-nodefaults -display none -no-reboot -chardev stdio,id=terminal,signal=off \
	-serial chardev:terminal "$@"
