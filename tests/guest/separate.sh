# SPDX-License-Identifier: GPL-2.0
# What must not be combined is not: devices that do not say they have several
# ports, devices without identity, devices that bear the name of another one.
# guest: cpus=4
# qemu: -blockdev driver=null-co,node-name=disk,size=67108864,read-zeroes=on
# qemu: -device virtio-scsi-pci,id=hba0 -device virtio-scsi-pci,id=hba1
# qemu: -device scsi-hd,bus=hba0.0,drive=disk,share-rw=on,serial=S1,wwn=0x5000c50015ea71ac
# qemu: -device scsi-hd,bus=hba1.0,drive=disk,share-rw=on,serial=S1,wwn=0x5000c50015ea71ac
. ./lib.sh
plan 11

unload() {
	for disk in /sys/block/sd*/device/multipath; do
		[ -d "$disk" ] && echo 0 >"$disk/no_path_timeout"
	done
	rmmod scsi_debug
	within 30 nr_disks_is 0
}

# QEMU's disks have an identity, the same over both hosts, but do not say that
# they have several ports.
within 30 nr_disks_is 2
is "single-ported: no path" "$(nr_paths)" 0
is "single-ported: two disks of one identity" \
	"$(cat /sys/block/sd?/device/wwid | sort -u | wc -l)" 1
is "parameter" "$(cat /sys/module/scsi_mod/parameters/multipath)" auto
fails "parameter is not writable" sh -c \
	'echo off >/sys/module/scsi_mod/parameters/multipath'
for disk in /sys/block/sd*; do
	echo 1 >"$disk/device/delete"
done
within 10 nr_disks_is 0

# The same identity, and another vendor and product: a designator names the logical
# unit and no text that comes with it, which firmware changes.
one_lu 1 max_luns=1
echo otherproduct >/sys/module/scsi_debug/parameters/inq_product
echo Other >/sys/module/scsi_debug/parameters/inq_vendor
echo 1 >$SDEBUG/add_host
ok "product: a path" within 30 nr_paths_is 2
ok "product: one disk" nr_disks_is 1
echo Linux >/sys/module/scsi_debug/parameters/inq_vendor
echo scsi_debug >/sys/module/scsi_debug/parameters/inq_product
unload

# Another type is another device. It must not be seen as a second one of that name.
one_lu 1 max_luns=1
echo 5 >$SDEBUG/ptype
echo 1 >$SDEBUG/add_host
type_differs() {
	dmesg | grep -q "type differs: not combined"
}
ok "type: said so" within 30 type_differs
is "type: one path" "$(nr_paths)" 1
fails "type: no second device" test -e /dev/sr0
withheld() {
	grep -l '^5$' /sys/bus/scsi/devices/*/type
}
ok "type: withheld" withheld
echo 0 >$SDEBUG/ptype
ok "an end without a trace" unload
finish
