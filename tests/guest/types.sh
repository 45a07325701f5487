# SPDX-License-Identifier: GPL-2.0
# Tape, CD-ROM and disk: one st, sr, sd and one sg each, over two paths.
# guest: cpus=4
. ./lib.sh
plan 17

lu_device() {
	find /sys/bus/scsi/devices/*/ -maxdepth 1 -name multipath | head -1 |
		xargs dirname
}

unload() {
	echo 0 >"$(lu_device)/multipath/no_path_timeout"
	rmmod scsi_debug
	within 30 sh -c '! ls -d /sys/bus/scsi/devices/*/multipath'
}

nr_sg() {
	find /sys/class/scsi_generic -name 'sg*' | wc -l
}

load_debug 2 max_luns=1 ptype=1
within 30 nr_paths_is 2
is "tape: one st" "$(find /sys/class/scsi_tape -name 'st[0-9]' | wc -l)" 1
is "tape: one sg" "$(nr_sg)" 1
is "tape: stays on its path" "$(policy_of "$(lu_device)/multipath")" \
	last-path
fails "tape: round-robin is refused" sh -c \
	"echo rr >$(lu_device)/multipath/iopolicy"
ok "tape: answers" mt-st -f /dev/nst0 status
before=$(cat /sys/class/scsi_generic/sg0/device/paths/*/path/issued | sort -n | head -1)
mt-st -f /dev/nst0 rewind >/dev/null 2>&1
is "tape: the other path was not touched" \
	"$(cat /sys/class/scsi_generic/sg0/device/paths/*/path/issued | sort -n | head -1)" \
	"$before"
unload

load_debug 2 max_luns=1 ptype=5
within 30 nr_paths_is 2
is "CD: one sr" "$(find /sys/block -name 'sr*' | wc -l)" 1
is "CD: one sg" "$(nr_sg)" 1
ok "CD: read" dd if=/dev/sr0 of=/dev/null bs=2k count=64
echo rr >/sys/block/sr0/device/multipath/iopolicy
ok "CD: read over both paths" dd if=/dev/sr0 of=/dev/null bs=2k count=64
unload

load_debug 2 max_luns=1
within 30 disk_is_there sda
within 30 nr_paths_is 2
is "disk: one sd" "$(find /sys/block -name 'sd*' | wc -l)" 1
is "disk: one sg" "$(nr_sg)" 1
ok "disk: sg_inq on its sg" sg_inq /dev/sg0
ok "disk: sg_vpd" sg_vpd -p di /dev/sg0
ok "disk: sg_turs" sg_turs -n 5 /dev/sg0
fails "disk: a reservation without a list is refused" \
	sg_raw /dev/sg0 5f 00 00 00 00 00 00 00 18 00
ok "disk: what tools expect of it" sh -c 'cd /sys/block/sda/device &&
	cat model vendor state timeout queue_depth &&
	ls -d delete scsi_device scsi_disk scsi_generic'
finish
