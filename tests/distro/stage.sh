# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Runs in Debian 13 on a disk that two adapters lead to, once at each boot; what comes next
# is in /var/stage. The steps are those of "From dm-multipath, and back" of the manual.
exec >/dev/ttyS1 2>&1 </dev/null
export TEST_NAME=distro
cd /guest || exit
without_sg=1
. ./lib.sh
PATH=$PATH:/usr/sbin:/sbin
export DEBIAN_FRONTEND=noninteractive
disk_uuid=6d756c74-6970-6174-6800-000000000001

# shown COMMAND...: what an administrator sees
shown() {
	echo "# \$ $*"
	"$@" 2>&1 | sed 's/^/#   /'
}

newest_of_ours() {
	find /boot -name 'vmlinuz-*scsi-multipath*' | sort -V | tail -1
}

# Files that the package scsi-multipath puts there; modules have that in their folder's name.
of_ours_in_initramfs() {
	lsinitramfs "/boot/initrd.img-$(uname -r)" | grep 'scsi-multipath\.'
}

# boots_next VMLINUZ: the entry of GRUB for that kernel
boots_next() {
	update-grub && grub-set-default \
		"gnulinux-advanced-$disk_uuid>gnulinux-${1#/boot/vmlinuz-}-advanced-$disk_uuid"
}

# with_parameters TEXT: at the next boot, besides the others
with_parameters() {
	sed -i "s/^\(GRUB_CMDLINE_LINUX=.*\)\"$/\1 $1\"/" /etc/default/grub
}

# installed PACKAGE...: by apt, which says meanwhile what it is at
installed() {
	{ apt-get install -y "$@" 2>&1 && touch /run/installed; } | sed -u 's/^/# apt: /'
	ok "apt installs $(echo "$@" | sed 's,[^ ]*/,,g; s/_[^ ]*//g')" rm /run/installed
}

next() {
	echo "$1" >/var/stage
	sync
}

nr_paths_of_lu() {
	find /sys/block/sda/device/paths -type l | wc -l
}

paths_of_lu_are() {
	[ "$(nr_paths_of_lu)" = "$1" ]
}

is_sound() {
	is "$1: the file system is sound" "$(cat /sys/fs/ext4/*/errors_count)" 0
	is "$1: no unit has failed" "$(systemctl --failed --plain --no-legend)" ""
}

# lu_is TEXT PATHS
lu_is() {
	is "$1: one disk" "$(echo /sys/block/sd*)" /sys/block/sda
	is "$1: root is on it" "$(findmnt -n -o SOURCE /)" /dev/sda1
	is "$1: it has so many paths in use" "$(scsi-multipath -e 0 sda | grep -c ' good ')" "$2"
	is "$1: no map is on it" "$(dmsetup ls --target multipath 2>&1)" "No devices found"
	is_sound "$1"
	shown scsi-multipath
}

# map_is TEXT: multipathd has its two paths
map_is() {
	is "$1: two disks" "$(find /sys/block -name 'sd*' | wc -l)" 2
	is "$1: root is on a map" "$(findmnt -n -o SOURCE /)" /dev/mapper/mpatha-part1
	is "$1: the map has two paths" "$(multipath -ll | grep -c ' active ready ')" 2
	is_sound "$1"
	shown multipath -ll
}

stage=$(cat /var/stage 2>/dev/null)
udevadm settle
case $stage in
"")
	plan 11
	map_is "stock"
	ok "grub-install" grub-install /dev/mapper/mpatha
	# Step 2 of the manual.
	fails "no file names a map" grep -r /dev/mapper /etc/fstab /etc/default/grub
	# What is installed, and what comes with it.
	installed /root/debs/linux-image-*.deb /root/debs/scsi-multipath_*.deb
	ok "there is a kernel, with an initramfs" test -s \
		"$(newest_of_ours | sed 's/vmlinuz/initrd.img/')"
	with_parameters "scsi_mod.path_rules=naa.5000c50015ea71ac:multipath=on"
	ok "it is the one to be booted" boots_next "$(newest_of_ours)"
	fails "GRUB names no map either" grep -w mpatha /boot/grub/grub.cfg
	next both ;;
both)
	plan 16
	ok "GRUB has started it" grep -w BOOT_IMAGE /proc/cmdline
	is "the kernel is that of the package" "$(uname -r)" \
		"$(newest_of_ours | sed 's,.*vmlinuz-,,')"
	lu_is "both adapters" 2
	ok "the device handler was there first" grep -q . /sys/module/scsi_dh_alua/refcnt
	ok "multipathd runs" multipathd show daemon
	shown multipath -ll
	shown lsblk
	shown lsscsi
	dd if=/dev/urandom of=/var/some bs=1M count=16 conv=fsync 2>/dev/null
	sha256sum /var/some >/var/sum
	# An adapter is lost while the system writes.
	(while [ ! -e /run/enough ]; do dd if=/dev/urandom of=/var/more bs=64k count=16 \
		conv=fsync 2>/dev/null || break; touch /run/wrote; done
	[ ! -e /run/enough ] || touch /run/all_written) &
	ok "it writes" within 60 test -e /run/wrote
	adapter=$(readlink -f /sys/block/sda/device/paths/* | head -1 | sed 's,/virtio.*,,')
	echo 1 >"$adapter/remove"
	ok "adapter lost: one path" within 60 paths_of_lu_are 1
	rm -f /run/wrote
	ok "adapter lost: it writes" within 60 test -e /run/wrote
	touch /run/enough
	wait
	ok "adapter lost: all has been written" test -e /run/all_written
	echo 3 >/proc/sys/vm/drop_caches
	ok "adapter lost: what was written is read" sha256sum -c /var/sum
	is "adapter lost: the file system is sound" "$(cat /sys/fs/ext4/*/errors_count)" 0
	# Step 5 of the manual, with the other adapter to come.
	systemctl disable -q --now multipathd.service multipathd.socket
	next first ;;
first)
	plan 12
	lu_is "second adapter missing" 1
	ok "what was written is there" sha256sum -c /var/sum
	is "a monitor has nothing to say" "$(scsi-multipath -c)" "OK 1 logical units"
	fails "multipathd does not run" pidof multipathd
	# A later version of the same.
	installed /root/debs/newer/*.deb
	is "it is another version" "$(dpkg-query -W -f '${Version}\n' 'linux-image-*scsi-multipath*' \
		scsi-multipath | grep -c '+newer$')" 2
	ok "it is the one to be booted" boots_next "$(newest_of_ours)"
	next second ;;
second)
	plan 9
	lu_is "first adapter missing" 1
	ok "what was written is there" sha256sum -c /var/sum
	# Back, first with the same kernel.
	ok "multipathd is enabled again" systemctl enable -q multipathd.service multipathd.socket
	with_parameters scsi_mod.multipath=off
	ok "the next boot is without" boots_next "$(newest_of_ours)"
	next off ;;
off)
	plan 11
	is "the kernel is that of the package" "$(uname -r)" \
		"$(newest_of_ours | sed 's,.*vmlinuz-,,')"
	map_is "off"
	ok "what was written is there" sha256sum -c /var/sum
	# Then with that of Debian.
	ok "its file is in the initramfs" of_ours_in_initramfs
	ok "purge of the package" apt-get purge -y scsi-multipath
	fails "and is not any more" of_ours_in_initramfs
	ok "the next boot is Debian's" boots_next \
		"$(find /boot -name 'vmlinuz-*' ! -name '*scsi-multipath*')"
	next back ;;
back)
	plan 7
	is "the stock kernel again" "$(uname -r | grep -c scsi-multipath)" 0
	map_is "back"
	ok "what was written is there" sha256sum -c /var/sum ;;
*)
	bail_out "no stage $stage" ;;
esac
echo "# exit $tap_failed"
systemctl --no-block poweroff
