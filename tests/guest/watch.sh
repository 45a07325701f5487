# SPDX-License-Identifier: GPL-2.0
# Paths that carry nothing are tested now and then: redundancy that is gone is told
# before it is needed.
# guest: clock=virtual cpus=4 seconds=400
# append: scsi_mod.path_watch=4
. ./lib.sh
plan 36

PERIOD=/sys/module/scsi_mod/parameters/path_watch
one_lu 2 max_luns=1 dev_size_mb=32
is "the period is that of the command line" "$(cat $PERIOD)" 4

listen /tmp/uevents "^SCSI_PATH(_EVENT)?="

events_are() {
	[ "$(grep -c "SCSI_PATH=$1 SCSI_PATH_EVENT=$2" /tmp/uevents)" = "$3" ]
}

# The last path used carries all of it.
light_start
# Tests count as well, but are few.
one_is_busy() {
	a=$(path_devices | head -1)
	b=$(path_devices | tail -1)
	ahead=$(($(path_issued "$a") - $(path_issued "$b")))
	[ $ahead -ge 100 ] && busy=$a idle=$b && return
	[ $ahead -le -100 ] && busy=$b idle=$a
}
within 60 one_is_busy || bail_out "no path is idle"
echo "# $busy carries, $idle is idle"

echo >$TRACE/trace
echo 1 >$TRACE/events/scsi/scsi_dispatch_cmd_start/enable
# asked PATH: how often it was tested
asked() {
	grep "host_no=${1%%:*} " $TRACE/trace | grep -c TEST_UNIT_READY
}
was_asked() {
	[ "$(asked "$1")" -ge "$2" ]
}

ok "what is idle is tested" within 20 was_asked "$idle" 3
is "what carries I/O is not" "$(asked "$busy")" 0
is "both are good" "$(nr_good)" 2

# Two periods, and what it takes to ask.
periods=12

# gone_and_back TEXT: out of use, and told once; until calm does its work
gone_and_back() {
	ok "$1: it is out of use" within $periods path_state_is "$idle" 3
	ok "$1: said so" within 10 events_are "$idle" failed "$2"
	sleep 3
	ok "$1: it stays so" path_state_is "$idle" 3
	calm
	ok "$1: it is back" within 60 events_are "$idle" reinstated "$2"
	paths_write "$idle" 1
}

calm() {
	uninject "$idle" 2 0
	uninject "$idle" 2 28 2>/dev/null
	uninject "$idle" 2 ff 2>/dev/null
}

inject "$idle" "2 1 0 0 0 2 4 44 0"
inject "$idle" "2 1 28 0 0 2 4 44 0"
gone_and_back "hardware error" 1

inject_host_byte "$idle" 1 0 1
gone_and_back "no connect" 2

# Whatever it is that it answers, as long as it is nothing else.
inject "$idle" "2 -100000 ff 0 0 2 5 24 0"
gone_and_back "refusals" 3

inject "$idle" "2 -100000 ff 0 0 2 9 80 0"
gone_and_back "what its vendor knows" 4

# A command that its adapter does not know is not all that a path is for.
inject "$idle" "2 1 0 0 0 2 4 44 0"
echo >$TRACE/trace
within 20 was_asked "$idle" 4
is "only that: it is good" "$(path_state "$idle")" 1
calm

# What all of them say is no fault of a path.
inject "$idle" "2 1 0 0 0 2 2 4 2"
inject "$busy" "2 1 0 0 0 2 2 4 2"
echo >$TRACE/trace
within 20 was_asked "$idle" 2
is "the same from both: both are good" "$(nr_good)" 2
uninject "$busy" 2 0
calm

load_ends "errors"
echo 0 >/sys/block/sda/device/multipath/no_path_timeout
rmmod scsi_debug
within 30 nr_disks_is 0 || bail_out "sda stays"

# Another LUN behind it: found out in one test of ten. That is so of the path that
# carries I/O all the time as well, though nobody tests that.
LATE=/sys/module/scsi_late/parameters
echo 1 >$PERIOD
modprobe scsi_late hosts=2 || bail_out "scsi_late"
within 30 nr_paths_is 2 || bail_out "not two paths"
within 20 disk_is_there sda || bail_out "no sda"
first=$(path_devices | sort -V | head -1)

# bit_of PATH: in the masks of that module
bit_of() {
	[ "$1" = "$first" ] && echo 1 || echo 2
}

leads_elsewhere() {
	dmesg | grep -q "$1: path leads to .* now"
}

# only_left PATH
only_left() {
	[ "$(path_devices sda)" = "$1" ]
}

# remapped TEXT PATH OTHER
remapped() {
	bit_of "$2" >$LATE/elsewhere
	ok "$1: found out" within 60 leads_elsewhere "$2"
	ok "$1: one path is left" within 20 only_left "$3"
	ok "$1: what it leads to is found" within 20 nr_disks_is 2
}

light_start
within 60 one_is_busy || bail_out "no path is idle"
echo "# $busy carries, $idle is idle"
remapped "remapped while idle" "$idle" "$busy"

echo 0 >$LATE/elsewhere
echo 0 >/sys/block/sdb/device/multipath/no_path_timeout
echo 1 >"/sys/bus/scsi/devices/$idle/delete"
within 20 nr_disks_is 1
echo "0 0 0" >"/sys/class/scsi_host/host${idle%%:*}/scan"
within 20 nr_paths_is 2 || bail_out "not two paths again"
within 60 one_is_busy || bail_out "no path is idle"
echo "# $busy carries, $idle is idle"
remapped "remapped under load" "$busy" "$idle"
load_ends "remapped"

# Nothing is sent once it is switched off.
echo 0 >$PERIOD
sleep 2
echo >$TRACE/trace
sleep 6
is "off: nobody is asked" "$(grep -c TEST_UNIT_READY $TRACE/trace)" 0
fails "what is no number is none" sh -c "echo often >$PERIOD"
fails "nor is what is too much" sh -c "echo 1000000 >$PERIOD"
is "off: as it was" "$(cat $PERIOD)" 0
finish
