#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# reports.sh CONSOLE [FUNCTIONS]: print what a kernel says when something is wrong
# with it, with line numbers; status 0 if there is any.
#
# KCSAN finds races everywhere. With FUNCTIONS, a list of names, those count in which
# one of these takes part.
set -u

words='BUG|WARNING:|INFO: (task|possible|trying|rcu)|possible (recursive|circular)|suspicious RCU|inconsistent lock|Oops|general protection|Call Trace|KASAN|UBSAN|KCSAN|ODEBUG|refcount_t|kernel BUG|Kernel panic|list_(add|del) corruption|sleeping function|scheduling while atomic|unreferenced object|blocked for more than|soft lockup|hard LOCKUP'
if [ -z "${2:-}" ]; then
	exec grep -nE "$words" "$1"
fi
awk -v words="$words" '
	NR == FNR { ours[$1] = 1; next }
	/BUG: KCSAN: / {
		# BUG: KCSAN: data-race in one / other
		names = $0
		sub(/.* in /, "", names)
		split(names, name, " / ")
		sub(/[+ ].*/, "", name[1])
		sub(/[+ \r].*/, "", name[2])
		# What follows is its stacks.
		theirs = !(name[1] in ours) && !(name[2] in ours)
		if (!theirs) { print FNR ":" $0; found = 1 }
		next
	}
	/==================/ { theirs = 0 }
	!theirs && $0 ~ words { print FNR ":" $0; found = 1 }
	END { exit !found }' "$2" "$1"
