#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# new-test.sh NAME: writes tests/guest/NAME.sh, a test that passes, to be filled in.
set -eu

cd "$(dirname "$0")/../.."
case ${1:-} in
"" | *[!a-z0-9_]* | lib*)
	echo "usage: make new-test T=name, of a-z, 0-9 and _; lib* are no tests" >&2
	exit 1 ;;
esac
test=tests/guest/$1.sh
if [ -e "$test" ]; then
	echo "$test is there already" >&2
	exit 1
fi
cat >"$test" <<END
# SPDX-License-Identifier: GPL-2.0
# What is shown here, in a sentence or two.
# guest: cpus=4 memory=1536 seconds=300
. ./lib.sh
# How many of ok, fails, is and skip there are below.
plan 3

# A disk over two hosts of scsi_debug. Other devices: lib_lio.sh, lib_script.sh ...
one_lu 2 max_luns=1 dev_size_mb=64 inq_product=$1

# A load that is verified, on both paths.
echo round-robin >/sys/block/sda/device/multipath/iopolicy
fio_start
load_reaches \$(path_devices)

# A fault: the first path is taken out. A check is a sentence that is true or false.
path=\$(first_path)
paths_write "\$path" 3
ok "the path is out of use" within 10 path_state_is "\$path" 3
paths_write "\$path" 1
ok "it is in use again" within 10 path_state_is "\$path" 1

fio_ok "there was no error above, and the data are right"
finish
END
echo "$test is written. Run it: make test T=$1. What it may use: tests/guest/lib.sh."
