#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# unpack.sh PACKAGE PROGRAM: unpack Debian's package to build/PACKAGE, for guests.
# Not installed: that would start a daemon that serves this machine's disks.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"

package=$1 program=$2
# Of whatever kernel.
unpacked=$top/build/$package
if [ -e "$unpacked/sbin/$program" ] || [ -e "$unpacked/usr/sbin/$program" ]; then
	exit 0
fi
rm -rf "$unpacked"
mkdir -p "$unpacked"

fetch() {
	cd "$unpacked" || return
	apt-get download "$package" ||
		{ apt-get update && apt-get download "$package"; } || return
	dpkg-deb -x "$package"_*.deb .
}
step "unpacking $package" "$build/log/$package.log" fetch
