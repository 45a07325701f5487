# SPDX-License-Identifier: GPL-2.0
# Little memory, a busy file system on a logical unit, and a process that wants more
# than there is, which only the file system can give back: all paths go away for 3 s,
# again and again, and nothing that brings them back waits for memory. For a minute,
# or as many as pressure_minutes= on the kernel's command line says.
# guest: cpus=2 memory=384 seconds=900 named=1
# append: scsi_mod.multipath=always rootfstype=ramfs
# qemu: -device virtio-scsi-pci,id=v0 -device virtio-scsi-pci,id=v1
# disk: image 1G
# qemu: -device scsi-hd,bus=v0.0,drive=image,share-rw=on,serial=p,wwn=0x5000c50000000021
# qemu: -device scsi-hd,bus=v1.0,drive=image,share-rw=on,serial=p,wwn=0x5000c50000000021
. ./lib.sh
plan 6

minutes=$(sed -n 's/.*pressure_minutes=\([0-9]*\).*/\1/p' /proc/cmdline)
minutes=${minutes:-1}
block=/sys/module/scsi_block_target/parameters

within 60 nr_paths_is 2 || bail_out "paths"
modprobe scsi_block_target
hosts=$(path_devices | cut -d : -f 1)
echo -1 >/sys/block/sda/device/multipath/no_path_timeout
mkfs.ext4 -q /dev/sda || bail_out "mkfs.ext4"
mount -t ext4 /dev/sda /mnt || bail_out "mount"

free_mib=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
echo "# $free_mib MiB are free"
hog $((free_mib * 3 / 2)) /mnt/hog 2>/tmp/hog.out &
hog=$!
fio --name=busy --directory=/mnt --rw=randwrite --bs=4k --size=32m --numjobs=2 \
	--ioengine=psync --fsync=16 --time_based --runtime=1h \
	--trigger-file=/tmp/enough --eta=never >/tmp/fio.out 2>&1 &
fio_pid=$!

# written: sectors, to the disk, ever
written() {
	awk '{ print $7 }' /sys/block/sda/stat
}

written_more_than() {
	[ "$(written)" -gt "$1" ]
}

# shellcheck disable=SC2086 # a list
echo 3000 $hosts >$block/flap
ok "all paths go" within 30 lu_state_is blocked
end=$(($(date +%s) + minutes * 60))
stuck=0
while [ "$(date +%s)" -lt $end ]; do
	sleep 10
	before=$(written)
	within 60 written_more_than "$before" || stuck=$((stuck + 1))
done
is "in $minutes minutes it went on each time" $stuck 0
ok "the hog lives" kill -0 $hog
ok "the file system is in use" fio_is_running
echo 0 0 0 >$block/flap
touch /tmp/enough
ok "its users are done" within 120 sh -c "! kill -0 $fio_pid"
kill $hog
wait $hog
ok "it can be unmounted" within 120 umount /mnt
finish
