#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Off means off: without CONFIG_SCSI_MULTI_PATH_IO, the series leaves every
# instruction of drivers/scsi and block as it was. TAP, a line per object.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"

kernel=$top/tests/kernel
sh "$kernel/packages.sh" build check
sh "$kernel/tree.sh"
pristine=$(sh "$kernel/source.sh")
lock obj-off

# Whole paths, which the kernel cuts off by itself: they differ between the two.
unset CCACHE_BASEDIR

mkdir -p "$build/check"
grep -v '^CONFIG_SCSI_MULTI_PATH_IO' "$kernel/x86.config" >"$build/check/off.config"

# objects WHICH SRC
objects() {
	src=$2 obj=$build/obj-off-$1
	step "off ($1): configuring" "$build/log/off-$1-config.log" \
		sh "$kernel/config.sh" x86_64 "$src" "$obj" "$build/check/off.config"
	step "off ($1): building" "$build/log/off-$1.log" \
		kmake -j"$jobs" prepare drivers/scsi/ block/
	(cd "$obj" && find drivers/scsi block -name '*.o' | LC_ALL=C sort) >"$build/check/off-$1.list"
}

# Without the first lines, which name the file.
code() {
	objdump -dr --no-show-raw-insn "$1" | sed 1,3d
}

objects pristine "$pristine"
objects patched "$build/linux"
if grep -q '^CONFIG_SCSI_MULTI_PATH_IO=' "$build/obj-off-patched/.config"; then
	die "off: the option is on"
fi

LC_ALL=C comm -12 "$build/check/off-pristine.list" "$build/check/off-patched.list" >"$build/check/off.list"
LC_ALL=C comm -3 "$build/check/off-pristine.list" "$build/check/off-patched.list" >"$build/check/off-only.list"
total=$(wc -l <"$build/check/off.list")
echo "1..$((total + 1))"
n=1
status=0
if [ "$total" -gt 0 ] && [ ! -s "$build/check/off-only.list" ]; then
	echo "ok 1 - off: the same objects"
else
	echo "not ok 1 - off: the same objects"
	sed 's/^/# /' "$build/check/off-only.list"
	status=1
fi
while read -r object; do
	n=$((n + 1))
	code "$build/obj-off-pristine/$object" >"$build/check/off-pristine.s"
	code "$build/obj-off-patched/$object" >"$build/check/off-patched.s"
	if diff -u "$build/check/off-pristine.s" "$build/check/off-patched.s" >"$build/check/off.diff"; then
		echo "ok $n - off: $object"
	else
		echo "not ok $n - off: $object"
		head -n 40 "$build/check/off.diff" | sed 's/^/# /'
		status=1
	fi
done <"$build/check/off.list"
exit $status
