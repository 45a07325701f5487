#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Mails that are meant to be sent: who would send what nobody can answer to is told
# so. TAP.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"
# shellcheck source=tests/check/tap.sh
. "$top/tests/check/tap.sh"

unset KERNEL
newest=${linuxes##* }
[ "$linux" = "$newest" ] || LINUX=$newest exec sh "$0"

findings=$(mktemp)
trap 'rm -f "$findings"' EXIT
jane='Jane Doe <jane.doe@kernel.org>'
commit=adc218676eef25575469234709c2d87185ca223a
mbox=$build/scsi-multipath.mbox
cover=$build/0000-cover-letter.txt

# mails VERSION SIGNED_OFF_BY BASE
mails() {
	LINUX=${LINUX:-$newest} VERSION=$1 SIGNED_OFF_BY=$2 BASE=$3 sh "$top/tests/kernel/mbox.sh" >"$findings" 2>&1
}

# refuses TEXT ARGUMENT...: of mails
refuses() {
	text=$1
	shift
	if mails "$@"; then
		echo "mails were written" >"$findings"
	else
		: >"$findings"
	fi
	tap "mail: refused: $text" "$findings"
}

refuses "nobody signs it off" 1 "" $commit
refuses "the placeholder does" 1 'SCSI multipath developers <scsi-multipath@example.org>' \
	$commit
refuses "a host of no domain" 1 'Jane Doe <jane@localhost>' $commit
refuses "no name" 1 '<jane.doe@kernel.org>' $commit
older=${linuxes%% *}
LINUX=$older refuses "for Linux $older" 1 "$jane" $commit
refuses "no base" 1 "$jane" ""
refuses "a name as base" 1 "$jane" v6.12
refuses "no number as version" one "$jane" $commit
refuses "a version of which nobody says what is new" 999 "$jane" $commit

! mails 1 "$jane" $commit || : >"$findings"
tap "mail: a first version" "$findings"
{
	! grep -n 'example\.org' "$mbox" "$cover"
	[ "$(grep -cx "Signed-off-by: $jane" "$mbox")" = "$(series | wc -l)" ] ||
		echo "not every mail is signed off"
	for line in "base-commit: $commit" "change-id: "; do
		grep -q "^$line" "$cover" || echo "the cover letter has no $line"
	done
	for line in "To: linux-scsi@vger.kernel.org" "To: linux-block@vger.kernel.org"; do
		grep -qx "$line" "$cover" || echo "the cover letter has no $line"
	done
} >"$findings"
tap "mail: signed off, addressed and based" "$findings"

# What has a meaning in a pattern, or in what takes its place
jane='Jane A/B & Co. <jane.doe@kernel.org>'
! mails 1 "$jane" $commit || grep -cxF "Signed-off-by: $jane" "$mbox" |
	grep -vxF "$(series | wc -l)" >"$findings" || :
tap "mail: signed off by a name with signs in it" "$findings"

# What is there for the other checks is the version of nobody.
mails "" "" "" || :
tap_end
