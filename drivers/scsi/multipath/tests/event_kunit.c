// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of unit attentions that come over several paths. */

#include <kunit/test.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_path.h>
#include <scsi/scsi_proto.h>

#include "../../scsi_priv.h"
#include "path_fixture.h"

static const struct scsi_sense_hdr power_on = {
	.response_code = 0x70,
	.sense_key = UNIT_ATTENTION,
	.asc = 0x29,
};

static bool news(struct fake_lu *fake, unsigned int i, u8 key, u8 asc, u8 ascq)
{
	struct scsi_sense_hdr sense = {
		.response_code = 0x70,
		.sense_key = key,
		.asc = asc,
		.ascq = ascq,
	};

	return scsi_path_report_event(&fake->path[i].path, &sense);
}

/* What the others still have to report is fetched. */
static void drain(struct kunit *test, struct fake_lu *fake, unsigned int except)
{
	for (unsigned int i = 0; i < fake->nr; i++) {
		struct fake_path *path = &fake->path[i];

		flush_delayed_work(&path->path.drain);
		KUNIT_EXPECT_EQ(test, path->drained, i != except);
		path->drained = false;
		spin_lock_irq(&fake->lu.lock);
		scsi_path_note_all_reported(&path->path);
		spin_unlock_irq(&fake->lu.lock);
	}
}

static void events_are_news_once(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 3, &scsi_policy_rr);

	fake->lu.announced = true;
	KUNIT_EXPECT_TRUE(test, news(fake, 1, UNIT_ATTENTION, 0x2a, 0x09));
	KUNIT_EXPECT_FALSE(test, news(fake, 0, UNIT_ATTENTION, 0x2a, 0x09));
	/* Another kind in between. */
	KUNIT_EXPECT_TRUE(test, news(fake, 2, UNIT_ATTENTION, 0x38, 0x07));
	KUNIT_EXPECT_FALSE(test, news(fake, 2, UNIT_ATTENTION, 0x2a, 0x09));
	KUNIT_EXPECT_FALSE(test, news(fake, 0, UNIT_ATTENTION, 0x38, 0x07));
	/* Again over the same path: it has happened again. */
	KUNIT_EXPECT_TRUE(test, news(fake, 0, UNIT_ATTENTION, 0x2a, 0x09));
	KUNIT_EXPECT_FALSE(test, news(fake, 1, UNIT_ATTENTION, 0x2a, 0x09));
	/* A late report is none of the old event. */
	fake->lu.event_since[EVENT_CAPACITY] -= 3600UL * HZ;
	KUNIT_EXPECT_TRUE(test, news(fake, 2, UNIT_ATTENTION, 0x2a, 0x09));
	/* What is no unit attention always goes up. */
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_TRUE(test, news(fake, i, MEDIUM_ERROR, 0x2a, 9));
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 7);
}

/* What a path has to report is fetched when its host's error handler is done. */
static void host_recovers(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_path *path = &fake->path[0].path;

	fake->lu.announced = true;
	fake->lu.sdev->removable = 1;
	path->sdev->host->shost_state = SHOST_RECOVERY;
	scsi_path_drain_init(path);
	KUNIT_EXPECT_TRUE(test, news(fake, 1, UNIT_ATTENTION, 0x28, 0x00));
	for (int i = 0; i < 3; i++) {
		flush_delayed_work(&path->drain);
		KUNIT_EXPECT_TRUE(test, delayed_work_pending(&path->drain));
		KUNIT_EXPECT_TRUE(test, time_after(path->drain.timer.expires,
						   jiffies + HZ / 10));
	}
	/* Until then it is known. */
	KUNIT_EXPECT_FALSE(test, news(fake, 0, UNIT_ATTENTION, 0x28, 0x00));
}

/* A nexus that has nothing left to report tells of something new. */
static void reports_are_fetched(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 3, &scsi_policy_rr);

	fake->lu.announced = true;
	fake->lu.sdev->removable = 1;
	KUNIT_EXPECT_TRUE(test, news(fake, 1, UNIT_ATTENTION, 0x28, 0x00));
	drain(test, fake, 1);
	KUNIT_EXPECT_TRUE(test, news(fake, 0, UNIT_ATTENTION, 0x28, 0x00));
	drain(test, fake, 0);
	/* What a command of ours has caused is not reported to anybody. */
	scsi_path_changed_lu(&fake->path[2].path);
	KUNIT_EXPECT_FALSE(test, news(fake, 0, UNIT_ATTENTION, 0x2a, 0x01));
	drain(test, fake, 2);
	KUNIT_EXPECT_TRUE(test, news(fake, 0, UNIT_ATTENTION, 0x2a, 0x01));
	drain(test, fake, 0);
	/* Nor is it what it has not caused. */
	scsi_path_changed_lu(&fake->path[2].path);
	KUNIT_EXPECT_TRUE(test, news(fake, 0, UNIT_ATTENTION, 0x28, 0x00));
	scsi_path_changed_medium(&fake->path[2].path);
	KUNIT_EXPECT_FALSE(test, news(fake, 0, UNIT_ATTENTION, 0x28, 0x00));
}

static void resets_of_our_own(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);

	fake->lu.announced = true;
	scsi_path_was_reset(fake->path[0].path.sdev);
	KUNIT_EXPECT_TRUE(test, fake->lu.sdev->was_reset);
	KUNIT_EXPECT_FALSE(test, news(fake, 1, UNIT_ATTENTION, 0x29, 0x00));
	KUNIT_EXPECT_EQ(test, fake->lu.attention, 0);
}

static void own_command_is_told(struct fake_lu *fake, unsigned int i, u8 asc)
{
	struct scsi_sense_hdr sense = {
		.response_code = 0x70,
		.sense_key = UNIT_ATTENTION,
		.asc = asc,
	};
	struct scsi_cmnd cmd = { .device = fake->path[i].path.sdev };

	scsi_path_note_sense(&cmd, &sense);
}

/* What reaches a command of the mid-layer's own is kept for the upper level. */
static void attentions_are_kept(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	u8 sense_buffer[SCSI_SENSE_BUFFERSIZE] = { };
	struct scsi_cmnd lu_cmd = {
		.device = fake->lu.sdev,
		.sense_buffer = sense_buffer,
		.cmnd = { INQUIRY },
	};
	struct scsi_sense_hdr sense;

	fake->lu.announced = true;
	/* Another path is in use: it tells by itself what is to be told. */
	fake_path_kill(fake, 0);
	own_command_is_told(fake, 0, 0x29);
	KUNIT_EXPECT_EQ(test, fake->lu.attention, 0);
	/* None is. */
	fake_path_kill(fake, 1);
	own_command_is_told(fake, 1, 0x29);
	KUNIT_EXPECT_TRUE(test, fake->lu.attention);
	KUNIT_EXPECT_FALSE(test, scsi_lu_answer_attention(&fake->lu, &lu_cmd));
	lu_cmd.cmnd[0] = TEST_UNIT_READY;
	KUNIT_EXPECT_TRUE(test, scsi_lu_answer_attention(&fake->lu, &lu_cmd));
	KUNIT_ASSERT_TRUE(test, scsi_command_normalize_sense(&lu_cmd, &sense));
	KUNIT_EXPECT_EQ(test, sense.sense_key, UNIT_ATTENTION);
	KUNIT_EXPECT_EQ(test, sense.asc, 0x29);
	KUNIT_EXPECT_FALSE(test, scsi_lu_answer_attention(&fake->lu, &lu_cmd));
}

static struct scsi_cmnd *tape_cmd(struct kunit *test, struct fake_lu *fake, u8 opcode)
{
	struct fake_tape_cmd {
		struct request rq;
		struct scsi_cmnd cmd;
		u8 sense[SCSI_SENSE_BUFFERSIZE];
	} *tape = kunit_kzalloc(test, sizeof(*tape), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, tape);
	tape->cmd.device = fake->lu.sdev;
	tape->cmd.sense_buffer = tape->sense;
	tape->cmd.cmnd[0] = opcode;
	return &tape->cmd;
}

static bool is_answered(struct kunit *test, struct fake_lu *fake, u8 opcode)
{
	return scsi_lu_answer_attention(&fake->lu, tape_cmd(test, fake, opcode));
}

/* A command succeeds that was sent so many jiffies from now. */
static void carries(struct kunit *test, struct fake_lu *fake, unsigned int i,
		    u8 opcode, int when)
{
	scsi_path_carried(&fake->path[i].path, tape_cmd(test, fake, opcode),
			  jiffies + when);
}

static unsigned int carrier_of(struct fake_lu *fake)
{
	unsigned int carrier;

	spin_lock_irq(&fake->lu.lock);
	carrier = scsi_path_is_bystander(&fake->path[0].path) ? 1 : 0;
	spin_unlock_irq(&fake->lu.lock);
	return carrier;
}

/* A path is reset, and the error handler is told so. */
static void reset_path(struct fake_lu *fake, unsigned int i)
{
	struct scsi_device *sdev = fake->path[i].path.sdev;

	scsi_path_was_reset(sdev);
	sdev->expecting_cc_ua = 1;
	own_command_is_told(fake, i, 0x29);
	sdev->expecting_cc_ua = 0;
}

static void never_runs(struct work_struct *work)
{
}

static void no_uevents(struct fake_lu *fake)
{
	/* There is no device to send one. */
	INIT_WORK(&fake->lu.sdev->event_work, never_runs);
	disable_work(&fake->lu.sdev->event_work);
}

static struct fake_lu *make_fake_tape(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_st);

	fake->lu.announced = true;
	fake->lu.sdev->type = TYPE_TAPE;
	no_uevents(fake);
	return fake;
}

/* A path is asked, and has nothing to tell. */
static void has_nothing_to_tell(struct fake_lu *fake, unsigned int i)
{
	spin_lock_irq(&fake->lu.lock);
	scsi_path_has_no_reset(&fake->path[i].path, fake->lu.kept_back);
	spin_unlock_irq(&fake->lu.lock);
}

/* All paths are usable, have been asked, and time goes by. */
static void a_while_later(struct fake_lu *fake)
{
	for (unsigned int i = 0; i < fake->nr; i++) {
		struct scsi_path *path = &fake->path[i].path;

		flush_delayed_work(&path->drain);
		fake->path[i].drained = false;
		if (path->check)
			scsi_path_reinstate(path);
		path->nexus_lost = jiffies - 2 * HZ;
		path->reset_told = jiffies - 2 * HZ;
		path->asked = jiffies - HZ;
	}
}

static struct fake_lu *make_fake_removable(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 3, &scsi_policy_rr);

	fake->lu.announced = true;
	fake->lu.sdev->removable = 1;
	no_uevents(fake);
	a_while_later(fake);
	return fake;
}

static bool is_told(struct fake_lu *fake)
{
	return fake->lu.attention & BIT(EVENT_RESET);
}

/* Another path that was there all the time knows nothing of it. */
static void reset_of_one_nexus(struct kunit *test)
{
	struct fake_lu *fake = make_fake_removable(test);

	own_command_is_told(fake, 0, 0x29);
	KUNIT_EXPECT_TRUE(test, fake->path[0].path.check);
	/* Nothing is sent until it is known what it was. */
	KUNIT_EXPECT_EQ(test, fake->lu.attention, ATTENTION_KEPT_BACK);
	flush_delayed_work(&fake->path[1].path.drain);
	KUNIT_EXPECT_TRUE(test, fake->path[1].drained);
	has_nothing_to_tell(fake, 1);
	KUNIT_EXPECT_EQ(test, fake->lu.attention, 0);
	/* The next one is one of the device, and what a command is told goes up. */
	a_while_later(fake);
	KUNIT_EXPECT_TRUE(test, news(fake, 1, UNIT_ATTENTION, 0x29, 0x00));
	KUNIT_EXPECT_FALSE(test, news(fake, 0, UNIT_ATTENTION, 0x29, 0x00));
}

/* Each path reports it, in whichever way. */
static void reset_of_device(struct kunit *test)
{
	struct fake_lu *fake = make_fake_removable(test);

	own_command_is_told(fake, 0, 0x29);
	own_command_is_told(fake, 1, 0x29);
	KUNIT_EXPECT_EQ(test, fake->lu.attention, BIT(EVENT_RESET));
	KUNIT_EXPECT_TRUE(test, is_answered(test, fake, TEST_UNIT_READY));
	own_command_is_told(fake, 2, 0x29);
	KUNIT_EXPECT_EQ(test, fake->lu.attention, 0);

	a_while_later(fake);
	own_command_is_told(fake, 2, 0x29);
	KUNIT_EXPECT_TRUE(test, news(fake, 0, UNIT_ATTENTION, 0x29, 0x00));
	KUNIT_EXPECT_EQ(test, fake->lu.attention, 0);
	KUNIT_EXPECT_FALSE(test, news(fake, 1, UNIT_ATTENTION, 0x29, 0x00));

	/* It is behind, and that is known; but this one is not. */
	a_while_later(fake);
	fake->path[1].path.event[EVENT_RESET]--;
	own_command_is_told(fake, 2, 0x29);
	KUNIT_EXPECT_TRUE(test, news(fake, 1, UNIT_ATTENTION, 0x29, 0x00));
	KUNIT_EXPECT_EQ(test, fake->lu.attention, 0);
}

/* What nobody can say is none of the device may be. */
static void reset_of_whatever(struct kunit *test)
{
	struct fake_lu *fake = make_fake_removable(test);
	struct scsi_path *path = &fake->path[0].path;

	/* Whoever has told one since has no other one to tell. */
	own_command_is_told(fake, 0, 0x29);
	fake->path[1].path.reset_told = jiffies;
	has_nothing_to_tell(fake, 1);
	KUNIT_EXPECT_TRUE(test, is_told(fake));
	KUNIT_EXPECT_TRUE(test, is_answered(test, fake, TEST_UNIT_READY));

	/* It was asked before. */
	a_while_later(fake);
	own_command_is_told(fake, 0, 0x29);
	spin_lock_irq(&fake->lu.lock);
	scsi_path_has_no_reset(&fake->path[1].path, NULL);
	spin_unlock_irq(&fake->lu.lock);
	KUNIT_EXPECT_EQ(test, fake->lu.attention, ATTENTION_KEPT_BACK);
	/* There is no answer, and its time comes. */
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&path->drain));
	spin_lock_irq(&fake->lu.lock);
	scsi_lu_tell_kept_back(&fake->lu);
	spin_unlock_irq(&fake->lu.lock);
	KUNIT_EXPECT_EQ(test, fake->lu.attention, BIT(EVENT_RESET));
	KUNIT_EXPECT_TRUE(test, is_answered(test, fake, TEST_UNIT_READY));

	/* Over and over */
	a_while_later(fake);
	own_command_is_told(fake, 0, 0x29);
	scsi_path_reinstate(path);
	own_command_is_told(fake, 0, 0x29);
	KUNIT_EXPECT_EQ(test, fake->lu.attention, BIT(EVENT_RESET));
	KUNIT_EXPECT_TRUE(test, is_answered(test, fake, TEST_UNIT_READY));

	/* There is another one. */
	a_while_later(fake);
	own_command_is_told(fake, 0, 0x29);
	scsi_path_was_reset(fake->path[1].path.sdev);
	KUNIT_EXPECT_EQ(test, fake->lu.attention, BIT(EVENT_RESET));
	KUNIT_EXPECT_TRUE(test, is_answered(test, fake, TEST_UNIT_READY));
	/* That is what it has to tell itself. */
	own_command_is_told(fake, 1, 0x29);
	KUNIT_EXPECT_FALSE(test, is_told(fake));

	/* Nobody is there who could say so. */
	a_while_later(fake);
	fake_path_leave(fake, 0);
	fake_path_kill(fake, 2);
	own_command_is_told(fake, 1, 0x29);
	KUNIT_EXPECT_TRUE(test, is_told(fake));
}

/* A command that was told of a reset is sent again. */
static void conclude(struct fake_lu *fake, unsigned int path)
{
	scsi_path_conclude_event(&fake->path[path].path, NULL, &power_on, false);
}

/* Was it one of the drive, or of the path alone? The path that carries says so. */
static void tape_is_rewound(struct kunit *test)
{
	struct fake_lu *fake = make_fake_tape(test);
	unsigned int carrier = carrier_of(fake);

	reset_path(fake, 1 - carrier);
	KUNIT_EXPECT_FALSE(test, fake->lu.sdev->was_reset);
	KUNIT_EXPECT_FALSE(test, is_answered(test, fake, WRITE_6));
	/* That it is told of it proves nothing of what comes next. */
	KUNIT_EXPECT_FALSE(test, news(fake, carrier, UNIT_ATTENTION, 0x29, 0x00));
	conclude(fake, carrier);
	carries(test, fake, carrier, TEST_UNIT_READY, 1);
	fake_path_kill(fake, carrier);
	KUNIT_EXPECT_FALSE(test, is_answered(test, fake, LOG_SENSE));
	KUNIT_EXPECT_TRUE(test, is_answered(test, fake, WRITE_6));
	KUNIT_EXPECT_FALSE(test, is_answered(test, fake, WRITE_6));
	KUNIT_EXPECT_EQ(test, fake->lu.attention, 0);
}

/* Who leads it somewhere knows where it is, if he could know that he has to. */
static void tape_is_led(struct kunit *test)
{
	struct fake_lu *fake = make_fake_tape(test);
	unsigned int carrier = carrier_of(fake);

	reset_path(fake, carrier);
	KUNIT_EXPECT_TRUE(test, fake->lu.sdev->was_reset);
	KUNIT_EXPECT_FALSE(test, is_answered(test, fake, REZERO_UNIT));
	/* It has not succeeded yet. */
	KUNIT_EXPECT_TRUE(test, fake->lu.attention);
	carries(test, fake, carrier, REZERO_UNIT, 1);
	KUNIT_EXPECT_FALSE(test, is_answered(test, fake, WRITE_6));

	/* He could not, and has to set anew what a reset undoes. */
	reset_path(fake, 1 - carrier);
	conclude(fake, carrier);
	KUNIT_EXPECT_TRUE(test, is_answered(test, fake, REZERO_UNIT));
	KUNIT_EXPECT_FALSE(test, is_answered(test, fake, REZERO_UNIT));
	/* Whoever opens it does that. */
	reset_path(fake, 1 - carrier);
	conclude(fake, carrier);
	KUNIT_EXPECT_FALSE(test, is_answered(test, fake, TEST_UNIT_READY));
	KUNIT_EXPECT_FALSE(test, is_answered(test, fake, REZERO_UNIT));
	KUNIT_EXPECT_TRUE(test, is_answered(test, fake, WRITE_6));
}

/* Another medium is another thing to be told of. */
static void tape_is_another(struct kunit *test)
{
	struct fake_lu *fake = make_fake_tape(test);
	unsigned int carrier = carrier_of(fake);

	reset_path(fake, 1 - carrier);
	conclude(fake, carrier);
	own_command_is_told(fake, 1 - carrier, 0x28);
	KUNIT_EXPECT_TRUE(test, is_answered(test, fake, WRITE_6));
	KUNIT_EXPECT_TRUE(test, is_answered(test, fake, WRITE_FILEMARKS));
	KUNIT_EXPECT_FALSE(test, is_answered(test, fake, WRITE_6));
}

static void tape_goes_on_over_another_path(struct kunit *test)
{
	struct fake_lu *fake = make_fake_tape(test);
	unsigned int carrier = carrier_of(fake);

	/* Nobody can say any more that the drive was not reset. */
	reset_path(fake, 1 - carrier);
	fake_path_kill(fake, carrier);
	KUNIT_EXPECT_TRUE(test, is_answered(test, fake, WRITE_6));
	KUNIT_EXPECT_FALSE(test, is_answered(test, fake, WRITE_6));
	fake_path_revive(fake, carrier);

	/* Somebody can, but not of what came later. */
	carrier = carrier_of(fake);
	reset_path(fake, 1 - carrier);
	carries(test, fake, carrier, WRITE_6, -1);
	KUNIT_EXPECT_TRUE(test, fake->lu.attention);
	carries(test, fake, carrier, WRITE_6, 1);
	KUNIT_EXPECT_EQ(test, fake->lu.attention, 0);
	fake_path_kill(fake, carrier);
	KUNIT_EXPECT_FALSE(test, is_answered(test, fake, WRITE_6));
}

/* A report has an identity read, and that is what it was. */
static unsigned int carrier_after_checks(struct fake_lu *fake)
{
	for (unsigned int i = 0; i < fake->nr; i++)
		scsi_path_reinstate(&fake->path[i].path);
	return carrier_of(fake);
}

/* It is behind others, and says something new, or something that is known. */
static void tape_hears_twice_rather(struct kunit *test)
{
	struct fake_lu *fake = make_fake_tape(test);
	unsigned int carrier = carrier_of(fake);

	/* A reset that was the other path's, and one of the drive that this one reports */
	reset_path(fake, 1 - carrier);
	carries(test, fake, carrier, REZERO_UNIT, 1);
	fake->path[carrier].path.event[EVENT_RESET]--;
	KUNIT_EXPECT_FALSE(test, news(fake, carrier, UNIT_ATTENTION, 0x29, 0x00));
	conclude(fake, carrier);
	KUNIT_EXPECT_TRUE(test, is_answered(test, fake, WRITE_6));
	carrier = carrier_after_checks(fake);

	/* What is shown of one reset is not of the next one. */
	scsi_path_was_reset(fake->path[carrier].path.sdev);
	carries(test, fake, carrier, WRITE_6, 1);
	reset_path(fake, 1 - carrier);
	conclude(fake, carrier);
	KUNIT_EXPECT_TRUE(test, is_answered(test, fake, REZERO_UNIT));
	carrier = carrier_after_checks(fake);

	/* The error handler is told something else first. */
	scsi_path_was_reset(fake->path[carrier].path.sdev);
	own_command_is_told(fake, carrier, 0x29);
	KUNIT_EXPECT_FALSE(test, is_answered(test, fake, REZERO_UNIT));
	KUNIT_EXPECT_TRUE(test, is_answered(test, fake, WRITE_6));
	carrier = carrier_after_checks(fake);

	/* It is led somewhere in the moment of the report. */
	reset_path(fake, carrier);
	KUNIT_EXPECT_FALSE(test, is_answered(test, fake, REZERO_UNIT));
	carries(test, fake, carrier, REZERO_UNIT, 0);
	KUNIT_EXPECT_FALSE(test, is_answered(test, fake, WRITE_6));
}

/* Before there is a device to be told */
static void told_before_there_is_one(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	struct scsi_device *sdev = fake->lu.sdev;

	fake->lu.sdev = NULL;
	own_command_is_told(fake, 0, 0x29);
	own_command_is_told(fake, 1, 0x28);
	KUNIT_EXPECT_EQ(test, fake->lu.attention, 0);
	fake->lu.sdev = sdev;
}

/* It has no report of what was before it came. */
static void tape_has_a_new_path(struct kunit *test)
{
	struct fake_lu *fake = make_fake_tape(test);
	unsigned int carrier = carrier_of(fake);

	fake_path_leave(fake, 1 - carrier);
	reset_path(fake, carrier);
	fake_path_join(fake, 1 - carrier);
	scsi_path_inherit_reset(&fake->path[1 - carrier].path);
	fake_path_kill(fake, carrier);
	KUNIT_EXPECT_TRUE(test, is_answered(test, fake, WRITE_6));
}

/* How often the upper level is to see that a reset or power on was reported */
static unsigned int counted(struct fake_lu *fake)
{
	return scsi_get_ua_por_ctr(fake->lu.sdev);
}

static void resets_are_counted(struct kunit *test)
{
	static const struct scsi_sense_hdr reset = {
		.response_code = 0x70,
		.sense_key = UNIT_ATTENTION,
		.asc = 0x29,
	};
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);
	unsigned int begin = counted(fake), one;

	/* Nothing is where no kernel counts. */
	scsi_count_unit_attention(fake->lu.sdev, 0x29);
	one = counted(fake) - begin;
	/* A reset of our own, and what each nexus reports of it */
	scsi_path_was_reset(fake->path[0].path.sdev);
	scsi_path_event_was_swallowed(&fake->path[0].path, &reset, true);
	KUNIT_EXPECT_FALSE(test, news(fake, 1, UNIT_ATTENTION, 0x29, 0x00));
	KUNIT_EXPECT_EQ(test, counted(fake), begin + 2 * one);
	/* One of somebody else, after which a command is sent once more */
	scsi_path_event_was_swallowed(&fake->path[0].path, &reset, false);
	KUNIT_EXPECT_EQ(test, counted(fake), begin + 3 * one);
}

static void events_that_ask_for_the_identity(struct kunit *test)
{
	struct fake_lu *fake = make_fake_lu(test, 2, &scsi_policy_rr);

	fake->lu.announced = true;
	fake->lu.no_path_timeout = 0;
	KUNIT_EXPECT_TRUE(test, news(fake, 0, UNIT_ATTENTION, 0x3f, 0x03));
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	KUNIT_EXPECT_TRUE(test, fake_path_is_probed(&fake->path[0]));
	KUNIT_EXPECT_TRUE(test, fake->path[0].path.probe.demanded);
	/* The last one: I/O waits for the check, whatever no_path_timeout is. */
	KUNIT_EXPECT_TRUE(test, news(fake, 1, UNIT_ATTENTION, 0x3f, 0x0e));
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 0);
	flush_work(&fake->lu.no_path_work.work);
	KUNIT_EXPECT_FALSE(test, fake->gave_up);
	scsi_path_reinstate(&fake->path[1].path);
	KUNIT_EXPECT_FALSE(test, fake->path[1].path.check);
	KUNIT_EXPECT_EQ(test, fake_lu_usable(test, fake), 2);
	/* Lost for another reason, it does not wait. */
	fake_path_kill(fake, 1);
	KUNIT_EXPECT_EQ(test, fake->path[1].path.state, PATH_FAILED);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(events_are_news_once),
	KUNIT_CASE(reports_are_fetched),
	KUNIT_CASE(host_recovers),
	KUNIT_CASE(resets_of_our_own),
	KUNIT_CASE(reset_of_one_nexus),
	KUNIT_CASE(reset_of_device),
	KUNIT_CASE(reset_of_whatever),
	KUNIT_CASE(tape_is_rewound),
	KUNIT_CASE(tape_is_led),
	KUNIT_CASE(tape_is_another),
	KUNIT_CASE(tape_goes_on_over_another_path),
	KUNIT_CASE(tape_has_a_new_path),
	KUNIT_CASE(tape_hears_twice_rather),
	KUNIT_CASE(told_before_there_is_one),
	KUNIT_CASE(attentions_are_kept),
	KUNIT_CASE(resets_are_counted),
	KUNIT_CASE(events_that_ask_for_the_identity),
	{ }
};

static struct kunit_suite suite = {
	.name = "scsi_multipath_event",
	.test_cases = cases,
};

kunit_test_suite(suite);
