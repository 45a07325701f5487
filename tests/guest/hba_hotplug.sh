# SPDX-License-Identifier: GPL-2.0
# Host adapters, and disks of theirs, that come and go: unplugged with notice, torn
# out without, and plugged in again, under a load that is verified. One path is on a
# host that stays; the others are on adapters with different drivers. A scan of some
# hundred empty addresses waits for RCU at each, hence rcu_expedited.
# guest: cpus=4 memory=2048 qmp=1
# append: scsi_mod.multipath=always rcupdate.rcu_expedited=1
# qemu: -device virtio-scsi-pci,id=stay
# qemu: -device pcie-root-port,id=port1,chassis=1 -device pcie-root-port,id=port2,chassis=2
# qemu: -device pcie-root-port,id=port3,chassis=3 -device pcie-root-port,id=port4,chassis=4
# disk: image 128M
# qemu: -device scsi-hd,bus=stay.0,drive=image,share-rw=on,serial=plug,wwn=0x5000c50015ea71ac
. ./lib.sh
plan 30

# Not lsi53c895a: sym53c8xx frees DMA memory with interrupts off when it is removed,
# which the kernel reports, with and without multipath.
adapters="virtio-scsi-pci mptsas1068 megasas-gen2 pvscsi"

port_of() {
	case $1 in
	virtio*) echo port1 ;;
	mptsas*) echo port2 ;;
	megasas*) echo port3 ;;
	pvscsi) echo port4 ;;
	esac
}

# plug ADAPTER: with its disk
plug() {
	plug_hba "$1" "$1" "$(port_of "$1")" plug
}

# unplug DEVICE: and wait until it is gone
unplug() {
	! is_gone "$1" && qmp device_del "\"id\": \"$1\"" && within 30 is_gone "$1"
}

# The guest has given it up. QEMU says that a device is deleted when nothing refers to it,
# which for a pvscsi never comes if its disk was torn from it with requests under way:
# pvscsi_request_cancelled() keeps their scatter lists.
is_gone() {
	qmp qom-list '"path": "/machine/peripheral"' || return
	case $qmp_answer in
	*"\"name\": \"$1\""*) return 1 ;;
	esac
}

# The path over the adapter that is not to stay.
newcomer() {
	path_devices | grep -vx "$stay"
}

# The PCI device of that path's host.
pci_device() {
	pci=$(readlink -f "/sys/class/scsi_host/host${1%%:*}/device")
	pci=${pci%/host*}
	echo "${pci%/virtio*}"
}

# tear_out ADAPTER: the guest is not asked. This is the register by which its ACPI code
# gives a slot's device up when all drivers have left it; here they have not.
tear_out() {
	qmp qom-get "\"path\": \"/machine/peripheral/$(port_of "$1")/$(port_of "$1")\",
		\"property\": \"acpi-pcihp-bsel\"" || return
	bus=$(echo "$qmp_answer" | tr -dc 0-9)
	qmp human-monitor-command "\"command-line\": \"o/w 0xcd0 $bus\"" &&
	qmp human-monitor-command "\"command-line\": \"o/w 0xcc8 1\"" &&
	within 30 is_gone "$1"
}

qmp_open
within 30 disk_is_there sda || bail_out "no sda"
echo rr >/sys/block/sda/device/multipath/iopolicy
modprobe -a mptsas megaraid_sas vmw_pvscsi || bail_out "modules"

stay=$(path_devices)
# Not so much that a scan of an adapter's addresses takes for ever.
fio_start --numjobs=2 --offset_increment=50% --size=50% --iodepth=4 --thinktime=10ms
for each in $adapters; do
	echo "# $each $(cut -d ' ' -f 1 /proc/uptime)"
	plug "$each" || bail_out "plug $each: $qmp_answer"
	ok "$each: a path more" within 60 nr_good_is 2
	load_reaches "$(newcomer)"
	ok "$each: its disk is unplugged" unplug "$each-disk"
	ok "$each: that path is not used" within 60 nr_good_is 1
	disk_for "$each" plug >&9
	qmp_done 1 || bail_out "plug the disk of $each: $qmp_answer"
	ok "$each: the path is back" within 60 nr_good_is 2
	ok "$each: unplugged" unplug "$each"
	ok "$each: the other path is left" within 30 nr_paths_is 1

	# virtio_scsi waits for ever for commands that the adapter had, with and without
	# multipath; QEMU does not let go of a megasas that has some. mptbase's interrupt
	# handler reads replies until it reads all ones, as from a slot that is empty, but
	# QEMU's empty slots read as zeroes: an interrupt of another device on the same
	# line, and the handler never ends.
	[ "$each" = pvscsi ] || continue
	plug "$each" || bail_out "plug $each: $qmp_answer"
	ok "$each: a path more" within 60 nr_good_is 2
	load_reaches "$(newcomer)"
	pci=$(pci_device "$(newcomer)")
	ok "$each: torn out" tear_out "$each"
	(echo 1 >"$pci/remove") &
	remover=$!
	ok "$each: the other path is left" within 60 nr_paths_is 1
	wait $remover
	ok "$each: the driver has left" test ! -e "$pci"
done
fio_ok "no error above, data verified"
is "one path" "$(nr_good)" 1
finish
