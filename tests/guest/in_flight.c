// SPDX-License-Identifier: GPL-2.0
/*
 * in_flight NUMBER DISK...: NUMBER reads of each disk, all under way at once; says
 * "sent" when they are, or how many are back already, and how many have ended well when
 * all have ended.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BLOCK	4096

/* One more that has ended, and in @good if it has ended well; false if there is none. */
static bool get_event(aio_context_t context, int *good, struct timespec *timeout)
{
	struct io_event event;
	long nr = syscall(SYS_io_getevents, context, timeout ? 0 : 1, 1, &event,
			  timeout);

	if (nr < 0)
		err(1, "io_getevents");
	if (nr)
		*good += event.res == BLOCK;
	return nr;
}

int main(int argc, char **argv)
{
	int each, nr_disks = argc - 2, good = 0, back = 0;
	struct timespec now = { };
	aio_context_t context = 0;
	void *buffer;

	if (argc < 3)
		errx(2, "usage: in_flight NUMBER DISK...");
	each = atoi(argv[1]);
	if (posix_memalign(&buffer, BLOCK, BLOCK))
		err(1, "memory");
	if (syscall(SYS_io_setup, each * nr_disks, &context))
		err(1, "io_setup");

	for (int disk = 0; disk < nr_disks; disk++) {
		int fd = open(argv[2 + disk], O_RDONLY | O_DIRECT);

		if (fd < 0)
			err(1, "%s", argv[2 + disk]);
		for (int i = 0; i < each; i++) {
			struct iocb iocb, *list = &iocb;

			memset(&iocb, 0, sizeof(iocb));
			iocb.aio_fildes = fd;
			iocb.aio_lio_opcode = IOCB_CMD_PREAD;
			iocb.aio_buf = (unsigned long)buffer;
			iocb.aio_nbytes = BLOCK;
			/* Not side by side, or they would be merged. */
			iocb.aio_offset = 2L * BLOCK * i;
			if (syscall(SYS_io_submit, context, 1, &list) != 1)
				err(1, "%s", argv[2 + disk]);
		}
	}
	while (back < each * nr_disks && get_event(context, &good, &now))
		back++;
	printf("sent");
	if (back)
		printf(", %d back", back);
	printf("\n");
	fflush(stdout);

	for (int left = each * nr_disks - back; left; left--)
		get_event(context, &good, NULL);
	printf("good %d\n", good);
	return 0;
}
