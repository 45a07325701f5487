# SPDX-License-Identifier: GPL-2.0
# Loss for good: if the target says over every path that the logical unit is not
# there, and goes on saying so, I/O fails before no_path_timeout is over. If it says
# so over some, or for the time of a restart, or if the paths are lost in any other
# way, it does not.
# guest: clock=virtual cpus=4 seconds=400
. ./lib.sh
plan 18

one_lu 3 max_luns=1 dev_size_mb=64
lu=/sys/block/sda/device/multipath
echo rr >$lu/iopolicy
echo 100 >$lu/no_path_timeout

a_read() {
	dd if=/dev/sda of=/dev/null bs=4k count=1 skip=$(($(date +%s) % 1000)) \
		iflag=direct 2>/dev/null
}

reads() {
	for _ in 1 2 3 4 5 6 7 8 9; do
		a_read || return 1
	done
}

# answer PATH KEY ASC ASCQ: to every command, from now on
answer() {
	inject "$1" "2 1 ff 0 0 2 $2 $3 $4"
}

nothing_wrong() {
	for each in $(path_devices); do
		uninject "$each" 2 ff 2>/dev/null
	done
}

# Real I/O is what proves a path.
all_good_again() {
	reads && nr_good_is 3
}

set -- $(path_devices)

# unmapped NAME KEY ASC ASCQ
unmapped() {
	answer "$a" "$2" "$3" "$4"
	answer "$b" "$2" "$3" "$4"
	ok "$1 on two of three paths: no error" reads
	is "$1: they are dead" "$(path_state "$a")$(path_state "$b")" 33
	answer "$c" "$2" "$3" "$4"
	begin=$(now)
	fails "$1 on all paths: an error" timeout 90 dd if=/dev/sda \
		of=/dev/null bs=4k count=1 iflag=direct
	took=$(($(now) - begin))
	ok "$1: not at once, but before its time ($took s)" \
		test $took -ge 20 -a $took -le 60
	ok "$1: the log says why" sh -c "dmesg | grep -q 'all are gone'"
	nothing_wrong
	ok "$1: mapped again, found by the probes" within 90 all_good_again
}

a=$1 b=$2 c=$3
unmapped "no such unit" 5 25 0
unmapped "no medium" 2 3a 0

# A target that restarts: its ports are up, and it does not know its LUNs yet.
for each in $a $b $c; do
	answer "$each" 5 25 0
done
timeout 60 dd if=/dev/sda of=/dev/null bs=4k count=1 skip=77 iflag=direct 2>/dev/null &
reader=$!
sleep 8
nothing_wrong
wait $reader
is "no such unit for eight seconds: I/O has waited" $? 0
ok "and the paths are back" within 90 all_good_again
is "nothing was failed" "$(dmesg | grep -c 'failing I/O')" 2

# Anything else waits.
for each in $a $b $c; do
	inject_host_byte "$each" 1 ff 1
done
dd if=/dev/sda of=/dev/null bs=4k count=1 iflag=direct 2>/dev/null &
reader=$!
is_blocked() {
	[ "$(cat /sys/block/sda/device/state)" = blocked ]
}
ok "no connection on all paths: I/O waits" within 20 is_blocked
nothing_wrong
wait $reader
is "and the read succeeds" $? 0
ok "the paths are back" within 90 all_good_again
finish
