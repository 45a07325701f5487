#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# run.sh [GUEST...]: the benchmark, or some of its guests. What they measure
# goes to the terminal as tables, to build/bench.tsv and to build/bench.svg.
#
# Most guests run under QEMU's -icount: an instruction is a nanosecond of their
# clock, so that the figures depend on nothing else that this machine does. What goes by
# the clock of the machine runs last, and alone.
#
# $OTHER is a directory with a kernel built elsewhere, bzImage and modules/, of which $NAME
# are the columns of one plain disk and of one over two paths beside ours of the cost;
# $APPEND is what its command line needs. See "A kernel built elsewhere" in
# tests/README.rst.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"
# shellcheck source=tests/rig/head.sh
. "$(dirname "$0")/../rig/head.sh"

bench=$top/tests/bench
out=$build/bench

# label, script, kernel, seconds, parameters of the kernel; the longest first
guests='cost-auto cost patched 1500
cost-off cost patched 1500 scsi_mod.multipath=off
scale-auto scale patched 1500
scale-off scale patched 1500 scsi_mod.multipath=off
memory-auto memory patched 600
memory-off memory patched 600 scsi_mod.multipath=off
loss-off loss patched 1200 scsi_mod.multipath=off
loss-auto loss patched 1200
headline headline patched 1200
nvme nvme patched 600
adding adding patched 600
lines-4-auto lines patched 1800
lines-4-off lines patched 1800 scsi_mod.multipath=off
lines-2-auto lines patched 1800 nr_cpus=2
lines-2-off lines patched 1800 nr_cpus=2 scsi_mod.multipath=off
gray gray patched 1500
situations situations patched 600
cost-unpatched cost unpatched 600
throughput-1 throughput patched 1200 nr_cpus=1
throughput-2 throughput patched 1200 nr_cpus=2
throughput-4 throughput patched 1200 nr_cpus=4
throughput-8 throughput patched 1200
many-auto many patched 3600
many-off many patched 3600 scsi_mod.multipath=off'

names=$(echo "$guests" | cut -d ' ' -f 1)
wanted=${*:-$names}
if [ -n "${OTHER:-}" ]; then
	case ${NAME:-} in
	'' | *[!A-Za-z0-9.]*)
		die "OTHER: a name of letters and digits is needed, NAME=name" ;;
	auto | off | unpatched | plain | LU | LPU | RR | QD | ST | WRR | dm)
		die "OTHER: $NAME is a name of ours" ;;
	esac
	[ -f "$OTHER/bzImage" ] && [ -d "$OTHER/modules/lib/modules" ] ||
		die "$OTHER: has no bzImage, or no modules/lib/modules"
	OTHER=$(cd "$OTHER" && pwd)
	guests="cost-$NAME cost other 1500 bench_other=$NAME ${APPEND:-}
$guests"
	names=$(echo "$guests" | cut -d ' ' -f 1)
	case " $wanted " in
	*" cost-$NAME "*) ;;
	*) wanted="cost-$NAME $wanted" ;;
	esac
fi
for guest in $wanted; do
	echo "$names" | grep -qx -- "$guest" ||
		die "no guest $guest; there are:" $names
done

sh "$top/tests/kernel/packages.sh" guest bench
sh "$top/tests/kernel/build.sh" x86
case $wanted in
*unpatched*) sh "$top/tests/kernel/build.sh" unpatched ;;
esac

mkdir -p "$out"
gcc -O2 -Wall -shared -fPIC -o "$out/lines.so" "$bench/lines_plugin.c"
sh "$top/tests/rig/initramfs.sh" "$build/modules" "$out/patched.cpio"
case $wanted in
*unpatched*)
	sh "$top/tests/rig/initramfs.sh" "$build/unpatched/modules" "$out/unpatched.cpio" ;;
esac
[ -z "${OTHER:-}" ] || sh "$top/tests/rig/initramfs.sh" "$OTHER/modules" "$out/other.cpio"

# count_lines DIR: what the plug-in has counted in that guest, among its results
count_lines() {
	tr -d '\r' <"$1/lines.tap" >"$1/said"
	awk -v functions="$1/functions" -v sorted="$1/addresses" \
		-f "$bench/lines.awk" "$build/obj-x86/System.map" "$1/said" \
		"$1/moves" >>"$1/lines.tap"
}

# run_one LABEL
run_one() {
	echo "$guests" | grep "^$1 " | {
		read -r label script kernel seconds append
		case $kernel in
		patched) image=$build/bzImage ;;
		unpatched) image=$build/unpatched/bzImage ;;
		other) image=$OTHER/bzImage ;;
		esac
		rm -rf "${out:?}/$label"
		ended=0
		if [ "$script" = lines ]; then
			mkdir -p "$out/$label"
			QEMU_OPTIONS="-plugin $out/lines.so,out=$out/$label/moves"
			export QEMU_OPTIONS
			append="nokaslr $append"
		fi
		sh "$top/tests/rig/guest.sh" "$script" "$image" \
			"$out/$kernel.cpio" "$out/$label" "$seconds" "$append" ||
			ended=$?
		[ "$script" != lines ] || count_lines "$out/$label"
		echo $ended >"$out/$label/ended"
	}
}

is_alone() {
	[ -n "$(head_of "$bench/guest/${1%%-*}.sh" alone)" ]
}

# As many at a time as there are CPUs.
run_all() {
	running=0
	for guest in $wanted; do
		! is_alone "$guest" || continue
		if [ $running -ge "$jobs" ]; then
			wait_for_one
		fi
		run_one "$guest" &
		running=$((running + 1))
		started="$started $guest"
	done
	while [ $running -gt 0 ]; do
		wait_for_one
	done
	for guest in $wanted; do
		! is_alone "$guest" || run_one "$guest"
	done
}

# sh can not wait for any one of its children.
wait_for_one() {
	while :; do
		done_now=0
		for guest_started in $started; do
			[ ! -e "$out/$guest_started/ended" ] || done_now=$((done_now + 1))
		done
		if [ $done_now -gt $finished ]; then
			running=$((running - done_now + finished))
			finished=$done_now
			return
		fi
		sleep 1
	done
}

# show_progress: what each guest is at, every 10 s
show_progress() {
	while sleep 10; do
		for guest in $wanted; do
			tap=$(echo "$out/$guest"/*.tap)
			[ -e "$tap" ] && [ ! -e "$out/$guest/ended" ] || continue
			say "bench, $(elapsed): $guest: $(tr -d '\r' <"$tap" |
				sed -n 's/^> //p' | tail -1)"
		done
	done
}

for guest in $wanted; do
	rm -rf "${out:?}/$guest"
done
finished=0
started=
show_progress &
ticker=$!
trap 'kill $ticker 2>/dev/null || :' EXIT
run_all
kill $ticker

failed=
for guest in $wanted; do
	tap=$(echo "$out/$guest"/*.tap)
	if [ "$(cat "$out/$guest/ended")" != 0 ] || ! grep -q '^# exit 0' "$tap"; then
		say "bench: guest $guest did not come to its end, see $out/$guest"
		grep -h -A 10 'Bail out' "$tap" | head -n 20 >&2 || :
		failed=1
	fi
done

# A run of some guests leaves the figures of the others as they were.
for tap in "$out"/*/*.tap; do
	tr -d '\r' <"$tap" | sed -n 's/^= //p'
done | awk -f "$bench/ratio.awk" >"$build/bench.tsv"
awk -f "$bench/table.awk" "$build/bench.tsv"
if grep -q '^fake' "$build/bench.tsv" && grep -q '^failover' "$build/bench.tsv"; then
	gnuplot -e "tsv='$build/bench.tsv'; svg='$build/bench.svg'; dir='$out'" "$bench/plot.gp"
	sed -i 's/[[:space:]]*$//' "$build/bench.svg"
fi
say "bench: $build/bench.tsv, $build/bench.svg, $(elapsed)"
ran=$(cd "$out" && grep -l '^# exit 0' ./*/*.tap | cut -d / -f 2 | paste -s -d ' ')
awk -v ran="$ran" -f "$bench/goals.awk" "$build/bench.tsv" || failed=1
[ -z "$failed" ]
