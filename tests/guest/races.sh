# SPDX-License-Identifier: GPL-2.0
# Moments that are short as a rule, held open here for as long as it takes to see what
# comes of them. And a list of all that are known, with the place where each is provoked.
#
# What happens in an unlucky moment			is provoked in
# Writes to another logical unit, and such as are lost
#   a LUN is mapped to something else while its port
#     is away, blocked or asleep			returns, remap, elsewhere
#   the last path leaves with a write under way		here; model, LIMIT_SHRINKS
#   an LLD gives up a command that is older than
#     attempt_timeout, without having aborted it		here
# Memory that is used after it was freed
#   a reset over a descriptor of a disk that has gone	lifetimes
#   the timer of an attempt looks at the command of the
#     logical unit when the attempt is over		KUnit, timeout_kunit.c
#   counters of a disk while its driver is unbound	lifetimes
# Waiting for what does not concern one
#   a logical unit comes or goes while another waits	independence
#   one that waits has all tags				independence
#   what lets I/O go waits for memory			pressure; lockdep, see init.c
#   the host of the nearer or better paths recovers	here; model, ONE_GROUP
#   a host takes no requests, with lpu			lld
#   a command that always fails so is always repeated	here, whose_error
#   the host of the only path recovers: a busy loop	pause
#   a path leaves while a probe waits for its queue	here
#   probes wait, and have all workers			crowd; model, ONE_WORKQUEUE
#   a silent target is claimed				withheld; model, ASKS_WITH_THE_MUTEX
#   the host recovers while a logical unit is scanned	here
#   the only path of one that is not ready yet		withheld
#   an LLD wants a command aborted at once		patience
# And
#   a path joins while its transport blocks it		model, NO_BARRIER. Not by running:
#     it takes a store that is seen after a load which comes behind it, within the same
#     few instructions of two CPUs
#   a logical unit is deleted while the module of its
#     host is unloaded					removal, lifetimes
#   the module is unloaded with the disk open		removal
#   one host that cannot be woken keeps all asleep	not: no adapter of QEMU's fails to.
#     So it is, see "Limits of this version" in the manual
#   a scan fails between its allocations		faults
#   an access state read weeks ago seems to be new	not: it took a CPU of 32 bits, and
#     the 24 days until its jiffies have a sign. They are of 64 bits now
#   a controller with thousands of paths goes		not: a line each, written as any
#     LLD writes it when it loses a port, with interrupts off; how long a console
#     needs for it is the console's
#   an LLD has a command sent again by the mid-layer	KUnit, verdict_kunit.c
# guest: clock=virtual cpus=4 memory=1536 seconds=900
. ./lib.sh
. ./lib_script.sh
plan 29

BLOCK=/sys/module/scsi_block_target/parameters
modprobe scsi_block_target || bail_out "scsi_block_target"

# waits FILE: nothing has been written to it yet
waits() {
	sleep 3
	[ ! -s "$1" ]
}

says() {
	[ "$(cat "$1")" = "$2" ]
}

# in_background FILE COMMAND...: its status is written to the file
in_background() {
	: >"$1"
	{
		into=$1
		shift
		"$@" >/dev/null 2>&1
		echo $? >"$into"
	} &
}

read_block() {
	timeout 60 dd if="$1" of=/dev/null bs=4k count=1 iflag=direct
}

write_block() {
	dd if=/dev/zero of="$1" bs=4k count=1 oflag=direct
}

nothing_left() {
	nr_paths_is 0 && nr_disks_is 0
}

# --- the last path leaves with a write under way ----------------------------

one_lu 1 max_luns=1 dev_size_mb=32
echo -1 >/sys/block/sda/device/multipath/no_path_timeout
echo 2 >/sys/block/sda/device/timeout
path=$(first_path)
inject "$path" "0 -1 2a"
in_background /tmp/written write_block /dev/sda
has_in_flight() {
	[ "$(cat "/sys/bus/scsi/devices/$path/path/in_flight")" = "$1" ]
}
ok "last path: a write is under way" within 10 has_in_flight 1
in_background /tmp/deleted sh -c "echo 1 >/sys/bus/scsi/devices/$path/delete"
ok "last path: it leaves, when the write has ended" within 60 says /tmp/deleted 0
ok "last path: there is none" nr_paths_is 0
ok "last path: the write waits" waits /tmp/written
echo "0 0 0" >"/sys/class/scsi_host/host${path%%:*}/scan"
ok "last path: it is back" within 20 nr_paths_is 1
ok "last path: and the write is done" within 20 says /tmp/written 0

# Several of which each takes its attempt with it
echo 3 >$SDEBUG/add_host
within 20 nr_paths_is 4 || bail_out "not 4 paths"
# shellcheck disable=SC2046 # a list of words
set -- $(path_devices)
for each; do
	inject "$each" "0 -1 2a"
done
in_background /tmp/written write_block /dev/sda
deleted=0
while [ $deleted -lt 4 ]; do
	for each; do
		path=$each
		[ -e "/sys/bus/scsi/devices/$each" ] && has_in_flight 1 || continue
		echo 1 >"/sys/bus/scsi/devices/$each/delete"
		deleted=$((deleted + 1))
	done
	sleep 0.1
	[ ! -s /tmp/written ] || break
done
is "all paths, one after the other: each had the write, and has left" "$deleted" 4
ok "all paths: the write waits" waits /tmp/written
echo "0 0 0" >"/sys/class/scsi_host/host${path%%:*}/scan"
ok "all paths: one is back, and the write is done" within 20 says /tmp/written 0
echo 0 >/sys/block/sda/device/multipath/no_path_timeout
rmmod scsi_debug
within 20 nothing_left || bail_out "something is left"

# --- an LLD gives a command up late, and has not aborted it ------------------

script_add disk 2 lu
node=$(script_node block 'sd[a-z]*')
within 20 disk_is_there "${node#/dev/}"
second=/sys/bus/scsi/devices/$(script_path "$unit" 1)/path/state
host=/sys/class/scsi_host/host$(script_hosts "$unit" | cut -d ' ' -f 1)
echo 5 >"$above/multipath/attempt_timeout"
echo 3 >"$second"
script "$unit" event zero
# After 8 s it has timed out, says the host. A reset of the device takes 5 s.
script "$unit" rules "0 0x2a 1 3 0 0 0 8000"
script "$unit" eh "0 1 0 5000"
in_background /tmp/written write_block "$node"
# By then its timer has gone off, and there was no other path; the next time is later.
sleep 7
echo 1 >"$second"
is_in_recovery() {
	[ "$(cat "$host/state")" = recovery ]
}
ok "given up late: the error handler looks after it" within 10 is_in_recovery
is "given up late: nobody has sent it again" "$(script_counter "$unit" executed 0x2a)" ""
ok "given up late: that was while the error handler was at work" is_in_recovery
ok "given up late: it is done in the end" within 30 says /tmp/written 0
# It may have been told first that the device was reset.
ok "given up late: over the other path" \
	test "$(script_counter "$unit" sent 1 0x2a)" -ge 1
is "given up late: and once in all" "$(script_counter "$unit" executed 0x2a)" 1
script "$unit" event forget

# --- a path leaves while a probe waits for its queue -------------------------

path=$(script_path "$unit" 0)
# The next TEST UNIT READY takes long. Before it is answered the queue begins to let
# nobody in: what the probe sends next waits.
script "$unit" event zero
script "$unit" rules "0 0 1 0 0 0 16 4000"
echo 2 >"/sys/bus/scsi/devices/$path/path/state"
is_tested() {
	[ "$(script_counter "$unit" sent 0 0x0)" = 1 ]
}
ok "probe: a path is tested" within 20 is_tested
in_background /tmp/quiesced sh -c "echo ${path%%:*} >$BLOCK/quiesce"
ok "probe: its device is stopped" within 20 says /tmp/quiesced 0
is "probe: nothing was sent since" \
	"$(script_counter "$unit" sent 0 0x12)" ""
in_background /tmp/deleted sh -c "echo 1 >/sys/bus/scsi/devices/$path/delete"
ok "probe: it can be removed" within 30 says /tmp/deleted 0
ok "probe: one path is left" within 10 script_has_paths 1
ok "probe: and carries I/O" read_block "$node"
# The path by which it would be found is not there any more.
echo 0 >"$above/multipath/no_path_timeout"
script_remove "$unit" 2>/dev/null
within 20 nothing_left || bail_out "something is left"

# --- the host of the better paths recovers ----------------------------------

one_lu 2 max_luns=1 dev_size_mb=32
# shellcheck disable=SC2046 # a list of words
set -- $(path_devices)
echo "$(lu_id):$(hctl_hex "$2"):1:0:1" >$PATHS
read_block /dev/sda 2>/dev/null
before=$(path_issued "$1")
read_block /dev/sda 2>/dev/null
ok "groups: the better path carries I/O" issued_more_than "$1" "$before"
in_background /tmp/recovered sh -c "echo ${1%%:*} 20000 >$BLOCK/recover"
sleep 1
in_background /tmp/read read_block /dev/sda
ok "groups: its host recovers, and the other one carries it" within 10 says /tmp/read 0
ok "groups: it still recovers" waits /tmp/recovered
is "groups: that is no failure" "$(nr_good)" 2
within 60 says /tmp/recovered 0

# --- the host recovers again and again while its devices are scanned ----------

paths_write "$2" 3
echo 1 >"/sys/bus/scsi/devices/$2/delete"
within 20 nr_paths_is 1
host=${1%%:*}
: >/tmp/go
while [ -e /tmp/go ]; do
	echo "$host 30" >$BLOCK/recover
	sleep 0.01
done &
round=0
while [ $round -lt 10 ]; do
	echo 1 >/sys/block/sda/device/delete
	within 20 nothing_left || break
	echo "0 0 0" >"/sys/class/scsi_host/host$host/scan"
	within 30 disk_is_there sda || break
	round=$((round + 1))
done
rm /tmp/go
wait
is "scan: a disk each time, of its size" $round 10
fails "scan: none was withheld" sh -c "dmesg | grep 'withheld ('"
echo 0 >/sys/block/sda/device/multipath/no_path_timeout
rmmod scsi_debug
within 20 nothing_left || bail_out "something is left"

# --- a command that always fails in a way for which it is repeated -----------

# Hardware errors of such a device are: BLIST_RETRY_HWERROR.
echo "Linux:repeats:0x400000" >/proc/scsi/device_info
one_lu 2 max_luns=1 dev_size_mb=32 inq_product=repeats
echo 1 >/sys/block/sda/device/timeout

# always_answered TEXT RULE: by both paths
always_answered() {
	for each in $(path_devices); do
		inject "$each" "2 1 28 $2"
	done
	in_background /tmp/read read_block /dev/sda
	ok "repeats: $1, it ends, with an error" within 30 says /tmp/read 1
	for each in $(path_devices); do
		uninject "$each" 2 28
	done
}

always_answered "a hardware error" "0 0 2 4 44 0"
always_answered "states have changed" "0 0 2 6 2a 6"
finish
