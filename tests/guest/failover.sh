# SPDX-License-Identifier: GPL-2.0
# One path after the other fails in every way there is, while another is good:
# no I/O error above, and the data verifies.
# guest: cpus=4 memory=2048
. ./lib.sh
plan 31

one_lu 3 max_luns=1 dev_size_mb=128 inq_product=failover
echo rr >/sys/block/sda/device/multipath/iopolicy
# Shorter than the default: the timeouts below are waited for.
echo 3 >/sys/block/sda/device/timeout

# Of a request that is done, laptop mode looks up the disk. A path has none.
echo 5 >/proc/sys/vm/laptop_mode

fio_start
load_reaches $(path_devices)

# Of the virtual host as well, which has no commands.
ok "each host says how busy it is" sh -c \
	"! cat /sys/class/scsi_host/host*/host_busy | grep -qv '^[0-9]*$'"

# good_again PATH: back in use. Each loss soon after the last one has it tested later,
# but not later than after 75 s.
good_again() {
	within 90 path_state_is "$1" 1
}

takes_io() {
	takes_io_before=$(path_issued "$1")
	sleep 1
	[ "$(path_issued "$1")" -gt "$takes_io_before" ]
}

# probes Y|N: a path that is lost stays so until it has been looked at
probes() {
	echo "$1" >/sys/module/scsi_mod/parameters/path_probe
}

# host_byte NAME BYTE OPCODES: transport errors until the path is taken out
host_byte() {
	path=$(first_path)
	probes N
	for opcode in $3; do
		inject_host_byte "$path" -200 "$opcode" "$2"
	done
	within 10 path_state_is "$path" "$4"
	report $? "$1: path out of use"
	for opcode in $3; do
		uninject "$path" 2 "$opcode"
	done
	probes Y
	good_again "$path"
	report $? "$1: path back by itself"
	ok "$1: load goes on" fio_is_running
}

path=$(first_path)
echo offline >"/sys/bus/scsi/devices/$path/state"
is "offline: dead at once" "$(path_state "$path")" 3
sleep 1
echo running >"/sys/bus/scsi/devices/$path/state"
ok "offline: back when running" good_again "$path"
ok "offline: load goes on" fio_is_running

# READ(10), WRITE(10); scsi_debug disks of this size are sent no other
host_byte "DID_NO_CONNECT" 1 "28 2a" 3
host_byte "DID_ERROR" 7 "28 2a" 3
host_byte "DID_TRANSPORT_FAILFAST" f "28 2a" 3
host_byte "DID_TRANSPORT_DISRUPTED" e "28 2a" 2

# Taken out and brought back by the administrator.
path=$(first_path)
paths_write "$path" 3
is "administrator: out" "$(path_state "$path")" 3
before=$(path_issued "$path")
sleep 2
after=$(path_issued "$path")
ok "administrator: no I/O" test "$after" -le $((before + 1))
is "administrator: stays out" "$(path_state "$path")" 3
paths_write "$path" 1
is "administrator: in" "$(path_state "$path")" 1
ok "administrator: takes I/O" takes_io "$path"

# Commands that never come back: aborted after 3 s, then done elsewhere.
probes N
inject "$path" "0 -4 28"
inject "$path" "0 -4 2a"
ok "timeout: dead after the abort" within 20 path_state_is "$path" 3
probes Y
ok "timeout: back by itself" good_again "$path"
uninject "$path" 0 28 2>/dev/null
uninject "$path" 0 2a 2>/dev/null
ok "timeout: load goes on" fio_is_running

# A path's device, and a path's whole host, go away.
path=$(first_path)
echo 1 >"/sys/bus/scsi/devices/$path/delete"
ok "delete: one path less" within 10 nr_paths_is 2
host=${path%%:*}
echo "- - -" >"/sys/class/scsi_host/host$host/scan"
ok "delete: found again by a scan" within 20 nr_paths_is 3
echo -1 >$SDEBUG/add_host
ok "host removed: one path less" within 20 nr_paths_is 2
echo 1 >$SDEBUG/add_host
ok "host added: one path more" within 20 nr_paths_is 3
ok "hosts: load goes on" fio_is_running

fio_ok "no error above, data verified"
is "all paths good" "$(nr_good)" 3
finish
