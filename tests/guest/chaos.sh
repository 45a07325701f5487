# SPDX-License-Identifier: GPL-2.0
# Random faults on random paths of 8 disks over 4 hosts, under verifying loads and
# a file system. At any time one host is left alone, so nothing may be seen above.
# The kernel's command line can give chaos_minutes=N and chaos_seed=N, and with
# chaos_turnover=1 logical units come and go beside those.
# guest: cpus=4 memory=3072 seconds=900
# append: kmemleak=on
. ./lib.sh
turnover=$(setting chaos_turnover)
turnover=${turnover:-0}
plan $((13 + 2 * turnover))

minutes=$(setting chaos_minutes)
minutes=${minutes:-4}
seed=$(setting chaos_seed)
# As a test it is the same each time; make soak takes another seed each time.
seed=${seed:-54424}
echo "# seed $seed, $minutes minutes"

modprobe scsi_block_target || bail_out "scsi_block_target"
# All disks share one store: each load has a part of it to itself.
nr_disks=$((8 + turnover))
load_debug 4 max_luns=$nr_disks dev_size_mb=256 inq_product=chaos
within 60 nr_disks_is $nr_disks || bail_out "not $nr_disks disks"
within 60 nr_paths_is $((4 * nr_disks)) || bail_out "not $((4 * nr_disks)) paths"
for disk in /sys/block/sd*; do
	echo rr >"$disk/device/multipath/iopolicy"
	echo 2 >"$disk/device/multipath/attempt_timeout"
	echo 6 >"$disk/device/timeout"
done

# Not all that the disks can do: faults take CPU time as well.
part=0
pids=
for disk in a b c d e f g; do
	fio --name="load$disk" --filename=/dev/sd$disk --direct=1 \
		--ioengine=io_uring --rw=randrw --bsrange=4k-64k --blockalign=4k \
		--iodepth=4 --rate_iops=30,30 --offset=$((part * 32))m --size=32m \
		--serialize_overlap=1 --verify=crc32c --verify_fatal=1 \
		--do_verify=1 --verify_backlog=32 \
		--time_based --runtime=$((minutes * 60)) --eta=never \
		>/tmp/load$disk.out 2>&1 &
	pids="$pids $!"
	part=$((part + 1))
done

loop=$(losetup -f)
losetup -o $((224 << 20)) "$loop" /dev/sdh || bail_out "losetup"
mkfs.ext4 -q -F -E nodiscard "$loop" 28m || bail_out "mkfs.ext4"
mount -t ext4 -o errors=panic "$loop" /mnt || bail_out "mount"
files() {
	i=0
	while [ ! -e /tmp/stop ]; do
		i=$((i + 1))
		dd if=/dev/urandom of=/mnt/a bs=64k count=16 conv=fsync 2>/dev/null &&
		cp /mnt/a /mnt/b && sync &&
		echo 1 >/proc/sys/vm/drop_caches && cmp /mnt/a /mnt/b || return 1
	done
}
files >/tmp/files.out 2>&1 &
files_pid=$!

# Logical units that come and go, whatever befalls their hosts meanwhile. One is deleted
# with all its paths, and found again; another one's hosts go, and come when it still
# waits for them, or is being removed, or is gone. Both are read all the time.
ninth() {
	readlink -f /sys/bus/scsi/devices/*:0:0:8/path/lu | head -1
}

of_late() {
	readlink -f "$(grep -ls '^TEST' /sys/block/sd*/device/vendor | head -1)"
}

read_for_ever() {
	while [ ! -e /tmp/no_turnover ]; do
		nodes=$(ls "$(ninth)/block" "$(dirname "$(of_late)")/block")
		for node in $nodes; do
			dd if="/dev/$node" of=/dev/null bs=64k count=64 iflag=direct
		done
		sleep 0.1
	done 2>/dev/null
}

come_and_go() {
	turns=0
	while [ ! -e /tmp/no_turnover ]; do
		echo 1 >"$(ninth)/delete"
		modprobe scsi_late hosts=3
		for host in /sys/bus/pseudo/devices/adapter*/host*; do
			echo "0 0 8" >"/sys/class/scsi_host/$(basename "$host")/scan"
		done
		sleep 1
		echo $((turns % 3)) >"$(dirname "$(of_late)")/multipath/no_path_timeout"
		rmmod scsi_late && [ -e "$(ninth)/delete" ] && turns=$((turns + 1))
		sleep $((turns % 4))
	done 2>/dev/null
	echo $turns >/tmp/turns
}

if [ "$turnover" = 1 ]; then
	read_for_ever &
	reader=$!
	come_and_go &
	turner=$!
fi

# The plan: HOST FAULT LUN OPCODE, all from the seed. The host left alone changes
# with each round of ten.
plan_of() {
	awk -v seed="$seed" -v n="$1" 'BEGIN {
		srand(seed)
		split("offline delete inject noanswer noabort block giveup disable " \
		      "attention reset weight policy hostgone", fault, " ")
		split("1 7 e f 2 3 b", byte, " ")
		for (i = 0; i < n; i++) {
			safe = int(i / 10) % 4
			do host = int(rand() * 4); while (host == safe)
			print host, fault[1 + int(rand() * 13)], int(rand() * 8), \
				rand() < 0.5 ? "28" : "2a", byte[1 + int(rand() * 7)]
		}
	}'
}

# Host numbers, in the order in which scsi_debug has made the hosts.
host_number() {
	set -- $(find /sys/devices/pseudo_0 -maxdepth 2 -name 'host*' |
		sort -t r -k 3 | sed 's/.*host//') "" "" "" ""
	eval echo "\${$((victim + 1))}"
}

fault() {
	victim=$1 what=$2 lun=$3 opcode=$4 byte=$5
	host=$(host_number)
	[ -n "$host" ] || return 0
	path=$host:0:0:$lun
	device=/sys/bus/scsi/devices/$path
	[ -d "$device/path" ] || return 0
	case $what in
	offline)
		echo offline >"$device/state"
		sleep 1
		echo running >"$device/state" ;;
	delete)
		echo 1 >"$device/delete"
		sleep 1
		echo "- - -" >/sys/class/scsi_host/host"$host"/scan ;;
	inject)
		inject_host_byte "$path" -6 "$opcode" "$byte" ;;
	noanswer)
		inject "$path" "0 -3 $opcode" ;;
	noabort)
		inject "$path" "3 -1 $opcode"
		inject "$path" "0 -1 $opcode" ;;
	block)
		echo "$host" >/sys/module/scsi_block_target/parameters/block
		sleep 2
		echo "$host" >/sys/module/scsi_block_target/parameters/unblock ;;
	giveup)
		echo "$host" >/sys/module/scsi_block_target/parameters/block
		sleep 1
		echo "$host" >/sys/module/scsi_block_target/parameters/fail
		sleep 1
		echo "$host" >/sys/module/scsi_block_target/parameters/unblock ;;
	disable)
		echo 3 >"$device/path/state"
		sleep 1
		echo 1 >"$device/path/state" ;;
	attention)
		inject "$path" "2 -1 $opcode 0 0 2 6 3f e" ;;
	reset)
		sg_reset --device --no-escalate /dev/sg"$lun" ;;
	weight)
		echo 1 >"$device/path/weight"
		sleep 1
		echo 0 >"$device/path/weight" ;;
	policy)
		for policy in lpu rr; do
			echo $policy >"$device/path/lu/multipath/iopolicy"
			sleep 0.2
		done ;;
	hostgone)
		# The last one that was added; only when it is not the safe one.
		[ "$victim" = 3 ] || return 0
		echo -1 >$SDEBUG/add_host
		sleep 1
		echo 1 >$SDEBUG/add_host ;;
	esac 2>/dev/null
	return 0
}

end=$(($(now) + minutes * 60 - 15))
plan_of $((minutes * 120)) >/tmp/plan
faults=0
while read -r victim what lun opcode byte; do
	[ "$(now)" -lt $end ] || break
	fault "$victim" "$what" "$lun" "$opcode" "$byte"
	faults=$((faults + 1))
done </tmp/plan
echo "# $faults faults"
ok "many faults" test $faults -ge $((minutes * 10))

set -- a b c d e f g
for pid in $pids; do
	wait "$pid"
	status=$?
	[ $status = 0 ] || sed 's/^/# fio: /' "/tmp/load$1.out" | tail -n 8
	report $status "load on sd$1: no error, data verified"
	shift
done
touch /tmp/stop /tmp/no_turnover
wait $files_pid
status=$?
[ $status = 0 ] || sed 's/^/# /' /tmp/files.out
report $status "files: what was written is read back"
ok "the file system is unmounted" umount /mnt
ok "and clean" e2fsck -f -n "$loop"
losetup -d "$loop"
if [ "$turnover" = 1 ]; then
	within 120 sh -c "! kill -0 $reader && ! kill -0 $turner" ||
		bail_out "those that come and go do not end"
	echo "# $(cat /tmp/turns) turns"
	ok "logical units have come and gone" \
		test "$(cat /tmp/turns)" -ge $(((minutes + 3) / 4))
	within 30 nr_disks_is $nr_disks
	is "and what is to be there is" "$(find /sys/block -name 'sd*' | wc -l)" $nr_disks
fi

in_d_state() {
	ps -o stat,args | grep '^D' | grep -v grep
}
none_in_d_state() {
	! in_d_state
}
ok "no task hangs" within 30 none_in_d_state
ok "nothing leaks" no_leaks
finish
