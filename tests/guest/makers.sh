# SPDX-License-Identifier: GPL-2.0
# Targets of another maker: tgt, in user space, which gives its units the same names on
# every machine. They are not taken for one another. Where an administrator has given a
# unit a serial number of its own, its portals are paths to it.
# guest: cpus=2 memory=1024 seconds=240
# append: scsi_mod.multipath=always
. ./lib.sh
. ./lib_iscsi.sh
plan 11

# machine NAME NUMBER LINK...: a target on a machine of its own, NUMBER, with so many links
machine() {
	name=$1 number=$2
	shift 2
	target_network
	for link; do
		/bin/ip link add "i$link" type veth peer name "t$link" netns $target_pid
		/bin/ip addr add "10.0.$link.2/24" dev "i$link"
		/bin/ip link set "i$link" up
		in_target /bin/ip addr add "10.0.$link.1/24" dev "t$link"
		in_target /bin/ip link set "t$link" up
	done
	in_target /bin/ip link set lo up
	# As empty as any other, but not the same.
	dd if=/dev/zero of="/tmp/$name" bs=1M count=16 2>/dev/null
	echo "$name" | dd of="/tmp/$name" conv=notrunc 2>/dev/null
	in_target tgtd -f -C "$number" >"/tmp/tgtd.$name" 2>&1 &
	within 20 tell "$number" --op new --mode target --tid 1 -T "iqn.2001-04.org.example:$name" ||
		bail_out "tgtd: $(cat "/tmp/tgtd.$name")"
	tell "$number" --op new --mode logicalunit --tid 1 --lun 1 -b "/tmp/$name"
	tell "$number" --op bind --mode target --tid 1 -I ALL
}

# tell NUMBER ...: what tgt's administrator does
tell() {
	tell_to=$1
	shift
	tgtadm -C "$tell_to" --lld iscsi "$@"
}

# login LINK
login() {
	within 20 iscsiadm -m discovery -t sendtargets -p "10.0.$1.1:3260" >/dev/null ||
		bail_out "discovery over $1"
	iscsiadm -m node -p "10.0.$1.1:3260" --login
}

logout_all() {
	iscsiadm -m node --logoutall=all && within 30 nr_disks_is 0
}

# text DISK: by which one is known from another
text() {
	dd if="/dev/$1" bs=512 count=1 iflag=direct 2>/dev/null | head -1
}

# paths_of_disks_are NUMBER: paths of all disks together
paths_of_disks_are() {
	[ "$(find /sys/block/sd*/device/paths/* -maxdepth 0 2>/dev/null | wc -l)" = "$1" ]
}

mkdir -p /var/run/tgtd
modprobe -a veth iscsi_tcp || bail_out "no iSCSI"
iscsi_initiator_start
machine one 1 0 1
machine other 2 2
login 0
login 2
ok "two machines: two disks" within 30 nr_disks_is 2
is "two machines: each has its own data" "$(for disk in /sys/block/sd*; do
	text "$(basename "$disk")"
done | sort | tr '\n' ' ')" "one other "
ok "two machines: no path of one leads to the other" paths_of_disks_are 0
ok "two machines: logout" logout_all

# Over two portals it is one unit that nobody can tell from any other.
login 0
login 1
ok "two portals, no name: two disks, as ever" within 30 nr_disks_is 2
ok "two portals, no name: logout" logout_all

tell 1 --op update --mode logicalunit --tid 1 --lun 1 --params scsi_sn=one0001
login 0
login 1
ok "two portals, a serial number: two paths" within 30 nr_paths_is 2
is "two portals, a serial number: one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1
is "by that it is called" "$(lu_id "$(basename /sys/block/sd*)")" sn.IET.VIRTUAL-DISK.one0001
is "its data are its own" "$(text "$(basename /sys/block/sd*)")" one
echo 0 >"$(echo /sys/block/sd*)/device/multipath/no_path_timeout"
ok "two portals, a serial number: logout" logout_all
finish
