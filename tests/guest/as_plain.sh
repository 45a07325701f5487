# SPDX-License-Identifier: GPL-2.0
# What answers do to a read: it ends as it does on a plain disk, neither sooner with an error
# nor never.
# guest: clock=virtual cpus=2 seconds=600
. ./lib.sh
. ./lib_script.sh
plan 60

READ=0x28
TUR=0
MODE_SELECT=0x15
WRITE=0x2a
FLUSH=0x35
ERROR=7

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

# --- What a device handler says is shown of the disk, too
modprobe scsi_dh_alua || bail_out "scsi_dh_alua"
one_lu 1 max_luns=1
within 20 grep -q . "/sys/bus/scsi/devices/$(first_path)/access_state"
is "there is a handler" "$(cat /sys/block/sda/device/dh_state)" alua
for each in dh_state access_state preferred_path; do
	is "$each is that of its path" "$(cat "/sys/block/sda/device/$each")" \
		"$(cat "/sys/bus/scsi/devices/$(first_path)/$each")"
done
unload scsi_debug || bail_out "sda stays"
modprobe -r scsi_dh_alua

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

# --- A path that is active when it is asked, and not when it is to read
for nr in 1 2; do
	for sense in 0x02040b 0x02040c; do
		begin asymmetric $nr lu
		for path in $paths; do
			script "$unit" rules "$path $READ -1 0 2 $sense 0 0"
		done
		start_read
		ends 40 "never active: $sense" 1
		script_remove "$unit"
	done
done
begin asymmetric 2 lu
script "$unit" rules "0 $READ -1 0 2 0x02040b 0 0"
start_read
ends 20 "one path is not active"
script_remove "$unit"

# The same of a state that changes for ever, with 6 tries of 2 s
for how in "1 plain" "1 lu" "2 lu"; do
	# shellcheck disable=SC2086 # two words
	begin asymmetric $how
	echo 2 >"$above/timeout"
	for path in $paths; do
		script "$unit" rules "$path $READ -1 0 2 0x02040a 0 0"
	done
	start_read
	ends 30 "always in transition" 1
	script_remove "$unit"
done

# And of one that takes long: the target has not said how long.
begin asymmetric 1 lu
script "$unit" rules "0 $READ -1 0 2 0x02040a 0 0"
script "$unit" rules "0 $TUR -1 0 2 0x02040a 0 0"
start_read
sleep 120
script "$unit" rules clear
ends 20 "in transition for two minutes"
script_remove "$unit"

# --- What is repeated without limit has all its time over the second path
begin disk 2 lu
echo -1 >"$(echo "$above"/scsi_disk/*)/max_retries"
script "$unit" rules "-1 $READ -1 0 0 0 16 8000"
start_read
ends 40 "8 s for each read"
script_remove "$unit"

# --- Several reads find the disk stopped, and the error handler starts it for one of them
for kind in plain lu; do
	begin disk 1 $kind
	echo 1 >"$(echo "$above"/scsi_disk/*)/allow_restart"
	script "$unit" rules "0 $READ 4 0 2 0x020402 0 500"
	rm -f /tmp/read.*
	for nr in 1 2 3 4; do
		(
			dd if="$disk" of=/dev/null bs=512 count=1 skip=$nr iflag=direct \
				>/dev/null 2>&1
			echo $? >/tmp/read.$nr
		) &
	done
	wait
	is "$title: four reads of a disk that is to be started" "$(cat /tmp/read.? | tr '\n' ' ')" \
		"0 0 0 0 "
	is "$title: it is started once" "$(script_sent "$unit" 0 0x1b)" 1
	script_remove "$unit"
done

# --- After a reset of our own a disk is not ready for a moment
for how in "1 plain" "1 lu" "2 lu"; do
	# shellcheck disable=SC2086 # two words
	begin disk $how
	ok "$title: reset by hand" sg_reset --device --no-esc \
		"$(script_node scsi_generic 'sg[0-9]*')"
	for path in $paths; do
		script "$unit" rules "$path $READ 1 0 2 0x020400 0 0"
	done
	ok "$title: not ready after that" read_block
	script_remove "$unit"
done

# --- A setting that only a reset of the disk lets pass, and the error handler makes it
for kind in plain lu; do
	begin disk 1 $kind
	script "$unit" eh "0 0 -1 0"
	script "$unit" rules "0 $MODE_SELECT -1 0 0 0 72 0"
	cache=$(echo "$above"/scsi_disk/*)/cache_type
	ok "$title: a cache is set" sh -c "echo 'write through' >$cache"
	is "$title: with two commands" "$(script_sent "$unit" 0 $MODE_SELECT)" 2
	script_remove "$unit"
done

# --- What a path loses leaves the disk as many tries as it has over the other one alone
write_block() {
	timeout 600 dd if=/dev/zero of="$disk" bs=512 count=1 oflag=direct
}
flush() {
	timeout 600 dd if=/dev/zero of="$disk" bs=512 count=1 oflag=direct conv=fsync
}

# idle: the path that reads do not take
idle() {
	script "$unit" event zero
	read_block 2>/dev/null
	[ "$(script_sent "$unit" 0 $READ)" = 0 ]
	echo $?
}

for each in "$READ read_block" "$WRITE write_block" "$FLUSH flush"; do
	for how in "1 plain" "2 lu"; do
		# shellcheck disable=SC2086 # two words
		begin disk $how
		good=0
		if [ "$how" = "2 lu" ]; then
			good=$(idle)
			script "$unit" rules "$((1 - good)) ${each% *} -1 $ERROR 0 0 0 0"
		fi
		script "$unit" rules "$good ${each% *} 3 0 2 0x0b0000 0 0"
		ok "$title: ${each#* }: it is aborted three times" "${each#* }"
		script_remove "$unit"
	done
done
# Of one path, both are its own.
for how in "1 plain" "1 lu"; do
	# shellcheck disable=SC2086 # two words
	begin disk $how
	script "$unit" rules "0 $READ 3 $ERROR 0 0 0 0"
	script "$unit" rules "0 $READ -1 0 2 0x0b0000 0 0"
	fails "$title: lost three times, and then aborted for ever" read_block
	is "$title: it is tried" "$(script_sent "$unit" 0 $READ)" 6
	script_remove "$unit"
done
# And no more often than all paths together have tries
begin disk 2 lu
script "$unit" rules "$(idle) $READ -1 0 2 0x0b0000 0 0"
script "$unit" rules "-1 $READ -1 $ERROR 0 0 0 0"
fails "$title: one path loses it, the other one aborts it, for ever" read_block
script_remove "$unit"

# --- What is read ahead, and fails
read_ahead_errors() {
	grep -c 'block_rq_error.* RA ' $TRACE/trace
}
read_ahead() {
	echo 3 >/proc/sys/vm/drop_caches
	timeout 600 dd if="$disk" of=/dev/null bs=4k count=1 >/dev/null 2>&1
}

echo 1 >$TRACE/events/block/block_rq_error/enable
for kind in plain lu; do
	begin disk 1 $kind
	echo >$TRACE/trace
	script "$unit" rules "0 -1 -1 1 0 0 0 0"
	read_ahead &
	sleep 3
	is "$title: what is read ahead does not wait for the path" "$(read_ahead_errors)" 1
	script "$unit" rules clear
	wait
	script_remove "$unit"

	begin disk 1 $kind
	echo 2 >"$above/timeout"
	echo >$TRACE/trace
	script "$unit" eh "0 0 -1 0"
	script "$unit" rules "0 $READ -1 0 0 0 72 0"
	ok "$title: a read that only a reset helps" read_ahead
	is "$title: it did not fail either" "$(read_ahead_errors)" 0
	script_remove "$unit"
done
echo 0 >$TRACE/events/block/block_rq_error/enable
is "no other disk is left" "$(grep -c . $SCRIPT/units)" 0
finish
