/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of SCSI multipath offer one another, and who takes which lock when.
 *
 * Locks, outermost first:
 *  - scan_mutex of a path's host: held by the scan that claims a device.
 *  - scsi_lu.claim_mutex: one device at a time becomes a path of that logical unit; its
 *    limits are changed, and it is found, under it.
 *  - scsi_lu.scan_mutex: as the scan_mutex of a host, for its device alone.
 *  - scsi_multipath_list_mutex: which logical units there are, and for sleepers
 *    which paths each has; nothing that waits for I/O, nor for memory that
 *    may come from I/O, is done under it.
 *  - scsi_lu.lock: the paths of one logical unit and their states. Taken
 *    in completions.
 * Dispatch takes none of them; it reads under RCU.
 */
#ifndef _SCSI_MULTIPATH_MPATH_H
#define _SCSI_MULTIPATH_MPATH_H

#include <scsi/scsi_device.h>

#include "lu.h"
#include "path.h"
#include "verdict.h"

struct scsi_sense_hdr;

/**
 * enum scsi_path_answer - how a path answers TEST UNIT READY
 * @ANSWER_GOOD: with GOOD
 * @ANSWER_ERROR: with an error, be it of the path or of the logical unit
 * @ANSWER_OTHER: with something that says nothing of either
 * @ANSWER_NONE: not at all
 */
enum scsi_path_answer {
	ANSWER_GOOD,
	ANSWER_ERROR,
	ANSWER_OTHER,
	ANSWER_NONE,
};

/**
 * struct scsi_path_size - what a disk says of its size, over one path
 * @last_block: the last one that it has
 * @block_size: bytes of one; 0: it says nothing
 * @protection_type: 1 to 3 if it is formatted with protection information, else 0
 */
struct scsi_path_size {
	u64 last_block;
	u32 block_size;
	u8 protection_type;
};

/* group.c */
#define FAILBACK_MAX		(24 * 3600)	/* seconds */
u64 scsi_path_rank(const struct scsi_path *path);
bool scsi_path_is_candidate(const struct scsi_path *path);
void scsi_lu_group_init(struct scsi_lu_group *group);
void scsi_lu_refresh_locked(struct scsi_lu *lu);
bool scsi_path_is_in_use(const struct scsi_path *path);
void scsi_path_set_weight(struct scsi_path *path, u32 weight);
bool scsi_lu_group_is_disabled(struct scsi_lu *lu, u32 weight);
int scsi_lu_disable_group(struct scsi_lu *lu, u32 weight, bool disable);
int scsi_lu_switch_group(struct scsi_lu *lu, u32 weight);
void scsi_lu_set_failback(struct scsi_lu *lu, int seconds);
void scsi_lu_set_prefer_local(struct scsi_lu *lu, bool prefer_local);

/* set.c */
int scsi_lu_alloc_sets(struct scsi_lu *lu);
void scsi_lu_free_sets(struct scsi_lu *lu);
int scsi_lu_reserve_room(struct scsi_lu *lu, unsigned int nr_paths);
void scsi_lu_fill_sets(struct scsi_lu *lu);

/* access.c */
void scsi_path_access_init(struct scsi_path *path);
void scsi_path_access_join(struct scsi_path *path);
const char *scsi_path_access_name(const struct scsi_path *path);
void scsi_path_begin_transition(struct scsi_path *path);
void scsi_path_set_passive(struct scsi_path *path);
void scsi_path_read_access(struct scsi_path *path);
void scsi_lu_read_stale_access(struct scsi_lu *lu);
void scsi_lu_doubt_access(struct scsi_lu *lu);

/* activate.c */
void scsi_lu_activation_init(struct scsi_lu_activation *activation);
void scsi_lu_activation_stop(struct scsi_lu *lu);
void scsi_lu_consider_activation(struct scsi_lu *lu);

/* rescan.c */
void scsi_lu_rescan_init(struct scsi_lu *lu);
void scsi_lu_rescan_when_usable(struct scsi_lu *lu);
void scsi_lu_rescan_when_back(struct scsi_lu *lu);
void scsi_lu_rescan_if_wanted(struct scsi_lu *lu);

/* status.c */
ssize_t scsi_lu_status(struct scsi_lu *lu, char *buf);

/* counters.c */
unsigned int scsi_lu_queued(struct scsi_lu *lu);

/* power.c */
void scsi_path_power_add(struct scsi_device *sdev);
void scsi_path_power_remove(struct scsi_device *sdev);
void scsi_path_power_visible(struct scsi_device *sdev, bool visible);
bool scsi_lu_is_suspended(const struct scsi_lu *lu);
bool scsi_lu_waits_for_resume(struct scsi_lu *lu);

/* shutdown.c */
bool scsi_multipath_system_ends(void);
bool scsi_lu_ends(const struct scsi_lu *lu, bool waits,
		  unsigned long *when);
bool scsi_lu_sleeps(const struct scsi_lu *lu, unsigned long *when);
int scsi_multipath_shutdown_init(void);
void scsi_multipath_shutdown_exit(void);

/* ask.c */
#define VPD_MAX_LEN		4096
int scsi_path_ask(struct scsi_device *sdev, const u8 *cdb, void *buf,
		  unsigned int len, struct scsi_sense_hdr *sense);
enum scsi_path_effect scsi_path_test(struct scsi_device *sdev,
				     enum scsi_path_answer *answer);
enum scsi_path_state scsi_path_state_after(enum scsi_path_effect tested);
ssize_t scsi_path_read_vpd(struct scsi_device *sdev, u8 page, u8 *buf);
unsigned long scsi_host_question_delay(struct Scsi_Host *shost);
unsigned long scsi_host_check_delay(struct Scsi_Host *shost);
int scsi_path_vpd_has_come(struct scsi_device *sdev, u8 page);

/* probe.c */
#define SCSI_PATH_PROBE_DELAY	(HZ / 4)	/* before the first probe */
/* Until a path whose host's error handler is at work is looked at again */
#define SCSI_PATH_RECOVERY_DELAY	(HZ / 2)
/* Until what is best left alone is looked at again */
#define SCSI_PATH_BUSY_DELAY		(1UL * HZ)
void scsi_path_probe_now(struct scsi_path *path);
void scsi_path_probe_init(struct scsi_path *path);
void scsi_path_probe_schedule(struct scsi_path *path);
void scsi_path_probe_soon(struct scsi_path *path);
void scsi_path_overtake_probe(struct scsi_path *path);
unsigned int scsi_path_watch(struct scsi_path *path,
			     enum scsi_path_watching wants);
bool scsi_path_is_being_watched(struct scsi_path *path);
bool scsi_lu_is_best_left_alone(struct scsi_lu *lu);

/* find.c */
struct scsi_lu *scsi_multipath_find(const char *names);
struct scsi_lu *scsi_multipath_find_renamed(const char *names);

/* identify.c */
char *scsi_device_read_names(struct scsi_device *sdev);
char *scsi_path_serial_name(struct scsi_device *sdev);
int scsi_path_identify(struct scsi_path *path);
bool scsi_path_is_unmapped(struct scsi_path *path);

/* watch.c */
/* A path that is watched has its identity read once in so many periods. */
#define WATCH_IDENTITY_EVERY	10
void scsi_multipath_watch_start(void);
void scsi_multipath_watch_stop(void);

/* marginal.c */
bool scsi_path_is_marginal(const struct scsi_path *path);
void scsi_path_becomes_marginal(struct scsi_path *path, u8 reason,
				const char *why);
void scsi_path_recovers(struct scsi_path *path, u8 reasons, const char *why);
void scsi_path_force_marginal(struct scsi_path *path, s8 forced);
ssize_t scsi_path_show_marginal(const struct scsi_path *path, char *buf);
void scsi_path_marginal_init(struct scsi_path *path);
void scsi_lu_marginal_init(struct scsi_lu *lu);

/* outlier.c */
bool scsi_path_is_outlier(const struct scsi_path_measure *all, unsigned int nr,
			  unsigned int self);
void scsi_lu_demote_outliers(struct scsi_lu *lu, bool demote);
void scsi_multipath_outlier_start(void);
void scsi_multipath_outlier_stop(void);

/* timeout.c */
#define ATTEMPT_TIMEOUT_MAX	3600u	/* seconds */
bool scsi_type_has_attempt_timeout(u8 device_type);
unsigned int scsi_attempt_timeout_for(u8 device_type);
bool scsi_lu_is_slow(const struct scsi_lu *lu);
void scsi_path_note_patience(struct scsi_path *path, unsigned long since);
unsigned long scsi_path_judge_timeout(struct scsi_cmnd *cmd);

/* attention.c */
/* What the next commands of a logical unit are answered with: an event, and what is none */
#define ATTENTION_EVENTS	GENMASK(NR_LU_EVENTS - 1, 0)
#define ATTENTION_DEFERRED	BIT(NR_LU_EVENTS)
#define ATTENTION_REWOUND	BIT(NR_LU_EVENTS + 1)
/* Or what they wait for: another path is being asked whether there was a reset */
#define ATTENTION_KEPT_BACK	BIT(NR_LU_EVENTS + 2)
/* Or: that an administrator allows no more, however many paths there are */
#define ATTENTION_LIMITED	BIT(NR_LU_EVENTS + 3)
/* Or: a reset of our own, of which no block I/O is told */
#define ATTENTION_EXPECTED	BIT(NR_LU_EVENTS + 4)
void scsi_lu_keep_event(struct scsi_lu *lu, enum scsi_lu_event event,
			const struct scsi_sense_hdr *sense);
/* POWER ON, RESET, OR BUS DEVICE RESET OCCURRED */
#define ANYTHING_RESET		0x2900
bool scsi_lu_keep_expected(struct scsi_lu *lu, u16 code);
void scsi_lu_drop_expected(struct scsi_lu *lu);
void scsi_lu_keep_deferred_error(struct scsi_lu *lu,
				 const struct scsi_cmnd *cmd);
void scsi_lu_lost_nexus(struct scsi_lu *lu);
bool scsi_leaves_attention_alone(u8 opcode);
bool scsi_lu_answer_attention(struct scsi_lu *lu,
			      struct scsi_cmnd *lu_cmd);

/* event.c */
/* Of a unit attention with 29h: it is none of the device */
#define I_T_NEXUS_LOSS		0x07
void scsi_lu_tell_user_space(struct scsi_lu *lu, enum scsi_lu_event event);
bool scsi_lu_must_be_exact(const struct scsi_lu *lu);
bool scsi_path_report_event(struct scsi_path *path,
			    const struct scsi_sense_hdr *sense);
void scsi_path_note_all_reported(struct scsi_path *path);
void scsi_lu_tell_kept_back(struct scsi_lu *lu);
void scsi_path_has_no_reset(struct scsi_path *path,
			    const struct scsi_path *kept_back);
void scsi_path_event_was_swallowed(struct scsi_path *path,
				   const struct scsi_sense_hdr *sense,
				   bool expected);
void scsi_path_conclude_event(struct scsi_path *path,
			      const struct scsi_cmnd *lu_cmd,
			      const struct scsi_sense_hdr *sense, bool goes_up);
void scsi_path_changed_lu(struct scsi_path *path);
void scsi_path_changed_medium(struct scsi_path *path);
void scsi_path_changed_reservation(struct scsi_path *path);
void scsi_lu_event_init(struct scsi_lu *lu);
void scsi_path_event_init(struct scsi_path *path);

/* drain.c */
void scsi_lu_drain_others(struct scsi_lu *lu, struct scsi_path *except);
void scsi_path_fetch_reports(struct scsi_path *path);
bool scsi_path_drain_later(struct scsi_path *path);
void scsi_path_resume_drain(struct scsi_path *path);
void scsi_path_drain_init(struct scsi_path *path);

/* rewound.c */
void scsi_lu_note_reset(struct scsi_lu *lu);
void scsi_lu_was_rewound(struct scsi_lu *lu, const struct scsi_sense_hdr *sense);
void scsi_path_hide_reset(struct scsi_path *path,
			  const struct scsi_sense_hdr *sense);
void scsi_path_inherit_reset(struct scsi_path *path);
void scsi_lu_path_left(struct scsi_lu *lu);
struct scsi_path *scsi_lu_carrier(struct scsi_lu *lu);
bool scsi_path_is_bystander(struct scsi_path *path);
bool scsi_path_speaks_for_tape(struct scsi_path *path);
void scsi_lu_note_position(struct scsi_lu *lu);
void scsi_path_carried(struct scsi_path *path, const struct scsi_cmnd *lu_cmd,
		       unsigned long since);
void scsi_lu_note_passed(struct scsi_lu *lu, const struct scsi_cmnd *lu_cmd);
bool scsi_tape_is_positional(const u8 *cdb);
bool scsi_lu_is_not_where_believed(struct scsi_lu *lu,
				   struct scsi_cmnd *lu_cmd);

/* dispatch.c */
bool scsi_lu_has_path_soon(struct scsi_lu *lu);
bool scsi_lu_bind_to_only_path(struct scsi_lu *lu);

/* completion.c */
void scsi_path_apply(struct scsi_path *path, enum scsi_path_effect effect,
		     const char *why);
void scsi_lu_cmd_failed(struct scsi_cmnd *lu_cmd);

/* passthrough.c */
extern struct device_attribute dev_attr_passthrough_failover;
void scsi_lu_settle(struct scsi_lu *lu, const struct scsi_cmnd *lu_cmd);
bool scsi_lu_report_luns(struct scsi_cmnd *lu_cmd);
bool scsi_lu_may_repeat_passthrough(const struct scsi_lu *lu,
				    const struct scsi_cmnd *lu_cmd);

/* door.c */
bool scsi_path_moved_door(struct scsi_path *path, struct scsi_cmnd *lu_cmd);
void scsi_lu_door_ended_by_reset(struct scsi_lu *lu);
void scsi_path_door_ended_by_reset(struct scsi_path *path);
void scsi_lu_door_met_reset(struct scsi_lu *lu, const struct scsi_cmnd *lu_cmd);
void scsi_lu_look_after_door(struct scsi_lu *lu);
void scsi_path_doubt_door(struct scsi_path *path);
void scsi_path_door_join(struct scsi_path *path);
void scsi_lu_was_reset(struct scsi_lu *lu);
void scsi_lu_door_init(struct scsi_lu_door *door);

/* key.c */
void scsi_path_note_key(struct scsi_path *path, struct scsi_cmnd *lu_cmd);
void scsi_lu_look_after_key(struct scsi_lu *lu);
void scsi_lu_note_key_loss_told(struct scsi_lu *lu);
bool scsi_lu_needs_key(const struct scsi_lu *lu,
		       const struct scsi_cmnd *lu_cmd);

/* eligible.c */
bool scsi_device_may_be_path(struct scsi_device *sdev);
bool scsi_device_is_to_be_path(struct scsi_device *sdev, const char *names);

/* join.c */
int scsi_path_join(struct scsi_lu *lu, struct scsi_path *path, bool is_alone);
void scsi_path_unjoin(struct scsi_path *path);
void scsi_path_wait_for_work(struct scsi_path *path);
void scsi_lu_follow_path_depths(struct scsi_lu *lu);
int scsi_lu_set_depth(struct scsi_lu *lu, int depth);

/* settings.c */
void scsi_lu_copy_quirks(struct scsi_device *to, const struct scsi_device *from);
void scsi_path_share_settings(struct scsi_path *path);
void scsi_path_share_quirks(struct scsi_path *path);

/* lookup.c */
struct scsi_device *scsi_path_get_other(const struct scsi_path *path);
struct scsi_device *scsi_lu_get_any_in_use(struct scsi_lu *lu);
struct scsi_device *scsi_lu_get_in_use(struct scsi_lu *lu,
				       const struct scsi_device *except,
				       unsigned int nr);
bool scsi_lu_is_in_use(struct scsi_lu *lu, const struct scsi_device *except);

/* host.c */
extern struct Scsi_Host *scsi_multipath_host;
int scsi_multipath_host_add(void);
void scsi_multipath_host_exit(void);

/* poll.c */
unsigned int scsi_path_polled_queues(const struct Scsi_Host *shost);
void scsi_path_start_polling(struct scsi_path *path);
void scsi_path_stop_polling(struct scsi_path *path);

/* starved.c */
bool scsi_lu_waits_for_tag(struct scsi_lu *lu, struct scsi_cmnd *lu_cmd);
void scsi_path_begin_starved(struct scsi_path *path);
void scsi_path_end_starved(struct scsi_path *path);

/* tags.c */
#define SCSI_LU_MIN_TAGS	256	/* of one logical unit, in all queues */
#define SCSI_LU_MAX_TAGS	512
void scsi_lu_size_tags(struct blk_mq_tag_set *set,
		       const struct blk_mq_tag_set *host,
		       unsigned int nr_polled, unsigned int path_depth,
		       unsigned int nr_cpus);
int scsi_lu_alloc_tags(struct scsi_lu *lu, struct scsi_device *first);
void scsi_lu_free_tags(struct scsi_lu *lu);

/* uevent.c */
void scsi_path_uevent(struct scsi_path *path, const char *what);
void scsi_lu_tell_changes(struct scsi_lu *lu);
void scsi_lu_events_init(struct scsi_lu *lu);

/* claim.c */
int scsi_multipath_claim_init(void);
void scsi_multipath_claim_exit(void);
int scsi_path_try_claim(struct scsi_device *sdev);

/* clash.c */
bool scsi_type_has_size(u8 device_type);
void scsi_path_read_size(struct scsi_device *sdev, struct scsi_path_size *size);
int scsi_path_compare(struct scsi_lu *lu, struct scsi_device *sdev,
		      const struct scsi_path_size *size, const char **what,
		      bool *is_alone);

/* renew.c */
void scsi_path_renew(struct scsi_path *path);
void scsi_path_forget_host(struct Scsi_Host *shost);
void scsi_path_withhold(struct scsi_device *sdev, bool soon);
void scsi_path_forget(struct scsi_device *sdev);

/* protection.c */
unsigned int scsi_protection_lost(const struct scsi_protection *lu,
				  const struct scsi_protection *host);
unsigned int scsi_protection_needed(const struct scsi_path_size *size);
void scsi_lu_protection_init(struct scsi_lu *lu, struct scsi_device *first);
bool scsi_lu_may_protect(const struct scsi_lu *lu, const struct scsi_path_size *size);
bool scsi_lu_lacks_protection(struct scsi_lu *lu, struct scsi_device *path,
			      const struct scsi_path_size *size);
int scsi_lu_take_protection(struct scsi_lu *lu, struct scsi_device *path,
			    const struct scsi_path_size *size);

/* limits.c */
bool scsi_limits_are_stacked(const struct queue_limits *lu,
			     const struct queue_limits *path);
void scsi_limits_stack(struct queue_limits *lu,
		       const struct queue_limits *path);
bool scsi_limits_cut(const struct queue_limits *lu, const struct queue_limits *path);
void scsi_limits_replace(struct queue_limits *lu,
			 const struct queue_limits *hosts, blk_features_t had);
int scsi_lu_begin_limits(struct scsi_lu *lu, const struct scsi_device *path);
int scsi_lu_may_take_limits(const struct scsi_lu *lu, const struct scsi_device *path);
void scsi_lu_limits_path_left(struct scsi_lu *lu);
void scsi_lu_limits_not_needed(struct scsi_lu *lu);
int scsi_lu_take_limits(struct scsi_lu *lu, struct scsi_device *path);
void scsi_path_take_block_size(struct scsi_path *path);
void scsi_path_take_affinity(struct scsi_path *path);
void scsi_lu_limits_init(struct scsi_lu *lu);

/* flush.c */
void scsi_path_flush_cache(struct scsi_path *path);

/* sysfs.c */
extern const struct attribute_group *scsi_lu_attr_groups[];
int scsi_path_sysfs_add(struct scsi_path *path);
void scsi_path_sysfs_remove(struct scsi_path *path);
void scsi_lu_sysfs_close(struct scsi_lu *lu);

/* proc.c */
int scsi_multipath_proc_init(void);
void scsi_multipath_proc_exit(void);

#endif /* _SCSI_MULTIPATH_MPATH_H */
