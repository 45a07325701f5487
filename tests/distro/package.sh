#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# package.sh VERSION MAINTAINER OUTDIR: the Debian package scsi-multipath, of what a
# distribution needs beside the kernel.
set -eu

version=$1 maintainer=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
from=$here/package
top=$here/../..
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
umask 022
chmod 755 "$root"

# put MODE FILE WHERE
put() {
	mkdir -p "$root/$(dirname "$3")"
	install -m "$1" "$2" "$root/$3"
}

doc=usr/share/doc/scsi-multipath
put 755 "$from/scsi-multipath" usr/sbin/scsi-multipath
put 644 "$from/scsi-multipath.8" usr/share/man/man8/scsi-multipath.8
put 644 "$from/modprobe.conf" etc/modprobe.d/scsi-multipath.conf
put 644 "$from/multipath.conf" etc/multipath/conf.d/scsi-multipath.conf
put 644 "$from/udev.rules" usr/lib/udev/rules.d/59-scsi-multipath.rules
put 755 "$from/initramfs-hook" usr/share/initramfs-tools/hooks/scsi-multipath
put 755 "$from/dracut-module" usr/lib/dracut/modules.d/90scsi-multipath/module-setup.sh
put 644 "$from/copyright" $doc/copyright
put 644 "$top/Documentation/admin-guide/scsi-multipath.rst" $doc/scsi-multipath.rst
put 644 "$from/NEWS" $doc/NEWS.Debian
distribution=$(. /etc/os-release && echo "${VERSION_CODENAME:-unstable}")
sed -i "s/@VERSION@/$version/; s/@MAINTAINER@/$maintainer/; s/@DISTRIBUTION@/$distribution/
	s/@DATE@/$(date -R)/" "$root/$doc/NEWS.Debian"
cat >"$root/$doc/changelog.Debian" <<END
scsi-multipath ($version) $distribution; urgency=medium

  * Built from the series of this version.

 -- $maintainer  $(date -R)
END
gzip -9n "$root/$doc/scsi-multipath.rst" "$root/$doc/NEWS.Debian" \
	"$root/$doc/changelog.Debian" "$root/usr/share/man/man8/scsi-multipath.8"

mkdir "$root/DEBIAN"
(cd "$root" && find etc -type f -printf '/%p\n' | sort) >"$root/DEBIAN/conffiles"
cat >"$root/DEBIAN/control" <<END
Package: scsi-multipath
Version: $version
Architecture: all
Section: admin
Priority: optional
Maintainer: $maintainer
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f 1)
Description: what goes with a kernel that has SCSI multipath
 The kernels linux-image-*-scsi-multipath-* make one device of the paths to a SCSI
 logical unit. This package has a command that shows logical units and paths, the
 manual, and what initramfs-tools, dracut, modprobe and multipathd must know.
END
# Both kinds of initramfs have to be made anew with the hook, or without it: those of the
# kernels that this is for. What another kernel boots with stays as it was. What it is removed
# from still has the files in /etc, which are in it; these go at a purge.
for script in postinst postrm; do
	cat >"$root/DEBIAN/$script" <<-'END'
		#!/bin/sh
		set -e
		case $1 in
		configure | remove | purge)
			for config in $(grep -ls '^CONFIG_SCSI_MULTI_PATH_IO=y' /boot/config-*); do
				kernel=${config#/boot/config-}
				if [ ! -e "/boot/initrd.img-$kernel" ]; then
					:	# comes with the kernel, if at all
				elif command -v update-initramfs >/dev/null; then
					update-initramfs -u -k "$kernel"
				elif command -v dracut >/dev/null; then
					dracut -f --kver "$kernel" "/boot/initrd.img-$kernel"
				fi
			done ;;
		esac
	END
	chmod 755 "$root/DEBIAN/$script"
done
dpkg-deb --root-owner-group --build "$root" "$out"
