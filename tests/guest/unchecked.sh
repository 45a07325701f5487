# SPDX-License-Identifier: GPL-2.0
# No I/O goes over a path before its identity has been read: not over one that the
# administrator has brought back, and not over one that joins and was asked who it is a
# while ago.
# guest: clock=virtual cpus=4 seconds=300
. ./lib.sh
. ./lib_script.sh
plan 6

INQUIRY=0x12
READ=0x28
TEST_UNIT_READY=0x0
SILENT=8
FOR_ITSELF=16

script_add disk 2 lu
within 10 script_node block 'sd[a-z]*' || bail_out "no disk"
disk=$(script_node block 'sd[a-z]*')
echo round-robin >"$above/multipath/iopolicy"
second=$(script_path "$unit" 1)

sent() {
	script_sent "$unit" 1 "$1"
}

asked() {
	[ "$(sent $INQUIRY)" != 0 ]
}

reads() {
	[ "$(sent $READ)" != 0 ]
}

tested() {
	[ "$(sent $TEST_UNIT_READY)" != 0 ]
}

# load: readers on all CPUs, until $stop is there
load() {
	rm -f /tmp/stop
	for cpu in 0 1 2 3; do
		while [ ! -e /tmp/stop ]; do
			taskset -c $cpu dd if="$disk" of=/dev/null bs=512 count=200 \
				iflag=direct 2>/dev/null
		done &
	done
}

# The log is written to a console meanwhile, which takes its time.
dmesg -n 8
load
early=0
for i in 1 2 3 4 5 6 7 8 9 10; do
	paths_write "$second" 3
	sleep 1
	script "$unit" event zero
	script "$unit" rules "1 $INQUIRY -1 0 0 0 $SILENT 0"
	paths_write "$second" 1 &
	writer=$!
	within 10 asked || bail_out "not asked"
	sleep 1
	early=$((early + $(sent $READ)))
	script "$unit" rules clear
	script "$unit" event release
	wait $writer
done
is "brought back: no read before it has said who it is" "$early" 0
ok "brought back: then there are" within 60 reads
: >/tmp/stop
wait
dmesg -n 1

# It is found anew. That a unit attention is swallowed then is why it is asked once more.
ok "found anew: removed" sh -c "echo 1 >/sys/bus/scsi/devices/$second/delete"
script "$unit" rules "1 $TEST_UNIT_READY 1 0 0 0 $FOR_ITSELF 3000"
script "$unit" event zero
echo "- - -" >"/sys/class/scsi_host/host${second%%:*}/scan" &
scan=$!
within 30 tested || { cat $SCRIPT/$unit/counters; bail_out "no scan"; }
script "$unit" rules "1 $INQUIRY -1 0 0 0 $SILENT 0"
wait $scan
ok "found anew: it has joined" within 10 script_has_paths 2
script "$unit" event zero
for i in 1 2 3 4 5 6; do
	dd if="$disk" of=/dev/null bs=512 count=10 iflag=direct
done
is "found anew: no read before it has said who it is" "$(sent $READ)" 0
script "$unit" rules clear
ok "found anew: then there are" within 60 sh -c "
	dd if=$disk of=/dev/null bs=512 count=10 iflag=direct
	grep -q '^sent 1 $READ ' $SCRIPT/$unit/counters"
script_remove "$unit"
finish
