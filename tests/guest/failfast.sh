# SPDX-License-Identifier: GPL-2.0
# A read for which there is something else that may be done instead (REQ_FAILFAST_*: md with
# a mirror, or what is read ahead) is not repeated over its path, as on a plain disk. It
# goes once over each other path.
# guest: clock=virtual cpus=2 seconds=300
. ./lib.sh
. ./lib_script.sh
plan 23

READ=0x28

# What is read ahead fails at once; what is asked for then is repeated.
read_ahead() {
	echo 3 >/proc/sys/vm/drop_caches
	timeout 600 dd if="$disk" of=/dev/null bs=4k count=1
}

add() {
	script_disk "$1" "$2"
	script "$unit" event zero
}

# PARITY, ERROR, BUS BUSY, SOFT ERROR; a medium error, an aborted command
for fault in "6 0 0" "7 0 0" "2 0 0" "11 0 0" "0 2 0x031100" "0 2 0x0b4700"; do
	add 1 plain
	script "$unit" rules "0 $READ -1 $fault 0 0"
	fails "plain: $fault" read_ahead
	plain=$(script_sent "$unit" 0 $READ)
	script_remove "$unit"

	add 1 lu
	script "$unit" rules "0 $READ -1 $fault 0 0"
	fails "one path: $fault" read_ahead
	is "one path: $fault: read as often as the plain one" "$(script_sent "$unit" 0 $READ)" "$plain"
	script_remove "$unit"
done

# With another path it does not fail, and is not repeated over this one.
for fault in "7 0 0" "0 2 0x0b4700"; do
	add 2 lu
	for path in 0 1; do
		script "$unit" rules "$path $READ 1 $fault 0 0"
	done
	ok "two paths: $fault once over each: what is asked for is read" read_ahead
	is "two paths: $fault: three reads in all" $(($(script_sent "$unit" 0 $READ) + $(script_sent "$unit" 1 $READ))) 3
	script_remove "$unit"
done
is "no other disk is left" "$(grep -c . $SCRIPT/units)" 0
finish
