# SPDX-License-Identifier: GPL-2.0
# What a tape drive has to say, it says once, to whatever command comes next: that may be
# one that nobody but multipath has sent. Who writes hears of it all the same, as from a
# plain drive.
# guest: clock=virtual cpus=4 seconds=420
. ./lib.sh
. ./lib_script.sh
. ./lib_tape.sh
plan 14

PERIOD=/sys/module/scsi_mod/parameters/path_watch

# written PATHS KIND: a drive whose tape is being written
written() {
	drive "$1" "$2"
	exec 3>"$node"
	more
}

# was_asked PATH COUNT: at least so often
was_asked() {
	[ "$(script_counter "$unit" sent "$1" 0x0)" -ge "$2" ] 2>/dev/null
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

# --- a write fails that was answered as good -----------------------------------------
# The next command that comes is told, and that is one of the mid-layer's own.
for how in "1 plain" "1 lu" "2 lu"; do
	name="${how#* } ${how% *}: deferred error"
	written ${how% *} ${how#* }
	case $how in
	*plain)
		script "$unit" rules "-1 -1 1 0 2 0x030c00 2 0"
		;;
	*)
		script "$unit" rules "-1 0x00 1 0 2 0x030c00 2 0"
		watched $((${how% *} - 1)) 1
		;;
	esac
	fails "$name: the next write fails" more
	exec 3>&-
	ok "$name: it is told once" tape rewind
	what_was_on_it "$name"
done
finish
