# SPDX-License-Identifier: GPL-2.0
# A path that answers nothing. Reads and writes find that out within attempt_timeout.
# What else waits for its answer goes over another path then, too, if it may be done
# twice; what may not has all of its time.
# guest: clock=virtual cpus=2 seconds=300
. ./lib.sh
. ./lib_script.sh
plan 20

READ=0x28
FLUSH=0x35
UNMAP=0x42
UNKNOWN=0xc1
SILENT=8
FOR_ITSELF=16

flush() {
	dd if=/dev/null of="$disk" bs=512 conv=notrunc,fsync
}

unmap() {
	blkdiscard -o 0 -l 4096 "$disk"
}

verify_by_sg() {
	sg_raw -t 60 "$disk" 2f 00 00 00 00 00 00 00 01 00
}

# Vendor specific: who knows what it does
unknown_by_sg() {
	sg_raw -t 20 "$disk" c1 00 00 00 00 00
}

# answers SECONDS COMMAND: it succeeds within that
answers() {
	answers_begin=$(now)
	limit=$1
	shift
	"$@" || return
	took=$(($(now) - answers_begin))
	echo "# $* took $took s"
	[ $took -le "$limit" ]
}

# add OPCODE...: a disk; the path that carries does not answer these
add() {
	script_disk 2 lu
	script "$unit" event zero
	read_block || bail_out "no block"
	carrier=1
	[ -z "$(script_counter "$unit" sent 0 $READ)" ] || carrier=0
	script "$unit" event zero
	for opcode in "$@"; do
		script "$unit" rules "$carrier $opcode -1 0 0 0 $SILENT 0"
	done
}

# sent_by_other OPCODE
sent_by_other() {
	script_counter "$unit" sent $((1 - carrier)) "$1"
}

for each in "flush $FLUSH" "unmap $UNMAP" "verify_by_sg 0x2f"; do
	command=${each% *}
	add $READ "${each#* }"
	answers 20 "$command" 2>"/tmp/$command.err" &
	asked=$!
	sleep 1
	ok "$command: a read beside it goes over the other path" answers 10 read_block
	ok "$command: it does so, too" wait $asked
	is "$command: once" "$(sent_by_other "${each#* }")" 1
	is "$command: after one attempt that was lost" \
		"$(script_counter "$unit" sent $carrier "${each#* }")" 1
	script_remove "$unit"
done

# Nobody knows what it is: it is not sent once more, and not taken back early.
add $READ $UNKNOWN
begin=$(now)
unknown_by_sg 2>/tmp/unknown.err &
asked=$!
sleep 1
ok "unknown: a read beside it goes over the other path" answers 10 read_block
fails "unknown: it is an error" wait $asked
took=$(($(now) - begin))
ok "unknown: after its own time, $took s" [ $took -ge 19 ]
is "unknown: sent once" "$(script_counter "$unit" sent $carrier $UNKNOWN)" 1
is "unknown: and over no other path" "$(sent_by_other $UNKNOWN)" ""
script_remove "$unit"

# A path that answers what is asked is left its time.
add
script "$unit" rules "$carrier $FLUSH 1 0 0 0 $FOR_ITSELF 12000"
ok "slow flush: it succeeds" answers 20 flush
is "slow flush: sent once" "$(script_counter "$unit" sent $carrier $FLUSH)" 1
is "slow flush: and over no other path" "$(sent_by_other $FLUSH)" ""
script_remove "$unit"
finish
