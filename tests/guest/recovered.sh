# SPDX-License-Identifier: GPL-2.0
# A device that has done what it was asked for may have something to say of it: that a
# parameter was rounded, that it wants to be cleaned. It has done it all the same, and what
# it has done over one path holds when that path is lost.
# guest: clock=virtual cpus=4 memory=1024 seconds=240
. ./lib.sh
. ./lib_script.sh
. ./lib_door.sh
plan 13

modprobe st || bail_out "st"
dd if=/dev/urandom of=/tmp/a bs=10k count=2 2>/dev/null

# remark PATH OPCODE COUNT SENSE: it is carried out, and answered with that
remark() {
	script "$unit" rules "$1 $2 $3 0 2 $4 4 0"
}

# Recovered error: rounded parameter; the drive wants to be cleaned
ROUNDED=0x013700
TO_BE_CLEANED=0x011701

tape() {
	mt-st -f "$node" "$@"
}

more() {
	dd if=/tmp/a bs=10k count=1 >&3
}

# A key of local scope, see tape_keys.sh
set_key() {
	printf '\000\020\000\020\040\000\002\002' >/tmp/page
	dd if=/dev/zero bs=1 count=12 2>/dev/null >>/tmp/page
	sg_raw -s 20 -i /tmp/page "$sg" b5 20 00 10 00 00 00 00 00 14 00 00
}

# Which path carries it: 0 or 1
carrier() {
	for each in 0 1; do
		echo "$(path_issued "$(script_path "$unit" $each)") $each"
	done | sort -nr | head -1 | cut -d ' ' -f 2
}

drive() {
	script_add tape 2 lu
	within 10 script_node scsi_tape 'nst[0-9]*' || bail_out "no tape"
	node=$(script_node scsi_tape 'nst[0-9]*')
	sg=$(script_node scsi_generic 'sg[0-9]*')
	within 10 test -c "$node"
	tape setblk 0
	tape rewind
}

# lose PATH: it does not come back before it is told to
lose() {
	echo offline >"/sys/bus/scsi/devices/$(script_path "$unit" "$1")/state"
	within 10 path_state_is "$(script_path "$unit" "$1")" 3 || bail_out "not lost"
}

told_of_door_is() {
	[ "$(script_counter "$unit" executed 0x1e)" = "$1" ]
}

for sense in $TO_BE_CLEANED 0x001701; do
	drive
	exec 3>"$node"
	remark -1 0xb5 1 $sense
	set_key
	ok "key, $sense: written with it" more
	lose "$(carrier)"
	fails "key, $sense: the write after the loss is refused" more
	exec 3>&-
	is "key, $sense: nothing was written in clear" "$(script_counter "$unit" in_clear)" 0
	script_remove "$unit"
done

# What the command has told the other nexus is no news.
drive
remark -1 0x15 1 $ROUNDED
tape setblk 0
exec 3>"$node"
ok "MODE SELECT: written" more
echo 1 >"/sys/bus/scsi/devices/$(script_path "$unit" "$(carrier)")/delete"
ok "MODE SELECT: and over the other path" more
exec 3>&-
script_remove "$unit"

# What was prevented over a path that is not in use any more is allowed over that one.
drive
use 0
remark -1 0x1e 1 $TO_BE_CLEANED
door 1
ok "door: prevented" prevents_is 1
use 1
door 0
ok "door: allowed, over both" within 10 prevents_is 0
script_remove "$unit"

# The same of what multipath itself has told it
drive
use 0
door 1
remark -1 0x1e 1 $TO_BE_CLEANED
use 1
ok "door, other path: it is told as well" within 10 told_of_door_is 2
use 0
door 0
ok "door, other path: allowed, over both" within 10 prevents_is 0

# A path whose identity is told with a remark is that path.
put 1 1
remark 1 0x12 -1 $TO_BE_CLEANED
lose 1
echo running >"/sys/bus/scsi/devices/$(script_path "$unit" 1)/state"
comes_back() {
	dmesg | grep -q "path $(script_path "$unit" 1) probation (answers again)"
}
ok "INQUIRY: the path comes back" within 30 comes_back
finish
