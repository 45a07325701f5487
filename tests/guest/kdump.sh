# SPDX-License-Identifier: GPL-2.0
# A kernel crashes while I/O waits for paths for ever, one path of the disk that the dump
# goes to has failed, and writes to it are under way. It goes down at once. The kernel that
# takes the dump finds the disk over all its paths, and writes the dump, though paths to
# another one answer nothing.
# guest: cpus=2 memory=2560 seconds=500 named=1 kernel=kdump
# append: crashkernel=1024M scsi_mod.multipath=always
# qemu: -blockdev driver=file,node-name=kernel,filename=@kernel@,read-only=on
# qemu: -device virtio-blk-pci,drive=kernel
# qemu: -device virtio-scsi-pci,id=v0 -device virtio-scsi-pci,id=v1
# disk: image 512M
# qemu: -device scsi-hd,bus=v0.0,drive=image,share-rw=on,serial=d,wwn=0x5000c50000000031
# qemu: -device scsi-hd,bus=v1.0,drive=image,share-rw=on,serial=d,wwn=0x5000c50000000031
. ./lib.sh
. ./lib_ends.sh

size=64	# MiB of the dump that are written

# lu_up: the disk for the dump is there, over its two paths
lu_up() {
	within 60 lu_is_there || bail_out "no disk"
	lu=$(lus_of QEMU)
	disk=$(disk_of "$lu")
	within 60 disk_is_there "$disk" || bail_out "no $disk"
	within 60 has_two_paths || bail_out "not two paths"
}

lu_is_there() {
	[ -n "$(lus_of QEMU)" ]
}

has_two_paths() {
	[ "$(path_devices "$disk" | wc -l)" = 2 ]
}

late_is_there() {
	disk_is_there "$(disk_of "$(lus_of LATE)")"
}

states() {
	cat "$lu"/paths/*/path/state | paste -s -d' '
}

# part_of_dump: what is to be on the disk
part_of_dump() {
	dd if=/proc/vmcore bs=1M count=$size 2>/dev/null
}

part_on_disk() {
	dd if="/dev/$disk" bs=1M skip=1 count=$size iflag=direct 2>/dev/null
}

# dump_to DISK
dump_to() {
	part_of_dump | dd of="/dev/$1" bs=1M seek=1 iflag=fullblock conv=fsync
}

# only_path PATH STATE: the other one is written that
only_path() {
	for each in $(path_devices "$disk"); do
		[ "$each" = "$1" ] || echo "$2" >"$lu/paths/$each/path/state"
	done
}

if grep -q crashed /proc/cmdline; then
	tap_n=$(setting tap_n)
	took=$(($(busybox date +%s) - $(setting kexec_at)))
	ok "it has begun after $took s" test $took -le $((120 * slower))
	is "this is the kernel that takes the dump" \
		"$(head -c 4 /proc/vmcore | tail -c 3)" ELF
	# One of the paths to another disk answers nothing, and its scan takes its time.
	modprobe scsi_late hosts=2 no_tur=2 &
	lu_up
	is "the disk has its paths" "$(states)" "1 1"
	is "it is the one that it was" "$(head -c 6 "/dev/$disk")" before
	echo round-robin >"$lu/multipath/iopolicy"
	ok "the dump is written" dump_to "$disk"
	written=$(part_of_dump | md5sum)
	for path in $(path_devices "$disk"); do
		only_path "$path" 3
		is "it is read over each path" "$(part_on_disk | md5sum)" "$written"
		only_path "$path" 1
	done
	ok "the disk whose path answers nothing is there" within 120 late_is_there
	size=32
	ok "it takes a dump as well" dump_to "$(disk_of "$(lus_of LATE)")"
	finish
fi

plan 10
paths_away
lu_up
echo before | dd of="/dev/$disk" bs=4k conv=sync,fsync 2>/dev/null
echo offline >"$lu/paths/$(first_path "$disk")/state"
is "a path of the disk for the dump has failed" "$(states)" "3 1"
fio --name=load --filename="/dev/$disk" --direct=1 --ioengine=io_uring --rw=randwrite \
	--bs=4k --offset=256m --iodepth=16 --time_based --runtime=1h --eta=never \
	>/dev/null 2>&1 &
load_reaches "$(path_devices "$disk" | tail -1)"
pack
# As kdump-tools have it: one CPU, and nothing set aside for a dump of that one.
kexec -p /tmp/kernel /tmp/initramfs "$(sed 's/crashkernel=[^ ]*//' /proc/cmdline) \
nr_cpus=1 reset_devices crashed tap_n=$tap_n kexec_at=$(busybox date +%s)" ||
	bail_out "no place for another kernel"
echo 1 >/proc/sys/kernel/sysrq
echo c >/proc/sysrq-trigger
bail_out "no crash"
