# SPDX-License-Identifier: GPL-2.0
# Nothing that is on a tape is overwritten, whatever rewinds it behind the back of the one
# who writes: a reset by the error handler or by somebody else, a loss of power. A plain
# tape drive is told of it, and refuses to write; so must a logical unit with one path, and
# with two.
# guest: clock=virtual cpus=4 seconds=420
. ./lib.sh
. ./lib_script.sh
. ./lib_tape.sh
plan 110

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
	echo 1 >"/sys/bus/scsi/devices/$(script_path "$unit" "$(carrier 2)")/delete"
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
echo 1 >"/sys/bus/scsi/devices/$(script_path "$unit" "$(carrier 2)")/delete"
ok "another path, after a MODE SELECT: the next write" more
exec 3>&-
kept "another path, after a MODE SELECT"
finish
