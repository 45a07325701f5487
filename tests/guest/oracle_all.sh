# SPDX-License-Identifier: GPL-2.0
# oracle.sh with all faults for all types, not each for some: that takes its time.
# guest: clock=virtual named=1 cpus=1 memory=1024 seconds=3600
. ./lib.sh
. ./lib_oracle.sh
oracle_run -a
