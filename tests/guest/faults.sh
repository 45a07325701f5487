# SPDX-License-Identifier: GPL-2.0
# No memory: each allocation in turn fails, when a path is claimed, when the
# administrator changes it, and when I/O is sent. What was asked for fails or
# succeeds; it never makes a second disk, nothing is lost, and the next try succeeds.
# guest: cpus=4 memory=2048 seconds=900
# append: kmemleak=on
. ./lib.sh
plan 16

FAIL_NTH=/proc/thread-self/fail-nth
FAILSLAB=/sys/kernel/debug/failslab
# Far more than any of these need
MOST=3000

# fail_each COMMAND...: the command, with its first allocation failing, then with
# its second one, and so on until all of them are through. It has to be of the
# shell's own, since nothing that is started would have its allocations fail. Says
# how many there are; fails if $after does after any.
fail_each() {
	n=0
	while [ $n -lt $MOST ]; do
		# Of the many that are alike, for each command that may be queued, some do.
		n=$((n > 64 ? n + 5 : n + 1))
		left=$(
			echo $n >$FAIL_NTH
			"$@" >/dev/null 2>&1
			read -r left <$FAIL_NTH
			echo 0 >$FAIL_NTH
			echo "$left"
		) 2>/dev/null
		$after || { echo "after allocation $n"; return 1; }
		[ "${left:-0}" = 0 ] || break
	done
	echo "# $n allocations" >/dev/ttyS1
	[ $n -gt 1 ] && [ $n -lt $MOST ]
}

one_lu 3 max_luns=1 dev_size_mb=64
lu=/sys/block/sda/device/multipath
path=$(first_path)
host=/sys/class/scsi_host/host${path%%:*}
each_path=$(path_devices)
echo N >$FAILSLAB/ignore-gfp-wait
echo 0 >$FAILSLAB/verbose
echo 0 >/sys/kernel/debug/fail_page_alloc/verbose

# by_address require|reject START END: an allocation fails if its stack has, or has not,
# a return address in between
by_address() {
	[ $# = 3 ] || bail_out "no place in the kernel: $*"
	for fault in $FAILSLAB /sys/kernel/debug/fail_page_alloc; do
		echo "$2" >"$fault/$1-start"
		echo "$3" >"$fault/$1-end"
	done
}

# by_function require|reject FUNCTION: likewise, what it and those that it calls allocate
by_function() {
	# shellcheck disable=SC2046 # two words
	by_address "$1" $(sort /proc/kallsyms | awk -v function_name="$2" '
		found { print "0x" $1; exit }
		$3 == function_name { print "0x" $1; found = 1 }')
}

path_is_there() {
	[ -e "/sys/bus/scsi/devices/$path/path" ]
}

remove() {
	[ ! -e "/sys/bus/scsi/devices/$path" ] ||
		echo 1 >"/sys/bus/scsi/devices/$path/delete"
}

scan() {
	echo "0 0 0" >"$host/scan"
}

one_disk_three_paths() {
	nr_disks_is 1 || return 1
	# What was withheld is there, and no path.
	path_is_there || remove
	path_is_there || scan
	nr_disks_is 1 && nr_paths_is 3 && path_is_there || return 1
	remove
}

# The scan around the claim has failures of its own; scsi_debug does not survive them.
# Without memory for its budget map, scsi_alloc_sdev() puts a device whose references
# are not set up yet. What kmemleak allocates for each allocation it has more of itself;
# kernels that have it have lockdep, with which that map is not the slab allocator's.
by_function require scsi_path_claim
if [ -e /sys/kernel/debug/kmemleak ]; then
	by_function reject kmemleak_alloc
else
	by_function reject sbitmap_init_node
fi
after=one_disk_three_paths
remove
ok "a path is found" fail_each scan
scan
is "three paths" "$(nr_paths)" 3
is "one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1

# The first path of a disk: all of the logical unit is set up.
no_disk() {
	for each in $each_path; do
		[ ! -e "/sys/bus/scsi/devices/$each" ] ||
			echo 1 >"/sys/bus/scsi/devices/$each/delete"
	done
	within 10 nr_disks_is 0
}

one_disk_at_most() {
	[ "$(find /sys/block -name 'sd*' | wc -l)" -le 1 ] && no_disk
}

echo 0 >$lu/no_path_timeout
echo 0 >/sys/module/scsi_mod/parameters/no_path_timeout
no_disk
after=one_disk_at_most
ok "a disk is found" fail_each scan
for each in $each_path; do
	echo "0 0 0" >"/sys/class/scsi_host/host${each%%:*}/scan"
done
ok "it comes back" within 20 nr_disks_is 1
ok "with its paths" within 20 nr_paths_is 3
echo 30 >$lu/no_path_timeout

# What the administrator writes
by_address require 0 0xffffffffffffffff
three_paths() {
	nr_disks_is 1 && nr_paths_is 3
}

after=three_paths
write_to_proc() {
	paths_line="$(lu_id):$(hctl_hex "$path"):1:0:0"
}

write_to_proc
ok "/proc is written" fail_each eval "echo $paths_line >$PATHS"
ok "/proc is read" fail_each eval "read -r line <$PATHS"
ok "a policy is chosen" fail_each eval "echo rr >$lu/iopolicy"
ok "the status is read" fail_each eval "read -r line <$lu/status"
ok "a state is written" fail_each eval \
	"echo 1 >/sys/bus/scsi/devices/$path/path/state"
is "all paths are good" "$(nr_good)" 3

# I/O, whoever submits it
by_function require scsi_lu_queue_rq
fio_start
load_reaches $(path_devices)
for knob in "probability 20" "times -1" "task-filter N"; do
	echo "${knob#* }" >"$FAILSLAB/${knob% *}"
done
for _ in 1 2 3 4 5 6 7 8; do
	paths_write "$path" 3 2>/dev/null
	sleep 1
	paths_write "$path" 1 2>/dev/null
	sleep 1
done
echo 0 >$FAILSLAB/probability
fio_ok "I/O goes on, data verified"
paths_write "$path" 1
is "all paths are good" "$(nr_good)" 3
ok "one disk" nr_disks_is 1
ok "nothing is lost" no_leaks
finish
