# SPDX-License-Identifier: GPL-2.0
# The guard among the tests: an I/O over two paths costs what it did when
# tests/bench/committed was written, against a disk that is not claimed.
# guest: cpus=1 memory=1024 seconds=240
# qemu: -icount shift=0,sleep=off
. ./measure.sh
plan 3

randread() {
	per_io 4000 12000 --direct=1 --rw=randread --bs=4k --norandommap \
		--iodepth=32 --size=64m --io_size=1g
}

disk=/dev/sda
plain_up 1 fake_rw=1 dev_size_mb=64 max_luns=1
is "plain disk" "$(nr_paths)" 0
plain=$(randread)
hosts_down
hosts_up 2 fake_rw=1 dev_size_mb=64 max_luns=1
is "two paths" "$(nr_paths)" 2
lpu=$(randread)
hosts_down

ratio=$((lpu * 1000 / plain))
committed=$(cat committed)
echo "# plain $plain, LPU $lpu instructions, ratio $ratio/1000, committed $committed/1000"
ok "randread 4k qd32 costs no more than 3 % above what it did" \
	test $ratio -le $((committed * 103 / 100))
finish
