# SPDX-License-Identifier: GPL-2.0
# What cluster software does with reservations, over a disk with three paths: the commands
# of fence_scsi in its order, what a virtual machine asks qemu-pr-helper for, the kernel's
# interface through device-mapper, and libiscsi's tests of reservations, which say of it
# what they say of one with a single path.
# guest: cpus=4 seconds=400
. ./lib.sh
. ./lib_lio.sh
. ./lib_reservations.sh
plan 48

# A node of the cluster is a device and a key.
keys() {
	sg_persist -n -i -k -d "$1"
}

is_member() {
	keys "$1" | tee /tmp/keys
	grep -q "^ *$2\$" /tmp/keys
}

is_no_member() {
	! is_member "$@"
}

reserved_by() {
	sg_persist -n -i -r -d "$1" | tee /tmp/reservation
	grep -q "Key=$2" /tmp/reservation
}

# unfence DEVICE KEY: what "fence_scsi -o on" does
unfence() {
	sg_turs "$1"
	sg_turs "$1"
	is_member "$1" "$2" || sg_persist -n -o -I -S "$2" -d "$1" || return 1
	is_member "$1" "$2" || return 1
	sg_persist -n -i -r -d "$1" | grep -q Key= ||
		sg_persist -n -o -R -T 5 -K "$2" -d "$1"
}

# fence DEVICE KEY VICTIM: "fence_scsi -o off". With PREEMPT AND ABORT LIO waits for itself
# if the victim's commands are on the queue that this came by.
fence() {
	sg_turs "$1"
	sg_persist -n -o -P -T 5 -K "$2" -S "$3" -d "$1" &&
		is_no_member "$1" "$3"
}

reserved_disk
port 0 3 a
port 0 4 a
within 30 nr_paths_is 4 || bail_out "not 4 paths"
echo rr >/sys/block/sda/device/multipath/iopolicy
node_b=/dev/bsg/$(path 0 4)
paths_write "$(path 0 4)" 3

ok "fence_scsi: a node joins" unfence /dev/sda 0xa
ok "fence_scsi: another one" unfence "$node_b" 0xb
ok "fence_scsi: the first has the reservation" reserved_by "$node_b" 0xa
ok "fence_scsi: it writes over all paths" write_to sda 64
echo offline >"$(tpg 0 1)/transport_status"
ok "fence_scsi: also over two" write_to sda 64
ok "fence_scsi: it joins once more" unfence /dev/sda 0xa
echo online >"$(tpg 0 1)/transport_status"
ok "fence_scsi: the path is back" within 90 good_after_io 3
ok "fence_scsi: it is fenced" fence "$node_b" 0xb 0xa
fails_by "fence_scsi: it does not write" "Invalid exchange" write_to sda 64
ok "fence_scsi: it is no member" is_no_member /dev/sda 0xa
ok "fence_scsi: the other one has the reservation" reserved_by "$node_b" 0xb
ok "fence_scsi: it joins again" unfence /dev/sda 0xa
ok "fence_scsi: and writes" within 60 write_to sda 64
ok "fence_scsi: it fences the other one" fence /dev/sda 0xa 0xb
fails "fence_scsi: which does not write" sg_raw -s 512 -i /dev/zero "$node_b" \
	2a 0 0 0 0 0 0 0 1 0
ok "cleared" sg_persist -n -o -C -K 0xa -d /dev/sda
for each in 1 2 3; do
	sg_turs "$node_b"
done

# Virtual machines: QEMU gives its helper a descriptor of the disk, and a CDB.
socket=/tmp/pr.sock
qemu-pr-helper -k $socket >/tmp/helper.out 2>&1 &
helper=$!
within 20 test -S $socket || bail_out "no qemu-pr-helper"
ok "qemu-pr-helper: registers" prhelper $socket /dev/sda register 0xc
is "qemu-pr-helper: over all paths" "$(prhelper $socket /dev/sda keys)" "0xc 0xc 0xc "
ok "qemu-pr-helper: reserves, exclusively" prhelper $socket /dev/sda reserve 0xc
ok "qemu-pr-helper: it is written" write_to sda 64
fails "qemu-pr-helper: by no other host" sg_raw -s 512 -i /dev/zero "$node_b" \
	2a 0 0 0 0 0 0 0 1 0
echo offline >"$(tpg 0 1)/transport_status"
ok "qemu-pr-helper: it is written over two" write_to sda 64
ok "qemu-pr-helper: releases" prhelper $socket /dev/sda release 0xc
echo online >"$(tpg 0 1)/transport_status"
within 90 good_after_io 3 || bail_out "the path is not back"
kill $helper
ok "qemu-pr-helper: cleared" sg_persist -n -o -C -K 0xc -d /dev/sda

# A part of the disk, by device-mapper
dmsetup create part --table "0 8192 linear /dev/sda 0" || bail_out "dmsetup"
within 10 disk_is_there dm-0 || bail_out "no dm-0"
is "dm-linear: registers" "$(pr /dev/dm-0 register 0xd)" ""
ok "dm-linear: over all paths" keys_are /dev/sda "0xd 0xd 0xd "
is "dm-linear: reserves" "$(pr /dev/dm-0 reserve 0xd)" ""
ok "dm-linear: it is written" write_to dm-0 64
fails "dm-linear: by no other host" sg_raw -s 512 -i /dev/zero "$node_b" \
	2a 0 0 0 0 0 0 0 1 0
is "dm-linear: releases" "$(pr /dev/dm-0 release 0xd)" ""
ok "dm-linear: cleared" sg_persist -n -o -C -K 0xd -d /dev/sda
dmsetup remove part
for each in 1 2 3; do
	sg_turs "$node_b"
done

# A disk with one path, to compare with
lone_disk
plain=$lone

# asserts TEST DISK: how many there were, ran, passed and failed
asserts() {
	iscsi-test-cu -d -n -t "SCSI.$1" "/dev/$2" >"/tmp/cu.$2" 2>&1
	grep -E 'SKIPPED|FAILED' "/tmp/cu.$2"
	sed -n 's/^ *asserts *//p' "/tmp/cu.$2" | tr -s ' '
}

# Those that need two initiators are for iSCSI only.
for each in "PrinReadKeys.Simple 1" "PrinReadKeys.Truncate 5" \
	    "PrinServiceactionRange.Range 33" "PrinReportCapabilities.Simple 25" \
	    "ProutRegister.Simple 5" "ProutReserve.Simple 20" "ProutClear.Simple 12" \
	    "Reserve6.Simple 2"; do
	count=${each#* }
	for disk in sda "$plain"; do
		is "libiscsi: ${each% *} of $disk" "$(asserts "${each% *}" $disk)" \
			"$count $count $count 0 n/a"
	done
done
is "no path has failed" "$(nr_good)" 4
finish
