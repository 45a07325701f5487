# SPDX-License-Identifier: GPL-2.0
# A host that takes no commands for a moment while a device is scanned: the scan waits for
# it, as that of a plain device.
# guest: clock=virtual cpus=2 seconds=300
. ./lib.sh
. ./lib_script.sh
plan 12

TEST_UNIT_READY=0x0
FOR_ITSELF=16

tested() {
	[ -n "$(script_counter "$unit" sent 0 $TEST_UNIT_READY)" ]
}

path_is_there() {
	[ -e "$(script_sdev "$unit")" ]
}

# What an upper level makes of each
for each in "disk scsi_disk" "cd block" "changer scsi_changer"; do
	type=${each% *}
	script_add "$type" 1 lu
	address=$(script_path "$unit" 0)
	echo 0 >"$above/multipath/no_path_timeout"
	echo 1 >"$(script_sdev "$unit")/delete"
	within 30 sh -c "! [ -e $above ]" || bail_out "$above stays"

	# After what is asked of the path, and before what is asked of the unit.
	script "$unit" event zero
	script "$unit" rules "0 $TEST_UNIT_READY 1 0 0 0 $FOR_ITSELF 3000"
	dmesg -c >/dev/null
	echo "- - -" >"/sys/class/scsi_host/host${address%%:*}/scan" &
	scan=$!
	within 30 tested || bail_out "no scan"
	script "$unit" event "block 0"
	sleep 6
	fails "$type: nothing is given up meanwhile" sh -c "dmesg | grep withheld"
	script "$unit" event "unblock 0"
	wait $scan
	ok "$type: it is found" within 30 path_is_there
	above=$(script_above "$unit")
	ok "$type: by its driver, too" within 10 test -d "$above/${each#* }"
	fails "$type: nothing was given up" sh -c "dmesg | grep -e withheld -e 'rescan'"
	script_remove "$unit"
done
finish
