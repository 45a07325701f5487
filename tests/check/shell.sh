#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What shellcheck warns of in the scripts; .shellcheckrc says of what it does not. TAP.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"
# shellcheck source=tests/check/tap.sh
. "$top/tests/check/tap.sh"

sh "$top/tests/kernel/packages.sh" check
cd "$top"
findings=$(mktemp)
trap 'rm -f "$findings"' EXIT
{
	find tests -name '*.sh' | LC_ALL=C sort | while read -r script; do
		shellcheck -s sh -x -S warning -f gcc "$script"
	done
	# Those of another name say in their first line what they are for.
	find tests .ci -type f ! -name '*.sh' -size -100k -exec awk '
		FNR == 1 && /^#!.*\/(ba)?sh$/ { print FILENAME }' {} + | LC_ALL=C sort |
	while read -r script; do
		shellcheck -x -S warning -f gcc "$script"
	done
} >"$findings" 2>&1 || :
tap "shellcheck: no warnings" "$findings"
tap_end
