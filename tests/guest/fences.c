// SPDX-License-Identifier: GPL-2.0
/*
 * fences SEED SECONDS DISK STORE BSG_B BSG_C PORT...
 *
 * Three hosts register, reserve and fence each other at random, one after the other or at
 * once, while one of them writes and its paths come and go. That one is DISK; the others
 * are one nexus each, that of BSG_B and of BSG_C. STORE is the file that the target keeps
 * the disk in, PORT the directory of LIO for each path of DISK.
 *
 * The oracle is a device server with three nexuses (SPC-4 5.13): what the hosts are
 * answered, and what is registered and reserved then, must be what it would say and have if
 * it got their commands in one order or another. Beside that the law of fencing is looked
 * at:
 *
 *   - no write succeeds while DISK is locked out, from the answer on that says so, and
 *     nothing of it is in the store that was submitted later;
 *   - what the store has when all that its paths have under way has come back, it has for
 *     as long as DISK is locked out;
 *   - no write fails while DISK may write;
 *   - what was written is not overwritten by what was before.
 *
 * And now and then, when all paths are back, each of them must have the registration of
 * the disk, or none if it has none.
 *
 * Prints what goes wrong, and at the end what has been done. A seed gives the same commands
 * and faults, but not at the same times.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bsg.h>
#include <linux/pr.h>
#include <pthread.h>
#include <sched.h>
#include <scsi/sg.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define HOSTS		3
#define OURS		0
#define WRITERS		4
#define BLOCKS		8		/* of each */
#define BLOCK		4096
#define RECORDS		65536
#define PERIODS		4096
#define MAX_PORTS	4
#define NOBODY		-1
#define MAX_FOUND	20
/* How long until what has been done is done over all paths */
#define SETTLED_WITHIN	120

/* Service actions */
#define REGISTER	0
#define RESERVE		1
#define RELEASE		2
#define CLEAR		3
#define PREEMPT		4
#define IGNORE		6

/* What the ioctls of linux/pr.h say */
#define STS_CONFLICT	0x18

static const char *const action_names[] = {
	"register", "reserve", "release", "clear", "preempt", "?", "register-ignore",
};

static const int types[] = { 1, 3, 5, 6, 7, 8 };

/* --- a device server with a nexus for each host -------------------------------- */

struct server {
	uint64_t key[HOSTS];
	int type;
	int holder;
};

struct command {
	int host;
	int action;
	int type;
	uint64_t key;
	uint64_t action_key;
};

static bool is_of_all(int type)
{
	return type == 7 || type == 8;
}

static bool is_exclusive(int type)
{
	return type == 1 || type == 3;
}

static bool holds(const struct server *s, int host)
{
	return s->type && s->key[host] && (is_of_all(s->type) || s->holder == host);
}

static bool may_write(const struct server *s, int host)
{
	if (!s->type || holds(s, host))
		return true;
	return !is_exclusive(s->type) && s->key[host];
}

static void end_reservation(struct server *s)
{
	s->type = 0;
	s->holder = NOBODY;
}

static void unregister(struct server *s, int host)
{
	bool any = false;

	if (s->type && !is_of_all(s->type) && s->holder == host)
		end_reservation(s);
	s->key[host] = 0;
	for (int i = 0; i < HOSTS; i++)
		any |= s->key[i] != 0;
	if (!any)
		end_reservation(s);
}

static void take(struct server *s, int host, uint64_t victim, int type)
{
	for (int i = 0; i < HOSTS; i++) {
		if (i != host && (!victim || s->key[i] == victim))
			s->key[i] = 0;
	}
	s->type = type;
	s->holder = is_of_all(type) ? NOBODY : host;
}

/*
 * Two targets may differ here, and LIO does from itself: where all who are registered hold
 * the reservation, it takes the first of them for the one who does, if it is preempted.
 */
static bool preempt(struct server *s, const struct command *c, bool takes)
{
	bool all = is_of_all(s->type), found = false;
	uint64_t victim = c->action_key;

	if (!victim && !all)
		return false;
	for (int i = 0; i < HOSTS; i++)
		found |= s->key[i] && (!victim || s->key[i] == victim);
	if (!found)
		return false;
	if (!victim || (all && takes) ||
	    (s->type && !all && s->key[s->holder] == victim)) {
		take(s, c->host, victim, c->type);
		return true;
	}
	for (int i = 0; i < HOSTS; i++) {
		if (s->key[i] == victim && !(all && i == c->host))
			unregister(s, i);
	}
	return true;
}

static bool serve(struct server *s, const struct command *c, bool takes)
{
	uint64_t own = s->key[c->host];

	switch (c->action) {
	case REGISTER:
		if (own != c->key)
			return false;
		/* fallthrough */
	case IGNORE:
		if (c->action_key)
			s->key[c->host] = c->action_key;
		else
			unregister(s, c->host);
		return true;
	default:
		break;
	}
	if (!own || own != c->key)
		return false;
	switch (c->action) {
	case RESERVE:
		if (s->type)
			return holds(s, c->host) && s->type == c->type;
		s->type = c->type;
		s->holder = is_of_all(c->type) ? NOBODY : c->host;
		return true;
	case RELEASE:
		if (!holds(s, c->host))
			return true;
		if (s->type != c->type)
			return false;
		end_reservation(s);
		return true;
	case CLEAR:
		memset(s->key, 0, sizeof(s->key));
		end_reservation(s);
		return true;
	default:
		return preempt(s, c, takes);
	}
}

static bool is_same(const struct server *a, const struct server *b)
{
	return !memcmp(a->key, b->key, sizeof(a->key)) && a->type == b->type &&
	       (!a->type || is_of_all(a->type) || a->holder == b->holder);
}

/* --- what all threads know ------------------------------------------------------ */

static int disk, store, bsg[HOSTS];
static const char *port[MAX_PORTS];
static int nr_ports;
static volatile bool ended, gate, calm;
static int nr_found;
static uint64_t round_nr;
static pthread_mutex_t print_lock = PTHREAD_MUTEX_INITIALIZER;

static struct {
	unsigned long rounds, at_once, lost, writes, locked_out, flaps, snapshots, quiet;
	unsigned long refused, unknown_keys;
} count;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void pause_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

/* Of each thread its own */
static unsigned int draw(uint32_t *seed, unsigned int n)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % n;
}

static void found(const char *format, ...)
{
	va_list args;

	pthread_mutex_lock(&print_lock);
	printf("# round %llu: ", (unsigned long long)round_nr);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	nr_found++;
	pthread_mutex_unlock(&print_lock);
	if (nr_found >= MAX_FOUND)
		ended = true;
}

/* --- commands ------------------------------------------------------------------- */

enum answer {
	GOOD,
	REFUSED,
	LOST,
};

static enum answer answer_of(int host_status, int status, const uint8_t *sense,
			     bool *attention)
{
	*attention = false;
	if (host_status)
		return LOST;
	if (!status)
		return GOOD;
	if (status == 2 && (sense[2] & 0xf) == 6)
		*attention = true;
	return REFUSED;
}

/* Over the node of a host; what there is to hear first, is heard. */
static enum answer send_to(int host, const uint8_t *cdb, int len, bool out, void *buf,
			   unsigned int size)
{
	bool attention;
	enum answer answer;

	for (int i = 0; i < 20; i++) {
		uint8_t sense[96] = { };

		if (host == OURS) {
			struct sg_io_hdr io = {
				.interface_id = 'S',
				.dxfer_direction = out ? SG_DXFER_TO_DEV :
							 SG_DXFER_FROM_DEV,
				.cmd_len = len,
				.cmdp = (uint8_t *)cdb,
				.mx_sb_len = sizeof(sense),
				.sbp = sense,
				.dxferp = buf,
				.dxfer_len = size,
				.timeout = 300000,
			};

			if (ioctl(disk, SG_IO, &io))
				return LOST;
			answer = answer_of(io.host_status, io.status, sense,
					   &attention);
		} else {
			struct sg_io_v4 io = {
				.guard = 'Q',
				.request = (uintptr_t)cdb,
				.request_len = len,
				.response = (uintptr_t)sense,
				.max_response_len = sizeof(sense),
				.timeout = 300000,
			};

			if (out) {
				io.dout_xferp = (uintptr_t)buf;
				io.dout_xfer_len = size;
			} else {
				io.din_xferp = (uintptr_t)buf;
				io.din_xfer_len = size;
			}
			if (ioctl(bsg[host], SG_IO, &io))
				return LOST;
			answer = answer_of(io.transport_status, io.device_status,
					   sense, &attention);
		}
		if (!attention)
			break;
	}
	return answer;
}

static void put64(uint8_t *p, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		p[i] = v >> (56 - 8 * i);
}

static uint64_t get64(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

static enum answer reserve_out(const struct command *c)
{
	uint8_t cdb[10] = { 0x5f, c->action, c->type };
	uint8_t list[24] = { };

	cdb[8] = sizeof(list);
	put64(list, c->key);
	put64(list + 8, c->action_key);
	return send_to(c->host, cdb, sizeof(cdb), true, list, sizeof(list));
}

static enum pr_type pr_type_of(int type)
{
	switch (type) {
	case 1: return PR_WRITE_EXCLUSIVE;
	case 3: return PR_EXCLUSIVE_ACCESS;
	case 5: return PR_WRITE_EXCLUSIVE_REG_ONLY;
	case 6: return PR_EXCLUSIVE_ACCESS_REG_ONLY;
	case 7: return PR_WRITE_EXCLUSIVE_ALL_REGS;
	default: return PR_EXCLUSIVE_ACCESS_ALL_REGS;
	}
}

/* By the kernel's own interface, which says less of what has happened */
static enum answer reserve_ioctl(const struct command *c)
{
	struct pr_registration registration = {
		.old_key = c->key,
		.new_key = c->action_key,
		.flags = c->action == IGNORE ? PR_FL_IGNORE_KEY : 0,
	};
	struct pr_reservation reservation = {
		.key = c->key,
		.type = pr_type_of(c->type),
	};
	struct pr_preempt preemption = {
		.old_key = c->key,
		.new_key = c->action_key,
		.type = pr_type_of(c->type),
	};
	struct pr_clear clearance = { .key = c->key };
	int result;

	switch (c->action) {
	case REGISTER:
	case IGNORE:
		result = ioctl(disk, IOC_PR_REGISTER, &registration);
		break;
	case RESERVE:
		result = ioctl(disk, IOC_PR_RESERVE, &reservation);
		break;
	case RELEASE:
		result = ioctl(disk, IOC_PR_RELEASE, &reservation);
		break;
	case CLEAR:
		result = ioctl(disk, IOC_PR_CLEAR, &clearance);
		break;
	default:
		result = ioctl(disk, IOC_PR_PREEMPT, &preemption);
		break;
	}
	if (!result)
		return GOOD;
	return result == STS_CONFLICT || (result < 0 && errno == EINVAL) ? REFUSED :
									   LOST;
}

static bool reserve_in(int host, int action, uint8_t *buf, unsigned int size)
{
	uint8_t cdb[10] = { 0x5e, action };

	cdb[7] = size >> 8;
	cdb[8] = size;
	memset(buf, 0, size);
	return send_to(host, cdb, sizeof(cdb), false, buf, size) == GOOD;
}

static int host_of(uint64_t key)
{
	return (int)(key >> 32) - 1;
}

/* What is registered and reserved, as the second host sees it. Returns false if in motion. */
static bool observe(struct server *s, unsigned int *nr_ours)
{
	bool clear = true;
	uint8_t buf[512];
	unsigned int len;
	int host;

	*s = (struct server){ .holder = NOBODY };
	*nr_ours = 0;
	if (!reserve_in(1, 0, buf, sizeof(buf)))
		return false;
	len = buf[6] << 8 | buf[7];
	for (unsigned int i = 8; i + 8 <= 8 + len && i + 8 <= sizeof(buf); i += 8) {
		uint64_t key = get64(buf + i);

		host = host_of(key);
		/* Who unregisters with a path out of reach has one for a moment. */
		if (host < 0 || host >= HOSTS) {
			count.unknown_keys++;
			return false;
		}
		*nr_ours += host == OURS;
		if (s->key[host] && s->key[host] != key)
			clear = false;
		s->key[host] = key;
	}
	if (!reserve_in(1, 1, buf, sizeof(buf)))
		return false;
	if (buf[7]) {
		s->type = buf[21] & 0xf;
		host = host_of(get64(buf + 8));
		s->holder = is_of_all(s->type) ? NOBODY : host;
		clear &= is_of_all(s->type) || (host >= 0 && host < HOSTS);
	}
	return clear;
}

/* --- the writers ------------------------------------------------------------------ */

struct stamp {
	uint64_t magic;
	uint64_t seq;
	uint64_t submitted;
	uint32_t writer;
	uint32_t block;
};

#define MAGIC	0x66656e6365732121ULL

struct record {
	uint64_t submitted;
	uint64_t done;
	int error;
};

static struct writer {
	pthread_t thread;
	pthread_mutex_t lock;
	struct record record[RECORDS];
	unsigned int nr;
	uint64_t written[BLOCKS];	/* the last that was */
	uint64_t tried[BLOCKS];		/* the last that may have been */
	uint64_t pending;		/* since then one is under way; 0: none is */
	bool gated;
} writer[WRITERS];

static uint64_t offset_of(int w, int block)
{
	return (uint64_t)(w * BLOCKS + block) * BLOCK;
}

static void *write_for_ever(void *arg)
{
	struct writer *w = arg;
	int self = w - writer;
	uint64_t seq = 0;
	char *data;

	if (posix_memalign((void **)&data, BLOCK, BLOCK))
		return NULL;
	while (!ended) {
		int block = seq % BLOCKS, error;
		struct stamp *stamp = (struct stamp *)data;

		if (gate) {
			w->gated = true;
			pause_ms(1);
			continue;
		}
		w->gated = false;
		seq++;
		memset(data, seq, BLOCK);
		pthread_mutex_lock(&w->lock);
		w->pending = now_ns();
		w->tried[block] = seq;
		*stamp = (struct stamp){ MAGIC, seq, w->pending, self, block };
		memcpy(data + BLOCK - sizeof(*stamp), stamp, sizeof(*stamp));
		pthread_mutex_unlock(&w->lock);
		error = pwrite(disk, data, BLOCK, offset_of(self, block)) == BLOCK ?
			0 : errno ? errno : EIO;
		pthread_mutex_lock(&w->lock);
		if (w->nr == RECORDS)
			found("too many writes at once");
		else
			w->record[w->nr++] = (struct record){ w->pending, now_ns(),
							      error };
		if (!error)
			w->written[block] = seq;
		w->pending = 0;
		pthread_mutex_unlock(&w->lock);
		pause_ms(error ? 20 : 2);
	}
	free(data);
	return NULL;
}

/* --- the periods of which it is known whether the disk may be written -------------- */

enum known {
	UNKNOWN,
	MAY,
	MAY_NOT,
};

static struct period {
	uint64_t begin;
	enum known known;
} period[PERIODS];
static unsigned int nr_periods;

static void begin_period(uint64_t at, enum known known)
{
	if (nr_periods == PERIODS) {
		memmove(period, period + PERIODS / 2, sizeof(period) / 2);
		nr_periods = PERIODS / 2;
	}
	period[nr_periods++] = (struct period){ at, known };
}

/* Was it so for all of that time? */
static enum known known_of(uint64_t from, uint64_t to)
{
	enum known known = UNKNOWN;
	bool first = true;

	for (unsigned int i = nr_periods; i-- > 0;) {
		if (period[i].begin > to)
			continue;
		if (first)
			known = period[i].known;
		else if (known != period[i].known)
			return UNKNOWN;
		first = false;
		if (period[i].begin <= from)
			return known;
	}
	return UNKNOWN;
}

static void judge_writes(void)
{
	for (int i = 0; i < WRITERS; i++) {
		struct writer *w = &writer[i];

		pthread_mutex_lock(&w->lock);
		for (unsigned int r = 0; r < w->nr; r++) {
			struct record *record = &w->record[r];
			enum known known = known_of(record->submitted, record->done);

			count.writes++;
			count.locked_out += known == MAY_NOT;
			if (known == MAY && record->error)
				found("a write of who may write has failed (%s), submitted at %llu, done at %llu",
				      strerror(record->error),
				      (unsigned long long)record->submitted,
				      (unsigned long long)record->done);
			if (known == MAY_NOT && !record->error)
				found("a write of who is locked out has succeeded, submitted at %llu, done at %llu",
				      (unsigned long long)record->submitted,
				      (unsigned long long)record->done);
		}
		w->nr = 0;
		pthread_mutex_unlock(&w->lock);
	}
}

/* --- what is in the store ------------------------------------------------------------ */

static char snapshot[WRITERS * BLOCKS][BLOCK];
static bool has_snapshot;
static uint64_t locked_out_since;

/* Each block has what was written last, or what may have been. */
static void look_at_blocks(char (*blocks)[BLOCK])
{
	for (int i = 0; i < WRITERS * BLOCKS; i++) {
		struct stamp *stamp = (struct stamp *)blocks[i];
		struct writer *w = &writer[i / BLOCKS];
		int block = i % BLOCKS;

		if (!w->written[block] && !stamp->magic)
			continue;
		if (stamp->magic != MAGIC || stamp->writer != (uint32_t)i / BLOCKS ||
		    stamp->block != (uint32_t)block ||
		    memcmp(stamp, blocks[i] + BLOCK - sizeof(*stamp), sizeof(*stamp)))
			found("block %d is torn", i);
		else if (stamp->seq < w->written[block] || stamp->seq > w->tried[block])
			found("block %d has write %llu, of %llu to %llu", i,
			      (unsigned long long)stamp->seq,
			      (unsigned long long)w->written[block],
			      (unsigned long long)w->tried[block]);
		else if (locked_out_since && stamp->submitted >= locked_out_since)
			found("block %d was written by who is locked out, %llu ns later",
			      i, (unsigned long long)(stamp->submitted -
						      locked_out_since));
	}
}

static bool read_file(const char *name, char *buf, size_t size)
{
	int fd = open(name, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, buf, size - 1);
	close(fd);
	buf[n > 0 ? n : 0] = 0;
	return n > 0;
}

static bool write_file(const char *name, const char *value)
{
	int fd = open(name, O_WRONLY);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, value, strlen(value)) > 0;
	close(fd);
	return ok;
}

/* The address of a port's path */
static bool address_of(int p, char *hctl, size_t size)
{
	char name[256], buf[64];
	int h, c, t;

	snprintf(name, sizeof(name), "%s/address", port[p]);
	if (!read_file(name, buf, sizeof(buf)) ||
	    sscanf(buf, "%d:%d:%d", &h, &c, &t) != 3)
		return false;
	snprintf(hctl, size, "%d:%d:%d:0", h, c, t);
	return true;
}

static bool path_file(int p, const char *what, char *name, size_t size)
{
	char hctl[32];

	if (!address_of(p, hctl, sizeof(hctl)))
		return false;
	snprintf(name, size, "/sys/bus/scsi/devices/%s/%s", hctl, what);
	return true;
}

/* Has each path been without a command since, at one time or another? */
static bool has_drained(bool *drained)
{
	bool all = true;

	for (int p = 0; p < nr_ports; p++) {
		char name[256], buf[64];

		if (!drained[p] && path_file(p, "path/in_flight", name, sizeof(name)))
			drained[p] = !read_file(name, buf, sizeof(buf)) || !atoi(buf);
		all &= drained[p];
	}
	return all;
}

/* What has been sent before it was locked out has come back; nothing else will come. */
static void take_snapshot(void)
{
	bool drained[MAX_PORTS] = { }, idle = true;

	gate = true;
	for (int i = 0; i < 5000 && !has_drained(drained); i++)
		pause_ms(1);
	has_snapshot = has_drained(drained) &&
		       pread(store, snapshot, sizeof(snapshot), 0) == sizeof(snapshot);
	for (int i = 0; i < WRITERS; i++)
		idle &= writer[i].gated;
	if (has_snapshot && idle)
		look_at_blocks(snapshot);
	count.snapshots += has_snapshot;
	gate = false;
}

static void compare_with_snapshot(void)
{
	static char later[WRITERS * BLOCKS][BLOCK];

	if (!has_snapshot)
		return;
	has_snapshot = false;
	if (pread(store, later, sizeof(later), 0) != sizeof(later)) {
		found("the store cannot be read");
		return;
	}
	for (int i = 0; i < WRITERS * BLOCKS; i++) {
		if (memcmp(snapshot[i], later[i], BLOCK))
			found("block %d has changed while its writer was locked out, to write %llu",
			      i, (unsigned long long)((struct stamp *)later[i])->seq);
	}
}

/* --- paths that come and go ------------------------------------------------------------ */

static struct flapper {
	pthread_t thread;
	uint32_t seed;
	bool idle;
} flapper[MAX_PORTS];

static void set_transport(int p, const char *value)
{
	char name[256];

	snprintf(name, sizeof(name), "%s/transport_status", port[p]);
	write_file(name, value);
}

static void rescan(int p)
{
	char name[256], hctl[32];
	int h, t;

	if (!address_of(p, hctl, sizeof(hctl)))
		return;
	sscanf(hctl, "%d:%*d:%d", &h, &t);
	snprintf(name, sizeof(name), "/sys/class/scsi_host/host%d/scan", h);
	write_file(name, "0 1 -");
}

static void set_block(int p, const char *what)
{
	char name[256], hctl[32];

	if (!address_of(p, hctl, sizeof(hctl)))
		return;
	*strchr(hctl, ':') = 0;
	snprintf(name, sizeof(name),
		 "/sys/module/scsi_block_target/parameters/%s", what);
	write_file(name, hctl);
}

static void flap(int p, uint32_t *seed)
{
	unsigned int ms = draw(seed, 4) ? 20 + draw(seed, 1000) : draw(seed, 5000);
	char name[256];

	switch (draw(seed, 8)) {
	case 0:
		if (path_file(p, "path/state", name, sizeof(name)))
			write_file(name, "3");
		pause_ms(ms);
		if (path_file(p, "path/state", name, sizeof(name)))
			write_file(name, "1");
		break;
	case 1:
		if (path_file(p, "delete", name, sizeof(name)))
			write_file(name, "1");
		pause_ms(ms);
		rescan(p);
		break;
	case 2:
		set_block(p, "block");
		pause_ms(ms);
		set_block(p, "unblock");
		break;
	default:
		set_transport(p, "offline");
		pause_ms(ms);
		set_transport(p, "online");
		break;
	}
	__atomic_add_fetch(&count.flaps, 1, __ATOMIC_RELAXED);
}

static void *flap_for_ever(void *arg)
{
	struct flapper *f = arg;

	while (!ended) {
		if (calm) {
			f->idle = true;
			pause_ms(20);
			continue;
		}
		f->idle = false;
		flap(f - flapper, &f->seed);
		pause_ms(draw(&f->seed, 4) ? draw(&f->seed, 1500) : 3000);
	}
	f->idle = true;
	return NULL;
}

static void be_calm(void)
{
	bool idle = false;

	calm = true;
	while (!idle) {
		idle = true;
		for (int p = 0; p < nr_ports; p++)
			idle &= flapper[p].idle;
		pause_ms(20);
	}
}

static bool all_registered(bool registered)
{
	for (int p = 0; p < nr_ports; p++) {
		char name[256], buf[64];

		if (!path_file(p, "path/registered", name, sizeof(name)) ||
		    !read_file(name, buf, sizeof(buf)) ||
		    strncmp(buf, registered ? "yes" : "no\n", 3))
			return false;
	}
	return true;
}

/* All paths are back: each has what the disk has. */
static void look_at_paths(const struct server *now)
{
	uint64_t end = now_ns() + SETTLED_WITHIN * 1000000000ULL;
	unsigned int nr_ours = 0, wanted = now->key[OURS] ? nr_ports : 0;
	struct server seen = { };

	be_calm();
	for (;;) {
		/* One that came when its disk was in motion may have been missed. */
		for (int p = 0; p < nr_ports; p++) {
			char name[256], buf[64];

			if (path_file(p, "path/registered", name, sizeof(name)) &&
			    !read_file(name, buf, sizeof(buf)))
				rescan(p);
		}
		if (observe(&seen, &nr_ours) && nr_ours == wanted &&
		    is_same(&seen, now) && all_registered(wanted))
			break;
		if (now_ns() > end) {
			found("%u nexuses are registered, %u should be", nr_ours,
			      wanted);
			ended = true;
			break;
		}
		pause_ms(100);
	}
	count.quiet++;
	calm = false;
}

/* --- rounds ------------------------------------------------------------------------------ */

/* Of each host its own, two */
static uint64_t some_key(int host, uint32_t *seed)
{
	return ((uint64_t)host + 1) << 32 | (1 + draw(seed, 2));
}

static void choose(struct command *c, int host, const struct server *now,
		   uint32_t *seed)
{
	*c = (struct command){
		.host = host,
		.type = types[draw(seed, 6)],
		.key = now->key[host],
	};
	/* Who is not registered registers, mostly. */
	if (!c->key && draw(seed, 4)) {
		c->action = draw(seed, 2) ? REGISTER : IGNORE;
		c->action_key = some_key(host, seed);
		c->type = 0;
		return;
	}
	switch (draw(seed, 16)) {
	case 0:
	case 1:
		c->action = draw(seed, 2) ? REGISTER : IGNORE;
		c->action_key = some_key(host, seed);
		c->type = 0;
		break;
	case 2:
		c->action = draw(seed, 2) ? REGISTER : IGNORE;
		c->type = 0;
		break;
	case 3:
		c->action = CLEAR;
		c->type = 0;
		break;
	case 4:
	case 5:
		c->action = RELEASE;
		if (now->type && draw(seed, 4))
			c->type = now->type;
		break;
	case 6:
	case 7:
	case 8:
	case 9:
		c->action = RESERVE;
		if (now->type && !draw(seed, 3))
			c->type = now->type;
		break;
	case 10:
		/*
		 * Its own, if it alone holds it, which nobody else can end without its
		 * registration. Not if it does not, and not those of all where all hold it:
		 * LIO goes on to use a registration that it has freed then.
		 */
		c->action = PREEMPT;
		c->action_key = holds(now, host) && !is_of_all(now->type) ? c->key :
									    0xdead;
		break;
	default:
		c->action = PREEMPT;
		c->action_key = now->key[(host + 1 + draw(seed, 2)) % HOSTS];
		if (!c->action_key)
			c->action_key = 0xdead;
		break;
	}
}

struct doer {
	pthread_t thread;
	struct command command;
	bool by_ioctl;
	enum answer answer;
};

static void *do_one(void *arg)
{
	struct doer *d = arg;

	d->answer = d->by_ioctl ? reserve_ioctl(&d->command) :
				  reserve_out(&d->command);
	return NULL;
}

static void print_server(const char *what, const struct server *s)
{
	printf("#   %s: keys %#llx %#llx %#llx, type %d, holder %d\n", what,
	       (unsigned long long)s->key[0], (unsigned long long)s->key[1],
	       (unsigned long long)s->key[2], s->type, s->holder);
}

static void print_round(const struct doer *d, int n, const struct server *before,
			const struct server *seen)
{
	print_server("before", before);
	for (int i = 0; i < n; i++) {
		const struct command *c = &d[i].command;

		printf("#   host %d: %s type %d key %#llx action key %#llx%s: %s\n",
		       c->host, action_names[c->action], c->type,
		       (unsigned long long)c->key, (unsigned long long)c->action_key,
		       d[i].by_ioctl ? ", ioctl" : "",
		       d[i].answer == GOOD ? "good" :
		       d[i].answer == REFUSED ? "refused" : "lost");
	}
	if (seen)
		print_server("after", seen);
	fflush(stdout);
}

static const int orders[][HOSTS] = {
	{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
};

static bool order_fits(const int *order, int n)
{
	/* Of fewer commands the first of the orders, those that leave the rest in place */
	for (int i = n; i < HOSTS; i++) {
		if (order[i] != i)
			return false;
	}
	return true;
}

/*
 * Is there an order in which the answers are these, and the end is that? @lost_ran: that
 * whose answer is not known was carried out. @known: may the disk be written meanwhile?
 */
static bool has_order(const struct doer *d, int n, const struct server *before,
		      const struct server *seen, bool lost_ran, enum known *known)
{
	bool fits = false;

	for (unsigned int o = 0; o < 12; o++) {
		const int *order = orders[o % 6];
		struct server s = *before;
		enum known meanwhile = may_write(&s, OURS) ? MAY : MAY_NOT;
		bool good = order_fits(order, n);

		for (int i = 0; i < n && good; i++) {
			const struct doer *one = &d[order[i]];

			if (one->answer == LOST) {
				if (lost_ran)
					serve(&s, &one->command, o >= 6);
			} else {
				struct server after = s;
				bool done = serve(&after, &one->command, o >= 6);

				good = done == (one->answer == GOOD);
				if (done)
					s = after;
			}
			if (meanwhile != (may_write(&s, OURS) ? MAY : MAY_NOT))
				meanwhile = UNKNOWN;
		}
		if (!good || !is_same(&s, seen))
			continue;
		if (fits && *known != meanwhile)
			meanwhile = UNKNOWN;
		*known = meanwhile;
		fits = true;
	}
	return fits;
}

static bool is_lost(const struct doer *d, int n)
{
	for (int i = 0; i < n; i++) {
		if (d[i].answer == LOST)
			return true;
	}
	return false;
}

/*
 * What has become of it all. Registrations of paths that come back are made and removed
 * behind the answers.
 */
static bool settle(const struct doer *d, int n, struct server *now, enum known *known)
{
	uint64_t end = now_ns() + SETTLED_WITHIN * 1000000000ULL;
	struct server before = *now, seen, last = { };
	unsigned int nr_ours, same = 0;
	bool lost = is_lost(d, n);

	for (;;) {
		bool clear = observe(&seen, &nr_ours);

		if (clear && (has_order(d, n, &before, &seen, false, known) ||
			      (lost && has_order(d, n, &before, &seen, true, known))))
			break;
		/* What nobody knows the answer of may have ended in other ways, too. */
		same = clear && is_same(&seen, &last) ? same + 1 : 0;
		last = seen;
		if (lost && same > 50)
			break;
		if (now_ns() > end) {
			found("no device server with one nexus for each host does that");
			print_round(d, n, &before, &seen);
			return false;
		}
		pause_ms(20);
	}
	if (lost)
		*known = UNKNOWN;
	*now = seen;
	return true;
}

/* The others: what they may do, they can, and nothing else. */
static void others_write(const struct server *now)
{
	static const uint8_t cdb[10] = { 0x2a, 0, 0, 0, 8, 0, 0, 0, 1 };
	static uint8_t block[512];

	for (int host = 1; host < HOSTS; host++) {
		enum answer answer = send_to(host, cdb, sizeof(cdb), true, block,
					     sizeof(block));

		if ((answer == GOOD) != may_write(now, host))
			found("a write of host %d is %s", host,
			      answer == GOOD ? "not refused" : "refused");
	}
}

/* Returns false if nothing more can be said. */
static bool run_round(struct server *now, uint32_t *seed)
{
	int n = draw(seed, 2) ? 1 : 2 + draw(seed, 2), first = draw(seed, HOSTS);
	int preempts = 0;
	struct doer d[HOSTS] = { };
	struct server before = *now;
	enum known known = UNKNOWN;
	uint64_t begin, end;

	for (int i = 0; i < n; i++) {
		choose(&d[i].command, (first + i) % HOSTS, now, seed);
		/* Two hosts that preempt each other at once have LIO wait for itself. */
		if (d[i].command.action == PREEMPT && preempts++) {
			d[i].command.action = RESERVE;
			d[i].command.action_key = 0;
		}
		/* sd tells of a reservation's type, and of no more than six actions. */
		d[i].by_ioctl = d[i].command.host == OURS && !draw(seed, 3) &&
				(d[i].command.action != REGISTER ||
				 d[i].command.action_key);
	}
	if (!may_write(now, OURS))
		compare_with_snapshot();
	begin = now_ns();
	begin_period(begin, UNKNOWN);
	for (int i = 0; i < n; i++)
		pthread_create(&d[i].thread, NULL, do_one, &d[i]);
	for (int i = 0; i < n; i++)
		pthread_join(d[i].thread, NULL);
	end = now_ns();
	begin_period(end, UNKNOWN);
	if (!settle(d, n, now, &known))
		return false;
	period[nr_periods - 2].known = known;
	period[nr_periods - 1].known = may_write(now, OURS) ? MAY : MAY_NOT;
	count.rounds++;
	count.at_once += n > 1;
	for (int i = 0; i < n; i++) {
		count.lost += d[i].answer == LOST;
		count.refused += d[i].answer == REFUSED;
	}
	if (is_lost(d, n)) {
		/* What was not answered may come later. */
		period[nr_periods - 1].known = UNKNOWN;
		begin_period(now_ns(), may_write(now, OURS) ? MAY : MAY_NOT);
	}
	if (may_write(now, OURS))
		locked_out_since = 0;
	else if (may_write(&before, OURS) || !locked_out_since || known != MAY_NOT)
		locked_out_since = period[nr_periods - 1].begin;
	if (!may_write(now, OURS))
		take_snapshot();
	others_write(now);
	pause_ms(draw(seed, 3) ? draw(seed, 300) : draw(seed, 3000));
	judge_writes();
	return true;
}

/*
 * LIO frees registrations that another PERSISTENT RESERVE OUT is just at, and carries out
 * one after the other what it gets on one CPU.
 */
static void be_on_first_cpu(void)
{
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	if (sched_setaffinity(0, sizeof(first), &first))
		perror("sched_setaffinity");
}

int main(int argc, char **argv)
{
	struct server now = { .holder = NOBODY };
	struct command clear_up = { .host = 1, .action = IGNORE, .action_key = 2ULL << 32 | 1 };
	uint64_t end, next_quiet;
	uint32_t seed;

	if (argc < 8 || argc - 7 > MAX_PORTS)
		return 2;
	seed = strtoul(argv[1], NULL, 0);
	end = now_ns() + strtoull(argv[2], NULL, 0) * 1000000000ULL;
	disk = open(argv[3], O_RDWR | O_DIRECT);
	store = open(argv[4], O_RDONLY);
	bsg[1] = open(argv[5], O_RDWR);
	bsg[2] = open(argv[6], O_RDWR);
	if (disk < 0 || store < 0 || bsg[1] < 0 || bsg[2] < 0) {
		perror("fences");
		return 2;
	}
	nr_ports = argc - 7;
	for (int p = 0; p < nr_ports; p++)
		port[p] = argv[7 + p];

	/* Nothing is registered from here on. */
	if (reserve_out(&clear_up) != GOOD)
		found("host B cannot register");
	clear_up.action = CLEAR;
	clear_up.key = clear_up.action_key;
	if (reserve_out(&clear_up) != GOOD)
		found("host B cannot clear");
	begin_period(0, UNKNOWN);
	begin_period(now_ns(), MAY);

	for (int i = 0; i < WRITERS; i++) {
		pthread_mutex_init(&writer[i].lock, NULL);
		pthread_create(&writer[i].thread, NULL, write_for_ever, &writer[i]);
	}
	for (int p = 0; p < nr_ports; p++) {
		flapper[p].seed = seed + 1000 * (p + 1);
		pthread_create(&flapper[p].thread, NULL, flap_for_ever, &flapper[p]);
	}
	be_on_first_cpu();
	next_quiet = now_ns() + 20000000000ULL;
	for (round_nr = 1; !ended && now_ns() < end; round_nr++) {
		if (!run_round(&now, &seed))
			break;
		if (now_ns() > next_quiet) {
			look_at_paths(&now);
			next_quiet = now_ns() + 20000000000ULL;
			printf("# %lu rounds\n", count.rounds);
			fflush(stdout);
		}
	}
	be_calm();
	if (!nr_found)
		look_at_paths(&now);
	ended = true;
	for (int p = 0; p < nr_ports; p++)
		pthread_join(flapper[p].thread, NULL);
	for (int i = 0; i < WRITERS; i++)
		pthread_join(writer[i].thread, NULL);
	printf("# %lu rounds, %lu of several commands at once, %lu refused, %lu with an unknown end; %lu writes, %lu while locked out; %lu snapshots, %lu with a key of nobody's; paths went and came %lu times, and were looked at %lu times\n",
	       count.rounds, count.at_once, count.refused, count.lost, count.writes,
	       count.locked_out, count.snapshots, count.unknown_keys, count.flaps,
	       count.quiet);
	return nr_found || !count.rounds;
}
