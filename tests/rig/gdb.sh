#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# gdb.sh KIND INITRAMFS [GDB OPTION...]: gdb on this terminal, at a guest that has just begun
# to run the kernel; its console is build/log/gdb.console. Its disk is that of shell.sh.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source=tests/kernel/version.sh
. "$top/tests/kernel/version.sh"
kernel=$build/$1/bzImage symbols=$build/obj-$1/vmlinux initramfs=$2
shift 2
mkdir -p "$build/log"
socket=$build/log/gdb.socket
rm -f "$socket"
APPEND=nokaslr sh "$here/shell.sh" "$kernel" "$initramfs" -S \
	-chardev "socket,path=$socket,server=on,wait=off,id=gdb" -gdb chardev:gdb </dev/null >"$build/log/gdb.console" 2>&1 &
guest=$!
trap 'kill $guest 2>/dev/null' EXIT
until [ -S "$socket" ]; do
	kill -0 $guest || exit 1
	sleep 0.1
done
# Until the kernel has unpacked itself a breakpoint in its text would be overwritten.
gdb -q "$symbols" -ex "target remote $socket" -ex "thbreak start_kernel" \
	-ex continue "$@"
