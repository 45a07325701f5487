# SPDX-License-Identifier: GPL-2.0
# Removal from every side, again and again, under load and all at once: nothing
# hangs, nothing leaks, nothing is left.
# guest: cpus=4 memory=2048 seconds=500
# append: kmemleak=on
. ./lib.sh
. ./lib_script.sh
plan 21

load_of_reads() {
	while [ -b /dev/sda ]; do
		dd if=/dev/sda of=/dev/null bs=64k count=64 iflag=direct 2>/dev/null
	done
}

nothing_left() {
	nr_disks_is 0 && nr_paths_is 0 &&
		[ "$(find /sys/bus/scsi/devices/ -name '[0-9]*' | wc -l)" = 0 ]
}

# The logical unit is deleted: its paths go as well, a scan brings all back.
one_lu 3 max_luns=1 dev_size_mb=32
load_of_reads &
sleep 1
echo 1 >/sys/block/sda/device/delete
ok "deleting the disk removes it and its paths" within 20 nothing_left
wait
for host in /sys/bus/pseudo/devices/adapter*/host*; do
	echo "- - -" >"/sys/class/scsi_host/$(basename "$host")/scan"
done
ok "a scan brings it back" within 20 nr_paths_is 3
ok "as one disk" within 20 nr_disks_is 1

# Whoever has it deleted and scans finds it anew: what is left of it is not found.
disk_address() {
	basename "$(readlink -f /sys/block/sd*/device)"
}

by_sysfs() {
	echo 1 >"/sys/bus/scsi/devices/$(disk_address)/delete"
}

by_proc() {
	echo "scsi remove-single-device $(disk_address | tr : ' ')" >/proc/scsi/scsi
}

# scan_hosts NUMBER...
scan_hosts() {
	for host in "$@"; do
		echo "- - -" >"/sys/class/scsi_host/host$host/scan"
	done
}

# found_anew COMMAND: after that, and a scan, over the last path first
found_anew() {
	# shellcheck disable=SC2046 # a list of words
	set -- "$1" $(path_devices "$(basename /sys/block/sd*)" | cut -d : -f 1 | sort -nr)
	deletes=$1
	shift
	for _ in 1 2 3; do
		$deletes
		scan_hosts "$@"
		within 5 nr_paths_is 3 || return
		within 20 disk_is_there "$(basename /sys/block/sd*)" || return
		nr_disks_is 1 || return
	done
}

ok "deleted and found anew at once" found_anew by_sysfs
ok "likewise by /proc" found_anew by_proc
# Where a scan that somebody asks for is all that there is
scans=$(cat /sys/module/scsi_mod/parameters/scan)
echo none >/sys/module/scsi_mod/parameters/scan
ok "found anew where nothing else is scanned" found_anew by_sysfs
echo "$scans" >/sys/module/scsi_mod/parameters/scan

# The same while the paths are being deleted, too.
within 20 disk_is_there sda || bail_out "no sda"
round=0
while [ $round -lt 10 ]; do
	round=$((round + 1))
	load_of_reads &
	(echo 1 >/sys/block/sda/device/delete) 2>/dev/null &
	for path in $(path_devices 2>/dev/null); do
		(echo 1 >"/sys/bus/scsi/devices/$path/delete") 2>/dev/null &
	done
	wait
	within 20 nothing_left || break
	for host in /sys/bus/pseudo/devices/adapter*/host*; do
		echo "- - -" >"/sys/class/scsi_host/$(basename "$host")/scan" &
	done
	wait
	within 20 nr_paths_is 3 || break
	within 20 disk_is_there sda || break
done
is "rounds of deletion from both sides" $round 10
is "three paths" "$(nr_paths)" 3

# Hosts removed and added while the disk is mounted and in use.
mkfs.ext4 -q -F /dev/sda >/dev/null 2>&1
mount -t ext4 /dev/sda /mnt
(while [ ! -e /tmp/stop ]; do
	cp /bin/busybox /mnt/copy && sync && cmp /bin/busybox /mnt/copy || {
		touch /tmp/broken
		break
	}
done) &
writer=$!
round=0
while [ $round -lt 15 ]; do
	round=$((round + 1))
	echo -2 >$SDEBUG/add_host
	echo 2 >$SDEBUG/add_host
done
touch /tmp/stop
wait $writer
ok "mounted file system through 15 changes of hosts" test ! -e /tmp/broken
umount /mnt
e2fsck -fn /dev/sda >/tmp/fsck 2>&1
is "file system is clean" $? 0

# rmmod of the last driver with the disk open; expiry; everything anew.
echo 1 >/sys/block/sda/device/multipath/no_path_timeout
# shellcheck disable=SC2217 # held open, not read
sleep 1000 </dev/sda &
holder=$!
ok "rmmod with the disk open" rmmod scsi_debug
ok "gone after its time" within 20 nothing_left
kill $holder
wait $holder 2>/dev/null

# Fast turns, with the timeout racing the return of the paths.
echo 0 >/sys/module/scsi_mod/parameters/no_path_timeout
round=0
while [ $round -lt 10 ]; do
	round=$((round + 1))
	load_debug 2 max_luns=2
	rmmod scsi_debug || break
done
is "load and unload in a hurry" $round 10
ok "nothing left" within 20 nothing_left

# A host that is being scanned, and does not come to an end
script_disk 2 lu
busy=$(script_hosts "$unit" | cut -d ' ' -f 1)
script "$unit" event zero
script "$unit" rules "0 0xa0 1 0 0 0 16 15000"
scan_hosts "$busy" &
scanner=$!
is_scanned() {
	[ "$(script_sent "$unit" 0 0xa0)" -gt 0 ]
}
within 10 is_scanned || bail_out "nobody scans"
echo 1 >"$above/delete" &
deleter=$!
path_is_gone() {
	[ ! -e "/sys/bus/scsi/devices/$(script_path "$unit" "$1")" ]
}
ok "busy host: the path over another one goes" within 5 path_is_gone 1
ok "busy host: it is still so" kill -0 $scanner
ok "busy host: its own path is still there" kill -0 $deleter
wait $scanner
wait $deleter
ok "busy host: who has deleted it finds nothing left" nr_paths_is 0
# shellcheck disable=SC2046 # a list of words
scan_hosts $(script_hosts "$unit")
ok "busy host: both are found" within 10 nr_paths_is 2
script_remove "$unit"
is "no task is stuck" "$(ps -o stat,comm | awk '$1 ~ /^D/' | wc -l)" 0
ok "no leak" no_leaks
finish
