# SPDX-License-Identifier: GPL-2.0
# A device that could not tell who it is, or did not answer at all, when it was found: it
# stops nobody else, and becomes what it is when it can, without anybody's doing.
# guest: clock=virtual cpus=4 seconds=400
# append: scsi_mod.scan=sync
. ./lib.sh
plan 16

LATE=/sys/module/scsi_late/parameters

is_withheld() {
	dmesg | tail -20 | grep -q 'withheld (-5)' && nr_paths_is 1
}

# --- one controller is not ready, and says so even of its VPD pages ---------------
modprobe scsi_late hosts=2 no_vpd=2 || bail_out "scsi_late"
within 30 disk_is_there sda || bail_out "no sda"
ok "not ready: withheld, and said so" within 10 sh -c \
	"dmesg | grep -q 'withheld (-5), it is tried again now and then'"
is "not ready: one path" "$(nr_paths)" 1
is "not ready: one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1
ok "not ready: still so" stays 5 nr_paths_is 1
# What is looked at anew here is no scan of a host that comes.
echo none >/sys/module/scsi_mod/parameters/scan
echo 0 >$LATE/no_vpd
ok "ready: a path by itself" within 120 nr_paths_is 2
echo sync >/sys/module/scsi_mod/parameters/scan
is "ready: one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1
echo 0 >/sys/block/sda/device/multipath/no_path_timeout
within 20 rmmod scsi_late || bail_out "scsi_late stays"
within 30 nr_disks_is 0

# --- one whose target is busy -----------------------------------------------------
modprobe scsi_late hosts=2 busy=2 || bail_out "scsi_late"
ok "busy: withheld" within 60 is_withheld
is "busy: one path" "$(nr_paths)" 1
echo 0 >$LATE/busy
ok "not busy any more: a path by itself" within 120 nr_paths_is 2
echo 0 >/sys/block/sda/device/multipath/no_path_timeout
within 20 rmmod scsi_late || bail_out "scsi_late stays"
within 30 nr_disks_is 0

# --- no memory: each allocation of a claim in turn fails ----------------------------
FAIL_NTH=/proc/thread-self/fail-nth
FAILSLAB=/sys/kernel/debug/failslab

# by_function require|reject FUNCTION: what it and those that it calls allocate
by_function() {
	# shellcheck disable=SC2046 # two words
	set -- "$1" $(sort /proc/kallsyms | awk -v function_name="$2" '
		found { print "0x" $1; exit }
		$3 == function_name { print "0x" $1; found = 1 }')
	[ $# = 3 ] || bail_out "no such function"
	echo "$2" >"$FAILSLAB/$1-start"
	echo "$3" >"$FAILSLAB/$1-end"
}

by_itself() {
	n=0
	left=0
	while [ "${left:-0}" = 0 ] && [ $n -lt 3000 ]; do
		n=$((n > 16 ? n + 7 : n + 1))
		left=$(
			echo $n >$FAIL_NTH
			echo "0 0 0" >"$host/scan"
			read -r left <$FAIL_NTH
			echo 0 >$FAIL_NTH
			echo "$left"
		) 2>/dev/null
		within 120 nr_paths_is 2 || { echo "after allocation $n"; return 1; }
		nr_disks_is 1 || { echo "disks after allocation $n"; return 1; }
		echo 1 >"/sys/bus/scsi/devices/$path/delete"
		within 20 nr_paths_is 1 || return 1
	done
	echo "# $n allocations" >/dev/ttyS1
	[ $n -gt 8 ] && [ $n -lt 3000 ]
}

one_lu 2 max_luns=1
path=$(path_devices | tail -1)
host=/sys/class/scsi_host/host${path%%:*}
echo N >$FAILSLAB/ignore-gfp-wait
echo 0 >$FAILSLAB/verbose
by_function require scsi_path_claim
echo 1 >"/sys/bus/scsi/devices/$path/delete"
within 20 nr_paths_is 1
ok "no memory: a path by itself, whatever failed" by_itself
echo Y >$FAILSLAB/ignore-gfp-wait
echo 0 >/sys/block/sda/device/multipath/no_path_timeout
rmmod scsi_debug
within 30 nr_disks_is 0 || bail_out "sda stays"

# --- a target that answers nothing to TEST UNIT READY ------------------------------
dmesg -c >/dev/null
modprobe scsi_late hosts=2 no_tur=3 &
waiting=$!
in_claim() {
	[ "$(cat $LATE/held)" -gt 0 ]
}
within 30 in_claim || bail_out "nobody asks the silent target"
load_debug 1 max_luns=1
ok "silent: another disk is there" within 30 disk_is_there sda
# That is not because the silence has come to an end.
ok "silent: it is still waited for" kill -0 $waiting
ok "silent: withheld" within 90 sh -c "dmesg | grep 'withheld (-5)'"
is "silent: one disk" "$(find /sys/block -name 'sd*' | wc -l)" 1
echo 0 >$LATE/no_tur
ok "it answers: a disk by itself" within 120 nr_disks_is 2
ok "it answers: over both paths" within 120 nr_paths_is 3
finish
