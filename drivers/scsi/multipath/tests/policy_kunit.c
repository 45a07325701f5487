// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of the policies. */

#include <kunit/test.h>
#include <linux/blk-mq.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_proto.h>

#include "path_fixture.h"

static void rr_is_even(struct kunit *test)
{
	static const unsigned int nr_paths[] = { 1, 2, 3, 8, 64 };

	for (int i = 0; i < ARRAY_SIZE(nr_paths); i++) {
		unsigned int nr = nr_paths[i], turns[64] = { };
		struct fake_lu *fake = make_fake_lu(test, nr, &scsi_policy_rr);
		int chosen = -1, last;

		/* Each CPU goes round by itself. */
		migrate_disable();
		for (unsigned int j = 0; j < 5 * nr; j++) {
			last = chosen;
			chosen = fake_lu_select(fake);
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
	struct fake_lu *fake = make_fake_lu(test, 8, &scsi_policy_rr);
	unsigned int turns[8] = { };

	migrate_disable();
	for (int i = 0; i < 7; i++)
		fake_lu_select(fake);
	migrate_enable();
	for (int i = 0; i < 6; i++)
		fake_path_kill(fake, i);

	migrate_disable();
	for (int i = 0; i < 10; i++)
		turns[fake_lu_select(fake) & 7]++;
	migrate_enable();
	KUNIT_EXPECT_EQ(test, turns[6], 5);
	KUNIT_EXPECT_EQ(test, turns[7], 5);
}

static void lpu_stays(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 3, &scsi_policy_lpu);
	int first = fake_lu_select(fake), second;

	KUNIT_ASSERT_GE(test, first, 0);
	for (int i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, fake_lu_select(fake), first);
	fake_path_kill(fake, (first + 1) % 3);
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake), first);
	fake_path_revive(fake, (first + 1) % 3);
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake), first);

	fake_path_kill(fake, first);
	second = fake_lu_select(fake);
	KUNIT_ASSERT_GE(test, second, 0);
	KUNIT_EXPECT_NE(test, second, first);
	fake_path_revive(fake, first);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 7);
	for (int i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, fake_lu_select(fake), second);

	fake_path_leave(fake, second);
	KUNIT_EXPECT_NE(test, fake_lu_select(fake), second);
	for (int i = 0; i < 3; i++)
		fake_path_kill(fake, i);
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake), -1);
	fake_path_revive(fake, first);
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake), first);
}

static void lpu_prefers_weight(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 3, &scsi_policy_lpu);

	scsi_path_set_weight(&fake->path[0].path, 1);
	scsi_path_set_weight(&fake->path[1].path, 1);
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake), 2);
	fake_path_set_sdev_state(test, fake, 2, SDEV_BLOCK);
	KUNIT_EXPECT_NE(test, fake_lu_select(fake), 2);
	fake_path_set_sdev_state(test, fake, 2, SDEV_RUNNING);
	scsi_path_reinstate(&fake->path[2].path);
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake), 2);
}

/* Each on one path, all together even, whatever has come and gone. */
static void lpu_spreads(struct kunit *test)
{
	static const unsigned int nr = 6, nr_hosts = 3;
	struct fake_lu *fake[6];
	struct Scsi_Host *host[3];

	for (unsigned int i = 0; i < nr; i++)
		fake[i] = make_fake_lu(test, nr_hosts, &scsi_policy_rr);
	for (unsigned int j = 0; j < nr_hosts; j++)
		host[j] = fake[0]->path[j].path.sdev->host;
	for (unsigned int i = 0; i < nr; i++) {
		for (unsigned int j = 0; j < nr_hosts; j++)
			fake[i]->path[j].path.sdev->host = host[j];
		scsi_lu_set_policy(&fake[i]->lu, &scsi_policy_lpu);
		KUNIT_EXPECT_EQ(test, fake_lu_select(fake[i]), i % nr_hosts);
	}
	/* One host goes, and comes back. */
	for (unsigned int i = 0; i < nr; i++)
		fake_path_kill(fake[i], 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&host[0]->nr_stays), 3);
	KUNIT_EXPECT_EQ(test, atomic_read(&host[1]->nr_stays), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&host[2]->nr_stays), 3);
	for (unsigned int i = 0; i < nr; i++)
		fake_path_revive(fake[i], 1);
	for (unsigned int j = 0; j < nr_hosts; j++)
		KUNIT_EXPECT_EQ(test, atomic_read(&host[j]->nr_stays), 2);
	/* Who is on another policy does not count, and comes back evenly. */
	for (unsigned int i = 0; i < nr; i++)
		scsi_lu_set_policy(&fake[i]->lu, &scsi_policy_rr);
	for (unsigned int j = 0; j < nr_hosts; j++)
		KUNIT_EXPECT_EQ(test, atomic_read(&host[j]->nr_stays), 0);
	/* A tape that is in use moves for no one. */
	fake[0]->lu.settled = true;
	for (unsigned int j = 0; j < nr_hosts; j++)
		fake[0]->path[j].path.sdev->type = TYPE_TAPE;
	scsi_lu_set_policy(&fake[0]->lu, &scsi_policy_lpu);
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake[0]), 0);
	atomic_set(&host[0]->nr_stays, 7);
	fake_path_kill(fake[0], 2);
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake[0]), 0);
	fake_path_leave(fake[0], 0);
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake[0]), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&host[0]->nr_stays), 6);
}

/* The same of the ports that a host reaches. */
static void lpu_spreads_over_ports(struct kunit *test)
{
	static const int expected[] = { 0, 2, 1, 3 };
	struct scsi_target *port[4];
	struct Scsi_Host *host[4];
	struct fake_lu *fake[4];

	for (unsigned int i = 0; i < 4; i++)
		fake[i] = make_fake_lu(test, 4, &scsi_policy_rr);
	for (unsigned int j = 0; j < 4; j++) {
		host[j] = fake[0]->path[j / 2 * 2].path.sdev->host;
		port[j] = fake[0]->path[j].path.sdev->sdev_target;
	}
	for (unsigned int i = 0; i < 4; i++) {
		for (unsigned int j = 0; j < 4; j++) {
			fake[i]->path[j].path.sdev->host = host[j];
			fake[i]->path[j].path.sdev->sdev_target = port[j];
		}
		scsi_lu_set_policy(&fake[i]->lu, &scsi_policy_lpu);
		KUNIT_EXPECT_EQ(test, fake_lu_select(fake[i]), expected[i]);
	}
	for (unsigned int i = 0; i < 4; i++)
		fake_path_kill(fake[i], 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&port[1]->nr_stays), 0);
	for (unsigned int i = 0; i < 4; i++)
		fake_path_revive(fake[i], 1);
	for (unsigned int j = 0; j < 4; j++)
		KUNIT_EXPECT_EQ(test, atomic_read(&port[j]->nr_stays), 1);
}

static int path_of_passthrough(struct fake_lu *fake)
{
	struct scsi_path *path;

	rcu_read_lock();
	path = rcu_dereference(scsi_lu_all_rcu(&fake->lu)->stay);
	rcu_read_unlock();
	return path ? container_of(path, struct fake_path, path) - fake->path : -1;
}

/*
 * All that is sent to a tape drive is passthrough. The paths of one host are found first,
 * and then those of the other: who has not been used yet moves.
 */
static void lpu_spreads_tapes(struct kunit *test)
{
	static const int expected[] = { 1, 0, 1, 0, 0 };
	struct fake_lu *fake[5];
	struct Scsi_Host *host[2];

	for (unsigned int i = 0; i < 5; i++)
		fake[i] = make_fake_lu(test, 2, &scsi_policy_rr);
	for (unsigned int j = 0; j < 2; j++)
		host[j] = fake[0]->path[j].path.sdev->host;
	for (unsigned int i = 0; i < 5; i++) {
		fake[i]->lu.sdev->type = TYPE_TAPE;
		for (unsigned int j = 0; j < 2; j++) {
			fake[i]->path[j].path.sdev->host = host[j];
			fake[i]->path[j].path.sdev->type = TYPE_TAPE;
		}
		fake_path_leave(fake[i], 1);
		scsi_lu_set_policy(&fake[i]->lu, &scsi_policy_lpu);
		KUNIT_EXPECT_EQ(test, path_of_passthrough(fake[i]), 0);
	}
	fake[1]->lu.settled = true;
	for (unsigned int i = 0; i < 5; i++) {
		fake[i]->path[1].path.state = PATH_GOOD;
		fake_path_join(fake[i], 1);
	}
	for (unsigned int i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ_MSG(test, path_of_passthrough(fake[i]), expected[i],
				    "%u", i);
		KUNIT_EXPECT_EQ(test, fake_lu_select(fake[i]), expected[i]);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&host[0]->nr_stays), 3);
	KUNIT_EXPECT_EQ(test, atomic_read(&host[1]->nr_stays), 2);
	/* Whoever loses his path goes where his commands go. */
	for (unsigned int i = 0; i < 5; i++)
		fake_path_kill(fake[i], 1);
	for (unsigned int i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, path_of_passthrough(fake[i]), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&host[0]->nr_stays), 5);
}

/* What is sent to disks as passthrough, too, and each keeps to one path. */
static void passthrough_is_spread(struct kunit *test)
{
	struct fake_lu *fake[4];

	for (unsigned int i = 0; i < 4; i++) {
		fake[i] = make_fake_lu(test, 2, &scsi_policy_rr);
		fake[i]->lu.sdev->id = i;
		fake_path_leave(fake[i], 1);
		KUNIT_EXPECT_EQ(test, path_of_passthrough(fake[i]), 0);
	}
	fake[1]->lu.settled = true;
	for (unsigned int i = 0; i < 4; i++) {
		fake[i]->path[1].path.state = PATH_GOOD;
		fake_path_join(fake[i], 1);
	}
	KUNIT_EXPECT_EQ(test, path_of_passthrough(fake[0]), 0);
	KUNIT_EXPECT_EQ(test, path_of_passthrough(fake[1]), 0);
	KUNIT_EXPECT_EQ(test, path_of_passthrough(fake[2]), 0);
	KUNIT_EXPECT_EQ(test, path_of_passthrough(fake[3]), 1);
	fake[3]->lu.settled = true;
	fake_path_kill(fake[3], 1);
	KUNIT_EXPECT_EQ(test, path_of_passthrough(fake[3]), 0);
	fake_path_revive(fake[3], 1);
	KUNIT_EXPECT_EQ(test, path_of_passthrough(fake[3]), 0);
}

/* The path that lpu was on has died, or left, under another policy. */
static void change_of_policy(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 4, &scsi_policy_lpu);
	int first = fake_lu_select(fake), second;

	KUNIT_ASSERT_GE(test, first, 0);
	KUNIT_EXPECT_EQ(test, scsi_lu_set_policy(&fake->lu, &scsi_policy_rr),
			0);
	KUNIT_EXPECT_PTR_EQ(test, fake->lu.policy, &scsi_policy_rr);
	fake_path_kill(fake, first);
	KUNIT_EXPECT_EQ(test,
			scsi_lu_set_policy(&fake->lu, &scsi_policy_lpu), 0);
	second = fake_lu_select(fake);
	KUNIT_ASSERT_GE(test, second, 0);
	KUNIT_EXPECT_NE(test, second, first);

	scsi_lu_set_policy(&fake->lu, &scsi_policy_rr);
	fake_path_leave(fake, second);
	scsi_lu_set_policy(&fake->lu, &scsi_policy_lpu);
	KUNIT_EXPECT_GE(test, fake_lu_select(fake), 0);
	KUNIT_EXPECT_NE(test, fake_lu_select(fake), second);

	scsi_lu_set_policy(&fake->lu, &scsi_policy_rr);
	for (int i = 0; i < 4; i++)
		fake_path_kill(fake, i);
	scsi_lu_set_policy(&fake->lu, &scsi_policy_lpu);
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake), -1);
}

/* As an attempt that is under way. */
static struct scsi_cmnd *start_attempt(struct kunit *test,
				       struct fake_lu *fake, int i)
{
	struct request *rq = kunit_kzalloc(test, sizeof(*rq) +
					   sizeof(struct scsi_cmnd),
					   GFP_KERNEL);
	struct scsi_cmnd *cmd = blk_mq_rq_to_pdu(rq);

	KUNIT_ASSERT_NOT_NULL(test, rq);
	fake->lu.policy->start(&fake->path[i].path, cmd);
	return cmd;
}

static void qd_takes_the_idlest_host(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 4, &scsi_policy_qd);
	struct scsi_cmnd *cmd[4];
	unsigned int chosen = 0;

	/* No two of the first four go to the same. */
	for (int i = 0; i < 4; i++) {
		int path = fake_lu_select(fake);

		KUNIT_ASSERT_GE(test, path, 0);
		KUNIT_EXPECT_FALSE(test, chosen & BIT(path));
		chosen |= BIT(path);
		cmd[path] = start_attempt(test, fake, path);
	}
	/* The one that has answered gets the next. */
	for (int i = 0; i < 4; i++) {
		scsi_policy_qd.done(&fake->path[i].path, cmd[i]);
		for (int j = 0; j < 8; j++)
			KUNIT_EXPECT_EQ(test, fake_lu_select(fake), i);
		cmd[i] = start_attempt(test, fake, i);
	}
	/* What else a host has to do counts. */
	fake->path[1].path.sdev->host = fake->path[0].path.sdev->host;
	start_attempt(test, fake, 0);
	fake_path_kill(fake, 2);
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake), 3);
}

/* How many, says what all CPUs know and what this one keeps to itself. */
static void qd_counts_all(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 1, &scsi_policy_qd);
	struct Scsi_Host *shost = fake->path[0].path.sdev->host;
	struct scsi_cmnd *cmd[10];
	int kept;

	migrate_disable();
	for (int i = 0; i < ARRAY_SIZE(cmd); i++) {
		cmd[i] = start_attempt(test, fake, 0);
		kept = this_cpu_read(*shost->path_cmds_kept);
		KUNIT_EXPECT_LT(test, abs(kept), 4);
		KUNIT_EXPECT_EQ(test, atomic_read(&shost->path_cmds) + kept,
				i + 1);
	}
	for (int i = 0; i < ARRAY_SIZE(cmd); i++)
		scsi_policy_qd.done(&fake->path[0].path, cmd[i]);
	kept = this_cpu_read(*shost->path_cmds_kept);
	migrate_enable();
	KUNIT_EXPECT_EQ(test, atomic_read(&shost->path_cmds) + kept, 0);
}

static void st_takes_the_soonest(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_st);
	struct scsi_path_load *slow = &fake->path[0].path.load;
	struct scsi_path_load *fast = &fake->path[1].path.load;

	slow->measured = jiffies;
	fast->measured = jiffies;
	slow->service_time = 1000000;
	fast->service_time = 100000;
	atomic_set(&fast->in_flight, 8);
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake), 1);
	atomic_set(&fast->in_flight, 10);
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake), 0);
	atomic_set(&slow->in_flight, 1);
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake), 1);

	/* One command at a time finds out whether it is slow still. */
	slow->measured = jiffies - 2 * HZ;
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake), 0);
	start_attempt(test, fake, 0);
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake), 1);
}

static void st_averages(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 1, &scsi_policy_st);
	struct scsi_path *path = &fake->path[0].path;

	for (int i = 0; i < 100; i++) {
		struct scsi_cmnd *cmd = start_attempt(test, fake, 0);

		scsi_cmd_to_rq(cmd)->start_time_ns -= 1000000000;
		scsi_policy_st.done(path, cmd);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&path->load.in_flight), 0);
	KUNIT_EXPECT_GT(test, path->load.service_time, 990000000);
	KUNIT_EXPECT_LT(test, path->load.service_time, 1500000000);
	for (int i = 0; i < 100; i++)
		scsi_policy_st.done(path, start_attempt(test, fake, 0));
	KUNIT_EXPECT_LT(test, path->load.service_time, 100000000);
}

static void wrr_follows_queue_depth(struct kunit *test)
{
	static const int depth[] = { 64, 32, 32, 0 };
	struct fake_lu *fake = make_fake_lu(test, 4, &scsi_policy_wrr);
	unsigned int turns[4] = { }, in_a_row = 0, longest = 0;
	int chosen, last = -1;

	for (int i = 0; i < 4; i++)
		fake->path[i].path.sdev->queue_depth = depth[i];
	migrate_disable();
	for (int i = 0; i < 1290; i++) {
		chosen = fake_lu_select(fake);
		if (chosen < 0)
			break;
		turns[chosen]++;
		in_a_row = chosen == last ? in_a_row + 1 : 1;
		longest = max(longest, in_a_row);
		last = chosen;
	}
	migrate_enable();
	KUNIT_EXPECT_GE(test, chosen, 0);
	KUNIT_EXPECT_LT(test, abs((int)turns[0] - 640), 10);
	KUNIT_EXPECT_LT(test, abs((int)turns[1] - 320), 10);
	KUNIT_EXPECT_LT(test, abs((int)turns[2] - 320), 10);
	/* A depth of nothing counts as one: who is in the set gets something. */
	KUNIT_EXPECT_GT(test, turns[3], 5);
	/* Spread out, not one path's share after the other's. */
	KUNIT_EXPECT_LE(test, longest, 3);
}

static void policies_of_an_empty_set(struct kunit *test)
{
	static const struct scsi_path_policy *const policies[] = {
		&scsi_policy_qd, &scsi_policy_st, &scsi_policy_wrr,
	};

	/* A reader may come with the number from before the paths left. */
	for (int i = 0; i < ARRAY_SIZE(policies); i++) {
		struct fake_lu *fake = make_fake_lu(test, 2, policies[i]);
		const struct scsi_path_set *set;

		fake_path_kill(fake, 0);
		fake_path_kill(fake, 1);
		rcu_read_lock();
		set = rcu_dereference(fake->lu.in_use[0]);
		KUNIT_EXPECT_NULL(test, policies[i]->select(&fake->lu, set, 2));
		rcu_read_unlock();
	}
}

static void policy_of_type(struct kunit *test)
{
	static const u8 staying[] = { TYPE_TAPE, TYPE_MEDIUM_CHANGER };
	struct fake_lu *fake = make_fake_lu(test, 1, &scsi_policy_lpu);

	for (int i = 0; i < ARRAY_SIZE(staying); i++) {
		KUNIT_EXPECT_PTR_EQ(test, scsi_path_policy_for(staying[i]),
				    &scsi_policy_lpu);
		fake->lu.sdev->type = staying[i];
		KUNIT_EXPECT_EQ(test,
				scsi_lu_set_policy(&fake->lu,
						   &scsi_policy_rr),
				-EOPNOTSUPP);
		KUNIT_EXPECT_PTR_EQ(test, fake->lu.policy, &scsi_policy_lpu);
		KUNIT_EXPECT_EQ(test,
				scsi_lu_set_policy(&fake->lu,
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
	KUNIT_EXPECT_PTR_EQ(test, scsi_path_policy_find("queue-depth\n"),
			    &scsi_policy_qd);
	KUNIT_EXPECT_NULL(test, scsi_path_policy_find(""));
	KUNIT_EXPECT_NULL(test, scsi_path_policy_find("r"));
	KUNIT_EXPECT_NULL(test, scsi_path_policy_find("rr "));
	KUNIT_EXPECT_NULL(test, scsi_path_policy_find("RR"));

	KUNIT_EXPECT_EQ(test, scsi_path_policy_list(page, &scsi_policy_lpu),
			strlen(page));
	KUNIT_EXPECT_STREQ(test, page,
			   "[last-path] round-robin queue-depth service-time weighted\n");
	scsi_path_policy_list(page, &scsi_policy_rr);
	KUNIT_EXPECT_STREQ(test, page,
			   "last-path [round-robin] queue-depth service-time weighted\n");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(rr_is_even),
	KUNIT_CASE(rr_follows_the_set),
	KUNIT_CASE(lpu_stays),
	KUNIT_CASE(lpu_prefers_weight),
	KUNIT_CASE(lpu_spreads),
	KUNIT_CASE(lpu_spreads_over_ports),
	KUNIT_CASE(lpu_spreads_tapes),
	KUNIT_CASE(passthrough_is_spread),
	KUNIT_CASE(change_of_policy),
	KUNIT_CASE(qd_takes_the_idlest_host),
	KUNIT_CASE(qd_counts_all),
	KUNIT_CASE(st_takes_the_soonest),
	KUNIT_CASE(st_averages),
	KUNIT_CASE(wrr_follows_queue_depth),
	KUNIT_CASE(policies_of_an_empty_set),
	KUNIT_CASE(policy_of_type),
	KUNIT_CASE(policy_names),
	{ }
};

static struct kunit_suite suite = {
	.name = "scsi_multipath_policy",
	.test_cases = cases,
};

kunit_test_suite(suite);
