#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What the command scsi-multipath makes of a sysfs that is made up: of device names, access
# states, and of names that say something to a shell; tests/guest/tree.sh has it on a
# kernel. And how other scripts end. TAP.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"
# shellcheck source=tests/check/tap.sh
. "$top/tests/check/tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
findings=$work/findings
out=$work/out
sys=$work/sys
code=$top/drivers/scsi/multipath
command=$top/tests/distro/package/scsi-multipath

# lu NUMBER DISK WWID STATUS: a logical unit, with that status
lu() {
	mkdir -p "$sys/bus/scsi/devices/$1/multipath" "$sys/bus/scsi/devices/$1/block/$2"
	(cd "$sys/bus/scsi/devices/$1" &&
	printf '%s\n' "$3" >multipath/wwid &&
	echo "[last-path] round-robin" >multipath/iopolicy &&
	echo 30 >multipath/no_path_timeout &&
	echo 0 >multipath/queued &&
	echo Vendor >vendor && echo Model >model &&
	echo 2048 >"block/$2/size" &&
	echo "$4" >multipath/status)
}

mkdir -p "$sys/module/scsi_mod/parameters"
echo auto >"$sys/module/scsi_mod/parameters/multipath"
good='group 0 A active/optimized
path 2:0:0:0 good 0 0 10
path 3:0:0:0 good 0 0 10'
lu 5:0:0:0 sda naa.6001 "$good"
lu 5:0:1:0 sdb 'name.a"b\n' "$good"

# run [ARGUMENT...]: into $out, standard error as well; its status in $status
run() {
	status=0
	(cd "$work" && SCSI_MULTIPATH_SYSFS=$sys timeout 10 sh "$command" "$@") >"$out" 2>&1 || status=$?
}

# expect TEXT STATUS [PATTERN...]: that status, and a line for each pattern
expect() {
	text=$1
	shift
	{
		[ "$status" = "$1" ] || echo "status is $status, not $1"
		shift
		for pattern; do
			grep -qE -- "$pattern" "$out" || echo "no line is $pattern"
		done
	} >"$findings"
	[ ! -s "$findings" ] || head -n 20 "$out" >>"$findings"
	tap "command: $text" "$findings"
}

run -c
expect "all is well" 0 '^OK 2 logical units$'
run -c sdz
expect "a monitor is told what is not there" 2 '^CRITICAL sdz: '
run -c sda nosuch /dev/sdb
expect "beside what is there" 2 '^CRITICAL nosuch: '
run sda sdz
expect "so are people" 1 '^sda  naa' 'sdz'
run -p sda sdz
expect "and the log of a timer, not Prometheus" 0 '^scsi-multipath: sdz: ' '^scsi_multipath_waiting.*sda'
touch "$work/sda"
run -c 'sd?'
expect "a name is no pattern" 2 '^CRITICAL sd\?: '

run -p
expect "text of Prometheus has no bare quotes" 0 'lu="name\.a\\"b\\\\n",'
run -e 0 sdb
expect "what looks like an escape is none" 0 '^sdb  name\.a"b\\n  Vendor Model'

lu 5:0:1:0 sdb naa.6002 'group 0 E standby
path 2:0:0:0 good 0 0 10
group 0 E unavailable
path 3:0:0:0 good 0 0 10'
run -c
expect "ports that serve nothing are no paths to rely on" 2 '^CRITICAL sdb naa.6002: '
lu 5:0:1:0 sdb naa.6002 'group 0 A active/optimized
path 2:0:0:0 good 0 0 10
group 0 E standby
path 3:0:0:0 good 0 0 10'
run -c
expect "beside one that does they are as they should be" 0 '^OK 2'
lu 5:0:1:0 sdb naa.6002 'group 0 A active/optimized
path 2:0:0:0 marginal 0 0 10
path 3:0:0:0 probation 1 0 10'
run -c
expect "what is not good is a warning" 1 '^WARNING sdb naa.6002: 2 of 2 .* 2:0:0:0 marginal 3:0:0:0 probation$'

# That it goes on for ever is why it is stopped: 124 is from timeout.
sleeps() {
	printf '#!/bin/sh\necho "sleep $*"\nexit 1\n' >"$work/sleep"
	chmod 755 "$work/sleep"
	PATH=$work:$PATH
}
(sleeps; run -e 0 -w 5:0:0:0; echo "status $status" >>"$out")
status=0
expect "an address is no interval" 0 '^sleep 2$' '^sda ' '^status 1$'
run -w 5x
expect "nor is what begins with a digit" 1 '5x'

# What the kernel says of a logical unit is shown.
pattern=$(sed -n "s/.*grep -E '\(.*\)' .*/\1/p" "$command")
cat "$code"/*.c | tr -d '\n' | grep -oE 'sdev_printk\(KERN_[A-Z]*,[[:space:]]*(path->)?lu->sdev[^,]*,[[:space:]]*"[^"\\]*' |
	sed 's/.*"//' >"$work/messages"
{
	[ -n "$pattern" ] || echo "no pattern found"
	[ "$(wc -l <"$work/messages")" -ge 12 ] || echo "no messages found"
	while read -r message; do
		echo "[    1.000000] sd 5:0:0:0: [sda] $message" | grep -qE "$pattern" ||
			echo "not shown: $message"
	done <"$work/messages"
} >"$findings"
tap "command: what the kernel says of logical units" "$findings"

# --- the scripts --------------------------------------------------------------------
# A signal ends a script, and what it does at its end is done.
mkdir -p "$work/tests/mine"
ln -s "$top/tests/kernel" "$work/tests/"
cat >"$work/tests/mine/script.sh" <<-END
	. "$top/tests/kernel/lib.sh"
	trap 'rm -f "$work/big"' EXIT
	touch "$work/big"
	kill -\$1 \$\$
	sleep 1
END
for signal in HUP INT TERM; do
	# Who is run in the background ignores INT, and so do its children.
	! env --default-signal sh "$work/tests/mine/script.sh" $signal || echo "goes on after $signal"
	[ ! -e "$work/big" ] || echo "leaves its files at $signal"
	rm -f "$work/big"
done >"$findings"
tap "scripts: nothing is left after a signal" "$findings"

for flavour in '' 'a b' ../amd64; do
	! sh "$top/tests/distro/deb.sh" "$flavour" >"$out" 2>&1 || echo "it takes '$flavour'"
	grep -q '^FLAVOUR=' "$out" || cat "$out"
done >"$findings"
tap "scripts: a flavour of packages is one word" "$findings"
tap_end
