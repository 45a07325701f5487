# SPDX-License-Identifier: GPL-2.0
# A host is removed under load, one path after the other, and for each one waits until its
# commands are done. Those whose turn is yet to come get no more: else each of them has
# commands that have just begun, and the removal takes as long as all together.
# guest: cpus=2 memory=1024 clock=virtual
. ./lib.sh
plan 4

NR=8

# left: the paths that the host still has, and how many commands each has got
left() {
	for issued in /sys/class/scsi_host/"$host"/device/target*/*/path/issued; do
		got=$(cat "$issued" 2>/dev/null) && echo "$issued $got"
	done
}

all_have_some() {
	[ "$(cat /sys/bus/scsi/devices/*/path/../device_busy | grep -vc '^0$')" = $((2 * NR)) ]
}

# nothing_is_sent: between two looks, of which the first is kept
nothing_is_sent() {
	left >/tmp/at_first
	sleep 0.2
	left | cmp -s - /tmp/at_first
}

is_being_removed() {
	host=$(grep -lE 'cancel|deleted' /sys/class/scsi_host/*/state | cut -d / -f 5)
	[ -n "$host" ]
}

load_debug 2 max_luns=$NR dev_size_mb=8
within 60 nr_paths_is $((2 * NR)) || bail_out "paths"
within 60 nr_disks_is $NR || bail_out "disks"
files=
for disk in /sys/block/sd*; do
	echo round-robin >"$disk/device/multipath/iopolicy"
	echo 0 >"$disk/device/multipath/attempt_timeout"
	files=$files:/dev/${disk##*/}
done
# In jiffies of a kernel with HZ=250: 10 s
echo 2500 >$SDEBUG/delay || bail_out "delay"
rm -f /tmp/enough
fio --name=load --filename="${files#:}" --direct=1 --ioengine=io_uring --rw=randread \
	--bs=4k --norandommap --iodepth=256 --size=8m --io_size=1g \
	--file_service_type=roundrobin --time_based --runtime=1h \
	--trigger-file=/tmp/enough --eta=never >/tmp/fio.out 2>&1 &
fio_pid=$!
ok "all paths have commands under way" within 60 all_have_some

echo -1 >$SDEBUG/add_host &
remover=$!
within 30 is_being_removed || bail_out "no host is being removed"
# What had chosen one of its paths just before is still being sent.
within 10 nothing_is_sent || bail_out "its paths get ever more commands"
echo "# $(wc -l </tmp/at_first) paths are left when the first is being drained"
ok "some are left when the first is being removed" test -s /tmp/at_first
more=
while kill -0 $remover 2>/dev/null; do
	left >/tmp/now
	more=$(sort /tmp/at_first /tmp/now | uniq | cut -d ' ' -f 1 | uniq -d)
	[ -z "$more" ] || break
	sleep 0.1
done
is "none of them gets another command" "$more" ""
wait $remover
fio_ok "no error above"
finish
