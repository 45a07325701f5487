# SPDX-License-Identifier: GPL-2.0
# Protection information (DIF and DIX): a logical unit has what a plain disk has, what is
# sent over each path bears it, and a host that cannot do it gets no path.
# guest: cpus=2 memory=1024 seconds=300
. ./lib.sh
plan 59

RULES=/sys/module/scsi_mod/parameters/path_rules
LATE=/sys/module/scsi_late/parameters

# attributes: what sda says of it
attributes() {
	for attribute in /sys/block/sda/integrity/* \
		/sys/block/sda/queue/max_integrity_segments \
		/sys/block/sda/queue/stable_writes \
		/sys/class/scsi_disk/*/protection_type \
		/sys/class/scsi_disk/*/protection_mode \
		/sys/class/scsi_disk/*/app_tag_own; do
		echo "$(basename "$attribute") $(cat "$attribute")"
	done
}

# counted: reads, writes and errors that scsi_debug has seen
counted() {
	sed -n 's/^dix_reads=\([0-9]*\), dix_writes=\([0-9]*\), dif_errors=\([0-9]*\)$/\1 \2 \3/p' \
		/proc/scsi/scsi_debug/* | tail -n 1
}

dd if=/dev/urandom of=/tmp/data bs=1M count=4 2>/dev/null

# write_and_read: all of it, over both paths
write_and_read() {
	dd if=/tmp/data of=/dev/sda bs=64k oflag=direct 2>/dev/null &&
		dd if=/dev/sda bs=4k count=1024 iflag=direct 2>/dev/null |
		cmp - /tmp/data
}

# --- each type, beside a plain disk ---------------------------------------------------
while read -r dif dix guard size; do
	kind="dif=$dif dix=$dix guard=$guard sector_size=$size"
	set -- max_luns=1 dev_size_mb=8 dif="$dif" dix="$dix" guard="$guard" \
		sector_size="$size"
	echo "Linux/scsi?debug:multipath=off" >$RULES
	load_debug 1 "$@"
	within 30 disk_is_there sda || bail_out "no plain disk"
	plain=$(attributes)
	unload scsi_debug || bail_out "scsi_debug stays"
	echo >$RULES
	load_debug 2 "$@"
	within 30 nr_paths_is 2 || bail_out "not two paths"
	within 30 disk_is_there sda || bail_out "no disk"
	echo round-robin >/sys/block/sda/device/multipath/iopolicy
	is "$kind: as the plain disk" "$(attributes)" "$plain"
	before=$(counted)
	ok "$kind: data is what was written" write_and_read
	# shellcheck disable=SC2046 # numbers
	set -- $before $(counted)
	if [ "$dix" = 1 ]; then
		ok "$kind: written with it" test $(($5 - $2)) -ge 64
		ok "$kind: read with it" test $(($4 - $1)) -ge 1024
	fi
	is "$kind: no error" "$(($6 - $3))" 0
	unload scsi_debug || bail_out "scsi_debug stays"
done <<END
0 1 0 512
1 0 0 512
1 1 0 512
1 1 1 512
1 1 0 4096
2 1 0 512
3 1 0 512
3 1 1 4096
END

# --- a path goes, under load ----------------------------------------------------------
load_debug 2 max_luns=1 dev_size_mb=64 dif=1 dix=1
within 30 nr_paths_is 2 || bail_out "not two paths"
within 30 disk_is_there sda || bail_out "no disk"
echo round-robin >/sys/block/sda/device/multipath/iopolicy
light_start
# shellcheck disable=SC2046 # a list
load_reaches $(path_devices)
echo -1 >/sys/bus/pseudo/drivers/scsi_debug/add_host
ok "a host goes: one path is left" within 30 nr_paths_is 1
echo 1 >/sys/bus/pseudo/drivers/scsi_debug/add_host
ok "it is back" within 30 nr_paths_is 2
load_ends "a host goes"
ok "no protection error" sh -c '! dmesg | grep "protection error"'

# --- what the host finds wrong ---------------------------------------------------------
echo 64 >/sys/bus/pseudo/drivers/scsi_debug/opts
echo 1 >/sys/bus/pseudo/drivers/scsi_debug/every_nth
fails "an error of protection is one of the reader" \
	dd if=/dev/sda of=/dev/null bs=4k count=1 iflag=direct
echo 0 >/sys/bus/pseudo/drivers/scsi_debug/every_nth
echo 0 >/sys/bus/pseudo/drivers/scsi_debug/opts
ok "it is said to be one" sh -c 'dmesg | grep "protection error, dev sda"'
is "no path has failed for it" "$(nr_good)" 2
ok "it reads again" dd if=/dev/sda of=/dev/null bs=4k count=1 iflag=direct
unload scsi_debug || bail_out "scsi_debug stays"

# --- hosts that differ ------------------------------------------------------------------
modprobe scsi_late hosts=3 protects=3 formatted=7 sector_size=4096 ||
	bail_out "no scsi_late"
within 30 disk_is_there sda || bail_out "no disk"
is "a host that cannot: gets no path" "$(nr_paths)" 2
is "a host that cannot: no disk of its own" "$(find /sys/block -name 'sd*' | wc -l)" 1
ok "a host that cannot: is told of" \
	sh -c 'dmesg | grep "cannot do the protection information of"'
sleep 5
is "a host that cannot: is told of once" \
	"$(dmesg | grep -c "cannot do the protection information of")" 1
ok "a host that cannot: data is what was written over the others" write_and_read
is "none without protection" "$(cat $LATE/unprotected)" 0
is "none with a wrong tag" "$(cat $LATE/mistagged)" 0
unload scsi_late || bail_out "scsi_late stays"

modprobe scsi_late hosts=2 protects=2
within 30 disk_is_there sda || bail_out "no disk"
is "not formatted: each host is good for a path" "$(nr_paths)" 2
ok "not formatted: data is what was written" write_and_read
unload scsi_late || bail_out "scsi_late stays"

modprobe scsi_late hosts=2 protects=3 formatted=1
within 30 disk_is_there sda || bail_out "no disk"
is "a port that says otherwise: gets no path" "$(nr_paths)" 1
ok "a port that says otherwise: is told of" \
	sh -c 'dmesg | grep "but protection information differs: not combined"'
ok "a port that says otherwise: data is what was written" write_and_read
unload scsi_late || bail_out "scsi_late stays"
finish
