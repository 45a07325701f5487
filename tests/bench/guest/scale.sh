# SPDX-License-Identifier: GPL-2.0
# Many logical units on four hosts each: how long until they are there, what an I/O
# costs among them, and how long until all are back at full rate when a host dies.
# guest: cpus=1 memory=4096
# qemu: -icount shift=0,sleep=off
without_sg=1
. ./measure.sh

nanoseconds() {
	/bin/date +%s%N
}

nr_disks() {
	set -- /sys/block/sd*
	[ -e "$1" ] || set --
	echo $#
}

# all_there LUS HOSTS: announced, and their size is known
all_there() {
	if [ -n "$claimed" ]; then
		[ "$(nr_disks)" = "$1" ] && [ "$(nr_paths)" = $(($1 * $2)) ]
	else
		[ "$(nr_disks)" = $(($1 * $2)) ]
	fi
}

# up LUS HOSTS SCSI_DEBUG-OPTION...
up() {
	up_lus=$1 up_hosts=$2
	shift 2
	load_debug "$up_hosts" max_luns="$up_lus" dev_size_mb=16 "$@"
	within 600 all_there "$up_lus" "$up_hosts" || bail_out "not all there"
}

no_disks() {
	[ "$(nr_disks)" = 0 ]
}

# While disks are still being probed the module is in use.
down() {
	within 300 rmmod scsi_debug || bail_out "scsi_debug stays"
	within 300 no_disks || bail_out "disks stay"
}

# As many disks as there are logical units; more are too many for fio's option.
some_disks() {
	find /sys/block -name 'sd*' | sort | head -n "$1" |
		sed 's|/sys/block/|/dev/|' | paste -s -d : -
}

for lus in 1 16 64 256; do
	progress "scale, $column, $lus on 4 hosts"
	begin=$(nanoseconds)
	up $lus 4 fake_rw=1 host_max_queue=128
	end=$(nanoseconds)
	result scale "$lus LUs x 4 hosts: scan" "$column" \
		$(((end - begin) / 1000000)) ms
	case $lus in
	1 | 256)
		sleep 5
		disk=$(some_disks $lus)
		result scale "$lus LUs x 4 hosts: randread 4k qd32" "$column" \
			"$(per_io 4000 12000 --direct=1 --rw=randread --bs=4k \
				--norandommap --iodepth=32 --size=8m --io_size=1g \
				--file_service_type=roundrobin)" instructions ;;
	esac
	down
done

# A host dies under load on all of them; 10 ms a command.
if [ -n "$claimed" ]; then
	for lus in 16 256; do
		progress "scale, $column, a host of $lus LUs dies"
		up $lus 4 ndelay=10000000
		for policy in /sys/block/sd*/device/multipath/iopolicy; do
			echo rr >"$policy"
		done
		disk=$(some_disks $lus)
		load_start 8 --iodepth=$lus --file_service_type=roundrobin --size=8m
		load_has_run 3
		echo -1 >$SDEBUG/add_host
		load_end
		result scale "a host of $lus LUs dies" "$column" \
			"$(first_error)" errno
		result scale "a host of $lus LUs dies" "$column" "$(longest_ms 3)" "ms longest"
		result scale "a host of $lus LUs dies" "$column" \
			"$(recovered_ms 3)" "ms to 95 %"
		down
	done
fi

finish
