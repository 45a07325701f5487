# SPDX-License-Identifier: GPL-2.0
# A LUN that is remapped while its path is down, or under a path that is up: the path
# answers, but leads to another logical unit. It must never carry I/O again, and what
# it leads to appears by itself.
# guest: cpus=2
. ./lib.sh
plan 23

one_lu 2 max_luns=1 dev_size_mb=32
path=$(path_devices | tail -1)

read_all_paths() {
	dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct
}

# fenced TIMES: so often it was found out
fenced() {
	[ "$(dmesg | grep -c "$path: path leads to .* now")" = "$1" ]
}

has_one_path() {
	[ "$(path_devices sda | wc -l)" = 1 ]
}

# is_path_of DISK
is_path_of() {
	[ "$(path_devices "$1")" = "$path" ]
}

# leads_elsewhere TEXT: no path any more, but one of another disk
leads_elsewhere() {
	ok "$1: it is no path any more" within 20 has_one_path
	ok "$1: what it leads to appears" within 20 nr_disks_is 2
	ok "$1: with its path" within 20 is_path_of sdb
	ok "$1: the disk is fine" read_all_paths
}

# Down, and another identity behind it from now on.
inject_host_byte "$path" -100 28 1
inject_host_byte "$path" -100 0 1
echo rr >/sys/block/sda/device/multipath/iopolicy
read_all_paths 2>/dev/null
is "down" "$(path_state "$path")" 3
echo 1 >$SDEBUG/vpd_use_hostno
uninject "$path" 2 28
uninject "$path" 2 0
ok "down: found out" within 30 fenced 1
leads_elsewhere "down"

# What was mapped there is mapped back, and somebody looks.
echo 0 >$SDEBUG/vpd_use_hostno
echo 0 >/sys/block/sdb/device/multipath/no_path_timeout
echo 1 >"/sys/bus/scsi/devices/$path/delete"
within 20 nr_disks_is 1
echo "0 0 0" >"/sys/class/scsi_host/host${path%%:*}/scan"
ok "mapped back: a path again" within 20 nr_paths_is 2

# The same while the path is up, and the target says that something has changed.
ok "both carry I/O" read_all_paths
echo 1 >$SDEBUG/vpd_use_hostno
inject "$path" "2 -1 28 0 0 2 6 3f 3"
ok "live: I/O goes on" read_all_paths
ok "live: found out, and said once" within 20 fenced 2
leads_elsewhere "live"

# While the administrator had it out of use.
echo 0 >$SDEBUG/vpd_use_hostno
echo 0 >/sys/block/sdb/device/multipath/no_path_timeout
echo 1 >"/sys/bus/scsi/devices/$path/delete"
within 20 nr_disks_is 1
echo "0 0 0" >"/sys/class/scsi_host/host${path%%:*}/scan"
ok "mapped back once more: a path again" within 20 nr_paths_is 2
paths_write "$path" 3
paths_write "$path" 1
is "out of use and in again: it is good at once" "$(path_state "$path")" 1
paths_write "$path" 3
echo 1 >$SDEBUG/vpd_use_hostno
echo >$TRACE/trace
echo 1 >$TRACE/events/scsi/scsi_dispatch_cmd_start/enable
paths_write "$path" 1
# No partition table is read like this.
dd if=/dev/sda of=/dev/null bs=64k count=32 iflag=direct 2>/dev/null
is "in again, remapped: not a single read" \
	"$(grep "host_no=${path%%:*} " $TRACE/trace | grep -c 'READ_10.*txlen=128')" 0
echo 0 >$TRACE/events/scsi/scsi_dispatch_cmd_start/enable
ok "in again: found out, and said once" within 20 fenced 3
leads_elsewhere "in again"
ok "no task is stuck" sh -c '! ps -o stat,comm | grep "^D"'
finish
