# SPDX-License-Identifier: GPL-2.0
# NVMe's native multipath against its own plain path: the same target in this
# kernel, over the loop transport, to a device that does nothing.
# guest: cpus=1 memory=1024
# qemu: -icount shift=0,sleep=off
. ./measure.sh

. ./nvme_loop.sh

rows() {
	for pattern in randread:1 randread:32 randwrite:32; do
		rw=${pattern%:*} depth=${pattern#*:}
		progress "nvme, $1, $rw 4k qd$depth"
		result nvme "$rw 4k qd$depth" "$1" "$(per_io 4000 12000 --direct=1 \
			--rw="$rw" --bs=4k --norandommap --iodepth="$depth" --size=64m \
			--io_size=1g)" instructions
	done
	progress "nvme, $1, seqread 64k qd32"
	result nvme "seqread 64k qd32" "$1" "$(per_io 1024 4096 --direct=1 --rw=read \
		--bs=64k --iodepth=32 --size=64m --io_size=1g)" instructions
}

nvme_up N 1
rows "NVMe plain"
nvme_down
nvme_up Y 2
for policy in numa round-robin; do
	echo $policy >/sys/class/nvme-subsystem/nvme-subsys0/iopolicy
	rows "NVMe $policy, 2 paths"
done
nvme_down

finish
