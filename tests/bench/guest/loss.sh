# SPDX-License-Identifier: GPL-2.0
# A path is lost with 32 commands in flight: errors above (the load stops at the
# first), the longest completion, and how long until the throughput is back. On
# the guest's clock.
# guest: cpus=1 memory=1024
# qemu: -icount shift=0,sleep=off
. ./measure.sh

lost_at=2	# seconds into the load

# scenario NAME SECONDS COLUMN
scenario() {
	progress "failover, $3, $1"
	load_start "$2" --iodepth=32 --size=64m
	load_has_run $lost_at
	lose "$1"
	load_end
	result failover "$1" "$3" "$(first_error)" errno
	result failover "$1" "$3" "$(longest_ms $lost_at)" "ms longest"
	result failover "$1" "$3" "$(recovered_ms $lost_at)" "ms to 95 %"
}

lose() {
	hctl=$(basename "$(ls -d /sys/devices/pseudo_0/adapter0/host*/target*/[0-9]*:*)")
	host=${hctl%%:*}
	device=/sys/bus/scsi/devices/$hctl
	case $1 in
	deleted)
		echo 1 >"$device/delete" ;;
	offline)
		echo offline >"$device/state" ;;
	"host removed")
		echo -1 >$SDEBUG/add_host ;;
	DID_NO_CONNECT)
		inject_host_byte "$hctl" 2 28 1 ;;
	"blocked 5 s")
		echo "$host" >/sys/module/scsi_block_target/parameters/block
		sleep 5
		echo "$host" >/sys/module/scsi_block_target/parameters/unblock ;;
	"blocked, fast_io_fail 5 s")
		echo "$host" >/sys/module/scsi_block_target/parameters/block
		sleep 5
		echo "$host" >/sys/module/scsi_block_target/parameters/fail ;;
	"no answer")
		inject "$hctl" "0 2 28" ;;
	esac
}

# scenarios COLUMN UP DOWN
scenarios() {
	for scenario in deleted offline "host removed" DID_NO_CONNECT "blocked 5 s" \
			"blocked, fast_io_fail 5 s" "no answer"; do
		case $scenario in
		"no answer") seconds=120 ;;
		*) seconds=10 ;;
		esac
		$2
		scenario "$scenario" $seconds "$1"
		$3
	done
}

# 10 ms a command: 32 in flight wait for the device, not for the CPU.
debug_up() {
	hosts_up "$1" max_luns=1 dev_size_mb=64 ndelay=10000000
}

single_up() { debug_up 1; disk=/dev/sda; }
single_down() { hosts_down; }
lu_up() {
	debug_up 2
	within 20 nr_paths_is 2 || bail_out "no second path"
	echo rr >/sys/block/sda/device/multipath/iopolicy
	disk=/dev/sda
}
lu_down() { hosts_down; }
mp_up() {
	debug_up 2
	within 20 disk_is_there sdb || bail_out "no sdb"
	dm_up rq round-robin sda sdb
	disk=/dev/mapper/mp
}
mp_down() { dm_down; hosts_down; }

modprobe scsi_block_target || bail_out "no scsi_block_target"
if [ -n "$claimed" ]; then
	scenarios "LU, RR, 2 paths" lu_up lu_down
else
	scenarios "single path" single_up single_down
	scenarios "dm rq round-robin" mp_up mp_down
fi

finish
