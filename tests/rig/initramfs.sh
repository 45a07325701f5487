#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# initramfs.sh MODULES OUT: pack a guest's root file system.
#
# The guest runs the host's own programs: each is copied together with the
# libraries it is linked to. MODULES is a modules_install tree.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
modules=$1
out=$2

programs="fio sg_inq sg_vpd sg_luns sg_turs sg_readcap sg_dd sg_reset sg_raw
	sg_persist lsscsi mkfs.ext4 e2fsck blkid mt-st blockdev setpriv ip dmsetup date
	udevadm multipathd multipath iscsid iscsiadm rdma tgtd tgtadm iscsi-test-cu
	qemu-pr-helper chrt blkdiscard"
sh "$here/unpack.sh" multipath-tools multipathd
sh "$here/unpack.sh" open-iscsi iscsid
sh "$here/unpack.sh" tgt tgtd
tools=$here/../../build/multipath-tools
iscsi=$here/../../build/open-iscsi
tgt=$here/../../build/tgt
PATH=$PATH:$tools/sbin:$tools/usr/sbin:$iscsi/sbin:$iscsi/usr/sbin:$tgt/usr/sbin
# Where its own libraries are.
LD_LIBRARY_PATH=$(find "$tools" -name 'lib*.so.*' -exec dirname {} + | sort -u | paste -s -d :)

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
umask 022
mkdir -p "$root/bin" "$root/proc" "$root/sys" "$root/dev" "$root/tmp" \
	"$root/mnt" "$root/lib/modules" "$root/guest" "$root/etc" "$root/run"

cp /bin/busybox "$root/bin/busybox"
for applet in $(/bin/busybox --list); do
	[ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done

copy_with_libraries() {
	rm -f "$root/bin/$1"
	path=$(command -v "$1") || { echo "missing: $1" >&2; exit 1; }
	cp -L "$path" "$root/bin/"
	add_libraries "$path"
}

# add_libraries FILE...
add_libraries() {
	LD_LIBRARY_PATH=$LD_LIBRARY_PATH ldd "$@" 2>/dev/null |
		sed -n 's/^\t[^/]*\(\/[^ )]*\).*/\1/p' >>"$root/libraries" || :
}
for program in $programs; do
	copy_with_libraries "$program"
done
for source in "$here"/../guest/*.c; do
	gcc -O2 -Wall -static -o "$root/bin/$(basename "$source" .c)" "$source"
done
# Parts of it are where QEMU's plug-in knows them to be.
bench=$here/../bench
# shellcheck disable=SC2046 # a list
gcc -O2 -Wall -static -o "$root/bin/lines_program" "$bench/lines.c" \
	$(sed -n 's/^#define \([A-Z_]*\)\s*\(0x.*\)/\1 \2/p' "$bench/lines.h" | tr A-Z a-z |
		sed 's/\(.*\) \(.*\)/-Wl,--section-start=.mark.\1=\2/')
# What they look for at its place: udev's rules and helpers, multipathd's plugins.
mkdir -p "$root/lib/udev"
cp -rL /lib/udev/rules.d /lib/udev/*_id "$root/lib/udev/"
cp "$(find "$tools" -name 60-multipath.rules)" "$root/lib/udev/rules.d/"
cp -r "$(find "$tools" -type d -path '*lib*/multipath')" "$root/lib/multipath"
ln -s udevadm "$root/bin/systemd-udevd"
cp -r "$iscsi/etc/iscsi" "$root/etc/iscsi"
# udev's rules name programs by their whole path.
mkdir -p "$root/usr"
ln -s bin "$root/sbin"
ln -s ../bin "$root/usr/bin"
ln -s ../bin "$root/usr/sbin"
add_libraries "$root"/lib/udev/*_id "$root"/lib/multipath/*.so
sort -u "$root/libraries" | while read -r library; do
	place=$root${library#"$tools"}
	mkdir -p "$(dirname "$place")"
	cp -L "$library" "$place"
done
rm "$root/libraries"

cp -r "$modules/lib/modules/." "$root/lib/modules/"
rm -f "$root"/lib/modules/*/build "$root"/lib/modules/*/source
cp "$here/init.sh" "$root/init"
chmod +x "$root/init"
cp "$here"/../guest/*.sh "$here"/../guest/*.txt "$here"/../bench/guest/*.sh "$here/../demo/story.sh" \
	"$here/guest_shell.sh" \
	"$here/../bench/committed" "$root/guest/"
chmod +x "$root"/guest/*.sh
package=$here/../distro/package
cp "$package/scsi-multipath" "$root/bin/"
cp "$package/udev.rules" "$root/lib/udev/rules.d/59-scsi-multipath.rules"
cp "$package/multipath.conf" "$root/guest/package_multipath.conf"
cp "$here/../site/site.sh" "$root/guest/site_run.sh"

mkdir -p "$(dirname "$out")"
(cd "$root" && find . | LC_ALL=C sort | cpio -o -H newc --quiet) >"$out.tmp"
mv "$out.tmp" "$out"
