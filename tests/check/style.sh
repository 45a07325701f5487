#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The kernel's own style, in files and mails. TAP. What is not followed, and
# why, is in exceptions.txt.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"
# shellcheck source=tests/check/tap.sh
. "$top/tests/check/tap.sh"

sh "$top/tests/kernel/packages.sh" build check
sh "$top/tests/kernel/tree.sh"
sh "$top/tests/kernel/mbox.sh"
out=$build/check
rm -rf "$out/mails"
mkdir -p "$out/mails"

# checkpatch ARGUMENT...: its findings, a line each, but for the exceptions.
checkpatch() {
	(cd "$build/linux" && perl scripts/checkpatch.pl --strict --terse \
		--showfile --show-types "$@") >"$out/checkpatch.out" 2>&1 || :
	awk -v exceptions="$top/tests/check/exceptions.txt" '
		BEGIN {
			while ((getline line < exceptions) > 0)
				if (line !~ /^#/ && split(line, f, "\t") == 3)
					skip[f[1], f[2]] = 1
		}
		/^total: / || /^$/ { next }
		{
			file = $0; sub(/:.*/, "", file); sub(/^#/, "", file)
			type = $0; sub(/^[^ ]* [A-Z]*:/, "", type); sub(/:.*/, "", type)
			if (!((type, file) in skip) && !((type, "*") in skip))
				print
		}' "$out/checkpatch.out" >"$out/findings"
}

for file in $(new_files); do
	checkpatch -f "$file"
	tap "checkpatch: $file" "$out/findings"
done

git mailsplit -o"$out/mails" "$build/scsi-multipath.mbox" >/dev/null
for mail in "$out/mails"/*; do
	checkpatch "$mail"
	tap "checkpatch: $(sed -n 's/^Subject: //p' "$mail")" "$out/findings"
done
tap_end
