# SPDX-License-Identifier: GPL-2.0
# A disk over two remote ports: Fibre Channel in software, FCoE between veth ends, with
# a real target behind, for the tests that source this.

CORE=/sys/kernel/config/target/core/rd_mcp_0/rd
FC=/sys/kernel/config/target/fc

# colons HEX: 0x1020.. as aa:bb:..
colons() {
	echo "${1#0x}" | sed 's/../&:/g; s/:$//'
}

# wwpn INTERFACE
wwpn() {
	for host in /sys/class/fc_host/*; do
		[ "$(cat "$host/symbolic_name" | sed 's/.* over //')" = "$1" ] &&
			colons "$(cat "$host/port_name")"
	done
}

# fcoe_start: two paths, of /dev/sda
fcoe_start() {
	mount -t configfs configfs /sys/kernel/config 2>/dev/null
	modprobe -a fcoe tcm_fc veth || bail_out "no FCoE"
	mkdir -p $CORE
	echo "rd_pages=16384" >$CORE/control
	echo 1 >$CORE/enable
	echo fcoe0001 >$CORE/wwn/vpd_unit_serial
	# The links stay down until every end is set up.
	for pair in 0 1; do
		/bin/ip link add i$pair mtu 2500 type veth peer name t$pair mtu 2500
	done
	for end in i0 t0 i1 t1; do
		echo $end >/sys/module/libfcoe/parameters/create_vn2vn
	done
	for pair in 0 1; do
		tpg=$FC/$(wwpn t$pair)/tpgt_1
		mkdir -p "$tpg/lun/lun_0"
		ln -s $CORE "$tpg/lun/lun_0/rd"
		mkdir -p "$tpg/acls/$(wwpn i$pair)/lun_0"
		ln -s "$tpg/lun/lun_0" "$tpg/acls/$(wwpn i$pair)/lun_0/l0"
	done
	for end in i0 t0 i1 t1; do
		/bin/ip link set $end up
	done

	within 60 nr_paths_is 2 || bail_out "not two paths"
}

# path_of_pair N: the path whose initiator is on i$N
path_of_pair() {
	for each in $(path_devices); do
		name=$(cat /sys/class/fc_host/host"${each%%:*}"/symbolic_name)
		[ "${name##* over }" = "i$1" ] && echo "$each"
	done
}
