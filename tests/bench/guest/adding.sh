# SPDX-License-Identifier: GPL-2.0
# Paths add up: hosts that take 16 commands of 4 ms each, round-robin.
# guest: cpus=1 memory=1024
# qemu: -icount shift=0,sleep=off
. ./measure.sh

# Of 4 ms, not less: with 8 hosts the one CPU has 31 us for an I/O.
iops() {
	fio --name=load --filename="$disk" --direct=1 --disk_util=0 --ioengine=io_uring \
		--rw=randread --bs=4k --norandommap --iodepth=256 --size=64m \
		--time_based --runtime=3 --thread --eta=never \
		--output-format=terse --terse-version=3 | cut -d ';' -f 8
}

for hosts in 1 2 4 8; do
	progress "adding up, $hosts hosts"
	hosts_up $hosts max_luns=1 dev_size_mb=64 host_max_queue=16 ndelay=4000000
	within 20 nr_paths_is $hosts || bail_out "not $hosts paths"
	echo rr >/sys/block/sda/device/multipath/iopolicy
	disk=/dev/sda
	result adding "16 commands of 4 ms on each host" "RR, $hosts paths" \
		"$(iops)" IOPS
	hosts_down
done

finish
