# SPDX-License-Identifier: GPL-2.0
# A device that bears the name of a logical unit is compared with what that says now,
# before it carries I/O: also if one of both cannot tell at the moment, and if there was
# nobody to be compared with when it was found.
# guest: clock=virtual cpus=4 seconds=600
. ./lib.sh
plan 32

LATE=/sys/module/scsi_late/parameters
BLOCK=/sys/module/scsi_block_target/parameters

# late_up OPTION...: two paths, $a and $b, whose bits in masks are 1 and 2
late_up() {
	modprobe scsi_late hosts=2 "$@" || bail_out "scsi_late"
	within 30 nr_paths_is 2 || bail_out "not two paths"
	within 20 disk_is_there sda || bail_out "no sda"
	echo rr >/sys/block/sda/device/multipath/iopolicy
	a=$(path_devices | sort -V | head -1)
	b=$(path_devices | sort -V | tail -1)
}

late_down() {
	for disk in /sys/block/sd*/device/multipath; do
		[ -d "$disk" ] && echo 0 >"$disk/no_path_timeout"
	done
	within 20 rmmod scsi_late && within 30 nr_disks_is 0
}

# delete PATH
delete() {
	echo 1 >"/sys/bus/scsi/devices/$1/delete"
	within 20 nr_paths_is 1 || bail_out "not one path"
}

# scan PATH: its address
scan() {
	echo "0 0 0" >"/sys/class/scsi_host/host${1%%:*}/scan"
}

is_withheld() {
	[ -d "/sys/bus/scsi/devices/$1" ] &&
		! [ -e "/sys/bus/scsi/devices/$1/driver" ] &&
		! [ -e "/sys/bus/scsi/devices/$1/path" ]
}

is_path() {
	[ -d "/sys/bus/scsi/devices/$1/path" ]
}

read_some() {
	dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct 2>/dev/null
}

# read_over PATH: how many commands it is sent for 64 reads
read_over() {
	before=$(path_issued "$1")
	read_some || echo error
	echo $(($(path_issued "$1") - before))
}

waits() {
	is_path "$1" && [ "$(path_state "$1")" = 2 ]
}

# --- another disk, while the one in use cannot tell how large it is ---------------
late_up
delete "$b"
echo 1 >$LATE/no_capacity
echo 2 >$LATE/small
scan "$b"
ok "in use cannot tell: the newcomer waits" within 20 waits "$b"
ok "in use cannot tell: it carries next to nothing" test "$(read_over "$b")" -lt 16
echo 0 >$LATE/no_capacity
ok "in use tells: the newcomer is withheld" within 90 is_withheld "$b"
ok "in use tells: the log says why" sh -c "dmesg | grep -q 'capacity differs'"
is "in use tells: one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1
echo 0 >$LATE/small
ok "the same after all: a path by itself" within 120 nr_paths_is 2
ok "the same after all: it carries I/O" within 90 test "$(read_over "$b")" -gt 16

# --- the newcomer cannot tell -----------------------------------------------------
delete "$b"
echo 2 >$LATE/no_capacity
scan "$b"
ok "newcomer cannot tell: it waits" within 20 waits "$b"
ok "newcomer cannot tell: it carries next to nothing" test "$(read_over "$b")" -lt 16
echo 0 >$LATE/no_capacity
# It has not failed, so it need not prove itself.
ok "newcomer tells: it is good" within 90 path_state_is "$b" 1
ok "newcomer tells: as is the other" nr_good_is 2
ok "an end without a trace" late_down

# --- nobody in use to be compared with --------------------------------------------
modprobe scsi_block_target || bail_out "scsi_block_target"
late_up small=3
is "alone: half as large" "$(blockdev --getsize64 /dev/sda)" $((32 << 20))
delete "$b"
echo "${a%%:*}" >$BLOCK/block
within 10 path_state_is "$a" 2
echo 1 >$LATE/small
scan "$b"
ok "alone: what is larger may have grown" within 20 is_path "$b"
echo "${a%%:*}" >$BLOCK/unblock
ok "alone: who comes back is compared" within 30 is_withheld "$a"
is "alone: one of both is left" "$(path_devices)" "$b"
ok "alone: I/O goes on" read_some
echo 0 >$LATE/small
ok "alone: both are the same: two paths" within 120 nr_paths_is 2
ok "alone: an end without a trace" late_down

# --- a product is renamed that is part of the name ---------------------------------
late_up designators=0
is "renamed: the serial number is the name" "$(lu_id)" sn.TEST.LATE.LATE0001
delete "$b"
echo 2 >$LATE/product
scan "$b"
ok "renamed: it is a path again" within 20 nr_paths_is 2
is "renamed: one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1
is "renamed: it keeps its name" "$(lu_id)" sn.TEST.LATE.LATE0001
for path in "$a" "$b"; do
	echo "${path%%:*}" >$BLOCK/block
	within 10 path_state_is "$path" 2
	echo "${path%%:*}" >$BLOCK/unblock
	ok "renamed: $path comes back as what it was" within 20 path_state_is "$path" 1
done
ok "renamed: an end without a trace" late_down
echo 0 >$LATE/product 2>/dev/null

# --- unmapped ------------------------------------------------------------------------
late_up
listen /tmp/uevents "^SCSI_PATH(_EVENT)?="
echo 2 >$LATE/unmapped
read_some
ok "unmapped from one: it is out of use" within 20 path_state_is "$b" 3
ok "unmapped from one: its device goes" within 240 test ! -d "/sys/bus/scsi/devices/$b"
ok "unmapped from one: I/O goes on" read_some
echo 0 >$LATE/unmapped
ok "mapped again: a path by itself" within 120 nr_paths_is 2
echo 5 >/sys/block/sda/device/multipath/no_path_timeout
echo 3 >$LATE/unmapped
read_some
ok "unmapped from both: the disk goes" within 300 nr_disks_is 0
echo 0 >$LATE/unmapped
ok "mapped again: a disk by itself" within 240 nr_paths_is 2
finish
