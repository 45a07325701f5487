# SPDX-License-Identifier: GPL-2.0
# A tape drive of the module scsi_script that is written to: sourced behind lib_script.sh.
# shellcheck disable=SC2034 # for those who source it

modprobe st || bail_out "st"
for file in a b c; do
	dd if=/dev/urandom of=/tmp/$file bs=10k count=10 2>/dev/null
done

tape() {
	mt-st -f "$node" "$@"
}

put() {
	dd if="$1" of="$node" bs=10k 2>/dev/null
}

get() {
	dd if="$node" of="$1" bs=10k 2>/dev/null
}

# more: two records, to the tape that is open
more() {
	dd if=/tmp/c bs=10k count=2 >&3
}

# drive PATHS KIND: a new one, with two files on its tape, of which the end is where it is
drive() {
	script_add tape "$1" "$2"
	within 10 script_node scsi_tape 'nst[0-9]*' || bail_out "no tape"
	node=$(script_node scsi_tape 'nst[0-9]*')
	within 10 test -c "$node"
	tape setblk 0
	tape sttimeout 3
	tape rewind
	put /tmp/a
	put /tmp/b
	script "$unit" event zero
}

# what_was_on_it NAME: is on it, once it is rewound
what_was_on_it() {
	get /tmp/a.read
	get /tmp/b.read
	ok "$1: the first file is there" cmp /tmp/a /tmp/a.read
	ok "$1: and the second" cmp /tmp/b /tmp/b.read
	script_remove "$unit"
}

# kept NAME: what was on the tape is on it
kept() {
	is "$1: nothing was overwritten" "$(script_counter "$unit" overwritten)" 0
	script "$unit" rules clear
	# A drive that was reset says so once more, to whoever asks.
	tape rewind || tape rewind
	what_was_on_it "$1"
}

# The path that carries it, of a drive with so many
carrier() {
	for each in $(seq 0 $(($1 - 1))); do
		echo "$(path_issued "$(script_path "$unit" "$each")") $each"
	done | sort -nr | head -1 | cut -d ' ' -f 2
}
