// SPDX-License-Identifier: GPL-2.0
/*
 * hog MIB [FILE]: write to so much memory, over and over, of which the kernel can have
 * back only what it has written to FILE; without one, to swap.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = -1, flags = MAP_PRIVATE | MAP_ANONYMOUS;
	size_t size;
	char *memory;

	if (argc < 2 || argc > 3)
		errx(2, "usage: hog MIB [FILE]");
	size = (size_t)atoi(argv[1]) << 20;
	if (argc == 3) {
		flags = MAP_SHARED;
		fd = open(argv[2], O_RDWR | O_CREAT, 0600);
		if (fd < 0 || ftruncate(fd, size))
			err(1, "%s", argv[2]);
	}
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (memory == MAP_FAILED)
		err(1, "mmap");
	for (unsigned int round = 1; ; round++) {
		for (size_t i = 0; i < size; i += 4096)
			memory[i] = round;
	}
}
