# SPDX-License-Identifier: GPL-2.0
# Each logical unit stays on one path with lpu; together they are spread over the hosts,
# also after a host was away. Of ports behind one host, see ports.sh.
# guest: clock=virtual cpus=4 seconds=400
. ./lib.sh
plan 9

BLOCK=/sys/module/scsi_block_target/parameters
NR=16
load_debug 2 max_luns=$NR
modprobe scsi_block_target || bail_out "scsi_block_target"
within 60 nr_paths_is $((2 * NR)) || bail_out "not $((2 * NR)) paths"
within 30 nr_disks_is $NR

# state_of_host HOST STATE: of all its paths
state_of_host() {
	[ "$(grep -c "^[^:]*:$1:.*:$2:[^:]*:[^:]*$" $PATHS)" = $NR ]
}

first=$(path_devices sda | head -1)
second=$(path_devices sda | tail -1)
is "two hosts carry half each" "$(carriers 1)" "8 8"

echo "${second%%:*}" >$BLOCK/block
ok "one host is away" within 20 state_of_host "${second%%:*}" 2
is "the other carries all" "$(carriers 1)" 16
echo "${second%%:*}" >$BLOCK/unblock
ok "it is back" within 20 state_of_host "${second%%:*}" 1
is "it carries half again" "$(carriers 1)" "8 8"

echo 2 >$SDEBUG/add_host
within 60 nr_paths_is $((4 * NR)) || bail_out "not $((4 * NR)) paths"
is "two more take their share" "$(carriers 1)" "4 4 4 4"

# What is on another policy is on no path.
for disk in /sys/block/sd[a-h]; do
	echo rr >"$disk/device/multipath/iopolicy"
done
echo "${first%%:*}" >$BLOCK/block
ok "the first is away" within 20 state_of_host "${first%%:*}" 2
echo "${first%%:*}" >$BLOCK/unblock
ok "the first is back" within 20 state_of_host "${first%%:*}" 1
for disk in /sys/block/sd[a-h]; do
	echo lpu >"$disk/device/multipath/iopolicy"
done
is "back to lpu: even" "$(carriers 1)" "4 4 4 4"
finish
