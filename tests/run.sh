#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# run.sh [NAME]: all tests, or one: kunit, unchanged, cost, or one of
# tests/guest.
#
# Prints TAP, a line per test, and a summary. A guest's console and its own
# output stay in build/test/; where a test fails, the place is named.
set -u

cd "$(dirname "$0")/.." || exit 1
top=$PWD
out=$top/build/test
only=${1:-}
start=$(date +%s)
n=0
passed=0
failed=0

say() {
	t=$(($(date +%s) - start))
	echo "# $((t / 60))m$((t % 60))s $*"
}

# one STATUS TEXT: one test of the summary, 0 is success
one() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok $n - $2"
	else
		failed=$((failed + 1))
		echo "not ok $n - $2"
	fi
}

# merge FILE: the tests of another TAP stream become ours
merge() {
	while IFS= read -r line; do
		case $line in
		"ok "*)
			one 0 "${line#* - }" ;;
		"not ok "*)
			one 1 "${line#* - }" ;;
		"TAP version"* | 1..*) ;;
		*)
			echo "$line" ;;
		esac
	done <"$1"
}

# plan_holds FILE: as many tests as planned, none twice, none missing
plan_holds() {
	planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$1")
	ran=$(grep -cE '^(not )?ok ' "$1")
	[ -n "$planned" ] && [ "$planned" = "$ran" ] ||
		{ echo "# planned ${planned:-nothing}, ran $ran"; return 1; }
}

wanted() {
	[ -z "$only" ] || [ "$only" = "$1" ]
}

must() {
	"$@" || {
		one 1 "$*"
		summary
	}
}

summary() {
	echo "1..$n"
	say "done; logs are in build/test and build/log"
	echo "$passed passed, $failed failed"
	[ $failed = 0 ] && [ $n -gt 0 ]
	exit
}

run_kunit() {
	must make -s kernel-um
	say "KUnit under User-Mode Linux"
	KUNIT_LOG=$out/kunit.console sh tests/kunit/run.sh build/linux-um \
		>"$out/kunit.tap"
	merge "$out/kunit.tap"
	plan_holds "$out/kunit.tap"
	one $? "kunit: all of the plan was run"
}

run_unchanged() {
	say "comparing objects with the option off"
	sh tests/check/off.sh >"$out/unchanged.tap"
	status=$?
	merge "$out/unchanged.tap"
	[ $status = 0 ] && plan_holds "$out/unchanged.tap"
	one $? "unchanged: all of the plan was run"
}

# boot NAME KERNEL INITRAMFS: a guest and what it and its kernel said
boot() {
	name=$1
	script=tests/guest/$name.sh
	[ -e "$script" ] || script=tests/bench/guest/$name.sh
	seconds=$(sed -n 's/^# guest:.*\bseconds=\([0-9]*\).*/\1/p' "$script")
	sh tests/rig/guest.sh "$name" "$2" "$3" "$out" "${seconds:-300}"
	ended=$?
	tr -d '\r' <"$out/$name.tap" >"$out/$name.tap.clean"
	mv "$out/$name.tap.clean" "$out/$name.tap"
	merge "$out/$name.tap"
	[ $ended = 0 ] && grep -q '^# exit' "$out/$name.tap" &&
		plan_holds "$out/$name.tap"
	one $? "$name: the guest came to its end"
	[ $ended = 0 ] || tail -n 20 "$out/$name.console" | sed 's/^/# console: /'
	if sh tests/rig/reports.sh "$out/$name.console" >"$out/$name.reports"; then
		sed "s|^|# build/test/$name.console:|" "$out/$name.reports" |
			head -n 20
		one 1 "$name: the kernel has nothing to report"
	else
		one 0 "$name: the kernel has nothing to report"
	fi
}

run_guest() {
	say "guest $1"
	boot "$1" build/debug/bzImage build/initramfs.cpio
}

# What an I/O costs, against the figure that is committed; the release kernel.
run_cost() {
	must sh tests/kernel/packages.sh guest
	must make -s kernel
	must sh tests/rig/initramfs.sh build/modules build/initramfs-release.cpio
	say "counting instructions"
	boot guard build/bzImage build/initramfs-release.cpio
}

guests=$(cd tests/guest && ls | sed -n 's/\.sh$//p' | grep -v '^lib$')
if [ -n "$only" ] && ! echo "kunit unchanged cost $guests" | grep -qw -- "$only"; then
	echo "no test $only; there are: kunit unchanged cost" $guests >&2
	exit 2
fi

mkdir -p "$out"
echo "TAP version 13"
wanted kunit && run_kunit
wanted unchanged && run_unchanged
wanted cost && run_cost

prepared=
for guest in $guests; do
	wanted "$guest" || continue
	if [ -z "$prepared" ]; then
		must sh tests/kernel/packages.sh guest
		must make -s kernel-debug
		must sh tests/rig/initramfs.sh build/debug/modules \
			build/initramfs.cpio
		ACCEL=$(sh tests/rig/accel.sh build/debug/bzImage)
		export ACCEL
		say "guests run under $ACCEL"
		prepared=1
	fi
	run_guest "$guest"
done
summary
