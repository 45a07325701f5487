# SPDX-License-Identifier: GPL-2.0
# Tape drives, of which all commands are passthrough, are spread over the hosts, and so is
# the passthrough of disks. Whoever is in use when there is one more host stays where it is.
# guest: clock=virtual cpus=4 seconds=300
. ./lib.sh
plan 7

modprobe st || bail_out "st"

# carried: over which host each goes, as "HOST HOST ..."
carried() {
	for lu in /sys/class/scsi_generic/sg*/device; do
		for path in $(ls "$lu/paths"); do
			echo "$lu $path $(path_issued "$path")"
		done
	done >/tmp/before
	for sg in /sys/class/scsi_generic/sg*; do
		for each in 1 2 3 4 5 6 7 8; do
			sg_raw "/dev/${sg##*/}" 00 00 00 00 00 00 >/dev/null 2>&1
		done
	done
	while read -r lu path before; do
		[ "$(path_issued "$path")" -lt $((before + 8)) ] || echo "${path%%:*}"
	done </tmp/before
}

# counts: the same, how many each host carries
counts() {
	carried | sort | uniq -c | awk '{ print $1 }' | paste -s -d' '
}

gone() {
	for lu in /sys/class/scsi_generic/sg*/device/multipath; do
		echo 0 >"$lu/no_path_timeout"
	done
	rmmod scsi_debug
	within 30 sh -c '! ls -d /sys/class/scsi_generic/sg*'
}

load_debug 2 max_luns=8 ptype=1
within 60 nr_paths_is 16 || bail_out "not 16 paths"
is "tapes: two hosts carry half each" "$(counts)" "4 4"
gone

# Two of four are in use when the second host comes.
load_debug 1 max_luns=4 ptype=1
within 60 nr_paths_is 4 || bail_out "not 4 paths"
within 20 test -c /dev/nst3
mt-st -f /dev/nst0 rewind
mt-st -f /dev/nst1 rewind
is "in use: one host carries all" "$(counts)" 4
used=$(carried | head -1)
echo 1 >$SDEBUG/add_host
within 60 nr_paths_is 8 || bail_out "not 8 paths"
is "in use: the other one takes those that are not" "$(counts)" "2 2"
is "in use: the others stay" "$(carried | sort | uniq -c | grep -c " 2 $used$")" 1
gone

# A disk's commands need not go where its passthrough goes.
load_debug 2 max_luns=8
within 60 nr_paths_is 16 || bail_out "not 16 paths"
within 30 nr_disks_is 8
is "disks: two hosts carry half each" "$(counts)" "4 4"
for disk in /sys/block/sd*; do
	echo rr >"$disk/device/multipath/iopolicy"
done
is "disks, rr: two hosts carry half each" "$(counts)" "4 4"
is "disks, rr: each keeps to one path" "$(carried | wc -l)" 8
finish
