# SPDX-License-Identifier: GPL-2.0
# Every way back is a return: what was blocked leads wherever its LUN leads by now, and
# carries no I/O before its identity has been read. That costs one command, and nobody
# hears of it who has not heard of the loss.
# guest: clock=virtual cpus=4
. ./lib.sh
plan 25

BLOCK=/sys/module/scsi_block_target/parameters
one_lu 2 max_luns=1 dev_size_mb=32
modprobe scsi_block_target || bail_out "scsi_block_target"
echo rr >/sys/block/sda/device/multipath/iopolicy
a=$(path_devices | head -1)
b=$(path_devices | tail -1)

listen /tmp/uevents "^SCSI_PATH(_EVENT)?="

# events PATH WHAT: so many have come
events() {
	grep -c "SCSI_PATH=$1 SCSI_PATH_EVENT=$2" /tmp/uevents
}

events_are() {
	[ "$(events "$1" "$2")" = "$3" ]
}

read_all_paths() {
	dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct
}

# away PATH, back PATH
away() {
	echo "${1%%:*}" >$BLOCK/block
}

back() {
	echo "${1%%:*}" >$BLOCK/unblock
}

failures() {
	cat "/sys/bus/scsi/devices/$1/path/failures"
}

# The commands that a host is sent, by opcode.
trace_on() {
	echo >$TRACE/trace
	echo 1 >$TRACE/events/scsi/scsi_dispatch_cmd_start/enable
}

# sent PATH PATTERN
sent() {
	grep "host_no=${1%%:*} " $TRACE/trace | grep -c "$2"
}

# good_again PATH: whoever says so until its host has done with it
good_again() {
	paths_write "$1" 1
	good_after_io 2
}

# --- the same as before ---------------------------------------------------------
failed_before=$(failures "$b")
away "$b"
ok "blocked: told" within 10 events_are "$b" stopped 1
trace_on
back "$b"
ok "unblocked: told" within 10 events_are "$b" reinstated 1
echo 0 >$TRACE/events/scsi/scsi_dispatch_cmd_start/enable
is "unblocked: asked once" "$(sent "$b" INQUIRY)" 1
is "unblocked: asked nothing else" "$(sent "$b" .)" 1
is "unblocked: good" "$(path_state "$b")" 1
is "unblocked: no failure" "$(failures "$b")" "$failed_before"
ok "unblocked: carries I/O" sh -c ". ./lib.sh
	before=\$(path_issued $b)
	dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct
	issued_more_than $b \$before"

# --- all at once, and I/O that does not wait ------------------------------------
# With one path, and no time for it to be without: it is not lost, only looked at.
echo 0 >/sys/block/sda/device/multipath/no_path_timeout
paths_write "$a" 3
trace_on
for turn in 1 2 3 4 5; do
	away "$b"
	within 10 events_are "$b" stopped $((1 + turn)) || echo "# turn $turn: not told"
	back "$b"
	within 10 events_are "$b" reinstated $((1 + turn)) ||
		echo "# turn $turn: not told of its return"
	read_all_paths >/dev/null 2>&1 || echo "# turn $turn: error"
done >/tmp/turns 2>&1
cat /tmp/turns
is "only path: as often as it returns, I/O goes on" "$(cat /tmp/turns)" ""
echo 0 >$TRACE/events/scsi/scsi_dispatch_cmd_start/enable
is "only path: each return is read" "$(sent "$b" INQUIRY)" 5
paths_write "$a" 1
echo 30 >/sys/block/sda/device/multipath/no_path_timeout

# --- one that does not say whose it is ------------------------------------------
away "$b"
within 10 events_are "$b" stopped 7
inject "$b" "2 1 12 0 0 2 4 44 0"
back "$b"
ok "no answer: it is out of use, and told so" within 10 path_state_is "$b" 3
read_all_paths >/dev/null 2>&1
ok "no answer: stays so" path_state_is "$b" 3
uninject "$b" 2 12
ok "answered in the end: back" within 20 good_after_io 2

# --- one that does not answer at all --------------------------------------------
# Neither does it to aborts, nor after resets, until its host gives its device up.
silent() {
	inject "$b" "0 -1000 ff"
	inject "$b" "3 -1000 ff"
	inject "$b" "4 -1000 ff"
}

answers() {
	uninject "$b" 0 ff
	uninject "$b" 3 ff
	uninject "$b" 4 ff
}

# returns_soon COMMAND...: whoever says that the path is good waits no longer than this
returns_soon() {
	begin=$(now)
	"$@"
	took=$(($(now) - begin))
	echo "# took $took s"
	[ $took -le $((16 * slower)) ]
}

paths_write "$b" 3
silent
ok "silent: who writes to /proc waits a while" returns_soon paths_write "$b" 1
is "silent: and then it is known" "$(path_state "$b")" 3
answers
ok "silent: answered in the end: back" within 200 good_again "$b"
paths_write "$b" 3
silent
ok "silent: who writes to sysfs waits a while" returns_soon \
	sh -c "echo 1 >/sys/bus/scsi/devices/$b/path/state"
is "silent: and then that is known" "$(path_state "$b")" 3
answers
within 200 good_again "$b" || bail_out "it is not back"

# --- another one behind it ------------------------------------------------------
light_start
load_reaches "$a" "$b"
away "$b"
within 10 path_state_is "$b" 2
echo 1 >$SDEBUG/vpd_use_hostno
trace_on
back "$b"
leads_elsewhere() {
	dmesg | grep -q "$b: path leads to .* now"
}
ok "remapped: found out" within 20 leads_elsewhere
is "remapped: not a single write" "$(sent "$b" WRITE_10)" 0
only_a_is_left() {
	[ "$(path_devices sda)" = "$a" ]
}
leads_to_sdb() {
	[ "$(path_devices sdb)" = "$b" ]
}
ok "remapped: one path is left" within 20 only_a_is_left
ok "remapped: what it leads to is found" within 20 nr_disks_is 2
ok "remapped: over its path" within 20 leads_to_sdb
load_ends "remapped"

# What was mapped there is mapped back.
echo 0 >$TRACE/events/scsi/scsi_dispatch_cmd_start/enable
echo 0 >$SDEBUG/vpd_use_hostno
echo 0 >/sys/block/sdb/device/multipath/no_path_timeout
echo 1 >"/sys/bus/scsi/devices/$b/delete"
within 20 nr_disks_is 1
echo "0 0 0" >"/sys/class/scsi_host/host${b%%:*}/scan"
ok "mapped back: a path again" within 20 nr_paths_is 2
finish
