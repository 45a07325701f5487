# SPDX-License-Identifier: GPL-2.0
# multipath=always, on a driver that knows nothing of it: QEMU disks behind two
# virtio hosts. Those with an identity are combined, long ones too; those
# without stay alone.
# guest: cpus=4
# append: scsi_mod.multipath=always
# qemu: -blockdev driver=null-co,node-name=n0,size=67108864,read-zeroes=on
# qemu: -blockdev driver=null-co,node-name=n1,size=67108864,read-zeroes=on
# qemu: -blockdev driver=null-co,node-name=n2,size=67108864,read-zeroes=on
# qemu: -device virtio-scsi-pci,id=h0 -device virtio-scsi-pci,id=h1
# qemu: -device scsi-hd,bus=h0.0,drive=n0,share-rw=on,serial=A,wwn=0x5000c50015ea71ac,scsi-id=0
# qemu: -device scsi-hd,bus=h1.0,drive=n0,share-rw=on,serial=A,wwn=0x5000c50015ea71ac,scsi-id=0
# qemu: -device scsi-hd,bus=h0.0,drive=n1,share-rw=on,serial=%:%:%:%:%:%:%:%:%:%:%:%:%:%:%:%:%:%:,scsi-id=1
# qemu: -device scsi-hd,bus=h1.0,drive=n1,share-rw=on,serial=%:%:%:%:%:%:%:%:%:%:%:%:%:%:%:%:%:%:,scsi-id=1
# qemu: -device scsi-hd,bus=h0.0,drive=n2,share-rw=on,scsi-id=2
# qemu: -device scsi-hd,bus=h1.0,drive=n2,share-rw=on,scsi-id=2
. ./lib.sh
plan 8

within 30 nr_paths_is 4
ok "four disks" within 20 nr_disks_is 4
is "two logical units of two paths" "$(cut -d: -f1 $PATHS | sort | uniq -c |
	awk '{ print $1 }' | tr '\n' ' ')" "2 2 "
long=$(cut -d: -f1 $PATHS | sort -u | grep '^sn\.')
echo "# $long"
ok "a long identity" test ${#long} -gt 64
is "without ':' or blank" "$(echo "$long" | tr -cd ': ' | wc -c)" 0
is "in sysfs as in /proc" "$(grep -l "^$long$" /sys/block/*/device/multipath/wwid | wc -l)" 1
ok "can be written back" sh -c "grep '^sn' $PATHS | head -1 >/tmp/line && cat /tmp/line >$PATHS"

is "without identity: two disks, no path" "$(ls -d /sys/block/sd*/device/scsi_disk | wc -l) \
$(ls -d /sys/block/sd*/device/multipath | wc -l)" "4 2"
ok "I/O on all" sh -c 'for d in /dev/sd?; do
	dd if=$d of=/dev/null bs=1M count=8 iflag=direct || exit 1; done'
finish
