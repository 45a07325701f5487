#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# profile.sh [KIND...]: where the instructions of a random 4 KiB read go, step
# by step; KIND is plain, lpu, rr, dm-rq or dm-bio. Each instruction of some
# hundred I/Os is traced, so that calls and instructions are exact. The functions
# of a kind are in build/bench/profile-KIND/functions.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"

bench=$top/tests/bench
out=$build/bench
kinds=${*:-plain lpu dm-rq dm-bio}

sh "$top/tests/kernel/packages.sh" guest
sh "$top/tests/kernel/build.sh" x86
mkdir -p "$out"
sh "$top/tests/rig/initramfs.sh" "$build/modules" "$out/patched.cpio"

# monitor TAP: what QEMU is to do, when the load has started
monitor() {
	until grep -q '^> profile' "$1" 2>/dev/null; do
		sleep 0.2
	done
	sleep 2
	echo 'singlestep on'
	echo 'log exec,nochain'
	sleep 5
	echo 'log none'
	echo quit
}

for kind in $kinds; do
	say "profile: $kind, $(elapsed)"
	dir=$out/profile-$kind
	rm -rf "$dir"
	mkdir -p "$dir"
	mkfifo "$dir/monitor"
	monitor "$dir/profile.tap" >"$dir/monitor" &
	QEMU_STDIN=$dir/monitor QEMU_OPTIONS="-D $dir/trace" \
		sh "$top/tests/rig/guest.sh" profile "$build/bzImage" \
		"$out/patched.cpio" "$dir" 300 "nokaslr profile=$kind" || :
	wait
	{
		grep -i ' [tw] ' "$build/obj-x86/System.map"
		tr -d '\r' <"$dir/profile.tap" | sed -n 's/^@ //p'
	} | awk '{ print $1, 0, $3 }' >"$dir/addresses"
	sed -n 's|^Trace [^[]*\[[^/]*/\([^/]*\)/.*|\1|p' "$dir/trace" |
		sort | uniq -c | awk '{ print $2, 1, $1 }' >>"$dir/addresses"
	rm "$dir/trace"
	LC_ALL=C sort "$dir/addresses" | awk -f "$bench/functions.awk" |
		sort -rn >"$dir/functions"
	rm "$dir/addresses"
done

for kind in $kinds; do
	awk -v kind="$kind" -f "$bench/steps.awk" "$out/profile-$kind/functions"
done | awk -v kinds="$kinds" -f "$bench/steps-table.awk"
