# SPDX-License-Identifier: GPL-2.0
# Three hundred idle paths answer nothing, each for as long as it is waited for. The watch
# waits for no more than its budget of them at a time, so that probes that I/O waits for
# have workers, and those whose turn did not come have it later. Those that have failed
# are not probed here, which would count as well.
# guest: clock=virtual cpus=2 seconds=400
# append: scsi_mod.path_watch=0 scsi_mod.path_probe=0
. ./lib.sh
plan 4

hosts=10
units=30
budget=200
# Not a line for each of them.
echo 5 >/proc/sys/kernel/printk
load_debug $hosts max_luns=$units dev_size_mb=8
within 120 nr_paths_is $((hosts * units)) || bail_out "not all paths"
within 60 nr_disks_is $units || bail_out "not all disks"

cd /sys/bus/scsi/devices || exit
for each in [0-9]*:*; do
	[ ! -e "$each/path" ] || inject "$each" "0 1 0"
done

# nr_waited_for: commands without an answer
nr_waited_for() {
	cat /sys/class/scsi_host/host*/host_busy | awk '{ n += $1 } END { print n }'
}

# nr_asked: paths that have been tested
nr_asked() {
	grep TEST_UNIT_READY $TRACE/trace | sed 's/.*\(host_no=.*\) data_sgl.*/\1/' |
		cut -d ' ' -f 1-4 | sort -u | wc -l
}

nr_asked_is() {
	[ "$(nr_asked)" = "$1" ]
}

is "nothing is asked before" "$(nr_waited_for)" 0
echo >$TRACE/trace
echo 1 >$TRACE/events/scsi/scsi_dispatch_cmd_start/enable
echo 4 >/sys/module/scsi_mod/parameters/path_watch
most=0
for second in $(seq 20); do
	sleep 1
	nr=$(nr_waited_for)
	echo "# after $second s: $nr"
	[ "$nr" -le $most ] || most=$nr
done
ok "many are waited for" test "$most" -gt $((budget / 2))
ok "and no more than may be, at a time" test "$most" -le $budget
ok "the others have their turn" within 120 nr_asked_is $((hosts * units))
finish
