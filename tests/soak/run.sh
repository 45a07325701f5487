#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# run.sh: the test "chaos" for $MINUTES, with the faults of $SEED or of a seed
# that is printed, on a kernel with KASAN.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"

out=$build/soak
minutes=${MINUTES:-60}
seed=${SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}

sh "$top/tests/kernel/packages.sh" guest
sh "$top/tests/kernel/build.sh" kasan
sh "$top/tests/rig/initramfs.sh" "$build/kasan/modules" "$build/initramfs-kasan.cpio"
mkdir -p "$out"
say "soak: $minutes minutes, seed $seed"
ended=0
sh "$top/tests/rig/guest.sh" chaos "$build/kasan/bzImage" \
	"$build/initramfs-kasan.cpio" "$out" $((minutes * 180 + 1800)) \
	"chaos_minutes=$minutes chaos_seed=$seed" &
guest=$!
while sleep 60 && kill -0 $guest 2>/dev/null; do
	say "soak: $(elapsed)"
done
wait $guest || ended=$?
tr -d '\r' <"$out/chaos.tap"
if sh "$top/tests/rig/reports.sh" "$out/chaos.console"; then
	ended=1
fi
[ $ended = 0 ] && grep -q '^# exit 0' "$out/chaos.tap" ||
	die "soak: failed, seed $seed; see $out"
say "soak: passed, seed $seed, $(elapsed)"
