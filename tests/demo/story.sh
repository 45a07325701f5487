#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The demo's story, told by the first process of a virtual machine. Every claim
# is checked; the first that does not hold ends the story.
export PATH=/bin

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
mount -t debugfs debugfs /sys/kernel/debug
mount -t tmpfs tmpfs /tmp
: >/etc/mtab

PATHS=/proc/scsi/scsi_path/paths

stop() {
	sync
	poweroff -f
	sleep 60
}

say() {
	printf '\n=== %s\n' "$*"
}

# show COMMAND: the command as typed, and its output
show() {
	echo "# $1"
	sh -c "$1" 2>&1 | tr -d '\r'
}

# check WHAT COMMAND...: the story goes on only if it is true
check() {
	what=$1
	shift
	if "$@" >/dev/null 2>&1; then
		echo "    [yes] $what"
	else
		echo "    [NO]  $what"
		echo "The story ends here: this did not happen."
		dmesg | tail -n 20
		stop
	fi
}

# within SECONDS COMMAND...
within() {
	tries=$(($1 * 5))
	shift
	while [ $tries -gt 0 ]; do
		"$@" >/dev/null 2>&1 && return
		tries=$((tries - 1))
		sleep 0.2
	done
	return 1
}

paths_are() {
	[ "$(wc -l <$PATHS)" = "$1" ]
}

states_are() {
	[ "$(cut -d: -f6 $PATHS | tr '\n' ' ')" = "$1 " ]
}

disk_is_there() {
	[ "$(blockdev --getsize64 /dev/sda)" -gt 0 ]
}

fio_is_running() {
	kill -0 $fio
}

load() {
	fio --name=load --directory=/mnt --size=8m --bs=4k --direct=1 \
		--ioengine=psync --rw=randrw --numjobs=2 --verify=crc32c \
		--verify_backlog=16 --time_based --runtime="$1" --eta=never \
		--group_reporting >/tmp/fio.out 2>&1 &
	fio=$!
}

say "Two SCSI hosts that lead to one and the same disk"
modprobe scsi_debug vpd_use_hostno=0 add_host=2 max_luns=1 delay=0 dev_size_mb=96
check "both paths are found" within 20 paths_are 2
check "the disk is there" within 20 disk_is_there
# Not the busybox one, which the shell would take.
show "/bin/lsscsi -g"
show "ls /sys/block | grep sd"
check "one disk, not two" sh -c '[ $(ls -d /sys/block/sd* | wc -l) = 1 ]'

say "Its paths, as the kernel shows them: id:host:channel:target:lun:state:failures:weight"
show "cat $PATHS"
show "cat /sys/block/sda/device/multipath/iopolicy"

say "A file system on it, and verifying I/O for as long as the story lasts"
check "mkfs" sh -c 'mkfs.ext4 -q -F /dev/sda'
check "mount" mount -t ext4 /dev/sda /mnt
load 25
check "fio is running" within 5 fio_is_running
sleep 2

say "The path in use dies: its device goes offline"
first=$(ls /sys/block/sda/device/paths | head -n 1)
show "echo offline > /sys/bus/scsi/devices/$first/state"
check "it is seen dead" within 5 states_are "3 1"
show "cat $PATHS"
sleep 1
check "I/O goes on over the other path" fio_is_running
show "dmesg | grep 'path.*failed' | tail -n 1"

say "The administrator brings it back, with a line written to the same file"
line=$(head -n 1 $PATHS | cut -d: -f1-5):1:0:0
show "echo $line > $PATHS"
check "both paths are good" within 10 states_are "1 1"
show "cat $PATHS"

say "The other host is unplugged, and plugged in again"
show "echo -1 > /sys/bus/pseudo/drivers/scsi_debug/add_host"
check "one path is left" within 10 paths_are 1
check "I/O goes on" fio_is_running
show "echo 1 > /sys/bus/pseudo/drivers/scsi_debug/add_host"
check "the new path joins the same disk" within 10 paths_are 2
show "cat $PATHS"

say "Round-robin over both paths, switched on under load"
show "echo rr > /sys/block/sda/device/multipath/iopolicy"
counters() {
	for path in /sys/block/sda/device/paths/*; do
		echo "path ${path##*/} has carried $(cat "$path/path/issued") commands"
	done
}
issued() {
	cat /sys/block/sda/device/paths/*/path/issued | tr '\n' ' '
}
before=$(issued)
counters
sleep 3
counters
after=$(issued)
even() {
	set -- $before $after
	a=$(($3 - $1)) b=$(($4 - $2))
	[ $a -gt 0 ] && [ $b -gt 0 ] && [ $((a - b)) -le 3 ] && [ $((b - a)) -le 3 ] ||
		[ $((100 * (a - b) / (a + b))) = 0 ]
}
check "both carry the same" even

say "The end of the load: was there any error, does every block verify?"
wait $fio
check "fio saw no error and every block verified" \
	sh -c "[ $? = 0 ] && grep -q 'err= 0' /tmp/fio.out"
show "grep -E 'err=|IOPS' /tmp/fio.out"
check "unmount" umount /mnt
show "e2fsck -fn /dev/sda"
check "the file system is clean" e2fsck -fn /dev/sda

printf '\nThe end: every step happened.\n'
stop
