#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# reports.sh CONSOLE [FUNCTIONS]: print what a kernel says when something is wrong
# with it, with line numbers; status 0 if there is any, or if that cannot be told.
#
# KCSAN finds races everywhere. With FUNCTIONS, a list of names, those count in which
# one of these takes part. What foreign.txt lists does not count.
set -u

console=$1 functions=${2:-}
foreign=$(dirname "$0")/foreign.txt
for list in "$foreign" ${functions:+"$functions"}; do
	[ -s "$list" ] || { echo "nothing in $list"; exit 0; }
done
words='BUG|WARNING:|INFO: (task|possible|trying|rcu)|possible (recursive|circular)|suspicious RCU|inconsistent lock|Oops|general protection|Call Trace|KASAN|UBSAN|KCSAN|ODEBUG|refcount_t|kernel BUG|Kernel panic|list_(add|del) corruption|sleeping function|scheduling while atomic|unreferenced object|blocked for more than|soft lockup|hard LOCKUP'
awk -v words="$words" -v functions="$functions" -v foreign="$foreign" '
	function is_foreign(line, i) {
		for (i in known)
			if (index(line, known[i]))
				return 1
		return 0
	}
	BEGIN {
		while ((getline name < functions) > 0)
			ours[name] = 1
		while ((getline line < foreign) > 0)
			if (line !~ /^#/)
				known[++n] = line
	}
	/BUG: KCSAN: / && functions != "" {
		# BUG: KCSAN: data-race in one / other
		names = $0
		sub(/.* in /, "", names)
		split(names, name_of, " / ")
		sub(/[+ ].*/, "", name_of[1])
		sub(/[+ \r].*/, "", name_of[2])
		# What follows is its stacks.
		theirs = !(name_of[1] in ours) && !(name_of[2] in ours)
		if (!theirs) { print FNR ":" $0; found = 1 }
		next
	}
	# A crash that was asked for, up to where the kernel that takes the dump begins.
	/Kernel panic - not syncing: sysrq triggered crash/ { crashed = FNR }
	/Linux version / { crashed = 0 }
	crashed { next }
	# The CPUs are stopped in the middle of whatever they are doing.
	/reboot: Power down/ { exit }
	is_foreign($0) { theirs = 1 }
	/==================|---\[ end trace/ { theirs = 0 }
	!theirs && $0 ~ words { print FNR ":" $0; found = 1 }
	END {
		if (crashed) { print crashed ":a crash, and no kernel after it"; found = 1 }
		if (theirs) { print FNR ":a report without an end"; found = 1 }
		exit !found
	}' "$console"
