#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# run.sh [DEBS]: Debian 13 with root on dm-multipath installs the packages in DEBS, or
# build/deb, boots them over two adapters and over each of both, and goes back.
#
# Its initramfs is by initramfs-tools. With dracut it does not boot from a map of its own:
# dracut's module multipath leaves out the rules of udev that Debian has for multipathd and
# kpartx, which have other names there, and no kernel finds a root file system on a map.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"

debs=${1:-$build/deb}
here=$top/tests/distro
out=$build/distro
mkdir -p "$out"
rm -f "$out"/distro_*.tap
disk=$out/disk.raw
trap 'rm -f "$disk"' EXIT

sh "$top/tests/kernel/packages.sh" guest boot
sh "$here/image.sh" "$debs" "$disk"
failed=0
for stage in stock both first second off back; do
	say "$stage, $(elapsed)"
	sh "$here/guest.sh" $stage "$disk" "$out" || :
	if ! tr -d '\r' <"$out/distro_$stage.tap" | grep -qx '# exit 0'; then
		failed=1
		tail -n 20 "$out/distro_$stage.console" | sed 's/^/# console: /'
	fi
	cat "$out/distro_$stage.tap"
	[ $failed = 0 ] || break
done
passed=$(cat "$out"/distro_*.tap | grep -c '^ok ')
echo "$passed passed, $(cat "$out"/distro_*.tap | grep -c '^not ok ') failed"
exit $failed
