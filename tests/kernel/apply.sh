#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# apply.sh DIR: add the series to the kernel tree DIR, completely or not at all.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

dir=${1:-}
[ -n "$dir" ] || die "usage: make apply KERNEL=dir"
[ -d "$dir" ] || die "$dir: no such directory"
is_linux "$dir" || die "$dir: not a source tree of Linux $linux"
! is_applied "$dir" || die "$dir: has SCSI multipath already; nothing done"

out=$(mktemp -d) before=$(mktemp -d)
half=
# Written through, so that mode and owner of a changed file stay.
undo() {
	new_files | while read -r file; do
		rm -f "$dir/$file"
	done
	rmdir "$dir/drivers/scsi/multipath/tests" "$dir/drivers/scsi/multipath" 2>/dev/null || :
	touched_files | while read -r file; do
		cmp -s "$before/$file" "$dir/$file" || cat "$before/$file" >"$dir/$file"
	done
	say "$dir: put back as it was"
}
trap '[ -z "$half" ] || undo; rm -rf "$out" "$before"' EXIT
sh "$top/tests/kernel/overlay.sh" "$dir" "$out" || die "$dir: left as it was"
touched_files | while read -r file; do
	mkdir -p "$before/$(dirname "$file")"
	cp "$dir/$file" "$before/$file"
done
half=1
(cd "$out" && find . -type f -printf '%P\n') | while read -r file; do
	mkdir -p "$dir/$(dirname "$file")"
	cat "$out/$file" >"$dir/$file"
done
half=
say "$dir: $(series | wc -l) patches, $(new_files | wc -l) new files"
