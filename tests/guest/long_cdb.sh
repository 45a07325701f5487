# SPDX-License-Identifier: GPL-2.0
# Hosts that do not take CDBs of the same length: what is long goes over those that take it,
# as if the others were not there.
# guest: clock=virtual cpus=2 seconds=300
. ./lib.sh
. ./lib_script.sh
plan 32

LONG=0x7f
NO_CONNECT=1
BUSY=8

# find_anew PATH BYTES: the same device, over a host that takes CDBs of that length
find_anew() {
	script "$unit" event "host_cdb $1 $2"
	found=$(script_path "$unit" "$1")
	echo 1 >"/sys/bus/scsi/devices/$found/delete"
	within 10 test ! -e "/sys/bus/scsi/devices/$found" || bail_out "$found stays"
	echo "- - -" >"/sys/class/scsi_host/host${found%%:*}/scan"
	within 20 test -e "/sys/bus/scsi/devices/$found/path/lu" || bail_out "no $found"
	within 10 path_state_is "$found" 1
}

path_leaves() {
	found=$(script_path "$unit" "$1")
	echo 1 >"/sys/bus/scsi/devices/$found/delete"
	within 10 test ! -e "/sys/bus/scsi/devices/$found" || bail_out "$found stays"
}

# send_long [SECONDS]: a CDB of 32 bytes, which may take so long
send_long() {
	timeout 200 sg_raw -t "${1:-20}" "$(script_node scsi_generic 'sg[0-9]*')" 7f 0 0 0 0 0 0 18 0 9 \
		0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
}

# --- Found over a host that takes it
script_disk 2 lu
fails "two hosts that take 16 bytes" send_long
is "it is not sent" "$(script_sent "$unit" 0 $LONG) $(script_sent "$unit" 1 $LONG)" "0 0"
find_anew 0 32
find_anew 1 32
ok "two that take 32" send_long
find_anew 0 16
script "$unit" event zero
for nr in 1 2 3 4; do
	ok "one of each, $nr" send_long
done
is "over that which takes it" \
	"$(script_sent "$unit" 0 $LONG) $(script_sent "$unit" 1 $LONG)" "0 4"
ok "a read is not concerned" read_block

# --- The one that takes it is away for a while, as a plain device would be
script "$unit" event "target_block 1"
send_long >/dev/null 2>&1 &
sender=$!
sleep 2
began=$(now)
ok "while a long one waits, a short one does not" read_block
ok "it is not late" test $(($(now) - began)) -le 5
sleep 8
script "$unit" event "target_unblock 1"
ok "its transport comes back" wait $sender
script "$unit" event "target_block 1"
began=$(now)
fails "it does not" send_long
lasted=$(($(now) - began))
echo "# after $lasted s"
ok "no_path_timeout is over then" test $lasted -ge 25 -a $lasted -le 60
ok "a read is not concerned" read_block
script "$unit" event "target_unblock 1"
within 10 path_state_is "$(script_path "$unit" 1)" 1
ok "it is back" send_long

# --- What waits for the queue to be frozen does not wait for it, nor what waits for that
queue=/sys/block/${disk##*/}/queue
# start_setting NUMBER: of requests; the queue is frozen for that
start_setting() {
	rm -f /tmp/set
	{
		echo "$1" >"$queue/nr_requests"
		echo "$1" >/tmp/set
	} &
	setter=$!
}
no_path_timeout=$(cat "$above/multipath/no_path_timeout")
echo -1 >"$above/multipath/no_path_timeout"
script "$unit" event "target_block 1"
send_long >/dev/null 2>&1 &
sender=$!
sleep 40
ok "without a limit it waits" kill -0 $sender
began=$(now)
start_setting 9
sleep 1
start_read
ok "a setting is changed: a read waits for that, not for long" within 10 read_is_over
echo "# after $(($(now) - began)) s"
script "$unit" event "target_unblock 1"
wait $setter
fails "it has failed for that" wait $sender
is "it has changed" "$(cat "$queue/nr_requests")" 9
within 20 read_is_over
script "$unit" event "target_block 1"
send_long >/dev/null 2>&1 &
sender=$!
sleep 1
start_setting 8
ok "what waits for a moment only has a few seconds" within 8 test -s /tmp/set
script "$unit" event "target_unblock 1"
wait $setter
wait $sender
echo "$no_path_timeout" >"$above/multipath/no_path_timeout"
within 10 path_state_is "$(script_path "$unit" 1)" 1
ok "it is back" send_long

# --- What was under way when its path was lost waits from then on
away=/sys/bus/scsi/devices/$(script_path "$unit" 1)/state
echo 0 >"$above/multipath/attempt_timeout"
script "$unit" rules "1 $LONG 1 0 $BUSY 0 0 40000"
send_long 100 >/dev/null 2>&1 &
sender=$!
sleep 35
echo offline >"$away"
sleep 15
echo running >"$away"
ok "it is sent again once the path is back" wait $sender
script "$unit" event forget
within 30 path_state_is "$(script_path "$unit" 1)" 1

# --- A path fails it: the other one is not asked for what it does not take
script "$unit" event zero
script "$unit" rules "1 $LONG -1 $NO_CONNECT 0 0 0 0"
began=$(now)
fails "the path fails it" send_long
echo "# after $(($(now) - began)) s"
ok "before long" test $(($(now) - began)) -le 60
is "the other one is not asked" "$(script_sent "$unit" 0 $LONG)" 0
script "$unit" event forget
ok "it answers again" within 30 send_long

# --- The one that does not take it is gone
path_leaves 0
script "$unit" event zero
ok "what is left takes it" send_long
find_anew 0 32
ok "and so does what comes" send_long
for nr in 1 2; do
	path_leaves 1
	ok "alone, $nr" send_long
	find_anew 1 32
done
script_remove "$unit"
is "no other disk is left" "$(grep -c . $SCRIPT/units)" 0
finish
