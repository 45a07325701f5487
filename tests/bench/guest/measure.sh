# SPDX-License-Identifier: GPL-2.0
# What the guests of the benchmark share. One virtual CPU and QEMU's -icount:
# an instruction of the guest is a nanosecond of its clock.
. ./lib.sh

# A line on the serial console holds up the one CPU for as long as a command takes.
echo 1 >/proc/sys/kernel/printk

# A logical unit goes with its last path, so that the next one is a new one.
[ ! -e /sys/module/scsi_mod/parameters/no_path_timeout ] ||
	echo 0 >/sys/module/scsi_mod/parameters/no_path_timeout

# Are devices claimed? That is the name of the column, for guests that run with and
# without.
claimed=
case $(cat /sys/module/scsi_mod/parameters/multipath 2>/dev/null) in
auto | always) claimed=1 ;;
esac
column=${claimed:+LUs}
column=${column:-plain}

# A result: part, row, column, value, unit; tests/bench/run.sh collects them.
result() {
	printf '= %s\t%s\t%s\t%s\t%s\n' "$@"
}

# progress TEXT: shown while the guest runs
progress() {
	echo "> $*"
}

# ran_for FIO-OPTION...: nanoseconds that a job of fio took, without its start
ran_for() {
	(cd /tmp && fio --name=job --filename="$disk" --ioengine=io_uring \
		--thread --disable_lat=1 --disable_clat=1 --disable_slat=1 --disk_util=0 \
		--exec_prerun='/bin/date +%s%N' --exec_postrun='/bin/date +%s%N' \
		--output=/tmp/job.out --eta=never "$@") >/dev/null ||
		bail_out "fio $*"
	echo $(($(cat /tmp/job.postrun.txt) - $(cat /tmp/job.prerun.txt)))
}

# per_io FEW MANY FIO-OPTION...: instructions for each I/O. What does not grow
# with the number of I/Os cancels out between a short run and a long one.
per_io() {
	few=$1 many=$2
	shift 2
	ran_for --number_ios=100 "$@" >/dev/null
	short=$(ran_for --number_ios="$few" "$@")
	long=$(ran_for --number_ios="$many" "$@")
	echo $(((long - short) / (many - few)))
}

# One disk for columns that have one; "$@" goes to scsi_debug.
hosts_up() {
	load_debug "$@"
	within 60 disk_is_there sda || bail_out "no sda"
	udev_is_done
}

# plain_up HOSTS SCSI_DEBUG-OPTION...: disks that are left alone, because they
# are too old to say who they are, and else as they would be
plain_up() {
	hosts_up "$@" scsi_level=3
	for plain_disk in /sys/block/sd*; do
		echo 0 >"$plain_disk/queue/rotational"
		echo 0 >"$plain_disk/queue/add_random"
	done
}

# Nothing else runs any more: the scan is over, its work is done.
udev_is_done() {
	sleep 1
}

hosts_down() {
	within 60 rmmod scsi_debug || bail_out "scsi_debug stays"
	within 20 test ! -e /dev/sda || bail_out "sda stays"
}

# dmsetup makes the device nodes itself.
export DM_DISABLE_UDEV=1

# dm_up MODE SELECTOR DISK...: device-mapper's multipath as /dev/mapper/mp
dm_up() {
	mode=$1 selector=$2
	shift 2
	paths=
	for dm_disk; do
		paths="$paths $(cat "/sys/block/$dm_disk/dev") 1"
	done
	dmsetup create mp --table "0 $(blockdev --getsz "/dev/$1") multipath \
3 queue_if_no_path queue_mode $mode 0 1 1 $selector 0 $# 1$paths" ||
		bail_out "dmsetup"
	within 10 test -b /dev/mapper/mp || bail_out "no /dev/mapper/mp"
}

dm_down() {
	dmsetup remove mp || bail_out "mp stays"
}

# --- a load under which a path is lost

# load_start SECONDS FIO-OPTION...: random reads of $disk in the background; their rate
# and the longest completion are logged each 100 ms. Before SECONDS comes one in which
# they are not, as the load begins.
load_start() {
	load_seconds=$1
	shift
	rm -f /tmp/rate_iops.1.log /tmp/lat_clat.1.log
	(cd /tmp && exec fio --name=load --filename="$disk" --direct=1 --disk_util=0 \
		--ioengine=io_uring --rw=randread --bs=4k --norandommap --thread \
		--time_based --ramp_time=1 --runtime="$load_seconds" --eta=never \
		--log_avg_msec=100 --log_max_value=1 --write_iops_log=/tmp/rate \
		--write_lat_log=/tmp/lat --output-format=json \
		--output=/tmp/load.json "$@" >/dev/null 2>&1) &
	load_pid=$!
}

# load_has_run SECONDS: that count
load_has_run() {
	sleep $(($1 + 1))
}

load_end() {
	wait $load_pid
}

# The errno that ended the load, 0 if none did.
first_error() {
	sed -n 's/.*"error" : \([0-9]*\).*/\1/p' /tmp/load.json | head -1
}

# longest_ms SECONDS: from a second before the loss, so long into the load, to the end
# of it. What is in flight then fio collects when it has the time.
longest_ms() {
	awk -F '[, ]+' -v begin=$((($1 - 1) * 1000)) -v end=$((load_seconds * 1000)) '
		$1 > begin && $1 <= end && $2 > longest { longest = $2 }
		END { printf "%.3f", longest / 1e6 }' /tmp/lat_clat.1.log
}

# recovered_ms SECONDS: from the loss, so long into the load, until a sample has
# 95 % of the rate before it
recovered_ms() {
	awk -F '[, ]+' -v lost=$(($1 * 1000)) '
		$1 > 500 && $1 <= lost { sum += $2; n++ }
		$1 > lost && n { if (!back && $2 < 0.95 * sum / n) down = 1
			if (!back && $2 >= 0.95 * sum / n && $1 > lost + 100) back = $1 }
		END { print back ? (back - 100 > lost ? back - 100 - lost : 0) : "never" }' \
		/tmp/rate_iops.1.log
}
