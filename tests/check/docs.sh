#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# docs.sh: the manual as HTML in build/docs/html, by the kernel's own configuration of
# Sphinx. TAP: do Sphinx and kernel-doc warn?

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"
# shellcheck source=tests/check/tap.sh
. "$top/tests/check/tap.sh"

sh "$top/tests/kernel/packages.sh" build docs
sh "$top/tests/kernel/tree.sh"
out=$build/check
mkdir -p "$out"
log=$build/log/docs.log

# Only the pages of the series: the kernel's whole manual takes an hour.
html() {
	rm -rf "$build/docs"
	mkdir -p "$build/docs/pages"
	cp "$build/linux/Documentation/admin-guide/scsi-multipath.rst" \
		"$build/docs/pages/administrators.rst"
	cp "$build/linux/Documentation/scsi/scsi-multipath.rst" \
		"$build/docs/pages/developers.rst"
	printf '%s\n' "SCSI multipath" "==============" "" ".. toctree::" \
		"" "   administrators" "   developers" >"$build/docs/pages/index.rst"
	srctree=$build/linux BUILDDIR=$build/docs sphinx-build -b html \
		-c "$build/linux/Documentation" \
		-D version="$linux" -D release="$linux" \
		-D kerneldoc_srctree="$build/linux" \
		-D kerneldoc_bin="$build/linux/scripts/kernel-doc" \
		"$build/docs/pages" "$build/docs/html"
}

step "docs: building" "$log" html
# There are no graphs for which dot would be needed.
grep -E '(WARNING|ERROR|warning|error):' "$log" | grep -v 'dot(1) not found' |
	sort -u >"$out/findings" || :
tap "docs: no warnings" "$out/findings"
say "build/docs/html/index.html"
tap_end
