# SPDX-License-Identifier: GPL-2.0
# Polled I/O: who waits for it asks the host, no interrupt tells. A logical unit has the
# hardware queues for it that its first path's host has; paths are lost under it, and
# one whose host has none carries it as any other I/O.
# guest: cpus=4 memory=2048 seconds=600
# append: kmemleak=on
# append: scsi_mod.multipath=always virtio_scsi.virtscsi_poll_queues=2
# qemu: -device virtio-scsi-pci,id=v0,num_queues=4 -device mptsas1068,id=m0
# disk: vm 32M
# qemu: -device scsi-hd,bus=v0.0,drive=vm,share-rw=on,serial=vm,wwn=0x5000c50000000015
# qemu: -device scsi-hd,bus=m0.0,drive=vm,share-rw=on,serial=vm,wwn=0x5000c50000000015
. ./lib.sh
plan 29

# queues DISK: how many, and can I/O be polled?
queues() {
	echo "$(nr_hw_queues "$1")" \
		"$(cat "/sys/block/$1/queue/io_poll")"
}

# polled: commands of scsi_debug that were found complete by who asked
polled() {
	sed -n 's/.*mq_polls=\([0-9]*\).*/\1/p' /proc/scsi/scsi_debug/* |
		sort -n | tail -1
}

more_polled_than() {
	[ "$(polled)" -gt "$1" ]
}

# read_some DISK FIO-OPTION...
read_some() {
	read_disk=$1
	shift
	timeout 60 fio --name=some --filename="/dev/$read_disk" --direct=1 \
		--rw=randread --bs=4k --number_ios=300 --eta=never "$@" >/tmp/some 2>&1 ||
		{ sed 's/^/# fio: /' /tmp/some; return 1; }
}

nothing_left() {
	nr_paths_is "$other_paths" && ! grep -q scsi_debug /proc/modules
}

# --- hosts of different kinds: the first one has polled queues, the second none

within 60 disk_is_there sda || bail_out "no disk on virtio_scsi"
is "virtio_scsi: queues of all kinds, and polled I/O" "$(queues sda)" "4 1"
ok "io_uring reads, polled" read_some sda --ioengine=io_uring --hipri --iodepth=8
ok "preadv2 reads, with the hint" read_some sda --ioengine=pvsync2 --hipri
modprobe mptsas
within 60 nr_paths_is 2 || bail_out "no second path"
is "a path more without such queues: they stay" "$(queues sda)" "4 1"
v_path=$(path_devices | head -1) m_path=$(path_devices | tail -1)
for each in $v_path $m_path; do
	other=$v_path
	[ "$each" = "$v_path" ] && other=$m_path
	paths_write "$other" 3
	before=$(path_issued "$each")
	ok "$each alone: io_uring reads, polled" \
		read_some sda --ioengine=io_uring --hipri --iodepth=8
	ok "$each alone: preadv2 reads, with the hint" read_some sda --ioengine=pvsync2 --hipri
	ok "it was that path" issued_more_than "$each" $((before + 500))
	paths_write "$other" 1
	within 20 good_after_io 2
done
echo rr >/sys/block/sda/device/multipath/iopolicy
fio_start --hipri --iodepth=4
# shellcheck disable=SC2046 # a list
load_reaches $(path_devices)
for each in $v_path $m_path; do
	paths_write "$each" 3
	sleep 1
	paths_write "$each" 1
	within 20 good_after_io 2
done
load_ends "both kinds, lost in turn"
for each in $v_path $m_path; do
	echo 1 >"/sys/bus/scsi/devices/$each/delete"
done
within 60 nr_paths_is 0 || echo 0 >/sys/block/sda/device/multipath/no_path_timeout
[ ! -e /sys/block/sda ] || echo 1 >/sys/block/sda/device/delete
within 60 nr_disks_is 0 || bail_out "sda stays"

# --- two of a kind

plain_disk submit_queues=4 poll_queues=2 ndelay=1000000
plain=$(queues sda)
rmmod scsi_debug
within 30 nr_disks_is 0 || bail_out "something is left"
one_lu 2 max_luns=1 submit_queues=4 poll_queues=2 ndelay=1000000 statistics=1
is "two hosts: as a plain disk" "$(queues sda)" "$plain"
before=$(polled)
ok "io_uring reads, polled" read_some sda --ioengine=io_uring --hipri --iodepth=8
ok "who waits has found it" more_polled_than "$((before + 250))"
# The block layer takes no hint from who reads synchronously, on any disk.
ok "preadv2 reads, with the hint" read_some sda --ioengine=pvsync2 --hipri
before=$(polled)
ok "others read beside it" read_some sda --ioengine=libaio --iodepth=8
is "and are told by interrupts" "$(polled)" "$before"

# Polled I/O, and other beside it, while paths go in every way.
echo rr >/sys/block/sda/device/multipath/iopolicy
echo -1 >/sys/block/sda/device/multipath/no_path_timeout
fio --name=beside --filename=/dev/sda --direct=1 --ioengine=libaio --rw=randread \
	--bs=4k --iodepth=4 --time_based --runtime=1h \
	--trigger-file=/tmp/beside_enough --eta=never >/tmp/beside 2>&1 &
beside=$!
fio_start --hipri
# shellcheck disable=SC2046 # a list
load_reaches $(path_devices)
for each in $(path_devices); do
	paths_write "$each" 3
	sleep 1
	paths_write "$each" 1
	within 20 good_after_io 2
done
ok "each path lost and back: the load goes on" fio_is_running
for each in $(path_devices); do
	inject "$each" "0 -3 28"
	inject "$each" "2 -3 2a e 0 0 0 0 0"
done
sleep 8
ok "commands without an answer: the load goes on" fio_is_running
for each in $(path_devices); do
	paths_write "$each" 3
done
ok "no path left" within 20 lu_state_is blocked
for each in $(path_devices); do
	paths_write "$each" 1
done
ok "a path is back" within 20 lu_state_is running
echo -1 >$SDEBUG/add_host
ok "a host is removed under it" within 60 nr_paths_is 1
echo 1 >$SDEBUG/add_host
within 30 nr_paths_is 2
echo mq-deadline >/sys/block/sda/queue/scheduler
sleep 2
before=$(polled)
ok "with a scheduler, too" within 30 more_polled_than "$before"
load_ends "polled"
touch /tmp/beside_enough
ok "beside it there was no error" wait $beside
echo 0 >/sys/block/sda/device/multipath/no_path_timeout
rmmod scsi_debug
other_paths=0
ok "all is gone" within 60 nothing_left
ok "no leak" no_leaks
finish
