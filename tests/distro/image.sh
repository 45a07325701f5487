#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# image.sh DEBS OUT: a disk with Debian 13 as it is, its own kernel and initramfs, and the
# packages of the folder DEBS in /root/debs, which it will install itself. Beside it are
# OUT.kernel and OUT.initrd, for its first boot: it has no boot loader yet.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"

debs=$1 out=$2
here=$top/tests/distro
userland=$build/debian-13-initramfs-tools.tar
# Where the partition is, and how large, in KiB.
begin=1024 size=3144704

lock debian-13
sh "$top/tests/kernel/packages.sh" boot
# multipathd knows the disk already, and so does its first initramfs.
bootstrap() {
	mmdebstrap --variant=minbase --format=tar \
		--essential-hook="sync-in $here/etc /etc" \
		--include="linux-image-cloud-amd64,initramfs-tools,systemd-sysv,dbus,udev,kmod,grub-pc,mount,e2fsprogs,zstd,lsscsi,sg3-utils,multipath-tools,kexec-tools,multipath-tools-boot" \
		trixie "$userland.new" "deb http://deb.debian.org/debian trixie main" &&
	mv "$userland.new" "$userland"
}
[ -e "$userland" ] ||
	step "Debian 13" "$build/log/debian-13.log" bootstrap

root=$(mktemp -d "$build/debian-13.XXXXXX")
trap 'rm -rf "$root"' EXIT

# newer DEB: the same again, of a later version
newer() {
	dpkg-deb -R "$1" "$root/newer" &&
	sed -i 's/^Version: .*/&+newer/' "$root/newer/DEBIAN/control" &&
	dpkg-deb --root-owner-group -Zgzip -b "$root/newer" "$root/root/debs/newer/" &&
	rm -r "$root/newer"
}

fill() {
	tar -C "$root" -xf "$userland" --exclude=./dev/\* || return
	mkdir -p "$root/root/debs/newer" "$root/guest" || return
	# Of each the last one that was made: those of other flavours may be there.
	for deb in "$debs/linux-image-*.deb" "$debs/scsi-multipath_*.deb"; do
		newest=$(ls -t $deb 2>/dev/null | head -n 1)
		[ -n "$newest" ] || { echo "ERROR: $deb: no such package, see make deb"; return 1; }
		deb=$newest
		cp "$deb" "$root/root/debs/" && newer "$deb" || return
	done
	echo multipath >"$root/etc/hostname"
	# As Debian's installer writes it.
	uuid=6d756c74-6970-6174-6800-000000000001
	echo "UUID=$uuid / ext4 errors=remount-ro 0 1" >"$root/etc/fstab"
	cat >"$root/etc/default/grub" <<-END
		GRUB_DEFAULT=saved
		GRUB_TIMEOUT=0
		GRUB_CMDLINE_LINUX="$(cat "$here/cmdline")"
	END
	# As small as can be takes an emulator ten minutes.
	echo COMPRESS=gzip >"$root/etc/initramfs-tools/conf.d/compress"
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
