# SPDX-License-Identifier: GPL-2.0
# iSCSI for the tests that source this: open-iscsi with its daemon, and a real target
# whose two portals are at the far ends of two links.
# shellcheck disable=SC2034 # for those who source it

CONFIGFS=/sys/kernel/config/target
CORE=$CONFIGFS/core/rd_mcp_0/rd
NAME=iqn.2001-04.org.example:disk
TARGET=$CONFIGFS/iscsi/$NAME
# Seconds, the most that there can be
RETAIN=3600

in_target() {
	nsenter -t $target_pid -n "$@"
}

# A pair is a link, a portal and a portal group: 0 and 1.
portal() {
	echo "10.0.$1.1:3260"
}

tpg() {
	echo "$TARGET/tpgt_$(($1 + 1))"
}

listen() {
	in_target mkdir "$(tpg "$1")/np/$(portal "$1")"
}

# target PAIR 0|1: takes sessions, or drops those that it has and takes none
target() {
	echo "$2" >"$(tpg "$1")/enable"
}

link() {
	in_target /bin/ip link set "t$1" "$2"
}

# session PAIR --login|--logout
session() {
	iscsiadm -m node -T $NAME -p "$(portal "$1")" "$2"
}

# target_network: a target listens in a network of its own, which this process holds. It
# begins in ours.
target_network() {
	unshare -n sleep 100000 &
	target_pid=$!
	within 20 has_own_network $target_pid || bail_out "no network for a target"
}

has_own_network() {
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

iscsi_initiator_start() {
	echo "InitiatorName=iqn.2001-04.org.example:host" >/etc/iscsi/initiatorname.iscsi
	# The daemon wants to know by name who asks it.
	echo "root:x:0:0::/:/bin/sh" >/etc/passwd
	mkdir -p /run/lock
	iscsid -f >/tmp/iscsid.log 2>&1 &
}

# iscsi_start: both portals are discovered
iscsi_start() {
	target_network
	mount -t configfs configfs /sys/kernel/config 2>/dev/null
	modprobe -a veth iscsi_target_mod iscsi_tcp || bail_out "no iSCSI"
	mkdir -p $CORE
	echo "rd_pages=16384" >$CORE/control
	echo 1 >$CORE/enable
	echo iscsi001 >$CORE/wwn/vpd_unit_serial
	for pair in 0 1; do
		/bin/ip link add i$pair type veth peer name t$pair netns $target_pid
		/bin/ip addr add 10.0.$pair.2/24 dev i$pair
		in_target /bin/ip addr add 10.0.$pair.1/24 dev t$pair
		/bin/ip link set i$pair up
		link $pair up
		mkdir -p "$(tpg $pair)/lun/lun_0"
		ln -s $CORE "$(tpg $pair)/lun/lun_0/rd"
		for setting in authentication=0 generate_node_acls=1 cache_dynamic_acls=1 \
			demo_mode_write_protect=0; do
			echo ${setting#*=} >"$(tpg $pair)/attrib/${setting%=*}"
		done
		# For a session that another one replaces, the target starts a timer. That takes
		# session_lock, inside of which tpg_state_lock is taken, which is not safe from
		# timers: lockdep says so once, and then nothing any more. By default it goes off
		# at once; later than that, it is stopped in time.
		echo $RETAIN >"$(tpg $pair)/param/DefaultTime2Retain"
		listen $pair
		target $pair 1
	done

	iscsi_initiator_start
	within 20 iscsiadm -m discovery -t sendtargets -p "$(portal 0)" ||
		bail_out "discovery: $(cat /tmp/iscsid.log)"

	iscsiadm -m node -o update -n node.session.iscsi.DefaultTime2Retain -v $RETAIN ||
		bail_out "DefaultTime2Retain"
}
