# SPDX-License-Identifier: GPL-2.0
# While the identity of the only path is being read, which a plain disk's never is, nothing
# is lost that a plain disk would do: a rescan, I/O to a target that is busy, the system's
# sleep. And who waits for the answer does not wait for one that cannot come any more.
# guest: clock=virtual cpus=2 seconds=400
. ./lib.sh
. ./lib_script.sh
plan 32

INQUIRY=0x12
WRITE=0x2a
TUR=0
TRANSITION=0x02040a
BUSY=8
SILENT=8
FOR_ITSELF=16
DISRUPTED=14
RESET=0
CHANGED=5

# slowly: whose path it is takes 3 s to read, once
slowly() {
	script "$unit" rules "0 $INQUIRY 1 0 0 0 $FOR_ITSELF 3000"
}

# read_after UA: a read hears of that
read_after() {
	script "$unit" event "attention 0 $1"
	read_block &
	reader=$!
	sleep 1
}

sectors_are() {
	[ "$(blockdev --getsz "$disk")" = "$1" ]
}

# busy COMMAND...: once it was reset the target is busy for 40 s
busy() {
	script "$unit" rules "0 -1 1 0 2 0x062900 0 0"
	script "$unit" rules "0 -1 -1 0 $BUSY 0 0 0"
	script "$unit" rules "0 $INQUIRY -1 0 $BUSY 0 0 0"
	read_block &
	reader=$!
	sleep 40
	script "$unit" rules clear
	wait $reader
}

sleeps() {
	sh -c 'echo freeze >/sys/power/state'
}

# is_over_soon PID
is_over_soon() {
	within 3 sh -c "! kill -0 $1"
}

is_sent() {
	[ "$(script_sent "$unit" 0 $WRITE)" -ge 1 ]
}

is_written() {
	[ "$(script_counter "$unit" executed $WRITE)" -ge 1 ] 2>/dev/null
}

echo devices >/sys/power/pm_test
echo 0 >/sys/power/sync_on_suspend
echo 1 >/proc/sys/vm/dirty_expire_centisecs
echo 10 >/proc/sys/vm/dirty_writeback_centisecs
for how in plain lu; do
	script_disk 1 $how
	slowly
	read_after $RESET
	script "$unit" event capacity 1536
	ok "$how: rescanned" sh -c "echo 1 >$above/rescan"
	wait $reader
	ok "$how: has grown after a reset" within 20 sectors_are 1536
	script "$unit" event capacity 2048
	slowly
	read_after $CHANGED
	wait $reader
	ok "$how: and after its INQUIRY data have changed" within 20 sectors_are 2048
	script_remove "$unit"

	script_disk 1 $how
	slowly
	script "$unit" event "target_block 0"
	script "$unit" event "target_unblock 0"
	ok "$how, its port is back: the system sleeps" sleeps
	ok "$how, its port is back: it is read" read_block
	script "$unit" rules clear
	[ $how = plain ] || echo -1 >"$above/multipath/no_path_timeout"
	echo offline >"/sys/bus/scsi/devices/$(script_path "$unit" 0)/state"
	ok "$how, offline: the system sleeps" sleeps
	if [ $how = lu ]; then
		read_block &
		reader=$!
		sleep 2
		ok "$how, offline: awake, and I/O waits again" kill -0 $reader
	fi
	echo running >"/sys/bus/scsi/devices/$(script_path "$unit" 0)/state"
	ok "$how, offline, and running again: it is read" read_block
	script_remove "$unit"

	# What has been written waits until the target has changed its access state, and so
	# does who sends the system to sleep, or is refused.
	script_add asymmetric 1 $how
	within 10 script_node block 'sd[a-z]*' || bail_out "no disk"
	disk=$(script_node block 'sd[a-z]*')
	within 10 read_block || bail_out "no block"
	exec 4<>"$disk"
	script "$unit" rules "0 $WRITE 1 0 2 $TRANSITION 0 0"
	script "$unit" rules "0 $TUR 12 0 2 $TRANSITION 0 0"
	dmesg -c >/dev/null
	script "$unit" event zero
	printf "%4096s" x >&4
	within 10 is_sent || bail_out "nothing is sent"
	sleeps
	ok "$how, in transition when the system was to sleep: it is written" \
		within 60 is_written
	exec 4>&-
	fails "$how, in transition when the system was to sleep: no error" \
		sh -c "dmesg | grep 'I/O error'"
	script_remove "$unit"

	script_disk 1 $how
	[ $how = plain ] || echo 0 >"$above/multipath/no_path_timeout"
	ok "$how, busy: it is read in the end" busy
	script_remove "$unit"
done

# What was asked before the port was lost is no news of it.
script_disk 1 lu
dmesg -c >/dev/null
script "$unit" rules "0 $INQUIRY 1 $DISRUPTED 0 0 0 1000"
script "$unit" event "attention 0 $RESET"
read_block &
reader=$!
sleep 0.3
script "$unit" event "target_block 0"
sleep 2
script "$unit" event "target_unblock 0"
ok "overtaken: it is read" wait $reader
sleep 1
fails "overtaken: the path has not failed" sh -c "dmesg | grep 'path .*failed'"
script_remove "$unit"

# The kernel looks at a disk anew whose path is lost meanwhile: it waits for one, and whatever
# puts the disk to sleep would wait for it.
script_disk 1 lu
echo -1 >"$above/multipath/no_path_timeout"
state=$(script_sdev "$unit")/state
blocks=$(blockdev --getsz "$disk")
script "$unit" rules "0 $INQUIRY -1 0 0 0 $FOR_ITSELF 1000"
# A path: its logical unit is then.
script "$unit" event rescan 0
script "$unit" event zero
is_looked_at() {
	[ "$(script_sent "$unit" 0 $INQUIRY)" -gt 0 ]
}
within 10 is_looked_at || bail_out "it is not looked at"
echo offline >"$state"
sleep 5
sleeps &
sleeper=$!
ok "looked at anew, and offline: the system sleeps" within 30 sh -c "! kill -0 $sleeper"
echo running >"$state"
script "$unit" rules clear
wait $sleeper
ok "looked at anew, and running again: it is read" read_block
ok "and has its size" within 30 sectors_are "$blocks"
ok "and is not in use for long by whoever looks at it" \
	within 10 sh -c '! ps -o stat,comm | grep "^D"'
script_remove "$unit"

# silent_writer: $writer wants the second path back, which does not say whose it is
silent_writer() {
	echo 3 >"/sys/bus/scsi/devices/$second/path/state"
	script "$unit" rules "1 $INQUIRY -1 0 0 0 $SILENT 0"
	echo 1 >"/sys/bus/scsi/devices/$second/path/state" &
	writer=$!
	sleep 1
}

script_disk 2 lu
second=$(script_path "$unit" 1)
silent_writer
ok "silent: who wants it back waits" kill -0 $writer
script "$unit" event "target_block 1"
ok "silent, and blocked: not any more" is_over_soon $writer
script "$unit" rules clear
script "$unit" event release
script "$unit" event "target_unblock 1"
within 60 path_state_is "$second" 1
silent_writer
ok "silent once more: it waits" kill -0 $writer
echo 1 >"/sys/bus/scsi/devices/$second/delete" &
deleter=$!
ok "silent, and deleted: not any more" is_over_soon $writer
script "$unit" rules clear
script "$unit" event release
ok "silent, and deleted: it is gone" wait $deleter
script_remove "$unit"
finish
