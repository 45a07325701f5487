# SPDX-License-Identifier: GPL-2.0
# A bridge says that it has no communication with its drive any more: the drive may have
# done what it was told, and the bridge not have heard of it. What is not the same if it
# is done twice does not go over another path then. It is the error that a plain device
# gives.
# guest: clock=virtual cpus=4 memory=1024 seconds=240
. ./lib.sh
. ./lib_script.sh
plan 30

modprobe -a st ch || bail_out "st, ch"
dd if=/dev/urandom of=/tmp/a bs=10k count=2 2>/dev/null

more() {
	dd if=/tmp/a bs=10k count=1 >&3
}

# NOT READY and ABORTED COMMAND: LU communication failure, time-out, parity error
for how in "1 plain" "1 lu" "2 lu"; do
	script_add tape ${how% *} ${how#* }
	within 10 script_node scsi_tape 'nst[0-9]*' || bail_out "no tape"
	node=$(script_node scsi_tape 'nst[0-9]*')
	within 10 test -c "$node"
	mt-st -f "$node" setblk 0
	for sense in 0x020800 0x020801 0x020802 0x0b0801; do
		mt-st -f "$node" rewind
		script "$unit" event zero
		script "$unit" rules "-1 0x0a 1 0 2 $sense 4 0"
		exec 3>"$node"
		fails "$how, $sense: the write fails" more
		is "$how, $sense: it was written once" \
			"$(script_counter "$unit" executed 0xa)" 1
		exec 3>&-
		script "$unit" rules clear
	done
	script_remove "$unit"

	script_add changer ${how% *} ${how#* }
	sg=$(script_node scsi_generic 'sg[0-9]*')
	script "$unit" rules "-1 0xa5 1 0 2 0x020801 4 0"
	script "$unit" event zero
	fails "$how, changer: the move fails" sg_raw "$sg" a5 00 00 00 00 01 00 02 00 00 00 00
	is "$how, changer: it was made once" "$(script_counter "$unit" executed 0xa5)" 1
	script_remove "$unit"
done
finish
