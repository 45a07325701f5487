# SPDX-License-Identifier: GPL-2.0
# Notices of the fabric and of the administrator of a port: a path that works, but
# badly, is used only if no other is left, and is tried again after a while.
# guest: cpus=2 memory=2048 seconds=300
. ./lib.sh
. ./lib_transport.sh
. ./lib_fcoe.sh
plan 29

PARAM=/sys/module/scsi_mod/parameters/path_marginal_time
FPIN=/sys/module/fc_fpin/parameters
fcoe_start
modprobe fc_fpin || bail_out "no fc_fpin"
within 20 disk_is_there sda
echo rr >/sys/block/sda/device/multipath/iopolicy
listen /tmp/uevents "^SCSI_PATH(_EVENT)?="
bad=$(path_of_pair 0)
good=$(path_of_pair 1)
ATTR=/sys/bus/scsi/devices/$bad/path/marginal

# rport_of PATH: the port that it leads to
rport_of() {
	echo "/sys/class/fc_remote_ports/$(basename \
		"$(readlink -f "/sys/bus/scsi/devices/$1/../..")")"
}
RPORT=$(rport_of "$bad")

# notice WHAT [PATH]: of the port that it leads to, or the bad path
notice() {
	set -- "$1" "${2:-$bad}"
	echo "${2%%:*} $(cat "$(rport_of "$2")/port_name")" >"$FPIN/$1"
}

# marginal_is WHAT [PATH]
marginal_is() {
	[ "$(cat "/sys/bus/scsi/devices/${2:-$bad}/path/marginal")" = "$1" ]
}

read_some() {
	dd if=/dev/sda of=/dev/null bs=4k count=32 iflag=direct 2>/dev/null
}

# carries PATH
carries_some() {
	before=$(path_issued "$1")
	read_some && issued_more_than "$1" "$((before + 8))"
}

used() {
	ok "$1: it is used" carries_some "$bad"
}

unused() {
	ok "$1: I/O takes the other path" carries_some "$good"
	fails "$1: and not this one" carries_some "$bad"
}

told() {
	[ "$(grep -c "SCSI_PATH=$bad SCSI_PATH_EVENT=$1" /tmp/uevents)" = "$2" ]
}

echo 600 >$PARAM
is "nothing is known against it" "$(cat "$ATTR")" no
notice link
is "link integrity: known" "$(cat "$ATTR")" "yes link"
unused "link integrity"
ok "link integrity: told" within 10 told marginal 1
is "link integrity: it is good" "$(path_state "$bad")" 1
notice link
notice congestion
is "congestion, too" "$(cat "$ATTR")" "yes link congestion"
notice clear
is "the end of it" "$(cat "$ATTR")" "yes link"
is "told once" "$(grep -c SCSI_PATH_EVENT /tmp/uevents)" 1

# The administrator
echo no >"$ATTR"
used "administrator: not marginal"
ok "administrator: told" within 10 told reinstated 1
echo auto >"$ATTR"
is "administrator: what was said is forgotten" "$(cat "$ATTR")" no

# It is tried again after a while.
echo 3 >$PARAM
notice congestion
notice link
ok "it is tried again" within 60 marginal_is no
used "tried again"

# The port
echo Marginal >"$RPORT/port_state"
is "port: known" "$(cat "$ATTR")" "yes port"
unused "port"
# The last one is never out of use.
paths_write "$good" 3
ok "port: the last path is used" carries_some "$bad"
paths_write "$good" 1
within 10 path_state_is "$good" 1
unused "port, once more"
# What the fabric says meanwhile is heard, and is what counts afterwards.
echo 600 >$PARAM
notice congestion
is "port: congested as well" "$(cat "$ATTR")" "yes congestion port"
notice clear
is "port: not any more" "$(cat "$ATTR")" "yes port"
notice link
echo Online >"$RPORT/port_state"
is "port: online, with errors on its link" "$(cat "$ATTR")" "yes link"
unused "port: online"
echo no >"$ATTR"
echo auto >"$ATTR"

# Two paths, each in its own time
notice link
echo 3 >$PARAM
notice link "$good"
ok "two: the later one is tried again first" within 60 marginal_is no "$good"
is "two: and not the other one" "$(cat "$ATTR")" "yes link"
echo no >"$ATTR"
echo auto >"$ATTR"
notice link "$good"
echo 600 >$PARAM
notice link
ok "two: the earlier one is tried again first" within 60 marginal_is no "$good"
echo no >"$ATTR"
echo auto >"$ATTR"
used "in the end"
finish
