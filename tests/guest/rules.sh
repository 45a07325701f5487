# SPDX-License-Identifier: GPL-2.0
# Rules for devices that are not found yet: what is combined after all, what is not, and
# what logical units start with; from the kernel's command line, and changed later.
# guest: cpus=2 seconds=300
# append: scsi_mod.path_rules=naa.5000c50015ea71a1:multipath=on;naa.33333330000007d1:multipath=off;Linux/scsi?debug:iopolicy=rr,no_path_timeout=7,attempt_timeout=3,failback=9,prefer_local=0,demote_outliers=0,passthrough_failover=0;TEST/*:iopolicy=rr,attempt_timeout=3,no_path_timeout=9
# disk: wanted 16M
# disk: other 16M
# qemu: -device virtio-scsi-pci,id=hba0 -device virtio-scsi-pci,id=hba1
# qemu: -device scsi-hd,bus=hba0.0,scsi-id=0,drive=wanted,share-rw=on,wwn=0x5000c50015ea71a1
# qemu: -device scsi-hd,bus=hba1.0,scsi-id=0,drive=wanted,share-rw=on,wwn=0x5000c50015ea71a1
# qemu: -device scsi-hd,bus=hba0.0,scsi-id=1,drive=other,share-rw=on,wwn=0x5000c50015ea71a2
# qemu: -device scsi-hd,bus=hba1.0,scsi-id=1,drive=other,share-rw=on,wwn=0x5000c50015ea71a2
. ./lib.sh
plan 35

RULES=/sys/module/scsi_mod/parameters/path_rules
at_boot=$(cat $RULES)

# nodes_of WWID: how many disks have that name
nodes_of() {
	cat /sys/block/sd*/device/wwid | grep -c "$1"
}

nodes_of_is() {
	[ "$(nodes_of "$1")" = "$2" ]
}

# lu_of ID: the directory of that logical unit
lu_of() {
	dirname "$(grep -lx "$1" /sys/bus/scsi/devices/*/multipath/wwid)"
}

ok "they can be read" test "${at_boot%%:*}" = naa.5000c50015ea71a1

# --- an adapter whose disks do not report several ports -----------------------------
is "only such with several ports are combined" \
	"$(cat /sys/module/scsi_mod/parameters/multipath)" auto
ok "on: it has two paths" within 30 nr_paths_is 2
ok "on: of one disk" within 30 nodes_of_is naa.5000c50015ea71a1 1
ok "not named: two disks as ever" within 30 nodes_of_is naa.5000c50015ea71a2 2

# --- two of an array, of which one is not to be combined ----------------------------
load_debug 2 max_luns=2 dev_size_mb=8
ok "off: two plain disks" within 30 nodes_of_is naa.33333330000007d1 2
is "off: no path more" "$(grep -c naa.33333330000007d1 $PATHS)" 0
ok "the other: one disk" within 30 nodes_of_is naa.33333330000007d0 1
within 30 nr_paths_is 4 || bail_out "not four paths"
lu=$(lu_of naa.33333330000007d0)
is "the other: policy" "$(policy_of "$lu")" round-robin
for attribute in no_path_timeout=7 attempt_timeout=3 failback=9 prefer_local=0 \
	demote_outliers=0 passthrough_failover=0; do
	is "the other: ${attribute%=*}" "$(cat "$lu/${attribute%=*}")" "${attribute#*=}"
done
lu=$(lu_of naa.5000c50015ea71a1)
is "what no rule names is as ever: policy" "$(policy_of "$lu")" last-path
is "and no_path_timeout" "$(cat "$lu/no_path_timeout")" 30

# --- a type that cannot have all of it ----------------------------------------------
modprobe st && modprobe scsi_tape hosts=2 || bail_out "scsi_tape"
ok "a tape drive" within 30 nr_paths_is 6
lu=$(lu_of naa.3a00000000000003)
is "stays on one path" "$(policy_of "$lu")" last-path
is "keeps its whole timeout" "$(cat "$lu/attempt_timeout")" 0
is "waits for a path as it is told" "$(cat "$lu/no_path_timeout")" 9

# --- what is no rule ----------------------------------------------------------------
# set_rules TEXT
set_rules() {
	printf '%s\n' "$1" >$RULES
}
for bad in "naa.5" "naa.5:multipath=maybe" "naa.5:no_path_timeout=-7" "naa.5:speed=1" \
	"naa.5:multipath=off;/x:multipath=off"; do
	fails "refused: $bad" set_rules "$bad"
done
is "what was refused has changed nothing" "$(cat $RULES)" "$at_boot"

# --- changed ------------------------------------------------------------------------
ok "a rule that comes too late" set_rules "naa.33333330000007d0:multipath=off"
echo 1 >$SDEBUG/add_host
ok "one more path of a known logical unit is a path" within 30 sh -c \
	"[ \$(grep -c naa.33333330000007d0 $PATHS) = 3 ]"
is "and no second disk" "$(nodes_of naa.33333330000007d0)" 1
ok "of one that was not combined, and is to be now" within 30 sh -c \
	"[ \$(grep -c naa.33333330000007d1 $PATHS) = 1 ]"
ok "several, a line each" set_rules "a*:multipath=off
b*:multipath=off;
"
ok "none" set_rules ""
is "reads as none" "$(cat $RULES)" ""
echo -1 >$SDEBUG/add_host
ok "paths go" within 30 sh -c "[ \$(grep -c naa.33333330000007d0 $PATHS) = 2 ]"
finish
