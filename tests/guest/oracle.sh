# SPDX-License-Identifier: GPL-2.0
# The plain device is the oracle: whatever goes wrong, a logical unit with one path does
# what a plain device does, and one with two of which one misbehaves is never worse. What
# is compared, and how, is in oracle.c; which differences are wanted, and why, in
# oracle_exceptions.txt. Time is virtual: it goes on at once while nobody has anything to
# do, and an instruction takes as long on a machine that is busy. So what takes minutes
# is seen in seconds, and is the same each time. What host drivers do by themselves to a
# device is in lld.sh.
# guest: clock=virtual cpus=1 memory=1024 seconds=1500
. ./lib.sh
. ./lib_oracle.sh
oracle_run
