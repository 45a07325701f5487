# SPDX-License-Identifier: GPL-2.0
# The end comes though I/O waits for a path for ever: of a driver, of an adapter, of
# the system. There is dirty data, and sd wants a cache to be written back.
# guest: cpus=2 seconds=300
# qemu: -blockdev driver=file,node-name=kernel,filename=@kernel@,read-only=on
# qemu: -device virtio-blk-pci,drive=kernel
. ./lib.sh
. ./lib_ends.sh

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

pack
kexec /tmp/kernel /tmp/initramfs \
	"$(cat /proc/cmdline) kexeced tap_n=$tap_n kexec_at=$(busybox date +%s)"
bail_out "no kexec"
