# SPDX-License-Identifier: GPL-2.0
# An answer that may be that of one controller is not the disk's answer before the other
# paths have been asked: not ready, hardware error, aborted command, busy. What all of
# them say goes up, as from a disk with one path, and in about that time.
# guest: clock=virtual cpus=4 memory=1536 seconds=420
. ./lib.sh
plan 66

one_lu 2 max_luns=1 dev_size_mb=32
lu=/sys/block/sda/device
echo 2 >$lu/timeout
a=$(path_devices | head -1)
b=$(path_devices | tail -1)

read_some() {
	timeout 60 dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct
}

# With lpu it is the first one that carries the I/O then.
both_good() {
	paths_write "$a" 1
	paths_write "$b" 3
	paths_write "$b" 1
	nr_good_is 2
}

requests() {
	echo $(($(path_issued "$a") + $(path_issued "$b")))
}

# one_says TEXT RULE: each READ(10) over the path that carries the I/O gets that
one_says() {
	both_good
	before=$(requests)
	inject "$a" "2 1 28 $2"
	inject "$b" "- 2 28" 2>/dev/null
	start=$(now)
	ok "$policy, $1 of one: no error" read_some
	took=$(($(now) - start))
	ok "$policy, $1 of one: in time ($took s)" test $took -le $((10 * slower))
	sent=$(($(requests) - before))
	ok "$policy, $1 of one: no storm ($sent)" test $sent -lt 2000
	uninject "$a" 2 28
}

for policy in lpu rr; do
	echo $policy >$lu/multipath/iopolicy
	one_says "communication failure" "0 0 2 2 8 0"
	one_says "not ready, cause not reportable" "0 0 2 2 4 0"
	one_says "not ready, to be started" "0 0 2 2 4 2"
	one_says "not ready, intervention" "0 0 2 2 4 3"
	one_says "becoming ready" "0 0 2 2 4 1"
	one_says "aborted command" "0 0 2 b 0 0"
	one_says "hardware error" "0 0 2 4 44 0"
	one_says "busy" "0 0 8 0 0 0"
	one_says "try again" "d 0 0 0 0 0"
done

# A path that is never any good for I/O is left, though it answers what it is asked.
echo lpu >$lu/multipath/iopolicy
both_good
inject "$a" "2 1 28 0 0 2 2 8 0"
read_some
read_some
ok "blame: the path has failures" \
	test "$(cat "/sys/bus/scsi/devices/$a/path/failures")" -gt 0
fails "blame: it is out of use, or on probation" path_state_is "$a" 1
uninject "$a" 2 28

# all_say TEXT RULE SECONDS: it is the disk's answer
all_say() {
	both_good
	inject "$a" "2 1 28 $2"
	inject "$b" "2 1 28 $2"
	before=$(requests)
	start=$(now)
	fails "$1 of all: an error" \
		timeout 60 dd if=/dev/sda of=/dev/null bs=4k count=1 iflag=direct
	took=$(($(now) - start))
	sent=$(($(requests) - before))
	echo "# $took s, $sent commands"
	ok "$1 of all: after $took s" test $took -le $(($3 * slower))
	ok "$1 of all: $sent commands" test $sent -le 6000
	uninject "$a" 2 28
	uninject "$b" 2 28
}

# 6 tries of 2 s are what sd gives a command in all; a read that fails is tried again
# by nobody.
both_good
start=$(now)
all_say "communication failure" "0 0 2 2 8 0" 10
is "communication failure of all: no path is blamed" "$(nr_good)" 2
all_say "busy" "0 0 8 0 0 0" 40
# Of reads only: whenever a path is asked the disk is there.
all_say "no medium" "0 0 2 2 3a 0" 40
finish
