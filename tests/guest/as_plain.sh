# SPDX-License-Identifier: GPL-2.0
# What answers do to a read: it ends as it does on a plain disk, neither sooner with an error
# nor never.
# guest: clock=virtual cpus=2 seconds=600
. ./lib.sh
. ./lib_script.sh
plan 5

READ=0x28

# begin TYPE PATHS lu|plain
begin() {
	script_add "$1" "$2" "$3"
	within 10 script_node block 'sd[a-z]*' || bail_out "no disk"
	disk=$(script_node block 'sd[a-z]*')
	within 10 read_block || bail_out "no block"
	script "$unit" event zero
	title="$3 $1 $2"
	[ "$2" = 1 ] && paths=0 || paths="0 1"
}

# start_read: in the background
start_read() {
	rm -f /tmp/read.status
	began=$(now)
	(
		read_block >/dev/null 2>&1
		echo $? >/tmp/read.status
	) &
}

# ends SECONDS TEXT [STATUS]: the read is over by then, well or not. What is not is helped.
ends() {
	ok "$title, $2: it ends" within "$1" test -s /tmp/read.status
	script "$unit" rules clear
	wait
	is "$title, $2: how" "$(cat /tmp/read.status)" "${3:-0}"
	echo "# after $(($(now) - began)) s, $(script_sent "$unit" 0 $READ) reads"
}

# --- Who becomes ready at first is asked again, whatever the others say
for cured in 0 1; do
	begin disk 2 lu
	for path in $paths; do
		script "$unit" rules "$path $READ -1 0 2 0x020401 0 0"
	done
	start_read
	sleep 1
	script "$unit" rules "clear $cured"
	ends 20 "path $cured becomes ready"
	script_remove "$unit"
done

is "no other disk is left" "$(grep -c . $SCRIPT/units)" 0
finish
