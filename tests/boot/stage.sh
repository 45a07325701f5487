# SPDX-License-Identifier: GPL-2.0
# Runs in Debian's userland on a root file system that is on a logical unit, once at
# each boot: what has been done before is in /var/stage.
exec >/dev/ttyS1 2>&1 </dev/null
export TEST_NAME=boot
cd /guest || exit
without_sg=1
. ./lib.sh
PATH=$PATH:/usr/sbin:/sbin

wwn="wwn-0x5000c50015ea71ac"

root_is() {
	is "$1: root is the logical unit" "$(findmnt -n -o SOURCE /)" /dev/sda1
	is "$1: it has so many good paths" "$(nr_good)" "$2"
	is "$1: there is one disk" "$(echo /sys/block/sd*)" /sys/block/sda
	is "$1: by-id leads to it" "$(readlink -f /dev/disk/by-id/$wwn-part1)" /dev/sda1
	is "$1: no name leads anywhere else" \
		"$(find /dev/disk/by-id -type l -exec readlink -f {} + | sort -u | paste -s)" \
		"/dev/sda	/dev/sda1"
	is "$1: the file system is sound" "$(cat /sys/fs/ext4/sda1/errors_count)" 0
	is "$1: no unit has failed" "$(systemctl --failed --plain --no-legend)" ""
}

# sleep_a_while: until a key is pressed, see tests/rig/wake.sh
sleep_a_while() {
	echo enabled >/sys/bus/serio/devices/serio0/power/wakeup &&
	systemctl start systemd-suspend
}

# What is written and the sum of it, for those who come later.
write_some() {
	dd if=/dev/urandom of=/var/some bs=1M count=16 conv=fsync && sha256sum /var/some >/var/sum
}

# next STAGE: go on there after the next boot
next() {
	echo "$1" >/var/stage
	sync
}

stage=$(cat /var/stage 2>/dev/null)
case $stage in
"")
	plan 23
	# udev knows what the disk is before it says so.
	udevadm settle
	root_is "first boot" 2
	ok "grub-install" grub-install /dev/sda
	ok "grub-mkconfig" grub-mkconfig -o /boot/grub/grub.cfg
	mkdir -p /etc/systemd/sleep.conf.d
	printf '[Sleep]\nSuspendState=freeze\n' >/etc/systemd/sleep.conf.d/freeze.conf
	systemctl daemon-reload
	ok "suspend to idle" sleep_a_while
	ok "it was asleep" sh -c 'dmesg | grep "PM: suspend exit"'
	ok "the disk is there" dd if=/dev/sda of=/dev/null bs=1M count=64 iflag=direct
	is "paths are good after resume" "$(nr_good)" 2
	ok "written" write_some
	ok "kexec is prepared" kexec -l /boot/vmlinuz-* \
		--command-line="$(cat /proc/cmdline) kexeced"
	echo $tap_n >/var/tap_n
	next kexec
	systemctl --no-block kexec
	exit ;;
kexec)
	tap_n=$(cat /var/tap_n)
	udevadm settle
	ok "this kernel was started by kexec" grep -w kexeced /proc/cmdline
	root_is "after kexec" 2
	next bios ;;
bios)
	plan 9
	udevadm settle
	ok "GRUB has started it" grep -w BOOT_IMAGE /proc/cmdline
	root_is "by the boot loader" 2
	ok "what was written is there" sha256sum -c /var/sum
	next one ;;
one)
	plan 9
	udevadm settle
	root_is "one adapter missing" 1
	ok "what was written is there" sha256sum -c /var/sum
	ok "written" write_some ;;
esac
echo "# exit $tap_failed"
systemctl --no-block poweroff
