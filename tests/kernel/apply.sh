#!/bin/sh
# apply.sh DIR: add the series to the kernel tree DIR, completely or not at all.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

dir=${1:-}
[ -n "$dir" ] || die "usage: make apply KERNEL=dir"
[ -d "$dir" ] || die "$dir: no such directory"
is_linux "$dir" || die "$dir: not a source tree of Linux $linux"
! is_applied "$dir" || die "$dir: has SCSI multipath already; nothing done"

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
sh "$top/tests/kernel/overlay.sh" "$dir" "$out" || die "$dir: left as it was"
(cd "$out" && find . -type f -printf '%P\n') | while read -r file; do
	mkdir -p "$dir/$(dirname "$file")"
	# Written through, so that mode and owner of a changed file stay.
	cat "$out/$file" >"$dir/$file"
done
say "$dir: $(series | wc -l) patches, $(new_files | wc -l) new files"
