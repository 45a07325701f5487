# SPDX-License-Identifier: GPL-2.0
# A device that could not tell who it is, or did not answer at all, when it was found: it
# stops nobody else, and becomes what it is when it can, without anybody's doing.
# guest: clock=virtual cpus=4 seconds=400
# append: scsi_mod.scan=sync
. ./lib.sh
plan 12

LATE=/sys/module/scsi_late/parameters

has_driver() {
	for device in /sys/bus/scsi/devices/"$1"/driver; do
		[ -e "$device" ] && return
	done
	return 1
}

# --- one controller is not ready, and says so even of its VPD pages ---------------
modprobe scsi_late hosts=2 no_vpd=2 || bail_out "scsi_late"
within 30 disk_is_there sda || bail_out "no sda"
ok "not ready: withheld, and said so" within 10 sh -c \
	"dmesg | grep -q 'not used as a path (-5), it is tried again now and then'"
is "not ready: one path" "$(nr_paths)" 1
is "not ready: one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1
sleep 5
is "not ready: still so" "$(nr_paths)" 1
echo 0 >$LATE/no_vpd
ok "ready: a path by itself" within 120 nr_paths_is 2
is "ready: one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1
echo 0 >/sys/block/sda/device/multipath/no_path_timeout
within 20 rmmod scsi_late || bail_out "scsi_late stays"
within 30 nr_disks_is 0

# --- a target that answers nothing to TEST UNIT READY ------------------------------
modprobe scsi_late hosts=2 no_tur=3 &
waiting=$!
in_claim() {
	[ "$(cat $LATE/held)" -gt 0 ]
}
within 30 in_claim || bail_out "nobody asks the silent target"
load_debug 1 max_luns=1
ok "silent: another disk is there" within 30 disk_is_there sda
# That is not because the silence has come to an end.
ok "silent: it is still waited for" kill -0 $waiting
ok "silent: withheld" within 90 sh -c \
	"[ \$(dmesg | grep -c 'not used as a path (-5)') = 3 ]"
is "silent: one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1
echo 0 >$LATE/no_tur
ok "it answers: a disk by itself" within 120 nr_disks_is 2
ok "it answers: over both paths" within 120 nr_paths_is 3
finish
