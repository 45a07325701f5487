# SPDX-License-Identifier: GPL-2.0
# To be sourced behind lib_lio.sh: a disk over two ports of LIO, and what may be asked of
# its reservations.

# keys_are DEVICE KEYS
keys_are() {
	sg_persist --in --read-keys "$1" | tee /tmp/keys
	[ "$(sed -n 's/^ *\(0x[0-9a-f]*\)$/\1/p' /tmp/keys | tr '\n' ' ')" = "$2" ]
}

is_refused() {
	"$@" >/tmp/refused 2>&1
	cat /tmp/refused
	grep -qi "invalid opcode\|invalid command operation code" /tmp/refused
}

nr_refusals() {
	dmesg | grep -c 'reservation command .* refused: it would hold for one of 2 paths'
}

# fails_by TEXT ERROR COMMAND...
fails_by() {
	text=$1 error=$2
	shift 2
	"$@" >/tmp/fails_by.out 2>&1
	is "$text" "$(grep -o "$error" /tmp/fails_by.out)" "$error"
}

write_to() {
	dd if=/dev/zero of="/dev/$1" bs=4k count="$2" oflag=direct conv=notrunc
}

# reserved_disk: as /dev/sda and $sg
reserved_disk() {
	lio_start
	# It keeps reservations over a loss of power, if asked to.
	mkdir -p /var/target/pr
	backstore 0 16384 reserved0
	port_group 0 1 a $IMPLICIT $OPTIMIZED
	port 0 1 a
	port 0 2 a
	within 30 nr_paths_is 2 || bail_out "not 2 paths"
	within 30 disk_is_there sda || bail_out "no sda"
	sg=/dev/$(ls /sys/block/sda/device/scsi_generic)
}

# lone_disk [N]: one over one port, as /dev/$lone
lone_disk() {
	lone_nr=${1:-1}
	backstore "$lone_nr" 16384 "reserved$lone_nr"
	port_group "$lone_nr" 1 a $IMPLICIT $OPTIMIZED
	port "$lone_nr" 1 a
	lone_lu=/sys/bus/scsi/devices/$(path "$lone_nr" 1)/path/lu
	within 30 [ -d "$lone_lu/block" ] || bail_out "no disk of one path"
	lone=$(ls "$lone_lu/block")
	within 30 disk_is_there "$lone" || bail_out "no $lone"
}
