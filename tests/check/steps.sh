#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Every step of the series builds, with the option off, and on as soon as there
# is one, and sparse finds nothing that it did not find before. TAP.
# shellcheck disable=SC2317 # step calls what is not called otherwise

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"
# shellcheck source=tests/check/tap.sh
. "$top/tests/check/tap.sh"

kernel=$top/tests/kernel
sh "$kernel/packages.sh" build check
sh "$kernel/mbox.sh"
pristine=$(sh "$kernel/source.sh")
lock steps
out=$build/check
src=$build/linux-steps
mkdir -p "$out"
grep -v '^CONFIG_SCSI_MULTI_PATH_IO' "$kernel/x86.config" >"$out/steps-off.config"
cp "$kernel/x86.config" "$out/steps-on.config"

# A repository of the few files that the series is about.
repo=$(mktemp -d)
trap 'rm -rf "$repo" "$src"' EXIT
touched_files | while read -r file; do
	mkdir -p "$repo/$(dirname "$file")"
	cp "$pristine/$file" "$repo/$file"
done
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.org
export GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.org
am() (
	cd "$repo" && git init -q && git add -A && git commit -qm pristine &&
	git tag pristine && git am "$build/scsi-multipath.mbox"
)
step "steps: git am" "$build/log/steps-am.log" am

# The whole tree, of which only those files are ever replaced.
rm -rf "$src"
cp -al "$pristine" "$src" 2>/dev/null || { rm -rf "$src"; cp -a "$pristine" "$src"; }

# sparse_says LOG: without the places, which move
sparse_says() {
	sed -nE 's/^[./]*([^ :]+):[0-9]+:[0-9]+: (warning|error): /\1: /p' "$1" |
		sort -u
}

# try on|off: into findings
try() {
	log=$build/log/steps-$1
	rc=0
	(step "steps ($1): $subject" "$log.log" build_step "$1") || rc=$?
	[ $rc -eq 0 ] || grep -m 3 -E 'error: |\*\*\* ' "$log.log" >>"$out/findings" || :
	sparse_says "$log.log" | comm -13 "$out/steps-sparse" - >>"$out/findings"
}

build_step() {
	obj=$build/obj-steps-$1
	sh "$kernel/config.sh" x86_64 "$src" "$obj" "$out/steps-$1.config" &&
	kmake C=1 CHECK=sparse -j"$jobs" prepare block/ drivers/scsi/
}

rm -rf "$build/obj-steps-off" "$build/obj-steps-on"
: >"$out/steps-sparse"
: >"$out/findings"
subject="before the first"
try off
mv "$out/findings" "$out/steps-sparse"

for commit in $(cd "$repo" && git rev-list --reverse pristine..); do
	(cd "$repo" && git checkout -q "$commit")
	subject=$(cd "$repo" && git log -1 --format=%s)
	rsync -rc --exclude=/.git "$repo/" "$src/"
	: >"$out/findings"
	try off
	[ ! -e "$src/drivers/scsi/multipath/Kconfig" ] || try on
	tap "builds: $subject" "$out/findings"
done
tap_end
