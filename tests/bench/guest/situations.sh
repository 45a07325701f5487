# SPDX-License-Identifier: GPL-2.0
# Which policy is good for what: two paths, one of them much slower to answer; two
# hosts whose links are unequally fast; two that are alike.
# guest: cpus=1 memory=1024
# qemu: -icount shift=0,sleep=off
. ./measure.sh

disk=/dev/sda
all_policies="lpu rr qd st wrr"

# run DEPTH: what fio says of a load, terse
run() {
	fio --name=load --filename="$disk" --direct=1 --disk_util=0 \
		--ioengine=io_uring --rw=randread --bs=4k --norandommap \
		--iodepth="$1" --size=32m --time_based --runtime=3 --thread \
		--eta=never --output-format=terse --terse-version=3
}

# situation ROW DEPTH SCSI_LATE-OPTION...
situation() {
	row=$1 depth=$2
	shift 2
	modprobe scsi_late hosts=2 "$@" || bail_out "scsi_late"
	within 30 disk_is_there sda || bail_out "no sda"
	within 30 nr_paths_is 2 || bail_out "not 2 paths"
	udev_is_done
	for policy in $all_policies; do
		progress "$row, $policy"
		echo "$policy" >/sys/block/sda/device/multipath/iopolicy
		run "$depth" >/tmp/terse
		result situations "$row" "$policy" \
			"$(cut -d ';' -f 8 /tmp/terse)" IOPS
		# the mean of the completion latency, in us
		result situations "$row" "$policy" \
			"$(cut -d ';' -f 16 /tmp/terse | cut -d . -f 1)" us
	done
	within 60 rmmod scsi_late || bail_out "scsi_late stays"
	within 20 test ! -e /dev/sda || bail_out "sda stays"
}

situation "one path takes 10 ms, the other 0.5 ms" 16 latency_us=10000,500
situation "a link of 6000 a second, another of 2000" 16 \
	latency_us=500,500 link_us=167,500 depth=48,16
situation "two hosts alike" 32 latency_us=500,500 link_us=250,250 depth=32,32
finish
