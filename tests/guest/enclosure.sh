# SPDX-License-Identifier: GPL-2.0
# A disk in a shelf with two I/O modules, a host at each: its slot is found whatever
# the order of the scan, and stays found while paths, modules and hosts come and go.
# The modules themselves are not combined.
# guest: cpus=2
. ./lib.sh
plan 62

load_jbod() {
	modprobe scsi_jbod "$@" || bail_out "scsi_jbod"
}

# slot_of [DISK]: the links from a disk to its slot, where they lead to
slot_of() {
	for link in /sys/block/"${1:-sda}"/device/enclosure_device:*; do
		[ ! -L "$link" ] || readlink -f "$link"
	done
}

# slots_with DEVICE: the slots that lead to it
slots_with() {
	for link in /sys/class/enclosure/*/*/device; do
		[ "$(readlink -f "$link")" != "$1" ] || readlink -f "${link%/device}"
	done
}

disk_device() {
	readlink -f "/sys/block/${1:-sda}/device"
}

# in_one_slot [DISK]: there is one, which leads back, and it is the only one
in_one_slot() {
	slot_of "$@" >/tmp/slot
	slots_with "$(disk_device "$@")" >/tmp/slots
	cat /tmp/slot /tmp/slots
	[ "$(wc -l </tmp/slot)" = 1 ] && cmp /tmp/slot /tmp/slots
}

none_dangles() {
	for link in /sys/class/enclosure/*/*/device \
			/sys/bus/scsi/devices/*/enclosure_device:*; do
		[ ! -L "$link" ] || [ -e "$link" ] || { echo "$link"; return 1; }
	done
}

# enclosure_of_sda: the enclosure's device, as H:C:T:L
enclosure_of_sda() {
	basename "$(dirname "$(slot_of)")"
}

nr_enclosures_is() {
	[ "$(find /sys/class/enclosure/ -name '[0-9]*' | wc -l)" = "$1" ]
}

lamps_are() {
	[ "$(cat /sys/module/scsi_jbod/parameters/lamps)" = "$1" ]
}

# locates MASK: a disk's own link lights the lamp of its slot, and puts it out
locates() {
	lamp=$(slot_of)/locate
	echo 1 >"$lamp" && [ "$(cat "$lamp")" = 1 ] && lamps_are "$1" &&
		echo 0 >"$lamp" && [ "$(cat "$lamp")" = 0 ] && lamps_are 0
}

delete() {
	echo 1 >"/sys/bus/scsi/devices/$1/delete"
}

scan() {
	echo "- - -" >"/sys/class/scsi_host/host$1/scan"
}

# host_mask HOST: its bit in "present", as long as both are the ones of the start
host_mask() {
	if [ "$(find /sys/devices/scsi_jbod/ -maxdepth 1 -name 'host*' |
			sed 's/.*host//' | sort -n | head -1)" = "$1" ]; then
		echo 1
	else
		echo 2
	fi
}

# What is deleted with its logical unit goes behind the back of the one who deletes it.
unload_jbod() {
	within 20 rmmod scsi_jbod || bail_out "scsi_jbod is in use"
}

for order in 0 1; do
	about="disk first"
	[ $order = 0 ] || about="enclosure first"
	load_jbod enclosure_first=$order
	within 30 nr_paths_is 2
	within 30 disk_is_there sda
	is "$about: one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1
	ok "$about: two enclosures" nr_enclosures_is 2
	ok "$about: its slot leads to it and back" in_one_slot
	ok "$about: its lamp" locates 1

	enclosure=$(enclosure_of_sda)
	host=${enclosure%%:*}
	path=$(path_devices | grep "^$host:")
	delete "$path"
	ok "$about: it is there without the path" in_one_slot
	ok "$about: and has its lamp" locates 1
	scan "$host"
	within 30 nr_paths_is 2
	ok "$about: and with the path" in_one_slot
	is "$about: where it was" "$(enclosure_of_sda)" "$enclosure"
	ok "$about: none dangles" none_dangles

	for path in $(path_devices); do
		delete "$path"
	done
	ok "$about: it is there without any path" in_one_slot
	ok "$about: and has its lamp" locates 1
	for path in /sys/devices/scsi_jbod/host*; do
		scan "${path##*/host}"
	done
	within 30 nr_paths_is 2
	ok "$about: and with all paths" in_one_slot

	delete "$enclosure"
	ok "$about: one enclosure" nr_enclosures_is 1
	ok "$about: it is in the other one" in_one_slot
	ok "$about: with its lamp" locates 1
	scan "$host"
	ok "$about: two enclosures again" within 30 nr_enclosures_is 2
	ok "$about: it is in one of them" in_one_slot

	echo 1 >/sys/module/scsi_jbod/parameters/slot
	enclosure=$(enclosure_of_sda)
	host=${enclosure%%:*}
	path=$(path_devices | grep "^$host:")
	delete "$path"
	scan "$host"
	within 30 nr_paths_is 2
	ok "$about: it has been put elsewhere" in_one_slot
	ok "$about: where its lamp is" locates 2

	echo $((3 - $(host_mask "$host"))) >/sys/module/scsi_jbod/parameters/present
	ok "$about: a host is gone" nr_enclosures_is 1
	ok "$about: it is in the other one" in_one_slot
	ok "$about: none dangles" none_dangles
	echo 3 >/sys/module/scsi_jbod/parameters/present
	ok "$about: the host is back" within 30 nr_paths_is 2
	ok "$about: it is in one of them" in_one_slot

	disk=$(disk_device)
	echo 1 >/sys/block/sda/device/delete
	within 30 nr_paths_is 0
	is "$about: deleted, it is in none" "$(slots_with "$disk")" ""
	ok "$about: none dangles" none_dangles
	unload_jbod
done

# What has one port each is as ever.
load_jbod several_ports=0
within 30 disk_is_there sda
within 30 disk_is_there sdb
is "one port: no path" "$(nr_paths)" 0
ok "one port: a disk in its slot" in_one_slot sda
ok "one port: the other in its own" in_one_slot sdb
delete "$(basename "$(disk_device sda)")"
ok "one port: the other one stays" in_one_slot sdb
unload_jbod

# An enclosure that says it has several ports is one for each of them all the same.
load_jbod one_enclosure=1
within 30 disk_is_there sda
ok "one name: the disk has two paths, and nothing else has" within 30 nr_paths_is 2
ok "one name: two enclosures" nr_enclosures_is 2
ok "one name: the disk in its slot" in_one_slot

# Paths and enclosures go, the disk waits.
disk=$(disk_device)
unload_jbod
is "all hosts are gone: the disk is there" "$(cat "$disk/state")" blocked
is "all hosts are gone: it is in no slot" "$(slot_of)" ""
echo 0 >"$disk/multipath/no_path_timeout"
ok "all hosts are gone: so is the disk, in the end" within 30 test ! -e "$disk"
finish
