# SPDX-License-Identifier: GPL-2.0
# Hundreds of paths whose tests are not answered, each for as long as it may take. Of one
# host some are tested at a time, so that workers are left for others. A logical unit that
# has nothing to do with them is blocked and let go at once all the same.
# guest: cpus=4 memory=2048 seconds=600
. ./lib.sh
plan 12

NR=270

late_state_is() {
	[ "$(cat "/sys/block/$late/device/state")" = "$1" ]
}

late_paths() {
	for each in $(path_devices "$late"); do
		echo "$1" >"/sys/bus/scsi/devices/$each/path/state"
	done
}

modprobe scsi_late hosts=2 || bail_out "scsi_late"
within 30 disk_is_there sda || bail_out "no sda"
within 30 nr_paths_is 2 || bail_out "not 2 paths"
late=sda
echo 0 >/sys/module/scsi_mod/parameters/no_path_timeout
load_debug 2 max_luns=$NR dev_size_mb=8
ok "twice $NR more" within 240 nr_paths_is $((2 * NR + 2))

of_each() {
	for rules in /sys/kernel/debug/scsi_debug/*:*/error; do
		echo "$1" >"$rules"
	done
}
of_each "0 1000 0"
for state in /sys/bus/pseudo/devices/adapter*/host*/target*/*/path/state; do
	echo 2 >"$state"
done
in_flight() {
	cat /sys/bus/pseudo/devices/adapter*/host*/target*/*/device_busy |
		awk '{ n += $1 } END { print n }'
}
some_are_tested() {
	[ "$(in_flight)" -ge 64 ]
}
few_are_tested() {
	[ "$(in_flight)" -le 80 ]
}
ok "some are tested at once" within 60 some_are_tested
ok "and no more" stays 4 few_are_tested
echo "# $(in_flight) tests without an answer"
tested=$(path_devices $late | head -1)
echo rr >/sys/block/$late/device/multipath/iopolicy
echo 2 >"/sys/bus/scsi/devices/$tested/path/state"
is_good_after_reads() {
	dd if=/dev/$late of=/dev/null bs=4k count=16 iflag=direct && path_state_is "$tested" 1
}
ok "a path of another host is tested meanwhile" within 5 is_good_after_reads
late_paths 3
ok "another one is blocked at once" within 5 late_state_is blocked
dd if=/dev/$late of=/dev/null bs=4k count=1 iflag=direct 2>/dev/null &
reader=$!
late_paths 1
ok "and let go at once" within 5 late_state_is running
ok "its read is done" wait $reader
echo 1 >/sys/block/$late/device/multipath/no_path_timeout
late_paths 3
ok "and fails in time" within 6 late_state_is transport-offline
late_paths 1
ok "it is there again" within 10 dd if=/dev/$late of=/dev/null bs=4k count=1 \
	iflag=direct

of_each "- 0 0"
# What is under way has its time to the end.
all_answer() {
	[ "$(dmesg | grep -c ' probation (answers again)')" -ge $((2 * NR)) ]
}
ok "all others come back" within 90 all_answer
rmmod scsi_debug
ok "all others go" within 120 nr_paths_is 2
# What still ends may be seen waiting; what is stuck stays so.
ok "no task is stuck" within 60 sh -c '! ps -o stat,comm | grep "^D"'
finish
