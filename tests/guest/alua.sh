# SPDX-License-Identifier: GPL-2.0
# Implicit ALUA of a real target: LIO, two port groups with two ports each. I/O
# takes the ports that the target wants it to take, follows when the target
# changes its mind, and waits if there is none for the moment.
# guest: cpus=4 memory=2048 seconds=600
. ./lib.sh
. ./lib_lio.sh
plan 65

DISPATCHED=$TRACE/events/scsi/scsi_dispatch_cmd_start
NR_LUS=8

# disk N PAGES: with the port groups a and b, ids 1 and 2
disk() {
	backstore "$1" "$2" "$(printf 'a1a%05x' "$1")"
	port_group "$1" 1 a $IMPLICIT $OPTIMIZED
	port_group "$1" 2 b $IMPLICIT $OPTIMIZED
}

# disk_with_ports N PAGES: two in each group
disk_with_ports() {
	disk "$@"
	four_ports "$1"
}

# target GROUP STATE [N]: what the target does
target() {
	echo "$2" >"$CORE/rd_mcp_${3:-0}/lu/alua/$1/alua_access_state"
}

# group ATTRIBUTE GROUP VALUE
group() {
	echo "$3" >"$CORE/rd_mcp_0/lu/alua/$2/$1"
}

# access DISK PATH: the access state that is shown
access() {
	awk -v "path=$2" '$1 == "group" { state = $4 }
		$1 == "path" && $2 == path { print state }' \
		"/sys/block/$1/device/multipath/status"
}

# shows STATE PATH...
shows() {
	state=$1
	shift
	cat /sys/block/sda/device/multipath/status
	for each in "$@"; do
		[ "$(access sda "$each")" = "$state" ] || return 1
	done
}

issued_together() {
	sum=0
	for each in "$@"; do
		sum=$((sum + $(path_issued "$each")))
	done
	echo $sum
}

# only CARRIERS OTHERS: the load is on the former, each has its share, and what
# the latter get while it goes on is no more than a few probes
only() (
	carriers=$1
	before=$(issued_together $2)
	for each in $carriers; do
		within 20 issued_more_than "$each" $(($(path_issued "$each") + 20)) ||
			return 1
	done
	others=$(($(issued_together $2) - before))
	echo "others: $others"
	[ $others -le 8 ]
)

# seen_as NUMBER PATH...: the state in /proc
seen_as() {
	number=$1
	shift
	for each in "$@"; do
		grep -q "^$(lu_id):$(hctl_hex "$each"):$number:" $PATHS || return 1
	done
}

uptime_ms() {
	tr -d . </proc/uptime | sed 's/ .*/0/'
}

# timed COMMAND...: says how long it has taken
timed() {
	timed_from=$(uptime_ms)
	"$@"
	echo "# took $(($(uptime_ms) - timed_from)) ms"
}

# follows SECONDS TEXT CARRIERS OTHERS: the load gets there by itself
follows() {
	timed ok "$2" within "$1" only "$3" "$4"
}

modprobe scsi_dh_alua || bail_out "scsi_dh_alua"
lio_start
disk_with_ports 0 16384
within 30 disk_is_there sda || bail_out "no sda"
within 30 nr_paths_is 4 || bail_out "not four paths"
is "one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1
a="$(path 0 1) $(path 0 2)"
b="$(path 0 3) $(path 0 4)"
echo rr >/sys/block/sda/device/multipath/iopolicy
echo 120 >/sys/block/sda/device/multipath/no_path_timeout
ok "both groups are optimized" within 10 shows active/optimized $a $b

# The better group, by state and by preference.
light_start
follows 20 "two optimized groups: all paths carry I/O" "$a $b" ""
target b $NONOPTIMIZED
follows 20 "b non-optimized: a alone" "$a" "$b"
ok "b is shown as such" shows active/non-optimized $b
target b $OPTIMIZED
target a $NONOPTIMIZED
follows 20 "a and b swapped: b alone" "$b" "$a"
ok "a is shown as such" shows active/non-optimized $a
target a $OPTIMIZED
target b $NONOPTIMIZED
follows 20 "swapped back: a alone" "$a" "$b"
target b $OPTIMIZED
# Nobody is told of these: ask.
group preferred b 1
echo 1 >"/sys/bus/scsi/devices/${a%% *}/rescan"
follows 20 "both optimized, b preferred: b alone" "$b" "$a"
ok "both are shown as optimized" shows active/optimized $a $b
group preferred b 0
echo 1 >"/sys/bus/scsi/devices/${b%% *}/rescan"
follows 20 "b not preferred any more: all paths" "$a $b" ""
# Or have the disk asked, as a plain one.
group preferred a 1
echo 1 >/sys/block/sda/device/rescan
follows 20 "a preferred, and the disk is rescanned: a alone" "$a" "$b"
group preferred a 0
echo 1 >/sys/block/sda/device/rescan
follows 20 "a not preferred any more: all paths" "$a $b" ""
target b $NONOPTIMIZED
group nonop_delay_msecs b 100
target a $STANDBY
follows 30 "only the slow non-optimized group is left: b alone" "$b" "$a"
group nonop_delay_msecs b 0
target a $OPTIMIZED
follows 30 "a again" "$a" "$b"
load_ends "better groups"

# out_of_service WORD: group a has been taken out of service
out_of_service() {
	follows 20 "a $1: b alone" "$b" "$a"
	ok "a $1: shown" within 20 shows "$1" $a
	ok "a $1: failing" seen_as 2 $a
}

back_in_service() {
	follows 30 "a was $1: carries I/O again" "$a" "$b"
	ok "a was $1: good" within 10 seen_as 1 $a $b
}

light_start
target a $STANDBY
out_of_service standby
target a $OPTIMIZED
back_in_service standby
target a $UNAVAILABLE
out_of_service unavailable
# In this state it answers nothing at all; a port of b says so.
target a $OFFLINE
echo 1 >"/sys/bus/scsi/devices/${b%% *}/rescan"
out_of_service offline
target a $OPTIMIZED
back_in_service offline
# A port that goes offline by itself, without a word to the others.
for each in 1 2; do
	echo 1 >"$(tpg 0 $each)/lun/lun_0/alua_tg_pt_offline"
done
follows 20 "ports of a offline: b alone" "$b" "$a"
ok "ports of a offline: failing" seen_as 2 $a
for each in 1 2; do
	echo 0 >"$(tpg 0 $each)/lun/lun_0/alua_tg_pt_offline"
done
back_in_service "offline by port"
load_ends "out of service"

# waits TEXT: neither group takes I/O, and there is some
waits() {
	ok "$1: blocked" within 20 lu_state_is blocked
	ok "$1: I/O is queued" within 5 sh -c \
		'[ "$(cat /sys/block/sda/device/multipath/queued)" -gt 0 ]'
	sleep 5
	ok "$1: it still waits" lu_state_is blocked
}

light_start
load_reaches $a
target a $STANDBY
target b $STANDBY
waits "both standby"
target b $NONOPTIMIZED
follows 15 "b non-optimized: goes on" "$b" "$a"
target b $UNAVAILABLE
target a $UNAVAILABLE
waits "both unavailable"
target a $OPTIMIZED
follows 15 "a optimized: goes on" "$a" "$b"
ok "running" lu_state_is running
target b $NONOPTIMIZED
ok "b is back as well" within 30 shows active/non-optimized $b
load_ends "no group"

# In transition I/O waits for as long as the target has said that it takes,
# which may be longer than no_path_timeout.
for each in a b; do
	group implicit_trans_secs $each 40
done
echo 1 >"/sys/bus/scsi/devices/${a%% *}/rescan"
light_start
load_reaches $a
target a $TRANSITION
follows 20 "a in transition: b alone" "$b" "$a"
target a $OPTIMIZED
follows 15 "a again" "$a" "$b"
echo 4 >/sys/block/sda/device/multipath/no_path_timeout
target a $TRANSITION
target b $TRANSITION
ok "both in transition: blocked" within 20 lu_state_is blocked
sleep 10
ok "both in transition: waits longer than no_path_timeout" lu_state_is blocked
target a $OPTIMIZED
follows 15 "over: goes on" "$a" "$b"
echo 120 >/sys/block/sda/device/multipath/no_path_timeout
# The states change slowly, one group after the other.
group trans_delay_msecs a 3000
group trans_delay_msecs b 3000
target a $NONOPTIMIZED
target b $OPTIMIZED
follows 15 "a slow change: follows" "$b" "$a"
load_ends "transition"
ok "nor one in the log" sh -c '! dmesg | grep "I/O error"'

# A controller fails with many disks on it. How often is the target asked?
disks=
for n in $(seq $NR_LUS); do
	disk_with_ports "$n" 1024
	block=/sys/bus/scsi/devices/$(path "$n" 1)/path/lu/block
	within 30 test -e "$block" || bail_out "no disk $n"
	disk=$(basename "$block"/*)
	echo rr >"/sys/block/$disk/device/multipath/iopolicy"
	target b $NONOPTIMIZED "$n"
	disks="$disks $disk"
done
within 60 nr_paths_is $((4 * NR_LUS + 4)) || bail_out "not all paths"

# all_show STATE...: all these disks have a group in each of these
all_show() {
	for state in "$@"; do
		got=$(for disk in $disks; do
			cat "/sys/block/$disk/device/multipath/status"
		done | grep -c "^group 0 [AE] $state$")
		[ "$got" = $NR_LUS ] || return 1
	done
}

# all_on PORT...: the load reaches all disks over these
all_on() {
	for at in "$@"; do
		for n in $(seq $NR_LUS); do
			load_reaches "$(path "$n" "$at")"
		done
	done
}

light_start --filename="$(echo $disks | sed 's|sd|/dev/sd|g; s/ /:/g')" \
	--bsrange=4k-4k --numjobs=1
all_on 1 2
ok "$NR_LUS disks: states" within 30 all_show active/optimized active/non-optimized
echo 'opcode == 0xa3' >$DISPATCHED/filter
echo 1 >$DISPATCHED/enable
for n in $(seq $NR_LUS); do
	target a $UNAVAILABLE "$n"
	target b $OPTIMIZED "$n"
done
timed ok "$NR_LUS disks: failover" within 60 all_show unavailable active/optimized
all_on 3 4
asked=$(grep -c scsi_dispatch_cmd_start: $TRACE/trace)
echo 0 >$DISPATCHED/enable
echo "# REPORT TARGET PORT GROUPS for $NR_LUS disks, 2 groups, 4 paths each: $asked"
ok "$NR_LUS disks: two for each disk and group, and one for each path, at most" \
	test "$asked" -le $((2 * 2 * NR_LUS + 4 * NR_LUS))
ok "$NR_LUS disks: some, though" test "$asked" -ge $NR_LUS
load_ends "$NR_LUS disks"

# A disk is found over a port that does not serve it, and then over one that does.
echo 300 >/sys/module/scsi_mod/parameters/no_path_timeout
n=$((NR_LUS + 1))
disk $n 1024
target a $STANDBY $n
port $n 1 a
port $n 3 b &
timed ok "found in standby: the other port joins" within 15 \
	nr_paths_is $((4 * NR_LUS + 6))
new_disk=/sys/bus/scsi/devices/$(path $n 1)/path/lu/block
has_its_size() {
	[ "$(cat "$new_disk"/sd*/size)" -gt 0 ]
}
ok "found in standby: the disk has its size" within 15 has_its_size
finish
