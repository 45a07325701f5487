# SPDX-License-Identifier: GPL-2.0
# What every guest test uses: TAP, waiting for conditions, building devices.
#
# A test is a file NAME.sh that sources this one, says plan COUNT, and reports
# each thing shown with ok or is. It starts in a guest with nothing loaded.

tap_n=0
tap_failed=0

# Nothing loads it by itself here.
[ -n "$without_sg" ] || modprobe -q sg

plan() {
	echo "TAP version 13"
	echo "1..$1"
}

# report STATUS TEXT
report() {
	tap_n=$((tap_n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tap_n - $TEST_NAME: $2"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_n - $TEST_NAME: $2"
		diagnose
	fi
}

diagnose() {
	sed 's/^/# paths: /' /proc/scsi/scsi_path/paths 2>/dev/null
	lsscsi 2>/dev/null | sed 's/^/# lsscsi: /'
	dmesg | tail -15 | sed 's/^/# dmesg: /'
}

# ok TEXT COMMAND...: the command succeeds
ok() {
	text=$1
	shift
	"$@" >/tmp/ok.out 2>&1
	status=$?
	if [ $status != 0 ]; then
		echo "# failed with $status: $*"
		sed 's/^/# /' /tmp/ok.out
	fi
	report $status "$text"
}

# fails TEXT COMMAND...: the command fails
fails() {
	text=$1
	shift
	if "$@" >/tmp/ok.out 2>&1; then
		echo "# succeeded: $*"
		sed 's/^/# /' /tmp/ok.out
		report 1 "$text"
	else
		report 0 "$text"
	fi
}

# is TEXT GOT EXPECTED
is() {
	[ "$2" = "$3" ] || echo "# got '$2', expected '$3'"
	[ "$2" = "$3" ]
	report $? "$1"
}

# skip TEXT REASON: what TEXT says cannot be shown here
skip() {
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $TEST_NAME: $1 # SKIP $2"
}

# now: in seconds
now() {
	cut -d. -f1 /proc/uptime
}

# setting NAME: a number that the kernel's command line gives
setting() {
	sed -n "s/.*$1=\([0-9]*\).*/\1/p" /proc/cmdline
}

slower=$(setting guest_slower)

# within SECONDS COMMAND...: the command succeeds, at the latest by then; on a kernel
# that is slower, later. What takes long is looked at less often: looking is most of what
# an emulated CPU has to do meanwhile.
within() {
	within_end=$(($(now) + $1 * slower))
	within_pauses="0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.2 0.2 0.2 0.2 0.2 0.5 0.5 0.5 0.5 1"
	shift
	until "$@" >/tmp/within.out 2>&1; do
		if [ "$(now)" -ge $within_end ]; then
			sed 's/^/# /' /tmp/within.out
			return 1
		fi
		sleep "${within_pauses%% *}"
		within_pauses=${within_pauses#* }
	done
}

# stays SECONDS COMMAND...: the command succeeds, again and again, for so long
stays() {
	stays_end=$(($(now) + $1))
	shift
	while "$@" >/tmp/stays.out 2>&1; do
		[ "$(now)" -lt $stays_end ] || return 0
		sleep 0.2
	done
	sed 's/^/# /' /tmp/stays.out
	return 1
}

bail_out() {
	echo "Bail out! $*"
	diagnose
	exit 1
}

# --- devices --------------------------------------------------------------

PATHS=/proc/scsi/scsi_path/paths
SDEBUG=/sys/bus/pseudo/drivers/scsi_debug
# Where the kernel's trace is
TRACE=/sys/kernel/tracing

# load_debug HOSTS [OPTION...]: scsi_debug hosts that share one store
load_debug() {
	hosts=$1
	shift
	modprobe scsi_debug vpd_use_hostno=0 add_host="$hosts" delay=0 "$@" ||
		bail_out "scsi_debug"
}

# plain_disk [OPTION...]: one that is not combined, as /dev/sda: a device of SCSI-2 does
# not tell an identity
plain_disk() {
	modprobe scsi_debug scsi_level=2 delay=0 max_luns=1 "$@" ||
		bail_out "scsi_debug"
	within 30 disk_is_there sda || bail_out "no sda"
	[ ! -e /sys/block/sda/device/multipath ] || bail_out "it is not plain"
}

# unload MODULE: its disks go as well, and what waits for their paths fails
unload() {
	for unloaded in /sys/block/sd*/device/multipath; do
		[ ! -d "$unloaded" ] || echo 0 >"$unloaded/no_path_timeout"
	done
	within 20 rmmod "$1" && within 30 nr_disks_is 0
}

nr_paths() {
	wc -l <$PATHS
}

# all_in_sysfs: each of these paths has its links, which come a moment after its line, and
# go a moment before it
all_in_sysfs() {
	[ "$(find /sys/bus/scsi/devices/*/paths/* -maxdepth 0 2>/dev/null | wc -l)" = "$(nr_paths)" ]
}

# nr_paths_is NUMBER: path_devices has them all, and none that is leaving
nr_paths_is() {
	[ "$(nr_paths)" = "$1" ] && all_in_sysfs
}

# nr_good [ID]: paths in state 1
# shellcheck disable=SC2120 # who wants those of any gives none
nr_good() {
	grep -c "^${1:-[^:]*}:.*:1:[^:]*:[^:]*$" $PATHS
}

nr_good_is() {
	[ "$(nr_good)" = "$1" ] && all_in_sysfs
}

# good_after_io NUMBER: a path that has come back is good when it has carried some
good_after_io() {
	dd if=/dev/sda of=/dev/null bs=4k count=64 iflag=direct && nr_good_is "$1"
}

disk_is_there() {
	[ -b "/dev/$1" ] && [ "$(blockdev --getsize64 "/dev/$1")" -gt 0 ]
}

nr_disks_is() {
	[ "$(find /sys/block -name 'sd*' | wc -l)" = "$1" ]
}

# one_lu HOSTS [OPTION...]: one disk over HOSTS paths, as /dev/sda
one_lu() {
	load_debug "$@"
	within 30 disk_is_there sda || bail_out "no sda"
	within 30 nr_paths_is "$1" || bail_out "not $1 paths"
}

# nr_hw_queues DISK
nr_hw_queues() {
	find "/sys/block/$1/mq" -mindepth 1 -maxdepth 1 -type d | wc -l
}

lu_state_is() {
	[ "$(cat /sys/block/sda/device/state)" = "$1" ]
}

# lu_id [DISK]
# shellcheck disable=SC2120 # as above
lu_id() {
	cat /sys/block/"${1:-sda}"/device/multipath/wwid
}

# path_devices [DISK]: the paths of a disk, as H:C:T:L
path_devices() {
	ls /sys/block/"${1:-sda}"/device/paths
}

first_path() {
	path_devices "$@" | head -1
}

# path_state H:C:T:L
path_state() {
	cat "/sys/bus/scsi/devices/$1/path/state"
}

path_state_is() {
	[ "$(path_state "$1")" = "$2" ]
}

# policy_of DIR: the one in brackets, of the multipath directory of a device
policy_of() {
	sed 's/.*\[\(.*\)\].*/\1/' "$1/iopolicy"
}

path_issued() {
	cat "/sys/bus/scsi/devices/$1/path/issued"
}

# carriers FIELDS: how many disks each host carries, or each port, if these FIELDS of a
# path's address tell one from another, as "COUNT COUNT ..."
carriers() {
	for disk in /sys/block/sd*; do
		for path in $(path_devices "${disk##*/}"); do
			echo "$path $(path_issued "$path")"
		done
	done >/tmp/before
	for disk in /sys/block/sd*; do
		dd if="/dev/${disk##*/}" of=/dev/null bs=4k count=8 iflag=direct 2>/dev/null
	done
	while read -r path before; do
		[ "$(path_issued "$path")" -lt $((before + 8)) ] || echo "$path"
	done </tmp/before | cut -d: -f "$1" | sort | uniq -c | awk '{ print $1 }' | paste -s -d' '
}

# paths_write H:C:T:L STATE: as an administrator does
paths_write() {
	echo "$(lu_id):$(hctl_hex "$1"):$2:0:0" >$PATHS
}

hctl_hex() {
	echo "$1" | { IFS=: read -r h c t l; printf '%x:%x:%x:%x' "$h" "$c" "$t" "$l"; }
}

# inject H:C:T:L RULE: scsi_debug's error injection, see its debugfs file
inject() {
	echo "$2" >"/sys/kernel/debug/scsi_debug/$1/error"
}

# inject_host_byte H:C:T:L COUNT OPCODE HOST_BYTE: COUNT < 0: that many times
inject_host_byte() {
	inject "$1" "2 $2 $3 $4 0 0 0 0 0"
}

# uninject H:C:T:L TYPE OPCODE
uninject() {
	inject "$1" "- $2 $3"
}

# --- what user space is told ------------------------------------------------

# listen FILE PATTERN: from now on each uevent with such variables is a line of FILE, with
# all of them
listen() {
	cat >/tmp/listen.sh <<END
exec uevent sh -c 'touch /tmp/listening
	line=\$(env | grep -E "$2" | sort | tr "\n" " ")
	[ -z "\$line" ] || echo "\${line% }"'
END
	rm -f /tmp/listening
	sh /tmp/listen.sh >"$1" 2>/dev/null &
	listener_pid=$!
	within 20 is_listening || bail_out "no uevents"
}

# An event of no meaning is there to be heard.
is_listening() {
	echo change >/sys/class/mem/null/uevent
	[ -e /tmp/listening ]
}

# --- the virtual machine --------------------------------------------------
#
# A test with qmp=1 in its head has QEMU's monitor at a port of a virtio console.

# qmp_open: before anything else of these
qmp_open() {
	modprobe virtio_console
	within 10 test -c /dev/vport*p1 || bail_out "no monitor"
	exec 9<>"$(echo /dev/vport*p1)"
	qmp qmp_capabilities || bail_out "the monitor does not answer"
}

# qmp COMMAND [ARGUMENTS]: these are the inside of a JSON object
qmp() {
	qmp_command "$@" >&9
	qmp_done 1
}

# qmp_command COMMAND [ARGUMENTS]: for those that send several at once
qmp_command() {
	echo "{\"execute\": \"$1\", \"arguments\": {${2:-}}}"
}

# qmp_done COUNT: so many commands have ended well
qmp_done() {
	qmp_left=$1
	while [ "$qmp_left" -gt 0 ] && read -r -t 30 qmp_answer <&9; do
		case $qmp_answer in
		'{"return"'*) qmp_left=$((qmp_left - 1)) ;;
		'{"error"'*) break ;;
		esac
	done
	[ "$qmp_left" = 0 ] || echo "$qmp_answer"
	[ "$qmp_left" = 0 ]
}

# disk_for HBA SERIAL: the command that plugs the disk "image" into that adapter
disk_for() {
	qmp_command device_add "\"driver\": \"scsi-hd\", \"id\": \"$1-disk\",
		\"bus\": \"$1.0\", \"drive\": \"image\", \"share-rw\": true,
		\"serial\": \"$2\", \"wwn\": $((0x5000c50015ea71ac))"
}

# plug_hba DRIVER ID PORT SERIAL: an adapter with its disk. Not all adapters tell of a
# disk that comes later, so let the guest see neither before both are there.
plug_hba() {
	{
		qmp_command stop
		qmp_command device_add "\"driver\": \"$1\", \"id\": \"$2\",
			\"bus\": \"$3\""
		disk_for "$2" "$4"
		qmp_command cont
	} >/tmp/commands
	cat /tmp/commands >&9
	qmp_done 4
}

# --- load -----------------------------------------------------------------

# fio_start [OPTION...]: a verifying load on sda in the background, until fio_ok. Writes
# of one job that overlap are not under way together: no disk promises an order. What is
# to be slower has a thinktime: with rate_iops fio dies of an assertion, now and then,
# when it is to end.
fio_start() {
	rm -f /tmp/fio.out /tmp/enough
	fio --name=load --filename=/dev/sda --direct=1 --ioengine=io_uring \
		--rw=randrw --bsrange=4k-1m --blockalign=4k --iodepth=8 \
		--numjobs=4 --offset_increment=25% --size=25% \
		--verify=crc32c-intel --verify_fatal=1 --do_verify=1 \
		--verify_backlog=64 --serialize_overlap=1 \
		--time_based --runtime=1h --trigger-file=/tmp/enough \
		--eta=never --group_reporting "$@" >/tmp/fio.out 2>&1 &
	fio_pid=$!
}

# light_start [OPTION...]: likewise, no more than any of these virtual machines carries
# with time to spare
light_start() {
	fio_start --bsrange=4k-64k --thinktime=20ms "$@"
}

issued_more_than() {
	[ "$(path_issued "$1")" -gt "$2" ]
}

# load_reaches PATH...: the load has begun, and each of these has its share
load_reaches() {
	for reached in "$@"; do
		within 60 issued_more_than "$reached" "$(path_issued "$reached")" ||
			bail_out "no load on $reached"
	done
}

fio_is_running() {
	kill -0 $fio_pid
}

# fio_ok TEXT: the load, which ends now, had no error
fio_ok() {
	touch /tmp/enough
	wait $fio_pid
	fio_status=$?
	grep -q 'err= 0' /tmp/fio.out || fio_status=1
	[ $fio_status = 0 ] || sed 's/^/# fio: /' /tmp/fio.out
	report $fio_status "$1"
}

# load_ends TEXT
load_ends() {
	ok "$1: the load has gone on" fio_is_running
	fio_ok "$1: no error above, data verified"
}

# --- the end --------------------------------------------------------------

# no_leaks: nothing of ours that was allocated has been lost. An object counts
# only when a second scan still finds no pointer to it. Allocations are recorded only
# with "append: kmemleak=on" in the test's head: that takes time.
no_leaks() {
	[ -e /sys/kernel/debug/kmemleak ] || return 0
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak || return 1
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak || return 1
	! grep -E 'scsi|blk_|multipath|path' /sys/kernel/debug/kmemleak
}

finish() {
	exit $tap_failed
}
