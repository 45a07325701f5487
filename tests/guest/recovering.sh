# SPDX-License-Identifier: GPL-2.0
# A host that recovers comes back: I/O waits for the end of it as on a plain disk, and what
# else is said of the path meanwhile does not make it fail. And a path over it is none that
# I/O could go to instead.
# guest: clock=virtual cpus=2 seconds=300
. ./lib.sh
. ./lib_script.sh
plan 11

READ=0x28
FLUSH=0x35
SILENT=8
FOR_ITSELF=16
RECOVERY_MS=60000

host_state_is() {
	[ "$(cat "/sys/class/scsi_host/host$(script_path "$unit" "$1" | cut -d: -f1)/state")" = "$2" ]
}

# recover PATH OPCODE COMMAND...: its host is in recovery, for that is not answered
recover() {
	recover_path=$1
	script "$unit" rules "$1 $2 1 0 0 0 $SILENT 0"
	for handler in 0 1 2; do
		script "$unit" eh "$1 $handler -1 0"
	done
	script "$unit" eh "$1 3 0 $RECOVERY_MS"
	shift 2
	"$@" &
	recovering=$!
	within 120 host_state_is "$recover_path" recovery || bail_out "no recovery"
}

flush() {
	dd if=/dev/null of="$disk" bs=512 conv=notrunc,fsync
}

# The port blips meanwhile.
for how in plain lu; do
	script_disk 1 $how
	recover 0 $READ read_block
	script "$unit" event "target_block 0"
	script "$unit" event "target_unblock 0"
	ok "$how: a read waits for the end of the recovery" wait $recovering
	ok "$how: and the next succeeds" read_block
	script_remove "$unit"

	# What its host has lost takes the path out of use.
	script_disk 1 $how
	recover 0 $READ read_block
	read_block &
	next=$!
	ok "$how: all that waits" wait $recovering
	ok "$how: succeeds in the end" wait $next
	script_remove "$unit"
done

# One path recovers; that the other is slow does not take that out, too.
script_disk 2 lu
echo round-robin >"$above/multipath/iopolicy"
script "$unit" event "timeout 2000 $(basename "$above")"
paths_write "$(script_path "$unit" 1)" 3
recover 0 $FLUSH flush
paths_write "$(script_path "$unit" 1)" 1
script "$unit" event "timeout 30000 $(basename "$above")"
script "$unit" rules "1 $READ 1 0 0 0 $FOR_ITSELF 8000"
begin=$(now)
ok "slow beside recovery: the read succeeds" read_block
ok "slow beside recovery: when it is answered" [ $(($(now) - begin)) -le 12 ]
fails "slow beside recovery: its path was not taken out" \
	sh -c "dmesg | grep 'path $(script_path "$unit" 1) .*no answer'"
wait $recovering
script_remove "$unit"
finish
