#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# run.sh [um|qemu]: build, boot, and show how a disk survives its paths.
#
# The story itself is story.sh, the same in both machines. It ends with a line
# that says so; without that line something did not happen.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
vm=${1:-um}
# shellcheck source=tests/kernel/version.sh
. "$top/tests/kernel/version.sh"
out=$build/demo
mkdir -p "$out"
cd "$top"

sh tests/kernel/packages.sh build guest
case $vm in
um)
	make -s kernel-um
	sh tests/rig/initramfs.sh "$build/um-modules" "$out/initramfs.cpio"
	set -- "$build/linux-um" mem=512M "initrd=$out/initramfs.cpio" \
		rdinit=/guest/story.sh con=null con0=null,fd:1 quiet \
		kunit.enable=0 panic=-1
	;;
qemu)
	make -s kernel
	sh tests/rig/initramfs.sh "$build/modules" "$out/initramfs.cpio"
	set -- qemu-system-x86_64 -accel "$(sh tests/rig/accel.sh "$build/bzImage")" \
		-cpu max -M q35 -smp 2 -m 1024 -nodefaults -display none \
		-no-reboot -serial stdio -kernel "$build/bzImage" \
		-initrd "$out/initramfs.cpio" \
		-append "console=ttyS0 quiet rdinit=/guest/story.sh panic=-1"
	;;
*)
	echo "usage: run.sh [um|qemu]" >&2
	exit 2
	;;
esac

echo "booting ($vm)"
timeout --foreground -k 5 300 "$@" </dev/null 2>&1 | tee "$out/console" || :
grep -q '^The end: every step happened' "$out/console" || {
	echo "The demo did not come to its end; see $out/console." >&2
	exit 1
}
