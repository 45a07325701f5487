# SPDX-License-Identifier: GPL-2.0
# Commands that the kernel sends for itself, and has repeated: sd tells a disk how to cache.
# A host driver that has an error with them is no reason to give up, as with a plain device.
# guest: clock=virtual cpus=2 seconds=300
. ./lib.sh
. ./lib_script.sh
plan 38

MODE_SELECT=0x15
HARDWARE_ERROR=0x044400

# set_cache: by MODE SELECT
set_cache() {
	echo "write back" >"$(echo "$above"/scsi_disk/*)/cache_type"
}

# fault COUNT HOST [STATUS SENSE]: that often over the first path
fault() {
	script "$unit" event zero
	script "$unit" rules "0 $MODE_SELECT $1 $2 ${3:-0} ${4:-0} 0 0"
}

sent() {
	script_counter "$unit" sent 0 $MODE_SELECT
}

# The first of them is the plain device.
for how in "1 plain" "1 lu" "2 lu"; do
	script_add disk ${how% *} ${how#* }
	within 10 script_node block 'sd[a-z]*' || bail_out "no disk"
	title="${how#* } ${how% *}"
	ok "$title: no error" set_cache
	# BUS BUSY, ERROR, SOFT ERROR, a lost interrupt
	for host in 2 7 11 9; do
		fault 1 $host
		ok "$title: host byte $host, once" set_cache
		fault 3 $host
		ok "$title: host byte $host, three times" set_cache
	done
	if [ "$how" != "2 lu" ]; then
		fault 1 0 2 $HARDWARE_ERROR
		fails "$title: a hardware error is told" set_cache
		is "$title: and the command sent once" "$(sent)" 1
		fault -1 7
		fails "$title: without end it is an error" set_cache
		as_often="${as_often:-$(sent)}"
		is "$title: after as many attempts" "$(sent)" "$as_often"
	fi
	script "$unit" rules clear
	ok "$title: and works again" set_cache
	script_remove "$unit"
done
finish
