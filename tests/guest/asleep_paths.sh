# SPDX-License-Identifier: GPL-2.0
# The only path is lost while the system goes to sleep, or wakes up. User space is frozen
# then, and nobody would bring it back: I/O that waits for ever waits for a while. What
# comes back by then loses nothing. And one that is blocked is no reason to stay awake,
# beside another one.
# guest: clock=virtual cpus=2 seconds=600
. ./lib.sh
. ./lib_script.sh
plan 45

INQUIRY=0x12
START=0x1b
WRITE=0x2a
SYNCHRONIZE=0x35
TUR=0
NO_CONNECT=1
IMM_RETRY=12
FOR_ITSELF=16

# disk HOW: a disk over one path, $disk, whose I/O waits for ever for a path
disk() {
	script_disk 1 "$1"
	[ "$1" = plain ] || echo -1 >"$above/multipath/no_path_timeout"
	state=$above/state
	exec 4<>"$disk"
	dmesg -c >/dev/null
}

removed() {
	exec 4>&-
	script_remove "$unit"
}

# rule OPCODE COUNT HOST FLAGS MS
rule() {
	script "$unit" rules "0 $1 $2 $3 0 0 $4 $5"
}

# lost TIMES: of so many commands that come from now on none is answered
lost() {
	rule -1 "$1" $NO_CONNECT 0 0
	rule $INQUIRY 3 $NO_CONNECT 0 0
}

# sleeps SECONDS: and has been awake again by then
sleeps() {
	began=$(now)
	sh -c 'echo freeze >/sys/power/state' || return 1
	took=$(($(now) - began))
	echo "took $took s"
	[ $took -le "$1" ]
}

# stays_awake: the system does not sleep. The kernel shows where the process is that keeps it
# awake, which is no fault: not on the console, where faults are looked for.
stays_awake() {
	dmesg -n 6
	sleeps 60
	slept=$?
	dmesg -n 7
	[ $slept != 0 ]
}

is_sent() {
	[ "$(script_sent "$unit" 0 "$1")" -ge 1 ]
}

is_written() {
	[ "$(script_counter "$unit" executed $WRITE)" -ge 1 ] 2>/dev/null
}

# writes: what has been written is about to be written back
writes() {
	script "$unit" event zero
	printf "%4096s" x >&4
}

# is_on_its_way: it is under way
is_on_its_way() {
	within 10 is_sent $WRITE || bail_out "nothing is sent"
}

no_errors() {
	! dmesg | grep 'I/O error'
}

# 5 s of them it is asleep.
echo devices >/sys/power/pm_test
echo 0 >/sys/power/sync_on_suspend
echo 1 >/proc/sys/vm/dirty_expire_centisecs
echo 10 >/proc/sys/vm/dirty_writeback_centisecs

for how in plain lu; do
	# A write is under way when the disk is put to sleep.
	disk $how
	rule $WRITE 1 $NO_CONNECT 0 3000
	lost 60
	writes
	is_on_its_way
	ok "$how, lost with a write: the system sleeps" sleeps 60
	script "$unit" rules clear
	ok "$how, lost with a write: it is read afterwards" within 20 read_block
	removed

	disk $how
	rule $SYNCHRONIZE 1 $NO_CONNECT 0 1000
	lost 60
	ok "$how, lost with its cache: the system sleeps" sleeps 60
	script "$unit" rules clear
	ok "$how, lost with its cache: it is read afterwards" within 20 read_block
	removed

	disk $how
	rule $WRITE 1 0 $FOR_ITSELF 3000
	writes
	is_on_its_way
	script "$unit" event later 1500 target_gone 0
	ok "$how, lost during a write: the system sleeps" sleeps 60
	ok "$how, lost during a write: it is written" within 60 is_written
	script "$unit" event target_unblock 0
	ok "$how, lost during a write: it is read afterwards" within 20 read_block
	ok "$how, lost during a write: no error" no_errors
	removed

	# Its transport waits for it, and decides while the system is about to sleep.
	disk $how
	script "$unit" event target_block 0
	writes
	sleep 1
	script "$unit" event later 10000 target_unblock 0
	ok "$how, blocked, and back: the system sleeps" sleeps 60
	ok "$how, blocked, and back: it is written" within 60 is_written
	ok "$how, blocked, and back: no error" no_errors
	removed
done

# For as long as the target may well be back, a write waits that a plain disk would have lost.
disk lu
rule $WRITE 1 $NO_CONNECT 0 3000
lost 5
writes
is_on_its_way
ok "lost for a moment: the system sleeps" sleeps 60
ok "lost for a moment: it is written" within 60 is_written
ok "lost for a moment: no error" no_errors
removed

# The kernel looks at it anew.
disk lu
blocks=$(blockdev --getsz "$disk")
rule $INQUIRY -1 0 $FOR_ITSELF 1000
script "$unit" event rescan 0
script "$unit" event zero
within 10 is_sent $INQUIRY || bail_out "it is not looked at"
script "$unit" rules clear
lost 60
ok "lost while looked at anew: the system sleeps" sleeps 60
script "$unit" rules clear
ok "lost while looked at anew: it is read afterwards" within 20 read_block
is "lost while looked at anew: it has its size" "$(blockdev --getsz "$disk")" "$blocks"
removed

# It does not come back when the system is awake, and its disk is to be started.
disk lu
echo 1 >"$(echo "$above"/scsi_disk/*)/manage_system_start_stop"
rule $TUR 60 $NO_CONNECT 0 0
rule $INQUIRY 3 $NO_CONNECT 0 0
ok "lost when it wakes up: the system does" sleeps 60
is "lost when it wakes up: it was stopped" "$(script_counter "$unit" executed $START)" 1
read_block &
reader=$!
sleep 40
ok "lost when it wakes up: I/O waits, for ever again" kill -0 $reader
script "$unit" rules clear
script "$unit" event start
wait $reader
is "lost when it wakes up: and is done in the end" $? 0
removed

# Who waits keeps the system awake, as who waits for a transport does, and loses nothing.
disk lu
lost -1
read_block &
reader=$!
sleep 40
ok "waited for: the system does not sleep" stays_awake
ok "waited for: still so" kill -0 $reader
script "$unit" rules clear
wait $reader
is "waited for: it is read" $? 0
removed

# Also if there is no path at all, which its transport has given up.
disk lu
path=$(script_path "$unit" 0)
script "$unit" event target_gone 0
echo 1 >"/sys/bus/scsi/devices/$path/delete"
read_block &
reader=$!
sleep 40
ok "waited for, without a path: the system does not sleep" stays_awake
ok "waited for, without a path: still so" kill -0 $reader
echo "- - -" >"/sys/class/scsi_host/host${path%%:*}/scan"
wait $reader
is "waited for, without a path: it is read" $? 0
removed

# The transport waits, and gives it up while the system is about to sleep.
for how in plain lu; do
	disk $how
	script "$unit" event target_block 0
	writes
	sleep 1
	script "$unit" event later 10000 target_gone 0
	ok "$how, blocked, and given up: the system sleeps" sleeps 60
	script "$unit" event target_unblock 0
	ok "$how, blocked, and given up: it is read afterwards" within 20 read_block
	removed
done

# It has been asked whose it is, and is blocked before it has answered.
script_disk 2 lu
second=$(script_path "$unit" 1)
echo 3 >"/sys/bus/scsi/devices/$second/path/state"
script "$unit" rules "1 $INQUIRY 1 $IMM_RETRY 0 0 0 2000"
echo 1 >"/sys/bus/scsi/devices/$second/path/state" &
sleep 1
script "$unit" event target_block 1
script "$unit" event later 60000 target_unblock 1
sleep 2
ok "one of two blocked: the system sleeps at once" sleeps 20
ok "one of two blocked: it is read" read_block
ok "one of two blocked: it comes back" within 90 path_state_is "$second" 1
script_remove "$unit"
finish
