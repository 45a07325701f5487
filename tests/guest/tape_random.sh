# SPDX-License-Identifier: GPL-2.0
# A tape is never written at another place than the application believes, in any order of
# faults: one who only ever appends to what he has written finds all of it afterwards.
# Faults come at random between his commands and under them; the seed is printed, and
# tape_seed=N on the kernel's command line chooses it.
# guest: clock=virtual cpus=4 seconds=420
. ./lib.sh
. ./lib_script.sh

minutes=$(setting tape_minutes)
rounds=$((${minutes:-1} * 8))
seed=$(setting tape_seed)
# The same each time, so that what fails is what has been changed. 0: another one.
seed=${seed:-934367339}
[ "$seed" != 0 ] || seed=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
plan $((3 * 3))
echo "# seed $seed"

modprobe st || bail_out "st"

# random N: 0 to N - 1, in $drawn. A linear congruential generator, of which the upper bits
# are good.
random() {
	seed=$(((seed * 1103515245 + 12345) & 0x7fffffff))
	drawn=$(((seed >> 8) % $1))
}

tape() {
	mt-st -f "$node" "$@" >/dev/null 2>&1
}

# The path that carries it, of a drive with so many
carrier() {
	for each in $(seq 0 $((paths - 1))); do
		echo "$(path_issued "$(script_path "$unit" "$each")") $each"
	done | sort -nr | head -1 | cut -d ' ' -f 2
}

# What happens between two writes
disturb() {
	random 7
	case $drawn in
	0) script "$unit" event reset ;;
	1) script "$unit" event power_cycle ;;
	2) [ "$paths" = 1 ] || paths_of_tape 3 "$(carrier)" ;;
	3) [ "$paths" = 1 ] || paths_of_tape 1 0 1 ;;
	4) tape status ;;
	5) script "$unit" event reset; tape status ;;
	*) ;;
	esac
}

# paths_of_tape STATE PATH...
paths_of_tape() {
	state=$1
	shift
	for each; do
		echo "$state" >"/sys/bus/scsi/devices/$(script_path "$unit" "$each")/path/state"
	done
}

# What happens to one of the next commands that move the tape
spoil() {
	random 8
	script "$unit" rules clear
	case $drawn in
	0) script "$unit" rules "-1 -2 1 1 0 0 0 0" ;;		# no connection
	1) script "$unit" rules "-1 -2 1 1 0 0 4 0" ;;		# likewise, carried out
	2) script "$unit" rules "-1 -2 1 14 0 0 0 0" ;;		# disrupted
	3) script "$unit" rules "-1 -2 1 7 0 0 4 0" ;;		# an error, carried out
	4) script "$unit" rules "-1 -2 1 0 0 0 8 0" ;;		# no answer
	5) script "$unit" rules "-1 -2 1 0 0 0 8 0"		# no answer, no abort
	   for each in $(seq 0 $((paths - 1))); do
		script "$unit" eh "$each 0 1 0"
	   done ;;
	6) script "$unit" rules "-1 -2 1 1 0 0 0 300"		# the power is lost
	   { sleep 0.1; script "$unit" event reset; } & ;;
	*) ;;
	esac
}

# calm: all is well again, and st knows where it is
calm() {
	script "$unit" rules clear
	for each in $(seq 0 $((paths - 1))); do
		script "$unit" eh "$each 0 0 0"
	done
	[ "$kind" = plain ] || paths_of_tape 1 $(seq 0 $((paths - 1)))
	within 30 tape rewind || bail_out "the tape cannot be used"
}

# append: one file, of a few records, which may be disturbed; it counts if nothing failed
append() {
	calm
	within 30 tape eod || bail_out "no end of data"
	exec 3>"$node"
	random 4
	for _ in $(seq 0 "$drawn"); do
		disturb
		spoil
		dd if=/tmp/record bs=10k count=1 >&3 2>/dev/null || break
	done
	exec 3>&-
	wait
}

dd if=/dev/urandom of=/tmp/record bs=10k count=1 2>/dev/null
for how in "1 plain" "1 lu" "2 lu"; do
	paths=${how% *}
	kind=${how#* }
	script_add tape "$paths" "$kind"
	node=$(script_node scsi_tape 'nst[0-9]*')
	within 10 test -c "$node" || bail_out "no $node"
	tape setblk 0
	tape sttimeout 2
	dd if=/tmp/record of="$node" bs=10k 2>/dev/null
	script "$unit" event zero
	for round in $(seq $rounds); do
		began=$seed
		append
		overwritten=$(script_counter "$unit" overwritten)
		[ "$overwritten" = 0 ] || break
	done
	[ "$overwritten" = 0 ] || echo "# round $round of $how began with seed $began"
	is "$how: nothing was overwritten" "$overwritten" 0
	calm
	dd if="$node" of=/tmp/record.read bs=10k 2>/dev/null
	ok "$how: what was first is there" cmp /tmp/record /tmp/record.read
	ok "$how: it was disturbed" test "$(script_counter "$unit" changes)" -gt $rounds
	script_remove "$unit"
done
finish
