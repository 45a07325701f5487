# SPDX-License-Identifier: GPL-2.0
# A nexus is lost when the target has a write, with its data. Over another path the write
# is sent again at once, and nothing is reset for it: that the target ends what a lost
# nexus has sent is the target's to see to. What becomes of the data if it does, and if it
# does not, as the manual says ("Late writes").
# guest: clock=virtual cpus=2 memory=1024 seconds=180
. ./lib.sh
plan 12

parameters=/sys/module/scsi_late/parameters
modprobe scsi_late hosts=2 || bail_out "scsi_late"
within 30 disk_is_there sda || bail_out "no sda"
within 30 nr_paths_is 2 || bail_out "not 2 paths"
echo rr >/sys/block/sda/device/multipath/iopolicy
echo 1 >$TRACE/events/scsi/scsi_eh_wakeup/enable

for version in older newer; do
	yes $version | dd of=/tmp/$version bs=4k count=1 iflag=fullblock 2>/dev/null
done

write() {
	dd if="/tmp/$1" of=/dev/sda bs=4k seek=16 oflag=direct
}

# is_there VERSION
is_there() {
	dd if=/dev/sda bs=4k skip=16 count=1 iflag=direct 2>/dev/null | cmp - "/tmp/$1"
}

# no_orphans: the target has carried out all that it ever will
no_orphans() {
	[ "$(cat $parameters/orphans)" = 0 ]
}

# both_writes NAME LATE_MS: the first one loses its nexus
both_writes() {
	within 20 good_after_io 2 || bail_out "a path is missing"
	echo "$2" >$parameters/late_ms
	echo 1 >$parameters/lose
	began=$(now)
	ok "$1: a write whose nexus is lost is done over the other path" write older
	ok "$1: nobody waits for the target" test $(($(now) - began)) -lt 6
	ok "$1: what is written later is done" write newer
	ok "$1: and is there" is_there newer
	within 30 no_orphans || bail_out "the target has not carried out all"
}

both_writes "a target that ends what a lost nexus has sent" 0
ok "what was written later is still there" is_there newer
both_writes "a target that does not" 6000
ok "what was written earlier has come late" is_there older
is "nothing was reset" "$(grep -c scsi_eh_wakeup $TRACE/trace)" 0
ok "nor aborted" sh -c "! dmesg | grep -iE 'abort|reset'"
finish
