# SPDX-License-Identifier: GPL-2.0
# Adapters with different drivers that are reset, the only path in use as well; a path
# on which the device answers with errors, and one on which it answers slowly or not at
# all. The load sees none of it.
# guest: cpus=4 memory=2048 qmp=1
# append: scsi_mod.multipath=always rcupdate.rcu_expedited=1
# qemu: -device virtio-scsi-pci,id=v -device mptsas1068,id=m -device megasas,id=g
# qemu: -device lsi53c895a,id=l -device pvscsi,id=p
# disk: image 128M
# qemu: -device scsi-hd,bus=v.0,drive=image,share-rw=on,serial=fault,wwn=0x5000c50015ea71ac
# qemu: -device scsi-hd,bus=m.0,drive=image,share-rw=on,serial=fault,wwn=0x5000c50015ea71ac
# qemu: -device scsi-hd,bus=g.0,drive=image,share-rw=on,serial=fault,wwn=0x5000c50015ea71ac
# qemu: -device scsi-hd,bus=l.0,drive=image,share-rw=on,serial=fault,wwn=0x5000c50015ea71ac
# qemu: -device scsi-hd,bus=p.0,drive=image,share-rw=on,serial=fault,wwn=0x5000c50015ea71ac
. ./lib.sh
plan 22

# driver_of PATH
driver_of() {
	cat "/sys/class/scsi_host/host${1%%:*}/proc_name"
}

# others_write PATH STATE: to all but that one
others_write() {
	for other in $(path_devices); do
		[ "$other" = "$1" ] ||
			echo "$2" >"/sys/bus/scsi/devices/$other/path/state"
	done
}

# add_path NODE: one more, over virtio_scsi, by way of that block node
add_path() {
	known=$(path_devices)
	qmp device_add "\"driver\": \"scsi-hd\", \"id\": \"disk-$1\", \"bus\": \"v.0\",
		\"drive\": \"$1\", \"share-rw\": true, \"serial\": \"fault\",
		\"wwn\": $((0x5000c50015ea71ac))" || bail_out "device_add: $qmp_answer"
	within 30 nr_paths_is 6 || bail_out "no path over $1"
	added=$(path_devices | grep -vxF "$known")
}

remove_path() {
	qmp device_del "\"id\": \"disk-$1\"" && within 30 nr_paths_is 5
}

qmp_open
within 30 disk_is_there sda || bail_out "no sda"
modprobe -a mptsas megaraid_sas sym53c8xx vmw_pvscsi || bail_out "modules"
ok "five drivers, five paths" within 60 nr_good_is 5
echo rr >/sys/block/sda/device/multipath/iopolicy

light_start --iodepth=4
# shellcheck disable=SC2046 # a list of words
load_reaches $(path_devices)

for path in $(path_devices); do
	driver=$(driver_of "$path")
	kind=--host
	# It knows of no other reset.
	[ "$driver" != virtio_scsi ] || kind=--device
	others_write "$path" 3
	ok "$driver: reset $kind of the only path" timeout 60 sg_reset $kind /dev/sda
	ok "$driver: it takes I/O" within 20 issued_more_than "$path" "$(path_issued "$path")"
	others_write "$path" 1
	ok "$driver: all are good" within 30 nr_good_is 5
done

# Each write is answered with ABORTED COMMAND; what that means is left to the disk
# driver, which tries again, over the next path.
qmp blockdev-add '"driver": "blkdebug", "node-name": "errors", "image": "image",
	"inject-error": [{"event": "none", "iotype": "write", "errno": 5}]' ||
	bail_out "blkdebug: $qmp_answer"
add_path errors
ok "errors: it had its share" within 30 issued_more_than "$added" 50
ok "errors: load goes on" fio_is_running
ok "errors: path removed" remove_path errors

# So few bytes a second are less than one command of the load needs, however fast that
# is: it takes longer than the attempt_timeout. virtio_scsi never aborts; what the path has
# is answered in the end.
qmp object-add '"qom-type": "throttle-group", "id": "slow", "limits": {"bps-total": 4096}' ||
	bail_out "throttle-group: $qmp_answer"
qmp blockdev-add '"driver": "throttle", "node-name": "slowly", "file": "image",
	"throttle-group": "slow"' || bail_out "throttle: $qmp_answer"
add_path slowly
ok "slow: the path is left" within 30 path_state_is "$added" 2
qmp qom-set '"path": "/objects/slow", "property": "limits", "value": {"bps-total": 0}' ||
	bail_out "limits: $qmp_answer"
ok "slow: it is back when it is fast" within 30 nr_good_is 6
fio_ok "no error above, data verified"
finish
