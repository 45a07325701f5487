# SPDX-License-Identifier: GPL-2.0
# What an administrator runs against an array of his own, here against a target over
# iSCSI: it asks first, refuses what is in use, reads, writes, and says no names.
# guest: cpus=4 memory=2048 seconds=600
. ./lib.sh
. ./lib_transport.sh
. ./lib_iscsi.sh
plan 28

SITE_PACE=2 SITE_SIZE=24m
export SITE_PACE SITE_SIZE
iscsi_start
# LIO waits for the rest of the data of writes that a reset has ended, for 3 s, and then
# closes the connection, which fails the reset. So their data comes with the command.
for pair in 0 1; do
	for setting in InitialR2T=No FirstBurstLength=262144 \
		MaxRecvDataSegmentLength=262144; do
		echo ${setting#*=} >"$(tpg $pair)/param/${setting%=*}"
	done
done
session 0 --login
within 30 nr_paths_is 1 || bail_out "not one path"
within 20 disk_is_there sda || bail_out "no sda"
dd if=/dev/urandom of=/tmp/before bs=64k count=64 2>/dev/null
dd if=/tmp/before of=/dev/sda bs=64k oflag=direct 2>/dev/null

# site WORDS [OPTION...]: its answer to what it asks
site() {
	words=$1
	shift
	echo "$words" | sh /guest/site_run.sh -r /tmp/report "$@" >/tmp/site 2>&1
}

said() {
	grep -q "$1" /tmp/site
}

fails "with one path it does nothing" site "read $(lu_id)" /dev/sda
ok "and says why" said "two are needed"
session 1 --login
within 30 nr_paths_is 2 || bail_out "not two paths"
fails "no disk" site "" /dev/nosuch
fails "without consent" site "" /dev/sda
ok "it has said what it would do" said "taken out of use"
fails "with that to something else" site "destroy $(lu_id)" /dev/sda
is "nothing has been done" "$(nr_good)" 2
fails "where its report cannot be" site "read $(lu_id)" -r /nosuch/report /dev/sda
ok "it says so before" said "cannot be written"

state=/sys/bus/scsi/devices/$(path_devices | head -1)/path/state
echo 3 >"$state"
fails "with a path that is out of use it does nothing" site "read $(lu_id)" /dev/sda
is "and leaves it so" "$(cat "$state")" 3
echo 1 >"$state"
within 30 nr_good_is 2 || bail_out "not two good paths"
echo "read $(lu_id)" | sh /guest/site_run.sh -r /tmp/report /dev/sda >/tmp/site 2>&1 &
site=$!
within 30 nr_good_is 1 || bail_out "no path is out of use"
kill $site
wait $site
ok "ended by a signal: the path is in use again" within 30 nr_good_is 2
fails "and nothing is read any more" pidof fio

ok "read" site "read $(lu_id)" /dev/sda
sed 's/^/# /' /tmp/site
ok "all of it passed" said "^# 0 of [1-9][0-9]* failed"
is "both paths are in use again" "$(nr_good)" 2
dd if=/dev/sda of=/tmp/after bs=64k count=64 iflag=direct 2>/dev/null
ok "what was there is there" cmp /tmp/before /tmp/after

mkfs.ext4 -q /dev/sda && mount /dev/sda /mnt
fails "what is mounted is not written" site "destroy $(lu_id)" -d /dev/sda
ok "and it says why" said "mounted on /mnt"
umount /mnt
fails "nor what somebody may still want" site "destroy $(lu_id)" -d /dev/sda
ok "and it says what that is" said "has ext4 on it"
dd if=/dev/zero of=/dev/sda bs=64k count=16 oflag=direct 2>/dev/null
ok "write" site "destroy $(lu_id)" -d /dev/sda
sed 's/^/# /' /tmp/site
ok "all of it passed, too" said "^# 0 of [1-9][0-9]* failed"
ok "paths were found anew" said "^ok .* is found anew"
ok "the logical unit was reset" said "^ok .* the logical unit is reset"
is "both paths are in use" "$(nr_good)" 2
is "the report has no name" "$(grep -cE 'naa\.|iqn\.|10\.0\.' /tmp/report)" 0
is "and all results" "$(grep -c '^ok' /tmp/report)" "$(grep -c '^ok' /tmp/site)"
iscsiadm -m node --logout >/dev/null
finish
