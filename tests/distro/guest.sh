#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# guest.sh STAGE IMAGE OUTDIR: boot the disk of image.sh for one stage of stage.sh: "stock"
# with the kernel and initramfs beside it; any other by its own boot loader, with both
# adapters, or without the first ("second") or the second ("first").
# Leaves OUTDIR/distro_STAGE.console and .tap.
set -u

stage=$1 image=$2 name=$3/distro_$1
here=$(cd "$(dirname "$0")" && pwd)
seconds=$((1200 * ${SLOWER:-1}))

rm -f "$name.console" "$name.tap"
accel=$(sh "$here/../rig/accel.sh" "$image.kernel")
disk="drive=image,share-rw=on,serial=root,wwn=0x5000c50015ea71ac"
set --
[ "$stage" = second ] ||
	set -- "$@" -device virtio-scsi-pci,id=hba0 -device "scsi-hd,bus=hba0.0,$disk,bootindex=1"
[ "$stage" = first ] ||
	set -- "$@" -device virtio-scsi-pci,id=hba1 -device "scsi-hd,bus=hba1.0,$disk,bootindex=2"
[ "$stage" != stock ] ||
	set -- "$@" -kernel "$image.kernel" -initrd "$image.initrd" -append \
		"$(cat "$here/cmdline") root=UUID=6d756c74-6970-6174-6800-000000000001"

timeout --foreground -k 5 $seconds qemu-system-x86_64 \
	-accel "$accel" -cpu "$(sh "$here/../rig/cpu.sh" "$accel")" -M q35 -smp 2 -m 2048 \
	-nodefaults -display none -vga std -no-reboot \
	-blockdev "driver=file,node-name=image,filename=$image,discard=unmap" "$@" \
	-serial "file:$name.console" -serial "file:$name.tap" \
	</dev/null >"$name.qemu" 2>&1
