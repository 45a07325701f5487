# SPDX-License-Identifier: GPL-2.0
# How many cache lines of the kernel move between CPUs for an I/O: CPUs read in turn,
# from one disk, or each from its own. QEMU's plug-in counts, see
# tests/bench/lines_plugin.c; what is said here names its rounds in their order. The
# kernel's command line says whether devices are claimed, and how many CPUs there are.
# With -icount a clock tick, which moves some whatever is measured, is rare.
# guest: cpus=4 memory=1024
# qemu: -icount shift=0,sleep=off
. ./measure.sh
. ./nvme_loop.sh

cpus=$(nproc)
rounds=200

# lines COLUMN DISK...: one round of the plug-in
lines() {
	lines_column=$1
	shift
	row="$cpus CPUs on one disk"
	[ $# = 1 ] || row="$cpus CPUs on disks of their own"
	progress "$row, $lines_column"
	# Modules come and go, and may lie elsewhere the next time.
	grep -F '[' /proc/kallsyms | sed 's/^/@@ /'
	lines_program "$cpus" $rounds "$@" || bail_out "lines"
	echo "@ $row	$lines_column	$((rounds * cpus))"
}

# both COLUMN DISK...: the first one, and all
both() {
	both_column=$1
	shift
	lines "$both_column" "$1"
	lines "$both_column" "$@"
}

# disks_of KIND: as many as CPUs
disks_of() {
	for lines_disk in /dev/$1; do
		echo "$lines_disk"
	done | head -n "$cpus"
}

# debug_up HOSTS QUEUES: disks for all CPUs on each host
debug_up() {
	hosts_up "$1" fake_rw=1 dev_size_mb=64 max_luns="$cpus" submit_queues="$2"
	within 60 nr_devices_is $(($1 * cpus)) || bail_out "devices"
	udev_is_done
	# Where in the map of a device's commands a CPU begins to look is chance. One for
	# each CPU are in one word, so that they all meet there, whatever is measured.
	for each_device in $(debug_devices); do
		echo "$cpus" >"$each_device/queue_depth"
	done
}

# What the hosts have found, paths or not.
debug_devices() {
	for debug_device in /sys/bus/scsi/devices/[0-9]*; do
		[ ! -e "$debug_device/queue_depth" ] ||
			[ -d "$debug_device/multipath" ] || echo "$debug_device"
	done
}

nr_devices_is() {
	[ "$(debug_devices | wc -l)" = "$1" ]
}

claimed_rows() {
	debug_up 2 "$cpus"
	within 60 nr_paths_is $((2 * cpus)) || bail_out "paths"
	for policy in lpu rr qd st; do
		for each in /sys/block/sd*/device/multipath/iopolicy; do
			echo $policy >"$each"
		done
		# shellcheck disable=SC2046 # a list
		both "LU, $policy" $(disks_of 'sd?')
	done
	hosts_down
}

plain_rows() {
	for queues in 1 "$cpus"; do
		debug_up 1 "$queues"
		within 60 nr_disks_is "$cpus" || bail_out "disks"
		text="$queues queue"
		[ "$queues" = 1 ] || text="$text""s"
		# shellcheck disable=SC2046 # a list
		both "plain, $text" $(disks_of 'sd?')
		hosts_down
	done
	for mode in rq bio; do
		debug_up 2 "$cpus"
		within 60 nr_disks_is $((2 * cpus)) || bail_out "disks"
		# Each host has a disk for each CPU: path k of LU n is disk n of host k.
		n=0
		for first in $(disks_beside sda); do
			second=$(other_of "$first")
			dmsetup create "mp$n" --table "0 $(blockdev --getsz "$first") \
multipath 3 queue_if_no_path queue_mode $mode 0 1 1 round-robin 0 2 1 \
$(majmin "$first") 1 $(majmin "$second") 1" || bail_out "dmsetup"
			n=$((n + 1))
		done
		# shellcheck disable=SC2046 # a list
		both "dm $mode round-robin" $(disks_of 'mapper/mp*')
		for n in $(seq 0 $((cpus - 1))); do
			dmsetup remove "mp$n"
		done
		hosts_down
	done
	nvme_up N 1 "$cpus"
	# shellcheck disable=SC2046 # a list
	both "NVMe plain" $(disks_of 'nvme0n?')
	nvme_down
	nvme_up Y 2 "$cpus"
	echo round-robin >/sys/class/nvme-subsystem/nvme-subsys0/iopolicy
	# shellcheck disable=SC2046 # a list
	both "NVMe round-robin" $(disks_of 'nvme0n?')
	nvme_down
}

# disks_beside DISK: those on its host
disks_beside() {
	host=$(hctl_of "$1")
	for beside in /sys/block/sd*; do
		beside_hctl=$(hctl_of "$beside")
		[ "${beside_hctl%%:*}" = "${host%%:*}" ] && echo "/dev/$(basename "$beside")"
	done
}

# hctl_of DISK
hctl_of() {
	basename "$(readlink -f "/sys/block/$(basename "$1")/device")"
}

majmin() {
	cat "/sys/block/$(basename "$1")/dev"
}

# other_of DISK: the one with the same LUN on the other host
other_of() {
	hctl=$(hctl_of "$1")
	for other in /sys/block/sd*; do
		other_hctl=$(hctl_of "$other")
		[ "$other_hctl" != "$hctl" ] && [ "${other_hctl##*:}" = "${hctl##*:}" ] &&
			echo "/dev/$(basename "$other")"
	done
}

if [ -n "$claimed" ]; then
	claimed_rows
else
	plain_rows
fi
finish
