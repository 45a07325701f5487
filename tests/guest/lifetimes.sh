# SPDX-License-Identifier: GPL-2.0
# What is still open, being read or being probed when a device goes: nothing of it is
# used after it is gone, and nobody waits for it for ever.
# guest: cpus=4 memory=2048 seconds=300
# append: kmemleak=on
. ./lib.sh
plan 15

nothing_left() {
	nr_disks_is 0 && nr_paths_is 0 &&
		[ "$(find /sys/bus/scsi/devices/ -name '[0-9]*' | wc -l)" = 0 ]
}

# reset_after_removal OUT: what somebody is told who has the disk open
reset_after_removal() {
	rm -f /tmp/go
	mkfifo /tmp/go
	gone_reset /dev/sda </tmp/go >"$1" &
	resetter=$!
	exec 8>/tmp/go
	within 10 grep -q open "$1" || bail_out "not open"
	echo 1 >/sys/block/sda/device/delete
	within 20 nothing_left || bail_out "not gone"
	# Whoever frees it later than at once has done so.
	sleep 1
	echo >&8
	exec 8>&-
	wait $resetter
}

scan_all() {
	for host in /sys/bus/pseudo/devices/adapter*/host*; do
		echo "- - -" >"/sys/class/scsi_host/$(basename "$host")/scan"
	done
}

# --- resets of a disk that has gone ---------------------------------------

one_lu 2 max_luns=1
ok "resets of a disk that has gone end" reset_after_removal /tmp/resets
is "none is done: there is no path" "$(uniq -c /tmp/resets | tr -s ' ')" \
	" 1 open
 3 Input/output error"
scan_all
ok "it can be found again" within 20 nr_paths_is 2
within 20 disk_is_there sda

# --- who reads its attributes while its driver goes and comes --------------

# A partition of 1 MiB from the 2048th block on
printf '\0\0\0\0\203\0\0\0\0\10\0\0\0\10\0\0' |
	dd of=/dev/sda bs=1 seek=446 conv=notrunc 2>/dev/null
printf '\125\252' | dd of=/dev/sda bs=1 seek=510 conv=notrunc 2>/dev/null
sync
blockdev --rereadpt /dev/sda
ok "a partition" within 10 test -b /dev/sda1
lu=/sys/block/sda/device/multipath
device=$(basename "$(readlink -f /sys/block/sda/device)")
echo -1 >$lu/no_path_timeout
for each in $(path_devices); do
	paths_write "$each" 3
done
within 5 lu_state_is blocked
dd if=/dev/sda1 of=/dev/null bs=4k count=1 iflag=direct 2>/dev/null &
one_waits() {
	[ "$(cat $lu/queued)" = 1 ]
}
ok "what waits of a partition is counted" within 10 one_waits
dd if=/dev/sda of=/dev/null bs=4k count=1 iflag=direct 2>/dev/null &
two_wait() {
	[ "$(cat $lu/queued)" = 2 ]
}
ok "and what waits of the disk" within 10 two_wait
for each in $(path_devices); do
	paths_write "$each" 1
done
wait
none_waits() {
	[ "$(cat $lu/queued)" = 0 ]
}
ok "none waits" within 10 none_waits

attributes=/sys/bus/scsi/devices/$device/multipath
rm -f /tmp/stop
for _ in 1 2 3; do
	(while [ ! -e /tmp/stop ]; do
		cat "$attributes/queued" "$attributes/status" >/dev/null
	done) &
done
round=0
while [ $round -lt 20 ]; do
	round=$((round + 1))
	echo "$device" >/sys/bus/scsi/drivers/sd/unbind
	echo "$device" >/sys/bus/scsi/drivers/sd/bind
done
touch /tmp/stop
wait
ok "the disk is there after that" within 20 disk_is_there sda

# --- a path that goes while it is tested ----------------------------------

# Nothing that a probe sends is answered.
path=$(first_path)
paths_write "$path" 2
inject "$path" "0 100 0"
is_tested() {
	[ "$(cat "/sys/bus/scsi/devices/$path/path/in_flight")" != 0 ] ||
		[ "$(cat "/sys/bus/scsi/devices/$path/device_busy")" != 0 ]
}
ok "a path is being tested" within 20 is_tested
echo 1 >"/sys/bus/scsi/devices/$path/delete"
ok "it goes" within 60 nr_paths_is 1
is "the disk stays" "$(find /sys/block -name 'sd*' | wc -l)" 1
within 20 unload scsi_debug

# --- one that cannot be set up while its work waits for a CPU ----------------

FAILSLAB=/sys/kernel/debug/failslab
CPUMASK=/sys/devices/virtual/workqueue/cpumask
echo N >$FAILSLAB/ignore-gfp-wait
echo 0 >$FAILSLAB/verbose
# by_function require|reject FUNCTION: what it and those that it calls allocate
by_function() {
	sort /proc/kallsyms | awk -v function_name="$2" '
		found { print "0x" $1; exit }
		$3 == function_name { print "0x" $1; found = 1 }' >/tmp/function
	for fault in $FAILSLAB /sys/kernel/debug/fail_page_alloc; do
		sed -n 1p /tmp/function >"$fault/$1-start"
		sed -n 2p /tmp/function >"$fault/$1-end"
	done
}
by_function require scsi_lu_bring_up
by_function reject kmemleak_alloc
load_debug 1 max_luns=1
within 30 disk_is_there sda || bail_out "no sda"
path=$(first_path)
echo 0 >/sys/block/sda/device/multipath/no_path_timeout
echo 1 >"/sys/bus/scsi/devices/$path/delete"
within 20 nothing_left || bail_out "not gone"
all_cpus=$(cat $CPUMASK)
echo 8 >$CPUMASK
echo -1 >/proc/sys/kernel/sched_rt_runtime_us
chrt -f 50 taskset 8 sh -c 'while :; do :; done' &
hog=$!
# Those of all that has been started by the way to it do not amount to so many.
hog_runs() {
	[ "$(cut -d ' ' -f 14 /proc/$hog/stat)" -gt 50 ]
}
within 30 hog_runs || bail_out "a CPU is not busy"
(
	echo 1 >/proc/thread-self/fail-nth
	echo "0 0 0" >"/sys/class/scsi_host/host${path%%:*}/scan"
	echo 0 >/proc/thread-self/fail-nth
) 2>/dev/null
ok "no memory: withheld" sh -c "dmesg | grep 'withheld (-12)'"
kill -9 $hog
wait $hog 2>/dev/null
echo "$all_cpus" >$CPUMASK
fails "nothing is freed whose work is not over" sh -c "dmesg | grep ODEBUG"
ok "the disk is found then" within 30 disk_is_there sda
unload scsi_debug
ok "no leak" no_leaks
finish
