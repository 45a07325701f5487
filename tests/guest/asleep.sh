# SPDX-License-Identifier: GPL-2.0
# The system sleeps while a device that has been removed is looked for at its address:
# nothing is scanned on a host that sleeps, and it is found when that is awake. A path is
# stopped by its disk, at last, and not by itself.
# guest: clock=virtual cpus=4 memory=2048
. ./lib.sh
plan 10

parameters=/sys/module/scsi_late/parameters
modprobe scsi_late hosts=2 || bail_out "scsi_late"
within 30 nr_paths_is 2 || bail_out "not 2 paths"
echo rr >/sys/block/sda/device/multipath/iopolicy
# More than what is between two looks at the address
echo 10 >/sys/module/suspend/parameters/pm_test_delay
echo devices >/sys/power/pm_test

read_some() {
	dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct 2>/dev/null
}

# scans: what was sent for that to the host of the path while tasks were frozen. The other
# path is asked for its identity as soon as its own host is awake.
scans() {
	awk -v host="host_no=$gone " '/freeze_processes.* end/ { asleep = 1 }
		/thaw_processes.* begin/ { asleep = 0 }
		asleep && index($0, host) && /cmnd=\(INQUIRY/' $TRACE/trace
}

was_asleep() {
	grep -q 'freeze_processes.* end' $TRACE/trace &&
		grep -q 'thaw_processes.* begin' $TRACE/trace
}

# is_suspended DEVICE: by the system
is_suspended() {
	grep "device_pm_callback_start: .* $1, parent: target.*\[suspend\]" $TRACE/trace
}

no_scans() {
	[ -z "$(scans)" ]
}

paths=$(path_devices)
# Its target has no such logical unit any more.
echo 1 >$parameters/unmapped
read_some
ok "a path is removed" within 120 nr_paths_is 1
left=$(path_devices)
gone=$(echo "$paths" | grep -vx "$left" | cut -d : -f 1)
ok "its address was looked at" within 20 sh -c "dmesg | grep -q 'scsi $gone:0:0:0: .* PQ: 1'"
echo >$TRACE/trace
echo 1 >$TRACE/events/scsi/scsi_dispatch_cmd_start/enable
echo 1 >$TRACE/events/power/suspend_resume/enable
echo 1 >$TRACE/events/power/device_pm_callback_start/enable
ok "asleep and awake" sh -c 'echo freeze >/sys/power/state'
echo 0 >$TRACE/events/scsi/scsi_dispatch_cmd_start/enable
ok "it was asleep" was_asleep
ok "so was the disk" is_suspended "$(basename "$(readlink -f /sys/block/sda/device)")"
fails "its path was not by itself" is_suspended "$left"
ok "meanwhile nothing was looked for" no_scans
fails "and no device was added" sh -c "dmesg | grep 'should not be sleeping'"
echo 0 >$parameters/unmapped
ok "it is found when it is there" within 60 nr_paths_is 2
ok "the disk is fine" read_some
finish
