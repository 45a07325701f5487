#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# deb.sh FLAVOUR [CONFIG]: packages of Debian's own kernel with the series, and one with
# what goes with it, in build/deb. FLAVOUR is one of Debian's: amd64, cloud-amd64, rt-amd64;
# or any name for the configuration in the file CONFIG, such as /boot/config-*.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"

flavour=$1 config=${2:-}
# It is a part of the names of packages, files and folders.
case $flavour in
'' | *[!a-z0-9.+-]*) die "FLAVOUR=$flavour: only a to z, 0 to 9 and .+- are in the name of a package" ;;
esac
here=$top/tests/distro
deb=$build/deb
# What the packages must not be told of where and when they were made.
unset KBUILD_BUILD_TIMESTAMP KBUILD_BUILD_VERSION KBUILD_BUILD_USER KBUILD_BUILD_HOST

sh "$top/tests/kernel/packages.sh" build deb
if [ -z "$config" ]; then
	sh "$top/tests/kernel/packages.sh" config
	featureset=none
	[ "$flavour" != rt-amd64 ] || featureset=rt
	config=/usr/src/linux-config-$linux/config.amd64_${featureset}_${flavour#rt-}.xz
fi
[ -f "$config" ] || die "$config: no such configuration; FLAVOUR=amd64, cloud-amd64 and rt-amd64 have one"

sh "$top/tests/kernel/tree.sh"
lock "deb-$flavour"

src=$build/linux obj=$deb/obj-$flavour log=$build/log/deb-$flavour
release=-scsi-multipath-$flavour
# As that of the source, and later, and before Debian's next one. What is newer here is
# newer there.
source_version=
[ -n "${KERNEL:-}" ] ||
	source_version=$(dpkg-query -W -f '${Version}' "linux-source-$linux" 2>/dev/null) || :
[ -n "$source_version" ] || source_version=$(make -s -C "$src" kernelversion)-1
revision=$(git -C "$top" rev-list --count HEAD 2>/dev/null || echo 0)
version=$source_version+scsimultipath$revision
maintainer="SCSI multipath <linux-scsi@vger.kernel.org>"

build() {
	kmake LOCALVERSION="$release" "$@"
}

configure() {
	mkdir -p "$obj"
	case $config in
	*.xz) xz -dc "$config" ;;
	*) cat "$config" ;;
	esac >"$obj/.config.new" &&
	cat "$here/kernel.config" >>"$obj/.config.new" || return
	# What is as it was is not configured anew: all would be built again.
	if cmp -s "$obj/.config.new" "$obj/.config.last" && [ -f "$obj/.config" ]; then
		rm "$obj/.config.new"
		return
	fi
	cp "$obj/.config.new" "$obj/.config"
	build olddefconfig || return
	# What the others are about may be off anyway.
	bad=$(grep '^CONFIG_SCSI' "$here/kernel.config" | grep -vxF -f "$obj/.config")
	if [ -n "$bad" ]; then
		echo "ERROR: asked for, but not in the configuration: $bad"
		return 1
	fi
	mv "$obj/.config.new" "$obj/.config.last"
}

# The kernel's own packaging. The headers for the C library are not needed by anybody:
# nothing in them has changed.
package_kernel() (
	rm -f "$deb"/linux-*"$release"_*.deb
	export KDEB_PKGVERSION="$version" KDEB_SOURCENAME=linux-scsi-multipath KDEB_COMPRESS=xz \
		DEBFULLNAME="${maintainer% <*}" DEBEMAIL="linux-scsi@vger.kernel.org" \
		DEB_BUILD_OPTIONS="parallel=$jobs terse"
	KDEB_CHANGELOG_DIST=$(. /etc/os-release && echo "${VERSION_CODENAME:-unstable}")
	export KDEB_CHANGELOG_DIST
	build bindeb-pkg &&
	rm -f "$deb"/linux-libc-dev_*.deb "$deb"/linux-scsi-multipath_*
)

step "kernel ($flavour): configuring" "$log-config.log" configure
step "kernel ($flavour): building" "$log.log" build -j"$jobs" all
step "kernel ($flavour): packages" "$log-packages.log" package_kernel
# The one of before would be named with this one by what is said below.
rm -f "$deb"/scsi-multipath_*.deb
step "scsi-multipath: package" "$log-package.log" \
	sh "$here/package.sh" "$version" "$maintainer" "$deb"
say "packages, $(elapsed):"
ls -sh "$deb"/*"_${version}_"*.deb >&2
say "apt install $deb/linux-image-*${release}_${version}_*.deb $deb/scsi-multipath_${version}_all.deb"
