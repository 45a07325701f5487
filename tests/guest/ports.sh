# SPDX-License-Identifier: GPL-2.0
# With lpu the logical units behind one host are spread over the ports of targets that it
# reaches, also after one was away.
# guest: cpus=2
# append: scsi_mod.multipath=always
# qemu: -device virtio-scsi-pci,id=h
# qemu: -blockdev driver=null-co,node-name=d0,size=33554432,read-zeroes=on
# qemu: -blockdev driver=null-co,node-name=d1,size=34603008,read-zeroes=on
# qemu: -blockdev driver=null-co,node-name=d2,size=35651584,read-zeroes=on
# qemu: -blockdev driver=null-co,node-name=d3,size=36700160,read-zeroes=on
# qemu: -device scsi-hd,bus=h.0,scsi-id=1,lun=0,drive=d0,share-rw=on,serial=s0,wwn=0x5000c50000000010
# qemu: -device scsi-hd,bus=h.0,scsi-id=1,lun=1,drive=d1,share-rw=on,serial=s1,wwn=0x5000c50000000011
# qemu: -device scsi-hd,bus=h.0,scsi-id=1,lun=2,drive=d2,share-rw=on,serial=s2,wwn=0x5000c50000000012
# qemu: -device scsi-hd,bus=h.0,scsi-id=1,lun=3,drive=d3,share-rw=on,serial=s3,wwn=0x5000c50000000013
# qemu: -device scsi-hd,bus=h.0,scsi-id=2,lun=0,drive=d0,share-rw=on,serial=s0,wwn=0x5000c50000000010
# qemu: -device scsi-hd,bus=h.0,scsi-id=2,lun=1,drive=d1,share-rw=on,serial=s1,wwn=0x5000c50000000011
# qemu: -device scsi-hd,bus=h.0,scsi-id=2,lun=2,drive=d2,share-rw=on,serial=s2,wwn=0x5000c50000000012
# qemu: -device scsi-hd,bus=h.0,scsi-id=2,lun=3,drive=d3,share-rw=on,serial=s3,wwn=0x5000c50000000013
. ./lib.sh
plan 8

# write_states STATE: of all paths over the second port
write_states() {
	for path in /sys/bus/scsi/devices/*:0:2:*/path; do
		echo "$1" >"$path/state"
	done
}

within 60 nr_paths_is 8 || bail_out "not eight paths"
within 30 nr_disks_is 4 || bail_out "not four disks"
is "one host carries all" "$(carriers 1)" 4
is "two ports carry half each" "$(carriers 1-3)" "2 2"
write_states 3
is "one is out of use: the other carries all" "$(carriers 1-3)" 4
write_states 1
is "it is back, and carries half" "$(carriers 1-3)" "2 2"
for path in /sys/bus/scsi/devices/*:0:1:*; do
	[ ! -e "$path/path" ] || echo 1 >"$path/delete"
done
within 20 nr_paths_is 4
is "the first is removed: the second carries all" "$(carriers 1-3)" 4
address=$(path_devices sda | head -1)
echo "0 1 -" >"/sys/class/scsi_host/host${address%%:*}/scan"
ok "it is found anew" within 30 nr_paths_is 8
is "and carries half" "$(carriers 1-3)" "2 2"
is "four disks" "$(find /sys/block -name 'sd*' | wc -l)" 4
finish
