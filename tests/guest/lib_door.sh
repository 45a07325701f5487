# SPDX-License-Identifier: GPL-2.0
# Which path of a scripted unit is used, and who prevents the removal of its medium: sourced
# behind lib_script.sh. $sg is its node.

# put PATH STATE
put() {
	wwid=$(cat "$above/multipath/wwid")
	echo "$wwid:$(hctl_hex "$(script_path "$unit" "$1")"):$2:0:0" >$PATHS
}

# use PATH: and not the other one
use() {
	put "$1" 1
	put $((1 - $1)) 3
}

# door PREVENT
door() {
	sg_raw "$sg" 1e 00 00 00 "0$1" 00
}

prevents_is() {
	[ "$(script_counter "$unit" prevents)" = "$1" ]
}
