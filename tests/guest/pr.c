// SPDX-License-Identifier: GPL-2.0
/*
 * pr DEVICE register|reserve|release KEY: a reservation by the kernel's own
 * interface for block devices. Prints the error, and fails, if there is one.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/pr.h>

int main(int argc, char **argv)
{
	struct pr_registration registration = { };
	struct pr_reservation reservation = { .type = PR_WRITE_EXCLUSIVE };
	int fd, result;

	if (argc != 4)
		return 2;
	fd = open(argv[1], O_RDWR);
	if (fd < 0) {
		perror(argv[1]);
		return 2;
	}
	registration.new_key = strtoull(argv[3], NULL, 0);
	reservation.key = registration.new_key;
	if (!strcmp(argv[2], "register"))
		result = ioctl(fd, IOC_PR_REGISTER, &registration);
	else if (!strcmp(argv[2], "reserve"))
		result = ioctl(fd, IOC_PR_RESERVE, &reservation);
	else if (!strcmp(argv[2], "release"))
		result = ioctl(fd, IOC_PR_RELEASE, &reservation);
	else
		return 2;
	if (result < 0)
		printf("%s\n", strerror(errno));
	else if (result)
		printf("status %#x\n", result);
	return result != 0;
}
