#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# multipath-tools.sh: unpack Debian's multipath-tools to build/multipath-tools, for
# guests. Not installed: that would start a daemon that serves this machine's disks.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"

unpacked=$build/multipath-tools
if [ -e "$unpacked/sbin/multipathd" ] || [ -e "$unpacked/usr/sbin/multipathd" ]; then
	exit 0
fi
rm -rf "$unpacked"
mkdir -p "$unpacked"

fetch() {
	cd "$unpacked" || return
	apt-get download multipath-tools ||
		{ apt-get update && apt-get download multipath-tools; } || return
	dpkg-deb -x multipath-tools_*.deb .
}
step "unpacking multipath-tools" "$build/log/multipath-tools.log" fetch
