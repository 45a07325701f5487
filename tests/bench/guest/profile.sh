# SPDX-License-Identifier: GPL-2.0
# A load for tests/bench/profile.sh, which looks on from outside. The kernel's
# command line says which: profile=plain, lpu, rr, dm-rq or dm-bio.
# guest: cpus=1 memory=1024
# qemu: -icount shift=0,sleep=off -monitor stdio
. ./measure.sh

kind=$(sed -n 's/.*profile=\([^ ]*\).*/\1/p' /proc/cmdline)
disk=/dev/sda
case $kind in
plain)
	plain_up 1 fake_rw=1 max_luns=1 dev_size_mb=64 ;;
lpu | rr)
	hosts_up 2 fake_rw=1 max_luns=1 dev_size_mb=64
	within 20 nr_paths_is 2
	echo "$kind" >/sys/block/sda/device/multipath/iopolicy ;;
dm-*)
	plain_up 2 fake_rw=1 max_luns=1 dev_size_mb=64
	within 20 disk_is_there sdb
	dm_up "${kind#dm-}" round-robin sda sdb
	disk=/dev/mapper/mp ;;
esac
grep -F '[scsi_debug]' /proc/kallsyms | sed 's/^/@ /'
ran_for --number_ios=500 --direct=1 --rw=randread --bs=4k --norandommap \
	--iodepth=32 --size=64m --io_size=1g
echo "> profile"
ran_for --number_ios=2000000 --direct=1 --rw=randread --bs=4k --norandommap \
	--iodepth=32 --size=64m --io_size=100g
