#!/bin/sh
# build.sh x86|debug|kasan|kcsan|kdump|swap|ubsan|um: a kernel with the series, and its modules;
# build.sh unpatched: as x86, without the series.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

kind=$1
conf=$top/tests/kernel
case $kind in
x86)
	arch=x86_64 fragments=$conf/x86.config
	from=arch/x86/boot/bzImage image=$build/bzImage modules=$build/modules ;;
debug | kcsan)
	arch=x86_64 fragments="$conf/x86.config $conf/$kind.config"
	from=arch/x86/boot/bzImage image=$build/$kind/bzImage modules=$build/$kind/modules ;;
kasan | kdump | swap | ubsan)
	arch=x86_64 fragments="$conf/x86.config $conf/debug.config $conf/$kind.config"
	from=arch/x86/boot/bzImage image=$build/$kind/bzImage modules=$build/$kind/modules ;;
unpatched)
	arch=x86_64 fragments=$build/unpatched.config
	from=arch/x86/boot/bzImage image=$build/unpatched/bzImage modules=$build/unpatched/modules ;;
um)
	arch=um fragments=$conf/um.config
	from=linux image=$build/linux-um modules=$build/um-modules ;;
*)
	die "usage: build.sh x86|debug|kasan|kcsan|kdump|swap|ubsan|um|unpatched" ;;
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
step "$name: building" "$log.log" build -j"$jobs" all
step "$name: building the tests' modules" "$log-tests.log" test_modules
step "$name: installing modules" "$log-modules.log" install_modules
mkdir -p "$(dirname "$image")"
# KCSAN's reports count only if one of these functions takes part.
[ "$kind" != kcsan ] || nm "$obj"/drivers/scsi/multipath/*.o |
	awk '$2 ~ /^[tT]$/ { print $3 }' | sort -u >"$build/$kind/functions"
cp "$obj/$from" "$image.new"
mv "$image.new" "$image"
say "$name: $image, $(elapsed)"
