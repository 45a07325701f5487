#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Write the series as mails: build/scsi-multipath.mbox, for git am and for
# sending, and build/0000-cover-letter.txt. Every new file is folded into the
# patch that introduces it, which is said in series: "name.patch # + file...".
#
# With $VERSION (1, 2 ...) they are meant to be sent, for the newest kernel ($LINUX). That
# takes somebody who signs them off, $SIGNED_OFF_BY="Name <address>", and the commit that
# they apply to, $BASE; b4 finds the latter, and what belongs to which version, by the
# lines at the end of the cover letter. What is new in a version is in changes.txt.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

command -v git >/dev/null || sh "$top/tests/kernel/packages.sh" check

# What somebody has configured must not change what we write.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1

placeholder='SCSI multipath developers <scsi-multipath@example.org>'
from=$placeholder
version=${VERSION:-}
base=${BASE:-}
change_id=20261126-scsi-multipath-7d3a1f6c52e9
if [ -n "$version" ]; then
	echo "$version" | grep -qx '[1-9][0-9]*' || die "VERSION=$version is no number"
	[ "$linux" = "${linuxes##* }" ] ||
		die "The newest kernel is what is sent for: make mbox LINUX=${linuxes##* } VERSION=$version"
	# Documentation/process/submitting-patches.rst: a known identity
	from=${SIGNED_OFF_BY:-}
	echo "$from" | grep -qE '^[^<>@]+ <[^<>@ ]+@[^<>@ ]+\.[^<>@ ]+>$' ||
		die "Who signs it off? make mbox VERSION=$version SIGNED_OFF_BY='Name <address>' BASE=commit"
	! echo "$from" | grep -qiE '@(.*\.)?(example\.|localhost|invalid>|.*\.(example|invalid|test)>)' ||
		die "SIGNED_OFF_BY=$from: no mail gets there, and nobody is meant by it"
	echo "$base" | grep -qxE '[0-9a-f]{40}' ||
		die "BASE is to be the commit that the series applies to, 40 digits of it"
	grep -q "^v$version:" "$top/tests/kernel/changes.txt" || [ "$version" = 1 ] ||
		die "tests/kernel/changes.txt does not say what is new in v$version"
fi
# As what sed puts in: "/" and "&" mean something there.
from_for_sed=$(printf '%s\n' "$from" | sed 's,[\\/&],\\&,g')
tag=PATCH${version:+ v$version}
[ "$version" != 1 ] || tag=PATCH
id=$change_id${version:+-v$version}
host=${from##*@}
host=${host%>}
date=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S +0000')

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# introduced PATCH: the files that it adds. A pattern will do, too.
introduced() {
	sed -n "s|^\(# \)\{0,1\}$1[[:space:]]*#[[:space:]]*+[[:space:]]||p" "$top/series" |
		tr -s '[:blank:]' '\n'
}

check_introduced() {
	introduced '[^#[:space:]]*' | LC_ALL=C sort >"$tmp/named"
	new_files >"$tmp/there"
	bad=$(uniq -d "$tmp/named")
	[ -z "$bad" ] || die "series: in two patches:
$bad"
	bad=$(LC_ALL=C comm -13 "$tmp/named" "$tmp/there")
	[ -z "$bad" ] || die "series: no patch introduces:
$bad"
	bad=$(LC_ALL=C comm -23 "$tmp/named" "$tmp/there")
	[ -z "$bad" ] || die "series: names what is not there:
$bad"
	series | LC_ALL=C sort >"$tmp/named"
	find "$top/patches" "$top/patches/$linux" -maxdepth 1 -name '*.patch' -printf '%f\n' \
		2>/dev/null | LC_ALL=C sort -u >"$tmp/there"
	bad=$(LC_ALL=C comm -3 "$tmp/named" "$tmp/there")
	[ -z "$bad" ] || die "series and patches/ differ in:
$bad"
}

# diff PATCH: its changes, as git would write them, then the files it adds.
diff_of() {
	awk '
		/^(Index: |====|diff --git )/ { next }
		/^--- [^ ]/ { file = $2; sub("^[^/]*/", "", file)
			print "diff --git a/" file " b/" file
			print "--- a/" file; in_diff = 1; next }
		/^\+\+\+ / { print "+++ b/" file; next }
		in_diff' "$(patch_file "$1")"
	introduced "$1" | while read -r file; do
		(cd "$top" && git diff --no-index --no-color --no-ext-diff \
			--src-prefix=a/ --dst-prefix=b/ /dev/null "$file" |
			sed 's/^new file mode .*/new file mode 100644/') || :
	done
}

# field PATCH NAME: of the header.
field() {
	sed -n "/^\$/q; s/^$2: //p" "$(patch_file "$1")"
}

# body PATCH: the text between header and diff.
body() {
	awk '/^---$/ { exit } in_body; /^$/ { in_body = 1 }' "$(patch_file "$1")"
}

# head NUMBER SUBJECT: of a mail.
mail_head() {
	cat <<END
From: $from
Date: $date
Subject: [$tag $1/$total] $2
Message-ID: <$id-$1@$host>
END
	[ "$1" = "$cover" ] || cat <<END
In-Reply-To: <$id-$cover@$host>
References: <$id-$cover@$host>
END
	[ -z "$version" ] || cat "$tmp/recipients"
	cat <<END
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit

END
}

check_introduced
total=$(series | wc -l)
cover=$(printf "%0${#total}d" 0)
mbox=$build/scsi-multipath.mbox
mkdir -p "$build"
: >"$mbox.new"
: >"$tmp/subjects"
: >"$tmp/numstat"

# Who is to see it, says the kernel, of all files that it touches
if [ -n "$version" ]; then
	sh "$top/tests/kernel/tree.sh"
	{ touched_files; echo MAINTAINERS; } | LC_ALL=C sort -u >"$tmp/touched"
	(cd "$build/linux" && xargs perl scripts/get_maintainer.pl --no-git --no-git-fallback \
		--norolestats -f <"$tmp/touched") |
	awk -v from="$from" '$0 != from {
		print (/^(linux-scsi|linux-block)@/ ? "To: " : "Cc: ") $0 }' |
		LC_ALL=C sort -ru >"$tmp/recipients"
	grep -q '^To: ' "$tmp/recipients" || die "get_maintainer.pl names no list"
fi

i=0
for patch in $(series); do
	i=$((i + 1))
	subject=$(field "$patch" Subject)
	[ -n "$subject" ] || die "patches/$patch: no Subject"
	diff_of "$patch" | sed "s/$placeholder/$from_for_sed/" >"$tmp/diff"
	[ -s "$tmp/diff" ] || die "patches/$patch: neither changes nor adds anything"
	echo "  $subject" >>"$tmp/subjects"
	(cd "$tmp" && git apply --numstat diff) >>"$tmp/numstat"
	{
		echo "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001"
		mail_head "$(printf "%0${#total}d" $i)" "$subject"
		body "$patch" | sed "s/$placeholder/$from_for_sed/"
		echo ---
		(cd "$tmp" && git apply --stat --summary diff)
		echo
		cat "$tmp/diff"
		printf -- '-- \nscsi-multipath\n\n'
	} >>"$mbox.new"
done

{
	mail_head "$cover" "$(sed -n 's/^Subject: //p' "$top/tests/kernel/cover.txt")"
	sed '1,/^$/d' "$top/tests/kernel/cover.txt"
	printf '\n%s (%d):\n' "${from% <*}" "$total"
	cat "$tmp/subjects"
	echo
	awk '{ if (!($3 in add)) name[++n] = $3; add[$3] += $1; del[$3] += $2 }
		END { for (i = 1; i <= n; i++) {
			f = name[i]; printf " %-52s | +%d -%d\n", f, add[f], del[f]
			a += add[f]; d += del[f] }
		printf " %d files changed, %d insertions(+), %d deletions(-)\n", n, a, d }' \
		"$tmp/numstat"
	if [ -n "$version" ]; then
		echo
		[ "$version" = 1 ] || cat "$top/tests/kernel/changes.txt"
		printf -- '---\nbase-commit: %s\nchange-id: %s\n' "$base" "$change_id"
	fi
} >"$build/0000-cover-letter.txt"
mv "$mbox.new" "$mbox"
say "$mbox: $total mails; cover letter: $build/0000-cover-letter.txt"
