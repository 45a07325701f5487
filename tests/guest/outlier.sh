# SPDX-License-Identifier: GPL-2.0
# A path that does not fail, but is much slower than its siblings for long, is used only
# if no other is left. What merely varies is not.
# guest: cpus=2 seconds=300
. ./lib.sh
plan 13

PARAMS=/sys/module/scsi_mod/parameters
LATE=/sys/module/scsi_late/parameters
modprobe scsi_late hosts=4 || bail_out "scsi_late"
within 30 nr_paths_is 4 || bail_out "not four paths"
within 30 disk_is_there sda
listen /tmp/uevents "^SCSI_PATH(_EVENT)?="
slow=$(path_devices | tail -1)
others=$(path_devices | head -3)
ATTR=/sys/bus/scsi/devices/$slow/path/marginal
LU=/sys/block/sda/device/multipath

marginal_is() {
	[ "$(cat "$ATTR")" = "$1" ]
}

# latencies: of all paths, in microseconds, in the last window
latencies() {
	for each in $(path_devices); do
		cat "/sys/bus/scsi/devices/$each/path/latency_us"
	done | tr '\n' ' '
}

told() {
	[ "$(grep -c "SCSI_PATH=$slow SCSI_PATH_EVENT=$1" /tmp/uevents)" = "$2" ]
}

echo rr >$LU/iopolicy
echo 6 >$PARAMS/path_outlier_time
echo 600 >$PARAMS/path_marginal_time
echo 2000,2000,2000,2000 >$LATE/latency_us
fio_start --size=8m --bsrange=4k-4k --iodepth=4 --numjobs=2
load_reaches $(path_devices)
for window in 1 2 3 4 5 6; do
	sleep 2
	echo "# alike: $(latencies)"
done
is "alike: none is marginal" "$(cat /sys/bus/scsi/devices/*/path/marginal | sort -u)" no

echo 2000,2000,2000,60000 >$LATE/latency_us
ok "slow: found out" within 60 marginal_is "yes outlier"
echo "# slow: $(latencies)"
ok "slow: told" within 10 told marginal 1
is "slow: it is good" "$(path_state "$slow")" 1
before=$(path_issued "$slow")
sleep 2
ok "slow: it carries nothing" test $(($(path_issued "$slow") - before)) -le 8

# Where it is switched off
echo 0 >$LU/demote_outliers
is "switched off: used" "$(cat "$ATTR")" no
sleep 8
is "switched off: stays so" "$(cat "$ATTR")" no
echo 1 >$LU/demote_outliers
ok "switched on: found out" within 60 marginal_is "yes outlier"

# The last one stays.
for each in $others; do
	paths_write "$each" 3
done
before=$(path_issued "$slow")
ok "the last path is used" within 20 issued_more_than "$slow" $((before + 20))
for each in $others; do
	paths_write "$each" 1
done

# It comes back.
echo 2000,2000,2000,2000 >$LATE/latency_us
echo 0 >$LU/demote_outliers
echo 1 >$LU/demote_outliers
is "tried again: used" "$(cat "$ATTR")" no
sleep 8
is "and no outlier any more" "$(cat "$ATTR")" no
load_ends "in the end"
finish
