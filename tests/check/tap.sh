# SPDX-License-Identifier: GPL-2.0
# TAP for the checks here; sourced, not run.
# shellcheck shell=sh

tap_n=0
tap_failed=0

# tap NAME FINDINGS: ok if the file FINDINGS is empty, else not, and why.
tap() {
	tap_n=$((tap_n + 1))
	if [ -s "$2" ]; then
		echo "not ok $tap_n - $1"
		sed 's/^/# /' "$2"
		tap_failed=1
	else
		echo "ok $tap_n - $1"
	fi
}

tap_end() {
	echo "1..$tap_n"
	exit $tap_failed
}
