#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# run.sh IMAGE MODULES OUTDIR: Debian on a logical unit, from the first boot to that of
# its own boot loader. Says which guest begins, and how it ended.
# guest: seconds=1800
set -u

image=$1 modules=$2 outdir=$3
here=$(cd "$(dirname "$0")" && pwd)
disk=$outdir/boot.raw
trap 'rm -f "$disk"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

sh "$here/image.sh" "$image" "$modules" "$disk" || {
	echo "ended boot_install $?"
	exit 1
}
for stage in install bios one; do
	echo "begins boot_$stage"
	sh "$here/guest.sh" $stage "$disk" "$image" "$outdir"
	echo "ended boot_$stage $?"
done
