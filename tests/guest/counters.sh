# SPDX-License-Identifier: GPL-2.0
# The counters of a device: a command that is sent more than once counts as often, as on a
# plain disk, and what is under way is what was requested and is not done.
# guest: clock=virtual cpus=2 seconds=300
. ./lib.sh
. ./lib_script.sh
plan 21

READ=0x28

# counters: requested, done, failed, timed out since $base
counters() {
	counters_now=''
	for name in iorequest iodone ioerr iotmo; do
		counters_now="$counters_now $(($(cat "$above/${name}_cnt")))"
	done
	echo $counters_now
}

since() {
	# shellcheck disable=SC2086 # four numbers each
	echo $1 $(counters) | awk '{ print $5 - $1, $6 - $2, $7 - $3, $8 - $4 }'
}

# Nobody else has sent anything for a second.
are_settled() {
	was=$base
	base=$(counters)
	[ "$was" = "$base" ] || ! sleep 1
}

# count HOW FAULT: what one read counts that meets it
count() {
	script_disk 1 "$1"
	base=none
	within 30 are_settled || bail_out "still busy"
	script "$unit" rules "0 $READ $2"
	read_block
	counted=$(since "$base")
	script "$unit" rules clear
	script_remove "$unit"
}

# PATH OPCODE are there already: an error of the host, twice; BUSY; a medium error for ever;
# an aborted command; no answer; a target that is not ready; an error without end
for fault in "2 7 0 0 0 0" "2 0 8 0 0 0" "-1 0 2 0x031100 0 0" "1 0 2 0x0b4700 0 0" \
	"1 0 0 0 8 0" "2 0 2 0x020401 0 0" "-1 7 0 0 0 0"; do
	count plain "$fault"
	plain=$counted
	count lu "$fault"
	is "$fault: as a plain disk" "$counted" "$plain"
	ok "$fault: the read was counted" [ "${counted%% *}" -ge 1 ]
	is "$fault: all is done" "$(echo "$counted" | cut -d' ' -f2)" "${counted%% *}"
done
finish
