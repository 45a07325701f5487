# SPDX-License-Identifier: GPL-2.0
# Little memory, a busy file system on a logical unit, swap on another one, and processes
# that want more than there is, which only these can give back: all paths go away for 3 s,
# again and again, and nothing that brings them back waits for memory. For a minute,
# or as many as pressure_minutes= on the kernel's command line says. On a kernel that
# cannot swap, without that.
# guest: cpus=2 memory=384 seconds=900 named=1 kernel=swap
# append: scsi_mod.multipath=always rootfstype=ramfs
# qemu: -device virtio-scsi-pci,id=v0 -device virtio-scsi-pci,id=v1
# disk: image 1G
# qemu: -device scsi-hd,bus=v0.0,drive=image,share-rw=on,serial=p,wwn=0x5000c50000000021
# qemu: -device scsi-hd,bus=v1.0,drive=image,share-rw=on,serial=p,wwn=0x5000c50000000021
# disk: swap 512M
# qemu: -device scsi-hd,bus=v0.0,lun=1,drive=swap,share-rw=on,serial=s,wwn=0x5000c50000000022
# qemu: -device scsi-hd,bus=v1.0,lun=1,drive=swap,share-rw=on,serial=s,wwn=0x5000c50000000022
. ./lib.sh
swaps=0
[ ! -e /proc/swaps ] || swaps=1
plan $((6 + swaps))

minutes=$(setting pressure_minutes)
minutes=${minutes:-1}
block=/sys/module/scsi_block_target/parameters

# disk_with WWN
disk_with() {
	grep -ls "$1" /sys/block/sd*/device/multipath/wwid | cut -d / -f 4
}

within 60 nr_paths_is 4 || bail_out "paths"
modprobe scsi_block_target
disk=$(disk_with 5000c50000000021)
swap=$(disk_with 5000c50000000022)
hosts=$(path_devices "$disk" | cut -d : -f 1)
for each in $disk $swap; do
	echo -1 >"/sys/block/$each/device/multipath/no_path_timeout"
done
mkfs.ext4 -q "/dev/$disk" || bail_out "mkfs.ext4"
mount -t ext4 "/dev/$disk" /mnt || bail_out "mount"

free_mib=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
echo "# $free_mib MiB are free"
hog $((free_mib * 3 / 2)) /mnt/hog 2>/tmp/hog.out &
hog=$!
swapping=
if [ $swaps = 1 ]; then
	mkswap "/dev/$swap" >/dev/null && swapon "/dev/$swap" || bail_out "swap"
	hog $((free_mib / 2)) &
	swapping=$!
fi
fio --name=busy --directory=/mnt --rw=randwrite --bs=4k --size=32m --numjobs=2 \
	--ioengine=psync --fsync=16 --time_based --runtime=1h \
	--trigger-file=/tmp/enough --eta=never >/tmp/fio.out 2>&1 &
fio_pid=$!

# written: sectors, to the disk, ever
written() {
	awk '{ print $7 }' "/sys/block/$disk/stat"
}

written_more_than() {
	[ "$(written)" -gt "$1" ]
}

# shellcheck disable=SC2086 # a list
echo 3000 $hosts >$block/flap
all_are_blocked() {
	! grep -v blocked "/sys/block/$disk/device/state" "/sys/block/$swap/device/state"
}
ok "all paths go" within 30 all_are_blocked
end=$(($(date +%s) + minutes * 60))
stuck=0
while [ "$(date +%s)" -lt $end ]; do
	sleep 10
	before=$(written)
	within 60 written_more_than "$before" || stuck=$((stuck + 1))
done
is "in $minutes minutes it went on each time" $stuck 0
# shellcheck disable=SC2086 # one, or none
ok "the hogs live" kill -0 $hog $swapping
swapped() {
	[ "$(awk 'NR > 1 { n += $4 } END { print n }' /proc/swaps)" -gt 0 ]
}
[ $swaps = 0 ] || ok "memory is in swap" swapped
ok "the file system is in use" fio_is_running
echo 0 0 0 >$block/flap
touch /tmp/enough
ok "its users are done" within 120 sh -c "! kill -0 $fio_pid"
# shellcheck disable=SC2086 # one, or none
kill $hog $swapping
wait
ok "it can be unmounted" within 120 umount /mnt
finish
