/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Persistent reservations (SPC-4 5.13). A registration is one of an I_T nexus,
 * the user's is one of the logical unit: these files see to it that each path
 * has the one, for as long as the logical unit has the other.
 *
 * A path is barred from I/O while its nexus may have a registration that the
 * logical unit does not have. It is doubted while its nexus may have none though
 * the logical unit has one, which the target by itself makes harmless.
 */
#ifndef _SCSI_MULTIPATH_PR_H
#define _SCSI_MULTIPATH_PR_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <scsi/scsi_cmnd.h>

struct scsi_lu;
struct scsi_path;

/* Service actions of PERSISTENT RESERVE IN and OUT (SPC-4 6.15, 6.16) */
#define PR_IN_READ_KEYS			0x00
#define PR_IN_READ_RESERVATION		0x01
#define PR_IN_REPORT_CAPABILITIES	0x02
#define PR_IN_READ_FULL_STATUS		0x03
#define PR_OUT_REGISTER			0x00
#define PR_OUT_RESERVE			0x01
#define PR_OUT_RELEASE			0x02
#define PR_OUT_CLEAR			0x03
#define PR_OUT_PREEMPT			0x04
#define PR_OUT_PREEMPT_AND_ABORT	0x05
#define PR_OUT_REGISTER_AND_IGNORE	0x06
#define PR_OUT_REGISTER_AND_MOVE	0x07
#define PR_OUT_REPLACE_LOST		0x08
#define PR_OUT_LIST_LEN			24
#define PR_OUT_LIST_MAX			16384
/* In the byte 20 of the list */
#define PR_APTPL			BIT(0)
#define PR_ALL_TG_PT			BIT(2)
#define PR_SPEC_I_PT			BIT(3)
/* In the byte 2 of REPORT CAPABILITIES */
#define PR_ALL_TG_PT_CAPABLE		BIT(2)
/* In the byte 17 of that of REGISTER AND MOVE */
#define PR_UNREG			BIT(1)
/* Instead of the type of a persistent reservation: it was made by RESERVE of SCSI-2 */
#define PR_TYPE_SCSI2			0x40

/**
 * enum scsi_pr_reply - what became of a command over one path
 * @PR_DONE: it has been carried out
 * @PR_CONFLICT: it was not, for a reservation or a registration is in the way
 * @PR_REFUSED: it was not, for the target does not do such a thing
 * @PR_LOST: nobody knows
 * @PR_AWAY: it has not been sent
 */
enum scsi_pr_reply {
	PR_DONE,
	PR_CONFLICT,
	PR_REFUSED,
	PR_LOST,
	PR_AWAY,
};

/**
 * struct scsi_pr_cmd - a PERSISTENT RESERVE OUT, and its answer
 * @cdb: what it says
 * @list: its parameter list
 * @len: bytes of that
 * @timeout: jiffies
 * @result: as &scsi_cmnd.result
 * @sense: sense data
 */
struct scsi_pr_cmd {
	u8 cdb[16];
	u8 *list;
	unsigned int len;
	unsigned int timeout;
	int result;
	u8 sense[SCSI_SENSE_BUFFERSIZE];
};

/**
 * struct scsi_pr_said - what a target has said to something that was asked for a command
 * @result: as &scsi_cmnd.result
 * @sense: sense data
 * @is_said: it has
 */
struct scsi_pr_said {
	int result;
	u8 sense[SCSI_SENSE_BUFFERSIZE];
	bool is_said;
};

/**
 * struct scsi_pr_ops - how a path is reached; KUnit has another one
 * @send: a command over a path; the result as of scsi_execute_cmd(), negative: it was
 *	not sent
 * @drain: waits until nothing that was sent over a path is under way; false: it is
 * @get: keeps a path from going away; false: it does already
 * @put: ends that
 * @pause: some time, before something is asked again
 */
struct scsi_pr_ops {
	int (*send)(struct scsi_path *path, const u8 *cdb, bool out, void *buf,
		    unsigned int len, unsigned int timeout, u8 *sense);
	bool (*drain)(struct scsi_path *path);
	bool (*get)(struct scsi_path *path);
	void (*put)(struct scsi_path *path);
	void (*pause)(void);
};

/**
 * struct scsi_lu_pr - the registration of a logical unit
 * @ops: how paths are reached. Constant.
 * @changing: held by who changes registrations; I/O is done under it
 * @queue: commands that wait for @work; the logical unit's lock
 * @work: carries them out, one by one
 * @said: where it is kept what the target has said instead of an answer, while a command
 *	is carried out; the lock
 * @key: with which the logical unit is registered; 0: it is not, as far as is
 *	known. Written under @changing and the lock, either for reading
 * @other_key: the key that it has instead, if that is what a path says: nobody has
 *	heard how a change of keys has ended; 0: none. @changing
 * @other_count: how many nexuses have that then, of all hosts; @changing
 * @flags: APTPL and ALL_TG_PT of the registration, the latter as the target wants it to be
 *	if it has refused the other; @changing
 * @per_initiator: to its target the nexuses of a host are one, as a nexus has shown that was
 *	registered though nobody had done it; @changing
 * @elsewhere: registrations of this host at target ports to which no path leads; the lock
 * @departed: paths that have left with a registration; the lock
 * @strays: those of them that were unproven, and no other nexus has been seen registered
 *	since; the lock
 * @stray_port: relative identifier of the target port of these; 0: it is not known, or they
 *	are of several. The lock
 * @used: somebody uses registrations: paths are looked after; the lock
 * @known: the target has been asked for what was registered before. Written under
 *	@changing and the lock, either for reading
 * @untouched: nothing was found, and its user has changed nothing since: what could not be
 *	asked then may have it all the same. @changing
 * @asleep: the system is, or is about to: nothing is sent to its paths. Written under
 *	@changing
 * @exclusive: type of the reservation, if it is one of which only the nexus that holds
 *	it may use the logical unit, and that is ours, or &PR_TYPE_SCSI2; 0: it is not.
 *	The lock
 * @holder: path of that nexus, which carries all I/O; NULL: it is not known, or has left.
 *	The lock
 * @hold_doubted: a command may have ended it; the lock
 * @moving: another path is to hold it; the lock
 * @promise: opcode of the RESERVE that was answered with GOOD, and counts; 0: none. The
 *	lock
 * @move_end: jiffies until which a target may go on with a reservation of SCSI-2 that a
 *	lost nexus has; 0: none has. @changing
 * @is_lost: user space is to be told that a registration is; the lock
 * @is_moved: and that a reservation has been moved; the lock
 */
struct scsi_lu_pr {
	const struct scsi_pr_ops *ops;
	struct mutex changing;		/* registrations */
	struct list_head queue;
	struct delayed_work work;
	struct scsi_pr_said *said;
	u64 key;
	u64 other_key;
	int other_count;
	u8 flags;
	bool per_initiator;
	unsigned int elsewhere;
	unsigned int departed;
	unsigned int strays;
	int stray_port;
	bool used;
	bool known;
	bool untouched;
	bool asleep;
	u8 exclusive;
	struct scsi_path *holder;
	bool hold_doubted;
	bool moving;
	u8 promise;
	unsigned long move_end;
	bool is_lost;
	bool is_moved;
};

/**
 * struct scsi_path_pr - the registration of a path's nexus
 * @registered: it may have one
 * @barred: it may be one that the logical unit does not have: no I/O. Written under
 *	the logical unit's lock, read anywhere
 * @doubted: it may have none; the lock
 * @aside: another one holds a reservation that lets nobody else in: no I/O. The lock
 * @trusted_until: jiffies until which a conflict over it is one of the logical
 *	unit; 0: it may not be. The lock
 * @unproven: it has been registered, or that was tried, and no other nexus has been
 *	seen registered after that; the lock
 * @beside: it was not seen registered when another nexus was to be, so that this one may be
 *	by that, if they are one to the target. @changing
 * @full: the target has no room for it; the lock
 * @turns: a bit for each kind of turn that it has had; the lock
 * @line: brings it in line; disabled when the path leaves
 */
struct scsi_path_pr {
	bool registered;
	bool barred;
	bool doubted;
	bool aside;
	bool unproven;
	bool beside;
	bool full;
	u8 turns;
	unsigned long trusted_until;
	struct delayed_work line;
};

/**
 * enum scsi_pr_turn - what goes round the paths
 * @TURN_LEADER: somebody's command, for an answer
 * @TURN_SETTLE: what follows upon a change
 * @TURN_WITNESS: the question whether the logical unit is registered
 * @TURN_DRAIN: the wait for what was sent
 */
enum scsi_pr_turn {
	TURN_LEADER,
	TURN_SETTLE,
	TURN_WITNESS,
	TURN_DRAIN,
};

/* pr_ask.c */
extern const struct scsi_pr_ops scsi_pr_ops;
u64 scsi_pr_key_of(const struct scsi_pr_cmd *cmd);
u64 scsi_pr_action_key_of(const struct scsi_pr_cmd *cmd);
u8 scsi_pr_flags_of(const struct scsi_pr_cmd *cmd);
bool scsi_pr_is_reachable(const struct scsi_path *path);
bool scsi_pr_is_reachable_soon(const struct scsi_path *path);
enum scsi_pr_reply scsi_pr_out(struct scsi_path *path, struct scsi_pr_cmd *cmd);
enum scsi_pr_reply scsi_pr_plain(struct scsi_path *path, struct scsi_pr_cmd *cmd);
enum scsi_pr_reply scsi_pr_change(struct scsi_path *path, u64 from, u64 to,
				  u8 flags);
enum scsi_pr_reply scsi_pr_replace(struct scsi_path *path, u64 from, u64 to,
				   u8 *flags);
enum scsi_pr_reply scsi_pr_register(struct scsi_path *path, u64 from, u64 to);
enum scsi_pr_reply scsi_pr_force(struct scsi_path *path, u64 to);
enum scsi_pr_reply scsi_pr_preempt(struct scsi_path *path, u64 key, u64 victim,
				   u8 type);
int scsi_pr_read_keys(struct scsi_path *path, u64 **keys);
int scsi_pr_count_key(struct scsi_path *path, u64 key);
int scsi_pr_read_full_status(struct scsi_path *path, u8 *buf, unsigned int len);
int scsi_pr_read_holder(struct scsi_path *path, u64 *key, u8 *type);
bool scsi_pr_see_flags(struct scsi_path *path, u8 *flags);
bool scsi_pr_see_aptpl(struct scsi_path *path);

/* pr_path.c */
void scsi_path_pr_join(struct scsi_path *path);
void scsi_path_pr_leave(struct scsi_path *path);
void scsi_path_bar(struct scsi_path *path);
void scsi_path_bar_locked(struct scsi_path *path);
void scsi_lu_pr_bar_others(struct scsi_lu *lu, const struct scsi_path *leader);
bool scsi_lu_pr_drain_barred(struct scsi_lu *lu);
void scsi_path_doubt(struct scsi_path *path);
void scsi_path_pr_set_registered(struct scsi_path *path, bool registered);
void scsi_path_pr_set_in_line(struct scsi_path *path, bool trusted);
void scsi_path_note_registration(struct scsi_path *path);
void scsi_lu_pr_set_key(struct scsi_lu *lu, u64 key);
unsigned int scsi_lu_pr_nr_registered(struct scsi_lu *lu);
void scsi_lu_pr_forget_departed(struct scsi_lu *lu);
void scsi_lu_pr_forget_strays(struct scsi_lu *lu);
bool scsi_path_pr_may_be_stray(struct scsi_path *path);
void scsi_lu_pr_begin(struct scsi_lu *lu, enum scsi_pr_turn turn);
struct scsi_path *scsi_lu_pr_next(struct scsi_lu *lu,
				  enum scsi_pr_turn turn,
				  bool (*suits)(const struct scsi_path *path));
bool scsi_path_wants_line(const struct scsi_path *path);
bool scsi_path_wants_line_soon(const struct scsi_path *path);
void scsi_lu_pr_look_after(struct scsi_lu *lu);
bool scsi_path_conflict_is_genuine(struct scsi_path *path);
void scsi_path_hears_of_reservations(struct scsi_path *path);

/* pr_line.c */
void scsi_path_pr_init(struct scsi_path *path);
bool scsi_path_bring_in_line(struct scsi_path *path);
void scsi_lu_pr_settle(struct scsi_lu *lu, struct scsi_path *leader);
void scsi_lu_pr_lost(struct scsi_lu *lu, const char *why);

/* pr_discover.c */
void scsi_lu_pr_discover(struct scsi_lu *lu);
int scsi_path_pr_discover(struct scsi_path *path);

/* pr_errand.c */
bool scsi_lu_pr_carry_out(struct scsi_lu *lu, struct scsi_pr_cmd *cmd);
bool scsi_lu_pr_move(struct scsi_lu *lu);

/* pr_owner.c */
int scsi_pr_are_all_ours(struct scsi_path *leader, u64 key, int count);

/* pr_hold.c */
bool scsi_pr_is_exclusive(u8 type);
int scsi_pr_is_held_by_us(struct scsi_path *leader, u8 *type);
void scsi_lu_pr_hold_locked(struct scsi_lu *lu, struct scsi_path *holder,
			    u8 type);
void scsi_lu_pr_hold(struct scsi_lu *lu, struct scsi_path *holder, u8 type);
void scsi_lu_pr_hold_scsi2_locked(struct scsi_lu *lu, struct scsi_path *holder,
				  bool reserved);
bool scsi_pr_stand_aside(struct scsi_path *leader, u8 type);
void scsi_lu_pr_find_hold(struct scsi_path *leader, u8 type);
enum scsi_pr_reply scsi_pr_take(struct scsi_path *leader, u8 type);
void scsi_lu_pr_doubt_hold(struct scsi_lu *lu);
bool scsi_lu_pr_holder_is_good(const struct scsi_lu *lu);
bool scsi_lu_pr_is_to_move(struct scsi_lu *lu);
void scsi_lu_pr_look_after_holder(struct scsi_lu *lu);

/* pr_scsi2.c */
bool scsi_pr_is_scsi2(const u8 *cdb);
bool scsi_pr_carry_out_scsi2(struct scsi_lu *lu, struct scsi_pr_cmd *cmd);
bool scsi_pr_move_scsi2(struct scsi_lu *lu);
void scsi_lu_pr_was_reset(struct scsi_lu *lu);

/* pr_show.c */
ssize_t scsi_lu_pr_show(struct scsi_lu *lu, char *buf);
ssize_t scsi_path_pr_show(struct scsi_path *path, char *buf);

/* pr.c */
extern bool scsi_multipath_reservations;	/* are they kept on all paths? */
void scsi_lu_pr_init(struct scsi_lu *lu);
void scsi_lu_pr_stop(struct scsi_lu *lu);
bool scsi_lu_pr_queue(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd);

#endif /* _SCSI_MULTIPATH_PR_H */
