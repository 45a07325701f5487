# SPDX-License-Identifier: GPL-2.0
# What a host driver does by itself, or a device: it rescans its device, takes no requests
# for a while, gives its queue other limits; a unit that was stopped is started, a medium is
# changed. A logical unit follows as a plain device does, with one path and with two.
# guest: clock=virtual cpus=4 seconds=300
. ./lib.sh
. ./lib_script.sh
plan 59

# disk TYPE: of $paths and $kind, as $node
disk() {
	script_add "$1" "$paths" "$kind"
	within 10 script_node block 'sd[a-z]*' || bail_out "no disk"
	node=$(script_node block 'sd[a-z]*')
	within 20 disk_is_there "${node#/dev/}" || bail_out "no $node"
}

# fetch KIB: reads that much at once
fetch() {
	dd if="$node" of=/dev/null bs="$1k" count=1 iflag=direct
}

sectors_are() {
	[ "$(blockdev --getsz "$node")" = "$1" ]
}

# max_sectors PATH SECTORS: its driver gives the queue of that path's device this limit
max_sectors() {
	script "$unit" event max_sectors "$1" "$2"
}

takes_kib() {
	[ "$(cat "/sys/block/${node#/dev/}/queue/max_hw_sectors_kb")" = "$1" ]
}

# while_event NAME EVENT UNDO: a read meanwhile waits, or goes elsewhere; it has no error
while_event() {
	script "$unit" event "$2 0"
	rm -f /tmp/fetched
	{ fetch 4; echo $? >/tmp/fetched; } >/tmp/fetch.out 2>&1 &
	if [ "$paths" = 2 ]; then
		ok "$title: $1, the other path carries it" \
			within 20 test -s /tmp/fetched
	else
		sleep 2
		fails "$title: $1, it waits" test -s /tmp/fetched
	fi
	script "$unit" event "$3 0"
	wait $!
	is "$title: $1, a read has no error" "$(cat /tmp/fetched)" 0
	ok "$title: $1, nor has another one" within 20 fetch 4
}

stop() {
	sg_raw "$node" 1b 00 00 00 00 00
}

all_of_it() {
	disk disk
	# Whose path it is is read for 3 s.
	script "$unit" rules "0 0x12 1 0 0 0 0 3000"
	script "$unit" event "attention 0 0"
	fetch 4 &
	sleep 1
	script "$unit" event capacity 1536
	script "$unit" event rescan 0
	wait $!
	ok "$title: it grows after a reset" within 20 sectors_are 1536
	script "$unit" rules clear

	script "$unit" event capacity 2048
	script "$unit" event rescan 0
	ok "$title: it grows with a rescan by its driver" within 20 sectors_are 2048
	ok "$title: and can be read there" dd if="$node" of=/dev/null bs=4k skip=200 \
		count=1 iflag=direct

	while_event "requests blocked" block unblock
	while_event "target blocked" target_block target_unblock

	max_sectors "$((paths - 1))" 64
	ok "$title: with smaller limits of one path" within 5 takes_kib 32
	script "$unit" event zero
	ok "$title: a large read" fetch 512
	ok "$title: is sent in small pieces" \
		test "$(script_counter "$unit" largest)" -le 32768
	max_sectors "$((paths - 1))" 1024
	ok "$title: with larger ones again" within 5 takes_kib 512
	script "$unit" event zero
	ok "$title: a large read" fetch 512
	ok "$title: is sent in one piece" \
		test "$(script_counter "$unit" largest)" = 524288

	echo 1 >"$(echo "$above"/scsi_disk/*)/allow_restart"
	ok "$title: stopped" stop
	ok "$title: a read starts it" fetch 4
	script_remove "$unit"

	disk removable
	ok "$title: removable, read" fetch 4
	script "$unit" event medium
	fetch 4
	ok "$title: removable, with another medium" within 5 fetch 4
	if [ "$paths" = 2 ]; then
		echo 3 >"/sys/bus/scsi/devices/$(carrier)/path/state"
		ok "$title: removable, what the other path knows is no news" fetch 4
		sg_raw "$node" 1e 00 00 00 01 00
		for each in 0 1; do
			echo 1 >"/sys/bus/scsi/devices/$(script_path "$unit" $each)/path/state"
		done
		echo 3 >"/sys/bus/scsi/devices/$(carrier)/path/state"
		sg_raw "$node" 1e 00 00 00 00 00
		is "$title: removable, unlocked over another path" \
			"$(script_counter "$unit" prevents)" 0
	fi
	script_remove "$unit"
}

# The path that carries it, of two
carrier() {
	for each in 0 1; do
		echo "$(path_issued "$(script_path "$unit" $each)") $(script_path "$unit" $each)"
	done | sort -nr | head -1 | cut -d ' ' -f 2
}

for how in "1 plain" "1 lu" "2 lu"; do
	paths=${how% *}
	kind=${how#* }
	title="$paths $kind"
	all_of_it
done
finish
