# SPDX-License-Identifier: GPL-2.0
# What few LLDs say: they do not take a command, or want their answer to be passed on as it is,
# or have no sense data for it. As of a plain disk, and a second path helps.
# guest: clock=virtual cpus=2 seconds=600
. ./lib.sh
. ./lib_script.sh
plan 94

READ=0x28
WRITE_6=0xa
NOT_TAKEN=128
SENSE_LATER=256
HOST_BUSY=0x1055
IMM_RETRY=12
DEVICE_BUSY=0x1056
TARGET_BUSY=0x1058
DID_PASSTHROUGH=10

# begin PATHS lu|plain [POLICY]
begin() {
	script_disk "$1" "$2"
	[ -z "${3:-}" ] || echo "$3" >"$above/multipath/iopolicy"
	script "$unit" event zero
	title="$2 $1${3:+, $3}"
}

# --- Who takes nothing is asked again, not too often, until he does
for reason in $HOST_BUSY $DEVICE_BUSY $TARGET_BUSY; do
	for kind in plain lu; do
		begin 1 $kind
		script "$unit" rules "0 $READ -1 $reason 0 0 $NOT_TAKEN 0"
		start_read
		sleep 2
		fails "$title, $reason: it waits" read_is_over
		asked=$(script_sent "$unit" 0 $READ)
		script "$unit" rules clear
		ok "$title, $reason: not for longer than that" within 5 read_is_over
		wait
		is "$title, $reason: how it ends" "$(cat /tmp/read.status)" 0
		echo "# asked $asked times in 2 s"
		[ $kind = lu ] || of_plain=$asked
		script_remove "$unit"
	done
	ok "$reason: the logical unit asks no more often" [ "$asked" -le $((of_plain * 5 / 4 + 2)) ]
done

# --- Beside one that takes what it is sent, whatever the policy
for policy in last-path round-robin; do
	for reason in $HOST_BUSY $DEVICE_BUSY $TARGET_BUSY; do
		begin 2 lu $policy
		for path in 0 1; do
			script "$unit" rules "$path $READ -1 $reason 0 0 $NOT_TAKEN 0"
			began=$(cut -d ' ' -f 1 /proc/uptime)
			start_read
			ok "$title, path $path, $reason: it does not wait" within 2 read_is_over
			echo "# $began to $(cut -d ' ' -f 1 /proc/uptime)"
			script "$unit" rules clear
			wait
		done
		script_remove "$unit"
	done
done

# --- What another path may know better waits while that one's LLD does not take it
begin 2 lu last-path
for path in 0 1; do
	script "$unit" rules "$path $READ -1 0 2 0x044400 0 0"
	script "$unit" rules "$((1 - path)) $READ 2 $DEVICE_BUSY 0 0 $NOT_TAKEN 0"
	ok "hardware error of path $path, the other one's LLD takes it the third time: no error" \
		timeout 60 dd if="$disk" of=/dev/null bs=512 count=1 iflag=direct
	script "$unit" rules clear
done
script_remove "$unit"

# --- A drive that is busy keeps its nexus
script_add tape 2 lu
within 10 script_node scsi_tape 'nst[0-9]*' || bail_out "no tape"
tape=/dev/$(ls "$above/scsi_tape" | grep -x 'nst[0-9]*')
write_record() {
	timeout 60 dd if=/dev/zero of="$tape" bs=512 count=1
}
ok "tape: it writes" write_record
script "$unit" event zero
script "$unit" rules "-1 $WRITE_6 2 0 8 0 0 0"
ok "tape: it writes though it was busy" write_record
is "tape: over the same path" "$({ script_sent "$unit" 0 $WRITE_6
	script_sent "$unit" 1 $WRITE_6; } | grep -cx 0)" 1
used=0
[ "$(script_sent "$unit" 0 $WRITE_6)" != 0 ] || used=1
script "$unit" rules "$used $WRITE_6 1 $IMM_RETRY 0 0 0 3000"
script "$unit" rules "$used $WRITE_6 3 $HOST_BUSY 0 0 $NOT_TAKEN 0"
ok "tape: it writes though it had been under way, and was then not taken" write_record
is "tape: over no other path" "$(script_sent "$unit" $((1 - used)) $WRITE_6)" 0
script_remove "$unit"

# --- The answer is to be passed on as it is
for answer in 8 0x28 2; do
	[ $answer = 2 ] && sense=0x0b0000 || sense=0
	for how in "1 plain" "1 lu" "2 lu"; do
		# shellcheck disable=SC2086 # two words
		begin $how
		script "$unit" rules "-1 $READ -1 $DID_PASSTHROUGH $answer $sense 0 0"
		start_read
		ok "$title, status $answer passed on: it is over" within 20 read_is_over
		is "$title, status $answer passed on: it was sent once" \
			"$(($(script_sent "$unit" 0 $READ) + $(script_sent "$unit" 1 $READ)))" 1
		script "$unit" rules clear
		wait
		script_remove "$unit"
	done
done
# --- The error handler has to ask for the sense data
resets_in_log() {
	dmesg | grep -c 'Power-on or device reset'
}

count_of() {
	printf '%d\n' "$(cat "$above/$1")"
}

for later in 0 $SENSE_LATER; do
	for how in "1 plain" "1 lu"; do
		# shellcheck disable=SC2086 # two words
		begin $how
		dmesg -c >/dev/null
		errors=$(count_of ioerr_cnt)
		script "$unit" rules "0 $READ 1 0 2 0x062900 $later 0"
		ok "$title, flags $later: a reset is told of" read_block
		ok "$title, flags $later: another read" read_block
		is "$title, flags $later: it is told once" $(($(count_of ioerr_cnt) - errors)) 1
		# The error handler of a plain disk logs what it has asked for as well.
		[ "$how $later" = "1 plain $SENSE_LATER" ] ||
			is "$title, flags $later: it is logged once" "$(resets_in_log)" 1
		is "$title, flags $later: sent" "$(script_sent "$unit" 0 $READ)" 3
		script_remove "$unit"
	done
done

# --- What is repeated without limit is repeated as often as on a plain disk, over each path
for answer in "0 2 0x0b0000" "7 0 0"; do
	for how in "1 plain" "1 lu" "2 lu"; do
		# shellcheck disable=SC2086 # two words
		begin $how
		echo -1 >"$(echo "$above"/scsi_disk/*)/max_retries"
		script "$unit" rules "-1 $READ -1 $answer 0 0"
		start_read
		sleep 5
		fails "$title, $answer: it has no end" read_is_over
		asked=$(($(script_sent "$unit" 0 $READ) + $(script_sent "$unit" 1 $READ)))
		script "$unit" rules clear
		ok "$title, $answer: until it is answered" within 5 read_is_over
		wait
		echo "# $title, $answer: asked $asked times in 5 s"
		[ "$how" != "1 plain" ] || of_plain=$asked
		script_remove "$unit"
		[ "$how" = "1 plain" ] || ok "$title, $answer: not more often over each path" \
			[ "$asked" -le $((of_plain * ${how% lu} * 5 / 4 + 2)) ]
	done
done
is "no other disk is left" "$(grep -c . $SCRIPT/units)" 0
finish
