# SPDX-License-Identifier: GPL-2.0
# Gray failures: what a path that is much slower than its siblings, or fails now and then,
# costs if it is used all the same, and if it is not; how long it takes to find it out; and
# how far apart paths that are alike are measured, of which none must be found out.
# guest: cpus=1 memory=1024
# qemu: -icount shift=0,sleep=off
. ./measure.sh

PARAMS=/sys/module/scsi_mod/parameters
LATE=/sys/module/scsi_late/parameters
LU=/sys/block/sda/device/multipath
disk=/dev/sda
window=2	# seconds; three make a time

# up HOSTS
up() {
	modprobe scsi_late hosts="$1" || bail_out "scsi_late"
	within 30 disk_is_there sda || bail_out "no sda"
	within 30 nr_paths_is "$1" || bail_out "not $1 paths"
	udev_is_done
	echo rr >$LU/iopolicy
}

down() {
	within 60 rmmod scsi_late || bail_out "scsi_late stays"
	within 20 test ! -e /dev/sda || bail_out "sda stays"
}

# options SECONDS [DEPTH]: those of fio, for a load of so many commands at a time
options() {
	echo "--name=load --filename=$disk --direct=1 --disk_util=0
		--ioengine=io_uring --rw=randread --bs=4k --norandommap
		--iodepth=${2:-16} --size=32m --time_based --runtime=$1 --thread
		--eta=never --output-format=terse --terse-version=3"
}

# load_begins SECONDS [DEPTH], at most; load_ends
load_begins() {
	# shellcheck disable=SC2046 # a list
	fio $(options "$@") >/dev/null 2>&1 &
	load_pid=$!
}

load_ends() {
	kill $load_pid
	wait $load_pid 2>/dev/null
}

# measured ROW COLUMN: the mean, and what 99 in 100 do not exceed, in us; and the rate
measured() {
	# shellcheck disable=SC2046 # a list
	fio $(options 10) >/tmp/terse
	result gray "$1" "$2" "$(cut -d ';' -f 16 /tmp/terse | cut -d . -f 1)" "us mean"
	result gray "$1" "$2" "$(tr ';' '\n' </tmp/terse | sed -n 's/^99.000000%=//p' | head -1)" "us 99 %"
	result gray "$1" "$2" "$(cut -d ';' -f 8 /tmp/terse)" IOPS
}

nr_marginal() {
	grep -l '^yes' /sys/bus/scsi/devices/*/path/marginal | wc -l
}

one_is_marginal() {
	[ "$(nr_marginal)" = 1 ]
}

# worse ROW PARAMETER VALUES: one path of four, kept in use and not
worse() {
	progress "$1"
	echo 0 >$LU/demote_outliers
	echo "$3" >"$LATE/$2"
	measured "$1" kept
	echo 1 >$LU/demote_outliers
	begin=$(now)
	load_begins 60
	within 50 one_is_marginal || bail_out "$1: not found out"
	result gray "$1" demoted $(($(now) - begin)) "s until then"
	load_ends
	measured "$1" demoted
	echo 0 >$LU/demote_outliers
	echo 0,0,0,0 >$LATE/errors
	echo 10000,10000,10000,10000 >$LATE/latency_us
}

# Three windows are as many looks as with the default, and a tenth of the time.
echo $((3 * window)) >$PARAMS/path_outlier_time
echo 3600 >$PARAMS/path_marginal_time
up 4
echo 10000,10000,10000,10000 >$LATE/latency_us
echo 0 >$LU/demote_outliers
measured "four paths of 10 ms" kept
worse "one of them takes 200 ms" latency_us 10000,10000,10000,200000
worse "one of them takes 60 ms" latency_us 10000,10000,10000,60000
worse "one in 20 fails on one" errors 0,0,0,20

# What is not so slow that it is found out, and what that costs.
borne() {
	progress "$1"
	echo 0 >$LU/demote_outliers
	echo "$3" >"$LATE/$2"
	measured "$1" kept
	slow=$(cd /sys/block/sda/device/paths && echo ./* | sed 's/.* //')
	echo yes >"/sys/block/sda/device/paths/$slow/path/marginal"
	measured "$1" demoted
	echo auto >"/sys/block/sda/device/paths/$slow/path/marginal"
	echo 10000,10000,10000,10000 >$LATE/latency_us
}
borne "one of them takes 30 ms" latency_us 10000,10000,10000,30000
down

# of_windows AWK: of the windows, the ratio of the slowest path to half of the others
of_windows() {
	awk "NF > 1 { others = \$(int(NF / 2))
		ratio = others ? 100 * \$NF / others : 0
		$1
		if (figure > most) most = figure }
		END { printf \"%d\", most }" /tmp/windows
}

# alike HOSTS DEPTH JITTER: how far the slowest is above the others in a window, and in
# each of three in a row, at most; and how many were found out
alike() {
	row="alike, $1 paths $2 deep up to $3 ms more"
	progress "$row"
	up "$1"
	echo 10000,10000,10000,10000 | cut -d , -f "1-$1" >$LATE/latency_us
	echo "${3}000,${3}000,${3}000,${3}000" | cut -d , -f "1-$1" >$LATE/jitter_us
	load_begins 150 "$2"
	sleep $((2 * window))
	end=$(($(now) + 60 * window))
	while [ "$(now)" -lt $end ]; do
		sleep 0.5
		cat /sys/bus/scsi/devices/*/path/latency_us | sort -n | tr '\n' ' '
		echo
	done | uniq >/tmp/windows
	result gray "$row" kept "$(of_windows "figure = ratio")" "% in a window"
	result gray "$row" kept "$(of_windows "figure = ratio < last ? ratio : last
		figure = figure < before ? figure : before
		before = last; last = ratio")" "% in three"
	result gray "$row" kept "$(nr_marginal)" marginal
	load_ends
	down
}

alike 2 16 0
alike 2 16 20
alike 2 16 100
alike 4 16 20
alike 4 2 20
finish
