#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Run the KUnit suites of a User-Mode Linux kernel, print TAP.
#
#	run.sh LINUX-BINARY [SUITE-GLOB]
#
# KUNIT_TIMEOUT: seconds until the kernel counts as hung (120)
# KUNIT_LOG: where to keep the console; by default it is thrown away

set -u

if [ $# -lt 1 ] || [ $# -gt 2 ] || [ ! -x "$1" ]; then
	echo "usage: $0 LINUX-BINARY [SUITE-GLOB]" >&2
	exit 2
fi
linux=$1
glob=${2:-scsi_multipath_*}
log=${KUNIT_LOG:-}
if [ -z "$log" ]; then
	log=$(mktemp) || exit 2
	trap 'rm -f "$log"' EXIT
fi

# There is no root file system: the kernel halts once the suites have run, which newer
# ones do only if they are told to.
timeout -k 5 "${KUNIT_TIMEOUT:-120}" "$linux" mem=256M con=null con0=null,fd:1 \
	kunit.enable=1 kunit.autorun=1 "kunit.filter_glob=$glob" kunit_shutdown=halt \
	panic=-1 </dev/null >"$log" 2>&1
status=$?

echo "TAP version 13"
# KTAP nests by indentation: 0 the run, 4 the suites, 8 parameters of a case.
LC_ALL=C tr -cd '\t\n -~' <"$log" | awk -v status="$status" '
function result(ok, name)
{
	n++
	failed += !ok
	print (ok ? "ok " : "not ok ") n " - kunit " name
}
{
	sub(/^\[ *[0-9]+\.[0-9]+\] ?/, "")
}
/Kernel panic|^BUG: |^WARNING: |Oops|KASAN/ {
	broken = broken "# " $0 "\n"
}
# UML now and then dies of a late signal after this: its status says little.
/^reboot: System halted/ {
	halted = 1
}
/^KTAP version/ {
	started = 1
}
!started {
	next
}
/^1\.\.[0-9]+$/ {
	suites = substr($0, 4) + 0
	next
}
/^    # Subtest: / {
	suite = $3
	cases = seen = bad = 0
	next
}
/^    1\.\.[0-9]+$/ {
	cases = substr($0, 8) + 0
	next
}
/^    (not )?ok [0-9]+ / {
	seen++
	sub(/^ +/, "")
	ok = sub(/^ok [0-9]+ (- )?/, "")
	sub(/^not ok [0-9]+ (- )?/, "")
	result(ok, suite "." $0)
	bad += !ok
	printf "%s", ok ? "" : notes
	notes = ""
	next
}
/^(not )?ok [0-9]+ / {
	finished++
	# A suite may fail as a whole, with all its cases fine.
	if (seen != cases || ($1 == "not" && !bad))
		result(0, suite)
	next
}
suite != "" {
	sub(/^ *(# )?/, "")
	notes = notes "# " $0 "\n"
}
END {
	if (!n || finished != suites || !halted || broken != "") {
		result(0, "kernel ran all suites and halted")
		print "# status " status ", suites " finished + 0 "/" suites + 0
		printf "%s%s", broken, notes
	}
	print "1.." n
	exit (failed != 0)
}'
