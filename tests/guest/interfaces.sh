# SPDX-License-Identifier: GPL-2.0
# /proc and sysfs: the format of 2002, the right errno for every bad write, and
# readers and writers while paths come and go.
# guest: cpus=4 memory=2048
. ./lib.sh
plan 50

ATTRS=/sys/bus/scsi/devices

# errno_of TEXT: what write(2) says to it
errno_of() {
	printf "$1" | dd of=$PATHS bs=4096 2>&1 | sed -n 's/^dd: [^:]*: //p'
}

# refused TEXT MESSAGE
refused() {
	shown=$(echo "$1" | tr -c '[:print:]' '?' | cut -c1-60)
	got=$(errno_of "$1")
	is "refused: '$shown'" "$got" "$2"
}

EINVAL="Invalid argument"
ENODEV="No such device"

one_lu 2 max_luns=1 dev_size_mb=64
id=$(lu_id)
path=$(first_path)
hex=$(hctl_hex "$path")
is "version" "$(cut -d' ' -f1 /proc/scsi/scsi_path/version)" "Version:"
is "eight fields" "$(awk -F: 'NF != 8' $PATHS | wc -l)" 0
is "mode of paths" "$(stat -c %a $PATHS)" 644
is "mode of version" "$(stat -c %a /proc/scsi/scsi_path/version)" 444
cp $PATHS /tmp/paths.before

# As rescan-scsi-bus.sh does with all hosts: there are thousands of targets that a
# logical unit could have.
virtual=$(basename "$(readlink /sys/block/sda/device)")
virtual=${virtual%%:*}
ok "its host is scanned" timeout 10 sh -c \
	"echo '- - -' >/sys/class/scsi_host/host$virtual/scan"
ok "a target of it that is not there" timeout 10 sh -c \
	"echo 'scsi add-single-device $virtual 0 7 0' >/proc/scsi/scsi"

# It removes what is not in the list, too. The target of the paths has two.
within 20 sh -c "[ -e /dev/sg0 ]"
echo 2 >$SDEBUG/max_luns
is "its host's target has one" "$(sg_luns -q /dev/sg0 | wc -l)" 1
is "which is the logical unit" "$(sg_luns -q /dev/sg0 | tr -d ' ')" 0000000000000000
ok "asked for less than that, it tells less" sg_raw -r 8 /dev/sg0 \
	a0 0 0 0 0 0 0 0 0 8 0 0
echo 1 >$SDEBUG/max_luns

refused "" ""
refused "x" "$EINVAL"
refused ":" "$EINVAL"
refused "::::::::" "$EINVAL"
refused "$id" "$EINVAL"
refused "$id:" "$EINVAL"
refused "$id:$hex:1:0" "$EINVAL"
refused "$id:$hex:1:0:0:0" "$EINVAL"
refused "$id:$hex:1:0:0:" "$EINVAL"
refused ":$hex:1:0:0" "$EINVAL"
refused "$id:$hex:0:0:0" "$EINVAL"
refused "$id:$hex:4:0:0" "$EINVAL"
refused "$id:$hex:g:0:0" "$EINVAL"
refused "$id:$hex:-1:0:0" "$EINVAL"
refused "$id:0x0:0:0:0:1:0:0" "$EINVAL"
refused "$id: 0:0:0:0:1:0:0" "$EINVAL"
refused "$id:100000000:0:0:0:1:0:0" "$EINVAL"
refused "$id:0:0:0:10000000000000000:1:0:0" "$EINVAL"
refused "$id:$hex:1:0:0\n$id:$hex:3:0:0\n" "$EINVAL"
refused "$id:$hex:1:0:0\0\n" "$EINVAL"
refused "$(head -c 1100 /dev/zero | tr '\0' a)" "$EINVAL"
refused "naa.0:$hex:1:0:0\n" "$ENODEV"
refused "$id:7f:0:0:0:1:0:0\n" "$ENODEV"
refused "$id:0:0:0:77:1:0:0\n" "$ENODEV"
is "without CAP_SYS_ADMIN" "$(echo "$id:$hex:3:0:0" | /bin/setpriv --bounding-set=-sys_admin \
	--inh-caps=-sys_admin dd of=$PATHS 2>&1 | sed -n 's/^dd: [^:]*: //p')" \
	"Permission denied"
ok "nothing has changed" cmp /tmp/paths.before $PATHS

echo "$id:$hex:3:7:2" >$PATHS
is "state, failures and weight are taken" "$(grep ":$hex:" $PATHS)" \
	"$id:$hex:3:7:2"
is "sysfs shows the same" "$(cat $ATTRS/$path/path/state \
	$ATTRS/$path/path/failures $ATTRS/$path/path/weight | tr '\n' ' ')" "3 7 2 "
echo "$id:ffffffff:ffffffff:ffffffff:ffffffff:1:0:0" >$PATHS
is "wildcards" "$(nr_good)" 2
ok "a line as it was read" sh -c "head -1 $PATHS >/tmp/line && cat /tmp/line >$PATHS"

for bad in 0 4 x "" -1; do
	fails "sysfs state '$bad'" sh -c "echo '$bad' >$ATTRS/$path/path/state"
done
fails "sysfs weight 'heavy'" sh -c "echo heavy >$ATTRS/$path/path/weight"
echo 2 >$ATTRS/$path/path/state
ok "failing: a probe brings it back" within 10 path_state_is "$path" 2
paths_write "$path" 1

# The uevents of a path, as user space gets them.
listen /tmp/uevents "^SCSI_(PATH|LU)"
paths_write "$path" 3
ok "uevent: disabled" within 10 grep -q \
	"SCSI_LU_WWID=$id.*SCSI_PATH=$path.*SCSI_PATH_EVENT=disabled" /tmp/uevents
paths_write "$path" 1
ok "uevent: reinstated" within 10 grep -q \
	"SCSI_PATH=$path.*SCSI_PATH_EVENT=reinstated" /tmp/uevents
kill $listener_pid

# Everything at once, for a while.
echo rr >/sys/block/sda/device/multipath/iopolicy
fio_start
# shellcheck disable=SC2046 # a list of words
load_reaches $(path_devices)
end=$(($(now) + 20))
running() {
	[ "$(now)" -lt $end ]
}
(while running; do cat $PATHS $ATTRS/*/path/* >/dev/null 2>&1; done) &
(while running; do
	echo "$id:ffffffff:0:0:0:3:0:0" >$PATHS
	echo "$id:ffffffff:0:0:0:1:0:0" >$PATHS
done) 2>/dev/null &
(while running; do
	echo rr >/sys/block/sda/device/multipath/iopolicy
	echo lpu >/sys/block/sda/device/multipath/iopolicy
done) &
while running; do
	echo 1 >$SDEBUG/add_host
	echo -1 >$SDEBUG/add_host
done
fio_ok "readers, writers, paths coming and going"
ok "two paths as before" within 10 nr_paths_is 2
finish
