#!/bin/sh
# Run all checks of this directory; fail if one fails.

cd "$(dirname "$0")" || exit 1
status=0
for check in *.sh; do
	[ "$check" != run.sh ] || continue
	echo "# $check"
	sh "./$check" || status=1
done
exit $status
