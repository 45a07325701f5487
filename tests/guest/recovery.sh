# SPDX-License-Identifier: GPL-2.0
# Commands that never come back while the path's own error handling works, is
# slow, or fails: I/O goes on elsewhere, and the command is done again only when
# the path has let go of it.
# guest: cpus=4 memory=2048
. ./lib.sh
plan 15

READ=28
WRITE=2a

one_lu 2 max_luns=1 dev_size_mb=64
echo rr >/sys/block/sda/device/multipath/iopolicy
echo 2 >/sys/block/sda/device/timeout
path=$(first_path)

# hang RULES...: eight commands get lost, then the rules apply to their recovery
hang() {
	deaths_before=$(deaths)
	inject "$path" "0 -4 $READ"
	inject "$path" "0 -4 $WRITE"
	for rule in "$@"; do
		inject "$path" "$rule"
	done
}

calm() {
	for type in 0 3 4; do
		uninject "$path" $type $READ 2>/dev/null
		uninject "$path" $type $WRITE 2>/dev/null
	done
}

# A probe may have the path back before anybody looks, so ask the log.
deaths() {
	dmesg | grep -c "path $path failed"
}

dead() {
	[ "$(deaths)" -gt "$deaths_before" ]
}

back() {
	within 60 path_state_is "$path" 1
}

# Over all its attempts a command has no more than (retries + 1) * timeout.
light_start
load_reaches "$path"

hang
ok "abort works: path is dead" within 15 dead
calm
ok "abort works: path is back" back

hang "3 -8 $READ" "3 -8 $WRITE"
ok "abort fails: path is dead after a LUN reset" within 30 dead
calm
ok "abort fails: path is back" back
ok "abort fails: load goes on" fio_is_running

hang "3 -8 $READ" "3 -8 $WRITE" "4 -8 $READ" "4 -8 $WRITE"
ok "LUN reset fails: path is dead after the next step" within 40 dead
calm
ok "LUN reset fails: path is back" back
ok "LUN reset fails: load goes on" fio_is_running
fio_ok "no error above, data verified"

# One path only: what is lost on it is done again on it, as often as on a plain disk,
# however long it takes to get it back: here five times two seconds, for a timeout of 1 s
# ends at the second tick of a clock that ticks once a second.
other=$(path_devices | tail -1)
paths_write "$other" 3
echo 1 >/sys/block/sda/device/timeout
# sd would give the disk up before, as it does with a plain one.
echo 10 >"$(echo /sys/block/sda/device/scsi_disk/*)/max_medium_access_timeouts"
inject "$path" "0 -5 $READ"
ok "last path: the sixth attempt of a read is made" \
	timeout 60 dd if=/dev/sda of=/dev/null bs=4k count=16 iflag=direct
calm
echo 2 >/sys/block/sda/device/timeout
ok "last path: it is back" back
paths_write "$other" 1

# Passthrough is not repeated behind the sender's back.
inject "$path" "0 -1 12"
inject "$other" "0 -1 12"
fails "a lost INQUIRY of sg is reported" sg_raw -t 2 -r 36 /dev/sg0 12 0 0 0 24 0
uninject "$path" 0 12 2>/dev/null
uninject "$other" 0 12 2>/dev/null
inject "$path" "2 -1 12 1 0 0 0 0 0"
inject "$other" "2 -1 12 1 0 0 0 0 0"
fails "nor is one whose port went away" sg_raw -t 5 -r 36 /dev/sg0 12 0 0 0 24 0
uninject "$path" 2 12 2>/dev/null
uninject "$other" 2 12 2>/dev/null
within 20 good_after_io 2
inject "$path" "2 -1 12 d 0 0 0 0 0"
inject "$other" "2 -1 12 d 0 0 0 0 0"
ok "one that the host asks to have again is" sg_raw -t 5 -r 36 /dev/sg0 12 0 0 0 24 0
ok "no task is stuck" sh -c '! ps -o stat,comm | grep "^D"'
finish
