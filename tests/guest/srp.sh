# SPDX-License-Identifier: GPL-2.0
# SRP over RDMA in software: the kernel's own initiator and a real target. Two ports
# (RoCE) are dropped and given up by the transport, a third one (iWARP) is cut; LUNs
# come and go while the target runs; two initiators see what is mapped to them.
# guest: cpus=4 memory=2048 seconds=600
. ./lib.sh
. ./lib_transport.sh
plan 75

CONFIGFS=/sys/kernel/config/target
CORE=$CONFIGFS/core
SRPT=$CONFIGFS/srpt
SERVICE=0002c90300000001
CM_PORT=5555
# Initiators, by the first half of their port identifiers.
HOST_A=000000000000000a
HOST_B=000000000000000b
NR_CHANNELS=2

# backstore N: a disk
backstore() {
	mkdir -p "$CORE/rd_mcp_$1/rd"
	echo "rd_pages=16384" >"$CORE/rd_mcp_$1/rd/control"
	echo 1 >"$CORE/rd_mcp_$1/rd/enable"
	printf '5b00%04x\n' "$1" >"$CORE/rd_mcp_$1/rd/wwn/vpd_unit_serial"
}

# gid PORT: as the target names a port
gid() {
	printf '0x'
	tr -d : <"/sys/class/infiniband/rdma$1/ports/1/gids/0"
}

tpg() {
	echo "$SRPT/$(gid "$1")/$(gid "$1")"
}

# acl PORT HOST: the directory of an initiator
acl() {
	id=$(gid "$1")
	echo "$(tpg "$1")/acls/0x$2${id#0x????????????????}"
}

# offer PORT N: the target has disk N on a port
offer() {
	mkdir "$(tpg "$1")/lun/lun_$2"
	ln -s "$CORE/rd_mcp_$2/rd" "$(tpg "$1")/lun/lun_$2/rd"
}

# map PORT HOST LUN N: an initiator has disk N as LUN
map() {
	mkdir -p "$(acl "$1" "$2")/lun_$3"
	ln -s "$(tpg "$1")/lun/lun_$4" "$(acl "$1" "$2")/lun_$3/lun"
}

unmap() {
	rm "$(acl "$1" "$2")/lun_$3/lun"
	rmdir "$(acl "$1" "$2")/lun_$3"
}

# target PORT 0|1: takes logins, or drops those that it has and takes none
target() {
	echo "$2" >"$(tpg "$1")/enable"
}

# login PORT HOST: $host is its SCSI host's number then
login() {
	before=" $(ls /sys/class/srp_host | paste -s -d' ') "
	echo "id_ext=$SERVICE,ioc_guid=$SERVICE,dest=10.0.$1.1:$CM_PORT,initiator_ext=$2" \
		>"/sys/class/infiniband_srp/srp-rdma$1-1/add_target" || return
	for each in $(ls /sys/class/srp_host); do
		case $before in
		*" $each "*) ;;
		*) host=${each#host} ;;
		esac
	done
}

# path_over HOST [DISK]
path_over() {
	path_devices "$2" | grep "^$1:"
}

# timeouts HOST RECONNECT FAST_IO_FAIL DEV_LOSS
timeouts() {
	port=/sys/class/srp_remote_ports/port-$1:1
	echo off >"$port/fast_io_fail_tmo"
	echo "$4" >"$port/dev_loss_tmo"
	echo "$3" >"$port/fast_io_fail_tmo"
	echo "$2" >"$port/reconnect_delay"
}

# has_paths DISK NUMBER
has_paths() {
	[ "$(path_devices "$1" | wc -l)" = "$2" ]
}

read_block() {
	dd if="/dev/$1" of=/dev/null bs=4k count=1 iflag=direct
}

# Not more than RDMA in software carries with time to spare.
LOAD="--size=24% --bsrange=4k-32k --iodepth=2"

mount -t configfs configfs /sys/kernel/config 2>/dev/null
modprobe -a veth rdma_rxe siw || bail_out "no RDMA"
for port in 0 1 2; do
	/bin/ip link add v$port type veth peer name w$port
	/bin/ip addr add 10.0.$port.1/24 dev v$port
	/bin/ip link set v$port up
	/bin/ip link set w$port up
	# RoCE in software puts all its queue pairs into error, even that of the
	# connection manager, if a packet has no route, and does not connect any more
	# then. So what is to be cut is iWARP.
	type=rxe
	[ $port != 2 ] || type=siw
	rdma link add rdma$port type $type netdev v$port || bail_out "no $type"
done
modprobe ib_srpt srpt_service_guid=0x$SERVICE || bail_out "no target"
modprobe ib_srp ch_count=$NR_CHANNELS || bail_out "no initiator"
modprobe scsi_block_target || bail_out "scsi_block_target"
for n in 0 1 2; do
	backstore $n
done
mkdir -p $SRPT
echo $CM_PORT >$SRPT/discovery_auth/rdma_cm_port
for port in 0 1 2; do
	mkdir -p "$(tpg $port)" || bail_out "no port"
	# 4096 buffers for each channel of a login take KASAN longer than iWARP waits.
	echo 128 >"$(tpg $port)/attrib/srp_sq_size"
	offer $port 0
	offer $port 1
	map $port $HOST_A 0 0
	map $port $HOST_B 0 1
	target $port 1
done

# --- two initiators -----------------------------------------------------------
ok "login to the first port" login 0 $HOST_A
a0=$host
ok "login to the second port" login 1 $HOST_A
a1=$host
within 30 nr_paths_is 2 || bail_out "not two paths"
ok "one disk" within 20 disk_is_there sda
is "one disk only" "$(find /sys/block -name 'sd*' | wc -l)" 1
for host in $a0 $a1; do
	is "host $host: as many channels as asked for" \
		"$(cat /sys/class/scsi_host/host"$host"/ch_count)" $NR_CHANNELS
done
ok "another initiator, first port" login 0 $HOST_B
b0=$host
ok "another initiator, second port" login 1 $HOST_B
b1=$host
within 30 nr_paths_is 4 || bail_out "not four paths"
within 20 disk_is_there sdb || bail_out "no second disk"
is "A has a disk of its own over its two hosts" \
	"$(path_devices sda | paste -s -d' ')" "$a0:0:0:0 $a1:0:0:0"
is "B has another one as the same LUN" \
	"$(path_devices sdb | paste -s -d' ')" "$b0:0:0:0 $b1:0:0:0"
ok "they are those that are mapped to A and B" \
	sh -c "case $(lu_id sda).$(lu_id sdb) in *5b000000*.*5b000001*) ;; *) false ;; esac"
echo rr >/sys/block/sda/device/multipath/iopolicy
zero=$(path_over "$a0")
one=$(path_over "$a1")

# --- LUNs come and go ---------------------------------------------------------
for host in $a0 $a1 $b0 $b1; do
	timeouts "$host" 2 5 600
done
# A command that takes longer than this is an error of this load.
load_start --max_latency=60s
echo 300 >/sys/module/scsi_mod/parameters/no_path_timeout
for port in 0 1; do
	offer $port 2
	map $port $HOST_A 1 2
done
rescan() {
	echo "- - -" >"/sys/class/scsi_host/host$1/scan"
}
for host in $a0 $a1 $b0 $b1; do
	rescan "$host"
done
ok "a new LUN: found by a scan" within 20 disk_is_there sdc
is "a new LUN: one disk of two paths, of A alone" \
	"$(path_devices sdc | paste -s -d' ')" "$a0:0:0:1 $a1:0:0:1"
used=$(path_over "$a0" sdc)
unmap 0 $HOST_A 1
echo rr >/sys/block/sdc/device/multipath/iopolicy
# Each CPU goes round by itself: whichever reads, its second one takes the other port.
for _ in 1 2 3 4 5 6 7 8; do
	read_block sdc || bail_out "no read over the other port"
done 2>/tmp/reads
ok "unmapped from one port: the other serves" path_state_is "$used" 3
unmap 1 $HOST_A 1
begin=$(now)
fails "unmapped from both: a read fails" read_block sdc
took=$(($(now) - begin))
ok "unmapped from both: after the time of a restart, $took s" \
	test $took -ge 20 -a $took -le $((50 * slower))
map 1 $HOST_A 1 2
ok "mapped to one port again: reads" within 30 read_block sdc
echo 1 >/sys/block/sdc/device/delete
ok "deleted: the disk is gone" within 20 nr_disks_is 2
ok "deleted: so are its paths" within 20 nr_paths_is 4
map 0 $HOST_A 1 2
rescan "$a0"
rescan "$a1"
ok "scanned again: it is back" within 20 has_paths sdc 2
ok "scanned again: it reads" within 20 read_block sdc
back "after all that, the first port" "$zero"
back "after all that, the second port" "$one"

# --- a port is lost -----------------------------------------------------------
target 0 0
ok "dropped: blocked" within 20 sdev_state_is "$zero" blocked
is "dropped: failing" "$(path_state "$zero")" 2
carries "dropped: the other carries the load" "$one"
ok "dropped: offline after fast_io_fail_tmo" within 20 \
	sdev_state_is "$zero" transport-offline
is "dropped: dead" "$(path_state "$zero")" 3
ok "dropped: all it had has come back" in_flight_is "$zero" 0
target 0 1
back "dropped" "$zero"

# A third port; its packets get lost, and nobody says a word. The target sends its
# first frame behind its answer to a login, and siw takes an answer for broken if it
# finds both when it looks: a busy CPU is enough. Who logs in tries again then, as
# srp_daemon does.
ok "a third port, under load" within 30 login 2 $HOST_A
a2=$host
ok "three paths" within 20 has_paths sda 3
two=$(path_over "$a2")
timeouts "$a2" 2 5 600
carries "the third carries I/O" "$two"
# Each abort waits 5 s for an answer, one after the other; this puts an end to it.
echo 10 >/sys/class/scsi_host/host"$a2"/eh_deadline
cut=$(now)
/bin/ip route del local 10.0.2.1 dev v2 table local
ok "cut: out of use" within 20 path_state_is "$two" 2
took=$(($(now) - cut))
ok "cut: after attempt_timeout, $took s" test $took -le 12
ok "cut: all it had has come back" within 60 in_flight_is "$two" 0
carries "cut: the others carry the load" "$one"
/bin/ip route add local 10.0.2.1 dev v2 table local src 10.0.2.1
back "cut" "$two"
echo 1 >/sys/class/srp_remote_ports/port-"$a2":1/delete
ok "logged out from the third, under load" within 20 has_paths sda 2
load_ends "a port is lost"

# --- a port is given up by the transport --------------------------------------
load_start
timeouts "$a0" 2 2 5
target 0 0
ok "given up: one path less" within 30 has_paths sda 1
carries "given up: the other carries the load" "$one"
target 0 1
# Refused for as long as the old one is being taken down.
ok "given up: login" within 30 login 0 $HOST_A
a0=$host
ok "given up: two paths again" within 20 has_paths sda 2
zero=$(path_over "$a0")
back "given up" "$zero"
load_ends "given up"

# --- the error handler gives up a device while its port is blocked ------------
# The port comes back after that, and the transport sets the device running by
# itself. With nothing in flight: else the error handler would have it blocked anew.
rport=/sys/class/srp_remote_ports/port-$a1:1
timeouts "$a1" off 5 600
target 1 0
ok "set offline: blocked before" within 20 sdev_state_is "$one" blocked
echo "$a1" >/sys/module/scsi_block_target/parameters/offline
ok "set offline: offline" sdev_state_is "$one" offline
is "set offline: dead" "$(path_state "$one")" 3
ok "set offline: the port is given up" within 20 grep -qx fail-fast $rport/state
is "set offline: still" "$(cat "/sys/bus/scsi/devices/$one/state")" offline
target 1 1
echo 1 >$rport/reconnect_delay
ok "set offline: running again with its port" within 60 sdev_state_is "$one" running
load_start
back "set offline" "$one"
load_ends "set offline"

# --- both are lost ------------------------------------------------------------
echo 120 >/sys/block/sda/device/multipath/no_path_timeout
timeouts "$a0" 2 3 600
timeouts "$a1" 2 3 600
load_start
target 0 0
target 1 0
ok "both dropped: blocked" within 20 lu_state_is blocked
for each in $zero $one; do
	ok "both dropped: $each is offline" within 20 \
		sdev_state_is "$each" transport-offline
done
ok "both dropped: I/O still waits" within 20 io_waits
target 0 1
target 1 1
ok "both dropped: running again" within 60 lu_state_is running
back "both dropped, the first" "$zero"
back "both dropped, the second" "$one"
load_ends "both dropped"
ok "not a single error of the load's disk in the log" \
	sh -c '! dmesg | grep "I/O error, dev sda"'
finish
