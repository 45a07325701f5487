# SPDX-License-Identifier: GPL-2.0
# Whose disk is it: never two logical units in one, never one logical unit twice,
# whatever a logical unit says about itself by now.
# guest: clock=virtual cpus=4 memory=2048 seconds=600
. ./lib.sh
. ./lib_lio.sh
plan 40

LATE=/sys/module/scsi_late/parameters
BLOCK=/sys/module/scsi_block_target/parameters

is_withheld() {
	! [ -e "/sys/bus/scsi/devices/$1/driver" ] &&
		! [ -e "/sys/bus/scsi/devices/$1/path" ]
}

host_of() {
	echo "${1%%:*}"
}

# rescan H:C:T:L
rescan() {
	echo "$1" | {
		IFS=: read -r h c t l
		echo "$c $t $l" >"/sys/class/scsi_host/host$h/scan"
	}
}

# --- a product that is renamed, a vendor that is bought ------------------------
one_lu 2 max_luns=1 inq_product=RAID5
echo rr >/sys/block/sda/device/multipath/iopolicy
light_start
# shellcheck disable=SC2046 # a list of paths
load_reaches $(path_devices)
first=$(first_path)
echo VRAID >/sys/module/scsi_debug/parameters/inq_product
echo Other >/sys/module/scsi_debug/parameters/inq_vendor
echo -1 >$SDEBUG/add_host
within 30 nr_paths_is 1
echo 1 >$SDEBUG/add_host
ok "renamed: it is a path again" within 30 nr_paths_is 2
is "renamed: one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1
echo 1 >"/sys/bus/scsi/devices/$first/delete"
ok "renamed: the old path is gone" within 30 nr_paths_is 1
load_reaches "$(first_path)"
load_ends "renamed"
ok "renamed: an end without a trace" unload scsi_debug

# --- one that has grown, and nobody has looked ---------------------------------
one_lu 1 max_luns=1 virtual_gb=1
echo 2 >$SDEBUG/virtual_gb
echo 1 >$SDEBUG/add_host
ok "grown: it is a path" within 30 nr_paths_is 2
echo 3000 >$SDEBUG/virtual_gb
echo 1 >$SDEBUG/add_host
ok "grown beyond 2 TiB: it is a path" within 30 nr_paths_is 3
ok "grown: an end without a trace" unload scsi_debug

# --- a disk that is formatted with other blocks --------------------------------
modprobe scsi_late hosts=2 || bail_out "scsi_late"
modprobe scsi_block_target || bail_out "scsi_block_target"
within 30 nr_paths_is 2 || bail_out "not two paths"
b=$(path_devices | tail -1)
echo 4096 >$LATE/sector_size
echo 1 >/sys/block/sda/device/rescan
is "formatted: the disk knows" "$(blockdev --getss /dev/sda)" 4096
echo 1 >"/sys/bus/scsi/devices/$b/delete"
within 20 nr_paths_is 1
rescan "$b"
ok "formatted: it is a path again" within 20 nr_paths_is 2
is "formatted: one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1
ok "formatted: an end without a trace" unload scsi_late

# --- firmware that adds a better designator ------------------------------------
modprobe scsi_late hosts=2
within 30 nr_paths_is 2 || bail_out "not two paths"
within 20 disk_is_there sda
echo rr >/sys/block/sda/device/multipath/iopolicy
id=$(lu_id)
light_start
# shellcheck disable=SC2046 # a list of paths
load_reaches $(path_devices)
for path in $(path_devices | sort -r); do
	host=$(host_of "$path")
	echo "$host" >$BLOCK/block
	echo "$host" >$BLOCK/fail
	echo 3 >$LATE/designators
	echo "$host" >$BLOCK/unblock
	ok "designator added: $path is back" within 60 path_state_is "$path" 1
done
echo 1 >"/sys/bus/scsi/devices/$b/delete"
within 20 nr_paths_is 1
rescan "$b"
ok "designator added: found anew it is a path of the same" within 20 nr_paths_is 2
is "designator added: one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1
is "designator added: it keeps its name" "$(lu_id)" "$id"
load_ends "designator added"
ok "designator added: an end without a trace" unload scsi_late

# --- pages that say that they are longer than what is sent of them -----------------
# two_disks TEXT PARAMETER...: two hosts, and no identity to trust
two_disks() {
	text=$1
	shift
	modprobe scsi_late hosts=2 designators=2 cut=16 "$@"
	ok "$text: both are disks" within 30 nr_disks_is 2
	is "$text: neither is a path" "$(nr_paths)" 0
	ok "$text: the log says why" within 10 sh -c \
		"dmesg | grep -q 'VPD pages are longer than what comes of them'"
	rmmod scsi_late
	within 30 nr_disks_is 0 || bail_out "disks are left"
	dmesg -c >/dev/null
}

dmesg -c >/dev/null
two_disks "cut"
two_disks "cut, and not told" cut_untold=1
modprobe scsi_late hosts=2 designators=2
within 30 nr_paths_is 2 || bail_out "not two paths"
b=$(path_devices | tail -1)
echo 16 >$LATE/cut
host_of "$b" >$BLOCK/block
host_of "$b" >$BLOCK/fail
host_of "$b" >$BLOCK/unblock
ok "cut later: the path is not used" stays 5 sh -c "! grep -q '^1' /sys/bus/scsi/devices/$b/path/state"
fails "cut later: nobody says that it leads elsewhere" sh -c "dmesg | grep 'leads to'"
echo 0 >$LATE/cut
ok "whole again: it is on probation" within 30 path_state_is "$b" 2
ok "whole again: an end without a trace" unload scsi_late

# --- two logical units under one name ------------------------------------------
lio_start
backstore 0 4096 1234abcd
backstore 1 8192 1234abcd
for n in 0 1; do port_group $n 1 a $IMPLICIT $OPTIMIZED; done
port 0 1 a
within 30 disk_is_there sda || bail_out "no sda"
echo rr >/sys/block/sda/device/multipath/iopolicy
dd if=/dev/urandom of=/tmp/pattern bs=64k count=16 2>/dev/null
dd if=/tmp/pattern of=/dev/sda bs=64k oflag=direct 2>/dev/null
port 1 1 a
other=$(path 1 1)
ok "clash: found" within 20 test -d "/sys/bus/scsi/devices/$other"
ok "clash: the log says why" within 20 sh -c "dmesg | grep -q 'capacity differs'"
is "clash: it is not a path" "$(path_devices | wc -l)" 1
ok "clash: nor a disk" is_withheld "$other"
is "clash: one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1
bad=
for turn in 1 2 3 4; do
	dd if=/dev/sda of=/tmp/read bs=64k count=16 iflag=direct 2>/dev/null
	cmp /tmp/pattern /tmp/read || bad="$bad $turn"
done
is "clash: its data are its own" "$bad" ""

# It is asked again without a word.
said=$(dmesg | grep -c 'capacity differs')
sleep 8
is "clash: said once" "$(dmesg | grep -c 'capacity differs')" "$said"

# The name is free as soon as its owner has gone.
echo 0 >/sys/block/sda/device/multipath/no_path_timeout
echo 1 >/sys/block/sda/device/delete
ok "clash: with the first gone, the second is a disk" within 90 \
	test -e "/sys/bus/scsi/devices/$other/path/lu/block"
# Its node comes a moment later.
within 30 disk_is_there sda
is "clash: with its own size" "$(blockdev --getsize64 /dev/sd?)" $((32 << 20))
finish
