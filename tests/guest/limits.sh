# SPDX-License-Identifier: GPL-2.0
# What the host of a path takes at a time, when it comes and when it goes.
# guest: clock=virtual cpus=4 seconds=600
. ./lib.sh
. ./lib_script.sh
. ./lib_tape.sh
plan 41

INQUIRY=0x12
WRITE_SAME=0x41
UNMAP=0x42

# disk PATHS [TYPE]: as $node
disk() {
	script_add "${2:-disk}" "$1" lu
	within 10 script_node block 'sd[a-z]*' || bail_out "no disk"
	node=$(script_node block 'sd[a-z]*')
	queue=/sys/block/${node#/dev/}/queue
	within 20 disk_is_there "${node#/dev/}" || bail_out "no $node"
}

# fetch KIB: reads that much at once
fetch() {
	dd if="$node" of=/dev/null bs="$1k" count=1 iflag=direct 2>/dev/null
}

takes_kib() {
	[ "$(cat "$queue/max_hw_sectors_kb")" = "$1" ]
}

# takes_in_time KIB: ten minutes and a little, in which it is looked at now and then
takes_in_time() {
	takes_end=$(($(now) + 640))
	until takes_kib "$1"; do
		[ "$(now)" -lt $takes_end ] || return
		sleep 5
	done
}

# leaves PATH
leaves() {
	echo 1 >"/sys/bus/scsi/devices/$(script_path "$unit" "$1")/delete"
}

# comes PATH: its host is scanned, which may take long
comes() {
	echo "- - -" >"/sys/class/scsi_host/host$(script_hosts "$unit" | cut -d ' ' -f $(($1 + 1)))/scan"
}

# returns PATH EVENT...: it has left, and comes back with what that event gives its host
returns() {
	leaves "$1"
	script "$unit" event "$2" "$1" "$3"
	comes "$1"
}

# What an administrator may set of a queue
SETTINGS="stable_writes rotational add_random iostats write_cache read_ahead_kb nomerges rq_affinity
	discard_max_bytes io_timeout nr_requests max_sectors_kb"

set_by_hand() {
	for each in stable_writes rotational add_random; do
		echo $((1 - $(cat "$queue/$each"))) >"$queue/$each"
	done
	for each in iostats:0 nomerges:2 rq_affinity:2 io_timeout:31000 nr_requests:33 \
		"write_cache:write through" discard_max_bytes:0 max_sectors_kb:24 \
		read_ahead_kb:16; do
		echo "${each#*:}" >"$queue/${each%%:*}"
	done
}

settings() {
	for each in $SETTINGS; do
		echo "$each $(cat "$queue/$each")"
	done
}

# self_test SECONDS: a command of the disk that takes so long
self_test() {
	script "$unit" rules "-1 0x1d 1 0 0 0 0 ${1}000"
	sg_raw -t 3600 "$node" 1d 04 00 00 00 00 &
	tester=$!
	sleep 1
}

# The host that takes least leaves.
disk 2
ok "two hosts that take much" takes_kib 512
set_by_hand 2>/dev/null
settings >/tmp/set
sed 's/^/# /' /tmp/set
returns 1 host_sectors 64
ok "one that takes less has come" within 10 script_has_paths 2
ok "the disk takes less" takes_kib 32
is "what the administrator has set is as it was" "$(settings)" "$(cat /tmp/set)"
leaves 1
ok "it has left" script_has_paths 1
began=$(now)
ok "in the end the disk takes as much as before" takes_in_time 512
ok "but it might have come back before" test $(($(now) - began)) -ge 580
is "but what the administrator has set" "$(settings)" "$(cat /tmp/set)"
echo 512 >"$queue/max_sectors_kb"
script "$unit" event zero
ok "a large read" fetch 256
is "is sent in one piece" "$(script_counter "$unit" largest)" 262144
comes 1
ok "it comes again" within 10 script_has_paths 2
ok "the disk takes less again" takes_kib 32
script "$unit" event zero
ok "a large read" fetch 256
ok "is sent in small pieces" test "$(script_counter "$unit" largest)" -le 32768

# It leaves while a command does not end.
self_test 900
leaves 1
ok "what is under way is not waited for" takes_in_time 512
ok "nor what comes" timeout 5 dd if="$node" of=/dev/null bs=4k count=1 iflag=direct
wait $tester
script_remove "$unit"

# One comes that takes less while a command does not end.
disk 2
leaves 1
script "$unit" event host_sectors 1 64
self_test 400
comes 1 &
comer=$!
longest=0
waited=0
end=$(($(now) + 380))
while [ "$(now)" -lt $end ]; do
	began=$(now)
	fetch 4 || bail_out "a read has failed"
	took=$(($(now) - began))
	# A second may be but the end of one.
	[ $took -le 1 ] || waited=$((waited + took))
	[ $took -le $longest ] || longest=$took
	sleep 1
done
echo "# within 380 s, reads have waited for $waited s, the longest for $longest s"
ok "no read waits long" test $longest -le 6
ok "and seldom" test $waited -le 20
ok "nothing has changed" takes_kib 512
ok "the path does not join" script_has_paths 1
wait $tester
wait $comer
ok "it does once that command has ended" within 600 script_has_paths 2
ok "the disk takes less then" takes_kib 32
script_remove "$unit"

# A disk that has refused to discard is not asked to, whatever comes or leaves.
discards() {
	[ "$(cat "$queue/discard_max_bytes")" != 0 ]
}
disk 2
ok "a disk that discards" discards
script "$unit" rules "-1 $UNMAP -1 0 2 0x052000 0 0"
fails "one that refuses to" blkdiscard -o 0 -l 4096 "$node"
fails "does not discard" discards
returns 1 host_sectors 64
within 10 takes_kib 32 || bail_out "it takes as much as before"
fails "nor when a host has come that takes less" discards
script_remove "$unit"

# Nor if it refuses while the I/O under way is waited for, and that is a part of it.
# refuses_when_one_comes TYPE OPCODE COMMAND...
refuses_when_one_comes() {
	disk 2 "$1"
	shift
	leaves 1
	script "$unit" event host_sectors 1 64
	script "$unit" rules "-1 $1 -1 0 2 0x052000 0 3000"
	shift
	"$@" "$node" 2>/dev/null &
	asker=$!
	sleep 1
	comes 1
	wait $asker
	asked=$?
	within 20 takes_kib 32 || bail_out "it takes as much as before"
}
zeroes() {
	[ "$(cat "$queue/write_zeroes_max_bytes")" != 0 ]
}
refuses_when_one_comes thin $WRITE_SAME /bin/blkdiscard -z -o 0 -l 4096
ok "one that refuses to write zeroes while a host comes: they are written" test $asked = 0
fails "it is not asked to again" zeroes
ok "zeroes are written" /bin/blkdiscard -z -o 0 -l 4096 "$node"
is "they are there" "$(head -c 4096 "$node" | tr -d '\000' | wc -c)" 0
script_remove "$unit"
refuses_when_one_comes disk $UNMAP blkdiscard -o 0 -l 4096
ok "one that refuses to discard while a host comes" test $asked != 0
fails "it is not asked to again" discards
script_remove "$unit"

# What a tape is sent cannot be cut in two, and st has seen what it takes.
dd if=/dev/urandom of=/tmp/record bs=256k count=1 2>/dev/null
record() {
	dd if=/tmp/record of="$node" bs=256k count=1 2>/dev/null
}
refusals() {
	dmesg | grep -c "$(script_path "$unit" 1): .*not combined"
}
is_refused() {
	[ "$(refusals)" = "$1" ]
}
# is_asked TIMES: by who would make it a path
is_asked() {
	[ "$(script_sent "$unit" 1 $INQUIRY)" -ge "$1" ]
}
drive 2 lu
ok "a large record" record
returns 1 host_segments 8
within 10 is_refused 1 || bail_out "not refused"
ok "a host that takes less segments is no path of a tape" script_has_paths 1
ok "a large record, as before" record
is "that is logged" "$(refusals)" 1
asked=$(script_sent "$unit" 1 $INQUIRY)
within 150 is_asked $((asked + 8)) || bail_out "not asked again"
is "once" "$(refusals)" 1
script "$unit" event host_segments 1 128
leaves 1
comes 1
ok "a host that takes enough is one" within 10 script_has_paths 2
returns 1 host_sectors 64
within 10 is_refused 2 || bail_out "not refused"
ok "one that takes less sectors is none" script_has_paths 1
tape rewind
dd if="$node" of=/tmp/a.read bs=10k 2>/dev/null
ok "what was written is there" cmp /tmp/a /tmp/a.read
script_remove "$unit"
ok "no task is stuck" sh -c '! ps -o stat,comm | grep "^D"'
finish
