# SPDX-License-Identifier: GPL-2.0
# The real multipathd and udev: it combines what is not claimed, and leaves logical
# units alone; by itself as Debian ships it, by a line of configuration if it is told
# to take everything. And device-mapper's multipath on top of a logical unit.
# guest: cpus=4 memory=2048 seconds=300
# qemu: -device virtio-scsi-pci,id=hba0 -device virtio-scsi-pci,id=hba1
# qemu: -blockdev driver=null-co,node-name=disk,size=67108864,read-zeroes=on
# qemu: -device scsi-hd,bus=hba0.0,drive=disk,share-rw=on,serial=PLAIN1,wwn=0x5000c50015ea71ac
# qemu: -device scsi-hd,bus=hba1.0,drive=disk,share-rw=on,serial=PLAIN1,wwn=0x5000c50015ea71ac
. ./lib.sh
plan 20

# configure TEXT: what is not said is multipathd's default
configure() {
	printf '%s\n' 'defaults {' 'path_selector "round-robin 0"' \
		'verbosity 2' "$1" '}' "$2" >/etc/multipath.conf
}

two_plain_disks() {
	[ -b /dev/sda ] && [ -b /dev/sdb ]
}

lu_is_there() {
	[ -d /sys/block/sdc/device/multipath ] && disk_is_there sdc
}

within 30 two_plain_disks || bail_out "no plain disks"
modprobe scsi_late hosts=2 || bail_out "scsi_late"
within 30 lu_is_there || bail_out "no logical unit"
lu=/sys/block/sdc/device/multipath
mkdir -p /etc/multipath /run/udev
systemd-udevd --daemon || bail_out "no udevd"
udevadm trigger --action=add && udevadm settle || bail_out "udev"

is "by-id: the logical unit as a disk of its own" \
	"$(readlink -f /dev/disk/by-id/wwn-0x3a00000000000001 2>/dev/null)" /dev/sdc
is "by-id: no other name leads to a path" \
	"$(find /dev/disk/by-id -name '*3a00000000000001' -exec readlink -f {} \; | sort -u)" \
	/dev/sdc

# daemon TEXT TEXT: multipathd with this configuration
daemon() {
	configure "$1" "$2"
	multipathd -d >/tmp/multipathd.log 2>&1 &
	daemon_pid=$!
	within 30 daemon_answers || bail_out "multipathd: $(cat /tmp/multipathd.log)"
}

daemon_answers() {
	multipathd show daemon | grep -qE '^pid .* (idle|running)'
}

# What has ended is a zombie until it is waited for.
daemon_has_ended() {
	! grep -q '^State:[[:space:]]*[^Z[:space:]]' "/proc/$daemon_pid/status" 2>/dev/null
}

no_map() {
	multipath -F
	[ -z "$(dmsetup ls --target multipath | grep -v '^No devices')" ]
}

# A client that it does not answer in time gives up, and then it never hears of that. A
# signal stays. Whoever looks at a map keeps it from being removed.
daemon_ends() {
	kill $daemon_pid
	within 30 daemon_has_ended ||
		bail_out "multipathd goes on: $(cat /tmp/multipathd.log)"
	wait $daemon_pid
	udevadm settle
	within 30 no_map || bail_out "a map is left: $(dmsetup ls)"
}

holders() {
	ls "/sys/block/$1/holders" | wc -l
}

holders_are() {
	[ "$(holders "$1")" = "$2" ]
}

# map_over DISK: the map that holds it, if that can be read already
map_over() {
	map=$(ls "/sys/block/$1/holders")
	[ "$map" ] && [ "$(cat "/sys/block/$map/size")" -gt 0 ] && echo "$map"
}

map_of_plain() {
	holders_are sda 1 && holders_are sdb 1 && map_over sda
}

daemon "find_multipaths yes"
ok "yes: the plain disks are combined" within 40 map_of_plain
is "yes: the logical unit is left alone" "$(holders sdc)" 0
ok "yes: I/O beside each other" sh -c \
	"dd if=/dev/$(map_over sda) of=/dev/null bs=4k count=200 iflag=direct &&
	 dd if=/dev/sdc of=/dev/null bs=4k count=200 iflag=direct"
is "yes: and after it" "$(holders sdc)" 0
daemon_ends

daemon ""
ok "as shipped: it runs" daemon_answers
is "as shipped: the logical unit is left alone" "$(holders sdc)" 0
daemon_ends

daemon "find_multipaths no" 'blacklist {
protocol "scsi:unspec"
}'
ok "no, and the line: it runs" daemon_answers
is "no, and the line: the logical unit is left alone" "$(holders sdc)" 0
daemon_ends
# The lines of the package keep it from nothing else.
daemon "find_multipaths no" "$(cat package_multipath.conf)"
ok "no, and the package: the plain disks are combined" within 40 map_of_plain
is "no, and the package: the logical unit is left alone" "$(holders sdc)" 0
# It takes what it can: that is what keeps it away.
daemon_ends
daemon "find_multipaths no"
ok "no, without the line: it is taken" within 40 map_over sdc
echo 3 >"/sys/bus/scsi/devices/$(first_path sdc)/path/state"
ok "on top: a path that fails is of no concern to it" sh -c \
	"dd if=/dev/$(map_over sdc) of=/dev/null bs=4k count=200 iflag=direct"
is "on top: it has not failed a path" \
	"$(multipathd show paths format '%d %t' | awk '$1 == "sdc" { print $2 }')" \
	active
daemon_ends
ok "given back" within 20 holders_are sdc 0

# By hand, a map over the one node, which fails if that does.
table="0 $(blockdev --getsz /dev/sdc) multipath 0"
DM_DISABLE_UDEV=1 dmsetup create top --table \
	"$table 0 1 1 round-robin 0 1 1 $(cat /sys/block/sdc/dev) 1"
ok "a map on top: reads and writes" sh -c \
	"dd if=/dev/zero of=/dev/mapper/top bs=4k count=100 oflag=direct &&
	 dd if=/dev/mapper/top of=/dev/null bs=4k count=100 iflag=direct"
# Device-mapper refuses such a map, or, in newer kernels, has it without the handler.
DM_DISABLE_UDEV=1 dmsetup create handler --table \
	"$table 1 alua 1 1 round-robin 0 1 1 $(cat /sys/block/sdc/dev) 1"
has_handler() {
	dmsetup table handler | grep alua || grep alua /sys/block/sdc/device/dh_state
}
fails "a map cannot attach a handler to it" has_handler
! dmsetup info handler >/dev/null 2>&1 || DM_DISABLE_UDEV=1 dmsetup remove --retry handler
DM_DISABLE_UDEV=1 dmsetup remove --retry top || bail_out "top is in use"
is "one of the paths has carried all of it" "$(nr_good)" 1
is "one logical unit" "$(find /sys/block/*/device/multipath -maxdepth 0 | wc -l)" 1
finish
