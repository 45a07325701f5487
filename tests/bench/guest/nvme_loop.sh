# SPDX-License-Identifier: GPL-2.0
# To be sourced: an NVMe target in this kernel, over the loop transport, to devices that
# do nothing.
nqn=nqn.2014-08.org.nvmexpress:uuid:00000000-0000-0000-0000-000000000001
target=/sys/kernel/config/nvmet

# target_up PORTS NAMESPACES
target_up() {
	mkdir $target/subsystems/bench
	echo 1 >$target/subsystems/bench/attr_allow_any_host
	for namespace in $(seq "$2"); do
		namespace_dir=$target/subsystems/bench/namespaces/$namespace
		mkdir "$namespace_dir"
		echo /dev/nullb$((namespace - 1)) >"$namespace_dir/device_path"
		echo 1 >"$namespace_dir/enable"
	done
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
	for namespace_dir in $target/subsystems/bench/namespaces/*; do
		echo 0 >"$namespace_dir/enable"
		rmdir "$namespace_dir"
	done
	rmdir $target/subsystems/bench
}

connect() {
	echo "transport=loop,traddr=$1,nqn=bench,hostnqn=$nqn,hostid=${nqn##*:}" \
		>/dev/nvme-fabrics
}

# nvme_up MULTIPATH PORTS [NAMESPACES]: the first namespace as $disk
nvme_up() {
	modprobe null_blk nr_devices="${3:-1}" queue_mode=2 irqmode=0 gb=1 bs=4096
	mount -t configfs configfs /sys/kernel/config 2>/dev/null
	modprobe nvme_core multipath="$1" || bail_out "nvme_core"
	modprobe nvme-loop || bail_out "nvme-loop"
	target_up "$2" "${3:-1}"
	for port in $(seq "$2"); do
		connect "$port" || bail_out "connect"
	done
	disk=/dev/nvme0n1
	within 20 test -b $disk || bail_out "no $disk"
	sleep 1
}

nvme_down() {
	target_down
	rmmod nvme-loop nvmet nvme-fabrics nvme-core null_blk ||
		bail_out "nvme stays"
}
