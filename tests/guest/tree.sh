# SPDX-License-Identifier: GPL-2.0
# What an administrator sees of logical units: the command of the package, on disks and
# on a tape drive, with paths that are well, out of use, and gone.
# guest: cpus=2 seconds=300
. ./lib.sh
plan 32

# tree [ARGUMENT...]: into /tmp/tree
tree() {
	scsi-multipath "$@" >/tmp/tree 2>/tmp/tree.errors
	tree_status=$?
	[ ! -s /tmp/tree.errors ] || sed 's/^/# /' /tmp/tree.errors
	return $tree_status
}

# lines PATTERN: how many lines of /tmp/tree match
lines() {
	grep -cE -- "$1" /tmp/tree
}

fails "without a logical unit it says so" tree
is "and only that" "$(cat /tmp/tree)" "no logical unit"
ok "that is nothing to warn of" tree -c

load_debug 2 max_luns=2
within 30 nr_disks_is 2 || bail_out "not two disks"
within 30 nr_good_is 4 || bail_out "not four good paths"
a=$(path_devices | head -1)
b=$(path_devices | tail -1)
for disk in sda sdb; do
	dd if=/dev/$disk of=/dev/null bs=4k count=4 iflag=direct 2>/dev/null
done

ok "two disks" tree
sed 's/^/# /' /tmp/tree
is "a line for each disk, with nodes and identity" \
	"$(lines "^sd[ab] sg[0-9]+  $(lu_id | cut -c 1-8)")" 2
is "and size" "$(lines "^sd[ab] .*  [0-9.]+ MiB$")" 2
is "a group of paths each" "$(lines '^ `- group 0, in use')" 2
is "two good paths each" "$(lines '^     [|`]- [0-9:]+ +good +0 failures, 0 in flight, [0-9]+ sent  scsi_debug$')" 4
is "and the last things that happened" "$(lines 'path [0-9:]+ added, 2 in all')" 2
ok "without events" tree -e 0
is "there are none" "$(lines added)" 0

ok "one disk by its name" tree sdb
is "is the only one" "$(lines '^sd')$(lines '^sdb ')" 11
ok "by its node" tree /dev/sda
is "is the only one, too" "$(lines '^sd')$(lines '^sda ')" 11
ok "by its identity" tree "$(lu_id sdb)"
is "is the same" "$(lines '^sd')$(lines '^sdb ')" 11
fails "one that is not there" tree sdz
fails "an option that is not there" tree -x

# --- a monitor ----------------------------------------------------------------------
ok "all is well" tree -c
is "in a line" "$(cat /tmp/tree)" "OK 2 logical units"
echo 3 >"/sys/bus/scsi/devices/$a/path/state"
tree -c
is "a path out of use is a warning" $? 1
is "that names it" "$(lines "^WARNING sda .*: 1 of 2 paths: $a disabled$")" 1
echo 3 >"/sys/bus/scsi/devices/$b/path/state"
tree -c
is "none left is worse" $? 2
is "and names the disk" "$(lines '^CRITICAL sda .*: none of 2 paths serves it: ')" 1
ok "for Prometheus" tree -p
is "state of each path, and type of each metric" \
	"$(lines '^scsi_multipath_path_good\{.*\} 0$') $(lines '^scsi_multipath_path_good\{.*\} 1$') $(lines '^# TYPE ')" \
	"2 2 5"
for path in $a $b; do
	echo 1 >"/sys/bus/scsi/devices/$path/path/state"
done

# --- again and again ----------------------------------------------------------------
light_start
scsi-multipath -w 2 sda >/tmp/watched &
watcher=$!
ok "the commands of a second are shown" within 60 \
	grep -qE 'good .* sent, [1-9][0-9]*/s' /tmp/watched
kill $watcher
load_ends "watched"

# --- no disk ------------------------------------------------------------------------
modprobe st && modprobe scsi_tape hosts=2 || bail_out "scsi_tape"
within 30 nr_paths_is 6 || bail_out "not six paths"
within 30 test -e /dev/st0 || bail_out "no st0"
ok "a tape drive by its node" tree st0
sed 's/^/# /' /tmp/tree
is "with its paths" "$(lines '^st0 sg[0-9]+  ')$(lines '^     [|`]- ')" 12
finish
