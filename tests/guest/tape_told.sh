# SPDX-License-Identifier: GPL-2.0
# What a tape drive has to say, it says once over each path, to whatever command comes
# next: that may be one that nobody but multipath has sent, to a path that carries
# nothing. Who writes hears of it all the same, as from a plain drive, if it has happened
# to the drive; and of what has happened to another path alone, not at all.
# guest: clock=virtual cpus=4 seconds=420
. ./lib.sh
. ./lib_script.sh
. ./lib_tape.sh
plan 116

PERIOD=/sys/module/scsi_mod/parameters/path_watch

# written PATHS KIND: a drive whose tape is being written, over $busy
written() {
	drive "$1" "$2"
	exec 3>"$node"
	more
	busy=$(carrier "$1")
	idle=$((1 - busy))
}

# told_once NAME: what was on the tape is on it, and nothing is left to be said
told_once() {
	is "$1: nothing was overwritten" "$(script_counter "$unit" overwritten)" 0
	script "$unit" rules clear
	ok "$1: it is told once" tape rewind
	what_was_on_it "$1"
}

lose_busy() {
	echo 1 >"/sys/bus/scsi/devices/$(script_path "$unit" "$busy")/delete"
}

# was_asked PATH COUNT: at least so often; that which carries for its identity alone
was_asked() {
	tests=$(script_counter "$unit" sent "$1" 0x0)
	inquiries=$(script_counter "$unit" sent "$1" 0x12)
	[ $((${tests:-0} + ${inquiries:-0})) -ge "$2" ]
}

# watched PATH COUNT: it is looked at so often
watched() {
	script "$unit" event zero
	echo 1 >$PERIOD
	within 40 was_asked "$1" "$2"
	ok "$name: path $1 was asked" was_asked "$1" "$2"
	echo 0 >$PERIOD
	# Until what that leads to is over as well
	sleep 3
}

echo 0 >$PERIOD

# --- the drive is reset, over a path ----------------------------------------------
# no_answer PATH HANDLER: it does not answer, and what its host does then is HANDLER
no_answer() {
	for each in $(seq 0 $(($2 - 1))); do
		script "$unit" eh "$1 $each -1 0"
	done
	script "$unit" rules "$1 -1 1 0 0 0 8 0"
}

for handler in 1 2; do
	name="reset of the idle path by handler $handler"
	written 2 lu
	no_answer $idle $handler
	watched $idle 2
	fails "$name: the next write fails" more
	exec 3>&-
	told_once "$name"

	name="reset of the only path by handler $handler"
	written 1 lu
	no_answer 0 $handler
	watched 0 2
	fails "$name: the next write fails" more
	exec 3>&-
	told_once "$name"
done

# It is asked for its position, and that it is lost by it.
for how in "1 plain" "1 lu" "2 lu"; do
	name="${how#* } ${how% *}: reset while it is asked for its position"
	drive $how
	for path in $(seq 0 $((${how% *} - 1))); do
		script "$unit" eh "$path 0 -1 0"
	done
	script "$unit" rules "-1 0x34 1 0 0 0 8 0"
	fails "$name: it is not told" tape tell
	fails "$name: the next write fails" put /tmp/c
	told_once "$name"
done

# A write is lost by it: that is told by its failure, and not once more.
for how in "1 plain" "1 lu" "2 lu"; do
	name="${how#* } ${how% *}: reset while it is written"
	written ${how% *} ${how#* }
	for path in $(seq 0 $((${how% *} - 1))); do
		script "$unit" eh "$path 0 -1 0"
	done
	script "$unit" rules "-1 0x0a 1 0 0 0 8 0"
	fails "$name: the write fails" more
	exec 3>&-
	told_once "$name"
done

# --- a path that carries nothing has to say that there was a reset --------------------
# bystander NAME SENSE: a unit attention over the idle path alone, that multipath is told
bystander() {
	name=$1
	written 2 lu
	script "$unit" rules "$idle 0x00 1 0 2 $2 0 0"
	watched $idle 1
}

bystander "the idle path was reset" 0x062900
ok "$name: the next write" more
lose_busy
ok "$name: and the next over that path" more
exec 3>&-
told_once "$name"

bystander "the idle path was reset, and is all that is left" 0x062900
lose_busy
fails "$name: the next write fails" more
exec 3>&-
told_once "$name"

bystander "the idle path has lost its nexus, and is all that is left" 0x062907
lose_busy
ok "$name: the next write" more
exec 3>&-
told_once "$name"

name="the host of the idle path was reset"
written 2 lu
no_answer $idle 3
watched $idle 2
ok "$name: the next write" more
exec 3>&-
told_once "$name"

# --- another initiator has changed how the tape is written ---------------------------
for how in "1 plain" "1 lu" "2 lu"; do
	name="${how#* } ${how% *}: mode parameters changed"
	written ${how% *} ${how#* }
	for path in $(seq 0 $((${how% *} - 1))); do
		script "$unit" event "attention $path 3"
	done
	case $how in
	*lu)
		watched $((${how% *} - 1)) 1
		;;
	esac
	fails "$name: the next write fails" more
	exec 3>&-
	told_once "$name"
done

# --- a write fails that was answered as good -----------------------------------------
# The next command that comes is told, and that is one of the mid-layer's own.
for how in "1 plain" "1 lu" "2 lu"; do
	name="${how#* } ${how% *}: deferred error"
	written ${how% *} ${how#* }
	script "$unit" rules "-1 -1 1 0 2 0x030c00 2 0"
	case $how in
	*lu)
		watched $((${how% *} - 1)) 1
		;;
	esac
	fails "$name: the next write fails" more
	exec 3>&-
	told_once "$name"
done
finish
