# SPDX-License-Identifier: GPL-2.0
# What the nexus of an idle path has lived through alone is none of whoever uses the
# logical unit over another one: a removable medium is not taken for another one, nor does
# the robot of a library fail. What has happened to the device is told, as by a plain one.
# guest: clock=virtual cpus=4 seconds=300
. ./lib.sh
. ./lib_script.sh
plan 45

PERIOD=/sys/module/scsi_mod/parameters/path_watch
RESET=0
NEXUS_LOSS=1
MEDIUM=2

echo 0 >$PERIOD
echo 0 >/sys/module/block/parameters/events_dfl_poll_msecs

was_asked() {
	[ "$(script_counter "$unit" sent "$1" 0x0)" -ge 1 ] 2>/dev/null
}

both_were_asked() {
	was_asked 0 && was_asked 1
}

# watched COMMAND...: the paths are looked at until it succeeds
watched() {
	script "$unit" event zero
	echo 1 >$PERIOD
	within 40 "$@" || bail_out "not asked: $*"
	echo 0 >$PERIOD
}

# told PATH UA: it is, and has said so to the first command that multipath sends
told() {
	script "$unit" event "attention $1 $2"
	watched was_asked "$1"
	within 20 all_good
}

all_good() {
	for each in 0 1; do
		[ "$(path_state "$(script_path "$unit" $each)")" = 1 ] || return
	done
}

# two_paths TYPE CLASS PATTERN: a new logical unit, as $node
two_paths() {
	script_add "$1" 2 lu
	within 10 script_node "$2" "$3" || bail_out "no $1"
	node=$(script_node "$2" "$3")
}

# find_idle COMMAND...: $idle is the path that this does not take
find_idle() {
	script "$unit" event zero
	"$@" >/dev/null 2>&1
	idle=$(for each in 0 1; do
		[ "$(script_counter "$unit" sent $each 0x28)$(script_counter "$unit" sent $each 0x0)" ] ||
			echo $each
	done | head -1)
	[ "$idle" ] || bail_out "no idle path"
}

# It is open all the time: who opens it looks at the medium. Nothing is read ahead.
read_open() {
	[ "$(dd bs=4k count=1 <&3 | wc -c)" = 4096 ]
}

for kind in removable cd; do
	two_paths $kind block '[a-z]*[0-9]*'
	echo lpu >"$above/multipath/iopolicy"
	echo 0 >"/sys/block/${node##*/}/queue/read_ahead_kb"
	exec 3<"$node"
	ok "$kind: it is read" read_open
	for code in $NEXUS_LOSS $RESET; do
		name="$kind, idle path tells of $code"
		echo lpu >"$above/multipath/iopolicy"
		ok "$name: it is read" read_open
		find_idle read_open
		# Of a path that was never asked nobody knows since when it has had nothing
		# to report.
		watched both_were_asked
		told "$idle" $code
		ok "$name: read" read_open
		ok "$name: and again" read_open
		ok "$name: all paths are good" all_good
		[ $code = $NEXUS_LOSS ] || continue
		script "$unit" event "attention $idle $code"
		echo rr >"$above/multipath/iopolicy"
		for i in 1 2 3 4; do
			read_open || echo error
		done >/tmp/read.out 2>&1
		is "$name, in answer to a read: no error" \
			"$(grep -c error /tmp/read.out)" 0
		ok "$name, in answer to a read: all paths are good" within 20 all_good
	done
	script "$unit" event reset
	fails "$kind, it was reset: read" read_open
	exec 3<&-
	exec 3<"$node"
	ok "$kind, it was reset: once" read_open
	script "$unit" event medium
	fails "$kind, another medium: read" read_open
	exec 3<&-
	script_remove "$unit"
done

# A reset of the device is told by both.
two_paths changer scsi_generic 'sg[0-9]*'
ok "changer: it moves" sg_raw "$node" 07 00 00 00 00 00
find_idle sg_turs "$node"
told "$idle" $RESET
ok "changer, nexus of the idle path was reset: it goes on" sg_raw "$node" 07 00 00 00 00 00
told "$idle" $NEXUS_LOSS
ok "changer, idle path has lost its nexus: it goes on" sg_raw "$node" 07 00 00 00 00 00
# So it has when its adapter was reset, for another device.
script "$unit" event "host_reset $idle"
watched was_asked "$idle"
ok "changer, adapter of the idle path was reset: it goes on" sg_raw "$node" 07 00 00 00 00 00
script "$unit" event "attention $((1 - idle)) $RESET"
fails "changer, the nexus that it uses was reset afterwards: it is told" \
	sg_raw "$node" 07 00 00 00 00 00
ok "changer, the nexus that it uses was reset afterwards: once" \
	sg_raw "$node" 07 00 00 00 00 00
script "$unit" event reset
fails "changer, it was reset: it is told" sg_raw "$node" 07 00 00 00 00 00
ok "changer, it was reset: once" sg_raw "$node" 07 00 00 00 00 00
script_remove "$unit"

# Who sends commands of his own to a disk is told as well, or is not.
two_paths disk block 'sd[a-z]*'
ok "disk: it is ready" sg_raw "$node" 00 00 00 00 00 00
find_idle sg_turs "$node"
told "$idle" $RESET
ok "disk, nexus of the idle path was reset: it is not told" \
	sg_raw "$node" 00 00 00 00 00 00
script "$unit" event "attention 0 $RESET"
script "$unit" event "attention 1 $RESET"
fails "disk, it was reset: it is told" sg_raw "$node" 00 00 00 00 00 00
ok "disk, it was reset: once" sg_raw "$node" 00 00 00 00 00 00
script_remove "$unit"

# Of the only path it is told, as of a plain one.
for how in "1 plain" "1 lu"; do
	script_add changer ${how% *} ${how#* }
	within 10 script_node scsi_generic 'sg[0-9]*' || bail_out "no changer"
	node=$(script_node scsi_generic 'sg[0-9]*')
	sg_turs "$node" >/dev/null 2>&1
	script "$unit" event "attention 0 $MEDIUM"
	fails "${how#* } ${how% *}: it is told" sg_raw "$node" 07 00 00 00 00 00
	script_remove "$unit"
done

# The system sleeps before it is known whether it was the device: the other path does not
# say, and is gone afterwards. No upper level asks anything before it sleeps.
two_paths cd block 'sr[0-9]*'
echo lpu >"$above/multipath/iopolicy"
echo 0 >"/sys/block/${node##*/}/queue/read_ahead_kb"
exec 3<"$node"
ok "asleep: it is read" read_open
find_idle read_open
watched both_were_asked
script "$unit" rules "$((1 - idle)) 0x0 -1 0 2 0x052400 0 0"
script "$unit" event "attention $idle $RESET"
watched was_asked "$idle"
for opcode in -1 0x12; do
	script "$unit" rules "$((1 - idle)) $opcode -1 1 0 0 0 0"
done
echo devices >/sys/power/pm_test
ok "asleep: and awake" sh -c 'echo freeze >/sys/power/state'
{ read_open; echo over >/tmp/asleep.out; } &
ok "asleep: then it is told, and nothing waits for ever" within 60 test -s /tmp/asleep.out
exec 3<&-
script "$unit" rules clear
script_remove "$unit"
finish
