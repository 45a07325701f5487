# SPDX-License-Identifier: GPL-2.0
# A large system: 1024 logical units with 8 paths each. How long does the scan take, how
# much memory do they take, and does each have 32 commands under way, all at once? The
# hosts take 192 each, for 3 s: nobody is to wait for the tags of another.
# guest: cpus=2 memory=4096
# append: rcupdate.rcu_expedited=1
# qemu: -accel tcg
without_sg=1
. ./measure.sh

units=1024 hosts=8
each=32

free_kib() {
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^MemFree:/ { print $2 }' /proc/meminfo
}

all_disks() {
	find /sys/block -name 'sd*' | sed 's|.*/|/dev/|'
}

# How many disks have so many commands under way.
nr_full() {
	for disk_in_flight in /sys/block/sd*/inflight; do
		awk '{ print $1 + $2 }' "$disk_in_flight"
	done | grep -c "^$each$"
}

all_are_sent() {
	grep -q sent /tmp/in_flight
}

row="$units on $hosts hosts"
free_before=$(free_kib)
begin=$(date +%s%N)
progress "scan"
load_debug $hosts max_luns=$units dev_size_mb=8 fake_rw=1
within 1200 nr_paths_is $((units * hosts)) || bail_out "paths: $(nr_paths)"
within 600 nr_disks_is $units || bail_out "disks"
result many "$row" LUs $((($(date +%s%N) - begin) / 1000000)) "ms of scan"
sleep 10
result many "$row" LUs $(((free_before - $(free_kib)) / 1024)) MiB

progress "all at once"
for each_policy in /sys/block/sd*/device/multipath/policy; do
	echo rr >"$each_policy"
done
ulimit -n 4096
# In jiffies of a kernel with HZ=250.
echo 750 >$SDEBUG/delay || bail_out "delay"
# shellcheck disable=SC2046 # a list
in_flight $each $(all_disks) >/tmp/in_flight 2>&1 &
reader=$!
within 600 all_are_sent || bail_out "not all are sent: $(cat /tmp/in_flight)"
result many "$row" LUs "$(nr_full)" "have their $each"
wait $reader || bail_out "$(cat /tmp/in_flight)"
result many "$row" LUs "$(sed -n 's/good //p' /tmp/in_flight)" "reads done"
finish
