# SPDX-License-Identifier: GPL-2.0
# No path left: I/O waits, resumes when a path returns, fails when the time is
# over; the device outlives its last path for that long and then goes.
# guest: clock=virtual cpus=4 memory=2048
. ./lib.sh
plan 31

TIMEOUT=/sys/block/sda/device/multipath/no_path_timeout

# read_block [OPTION...]
# shellcheck disable=SC2120 # mostly none
read_block() {
	dd if=/dev/sda of=/dev/null bs=4k count=1 iflag=direct "$@" 2>/dev/null
}

all_paths() {
	for each in $(path_devices); do
		paths_write "$each" "$1"
	done
}

one_lu 2 max_luns=1 dev_size_mb=64
is "default" "$(cat $TIMEOUT)" 30

# Waiting, and resuming.
echo rr >/sys/block/sda/device/multipath/iopolicy
fio_start --ioengine=libaio
# shellcheck disable=SC2046 # a list of words
load_reaches $(path_devices)
all_paths 3
ok "blocked" within 5 lu_state_is blocked
ok "load waits" stays 5 fio_is_running
all_paths 1
ok "running" within 5 lu_state_is running
fio_ok "resumed without an error"

# The time is over: an error, not a hang.
echo 3 >$TIMEOUT
all_paths 3
start=$(now)
fails "read fails" read_block
took=$(($(now) - start))
echo "# failed after $took s"
ok "not before its time" test $took -ge 2
ok "not long after" test $took -le 8
ok "fails at once from then on" within 3 sh -c '! dd if=/dev/sda of=/dev/null bs=4k count=1 iflag=direct'
is "transport-offline" "$(cat /sys/block/sda/device/state)" transport-offline
all_paths 1
ok "a path is back: reads again" within 5 read_block

# Not at all.
echo 0 >$TIMEOUT
all_paths 3
start=$(now)
fails "0: read fails" read_block
ok "0: at once" test $(($(now) - start)) -le 2
all_paths 1
ok "0: reads again" within 5 read_block

# For ever; changed while I/O waits.
echo -1 >$TIMEOUT
all_paths 3
within 5 lu_state_is blocked
read_block &
reader=$!
ok "-1: still waiting" stays 6 kill -0 $reader
echo 1 >$TIMEOUT
wait $reader
is "changed to 1: fails" $? 1
all_paths 1
within 5 lu_state_is running

for bad in "" x 1x -2 99999999999 604801; do
	fails "timeout '$bad' is refused" sh -c "echo '$bad' >$TIMEOUT"
done
is "and nothing changed" "$(cat $TIMEOUT)" 1

# The last path goes with a mounted file system on the disk, and comes back.
echo 30 >$TIMEOUT
mkfs.ext4 -q -F /dev/sda >/dev/null 2>&1
mount -t ext4 /dev/sda /mnt
cp /bin/busybox /mnt/before
sync
id=$(lu_id)
echo -2 >$SDEBUG/add_host
ok "no path at all" within 20 nr_paths_is 0
is "the disk is still there" "$(lu_id)" "$id"
cp /bin/busybox /mnt/during &
copy=$!
sync &
sleep 2
echo 2 >$SDEBUG/add_host
ok "the same paths again" within 20 nr_paths_is 2
wait $copy
is "the copy ends" $? 0
sync
echo 3 >/proc/sys/vm/drop_caches
ok "the data is there" cmp /bin/busybox /mnt/during

# And goes for good: first expiry, then removal, with all of it in use.
echo 2 >$TIMEOUT
# shellcheck disable=SC2217 # held open, not read
sleep 1000 </dev/sda &
holder=$!
echo -2 >$SDEBUG/add_host
within 20 nr_paths_is 0
cp /bin/busybox /mnt/late 2>/dev/null
ok "the disk goes" within 30 nr_disks_is 0
fails "I/O fails" sh -c 'dd if=/bin/busybox of=/mnt/late2 && sync -d /mnt/late2'
umount /mnt
kill $holder

# A new one can come under the same name.
echo 2 >$SDEBUG/add_host
ok "a new disk" within 30 nr_paths_is 2
finish
