# SPDX-License-Identifier: GPL-2.0
# Hundreds of paths whose tests are not answered keep the kernel busy for as long as
# each may take. A logical unit that has nothing to do with them is blocked and let go
# at once all the same.
# guest: cpus=4 memory=2048 seconds=600
. ./lib.sh
plan 9

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
load_debug 1 max_luns=$NR dev_size_mb=8
ok "$NR more" within 240 nr_paths_is $((NR + 2))

host=$(basename /sys/bus/pseudo/devices/adapter*/host*)
for rules in /sys/kernel/debug/scsi_debug/"${host#host}":*/error; do
	echo "0 1000 0" >"$rules"
done
for state in /sys/class/scsi_host/"$host"/device/target*/*/path/state; do
	echo 2 >"$state"
done
in_flight() {
	cat /sys/class/scsi_host/"$host"/device/target*/*/device_busy |
		awk '{ n += $1 } END { print n }'
}
many_are_tested() {
	[ "$(in_flight)" -ge 150 ]
}
ok "as many are tested at once as their host takes" within 60 many_are_tested
echo "# $(in_flight) tests without an answer"
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

for rules in /sys/kernel/debug/scsi_debug/"${host#host}":*/error; do
	echo "- 0 0" >"$rules"
done
rmmod scsi_debug
ok "all others go" within 120 nr_paths_is 2
# What still ends may be seen waiting; what is stuck stays so.
ok "no task is stuck" within 60 sh -c '! ps -o stat,comm | grep "^D"'
finish
