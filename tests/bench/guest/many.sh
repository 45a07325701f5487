# SPDX-License-Identifier: GPL-2.0
# A large system: 1024 logical units with 8 paths each, or as many plain devices. How long
# does the scan take, how much memory do they take, has each logical unit 32 commands under
# way, all at once, and how long does it take until all are done when a host dies under
# them? The hosts take 192 each, for 10 s, so that none is back before all are under way:
# nobody is to wait for the tags of another. And what does it cost the CPU that all others
# wait? As many reads of the plain devices, four of each, say what it has to. many_units=
# on the kernel's command line is for fewer of them. An instruction is a nanosecond: how
# long it takes does not depend on the machine.
# guest: cpus=1 memory=6144
# append: rcupdate.rcu_expedited=1
# qemu: -icount shift=0,sleep=off
without_sg=1
. ./measure.sh

units=$(setting many_units)
units=${units:-1024}
hosts=8
each=32

free_kib() {
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^MemFree:/ { print $2 }' /proc/meminfo
}

all_disks() {
	find /sys/block -name 'sd*' | sed 's|.*/|/dev/|'
}

all_are_there() {
	[ -n "$claimed" ] || {
		nr_disks_is $((units * hosts))
		return
	}
	nr_paths_is $((units * hosts)) && nr_disks_is "$units"
}

all_are_sent() {
	grep -q sent /tmp/in_flight
}

milliseconds() {
	echo $(($(/bin/date +%s%N) / 1000000))
}

row="$units on $hosts hosts"
free_before=$(free_kib)
begin=$(milliseconds)
progress "scan"
load_debug $hosts max_luns="$units" dev_size_mb=8 fake_rw=1
within 1800 all_are_there || bail_out "$(nr_paths) paths, $(all_disks | wc -l) disks"
result many "$row" "$column" $(($(milliseconds) - begin)) "ms of scan"
sleep 10
result many "$row" "$column" $(((free_before - $(free_kib)) / 1024)) MiB

[ -n "$claimed" ] || each=$((each / hosts))
for each_disk in /sys/block/sd*/device; do
	echo 600 >"$each_disk/timeout"
	[ -n "$claimed" ] || continue
	echo rr >"$each_disk/multipath/iopolicy"
	echo 0 >"$each_disk/multipath/attempt_timeout"
done
# shellcheck disable=SC3045 # BusyBox has it
ulimit -n 16384
# In jiffies of a kernel with HZ=250.
echo 2500 >$SDEBUG/delay || bail_out "delay"

# idle: milliseconds that the CPU had nothing to do, ever, or only waited for I/O. When it
# has something to do is only sampled.
idle() {
	awk '$1 == "cpu" { print 10 * ($5 + $6) }' /proc/stat
}

# all_at_once ROW: all reads are under way
all_at_once() {
	progress "$1"
	# shellcheck disable=SC2046 # a list
	in_flight $each $(all_disks) >/tmp/in_flight 2>&1 &
	reader=$!
	within 600 all_are_sent || bail_out "not all are sent: $(cat /tmp/in_flight)"
	back=$(sed -n 's/sent, \(.*\) back/\1/p' /tmp/in_flight)
	result many "$1" "$column" $(($(all_disks | wc -l) * each - ${back:-0})) \
		"reads under way at once"
	sent=$(milliseconds)
	idle_before=$(idle)
}

# all_are_done ROW: and now they are done
all_are_done() {
	wait $reader || bail_out "$(cat /tmp/in_flight)"
	ended=$(milliseconds)
	result many "$1" "$column" $((ended - begin)) "ms until all are done"
	result many "$1" "$column" $((ended - sent - ($(idle) - idle_before))) \
		"ms of CPU meanwhile"
	result many "$1" "$column" "$(sed -n 's/good //p' /tmp/in_flight)" "reads done"
}

begin=$(milliseconds)
all_at_once "$row, all read"
all_are_done "$row, all read"
[ -n "$claimed" ] || finish
begin=$(milliseconds)
all_at_once "$row, all read, a host dies"
lost=$(milliseconds)
echo -1 >$SDEBUG/add_host
result many "$row, all read, a host dies" LUs $(($(milliseconds) - lost)) "ms of removal"
all_are_done "$row, all read, a host dies"
nr_paths_is $((units * (hosts - 1))) || bail_out "$(nr_paths) paths"
finish
