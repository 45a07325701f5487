#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# run.sh [NAME...]: all tests, or those: sources, kunit, model, unchanged, module, cost, boot,
# and those of tests/guest.
#
# Prints TAP, a line per test, and a summary. A guest's console and its own
# output stay in build/test/, with LINUX=7.3 in build/7.3/test/; where a test fails, the
# place is named. $GUESTS_AT_ONCE guests run side by side, those that may take longest
# first, except those that measure time: they are alone. What passed in the run before,
# and does not now, and what takes longer, is said at the end. With $KIND (kasan, kcsan,
# ubsan) no test but the guests, on that kernel; see tests/kernel/build.sh.
set -u

cd "$(dirname "$0")/.." || exit 1
top=$PWD
# shellcheck source=tests/kernel/version.sh
. tests/kernel/version.sh
# From here, as in what is said.
build=${build#"$top"/}
# shellcheck source=tests/rig/head.sh
. tests/rig/head.sh
# shellcheck source=tests/rig/machine.sh
. tests/rig/machine.sh
kind=${KIND:-debug}
only=$*
# What a single one is for is said in its head.
if [ "$kind" = debug ] && [ -e "tests/guest/$only.sh" ]; then
	kind=$(head_of "tests/guest/$only.sh" kernel)
	kind=${kind:-debug}
fi
out=$top/$build/test
[ "$kind" = debug ] || out=$out-$kind
functions=
[ "$kind" != kcsan ] || functions=$top/$build/$kind/functions
case $kind in
kasan | kcsan) SLOWER=3 ;;
*) SLOWER=1 ;;
esac
export SLOWER
GUESTS_AT_ONCE=${GUESTS_AT_ONCE:-2}
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
		keep passed "$2"
	else
		failed=$((failed + 1))
		echo "not ok $n - $2"
		keep failed "$2"
	fi
}

# keep WHAT VALUE: for the next run to be compared with
keep() {
	printf '%s\t%s\n' "$1" "$2" >>"$results"
}

# compare: with the last run of the same tests on the same kind of kernel
compare() {
	[ -e "$results.before" ] || return 0
	awk -F '\t' '
		NR == FNR && $1 == "took" { before[$2] = $3 }
		NR == FNR { known[$1, $2] = 1; next }
		$1 == "failed" && (("passed", $2) in known) {
			print "# passed before: " $2
		}
		$1 == "took" && $2 in before && $3 > 1.5 * before[$2] + 10 {
			print "# slower: " $2 " took " $3 " s, " before[$2] " s before"
		}' "$results.before" "$results"
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
	case " ${only:-$1} " in
	*" $1 "*) ;;
	*) return 1 ;;
	esac
}

must() {
	"$@" || {
		one 1 "$*"
		summary
	}
}

summary() {
	echo "1..$n"
	compare
	say "done; logs are in ${out#"$top"/} and $build/log"
	echo "$passed passed, $failed failed"
	[ $failed = 0 ] && [ $n -gt 0 ]
	exit
}

# What needs no kernel: is everything at its place, are the scripts sound?
run_sources() {
	say "looking at the sources"
	for check in places shell command; do
		sh tests/check/$check.sh >"$out/$check.tap"
		merge "$out/$check.tap"
		plan_holds "$out/$check.tap"
		one $? "sources: all of $check was run"
	done
}

run_kunit() {
	must make -s kernel-um
	say "KUnit under User-Mode Linux"
	KUNIT_LOG=$out/kunit.console sh tests/kunit/run.sh "$build/linux-um" \
		>"$out/kunit.tap"
	merge "$out/kunit.tap"
	plan_holds "$out/kunit.tap"
	one $? "kunit: all of the plan was run"
}

# It is one thread: it is searched while kernels are built, and judged later.
begin_model() {
	must sh tests/kernel/packages.sh model
	say "checking the model meanwhile"
	sh tests/model/run.sh >"$out/model.tap" &
	model=$!
}

end_model() {
	wait $model
	say "the model has been checked"
	merge "$out/model.tap"
	plan_holds "$out/model.tap"
	one $? "model: all of the plan was run"
}

run_unchanged() {
	say "comparing objects with the option off"
	sh tests/check/off.sh >"$out/unchanged.tap"
	status=$?
	merge "$out/unchanged.tap"
	[ $status = 0 ] && plan_holds "$out/unchanged.tap"
	one $? "unchanged: all of the plan was run"
	if [ "$linux" != "$lts" ]; then
		sh tests/check/hunks.sh >"$out/hunks.tap"
		merge "$out/hunks.tap"
		plan_holds "$out/hunks.tap"
		one $? "unchanged: all of hunks was run"
	fi
	for mutation in tests/mutations/*.patch; do
		patch -d "$build/linux" -p1 -F0 -s --dry-run <"$mutation"
		one $? "unchanged: $(basename "$mutation") still fits"
	done
}

# With the option off it is as without the series: "unchanged" says so.
run_module() {
	say "the mid-layer as a module"
	sh tests/check/module.sh on >"$out/module.tap"
	merge "$out/module.tap"
	plan_holds "$out/module.tap"
	one $? "module: all of the plan was run"
}

# how_it_ended TAP: what a guest of status $ended has said last, in a line
how_it_ended() {
	echo "status $ended, $(grep -c '^\(not \)\?ok ' "$1") of" \
		"$(sed -n 's/^1\.\.//p' "$1"), $(grep -v '^#' "$1" | tail -n 1)"
}

# judge NAME STATUS: a guest has ended; what it and its kernel said
judge() {
	name=$1
	ended=$2
	tr -d '\r' <"$out/$name.tap" >"$out/$name.tap.clean"
	mv "$out/$name.tap.clean" "$out/$name.tap"
	merge "$out/$name.tap"
	if [ "$ended" = 0 ] && grep -q '^# exit' "$out/$name.tap" &&
	   plan_holds "$out/$name.tap"; then
		one 0 "$name: the guest came to its end"
	else
		one 1 "$name: the guest came to its end ($(how_it_ended "$out/$name.tap"))"
	fi
	[ "$ended" = 0 ] || tail -n 20 "$out/$name.console" | sed 's/^/# console: /'
	if ! [ -s "$out/$name.console" ]; then
		one 1 "$name: the kernel said something"
	elif sh tests/rig/reports.sh "$out/$name.console" "$functions" \
		>"$out/$name.reports"; then
		sed "s|^|# ${out#"$top"/}/$name.console:|" "$out/$name.reports" |
			head -n 20
		one 1 "$name: the kernel has nothing to report"
	else
		one 0 "$name: the kernel has nothing to report"
	fi
}

# script_of NAME: where its head is
script_of() {
	case $1 in
	boot) echo tests/boot/run.sh ;;
	*) echo "tests/guest/$1.sh" ;;
	esac
}

# by_length NAME...: those with the most seconds in their heads first
by_length() {
	for guest; do
		seconds=$(head_of "$(script_of "$guest")" seconds)
		echo "${seconds:-300} $guest"
	done | sort -k 1,1nr -k 2 | cut -d ' ' -f 2
}

# boot_guests COUNT NAME...: so many of them side by side
boot_guests() {
	at_once=$1
	shift
	[ $# -gt 0 ] || return 0
	fifo=$out/ended
	rm -f "$fifo"
	mkfifo "$fifo"
	by_length "$@" | xargs -P "$at_once" -I @ sh -c '
		[ @ != boot ] || exec sh tests/boot/run.sh "$image" "$modules" "$out"
		echo "begins @"
		began=$(date +%s)
		sh tests/rig/guest.sh @ "$image" "$initramfs" "$out"
		echo "ended @ $? $(($(date +%s) - began))"' >"$fifo" &
	while read -r what name status took; do
		if [ "$what" = begins ]; then
			say "guest $name"
		else
			judge "$name" "$status"
			[ -z "$took" ] || say "guest $name took $took s"
			[ -z "$took" ] || keep took "$name	$took"
		fi
	done <"$fifo"
	rm -f "$fifo"
}

# run_guests NAME...
run_guests() {
	case " $* " in
	*" boot "*) must sh tests/kernel/packages.sh boot ;;
	esac
	must machine "$kind"
	ACCEL=$(sh tests/rig/accel.sh "$image")
	export ACCEL out image modules initramfs
	say "guests run under $ACCEL"
	beside=
	alone=
	for guest; do
		if [ -n "$(head_of "$(script_of "$guest")" alone)" ]; then
			alone="$alone $guest"
		else
			beside="$beside $guest"
		fi
	done
	# shellcheck disable=SC2086 # lists of names
	{
		boot_guests "$GUESTS_AT_ONCE" $beside
		boot_guests 1 $alone
	}
}

# What an I/O costs, against the figure that is committed; the release kernel.
run_cost() {
	must machine x86
	say "counting instructions"
	sh tests/rig/guest.sh guard "$image" "$initramfs" "$out"
	judge guard $?
}

guests="boot $(cd tests/guest && ls | sed -n 's/\.sh$//p' | grep -v '^lib' | tr '\n' ' ')"
for test in $only; do
	case " sources kunit model unchanged module cost $guests " in
	*" $test "*) ;;
	*)
		echo "no test $test; there are: sources kunit model unchanged module cost" $guests >&2
		exit 2 ;;
	esac
done

mkdir -p "$out" "$build/results"
results=$top/$build/results/$kind-$(echo "${only:-all}" | tr ' ' -)
[ ! -e "$results" ] || mv "$results" "$results.before"
: >"$results"
echo "TAP version 13"
if [ "$kind" = debug ]; then
	wanted sources && run_sources
	wanted model && begin_model
	wanted kunit && run_kunit
	wanted unchanged && run_unchanged
	wanted module && run_module
	wanted cost && run_cost
	wanted model && end_model
fi
# Those that take so long that they are run only when they are named.
regular() {
	for guest; do
		[ -n "$(head_of "$(script_of "$guest")" named)" ] || echo "$guest"
	done
}

# Of those that are named, if any are.
which_guests() {
	[ -n "$only" ] || regular "$@"
	for guest; do
		[ -z "$only" ] || ! wanted "$guest" || echo "$guest"
	done
}

# shellcheck disable=SC2046,SC2086 # lists of names
set -- $(which_guests $guests)
[ $# = 0 ] || run_guests "$@"
summary
