#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# run.sh: check the model of a logical unit with spin; see laws.pml for what is claimed.
# TAP: each scenario holds, was searched in full, and has no cycle; each mutation, which
# leaves out one thing that the code does, is found.
set -u

cd "$(dirname "$0")" || exit 1
here=$PWD
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0
failed=0

result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - model: $2"
	else
		echo "not ok $n - model: $2"
		failed=1
	fi
}

# build SCENARIO [-DMUTATION]: a verifier, in $work
build() {
	rm -f "$work"/*
	cp "$here"/*.pml "$work"
	(cd "$work" &&
		spin -a ${2:+"$2"} "$1.pml" >log 2>&1 &&
		gcc -O0 -w -DSAFETY -DMEMLIM=1800 -o pan pan.c >>log 2>&1) || {
		sed 's/^/# /' "$work/log"
		return 1
	}
}

# search PAN [OPTION]: is there no error, and was all of it searched?
search() {
	(cd "$work" && "./$1" -m20000 -w21 ${2:+"$2"} >out 2>&1)
	grep -q 'errors: 0' "$work/out" &&
		! grep -qE 'max search depth too small|Search not completed|out of memory' \
			"$work/out"
}

holds() {
	if ! build "$1"; then
		result 1 "$1: builds"
		return
	fi
	search pan
	status=$?
	states=$(awk '/states, stored/ { print $1; exit }' "$work/out")
	# The laws of the end have been looked at, all of them.
	grep -A 1 'unreached in proctype Judge' "$work/out" | grep -q '(0 of' || status=1
	result "$status" "$1: the laws hold, nobody is stuck ($states states)"
	[ "$status" = 0 ] || grep -E 'assertion|invalid end|errors' "$work/out" | sed 's/^/# /'
	# With this the verifier looks for cycles, and not for invalid end states.
	gcc -O0 -w -DNP -DNOFAIR -DMEMLIM=1800 -o "$work/pan-cycles" "$work/pan.c" &&
		search pan-cycles -l
	status=$?
	result "$status" "$1: nothing goes on for ever"
	[ "$status" = 0 ] || grep -E 'non-progress|errors|assertion' "$work/out" | sed 's/^/# /'
}

# fails MUTATION SCENARIO EXPECTED: spin finds an error of this kind
fails() {
	if ! build "$2" "-D$1"; then
		result 1 "$1: builds"
		return
	fi
	search pan
	grep -qE "$3" "$work/out"
	result $? "without it: $1 is found by $2"
	grep -E 'assertion violated|invalid end state .at|errors: ' "$work/out" |
		cut -c 1-150 | sed 's/^/# /'
}

echo "TAP version 13"
for scenario in failover returns no_path recovery removal joining silent \
	room sleep deletion late_joining deletion_io admin only_path shutting_down unbinding \
	hanging crowd key starved; do
	holds "$scenario"
done

assertion='assertion violated'
fails SENDS_UNSEEN recovery "$assertion.*recovering"
fails RETURNS_UNCHECKED returns "$assertion.*elsewhere"
fails NOTHING_IS_MISSED returns "$assertion.*elsewhere"
fails SENT_BEFORE_THE_ABORT failover "$assertion.*owners"
fails NO_GRACE_PERIOD removal "$assertion.*(left|freed)"
fails LIMIT_SHRINKS removal "$assertion.*retries"
fails NO_BARRIER joining "$assertion.*running"
fails NO_WORK_WHEN_USABLE no_path "$assertion"
fails LOOKS_BEFORE_THE_MUTEX no_path "$assertion"
fails TRANSPORT_IS_NO_NEWS no_path "$assertion"
fails ASKS_WITH_THE_MUTEX silent "$assertion|invalid end state .at"
fails ONE_WORKQUEUE crowd "$assertion"
fails ONE_GROUP hanging "$assertion.*cmd"
fails JOINS_WHAT_IS_GONE late_joining "$assertion.*lu_gone"
fails ONLY_ITS_DEVICE_GOES late_joining "$assertion.*lu_gone"
fails WAITS_WITH_THE_LIST deletion "$assertion|invalid end state .at"
fails NO_REFERENCE_FOR_REMOVAL deletion_io "$assertion.*lu_freed"
fails A_PROBE_UNDOES_IT admin "$assertion.*unwanted"
fails NOBODY_HEARS_OF_THE_END shutting_down "$assertion.*cmd"
fails THE_END_STAYS unbinding "$assertion.*lu_gone"
fails THE_LOSS_OF_A_KEY_IS_NOT_TOLD key "$assertion.*key_holder"
fails THE_RESTART_STAYS starved "$assertion.*cmd"
fails LOOKS_BEFORE_IT_WAITS starved "$assertion.*cmd"
fails TAKES_IT_FOR_GRANTED starved "$assertion.*cmd"
fails NOBODY_KNOWS_THAT_IT_IS_ON_ITS_WAY starved "$assertion.*cmd"
echo "1..$n"
exit $failed
