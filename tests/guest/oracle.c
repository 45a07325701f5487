// SPDX-License-Identifier: GPL-2.0
/*
 * oracle [-a] [-j WORKERS] [-t MS] [-v] [-x EXCEPTIONS] [-m PATTERN] [TYPE...]
 *
 * The same faults for a plain device, a logical unit with one path, and one with two of
 * which the second is good.
 *
 * A case is a type of device, an operation, a fault (a host byte, a status, sense data) and
 * how often it comes. Three devices of tests/modules/scsi_script have it side by side; what
 * the sender of the operation sees of it must be, on one path, what the plain device gives,
 * and on two no worse. Prints a line for each difference that is not in EXCEPTIONS, and
 * at the end one for each type and law and a summary.
 *
 * EXCEPTIONS has a line for each kind of difference that is wanted: a pattern, as of a
 * shell, that fits "LAW TYPE OPERATION FAULT COUNT WHAT", a tab, the reason. Each of the
 * differences of a case has to be excepted. PATTERN fits "TYPE OPERATION FAULT COUNT", for
 * those who look at some of the cases only.
 *
 * With one worker a device has the machine to itself while it is looked at, and what one does
 * is compared with what the next one does. Where time is virtual, that is exact. Commands that
 * are answered have MS to be answered in, which is what those that are repeated for ever
 * are repeated for. All faults for all types with -a; else disks have them all, of the rest
 * each some.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/blkzoned.h>
#include <linux/cdrom.h>
#include <linux/chio.h>
#include <linux/fs.h>
#include <linux/hdreg.h>
#include <linux/mtio.h>
#include <linux/netlink.h>
#include <scsi/scsi_ioctl.h>
#include <scsi/sg.h>

#define SCRIPT		"/sys/kernel/debug/scsi_script"
#define DEVICES		"/sys/bus/scsi/devices"
#define TRACE		"/sys/kernel/tracing/trace"
#define PATH_LEN	512
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define IO_LEN		4096
/* Of unit attentions in the module, that which means least */
#define UA_MODE		3
/* In the module, the element of a changer that its medium is moved to */
#define FIRST_DRIVE	32
/* In milliseconds; of commands that are not answered, for which a clock ticks in seconds */
#define TIMEOUT		1000
#define NO_PATH_TIMEOUT	4
/* What takes longer than that has to be helped, what then takes as long again is lost. */
#define CASE_MAX	30
/* The same where an upper level waits for half a minute, several times */
#define OWN_TIME_MAX	400

/* Who is late has to be late so often before it counts. */
#define TRIES		3

#define EVER		-1

enum op {
	READ, WRITE, FLUSH, DISCARD, SG_READ, SG_WRITE, SG_DIAG, SG_PREVENT,
	SG_RECEIVE,
	T_WRITE, T_READ, T_SPACE, T_REWIND, T_MARK,
	Z_READ, Z_WRITE, Z_FLUSH, Z_REPORT, Z_RESET, Z_FINISH,
	CD_TOC, CD_LOCK, CD_EJECT,
	C_MOVE, C_STATUS, C_POSITION, C_INIT,
	NR_OPS
};

/*
 * How an operation is called, and the command that it sends. Some have times of their own:
 * minutes, which nobody repeats anything for.
 */
static const struct {
	const char *name;
	unsigned char opcode;
	bool own_time;
} ops[NR_OPS] = {
	[READ]		= { "read", 0x28 },
	[WRITE]		= { "write", 0x2a },
	[FLUSH]		= { "flush", 0x35 },
	[DISCARD]	= { "discard", 0x42, true },
	[SG_READ]	= { "sg-read", 0x28 },
	[SG_WRITE]	= { "sg-write", 0x2a },
	[SG_DIAG]	= { "sg-diagnostic", 0x1d },
	[SG_PREVENT]	= { "sg-prevent", 0x1e },
	[SG_RECEIVE]	= { "sg-receive", 0x1c },
	[T_WRITE]	= { "tape-write", 0x0a },
	[T_READ]	= { "tape-read", 0x08 },
	[T_SPACE]	= { "tape-space", 0x11 },
	[T_REWIND]	= { "tape-rewind", 0x01 },
	[T_MARK]	= { "tape-mark", 0x10 },
	[Z_READ]	= { "read", 0x88 },
	[Z_WRITE]	= { "write", 0x8a },
	[Z_FLUSH]	= { "flush", 0x91 },
	[Z_REPORT]	= { "report-zones", 0x95 },
	[Z_RESET]	= { "reset-zone", 0x94, true },
	[Z_FINISH]	= { "finish-zone", 0x94, true },
	[CD_TOC]	= { "cd-toc", 0x43, true },
	[CD_LOCK]	= { "cd-lock", 0x1e, true },
	[CD_EJECT]	= { "cd-eject", 0x1b, true },
	[C_MOVE]	= { "move-medium", 0xa5, true },
	[C_STATUS]	= { "element-status", 0xb8, true },
	[C_POSITION]	= { "position-robot", 0x2b, true },
	[C_INIT]	= { "look-at-elements", 0x07, true },
};

struct type {
	const char *name;
	const char *class;	/* directory of its node's name */
	const char *prefix;	/* of that name */
	int nr_ops;
	enum op ops[8];
};

static const struct type types[] = {
	{ "disk", "block", "sd", 7,
	  { READ, WRITE, FLUSH, DISCARD, SG_READ, SG_WRITE, SG_DIAG } },
	{ "removable", "block", "sd", 7,
	  { READ, WRITE, FLUSH, SG_READ, SG_PREVENT, SG_DIAG, DISCARD } },
	{ "zoned", "block", "sd", 8,
	  { Z_READ, Z_WRITE, Z_FLUSH, SG_READ, SG_DIAG, Z_REPORT, Z_RESET,
	    Z_FINISH } },
	{ "cd", "block", "sr", 7,
	  { READ, SG_READ, SG_PREVENT, SG_DIAG, CD_TOC, CD_LOCK, CD_EJECT } },
	{ "tape", "scsi_tape", "nst", 6,
	  { T_WRITE, T_READ, T_SPACE, T_REWIND, T_MARK, SG_PREVENT } },
	{ "changer", "scsi_changer", "sch", 5,
	  { C_MOVE, C_STATUS, C_POSITION, C_INIT, SG_DIAG } },
	{ "enclosure", "scsi_generic", "sg", 2, { SG_RECEIVE, SG_DIAG } },
};

static bool is(const struct type *type, const char *name)
{
	return !strcmp(type->name, name);
}

/* KEY << 16 | ASC << 8 | ASCQ */
static const unsigned int senses[] = {
	/* no error, or one that is over */
	0x000000, 0x010b01, 0x011701, 0x011800, 0x015d00, 0x0f0000, 0x0f550a,
	/* not ready */
	0x020400, 0x020401, 0x020402, 0x020403, 0x020404, 0x020405, 0x020406,
	0x020407, 0x020408, 0x020409, 0x02040a, 0x02040b, 0x02040c, 0x02040d,
	0x02040e, 0x020410, 0x020411, 0x020412, 0x020413, 0x020414, 0x020415,
	0x020416, 0x020417, 0x020418, 0x020419, 0x02041a, 0x02041b, 0x02041c,
	0x02041d, 0x02041e, 0x02041f, 0x020420, 0x020421, 0x020422, 0x020423,
	0x020424, 0x020425, 0x020481, 0x0204a1, 0x020500, 0x020600, 0x020800,
	0x020801, 0x020900, 0x023000, 0x023a00, 0x023a01, 0x023a02, 0x023e00,
	0x023e01, 0x024c00, 0x025300, 0x026800, 0x027471, 0x02a102,
	/* medium error */
	0x030200, 0x030c00, 0x031100, 0x031104, 0x031300, 0x031400, 0x033100,
	0x033200, 0x033b00, 0x035000,
	/* hardware error */
	0x040100, 0x040200, 0x040300, 0x040400, 0x040800, 0x040801, 0x040802,
	0x040900, 0x040c00, 0x041000, 0x041501, 0x041900, 0x043200, 0x043500,
	0x043501, 0x043502, 0x043e00, 0x043e01, 0x043e02, 0x043e03, 0x043e04,
	0x044080, 0x044200, 0x044400, 0x044471, 0x044600, 0x044700, 0x044b00,
	0x044c00, 0x045300, 0x046500, 0x048101,
	/* illegal request */
	0x050400, 0x051a00, 0x052000, 0x052100, 0x052200, 0x052400, 0x052500,
	0x052501, 0x052600, 0x052700, 0x052c00, 0x053900, 0x054900, 0x055302,
	0x055504, 0x059136, 0x059401,
	/* unit attention */
	0x060400, 0x06040a, 0x060b00, 0x060b01, 0x062800, 0x062801, 0x062900,
	0x062901, 0x062902, 0x062903, 0x062904, 0x062905, 0x062906, 0x062907,
	0x062a00, 0x062a01, 0x062a02, 0x062a03, 0x062a04, 0x062a05, 0x062a06,
	0x062a07, 0x062a09, 0x062a10, 0x062f00, 0x062f01, 0x063807, 0x063f00,
	0x063f01, 0x063f02, 0x063f03, 0x063f04, 0x063f05, 0x063f0a, 0x063f0e,
	0x063f0f, 0x063f11, 0x065a01, 0x065b00, 0x065d00, 0x065e00, 0x068b02,
	/* data protect, and the rest of the keys */
	0x070c12, 0x072700, 0x072707, 0x07550e, 0x07550f, 0x077400, 0x080005,
	0x098000, 0x0a0d00, 0x0d0002, 0x0e1d00,
	/* aborted command */
	0x0b0000, 0x0b0006, 0x0b0800, 0x0b0801, 0x0b0e00, 0x0b1001, 0x0b1002,
	0x0b1003, 0x0b2e01, 0x0b2e02, 0x0b2e03, 0x0b2f00, 0x0b3f0f, 0x0b4300,
	0x0b4400, 0x0b4500, 0x0b4700, 0x0b4701, 0x0b4703, 0x0b4706, 0x0b4800,
	0x0b4900, 0x0b4a00, 0x0b4b00, 0x0b4b03, 0x0b4b04, 0x0b4e00, 0x0b5300,
	0x0b5504, 0x0bc101,
};

/* Statuses but for CHECK CONDITION: BUSY, RESERVATION CONFLICT, TASK SET FULL, TASK ABORTED */
static const unsigned char statuses[] = { 0x08, 0x18, 0x28, 0x40 };

static const unsigned char hosts[] = {
	0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c,
	0x0d, 0x0e, 0x0f, 0x14,
};

enum flags {
	DESCRIPTORS	= 1,
	DEFERRED	= 2,
	EXECUTED	= 4,
	SILENT		= 8,
	FOR_ITSELF	= 16,
	ABORTS		= 32,
};

struct fault {
	unsigned char host;
	unsigned char status;
	unsigned int sense;
	unsigned int flags;
	unsigned int ms;
	bool any;		/* not only the command of the operation */
	bool everywhere;	/* not only over the first path */
	int timeout;		/* of the device, in ms */
	int eh_fails;		/* so many handlers: abort, device, target, host */
	unsigned int eh_ms;	/* what each handler takes */
};

struct record {
	int error;
	int status;
	int host;
	unsigned int sense;	/* with bit 31: deferred */
	int resid;
	bool wrong;		/* data are not what they should be */
	unsigned int changes;
	unsigned int sent;
	unsigned int sent_all;
	unsigned int prevents;
	int position;
	int believed;
	unsigned int uevents;	/* a bit for each kind */
	double seconds;
};

enum { PLAIN, ONE, TWO, NR_KINDS };

static const char *const kinds[] = { "plain", "one", "two" };

enum verdict { EQUAL, BETTER, EXCEPTED, OTHER };

struct one_case {
	int type;
	enum op op;
	struct fault fault;
	int count;
	char name[128];
	/* Written by who has run it */
	int done;
	enum verdict verdict[NR_KINDS];
	char what[NR_KINDS][64];
	struct record record[NR_KINDS];
};

#define CASES_MAX	8192
#define EXCEPTIONS_MAX	64

static struct shared {
	int next[ARRAY_SIZE(types)];
	int nr_workers_left;
	int nr_cases;
	int used[EXCEPTIONS_MAX];	/* of the exceptions */
	struct {
		int compared, excepted, other;
	} attributes[ARRAY_SIZE(types)][NR_KINDS];
	struct one_case cases[CASES_MAX];
} *all;

static const char *only = "*";
static int short_timeout = TIMEOUT;
static bool side_by_side;
static bool thorough;
static bool verbose;

static char *exceptions[EXCEPTIONS_MAX];
static int nr_exceptions;

/* A device */
struct device {
	int kind;
	bool is_lu;
	int unit;
	int nr_hosts;
	int host[2];
	char above[256];
	char name[32];		/* H:C:T:L of that */
	char node[64];
};

struct worker {
	int type;
	struct device device[NR_KINDS];
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void pause_ms(int ms)
{
	usleep(ms * 1000);
}

/* put FILE-FORMAT ... TEXT: returns 0 or an errno */
static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	return error;
}

static int get(const char *path, char *buf, size_t len)
{
	int fd = open(path, O_RDONLY);
	ssize_t done = 0, n;

	buf[0] = 0;
	if (fd < 0)
		return -1;
	while ((n = read(fd, buf + done, len - 1 - done)) > 0)
		done += n;
	close(fd);
	buf[done] = 0;
	while (done && buf[done - 1] == '\n')
		buf[--done] = 0;
	return 0;
}

static int __attribute__((format(printf, 3, 4)))
tell(const struct device *dev, const char *file, const char *format, ...)
{
	char path[PATH_LEN], text[128];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	snprintf(path, sizeof(path), SCRIPT "/%d/%s", dev->unit, file);
	return put(path, text);
}

static void count(const struct device *dev, unsigned char opcode,
		  struct record *record)
{
	char path[PATH_LEN], text[16384], *line, *save;
	unsigned int host, op, n;

	snprintf(path, sizeof(path), SCRIPT "/%d/counters", dev->unit);
	get(path, text, sizeof(text));
	record->sent = 0;
	record->sent_all = 0;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "sent %u %i %u", &host, (int *)&op, &n) == 3) {
			record->sent_all += n;
			if (op == opcode)
				record->sent += n;
		} else if (sscanf(line, "changes %u", &n) == 1) {
			record->changes = n;
		} else if (sscanf(line, "position %u", &n) == 1) {
			record->position = n;
		} else if (sscanf(line, "prevents %u", &n) == 1) {
			record->prevents = n;
		}
	}
}

/* The only entry of DIR that begins with PREFIX and goes on with a digit or a letter */
static bool find_entry(const char *dir, const char *prefix, bool digits,
		       char *name, size_t len)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	bool found = false;

	if (!d)
		return false;
	while (!found && (entry = readdir(d))) {
		const char *rest = entry->d_name + strlen(prefix);

		if (strncmp(entry->d_name, prefix, strlen(prefix)))
			continue;
		if (digits && strspn(rest, "0123456789") != strlen(rest))
			continue;
		snprintf(name, len, "%.30s", entry->d_name);
		found = true;
	}
	closedir(d);
	return found;
}

static void path_file(const struct device *dev, int path, const char *file,
		      char *buf, size_t len)
{
	snprintf(buf, len, DEVICES "/%d:0:0:0/%s", dev->host[path], file);
}

static int sg_io(int fd, const unsigned char *cdb, int len, int direction,
		 void *data, int data_len, struct record *record)
{
	unsigned char sense[64] = { };
	struct sg_io_hdr hdr = {
		.interface_id = 'S',
		.dxfer_direction = direction,
		.cmd_len = len,
		.mx_sb_len = sizeof(sense),
		.dxfer_len = data_len,
		.dxferp = data,
		.cmdp = (unsigned char *)cdb,
		.sbp = sense,
		.timeout = TIMEOUT,
	};

	if (ioctl(fd, SG_IO, &hdr) < 0) {
		if (record)
			record->error = errno;
		return -1;
	}
	if (record) {
		record->status = hdr.status;
		record->host = hdr.host_status;
		record->resid = hdr.resid;
		if (hdr.sb_len_wr && (sense[0] & 0x70) == 0x70) {
			if (sense[0] & 2)
				record->sense = sense[1] << 16 |
						sense[2] << 8 | sense[3];
			else
				record->sense = (sense[2] & 0xf) << 16 |
						sense[12] << 8 | sense[13];
			if (sense[0] & 1)
				record->sense |= 1U << 31;
		}
	}
	return hdr.status || hdr.host_status ? 1 : 0;
}

static int is_ready(int fd)
{
	static const unsigned char cdb[6];

	return sg_io(fd, cdb, sizeof(cdb), SG_DXFER_NONE, NULL, 0, NULL) == 0;
}

/* --- devices -------------------------------------------------------------- */

static bool find_node(const struct type *type, struct device *dev)
{
	char path[PATH_LEN], name[32], *real;

	/* An enclosure is one whatever is asked for. */
	dev->is_lu = dev->kind != PLAIN && !is(type, "enclosure");
	path_file(dev, 0, dev->is_lu ? "path/lu" : ".", path, sizeof(path));
	real = realpath(path, NULL);
	if (!real)
		return false;
	snprintf(dev->above, sizeof(dev->above), "%s", real);
	free(real);
	snprintf(dev->name, sizeof(dev->name), "%.31s",
		 strrchr(dev->above, '/') + 1);
	snprintf(path, sizeof(path), "%s/%s", dev->above, type->class);
	if (!find_entry(path, type->prefix, type->class[0] == 's', name,
			sizeof(name)))
		return false;
	snprintf(dev->node, sizeof(dev->node), "/dev/%s", name);
	return !access(dev->node, R_OK);
}

static int open_node(const struct type *type, const struct device *dev)
{
	int flags = O_NONBLOCK | O_CLOEXEC;

	if (is(type, "cd"))
		flags |= O_RDONLY;
	else
		flags |= O_RDWR;
	if (!strcmp(type->class, "block"))
		flags |= O_DIRECT;
	return open(dev->node, flags);
}

/* In milliseconds; what is sent from now on has it. */
static void set_timeout(const struct device *dev, int timeout)
{
	tell(dev, "event", "timeout %d %s", timeout, dev->name);
}

/* User space has been told by now of what the device and its paths have heard. */
static void wait_until_told(const struct device *dev)
{
	tell(dev, "event", "told %s", dev->name);
}

static void forget_faults(const struct device *dev)
{
	tell(dev, "event", "forget");
}

static void set_timeouts(const struct type *type, const struct device *dev)
{
	char path[PATH_LEN], text[16];
	struct mtop op = { .mt_op = MTSETDRVBUFFER };
	int fd;

	set_timeout(dev, TIMEOUT);
	if (dev->is_lu) {
		snprintf(text, sizeof(text), "%d", NO_PATH_TIMEOUT);
		snprintf(path, sizeof(path), "%s/multipath/no_path_timeout",
			 dev->above);
		put(path, text);
	}
	if (!is(type, "tape"))
		return;
	fd = open_node(type, dev);
	op.mt_count = MT_ST_SET_TIMEOUT | TIMEOUT / 1000;
	ioctl(fd, MTIOCTOP, &op);
	op.mt_count = MT_ST_SET_LONG_TIMEOUT | TIMEOUT / 1000;
	ioctl(fd, MTIOCTOP, &op);
	op.mt_op = MTSETBLK;
	op.mt_count = 0;
	ioctl(fd, MTIOCTOP, &op);
	close(fd);
}

/* All of it: the numbers of its hosts are in the last line. */
static bool add_device(const struct type *type, struct device *dev)
{
	char text[16384], *last, name[32];
	int lock = open("/tmp/oracle.lock", O_RDWR | O_CREAT, 0600), n;
	bool good = false;

	flock(lock, LOCK_EX);
	snprintf(text, sizeof(text), "add %s %d %s", type->name,
		 dev->kind == TWO ? 2 : 1, dev->kind == PLAIN ? "plain" : "lu");
	if (!put(SCRIPT "/units", text)) {
		get(SCRIPT "/units", text, sizeof(text));
		last = strrchr(text, '\n');
		last = last ? last + 1 : text;
		n = sscanf(last, "%d %31s %d %d", &dev->unit, name,
			   &dev->host[0], &dev->host[1]);
		dev->nr_hosts = n - 2;
		good = dev->nr_hosts == (dev->kind == TWO ? 2 : 1);
	}
	close(lock);
	if (!good)
		return false;
	for (double end = now() + 60; now() < end; pause_ms(50)) {
		int fd;

		if (!find_node(type, dev))
			continue;
		fd = open_node(type, dev);
		if (fd < 0)
			continue;
		if (dev->kind == TWO && dev->is_lu) {
			char path[PATH_LEN];

			path_file(dev, 1, "path/state", path, sizeof(path));
			if (access(path, R_OK)) {
				close(fd);
				continue;
			}
		}
		if (is_ready(fd)) {
			close(fd);
			set_timeouts(type, dev);
			return true;
		}
		close(fd);
	}
	return false;
}

static void remove_device(struct device *dev)
{
	char path[PATH_LEN], text[32];

	if (dev->is_lu) {
		snprintf(path, sizeof(path), "%s/multipath/no_path_timeout",
			 dev->above);
		put(path, "0");
	}
	snprintf(text, sizeof(text), "remove %d", dev->unit);
	put(SCRIPT "/units", text);
}

static int tape_op(int fd, int op, int n)
{
	struct mtop mtop = { .mt_op = op, .mt_count = n };

	return ioctl(fd, MTIOCTOP, &mtop);
}

static void state_running(const char *dir)
{
	char path[PATH_LEN], text[64];

	snprintf(path, sizeof(path), "%s/state", dir);
	get(path, text, sizeof(text));
	if (strcmp(text, "running"))
		put(path, "running\n");
}

/* Returns false if a path is not good, and asks for that it be. */
static bool paths_good(const struct device *dev)
{
	char path[PATH_LEN], text[64];
	bool good = true;

	for (int i = 0; i < dev->nr_hosts; i++) {
		path_file(dev, i, "", path, sizeof(path));
		state_running(path);
		path_file(dev, i, "path/state", path, sizeof(path));
		get(path, text, sizeof(text));
		if (strcmp(text, "1")) {
			put(path, "1");
			good = false;
		}
	}
	return good;
}

/* MODE SENSE: by TEST UNIT READY the mid-layer does not learn what there is to be told. */
static void be_told(int fd)
{
	static const unsigned char cdb[6] = { 0x1a, 0, 0x3f, 0, 252 };
	unsigned char buf[252];

	sg_io(fd, cdb, sizeof(cdb), SG_DXFER_FROM_DEV, buf, sizeof(buf), NULL);
}

/* START STOP UNIT: whatever was ejected */
static void load(int fd)
{
	static const unsigned char cdb[6] = { 0x1b, [4] = 3 };

	if (!is_ready(fd))
		sg_io(fd, cdb, sizeof(cdb), SG_DXFER_NONE, NULL, 0, NULL);
}

/* As if nothing had been. Returns false if the device cannot be brought to that. */
static bool recover(const struct type *type, struct device *dev)
{
	int good = 0;

	forget_faults(dev);
	/* After its resets the mid-layer may still expect to be told of them. */
	if (!is(type, "tape"))
		tell(dev, "event", "attention 0 %d", UA_MODE);
	for (double end = now() + 10; now() < end; pause_ms(20)) {
		bool paths = !dev->is_lu || paths_good(dev);
		int fd;

		state_running(dev->above);
		fd = open_node(type, dev);
		if (fd < 0)
			continue;
		/* After a reset st has to know again where the tape is. */
		if (is(type, "tape"))
			tape_op(fd, MTREW, 1);
		if (is(type, "cd"))
			load(fd);
		if (!good && !is(type, "tape"))
			be_told(fd);
		if (is_ready(fd) && paths)
			good++;
		else
			good = 0;
		close(fd);
		/* st reads what it finds once more after a reset. */
		if (good == (is(type, "tape") ? 2 : 1))
			return true;
	}
	return false;
}

/* The path that misbehaves is the one in use. */
static bool use_first_path(const struct type *type, struct device *dev)
{
	char path[PATH_LEN], before[32], after[32], state[PATH_LEN];
	int fd = open_node(type, dev);
	bool done = false;

	if (fd < 0)
		return false;
	path_file(dev, 0, "path/issued", path, sizeof(path));
	path_file(dev, 1, "path/state", state, sizeof(state));
	for (int i = 0; i < 20 && !done; i++) {
		get(path, before, sizeof(before));
		is_ready(fd);
		get(path, after, sizeof(after));
		if (strcmp(before, after)) {
			get(state, after, sizeof(after));
			done = !strcmp(after, "1");
			if (done)
				break;
		}
		put(state, "3");
		is_ready(fd);
		put(state, "1");
	}
	close(fd);
	return done;
}

/* --- operations ----------------------------------------------------------- */

static void fill(unsigned char *buf, int seed)
{
	for (int i = 0; i < IO_LEN; i++)
		buf[i] = i * 31 + seed;
}

/* Is what was read what nobody has written yet? */
static bool is_virgin(const struct type *type, const unsigned char *buf, int lba)
{
	int block = is(type, "cd") ? 2048 : 512;

	for (int i = 0; i < IO_LEN; i++) {
		if (buf[i] != (unsigned char)((lba + i / block) * 7 + 3))
			return false;
	}
	return true;
}

#define WRITE_LBA	256
#define WRITE_AT	(WRITE_LBA * 512)

/* Elements of a changer, counted from the first of their kind */
static int move_medium(int fd, int from, int from_unit, int to, int to_unit)
{
	struct changer_move move = {
		.cm_fromtype = from, .cm_fromunit = from_unit,
		.cm_totype = to, .cm_tounit = to_unit,
	};

	return ioctl(fd, CHIOMOVE, &move);
}

static int zone_op(int fd, unsigned long request)
{
	struct blk_zone_range range = { .sector = WRITE_LBA, .nr_sectors = 128 };

	return ioctl(fd, request, &range);
}

/* What an operation needs to find. Returns false if that cannot be had. */
static bool prepare(const struct type *type, int fd, enum op op, unsigned char *buf)
{
	if (is(type, "zoned") && zone_op(fd, BLKRESETZONE))
		return false;
	if (is(type, "changer"))
		move_medium(fd, CHET_DT, 0, CHET_ST, 0);
	switch (op) {
	case Z_RESET:
	case Z_FINISH:
		fill(buf, 0);
		return pwrite(fd, buf, IO_LEN, WRITE_AT) == IO_LEN;
	case CD_LOCK:
		return !ioctl(fd, CDROM_LOCKDOOR, 0);
	case T_WRITE:
	case T_READ:
	case T_SPACE:
	case T_REWIND:
	case T_MARK:
		if (tape_op(fd, MTREW, 1))
			return false;
		for (int i = 0; i < 3; i++) {
			fill(buf, i);
			if (write(fd, buf, IO_LEN) != IO_LEN)
				return false;
		}
		if (op == T_READ || op == T_SPACE)
			return !tape_op(fd, MTREW, 1);
		return true;
	default:
		return true;
	}
}

static int issue(int fd, enum op op, unsigned char *buf, int seed,
		 struct record *record)
{
	static const unsigned char read10[10] = { 0x28, [8] = IO_LEN / 512 };
	static const unsigned char read10_cd[10] = { 0x28, [8] = IO_LEN / 2048 };
	static const unsigned char write10[10] = {
		0x2a, [4] = WRITE_LBA >> 8, [8] = IO_LEN / 512
	};
	static const unsigned char diag[6] = { 0x1d, 0x04 };
	static const unsigned char prevent[6] = { 0x1e, [4] = 1 };
	static const unsigned char receive[6] = { 0x1c, 1, 2, 0, 255 };
	unsigned long long range[2] = { WRITE_AT, IO_LEN };
	struct changer_get_element element;
	struct changer_position position;
	int block = 0;

	switch (op) {
	case READ:
	case Z_READ:
		return pread(fd, buf, IO_LEN, 0) < 0 ? -1 : 0;
	case WRITE:
	case Z_WRITE:
		fill(buf, seed);
		return pwrite(fd, buf, IO_LEN, WRITE_AT) < 0 ? -1 : 0;
	case FLUSH:
	case Z_FLUSH:
		return fsync(fd);
	case DISCARD:
		return ioctl(fd, BLKDISCARD, range);
	case SG_READ:
		ioctl(fd, BLKSSZGET, &block);
		return sg_io(fd, block == 2048 ? read10_cd : read10, 10,
			     SG_DXFER_FROM_DEV, buf, IO_LEN, record);
	case SG_WRITE:
		fill(buf, seed);
		return sg_io(fd, write10, sizeof(write10), SG_DXFER_TO_DEV, buf,
			     IO_LEN, record);
	case SG_DIAG:
		return sg_io(fd, diag, sizeof(diag), SG_DXFER_NONE, NULL, 0,
			     record);
	case SG_PREVENT:
		return sg_io(fd, prevent, sizeof(prevent), SG_DXFER_NONE, NULL, 0,
			     record);
	case T_WRITE:
		fill(buf, seed);
		return write(fd, buf, IO_LEN) < 0 ? -1 : 0;
	case T_READ:
		return read(fd, buf, IO_LEN) < 0 ? -1 : 0;
	case T_SPACE:
		return tape_op(fd, MTFSR, 2);
	case T_REWIND:
		return tape_op(fd, MTREW, 1);
	case T_MARK:
		return tape_op(fd, MTWEOF, 1);
	case SG_RECEIVE:
		return sg_io(fd, receive, sizeof(receive), SG_DXFER_FROM_DEV,
			     buf, 255, record);
	case Z_REPORT:
		memset(buf, 0, IO_LEN);
		((struct blk_zone_report *)buf)->nr_zones = 8;
		return ioctl(fd, BLKREPORTZONE, buf);
	case Z_RESET:
		return zone_op(fd, BLKRESETZONE);
	case Z_FINISH:
		return zone_op(fd, BLKFINISHZONE);
	case CD_TOC:
		return ioctl(fd, CDROMREADTOCHDR, buf);
	case CD_LOCK:
		return ioctl(fd, CDROM_LOCKDOOR, 1);
	case CD_EJECT:
		return ioctl(fd, CDROMEJECT);
	case C_MOVE:
		return move_medium(fd, CHET_ST, 0, CHET_DT, 0);
	case C_STATUS:
		memset(&element, 0, sizeof(element));
		element.cge_type = CHET_ST;
		return ioctl(fd, CHIOGELEM, &element);
	case C_POSITION:
		memset(&position, 0, sizeof(position));
		position.cp_type = CHET_ST;
		return ioctl(fd, CHIOPOSITION, &position);
	case C_INIT:
		return ioctl(fd, CHIOINITELEM);
	default:
		return -1;
	}
}

/* After an operation that had no error: is everything where it should be? */
static bool data_right(const struct type *type, struct device *dev, enum op op,
		       unsigned char *buf, int seed)
{
	unsigned char *expected = buf + IO_LEN;
	int fd;
	bool right;

	switch (op) {
	case READ:
	case Z_READ:
	case SG_READ:
		return is_virgin(type, buf, 0);
	case T_READ:
		fill(expected, 0);
		return !memcmp(buf, expected, IO_LEN);
	case WRITE:
	case Z_WRITE:
	case SG_WRITE:
	case DISCARD:
		fd = open_node(type, dev);
		memset(buf, 0, IO_LEN);
		right = pread(fd, buf, IO_LEN, WRITE_AT) == IO_LEN;
		close(fd);
		fill(expected, seed);
		if (op == DISCARD)
			return right && is_virgin(type, buf, WRITE_LBA);
		return right && !memcmp(buf, expected, IO_LEN);
	case Z_REPORT:
		return ((struct blk_zone_report *)buf)->nr_zones == 8;
	case CD_TOC:
		return buf[0] == 1 && buf[1] == 1;
	default:
		return true;
	}
}

static void allow_removal(int fd)
{
	static const unsigned char allow[6] = { 0x1e };

	sg_io(fd, allow, sizeof(allow), SG_DXFER_NONE, NULL, 0, NULL);
}

/* --- what user space is told ---------------------------------------------- */

/* Of a worker; it hears of all devices. */
static int uevent_socket = -1;

static void open_uevents(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int size = 1 << 20;

	uevent_socket = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
			       NETLINK_KOBJECT_UEVENT);
	setsockopt(uevent_socket, SOL_SOCKET, SO_RCVBUFFORCE, &size,
		   sizeof(size));
	if (uevent_socket < 0 || bind(uevent_socket,
				      (struct sockaddr *)&address,
				      sizeof(address)) < 0) {
		perror("uevents");
		_exit(1);
	}
}

#define LUNS_HAVE_CHANGED	"SDEV_UA=REPORTED_LUNS_DATA_HAS_CHANGED"

static unsigned int kind_of_uevent(const char *entry)
{
	static const char *const entries[] = {
		"SDEV_UA=INQUIRY_DATA_HAS_CHANGED",
		"SDEV_UA=CAPACITY_DATA_HAS_CHANGED",
		"SDEV_UA=THIN_PROVISIONING_SOFT_THRESHOLD_REACHED",
		"SDEV_UA=MODE_PARAMETERS_CHANGED",
		LUNS_HAVE_CHANGED,
		"SDEV_UA=ASYMMETRIC_ACCESS_STATE_CHANGED",
		"SDEV_UA=POWER_ON_RESET_OCCURRED",
		"SDEV_MEDIA_CHANGE=1",
		"DISK_MEDIA_CHANGE=1",
		"DISK_EJECT_REQUEST=1",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(entries); i++) {
		if (!strcmp(entry, entries[i]))
			return 1U << i;
	}
	return 0;
}

/*
 * What there was since it was called last, of a device and what is below it. What is
 * about a target comes from one of its devices: REPORTED LUNS DATA HAS CHANGED.
 */
static unsigned int get_uevents(const struct device *dev)
{
	const char *above = dev->above + strlen("/sys");
	unsigned int kinds = 0;
	char message[8192], host[32];
	ssize_t len;

	snprintf(host, sizeof(host), "/host%d/", dev->host[0]);

	while ((len = recv(uevent_socket, message, sizeof(message) - 1,
			   MSG_DONTWAIT)) > 0) {
		unsigned int wanted = 0;
		const char *at;

		message[len] = 0;
		at = strchr(message, '@');
		if (at && !strncmp(at + 1, above, strlen(above)))
			wanted = ~0U;
		else if (at && strstr(at + 1, host))
			wanted = kind_of_uevent(LUNS_HAVE_CHANGED);
		for (const char *p = message; p < message + len;
		     p += strlen(p) + 1)
			kinds |= kind_of_uevent(p) & wanted;
	}
	return kinds;
}

static void run(const struct type *type, struct device *dev,
		const struct one_case *c, int seed, struct record *record)
{
	const struct fault *fault = &c->fault;
	unsigned char *buf;
	struct mtget status;
	double start;
	int fd, result;

	memset(record, 0, sizeof(*record));
	record->error = -1;
	if (posix_memalign((void **)&buf, 4096, 2 * IO_LEN))
		return;
	fd = open_node(type, dev);
	if (fd < 0 || !prepare(type, fd, c->op, buf)) {
		record->believed = -errno;
		goto out;
	}
	record->error = 0;
	tell(dev, "event", "zero");
	/* st does not try anything twice: so often a BUSY tape is asked within it. */
	set_timeout(dev, fault->timeout ?:
			 is(type, "tape") ? TIMEOUT : short_timeout);
	for (int path = 0; path < dev->nr_hosts; path++) {
		if ((path && !fault->everywhere) ||
		    (!fault->eh_fails && !fault->eh_ms))
			break;
		for (int i = 0; i < 4; i++)
			tell(dev, "eh", "%d %d %d %u", path, i,
			     i < fault->eh_fails ? -1 : 0, fault->eh_ms);
	}
	tell(dev, "rules", "%d %d %d %d %d %#x %u %u",
	     fault->everywhere ? -1 : 0,
	     fault->any ? -1 : ops[c->op].opcode, c->count, fault->host,
	     fault->status, fault->sense, fault->flags, fault->ms);
	wait_until_told(dev);
	get_uevents(dev);
	start = now();
	errno = 0;
	result = issue(fd, c->op, buf, seed, record);
	if (result < 0 && !record->error)
		record->error = errno;
	/* Some calls return the result of the command. */
	if (result > 0 && !record->status && !record->host) {
		record->status = result & 0xff;
		record->host = result >> 16 & 0xff;
	}
	record->seconds = now() - start;
	count(dev, ops[c->op].opcode, record);
	/* The error handler locks a door again behind the back of the command. */
	for (int i = 0; i < 40 && !record->prevents &&
	     is(type, "removable"); i++) {
		struct record later = { };

		pause_ms(25);
		count(dev, ops[c->op].opcode, &later);
		record->prevents = later.prevents;
	}
	/* What other paths have to report */
	pause_ms(200);
	wait_until_told(dev);
	record->uevents = get_uevents(dev);
	forget_faults(dev);
	set_timeout(dev, TIMEOUT);
	/* What ch takes for a success */
	if ((c->op == C_MOVE && record->position != FIRST_DRIVE) ||
	    ((c->op == C_POSITION || c->op == C_INIT) && !record->changes))
		record->wrong = true;
	if (c->op == CD_LOCK)
		ioctl(fd, CDROM_LOCKDOOR, 0);
	if (c->op == SG_PREVENT)
		allow_removal(fd);
	if (is(type, "tape") && !ioctl(fd, MTIOCGET, &status))
		record->believed = status.mt_fileno * 1000 + status.mt_blkno;
	if (!result && !record->resid && !record->wrong)
		record->wrong = !data_right(type, dev, c->op, buf, seed);
out:
	if (fd >= 0)
		close(fd);
	free(buf);
}

/* --- the laws ------------------------------------------------------------- */

static bool succeeded(const struct record *record)
{
	return !record->error && !record->status && !record->host &&
	       !record->wrong;
}

static void differs(struct one_case *c, int kind, const char *what)
{
	char *to = c->what[kind];

	if (strlen(to) + strlen(what) + 2 < sizeof(c->what[kind])) {
		if (*to)
			strcat(to, ",");
		strcat(to, what);
	}
}

/* What makes a retry another one: no more of it than twice the plain device's */
static bool too_many(unsigned int more, unsigned int less)
{
	return more > 2 * less + 12;
}

static bool reads_or_writes(enum op op)
{
	return op == READ || op == WRITE || op == FLUSH || op == DISCARD ||
	       op == SG_READ || op == SG_WRITE;
}

/* The state of the disk itself, which all of its paths tell: formatting and the like */
static bool is_busy_with_itself(unsigned int sense)
{
	unsigned int ascq = sense & 0xff;

	return (sense >> 8 & 0xff) == 0x04 &&
	       ((ascq >= 0x04 && ascq <= 0x09) || ascq == 0x11 || ascq == 0x14 ||
		(ascq >= 0x1a && ascq <= 0x1d) || ascq == 0x24 || ascq == 0x25);
}

/* Would another controller have answered otherwise, or may it have? */
static bool is_about_the_path(const struct fault *fault)
{
	unsigned int key = fault->sense >> 16, asc = fault->sense >> 8 & 0xff;

	if (fault->everywhere || fault->flags & DEFERRED)
		return false;
	if (fault->host)	/* a reset is that of the disk; a pass is one */
		return fault->host != 0x08 && fault->host != 0x0a;
	if (fault->status != 2)	/* BUSY, TASK SET FULL */
		return fault->status == 0x08 || fault->status == 0x28;
	switch (key) {
	case 0x2:	/* not ready, but for want of a medium */
		return asc != 0x3a && !is_busy_with_itself(fault->sense);
	case 0x4:	/* hardware error */
		return true;
	case 0xb:	/* aborted command, but for protection and time limits */
		return asc != 0x10 && asc != 0x2e;
	default:
		return false;
	}
}

/* What was in the cache has been lost, and nobody else says so. */
static bool is_told_once(const struct one_case *c)
{
	unsigned int key = c->fault.sense >> 16, asc = c->fault.sense >> 8 & 0xff;

	return c->op == FLUSH && c->fault.status == 2 && !c->fault.host &&
	       !(c->fault.flags & DEFERRED) &&
	       (key == 0x4 || (key == 0x2 && asc == 0x08));
}

static void compare(struct one_case *c, int kind)
{
	const struct record *plain = &c->record[PLAIN];
	const struct record *lu = &c->record[kind];
	bool better = kind == TWO && succeeded(lu) && !succeeded(plain);

	if (kind == ONE && succeeded(lu) && !succeeded(plain)) {
		differs(c, kind, "succeeds");
	} else if (!better) {
		if (plain->error != lu->error)
			differs(c, kind, "errno");
		if (plain->status != lu->status)
			differs(c, kind, "status");
		if (plain->host != lu->host)
			differs(c, kind, "host");
		if (plain->sense != lu->sense)
			differs(c, kind, "sense");
		if (plain->resid != lu->resid)
			differs(c, kind, "resid");
		if (plain->changes != lu->changes)
			differs(c, kind, "executed");
		if (plain->prevents != lu->prevents)
			differs(c, kind, "prevents");
		if (plain->position != lu->position)
			differs(c, kind, "position");
		if (plain->believed != lu->believed)
			differs(c, kind, "believed");
	}
	if (better && is_told_once(c))
		differs(c, kind, "untold");
	if (kind == TWO && is(&types[c->type], "disk") && !succeeded(lu) &&
	    reads_or_writes(c->op) && is_about_the_path(&c->fault) &&
	    !is_told_once(c))
		differs(c, kind, "no-better");
	/* Who shares a socket hears only a part. */
	if (!side_by_side && (plain->uevents & ~lu->uevents ||
			      (kind == ONE && lu->uevents != plain->uevents)))
		differs(c, kind, "uevents");
	if (lu->wrong && !plain->wrong)
		differs(c, kind, "data");
	if (lu->seconds > 2 * plain->seconds + 1)
		differs(c, kind, "later");
	if (kind == ONE && plain->seconds > 2 * lu->seconds + 1)
		differs(c, kind, "earlier");
	if (too_many(lu->sent, plain->sent) ||
	    too_many(lu->sent_all, plain->sent_all))
		differs(c, kind, "sent");
	if (*c->what[kind])
		c->verdict[kind] = OTHER;
	else
		c->verdict[kind] = better ? BETTER : EQUAL;
}

static bool is_excepted(const char *name, const char *law, const char *what)
{
	char text[256];

	snprintf(text, sizeof(text), "%s %s %s", law, name, what);
	for (int i = 0; i < nr_exceptions; i++) {
		if (!fnmatch(exceptions[i], text, 0)) {
			all->used[i] = 1;
			return true;
		}
	}
	return false;
}

static void except(struct one_case *c, int kind)
{
	char list[64], *what, *save;

	if (c->verdict[kind] != OTHER)
		return;
	strcpy(list, c->what[kind]);
	for (what = strtok_r(list, ",", &save); what;
	     what = strtok_r(NULL, ",", &save)) {
		if (!is_excepted(c->name, kinds[kind], what))
			return;
	}
	c->verdict[kind] = EXCEPTED;
}

/* --- attributes ------------------------------------------------------------ */

/* Each device has its own. */
static bool is_its_own(const char *name)
{
	static const char *const names[] = {
		"dev", "uevent", "wwid", "inquiry", "vpd_pg80", "vpd_pg83",
		"iodone_cnt", "ioerr_cnt", "iorequest_cnt", "iotmo_cnt", "stat",
		"inflight", "diskseq",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

static void tell_attribute(int type, int kind, const char *what, const char *name,
			   const char *plain, const char *lu)
{
	char text[192];

	all->attributes[type][kind].compared++;
	if (!strcmp(plain, lu))
		return;
	snprintf(text, sizeof(text), "%s attribute %s -", types[type].name, name);
	if (is_excepted(text, kinds[kind], what)) {
		all->attributes[type][kind].excepted++;
		return;
	}
	all->attributes[type][kind].other++;
	printf("# %s %s %s: plain: %s; %s: %s\n", kinds[kind], text, what, plain,
	       kinds[kind], lu);
	fflush(stdout);
}

/* One line of it; what cannot be read is an errno. */
static void read_attribute(const char *dir, const char *name, char *buf,
			   size_t len)
{
	char path[2 * PATH_LEN];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY);
	n = fd < 0 ? -1 : read(fd, buf, len - 1);
	if (n < 0)
		n = snprintf(buf, len, "errno %d", errno);
	if (fd >= 0)
		close(fd);
	buf[n] = 0;
	buf[strcspn(buf, "\n")] = 0;
}

/* All files of a directory of the plain device are in that of the logical unit. */
static void compare_dirs(int type, int kind, const char *place,
			 const char *plain_dir, const char *lu_dir)
{
	char plain[256], lu[256], name[128];
	struct dirent *entry;
	DIR *d = opendir(plain_dir);

	while (d && (entry = readdir(d))) {
		if (entry->d_type != DT_REG || is_its_own(entry->d_name))
			continue;
		read_attribute(plain_dir, entry->d_name, plain, sizeof(plain));
		read_attribute(lu_dir, entry->d_name, lu, sizeof(lu));
		snprintf(name, sizeof(name), "%s/%.60s", place, entry->d_name);
		tell_attribute(type, kind, "value", name, plain, lu);
	}
	if (d)
		closedir(d);
}

/* Of a class; it is called with that prefix, or as the device is. */
static bool dir_of(const struct device *dev, const char *class, const char *prefix,
		   char *dir, size_t len)
{
	char path[PATH_LEN], name[32];

	snprintf(path, sizeof(path), "%s/%s", dev->above, class);
	if (!find_entry(path, prefix ?: dev->name, false, name, sizeof(name)))
		return false;
	snprintf(dir, len, "%.400s/%s", path, name);
	return true;
}

static void compare_class(int type, int kind, const char *class, const char *prefix,
			  const struct device *plain, const struct device *lu)
{
	char plain_dir[PATH_LEN], lu_dir[PATH_LEN];

	if (!dir_of(plain, class, prefix, plain_dir, sizeof(plain_dir)))
		return;
	if (!dir_of(lu, class, prefix, lu_dir, sizeof(lu_dir))) {
		tell_attribute(type, kind, "value", class, "a directory", "");
		return;
	}
	compare_dirs(type, kind, class, plain_dir, lu_dir);
	strcat(plain_dir, "/queue");
	strcat(lu_dir, "/queue");
	compare_dirs(type, kind, "queue", plain_dir, lu_dir);
}

/* What an ioctl returns, and what it writes */
static void call(int fd, unsigned long request, bool its_own, char *text, size_t len)
{
	unsigned char buf[64] = { };
	int result = ioctl(fd, request, buf), n;

	n = snprintf(text, len, "%d", result < 0 ? -errno : result);
	for (int i = 0; i < 32 && !its_own; i++)
		n += snprintf(text + n, len - n, " %02x", buf[i]);
}

static const struct {
	const char *name;
	unsigned long request;
	bool its_own;
} ioctls[] = {
	{ "BLKROGET", BLKROGET },
	{ "BLKGETSIZE", BLKGETSIZE },
	{ "BLKGETSIZE64", BLKGETSIZE64 },
	{ "BLKSSZGET", BLKSSZGET },
	{ "BLKPBSZGET", BLKPBSZGET },
	{ "BLKBSZGET", BLKBSZGET },
	{ "BLKIOMIN", BLKIOMIN },
	{ "BLKIOOPT", BLKIOOPT },
	{ "BLKALIGNOFF", BLKALIGNOFF },
	{ "BLKROTATIONAL", BLKROTATIONAL },
	{ "BLKSECTGET", BLKSECTGET },
	{ "BLKRAGET", BLKRAGET },
	{ "BLKDISCARDZEROES", BLKDISCARDZEROES },
	{ "BLKGETZONESZ", BLKGETZONESZ },
	{ "BLKGETNRZONES", BLKGETNRZONES },
	{ "BLKRRPART", BLKRRPART },
	{ "BLKGETDISKSEQ", BLKGETDISKSEQ, true },
	{ "HDIO_GETGEO", HDIO_GETGEO },
	{ "SG_GET_VERSION_NUM", SG_GET_VERSION_NUM },
	{ "SG_GET_TIMEOUT", SG_GET_TIMEOUT },
	{ "SG_GET_RESERVED_SIZE", SG_GET_RESERVED_SIZE },
	{ "SG_EMULATED_HOST", SG_EMULATED_HOST },
	{ "SG_GET_COMMAND_Q", SG_GET_COMMAND_Q },
	{ "SG_GET_SG_TABLESIZE", SG_GET_SG_TABLESIZE },
	{ "SCSI_IOCTL_TEST_UNIT_READY", SCSI_IOCTL_TEST_UNIT_READY },
	{ "SCSI_IOCTL_GET_IDLUN", 0x5382, true },
	{ "SCSI_IOCTL_GET_BUS_NUMBER", 0x5386, true },
	{ "CDROM_GET_CAPABILITY", CDROM_GET_CAPABILITY },
	{ "CDROM_DRIVE_STATUS", CDROM_DRIVE_STATUS },
	{ "CDROM_DISC_STATUS", CDROM_DISC_STATUS },
	{ "CDROMREADTOCHDR", CDROMREADTOCHDR },
	{ "MTIOCGET", MTIOCGET },
	{ "MTIOCPOS", MTIOCPOS },
	{ "CHIOGPARAMS", CHIOGPARAMS },
	{ "CHIOGPICKER", CHIOGPICKER },
	{ "one of the driver", 0x89f0 },
	{ "one of nobody", 0x89f1 },
};

/* Some are answered otherwise when they are called first. */
static void call_all(int type, const struct device *dev)
{
	int fd = open_node(&types[type], dev);
	char text[192];

	for (unsigned int i = 0; i < ARRAY_SIZE(ioctls); i++)
		call(fd, ioctls[i].request, ioctls[i].its_own, text, sizeof(text));
	close(fd);
}

static void compare_ioctls(int type, int kind, const struct device *plain,
			   const struct device *lu)
{
	int plain_fd = open_node(&types[type], plain);
	int lu_fd = open_node(&types[type], lu);
	char plain_text[192], lu_text[192], name[64];

	for (unsigned int i = 0; i < ARRAY_SIZE(ioctls); i++) {
		call(plain_fd, ioctls[i].request, ioctls[i].its_own, plain_text,
		     sizeof(plain_text));
		call(lu_fd, ioctls[i].request, ioctls[i].its_own, lu_text,
		     sizeof(lu_text));
		snprintf(name, sizeof(name), "ioctl/%s", ioctls[i].name);
		tell_attribute(type, kind, "value", name, plain_text, lu_text);
	}
	close(plain_fd);
	close(lu_fd);
}

static void compare_attributes(int type, struct device *devices)
{
	const struct device *plain = &devices[PLAIN];

	for (int kind = PLAIN; kind <= TWO; kind++)
		call_all(type, &devices[kind]);
	for (int kind = ONE; kind <= TWO; kind++) {
		const struct device *lu = &devices[kind];

		compare_dirs(type, kind, "device", plain->above, lu->above);
		compare_class(type, kind, types[type].class, types[type].prefix,
			      plain, lu);
		compare_class(type, kind, "scsi_disk", NULL, plain, lu);
		compare_class(type, kind, "scsi_device", NULL, plain, lu);
		if (strcmp(types[type].class, "scsi_generic"))
			compare_class(type, kind, "scsi_generic", "sg", plain, lu);
		compare_ioctls(type, kind, plain, lu);
	}
}

/* --- workers -------------------------------------------------------------- */

struct runner {
	const struct type *type;
	struct device *dev;
	struct one_case *c;
	int kind;
	int seed;
};

/*
 * Sense data after which an upper level does something else for ever; and a tape drive that
 * was reset to no avail, which st is told of with some error of later.
 */
static bool leaves_traces(const struct one_case *c)
{
	if (is(&types[c->type], "tape") && c->fault.any)
		return true;
	/* Which path has told of the newest event? */
	if (c->fault.everywhere && c->fault.sense >> 16 == 6)
		return true;
	return c->fault.sense == 0x052000 || c->fault.sense == 0x052400;
}

static void *run_one(void *data)
{
	struct runner *r = data;
	bool good = recover(r->type, r->dev);

	if (good && r->dev->kind == TWO && r->dev->is_lu)
		good = use_first_path(r->type, r->dev);
	if (!good) {
		remove_device(r->dev);
		if (!add_device(r->type, r->dev)) {
			r->c->record[r->kind].error = -2;
			return NULL;
		}
		if (r->dev->kind == TWO && r->dev->is_lu)
			use_first_path(r->type, r->dev);
	}
	run(r->type, r->dev, r->c, r->seed, &r->c->record[r->kind]);
	if (leaves_traces(r->c)) {
		recover(r->type, r->dev);
		remove_device(r->dev);
		add_device(r->type, r->dev);
	}
	return NULL;
}

/* It ends by itself, or is helped to. Returns false if that is of no use. */
static bool ends(const struct device *dev, const struct one_case *c,
		 pthread_t thread, bool *stuck)
{
	int seconds = ops[c->op].own_time || c->fault.timeout ? OWN_TIME_MAX :
								CASE_MAX;
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += seconds;
	if (!pthread_timedjoin_np(thread, NULL, &end))
		return true;
	*stuck = true;
	forget_faults(dev);
	end.tv_sec += seconds;
	return !pthread_timedjoin_np(thread, NULL, &end);
}

/* Returns false if the devices are lost. */
static bool try_case(struct worker *w, struct one_case *c, int seed)
{
	struct runner runners[NR_KINDS];
	pthread_t threads[NR_KINDS];
	bool stuck[NR_KINDS] = { }, lost = false;

	for (int i = 0; i < NR_KINDS; i++) {
		c->what[i][0] = 0;
		runners[i] = (struct runner){
			&types[w->type], &w->device[i], c, i, seed,
		};
		pthread_create(&threads[i], NULL, run_one, &runners[i]);
		if (!side_by_side)
			lost |= !ends(&w->device[i], c, threads[i], &stuck[i]);
	}
	for (int i = 0; i < NR_KINDS && side_by_side; i++)
		lost |= !ends(&w->device[i], c, threads[i], &stuck[i]);
	compare(c, ONE);
	compare(c, TWO);
	for (int i = 0; i < NR_KINDS; i++) {
		for (int kind = ONE; stuck[i] && kind <= TWO; kind++) {
			/* Without the plain device there is nothing to compare with. */
			if (i != kind && i != PLAIN)
				continue;
			c->verdict[kind] = OTHER;
			strcpy(c->what[kind], i == PLAIN ? "plain-stuck" : "stuck");
		}
	}
	return !lost;
}

/* Nothing but the time is different: that may be this machine. */
static bool only_time(const struct one_case *c)
{
	static const char *const times[] = {
		"", "later", "earlier", "sent", "later,sent", "earlier,sent",
	};

	for (int kind = ONE; kind <= TWO; kind++) {
		bool found = false;

		for (unsigned int i = 0; i < ARRAY_SIZE(times); i++)
			found |= !strcmp(c->what[kind], times[i]);
		if (!found)
			return false;
	}
	return true;
}

/* What the kernel has traced, if it does, of a case that is not as it should be */
static void print_trace(const struct one_case *c)
{
	static char text[1 << 16];
	char *line, *save;

	printf("# done: %s\n", c->name);
	get(TRACE, text, sizeof(text));
	close(open(TRACE, O_WRONLY | O_TRUNC));
	if (c->verdict[ONE] == OTHER || c->verdict[TWO] == OTHER) {
		for (line = strtok_r(text, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save))
			printf("# trace: %s\n", line);
	}
	fflush(stdout);
}

/* Returns false if the devices are lost. */
static bool run_case(struct worker *w, struct one_case *c, int seed)
{
	bool good = true;

	for (int i = 0; good && i < TRIES; i++) {
		good = try_case(w, c, seed);
		except(c, ONE);
		except(c, TWO);
		if (c->verdict[ONE] != OTHER && c->verdict[TWO] != OTHER)
			break;
		if (!only_time(c))
			break;
	}
	if (verbose)
		print_trace(c);
	__atomic_store_n(&c->done, 1, __ATOMIC_RELEASE);
	return good;
}

static void work(int type, bool is_first)
{
	struct worker w = { .type = type };

	for (int i = 0; i < NR_KINDS; i++) {
		w.device[i].kind = i;
		if (!add_device(&types[type], &w.device[i])) {
			printf("# no device: %s, %s\n", types[type].name,
			       kinds[i]);
			fflush(stdout);
			_exit(1);
		}
	}
	open_uevents();
	if (is_first)
		compare_attributes(type, w.device);
	for (;;) {
		int i = __atomic_fetch_add(&all->next[type], 1,
					   __ATOMIC_RELAXED);

		while (i < all->nr_cases && all->cases[i].type != type)
			i = __atomic_fetch_add(&all->next[type], 1,
					       __ATOMIC_RELAXED);
		if (i >= all->nr_cases)
			break;
		if (!run_case(&w, &all->cases[i], i + 1))
			_exit(1);
	}
	for (int i = 0; i < NR_KINDS; i++)
		recover(&types[type], &w.device[i]);
	_exit(0);
}

/* --- cases ---------------------------------------------------------------- */

static const char *count_name(int count)
{
	return count == EVER ? "ever" : count == 1 ? "once" : "five";
}

static bool is_no_error(const struct fault *fault)
{
	return fault->status == 2 &&
	       (!fault->sense ||
		(fault->flags & DEFERRED && fault->sense >> 16 == 1));
}

static void add_case(int type, enum op op, const struct fault *fault, int count)
{
	struct one_case *c = &all->cases[all->nr_cases];
	char what[48];

	/* These end never, on plain devices neither. */
	if (count == EVER && (ops[op].own_time || is_no_error(fault)))
		count = 5;
	if (fault->sense || fault->status == 2)
		snprintf(what, sizeof(what), "sense-%02x/%02x/%02x",
			 fault->sense >> 16, fault->sense >> 8 & 0xff,
			 fault->sense & 0xff);
	else if (fault->status)
		snprintf(what, sizeof(what), "status-%02x", fault->status);
	else if (fault->flags & SILENT)
		snprintf(what, sizeof(what), "silent-eh%d", fault->eh_fails);
	else if (fault->flags & ABORTS)
		snprintf(what, sizeof(what), "aborted-eh%d", fault->eh_fails);
	else if (fault->flags & FOR_ITSELF)
		snprintf(what, sizeof(what), "late-%u", fault->ms);
	else
		snprintf(what, sizeof(what), "host-%02x", fault->host);
	snprintf(c->name, sizeof(c->name), "%s %s %s%s%s%s%s%s %s",
		 types[type].name, ops[op].name, what,
		 fault->flags & DESCRIPTORS ? "-descriptors" : "",
		 fault->flags & DEFERRED ? "-deferred" : "",
		 fault->flags & EXECUTED ? "-executed" : "",
		 fault->any ? "-all" : "",
		 fault->everywhere ? "-everywhere" : "", count_name(count));
	if (fnmatch(only, c->name, 0) || all->nr_cases == CASES_MAX)
		return;
	c->type = type;
	c->op = op;
	c->fault = *fault;
	c->count = count;
	all->nr_cases++;
}

/*
 * A fault comes once, for ever or five times, in turn, and meets the operations in turn:
 * over all faults each operation meets each kind of them. Disks, which are most of what
 * there is, have each fault with a read, too, once or for ever, or both.
 */
static void add_fault(int type, const struct fault *fault, unsigned int nr)
{
	static const int counts[] = { 1, EVER, 5 };
	const struct type *t = &types[type];
	unsigned int first = 0;

	if (type == 0) {
		if (thorough || nr % 2)
			add_case(type, t->ops[0], fault, 1);
		if (thorough || !(nr % 2))
			add_case(type, t->ops[0], fault, EVER);
		first = 1;
	}
	add_case(type, t->ops[first + nr % (t->nr_ops - first)], fault,
		 counts[nr / (t->nr_ops - first) % 3]);
}

/* Host bytes and statuses: with all operations */
static void add_plain_fault(int type, const struct fault *fault, unsigned int nr)
{
	const struct type *t = &types[type];

	for (int op = 0; op < t->nr_ops; op++)
		add_case(type, t->ops[op], fault, (nr + op) % 2 ? 1 : EVER);
	add_case(type, t->ops[0], fault, 5);
	if (type == 0)
		add_case(type, t->ops[0], fault, nr % 2 ? EVER : 1);
}

/* Some of them; illegal requests are no faults, and of events one will do. */
static bool may_come_everywhere(int i)
{
	unsigned int key = senses[i] >> 16;

	return key == 5 || key == 6 ? senses[i] == 0x062900 : i % 3 == 0;
}

static void add_cases(int type)
{
	const struct type *t = &types[type];
	struct fault fault;
	unsigned int executed;
	int i;

	for (i = 0; i < (int)ARRAY_SIZE(hosts); i++) {
		fault = (struct fault){ .host = hosts[i], .flags = EXECUTED };
		add_case(type, t->ops[0], &fault, 1);
		add_case(type, t->ops[t->nr_ops - 1], &fault, 1);
		/* DID_PASSTHROUGH: all is well, so it has to be. */
		if (hosts[i] == 0x0a)
			continue;
		fault.flags = 0;
		add_plain_fault(type, &fault, i);
		fault.any = true;
		if (type == 0 || thorough || i % 6 == type % 6)
			add_case(type, t->ops[0], &fault, EVER);
	}
	for (i = 0; i < (int)ARRAY_SIZE(statuses); i++) {
		fault = (struct fault){ .status = statuses[i] };
		add_plain_fault(type, &fault, i);
		fault.any = true;
		if (type == 0 || thorough)
			add_case(type, t->ops[0], &fault, EVER);
	}
	for (i = 0; i < (int)ARRAY_SIZE(senses); i++) {
		/* Disks have them all, of the rest each has some. */
		if (type && !thorough && i % 4 != type % 4)
			continue;
		fault = (struct fault){ .status = 2, .sense = senses[i] };
		/* No error: it has been carried out. */
		if (senses[i] >> 16 < 2 || senses[i] >> 16 == 0xf)
			executed = EXECUTED;
		else
			executed = 0;
		fault.flags = executed;
		add_fault(type, &fault, i);
		if (type == 0 && senses[i] >> 16 == 2 && (thorough || i % 2)) {
			fault.any = true;
			add_case(type, t->ops[0], &fault, EVER);
			fault.any = false;
		}
		/* What all paths say goes up. */
		if (type == 0 && may_come_everywhere(i)) {
			fault.everywhere = true;
			add_case(type, READ, &fault, EVER);
			fault.everywhere = false;
		}
		fault.flags = i % 4 == 1 ? DESCRIPTORS | executed :
			      i % 4 == 3 ? DEFERRED : 0;
		if (i % 2 && (type == 0 ? thorough || i / 2 % 3 :
			      i / 2 % (int)ARRAY_SIZE(types) == type))
			add_case(type, t->ops[i / 8 % t->nr_ops], &fault,
				 i / 8 % 2 ? 1 : EVER);
	}
}

/* What takes its time, and what the error handler has to do with. */
static void add_slow_cases(int type)
{
	const struct type *t = &types[type];
	struct fault fault;

	for (int i = 0; i < t->nr_ops; i++) {
		enum op op = t->ops[i];

		fault = (struct fault){ .flags = SILENT, .timeout = TIMEOUT };
		for (int fails = 0; fails <= 4; fails++) {
			fault.eh_fails = fails;
			fault.eh_ms = fails == i % 5 ? 40000 : 0;
			add_case(type, op, &fault, 1);
		}
		if (ops[op].own_time || !strncmp(ops[op].name, "sg-", 3))
			continue;
		fault = (struct fault){
			.flags = FOR_ITSELF, .ms = 1000, .timeout = 30000,
		};
		add_case(type, op, &fault, 1);
		fault.ms = 8000;
		add_case(type, op, &fault, EVER);
		fault.everywhere = true;
		add_case(type, op, &fault, EVER);
		fault.ms = 40000;
		add_case(type, op, &fault, 1);
		fault.everywhere = false;
		add_case(type, op, &fault, EVER);
		fault = (struct fault){ .flags = ABORTS, .timeout = 30000 };
		add_case(type, op, &fault, 1);
		fault.eh_fails = 1;
		add_case(type, op, &fault, 1);
	}
}

/* --- all of it ------------------------------------------------------------ */

static void read_exceptions(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[512];

	if (!file) {
		perror(path);
		exit(2);
	}
	while (fgets(line, sizeof(line), file)) {
		char *tab = strchr(line, '\t');

		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (!tab) {
			fprintf(stderr, "%s: no reason: %s", path, line);
			exit(2);
		}
		*tab = 0;
		if (nr_exceptions == EXCEPTIONS_MAX) {
			fprintf(stderr, "%s: too many\n", path);
			exit(2);
		}
		exceptions[nr_exceptions++] = strdup(line);
	}
	fclose(file);
}

static void print_record(const char *name, const struct record *r)
{
	printf(" %s:", name);
	if (r->error)
		printf(" errno %d", r->error);
	if (r->status)
		printf(" status %#x", r->status);
	if (r->host)
		printf(" host %#x", r->host);
	if (r->sense)
		printf(" sense %#x", r->sense);
	if (r->resid)
		printf(" resid %d", r->resid);
	if (r->wrong)
		printf(" WRONG");
	if (r->changes)
		printf(" executed %u", r->changes);
	if (r->position || r->believed)
		printf(" at %d/%d", r->position, r->believed);
	if (r->prevents)
		printf(" locked");
	if (r->uevents)
		printf(" uevents %#x", r->uevents);
	printf(" sent %u/%u %.1fs;", r->sent, r->sent_all, r->seconds);
}

static void print_case(struct one_case *c)
{
	for (int kind = ONE; kind <= TWO; kind++) {
		if (c->verdict[kind] != OTHER)
			continue;
		printf("# %s %s %s:", kinds[kind], c->name, c->what[kind]);
		print_record("plain", &c->record[PLAIN]);
		print_record(kinds[kind], &c->record[kind]);
		printf("\n");
	}
	fflush(stdout);
}

/* Prints what has been done since it was called last. Returns how much is done in all. */
static int print_done(char *printed)
{
	int done = 0;

	for (int i = 0; i < all->nr_cases; i++) {
		if (!__atomic_load_n(&all->cases[i].done, __ATOMIC_ACQUIRE))
			continue;
		done++;
		if (!printed[i])
			print_case(&all->cases[i]);
		printed[i] = 1;
	}
	return done;
}

static bool print_summary(void)
{
	int sum[4] = { }, cases = 0, compared = 0, excepted = 0, other = 0;
	bool bad = false;

	for (int type = 0; type < (int)ARRAY_SIZE(types); type++) {
		for (int kind = ONE; kind <= TWO; kind++) {
			int n[4] = { }, not_run = 0, of_type = 0;

			for (int i = 0; i < all->nr_cases; i++) {
				struct one_case *c = &all->cases[i];

				if (c->type != type)
					continue;
				of_type++;
				if (!c->done)
					not_run++;
				else
					n[c->verdict[kind]]++;
			}
			if (!of_type)
				continue;
			compared += all->attributes[type][kind].compared;
			excepted += all->attributes[type][kind].excepted;
			other += all->attributes[type][kind].other;
			printf("# %s %s: %d cases, %d equal, %d better, %d excepted, %d other, %d not run\n",
			       types[type].name, kinds[kind], of_type, n[EQUAL],
			       n[BETTER], n[EXCEPTED], n[OTHER], not_run);
			for (int i = 0; i < 4; i++)
				sum[i] += n[i];
			if (not_run)
				bad = true;
			cases += of_type;
		}
	}
	for (int i = 0; i < nr_exceptions; i++) {
		if (!all->used[i] && !strcmp(only, "*"))
			printf("# nothing needs the exception %s\n",
			       exceptions[i]);
	}
	printf("# attributes: %d compared, %d excepted, %d other\n", compared,
	       excepted, other);
	printf("# oracle: %d comparisons, %d equal, %d better, %d excepted, %d other\n",
	       cases, sum[EQUAL], sum[BETTER], sum[EXCEPTED], sum[OTHER]);
	return !bad && cases && !sum[OTHER] && !other;
}

/* Prints what comes until all workers are through. */
static void wait_for(int workers, double start)
{
	static char printed[CASES_MAX];
	static int told;

	while (workers) {
		int done;

		while (waitpid(-1, NULL, WNOHANG) > 0)
			workers--;
		done = print_done(printed);
		if (done / 500 > told / 500)
			printf("# %d done after %.0f s\n", done, now() - start);
		told = done;
		pause_ms(2000);
	}
	print_done(printed);
}

static bool is_wanted(const struct type *type, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (!strcmp(argv[i], type->name))
			return true;
	}
	return !argc;
}

int main(int argc, char **argv)
{
	int workers = 1, option;
	double start = now();

	all = mmap(NULL, sizeof(*all), PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (all == MAP_FAILED)
		return 2;
	while ((option = getopt(argc, argv, "aj:t:vx:m:")) != -1) {
		switch (option) {
		case 'j':
			workers = atoi(optarg);
			side_by_side = workers > 1;
			break;
		case 'a':
			thorough = true;
			break;
		case 'v':
			verbose = true;
			break;
		case 't':
			short_timeout = atoi(optarg);
			break;
		case 'x':
			read_exceptions(optarg);
			break;
		case 'm':
			only = optarg;
			break;
		default:
			return 2;
		}
	}
	for (int type = 0; type < (int)ARRAY_SIZE(types); type++) {
		int before = all->nr_cases, n;

		if (!is_wanted(&types[type], argc - optind, argv + optind))
			continue;
		add_slow_cases(type);
		add_cases(type);
		printf("# %s: %d cases\n", types[type].name,
		       all->nr_cases - before);
		fflush(stdout);
		all->next[type] = before;
		for (n = 0; n < workers && n < all->nr_cases - before; n++) {
			if (!fork())
				work(type, !n);
		}
		wait_for(n, start);
	}
	printf("# %.0f s\n", now() - start);
	return !print_summary();
}
