#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# image.sh BZIMAGE MODULES OUT: a disk with a partition that holds Debian's userland
# as it is, with that kernel; without a boot loader, which it will install itself.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"

bzimage=$1 modules=$2 out=$3
here=$top/tests/boot
userland=$build/debian.tar
# Where the partition is, and how large, in KiB.
begin=1024 size=1047552

lock debian
bootstrap() {
	# What the machine takes its packages from. The suite is its own.
	set --
	for each in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
		[ ! -e $each ] || set -- "$@" $each
	done
	. /etc/os-release
	mmdebstrap --variant=minbase --format=tar \
		--include=systemd-sysv,dbus,udev,kmod,grub-pc-bin,grub2-common,kexec-tools,mount,fdisk \
		"$VERSION_CODENAME" "$userland.new" "$@" &&
	mv "$userland.new" "$userland"
}
[ -e "$userland" ] ||
	step "Debian's userland" "$build/log/debian.log" bootstrap

root=$(mktemp -d "$build/boot.XXXXXX")
trap 'rm -rf "$root"' EXIT

fill() {
	tar -C "$root" -xf "$userland" --exclude=./dev/\* || return
	cp -r "$modules/lib/modules" "$root/lib/" || return
	release=$(ls "$modules/lib/modules")
	cp "$bzimage" "$root/boot/vmlinuz-$release" || return
	echo multipath >"$root/etc/hostname"
	# By the name that udev gives it, whatever leads to it.
	echo "/dev/disk/by-id/wwn-0x5000c50015ea71ac-part1 / ext4 errors=remount-ro 0 1" \
		>"$root/etc/fstab"
	cat >"$root/etc/default/grub" <<-EOF
		GRUB_TIMEOUT=0
		GRUB_DISABLE_LINUX_PARTUUID=false
		GRUB_CMDLINE_LINUX="$(cat "$here/cmdline")"
	EOF
	mkdir -p "$root/guest"
	cp "$top/tests/guest/lib.sh" "$here/stage.sh" "$root/guest/"
	cp "$here/stage.service" "$root/etc/systemd/system/"
	ln -s ../stage.service "$root/etc/systemd/system/multi-user.target.wants/"

	rm -f "$out"
	truncate -s $((begin + size))K "$out" &&
	echo "start=${begin}KiB, size=${size}KiB, type=83, bootable" | sfdisk -q "$out" &&
	mke2fs -q -t ext4 -d "$root" -E offset=$((begin * 1024)) "$out" ${size}K
}
step "a disk with Debian on it" "$build/log/debian-disk.log" fill
