# SPDX-License-Identifier: GPL-2.0
# A disk that works again only when it is reset: its reads are aborted, and that is no
# help. What has timed out twice is for the error handler, which resets the disk. And one
# that is lost over all its paths until somebody resets it. And a tape drive that is stuck:
# whoever resets it has it free at once.
# guest: clock=virtual cpus=2 seconds=300
. ./lib.sh
. ./lib_script.sh
. ./lib_door.sh
plan 34

READ=0x28
SILENT_UNTIL_RESET=72

nr_sent() {
	echo $(($(script_sent "$unit" 0 $READ) + $(script_sent "$unit" 1 $READ)))
}

# it_searches PATH: it looks for a place on the tape
it_searches() {
	[ "$(script_sent "$unit" "$1" 0x11)" = 1 ]
}

# hang PATH: of a path, or -1 of all
hang() {
	script "$unit" event zero
	script "$unit" rules "$1 $READ -1 0 0 0 $SILENT_UNTIL_RESET 0"
}

# The first of them is the plain device.
for how in "1 plain" "1 lu" "2 lu"; do
	script_disk ${how% *} ${how#* }
	title="${how#* } ${how% *}"
	ok "$title: reads" within 10 read_block
	hang -1
	begin=$(now)
	ok "$title: a read that hangs succeeds in the end" read_block
	took=$(($(now) - begin))
	as_long=${as_long:-$took}
	sent=$(nr_sent)
	echo "# $sent reads, $took s"
	ok "$title: $took s, a plain disk $as_long" [ $took -le $((as_long + 10)) ]
	if [ "$how" != "2 lu" ]; then
		as_often=${as_often:-$sent}
		is "$title: after as many reads" "$sent" "$as_often"
	else
		ok "$title: all good again" within 60 read_block
	fi
	# An abort is enough of a command that hangs once.
	script "$unit" event zero
	script "$unit" rules "-1 $READ 1 0 0 0 8 0"
	resets=$(dmesg | grep -c "device reset occurred")
	ok "$title: one that hangs once" read_block
	is "$title: is aborted, and nothing reset" \
		"$(dmesg | grep -c "device reset occurred")" "$resets"
	script_remove "$unit"
done

for how in "1 plain" "1 lu" "2 lu"; do
	script_disk ${how% *} ${how#* }
	title="${how#* } ${how% *}, lost"
	[ "${how#* }" = plain ] || echo 0 >"$above/multipath/no_path_timeout"
	ok "$title: reads" within 10 read_block
	script "$unit" rules "-1 -1 -1 1 0 0 64 0"
	fails "$title: it does not" read_block
	ok "$title: reset by hand" sg_reset --device --no-esc \
		"$(script_node scsi_generic 'sg[0-9]*')"
	ok "$title: reads again" within 60 read_block
	script_remove "$unit"
done

# What hangs there the host gives back that is told of the reset.
for how in "1 plain 0" "1 lu 0" "2 lu 0" "2 lu 1"; do
	# shellcheck disable=SC2086 # its parts
	set -- $how
	script_add tape "$1" "$2"
	within 10 script_node scsi_generic 'sg[0-9]*' || bail_out "no tape"
	sg=$(script_node scsi_generic 'sg[0-9]*')
	if [ "$1" = 2 ]; then
		use "$3"
		put $((1 - $3)) 1
	fi
	sg_turs "$sg" >/dev/null 2>&1
	script "$unit" rules "-1 0x11 1 0 0 0 8 0"
	script "$unit" event zero
	sg_raw -t 600 "$sg" 11 01 00 00 01 00 2>/dev/null &
	stuck=$!
	within 10 it_searches "$3" || bail_out "$how: not sent"
	sg_reset --device --no-esc "$sg"
	ok "tape, $2 $1, over path $3: free once it is reset" \
		within 5 sh -c "! kill -0 $stuck"
	script "$unit" event release
	script_remove "$unit"
done
finish
