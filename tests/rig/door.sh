#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# door.sh shell|gdb KIND: builds what is missing of that kernel and its initramfs, and
# opens a guest.
set -eu

cd "$(dirname "$0")/../.."
top=$PWD
# shellcheck source=tests/kernel/version.sh
. tests/kernel/version.sh
what=$1 kind=$2
sh tests/kernel/packages.sh guest
[ "$what" != gdb ] || sh tests/kernel/packages.sh gdb
sh tests/kernel/build.sh "$kind"
initramfs=$build/initramfs-$kind.cpio
sh tests/rig/initramfs.sh "$build/$kind/modules" "$initramfs"
case $what in
shell) exec sh tests/rig/shell.sh "$build/$kind/bzImage" "$initramfs" ;;
gdb) exec sh tests/rig/gdb.sh "$kind" "$initramfs" ;;
esac
