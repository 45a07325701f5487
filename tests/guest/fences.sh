# SPDX-License-Identifier: GPL-2.0
# Three hosts register, reserve and fence each other at random, while one of them, the one
# with several paths, writes and its paths come and go. What they are answered, and what
# the target has then, is what a device server would say to three hosts with one nexus
# each; nothing of a host that is locked out is written once that has been answered, and
# nothing of one that is not fails. The seed is printed, and fences_seed=N on the kernel's
# command line chooses it, fences_minutes=N how long.
# guest: cpus=4 seconds=400
. ./lib.sh
. ./lib_lio.sh
. ./lib_reservations.sh
plan 3

minutes=$(setting fences_minutes)
seconds=$((${minutes:-1} * 60 + 30))
seed=$(setting fences_seed)
# As a test it is the same each time; make soak takes another seed each time.
seed=${seed:-20261}
[ "$seed" != 0 ] || seed=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
echo "# seed $seed, $seconds seconds"

lio_start
# It keeps reservations over a loss of power, or that there are none to be kept.
mkdir -p /var/target/pr
# A file, to be read whoever has reserved the disk.
file_backstore 0 /tmp/store $((16 << 20)) fences0
port_group 0 1 a $IMPLICIT $OPTIMIZED
for port in 1 2 3 4 5; do
	port 0 $port a
done
within 30 nr_paths_is 5 || bail_out "not 5 paths"
within 30 disk_is_there sda || bail_out "no sda"
modprobe scsi_block_target || bail_out "scsi_block_target"
# Two paths that nobody uses are other hosts.
paths_write "$(path 0 4)" 3
paths_write "$(path 0 5)" 3
echo rr >/sys/block/sda/device/multipath/iopolicy
# Our works are to be where those are who fence, see be_on_first_cpu().
echo 1 >/sys/devices/virtual/workqueue/cpumask || bail_out "no mask of CPUs"
# A command of theirs waits for a path, and does not fail.
echo 600 >/sys/block/sda/device/multipath/no_path_timeout

ok "as three hosts with a nexus each, and the law of fencing holds" \
	fences "$seed" $seconds /dev/sda /tmp/store "/dev/bsg/$(path 0 4)" \
	"/dev/bsg/$(path 0 5)" "$(tpg 0 1)" "$(tpg 0 2)" "$(tpg 0 3)"
sed 's/^#*/#/' /tmp/ok.out
ok "many rounds" test "$(sed -n 's/^# \([0-9]*\) rounds, .*/\1/p' /tmp/ok.out)" -ge 30
is "all paths are there" "$(nr_paths)" 5
finish
