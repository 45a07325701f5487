# SPDX-License-Identifier: GPL-2.0
# A tape over two paths: written, marked, rewound and read back. A path lost
# between two commands is not noticed; within one it is the error that st gives on
# a single path, and nothing is written twice.
# guest: cpus=4
. ./lib.sh
plan 27

parameters=/sys/module/scsi_tape/parameters
modprobe st || bail_out "st"
modprobe scsi_tape || bail_out "scsi_tape"
within 30 nr_paths_is 2 || bail_out "not 2 paths"
is "one st" "$(find /sys/class/scsi_tape -name 'st[0-9]' | wc -l)" 1
lu=$(readlink -f /sys/class/scsi_tape/st0/device)
echo 60 >"$lu/multipath/no_path_timeout"

tape() {
	mt-st -f /dev/nst0 "$@"
}

# put FILE: in records of 10 KiB
put() {
	dd if="$1" of=/dev/nst0 bs=10k 2>/dev/null
}

# get FILE: from here to the next mark
get() {
	dd if=/dev/nst0 of="$1" bs=10k 2>/dev/null
}

# The only path in use: the policy of tapes stays on it.
carrier() {
	for each in "$lu"/paths/*; do
		each=$(basename "$each")
		path_state_is "$each" 1 && echo "$(path_issued "$each") $each"
	done | sort -nr | head -1 | cut -d ' ' -f 2
}

for file in a b c; do
	dd if=/dev/urandom of=/tmp/$file bs=10k count=40 2>/dev/null
done

ok "variable blocks" tape setblk 0
ok "rewind" tape rewind
ok "write, and the mark that closing adds" put /tmp/a
ok "a second file" put /tmp/b
ok "one more mark" tape weof 1
ok "to the start" tape rewind
ok "read back" get /tmp/a.read
ok "the same" cmp /tmp/a /tmp/a.read
ok "the second file" get /tmp/b.read
ok "the same as well" cmp /tmp/b /tmp/b.read
ok "back over two marks" tape bsfm 2
ok "where the second file begins" get /tmp/b.read
ok "it is that one" cmp /tmp/b /tmp/b.read

# A path that goes between two commands: to the other, where the tape is.
tape rewind
first=$(carrier)
exec 3>/dev/nst0
# half SKIP: 20 records of the file, to the tape that is open
half() {
	dd if=/tmp/a bs=10k skip="$1" count=20 >&3 2>/dev/null
}
ok "the first half" half 0
echo 1 >"/sys/bus/scsi/devices/$first/delete"
ok "the rest, over another path" half 20
exec 3>&-
second=$(carrier)
is "which is another one" "$([ "$first" != "$second" ] && echo yes)" yes
tape rewind
get /tmp/a.read
ok "nothing is missing, nothing is there twice" cmp /tmp/a /tmp/a.read
for host in /sys/class/scsi_host/*; do
	echo "- - -" >"$host/scan"
done
ok "two paths again" within 20 nr_paths_is 2

# lost WHEN: within a write
lost() {
	tape rewind
	written=$(cat $parameters/writes)
	echo 1 >"$parameters/$1"
	fails "$1: the write fails, as on one path" \
		dd if=/tmp/c of=/dev/nst0 bs=10k count=1
	is "$1: it was not repeated" \
		"$(($(cat $parameters/writes) - written))" "$2"
	is "$1: the fault has come" "$(cat "$parameters/$1")" 0
	ok "$1: the tape can be used" tape rewind
}

lost lost_before 0
lost lost_after 1
finish
