# SPDX-License-Identifier: GPL-2.0
# More logical units than their hosts have tags for: who finds no room waits for a tag,
# as plain devices do. The CPU has nothing to do meanwhile, a tag that is free is in use
# at once, and each logical unit gets its turn. Also when a host dies under them, and when a
# path leaves that is waited for.
# guest: clock=virtual cpus=1 memory=1024 seconds=600
. ./lib.sh
plan 15

units=48
tags=8

# idle: milliseconds that the CPU had nothing to do, ever, or only waited for I/O. When it
# has something to do is only sampled.
idle() {
	awk '$1 == "cpu" { print 10 * ($5 + $6) }' /proc/stat
}

milliseconds() {
	awk '{ print int($1 * 1000) }' /proc/uptime
}

all_disks() {
	find /sys/block -name 'sd*' | sed 's|.*/|/dev/|'
}

are_sent() {
	grep -q sent /tmp/in_flight
}

# read_all NUMBER POLICY: NUMBER of each, which take 5 s each, all under way at once
read_all() {
	for each_policy in /sys/block/sd*/device/multipath/iopolicy; do
		echo "$2" >"$each_policy"
	done
	# shellcheck disable=SC2046 # a list
	in_flight "$1" $(all_disks) >/tmp/in_flight 2>&1 &
	reader=$!
	within 60 are_sent || bail_out "not sent: $(cat /tmp/in_flight)"
	began=$(milliseconds)
	idle_before=$(idle)
}

# all_are_read TEXT NUMBER SECONDS SHARE: within so many, as the hosts have tags for, with
# this share of a CPU
all_are_read() {
	wait $reader
	took=$(($(milliseconds) - began))
	busy=$((took - ($(idle) - idle_before)))
	echo "# $1: $took ms, $busy ms of CPU"
	is "$1: all are read" "$(sed -n 's/good //p' /tmp/in_flight)" $(($2 * units))
	ok "$1: no tag was left unused for long" test $took -le $(($3 * 1150))
	ok "$1: the CPU was idle" test $busy -le $((took * slower / $4))
}

# Its commands would take tags as well.
echo 0 >/sys/module/scsi_mod/parameters/path_watch
load_debug 2 max_luns=$units dev_size_mb=8 fake_rw=1 host_max_queue=$tags
within 120 nr_paths_is $((2 * units)) || bail_out "paths"
within 60 nr_disks_is $units || bail_out "disks"
for each_disk in /sys/block/sd*/device; do
	echo 0 >"$each_disk/multipath/attempt_timeout"
	echo 600 >"$each_disk/timeout"
done

# commands_take JIFFIES: those of a scan as well. There are 250 in a second.
commands_take() {
	echo "$1" >$SDEBUG/delay || bail_out "delay"
}
commands_take 1250

# 48 x 4 by 16 tags, and by the 8 of one host where each keeps to the same path.
read_all 4 round-robin
all_are_read "two hosts" 4 60 6
read_all 2 last-path
all_are_read "last path" 2 60 6

# A host dies, and with it half of the tags and of what is waited for.
read_all 4 round-robin
echo -1 >$SDEBUG/add_host
ok "a host has gone" within 60 nr_paths_is $units
all_are_read "one host dies" 4 120 4
commands_take 0
echo 1 >$SDEBUG/add_host
ok "it is back" within 60 nr_paths_is $((2 * units))
commands_take 1250

# Paths leave hosts that are waited for. Others are waited for longer, then.
read_all 4 round-robin
for each_disk in $(all_disks | head -n 16); do
	echo 1 >"/sys/bus/scsi/devices/$(first_path "${each_disk#/dev/}")/delete"
done
ok "paths leave" within 60 nr_paths_is $((2 * units - 16))
all_are_read "paths leave" 4 80 4
finish
