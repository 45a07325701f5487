# SPDX-License-Identifier: GPL-2.0
# What belongs to one I_T nexus stays on it, and what user space sends itself fails over
# if it may be sent twice.
# guest: cpus=4 memory=1536 seconds=300
. ./lib.sh
plan 15

one_lu 2 max_luns=1 dev_size_mb=32 removable=0
lu=/sys/block/sda/device
a=$(path_devices | head -1)
b=$(path_devices | tail -1)

# used COMMAND...: over which path it goes, by what each has issued
used() {
	used_a=$(path_issued "$a")
	used_b=$(path_issued "$b")
	"$@" >/dev/null 2>&1
	used_a=$(($(path_issued "$a") - used_a))
	used_b=$(($(path_issued "$b") - used_b))
}

several_reads() {
	for each in 1 2 3 4 5 6 7 8; do
		sg_raw -r 4096 /dev/sda 28 00 00 00 00 00 00 00 08 00
	done
}

for policy in rr qd st wrr lpu; do
	echo $policy >$lu/multipath/iopolicy
	used several_reads
	ok "$policy: passthrough keeps to one path ($used_a, $used_b)" \
		test $((used_a * used_b)) = 0 -a $((used_a + used_b)) -ge 8
done
carrier=$a
[ $used_a -gt 0 ] || carrier=$b
other=$b
[ "$carrier" = "$a" ] || other=$a

dd if=/dev/urandom of=/tmp/block bs=4096 count=1 2>/dev/null
read_block="sg_raw -r 4096 /dev/sda 28 00 00 00 00 00 00 00 08 00"
write_block="sg_raw -s 4096 -i /tmp/block /dev/sda 2a 00 00 00 00 00 00 00 08 00"
# A command that is not in the list of those that may be sent twice
other_cmd="sg_raw /dev/sda 1d 00 00 00 00 00"

inject_host_byte "$carrier" 1 28 1
ok "READ(10) by SG_IO fails over" $read_block
# A probe may have it back before anybody looks at its state.
ok "and the path has failed" \
	test "$(cat "/sys/bus/scsi/devices/$carrier/path/failures")" -gt 0
uninject "$carrier" 2 28
paths_write "$carrier" 1
paths_write "$other" 3
paths_write "$other" 1
used several_reads
carrier=$a
[ $used_a -gt 0 ] || carrier=$b
inject_host_byte "$carrier" 1 2a 1
ok "WRITE(10) by SG_IO fails over" $write_block
ok "what was written is there" sh -c "dd if=/dev/sda bs=4096 count=1 \
	iflag=direct 2>/dev/null | cmp - /tmp/block"
uninject "$carrier" 2 2a
paths_write "$carrier" 1
used several_reads
carrier=$a
[ $used_a -gt 0 ] || carrier=$b
inject_host_byte "$carrier" 1 1d 1
fails "SEND DIAGNOSTIC is not repeated" $other_cmd
uninject "$carrier" 2 1d
paths_write "$carrier" 1

is "it can be switched off" "$(cat $lu/multipath/passthrough_failover)" 1
echo 0 >$lu/multipath/passthrough_failover
is "and is off" "$(cat $lu/multipath/passthrough_failover)" 0
used several_reads
carrier=$a
[ $used_a -gt 0 ] || carrier=$b
inject_host_byte "$carrier" -1 28 1
fails "READ(10) by SG_IO is left to its sender" $read_block
ok "who may try again" $read_block
ok "block I/O fails over all the same" \
	dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct
finish
