// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of the policies. */

#include <kunit/test.h>
#include <linux/mm.h>
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
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake), 2);
}

/* The path that lpu was on has died, or left, under another policy. */
static void change_of_policy(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 4, &scsi_policy_lpu);
	int first = fake_lu_select(fake), second;

	KUNIT_ASSERT_GE(test, first, 0);
	KUNIT_EXPECT_EQ(test, scsi_mpath_set_policy(&fake->lu, &scsi_policy_rr),
			0);
	KUNIT_EXPECT_PTR_EQ(test, fake->lu.policy, &scsi_policy_rr);
	fake_path_kill(fake, first);
	KUNIT_EXPECT_EQ(test,
			scsi_mpath_set_policy(&fake->lu, &scsi_policy_lpu), 0);
	second = fake_lu_select(fake);
	KUNIT_ASSERT_GE(test, second, 0);
	KUNIT_EXPECT_NE(test, second, first);

	scsi_mpath_set_policy(&fake->lu, &scsi_policy_rr);
	fake_path_leave(fake, second);
	scsi_mpath_set_policy(&fake->lu, &scsi_policy_lpu);
	KUNIT_EXPECT_GE(test, fake_lu_select(fake), 0);
	KUNIT_EXPECT_NE(test, fake_lu_select(fake), second);

	scsi_mpath_set_policy(&fake->lu, &scsi_policy_rr);
	for (int i = 0; i < 4; i++)
		fake_path_kill(fake, i);
	scsi_mpath_set_policy(&fake->lu, &scsi_policy_lpu);
	KUNIT_EXPECT_EQ(test, fake_lu_select(fake), -1);
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
	.name = "scsi_mpath_policy",
	.test_cases = cases,
};

kunit_test_suite(suite);
