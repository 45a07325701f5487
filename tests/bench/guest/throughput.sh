# SPDX-License-Identifier: GPL-2.0
# How many reads a second all CPUs together get out of one disk, and out of 64: a logical
# unit with two paths, and a plain disk on hosts with as many hardware queues. The kernel's
# command line says how many CPUs there are.
#
# CPUs take turns, and have together what one has: an instruction is a nanosecond of the
# guest's clock, also where a CPU waits for another. So it is the ratios that say
# something, and they are alike on any machine. It is the next timer that ends a turn.
# A command takes 20 us, by a timer of its own: so turns are of some microseconds, and a
# CPU that holds a lock is interrupted like the others, which then wait for it.
# guest: cpus=8 memory=1024
# append: rcupdate.rcu_expedited=1 hpet=disable
# qemu: -icount shift=0,sleep=off
without_sg=1
. ./measure.sh

cpus=$(nproc)
units=64

# jobs DISK...: a job of fio for each CPU; the disks are dealt out, or all read the only one
jobs() {
	job_disks=$#
	for cpu in $(seq 0 $((cpus - 1))); do
		job_files=
		nr=0
		for job_disk; do
			[ $job_disks -gt 1 ] && [ $((nr % cpus)) != "$cpu" ] ||
				job_files=$job_files:$job_disk
			nr=$((nr + 1))
		done
		echo "--name=$cpu --cpus_allowed=$cpu --filename=${job_files#:}"
	done
}

# ran_for_each READS DISK...: nanoseconds until each CPU has done so many
ran_for_each() {
	reads=$1
	shift
	begin=$(/bin/date +%s%N)
	# shellcheck disable=SC2046 # a list
	fio --direct=1 --disk_util=0 --ioengine=io_uring --rw=randread --bs=4k --norandommap \
		--iodepth=16 --size=8m --io_size=1g --number_ios="$reads" --thread \
		--disable_lat=1 --disable_clat=1 --disable_slat=1 --gtod_reduce=1 \
		--file_service_type=roundrobin --eta=never --output=/tmp/job.out $(jobs "$@") ||
		bail_out "fio"
	echo $(($(/bin/date +%s%N) - begin))
}

# iops DISK...: what does not grow with the number of reads cancels out
iops() {
	few=$((4000 / cpus)) many=$((40000 / cpus))
	ran_for_each 100 "$@" >/dev/null
	short=$(ran_for_each $few "$@")
	long=$(ran_for_each $many "$@")
	echo $((cpus * (many - few) * 1000000000 / (long - short)))
}

all_disks() {
	find /sys/block -name 'sd*' | sort | head -n $units | sed 's|/sys/block/|/dev/|'
}

# measure_one COLUMN: one disk, and all
measure_one() {
	progress "$cpus CPUs, $1"
	result throughput "1 disk, $cpus CPUs" "$1" "$(iops /dev/sda)" IOPS
	# shellcheck disable=SC2046 # a list
	result throughput "$units disks, $cpus CPUs" "$1" "$(iops $(all_disks))" IOPS
}

plain_up 1 fake_rw=1 ndelay=20000 dev_size_mb=16 max_luns=$units submit_queues="$cpus"
within 120 nr_disks_is $units || bail_out "disks"
measure_one plain
hosts_down
hosts_up 2 fake_rw=1 ndelay=20000 dev_size_mb=16 max_luns=$units submit_queues="$cpus"
within 120 nr_paths_is $((2 * units)) || bail_out "paths"
for policy in lpu rr; do
	for each in /sys/block/sd*/device/multipath/iopolicy; do
		echo $policy >"$each"
	done
	measure_one "LU, $policy"
done
hosts_down
finish
