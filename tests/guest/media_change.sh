# SPDX-License-Identifier: GPL-2.0
# A drive with a removable medium that the error handler or the administrator has reset:
# user space is told to look at the medium, as it is when somebody changes that.
# guest: clock=virtual cpus=2 seconds=300
. ./lib.sh
. ./lib_script.sh
plan 18

listen /tmp/uevents "^(DEVNAME|DISK_MEDIA_CHANGE)="

nr_told() {
	grep -c DISK_MEDIA_CHANGE /tmp/uevents
}

told() {
	[ "$(nr_told)" -gt 0 ]
}

# told_as_plain TITLE: the first of each type is the plain device
told_as_plain() {
	ok "$1: user space is told" within 20 told
	sleep 10
	nr=$(nr_told)
	case $1 in
	*plain*) of_plain=$nr ;;
	esac
	ok "$1: $nr times, by a plain one $of_plain" [ "$nr" -le "$of_plain" ]
}

for what in "removable 1 plain" "removable 1 lu" "removable 2 lu" \
	    "cd 1 plain" "cd 1 lu" "cd 2 lu"; do
	title=$(echo "$what" | awk '{ print $1, $3, $2 }')
	# shellcheck disable=SC2086 # a type, paths, and how
	script_add $what
	case $what in
	cd*) within 10 script_node block 'sr[0-9]*' ;;
	*) within 10 script_node block 'sd[a-z]*' ;;
	esac >/dev/null || bail_out "no block device"
	disk=$(script_node block 's[dr][a-z0-9]*')
	echo 1000 >"/sys/block/${disk#/dev/}/events_poll_msecs"
	sleep 10
	# Who opens it has seen what was there to be told.
	read_block || bail_out "no block"
	echo >/tmp/uevents
	ok "$title: reset by hand" sg_reset --device --no-esc \
		"$(script_node scsi_generic 'sg[0-9]*')"
	told_as_plain "$title"
	script_remove "$unit"
done
finish
