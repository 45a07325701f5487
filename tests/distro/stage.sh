# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Runs in Debian 13 on a disk that two adapters lead to, once at each boot; what comes next
# is in /var/stage.
exec >/dev/ttyS1 2>&1 </dev/null
export TEST_NAME=distro
cd /guest || exit
without_sg=1
. ./lib.sh
PATH=$PATH:/usr/sbin:/sbin
export DEBIAN_FRONTEND=noninteractive

# shown COMMAND...: what an administrator sees
shown() {
	echo "# \$ $*"
	"$@" 2>&1 | sed 's/^/#   /'
}

newest_of_ours() {
	find /boot -name 'vmlinuz-*scsi-multipath*' | sort -V | tail -1
}

# The entry of GRUB for that kernel.
boots_next() {
	grub-set-default "gnulinux-advanced-6d756c74-6970-6174-6800-000000000001>gnulinux-$1-advanced-6d756c74-6970-6174-6800-000000000001"
}

next() {
	echo "$1" >/var/stage
	sync
}

root_is() {
	is "$1: one disk" "$(echo /sys/block/sd*)" /sys/block/sda
	is "$1: root is on it" "$(findmnt -n -o SOURCE /)" /dev/sda1
	is "$1: it has so many paths in use" "$(scsi-multipath -e 0 sda | grep -c ' good ')" "$2"
	is "$1: the file system is sound" "$(cat /sys/fs/ext4/sda1/errors_count)" 0
	is "$1: no unit has failed" "$(systemctl --failed --plain --no-legend)" ""
	shown scsi-multipath
}

stage=$(cat /var/stage 2>/dev/null)
udevadm settle
case $stage in
"")
	plan 6
	is "stock: two disks" "$(find /sys/block -name 'sd*' | wc -l)" 2
	ok "grub-install" grub-install /dev/sda
	# What is installed, and what comes with it, as apt does it.
	ok "apt installs the packages" apt-get install -y /root/debs/linux-image-*.deb \
		/root/debs/scsi-multipath_*.deb
	sed 's/^/# apt: /' /tmp/ok.out
	ok "there is a kernel, with an initramfs" test -s \
		"$(newest_of_ours | sed 's/vmlinuz/initrd.img/')"
	ok "grub-mkconfig" update-grub
	release=$(newest_of_ours)
	ok "it is the one to be booted" boots_next "${release#/boot/vmlinuz-}"
	next both ;;
both)
	plan 12
	ok "GRUB has started it" grep -w BOOT_IMAGE /proc/cmdline
	is "the kernel is that of the package" "$(uname -r)" \
		"$(newest_of_ours | sed 's,.*vmlinuz-,,')"
	root_is "both adapters" 2
	ok "the device handler was there first" grep -q . /sys/module/scsi_dh_alua/refcnt
	ok "multipathd leaves it alone" sh -c '! dmsetup ls 2>/dev/null | grep -q mpath'
	shown multipath -ll
	shown lsblk
	shown lsscsi
	dd if=/dev/urandom of=/var/some bs=1M count=16 conv=fsync 2>/dev/null
	# An adapter is lost while the system runs.
	(while sync && [ ! -e /run/enough ]; do dd if=/dev/urandom of=/var/more bs=64k \
		count=16 conv=fsync 2>/dev/null || exit; done) &
	adapter=$(readlink -f /sys/block/sda/device/paths/* | head -1 | sed 's,/virtio.*,,')
	echo 1 >"$adapter/remove"
	sleep 5
	is "adapter lost: the file system is sound" "$(cat /sys/fs/ext4/sda1/errors_count)" 0
	ok "adapter lost: what was written is read" sh -c \
		'echo 3 >/proc/sys/vm/drop_caches; cat /var/some | sha256sum'
	touch /run/enough
	wait
	is "adapter lost: one path" "$(find /sys/block/sda/device/paths -type l | wc -l)" 1
	sha256sum /var/some >/var/sum
	next first ;;
first)
	plan 7
	root_is "second adapter missing" 1
	ok "what was written is there" sha256sum -c /var/sum
	ok "a monitor has nothing to say" scsi-multipath -c
	next second ;;
second)
	plan 7
	root_is "first adapter missing" 1
	ok "what was written is there" sha256sum -c /var/sum
	ok "purge of the package" apt-get purge -y scsi-multipath
	stock=$(find /boot -name 'vmlinuz-*' ! -name '*scsi-multipath*')
	boots_next "${stock#/boot/vmlinuz-}"
	next back ;;
back)
	plan 4
	is "the stock kernel again" "$(uname -r | grep -c scsi-multipath)" 0
	is "two disks again" "$(find /sys/block -name 'sd*' | wc -l)" 2
	is "no unit has failed" "$(systemctl --failed --plain --no-legend)" ""
	ok "what was written is there" sha256sum -c /var/sum ;;
esac
echo "# exit $tap_failed"
systemctl --no-block poweroff
