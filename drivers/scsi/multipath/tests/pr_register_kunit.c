// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of persistent reservations: REGISTER and REGISTER AND IGNORE EXISTING KEY. */

#include <kunit/test.h>
#include <linux/array_size.h>
#include <scsi/scsi.h>
#include <scsi/scsi_proto.h>

#include "../pr.h"
#include "pr_walk.h"

static const struct pr_command commands[] = {
	{ "register first", PR_OUT_REGISTER, 0, 0, NEW_KEY },
	{ "register, another host too", PR_OUT_REGISTER, 0, 0, KEY_C,
	  .to = HOST_C },
	{ "register, another path too", PR_OUT_REGISTER, 0, 0, KEY_C, .to = 1 },
	{ "register same", PR_OUT_REGISTER, 0, KEY, KEY },
	{ "register new", PR_OUT_REGISTER, 0, KEY, NEW_KEY },
	{ "unregister", PR_OUT_REGISTER, 0, KEY, 0 },
	{ "register, bad key", PR_OUT_REGISTER, 0, BAD_KEY, NEW_KEY },
	{ "register nothing", PR_OUT_REGISTER, 0, 0, 0 },
	{ "ignore, new", PR_OUT_REGISTER_AND_IGNORE, 0, 0, NEW_KEY },
	{ "ignore, same", PR_OUT_REGISTER_AND_IGNORE, 0, 0, KEY },
	{ "ignore, none", PR_OUT_REGISTER_AND_IGNORE, 0, 0, 0 },
	{ "register first, aptpl", PR_OUT_REGISTER, 0, 0, NEW_KEY,
	  .flags = PR_APTPL },
	{ "register new, aptpl", PR_OUT_REGISTER, 0, KEY, NEW_KEY,
	  .flags = PR_APTPL },
	{ "unregister, aptpl", PR_OUT_REGISTER, 0, KEY, 0, .flags = PR_APTPL },
	{ "ignore, new, aptpl", PR_OUT_REGISTER_AND_IGNORE, 0, 0, NEW_KEY,
	  .flags = PR_APTPL },
	{ "register first, all ports", PR_OUT_REGISTER, 0, 0, NEW_KEY,
	  .flags = PR_ALL_TG_PT },
	{ "ignore, new, all ports", PR_OUT_REGISTER_AND_IGNORE, 0, 0, NEW_KEY,
	  .flags = PR_ALL_TG_PT },
	{ "ignore, same, all ports", PR_OUT_REGISTER_AND_IGNORE, 0, 0, KEY,
	  .flags = PR_ALL_TG_PT },
	{ "register new, all ports", PR_OUT_REGISTER, 0, KEY, NEW_KEY,
	  .flags = PR_ALL_TG_PT },
	{ "ignore, none, all ports", PR_OUT_REGISTER_AND_IGNORE, 0, 0, 0,
	  .flags = PR_ALL_TG_PT },
	{ "unregister, all ports", PR_OUT_REGISTER, 0, KEY, 0,
	  .flags = PR_ALL_TG_PT },
	{ "ignore, same, aptpl", PR_OUT_REGISTER_AND_IGNORE, 0, 0, KEY,
	  .flags = PR_APTPL },
};

static void each_event(struct kunit *test)
{
	pr_walk_each_event(test, commands, ARRAY_SIZE(commands));
}

static void fence_and_loss(struct kunit *test)
{
	pr_walk_fence_and_loss(test, commands, ARRAY_SIZE(commands));
}

static void shut_out(struct kunit *test)
{
	pr_walk_shut_out(test, commands, ARRAY_SIZE(commands));
}

static void give(struct kunit *test, struct pr_fabric *f,
		 const struct pr_command *command)
{
	u8 list[LIST_LEN];
	struct scsi_pr_cmd cmd = {
		.cdb = { PERSISTENT_RESERVE_OUT, command->action, command->type },
		.list = list,
		.len = sizeof(list),
		.timeout = HZ,
	};

	pr_command_list(command, list);
	f->user = &cmd;
	KUNIT_EXPECT_TRUE(test, scsi_lu_pr_carry_out(&f->fake->lu, &cmd));
	f->user = NULL;
	KUNIT_EXPECT_EQ(test, cmd.result, SAM_STAT_GOOD);
}

/* Two paths, and the target has a port more. The first path holds the reservation. */
static struct pr_fabric *hold_with_more(struct kunit *test, bool key_is_shared, u8 named)
{
	const struct pr_command registers = {
		"", PR_OUT_REGISTER, 0, 0, NEW_KEY, .to = named,
		.flags = PR_ALL_TG_PT,
	};
	static const struct pr_command reserves = { "", PR_OUT_RESERVE, WE, NEW_KEY, 0 };
	struct pr_fabric *f = pr_fabric_registered(test, 2, 0);

	f->fake->lu.pr.key = 0;
	for (int i = 0; i < 2; i++) {
		f->server.key[i] = 0;
		f->fake->path[i].path.pr.registered = false;
	}
	f->server.ports = 3;
	f->server.key[HOST_B] = key_is_shared ? NEW_KEY : KEY_B;
	give(test, f, &registers);
	KUNIT_EXPECT_EQ(test, f->server.key[2], NEW_KEY);
	give(test, f, &reserves);
	KUNIT_EXPECT_NOT_NULL(test, f->fake->lu.pr.holder);
	return f;
}

static struct pr_fabric *hold_with_more_ports(struct kunit *test, bool key_is_shared)
{
	return hold_with_more(test, key_is_shared, 0);
}

static int lose_holder(struct pr_fabric *f)
{
	int holder = f->server.holder;

	fake_path_kill(f->fake, holder);
	scsi_lu_pr_move(&f->fake->lu);
	return holder;
}

/* What is registered where no path leads to is ours as well. */
static void port_without_path(struct kunit *test)
{
	struct pr_fabric *f = hold_with_more_ports(test, false);
	int before = lose_holder(f);

	KUNIT_EXPECT_EQ(test, f->server.type, WE);
	KUNIT_EXPECT_EQ(test, f->server.holder, !before);
	KUNIT_EXPECT_EQ(test, f->server.key[HOST_B], KEY_B);
	KUNIT_EXPECT_FALSE(test, f->fake->path[!before].path.pr.aside);
	KUNIT_EXPECT_NULL(test, f->broken);
}

/* Who has the same key keeps its registration. */
static void port_without_path_shared(struct kunit *test)
{
	struct pr_fabric *f = hold_with_more_ports(test, true);
	int before = lose_holder(f);

	KUNIT_EXPECT_EQ(test, f->server.holder, before);
	KUNIT_EXPECT_EQ(test, f->server.key[HOST_B], NEW_KEY);
	KUNIT_EXPECT_NULL(test, f->broken);
}

/* So does who has been registered by the same command. */
static void port_without_path_named(struct kunit *test)
{
	struct pr_fabric *f = hold_with_more(test, false, HOST_C);
	int before = lose_holder(f);

	KUNIT_EXPECT_EQ(test, f->server.holder, before);
	KUNIT_EXPECT_EQ(test, f->server.key[HOST_C], NEW_KEY);
	KUNIT_EXPECT_NULL(test, f->broken);
}

/* This kernel has been started after that, and a write over the other path meets a conflict. */
static void start_again(struct kunit *test, struct pr_fabric *f)
{
	struct scsi_lu *lu = &f->fake->lu;
	struct scsi_path *path = &f->fake->path[!f->server.holder].path;

	scsi_lu_pr_hold(lu, NULL, 0);
	lu->pr.key = 0;
	lu->pr.flags = 0;
	lu->pr.elsewhere = 0;
	lu->pr.known = false;
	for (int i = 0; i < 2; i++)
		f->fake->path[i].path.pr.registered = false;
	scsi_path_bar(path);
	mutex_lock(&lu->pr.changing);
	scsi_lu_pr_discover(lu);
	scsi_path_bring_in_line(path);
	mutex_unlock(&lu->pr.changing);
	scsi_lu_pr_move(lu);
	KUNIT_EXPECT_EQ(test, lu->pr.key, NEW_KEY);
	KUNIT_EXPECT_NULL(test, f->broken);
}

static void expect_found(struct kunit *test, struct pr_fabric *f)
{
	start_again(test, f);
	KUNIT_EXPECT_EQ(test, f->server.type, WE);
	KUNIT_EXPECT_PTR_EQ(test, f->fake->lu.pr.holder,
			    &f->fake->path[f->server.holder].path);
	KUNIT_EXPECT_EQ(test, f->server.key[HOST_B], KEY_B);
}

static void port_unknown(struct kunit *test)
{
	expect_found(test, hold_with_more_ports(test, false));
}

static void port_unknown_iscsi(struct kunit *test)
{
	struct pr_fabric *f = hold_with_more_ports(test, false);

	f->server.names_sessions = true;
	expect_found(test, f);
}

/* Nobody can tell whose a registration is: it is not taken away. */
static void expect_left(struct kunit *test, struct pr_fabric *f)
{
	struct pr_server before = f->server;

	start_again(test, f);
	KUNIT_EXPECT_EQ(test, f->server.holder, before.holder);
	KUNIT_EXPECT_MEMEQ(test, f->server.key, before.key, sizeof(before.key));
	KUNIT_EXPECT_NULL(test, f->fake->lu.pr.holder);
}

static void port_unknown_shared(struct kunit *test)
{
	expect_left(test, hold_with_more_ports(test, true));
}

static void port_unknown_shared_iscsi(struct kunit *test)
{
	struct pr_fabric *f = hold_with_more_ports(test, true);

	f->server.names_sessions = true;
	expect_left(test, f);
}

static void port_unknown_two_initiators(struct kunit *test)
{
	struct pr_fabric *f = hold_with_more_ports(test, false);

	f->server.two_initiators = true;
	expect_left(test, f);
}

static void port_unknown_no_status(struct kunit *test)
{
	struct pr_fabric *f = hold_with_more_ports(test, false);

	f->server.no_full_status = true;
	expect_left(test, f);
}

/* Another host takes the same key when a path leads to that port. */
static void port_gets_path(struct kunit *test)
{
	struct pr_fabric *f = hold_with_more_ports(test, false);
	struct scsi_lu *lu = &f->fake->lu;
	struct scsi_path late = { .lu = lu };

	KUNIT_EXPECT_EQ(test, scsi_lu_pr_nr_registered(lu), 3);
	spin_lock_irq(&lu->lock);
	scsi_path_pr_join(&late);
	spin_unlock_irq(&lu->lock);
	/* It is in no list here. */
	KUNIT_EXPECT_EQ(test, scsi_lu_pr_nr_registered(lu), 2);
}

static struct kunit_case pr_register_cases[] = {
	KUNIT_CASE(each_event),
	KUNIT_CASE_SLOW(fence_and_loss),
	KUNIT_CASE(shut_out),
	KUNIT_CASE(port_without_path),
	KUNIT_CASE(port_without_path_shared),
	KUNIT_CASE(port_without_path_named),
	KUNIT_CASE(port_unknown),
	KUNIT_CASE(port_unknown_iscsi),
	KUNIT_CASE(port_unknown_shared),
	KUNIT_CASE(port_unknown_shared_iscsi),
	KUNIT_CASE(port_unknown_two_initiators),
	KUNIT_CASE(port_unknown_no_status),
	KUNIT_CASE(port_gets_path),
	{ }
};

static struct kunit_suite pr_register_suite = {
	.name = "scsi_multipath_pr_register",
	.test_cases = pr_register_cases,
};

kunit_test_suite(pr_register_suite);
