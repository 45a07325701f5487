#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# build.sh x86|debug|kasan|kcsan|kdump|swap|ubsan|um: a kernel with the series, and its modules;
# build.sh unpatched: as x86, without the series;
# build.sh KIND-symbols: that kernel once more, and gdb knows its lines and types. The modules
# are those of KIND.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

kind=$1
conf=$top/tests/kernel
arch=x86_64 from=arch/x86/boot/bzImage
place=$build/$kind
case ${kind%-symbols} in
x86)
	fragments=$conf/x86.config ;;
debug | kcsan)
	fragments="$conf/x86.config $conf/${kind%-symbols}.config" ;;
kasan | kdump | swap | ubsan)
	fragments="$conf/x86.config $conf/debug.config $conf/${kind%-symbols}.config" ;;
unpatched)
	fragments=$build/unpatched.config ;;
um)
	arch=um from=linux fragments=$conf/um.config ;;
*)
	die "usage: build.sh x86|debug|kasan|kcsan|kdump|swap|ubsan|um|unpatched, or one with -symbols" ;;
esac
image=$place/bzImage modules=$place/modules target=all
case $kind in
x86) image=$build/bzImage modules=$build/modules ;;
um) image=$build/linux-um modules=$build/um-modules ;;
*-symbols)
	fragments="$fragments $conf/symbols.config" modules='' target=bzImage
	# They name the folder in which they were made.
	unset CCACHE_NOHASHDIR ;;
esac
src=$build/linux
obj=$build/obj-$kind
log=$build/log/kernel-$kind
name="kernel ($kind)"

sh "$conf/packages.sh" build
if [ "$kind" = unpatched ]; then
	src=$(sh "$conf/source.sh")
	grep -v '^CONFIG_SCSI_MULTI_PATH_IO' "$conf/x86.config" >"$fragments"
else
	sh "$conf/tree.sh"
fi
lock "obj-$kind"

# Names of source files in messages, as if built in the tree.
build() {
	kmake KCFLAGS=-fmacro-prefix-map=../linux/= "$@"
}

# Those of the tests; they are built in a copy, beside the kernel's objects.
test_modules() {
	mkdir -p "$obj/test-modules"
	rsync -rc "$top/tests/modules/" "$obj/test-modules/"
	build M="$obj/test-modules" modules
}

install_modules() {
	rm -rf "$modules"
	build INSTALL_MOD_PATH="$modules" modules_install
	build INSTALL_MOD_PATH="$modules" M="$obj/test-modules" modules_install
	# Links to here mean nothing in a guest.
	rm -f "$modules"/lib/modules/*/build
}

# shellcheck disable=SC2086 # a list of fragments
step "$name: configuring" "$log-config.log" \
	sh "$conf/config.sh" "$arch" "$src" "$obj" $fragments
step "$name: building" "$log.log" build -j"$jobs" $target
if [ -n "$modules" ]; then
	step "$name: building the tests' modules" "$log-tests.log" test_modules
	step "$name: installing modules" "$log-modules.log" install_modules
fi
mkdir -p "$(dirname "$image")"
# KCSAN's reports count only if one of these functions takes part.
[ "$kind" != kcsan ] || nm "$obj"/drivers/scsi/multipath/*.o |
	awk '$2 ~ /^[tT]$/ { print $3 }' | sort -u >"$build/$kind/functions"
cp "$obj/$from" "$image.new"
mv "$image.new" "$image"
say "$name: $image, $(elapsed)"
