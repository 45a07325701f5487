#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Bring build/linux up to date: the pristine source and the series. A file whose
# content stays keeps its time, so that make rebuilds only what changed.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

lock tree
pristine=$(sh "$top/tests/kernel/source.sh")
tree=$build/linux
want="$pristine $(fingerprint "$pristine")"

if [ "$(cat "$tree.source" 2>/dev/null)" != "$want" ]; then
	rm -rf "$tree" "$tree.source" "$tree.files"
	# The new source may well be older than the objects of the previous one.
	rm -rf "$build"/obj-*
	step "copying $pristine" "$build/log/copy.log" \
		rsync -a --exclude=/.git "$pristine/" "$tree/"
	if [ -e "$tree/.config" ] || [ -d "$tree/include/config" ]; then
		step "cleaning the copy" "$build/log/copy.log" make -C "$tree" mrproper
	fi
	echo "$want" >"$tree.source"
fi

out=$(mktemp -d "$build/.overlay.XXXXXX")
trap 'rm -rf "$out"' EXIT
sh "$top/tests/kernel/overlay.sh" "$pristine" "$out"
(cd "$out" && find . -type f -printf '%P\n' | LC_ALL=C sort) >"$tree.files.new"

# What an earlier version of the series added or changed, and this one does not.
if [ -f "$tree.files" ]; then
	LC_ALL=C comm -23 "$tree.files" "$tree.files.new" | while read -r file; do
		rm -f "$tree/$file"
		[ ! -f "$pristine/$file" ] || cp "$pristine/$file" "$tree/$file"
	done
fi
rsync -rc "$out/" "$tree/"
mv "$tree.files.new" "$tree.files"

# A fault put in on purpose, see tests/mutations. The next run takes it out.
[ -z "${MUTATION:-}" ] || patch -d "$tree" -p1 -s --no-backup-if-mismatch <"$MUTATION"
