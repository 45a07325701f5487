# SPDX-License-Identifier: GPL-2.0
# No logical unit waits for another: one that has no path, that has a command in a
# host's error handler, or that comes or goes, takes nothing that others need, not
# even from the one it lies on.
# guest: clock=virtual cpus=4 memory=2048 seconds=600
. ./lib.sh
. ./lib_lio.sh
plan 30

late=/sys/module/scsi_late/parameters

read_block() {
	dd if="/dev/$1" of=/dev/null bs=4k count=1 iflag=direct 2>/dev/null
}

# Ends when the read has been done, whatever becomes of who asks.
read_block_to() {
	read_block "$1"
	echo $? >"$2"
}

# waits FILE: nothing has been written to it yet
waits() {
	sleep 2
	[ ! -s "$1" ]
}

says() {
	[ "$(cat "$1")" = "$2" ]
}

# disk_of VENDOR: its name
disk_of() {
	grep -l "$1" /sys/block/sd*/device/vendor | cut -d/ -f4
}

has_disk() {
	disk_is_there "$(disk_of "$1")"
}

has_no_disk() {
	[ -z "$(disk_of "$1")" ]
}

all_paths() {
	for each in $(path_devices "$1"); do
		echo "$2" >"/sys/bus/scsi/devices/$each/path/state"
	done
}

nothing_left() {
	nr_paths_is 0 && nr_disks_is 0
}

# --- the second comes while the first waits -------------------------------

one_lu 1 max_luns=1
echo -1 >/sys/block/sda/device/multipath/no_path_timeout
echo -1 >$SDEBUG/add_host
within 20 nr_paths_is 0
read_block_to sda /tmp/first &
ok "without a path a read waits" waits /tmp/first
modprobe scsi_late hosts=1 &
ok "another logical unit is found" within 30 has_disk TEST
ok "and can be read" timeout 20 dd if="/dev/$(disk_of TEST)" of=/dev/null \
	bs=4k count=1 iflag=direct
ok "the read still waits" waits /tmp/first
echo 1 >$SDEBUG/add_host &
ok "the path returns" within 30 nr_paths_is 2
ok "and the read is done" within 30 says /tmp/first 0

# --- the second goes while the first waits --------------------------------

late_disk=$(disk_of TEST)
echo 1 >"/sys/block/$late_disk/device/multipath/no_path_timeout"
echo -1 >$SDEBUG/add_host
within 20 nr_paths_is 1
: >/tmp/first
read_block_to sda /tmp/first &
ok "without a path a read waits again" waits /tmp/first
rmmod scsi_late
ok "the other logical unit goes" within 30 has_no_disk TEST
modprobe scsi_late hosts=1 &
ok "and returns" within 30 has_disk TEST
ok "the read still waits" waits /tmp/first
echo 1 >$SDEBUG/add_host &
ok "the path returns" within 30 nr_paths_is 2
ok "and the read is done" within 30 says /tmp/first 0
wait
echo 0 >/sys/block/sda/device/multipath/no_path_timeout
echo 0 >"/sys/block/$(disk_of TEST)/device/multipath/no_path_timeout"
rmmod scsi_late scsi_debug
within 60 nothing_left || bail_out "something is left"

# --- the second goes while it has a read in an error handler --------------

# recovers HOST: its error handler is at work
recovers() {
	[ "$(cat "/sys/class/scsi_host/host$1/state")" = recovery ]
}

# holds 0|1: the hosts of scsi_late hold commands back, and nothing brings them back
holds() {
	for parameter in fail_abort fail_reset hold; do
		echo "$1" >$late/$parameter
	done
}

is_held_up() {
	kill -0 "$1" 2>/dev/null
}

nr_disks_of_debug_is() {
	[ "$(grep -l Linux /sys/block/sd*/device/vendor | wc -l)" = "$1" ]
}

load_debug 2 max_luns=1
within 30 nr_paths_is 2 || bail_out "not 2 paths of scsi_debug"
debug_disk=$(disk_of Linux)
finder=$(path_devices "$debug_disk" | head -n 1)
returning=$(path_devices "$debug_disk" | tail -n 1)
modprobe scsi_late hosts=1 recovery_ms=30000 || bail_out "scsi_late"
within 30 has_disk TEST || bail_out "no disk of scsi_late"
late_disk=$(disk_of TEST)
late_path=$(path_devices "$late_disk")
echo 4 >"/sys/block/$late_disk/device/timeout"
holds 1
: >/tmp/first
read_block_to "$late_disk" /tmp/first &
ok "an error handler is at work" within 60 recovers "${late_path%%:*}"
echo 1 >"/sys/block/$late_disk/device/delete" &
deleting=$!
sleep 1
ok "who removes the logical unit waits for it" is_held_up $deleting
echo 2 >$SDEBUG/max_luns
echo "0 0 1" >"/sys/class/scsi_host/host${finder%%:*}/scan" &
ok "meanwhile one more logical unit is found" within 10 nr_disks_of_debug_is 2
echo 1 >"/sys/bus/scsi/devices/$returning/delete"
echo "0 0 0" >"/sys/class/scsi_host/host${returning%%:*}/scan" &
ok "and the path of another one returns" within 10 \
	test -e "/sys/block/$debug_disk/device/paths/$returning"
ok "which can be read" timeout 10 \
	dd if="/dev/$debug_disk" of=/dev/null bs=4k count=1 iflag=direct
ok "while the removal still waits" is_held_up $deleting
holds 0
wait
within 60 rmmod scsi_late
rmmod scsi_debug
within 60 nothing_left || bail_out "something is left"

# --- the second comes while the first has a read in an error handler ------

modprobe scsi_late hosts=2 recovery_ms=15000 || bail_out "scsi_late"
within 30 disk_is_there sda || bail_out "no sda"
within 30 nr_paths_is 2 || bail_out "not 2 paths"
echo rr >/sys/block/sda/device/multipath/iopolicy
echo 1 >/sys/block/sda/device/multipath/attempt_timeout
echo 4 >/sys/block/sda/device/timeout
first=$(path_devices | sort -n | head -n 1)

holds 1
skip=0
while [ $skip -lt 24 ]; do
	dd if=/dev/sda of=/dev/null bs=4k count=1 skip=$skip iflag=direct \
		2>/dev/null &
	skip=$((skip + 1))
done
ok "an error handler is at work" within 60 recovers "${first%%:*}"
load_debug 1 max_luns=1 &
ok "another logical unit is found" within 30 has_disk Linux
ok "the first can be read over its other path" timeout 5 \
	dd if=/dev/sda of=/dev/null bs=4k count=1 skip=100 iflag=direct
ok "while the error handler is still at work" recovers "${first%%:*}"
holds 0
wait

# --- the first waits with all commands that it may have -------------------

within 120 good_after_io 3 || bail_out "not all paths are good"
debug_disk=$(disk_of Linux)
echo none >/sys/block/sda/queue/scheduler
echo none >"/sys/block/$debug_disk/queue/scheduler"
# Soon nobody thinks that it needs any.
echo 1 >"/sys/block/$debug_disk/device/timeout"
read_block "$debug_disk"
idle() {
	! grep -q TAG_ACTIVE "/sys/kernel/debug/block/$debug_disk/hctx0/state"
}
within 30 idle || bail_out "$debug_disk counts as busy"
echo -1 >/sys/block/sda/device/multipath/no_path_timeout
all_paths sda 3
within 5 lu_state_is blocked
fio --name=all --filename=/dev/sda --direct=1 --ioengine=libaio --rw=randread \
	--bs=4k --iodepth=2100 --number_ios=4200 --eta=never >/tmp/all.out 2>&1 &
fio=$!
uses_all() {
	[ "$(cat /sys/block/sda/device/multipath/queued)" -ge \
		"$(cat /sys/block/sda/queue/nr_requests)" ]
}
ok "all that one may have wait" within 60 uses_all
ok "the other can be read" timeout 20 dd if="/dev/$debug_disk" of=/dev/null \
	bs=4k count=1 iflag=direct
all_paths sda 1
wait $fio
is "those that waited are done" $? 0

# --- one lies on the other ------------------------------------------------

lio_start
lower=$CORE/iblock_0/lu
mkdir -p "$lower"
echo "udev_path=/dev/$debug_disk" >"$lower/control"
echo 1 >"$lower/enable"
echo lies-on-the-other >"$lower/wwn/vpd_unit_serial"
for each in 1 2; do
	loop=$LOOP/naa.50014050000000f$each/tpgt_1
	mkdir -p "$loop/lun/lun_0"
	ln -s "$lower" "$loop/lun/lun_0/lu"
	echo "naa.5001405fffffff0$each" >"$loop/nexus"
	echo "0 1 -" >"/sys/class/scsi_host/host$(cut -d: -f1 "$loop/address")/scan"
done
ok "a logical unit on another one" within 30 has_disk LIO-ORG
upper=$(disk_of LIO-ORG)
is "over two paths" "$(path_devices "$upper" | wc -l)" 2
echo none >"/sys/block/$upper/queue/scheduler"
read_block "$debug_disk"
within 30 idle
ok "it can be read with all that it may have" timeout 120 \
	fio --name=upper --filename="/dev/$upper" --direct=1 --ioengine=libaio \
	--rw=randread --bs=4k --iodepth=2100 --number_ios=4200 --eta=never
echo -1 >"/sys/block/$debug_disk/device/multipath/no_path_timeout"
all_paths "$debug_disk" 3
: >/tmp/first
read_block_to "$upper" /tmp/first &
ok "if the lower has no path, it waits" waits /tmp/first
all_paths "$debug_disk" 1
ok "and is done when the lower has one" within 30 says /tmp/first 0
finish
