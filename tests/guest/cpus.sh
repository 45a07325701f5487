# SPDX-License-Identifier: GPL-2.0
# Eight CPUs on two nodes, an adapter on each: CPUs are taken away and given back
# while every one of them has I/O under way, and a path comes and goes meanwhile.
# guest: cpus=8,sockets=2 memory=2048 seconds=600
# append: scsi_mod.multipath=always
# disk: disk 64M
# qemu: -object memory-backend-ram,id=m0,size=1G -object memory-backend-ram,id=m1,size=1G
# qemu: -numa node,nodeid=0,cpus=0-3,memdev=m0 -numa node,nodeid=1,cpus=4-7,memdev=m1
# qemu: -device pxb-pcie,id=pxb0,bus_nr=64,bus=pcie.0,numa_node=0
# qemu: -device pxb-pcie,id=pxb1,bus_nr=128,bus=pcie.0,numa_node=1
# qemu: -device pcie-root-port,id=port0,bus=pxb0,chassis=1
# qemu: -device pcie-root-port,id=port1,bus=pxb1,chassis=2
# qemu: -device virtio-scsi-pci,id=hba0,bus=port0,num_queues=8
# qemu: -device virtio-scsi-pci,id=hba1,bus=port1,num_queues=8
# qemu: -device scsi-hd,bus=hba0.0,drive=disk,share-rw=on,serial=CPUS1,wwn=0x5000c50015ea71ad
# qemu: -device scsi-hd,bus=hba1.0,drive=disk,share-rw=on,serial=CPUS1,wwn=0x5000c50015ea71ad
. ./lib.sh
plan 21

CPUS=/sys/devices/system/cpu

within 30 disk_is_there sda || bail_out "no sda"
within 30 nr_paths_is 2 || bail_out "not 2 paths"
echo rr >/sys/block/sda/device/multipath/iopolicy
echo none >/sys/block/sda/queue/scheduler
set -- $(path_devices)

# switch CPU 0|1: it can be slow on a machine without virtualization
switch() {
	echo "$2" >"$CPUS/cpu$1/online"
}

nr_reads() {
	read -r reads _ </sys/block/sda/stat
	echo "$reads"
}

reads_more_than() {
	[ "$(nr_reads)" -gt "$1" ]
}

fio_start --numjobs=8 --iodepth=4 --offset_increment=12% --size=12% \
	--cpus_allowed=0-7 --cpus_allowed_policy=split
load_reaches "$@"

for cpu in 7 6 5 4 3 2 1; do
	ok "CPU $cpu goes" switch $cpu 0
done
is "one is left" "$(cat $CPUS/online)" 0
# It is near to one of the hosts; the other one is idle.
ok "its load goes on" within 20 reads_more_than "$(nr_reads)"
for cpu in 1 2 3 4 5 6 7; do
	ok "CPU $cpu is back" switch $cpu 1
done

# Paths and CPUs at once
for round in 1 2 3; do
	for cpu in 4 5 6 7; do
		switch $cpu 0
		paths_write "$1" 3
		switch $((cpu - 3)) 0
		paths_write "$1" 1
		paths_write "$2" 3
		switch $cpu 1
		paths_write "$2" 1
		switch $((cpu - 3)) 1
	done
done
is "all are back" "$(cat $CPUS/online)" 0-7
load_reaches "$@"
ok "both paths carry the load" fio_is_running
fio_ok "no error above, data verified"
ok "both are good" within 30 good_after_io 2
ok "no task hangs" sh -c '! dmesg | grep "blocked for more than"'
finish
