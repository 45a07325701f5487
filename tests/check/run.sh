#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Run all checks of this directory; fail if one fails.

cd "$(dirname "$0")" || exit 1
status=0
for check in *.sh; do
	case $check in
	run.sh | tap.sh) continue ;;
	esac
	echo "# $check"
	sh "./$check" || status=1
done
exit $status
