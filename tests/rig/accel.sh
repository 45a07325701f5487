#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# accel.sh KERNEL: prints the QEMU accelerator that works here, kvm or tcg.
# $ACCEL overrides.
#
# /dev/kvm may be there and hang as soon as a virtual CPU runs real code. So let
# it boot KERNEL, without a root file system, to the panic at the end: with KVM
# that takes a second or two.
set -u

if [ -n "${ACCEL:-}" ]; then
	echo "$ACCEL"
	exit
fi
accel=tcg
if [ -w /dev/kvm ]; then
	console=$(mktemp)
	timeout -k 1 15 qemu-system-x86_64 -accel kvm -cpu max -M q35 -m 512 \
		-kernel "$1" -append "console=ttyS0 panic=-1" -no-reboot \
		-nodefaults -display none -serial "file:$console" \
		>/dev/null 2>&1 </dev/null
	grep -q 'Kernel panic - not syncing: VFS' "$console" && accel=kvm
	rm -f "$console"
fi
echo $accel
