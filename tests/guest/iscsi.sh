# SPDX-License-Identifier: GPL-2.0
# iSCSI as it is used: open-iscsi with its daemon, and a real target whose two
# portals are at the far ends of two links. The path of a session that is lost is out of use
# at once, whatever its replacement_timeout is; nothing waits for that but what the
# initiator still has in its hands. Without any session I/O waits.
# guest: cpus=4 memory=2048 seconds=600
. ./lib.sh
. ./lib_transport.sh
. ./lib_iscsi.sh
plan 56

iscsi_start
is "both portals are discovered" "$(iscsiadm -m node | cut -d, -f1 | sort | paste -s -d' ')" \
	"$(portal 0) $(portal 1)"

ok "login to the first" session 0 --login
ok "login to the second" session 1 --login
within 30 nr_paths_is 2 || bail_out "not two paths"
ok "one disk" within 20 disk_is_there sda
is "one disk only" "$(find /sys/block -name 'sd*' | wc -l)" 1
LU=/sys/block/sda/device
echo rr >$LU/multipath/iopolicy

# session_of PATH: its directory
session_of() {
	readlink -f "/sys/bus/scsi/devices/$1/../.."
}

path_of_pair() {
	for each in $(path_devices); do
		grep -qx "10.0.$1.1" "$(session_of "$each")"/connection*/iscsi_connection/*/persistent_address &&
			echo "$each"
	done
}

is "the paths are those of the two portals" \
	"$(for pair in 0 1; do path_of_pair $pair; done | sort | paste -s -d' ')" \
	"$(path_devices | sort | paste -s -d' ')"

# replacement_timeout SECONDS: of the sessions that there are
replacement_timeout() {
	for recovery_tmo in /sys/class/iscsi_session/*/recovery_tmo; do
		echo "$1" >"$recovery_tmo"
	done
}

# Not more than an emulated CPU carries
# with time to spare: else attempt_timeout finds paths that do not answer.
LOAD="--size=24% --bsrange=4k-128k --iodepth=4"

zero=$(path_of_pair 0)
one=$(path_of_pair 1)
is "replacement_timeout is that of the package, long" \
	"$(cat /sys/class/iscsi_session/*/recovery_tmo | uniq)" 120

# --- one session is lost, and replacement_timeout is long ---------------------
# A command that takes longer than half of it is an error of this load.
load_start --max_latency=60s

# The target closes the connection: everybody knows at once.
target 0 0
ok "dropped: blocked" within 10 sdev_state_is "$zero" blocked
is "dropped: failing" "$(path_state "$zero")" 2
ok "dropped: all it had has come back" within 10 in_flight_is "$zero" 0
carries "dropped: the other carries the load" "$one"
target 0 1
back "dropped" "$zero"

# The link is cut: nobody says a word.
cut=$(now)
link 0 down
ok "cut: out of use" within 20 path_state_is "$zero" 2
took=$(($(now) - cut))
ok "cut: after attempt_timeout, $took s" test $took -le 12
# The initiator's own test of the connection takes 5 + 5 s, and ends it.
ok "cut: all it had has come back" within 40 in_flight_is "$zero" 0
is "cut: its session is still waited for" \
	"$(cat /sys/bus/scsi/devices/"$zero"/state)" blocked
carries "cut: the other carries the load" "$one"
link 0 up
back "cut" "$zero"

# The target goes away, and comes back.
target 1 0
rmdir "$(tpg 1)/np/$(portal 1)"
ok "restarted: blocked" within 10 sdev_state_is "$one" blocked
carries "restarted: the other carries the load" "$zero"
listen 1
target 1 1
back "restarted" "$one"
load_ends "long replacement_timeout"

# --- one session is lost, and replacement_timeout is short --------------------
replacement_timeout 3
load_start
target 0 0
ok "short: offline when it is over" within 20 sdev_state_is "$zero" transport-offline
is "short: dead" "$(path_state "$zero")" 3
carries "short: the other carries the load" "$one"
target 0 1
back "short" "$zero"

# --- sessions come and go -----------------------------------------------------
ok "logout from the first, under load" session 0 --logout
is "one path is left" "$(path_devices)" "$one"
ok "login to the first, under load" session 0 --login
ok "two paths again" within 30 nr_paths_is 2
zero=$(path_of_pair 0)
carries "the new one carries I/O" "$zero"
load_ends "sessions come and go"

# --- no session is left -------------------------------------------------------
echo 120 >$LU/multipath/no_path_timeout
replacement_timeout 3
load_start
target 0 0
target 1 0
ok "both dropped: blocked" within 20 lu_state_is blocked
ok "both dropped: both are given up by the transport" within 20 sh -c \
	"! grep -vx transport-offline /sys/bus/scsi/devices/$zero/state /sys/bus/scsi/devices/$one/state"
ok "both dropped: I/O still waits" within 20 io_waits
target 0 1
target 1 1
ok "both dropped: running again" within 60 lu_state_is running
back "both dropped, the first" "$zero"
back "both dropped, the second" "$one"

ok "logout from both, under load" iscsiadm -m node --logout
is "no path" "$(nr_paths)" 0
ok "no path: I/O waits" within 20 io_waits
ok "login to both" iscsiadm -m node --login
ok "the same disk has two paths again" within 30 nr_paths_is 2
for each in $(path_devices); do
	carries "back under load: $each carries I/O" "$each"
done
load_ends "no session left"
ok "not a single error in the log" sh -c '! dmesg | grep "I/O error"'
finish
