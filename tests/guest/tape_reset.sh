# SPDX-License-Identifier: GPL-2.0
# Nothing that is on a tape is overwritten, whatever rewinds it behind the back of the one
# who writes: a reset by the error handler or by somebody else, a loss of power. A plain
# tape drive is told of it, and refuses to write; so must a logical unit with one path, and
# with two.
# guest: clock=virtual cpus=4 seconds=420
. ./lib.sh
. ./lib_script.sh
plan 110

modprobe st || bail_out "st"
for file in a b c; do
	dd if=/dev/urandom of=/tmp/$file bs=10k count=10 2>/dev/null
done

tape() {
	mt-st -f "$node" "$@"
}

put() {
	dd if="$1" of="$node" bs=10k 2>/dev/null
}

get() {
	dd if="$node" of="$1" bs=10k 2>/dev/null
}

# more: two records, to the tape that is open
more() {
	dd if=/tmp/c bs=10k count=2 >&3
}

# drive PATHS KIND: a new one, with two files on its tape, of which the end is where it is
drive() {
	script_add tape "$1" "$2"
	within 10 script_node scsi_tape 'nst[0-9]*' || bail_out "no tape"
	node=$(script_node scsi_tape 'nst[0-9]*')
	within 10 test -c "$node"
	tape setblk 0
	tape sttimeout 3
	tape rewind
	put /tmp/a
	put /tmp/b
	script "$unit" event zero
}

# kept NAME: what was on the tape is on it
kept() {
	is "$1: nothing was overwritten" "$(script_counter "$unit" overwritten)" 0
	script "$unit" rules clear
	# A drive that was reset says so once more, to whoever asks.
	tape rewind || tape rewind
	get /tmp/a.read
	get /tmp/b.read
	ok "$1: the first file is there" cmp /tmp/a /tmp/a.read
	ok "$1: and the second" cmp /tmp/b /tmp/b.read
	script_remove "$unit"
}

# The path that carries it, of a drive with two
carrier() {
	for each in 0 1; do
		echo "$(path_issued "$(script_path "$unit" $each)") $each"
	done | sort -nr | head -1 | cut -d ' ' -f 2
}

# by_error_handler NAME EH: a write is not answered; what the handlers do then
by_error_handler() {
	drive "$paths" "$kind"
	exec 3>"$node"
	more
	shift_name=$1
	shift
	for each in "$@"; do
		for path in $(seq 0 $((paths - 1))); do
			script "$unit" eh "$path $each"
		done
	done
	script "$unit" rules "-1 0x0a 1 0 0 0 8 0"
	fails "$shift_name: the write fails" more
	exec 3>&-
	kept "$shift_name"
}

# by_power NAME HOST_BYTE FLAGS EVENT: a write is lost with the power. Its host says so, or
# (FLAGS is 8) nobody does until it is aborted.
by_power() {
	drive "$paths" "$kind"
	exec 3>"$node"
	more
	script "$unit" rules "-1 0x0a 1 $2 0 0 $3 500"
	{ sleep 0.2; script "$unit" event "$4"; } &
	fails "$1: the write fails" more
	wait $!
	exec 3>&-
	kept "$1"
}

# told NAME EVENT...: it happens between two writes, at the end of data
told() {
	drive "$paths" "$kind"
	exec 3>"$node"
	more
	name=$1
	shift
	for event in "$@"; do
		script "$unit" event "$event"
	done
	fails "$name: the next write fails" more
	exec 3>&-
	kept "$name"
}

for how in "1 plain" "1 lu" "2 lu"; do
	paths=${how% *}
	kind=${how#* }
	title="$paths $kind"
	by_error_handler "$title, abort" "0 0 0"
	by_error_handler "$title, device reset" "0 1 0"
	by_error_handler "$title, target reset" "0 1 0" "1 1 0"
	by_power "$title, power, path gone" 1 0 reset
	by_power "$title, power, path disrupted" 14 0 reset
	by_power "$title, power, no answer" 0 8 power_cycle
	told "$title, reset" reset
	told "$title, taken out and reset" medium reset
done

# told_elsewhere NAME EVENT...: they happen for the second time, and the path that the
# initiator uses then is the other one
told_elsewhere() {
	elsewhere_name=$1
	shift
	drive 2 lu
	for event in "$@"; do
		script "$unit" event "$event"
	done
	tape status >/dev/null
	tape rewind || tape rewind
	tape fsf 2
	exec 3>"$node"
	ok "$elsewhere_name, told: it can be written" more
	for event in "$@"; do
		script "$unit" event "$event"
	done
	echo 1 >"/sys/bus/scsi/devices/$(script_path "$unit" "$(carrier)")/delete"
	fails "$elsewhere_name, told by the other path: the next write fails" more
	exec 3>&-
	kept "$elsewhere_name, told by the other path"
}

# That a medium has changed makes no st refuse to write, unless it was reset as well.
told_elsewhere "reset" reset
told_elsewhere "taken out and reset" medium reset

# What a path knows that is old when it is asked for the first time is no news: a path
# that is lost between two commands is not noticed.
drive 2 lu
exec 3>"$node"
more
echo 1 >"/sys/bus/scsi/devices/$(script_path "$unit" "$(carrier)")/delete"
ok "another path, after a MODE SELECT: the next write" more
exec 3>&-
kept "another path, after a MODE SELECT"
finish
