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
glob=${2:-scsi_mpath_*}

log=${KUNIT_LOG:-}
if [ -z "$log" ]; then
	log=$(mktemp) || exit 2
	trap 'rm -f "$log"' EXIT
	trap 'exit 2' HUP INT TERM
fi

# There is no root file system: the kernel halts once the suites have run.
timeout -k 5 "${KUNIT_TIMEOUT:-120}" "$linux" mem=256M con=null con0=null,fd:1 \
	kunit.enable=1 "kunit.filter_glob=$glob" kunit_shutdown=halt \
	panic=-1 </dev/null >"$log" 2>&1
status=$?

# KTAP nests by indentation: 0 the run, 4 the suites, 8 parameters of a case.
tr -d '\r' <"$log" | awk -v status="$status" '
function result(ok, name)
{
	if (!ok)
		failed++
	print (ok ? "ok " : "not ok ") ++n " - kunit " name
}

function text_of(line, i)
{
	sub(/^ *(not )?ok [0-9]+ (- )?/, "", line)
	return line
}

BEGIN {
	print "TAP version 13"
}

{
	sub(/^\[ *[0-9]+\.[0-9]+\] ?/, "")
}

/Kernel panic|^BUG: |^WARNING: |Oops|[Ii]nternal error|KASAN|segfault/ {
	broken = broken "# " $0 "\n"
}

# What is not indented by the suite belongs to the run.
/^KTAP version/ {
	started = 1
	next
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
	cases = seen = 0
	next
}
/^    1\.\.[0-9]+$/ {
	cases = substr($0, 8) + 0
	next
}
/^    (not )?ok [0-9]+ / {
	seen++
	ok = $1 == "ok"
	result(ok, suite "." text_of($0))
	if (!ok)
		printf "%s", notes
	notes = ""
	next
}
/^(not )?ok [0-9]+ / {
	done++
	# A suite may fail as a whole, with all its cases fine.
	if (seen != cases || ($1 == "not" && !failed))
		result(0, text_of($0))
	next
}
suite != "" {
	note = $0
	sub(/^ *(# )?/, "", note)
	notes = notes "# " note "\n"
}

END {
	if (!n || done != suites || status || broken != "") {
		result(0, "kernel ran all suites and halted")
		print "# status " status ", " done + 0 " of " suites + 0 " suites"
		printf "%s%s", broken, notes
	}
	print "1.." n
	exit failed != 0
}'
