# SPDX-License-Identifier: GPL-2.0
# To be sourced, with $top and $build set: what a guest boots.

# machine KIND: builds what is missing of that kernel, see tests/kernel/build.sh, and of the
# initramfs that goes with it, and sets $image, $modules and $initramfs
machine() {
	image=$build/$1/bzImage modules=$build/$1/modules initramfs=$build/initramfs-$1.cpio
	[ "$1" != x86 ] || image=$build/bzImage modules=$build/modules
	sh "$top/tests/kernel/packages.sh" guest &&
	sh "$top/tests/kernel/build.sh" "$1" &&
	sh "$top/tests/rig/initramfs.sh" "$modules" "$initramfs"
}
