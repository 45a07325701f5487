# SPDX-License-Identifier: GPL-2.0
# What oracle.sh and oracle_all.sh are about. Sourced behind lib.sh.

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
		echo 1 >/sys/kernel/debug/tracing/events/scsi_mpath/enable
		echo 1 >/sys/kernel/debug/tracing/events/scsi/enable
		set -- "$@" -v
	fi
	oracle -t 100 "$@" -x oracle_exceptions.txt -m "${oracle_only:-*}" |
		tee /tmp/oracle.out | grep '^#\|^attributes:\|^oracle:' | sed 's/^[^#]/# &/'
	for type in disk removable zoned cd tape changer enclosure; do
		for law in one two; do
			oracle_law=$(grep "^$type $law: " /tmp/oracle.out)
			echo "$oracle_law" >/tmp/oracle.law
			is "$type, $law: ${oracle_law#*: }" \
				"$(grep -o '[0-9]* other, [0-9]* not run' /tmp/oracle.law)" \
				"0 other, 0 not run"
		done
	done
	ok "$(grep '^attributes:' /tmp/oracle.out)" \
		grep -q '^attributes: .*, 0 other$' /tmp/oracle.out
	ok "$(grep '^oracle:' /tmp/oracle.out)" \
		grep -q '^oracle: .*, 0 other$' /tmp/oracle.out
	finish
}
