# SPDX-License-Identifier: GPL-2.0
# Who is told is told once, and truly: what happens to an array, or to a controller of
# it, is one event for each path or logical unit that it happens to, and what has not
# failed is not said to have.
# guest: cpus=2 memory=2048 seconds=400
. ./lib.sh
. ./lib_lio.sh
plan 25

BLOCK=/sys/module/scsi_block_target/parameters
NR_LUS=8
load_debug 4 max_luns=$NR_LUS dev_size_mb=8
modprobe scsi_block_target
within 60 nr_paths_is $((4 * NR_LUS)) || bail_out "not all paths"
within 30 nr_disks_is $NR_LUS || bail_out "not all disks"
listen /tmp/uevents "^(DEVPATH|SYNTH_ARG_LAST|SCSI_PATH|SCSI_PATH_EVENT|SCSI_PATH_ACCESS|SDEV_UA)="

# told WHAT: how often, of how many paths
told() {
	grep -o "SCSI_PATH=[^ ]* .*SCSI_PATH_EVENT=$1" /tmp/uevents |
		awk '{ nr++; paths += !seen[$1]++ } END { print nr + 0, paths + 0 }'
}

told_is() {
	[ "$(told "$1")" = "$2 $2" ]
}

# only_told TEXT WHAT COUNT: of so many paths, once, and nothing else of any
only_told() {
	ok "$1: $2 is told of $3 paths" within 30 told_is "$2" "$3"
	sleep 1
	is "$1: once" "$(told "$2")" "$3 $3"
	is "$1: nothing else" "$(grep -c SCSI_PATH_EVENT /tmp/uevents)" "$3"
	grep -o 'SCSI_PATH=.*' /tmp/uevents | sort | uniq -c | sed 's/^/# /'
	echo >/tmp/uevents
}

read_all_disks() {
	for disk in /sys/block/sd*; do
		dd if="/dev/${disk##*/}" of=/dev/null bs=4k count=4 iflag=direct || return
	done
}

# --- the array has something to say ---------------------------------------------
max_luns=$((NR_LUS + 1))
echo $max_luns >$SDEBUG/max_luns
ok "LUN mapped: I/O goes on" read_all_disks
ok "LUN mapped: said so" within 30 grep -q LUNS_DATA_HAS_CHANGED /tmp/uevents
sleep 2
is "LUN mapped: nothing is told of a path" "$(grep -c SCSI_PATH_EVENT /tmp/uevents)" 0
nr=$(grep -c LUNS_DATA_HAS_CHANGED /tmp/uevents)
ok "LUN mapped: no more often than the target says so: $nr" \
	test "$nr" -le $((4 * NR_LUS))
# As a distribution's rule does: the target above the device that has told.
for device in $(grep LUNS_DATA_HAS_CHANGED /tmp/uevents |
		sed 's/.*DEVPATH=\([^ ]*\).*/\1/' | sort -u); do
	address=${device##*/}
	host=${address%%:*}
	target=${address#*:}
	channel=${target%%:*}
	target=${target#*:}
	echo "$channel ${target%%:*} -" \
		>"/sys${device%/host$host/*}/host$host/scsi_host/host$host/scan"
done
NR_LUS=$max_luns
ok "LUN mapped: found where it was told, over all paths" within 60 nr_paths_is $((4 * NR_LUS))
within 30 nr_disks_is $NR_LUS
# Events come in order: with this one, all of what was found have been heard.
echo "change 01234567-0123-0123-0123-0123456789ab LAST=1" >/sys/class/mem/null/uevent
within 60 grep -q SYNTH_ARG_LAST /tmp/uevents || bail_out "events are lost"
echo >/tmp/uevents

for path in $(path_devices); do
	inject "$path" "2 -1 28 0 0 2 6 38 7"
done
echo rr >/sys/block/sda/device/multipath/iopolicy
ok "threshold: I/O goes on" dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct
ok "threshold: said so" within 10 grep -q SOFT_THRESHOLD /tmp/uevents
is "threshold: nothing is told of a path" "$(grep -c SCSI_PATH_EVENT /tmp/uevents)" 0
is "threshold: once" "$(grep -c SOFT_THRESHOLD /tmp/uevents)" 1
echo >/tmp/uevents

# --- a port is lost for a moment ------------------------------------------------
host=$(path_devices | tail -1)
host=${host%%:*}
echo "$host" >$BLOCK/block
only_told "port blocked" stopped $NR_LUS
echo "$host" >$BLOCK/unblock
only_told "port unblocked" reinstated $NR_LUS

# --- the administrator ----------------------------------------------------------
path=$(first_path)
paths_write "$path" 3
only_told "administrator" disabled 1
paths_write "$path" 1
within 10 told_is reinstated 1
echo >/tmp/uevents
echo 1 >"/sys/bus/scsi/devices/$path/delete"
only_told "removed" removed 1
rmmod scsi_debug
within 30 nr_paths_is 0

# --- a controller is taken over -------------------------------------------------
lio_start
modprobe scsi_dh_alua
for n in 0 1; do
	backstore $n 1024 "ab0$n"
	port_group $n 1 a $IMPLICIT $OPTIMIZED
	port_group $n 2 b $IMPLICIT $OPTIMIZED
	four_ports $n
done
within 30 nr_paths_is 8 || bail_out "not eight paths"
# The old one has much to listen to yet.
kill $listener_pid
sleep 1
listen /tmp/uevents "^(SCSI_PATH|SCSI_PATH_EVENT|SCSI_PATH_ACCESS|SDEV_UA)="
for n in 0 1; do
	echo $TRANSITION >"$CORE/rd_mcp_$n/lu/alua/a/alua_access_state"
	echo $TRANSITION >"$CORE/rd_mcp_$n/lu/alua/b/alua_access_state"
done
for disk in /sys/block/sd*; do
	dd if="/dev/${disk##*/}" of=/dev/null bs=4k count=64 iflag=direct 2>/dev/null &
done
sleep 3
for n in 0 1; do
	echo $STANDBY >"$CORE/rd_mcp_$n/lu/alua/a/alua_access_state"
	echo $OPTIMIZED >"$CORE/rd_mcp_$n/lu/alua/b/alua_access_state"
done
# The others are what they were.
only_told "takeover" access 4
wait $!
is "takeover: I/O goes on" $? 0
finish
