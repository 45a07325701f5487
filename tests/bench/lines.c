// SPDX-License-Identifier: GPL-2.0
/*
 * lines CPUS ROUNDS DISK...: CPUs read 4 KiB each in turn, ROUNDS times, each of the disk
 * that is its own, or all of the one that there is.
 *
 * Each waits until the one before it is done: what two of them write has then moved
 * between them, once, and runs are alike. Now and then one reads once more, which does
 * not count: else who goes round would meet the same CPUs each time.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK		4096
#define BLOCKS		4096
#define WARM_UP		16
#define MAX_CPUS	16

/* At addresses that lines_plugin.c knows, see lines.h and the linking. */
#define MARK(name) \
	asm(".pushsection .mark." #name ", \"ax\"\n" #name ":\n\tret\n.popsection\n"); \
	void name(void)
MARK(watching_begins);
MARK(counting_begins);
MARK(counting_ends);
MARK(round_begins);
MARK(round_ends);

/* A cache line each, so that the turns have nothing to do with each other. */
static struct turn {
	int nr;
	char pad[BLOCK - sizeof(int)];
} *turns;

static void wait_for_turn(int cpu, int nr)
{
	int *turn = &turns[cpu].nr;
	int now;

	while ((now = __atomic_load_n(turn, __ATOMIC_ACQUIRE)) != nr)
		syscall(SYS_futex, turn, FUTEX_WAIT, now, NULL, NULL, 0);
}

static void give_turn(int cpu, int nr)
{
	__atomic_store_n(&turns[cpu].nr, nr, __ATOMIC_RELEASE);
	syscall(SYS_futex, &turns[cpu].nr, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void read_block(int fd, void *buffer, unsigned int place, const char *disk)
{
	if (pread(fd, buffer, BLOCK,
		  (off_t)(place / 65536 % BLOCKS) * BLOCK) != BLOCK)
		err(1, "%s", disk);
}

static void take_turns(int cpu, int cpus, int rounds, const char *disk)
{
	unsigned int place = cpu * 7919;
	cpu_set_t set;
	void *buffer;
	int fd;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "sched_setaffinity");
	fd = open(disk, O_RDONLY | O_DIRECT);
	if (fd < 0)
		err(1, "%s", disk);
	if (posix_memalign(&buffer, BLOCK, BLOCK))
		err(1, "memory");

	for (int nr = 1; nr <= WARM_UP + rounds; nr++) {
		place = place * 1103515245 + 12345;
		wait_for_turn(cpu, nr);
		if (!cpu && nr == WARM_UP + 1)
			round_begins();
		if (place & 1 << 30)
			read_block(fd, buffer, place, disk);
		counting_begins();
		read_block(fd, buffer, place, disk);
		counting_ends();
		if (cpu + 1 < cpus)
			give_turn(cpu + 1, nr);
		else
			give_turn(0, nr + 1);
	}
}

int main(int argc, char **argv)
{
	int cpus, rounds, status;

	if (argc < 4)
		errx(2, "usage: lines CPUS ROUNDS DISK...");
	cpus = atoi(argv[1]);
	rounds = atoi(argv[2]);
	if (cpus < 1 || cpus > MAX_CPUS || rounds < 1)
		errx(2, "%s CPUs, %s rounds", argv[1], argv[2]);
	turns = mmap(NULL, cpus * sizeof(*turns), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (turns == MAP_FAILED)
		err(1, "mmap");

	watching_begins();
	for (int cpu = 0; cpu < cpus; cpu++) {
		if (!fork()) {
			take_turns(cpu, cpus, rounds,
				   argv[3 + cpu % (argc - 3)]);
			_exit(0);
		}
	}
	give_turn(0, 1);
	for (int cpu = 0; cpu < cpus; cpu++) {
		wait(&status);
		if (status)
			errx(1, "a reader has failed, the others wait");
	}
	round_ends();
	return 0;
}
