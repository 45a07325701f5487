#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# run.sh: do the tests notice? Each TEST-*.patch here puts a fault into the series
# that the guest test of that name must find. TAP.
set -u

cd "$(dirname "$0")/../.." || exit 1
top=$PWD
# shellcheck source=tests/kernel/version.sh
. tests/kernel/version.sh
here=tests/mutations
set -- "$here"/*.patch
echo "TAP version 13"
echo "1..$#"
n=0
status=0
for mutation; do
	n=$((n + 1))
	name=$(basename "$mutation" .patch)
	log=$build/log/mutation-$name.log
	mkdir -p "$build/log"
	echo "# $name"
	# The test has to run to be able to fail.
	if ! MUTATION=$PWD/$mutation sh tests/run.sh "${name%%-*}" >"$log" 2>&1 &&
	   grep -q '^ok ' "$log"; then
		echo "ok $n - $name is noticed"
		sed -n '/^not ok/s/^/# /p' "$log"
	else
		echo "not ok $n - $name is noticed"
		status=1
	fi
done
# Whoever builds next shall not build the fault.
sh tests/kernel/tree.sh
exit $status
