#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Does every change go into the same function of each kernel? patch looks for the context
# of a hunk, and where functions end alike it finds that of another one. TAP.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"
# shellcheck source=tests/check/tap.sh
. "$top/tests/check/tap.sh"

unset KERNEL
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# changes TREE OVERLAY: file, function, line of each change, separated by tabs
changes() {
	(cd "$2" && find . -type f -printf '%P\n' | LC_ALL=C sort) | while read -r file; do
		[ -e "$1/$file" ] || continue
		diff -U0 --show-function-line='^[a-zA-Z_].*(\|^[a-z].*{$' "$1/$file" "$2/$file" |
		awk -v OFS='\t' -v file="$file" '
			/^(\+\+\+|---) / { next }
			/^@@/ { sub(/^@@[^@]*@@ ?/, ""); sub(/\(.*/, ""); sub(/^.*[ *]/, "")
				name = $0; next }
			/[a-z]/ { gsub(/[ \t]+/, " "); print file, name, $0 }'
	done
}

for each in $linuxes; do
	tree=$(LINUX=$each sh "$top/tests/kernel/source.sh")
	LINUX=$each sh "$top/tests/kernel/overlay.sh" "$tree" "$work/$each"
	changes "$tree" "$work/$each" >"$work/$each.changes"
	[ -s "$work/$each.changes" ] || die "hunks: no changes to $tree"
done
newest=${linuxes##* }
for each in $linuxes; do
	[ "$each" != "$newest" ] || continue
	# What only one of them has is in differences.txt.
	awk -F '\t' '
		FNR == 1 { kernel++ }
		{ where[kernel, $1, $3] = where[kernel, $1, $3] " " $2; line[$1, $3] = $1 ": " $3 }
		END {
			for (each in line)
				if (((1, each) in where) && ((2, each) in where) &&
				    where[1, each] != where[2, each])
					print line[each] ":" where[1, each] ", but" where[2, each]
		}' SUBSEP='\t' "$work/$newest.changes" "$work/$each.changes" >"$work/findings"
	tap "hunks: changes to $newest and $each are in the same functions" "$work/findings"
done
tap_end
