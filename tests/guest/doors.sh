# SPDX-License-Identifier: GPL-2.0
# Whether a medium can be removed is said by each I_T nexus for itself. Whatever becomes of
# paths meanwhile, once the user has allowed it none of them prevents it; and what a reset
# has ended is prevented again if it is so on a plain device, and only then.
# guest: clock=virtual cpus=4 memory=1024 seconds=300
. ./lib.sh
. ./lib_script.sh
. ./lib_door.sh
plan 52

modprobe st || bail_out "st"
echo 0 >/sys/module/block/parameters/events_dfl_poll_msecs

# unit TYPE PATHS lu|plain: with $sg
unit() {
	script_add "$1" "$2" "$3"
	within 10 script_node scsi_generic 'sg[0-9]*' || bail_out "no $1"
	sg=$(script_node scsi_generic 'sg[0-9]*')
	sg_turs "$sg" >/dev/null 2>&1
	paths=$2
}

# told PATH COUNT: it has been sent so many
told() {
	[ "$(script_counter "$unit" sent "$1" 0x1e)" -ge "$2" ] 2>/dev/null
}

told_any() {
	told 0 1 || told 1 1
}

eject() {
	sg_raw "$sg" 1b 00 00 00 02 00
}

# locked_by_both: path 1 is in use, and path 0 was
locked_by_both() {
	use 0
	script "$unit" event zero
	door 1
	use 1
	within 10 told 1 1 || bail_out "path 1 is not told"
}

# unlocks NAME
unlocks() {
	door 0
	ok "$1: allowed by all" within 10 prevents_is 0
	ok "$1: ejected" eject
	script_remove "$unit"
}

comes_again() {
	script_hctl=$(script_path "$unit" "$1")
	echo 1 >"/sys/bus/scsi/devices/$script_hctl/delete"
	within 10 script_has_paths 1 || bail_out "path $1 is still there"
	[ $# = 1 ] || door "$2"
	echo "- - -" >"/sys/class/scsi_host/host${script_hctl%%:*}/scan"
	within 10 script_has_paths 2 || bail_out "path $1 does not come again"
}

for type in cd tape removable; do
	unit $type 2 lu
	locked_by_both
	put 0 1
	unlocks "$type, a path that was away"

	unit $type 2 lu
	use 0
	put 1 1
	door 1
	script "$unit" event "attention 0 6"
	sg_turs "$sg" >/dev/null 2>&1
	sleep 1
	unlocks "$type, a path whose identity was read"

	unit $type 2 lu
	locked_by_both
	comes_again 0
	unlocks "$type, a path that was found anew"

	unit $type 2 lu
	locked_by_both
	comes_again 0 0
	ok "$type, a path that was not there when it was allowed: it is told" \
		within 10 prevents_is 0
	script_remove "$unit"

	# The other adapter does not know of it.
	unit $type 2 lu
	locked_by_both
	put 0 1
	sg_reset --host "$sg"
	sg_turs "$sg" >/dev/null 2>&1
	unlocks "$type, reset of an adapter"
done

# Another adapter than that in use is reset, for another device: what user space has locked
# remains so, whatever path is used.
for type in tape changer; do
	unit $type 2 lu
	use 0
	put 1 1
	sg_turs "$sg" >/dev/null 2>&1
	door 1
	script "$unit" event "host_reset 1"
	script "$unit" event zero
	use 1
	ok "$type, reset of an idle adapter: locked over the other path" within 10 told 1 1
	script_remove "$unit"
done

# It is closed while it is being locked again: what locks it may come last.
for nr in 1 2; do
	unit cd $nr lu
	exec 3<"$(script_node block 'sr[0-9]*')"
	script "$unit" event zero
	script "$unit" rules "-1 0x1e 1 0 0 0 16 3000"
	sg_reset --device "$sg"
	within 10 told_any || bail_out "it is not locked again"
	exec 3<&-
	sleep 5
	ok "$nr paths, closed while it is being locked again: it is not locked" \
		within 10 prevents_is 0
	script_remove "$unit"
done

# A path that answers nothing has to be told as well, but nobody waits for it.
for abort in 0 -1; do
	unit removable 2 lu
	locked_by_both
	script "$unit" rules "0 -1 -1 0 0 0 8 0"
	script "$unit" eh "0 0 $abort 20000"
	begin=$(now)
	door 0
	took=$(($(now) - begin))
	ok "a path is silent, aborts fail: $abort: allowed at once, $took s" [ $took -le 3 ]
	script "$unit" rules clear
	door 0
	ok "a path is silent, aborts fail: $abort: it is told later" \
		within 120 prevents_is 0
	ok "a path is silent, aborts fail: $abort: ejected" eject
	script_remove "$unit"
done

# What user space has locked a reset has ended, and what the kernel has is locked again.
for how in "1 plain" "1 lu" "2 lu"; do
	for type in cd tape removable; do
		unit $type ${how% *} ${how#* }
		door 1
		sg_reset --device "$sg"
		sleep 1
		sg_turs "$sg" >/dev/null 2>&1
		ok "${how#* } ${how% *}, $type, a reset has unlocked it: ejected" eject
		script_remove "$unit"
	done

	unit cd ${how% *} ${how#* }
	node=$(script_node block 'sr[0-9]*')
	exec 3<"$node"
	for each in $(seq 0 $((paths - 1))); do
		script "$unit" eh "$each 0 1 0"
	done
	script "$unit" event timeout 1000 "$(basename "$above")"
	script "$unit" rules "-1 0x28 1 0 0 0 8 0"
	script "$unit" event zero
	dd if="$node" of=/dev/null bs=2k count=1 iflag=direct 2>/dev/null
	ok "${how#* } ${how% *}, open: a reset by the error handler, and it is locked again" \
		within 10 prevents_is 1
	fails "${how#* } ${how% *}, open: not ejected" eject
	exec 3<&-
	script_remove "$unit"
done
finish
