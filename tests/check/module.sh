#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# module.sh [on|off]: the mid-layer as a module: it compiles, and uses exported symbols only.
# Hosts that opt out, which a guest has no use for, are compiled as well. With multipath on
# or off, or both. TAP.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"
# shellcheck source=tests/check/tap.sh
. "$top/tests/check/tap.sh"

sh "$top/tests/kernel/packages.sh" build
sh "$top/tests/kernel/tree.sh"
src=$build/linux
out=$build/check
mkdir -p "$out"

cat >"$out/module.config" <<END
CONFIG_64BIT=y
CONFIG_EXPERT=y
CONFIG_PRINTK=y
CONFIG_MODULES=y
CONFIG_PCI=y
CONFIG_PROC_FS=y
CONFIG_SYSFS=y
CONFIG_BLOCK=y
CONFIG_BLK_DEV=y
CONFIG_SCSI=m
CONFIG_SCSI_PROC_FS=y
CONFIG_BLK_DEV_SD=m
CONFIG_CHR_DEV_ST=m
CONFIG_BLK_DEV_SR=m
CONFIG_CHR_DEV_SG=m
CONFIG_CHR_DEV_SCH=m
CONFIG_SCSI_LOWLEVEL=y
CONFIG_SCSI_DEBUG=m
CONFIG_ATA=m
CONFIG_SATA_AHCI=m
CONFIG_USB_SUPPORT=y
CONFIG_USB=m
CONFIG_USB_STORAGE=m
CONFIG_USB_UAS=m
CONFIG_SCSI_UFSHCD=m
END

# try on|off
try() {
	obj=$build/obj-module-$1
	log=$build/log/module-$1
	echo "CONFIG_SCSI_MULTI_PATH_IO=$([ "$1" = on ] && echo y || echo n)" \
		>"$out/module-$1.config"
	step "module ($1): configuring" "$log-config.log" \
		sh "$top/tests/kernel/config.sh" x86_64 "$src" "$obj" \
		"$out/module.config" "$out/module-$1.config"
	rc=0
	(step "module ($1): building" "$log.log" kmake -j"$jobs" vmlinux modules) || rc=$?
	grep -E '(warning|error|WARNING|ERROR): ' "$log.log" >"$out/findings" || :
	[ $rc -eq 0 ] || echo "failed: $log.log" >>"$out/findings"
	tap "SCSI=m, multipath $1" "$out/findings"
}

lock obj-module
for setting in ${1:-on off}; do
	try "$setting"
done
tap_end
