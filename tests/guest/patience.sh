# SPDX-License-Identifier: GPL-2.0
# A disk that needs long for each read, over all paths alike, is slow, not lost. And
# commands that a low-level driver wants aborted are aborted.
# guest: clock=virtual cpus=4 memory=1536 seconds=300
. ./lib.sh
plan 13

latency=/sys/module/scsi_late/parameters/latency_us

read_at() {
	dd if=/dev/sda of=/dev/null bs=4k count=1 skip="$1" iflag=direct
}

modprobe scsi_late hosts=3 || bail_out "scsi_late"
within 30 nr_paths_is 3 || bail_out "not 3 paths"
within 30 disk_is_there sda
lu=/sys/block/sda/device
echo 8000000,8000000,8000000 >$latency
start=$(now)
ok "8 s for each read, three paths: no error" timeout 120 dd if=/dev/sda \
	of=/dev/null bs=4k count=1 iflag=direct
took=$(($(now) - start))
ok "once by each of two paths, no more ($took s)" test $took -le $((30 * slower))
ok "at least as long as it takes" test $took -ge 8
start=$(now)
ok "the next one: no error" timeout 120 dd if=/dev/sda of=/dev/null bs=4k \
	count=1 skip=9 iflag=direct
took=$(($(now) - start))
ok "and by one path alone ($took s)" test $took -le $((15 * slower))
echo 0,0,0 >$latency
echo rr >$lu/multipath/iopolicy
ok "fast again: all paths good" within 60 good_after_io 3

# One path that is slow, of three: it is left.
modprobe -r scsi_late
within 60 sh -c "! test -e /sys/block/sda" || bail_out "sda stays"
modprobe scsi_late hosts=3
within 30 nr_paths_is 3 || bail_out "not 3 paths again"
within 30 disk_is_there sda
carrier=
for hctl in $(path_devices); do
	before=$(path_issued "$hctl")
	read_at 1 2>/dev/null
	[ "$(path_issued "$hctl")" = "$before" ] || carrier=$hctl
done
index=0
for host in $(grep -l '^late$' /sys/class/scsi_host/host*/proc_name |
	sed 's/.*host\([0-9]*\).*/\1/' | sort -n); do
	[ "$host" != "${carrier%%:*}" ] || slow=$index
	index=$((index + 1))
done
values=
for each in 0 1 2; do
	[ $each = "${slow:-0}" ] && value=20000000 || value=0
	values=$values${values:+,}$value
done
echo $values >$latency
start=$(now)
ok "one slow path of three: no error" read_at 2
took=$(($(now) - start))
ok "another one has answered ($took s)" test $took -le $((15 * slower))
start=$(now)
ok "the next read" read_at 3
took=$(($(now) - start))
ok "is fast ($took s)" test $took -le $((3 * slower))
echo 0,0,0 >$latency

# scsi_debug has every 4th command aborted as soon as it is sent.
modprobe -r scsi_late
within 60 sh -c "! test -e /sys/block/sda" || bail_out "sda stays"
one_lu 1 max_luns=1 dev_size_mb=32
echo 4 >$SDEBUG/every_nth
echo 0x10000 >$SDEBUG/opts
start=$(now)
ok "aborts that a driver asks for: no error" timeout 200 dd if=/dev/sda \
	of=/dev/null bs=4k count=12 iflag=direct
took=$(($(now) - start))
echo 0 >$SDEBUG/opts
ok "they happen at once ($took s)" test $took -le $((25 * slower))
ok "and the path is good" within 30 good_after_io 1
finish
