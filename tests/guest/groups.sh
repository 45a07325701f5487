# SPDX-License-Identifier: GPL-2.0
# Groups, and what an administrator does with them: weights, disable, enable,
# switch, failback, fail and reinstate a path, queue or fail without a path. What
# dm-multipath has a message for is done with it as well, on two loop devices, and
# the same comes of it.
# guest: cpus=4 seconds=300
. ./lib.sh
plan 63

one_lu 4 max_luns=1 dev_size_mb=64
lu=/sys/block/sda/device/multipath
echo rr >$lu/iopolicy
set -- $(path_devices)
a=$1 b=$2 c=$3 d=$4

# carriers: which of the paths get a share of some reads, as letters
carriers() {
	for letter in a b c d; do
		eval "issued=\$$letter"
		eval "before_$letter=$(path_issued "$issued")"
	done
	fio --name=reads --filename=/dev/sda --direct=1 --ioengine=io_uring \
		--rw=randread --bs=4k --iodepth=4 --number_ios=200 \
		--eta=never >/tmp/fio.out 2>&1 || echo "fio failed"
	found=
	for letter in a b c d; do
		eval "path=\$$letter before=\$before_$letter"
		[ "$(path_issued "$path")" -gt $((before + 10)) ] &&
			found=$found$letter
	done
	echo "$found"
}

carried_by() {
	[ "$(carriers)" = "$1" ]
}

# weigh PATH WEIGHT: by the eighth field of its line
weigh() {
	echo "$(lu_id):$(hctl_hex "$1"):1:0:$2" >/proc/scsi/scsi_path/paths
}

# group_line WEIGHT: as status shows it
group_line() {
	grep "^group $1 " $lu/status
}

# --- weights are groups ----------------------------------------------------

is "one group" "$(carriers)" abcd
is "its line" "$(grep ^group $lu/status)" "group 0 A none"
is "a line for each path" "$(grep -c '^path ' $lu/status)" 4
ok "the line of a path" grep -Eq "^path $a good 0 [0-9]+ [0-9]+\$" $lu/status
weigh "$c" 1
ok "weight by sysfs" sh -c "echo 1 >/sys/bus/scsi/devices/$d/path/weight"
is "the lighter group carries the load" "$(carriers)" ab
is "status: active" "$(group_line 0)" "group 0 A none"
is "status: enabled" "$(group_line 1)" "group 1 E none"

# --- disable, enable, switch -----------------------------------------------

ok "disable_group" sh -c "echo 0 >$lu/disable_group"
is "the other one carries the load" "$(carriers)" cd
is "status: disabled" "$(group_line 0)" "group 0 D none"
ok "disable_group of the other" sh -c "echo 1 >$lu/disable_group"
is "all are disabled: the best of them" "$(carriers)" ab
ok "enable_group of the other" sh -c "echo 1 >$lu/enable_group"
is "the enabled one" "$(carriers)" cd
paths_write "$c" 3
paths_write "$d" 3
is "every enabled path is gone: a disabled one" "$(carriers)" ab
weigh "$c" 1
weigh "$d" 1
is "the enabled one is back" "$(carriers)" cd
ok "enable_group" sh -c "echo 0 >$lu/enable_group"
is "the lighter group again" "$(carriers)" ab
ok "switch_group" sh -c "echo 1 >$lu/switch_group"
is "switched" "$(carriers)" cd
echo 3 >"/sys/bus/scsi/devices/$c/path/state"
is "one path of it is enough" "$(carriers)" d
echo 3 >"/sys/bus/scsi/devices/$d/path/state"
is "it has none left" "$(carriers)" ab
echo 1 >"/sys/bus/scsi/devices/$c/path/state"
echo 1 >"/sys/bus/scsi/devices/$d/path/state"
is "what was switched to is forgotten" "$(carriers)" ab

# --- failback --------------------------------------------------------------

fail_group_0() {
	echo 3 >"/sys/bus/scsi/devices/$a/path/state"
	echo 3 >"/sys/bus/scsi/devices/$b/path/state"
}

reinstate_group_0() {
	echo 1 >"/sys/bus/scsi/devices/$a/path/state"
	echo 1 >"/sys/bus/scsi/devices/$b/path/state"
}

is "failback is at once" "$(cat $lu/failback)" 0
fail_group_0
is "fail_path" "$(carriers)" cd
reinstate_group_0
is "reinstate_path, failback" "$(carriers)" ab
echo -1 >$lu/failback
fail_group_0
reinstate_group_0
is "failback by hand" "$(carriers)" cd
echo 0 >$lu/switch_group
is "done by hand" "$(carriers)" ab
echo 8 >$lu/failback
fail_group_0
reinstate_group_0
begin=$(now)
is "failback later: not yet" "$(group_line 1)" "group 1 A none"
ok "failback later: in the end" within 30 carried_by ab
took=$(($(now) - begin))
ok "failback later: not before its time ($took s)" test $took -ge 5
echo 0 >$lu/failback

# --- what makes no sense ---------------------------------------------------

# wrong FILE VALUE
wrong() {
	fails "$1: '$2' is refused" sh -c "printf '%s' '$2' >$lu/$1"
}

for file in disable_group enable_group switch_group; do
	wrong $file 9
	wrong $file -1
	wrong $file "0 1"
	wrong $file " "
	wrong $file x
done
wrong failback -2
wrong failback 100000000
wrong prefer_local 7
is "nothing has changed" "$(carriers)" ab

# --- queue_if_no_path, fail_if_no_path -------------------------------------

is "nothing is queued" "$(cat $lu/queued)" 0
echo -1 >$lu/no_path_timeout
for each in $a $b $c $d; do
	echo 3 >"/sys/bus/scsi/devices/$each/path/state"
done
dd if=/dev/sda of=/dev/null bs=4k count=1 iflag=direct 2>/dev/null &
reader=$!
some_are_queued() {
	[ "$(cat $lu/queued)" -gt 0 ]
}
ok "queued, and counted" within 10 some_are_queued
echo 0 >$lu/no_path_timeout
wait $reader
is "then fail_if_no_path: it fails" $? 1
is "nothing is queued any more" "$(cat $lu/queued)" 0
reinstate_group_0
ok "a path is back" within 10 carried_by ab

# --- the same with dm-multipath --------------------------------------------

for n in 0 1; do
	truncate -s 16M /tmp/image$n
	losetup /dev/loop$n /tmp/image$n
done
groups="2 1 round-robin 0 1 1 7:0 1 round-robin 0 1 1 7:1 1"
ok "dm: two groups" dmsetup create mpath --table \
	"0 32768 multipath 3 queue_if_no_path queue_mode bio 0 $groups"

reads_of() {
	awk '{ print $1 }' "/sys/block/$1/stat"
}

# dm_carrier: which loop device reads of the map come to
dm_carrier() {
	before0=$(reads_of loop0) before1=$(reads_of loop1)
	dd if=/dev/dm-0 of=/dev/null bs=4k count=20 iflag=direct \
		2>/dev/null || echo failed
	[ "$(reads_of loop0)" = "$before0" ] || echo loop0
	[ "$(reads_of loop1)" = "$before1" ] || echo loop1
}

message() {
	dmsetup message mpath 0 "$@"
}

is "dm: the first" "$(dm_carrier)" loop0
message disable_group 1
is "dm: disable_group" "$(dm_carrier)" loop1
message enable_group 1
message switch_group 1
is "dm: switch_group" "$(dm_carrier)" loop0
message fail_path 7:0
is "dm: fail_path" "$(dm_carrier)" loop1
message reinstate_path 7:0
message fail_path 7:1
is "dm: reinstate_path" "$(dm_carrier)" loop0
message fail_path 7:0
dd if=/dev/dm-0 of=/dev/null bs=4k count=1 iflag=direct 2>/dev/null &
reader=$!
message fail_if_no_path
wait $reader
is "dm: fail_if_no_path" $? 1
dmsetup remove mpath
finish
