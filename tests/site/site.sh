#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# site.sh [-d] [-r REPORT] DISK: try SCSI multipath on a machine and an array of your own.
#
# DISK is a logical unit with two paths or more, /dev/sdX. Without -d it is only read, and
# may be in use; paths are taken out of use one at a time, and brought back. With -d ALL
# DATA ON IT ARE LOST: it is written and compared while paths go, come back and are found
# anew, and while the logical unit is reset. Consent is asked for first. REPORT can be sent
# to others: it has neither data nor names of yours.
set -u

usage() {
	echo "usage: $0 [-d] [-r REPORT] DISK" >&2
	exit 64
}

destructive='' report=scsi-multipath-report.txt
while getopts dr: option; do
	case $option in
	d) destructive=1 ;;
	r) report=$OPTARG ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# = 1 ] || usage
disk=${1#/dev/}
device=/sys/block/$disk/device
# How long a load runs between two things that happen to it, in seconds.
pace=${SITE_PACE:-5}

refuse() {
	echo "$0: $*" >&2
	exit 65
}

work=$(mktemp -d) || exit 66
load='' gone=''
# Before there is consent nothing has been done that would have to be undone.
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# --- what there is ------------------------------------------------------------------

paths() {
	ls "$device/paths"
}

# of PATH ATTRIBUTE
of() {
	cat "/sys/bus/scsi/devices/$1/path/$2" 2>/dev/null
}

# Those that are not out of use. Whether their ports serve the logical unit is another
# question: those in standby do not, and are as they should be.
well() {
	awk '$1 == "path" && ($3 == "good" || $3 == "probation" || $3 == "marginal") { n++ }
		END { print n + 0 }' "$device/multipath/status"
}

well_is() {
	[ "$(well)" = "$1" ]
}

# Those that can carry I/O as it is.
serving() {
	awk '$1 == "group" { serves = $4 !~ /^(standby|unavailable|offline|transitioning)$/ }
		$1 == "path" && serves && ($3 == "good" || $3 == "probation" || $3 == "marginal") { n++ }
		END { print n + 0 }' "$device/multipath/status"
}

# scan PATH: its address
scan() {
	host=${1%%:*} rest=${1#*:}
	lun=${rest##*:} rest=${rest%:*}
	echo "${rest%%:*} ${rest#*:} $lun" >"/sys/class/scsi_host/host$host/scan"
}

# However it ends: no load, and all paths as they were.
cleanup() {
	trap '' HUP INT TERM
	if [ -n "$load" ]; then
		kill $load 2>/dev/null
		wait $load
	fi
	[ -z "$gone" ] || scan $gone
	bring_all_back
	rm -rf "$work"
}

bring_all_back() {
	for path in $(paths 2>/dev/null); do
		[ "$(of "$path" state)" != 3 ] || echo 1 >"/sys/bus/scsi/devices/$path/path/state"
	done
}

# What would be lost, in words; nothing if nobody uses it.
used_by() {
	for holder in "/sys/block/$disk"/holders/* "/sys/block/$disk/$disk"*/holders/*; do
		[ ! -e "$holder" ] || echo "held by ${holder##*/}"
	done
	awk -v disk="/dev/$disk" 'index($1, disk) == 1 { print "mounted on " $2 }' /proc/mounts
	awk -v disk="/dev/$disk" 'index($1, disk) == 1 { print "swap " $1 }' /proc/swaps 2>/dev/null
	for partition in "/sys/block/$disk/$disk"[0-9]*; do
		[ ! -e "$partition" ] || echo "has a partition, ${partition##*/}"
	done
	# Of somebody who does not run just now.
	found=$(blkid -p -o value -s TYPE -s PTTYPE "/dev/$disk" 2>&1)
	case $? in
	0) echo "has ${found:-something} on it: see wipefs(8)" ;;
	2) ;;
	*) echo "has something on it that blkid does not make out: $found" ;;
	esac
}

[ "$(id -u)" = 0 ] || refuse "must be root"
[ -r /sys/module/scsi_mod/parameters/multipath ] ||
	refuse "this kernel has no SCSI multipath"
[ -e "$device/multipath/wwid" ] || refuse "$disk is no logical unit with paths"
for program in fio dd awk sg_reset blkid; do
	command -v $program >/dev/null || refuse "needs $program"
done
nr_paths=$(paths | wc -l)
[ "$nr_paths" -ge 2 ] || refuse "$disk has $nr_paths path; two are needed"
well_is "$nr_paths" || refuse "of $nr_paths paths $(well) are in order; all should be"
[ "$(serving)" -ge 1 ] || refuse "no path of $disk serves it: all are in standby or the like"
wwid=$(cat "$device/multipath/wwid")
# Better now than after all of it.
if [ -e "$report" ]; then
	[ -f "$report" ] && [ -w "$report" ]
else
	[ -w "$(dirname "$report")" ]
fi || refuse "$report cannot be written"

# --- consent ------------------------------------------------------------------------

echo "$disk, $wwid, $(cat "$device/vendor") $(cat "$device/model"), $nr_paths paths:"
for path in $(paths); do
	echo "    $path"
done
if [ -n "$destructive" ]; then
	use=$(used_by)
	[ -z "$use" ] || refuse "$disk is in use: $use"
	cat <<-END
	It is written all over. ALL DATA ON IT ARE LOST. While it is written each path is
	taken out of use, then deleted and found anew by a scan of its target; the logical
	unit is reset. Other logical units of the same target may see the reset.
	END
	word="destroy $wwid"
else
	cat <<-END
	It is only read. While it is read each path is taken out of use for $pace s, one at
	a time, and brought back: meanwhile the other paths carry the I/O of all who use it.
	END
	word="read $wwid"
fi
printf 'If that is what you want, type this: %s\n> ' "$word"
read -r answer || answer=
[ "$answer" = "$word" ] || refuse "not done"
trap cleanup EXIT

# --- what is shown ------------------------------------------------------------------

n=0 failed=0
say() {
	echo "$*" | tee -a "$work/report"
}

# ok TEXT COMMAND...
ok() {
	text=$1
	shift
	n=$((n + 1))
	if "$@" >"$work/out" 2>&1; then
		say "ok $n - $text"
	else
		failed=$((failed + 1))
		say "not ok $n - $text"
		sed 's/^/# /' "$work/out" | tee -a "$work/report"
	fi
}

# within SECONDS COMMAND...
within() {
	end=$(($(date +%s) + $1))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt $end ] || return 1
		sleep 0.2
	done
}

# A load until load_ends; it stops at its first error.
load_begins() {
	rm -f "$work/enough"
	fio --name=site --filename="/dev/$disk" --direct=1 --ioengine=libaio --iodepth=16 \
		--bsrange=4k-256k --blockalign=4k --time_based --runtime=24h \
		--trigger-file="$work/enough" --eta=never "$@" >"$work/fio" 2>&1 &
	load=$!
	sleep "$pace"
}

load_is_well() {
	kill -0 $load
}

load_ends() {
	ok "$1: the load has gone on" load_is_well
	touch "$work/enough"
	wait $load
	status=$?
	load=
	grep -q 'err= 0' "$work/fio" || status=1
	ok "$1: it had no error" sh -c "[ $status = 0 ] || { cat '$work/fio'; exit 1; }"
}

# issued PATH: commands so far
carries() {
	before=$(of "$1" issued)
	within 30 sh -c "[ \"\$(cat /sys/bus/scsi/devices/$1/path/issued)\" -gt $((before + 4)) ]"
}

others_carry() {
	for other in $(paths); do
		[ "$other" = "$1" ] || [ "$(of "$other" state)" = 3 ] || ! carries_now "$other" || return 0
	done
	return 1
}

carries_now() {
	before=$(of "$1" issued)
	sleep 2
	[ "$(of "$1" issued)" -gt "$before" ]
}

out_and_back() {
	for path in $(paths); do
		start=$(date +%s)
		echo 3 >"/sys/bus/scsi/devices/$path/path/state"
		ok "$1: $path is out of use" within 10 well_is $((nr_paths - 1))
		ok "$1: others carry the load" within 30 others_carry "$path"
		sleep "$pace"
		ok "$1: the load goes on" load_is_well
		echo 1 >"/sys/bus/scsi/devices/$path/path/state"
		ok "$1: $path is back" within 30 well_is "$nr_paths"
		say "# $path: out and back in $(($(date +%s) - start)) s, of which $pace are a pause"
	done
}

# --- tests --------------------------------------------------------------------------

if [ -n "$(command -v scsi-multipath)" ]; then
	scsi-multipath -e 0 "$disk" | sed 's/^/# /' >>"$work/report"
else
	sed 's/^/# /' "$device/multipath/status" >>"$work/report"
fi
say "# kernel $(uname -r), $(cat "$device/multipath/iopolicy")"

ok "each path tells the identity" sh -c \
	"for path in $(paths | paste -s -d ' '); do cat /sys/bus/scsi/devices/\$path/wwid; done | uniq | wc -l | grep -qx 1"
load_begins --rw=randread
out_and_back "read"
load_ends "read"

if [ -n "$destructive" ]; then
	load_begins --rw=randrw --verify=crc32c --verify_fatal=1 --do_verify=1 \
		--verify_backlog=64 --serialize_overlap=1 --size="${SITE_SIZE:-1g}"
	out_and_back "write"
	for path in $(paths); do
		gone=$path
		echo 1 >"/sys/bus/scsi/devices/$path/delete"
		ok "write: $path is deleted" within 60 well_is $((nr_paths - 1))
		sleep "$pace"
		scan "$path"
		gone=
		ok "write: $path is found anew" within 60 well_is "$nr_paths"
	done
	ok "write: the logical unit is reset" sg_reset -N -d "/dev/$disk"
	ok "write: all paths are in order after it" within 60 well_is "$nr_paths"
	sleep "$pace"
	load_ends "write"
fi
ok "no error of I/O in the kernel's log" sh -c "! dmesg | grep -E 'I/O error, dev $disk,'"
say "1..$n"
say "# $failed of $n failed"

# --- the report ---------------------------------------------------------------------

# Names of this site: the machine's, the disk's and those of ports.
sed -e "s/$(uname -n)/HOST/g" \
	-e 's/\(naa\|eui\|uuid\|name\|sn\)\.[^ ]*/WWID/g' \
	-e 's/\(iqn\|naa\|eui\)\.[^ ]*/PORT/g' -e 's/0x[0-9a-f]\{16\}/PORT/g' \
	-e 's/\([0-9]\{1,3\}\.\)\{3\}[0-9]\{1,3\}/ADDRESS/g' "$work/report" >"$report" ||
	refuse "$report cannot be written"
echo "The report is in $report."
[ $failed = 0 ]
