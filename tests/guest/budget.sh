# SPDX-License-Identifier: GPL-2.0
# The watch is bounded: however many paths are idle, and however short the period, it
# sends no more than so many commands in a second, and all have their turn.
# guest: clock=virtual cpus=4 memory=2048 seconds=600
# append: scsi_mod.path_watch=0
. ./lib.sh
plan 5

PERIOD=/sys/module/scsi_mod/parameters/path_watch
MOST=200	# commands a second
NR=400		# paths
load_debug 4 max_luns=$((NR / 4)) dev_size_mb=8
within 200 nr_paths_is $NR || bail_out "not $NR paths"
within 60 nr_disks_is $((NR / 4)) || bail_out "not all disks"
# udev is not here; what sd has to ask is asked.
sleep 5

echo 4096 >$TRACE/buffer_size_kb
echo >$TRACE/trace
echo 1 >$TRACE/events/scsi/scsi_dispatch_cmd_start/enable
echo 1 >$PERIOD
sleep 12
echo 0 >$PERIOD
echo 0 >$TRACE/events/scsi/scsi_dispatch_cmd_start/enable
grep -v '^#' $TRACE/trace | sed 's/.* \([0-9]*\)\.[0-9]*: scsi_dispatch_cmd_start: host_no=\([0-9]*\) channel=0 id=0 lun=\([0-9]*\) .*cmnd=(\([A-Z_]*\) .*/\1 \2:\3 \4/' >/tmp/sent
is "all is understood" "$(grep -vcE '^[0-9]+ [0-9]+:[0-9]+ [A-Z_]+$' /tmp/sent)" 0
is "nothing but tests and identities" \
	"$(grep -vcE ' (TEST_UNIT_READY|INQUIRY)$' /tmp/sent)" 0
# A second of the worker is not one of the trace.
busiest=$(cut -d ' ' -f 1 /tmp/sent | uniq -c | sort -n | tail -1 | awk '{ print $1 }')
ok "in the busiest second, $busiest" test "$busiest" -le $((2 * MOST))
ok "in 12 seconds, $(wc -l </tmp/sent)" test "$(wc -l </tmp/sent)" -le $((13 * MOST))
is "each path has its turn" "$(cut -d ' ' -f 2 /tmp/sent | sort -u | wc -l)" $NR
finish
