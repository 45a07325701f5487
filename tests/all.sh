#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# all.sh [KIND...]: all tests on each kind of kernel, of which build.sh knows debug,
# kasan, ubsan and kcsan. Prints TAP of each, and at the end a line for each.
set -u

cd "$(dirname "$0")/.." || exit 1
top=$PWD
# shellcheck source=tests/kernel/version.sh
. tests/kernel/version.sh
[ $# -gt 0 ] || set -- debug kasan ubsan kcsan
start=$(date +%s)
mkdir -p "$build"
: >"$build/test-all.summary"
failed=0

minutes() {
	echo $((($(date +%s) - start) / 60))
}

for kind; do
	echo "# $(minutes)m kernel $kind, of: $*"
	begin=$(minutes)
	KIND=$kind sh tests/run.sh | tee "$build/test-all-$kind.tap"
	last=$(tail -n 1 "$build/test-all-$kind.tap")
	case $last in
	*[1-9]*" passed, 0 failed") ;;
	*) failed=$((failed + 1)) ;;
	esac
	echo "$kind: $last, $(($(minutes) - begin)) min" >>"$build/test-all.summary"
done
cat "$build/test-all.summary"
exit $((failed > 0))
