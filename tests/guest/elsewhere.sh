# SPDX-License-Identifier: GPL-2.0
# A LUN of a real target is used for another logical unit, over one of its ports and
# then over both. Whoever leads elsewhere is fenced, and the new logical unit appears by
# itself over all its paths. Nobody scans.
# guest: clock=virtual cpus=4 memory=2048 seconds=400
. ./lib.sh
. ./lib_transport.sh
. ./lib_iscsi.sh
plan 17

OTHER=$CONFIGFS/core/rd_mcp_1/rd

# map DISK BACKSTORE PAIR...: LUN 1 of these portal groups is this from now on. This
# target does not tell of it; but somebody wants to read meanwhile, and hears that there
# is no such LUN.
map() {
	disk=$1
	backstore=$2
	shift 2
	for pair in "$@"; do
		rm "$(tpg "$pair")/lun/lun_1/rd"
	done
	read_disk "$disk" 2>/dev/null
	for pair in "$@"; do
		ln -s "$backstore" "$(tpg "$pair")/lun/lun_1/rd"
	done
}

# paths_are DISK COUNT
paths_are() {
	[ "$(path_devices "$1" | wc -l)" = "$2" ]
}

read_disk() {
	dd if="/dev/$1" of=/dev/null bs=4k count=16 iflag=direct
}

no_disk() {
	! [ -e "/sys/block/$1" ]
}

iscsi_start
mkdir -p "$OTHER"
echo "rd_pages=8192" >"$OTHER/control"
echo 1 >"$OTHER/enable"
echo iscsi002 >"$OTHER/wwn/vpd_unit_serial"
# In place of a LUN 0 that is not mapped this target shows an empty disk.
for pair in 0 1; do
	rm "$(tpg $pair)/lun/lun_0/rd"
	rmdir "$(tpg $pair)/lun/lun_0"
	mkdir "$(tpg $pair)/lun/lun_1"
	ln -s $CORE "$(tpg $pair)/lun/lun_1/rd"
done
session 0 --login
session 1 --login
ok "two paths" within 30 nr_paths_is 2
within 20 disk_is_there sda || bail_out "no sda"
echo rr >/sys/block/sda/device/multipath/iopolicy
id=$(lu_id sda)

LOAD="--size=24% --bsrange=4k-128k --iodepth=4"
load_start
map sda "$OTHER" 0
ok "one port: it is no path of the old one" within 60 paths_are sda 1
ok "one port: the new one is there" within 60 disk_is_there sdb
is "one port: with its own size" "$(blockdev --getsize64 /dev/sdb)" $((32 << 20))
is "one port: over one path" "$(path_devices sdb | wc -l)" 1
ok "one port: it can be read" read_disk sdb
is "one port: the old one is what it was" "$(lu_id sda)" "$id"
fails "and the new one is another" test "$(lu_id sdb)" = "$id"
load_ends "one port"

echo 5 >/sys/block/sda/device/multipath/no_path_timeout
map sda "$OTHER" 1
fails "both ports: nothing of the old one can be read" read_disk sda
ok "both ports: the new one has two paths" within 60 paths_are sdb 2
ok "both ports: the old one is gone" within 60 no_disk sda
ok "both ports: the new one can be read" read_disk sdb

# And back, both at once.
echo 5 >/sys/block/sdb/device/multipath/no_path_timeout
map sdb $CORE 0 1
first_is_back() {
	[ "$(cat /sys/block/sd*/device/multipath/wwid)" = "$id" ]
}
ok "back: the first one is there" within 60 first_is_back
ok "back: over both paths" within 30 nr_paths_is 2
ok "no task is stuck" sh -c '! ps -o stat,comm | grep "^D"'
finish
