# SPDX-License-Identifier: GPL-2.0
# Reservations, switched off: refused on a disk with several paths, by every way into the kernel;
# carried out on one with a single path, which takes no other from then on. The
# conflict with another initiator is delivered, and is no failure of a path.
# guest: cpus=4
# append: scsi_mod.path_reservations=0
. ./lib.sh
. ./lib_lio.sh
. ./lib_reservations.sh
. ./lib_script.sh
plan 33

reserved_disk

# What sg_raw sends: PERSISTENT RESERVE OUT, RESERVE and RELEASE of 6 and 10 bytes
for node in /dev/sda "$sg"; do
	ok "$node: PERSISTENT RESERVE OUT" is_refused \
		sg_persist --out --register --param-sark=0x11 "$node"
	for cdb in "16 0 0 0 0 0" "17 0 0 0 0 0" "56 0 0 0 0 0 0 0 0 0" \
		   "57 0 0 0 0 0 0 0 0 0"; do
		# shellcheck disable=SC2086 # the bytes
		ok "$node: ${cdb%% *}" is_refused sg_raw "$node" $cdb
	done
	ok "$node: PERSISTENT RESERVE IN" keys_are "$node" ""
done
is "each says why" "$(nr_refusals)" 10
is "the kernel's own interface" "$(pr /dev/sda register 0x11)" "status 0x2"
is "no path has failed" "$(nr_good)" 2
ok "I/O goes on" write_to sda 16

# Another initiator has it; scsi_debug says so over one path, once.
load_debug 2 max_luns=1 dev_size_mb=16
within 30 nr_paths_is 4 || bail_out "not 4 paths"
disk=$(basename "$(grep -l Linux /sys/block/sd*/device/vendor | sed 's,/device.*,,')")
within 30 disk_is_there "$disk" || bail_out "no $disk"
echo rr >"/sys/block/$disk/device/multipath/iopolicy"
for each in $(path_devices "$disk"); do
	inject "$each" "2 1 2a 0 0 18 0 0 0"
done
fails_by "conflict: a write fails" "Invalid exchange" write_to "$disk" 1
is "conflict: no path has failed" "$(nr_good)" 4
is "conflict: and none is charged" \
	"$(cat /sys/bus/scsi/devices/[0-9]*/path/failures | sort -u)" 0

# One path: as a plain disk. Another port of it comes later.
lone_disk
disk=$lone
is "one path: register" "$(pr "/dev/$disk" register 0x11)" ""
is "one path: reserve" "$(pr "/dev/$disk" reserve 0x11)" ""
ok "one path: the key is there" keys_are "/dev/$disk" "0x11 "
port 1 2 a
other=$(path 1 2)
ok "a second path is withheld" within 10 sh -c \
	"dmesg | grep -q 'scsi $other: .* may be reserved over its only path'"
is "it is no second disk" "$(ls -d /sys/bus/scsi/devices/"$other"/block 2>/dev/null)" ""
ok "the disk is written" write_to "$disk" 16

# The withheld one is another initiator to the target.
bsg=/dev/bsg/$other
ok "another initiator registers" sg_persist --out --register --param-sark=0x22 "$bsg"
ok "and preempts" sg_persist --out --preempt --param-rk=0x22 --param-sark=0x11 \
	--prout-type=1 "$bsg"
fails_by "then a write is a conflict" "Invalid exchange" write_to "$disk" 1
is "the path is good" "$(path_state "$(path 1 1)")" 1

# What would be the second path takes less at a time than the only one.
script_disk 2 lu
takes=/sys/block/${disk#/dev/}/queue/max_hw_sectors_kb
echo 1 >"/sys/bus/scsi/devices/$(script_path "$unit" 1)/delete"
within 20 script_has_paths 1 || bail_out "not one path"
kib=$(cat "$takes")
script "$unit" rules "-1 0x16 1 0 0 0 0 0"
ok "one path: RESERVE" sg_raw "$disk" 16 0 0 0 0 0
script "$unit" event host_sectors 1 64
echo "- - -" >"/sys/class/scsi_host/host$(script_hosts "$unit" | cut -d ' ' -f 2)/scan"
ok "a second path is withheld" within 10 sh -c \
	"dmesg | grep -q 'scsi $(script_path "$unit" 1): withheld (-16)'"
is "it is none" "$(ls "$above/paths" | wc -l)" 1
is "the disk takes as much as before" "$(cat "$takes")" "$kib"
script_remove "$unit"
finish
