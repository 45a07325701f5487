# SPDX-License-Identifier: GPL-2.0
# A path that neither answers nor fails: after attempt_timeout it is out of use, its
# commands are aborted and done over another path, and nothing waits for its
# host's error handler.
# guest: alone=1 cpus=4 memory=2048 seconds=400
# append: scsi_mod.path_outlier_time=0
. ./lib.sh
plan 28

one_lu 2 max_luns=1 dev_size_mb=128 inq_product=stuck
lu=/sys/block/sda/device/multipath
timeout=$lu/attempt_timeout
is "default" "$(cat $timeout)" 5
fails "not a number" sh -c "echo soon >$timeout"
fails "too long" sh -c "echo 3601 >$timeout"
is "what failed has changed nothing" "$(cat $timeout)" 5
ok "set" sh -c "echo 2 >$timeout"
is "reads back" "$(cat $timeout)" 2

# said TEXT: how often the log has it
said() {
	dmesg | grep -c "$1"
}

# said_more TEXT COUNT: more often than that. A state may last only until the next
# probe, but the log keeps it.
said_more() {
	[ "$(said "$1")" -gt "$2" ]
}

# longest_ms: the longest completion of the last load
longest_ms() {
	sed -n 's/^ *clat (\([a-z]*\)): min=.* max=\([^,]*\),.*/\1 \2/p' /tmp/fio.out |
	awk '{ f = $1 == "nsec" ? 1e-6 : $1 == "usec" ? 1e-3 : $1 == "msec" ? 1 : 1000
		v = $2; if (v ~ /k$/) f *= 1000; sub(/k$/, "", v)
		if (v * f > m) m = v * f } END { printf "%d\n", m }'
}

path=$(first_path)
other=$(path_devices | tail -1)
host=/sys/class/scsi_host/host${path%%:*}

# The abort works: the error handler is not woken. Under a light load, so that what
# takes long is waiting for an answer.
echo rr >$lu/iopolicy
light_start
load_reaches "$path"
inject "$path" "0 -8 28"
inject "$path" "0 -8 2a"
ok "stuck: out of use within attempt_timeout and a second" \
	within 8 said_more "path $path pending (no answer for" 0
ok "stuck: its commands were aborted" within 8 said_more "path $path .*answers again" 0
is "stuck: its host is not in recovery" "$(cat "$host/state")" running
ok "stuck: back by itself" within 20 path_state_is "$path" 1
fio_ok "stuck: no error above, data verified"
ms=$(longest_ms)
echo "# longest completion $ms ms"
ok "stuck: nothing waited for its whole timeout" test "$ms" -lt 10000
uninject "$path" 0 28 2>/dev/null
uninject "$path" 0 2a 2>/dev/null

# The abort fails: only what the LLD still owns waits for the error handler.
fio_start --verify=0 --do_verify=0 --rw=randread
load_reaches "$path"
left=$(said "path $path pending (no answer for")
inject "$path" "3 -1 28"
inject "$path" "0 -1 28"
ok "abort fails: out of use" within 8 said_more "path $path pending (no answer for" "$left"
issued=$(path_issued "$other")
sleep 1
ok "abort fails: the other path carries I/O meanwhile" \
	test "$(path_issued "$other")" -gt "$issued"
ok "abort fails: the disk can be opened and read" \
	timeout 5 dd if=/dev/sda of=/dev/null bs=4k count=1 iflag=direct
ok "abort fails: and its attributes" timeout 5 cat /sys/block/sda/device/state
ok "abort fails: and revalidated" timeout 10 blockdev --rereadpt /dev/sda
ok "abort fails: back by itself" within 40 path_state_is "$path" 1
fio_ok "abort fails: no error above"
uninject "$path" 3 28 2>/dev/null
uninject "$path" 0 28 2>/dev/null

# The only path: it is not given up early, however slow.
paths_write "$other" 3
inject "$path" "0 -1 28"
echo 8 >/sys/block/sda/device/timeout
begin=$(now)
ok "only path: I/O succeeds in the end" \
	dd if=/dev/sda of=/dev/null bs=4k count=1 iflag=direct
took=$(($(now) - begin))
echo "# took $took s"
ok "only path: after the command's own timeout" test $took -ge 7
paths_write "$other" 1
paths_write "$path" 1

# Off: the whole timeout.
echo 0 >$timeout
is "off" "$(cat $timeout)" 0
left=$(said "path $path pending (no answer for")
lost=$(said "path $path failed")
inject "$path" "0 -4 28"
fio_start --verify=0 --do_verify=0 --rw=randread --numjobs=1
sleep 5
is "off: not taken out of use early" "$(said "path $path pending (no answer for")" "$left"
ok "off: out of use after the command's timeout" \
	within 15 said_more "path $path failed" "$lost"
fio_ok "off: no error above"

# Every path: nothing is lost, nothing fails early.
echo 2 >$timeout
ok "all good again" within 40 good_after_io 2
for hctl in $path $other; do
	inject "$hctl" "0 -2 28"
done
ok "all stuck: I/O succeeds in the end" \
	timeout 60 dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct
ok "all stuck: all good again" within 60 good_after_io 2
finish
