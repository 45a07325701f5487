# SPDX-License-Identifier: GPL-2.0
# A path that carries nothing, and answers for minutes that it is busy, while the other
# one does its work: it is found out, and back when it is not. A reservation conflict is
# the answer of a path that works, and what both say is no fault of one.
# guest: clock=virtual cpus=2 seconds=600
# append: scsi_mod.path_watch=4 scsi_mod.path_outlier_time=0
. ./lib.sh
plan 14

# Not a line for each repetition.
echo 5 >/proc/sys/kernel/printk
one_lu 2 max_luns=1 dev_size_mb=8
dd if=/dev/sda of=/dev/null bs=4k count=16 iflag=direct 2>/dev/null
idle=$(path_devices | while read -r each; do
	echo "$(path_issued "$each") $each"
done | sort -n | sed -n '1s/.* //p')
other=$(path_devices | grep -vx "$idle")
echo "# $idle is idle, $other is not"
listen /tmp/uevents "^SCSI_PATH(_EVENT)?="
echo 1 >$TRACE/events/scsi/scsi_dispatch_cmd_start/enable

events_are() {
	[ "$(grep -c "SCSI_PATH=$1 SCSI_PATH_EVENT=$2" /tmp/uevents)" = "$3" ]
}

# is_asked PATH COUNT
is_asked() {
	[ "$(grep "host_no=${1%%:*} " $TRACE/trace | grep -c TEST_UNIT_READY)" -ge "$2" ]
}

# answers STATUS PATH...: to whatever they are asked
answers() {
	with=$1
	shift
	for each; do
		inject "$each" "2 -100000 ff 0 0 $with 0 0 0"
	done
	echo >$TRACE/trace
}

# Each question is repeated for 10 s, and it is asked whether it is ready, to read, and
# both again.
nr=0
for what in 8 28; do
	nr=$((nr + 1))
	answers $what "$idle"
	ok "status ${what}h: it is out of use" within 120 path_state_is "$idle" 3
	ok "status ${what}h: said so" within 10 events_are "$idle" failed $nr
	ok "status ${what}h: it stays so" stays 20 path_state_is "$idle" 3
	is "status ${what}h: the other is not" "$(path_state "$other")" 1
	uninject "$idle" 2 ff
	ok "status ${what}h: it is back" within 120 events_are "$idle" reinstated $nr
	paths_write "$idle" 1
done

answers 18 "$idle"
ok "reservation conflict: it is tested" within 120 is_asked "$idle" 10
is "reservation conflict: both are good" "$(nr_good)" 2
uninject "$idle" 2 ff

answers 8 "$idle" "$other"
within 60 is_asked "$other" 300
ok "both are busy: both are good" stays 20 nr_good_is 2
uninject "$idle" 2 ff
uninject "$other" 2 ff
is "nobody else was said to have failed" "$(grep -c SCSI_PATH_EVENT=failed /tmp/uevents)" 2
finish
