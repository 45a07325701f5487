# SPDX-License-Identifier: GPL-2.0
# To be sourced, with $top set: which kernel is meant, and where that is built.
# shellcheck shell=sh disable=SC2034 # for those who source it

# The kernels that the patches are for, and the one that is meant: $LINUX, or the version
# of the tree that $KERNEL names, or the one with long-term support. The patches are those
# of the newest; what another one has otherwise is in a folder of its own, patches/VERSION.
linuxes='6.12 7.3'
lts=6.12
version_of() {
	sed -n 's/^VERSION = //p; s/^PATCHLEVEL = /./p' "$1/Makefile" 2>/dev/null | tr -d '\n'
}
linux=${LINUX:-}
[ -n "$linux" ] || [ -z "${KERNEL:-}" ] || linux=$(version_of "$KERNEL")
linux=${linux:-$lts}
case " $linuxes " in
*" $linux "*) ;;
*)
	echo "There are patches for Linux $linuxes, not for $linux" >&2
	exit 1 ;;
esac

# Each has its folder, so that one can be looked at beside the other.
build=$top/build
[ "$linux" = "$lts" ] || build=$build/$linux
