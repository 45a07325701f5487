// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of path states, the set of usable paths, and policies. */

#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_multipath.h>
#include <scsi/scsi_proto.h>

#include "mpath.h"

/* What path.c has as STRIKES_TO_DEATH. */
#define STRIKES		5

struct fake_path {
	struct scsi_path path;
	char name[16];
	bool probed;
};

struct fake_lu {
	struct scsi_mpath lu;
	unsigned int nr;
	bool gave_up;
	struct fake_path path[] __counted_by(nr);
};

/* There is nothing that could be probed, blocked or told to user space. */
static void fake_probe(struct work_struct *work)
{
	container_of(to_delayed_work(work), struct fake_path,
		     path.probe)->probed = true;
}

static void fake_work(struct work_struct *work)
{
}

static void fake_no_path_work(struct work_struct *work)
{
	container_of(to_delayed_work(work), struct fake_lu,
		     lu.no_path_work)->gave_up = true;
}

static void stop(void *data)
{
	struct fake_lu *fake = data;

	for (unsigned int i = 0; i < fake->nr; i++)
		disable_delayed_work_sync(&fake->path[i].path.probe);
	disable_delayed_work_sync(&fake->lu.no_path_work);
	disable_work_sync(&fake->lu.work);
	free_percpu(fake->lu.cpu);
}

static void join(struct fake_lu *fake, unsigned int i)
{
	struct scsi_mpath *lu = &fake->lu;
	struct scsi_path *path = &fake->path[i].path;

	spin_lock_irq(&lu->lock);
	list_add_tail(&path->node, &lu->paths);
	lu->nr_paths++;
	path->running = path->sdev->sdev_state == SDEV_RUNNING;
	scsi_path_refresh_locked(lu);
	spin_unlock_irq(&lu->lock);
}

static void leave(struct fake_lu *fake, unsigned int i)
{
	struct scsi_mpath *lu = &fake->lu;
	struct scsi_path *path = &fake->path[i].path;

	spin_lock_irq(&lu->lock);
	list_del_init(&path->node);
	lu->nr_paths--;
	path->state = PATH_DISABLED;
	scsi_path_refresh_locked(lu);
	spin_unlock_irq(&lu->lock);
}

static struct scsi_device *make_sdev(struct kunit *test, const char *name)
{
	struct scsi_device *sdev = kunit_kzalloc(test, sizeof(*sdev),
						 GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sdev);
	sdev->sdev_gendev.init_name = name;
	sdev->sdev_state = SDEV_RUNNING;
	mutex_init(&sdev->state_mutex);
	return sdev;
}

static struct fake_lu *make_lu(struct kunit *test, unsigned int nr,
			       const struct scsi_path_policy *policy)
{
	struct scsi_path_set *set;
	struct fake_lu *fake;

	fake = kunit_kzalloc(test, struct_size(fake, path, nr), GFP_KERNEL);
	set = kunit_kzalloc(test, struct_size(set, path, nr), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fake);
	KUNIT_ASSERT_NOT_NULL(test, set);
	fake->nr = nr;
	set->capacity = nr;

	fake->lu.id = "test";
	fake->lu.sdev = make_sdev(test, "lu");
	fake->lu.policy = policy;
	fake->lu.no_path_timeout = 3600;
	spin_lock_init(&fake->lu.lock);
	INIT_LIST_HEAD(&fake->lu.paths);
	RCU_INIT_POINTER(fake->lu.usable, set);
	INIT_WORK(&fake->lu.work, fake_work);
	INIT_DELAYED_WORK(&fake->lu.no_path_work, fake_no_path_work);
	for (unsigned int i = 0; i < nr; i++) {
		struct scsi_path *path = &fake->path[i].path;

		snprintf(fake->path[i].name, sizeof(fake->path[i].name),
			 "path%u", i);
		path->sdev = make_sdev(test, fake->path[i].name);
		path->sdev->path = path;
		path->lu = &fake->lu;
		INIT_LIST_HEAD(&path->node);
		scsi_path_probe_init(path);
		INIT_DELAYED_WORK(&path->probe, fake_probe);
	}

	fake->lu.cpu = alloc_percpu(struct scsi_mpath_cpu);
	KUNIT_ASSERT_TRUE(test, !!fake->lu.cpu);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, stop, fake), 0);
	for (unsigned int i = 0; i < nr; i++)
		join(fake, i);
	return fake;
}

/* The members of the set, one bit each. */
static u64 usable(struct kunit *test, struct fake_lu *fake)
{
	const struct scsi_path_set *set;
	u64 members = 0;

	rcu_read_lock();
	set = rcu_dereference(fake->lu.usable);
	for (unsigned int i = 0; i < set->nr; i++) {
		unsigned int member = container_of(set->path[i],
						   struct fake_path, path) -
				      fake->path;

		KUNIT_EXPECT_LT(test, member, fake->nr);
		KUNIT_EXPECT_FALSE(test, members & BIT_ULL(member));
		members |= BIT_ULL(member);
	}
	rcu_read_unlock();
	return members;
}

static int select_path(struct fake_lu *fake)
{
	const struct scsi_path_set *set;
	struct scsi_path *path;

	rcu_read_lock();
	set = rcu_dereference(fake->lu.usable);
	path = fake->lu.policy->select(&fake->lu, set, set->nr);
	rcu_read_unlock();
	return path ? container_of(path, struct fake_path, path) - fake->path :
		      -1;
}

static bool is_probed(struct fake_path *fake)
{
	if (delayed_work_pending(&fake->path.probe))
		return true;
	flush_work(&fake->path.probe.work);
	return fake->probed;
}

static void forget_probe(struct fake_path *fake)
{
	cancel_delayed_work_sync(&fake->path.probe);
	fake->probed = false;
}

static void kill_path(struct fake_lu *fake, unsigned int i)
{
	scsi_path_suspend_or_lose(&fake->path[i].path, PATH_DEAD, "test");
}

/* As a probe that succeeded and I/O that followed do. */
static void revive(struct fake_lu *fake, unsigned int i)
{
	scsi_path_set_state(&fake->path[i].path, PATH_PROBATION, "test");
	scsi_path_proved(&fake->path[i].path);
}

static void set_sdev_state(struct kunit *test, struct fake_lu *fake,
			   unsigned int i, enum scsi_device_state state)
{
	struct scsi_device *sdev = fake->path[i].path.sdev;

	KUNIT_ASSERT_EQ(test, scsi_device_set_state(sdev, state), 0);
}

static void strikes_in_a_row_kill(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	for (int i = 1; i < STRIKES; i++) {
		scsi_path_strike(path, "test");
		KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
		KUNIT_EXPECT_TRUE(test, path->suspect);
	}
	KUNIT_EXPECT_EQ(test, usable(test, fake), 3);
	KUNIT_EXPECT_FALSE(test, is_probed(&fake->path[0]));
	scsi_path_strike(path, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_DEAD);
	KUNIT_EXPECT_EQ(test, path->failures, STRIKES);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 2);
	KUNIT_EXPECT_TRUE(test, is_probed(&fake->path[0]));
	KUNIT_EXPECT_TRUE(test, path->changed);
	KUNIT_EXPECT_FALSE(test, fake->path[1].path.changed);
	KUNIT_EXPECT_EQ(test, fake->path[1].path.state, PATH_GOOD);
	KUNIT_EXPECT_EQ(test, fake->path[1].path.failures, 0);
}

static void success_clears_strikes(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	for (int round = 0; round < 3; round++) {
		for (int i = 1; i < STRIKES; i++)
			scsi_path_strike(path, "test");
		for (int i = 1; i < STRIKES; i++) {
			KUNIT_EXPECT_TRUE(test, path->suspect);
			scsi_path_proved(path);
		}
		KUNIT_EXPECT_FALSE(test, path->suspect);
	}
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_EQ(test, path->failures, 3 * (STRIKES - 1));
	KUNIT_EXPECT_FALSE(test, path->changed);
}

/* Two failures for each success are a bad path, even if never in a row. */
static void more_failures_than_successes_kill(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	for (int i = 0; i < STRIKES && path->state == PATH_GOOD; i++) {
		scsi_path_strike(path, "test");
		scsi_path_strike(path, "test");
		scsi_path_proved(path);
	}
	KUNIT_EXPECT_EQ(test, path->state, PATH_DEAD);
}

/* No other is any better. A path that is lost is another matter. */
static void strikes_leave_the_last_one(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	kill_path(fake, 1);
	for (int i = 0; i < 3 * STRIKES; i++)
		scsi_path_strike(path, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 1);
	revive(fake, 1);
	scsi_path_strike(path, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_DEAD);
	kill_path(fake, 1);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 0);
}

static void stuck(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	KUNIT_EXPECT_TRUE(test, scsi_path_is_stuck(path, HZ));
	KUNIT_EXPECT_EQ(test, path->state, PATH_WAITING);
	KUNIT_EXPECT_EQ(test, path->failures, 1);
	KUNIT_EXPECT_TRUE(test, is_probed(&fake->path[0]));
	/* Its other commands, found later: one failure is enough. */
	KUNIT_EXPECT_TRUE(test, scsi_path_is_stuck(path, HZ));
	KUNIT_EXPECT_EQ(test, path->failures, 1);
	/* The only one left may take its time. */
	KUNIT_EXPECT_FALSE(test, scsi_path_is_stuck(&fake->path[1].path, HZ));
	KUNIT_EXPECT_EQ(test, fake->path[1].path.state, PATH_GOOD);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 2);
	/* And when that one is lost, what is stuck stays where it is. */
	kill_path(fake, 1);
	KUNIT_EXPECT_FALSE(test, scsi_path_is_stuck(path, HZ));
}

/* The last one lost: all that could come back are looked at soon. */
static void all_lost(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 3, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	scsi_path_admin_write(&fake->path[2].path, SHOWN_DEAD, 0, 0);
	kill_path(fake, 0);
	forget_probe(&fake->path[0]);
	path->probe_delay = 60UL * HZ;
	kill_path(fake, 1);
	KUNIT_EXPECT_TRUE(test, is_probed(&fake->path[0]));
	KUNIT_EXPECT_LE(test, path->probe_delay, 2UL * SCSI_PATH_PROBE_DELAY);
	KUNIT_EXPECT_FALSE(test, is_probed(&fake->path[2]));
}

static bool news(struct fake_lu *fake, unsigned int i, u8 key, u8 asc, u8 ascq)
{
	struct scsi_sense_hdr sense = {
		.response_code = 0x70,
		.sense_key = key,
		.asc = asc,
		.ascq = ascq,
	};

	return scsi_path_event_is_news(&fake->path[i].path, &sense);
}

static void events_are_news_once(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 3, &scsi_policy_rr);

	KUNIT_EXPECT_TRUE(test, news(fake, 1, UNIT_ATTENTION, 0x2a, 0x09));
	KUNIT_EXPECT_FALSE(test, news(fake, 0, UNIT_ATTENTION, 0x2a, 0x09));
	/* Another kind in between. */
	KUNIT_EXPECT_TRUE(test, news(fake, 2, UNIT_ATTENTION, 0x29, 0x01));
	KUNIT_EXPECT_FALSE(test, news(fake, 2, UNIT_ATTENTION, 0x2a, 0x09));
	KUNIT_EXPECT_FALSE(test, news(fake, 0, UNIT_ATTENTION, 0x29, 0x00));
	/* Again over the same path: it has happened again. */
	KUNIT_EXPECT_TRUE(test, news(fake, 0, UNIT_ATTENTION, 0x2a, 0x09));
	KUNIT_EXPECT_FALSE(test, news(fake, 1, UNIT_ATTENTION, 0x2a, 0x09));
	/* A late report is none of the old event. */
	fake->lu.event_since[EVENT_CAPACITY] -= 3600UL * HZ;
	KUNIT_EXPECT_TRUE(test, news(fake, 2, UNIT_ATTENTION, 0x2a, 0x09));
	/* What is not known, or no unit attention, always goes up. */
	for (int i = 0; i < 3; i++) {
		KUNIT_EXPECT_TRUE(test, news(fake, i, UNIT_ATTENTION, 0x28, 0));
		KUNIT_EXPECT_TRUE(test, news(fake, i, MEDIUM_ERROR, 0x2a, 9));
	}
	KUNIT_EXPECT_EQ(test, usable(test, fake), 7);
}

static void events_that_ask_for_the_identity(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 2, &scsi_policy_rr);

	fake->lu.announced = true;
	fake->lu.no_path_timeout = 0;
	KUNIT_EXPECT_TRUE(test, news(fake, 0, UNIT_ATTENTION, 0x3f, 0x03));
	KUNIT_EXPECT_EQ(test, usable(test, fake), 2);
	KUNIT_EXPECT_TRUE(test, is_probed(&fake->path[0]));
	KUNIT_EXPECT_TRUE(test, fake->path[0].path.online);
	/* The last one: I/O waits for the check, whatever no_path_timeout is. */
	KUNIT_EXPECT_TRUE(test, news(fake, 1, UNIT_ATTENTION, 0x3f, 0x0e));
	KUNIT_EXPECT_EQ(test, usable(test, fake), 0);
	flush_work(&fake->lu.no_path_work.work);
	KUNIT_EXPECT_FALSE(test, fake->gave_up);
	scsi_path_answers(&fake->path[1].path);
	KUNIT_EXPECT_FALSE(test, fake->path[1].path.checking);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 2);
	/* Lost for another reason, it does not wait. */
	kill_path(fake, 1);
	KUNIT_EXPECT_EQ(test, fake->path[1].path.state, PATH_DEAD);
}

static void probation(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	kill_path(fake, 0);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 2);
	path->changed = false;
	scsi_path_set_state(path, PATH_PROBATION, "test");
	KUNIT_EXPECT_EQ(test, usable(test, fake), 3);
	KUNIT_EXPECT_TRUE(test, path->suspect);
	KUNIT_EXPECT_TRUE(test, path->changed);
	/* A probe that comes late does not put a good path on probation. */
	scsi_path_admin_write(path, SHOWN_GOOD, 0, 0);
	scsi_path_answers(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	kill_path(fake, 0);
	scsi_path_answers(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_PROBATION);
	scsi_path_strike(path, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_DEAD);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 2);

	scsi_path_set_state(path, PATH_PROBATION, "test");
	path->changed = false;
	scsi_path_proved(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_FALSE(test, path->suspect);
	KUNIT_EXPECT_FALSE(test, path->changed);
	scsi_path_strike(path, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
}

static void dead_stays_dead(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	kill_path(fake, 0);
	scsi_path_proved(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_DEAD);
	KUNIT_EXPECT_TRUE(test, path->suspect);
	scsi_path_suspend_or_lose(path, PATH_WAITING, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_DEAD);
	scsi_path_strike(path, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_DEAD);
	KUNIT_EXPECT_EQ(test, path->failures, 3);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 2);
}

static void waiting(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	scsi_path_suspend_or_lose(path, PATH_WAITING, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_WAITING);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 2);
	KUNIT_EXPECT_TRUE(test, is_probed(&fake->path[0]));
	scsi_path_proved(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_WAITING);
	kill_path(fake, 0);
	KUNIT_EXPECT_EQ(test, path->state, PATH_DEAD);
}

static void disabled_stays_disabled(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	scsi_path_admin_write(path, SHOWN_DEAD, 0, 0);
	KUNIT_EXPECT_EQ(test, path->state, PATH_DISABLED);
	KUNIT_EXPECT_FALSE(test, is_probed(&fake->path[0]));

	scsi_path_set_state(path, PATH_PROBATION, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_DISABLED);
	scsi_path_proved(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_DISABLED);
	for (int i = 0; i <= STRIKES; i++)
		scsi_path_strike(path, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_DISABLED);
	scsi_path_suspend_or_lose(path, PATH_WAITING, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_DISABLED);
	kill_path(fake, 0);
	KUNIT_EXPECT_EQ(test, path->state, PATH_DISABLED);
	set_sdev_state(test, fake, 0, SDEV_OFFLINE);
	KUNIT_EXPECT_EQ(test, path->state, PATH_DISABLED);
	KUNIT_EXPECT_FALSE(test, is_probed(&fake->path[0]));
	set_sdev_state(test, fake, 0, SDEV_RUNNING);
	KUNIT_EXPECT_EQ(test, path->state, PATH_DISABLED);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 2);

	scsi_path_admin_write(path, SHOWN_GOOD, 0, 0);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 3);
	scsi_path_strike(path, "test");
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
}

static void admin_write(struct kunit *test)
{
	static const enum scsi_path_state after[] = {
		[SHOWN_GOOD]	= PATH_GOOD,
		[SHOWN_FAILING]	= PATH_WAITING,
		[SHOWN_DEAD]	= PATH_DISABLED,
	};

	for (int from = PATH_GOOD; from <= PATH_DISABLED; from++) {
		for (int to = SHOWN_GOOD; to <= SHOWN_DEAD; to++) {
			struct fake_lu *fake = make_lu(test, 1,
						       &scsi_policy_rr);
			struct scsi_path *path = &fake->path[0].path;

			scsi_path_set_state(path, from, "test");
			scsi_path_admin_write(path, to, 7, 9);
			KUNIT_EXPECT_EQ_MSG(test, path->state, after[to],
					    "%d to %d", from, to);
			KUNIT_EXPECT_EQ(test, path->failures, 7);
			KUNIT_EXPECT_EQ(test, path->weight, 9);
			KUNIT_EXPECT_EQ(test, usable(test, fake),
					to == SHOWN_GOOD);
			if (to == SHOWN_FAILING)
				KUNIT_EXPECT_TRUE(test,
						  is_probed(&fake->path[0]));
		}
	}
}

/* Good overrides error handling, but not a transport. */
static void admin_write_to_offline(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 1, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	set_sdev_state(test, fake, 0, SDEV_OFFLINE);
	scsi_path_admin_write(path, SHOWN_DEAD, 0, 0);
	KUNIT_EXPECT_EQ(test, path->sdev->sdev_state, SDEV_OFFLINE);
	scsi_path_admin_write(path, SHOWN_GOOD, 0, 0);
	KUNIT_EXPECT_EQ(test, path->sdev->sdev_state, SDEV_RUNNING);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 1);

	set_sdev_state(test, fake, 0, SDEV_BLOCK);
	set_sdev_state(test, fake, 0, SDEV_TRANSPORT_OFFLINE);
	scsi_path_admin_write(path, SHOWN_GOOD, 0, 0);
	KUNIT_EXPECT_EQ(test, path->sdev->sdev_state, SDEV_TRANSPORT_OFFLINE);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 0);
	KUNIT_EXPECT_EQ(test, scsi_path_shown_state(path), SHOWN_DEAD);
	set_sdev_state(test, fake, 0, SDEV_RUNNING);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 1);
}

static void shown_states(struct kunit *test)
{
	static const struct {
		enum scsi_device_state sdev_state;
		u8 shown[PATH_DISABLED + 1];
	} rows[] = {
		{ SDEV_RUNNING,			{ 1, 2, 2, 3, 3 } },
		{ SDEV_CREATED,			{ 2, 2, 2, 3, 3 } },
		{ SDEV_QUIESCE,			{ 2, 2, 2, 3, 3 } },
		{ SDEV_BLOCK,			{ 2, 2, 2, 3, 3 } },
		{ SDEV_CREATED_BLOCK,		{ 2, 2, 2, 3, 3 } },
		{ SDEV_OFFLINE,			{ 3, 3, 3, 3, 3 } },
		{ SDEV_TRANSPORT_OFFLINE,	{ 3, 3, 3, 3, 3 } },
		{ SDEV_CANCEL,			{ 3, 3, 3, 3, 3 } },
		{ SDEV_DEL,			{ 3, 3, 3, 3, 3 } },
	};
	struct fake_lu *fake = make_lu(test, 1, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	for (int i = 0; i < ARRAY_SIZE(rows); i++) {
		path->sdev->sdev_state = rows[i].sdev_state;
		for (int state = 0; state <= PATH_DISABLED; state++) {
			path->state = state;
			KUNIT_EXPECT_EQ_MSG(test, scsi_path_shown_state(path),
					    rows[i].shown[state],
					    "device state %d, path state %d",
					    rows[i].sdev_state, state);
		}
	}
}

static void block_and_unblock(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	set_sdev_state(test, fake, 0, SDEV_BLOCK);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 2);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_TRUE(test, path->changed);
	path->changed = false;
	set_sdev_state(test, fake, 0, SDEV_RUNNING);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 3);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	KUNIT_EXPECT_TRUE(test, path->changed);
	KUNIT_EXPECT_FALSE(test, is_probed(&fake->path[0]));

	/* What was in flight fails while it is blocked. */
	set_sdev_state(test, fake, 0, SDEV_BLOCK);
	scsi_path_suspend_or_lose(path, PATH_WAITING, "test");
	forget_probe(&fake->path[0]);
	set_sdev_state(test, fake, 0, SDEV_RUNNING);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 2);
	KUNIT_EXPECT_EQ(test, path->state, PATH_WAITING);
	KUNIT_EXPECT_TRUE(test, path->online);
	KUNIT_EXPECT_TRUE(test, is_probed(&fake->path[0]));

	/* No state of the path brings it in while its device is blocked. */
	set_sdev_state(test, fake, 0, SDEV_QUIESCE);
	revive(fake, 0);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 2);
}

static void offline_and_back(struct kunit *test)
{
	static const enum scsi_device_state offline[] = {
		SDEV_OFFLINE, SDEV_TRANSPORT_OFFLINE,
	};

	for (int i = 0; i < ARRAY_SIZE(offline); i++) {
		struct fake_lu *fake = make_lu(test, 2, &scsi_policy_rr);
		struct scsi_path *path = &fake->path[0].path;

		if (i)
			set_sdev_state(test, fake, 0, SDEV_BLOCK);
		set_sdev_state(test, fake, 0, offline[i]);
		KUNIT_EXPECT_EQ(test, path->state, PATH_DEAD);
		KUNIT_EXPECT_EQ(test, usable(test, fake), 2);
		KUNIT_EXPECT_TRUE(test, path->changed);
		/* Not before a probe has seen whose path it is. */
		forget_probe(&fake->path[0]);
		set_sdev_state(test, fake, 0, SDEV_RUNNING);
		KUNIT_EXPECT_EQ(test, path->state, PATH_DEAD);
		KUNIT_EXPECT_EQ(test, usable(test, fake), 2);
		KUNIT_EXPECT_TRUE(test, path->online);
		KUNIT_EXPECT_TRUE(test, is_probed(&fake->path[0]));
	}
}

static void weights(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 4, &scsi_policy_rr);

	scsi_path_set_weight(&fake->path[2].path, 1);
	scsi_path_set_weight(&fake->path[3].path, U32_MAX);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 0x3);
	kill_path(fake, 0);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 0x2);
	set_sdev_state(test, fake, 1, SDEV_BLOCK);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 0x4);
	kill_path(fake, 2);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 0x8);
	kill_path(fake, 3);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 0);

	revive(fake, 3);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 0x8);
	revive(fake, 2);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 0x4);
	scsi_path_set_state(&fake->path[0].path, PATH_PROBATION, "test");
	KUNIT_EXPECT_EQ(test, usable(test, fake), 0x1);
	set_sdev_state(test, fake, 1, SDEV_RUNNING);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 0x3);
	scsi_path_admin_write(&fake->path[2].path, SHOWN_GOOD, 0, 0);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 0x7);
	scsi_path_set_weight(&fake->path[2].path, 2);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 0x3);
}

/* A reader may come with the number of entries from before the last change. */
static void who_left_is_not_found(struct kunit *test)
{
	for (unsigned int gone = 0; gone < 4; gone++) {
		struct fake_lu *fake = make_lu(test, 4, &scsi_policy_rr);
		const struct scsi_path_set *set =
			rcu_access_pointer(fake->lu.usable);
		unsigned int before;

		kill_path(fake, (gone + 1) % 4);
		before = set->nr;
		leave(fake, gone);
		KUNIT_EXPECT_EQ(test, set->nr, 2);
		for (unsigned int i = 0; i < before; i++)
			KUNIT_EXPECT_PTR_NE(test, set->path[i],
					    &fake->path[gone].path);
		revive(fake, (gone + 1) % 4);
		KUNIT_EXPECT_EQ(test, usable(test, fake), 0xf & ~BIT(gone));

		for (unsigned int i = 0; i < 4; i++) {
			before = set->nr;
			if (i != gone)
				leave(fake, i);
			for (unsigned int j = 0; j < before; j++)
				KUNIT_EXPECT_PTR_NE(test, set->path[j],
						    &fake->path[i].path);
		}
		KUNIT_EXPECT_EQ(test, set->nr, 0);
		join(fake, gone);
		KUNIT_EXPECT_EQ(test, usable(test, fake), 0);
	}
}

/* The delay doubles over deaths until real I/O has succeeded. */
static void probe_delay(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;
	unsigned long first = path->probe_delay;

	for (int i = 0; i < 12; i++) {
		KUNIT_EXPECT_EQ(test, path->probe_delay,
				min(first << i, 60UL * HZ));
		kill_path(fake, 0);
		KUNIT_EXPECT_TRUE(test, is_probed(&fake->path[0]));
		forget_probe(&fake->path[0]);
		scsi_path_set_state(path, PATH_PROBATION, "test");
	}
	/* Good again, but not for long: it flaps. */
	scsi_path_proved(path);
	KUNIT_EXPECT_EQ(test, path->state, PATH_GOOD);
	kill_path(fake, 0);
	KUNIT_EXPECT_EQ(test, path->probe_delay, 60UL * HZ);
	/* Good for long enough. */
	revive(fake, 0);
	path->good_since = jiffies - 3600UL * HZ;
	forget_probe(&fake->path[0]);
	kill_path(fake, 0);
	KUNIT_EXPECT_EQ(test, path->probe_delay, 2 * first);
}

static void no_path_timeout(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 2, &scsi_policy_rr);
	struct scsi_mpath *lu = &fake->lu;

	lu->announced = true;
	kill_path(fake, 0);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&lu->no_path_work));
	set_sdev_state(test, fake, 1, SDEV_BLOCK);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&lu->no_path_work));
	lu->expired = true;
	scsi_path_set_state(&fake->path[0].path, PATH_PROBATION, "test");
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&lu->no_path_work));
	KUNIT_EXPECT_FALSE(test, lu->expired);

	scsi_mpath_set_no_path_timeout(lu, -1);
	kill_path(fake, 0);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&lu->no_path_work));
	scsi_mpath_set_no_path_timeout(lu, 3600);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&lu->no_path_work));
	KUNIT_EXPECT_FALSE(test, fake->gave_up);
	scsi_mpath_set_no_path_timeout(lu, 0);
	flush_work(&lu->no_path_work.work);
	KUNIT_EXPECT_TRUE(test, fake->gave_up);
}

static void rr_is_even(struct kunit *test)
{
	static const unsigned int nr_paths[] = { 1, 2, 3, 8, 64 };

	for (int i = 0; i < ARRAY_SIZE(nr_paths); i++) {
		unsigned int nr = nr_paths[i], turns[64] = { };
		struct fake_lu *fake = make_lu(test, nr, &scsi_policy_rr);
		int chosen = -1, last;

		/* Each CPU goes round by itself. */
		migrate_disable();
		for (unsigned int j = 0; j < 5 * nr; j++) {
			last = chosen;
			chosen = select_path(fake);
			if (chosen < 0 || (chosen == last && nr > 1))
				break;
			turns[chosen]++;
		}
		migrate_enable();
		for (unsigned int j = 0; j < nr; j++)
			KUNIT_EXPECT_EQ_MSG(test, turns[j], 5,
					    "path %u of %u", j, nr);
	}
}

/* The cursor is beyond the end when the set shrinks. */
static void rr_follows_the_set(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 8, &scsi_policy_rr);
	unsigned int turns[8] = { };

	migrate_disable();
	for (int i = 0; i < 7; i++)
		select_path(fake);
	migrate_enable();
	for (int i = 0; i < 6; i++)
		kill_path(fake, i);

	migrate_disable();
	for (int i = 0; i < 10; i++)
		turns[select_path(fake) & 7]++;
	migrate_enable();
	KUNIT_EXPECT_EQ(test, turns[6], 5);
	KUNIT_EXPECT_EQ(test, turns[7], 5);
}

static void lpu_stays(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 3, &scsi_policy_lpu);
	int first = select_path(fake), second;

	KUNIT_ASSERT_GE(test, first, 0);
	for (int i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, select_path(fake), first);
	kill_path(fake, (first + 1) % 3);
	KUNIT_EXPECT_EQ(test, select_path(fake), first);
	revive(fake, (first + 1) % 3);
	KUNIT_EXPECT_EQ(test, select_path(fake), first);

	kill_path(fake, first);
	second = select_path(fake);
	KUNIT_ASSERT_GE(test, second, 0);
	KUNIT_EXPECT_NE(test, second, first);
	revive(fake, first);
	KUNIT_EXPECT_EQ(test, usable(test, fake), 7);
	for (int i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, select_path(fake), second);

	leave(fake, second);
	KUNIT_EXPECT_NE(test, select_path(fake), second);
	for (int i = 0; i < 3; i++)
		kill_path(fake, i);
	KUNIT_EXPECT_EQ(test, select_path(fake), -1);
	revive(fake, first);
	KUNIT_EXPECT_EQ(test, select_path(fake), first);
}

static void lpu_prefers_weight(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 3, &scsi_policy_lpu);

	scsi_path_set_weight(&fake->path[0].path, 1);
	scsi_path_set_weight(&fake->path[1].path, 1);
	KUNIT_EXPECT_EQ(test, select_path(fake), 2);
	set_sdev_state(test, fake, 2, SDEV_BLOCK);
	KUNIT_EXPECT_NE(test, select_path(fake), 2);
	set_sdev_state(test, fake, 2, SDEV_RUNNING);
	KUNIT_EXPECT_EQ(test, select_path(fake), 2);
}

/* The path that lpu was on has died, or left, under another policy. */
static void change_of_policy(struct kunit *test)
{
	struct fake_lu *fake = make_lu(test, 4, &scsi_policy_lpu);
	int first = select_path(fake), second;

	KUNIT_ASSERT_GE(test, first, 0);
	KUNIT_EXPECT_EQ(test, scsi_mpath_set_policy(&fake->lu, &scsi_policy_rr),
			0);
	KUNIT_EXPECT_PTR_EQ(test, fake->lu.policy, &scsi_policy_rr);
	kill_path(fake, first);
	KUNIT_EXPECT_EQ(test,
			scsi_mpath_set_policy(&fake->lu, &scsi_policy_lpu), 0);
	second = select_path(fake);
	KUNIT_ASSERT_GE(test, second, 0);
	KUNIT_EXPECT_NE(test, second, first);

	scsi_mpath_set_policy(&fake->lu, &scsi_policy_rr);
	leave(fake, second);
	scsi_mpath_set_policy(&fake->lu, &scsi_policy_lpu);
	KUNIT_EXPECT_GE(test, select_path(fake), 0);
	KUNIT_EXPECT_NE(test, select_path(fake), second);

	scsi_mpath_set_policy(&fake->lu, &scsi_policy_rr);
	for (int i = 0; i < 4; i++)
		kill_path(fake, i);
	scsi_mpath_set_policy(&fake->lu, &scsi_policy_lpu);
	KUNIT_EXPECT_EQ(test, select_path(fake), -1);
}

static void policy_of_type(struct kunit *test)
{
	static const u8 staying[] = { TYPE_TAPE, TYPE_MEDIUM_CHANGER };
	struct fake_lu *fake = make_lu(test, 1, &scsi_policy_lpu);

	for (int i = 0; i < ARRAY_SIZE(staying); i++) {
		KUNIT_EXPECT_PTR_EQ(test, scsi_path_policy_for(staying[i]),
				    &scsi_policy_lpu);
		fake->lu.sdev->type = staying[i];
		KUNIT_EXPECT_EQ(test,
				scsi_mpath_set_policy(&fake->lu,
						      &scsi_policy_rr),
				-EOPNOTSUPP);
		KUNIT_EXPECT_PTR_EQ(test, fake->lu.policy, &scsi_policy_lpu);
		KUNIT_EXPECT_EQ(test,
				scsi_mpath_set_policy(&fake->lu,
						      &scsi_policy_lpu), 0);
	}
}

static void policy_names(struct kunit *test)
{
	char *page = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_PTR_EQ(test, scsi_path_policy_find("lpu"),
			    &scsi_policy_lpu);
	KUNIT_EXPECT_PTR_EQ(test, scsi_path_policy_find("rr\n"),
			    &scsi_policy_rr);
	KUNIT_EXPECT_NULL(test, scsi_path_policy_find(""));
	KUNIT_EXPECT_NULL(test, scsi_path_policy_find("r"));
	KUNIT_EXPECT_NULL(test, scsi_path_policy_find("rr "));
	KUNIT_EXPECT_NULL(test, scsi_path_policy_find("RR"));

	KUNIT_EXPECT_EQ(test, scsi_path_policy_list(page, &scsi_policy_lpu),
			strlen("[lpu] rr\n"));
	KUNIT_EXPECT_STREQ(test, page, "[lpu] rr\n");
	scsi_path_policy_list(page, &scsi_policy_rr);
	KUNIT_EXPECT_STREQ(test, page, "lpu [rr]\n");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(strikes_in_a_row_kill),
	KUNIT_CASE(success_clears_strikes),
	KUNIT_CASE(more_failures_than_successes_kill),
	KUNIT_CASE(strikes_leave_the_last_one),
	KUNIT_CASE(stuck),
	KUNIT_CASE(all_lost),
	KUNIT_CASE(events_are_news_once),
	KUNIT_CASE(events_that_ask_for_the_identity),
	KUNIT_CASE(probation),
	KUNIT_CASE(dead_stays_dead),
	KUNIT_CASE(waiting),
	KUNIT_CASE(disabled_stays_disabled),
	KUNIT_CASE(admin_write),
	KUNIT_CASE(admin_write_to_offline),
	KUNIT_CASE(shown_states),
	KUNIT_CASE(block_and_unblock),
	KUNIT_CASE(offline_and_back),
	KUNIT_CASE(weights),
	KUNIT_CASE(who_left_is_not_found),
	KUNIT_CASE(probe_delay),
	KUNIT_CASE(no_path_timeout),
	KUNIT_CASE(rr_is_even),
	KUNIT_CASE(rr_follows_the_set),
	KUNIT_CASE(lpu_stays),
	KUNIT_CASE(lpu_prefers_weight),
	KUNIT_CASE(change_of_policy),
	KUNIT_CASE(policy_of_type),
	KUNIT_CASE(policy_names),
	{ }
};

static struct kunit_suite suite = {
	.name = "scsi_mpath_path",
	.test_cases = cases,
};

kunit_test_suite(suite);
