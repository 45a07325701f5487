// SPDX-License-Identifier: GPL-2.0
/*
 * gone_reset DEVICE: resets of a device that goes while it is open. Says that it has
 * it open, waits for a line of input, and prints what becomes of each.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <scsi/sg.h>

int main(int argc, char **argv)
{
	static const int kinds[] = { SG_SCSI_RESET_DEVICE, SG_SCSI_RESET_BUS,
				     SG_SCSI_RESET_HOST };
	int fd;

	if (argc != 2)
		return 2;
	fd = open(argv[1], O_RDWR | O_NONBLOCK);
	if (fd < 0) {
		perror(argv[1]);
		return 2;
	}
	puts("open");
	fflush(stdout);
	getchar();
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		int kind = kinds[i];

		if (ioctl(fd, SG_SCSI_RESET, &kind))
			printf("%s\n", strerror(errno));
		else
			puts("done");
	}
	return 0;
}
