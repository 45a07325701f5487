# SPDX-License-Identifier: GPL-2.0
# Host adapters with drivers that have nothing in common lead to the same disks: two
# of a kind, mixed pairs, and all together. One disk each, whose limits are what all
# of its hosts take, also if a host that takes less comes when the disk is in use.
# Letters: v virtio_scsi, m mptsas, g h megaraid_sas (two models), l sym53c8xx,
# p vmw_pvscsi, a am53c974. The disks with the serial number alone have one path and
# show what a host takes. A scan of some hundred empty addresses waits for RCU at each,
# hence rcu_expedited.
# guest: cpus=4 memory=2048
# append: scsi_mod.multipath=always rcupdate.rcu_expedited=1
# qemu: -device virtio-scsi-pci,id=v0 -device virtio-scsi-pci,id=v1
# qemu: -device mptsas1068,id=m0 -device mptsas1068,id=m1 -device megasas,id=g0
# qemu: -device megasas-gen2,id=h0 -device lsi53c895a,id=l0 -device lsi53c895a,id=l1
# qemu: -device pvscsi,id=p0 -device pvscsi,id=p1 -device am53c974,id=a0
# qemu: -blockdev driver=null-co,node-name=alone,size=33554432,read-zeroes=on
# qemu: -device scsi-hd,bus=v0.0,drive=alone,share-rw=on,serial=alone1,wwn=0x5000c50000000001
# qemu: -device scsi-hd,bus=m0.0,drive=alone,share-rw=on,serial=alone2,wwn=0x5000c50000000002
# qemu: -device scsi-hd,bus=g0.0,drive=alone,share-rw=on,serial=alone3,wwn=0x5000c50000000003
# qemu: -device scsi-hd,bus=h0.0,drive=alone,share-rw=on,serial=alone4,wwn=0x5000c50000000004
# qemu: -device scsi-hd,bus=l0.0,drive=alone,share-rw=on,serial=alone5,wwn=0x5000c50000000005
# qemu: -device scsi-hd,bus=p0.0,drive=alone,share-rw=on,serial=alone6,wwn=0x5000c50000000006
# disk: vv 32M
# qemu: -device scsi-hd,bus=v0.0,drive=vv,share-rw=on,serial=vv,wwn=0x5000c50000000010
# qemu: -device scsi-hd,bus=v1.0,drive=vv,share-rw=on,serial=vv,wwn=0x5000c50000000010
# disk: mm 32M
# qemu: -device scsi-hd,bus=m0.0,drive=mm,share-rw=on,serial=mm,wwn=0x5000c50000000011
# qemu: -device scsi-hd,bus=m1.0,drive=mm,share-rw=on,serial=mm,wwn=0x5000c50000000011
# disk: gh 32M
# qemu: -device scsi-hd,bus=g0.0,drive=gh,share-rw=on,serial=gh,wwn=0x5000c50000000012
# qemu: -device scsi-hd,bus=h0.0,drive=gh,share-rw=on,serial=gh,wwn=0x5000c50000000012
# disk: ll 32M
# qemu: -device scsi-hd,bus=l0.0,drive=ll,share-rw=on,serial=ll,wwn=0x5000c50000000013
# qemu: -device scsi-hd,bus=l1.0,drive=ll,share-rw=on,serial=ll,wwn=0x5000c50000000013
# disk: pp 32M
# qemu: -device scsi-hd,bus=p0.0,drive=pp,share-rw=on,serial=pp,wwn=0x5000c50000000014
# qemu: -device scsi-hd,bus=p1.0,drive=pp,share-rw=on,serial=pp,wwn=0x5000c50000000014
# disk: vm 32M
# qemu: -device scsi-hd,bus=v0.0,drive=vm,share-rw=on,serial=vm,wwn=0x5000c50000000015
# qemu: -device scsi-hd,bus=m0.0,drive=vm,share-rw=on,serial=vm,wwn=0x5000c50000000015
# disk: mg 32M
# qemu: -device scsi-hd,bus=m1.0,drive=mg,share-rw=on,serial=mg,wwn=0x5000c50000000016
# qemu: -device scsi-hd,bus=g0.0,drive=mg,share-rw=on,serial=mg,wwn=0x5000c50000000016
# disk: hl 32M
# qemu: -device scsi-hd,bus=h0.0,drive=hl,share-rw=on,serial=hl,wwn=0x5000c50000000017
# qemu: -device scsi-hd,bus=l0.0,drive=hl,share-rw=on,serial=hl,wwn=0x5000c50000000017
# disk: lp 32M
# qemu: -device scsi-hd,bus=l1.0,drive=lp,share-rw=on,serial=lp,wwn=0x5000c50000000018
# qemu: -device scsi-hd,bus=p0.0,drive=lp,share-rw=on,serial=lp,wwn=0x5000c50000000018
# disk: pv 32M
# qemu: -device scsi-hd,bus=p1.0,drive=pv,share-rw=on,serial=pv,wwn=0x5000c50000000019
# qemu: -device scsi-hd,bus=v1.0,drive=pv,share-rw=on,serial=pv,wwn=0x5000c50000000019
# disk: vl 32M
# qemu: -device scsi-hd,bus=v0.0,drive=vl,share-rw=on,serial=vl,wwn=0x5000c5000000001a
# qemu: -device scsi-hd,bus=l0.0,drive=vl,share-rw=on,serial=vl,wwn=0x5000c5000000001a
# disk: vmglp 32M
# qemu: -device scsi-hd,bus=v1.0,drive=vmglp,share-rw=on,serial=vmglp,wwn=0x5000c5000000001b
# qemu: -device scsi-hd,bus=m1.0,drive=vmglp,share-rw=on,serial=vmglp,wwn=0x5000c5000000001b
# qemu: -device scsi-hd,bus=g0.0,drive=vmglp,share-rw=on,serial=vmglp,wwn=0x5000c5000000001b
# qemu: -device scsi-hd,bus=l1.0,drive=vmglp,share-rw=on,serial=vmglp,wwn=0x5000c5000000001b
# qemu: -device scsi-hd,bus=p1.0,drive=vmglp,share-rw=on,serial=vmglp,wwn=0x5000c5000000001b
# disk: va 32M
# qemu: -device scsi-hd,bus=v0.0,drive=va,share-rw=on,serial=va,wwn=0x5000c5000000001c
# qemu: -device scsi-hd,bus=a0.0,drive=va,share-rw=on,serial=va,wwn=0x5000c5000000001c
. ./lib.sh
plan 55

# What is in the head: the end of the WWN, and the hosts.
alone="01:v 02:m 03:g 04:h 05:l 06:p"
pairs="10:vv 11:mm 12:gh 13:ll 14:pp 15:vm 16:mg 17:hl 18:lp 19:pv 1a:vl 1b:vmglp"
refused=1c

# disk_of WWN: sdX
disk_of() {
	found=$(grep -ls "naa.5000c500000000$1\$" /sys/block/sd*/device/multipath/wwid)
	found=${found#/sys/block/}
	echo "${found%%/*}"
}

has_paths() {
	[ "$(path_devices "$(disk_of "$1")" | wc -l)" = "$2" ]
}

# limits_of WWN: smallest and largest first, so that stacking is simple
limits_of() {
	queue=/sys/block/$(disk_of "$1")/queue
	for limit in max_hw_sectors_kb max_segments max_segment_size; do
		read -r value <"$queue/$limit"
		echo "min $limit $value"
	done
	for limit in dma_alignment virt_boundary_mask; do
		read -r value <"$queue/$limit"
		echo "max $limit $value"
	done
}

# stacked HOSTS: what all of them take, by the disks that are alone
stacked() {
	echo "$1" | fold -w 1 | while read -r host; do
		cat "/tmp/limits.$host"
	done | awk '
		{ what = $1 " " $2 }
		!(what in v) { name[++n] = what; v[what] = $3 }
		$1 == "min" && $3 < v[what] || $1 == "max" && $3 > v[what] { v[what] = $3 }
		END { for (i = 1; i <= n; i++) print name[i], v[name[i]] }'
}

# verify SECONDS RATE WWN...: write and verify each, with so many commands a second
verify() {
	jobs="--direct=1 --ioengine=io_uring --rw=randrw --bsrange=4k-1m
		--blockalign=4k --iodepth=4 --size=100% --verify=crc32c-intel
		--serialize_overlap=1 --verify_fatal=1 --do_verify=1 --verify_backlog=32 --time_based
		--runtime=$1 --rate_iops=$2 --eta=never --group_reporting"
	shift 2
	for each_disk; do
		jobs="$jobs --name=$each_disk --filename=/dev/$(disk_of "$each_disk")"
	done
	# shellcheck disable=SC2086 # a list of words
	fio $jobs
}

verify_until_stop() {
	until [ -e /tmp/stop ]; do
		verify 5 20,20 "$@" >/tmp/fio.out 2>&1 ||
			{ sed 's/^/# fio: /' /tmp/fio.out; return 1; }
	done
}

sum_of_depths() {
	for each_path in $(path_devices "$1"); do
		cat "/sys/bus/scsi/devices/$each_path/queue_depth"
	done | awk '{ n += $1 } END { print n }'
}

no_uld_on_paths() {
	for each_path in /sys/bus/scsi/devices/*/path; do
		[ ! -e "$each_path/../driver" ] && [ ! -e "$each_path/../scsi_generic" ] ||
			{ echo "$each_path"; return 1; }
	done
}

# issued WWN...: path and count, a line each
issued() {
	for each_disk; do
		for each_path in $(path_devices "$(disk_of "$each_disk")"); do
			echo "$each_path $(path_issued "$each_path")"
		done
	done
}

# What virtio_scsi leads to is there; the other drivers come while it is in use.
for each in 10 15 19 1a 1b $refused; do
	within 30 test -n "$(disk_of "$each")" || bail_out "no disk $each"
done
verify_until_stop 15 19 1a 1b &
load=$!
# am53c974 first: until it is set up its driver does not bear the interrupts of others on
# the same line.
for each in am53c974 mptsas megaraid_sas sym53c8xx vmw_pvscsi; do
	ok "$each is loaded" modprobe "$each"
done
for each in $alone; do
	ok "${each#*:} alone" within 60 has_paths "${each%:*}" 1
	limits_of "${each%:*}" >"/tmp/limits.${each#*:}"
	sed 's/^/# /' "/tmp/limits.${each#*:}"
done
for each in $pairs; do
	wwn=${each%:*} hosts=${each#*:}
	ok "$hosts: one disk" within 60 has_paths "$wwn" ${#hosts}
	is "$hosts: limits" "$(limits_of "$wwn")" "$(stacked "$hosts")"
	disk=$(disk_of "$wwn")
	depth=$(sum_of_depths "$disk")
	# A logical unit has no more tags.
	[ "$depth" -le 512 ] || depth=512
	is "$hosts: queue depth" "$(cat "/sys/block/$disk/device/queue_depth")" "$depth"
done
ok "no driver on any path" no_uld_on_paths
touch /tmp/stop
wait $load
is "paths came under load: no error, data verified" $? 0

# The host takes CDBs of 12 bytes only, too short for a disk of some size.
ok "a: the log says that it is not combined" within 30 \
	sh -c 'dmesg | grep "not combined: .*CDB"'
ok "a: the other has one path" has_paths $refused 1

all=
for each in $pairs; do
	all="$all ${each%:*}"
	echo rr >"/sys/block/$(disk_of "${each%:*}")/device/multipath/iopolicy"
done
# shellcheck disable=SC2086 # a list of words
issued $all >/tmp/before
# shellcheck disable=SC2086
ok "all of them: no error, data verified" verify 10 0 $all
# shellcheck disable=SC2086
issued $all >/tmp/after
is "each path has carried some of it" \
	"$(awk 'NR == FNR { was[$1] = $2; next } $2 <= was[$1]' /tmp/before /tmp/after)" ""
# Each asks for more than there is.
disk=$(disk_of 14)
for length in 100 200 300 400 500 600 700 800; do
	sg_inq --page=0x83 --maxlen=$length "/dev/$disk" >/tmp/inq 2>&1
done
is "pp: short answers are no failures" \
	"$(cat /sys/block/"$disk"/device/paths/*/path/failures)" "0
0"

is "no path has failed" "$(nr_good)" "$(nr_paths)"
finish
