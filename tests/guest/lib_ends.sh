# SPDX-License-Identifier: GPL-2.0
# Logical units for which I/O waits for ever, and what another kernel is started with in
# which the test goes on, for the tests that source this.

lus() {
	for each in /sys/class/scsi_disk/*/device/multipath; do
		[ -d "$each" ] && readlink -f "$each/.."
	done
}

# lus_of PATTERN: those whose model is like that
lus_of() {
	for each in $(lus); do
		! grep -q "$1" "$each/model" || echo "$each"
	done
}

lus_are() {
	[ "$(lus | wc -l)" = "$1" ]
}

disk_of() {
	ls "$1/block"
}

state_is() {
	[ "$(cat "$1/state")" = "$2" ]
}

# Three logical units for which I/O waits for ever: the paths of one are disabled, those
# of the next have failed and answer nothing, those of the third are blocked.
paths_away() {
	others=$(lus | wc -l)
	their_paths=$(nr_paths)
	load_debug 2 max_luns=2
	modprobe scsi_late hosts=2
	modprobe scsi_block_target
	within 30 lus_are $((others + 3)) || bail_out "not three logical units"
	within 30 nr_paths_is $((their_paths + 6)) || bail_out "not six paths"
	late=$(lus_of LATE)
	# shellcheck disable=SC2046 # a list of words
	set -- $(lus_of scsi_debug)
	disabled=$1
	silent=$2
	for each in "$disabled" "$silent" "$late"; do
		echo -1 >"$each/multipath/no_path_timeout"
		within 10 test -b "/dev/$(disk_of "$each")" || bail_out "no disk"
	done
	# What they write back is in their caches.
	for each in "$disabled" "$silent" "$late"; do
		dd if=/bin/busybox of="/dev/$(disk_of "$each")" bs=4k count=16
	done 2>/dev/null
	sync
	for each in "$silent"/paths/*; do
		each=${each##*/}
		inject_host_byte "$each" -100000 ff 1
		echo 2 >"/sys/bus/scsi/devices/$each/path/state"
	done
	for each in "$disabled"/paths/*; do
		echo 3 >"$each/path/state"
	done
	for each in "$late"/paths/*; do
		each=${each##*/}
		echo "${each%%:*}" >/sys/module/scsi_block_target/parameters/block
	done
	for each in "$disabled" "$silent" "$late"; do
		within 10 state_is "$each" blocked || bail_out "$each has a path"
	done
	for each in "$disabled" "$silent" "$late"; do
		dd if=/bin/busybox of="/dev/$(disk_of "$each")" bs=4k count=16 &
	done 2>/dev/null
	sleep 1
}

# pack: the kernel and an initramfs, in /tmp. The kernel is the disk vda.
pack() {
	cp /dev/vda /tmp/kernel
	(cd / && {
		printf '%s\n' dev proc sys tmp run etc init lib bin bin/busybox
		find bin -type l
		find lib/modules guest
	} | cpio -o -H newc >/tmp/initramfs 2>/dev/null)
}
