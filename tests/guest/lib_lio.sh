# SPDX-License-Identifier: GPL-2.0
# A real target with asymmetric ports, for the tests that source this: LIO, whose
# ports are reached by tcm_loop, a host for each.
# shellcheck disable=SC2034 # for those who source it

CORE=/sys/kernel/config/target/core
LOOP=/sys/kernel/config/target/loopback
# Access states (SPC-4 6.37), and what may change them.
OPTIMIZED=0
NONOPTIMIZED=1
STANDBY=2
UNAVAILABLE=3
OFFLINE=14
TRANSITION=15
IMPLICIT=1
EXPLICIT=2
BOTH=3

lio_start() {
	mount -t configfs configfs /sys/kernel/config 2>/dev/null
	modprobe -a target_core_mod tcm_loop || bail_out "no LIO"
}

# Of which kind the disks of LIO are.
backing=rd_mcp

# backstore N PAGES SERIAL: a disk, in memory
backstore() {
	store=$CORE/${backing}_$1/lu
	mkdir -p "$store"
	echo "rd_pages=$2" >"$store/control"
	echo 1 >"$store/enable"
	echo "$3" >"$store/wwn/vpd_unit_serial"
}

# file_backstore N FILE BYTES SERIAL: one that is in a file, for all that follows
file_backstore() {
	backing=fileio
	store=$CORE/fileio_$1/lu
	modprobe target_core_file
	: >"$2"
	mkdir -p "$store"
	echo "fd_dev_name=$2,fd_dev_size=$3" >"$store/control"
	echo 1 >"$store/enable"
	echo "$4" >"$store/wwn/vpd_unit_serial"
}

# port_group N ID NAME TYPE STATE: a group for ports of disk N
port_group() {
	alua=$CORE/${backing}_$1/lu/alua/$3
	mkdir "$alua"
	echo "$2" >"$alua/tg_pt_gp_id"
	echo 0 >"$alua/nonop_delay_msecs"
	# LIO takes it only while implicit changes are allowed.
	echo "$5" >"$alua/alua_access_state"
	echo 0 >"$alua/alua_access_status"
	echo "$4" >"$alua/alua_access_type"
}

# tpg N PORT: the directory of a port of disk N
tpg() {
	printf '%s/naa.5001405%07x%02x/tpgt_1' $LOOP "$1" "$2"
}

# port N PORT GROUP: one more port of disk N, with a host of its own, of an initiator of its
# own or $initiator
port() {
	dir=$(tpg "$1" "$2")
	mkdir -p "$dir/lun/lun_0"
	# It answers when it is in its group, not before.
	echo offline >"$dir/transport_status"
	ln -s "$CORE/${backing}_$1/lu" "$dir/lun/lun_0/lu"
	echo "$3" >"$dir/lun/lun_0/alua_tg_pt_gp"
	echo "naa.5001405fffffff${initiator:-$2}" >"$dir/nexus"
	echo online >"$dir/transport_status"
	echo "0 1 -" >"/sys/class/scsi_host/host$(cut -d: -f1 "$dir/address")/scan"
}

# path N PORT: as H:C:T:L
path() {
	echo "$(cat "$(tpg "$1" "$2")/address"):0"
}

# four_ports N: two in each of the groups a and b
four_ports() {
	port "$1" 1 a
	port "$1" 2 a
	port "$1" 3 b
	port "$1" 4 b
}
