# SPDX-License-Identifier: GPL-2.0
# NVMe's native multipath against its own plain path: the same target in this
# kernel, over the loop transport, to a device that does nothing.
# guest: cpus=1 memory=1024
# qemu: -icount shift=0,sleep=off
. ./measure.sh

nqn=nqn.2014-08.org.nvmexpress:uuid:00000000-0000-0000-0000-000000000001
target=/sys/kernel/config/nvmet

# target_up PORTS
target_up() {
	mkdir $target/subsystems/bench
	echo 1 >$target/subsystems/bench/attr_allow_any_host
	mkdir $target/subsystems/bench/namespaces/1
	echo /dev/nullb0 >$target/subsystems/bench/namespaces/1/device_path
	echo 1 >$target/subsystems/bench/namespaces/1/enable
	for port in $(seq "$1"); do
		mkdir $target/ports/"$port"
		echo loop >$target/ports/"$port"/addr_trtype
		echo "$port" >$target/ports/"$port"/addr_traddr
		ln -s $target/subsystems/bench $target/ports/"$port"/subsystems/
	done
}

target_down() {
	for controller in /sys/class/nvme/nvme[0-9]*; do
		echo 1 >"$controller/delete_controller"
	done
	rm $target/ports/*/subsystems/bench
	rmdir $target/ports/*
	echo 0 >$target/subsystems/bench/namespaces/1/enable
	rmdir $target/subsystems/bench/namespaces/1
	rmdir $target/subsystems/bench
}

connect() {
	echo "transport=loop,traddr=$1,nqn=bench,hostnqn=$nqn,hostid=${nqn##*:}" \
		>/dev/nvme-fabrics
}

rows() {
	for pattern in randread:1 randread:32 randwrite:32; do
		rw=${pattern%:*} depth=${pattern#*:}
		progress "nvme, $1, $rw 4k qd$depth"
		result nvme "$rw 4k qd$depth" "$1" "$(per_io 4000 12000 --direct=1 \
			--rw="$rw" --bs=4k --norandommap --iodepth="$depth" --size=64m \
			--io_size=1g)" instructions
	done
	progress "nvme, $1, seqread 64k qd32"
	result nvme "seqread 64k qd32" "$1" "$(per_io 1024 4096 --direct=1 --rw=read \
		--bs=64k --iodepth=32 --size=64m --io_size=1g)" instructions
}

# up MULTIPATH PORTS: the namespace as $disk
up() {
	modprobe nvme_core multipath="$1" || bail_out "nvme_core"
	modprobe nvme-loop || bail_out "nvme-loop"
	target_up "$2"
	for port in $(seq "$2"); do
		connect "$port" || bail_out "connect"
	done
	disk=/dev/nvme0n1
	within 20 test -b $disk || bail_out "no $disk"
	sleep 1
}

down() {
	target_down
	rmmod nvme-loop nvmet nvme-fabrics nvme-core || bail_out "nvme stays"
}

modprobe null_blk nr_devices=1 queue_mode=2 irqmode=0 gb=1 bs=4096
mount -t configfs configfs /sys/kernel/config 2>/dev/null
up N 1
rows "NVMe plain"
down
up Y 2
for policy in numa round-robin; do
	echo $policy >/sys/class/nvme-subsystem/nvme-subsys0/iopolicy
	rows "NVMe $policy, 2 paths"
done
down

finish
