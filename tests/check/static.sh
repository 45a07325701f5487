#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What compiler, kernel-doc, sparse and coccinelle find in the new files. TAP.
# shellcheck disable=SC2317 # step calls what is not called otherwise

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"
# shellcheck source=tests/check/tap.sh
. "$top/tests/check/tap.sh"

sh "$top/tests/kernel/packages.sh" build check
sh "$top/tests/kernel/tree.sh"
src=$build/linux
obj=$build/obj-static
out=$build/check
lock obj-static
mkdir -p "$out"

# ours LOG: the lines that are about the new files.
ours() {
	grep -E '(scsi/multipath/|include/scsi/scsi_path\.h)[^ ]*: *[0-9]*' "$1" |
		grep -vE '^ *(CC|CHECK|AR|LD) ' | sort -u >"$out/findings" || :
}

# The tests are code as well.
printf 'CONFIG_KUNIT=y\nCONFIG_SCSI_MULTI_PATH_IO_KUNIT_TEST=y\n' >"$out/static.config"
step "static: configuring" "$build/log/static-config.log" \
	sh "$top/tests/kernel/config.sh" x86_64 "$src" "$obj" \
	"$top/tests/kernel/x86.config" "$out/static.config"

# Only what is compiled can be warned about.
rm -rf "$obj/drivers/scsi/multipath"
step "static: W=1" "$build/log/static-W1.log" \
	kmake -j"$jobs" W=1 prepare drivers/scsi/
ours "$build/log/static-W1.log"
tap "W=1: no warnings" "$out/findings"

step "static: sparse" "$build/log/static-sparse.log" \
	kmake -j"$jobs" W=1 C=2 CHECK=sparse drivers/scsi/
ours "$build/log/static-sparse.log"
tap "sparse: no warnings" "$out/findings"

# Relative to the tree, because the patterns report what they are given.
cocci() (
	cd "$src" || return
	find scripts/coccinelle -name '*.cocci' | LC_ALL=C sort | while read -r script; do
		grep -q '^virtual.*report' "$script" || continue
		# Needs a compiler that is not worth its size; what it finds, sparse does.
		! grep -q '^@initialize:ocaml@' "$script" || continue
		options=$(sed -n 's|^// *Options: *||p' "$script")
		echo "# $script"
		# shellcheck disable=SC2086 # a list of options
		spatch -D report --very-quiet --cocci-file "$script" $options \
			--dir drivers/scsi/multipath -I include -I drivers/scsi/multipath \
			--jobs "$jobs" || echo "drivers/scsi/multipath/:0: failed: $script"
	done
)
step "static: coccinelle" "$build/log/static-cocci.log" cocci
ours "$build/log/static-cocci.log"
tap "coccinelle: $(grep -c '^# ' "$build/log/static-cocci.log") patterns, no findings" "$out/findings"
tap_end
