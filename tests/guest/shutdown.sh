# SPDX-License-Identifier: GPL-2.0
# The end comes though I/O waits for a path for ever: of a driver, of an adapter, of
# the system. There is dirty data, and sd wants a cache to be written back.
# guest: cpus=2 seconds=300
# qemu: -blockdev driver=file,node-name=kernel,filename=@kernel@,read-only=on
# qemu: -device virtio-blk-pci,drive=kernel
. ./lib.sh

lus() {
	for each in /sys/class/scsi_disk/*/device/multipath; do
		[ -d "$each" ] && readlink -f "$each/.."
	done
}

# late_lu: the one that is not scsi_debug's
late_lu() {
	for each in $(lus); do
		grep -q LATE "$each/model" && echo "$each"
	done
}

lus_are() {
	[ "$(lus | wc -l)" = "$1" ]
}

disk_of() {
	ls "$1/block"
}

state_is() {
	[ "$(cat "$1/state")" = "$2" ]
}

# Three logical units for which I/O waits for ever: the paths of one are disabled, those
# of the next have failed and answer nothing, those of the third are blocked.
paths_away() {
	load_debug 2 max_luns=2
	modprobe scsi_late hosts=2
	modprobe scsi_block_target
	within 30 lus_are 3 || bail_out "not three logical units"
	within 30 nr_paths_is 6 || bail_out "not six paths"
	late=$(late_lu)
	# shellcheck disable=SC2046 # a list of words
	set -- $(lus | grep -vx "$late")
	disabled=$1
	silent=$2
	for each in "$disabled" "$silent" "$late"; do
		echo -1 >"$each/multipath/no_path_timeout"
		within 10 test -b "/dev/$(disk_of "$each")" || bail_out "no disk"
	done
	# What they write back is in their caches.
	for each in "$disabled" "$silent" "$late"; do
		dd if=/bin/busybox of="/dev/$(disk_of "$each")" bs=4k count=16
	done 2>/dev/null
	sync
	for each in "$silent"/paths/*; do
		each=${each##*/}
		inject_host_byte "$each" -100000 ff 1
		echo 2 >"/sys/bus/scsi/devices/$each/path/state"
	done
	for each in "$disabled"/paths/*; do
		echo 3 >"$each/path/state"
	done
	for each in "$late"/paths/*; do
		each=${each##*/}
		echo "${each%%:*}" >/sys/module/scsi_block_target/parameters/block
	done
	for each in "$disabled" "$silent" "$late"; do
		within 10 state_is "$each" blocked || bail_out "$each has a path"
	done
	for each in "$disabled" "$silent" "$late"; do
		dd if=/bin/busybox of="/dev/$(disk_of "$each")" bs=4k count=16 &
	done 2>/dev/null
	sleep 1
}

# At the third start of this test the power is to go off, which is the test.
if grep -q kexeced /proc/cmdline; then
	tap_n=$(setting tap_n)
	took=$(($(busybox date +%s) - $(setting kexec_at)))
	ok "kexec: it has begun anew, after $took s" test $took -le $((180 * slower))
	paths_away
	echo "# exit $tap_failed"
	exec poweroff -f -n
fi

plan 7
paths_away

# The upper-level driver goes, of one disk alone.
(echo "${disabled##*/}" >/sys/bus/scsi/drivers/sd/unbind; : >/tmp/unbound) &
ok "sd lets go of a disk" within 120 test -e /tmp/unbound
ok "it waits again" within 10 state_is "$disabled" blocked
is "it is still there" "$(cat "$disabled/multipath/no_path_timeout")" -1

# So does a host driver, with paths that are blocked and disks that wait.
(rmmod scsi_late; : >/tmp/removed) &
ok "a host driver goes" within 60 test -e /tmp/removed
ok "the logical unit stays" test -e "$late/multipath"
(echo 1 >"$late/delete"; : >/tmp/deleted) &
ok "until it is deleted" within 60 test -e /tmp/deleted

cp /dev/vda /tmp/kernel
(cd / && {
	printf '%s\n' dev proc sys tmp run etc init lib bin bin/busybox
	find bin -type l
	find lib/modules guest
} | cpio -o -H newc >/tmp/initramfs 2>/dev/null)
kexec /tmp/kernel /tmp/initramfs \
	"$(cat /proc/cmdline) kexeced tap_n=$tap_n kexec_at=$(busybox date +%s)"
bail_out "no kexec"
