# SPDX-License-Identifier: GPL-2.0
# The queue of a logical unit is like that of a plain disk on the same host: as many
# hardware queues, the same I/O scheduler by default, and requests are merged, moved
# to another path and waited with on each of them.
# guest: cpus=4 memory=2048 seconds=400
# append: kmemleak=on
. ./lib.sh
plan 44

# queue_of DISK: hardware queues and schedulers
queue_of() {
	echo "$(nr_hw_queues "$1")" \
		"$(cat "/sys/block/$1/queue/scheduler")"
}

nothing_left() {
	nr_paths_is 0 && nr_disks_is 0
}

unload() {
	[ ! -e /sys/block/sda/device/multipath ] ||
		echo 0 >/sys/block/sda/device/multipath/no_path_timeout
	rmmod scsi_debug
	within 30 nothing_left || bail_out "something is left"
}

# compare TEXT OPTION...: the same host, with and without
compare() {
	text=$1
	shift
	plain_disk "$@"
	plain=$(queue_of sda)
	unload
	one_lu 2 max_luns=1 "$@"
	echo "# $text: $plain"
	is "$text: as a plain disk" "$(queue_of sda)" "$plain"
}

compare "one queue"
unload
compare "one queue for all CPUs, a small host" max_queue=8
unload
compare "four queues with tags in common" submit_queues=4 host_max_queue=64
unload
compare "four queues" submit_queues=4
is "and no scheduler" "$(cat /sys/block/sda/queue/scheduler | grep -o '\[.*\]')" "[none]"

# Each of the CPUs has one of them, and the path's to go with it.
for cpu in 0 1 2 3; do
	ok "CPU $cpu reads" taskset -c $cpu timeout 20 dd if=/dev/sda of=/dev/null \
		bs=4k count=64 iflag=direct
done

all_paths() {
	for each in $(path_devices); do
		paths_write "$each" "$1"
	done
}

# load NAME: what becomes of a load on all queues
load() {
	fio_start --ioengine=libaio
	# shellcheck disable=SC2046 # a list
	load_reaches $(first_path)
	for each in $(path_devices); do
		paths_write "$each" 3
		sleep 1
		paths_write "$each" 1
		within 20 good_after_io 2
	done
	ok "$1: the load goes on" fio_is_running
	all_paths 3
	ok "$1: no path left" within 10 lu_state_is blocked
	sleep 1
	ok "$1: it waits" fio_is_running
	all_paths 1
	ok "$1: a path is back" within 10 lu_state_is running
	echo -1 >$SDEBUG/add_host
	within 20 nr_paths_is 1
	echo 1 >$SDEBUG/add_host
	within 20 nr_paths_is 2
	fio_ok "$1: no error above, data verified"
}

# What one CPU has sent waits for a path: the CPU can go, and the rest be done by others.
echo -1 >/sys/block/sda/device/multipath/no_path_timeout
all_paths 3
within 10 lu_state_is blocked
taskset -c 3 dd if=/dev/sda of=/dev/null bs=4k count=1 iflag=direct 2>/dev/null &
reader=$!
one_waits() {
	[ "$(cat /sys/block/sda/device/multipath/queued)" = 1 ]
}
within 10 one_waits || bail_out "no read waits"
ok "a CPU can go whose requests wait" timeout 20 sh -c \
	"echo 0 >/sys/devices/system/cpu/cpu3/online"
ok "the read still waits" one_waits
all_paths 1
ok "others carry it out" wait $reader
echo 1 >/sys/devices/system/cpu/cpu3/online
ok "the CPU reads again" taskset -c 3 timeout 20 dd if=/dev/sda of=/dev/null bs=4k \
	count=64 iflag=direct

load "none"
echo mq-deadline >/sys/block/sda/queue/scheduler
load "mq-deadline"

# A path that takes few: who finds no room is woken by whoever makes some.
for each in $(path_devices); do
	echo 1 >"/sys/bus/scsi/devices/$each/queue_depth"
done
is "the depth of the disk is what its paths have together" \
	"$(cat /sys/block/sda/device/queue_depth)" "$(nr_paths)"
echo none >/sys/block/sda/queue/scheduler
# reads DISK: how many four jobs do in a second
reads() {
	fio --name=room --filename="/dev/$1" --direct=1 --ioengine=libaio \
		--rw=randread --bs=4k --iodepth=8 --numjobs=4 --time_based \
		--runtime=4 --eta=never --group_reporting --minimal |
		cut -d ';' -f 8
}
lu_iops=$(reads sda)
unload
plain_disk submit_queues=4
echo 1 >/sys/block/sda/device/queue_depth
plain_iops=$(reads sda)
echo "# a depth of 1: $lu_iops a second, plain $plain_iops"
ok "with a depth of 1 as many are done as on a plain disk, nearly" \
	test "$((lu_iops * 2))" -ge "$plain_iops"
unload

# What the administrator allows holds: nobody raises it, and one more path keeps to it.
one_lu 1 max_luns=1
echo 4 >/sys/block/sda/device/queue_depth
echo 100 >/sys/block/sda/device/queue_ramp_up_period
reads sda >/dev/null
depth_of_paths() {
	for each in $(path_devices); do
		cat "/sys/bus/scsi/devices/$each/queue_depth"
	done | xargs
}
may_have() {
	echo "$1" >/sys/block/sda/device/queue_depth
}
is "a depth of 4 is not raised again" "$(depth_of_paths)" 4
most=$(cat "/sys/class/scsi_host/host$(first_path | cut -d : -f 1)/can_queue")
fails "more than its host takes is refused, as of a plain disk" may_have $((most + 1))
is "and nothing has changed" "$(cat /sys/block/sda/device/queue_depth)" 4
echo 1 >$SDEBUG/add_host
ok "one more path" within 20 nr_paths_is 2
is "each can have all of it" "$(depth_of_paths)" "4 4"
is "and it is that of the disk" "$(cat /sys/block/sda/device/queue_depth)" 4
echo -1 >$SDEBUG/add_host
ok "one path less" within 20 nr_paths_is 1
is "it has all of it" "$(depth_of_paths)" 4
is "and so has the disk" "$(cat /sys/block/sda/device/queue_depth)" 4
unload

# Nor is less done than on a plain disk.
plain_disk submit_queues=4 delay=1
may_have 2
plain_iops=$(reads sda)
unload
one_lu 2 max_luns=1 submit_queues=4 delay=1
echo round-robin >/sys/block/sda/device/multipath/iopolicy
may_have 2
lu_iops=$(reads sda)
echo "# a depth of 2: $lu_iops a second, plain $plain_iops"
ok "with a depth of 2 as many are done over two paths as on a plain disk, nearly" \
	test "$((lu_iops * 2))" -ge "$plain_iops"
unload

# under_way DISK: the most commands of a load that are seen at a time
under_way() {
	fio --name=room --filename="/dev/$1" --direct=1 --ioengine=libaio \
		--rw=randread --bs=4k --iodepth=8 --numjobs=4 --time_based \
		--runtime=6 --eta=never --minimal >/dev/null &
	for _ in $(seq 60); do
		cat "/sys/block/$1/device/device_busy"
		sleep 0.1
	done | sort -n | tail -1
	wait $!
}

# However many paths carry it, so many are under way: all of them on one, if that is what
# the policy wants. A few more for a moment, if all CPUs send at once.
plain_disk submit_queues=4 delay=5
may_have 8
is "a plain disk has 8 under way" "$(under_way sda)" 8
unload
one_lu 2 max_luns=1 submit_queues=4 delay=5
for policy in last-path-used round-robin; do
	echo $policy >/sys/block/sda/device/multipath/iopolicy
	may_have 8
	is "$policy: 8 are allowed" "$(cat /sys/block/sda/device/queue_depth)" 8
	most=$(under_way sda)
	echo "# $policy: $most of 8"
	ok "$policy: 8 are under way" test "$most" -ge 8
	ok "$policy: and not many more" test "$most" -lt 12
done
unload
ok "no task is stuck" sh -c '! ps -o stat,comm | grep "^D"'
ok "no leak" no_leaks
finish
