#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# guest.sh STAGE IMAGE KERNEL OUTDIR: boot the image of image.sh for one stage of
# stage.sh: "install" with the kernel given to QEMU, over two host adapters; "bios" by
# what it has installed itself; "one" likewise, with the first adapter missing.
# Leaves OUTDIR/boot_STAGE.console and .tap.
set -u

stage=$1 image=$2 kernel=$3 name=$4/boot_$1
here=$(cd "$(dirname "$0")" && pwd)
seconds=$((600 * ${SLOWER:-1}))

rm -f "$name.console" "$name.tap" "$name.in" "$name.out"
mkfifo "$name.in" "$name.out" || exit 1
trap 'kill $waker 2>/dev/null; rm -f "$name.in" "$name.out"' EXIT
accel=$(sh "$here/../rig/accel.sh" "$kernel")
disk="drive=image,share-rw=on,serial=root,wwn=0x5000c50015ea71ac"
set -- -device virtio-scsi-pci,id=hba1 -device "scsi-hd,bus=hba1.0,$disk,bootindex=2"
[ "$stage" = one ] ||
	set -- -device virtio-scsi-pci,id=hba0 -device "scsi-hd,bus=hba0.0,$disk,bootindex=1" "$@"
[ "$stage" != install ] ||
	set -- -kernel "$kernel" -append "$(cat "$here/cmdline") root=/dev/sda1" "$@"

sh "$here/../rig/wake.sh" "$name.console" "$name.in" $seconds &
waker=$!

timeout --foreground -k 5 $seconds qemu-system-x86_64 \
	-accel "$accel" -cpu "$(sh "$here/../rig/cpu.sh" "$accel")" -M q35 -smp 2 -m 1536 \
	-nodefaults -display none -vga std -no-reboot \
	-blockdev "driver=file,node-name=image,filename=$image,discard=unmap" "$@" \
	-chardev "pipe,id=monitor,path=$name" -mon chardev=monitor \
	-serial "file:$name.console" -serial "file:$name.tap" \
	</dev/null >"$name.qemu" 2>&1
