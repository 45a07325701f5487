# SPDX-License-Identifier: GPL-2.0
# Unit attentions come over each path. What they tell of has happened once.
# guest: cpus=4 memory=1536 seconds=240
. ./lib.sh
plan 19

one_lu 4 max_luns=1 dev_size_mb=64 inq_product=attention
echo rr >/sys/block/sda/device/multipath/iopolicy

read_all_paths() {
	dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct
}

# attention PATH ASC ASCQ: the next READ(10) over it reports that
attention() {
	inject "$1" "2 -1 28 0 0 2 6 $2 $3"
}

attention_everywhere() {
	for hctl in $(path_devices); do
		attention "$hctl" "$1" "$2"
	done
}

said() {
	dmesg | grep -c "$1"
}

# Who is asked whose path it is
echo 1 >$TRACE/events/scsi/scsi_dispatch_cmd_start/enable

all_are_asked() {
	[ "$(grep INQUIRY $TRACE/trace | grep -o 'host_no=[0-9]*' | sort -u | wc -l)" = 4 ]
}

asked_once_each() {
	all_are_asked && [ "$(grep -c INQUIRY $TRACE/trace)" = 4 ]
}

listen /tmp/uevents ^SCSI_PATH_EVENT=

# The mid-layer says for each that reaches the upper level:
capacity_text="Capacity data has changed"
before=$(said "sd .*$capacity_text")
attention_everywhere 2a 9
ok "capacity: I/O goes on" read_all_paths
after=$(said "sd .*$capacity_text")
on_lu=$(dmesg | grep "$capacity_text" | grep -c "^.*\] sd ")
echo "# before $before, after $after, on the disk $on_lu"
is "capacity: reported once" "$on_lu" 1
ok "capacity: all paths good" within 10 good_after_io 4

attention_everywhere 2a 9
ok "capacity, again: I/O goes on" read_all_paths
is "capacity, again: reported once more" \
	"$(dmesg | grep "$capacity_text" | grep -c "^.*\] sd ")" 2

attention_everywhere 29 0
ok "reset: I/O goes on" read_all_paths
ok "reset: all paths good" within 10 good_after_io 4

# What may mean another logical unit: the path proves that it is not. Nobody else
# hears of it.
echo >$TRACE/trace
inquiry_text="Inquiry data has changed"
attention_everywhere 3f 3
ok "INQUIRY data: I/O goes on" read_all_paths
is "INQUIRY data: reported once" \
	"$(dmesg | grep "$inquiry_text" | grep -c "^.*\] sd ")" 1
ok "INQUIRY data: each identity was checked" within 20 all_are_asked
ok "INQUIRY data: all paths good again" within 20 good_after_io 4

# The disk itself is rescanned after the first event; not after this one.
nothing_is_sent() {
	echo >$TRACE/trace
	sleep 1
	! grep -v '^#' $TRACE/trace
}
ok "INQUIRY data: nothing more is asked" within 20 nothing_is_sent
attention_everywhere 3f e
ok "LUNs: I/O goes on" read_all_paths
ok "LUNs: each identity was checked, once" within 20 asked_once_each
ok "LUNs: all paths good again" within 20 good_after_io 4
is "no path is said to have failed" "$(cat /tmp/uevents)" ""
is "nor has one" "$(cat /sys/bus/scsi/devices/*/path/failures | sort -u)" 0

# The last path, and I/O that does not wait: it is not lost, only looked at.
echo 0 >/sys/block/sda/device/multipath/no_path_timeout
last=$(first_path)
for hctl in $(path_devices); do
	[ "$hctl" = "$last" ] || paths_write "$hctl" 3
done
attention "$last" 3f e
ok "last path: I/O goes on" read_all_paths
is "last path: the disk runs" "$(cat /sys/block/sda/device/state)" running
finish
