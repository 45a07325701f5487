#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# overlay.sh TREE OUT: put into OUT the new files, and those of TREE that the
# series changes, changed. TREE is only read, so this is the dry run, too.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

tree=$1 out=$2

touched_files | while read -r file; do
	[ -f "$tree/$file" ] || die "$tree: has no $file"
	mkdir -p "$out/$(dirname "$file")"
	cp "$tree/$file" "$out/$file"
done

series | while read -r patch; do
	# Files are added by being there; such a patch is a header only.
	file=$(patch_file "$patch")
	grep -q '^+++ ' "$file" || continue
	if ! patch -d "$out" -p1 -F0 -N -s -r - --no-backup-if-mismatch \
		<"$file" >"$out/.log" 2>&1; then
		say "$tree: does not take $patch:"
		sed 's/^/    /' "$out/.log" >&2
		exit 1
	fi
done
rm -f "$out/.log"

new_files | while read -r file; do
	mkdir -p "$out/$(dirname "$file")"
	cp "$top/$file" "$out/$file"
done
