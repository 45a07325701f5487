# SPDX-License-Identifier: GPL-2.0
# Who removes a device in good order has its cache flushed first, as a plain disk's: also
# when it is the last path of a logical unit that is removed, or the unit itself and its
# path is not there for a moment.
# guest: clock=virtual cpus=2 seconds=300
. ./lib.sh
. ./lib_script.sh
plan 28

FLUSH=0x35
INQUIRY=0x12
FOR_ITSELF=16
RESET=0
LUNS=6

# add PATHS HOW
add() {
	script_disk "$1" "$2"
	within 10 test -e "$(echo "$above"/scsi_disk/*)/cache_type" || bail_out "no scsi_disk"
	script "$unit" event zero
}

# delete PATH
delete() {
	echo 1 >"/sys/bus/scsi/devices/$(script_path "$unit" "$1")/delete"
}

flushed() {
	flushed_count=$(script_counter "$unit" executed $FLUSH)
	echo "${flushed_count:-0}"
}

for how in plain lu; do
	add 1 $how
	ok "$how: the device is removed" delete 0
	is "$how: its cache was flushed" "$(flushed)" 1
	script_remove "$unit"

	add 1 $how
	script "$unit" rules "0 $FLUSH 1 0 2 0x062900 0 0"
	ok "$how: removed, and there is something to report first" delete 0
	is "$how: reported first: flushed all the same" "$(flushed)" 1
	script_remove "$unit"

	# The error of a disk that is leaving is nobody's any more.
	add 1 $how
	script "$unit" rules "0 $FLUSH -1 1 0 0 0 0"
	ok "$how: removed, and it cannot be reached" timeout 60 \
		sh -c "echo 1 >/sys/bus/scsi/devices/$(script_path "$unit" 0)/delete"
	as_often=${as_often:-$(script_sent "$unit" 0 $FLUSH)}
	ok "$how: that is said" sh -c 'dmesg | grep -iq "$1.*\(cache.*not flushed\|Synchronize Cache.*failed\)"' \
		- "$(basename "$above")"
	is "$how: as often asked as a plain one" "$(script_sent "$unit" 0 $FLUSH)" "$as_often"
	script_remove "$unit"

	for ua in $RESET $LUNS; do
		add 1 $how
		script "$unit" event "attention 0 $ua"
		ok "$how: deleted, with report $ua" sh -c "echo 1 >$above/delete"
		is "$how: report $ua: flushed" "$(flushed)" 1
		script_remove "$unit"
	done

	# Whose path it is is being read.
	add 1 $how
	script "$unit" rules "0 $INQUIRY -1 0 0 0 $FOR_ITSELF 3000"
	script "$unit" event "attention 0 $RESET"
	read_block &
	reader=$!
	sleep 1
	ok "$how: deleted while its path is looked at" sh -c "echo 1 >$above/delete"
	wait $reader
	is "$how: looked at: flushed" "$(flushed)" 1
	script_remove "$unit"
done

# While there is another one, it is that one's.
add 2 lu
delete 1
is "two paths: nothing is flushed yet" "$(flushed)" 0
delete 0
is "two paths: the last of them is flushed" "$(script_sent "$unit" 0 $FLUSH)" 1
script_remove "$unit"
finish
