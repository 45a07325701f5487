# SPDX-License-Identifier: GPL-2.0
# While the host of the only path is in recovery, the commands that wait for it are
# tried now and then, with a pause of 3 ms, and not as fast as the machine can.
# guest: clock=virtual cpus=4 memory=1024 seconds=300
. ./lib.sh
plan 6

parameters=/sys/module/scsi_late/parameters
SECONDS_COUNTED=5

modprobe scsi_late hosts=1 recovery_ms=20000 || bail_out "scsi_late"
within 30 disk_is_there sda || bail_out "no sda"
echo 2 >/sys/block/sda/device/timeout
host=/sys/class/scsi_host/host$(first_path | cut -d: -f1)

in_recovery() {
	[ "$(cat "$host/state")" = recovery ]
}

read_block() {
	dd if=/dev/sda of=/dev/null bs=4k count=1 skip="$1" iflag=direct 2>/dev/null
}

for parameter in fail_abort fail_reset hold; do
	echo 1 >$parameters/$parameter
done
read_block 1 &
first=$!
ok "an error handler is at work" within 60 in_recovery
read_block 100 &
second=$!
one_waits() {
	[ "$(cat /sys/block/sda/device/multipath/queued)" -ge 1 ]
}
ok "a read waits for it" within 10 one_waits

echo 1 >$TRACE/events/scsi_multipath/scsi_multipath_select/enable
began=$(cut -d' ' -f1 /proc/uptime | tr -d .)
sleep $SECONDS_COUNTED
echo 0 >$TRACE/events/scsi_multipath/scsi_multipath_select/enable
took=$(($(cut -d' ' -f1 /proc/uptime | tr -d .) - began))
tries=$(sed -n 's,.*entries-in-buffer/entries-written: [0-9]*/\([0-9]*\).*,\1,p' $TRACE/trace)
echo "# $tries tries in ${took}0 ms"
ok "it is tried" test "$tries" -gt 0
# At most one in 3 ms, and some when something has happened.
ok "with pauses" test "$tries" -lt $((took * 10 / 3 + 50))
ok "the error handler is still at work" in_recovery
for parameter in hold fail_abort fail_reset; do
	echo 0 >$parameters/$parameter
done
ends_well() {
	wait $first && wait $second
}
ok "both reads are done" ends_well
finish
