# SPDX-License-Identifier: GPL-2.0
# The set-up of 2002: 39 disks on 8 adapters, 8 CPUs, 2 nodes. What they deliver
# together, beside the same hosts with plain disks. A host takes 16 commands of
# 20 ms, so that the emulated CPUs are not what limits them.
# guest: cpus=8 memory=2048
# qemu: -icount shift=0,sleep=off
# qemu: -object memory-backend-ram,id=m0,size=1G -object memory-backend-ram,id=m1,size=1G
# qemu: -numa node,nodeid=0,cpus=0-3,memdev=m0 -numa node,nodeid=1,cpus=4-7,memdev=m1
. ./measure.sh

iops() {
	jobs=
	for disk in /sys/block/sd*; do
		jobs="$jobs --name=${disk##*/} --filename=/dev/${disk##*/}"
	done
	# shellcheck disable=SC2086 # a list of jobs
	fio --direct=1 --disk_util=0 --ioengine=io_uring --rw=randread --bs=4k --norandommap \
		--iodepth="$1" --size=16m --time_based --runtime=4 \
		--thread --eta=never --group_reporting --output-format=terse \
		--terse-version=3 $jobs | cut -d ';' -f 8
}

# one COLUMN HOSTS DISKS DEPTH SCSI_DEBUG-OPTION...
one() {
	progress "39 disks, $1"
	one_column=$1 one_hosts=$2 one_disks=$3 one_depth=$4
	shift 4
	load_debug "$one_hosts" max_luns=39 dev_size_mb=32 host_max_queue=16 \
		ndelay=20000000 "$@"
	within 120 nr_disks_is "$one_disks" || bail_out "not $one_disks disks"
	sleep 3
	for policy in /sys/block/sd*/device/multipath/iopolicy; do
		[ ! -e "$policy" ] || echo rr >"$policy"
	done
	result headline "39 disks, 8 CPUs, 2 nodes" "$one_column" \
		"$(iops "$one_depth")" IOPS
	rmmod scsi_debug
	within 60 nr_disks_is 0 || bail_out "disks stay"
}

# Devices too old to say who they are are not claimed.
one "plain, 1 adapter" 1 39 8 scsi_level=3
one "plain, 8 adapters" 8 312 1 scsi_level=3
one "LUs, RR, 8 adapters" 8 39 8

finish
