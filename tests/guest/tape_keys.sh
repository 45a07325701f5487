# SPDX-License-Identifier: GPL-2.0
# A tape drive keeps a data encryption key of local scope for one I_T nexus. No write
# goes over another path, where it would be in clear, before its sender has heard that
# the key is gone; a key for all nexuses survives the loss of a path.
# guest: clock=virtual cpus=4 memory=1024 seconds=240
. ./lib.sh
. ./lib_script.sh
plan 24

modprobe -a st scsi_block_target || bail_out "st"
dd if=/dev/urandom of=/tmp/a bs=10k count=2 2>/dev/null

tape() {
	mt-st -f "$node" "$@"
}

more() {
	dd if=/tmp/a bs=10k count=1 >&3
}

# set_key SCOPE MODE: page 0010h, Set Data Encryption; 1 is local, 2 all I_T nexuses
set_key() {
	# shellcheck disable=SC2059 # it is a format
	printf "\\000\\020\\000\\020\\$(printf %o $(($1 << 5)))\\000\\00$2\\00$2" >/tmp/page
	dd if=/dev/zero bs=1 count=12 2>/dev/null >>/tmp/page
	sg_raw -s 20 -i /tmp/page "$sg" b5 20 00 10 00 00 00 00 00 14 00 00
}

# Which path carries it: 0 or 1
carrier() {
	for each in 0 1; do
		echo "$(path_issued "$(script_path "$unit" $each)") $each"
	done | sort -nr | head -1 | cut -d ' ' -f 2
}

in_clear() {
	script_counter "$unit" in_clear
}

drive() {
	script_add tape 2 lu
	within 10 script_node scsi_tape 'nst[0-9]*' || bail_out "no tape"
	node=$(script_node scsi_tape 'nst[0-9]*')
	sg=$(script_node scsi_generic 'sg[0-9]*')
	within 10 test -c "$node"
	tape setblk 0
	tape rewind
	exec 3>"$node"
}

# lose PATH: it does not come back before it is told to
lose() {
	echo offline >"/sys/bus/scsi/devices/$(script_path "$unit" "$1")/state"
	within 10 path_state_is "$(script_path "$unit" "$1")" 3 || bail_out "not lost"
}

drive
ok "a local key" set_key 1 2
ok "written with it" more
lose "$(carrier)"
fails "the write after the loss is refused" more
ok "that is said" sh -c 'dmesg | grep "data encryption key is lost"'
exec 3>&-
is "nothing was written in clear" "$(in_clear)" 0
tape rewind
exec 3>"$node"
ok "the key is set again, over the other path" set_key 1 2
ok "and it is written again" more
is "with the key" "$(in_clear)" 0
ok "the key is deleted" set_key 1 0
ok "and it is written in clear, as its user wants it" more
exec 3>&-
script_remove "$unit"

# Who sends commands himself hears of it as well.
drive
ok "sg: a local key" set_key 1 2
lose "$(carrier)"
ok "sg: an INQUIRY is answered" sg_raw -r 36 "$sg" 12 00 00 00 24 00
sg_raw -v "$sg" 10 00 00 00 01 00 >/tmp/sg.out 2>&1
ok "sg: WRITE FILEMARKS: unit attention, I_T nexus loss occurred" \
	grep -qi "nexus loss" /tmp/sg.out
exec 3>&-
script_remove "$unit"

# The transport has not given it up: the drive still has the key.
drive
ok "blocked: a local key" set_key 1 2
ok "blocked: written" more
path=$(carrier)
host=$(script_path "$unit" "$path" | cut -d : -f 1)
echo "$host" >/sys/module/scsi_block_target/parameters/block
more 2>/dev/null &
writer=$!
sleep 2
ok "blocked: the write waits" kill -0 $writer
echo "$host" >/sys/module/scsi_block_target/parameters/unblock
ok "blocked: and is done" wait $writer
is "blocked: with the key" "$(in_clear)" 0
exec 3>&-
script_remove "$unit"

# Nor is it sent anything before it is known whose path it is by now.
drive
ok "unblocked: a local key" set_key 1 2
path=$(carrier)
host=$(script_path "$unit" "$path" | cut -d : -f 1)
script "$unit" event zero
script "$unit" rules "$path 0x12 -1 0 0 0 16 3000"
echo "$host" >/sys/module/scsi_block_target/parameters/block
more 2>/dev/null &
writer=$!
sleep 1
echo "$host" >/sys/module/scsi_block_target/parameters/unblock
sleep 1
is "unblocked: no write before its identity is read" \
	"$(script_sent "$unit" "$path" 0xa)" 0
ok "unblocked: then it is done" wait $writer
exec 3>&-
script_remove "$unit"

# A key that the drive keeps for all.
drive
ok "all nexuses: a key" set_key 2 2
lose "$(carrier)"
ok "all nexuses: the write is done" more
is "all nexuses: with the key" "$(in_clear)" 0
exec 3>&-
finish
