# SPDX-License-Identifier: GPL-2.0
# A host whose error handler works for minutes. Nothing that another host could do waits
# for it: paths join and come back, controllers are activated, devices are found.
# guest: clock=virtual cpus=4 seconds=900
. ./lib.sh
. ./lib_script.sh
plan 29

# How long a host takes to recover: longer than all else that is waited for here
RECOVERY=120
LONG=60

TEST_UNIT_READY=0x00
INQUIRY=0x12
START_STOP=0x1b
READ_CAPACITY=0x25
SYNCHRONIZE_CACHE=0x35
LUN_NOT_STARTED=0x020402

# add PATHS: $a, $b and $c are the paths
add() {
	script_add disk "$1" lu
	within 20 script_node block 'sd[a-z]*' || bail_out "no disk"
	a=$(script_path "$unit" 0)
	b=$(script_path "$unit" 1)
	c=
	[ "$1" -lt 3 ] || c=$(script_path "$unit" 2)
}

# dying: only a reset of the host of path 0 will help, and that takes long
dying() {
	for handler in 0 1 2; do
		script "$unit" eh "0 $handler -1 0"
	done
	script "$unit" eh "0 3 0 $((RECOVERY * 1000))"
}

recovers() {
	[ "$(cat "/sys/class/scsi_host/host${a%%:*}/state")" = recovery ]
}

recovers_no_more() {
	! recovers
}

# set_state PATH STATE
set_state() {
	echo "$2" >"/sys/bus/scsi/devices/$1/path/state"
}

# silent_for_one PATH...: path 0 does not answer one command, and is in use, as are these
silent_for_one() {
	dying
	script "$unit" rules "0 $SYNCHRONIZE_CACHE 1 0 0 0 8 0"
	for other; do
		set_state "$other" 3
	done
	sg_raw -t 1 "$(script_node scsi_generic 'sg[0-9]*')" 35 00 00 00 00 00 00 00 00 00 \
		>/dev/null 2>&1 &
	within 30 recovers || bail_out "no recovery"
	for other; do
		set_state "$other" 1
	done
	path_state_is "$a" 1 || bail_out "path 0 is out of use"
}

delete() {
	echo 1 >"/sys/bus/scsi/devices/$1/delete"
}

# scan PATH: its address
scan() {
	echo "0 0 0" >"/sys/class/scsi_host/host${1%%:*}/scan"
}

is_path() {
	[ -d "/sys/bus/scsi/devices/$1/path" ]
}

is_withheld() {
	[ -d "/sys/bus/scsi/devices/$1" ] &&
		! [ -e "/sys/bus/scsi/devices/$1/driver" ] &&
		! [ -e "/sys/bus/scsi/devices/$1/path" ]
}

is_gone() {
	! [ -d "/sys/bus/scsi/devices/$1" ]
}

# is_sent PATH OPCODE: the path has got such a command since
is_sent() {
	[ "$(script_counter "$unit" sent "$1" "$2")" -gt 0 ]
}

read_some() {
	timeout $LONG dd if="$(script_node block 'sd[a-z]*')" of=/dev/null bs=4k count=1 \
		iflag=direct
}

over() {
	ok "$1: no error of what it had" within $((2 * RECOVERY)) recovers_no_more
	script_remove "$unit"
	within 30 nr_disks_is 0 || bail_out "a disk stays"
}

# --- a path joins while the first one in use does not answer --------------------------
add 3
delete "$c"
within 20 script_has_paths 2 || bail_out "path 2 stays"
silent_for_one "$b"
began=$(now)
scan "$c"
took=$(($(now) - began))
ok "a newcomer: it is found at once ($took s)" test $took -le 5
ok "a newcomer: it is a path" is_path "$c"
ok "a newcomer: a good one" within 5 path_state_is "$c" 1
ok "a newcomer: the host still recovers" recovers

# --- a path comes back ----------------------------------------------------------------
script "$unit" rules "1 $TEST_UNIT_READY -1 0 8 0 0 0"
echo rr >"$above/multipath/iopolicy"
set_state "$b" 2
good_after_reads() {
	read_some && path_state_is "$1" 1
}
ok "a busy path: it is back" within 30 good_after_reads "$b"
ok "a busy path: the host still recovers" recovers
over "a newcomer"

# --- nobody else is there to be compared with -----------------------------------------
add 2
delete "$b"
within 20 script_has_paths 1 || bail_out "path 1 stays"
silent_for_one
began=$(now)
scan "$b"
took=$(($(now) - began))
ok "nobody else: it is found at once ($took s)" test $took -le 5
ok "nobody else: as large as it is known to be: a good path" within 5 path_state_is "$b" 1
delete "$b"
within 20 script_has_paths 1 || bail_out "path 1 stays"
script "$unit" event "capacity 2000"
scan "$b"
ok "nobody else: of another size: it waits" within 5 path_state_is "$b" 2
ok "nobody else: the host still recovers" recovers
ok "nobody else: and is compared then" within $((2 * RECOVERY)) path_state_is "$b" 1
over "nobody else"

# --- only passive paths are left ------------------------------------------------------
modprobe scsi_dh_hp_sw || bail_out "scsi_dh_hp_sw"
add 2
echo 60 >"$above/multipath/no_path_timeout"
echo 5 >"$above/timeout"
for each in $a $b; do
	echo hp_sw >"/sys/bus/scsi/devices/$each/dh_state" || bail_out "no handler"
done
dying
script "$unit" rules "0 $TEST_UNIT_READY -1 0 0 0 8 0"
script "$unit" rules "0 -1 -1 0 2 $LUN_NOT_STARTED 0 0"
echo rr >"$above/multipath/iopolicy"
dd if="$(script_node block 'sd[a-z]*')" of=/dev/null bs=4k count=8 iflag=direct 2>/dev/null
ok "passive: one path is" within 10 path_state_is "$a" 2
ok "passive: its host recovers from a test of it" within 60 recovers
ok "passive: and it still is" path_state_is "$a" 2
script "$unit" event zero
script "$unit" event stop
ok "passive: the other one is activated, and reads" read_some
ok "passive: it was asked for" is_sent 1 $START_STOP
ok "passive: the host still recovers" recovers
script "$unit" rules clear
over "passive"

# --- a host that recovers brings a logical unit up ------------------------------------
# up_by_the_dying COUNT: path 0 does not answer so many commands of the logical unit
up_by_the_dying() {
	add 2
	echo 0 >"$above/multipath/no_path_timeout"
	delete "$a"
	delete "$b"
	within 30 nr_disks_is 0 || bail_out "the disk stays"
	dying
	script "$unit" event zero
	script "$unit" rules "0 $READ_CAPACITY 1 0 0 0 16 5000"
	scan "$a" &
	scan_of_a=$!
	within 20 is_sent 0 $READ_CAPACITY || bail_out "not claimed"
	script "$unit" rules "0 $INQUIRY $1 0 0 0 8 0"
	sleep 10
	script "$unit" event zero
	scan "$b" &
	scan_of_b=$!
	within $LONG recovers || bail_out "no recovery"
}

nr_paths_of_a_disk_is() {
	[ "$(ls /sys/block/sd*/device/paths | wc -l)" = "$1" ] && nr_disks_is 1
}

up_by_the_dying 1
ok "the first one recovers: the second one is withheld" within 5 is_withheld "$b"
ok "the first one recovers: its scan is over" wait $scan_of_b
ok "the first one recovers: no disk" nr_disks_is 0
ok "the first one recovers: still" recovers
ok "it has recovered: both are paths of one disk" within $((2 * RECOVERY)) \
	nr_paths_of_a_disk_is 2
wait $scan_of_a
above=$(script_above "$unit")
over "it has recovered"

RECOVERY=10
up_by_the_dying -1
ok "the first one is lost: the second one is the disk" within 600 \
	nr_paths_of_a_disk_is 1
ok "the first one is lost: it is a path" is_path "$b"
script "$unit" rules clear
wait $scan_of_a
script_remove "$unit"
ok "no task is stuck" within 30 sh -c '! ps -o stat,comm | grep "^D"'
finish
