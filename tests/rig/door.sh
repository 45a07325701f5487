#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# door.sh shell|gdb KIND [ARGUMENT...]: builds what is missing of that kernel and its
# initramfs, and opens a guest. The arguments are QEMU's, or gdb's.
set -eu

cd "$(dirname "$0")/../.."
top=$PWD
# shellcheck source=tests/kernel/version.sh
. tests/kernel/version.sh
# shellcheck source=tests/rig/machine.sh
. tests/rig/machine.sh
what=$1 kind=$2
shift 2
machine "$kind"
case $what in
shell) exec sh tests/rig/shell.sh "$image" "$initramfs" "$@" ;;
gdb)
	sh tests/kernel/packages.sh gdb
	sh tests/kernel/build.sh "$kind-symbols"
	exec sh tests/rig/gdb.sh "$kind-symbols" "$initramfs" "$@" ;;
esac
