#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# guest.sh NAME KERNEL INITRAMFS OUTDIR [SECONDS [APPEND]]
#
# Boots a guest that runs tests/guest/NAME.sh or tests/bench/guest/NAME.sh.
# Leaves OUTDIR/NAME.console (what the kernel said) and OUTDIR/NAME.tap (what the
# test said). Non-zero if the guest did not end by itself in SECONDS, which are
# those of the test's head unless given.
# $QEMU_OPTIONS are more options, $QEMU_STDIN is what QEMU reads.
set -u

name=$1 kernel=$2 initramfs=$3 outdir=$4 seconds=${5:-} append=${6:-}
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/rig/head.sh
. "$here/head.sh"

# A test says in its head what it needs (a kernel that is SLOWER times slower, as the
# environment says, has that many times the seconds):
#	# guest: cpus=8 memory=2048 seconds=600
#	# guest: alone=1	it measures time: no other guest beside it
#	# guest: clock=virtual	time goes on at once while nobody has anything to do, and
#				an instruction takes as long on a machine that is busy;
#				CPUs take turns. For what waits much and races little
#	# guest: named=1	it takes long: not among all tests, only if it is named
#	# guest: kernel=swap	the kernel that it is for, see tests/kernel/build.sh, unless
#				another one is asked for
#	# append: KERNEL PARAMETERS
#	# qemu: QEMU OPTIONS, where @kernel@ is the kernel's file
#	# disk: NODE SIZE	an empty image, which QEMU options call NODE
#	# guest: wake=1		when it sleeps, a key is pressed, see wake.sh
#	# guest: qmp=1		the test may tell QEMU what to do, see lib.sh
script=$here/../guest/$name.sh
[ -e "$script" ] || script=$here/../bench/guest/$name.sh
cpus=$(head_of "$script" cpus)
memory=$(head_of "$script" memory)
default=$(head_of "$script" seconds)
seconds=$((${seconds:-${default:-300}} * ${SLOWER:-1}))
append="$append $(sed -n 's/^# append: //p' "$script" | tr '\n' ' ')"
# Word splitting is wanted: options of QEMU, a line or several.
devices=$(sed -n "s|@kernel@|$kernel|g; s/^# qemu: //p" "$script")
# A kernel with a sanitizer needs some four times the instructions: there one takes a
# quarter of the time, so that what is compared takes as long as on others.
shift=4
[ "${SLOWER:-1}" = 1 ] || shift=2
[ "$(head_of "$script" clock)" != virtual ] ||
	devices="$devices -icount shift=$shift,sleep=off"

case $devices in
*-icount*) accel=tcg ;;	# nothing else counts instructions
*) accel=$(sh "$here/accel.sh" "$kernel") ;;
esac
model=$(sh "$here/cpu.sh" "$accel")
mkdir -p "$outdir"
rm -f "$outdir/$name.console" "$outdir/$name.tap"
scratch=$outdir/$name.scratch
rm -rf "$scratch"
mkdir "$scratch" || exit 1
waker=
trap '[ -z "$waker" ] || kill $waker 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

set --
while read -r node size; do
	[ -n "$node" ] || continue
	truncate -s "$size" "$scratch/$node.raw" || exit 1
	set -- "$@" -blockdev \
		"driver=file,node-name=$node,filename=$scratch/$node.raw,discard=unmap"
done <<EOF
$(sed -n 's/^# disk: //p' "$script")
EOF

# Two pipes join QEMU's monitor to a port of a virtio console: what one end puts
# out is what the other takes in.
if [ -n "$(head_of "$script" qmp)" ]; then
	mkfifo "$scratch/monitor.in" "$scratch/monitor.out" || exit 1
	ln -s monitor.in "$scratch/port.out"
	ln -s monitor.out "$scratch/port.in"
	set -- "$@" -chardev "pipe,id=monitor,path=$scratch/monitor" \
		-mon chardev=monitor,mode=control \
		-chardev "pipe,id=port,path=$scratch/port" \
		-device virtio-serial-pci -device virtserialport,chardev=port
fi

if [ -n "$(head_of "$script" wake)" ]; then
	mkfifo "$scratch/keys.in" "$scratch/keys.out" || exit 1
	set -- "$@" -chardev "pipe,id=keys,path=$scratch/keys" -mon chardev=keys
	append="$append pm_debug_messages loglevel=8"
	sh "$here/wake.sh" "$outdir/$name.console" "$scratch/keys.in" "$seconds" &
	waker=$!
fi

boot() {
	timeout --foreground -k 5 "$seconds" qemu-system-x86_64 \
		-accel "$accel" -cpu "$model" -M q35 \
		-smp "${cpus:-4}" -m "${memory:-1536}" \
		-kernel "$kernel" -initrd "$initramfs" \
		-append "console=ttyS0,115200 loglevel=7 panic=-1 oops=panic \
hung_task_panic=0 no_timer_check rdinit=/init guest_test=$name guest_slower=${SLOWER:-1} $append" \
		-nodefaults -display none -no-reboot "$@" $devices \
		-serial "file:$outdir/$name.console" -serial "file:$outdir/$name.tap" \
		${QEMU_OPTIONS:-} <"${QEMU_STDIN:-/dev/null}" >"$outdir/$name.qemu" 2>&1
}

boot "$@"
ended=$?
# QEMU's emulator may use what it has looked up of the memory map after another of its
# threads has changed that, as when the guest's kernel sizes the registers of its PCI
# devices; then QEMU itself dies of SIGSEGV. That is before there is a test: nothing is
# repeated that could have failed.
if [ $ended = 139 ] && ! grep -q . "$outdir/$name.tap"; then
	echo "# QEMU died while $name was booting, and is started once more" >&2
	mv "$outdir/$name.console" "$outdir/$name.console.died"
	boot "$@"
	ended=$?
fi
exit $ended
