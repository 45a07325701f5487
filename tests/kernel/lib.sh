# SPDX-License-Identifier: GPL-2.0
# Shared by the scripts here and in tests/check; sourced, not run.
# shellcheck shell=sh disable=SC2034 # some are for those who source it

set -eu
# What is to be done at the end is done after a signal as well: dash does it at an exit only.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/kernel/version.sh
. "$top/tests/kernel/version.sh"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/scsi-multipath

# What to download where no distribution has a source package.
case $linux in
6.12) linux_version=${LINUX_VERSION:-6.12.117} ;;
*) linux_version=${LINUX_VERSION:-$linux} ;;
esac

jobs=${JOBS:-$(nproc)}
start=$(date +%s)

# A make that called us would hand its variables and job slots to the kernel's.
unset MAKEFLAGS MFLAGS MAKELEVEL

# Objects depend on neither the place of the project nor the time of the day,
# so that another clone finds them in the cache.
export CCACHE_DIR="$cache/ccache" CCACHE_BASEDIR="$build" CCACHE_NOHASHDIR=1
export KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 1970'
export KBUILD_BUILD_USER=scsi-multipath KBUILD_BUILD_HOST=localhost
export KBUILD_BUILD_VERSION=1

say() {
	echo "$*" >&2
}

die() {
	say "$*"
	exit 1
}

elapsed() {
	t=$(($(date +%s) - start))
	if [ "$t" -ge 60 ]; then
		echo "$((t / 60))m$((t % 60))s"
	else
		echo "${t}s"
	fi
}

# step WHAT LOG COMMAND...: run it quietly, with a sign of life every 30 s.
step() {
	step_what=$1 step_log=$2
	shift 2
	mkdir -p "$(dirname "$step_log")"
	say "$step_what, $(elapsed)"
	: >"$step_log"
	tick "$step_what" "$step_log" $$ &
	step_ticker=$!
	step_rc=0
	"$@" >"$step_log" 2>&1 || step_rc=$?
	kill "$step_ticker" 2>/dev/null || :
	wait "$step_ticker" 2>/dev/null || :
	[ $step_rc -ne 0 ] || return 0
	say "$step_what: failed after $(elapsed), $step_log:"
	tail -n 20 "$step_log" >&2
	say "first error:"
	grep -m 1 -A 4 -E '(error: |ERROR: |\*\*\* |undefined reference)' "$step_log" >&2 || :
	exit $step_rc
}

tick() {
	# Nothing of ours may stay open in a sleep that outlives us.
	while sleep 30 >/dev/null 2>&1 9>&- && kill -0 "$3" 2>/dev/null; do
		files=$(grep -cE '^  (CC|AS|HOSTCC|LD) ' "$2" || :)
		if [ "$files" -gt 0 ]; then
			say "$1, $(elapsed), $files files"
		else
			say "$1, $(elapsed)"
		fi
	done
}

# kmake ARGUMENT...: the make of the kernel in $src, with its objects in $obj, for $arch
kmake() {
	make -C "$src" O="$obj" ARCH="${arch:-x86_64}" CC='ccache gcc' HOSTCC='ccache gcc' "$@"
}

# lock NAME: one at a time; held until this script ends.
lock() {
	mkdir -p "$build"
	exec 9>"$build/.$1.lock"
	flock 9
}

# is_linux DIR: is this a source tree of the right series?
is_linux() {
	[ -f "$1/drivers/scsi/scsi_lib.c" ] && [ "$(version_of "$1")" = "$linux" ]
}

# is_applied DIR: does it have the new files already?
is_applied() {
	[ -e "$1/include/scsi/scsi_path.h" ] || [ -e "$1/drivers/scsi/multipath" ]
}

# The new kernel files, relative to the top.
new_files() {
	(cd "$top" && find drivers include Documentation -type f \
		\( -name .kunitconfig -o ! -name '.*' \) ! -name '*~' ! -name '*.orig' ! -name '*.rej' |
		LC_ALL=C sort)
}

# patch_file NAME: the text of that patch for the kernel that is meant
patch_file() {
	if [ -e "$top/patches/$linux/$1" ]; then
		echo "$top/patches/$linux/$1"
	else
		echo "$top/patches/$1"
	fi
}

# The patches, in order; those that only add files are comments to quilt. First come those
# that only this kernel needs.
series() {
	for own in "$top/patches/$linux"/*.patch; do
		[ ! -e "$own" ] || [ -e "$top/patches/${own##*/}" ] || echo "${own##*/}"
	done
	sed -n 's/^\(# \)\{0,1\}\([^#[:space:]]*\.patch\)\([[:space:]].*\)\{0,1\}$/\2/p' "$top/series"
}

# The files of the kernel that the patches change.
touched_files() {
	series | while read -r patch; do
		sed -n 's,^+++ [^/]*/\([^[:space:]]*\).*,\1,p' "$(patch_file "$patch")"
	done | LC_ALL=C sort -u
}

# fingerprint DIR: one word that changes when a file in it does.
fingerprint() {
	(cd "$1" && find . -name .git -prune -o -type f -printf '%P %s %T@\n' |
		LC_ALL=C sort | sha256sum | cut -c 1-32)
}
