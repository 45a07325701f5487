# SPDX-License-Identifier: GPL-2.0
# A disk that answers TEST UNIT READY but none that needs its medium: each of those
# ends in the error handler of the host. sd gives such a disk up (max_medium_access_timeouts);
# but not while there is a path over which it reads.
# guest: clock=virtual cpus=2 seconds=300
. ./lib.sh
. ./lib_script.sh
plan 39

TEST_UNIT_READY=0
READ=0x28
SILENT=8

# dead PATH: no read is answered over it, and none can be aborted
dead() {
	script "$unit" rules "$1 $READ -1 0 0 0 $SILENT 0"
	script "$unit" eh "$1 0 -1 0"
}

nr_sent() {
	echo $(($(script_sent "$unit" 0 $READ) + $(script_sent "$unit" 1 $READ)))
}

disk_state() {
	cat "$above/state"
}

# An LU is so for want of a path.
given_up() {
	[ "$(disk_state)" = offline ] || [ "$(disk_state)" = transport-offline ]
}

add() {
	script_disk "$1" "$2"
	script "$unit" event zero
	ls "$above/scsi_disk" >/dev/null || bail_out "no scsi_disk"
	limit=$(echo "$above"/scsi_disk/*)/max_medium_access_timeouts
}

# gives_up TITLE: the disk, after as many reads as a plain one
gives_up() {
	fails "$1: a read fails" read_block
	is "$1: the disk is given up" "$(disk_state)" offline
	sent=$(nr_sent)
	fails "$1: the next fails at once" read_block
	is "$1: and is not sent" "$(nr_sent)" "$sent"
	script "$unit" rules clear
	ok "$1: the administrator brings it back" sh -c "echo running >$above/state"
	ok "$1: and it reads" within 60 read_block
}

add 1 plain
dead 0
gives_up "plain"
of_plain=$sent
script_remove "$unit"

add 1 lu
dead 0
gives_up "one path"
is "one path: after as many reads as the plain one" "$sent" "$of_plain"
script_remove "$unit"

add 2 lu
dead 0
dead 1
gives_up "two dead paths"
script_remove "$unit"

# What waits fails, too, if the disk has lost its path just then.
add 1 lu
dead 0
script "$unit" eh "0 1 0 5000"
read_block &
reader=$!
within 200 sh -c "dmesg | grep 'Medium access timeout'" &
watcher=$!
while kill -0 $watcher 2>/dev/null && [ "$(disk_state)" != offline ]; do
	script "$unit" event "target_block 0"
	sleep 1
	script "$unit" event "target_unblock 0"
	sleep 1
done
fails "blocked meanwhile: the read fails" wait $reader
is "blocked meanwhile: the disk is given up" "$(disk_state)" offline
fails "blocked meanwhile: the next fails" read_block
kill $watcher 2>/dev/null
script_remove "$unit"

# The error handler cannot help at all.
for how in plain lu; do
	dmesg -c >/dev/null
	add 1 $how
	dead 0
	script "$unit" rules "0 $TEST_UNIT_READY -1 1 0 0 0 0"
	fails "no help, $how: the read fails" read_block
	ok "no help, $how: the device is offline" within 60 \
		sh -c "[ \"\$(cat $(script_sdev "$unit")/state)\" = offline ]"
	ok "no help, $how: so is the disk" within 60 given_up
	fails "no help, $how: the next fails" read_block
	script "$unit" rules clear
	script "$unit" eh "0 0 0 0"
	ok "no help, $how: the administrator brings it back" sh -c "echo running >$above/state"
	ok "no help, $how: and it reads" within 20 read_block
	script_remove "$unit"
done

# Whether it reads is another question.
answers_again() {
	! path_state_is "$(script_path "$unit" 0)" 3
}

# One that reads is enough, however often the other does not.
add 2 lu
echo 1 >"$limit"
echo round-robin >"$above/multipath/iopolicy"
dead 0
failed=0
for i in 1 2 3 4 5 6; do
	read_block || failed=$((failed + 1))
	within 20 answers_again || bail_out "not back"
done
is "one dead path: no read fails" "$failed" 0
is "one dead path: the disk is not given up" "$(disk_state)" running
ok "one dead path: reads were lost over it" [ "$(script_sent "$unit" 0 $READ)" -ge 2 ]
# What it has done since counts: it is the last, but not dead.
script "$unit" rules clear
ok "one dead path: all good again" within 60 read_block
script_remove "$unit"
is "no other disk is left" "$(grep -c . $SCRIPT/units)" 0
finish
