#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# reports.sh CONSOLE: print what a kernel says when something is wrong with it,
# with line numbers; status 0 if there is any.
exec grep -nE 'BUG|WARNING:|INFO: (task|possible|trying|rcu)|possible (recursive|circular)|suspicious RCU|inconsistent lock|Oops|general protection|Call Trace|KASAN|UBSAN|KCSAN|ODEBUG|refcount_t|kernel BUG|Kernel panic|list_(add|del) corruption|sleeping function|scheduling while atomic|unreferenced object|blocked for more than|soft lockup|hard LOCKUP' "$1"
