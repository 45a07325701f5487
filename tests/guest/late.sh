# SPDX-License-Identifier: GPL-2.0
# A write is never sent over one path while another one may still carry it out.
# The device holds commands back and carries them out as late as it may: when
# their abort or reset returns. Whatever fails on the way, nothing older
# overwrites what was written later.
# guest: cpus=4 memory=2048 seconds=420
. ./lib.sh
plan 20

parameters=/sys/module/scsi_late/parameters
modprobe scsi_late hosts=3 recovery_ms=1000 || bail_out "scsi_late"
within 30 disk_is_there sda || bail_out "no sda"
within 30 nr_paths_is 3 || bail_out "not 3 paths"
lu=/sys/block/sda/device/multipath
echo rr >$lu/iopolicy
echo 1 >$lu/attempt_timeout
echo 4 >/sys/block/sda/device/timeout

set_parameter() {
	echo "$2" >$parameters/"$1"
}

holds_some() {
	[ "$(cat $parameters/held)" -gt 0 ]
}

holds_none() {
	[ "$(cat $parameters/held)" = 0 ]
}

# Small blocks of a small area, written over and over.
load() {
	fio_start --rw=randrw --rwmixread=30 --bsrange=4k-4k --size=5% \
		--offset_increment=5% --iodepth=4 --verify_backlog=16
}

# round NAME HOLD FAIL_ABORT FAIL_RESET
round() {
	load
	load_reaches $(path_devices)
	set_parameter fail_abort "$3"
	set_parameter fail_reset "$4"
	set_parameter hold "$2"
	ok "$1: commands are held" within 10 holds_some
	sleep 6
	set_parameter hold 0
	set_parameter fail_abort 0
	set_parameter fail_reset 0
	ok "$1: none is held any more" within 60 holds_none
	sleep 5
	fio_ok "$1: no error above, data verified"
	is "$1: no write was under way twice" "$(cat $parameters/doubled)" 0
}

round "aborts succeed" 1 0 0
round "aborts fail" 2 2 0
round "aborts and resets fail" 4 4 4
# Brought back again and again while it still holds.
reinstate() {
	for _ in 1 2 3 4 5 6 7 8; do
		sleep 1
		for hctl in $(path_devices); do
			echo 1 >"/sys/bus/scsi/devices/$hctl/path/state"
		done
	done
}
reinstate &
round "brought back while it holds" 1 1 0
wait $!
round "all paths hold" 7 0 0
finish
