# SPDX-License-Identifier: GPL-2.0
# Devices of the module scsi_script: sourced behind lib.sh. What each is and can be told
# stands at the head of tests/modules/script_core.c.
# shellcheck disable=SC2034 # for those who source it

SCRIPT=/sys/kernel/debug/scsi_script

# script_add TYPE PATHS lu|plain: sets $unit, its number, and $above, the device that the
# upper levels have
script_add() {
	[ -d $SCRIPT ] || modprobe scsi_script || bail_out "scsi_script"
	echo "add $1 $2 $3" >$SCRIPT/units || bail_out "add $*"
	unit=$(tail -1 $SCRIPT/units | cut -d ' ' -f 1)
	# What is seen before it is claimed looks like a plain one.
	[ "$3" = plain ] ||
		within 30 test -e "$(script_sdev "$unit")/path/lu" || bail_out "no path of $*"
	within 30 script_above "$unit" || bail_out "no device of $*"
	above=$(script_above "$unit")
	[ "$3" = plain ] || within 30 script_has_paths "$2" || bail_out "not $2 paths"
}

# script_remove UNIT: a logical unit does not wait for its paths to come back
script_remove() {
	script_gone=$(script_above "$1")
	[ ! -e "$script_gone/multipath" ] ||
		echo 0 >"$script_gone/multipath/no_path_timeout"
	echo "remove $1" >$SCRIPT/units
}

# script_hosts UNIT
script_hosts() {
	sed -n "s/^$1 [a-z]* //p" $SCRIPT/units
}

# script_path UNIT PATH: as H:C:T:L
script_path() {
	echo "$(script_hosts "$1" | cut -d ' ' -f $(($2 + 1))):0:0:0"
}

# script_sdev UNIT: of its first path
script_sdev() {
	echo "/sys/bus/scsi/devices/$(script_path "$1" 0)"
}

script_above() {
	script_first=$(script_sdev "$1")
	if [ -e "$script_first/path" ]; then
		readlink -f "$script_first/path/lu"
	else
		readlink -f "$script_first"
	fi
}

script_has_paths() {
	[ "$(ls "$above/paths" | wc -l)" = "$1" ]
}

# script UNIT FILE TEXT...: tell a device
script() {
	script_to=$SCRIPT/$1/$2
	shift 2
	echo "$*" >"$script_to"
}

# script_counter UNIT NAME...
script_counter() {
	script_from=$SCRIPT/$1/counters
	shift
	sed -n "s/^$* //p" "$script_from"
}

# script_sent UNIT PATH OPCODE: so often
script_sent() {
	script_times=$(script_counter "$1" sent "$2" "$3")
	echo "${script_times:-0}"
}

# read_block: of $disk
read_block() {
	timeout 600 dd if="$disk" of=/dev/null bs=512 count=1 iflag=direct
}

# start_read: the same in the background; /tmp/read.status says how it has ended
start_read() {
	rm -f /tmp/read.status
	(
		read_block >/dev/null 2>&1
		echo $? >/tmp/read.status
	) &
}

read_is_over() {
	[ -s /tmp/read.status ]
}

# script_disk PATHS lu|plain: a disk that reads, as $disk
script_disk() {
	script_add disk "$1" "$2"
	within 10 script_node block 'sd[a-z]*' || bail_out "no disk"
	disk=$(script_node block 'sd[a-z]*')
	within 10 read_block || bail_out "no block"
}

# script_node CLASS PATTERN: of $above, for example scsi_tape 'nst[0-9]*'
script_node() {
	script_name=$(ls "$above/$1" | grep -x "$2") && echo "/dev/$script_name"
}
