# SPDX-License-Identifier: GPL-2.0
# Two NUMA nodes with an adapter each: I/O takes the path whose host is near to the
# CPU that submits it, and the far one when the near one is gone.
# guest: cpus=4,sockets=2 memory=2048
# append: scsi_mod.multipath=always
# qemu: -object memory-backend-ram,id=m0,size=1G -object memory-backend-ram,id=m1,size=1G
# qemu: -numa node,nodeid=0,cpus=0-1,memdev=m0 -numa node,nodeid=1,cpus=2-3,memdev=m1
# qemu: -device pxb-pcie,id=pxb0,bus_nr=64,bus=pcie.0,numa_node=0
# qemu: -device pxb-pcie,id=pxb1,bus_nr=128,bus=pcie.0,numa_node=1
# qemu: -device pcie-root-port,id=port0,bus=pxb0,chassis=1
# qemu: -device pcie-root-port,id=port1,bus=pxb1,chassis=2
# qemu: -device virtio-scsi-pci,id=hba0,bus=port0 -device virtio-scsi-pci,id=hba1,bus=port1
# qemu: -blockdev driver=null-co,node-name=disk,size=67108864,read-zeroes=on
# qemu: -device scsi-hd,bus=hba0.0,drive=disk,share-rw=on,serial=NUMA1,wwn=0x5000c50015ea71ac
# qemu: -device scsi-hd,bus=hba1.0,drive=disk,share-rw=on,serial=NUMA1,wwn=0x5000c50015ea71ac
. ./lib.sh
plan 17

within 30 disk_is_there sda || bail_out "no sda"
within 30 nr_paths_is 2 || bail_out "not 2 paths"
lu=/sys/block/sda/device/multipath
echo none >/sys/block/sda/queue/scheduler

# node_of PATH: that of the first device above it that knows one
node_of() {
	up=$(readlink -f "/sys/bus/scsi/devices/$1")
	while [ "$up" != / ]; do
		[ -e "$up/numa_node" ] && { cat "$up/numa_node"; return; }
		up=$(dirname "$up")
	done
}

for each in $(path_devices); do
	eval "path$(node_of "$each")=$each"
done
# shellcheck disable=SC2154 # assigned above
is "a host on each node" "${path0:+0}${path1:+1}" 01

# share CPUS PATH: of reads from these CPUs, how many of a hundred take the path
share() {
	first=$(path_issued "$path0") second=$(path_issued "$path1")
	taskset "$1" dd if=/dev/sda of=/dev/null bs=4k count=400 iflag=direct \
		2>/dev/null || echo failed
	first=$(($(path_issued "$path0") - first))
	second=$(($(path_issued "$path1") - second))
	case $2 in
	"$path0") echo $((100 * first / (first + second))) ;;
	"$path1") echo $((100 * second / (first + second))) ;;
	esac
}

# A command that is sent again may be sent by another CPU.
mostly() {
	[ "$1" -ge 95 ] || { echo "$1 of 100"; return 1; }
}

node0=3 node1=c
for policy in rr lpu qd st wrr; do
	echo $policy >$lu/iopolicy
	ok "$policy: node 0 takes its path" mostly "$(share $node0 "$path0")"
	ok "$policy: node 1 takes its path" mostly "$(share $node1 "$path1")"
done

echo rr >$lu/iopolicy
echo 3 >"/sys/bus/scsi/devices/$path0/path/state"
is "the near one is gone" "$(share $node0 "$path1")" 100
echo 1 >"/sys/bus/scsi/devices/$path0/path/state"
ok "and back" mostly "$(share $node0 "$path0")"
is "by default the near one" "$(cat $lu/prefer_local)" 1
echo 0 >$lu/prefer_local
both=$(share $node0 "$path0")
ok "all alike: both ($both of 100 near)" test "$both" -ge 40 -a "$both" -le 60
echo 1 >$lu/prefer_local
ok "the near one again" mostly "$(share $node0 "$path0")"
is "no path has failed" "$(nr_good)" 2
finish
