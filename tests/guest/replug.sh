# SPDX-License-Identifier: GPL-2.0
# A disk is unplugged and plugged in again. A plain one is found anew: it is started, and as
# large as it is now. So is a logical unit whose last path has left and come back.
# guest: clock=virtual cpus=2 seconds=300
. ./lib.sh
. ./lib_script.sh
plan 12

START=0x1b
FOUR_BLOCKS_MORE=1028

read_block() {
	dd if="$(script_node block 'sd[a-z]*')" of=/dev/null bs=512 count=1 iflag=direct
}

# of_blocks COUNT
of_blocks() {
	[ "$(cat "/sys/block/$(basename "$(script_node block 'sd[a-z]*')")/size")" = "$1" ]
}

# replug EVENT...: that happens meanwhile
replug() {
	address=$(script_path "$unit" 0)
	echo 1 >"/sys/bus/scsi/devices/$address/delete"
	script "$unit" event zero
	script "$unit" event "$@"
	echo "- - -" >"/sys/class/scsi_host/host${address%%:*}/scan"
	within 30 test -e "/sys/bus/scsi/devices/$address" || bail_out "not found"
	above=$(script_above "$unit")
	within 30 script_node block 'sd[a-z]*' || bail_out "no disk"
}

for how in plain lu; do
	script_add disk 1 $how
	within 10 script_node block 'sd[a-z]*' || bail_out "no disk"
	ok "$how: it reads" within 10 read_block
	replug stop
	ok "$how: replugged and stopped: it is started" \
		within 10 sh -c "grep -q '^sent 0 $START ' $SCRIPT/$unit/counters"
	ok "$how: and reads" within 10 read_block
	replug "capacity $FOUR_BLOCKS_MORE"
	ok "$how: replugged and grown: it is as large" within 10 of_blocks $FOUR_BLOCKS_MORE
	ok "$how: and reads" within 10 read_block
	is "$how: it is one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1
	script_remove "$unit"
done
finish
