# SPDX-License-Identifier: GPL-2.0
# A host whose error handler hangs: only what its LLD still owns waits for it.
# Everything else of the disk goes on over the other hosts: reads and writes,
# open and close, revalidation, sysfs. What was stuck succeeds in the end, however
# long it took.
# guest: clock=virtual cpus=4 memory=2048 seconds=300
. ./lib.sh
plan 20

parameters=/sys/module/scsi_late/parameters
modprobe scsi_late hosts=3 recovery_ms=15000 || bail_out "scsi_late"
within 30 disk_is_there sda || bail_out "no sda"
within 30 nr_paths_is 3 || bail_out "not 3 paths"
lu=/sys/block/sda/device/multipath
echo rr >$lu/iopolicy
echo 1 >$lu/attempt_timeout
# With its retries, less than the error handler will take.
echo 4 >/sys/block/sda/device/timeout

holds_some() {
	[ "$(cat $parameters/held)" -gt 0 ]
}

holds_none() {
	[ "$(cat $parameters/held)" = 0 ]
}

# The host with index 0 is the first that came.
first=$(path_devices | sort -n | head -n 1)
host=/sys/class/scsi_host/host${first%%:*}

in_recovery() {
	[ "$(cat "$host/state")" = recovery ]
}

not_in_recovery() {
	! in_recovery
}

# nr_waiting: how many probes are under way
nr_waiting() {
	grep -l -F +scsi_multipath_probe /proc/[0-9]*/comm 2>/dev/null | wc -l
}

# for_long COMMAND...: each time in 10 s
for_long() {
	for_long_end=$(($(date +%s) + 10))
	while [ "$(date +%s)" -lt $for_long_end ]; do
		"$@" || return 1
		sleep 1
	done
}

no_probe_waits() {
	[ "$(nr_waiting)" = 0 ]
}

for parameter in fail_abort fail_reset hold; do
	echo 1 >$parameters/$parameter
done
readers=
i=0
while [ $i -lt 24 ]; do
	dd if=/dev/sda of=/dev/null bs=4k count=1 skip=$i iflag=direct \
		2>/dev/null &
	readers="$readers $!"
	i=$((i + 1))
done
ok "some reads are stuck" within 10 holds_some
ok "the error handler is at work" within 60 in_recovery

ok "a read" timeout 3 dd if=/dev/sda of=/dev/null bs=4k count=64 \
	skip=100 iflag=direct
ok "a write" timeout 3 dd if=/dev/zero of=/dev/sda bs=4k count=64 \
	seek=1000 oflag=direct conv=fsync
ok "partitions are read anew" timeout 3 blockdev --rereadpt /dev/sda
ok "the disk is revalidated" timeout 3 sh -c \
	"echo 1 >/sys/block/sda/device/rescan"
ok "flushed" timeout 3 blockdev --flushbufs /dev/sda
ok "its size" timeout 3 blockdev --getsize64 /dev/sda
ok "an INQUIRY" timeout 3 sg_inq /dev/sda
ok "sysfs of the disk" timeout 3 sh -c \
	"cat $lu/iopolicy /sys/block/sda/device/state /sys/block/sda/stat"
ok "sysfs of the path" timeout 3 sh -c \
	"cat /sys/bus/scsi/devices/$first/path/state"
ok "the lines in /proc" timeout 3 cat /proc/scsi/scsi_path/paths
ok "the error handler is still at work" in_recovery
is "the path is not good" "$(path_state "$first")" 2
# It is probed then. There are so many workers, and other hosts need them.
echo 2 >"/sys/bus/scsi/devices/$first/path/state"
ok "no probe waits for the error handler" for_long no_probe_waits
echo "# $(cat $parameters/held) reads held"

echo 0 >$parameters/hold
echo 0 >$parameters/fail_abort
echo 0 >$parameters/fail_reset
failed=0
for reader in $readers; do
	wait "$reader" || failed=$((failed + 1))
done
is "reads that failed" "$failed" 0
ok "the error handler is done" within 120 not_in_recovery
ok "none is held any more" within 60 holds_none
is "no write was under way twice" "$(cat $parameters/doubled)" 0
ok "every path is good again" within 120 good_after_io 3
finish
