/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the program lines.c has the functions that lines_plugin.c waits for. No other
 * program of a guest has code at these addresses.
 */
#define COUNTING_BEGINS	0x60000000
#define COUNTING_ENDS	0x60000040
#define ROUND_BEGINS	0x60000080
#define ROUND_ENDS	0x600000c0
#define WATCHING_BEGINS	0x60000100
