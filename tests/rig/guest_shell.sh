# SPDX-License-Identifier: GPL-2.0
# What the shell of make shell and make gdb reads first: a disk with two paths.
. ./lib.sh

one_lu 2 max_luns=1 dev_size_mb=64
echo
echo "One disk, /dev/sda, over two hosts of scsi_debug:"
cat $PATHS
echo
echo "lib.sh is sourced: try nr_good, paths_write, fio_start. /guest has the tests:"
echo "TEST_NAME=reset sh reset.sh, after: unload scsi_debug. The end: poweroff -f."
PS1='guest# '
