# SPDX-License-Identifier: GPL-2.0
# Reservations. Persistent ones are of the logical unit: each path is registered, also
# one that comes late or returns, and none is once another host has fenced this one.
# What only one nexus may hold, one path does, and the others stand aside. The conflict
# with another initiator is delivered, and is no failure of a path.
# guest: cpus=4
. ./lib.sh
. ./lib_lio.sh
. ./lib_reservations.sh
plan 148

prout() {
	node=$1
	shift
	sg_persist --out "$@" "$node"
}

# keys_include KEY COUNT
keys_include() {
	sg_persist --in --read-keys "$sg" | tee /tmp/keys
	[ "$(grep -c "^ *$1\$" /tmp/keys)" = "$2" ]
}

is_reserved() {
	sg_persist --in --read-reservation "$sg" | tee /tmp/reserved
	grep -q "Key=$1" /tmp/reserved
}

# md5sum_of BSG: of the first blocks, by another host
md5sum_of() {
	sg_raw -r 65536 -o /tmp/blocks "$1" 28 0 0 0 0 0 0 0 80 0 >/dev/null 2>&1
	md5sum /tmp/blocks
}

# What it has to hear of the reservation, it hears first.
other_hears() {
	for each in 1 2 3; do
		sg_raw "$host_b" 0 0 0 0 0 0
	done
}

other_writes() {
	other_hears
	sg_raw -s 512 -i /dev/zero "$host_b" 2a 0 0 0 0 0 0 0 1 0
}

reservation=/sys/block/sda/device/multipath/reservation

is_held() {
	grep "^reserved, held by [0-9]" $reservation
}

# What there is to hear of the nexus that was lost, is heard.
release_after_loss() {
	sg_turs "$sg"
	sg_raw "$sg" 17 0 0 0 0 0
}

reserved_disk
listen /tmp/uevents ^SCSI_LU
echo 1 >$TRACE/events/scsi_multipath/scsi_multipath_pr_out/enable

for node in /dev/sda "$sg"; do
	ok "$node: PERSISTENT RESERVE IN" keys_are "$node" ""
done
is "no path has failed" "$(nr_good)" 2
ok "I/O goes on" write_to sda 16

# Persistent ones are of the logical unit, whichever way they come.
echo rr >/sys/block/sda/device/multipath/iopolicy
is "the kernel's own interface registers" "$(pr /dev/sda register 0x11)" ""
ok "over both paths" keys_are /dev/sda "0x11 0x11 "
port 0 3 a
ok "a path that comes later is registered" within 30 keys_are "$sg" "0x11 0x11 0x11 "
ok "and used" within 30 nr_good_is 3
is "as sysfs says" "$(cat /sys/block/sda/device/multipath/reservation)" \
	"key 0x11 on 3 of 3 paths"
is "to root only" "$(stat -c %a /sys/block/sda/device/multipath/reservation)" 400
is "and of each path" "$(cat /sys/bus/scsi/devices/*/path/registered | sort -u)" yes
ok "reserve, for registrants" prout "$sg" --reserve --param-rk=0x11 --prout-type=5
ok "once more, over whichever path" prout "$sg" --reserve --param-rk=0x11 --prout-type=5
fails "nothing is lost that could be replaced" prout /dev/sda --replace-lost \
	--param-sark=0x11 --prout-type=5
fails "it is not moved to who is not there" prout /dev/sda --register-move \
	--param-rk=0x11 --param-sark=0x44 --relative-target-port=1 \
	--transport-id=sas,5001405ffffffffe
ok "all are registered" within 20 keys_include 0x11 3
ok "it is still reserved" is_reserved 0x11
ok "it is written over all" write_to sda 64

# A path that nobody uses is another host.
port 0 4 a
within 30 nr_paths_is 4 || bail_out "not 4 paths"
host_b=/dev/bsg/$(path 0 4)
paths_write "$(path 0 4)" 3
prout "$host_b" --register-ignore --param-sark=0 || bail_out "host B"
fails "another host cannot write" sg_raw -s 512 -i /dev/zero "$host_b" \
	2a 0 0 0 0 0 0 0 1 0
ok "it registers" prout "$host_b" --register-ignore --param-sark=0x22
ok "then it writes" sg_raw -s 512 -i /dev/zero "$host_b" 2a 0 0 0 0 0 0 0 1 0

# A nexus loses its registration alone, and nobody notices.
prout "/dev/bsg/$(path 0 2)" --register-ignore --param-sark=0 || bail_out "bsg"
ok "a nexus is registered anew" write_to sda 64
ok "as all are" within 20 keys_include 0x11 3
is "no path has failed" "$(nr_good)" 3

# While a path is away, the key is changed and the reservation is not.
echo offline >"$(tpg 0 2)/transport_status"
write_to sda 64
within 60 nr_good_is 2 || bail_out "the path is not lost"
ok "the key is changed" prout /dev/sda --register --param-rk=0x11 --param-sark=0x33
ok "over all that there are" keys_include 0x33 2
ok "the old one is gone" keys_include 0x11 0
ok "it is written" write_to sda 64
echo online >"$(tpg 0 2)/transport_status"
ok "the path is back" within 90 good_after_io 3
ok "with the new key" keys_include 0x33 3
ok "it is still reserved" is_reserved 0x33

# The holder is lost, and its reservation is released all the same.
echo offline >"$(tpg 0 1)/transport_status"
write_to sda 64
ok "released" prout /dev/sda --release --param-rk=0x33 --prout-type=5
fails "nothing is reserved" is_reserved 0x33
ok "reserved anew" prout /dev/sda --reserve --param-rk=0x33 --prout-type=5
echo online >"$(tpg 0 1)/transport_status"
ok "the path is back" within 90 good_after_io 3

# Another host fences this one, under load, while a path comes back.
echo offline >"$(tpg 0 3)/transport_status"
write_to sda 64
echo online >"$(tpg 0 3)/transport_status"
# What it has to hear of the reservation, it hears first.
sg_raw "$host_b" 0 0 0 0 0 0
# LIO's PREEMPT AND ABORT waits for itself, if it comes by a queue of its own.
ok "fenced" prout "$host_b" --preempt --param-rk=0x22 --param-sark=0x33 \
	--prout-type=5
before=$(md5sum_of "$host_b")
fails_by "a write fails" "Invalid exchange" write_to sda 64
sleep 5
fails_by "also later" "Invalid exchange" write_to sda 64
is "nothing has been written" "$(md5sum_of "$host_b")" "$before"
ok "no key is left" keys_include 0x33 0
ok "user space hears of it" grep -q "SCSI_LU_EVENT=registration-lost" /tmp/uevents
ok "the trace has it" grep -q "action=0x00 .*key=0x33 action_key=0x33 reply=conflict" \
	$TRACE/trace
ok "the log says so" sh -c "dmesg | grep -q 'registration lost: preempted or cleared'"
ok "registered again" prout /dev/sda --register-ignore --param-sark=0x33
ok "it is written again" within 60 write_to sda 64
ok "cleared" prout /dev/sda --clear --param-rk=0x33
ok "nothing is left" keys_are "$sg" ""
is "as sysfs says" "$(cat /sys/block/sda/device/multipath/reservation)" none

# Exclusive: only the nexus that holds it may write. It carries all, and when it is lost
# another one takes the reservation first.
prout /dev/sda --register-ignore --param-sark=0x33 || bail_out "exclusive"
other_hears
prout "$host_b" --register-ignore --param-sark=0x22 || bail_out "host B"
ok "exclusive: reserved" prout /dev/sda --reserve --param-rk=0x33 --prout-type=1
ok "exclusive: it is written" write_to sda 64
ok "exclusive: sysfs says by whom" grep -q \
	"^key 0x33 on 3 of 4 paths, held by [0-9]" \
	/sys/block/sda/device/multipath/reservation
ok "exclusive: once more" prout "$sg" --reserve --param-rk=0x33 --prout-type=1
fails "exclusive: another host cannot write" other_writes
for port in 1 2 3; do
	echo offline >"$(tpg 0 $port)/transport_status"
	ok "exclusive: it is written without port $port" write_to sda 64
	ok "exclusive: it is still reserved" is_reserved 0x33
	fails "exclusive: another host cannot write" other_writes
	echo online >"$(tpg 0 $port)/transport_status"
	ok "exclusive: the path is registered again" within 90 keys_include 0x33 3
done
ok "exclusive: user space hears of it" grep -q \
	"SCSI_LU_EVENT=reservation-moved" /tmp/uevents
ok "exclusive: it was moved" sh -c "dmesg | grep -q 'reservation moved to path'"
for port in 1 2 3; do
	leaving=$(path 0 $port)
	echo 1 >"/sys/bus/scsi/devices/$leaving/delete"
	ok "exclusive: it is written when port $port has left" write_to sda 64
	echo "0 1 -" >"/sys/class/scsi_host/host${leaving%%:*}/scan"
	ok "exclusive: and when it has joined" within 60 keys_include 0x33 3
	ok "exclusive: it is written" write_to sda 64
done
other_hears
ok "exclusive: fenced" prout "$host_b" --preempt --param-rk=0x22 --param-sark=0x33 \
	--prout-type=3
before=$(md5sum_of "$host_b")
fails_by "exclusive: a write fails" "Invalid exchange" write_to sda 64
fails_by "exclusive: and a read" "Invalid exchange" \
	dd if=/dev/sda of=/dev/null bs=4k count=1 iflag=direct
is "exclusive: nothing has been written" "$(md5sum_of "$host_b")" "$before"
ok "exclusive: registered again" prout /dev/sda --register-ignore --param-sark=0x33
ok "exclusive: the other one is fenced" prout /dev/sda --preempt --param-rk=0x33 \
	--param-sark=0x22 --prout-type=3
ok "exclusive: it is written" within 60 write_to sda 64
fails "exclusive: it cannot be" other_writes
ok "exclusive: released" prout /dev/sda --release --param-rk=0x33 --prout-type=3
ok "exclusive: it is written over all" within 90 good_after_io 3
ok "exclusive: cleared" prout /dev/sda --clear --param-rk=0x33

# RESERVE and RELEASE, of SCSI-2: one path holds it, as long as its nexus is there.
other_hears
write_to sda 1
ok "scsi-2: the other host reserves" sg_raw "$host_b" 16 0 0 0 0 0
fails_by "scsi-2: a write fails" "Invalid exchange" write_to sda 1
fails_by "scsi-2: and so does RESERVE" "Reservation Conflict" sg_raw "$sg" 16 0 0 0 0 0
ok "scsi-2: it releases" sg_raw "$host_b" 17 0 0 0 0 0
for cdb in "16 0 0 0 0 0" "56 0 0 0 0 0 0 0 0 0"; do
	# shellcheck disable=SC2086 # the bytes
	ok "scsi-2: RESERVE ${cdb%% *}" sg_raw "$sg" $cdb
	ok "scsi-2: once more" sg_raw /dev/sda 16 0 0 0 0 0
	ok "scsi-2: it is written" write_to sda 64
	ok "scsi-2: sysfs says by whom" is_held
	fails "scsi-2: the other host cannot write" other_writes
	ok "scsi-2: RELEASE" sg_raw "$sg" 17 0 0 0 0 0
	ok "scsi-2: now it can" other_writes
	ok "scsi-2: as can this one, over all" within 30 good_after_io 3
done
fails_by "scsi-2: not for a third party" "Illegal Request" sg_raw "$sg" 16 10 0 0 0 0
ok "scsi-2: reserved, to be reset" sg_raw "$sg" 16 0 0 0 0 0
ok "scsi-2: reset" sg_reset --device --no-escalate /dev/sda
ok "scsi-2: a reset ends it" within 30 sh -c "! grep held $reservation"
ok "scsi-2: it is written over all" within 30 good_after_io 3
sg_turs "$sg"
ok "scsi-2: reserved, to be lost" sg_raw "$sg" 16 0 0 0 0 0
holder=$(sed -n 's/.*held by //p' $reservation)
for port in 1 2 3; do
	[ "$(path 0 $port)" != "$holder" ] || break
done
echo offline >"$(tpg 0 $port)/transport_status"
write_to sda 64 >/tmp/write.out 2>&1 &
writer=$!
ok "scsi-2: a write waits for the target to notice" stays 3 kill -0 $writer
echo online >"$(tpg 0 $port)/transport_status"
ok "scsi-2: or for the path" wait $writer
echo 1 >"/sys/bus/scsi/devices/$holder/delete"
echo "0 1 -" >"/sys/class/scsi_host/host${holder%%:*}/scan"
ok "scsi-2: it is reserved anew, when it may be" within 60 is_held
ok "scsi-2: RELEASE" release_after_loss
ok "scsi-2: it is written over all" within 60 good_after_io 3

# Another initiator has it; scsi_debug says so over one path, once.
load_debug 2 max_luns=1 dev_size_mb=16
within 30 nr_paths_is 6 || bail_out "not 6 paths"
disk=$(basename "$(grep -l Linux /sys/block/sd*/device/vendor | sed 's,/device.*,,')")
within 30 disk_is_there "$disk" || bail_out "no $disk"
echo rr >"/sys/block/$disk/device/multipath/iopolicy"
for each in $(path_devices "$disk"); do
	inject "$each" "2 1 2a 0 0 18 0 0 0"
done
fails_by "conflict: a write fails" "Invalid exchange" write_to "$disk" 1
# Each is asked whether it is registered, and stands aside until it has told.
ok "conflict: no path has failed" within 10 nr_good_is 5
for each in $(path_devices "$disk"); do
	is "conflict: and none is charged" \
		"$(cat "/sys/bus/scsi/devices/$each/path/failures")" 0
done

# One path: as a plain disk. Another port of it comes later.
lone_disk
disk=$lone
is "one path: register" "$(pr "/dev/$disk" register 0x11)" ""
is "one path: reserve" "$(pr "/dev/$disk" reserve 0x11)" ""
ok "one path: the key is there" keys_are "/dev/$disk" "0x11 "
port 1 2 a
ok "a second path is registered" within 30 keys_are "/dev/$disk" "0x11 0x11 "
ok "and stands aside" write_to "$disk" 16
is "nothing fails" "$(path_state "$(path 1 1)")$(path_state "$(path 1 2)")" 11
is "released" "$(pr "/dev/$disk" release 0x11)" ""

# Another host has reserved what nobody here has ever registered: that is the answer, and it
# comes at once.
lone_disk 2
port 2 2 a
within 30 test -e "/dev/bsg/$(path 2 2)" || bail_out "no other host"
host_b=/dev/bsg/$(path 2 2)
echo "$(lu_id "$lone"):$(hctl_hex "$(path 2 2)"):3:0:0" >$PATHS
other_hears
sg_turs "/dev/$lone"
ok "kept out: the other host reserves" sg_raw "$host_b" 16 0 0 0 0 0
# 24 is what sg_persist ends with after a conflict.
for action in "register --param-sark=0x11" "reserve --param-rk=0x11 --prout-type=5"; do
	# shellcheck disable=SC2086 # an action and what belongs to it
	is "kept out: ${action%% *} meets a conflict" \
		"$(timeout 5 sg_persist --out --$action "/dev/$lone" >&2; echo $?)" 24
done
ok "kept out: it releases" sg_raw "$host_b" 17 0 0 0 0 0
ok "kept out: now it is registered" prout "/dev/$lone" --register --param-sark=0x11
ok "kept out: the key is there" keys_are "/dev/$lone" "0x11 "

# APTPL is what the user has sent last, whichever command is sent for him.
outlives_power_loss() {
	sg_persist --in --report-capabilities "/dev/$lone" | tee /tmp/capabilities
	grep -q "(PTPL_A): 1" /tmp/capabilities
}
ok "aptpl: another key, with it" prout "/dev/$lone" --register-ignore \
	--param-sark=0x22 --param-aptpl
ok "aptpl: it is active" outlives_power_loss
ok "aptpl: and another, without" prout "/dev/$lone" --register-ignore --param-sark=0x11
fails "aptpl: it is not" outlives_power_loss

# A key that is also where no path leads to any more, and nobody here knows of either: the
# target says that it is of the same initiator.
scan_port() {
	echo "0 1 -" >"/sys/class/scsi_host/host$(cut -d: -f1 "$(tpg "$1" "$2")/address")/scan"
}

both_are_registered() {
	[ "$(cat "/sys/bus/scsi/devices/$(path 3 1)/path/registered" \
		"/sys/bus/scsi/devices/$(path 3 2)/path/registered")" = "yes
yes" ]
}

no_path_is_left() {
	for each in 1 2 3; do
		[ ! -e "/sys/bus/scsi/devices/$(path 3 $each)" ] || return 1
	done
}

initiator=09
lone_disk 3
port 3 2 a
port 3 3 a
initiator=
ok "unknown: three paths are registered" eval 'prout "/dev/$lone" --register \
	--param-sark=0x11 && within 30 keys_are "/dev/$lone" "0x11 0x11 0x11 "'
ok "unknown: one holds the reservation" prout "/dev/$lone" --reserve --param-rk=0x11 \
	--prout-type=1
echo 1 >"/sys/block/$lone/device/delete"
ok "unknown: the logical unit is gone" within 30 no_path_is_left
scan_port 3 1
scan_port 3 2
within 30 [ -d "$lone_lu/block" ] || bail_out "no disk of one path"
lone=$(ls "$lone_lu/block")
within 30 disk_is_there "$lone" || bail_out "no $lone"
within 30 test -e "/sys/bus/scsi/devices/$(path 3 2)/path" || bail_out "no second path"
echo rr >"/sys/block/$lone/device/multipath/iopolicy"
ok "unknown: no write fails" write_to "$lone" 16
ok "unknown: both paths are registered" within 30 both_are_registered
ok "unknown: no write fails by then" write_to "$lone" 16
ok "unknown: the path that holds it is found, or another one is given it" \
	grep "^key 0x11 on 2 of 2 paths, held by [0-9]" \
	"/sys/block/$lone/device/multipath/reservation"
ok "unknown: released" prout "/dev/$lone" --release --param-rk=0x11 --prout-type=1
ok "unknown: there is none" eval 'sg_persist --in --read-reservation "/dev/$lone" |
	grep "there is NO reservation held"'
finish
