# SPDX-License-Identifier: GPL-2.0
# Which path a command takes: round-robin is even, last path used stays, and the
# policy can be changed under load. Requests merge above the choice of path.
# guest: cpus=4
# append: scsi_mod.iopolicy=rr
. ./lib.sh
plan 17

LU=/sys/block/sda/device/multipath
POLICY=$LU/iopolicy

snapshot() {
	for path in $(path_devices); do
		echo "$path $(path_issued "$path")"
	done >"/tmp/$1"
}

# deltas: commands per path between the snapshots before and after
deltas() {
	join_columns=$(awk 'NR == FNR { b[$1] = $2; next } { print $2 - b[$1] }' \
		/tmp/before /tmp/after)
	echo $join_columns
}

# spread: how far the busiest and the idlest path are apart, in permille
spread() {
	deltas | tr ' ' '\n' | awk 'NR == 1 { min = max = $1 }
		{ if ($1 < min) min = $1; if ($1 > max) max = $1; sum += $1 }
		END { print int((max - min) * 1000 / (sum / NR)) }'
}

# requests COUNT [OPTION...]
requests() {
	count=$1
	shift
	fio --name=load --filename=/dev/sda --direct=1 --ioengine=io_uring \
		--rw=randread --bs=4k --iodepth=8 --numjobs=4 --eta=never \
		--number_ios=$((count / 4)) --group_reporting "$@" \
		>/tmp/fio.out 2>&1
}

one_lu 4 max_luns=1 dev_size_mb=64
is "boot parameter" "$(policy_of $LU)" round-robin
is "all are listed" "$(tr -d "[]" <$POLICY)" \
	"last-path round-robin queue-depth service-time weighted"
is "module parameter" "$(cat /sys/module/scsi_mod/parameters/iopolicy)" round-robin

snapshot before
ok "rr: load" requests 8000
snapshot after
echo "# rr: $(deltas)"
ok "rr: spread within 1 %" test "$(spread)" -le 10

# A path that is out gets nothing, the others stay even.
out=$(first_path)
paths_write "$out" 3
snapshot before
requests 6000
snapshot after
echo "# rr without $out: $(deltas)"
is "rr: nothing on a disabled path" "$(deltas | cut -d' ' -f1)" 0
sed -i "/^$out /d" /tmp/before /tmp/after
ok "rr: the rest within 1 %" test "$(spread)" -le 10
paths_write "$out" 1

# Weights form ranks: only the best carries I/O.
echo 5 >"/sys/bus/scsi/devices/$out/path/weight"
snapshot before
requests 6000
snapshot after
is "weight: nothing on the worse rank" "$(deltas | cut -d' ' -f1)" 0
echo 0 >"/sys/bus/scsi/devices/$out/path/weight"

ok "lpu: set at run time" sh -c "echo lpu >$POLICY"
is "lpu: shown" "$(policy_of $LU)" last-path
snapshot before
requests 4000
snapshot after
echo "# lpu: $(deltas)"
is "lpu: one path has it all" "$(deltas | tr ' ' '\n' | grep -vc '^0$')" 1

fails "a policy that is not there" sh -c "echo quantum >$POLICY"
is "and nothing changed" "$(policy_of $LU)" last-path

fio_start
for i in 1 2 3 4 5 6 7 8 9 10; do
	echo rr >$POLICY
	sleep 0.4
	echo lpu >$POLICY
	sleep 0.4
done
fio_ok "changed back and forth under load"

# Sequential 4 KiB writes through a scheduler reach the paths as large ones.
echo rr >$POLICY
ok "scheduler" sh -c 'echo mq-deadline >/sys/block/sda/queue/scheduler'
snapshot before
ok "sequential buffered writes" sh -c \
	'dd if=/dev/zero of=/dev/sda bs=4k count=8192 2>/dev/null && sync'
snapshot after
total=$(deltas | tr ' ' '\n' | awk '{ sum += $1 } END { print sum }')
echo "# 8192 blocks as $total commands: $(deltas)"
ok "at least 16 blocks to a command" test "$total" -le 512
finish
