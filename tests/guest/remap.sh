# SPDX-License-Identifier: GPL-2.0
# A LUN that is remapped while its path is down: the path answers again, but
# leads to another logical unit. It must never carry I/O again.
# guest: cpus=2
. ./lib.sh
plan 13

one_lu 2 max_luns=1 dev_size_mb=32
path=$(path_devices | tail -1)

# Down, and another identity behind it from now on.
inject_host_byte "$path" -100 28 1
inject_host_byte "$path" -100 0 1
echo rr >/sys/block/sda/device/multipath/policy
dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct 2>/dev/null
is "down" "$(path_state "$path")" 3
echo 1 >$SDEBUG/vpd_use_hostno
uninject "$path" 2 28
uninject "$path" 2 0

ok "found out" within 30 sh -c "dmesg | grep -q '$path: path leads to .* now'"
is "dead" "$(path_state "$path")" 3
issued=$(path_issued "$path")
dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct 2>/dev/null
is "carries nothing" "$(path_issued "$path")" "$issued"
ok "the disk is fine" dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct

# Its device running again does not change that; only the administrator does.
echo offline >"/sys/bus/scsi/devices/$path/state"
echo running >"/sys/bus/scsi/devices/$path/state"
sleep 1
is "still dead" "$(path_state "$path")" 3
echo 0 >$SDEBUG/vpd_use_hostno
paths_write "$path" 1
is "the administrator's word counts" "$(path_state "$path")" 1

# The same while the path is up, and the target says that something has changed.
ok "both carry I/O" dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct
echo 1 >$SDEBUG/vpd_use_hostno
inject "$path" "2 -1 28 0 0 2 6 3f 3"
ok "live: I/O goes on" dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct
path_is_fenced() {
	[ "$(dmesg | grep -c "$path: path leads to .* now")" = 2 ]
}
ok "live: found out, and said once" within 20 path_is_fenced
is "live: dead" "$(path_state "$path")" 3
issued=$(path_issued "$path")
ok "live: the disk is fine" dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct
is "live: carries nothing" "$(path_issued "$path")" "$issued"
finish
