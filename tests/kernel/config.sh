#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# config.sh ARCH SRC OBJ FRAGMENT...: configure the kernel SRC in OBJ with the
# lines of the fragments, of which a later one overrides an earlier one, and
# everything else off. Every line must take effect.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

arch=$1 src=$2 obj=$3
shift 3

mkdir -p "$obj"
names=$top/tests/kernel/$linux.names
[ -e "$names" ] || names=/dev/null
cat "$names" "$@" | awk -F = '
	/^CONFIG_.* CONFIG_/ { split($0, pair, " "); newer[pair[1]] = pair[2]; next }
	/^CONFIG_/ && $1 in newer { $0 = newer[$1] "=" $2 }
	/^CONFIG_/ { if (!($1 in line)) name[++n] = $1; line[$1] = $0 }
	END { for (i = 1; i <= n; i++) print line[name[i]] }' >"$obj/fragment.config"

kmake KCONFIG_ALLCONFIG="$obj/fragment.config" allnoconfig

bad=$(grep -v '=n$' "$obj/fragment.config" | grep -vxF -f "$obj/.config") || :
[ -z "$bad" ] || die "ERROR: asked for, but not in $obj/.config:
$bad"
bad=$(sed -n 's/=n$/=/p' "$obj/fragment.config" | grep -F -f - "$obj/.config") || :
[ -z "$bad" ] || die "ERROR: asked to be off, but in $obj/.config:
$bad"
