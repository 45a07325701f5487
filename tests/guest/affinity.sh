# SPDX-License-Identifier: GPL-2.0
# Where I/O is completed is what rq_affinity of the disk says, as on a plain disk: an adapter
# with one queue interrupts one CPU, and another one has sent the command.
# guest: cpus=2 memory=1024 seconds=300
# append: scsi_mod.multipath=always scsi_mod.path_rules=naa.5000c50015ea7101:multipath=off
# disk: plain 16M
# disk: lu 16M
# qemu: -device virtio-scsi-pci,id=hba0,num_queues=1 -device virtio-scsi-pci,id=hba1,num_queues=1
# qemu: -device virtio-scsi-pci,id=hba2,num_queues=1
# qemu: -device scsi-hd,bus=hba0.0,drive=plain,serial=P,wwn=0x5000c50015ea7101
# qemu: -device scsi-hd,bus=hba1.0,drive=lu,share-rw=on,serial=L,wwn=0x5000c50015ea7102
# qemu: -device scsi-hd,bus=hba2.0,drive=lu,share-rw=on,serial=L,wwn=0x5000c50015ea7102
. ./lib.sh
plan 13

COMPLETED=$TRACE/events/block/block_rq_complete

within 30 nr_disks_is 2 || bail_out "not 2 disks"
within 30 nr_paths_is 2 || bail_out "not 2 paths"
for name in sda sdb; do
	if [ -e /sys/block/$name/device/multipath ]; then
		lu=$name
	else
		plain=$name
	fi
done

# completed_on DISK: where a read is completed that CPU 0 sends, and one that CPU 1 sends
completed_on() {
	for sender in 0 1; do
		echo >$TRACE/trace
		taskset -c $sender dd if="/dev/$1" of=/dev/null bs=4k count=64 iflag=direct \
			2>/dev/null
		grep "block_rq_complete: $(tr : , <"/sys/block/$1/dev") R" $TRACE/trace |
			sed 's/^[^[]*\[0*\([0-9]*[0-9]\)\].*/\1/' | sort | uniq -c | sort -rn |
			awk 'NR == 1 { print $2 }'
	done | paste -s -d ' '
}

# completes DISK [AFFINITY]: where: by the interrupt, or by the sender
completes() {
	[ -z "$2" ] || echo "$2" >"/sys/block/$1/queue/rq_affinity"
	case $(completed_on "$1") in
	"0 0" | "1 1") echo interrupt ;;
	"0 1") echo sender ;;
	*) echo "neither" ;;
	esac
}

echo 1 >$COMPLETED/enable
for name in $plain $lu; do
	echo none >/sys/block/"$name"/queue/scheduler
done
is "plain: rq_affinity 0" "$(completes "$plain" 0)" interrupt
is "plain: rq_affinity 2" "$(completes "$plain" 2)" sender
# A matter of the caches that the CPUs share
like=$(completes "$plain" 1)
set -- $(path_devices "$lu")
for path in "$1" "$2"; do
	[ "$path" = "$1" ] && other=$2 || other=$1
	echo 3 >"/sys/bus/scsi/devices/$other/path/state"
	for affinity in 0 2 1 0; do
		want=interrupt
		[ $affinity != 2 ] || want=sender
		[ $affinity != 1 ] || want=$like
		is "over $path: rq_affinity $affinity" "$(completes "$lu" $affinity)" "$want"
	done
	echo 1 >"/sys/bus/scsi/devices/$other/path/state"
done

# What joins takes it over.
for affinity in 2 0; do
	want=interrupt
	[ $affinity != 2 ] || want=sender
	echo $affinity >"/sys/block/$lu/queue/rq_affinity"
	echo 1 >"/sys/bus/scsi/devices/$1/delete"
	within 10 nr_paths_is 1 || bail_out "$1 stays"
	echo "- - -" >"/sys/class/scsi_host/host${1%%:*}/scan"
	within 20 nr_good_is 2 || bail_out "$1 does not come back"
	echo 3 >"/sys/bus/scsi/devices/$2/path/state"
	is "joined with rq_affinity $affinity" "$(completes "$lu")" "$want"
	echo 1 >"/sys/bus/scsi/devices/$2/path/state"
done
echo 0 >$COMPLETED/enable
ok "two paths" nr_paths_is 2
finish
