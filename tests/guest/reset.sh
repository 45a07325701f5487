# SPDX-License-Identifier: GPL-2.0
# Resets that somebody asks of the logical unit are carried out on a path, and
# I/O survives them.
# guest: cpus=4 memory=1536 seconds=300
. ./lib.sh
plan 9

one_lu 2 max_luns=1 dev_size_mb=128 inq_product=reset
echo rr >/sys/block/sda/device/multipath/iopolicy
within 10 test -c /dev/sg0
lu_sg=/dev/$(ls /sys/block/sda/device/scsi_generic)

fio_start
load_reaches $(path_devices)
for kind in --device --target --bus --host; do
	ok "reset $kind over the disk's sg node" \
		timeout 20 sg_reset $kind "$lu_sg"
done
ok "load goes on" fio_is_running
ok "reset --device over the disk itself" timeout 20 sg_reset --device /dev/sda
fio_ok "no error above, data verified"
ok "all paths good" within 20 nr_good_is 2

for hctl in $(path_devices); do
	paths_write "$hctl" 3
done
fails "without a usable path there is nothing to reset" \
	timeout 20 sg_reset --device "$lu_sg"
finish
