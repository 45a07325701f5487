# SPDX-License-Identifier: GPL-2.0
# multipath=off: devices are as without the option.
# guest: cpus=2
# append: scsi_mod.multipath=off
. ./lib.sh
plan 8

load_debug 2 max_luns=1
within 30 nr_disks_is 2
is "parameter" "$(cat /sys/module/scsi_mod/parameters/multipath)" off
is "no path" "$(nr_paths)" 0
is "two disks" "$(find /sys/block -name 'sd*' | wc -l)" 2
is "two sg" "$(find /sys/class/scsi_generic -name 'sg*' | wc -l)" 2
is "two hosts, no virtual one" "$(find /sys/class/scsi_host -name 'host*' | wc -l)" 2
is "no attributes" "$(ls -d /sys/bus/scsi/devices/*/path /sys/bus/scsi/devices/*/multipath 2>/dev/null)" ""
ok "I/O" dd if=/dev/sda of=/dev/null bs=1M count=4
rmmod scsi_debug
ok "gone at once" within 5 nr_disks_is 0
finish
