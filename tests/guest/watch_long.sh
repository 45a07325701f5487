# SPDX-License-Identifier: GPL-2.0
# A command that takes long: its path carries something, though nothing is sent over it.
# A tape drive that is looking for a place on its tape is asked nothing, over no path: it
# may not answer, and to take a question back may take a reset.
# guest: clock=virtual cpus=4 seconds=400
# append: scsi_mod.path_watch=1
. ./lib.sh
. ./lib_script.sh
plan 25

modprobe st || bail_out "st"

# How often each path was asked whether it is ready, or whose it is
asked() {
	echo $(($(script_counter "$unit" sent "$1" 0x0) + \
		$(script_counter "$unit" sent "$1" 0x12) + 0))
}

was_asked() {
	[ "$(asked "$1")" -gt "$2" ]
}

good_again() {
	dmesg | grep -q "path $(script_path "$unit" "$1") probation (answers again)"
}

is_back() {
	was_asked $idle "$before" && [ "$(cat "$path/state")" = 1 ]
}

# tape PATHS
tape() {
	script_add tape "$1" lu
	within 10 script_node scsi_tape 'nst[0-9]*' || bail_out "no tape"
	node=$(script_node scsi_tape 'nst[0-9]*')
	sg=$(script_node scsi_generic 'sg[0-9]*')
	within 10 test -c "$node"
	mt-st -f "$node" setblk 0
	mt-st -f "$node" weof 2
	mt-st -f "$node" rewind
	[ "$1" = 1 ] || within 20 was_asked 1 "$(asked 1)" || bail_out "no watch"
}

it_searches() {
	[ "$(script_counter "$unit" executed 0x11)" ]
}

# For so long it looks for a filemark, and answers nothing else. What is taken back over
# path N, its host resets.
searches() {
	for each in $(seq 0 $((paths - 1))); do
		script "$unit" eh "$each 0 -1 0"
	done
	script "$unit" rules "-1 0x11 1 0 0 0 16 $1"
	sg_raw -t 120 "$sg" 11 01 00 00 01 00 &
	searching=$!
	within 10 it_searches || bail_out "no search"
	script "$unit" rules "-1 0x00 -1 0 0 0 8 0"
}

for paths in 1 2; do
	tape $paths
	searches 25000
	before="$(asked 0) $([ $paths = 1 ] || asked 1)"
	sleep 20
	is "$paths paths: nobody is asked" "$(asked 0) $([ $paths = 1 ] || asked 1)" "$before"
	ok "$paths paths: it is found" wait $searching
	is "$paths paths: it is there" "$(script_counter "$unit" position)" 1
	script "$unit" rules clear
	ok "$paths paths: asked again" within 20 was_asked $((paths - 1)) "$(asked $((paths - 1)))"
	script_remove "$unit"
done

# idle_tape: a tape of two paths, of which it does not use $idle
idle_tape() {
	paths=2
	tape 2
	idle=0
	[ "$(path_issued "$(script_path "$unit" 0)")" -lt \
		"$(path_issued "$(script_path "$unit" 1)")" ] || idle=1
}

# A path that was lost comes back meanwhile.
idle_tape
state=/sys/bus/scsi/devices/$(script_path "$unit" $idle)/state
echo offline >"$state"
within 10 path_state_is "$(script_path "$unit" $idle)" 3
searches 25000
echo running >"$state"
before=$(asked $idle)
sleep 20
is "lost path: nobody asks it" "$(asked $idle)" "$before"
ok "lost path: what was looked for is found" wait $searching
is "lost path: it is there" "$(script_counter "$unit" position)" 1
script "$unit" rules clear
ok "lost path: it is back" within 30 good_again $idle
script_remove "$unit"

# So does one whose identity is to be read first, for which nobody waits.
for how in enabled unblocked; do
	idle_tape
	path=/sys/bus/scsi/devices/$(script_path "$unit" $idle)/path
	if [ $how = enabled ]; then
		echo 3 >"$path/state"
	else
		script "$unit" event "target_block $idle"
	fi
	searches 25000
	before=$(asked $idle)
	if [ $how = enabled ]; then
		echo 1 >"$path/state" &
	else
		script "$unit" event "target_unblock $idle"
	fi
	sleep 20
	is "$how path: nobody asks it" "$(asked $idle)" "$before"
	ok "$how path: what was looked for is found" wait $searching
	is "$how path: it is there" "$(script_counter "$unit" position)" 1
	script "$unit" rules clear
	ok "$how path: it is asked, and back" within 30 is_back
	script_remove "$unit"
done

# A tape that streams is watched all the same.
tape 2
touch /tmp/streams
while [ -e /tmp/streams ]; do
	dd if=/dev/zero of="$node" bs=1k count=3000 2>/dev/null
	mt-st -f "$node" rewind
done &
writer=$!
sleep 1
before=$(asked 1)$(asked 0)
sleep 20
fails "streaming: the idle path is asked" test "$(asked 1)$(asked 0)" = "$before"
rm /tmp/streams
wait $writer
script_remove "$unit"

# Of a disk only the path that is busy is not asked.
script_add disk 2 lu
sg=$(script_node scsi_generic 'sg[0-9]*')
sg_raw -r 512 "$sg" 28 00 00 00 00 00 00 00 01 00 >/dev/null 2>&1
busy=0
[ "$(script_counter "$unit" sent 0 0x28)" ] || busy=1
script "$unit" rules "$busy 0x28 1 0 0 0 16 15000"
sg_raw -t 60 -r 512 "$sg" 28 00 00 00 00 00 00 00 01 00 >/dev/null 2>&1 &
reader=$!
sleep 1
before=$(asked $busy)
of_other=$(asked $((1 - busy)))
sleep 10
is "disk: the busy path is not asked" "$(asked $busy)" "$before"
ok "disk: the idle one is" was_asked $((1 - busy)) "$of_other"
ok "disk: read" wait $reader
ok "disk: the path is asked again" within 20 was_asked $busy "$before"
finish
