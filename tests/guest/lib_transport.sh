# SPDX-License-Identifier: GPL-2.0
# For tests with a real transport under /dev/sda, whose ports and sessions are lost
# and come back under a load.

sdev_state_is() {
	[ "$(cat "/sys/bus/scsi/devices/$1/state")" = "$2" ]
}

# The load has sent what waits for a path now.
io_waits() {
	lu_state_is blocked &&
		[ "$(cat /sys/block/sda/device/multipath/queued)" -gt 0 ]
}

in_flight_is() {
	[ "$(cat "/sys/bus/scsi/devices/$1/path/in_flight")" = "$2" ]
}

# carries TEXT PATH: it takes I/O
carries() {
	ok "$1" within 20 issued_more_than "$2" $(($(path_issued "$2") + 20))
}

# back TEXT PATH
back() {
	ok "$1: good again" within 60 path_state_is "$2" 1
	carries "$1: carries I/O again" "$2"
}

# load_start [OPTION...]: with the options $LOAD and these, until load_ends
load_start() {
	# shellcheck disable=SC2086 # a list of options
	fio_start $LOAD "$@"
	# shellcheck disable=SC2046 # a list of paths
	load_reaches $(path_devices)
}
