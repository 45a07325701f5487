# SPDX-License-Identifier: GPL-2.0
# A transport that blocks a device has not given it up, and how long it waits is its
# own matter: a logical unit whose last path is blocked waits as long as a plain disk
# does. And whoever has set too short a time can still have I/O wait again.
# guest: clock=virtual cpus=4 memory=2048 seconds=300
. ./lib.sh
plan 26

BLOCK=/sys/module/scsi_block_target/parameters
TIMEOUT=/sys/block/sda/device/multipath/no_path_timeout

host_of() {
	echo "${1%%:*}"
}

read_block() {
	dd if=/dev/sda of=/dev/null bs=4k count=1 iflag=direct 2>/dev/null
}

read_to() {
	read_block
	echo $? >"$1"
}

says() {
	[ "$(cat "$1")" = "$2" ]
}

has_ended() {
	[ -s "$1" ]
}

# --- the plain disk says what is right ------------------------------------

modprobe scsi_block_target || bail_out "scsi_block_target"
plain_disk
plain=$(host_of "$(basename "$(readlink -f /sys/block/sda/device)")")
echo "$plain" >$BLOCK/block
: >/tmp/plain
read_to /tmp/plain &
sleep 6
fails "a plain disk waits while it is blocked" has_ended /tmp/plain
echo "$plain" >$BLOCK/unblock
ok "and goes on" within 20 says /tmp/plain 0
rmmod scsi_debug

# --- one path -------------------------------------------------------------

one_lu 1 max_luns=1
host=$(host_of "$(first_path)")
echo 2 >$TIMEOUT
echo "$host" >$BLOCK/block
ok "the only path is blocked" within 10 lu_state_is blocked
: >/tmp/one
read_to /tmp/one &
sleep 6
fails "a logical unit waits as well" has_ended /tmp/one
is "blocked" "$(cat /sys/block/sda/device/state)" blocked
echo "$host" >$BLOCK/unblock
ok "and goes on" within 20 says /tmp/one 0

# The transport gives it up: from now on it is lost.
echo 4 >$TIMEOUT
echo "$host" >$BLOCK/block
within 10 lu_state_is blocked
: >/tmp/one
read_to /tmp/one &
sleep 6
fails "it waits" has_ended /tmp/one
echo "$host" >$BLOCK/fail
sleep 2
fails "and somewhat longer when it is given up" has_ended /tmp/one
ok "until no_path_timeout is over" within 20 says /tmp/one 1
ok "transport-offline" within 5 lu_state_is transport-offline
echo "$host" >$BLOCK/unblock
ok "it comes back" within 20 read_block

# It runs again, and does not answer: that is lost, too.
path=$(first_path)
echo "$host" >$BLOCK/block
within 10 lu_state_is blocked
: >/tmp/one
read_to /tmp/one &
inject_host_byte "$path" 1000 0 1
inject_host_byte "$path" 1000 28 1
sleep 6
fails "it waits once more" has_ended /tmp/one
echo "$host" >$BLOCK/unblock
ok "a path that is back and dead" within 40 says /tmp/one 1
uninject "$path" 2 0
uninject "$path" 2 28
ok "and alive" within 60 read_block
rmmod scsi_debug
within 20 nr_disks_is 0

# --- two paths: no other one must be lost for it --------------------------

one_lu 2 max_luns=1
echo 2 >$TIMEOUT
first=$(path_devices | head -1)
second=$(path_devices | tail -1)
paths_write "$second" 3
echo "$(host_of "$first")" >$BLOCK/block
within 10 lu_state_is blocked
: >/tmp/two
read_to /tmp/two &
sleep 6
fails "one is blocked, one is disabled: it waits" has_ended /tmp/two
paths_write "$second" 1
ok "the other one will do" within 10 says /tmp/two 0
paths_write "$second" 3
paths_write "$first" 3
: >/tmp/two
read_to /tmp/two
is "both are disabled: it fails" "$(cat /tmp/two)" 1
echo "$(host_of "$first")" >$BLOCK/unblock

# --- I/O that fails can be made to wait again -----------------------------

ok "transport-offline" within 10 lu_state_is transport-offline
echo -1 >$TIMEOUT
ok "-1: it waits again" within 5 lu_state_is blocked
: >/tmp/again
read_to /tmp/again &
sleep 4
fails "-1: for ever" has_ended /tmp/again
echo 1 >$TIMEOUT
ok "1: it fails, as that is over" within 10 says /tmp/again 1
ok "1: transport-offline" within 5 lu_state_is transport-offline
echo 600 >$TIMEOUT
ok "600: it waits again, as that is not" within 5 lu_state_is blocked
: >/tmp/again
read_to /tmp/again &
sleep 4
fails "600: it waits" has_ended /tmp/again
paths_write "$first" 1
ok "a path is back, and it is done" within 10 says /tmp/again 0
ok "running" lu_state_is running
finish
