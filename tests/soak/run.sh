#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# run.sh: the test "chaos" for $MINUTES, with logical units that come and go, then
# "tape_random" and "fences" for about a quarter of that each, with the faults of $SEED or
# of a seed that is printed, on a kernel with KASAN.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"
# shellcheck source=tests/rig/machine.sh
. "$top/tests/rig/machine.sh"

out=$build/soak
minutes=${MINUTES:-60}
a_quarter=$((minutes / 4 + 1))
seed=${SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}

# soak NAME MINUTES APPEND
soak() {
	say "soak: $1, $2 minutes, seed $seed, $(elapsed)"
	ended=0
	sh "$top/tests/rig/guest.sh" "$1" "$image" "$initramfs" "$out" \
		$(($2 * 180 + 1800)) "$3" &
	guest=$!
	while sleep 60 && kill -0 $guest 2>/dev/null; do
		say "soak: $(elapsed)"
	done
	wait $guest || ended=$?
	tr -d '\r' <"$out/$1.tap"
	if sh "$top/tests/rig/reports.sh" "$out/$1.console"; then
		ended=1
	fi
	[ $ended = 0 ] && grep -q '^# exit 0' "$out/$1.tap" ||
		die "soak: $1 failed, seed $seed; see $out"
}

machine kasan
mkdir -p "$out"
soak chaos "$minutes" "chaos_minutes=$minutes chaos_seed=$seed chaos_turnover=1"
soak tape_random "$a_quarter" "tape_minutes=$a_quarter tape_seed=$seed"
soak fences "$a_quarter" "fences_minutes=$a_quarter fences_seed=$seed"
say "soak: passed, seed $seed, $(elapsed)"
