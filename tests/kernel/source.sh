#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Print the directory of a pristine kernel tree, getting one if need be: the one
# that KERNEL names, else Debian's source package, of this release or of a later one, else
# the release of kernel.org.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

if [ -n "${KERNEL:-}" ]; then
	is_linux "$KERNEL" || die "$KERNEL: not a source tree of Linux $linux"
	! is_applied "$KERNEL" || die "$KERNEL: has SCSI multipath already; a pristine tree is needed"
	cd "$KERNEL"
	pwd
	exit
fi

# Where it is kept: usable by every clone, but never relied upon.
mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] || cache=$build
mkdir -p "$cache"
exec 9>"$cache/.source.lock"
flock 9

download() {
	url=https://cdn.kernel.org/pub/linux/kernel/v${linux%%.*}.x/linux-$linux_version.tar.xz
	if command -v wget >/dev/null; then
		wget -O "$1.part" "$url"
	else
		curl -fL -o "$1.part" "$url"
	fi && xz -t "$1.part" && mv "$1.part" "$1"
}

# apt-get and apt-cache with lists of their own, of Debian's unstable and experimental:
# the machine's apt hears nothing of it.
apt_later() {
	command=$1
	shift
	"$command" -o Dir::Etc::SourceList="$cache/apt/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$cache/apt/lists" \
		-o Dir::Cache="$cache/apt/cache" -o Acquire::Languages=none \
		-o APT::Update::Post-Invoke= -o APT::Update::Post-Invoke-Success= \
		-o APT::Sandbox::User= "$@"
}

# get_later ARCHIVE: linux-source-$linux of a later release
get_later() {
	mkdir -p "$cache/apt/lists/partial" "$cache/apt/cache/archives/partial"
	for suite in unstable experimental; do
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
			"http://deb.debian.org/debian $suite main"
	done >"$cache/apt/sources.list"
	apt_later apt-get update &&
	(cd "$cache/apt" && rm -f ./*.deb && rm -rf x &&
	 if ! apt_later apt-get download "linux-source-$linux"; then
		 echo "Debian has these, and no linux-source-$linux:"
		 apt_later apt-cache pkgnames linux-source-
		 exit 1
	 fi &&
	 dpkg-deb -x "linux-source-$linux"_*.deb x &&
	 mv "x/usr/src/linux-source-$linux.tar.xz" "$1" &&
	 rm -rf x ./*.deb)
}

archive=/usr/src/linux-source-$linux.tar.xz
later=$cache/linux-source-$linux.tar.xz
case $linux in
"$lts")
	[ -f "$archive" ] || sh "$top/tests/kernel/packages.sh" source || : ;;
*)
	[ -f "$later" ] || ! command -v apt-get >/dev/null ||
		(step "getting Debian's linux-source-$linux" "$build/log/download.log" \
			get_later "$later") || : ;;
esac
if [ "$linux" != "$lts" ] && [ -f "$later" ]; then
	archive=$later
	version=$linux-later
elif [ -f "$archive" ]; then
	version=$(dpkg-query -W -f '${Version}' "linux-source-$linux" 2>/dev/null || echo "$linux")
else
	version=$linux_version
	archive=$cache/linux-$version.tar.xz
	[ -f "$archive" ] ||
		(step "downloading Linux $version" "$build/log/download.log" download "$archive") ||
		die "No source of Linux $linux: Debian's mirror gives no linux-source-$linux (any more?)," \
			"nor kernel.org a release $version; see above. KERNEL=dir takes one from elsewhere."
fi

tree=$cache/linux-source-$version
sum=$(sha256sum <"$archive" | cut -c 1-32)
# The stamp names the archive and every file that came out of it.
if [ ! -d "$tree" ] || [ "$(cat "$tree.stamp" 2>/dev/null)" != "$sum $(fingerprint "$tree")" ]; then
	new=$(mktemp -d "$cache/.new.XXXXXX")
	trap 'rm -rf "$new"' EXIT
	step "unpacking Linux $version" "$build/log/unpack.log" \
		tar -C "$new" --strip-components=1 -xf "$archive"
	is_linux "$new" || die "$archive: not the source of Linux $linux"
	chmod 755 "$new"
	rm -rf "$tree" "$tree.stamp"
	mv "$new" "$tree"
	echo "$sum $(fingerprint "$tree")" >"$tree.stamp.new"
	mv "$tree.stamp.new" "$tree.stamp"
fi
echo "$tree"
