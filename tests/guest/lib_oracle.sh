# SPDX-License-Identifier: GPL-2.0
# What oracle.sh and oracle_all.sh are about. Sourced behind lib.sh.

# oracle_says WHAT: its summary of that
oracle_says() {
	sed -n "s/^# \($1: \)/\1/p" /tmp/oracle.out
}

# oracle_first WHAT LAW: the first of its cases that are not as they should be
oracle_first() {
	sed -n "s/^# \($2 $1 .*\): plain: .*/, \1/p" /tmp/oracle.out | head -n 3 | tr -d '\n'
}

# oracle_agrees WHAT END: there is none that is not as it should be
oracle_agrees() {
	oracle_says "$1" | grep ", 0 $2\$"
}

# oracle_run [OPTION...]: of oracle.c
oracle_run() {
	plan 16
	modprobe -a st sr_mod || bail_out "st, sr"
	modprobe scsi_script || bail_out "scsi_script"
	# Seconds. A robot needs minutes by default, and that is what is tried until then.
	echo 1 >/sys/module/ch/parameters/timeout_move
	echo 1 >/sys/module/ch/parameters/timeout_init
	# A console is slow, and each case has its path events.
	echo 1 >/proc/sys/kernel/printk
	# Some of the cases: oracle_only=PATTERN on the kernel's command line; and what the
	# paths did in those that are not as they should be: oracle_trace
	oracle_only=$(sed -n 's/.*oracle_only=\([^ ]*\).*/\1/p' /proc/cmdline)
	if grep -q oracle_trace /proc/cmdline; then
		echo 1 >$TRACE/events/scsi_multipath/enable
		echo 1 >$TRACE/events/scsi/enable
		set -- "$@" -v
	fi
	oracle -t 100 "$@" -x oracle_exceptions.txt -m "${oracle_only:-*}" |
		tee /tmp/oracle.out
	for type in disk removable zoned cd tape changer enclosure; do
		for law in one two; do
			ok "$(oracle_says "$type $law")$(oracle_first "$type" "$law")" \
				oracle_agrees \
				"$type $law" "other, 0 not run"
		done
	done
	ok "$(oracle_says attributes)" oracle_agrees attributes other
	ok "$(oracle_says oracle)" oracle_agrees oracle other
	finish
}
