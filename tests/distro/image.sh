#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# image.sh GENERATOR DEBS OUT: a disk with Debian 13 as it is, its own kernel and an
# initramfs by GENERATOR (initramfs-tools or dracut), and the packages of the folder DEBS in
# /root/debs, which it will install itself. Beside it are OUT.kernel and OUT.initrd, for
# its first boot: it has no boot loader yet.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"

generator=$1 debs=$2 out=$3
here=$top/tests/distro
userland=$build/debian-13-$generator.tar
# Where the partition is, and how large, in KiB.
begin=1024 size=3144704

lock "debian-13-$generator"
sh "$top/tests/kernel/packages.sh" boot
bootstrap() {
	mmdebstrap --variant=minbase --format=tar \
		--include="linux-image-cloud-amd64,$generator,systemd-sysv,dbus,udev,kmod,grub-pc,mount,lsscsi,sg3-utils,multipath-tools,kexec-tools" \
		trixie "$userland.new" "deb http://deb.debian.org/debian trixie main" &&
	mv "$userland.new" "$userland"
}
[ -e "$userland" ] ||
	step "Debian 13 with $generator" "$build/log/debian-13.log" bootstrap

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

fill() {
	tar -C "$root" -xf "$userland" --exclude=./dev/\* || return
	mkdir -p "$root/root/debs" "$root/guest" &&
	cp "$debs"/*.deb "$root/root/debs/" || return
	echo multipath >"$root/etc/hostname"
	# As Debian's installer writes it.
	uuid=6d756c74-6970-6174-6800-000000000001
	echo "UUID=$uuid / ext4 errors=remount-ro 0 1" >"$root/etc/fstab"
	cat >"$root/etc/default/grub" <<-END
		GRUB_DEFAULT=saved
		GRUB_TIMEOUT=0
		GRUB_CMDLINE_LINUX="$(cat "$here/cmdline")"
	END
	cp "$top/tests/guest/lib.sh" "$here/stage.sh" "$root/guest/"
	cp "$top/tests/boot/stage.service" "$root/etc/systemd/system/"
	ln -s ../stage.service "$root/etc/systemd/system/multi-user.target.wants/"
	cp "$root"/boot/vmlinuz-* "$out.kernel" &&
	cp "$root"/boot/initrd.img-* "$out.initrd" || return

	rm -f "$out"
	truncate -s $((begin + size))K "$out" &&
	echo "start=${begin}KiB, size=${size}KiB, type=83, bootable" | sfdisk -q "$out" &&
	mke2fs -q -t ext4 -U $uuid -d "$root" -E offset=$((begin * 1024)) "$out" ${size}K
}
step "a disk with Debian 13 on it" "$build/log/debian-13-disk.log" fill
