#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Is what there is at all the places that CONTRIBUTING names, and README? TAP.

# shellcheck source=tests/kernel/lib.sh
. "$(dirname "$0")/../kernel/lib.sh"
# shellcheck source=tests/check/tap.sh
. "$top/tests/check/tap.sh"

cd "$top"
code=drivers/scsi/multipath
abi=Documentation/ABI/testing/sysfs-scsi-multipath
manual=Documentation/admin-guide/scsi-multipath.rst
inside=Documentation/scsi/scsi-multipath.rst
work=$(mktemp -d)
findings=$work/findings
trap 'rm -rf "$work"' EXIT

# has FILE WORD: the word is in it, else that is a finding
has() {
	grep -qwF -- "$2" "$1" || echo "$2 is not in $1"
}

# nonempty LIST WHAT: nothing found is nothing checked
nonempty() {
	[ -n "$1" ] || echo "no $2 found"
}

policies() {
	files=$(ls $code/policy_*.c)
	nonempty "$files" policies
	for file in $files; do
		symbol=$(sed -n 's/^const struct scsi_path_policy \(.*\) = {/\1/p' "$file")
		name=$(sed -n 's/.*\.name.*"\(.*\)".*/\1/p' "$file")
		for place in policy.h policy.c tests/policy_kunit.c; do
			has $code/$place "$symbol"
		done
		has $code/policy.c "$name"
		has $abi "$name"
		has $manual "$name"
		has tests/guest/policies.sh "$name"
	done
}

effects() {
	names=$(sed -n 's/^\t\(EFFECT_[A-Z]*\),$/\1/p' $code/verdict.h)
	nonempty "$names" effects
	for name in $names; do
		for place in tests/verdict_kunit.c trace.h completion.c; do
			has $code/$place "$name"
		done
	done
}

attributes() {
	names=$(sed -n 's/^static DEVICE_ATTR_[A-Z_]*(\(.*\));/\1/p; s/^DEVICE_ATTR_[A-Z_]*(\(.*\));/\1/p' \
		$code/*.c)
	nonempty "$names" attributes
	sed -n '/^sysfs$/,/^Uevents$/p' $manual >"$work/attributes"
	for name in $names; do
		has $abi "$name"
		has "$work/attributes" "\`\`$name\`\`"
		has $manual "$name"
		cat tests/guest/*.sh tests/guest/*.c | grep -qwF -- "$name" ||
			echo "no guest test of $name"
	done
}

parameters() {
	names=$(sed -n 's/^module_param[a-z_]*(\([a-z_]*\),.*/\1/p' $code/*.c)
	nonempty "$names" parameters
	for name in $names; do
		has $abi "parameters/$name"
		has $manual "$name"
		for place in patches/scsi-multipath-documentation.patch \
			patches/*/scsi-multipath-documentation.patch; do
			has "$place" "$name"
		done
	done
}

files() {
	find $code -type f | LC_ALL=C sort | while read -r file; do
		case $(tr ' ' '\n' <series | grep -cxF -- "$file") in
		1) ;;
		*) echo "$file is not once in series" ;;
		esac
		case $file in
		*.c) has $code/Makefile "$(basename "$file" .c).o" ;;
		esac
	done
	for file in $code/*.c; do
		case ${file##*/} in
		policy*.c | pr_*.c) ;;
		*) has $inside "${file##*/}" ;;
		esac
	done
	sed -n 's/.*#\( +\)*//p' series | tr ' ' '\n' | grep / | while read -r file; do
		[ -e "$file" ] || echo "series names $file, which is not there"
	done
}

suites() {
	for file in $code/tests/*_kunit.c; do
		want=scsi_multipath_$(basename "$file" _kunit.c)
		has "$file" "$want"
	done
}

benchmark() {
	guests=$(sed -n "s/^guests='//; /^[a-z0-9-]* [a-z]* [a-z]* [0-9]/p" tests/bench/run.sh |
		cut -d ' ' -f 2 | sort -u)
	nonempty "$guests" "guests of the benchmark"
	for guest in $guests; do
		[ -e "tests/bench/guest/$guest.sh" ] || echo "no guest $guest"
	done
	# Every part that has a title has a place in the order.
	for part in $(sed -n 's/^\ttitle\["\([a-z]*\)"\].*/\1/p' tests/bench/table.awk); do
		sed -n 's/.*order = //p' tests/bench/table.awk | grep -qw "$part" ||
			echo "$part has no place in the order of table.awk"
	done
}

mutations() {
	for file in tests/mutations/*.patch; do
		test=$(basename "$file")
		test=${test%%-*}
		[ "$test" = kunit ] || [ -e "tests/guest/$test.sh" ] ||
			echo "$file is for $test, which is no test"
	done
}

# Every file that can say under which licence it is, says so.
licences() {
	{
		find drivers include tests .ci -type f \( -name '*.[ch]' -o -name '*.sh' \
			-o -name '*.awk' -o -name '*.pml' -o -name Makefile -o -name Kconfig \)
		find tests .ci -type f -size -100k -exec awk '
			FNR == 1 && /^#!/ { print FILENAME }' {} +
		echo Makefile
	} | LC_ALL=C sort -u | while read -r file; do
		head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0' ||
			echo "$file does not say its licence"
	done
}

# Every file that it names, where no NAME stands for one
contributing() {
	grep -oE '(tests|drivers|Documentation|patches)/[A-Za-z0-9_./-]*[a-z/]' CONTRIBUTING |
	grep -vE '[A-Z]{4}|-$' | while read -r file; do
		[ -e "$file" ] || echo "CONTRIBUTING names $file, which is not there"
	done
}

# Every folder of tests has its place in "Where things are".
readme() {
	for folder in tests/*/; do
		has README "$(basename "$folder")/"
	done
}

# Every test that it names in parentheses, one or several
met() {
	names=$(grep -oE '(^|[^$])\([a-z_]+(, [a-z_]+)*\)' tests/README.rst | tr -d '(),')
	nonempty "$names" "tests in tests/README.rst"
	for name in $names; do
		[ -e "tests/guest/$name.sh" ] || [ -e "tests/$name/run.sh" ] ||
			echo "tests/README.rst names $name, which is no test"
	done
}

# The patches for an older kernel change what those for the newest change, but for what
# differences.txt says: "<" is the newest, ">" the other.
kernels() {
	for own in patches/*/*.patch; do
		newest=patches/${own##*/}
		[ -e "$newest" ] || continue
		echo "$own"
		changes "$newest" >"$work/newest"
		changes "$own" >"$work/own"
		diff "$work/newest" "$work/own" | grep '^[<>]' || :
	done >"$work/differences"
	diff tests/check/differences.txt "$work/differences" || :
}

# changes PATCH: the lines that it adds and removes
changes() {
	grep '^[+-]' "$1" | grep -vE '^(---|\+\+\+) '
}

for what in policies effects attributes parameters files suites benchmark mutations licences \
	contributing readme met kernels; do
	$what >"$findings"
	tap "places: $what" "$findings"
done
tap_end
