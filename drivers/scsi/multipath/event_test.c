// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of unit attentions that come over several paths. */

#include <kunit/test.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_proto.h>

#include "path_fixture.h"

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
	struct fake_lu *fake = make_fake_lu(test, 3, &scsi_policy_rr);

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
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 7);
}

static void events_that_ask_for_the_identity(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);

	fake->lu.announced = true;
	fake->lu.no_path_timeout = 0;
	KUNIT_EXPECT_TRUE(test, news(fake, 0, UNIT_ATTENTION, 0x3f, 0x03));
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	KUNIT_EXPECT_TRUE(test, fake_path_is_probed(&fake->path[0]));
	KUNIT_EXPECT_TRUE(test, fake->path[0].path.online);
	/* The last one: I/O waits for the check, whatever no_path_timeout is. */
	KUNIT_EXPECT_TRUE(test, news(fake, 1, UNIT_ATTENTION, 0x3f, 0x0e));
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0);
	flush_work(&fake->lu.no_path_work.work);
	KUNIT_EXPECT_FALSE(test, fake->gave_up);
	scsi_path_answers(&fake->path[1].path);
	KUNIT_EXPECT_FALSE(test, fake->path[1].path.checking);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	/* Lost for another reason, it does not wait. */
	fake_path_kill(fake, 1);
	KUNIT_EXPECT_EQ(test, fake->path[1].path.state, PATH_DEAD);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(events_are_news_once),
	KUNIT_CASE(events_that_ask_for_the_identity),
	{ }
};

static struct kunit_suite suite = {
	.name = "scsi_mpath_event",
	.test_cases = cases,
};

kunit_test_suite(suite);
