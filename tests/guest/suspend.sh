# SPDX-License-Identifier: GPL-2.0
# Suspend to idle with a disk in use. Its hosts were found in another order than it: one
# before it, two after. What sd has to say at last goes over a host that still runs, and
# no path is thought to have failed. And runtime power management: what is idle sleeps,
# hosts as well, and I/O wakes it.
# guest: cpus=4 memory=2048 qmp=1 wake=1
# append: kmemleak=on
# append: scsi_mod.multipath=always rcupdate.rcu_expedited=1 no_console_suspend
# qemu: -device virtio-scsi-pci,id=before
# qemu: -device pcie-root-port,id=port1,chassis=1 -device pcie-root-port,id=port2,chassis=2
# disk: image 128M
# qemu: -device scsi-hd,bus=before.0,drive=image,share-rw=on,serial=sleep,wwn=0x5000c50015ea71ac
. ./lib.sh
. ./lib_script.sh
plan 33

# plug DRIVER PORT: with its disk
plug() {
	plug_hba "$1" "$1" "$2" sleep || bail_out "plug $1: $qmp_answer"
}

# sleep_a_while: suspend to idle, until a key is pressed
sleep_a_while() {
	dmesg -c >/tmp/before
	# Not by busybox's echo, which would not tell of an error of write().
	dd of=/sys/power/state if=/tmp/freeze 2>/tmp/suspend.err
	status=$?
	dmesg >/tmp/asleep
	[ $status = 0 ] || cat /tmp/asleep
	return $status
}

# sleeps TEXT PATHS: with a load; that many paths, all good before and after
sleeps() {
	fio_start --numjobs=2 --offset_increment=50% --size=50% --thinktime=5ms
	# shellcheck disable=SC2046 # a list of words
	load_reaches $(path_devices)
	ok "$1: suspended and resumed" sleep_a_while
	ok "$1: the cache was flushed" grep 'sd .*Synchronizing SCSI cache' /tmp/asleep
	fails "$1: nothing failed, no path stopped" \
		grep -E 'failed|stopped|unblocked|no usable path|dead' /tmp/asleep
	# Each shows by its first I/O that it is.
	ok "$1: paths are good" within 10 nr_good_is "$2"
	fio_ok "$1: no error above, data verified"
}

remove_path() {
	echo 1 >"/sys/bus/scsi/devices/$1/delete"
}

# nr_links: how many hosts the virtual host depends on
nr_links() {
	virtual=$(readlink -f /sys/block/sda/device/../..)
	find /sys/class/devlink/ -name "scsi:host*--scsi:$(basename "$virtual")" | wc -l
}

nr_links_is() {
	[ "$(nr_links)" = "$1" ]
}

runtime_status_is() {
	[ "$(cat "$1/power/runtime_status")" = "$2" ]
}

echo enabled >/sys/bus/serio/devices/serio0/power/wakeup ||
	bail_out "nothing would wake us"
printf freeze >/tmp/freeze
qmp_open
within 30 disk_is_there sda || bail_out "no sda"
echo rr >/sys/block/sda/device/multipath/iopolicy
first=$(path_devices)
modprobe megaraid_sas
plug virtio-scsi-pci port1
plug megasas-gen2 port2
ok "three hosts" within 60 nr_good_is 3
is "the disk depends on three hosts" "$(nr_links)" 3
sleeps "three hosts" 3

# One that an administrator does not want stays so.
unwanted=$(path_devices | grep -vx "$first" | head -1)
paths_write "$unwanted" 3
ok "unwanted: asleep and awake" sleep_a_while
ok "unwanted: still so" path_state_is "$unwanted" 3
paths_write "$unwanted" 1
ok "unwanted: good again" within 30 nr_good_is 3

# The host that was there before the disk is not there any more.
ok "the first path is removed" remove_path "$first"
ok "two are left" within 30 nr_paths_is 2
ok "the disk depends on two hosts" within 10 nr_links_is 2
sleeps "younger hosts" 2

# The watch wakes nobody.
echo 1 >/sys/module/scsi_mod/parameters/path_watch
# What sleeps at run time is the disk, and then hosts.
echo 500 >/sys/block/sda/device/power/autosuspend_delay_ms
echo auto >/sys/block/sda/device/power/control
path=$(first_path)
host=$(readlink -f "/sys/bus/scsi/devices/$path/../..")
ok "idle: the disk sleeps" within 30 runtime_status_is /sys/block/sda/device suspended
ok "idle: so does a host" within 10 runtime_status_is "$host" suspended
# Who looks with dd and direct I/O would open it for long.
dd if=/dev/sda of=/dev/null bs=64k count=200 iflag=direct 2>/dev/null &
reader=$!
ok "I/O wakes both" within 10 runtime_status_is "$host" active
ok "and is done" wait $reader

# A path that is tested wakes its host, and nobody else.
echo offline >"/sys/bus/scsi/devices/$path/state"
ok "a path is lost" within 10 path_state_is "$path" 3
ok "idle: the host sleeps again" within 30 runtime_status_is "$host" suspended
awake=$(cat "$host/power/runtime_active_time")
echo running >"/sys/bus/scsi/devices/$path/state"
ok "it answers" within 10 path_state_is "$path" 2
ok "its host was awake for the test" \
	[ "$(cat "$host/power/runtime_active_time")" -gt "$awake" ]
ok "the disk was not" runtime_status_is /sys/block/sda/device suspended

# One link for a host of several paths.
load_debug 2 max_luns=3
ok "two hosts more" within 30 nr_links_is 4
rmmod scsi_debug
ok "and two less" within 10 nr_links_is 2

# What is allocated to put a host to sleep and to wake it: without I/O, as its disk may
# have to be written to for that.
script_add disk 2 lu
noio() {
	script_counter "$unit" noio | paste -s -d ' '
}
is "no I/O for the power of hosts" "$(noio)" "0 1 1 1"
echo 1 >"/sys/bus/scsi/devices/$(script_path "$unit" 1)/delete"
is "but that of one without paths" "$(noio)" "0 1 1 0"
echo "- - -" >"/sys/class/scsi_host/host$(script_hosts "$unit" | cut -d ' ' -f 2)/scan"
is "until it has one again" "$(noio)" "0 1 1 1"
script_remove "$unit"
ok "no leaks" no_leaks
finish
