# SPDX-License-Identifier: GPL-2.0
# What logical units and their paths take of the kernel's memory: the objects in slabs,
# by their number, and the pages that belong to no slab. Pages of slabs are not counted:
# how well those are filled is chance.
# guest: cpus=1 memory=2048
# qemu: -icount shift=0,sleep=off
without_sg=1
. ./measure.sh

# Kibibytes that the kernel has taken for other things than slabs and can not give back.
# What CPUs keep to allocate from is free.
pages_outside_slabs() {
	sleep 10
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 5
	cat /proc/sys/vm/stat_refresh
	awk '/^(MemTotal|MemFree|Buffers|Cached|AnonPages|Slab):/ { m[$1] = $2 }
	     $1 == "count:" { kept += $2 * 4 }
	     END { print m["MemTotal:"] - m["MemFree:"] - kept - m["Buffers:"] -
		     m["Cached:"] - m["AnonPages:"] - m["Slab:"] }' \
		/proc/meminfo /proc/zoneinfo
}

no_disks() {
	[ ! -e /sys/block/sda ]
}

# Bytes of the objects in use, cache by cache. What file systems keep of files that nobody
# has open is there or not by chance.
slabs() {
	awk 'NR > 2 && $1 !~ /^(dentry|inode_cache|proc_inode_cache|radix_tree_node)$/ {
		print $1, $2 * $4 }' /proc/slabinfo
}

# grown BEFORE AFTER: by how much each cache has
grown() {
	awk 'NR == FNR { before[$1] = $2; next }
		{ print $1, $2 - before[$1] }' "$1" "$2"
}

# taken HOSTS SCSI_DEBUG-OPTION...: pages_taken outside slabs in KiB, and the slabs in the file
# /tmp/taken.HOSTS, by 64 logical units
taken() {
	taken_hosts=$1
	shift
	pages_before=$(pages_outside_slabs)
	slabs >/tmp/before
	load_debug "$taken_hosts" max_luns=64 dev_size_mb=16 "$@"
	sleep 10
	pages_taken=$(($(pages_outside_slabs) - pages_before))
	slabs >/tmp/after
	grown /tmp/before /tmp/after >"/tmp/taken.$taken_hosts"
	within 300 rmmod scsi_debug
	within 300 no_disks
}

sum() {
	awk '{ sum += $2 } END { printf "%.0f", sum }' "$1"
}

# The first time brings what stays, so it does not count.
progress "memory, $column"
taken 4
taken 4
pages_of_4=$pages_taken
slabs_of_4=$(sum /tmp/taken.4)
result memory "64 units x 4 hosts, pages outside slabs" "$column" $pages_taken KiB
result memory "64 units x 4 hosts, slabs" "$column" \
	$(($(sum /tmp/taken.4) / 1024)) KiB

# maps_up MODE: a map of device-mapper for each unit, beside the disks
maps_up() {
	for map_lun in $(seq 0 63); do
		map_paths=
		for map_disk in /sys/bus/scsi/devices/*:0:0:"$map_lun"/block/*; do
			map_paths="$map_paths $(cat "$map_disk/dev") 1"
			map_size=$(cat "$map_disk/size")
		done
		# shellcheck disable=SC2086 # a list
		set -- "$1" $map_paths
		dmsetup create "mp$map_lun" --table "0 $map_size multipath 3 \
queue_if_no_path queue_mode $1 0 1 1 round-robin 0 $((($# - 1) / 2)) 1$map_paths" ||
			bail_out "dmsetup"
	done
}

if [ -z "$claimed" ]; then
	for mode in rq bio; do
		load_debug 4 max_luns=64 dev_size_mb=16
		within 300 nr_disks_is 256 || bail_out "disks"
		pages_before=$(pages_outside_slabs)
		slabs >/tmp/before
		maps_up $mode
		pages_taken=$(($(pages_outside_slabs) - pages_before))
		slabs >/tmp/after
		grown /tmp/before /tmp/after >/tmp/maps
		result memory "a map, or an LU without its paths, pages outside slabs" \
			"dm $mode" $((pages_taken / 64)) KiB
		result memory "a map, or an LU without its paths, slabs" "dm $mode" \
			$(($(sum /tmp/maps) / 64 / 1024)) KiB
		dmsetup remove_all
		within 300 rmmod scsi_debug
		within 300 no_disks
	done
fi

# What two more hosts take is what 128 paths take; or devices without upper level.
option=
[ -n "$claimed" ] || option=no_uld=1
# shellcheck disable=SC2086 # perhaps no option
taken 4 $option
pages_more=$pages_taken
# shellcheck disable=SC2086 # perhaps no option
taken 2 $option
grown /tmp/taken.2 /tmp/taken.4 >/tmp/more
result memory "a path, or a device without upper level, pages outside slabs" "$column" \
	$(((pages_more - pages_taken) * 1024 / 128)) bytes
result memory "a path, or a device without upper level, slabs" "$column" \
	$(($(sum /tmp/more) / 128)) bytes
# An LU is what is left of 64 on four hosts without their paths.
if [ -n "$claimed" ]; then
	result memory "a map, or an LU without its paths, pages outside slabs" LUs \
		$((pages_of_4 / 64 - 4 * (pages_more - pages_taken) / 128)) KiB
	result memory "a map, or an LU without its paths, slabs" LUs \
		$(((slabs_of_4 / 64 - 4 * $(sum /tmp/more) / 128) / 1024)) KiB
fi
# Where it is.
awk '{ n = int($2 / 128); if (n > 15 || n < -15) print n, $1 }' /tmp/more |
	sort -n -r | while read -r bytes cache; do
		result memory "of that in $cache" "$column" "$bytes" bytes
	done
finish
