#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# cpu.sh ACCEL: the model of CPU that a guest has.
#
# QEMU's emulator needs a quarter less for one without SMAP, AVX and page tables of five
# levels. It has all that Debian's programs and fio's checksums want.
case $1 in
tcg) echo Nehalem ;;
*) echo max ;;
esac
