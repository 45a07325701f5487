// SPDX-License-Identifier: GPL-2.0
/*
 * A plug-in of QEMU's emulator: which cache lines of the kernel move between CPUs?
 *
 * Each virtual CPU has a cache without limits. A line is modified in one of them,
 * shared by some, or in none. It moves when a CPU reads what another one has
 * modified, and when a CPU writes what another one has. That is counted by the
 * instruction that does it.
 *
 * The guest's program lines.c has functions at addresses that are known here; what
 * is executed between them on the CPU that has called the first one counts. Until
 * the first time the guest runs at its usual speed.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

/* The few things of QEMU's API for plug-ins, version 1, that are used here. */
struct qemu_plugin_tb;
struct qemu_plugin_insn;
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
extern struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t idx);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
extern bool qemu_plugin_mem_is_store(uint32_t info);
extern void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
		void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
		void (*cb)(unsigned int cpu, void *data), int flags, void *data);
extern void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
		void (*cb)(unsigned int cpu, uint32_t info, uint64_t vaddr,
			   void *data), int flags, int rw, void *data);
extern void qemu_plugin_reset(uint64_t id, void (*cb)(uint64_t id));
int qemu_plugin_version = 1;

#define NO_REGISTERS	0
#define READS_AND_WRITES 3

#define KERNEL		0xffff800000000000
#define LINE_SHIFT	6
#define MAX_CPUS	16

/* Open addressing; both are far from full when a run is over. */
#define NR_LINES	(1 << 20)
#define NR_PLACES	(1 << 16)

static struct line {
	uint64_t nr;
	uint16_t holders;	/* a bit for each CPU that has it */
	bool modified;		/* there is one, and memory is out of date */
} lines[NR_LINES];

static struct place {
	uint64_t pc;
	uint64_t moves;
} places[NR_PLACES];

static bool counts[MAX_CPUS];
static unsigned int round_nr;
static bool watches;
static uint64_t self_id;
static FILE *out;

static void translate_anew(uint64_t id);

static uint64_t hash(uint64_t key)
{
	key *= 0x9e3779b97f4a7c15;
	return key >> 32;
}

static struct line *line_of(uint64_t vaddr)
{
	uint64_t nr = vaddr >> LINE_SHIFT;
	uint64_t i = hash(nr) % NR_LINES;

	while (lines[i].nr && lines[i].nr != nr)
		i = (i + 1) % NR_LINES;
	lines[i].nr = nr;
	return &lines[i];
}

static void count(uint64_t pc)
{
	uint64_t i = hash(pc) % NR_PLACES;

	while (places[i].pc && places[i].pc != pc)
		i = (i + 1) % NR_PLACES;
	places[i].pc = pc;
	places[i].moves++;
}

static void touched(unsigned int cpu, uint32_t info, uint64_t vaddr, void *pc)
{
	uint16_t self = 1 << cpu;
	struct line *line;

	if (!counts[cpu] || vaddr < KERNEL)
		return;
	line = line_of(vaddr);
	if (qemu_plugin_mem_is_store(info)) {
		if (line->holders & ~self)
			count((uint64_t)pc);
		line->holders = self;
		line->modified = true;
		return;
	}
	if (line->holders & self)
		return;
	if (line->modified) {
		count((uint64_t)pc);
		line->modified = false;
	}
	line->holders |= self;
}

static void counting_begins(unsigned int cpu, void *data)
{
	counts[cpu] = true;
}

static void counting_ends(unsigned int cpu, void *data)
{
	counts[cpu] = false;
}

/* What is translated from now on, for good, tells what it reads and writes. */
static void watching_begins(unsigned int cpu, void *data)
{
	if (watches)
		return;
	watches = true;
	qemu_plugin_reset(self_id, translate_anew);
}

/* What has been counted so far was the warming up. */
static void round_begins(unsigned int cpu, void *data)
{
	memset(places, 0, sizeof(places));
}

static void round_ends(unsigned int cpu, void *data)
{
	round_nr++;
	for (size_t i = 0; i < NR_PLACES; i++) {
		if (places[i].moves)
			fprintf(out, "%u %" PRIx64 " %" PRIu64 "\n", round_nr,
				places[i].pc, places[i].moves);
	}
	fflush(out);
	memset(places, 0, sizeof(places));
	memset(lines, 0, sizeof(lines));
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t pc = qemu_plugin_insn_vaddr(insn);
		void (*mark)(unsigned int cpu, void *data) = NULL;

		if (pc >= KERNEL && watches)
			qemu_plugin_register_vcpu_mem_cb(insn, touched,
							 NO_REGISTERS,
							 READS_AND_WRITES,
							 (void *)pc);
		else if (pc == COUNTING_BEGINS)
			mark = counting_begins;
		else if (pc == COUNTING_ENDS)
			mark = counting_ends;
		else if (pc == WATCHING_BEGINS)
			mark = watching_begins;
		else if (pc == ROUND_BEGINS)
			mark = round_begins;
		else if (pc == ROUND_ENDS)
			mark = round_ends;
		if (mark)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark,
							       NO_REGISTERS, NULL);
	}
}

static void translate_anew(uint64_t id)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
}

/* -plugin FILE,out=NAME */
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
	}
	if (!out)
		return -1;
	self_id = id;
	translate_anew(id);
	return 0;
}
