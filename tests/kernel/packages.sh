#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# packages.sh GROUP...: see to it that the tools of these groups are installed.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

build_tools='gcc make libc6-dev binutils flex bison bc perl libelf-dev libssl-dev cpio
	kmod rsync patch xz-utils zstd ccache util-linux'
guest='qemu-system-x86 busybox-static fio sg3-utils lsscsi mt-st e2fsprogs kmod cpio iproute2
	dmsetup coreutils udev libiscsi-bin'
# For those that are only unpacked, see tests/rig/unpack.sh.
guest_libraries=$(apt-cache depends multipath-tools open-iscsi tgt 2>/dev/null |
	awk '/ Depends: lib/ { print $2 }' | sort -u)
bench='gnuplot-nox'
gdb='gdb'
docs='python3-sphinx python3-sphinx-rtd-theme python3-yaml'
model='spin gcc libc6-dev'
boot='mmdebstrap fdisk'
deb='dpkg-dev debhelper git'
config="linux-config-$linux"
check='sparse coccinelle quilt git binutils perl shellcheck'
source="linux-source-$linux"

missing=
for group; do
	case $group in
	build) list=$build_tools ;;
	guest) list="$guest $guest_libraries" ;;
	bench) list=$bench ;;
	docs) list=$docs ;;
	gdb) list=$gdb ;;
	model) list=$model ;;
	boot) list=$boot ;;
	deb) list=$deb ;;
	config) list=$config ;;
	check) list=$check ;;
	source) list=$source ;;
	*) die "packages.sh: no group $group" ;;
	esac
	for package in $list; do
		case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
		*' installed') ;;
		*) missing="$missing $package" ;;
		esac
	done
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
	say "not a Debian system; needed are what Debian calls:$missing"
	exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
	die "please install, as root: apt-get install$missing"
fi

# Another one may be at work.
install_packages() {
	# shellcheck disable=SC2086 # a list of words
	apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=600 $missing
}

install_or_update() {
	export DEBIAN_FRONTEND=noninteractive
	install_packages || { apt-get update && install_packages; }
}
step "installing$missing" "$top/build/log/packages.log" install_or_update
