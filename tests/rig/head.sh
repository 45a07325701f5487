# SPDX-License-Identifier: GPL-2.0
# To be sourced: what a test says in its head, see tests/rig/guest.sh.

# head_of SCRIPT SETTING
head_of() {
	sed -n "s/^# guest:.*\b$2=\([^ ]*\).*/\1/p" "$1" | head -1
}
