// SPDX-License-Identifier: GPL-2.0
/*
 * adapter NODE: the name of its adapter, as SCSI_IOCTL_GET_PCI has it
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>

#define SCSI_IOCTL_GET_PCI	0x5387

int main(int argc, char **argv)
{
	char name[21] = "";
	int fd;

	if (argc != 2)
		return 2;
	fd = open(argv[1], O_RDONLY | O_NONBLOCK);
	if (fd < 0 || ioctl(fd, SCSI_IOCTL_GET_PCI, name) < 0) {
		perror(argv[1]);
		return 1;
	}
	puts(name);
	return 0;
}
