# SPDX-License-Identifier: GPL-2.0
# Older arrays with two controllers, one of which serves the logical unit: the
# device handlers rdac, emc and hp_sw on the paths. I/O goes to the controller
# that owns it, follows it, and if only the other is left, that one is activated.
# guest: cpus=4 memory=2048 seconds=500
. ./lib.sh
plan 39

array=/sys/module/scsi_array/parameters
lu=/sys/block/sda/device/multipath

parameter_is() {
	[ "$(cat "$array/$1")" = "$2" ]
}

# of_controller N: its paths, every other host in the order of their numbers
of_controller() {
	path_devices | sort -n | awk -v n="$1" 'NR % 2 != n { print }'
}

set_states() {
	for each in $(of_controller "$1"); do
		echo "$2" >"/sys/bus/scsi/devices/$each/path/state"
	done
}

states_are() {
	for each in $(of_controller "$1"); do
		path_state_is "$each" "$2" || return 1
	done
}

no_disk() {
	[ ! -e /sys/block/sda ]
}

# with KIND
with() {
	modprobe "scsi_dh_$1" || bail_out "no scsi_dh_$1"
	modprobe scsi_array model="$1" hosts=4 owner=0 || bail_out "no scsi_array"
	within 30 disk_is_there sda || bail_out "no sda"
	within 30 nr_paths_is 4 || bail_out "not 4 paths"
	is "$1: its handler is on every path" \
		"$(cat /sys/block/sda/device/paths/*/dh_state | grep -c "^$1\$")" 4
	echo rr >$lu/iopolicy
	echo 120 >$lu/no_path_timeout
	fio_start --rwmixread=50 --bsrange=4k-64k
	ok "$1: the owner's paths carry I/O" within 20 states_are 0 1
	load_reaches $(of_controller 0)
	ok "$1: the others do not" within 20 states_are 1 2
	is "$1: nothing had to be activated" "$(cat $array/activations)" 0

	set_states 0 3
	ok "$1: only the other is left: activated" \
		within 20 parameter_is activations 1
	ok "$1: it owns the logical unit now" parameter_is owner 1
	ok "$1: its paths carry I/O" within 20 states_are 1 1
	load_reaches $(of_controller 1)

	set_states 0 1
	echo 0 >$array/owner
	ok "$1: another host takes it back: I/O follows" \
		within 20 states_are 0 1
	load_reaches $(of_controller 0)
	is "$1: without an activation of ours" "$(cat $array/activations)" 1

	echo 2 >$array/fail_activation
	set_states 0 3
	ok "$1: activations that fail are tried again" \
		within 40 parameter_is activations 2
	load_reaches $(of_controller 1)
	fio_ok "$1: no error above, data verified"
	echo 0 >$lu/no_path_timeout
	rmmod scsi_array || bail_out "scsi_array is in use"
	ok "$1: gone" within 20 no_disk
	rmmod "scsi_dh_$1"
}

with rdac
with emc
with hp_sw
within 1 true
report 0 "all three are unloaded"
ok "no task hangs" sh -c "! grep -q ' D (' /proc/[0-9]*/stat"
is "no path is left" "$(nr_paths)" 0
finish
