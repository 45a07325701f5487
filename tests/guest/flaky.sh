# SPDX-License-Identifier: GPL-2.0
# A path that answers TEST UNIT READY and fails I/O: it is used less and less, and
# nothing is seen above. When all paths are bad, one is kept.
# guest: cpus=4 memory=1536 seconds=300
. ./lib.sh
plan 9

one_lu 2 max_luns=1 dev_size_mb=64 inq_product=flaky
echo rr >/sys/block/sda/device/multipath/iopolicy
path=$(first_path)
other=$(path_devices | tail -1)

times_back() {
	dmesg | grep -c "path $path probation"
}

came_back_at_least() {
	[ "$(times_back)" -ge "$1" ]
}

came_back_at_most() {
	[ "$(times_back)" -le "$1" ]
}

# Whatever it was tested for while it was found is forgotten.
paths_write "$path" 1
inject_host_byte "$path" 1 28 7	# DID_ERROR, always
fio_start --verify=0 --do_verify=0 --rw=randread --numjobs=1
ok "out of use" within 30 path_state_is "$path" 3
# One question more may be over before the first read, and has doubled the delays.
ok "tested at first" within 30 came_back_at_least 4
early=$(times_back)
ok "and then less often" stays 25 came_back_at_most $((early + 2))
fio_ok "no error above"

# Both fail some, fewer than the retries that a disk allows: none is seen above.
uninject "$path" 2 28
ok "good again when it works" within 70 sh -c \
	"dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct && [ \$(cat /sys/bus/scsi/devices/$path/path/state) = 1 ]"
for hctl in $path $other; do
	inject_host_byte "$hctl" -5 28 7
done
ok "all paths bad: I/O succeeds in the end" timeout 60 \
	dd if=/dev/sda of=/dev/null bs=4k count=32 iflag=direct
some_in_use() {
	[ "$(cat /sys/block/sda/device/state)" = running ]
}
ok "all paths bad: the disk runs" some_in_use
for hctl in $path $other; do
	uninject "$hctl" 2 28
done 2>/dev/null
ok "all good again" within 100 good_after_io 2
is "nothing was lost meanwhile" "$(dmesg | grep -c 'failing I/O')" 0
finish
