# SPDX-License-Identifier: GPL-2.0
# Remote ports that are blocked: Fibre Channel in software, FCoE between veth
# ends, with a real target behind. A path is out of use when its port is
# blocked and comes back with it; the port's removal and return are followed.
# guest: cpus=4 memory=2048 seconds=300
. ./lib.sh
. ./lib_transport.sh
. ./lib_fcoe.sh
plan 21

fcoe_start

report 0 "two paths over Fibre Channel"
ok "one disk" within 20 disk_is_there sda
is "one disk only" "$(find /sys/block -name 'sd*' | wc -l)" 1
echo rr >/sys/block/sda/device/multipath/iopolicy

# fast_io_fail_of PATH
fast_io_fail_of() {
	rport=$(basename "$(readlink -f "/sys/bus/scsi/devices/$1/../..")")
	cat "/sys/class/fc_remote_ports/$rport/fast_io_fail_tmo"
}

is "what is in flight to a lost port is not held for dev_loss_tmo" \
	"$(for each in $(path_devices); do fast_io_fail_of "$each"; done | uniq -c | tr -s ' ')" " 2 5"
for rport in /sys/class/fc_remote_ports/*; do
	echo 60 >"$rport/dev_loss_tmo"
	echo 8 >"$rport/fast_io_fail_tmo"
done

# Takes the link of pair 0 down while none of its commands is under way: the
# target of this kernel spins on those that it cannot answer.
link_down() {
	kill -STOP $(pidof fio)
	within 20 sh -c "[ \$(cat /sys/bus/scsi/devices/$path/path/in_flight) = 0 ]"
	/bin/ip link set t0 down
	within 20 not_running "$path"
	kill -CONT $(pidof fio)
}

not_running() {
	[ ! -e "/sys/bus/scsi/devices/$1" ] || ! sdev_state_is "$1" running
}

path=$(path_of_pair 0)
# Not more than Fibre Channel in software carries with time to spare: libfc has
# little patience with frames that are late.
fio_start --size=24% --bsrange=4k-64k --iodepth=2
load_reaches "$path"

link_down
ok "blocked" within 20 sdev_state_is "$path" blocked
is "blocked: failing" "$(path_state "$path")" 2
other=$(path_of_pair 1)
ok "blocked: the other path carries the load" within 20 \
	issued_more_than "$other" "$(path_issued "$other")"
ok "fast_io_fail: offline" within 30 sdev_state_is "$path" transport-offline
is "fast_io_fail: dead" "$(path_state "$path")" 3
/bin/ip link set t0 up
ok "back: running" within 60 sdev_state_is "$path" running
ok "back: good" within 60 path_state_is "$path" 1
ok "load goes on" fio_is_running

for rport in /sys/class/fc_remote_ports/*; do
	echo 4 >"$rport/fast_io_fail_tmo"
	echo 6 >"$rport/dev_loss_tmo"
done
link_down
ok "dev_loss: one path less" within 60 nr_paths_is 1
/bin/ip link set t0 up
ok "dev_loss: found again" within 90 nr_paths_is 2
ok "load still goes on" fio_is_running
fio_ok "no error above, data verified"

# Ports that the transport has removed, all of them: nothing is worth a wait.
echo 300 >/sys/block/sda/device/multipath/no_path_timeout
paths=$(path_devices)
for end in t0 t1; do
	/bin/ip link set $end down
done
none_runs() {
	for each in $paths; do
		not_running "$each" || return 1
	done
}
ok "both ports are lost" within 20 none_runs
begin=$(now)
fails "a read waits for them, and fails" \
	dd if=/dev/sda of=/dev/null bs=4k count=1 iflag=direct
took=$(($(now) - begin))
ok "when they are removed, not after no_path_timeout: $took s" test $took -lt 60
ok "so is the disk" within 30 nr_disks_is 0
for end in t0 t1; do
	/bin/ip link set $end up
done
ok "and it comes back" within 90 disk_is_there sda
finish
