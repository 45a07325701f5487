# SPDX-License-Identifier: GPL-2.0
# What the administrator does by hand with a logical unit: it has the effect that it has on
# a plain disk.
# guest: clock=virtual cpus=2 seconds=600
. ./lib.sh
. ./lib_script.sh
plan 105

READ=0x28
NO_CONNECT=1
PERIOD=/sys/module/scsi_mod/parameters/path_watch
SILENT=8

# begin TYPE PATHS lu|plain
begin() {
	script_add "$1" "$2" "$3"
	within 10 script_node block 'sd[a-z]*' || bail_out "no disk"
	disk=$(script_node block 'sd[a-z]*')
	within 10 read_block || bail_out "no block"
	script "$unit" event zero
	echo 2 >"$above/timeout"
	title="$3 $1 $2"
	[ "$2" = 1 ] && paths=0 || paths="0 1"
}

# set_state STATE: of what the upper levels have
set_state() {
	echo "$1" >"$above/state"
}

state_is() {
	[ "$(cat "$above/state")" = "$1" ]
}

# no_answer: from now on, whatever the error handler does
no_answer() {
	for path in $paths; do
		for handler in 0 1 2 3; do
			script "$unit" eh "$path $handler -1 0"
		done
		script "$unit" rules "$path -1 -1 0 0 0 $SILENT 0"
	done
}

path_is_offline() {
	[ "$(cat "$(script_sdev "$unit")/state")" = offline ]
}

size_is() {
	[ "$(blockdev --getsize64 "$disk")" = "$1" ]
}

# --- What is offline is left alone
old_period=$(cat $PERIOD)
for how in "1 plain" "1 lu" "2 lu"; do
	# shellcheck disable=SC2086 # two words
	begin disk $how
	echo 2 >$PERIOD
	ok "$title: offline" set_state offline
	script "$unit" event zero
	no_answer
	sleep 60
	is "$title: it is sent nothing" "$(grep -c '^sent' $SCRIPT/"$unit"/counters)" 0
	script "$unit" event forget
	ok "$title: running" set_state running
	ok "$title: it reads at once" read_block
	script_remove "$unit"
done
echo "$old_period" >$PERIOD

# --- What error handling has set offline runs when that is written, and is looked at anew
for how in "1 plain" "1 lu" "2 lu"; do
	for first in "" offline; do
		# shellcheck disable=SC2086 # two words
		begin disk $how
		[ "$how" != "2 lu" ] || echo 3 >"$above/multipath/no_path_timeout"
		no_answer
		start_read
		ok "$title, $first: error handling gives it up" within 60 path_is_offline
		ok "$title, $first: the read ends" within 90 read_is_over
		wait
		script "$unit" event forget
		script "$unit" event capacity 2000
		[ -z "$first" ] ||
			ok "$title, $first: it is set offline" set_state offline
		ok "$title, $first: running" set_state running
		ok "$title, $first: it reads" read_block
		ok "$title, $first: it has the size that it has by now" within 10 size_is 1024000
		script_remove "$unit"
	done
done

# The same if it is the path that runs again, by its own state or by that of its device
for timeout in 30 0; do
	for way in "1 path/state" "running state"; do
		begin disk 1 lu
		title="$title, $timeout, $way"
		echo "$timeout" >"$above/multipath/no_path_timeout"
		no_answer
		start_read
		within 60 path_is_offline || bail_out "it is not offline"
		wait
		script "$unit" event forget
		script "$unit" event capacity 2000
		echo "${way% *}" >"$(script_sdev "$unit")/${way#* }"
		ok "$title: it reads" within 10 read_block
		ok "$title: and has the size that it has by now" within 10 size_is 1024000
		script_remove "$unit"
	done
done

# --- A disk that does not answer is given up
for how in "1 plain" "1 lu" "2 lu"; do
	for timeout in 30 0; do
		# shellcheck disable=SC2086 # two words
		begin disk $how
		title="$title, $timeout"
		[ ! -e "$above/multipath" ] ||
			echo "$timeout" >"$above/multipath/no_path_timeout"
		for path in $paths; do
			script "$unit" rules "$path -1 -1 $NO_CONNECT 0 0 0 0"
		done
		start_read
		sleep 3
		ok "$title: offline" set_state offline
		ok "$title: what was sent has failed" within 2 read_is_over
		is "$title: with an error" "$(cat /tmp/read.status)" 1
		wait
		script "$unit" rules clear
		ok "$title: it stays offline" stays 20 state_is offline
		fails "$title: nothing is read" read_block
		ok "$title: running" set_state running
		ok "$title: it reads" read_block
		script_remove "$unit"
	done
done

# --- Who does not want to wait for the error handler does not
for kind in plain lu; do
	begin disk 1 $kind
	script "$unit" eh "0 0 -1 0"
	for handler in 1 2 3; do
		script "$unit" eh "0 $handler -1 20000"
	done
	script "$unit" rules "0 $READ 1 0 0 0 $SILENT 0"
	start_read
	sleep 6
	began=$(now)
	fails "$title: no reset while the error handler works" sg_reset --device --no-esc \
		"$(script_node scsi_generic 'sg[0-9]*')"
	is "$title: says who is asked" "$(grep -c 'again later' /tmp/ok.out)" 1
	ok "$title: at once" test $(($(now) - began)) -lt 5
	wait
	script_remove "$unit"
done

# --- What it hangs on
for how in "1 plain" "1 lu" "2 lu"; do
	# shellcheck disable=SC2086 # two words
	begin disk $how
	is "$title: its adapter" "$(adapter "$disk")" scsi_script
	script_remove "$unit"
done

is "no other disk is left" "$(grep -c . $SCRIPT/units)" 0
finish
