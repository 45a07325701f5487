# SPDX-License-Identifier: GPL-2.0
# Paths to one logical unit become one device, however many there are and
# whenever they come; path devices have no upper-level driver.
# guest: cpus=4 memory=2048
. ./lib.sh
plan 23

no_uld_on_paths() {
	for dev in /sys/bus/scsi/devices/[0-9]*; do
		[ -d "$dev/path" ] || continue
		[ ! -e "$dev/driver" ] && [ ! -e "$dev/scsi_generic" ] &&
		[ ! -e "$dev/block" ] && [ ! -e "$dev/scsi_disk" ] &&
		[ ! -e "$dev/enclosure" ] || { echo "$dev"; return 1; }
	done
}

nr_sg() {
	find /sys/class/scsi_generic -name 'sg*' | wc -l
}

# shape TEXT DISKS PATHS
shape() {
	within 60 nr_paths_is "$3" && within 60 nr_disks_is "$2"
	is "$1: disks" "$(find /sys/block -name 'sd*' | wc -l)" "$2"
	is "$1: paths" "$(nr_paths)" "$3"
}

unload() {
	for disk in /sys/block/sd*; do
		echo 0 >"$disk/device/multipath/no_path_timeout"
	done
	rmmod scsi_debug
	within 30 nr_disks_is 0
	rmmod scsi_debug 2>/dev/null
	within 30 nr_paths_is 0
}

load_debug 1 max_luns=1
shape "one path" 1 1
ok "one path: no driver on the path" no_uld_on_paths
is "one path: one sg" "$(nr_sg)" 1

# A second path while nobody uses the disk, a third while it is in use.
echo 1 >$SDEBUG/add_host
shape "second path" 1 2
# shellcheck disable=SC2217 # held open, not read
sleep 1000 </dev/sda &
holder=$!
echo 1 >$SDEBUG/add_host
shape "third path while open" 1 3
kill $holder
is "links to the paths" "$(path_devices | wc -l)" 3
path=$(first_path)
is "link back to the logical unit" \
	"$(basename "$(readlink "/sys/bus/scsi/devices/$path/path/lu")")" \
	"$(basename "$(readlink /sys/block/sda/device)")"
unload
is "all gone" "$(ls /sys/block | grep -c '^sd')" 0

load_debug 64 max_luns=1
shape "64 paths" 1 64
ok "64 paths: no driver on any" no_uld_on_paths
is "64 paths: one sg" "$(nr_sg)" 1
unload

# Two logical units behind each host: LUN 0 and LUN 1.
load_debug 2 max_luns=2
shape "two logical units" 2 4
is "two logical units: two ids" "$(cut -d: -f1 $PATHS | sort -u | wc -l)" 2
is "two logical units: LUN 1 has paths" "$(cut -d: -f5 $PATHS | grep -c '^1$')" 2
unload

load_debug 8 max_luns=39 dev_size_mb=8
shape "39 logical units over 8 hosts" 39 312
is "39 over 8: eight paths each" \
	"$(cut -d: -f1 $PATHS | sort | uniq -c | awk '$1 != 8' | wc -l)" 0
ok "39 over 8: no driver on any path" no_uld_on_paths
finish
