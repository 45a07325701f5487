# SPDX-License-Identifier: GPL-2.0
# Explicit ALUA of a real target: LIO, two port groups with two ports each. If
# no group takes I/O one is asked to, by SET TARGET PORT GROUPS, and asked less
# and less often if somebody else takes it away again. A target with implicit
# ALUA only is not asked.
# guest: cpus=4 memory=2048 seconds=500
. ./lib.sh
. ./lib_lio.sh
plan 46

# disk N TYPE A B: with the port groups a and b, in these states
disk() {
	backstore "$1" 16384 "$(printf 'e1e%05x' "$1")"
	port_group "$1" 1 a "$2" "$3"
	port_group "$1" 2 b "$2" "$4"
}

# disk_with_ports N TYPE A B: it is $disk, with two ports in each group
disk_with_ports() {
	n=$1
	disk "$@"
	four_ports "$n"
	a="$(path "$n" 1) $(path "$n" 2)"
	b="$(path "$n" 3) $(path "$n" 4)"
	disk=$(basename "/sys/bus/scsi/devices/${a%% *}/path/lu/block/"*)
	lu=/sys/block/$disk/device
	within 30 disk_is_there "$disk" || bail_out "no disk"
	echo rr >"$lu/multipath/iopolicy"
	echo 120 >"$lu/multipath/no_path_timeout"
}

# group GROUP: its directory
group() {
	echo "$CORE/rd_mcp_$n/lu/alua/$1"
}

# target GROUP STATE: somebody else, or the target itself, changes it
target() {
	echo "$2" >"$(group "$1")/alua_access_state"
}

# changed_by GROUP: who has changed its state last
changed_by() {
	cat "$(group "$1")/alua_access_status"
}

# one_optimized GROUP...: one of these is
one_optimized() {
	for active in "$@"; do
		[ "$(cat "$(group $active)/alua_access_state")" != $OPTIMIZED ] ||
			return 0
	done
	return 1
}

activations() {
	dmesg | grep "sd $(basename "$(readlink "$lu")"):" |
		grep -c 'path [0-9:]* activated$'
}

activations_are() {
	[ "$(activations)" = "$1" ]
}

# stpgs: how many SET TARGET PORT GROUPS have been sent since asked last
stpgs() {
	grep -c scsi_dispatch_cmd_start: $TRACE/trace
	echo >$TRACE/trace
}

lu_state_is() {
	[ "$(cat "$lu/state")" = "$1" ]
}

# carry PATH...: the load is on these
carry() (
	for each in "$@"; do
		within 20 issued_more_than "$each" $(($(path_issued "$each") + 20)) ||
			return 1
	done
)

# goes_on SECONDS TEXT GROUP...: one of these is put into use; it is $active
goes_on() {
	text_of_it=$2
	seconds=$1
	shift 2
	began=$(now)
	ok "$text_of_it: one group is activated" within "$seconds" one_optimized "$@"
	echo "# took $(($(now) - began)) s"
	one_optimized "$@"
	eval "paths=\$$active"
	ok "$text_of_it: running" within 10 lu_state_is running
	ok "$text_of_it: its paths carry I/O" within 20 carry $paths
	is "$text_of_it: who did it" "$(changed_by $active)" "Altered by Explicit STPG"
}

modprobe scsi_dh_alua || bail_out "scsi_dh_alua"
lio_start
echo 'opcode == 0xa4' >$TRACE/events/scsi/scsi_dispatch_cmd_start/filter
echo 1 >$TRACE/events/scsi/scsi_dispatch_cmd_start/enable

# Implicit and explicit: nobody but this initiator can help.
disk_with_ports 0 $BOTH $OPTIMIZED $OPTIMIZED
light_start --filename="/dev/$disk"
load_reaches $a $b
is "while there is a path nobody is asked" "$(stpgs)" 0
target a $STANDBY
target b $STANDBY
goes_on 30 "both standby" a b
is "both standby: asked once" "$(stpgs)" 1
ok "both standby: logged" activations_are 1
# The ports of that group are lost; the hold-off is longer now.
for each in $paths; do
	echo offline >"/sys/bus/scsi/devices/$each/state"
done
goes_on 60 "the active ports offline" "$(echo $active | tr ab ba)"
ok "the active ports offline: logged" activations_are 2
load_ends "implicit and explicit"

# Explicit only, and the ports of the active group are removed.
disk_with_ports 1 $EXPLICIT $OPTIMIZED $STANDBY
light_start --filename="/dev/$disk"
ok "explicit only: a carries I/O" within 20 carry $a
stpgs >/dev/null
for each in 1 2; do
	rm "$(tpg 1 $each)/lun/lun_0/lu"
done
goes_on 30 "explicit only" b
ok "explicit only: asked" test "$(stpgs)" -ge 1
load_ends "explicit only"

# Implicit only: I/O waits, and fails when the time is over.
disk_with_ports 2 $IMPLICIT $OPTIMIZED $OPTIMIZED
echo 12 >"$lu/multipath/no_path_timeout"
light_start --filename="/dev/$disk"
load_reaches $a $b
stpgs >/dev/null
target a $STANDBY
target b $UNAVAILABLE
ok "implicit only: blocked" within 10 lu_state_is blocked
began=$(now)
ok "implicit only: fails in the end" within 40 lu_state_is transport-offline
took=$(($(now) - began))
echo "# failed after $took s"
ok "implicit only: not before its time" test $took -ge 10
ok "implicit only: not long after" test $took -le 20
wait $fio_pid
ok "implicit only: and the load with it" test $? != 0
is "implicit only: nobody is asked" "$(stpgs)" 0
is "implicit only: no activation" "$(activations)" 0
is "implicit only: a" "$(changed_by a)" "Altered by Implicit ALUA"
is "implicit only: b" "$(changed_by b)" "Altered by Implicit ALUA"

# Another initiator takes it away each time, and this one gives in. It begins
# when the disk has just been found.
came=$(now)
disk_with_ports 3 $BOTH $OPTIMIZED $OPTIMIZED
echo -1 >"$lu/multipath/no_path_timeout"
target a $STANDBY
target b $STANDBY
light_start --filename="/dev/$disk"
ok "a new disk: activated" within 40 one_optimized a b
took=$(($(now) - came))
echo "# activated $took s after it came"
ok "a new disk: not while the scan may find others" test $took -ge 5
ok "a new disk: its paths carry I/O" within 20 sh -c \
	"[ \$(awk '{ print \$1 }' /sys/block/$disk/stat) -gt 100 ]"
stpgs >/dev/null
before=$(activations)
end=$(($(now) + 40))
while [ "$(now)" -lt $end ]; do
	one_optimized a b && target $active $STANDBY
	sleep 3
done
got=$(($(activations) - before))
asked=$(stpgs)
echo "# taken away for 40 s: activated $got times, asked $asked times"
ok "taken away again and again: some activations" test $got -ge 1
ok "taken away again and again: not many" test $got -le 5
ok "taken away again and again: not asked more often" test "$asked" -le 5
ok "taken away again and again: the load waits" fio_is_running
goes_on 140 "not taken away any more" a b
load_ends "taken away"

# Found over a port in standby first: without capacity, until a port serves it.
disk 4 $BOTH $STANDBY $OPTIMIZED
port 4 1 a
port 4 2 b
has_its_size() {
	[ "$(cat /sys/block/sde/size)" -gt 0 ]
}
ok "found in standby: it has its size when a port serves it" within 30 has_its_size
ok "found in standby: and is read" dd if=/dev/sde of=/dev/null bs=4k count=1 iflag=direct
finish
