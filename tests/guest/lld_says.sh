# SPDX-License-Identifier: GPL-2.0
# What few LLDs say: they do not take a command, or want their answer to be passed on as it is,
# or have no sense data for it. As of a plain disk, and a second path helps.
# guest: clock=virtual cpus=2 seconds=600
. ./lib.sh
. ./lib_script.sh
plan 52

READ=0x28
NOT_TAKEN=128
HOST_BUSY=0x1055
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

# start_read: in the background
start_read() {
	rm -f /tmp/read.status
	(
		read_block >/dev/null 2>&1
		echo $? >/tmp/read.status
	) &
}

read_is_over() {
	[ -s /tmp/read.status ]
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
is "no other disk is left" "$(grep -c . $SCRIPT/units)" 0
finish
