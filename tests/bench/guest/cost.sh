# SPDX-License-Identifier: GPL-2.0
# What a command costs: instructions for each I/O, one row a kind of load, one
# column a way to the disk. The kernel's command line says which columns.
# guest: cpus=1 memory=1024
# qemu: -icount shift=0,sleep=off
. ./measure.sh

other=$(sed -n 's/.*bench_other=\([^ ]*\).*/\1/p' /proc/cmdline)

# row PART ROW COLUMN FEW MANY FIO-OPTION...
row() {
	row_part=$1 row_name=$2 row_column=$3
	shift 3
	progress "$row_part, $row_column, $row_name"
	result "$row_part" "$row_name" "$row_column" "$(per_io "$@")" instructions
}

# Sequential writes are merged above the choice of the path: how large are the
# requests when they reach the path?
seq_write() {
	row "$1" "seqwrite 4k qd32" "$2" 2048 8192 --direct=1 --rw=write --bs=4k \
		--iodepth=32 --iodepth_batch_submit=16 --iodepth_batch_complete_min=16 --size=64m --io_size=1g
	before=$(requests_on_paths)
	ran_for --direct=1 --rw=write --bs=4k --iodepth=32 \
		--iodepth_batch_submit=16 --iodepth_batch_complete_min=16 --number_ios=8192 --size=64m --io_size=1g >/dev/null
	after=$(requests_on_paths)
	result "$1" "seqwrite 4k qd32, request" "$2" \
		$((8192 * 4 / (after - before))) KiB
}

# Commands that the scsi_debug devices have been sent.
requests_on_paths() {
	requests=0
	for dir in /sys/bus/scsi/devices/*; do
		[ -e "$dir/iorequest_cnt" ] && [ ! -d "$dir/multipath" ] &&
			requests=$((requests + $(cat "$dir/iorequest_cnt")))
	done
	echo $requests
}

rows() {
	row "$1" "randread 4k qd1" "$2" 4000 12000 --direct=1 --rw=randread --bs=4k \
		--norandommap --iodepth=1 --size=64m --io_size=1g
	row "$1" "randread 4k qd32" "$2" 4000 12000 --direct=1 --rw=randread --bs=4k \
		--norandommap --iodepth=32 --size=64m --io_size=1g
	row "$1" "randwrite 4k qd32" "$2" 4000 12000 --direct=1 --rw=randwrite --bs=4k \
		--norandommap --iodepth=32 --size=64m --io_size=1g
	row "$1" "seqread 64k qd32" "$2" 1024 4096 --direct=1 --rw=read --bs=64k \
		--iodepth=32 --size=64m --io_size=1g
	seq_write "$1" "$2"
}

ext4() {
	mkfs.ext4 -q -E nodiscard,lazy_itable_init=0 "$disk" || bail_out "mkfs.ext4"
	mount -t ext4 "$disk" /mnt || bail_out "mount"
	whole_disk=$disk
	disk=/mnt/file
	row "$1" "ext4 write 4k + fsync" "$2" 200 600 --rw=write --bs=4k --fsync=1 \
		--ioengine=psync --size=4m --io_size=1g
	disk=$whole_disk
	umount /mnt
}

# other_columns SCSI_DEBUG-OPTION...: those of a kernel that is not ours; how it tells of
# paths is not known, but that they make one disk
other_columns() {
	plain_up 1 "$@"
	disk=/dev/sda
	all_rows "$other plain"
	hosts_down
	hosts_up 2 "$@"
	within 20 one_disk_is_seen || bail_out "two paths are not one disk"
	disk=/dev/${seen##*/}
	all_rows "$other, 2 paths"
	hosts_down
}

one_disk_is_seen() {
	seen=$(grep -lx 0 /sys/block/sd*/hidden)
	seen=${seen%/hidden}
	[ -n "$seen" ] && [ "$(echo "$seen" | wc -l)" = 1 ]
}

# columns PART SCSI_DEBUG-OPTION...: those for which this kernel was booted
columns() {
	part=$1
	shift
	if [ -n "$other" ]; then
		other_columns "$@"
		return
	fi
	case $(cat /sys/module/scsi_mod/parameters/multipath 2>/dev/null) in
	'')
		column 1 unpatched "$@" ;;
	off)
		column 1 plain "$@"
		for dm_mode in rq bio; do
			for dm_selector in round-robin queue-length; do
				dm_column "$dm_mode" "$dm_selector" "$@"
			done
		done ;;
	*)
		column 1 "LU, 1 path" "$@"
		column 2 "LPU, 2 paths" "$@" lpu
		for n in 2 8 32 64; do
			column $n "RR, $n paths" "$@" rr
		done
		[ "$part" = fake ] || return
		column 2 "QD, 2 paths" "$@" qd
		column 2 "ST, 2 paths" "$@" st
		column 2 "WRR, 2 paths" "$@" wrr ;;
	esac
}

all_rows() {
	rows "$part" "$1"
	[ "$part" = fake ] || ext4 "$part" "$1"
}

# column HOSTS NAME SCSI_DEBUG-OPTION... [POLICY]
column() {
	nr_hosts=$1 column=$2
	shift 2
	policy=
	options=
	for option; do
		case $option in
		*=*) options="$options $option" ;;
		*) policy=$option ;;
		esac
	done
	# shellcheck disable=SC2086 # a list of options
	hosts_up "$nr_hosts" $options
	if [ -e $PATHS ]; then
		[ -d /sys/block/sda/device/multipath ] &&
			within 60 nr_paths_is "$nr_hosts"
		[ -z "$policy" ] ||
			echo "$policy" >/sys/block/sda/device/multipath/iopolicy
	fi
	disk=/dev/sda
	all_rows "$column"
	hosts_down
}

dm_column() {
	dm_mode=$1 dm_selector=$2
	shift 2
	hosts_up 2 "$@"
	within 20 disk_is_there sdb || bail_out "no sdb"
	dm_up "$dm_mode" "$dm_selector" sda sdb
	disk=/dev/mapper/mp
	all_rows "dm $dm_mode $dm_selector"
	dm_down
	hosts_down
}

columns fake fake_rw=1 dev_size_mb=64 max_luns=1
columns copy dev_size_mb=64 max_luns=1

finish
