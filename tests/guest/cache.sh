# SPDX-License-Identifier: GPL-2.0
# What a command says of those before it is said once, and no other path is asked for a better
# answer: a cache flush that has failed has lost what was written. Nor is what is written in
# sequence, or what can not be carried out twice, sent more often than by a plain device.
# guest: clock=virtual cpus=2 seconds=300
. ./lib.sh
. ./lib_script.sh
plan 47

FLUSH=0x35
START_STOP=0x1b
WRITE_16=0x8a
EXECUTED=4

write_back() {
	timeout 120 dd if=/dev/zero of="$disk" bs=4k count=1 conv=fsync
}

# sg CDB...
sg() {
	timeout 120 sg_raw "$(script_node scsi_generic 'sg[0-9]*')" "$@"
}

flush() {
	sg 35 00 00 00 00 00 00 00 00 00
}

# write_at BLOCK: by WRITE(16)
write_at() {
	sg -s 512 -i /dev/zero 8a 00 00 00 00 00 00 00 00 "$1" 00 00 00 01 00 00
}

# each_of TYPE WHAT: logical units of one path and of two
each_of() {
	for paths in 1 2; do
		script_add "$1" $paths lu
		how="$paths paths"
		"$2"
		script_remove "$unit"
	done
}

flushes() {
	disk=$(script_node block 'sd[a-z]*')
	within 10 read_block || bail_out "no block"
	for sense in 0x044400 0x040300 0x020800; do
		script "$unit" rules "-1 $FLUSH 1 0 2 $sense 0 0"
		fails "$how: $sense of a flush is an error" write_back
		ok "$how: $sense: the next one is none" write_back
		script "$unit" rules "-1 $FLUSH 1 0 2 $sense 0 0"
		fails "$how: $sense of a flush of SG_IO is an error" flush
	done
	script "$unit" rules "-1 $FLUSH 1 0 2 0x0b0000 0 0"
	ok "$how: 0B of a flush: sd has it sent again" write_back
	script "$unit" rules "-1 $FLUSH 1 0 2 0x0b0000 0 0"
	fails "$how: 0B of a flush of SG_IO is an error" flush
	script "$unit" rules "-1 $FLUSH 1 0 8 0 0 0"
	ok "$how: BUSY to a flush: it has not been carried out" write_back
	script "$unit" rules "-1 $START_STOP 1 0 2 0x044400 0 0"
	fails "$how: 04 of a STOP is an error" sg 1b 00 00 00 00 00
	sg 1b 00 00 00 01 00
}

script_disk 1 plain
how=plain
flushes
script_remove "$unit"
each_of disk flushes

# once_at BLOCK TEXT RULE: the sender hears what has become of it
once_at() {
	script "$unit" rules "-1 $WRITE_16 1 $3 $EXECUTED 0"
	heard=$(write_at "$1" 2>&1)
	echo "# $heard"
	is "$how: $2: the answer is not that of a second one" \
		"$(echo "$heard" | grep -ci 'unaligned write')" 0
	is "$how: $2: one write" "$(($(script_sent "$unit" 0 $WRITE_16) +
		$(script_sent "$unit" 1 $WRITE_16)))" 1
	script "$unit" event zero
}

in_sequence() {
	script "$unit" event zero
	once_at 00 "answer lost" "0x0e 0 0"
	once_at 01 "hardware error" "0 2 0x044400"
}

each_of zoned in_sequence
finish
