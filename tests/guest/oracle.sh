# SPDX-License-Identifier: GPL-2.0
# The plain device is the oracle: whatever goes wrong, a logical unit with one path does
# what a plain device does, and one with two of which one misbehaves is never worse. What
# is compared, and how, is in oracle.c; which differences are wanted, and why, in
# oracle_exceptions.txt.
# guest: alone=1 named=1 cpus=4 memory=2048 seconds=1800
. ./lib.sh
plan 8

modprobe -a st sr_mod || bail_out "st, sr"
modprobe scsi_script || bail_out "scsi_script"
# A console is slow, and each case has its path events.
echo 5 >/proc/sys/kernel/printk
# Some of the cases: oracle_only=PATTERN on the kernel's command line
only=$(sed -n 's/.*oracle_only=\([^ ]*\).*/\1/p' /proc/cmdline)
oracle -j 4 -x oracle_exceptions.txt -m "${only:-*}" |
	tee /tmp/oracle.out | grep '^#\|^oracle:'
for type in disk removable cd tape; do
	for law in one two; do
		ok "$(grep "^$type $law: " /tmp/oracle.out)" \
			grep -q "^$type $law: .* 0 other, 0 not run" /tmp/oracle.out
	done
done
finish
