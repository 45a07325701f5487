// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of the verdict: one row of the table at a time. */

#include <kunit/test.h>
#include <scsi/scsi.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_dh.h>
#include <scsi/scsi_proto.h>
#include <scsi/scsi_status.h>

#include "../verdict.h"

#define HOST(byte)	((byte) << 16)
#define CHECK		SAM_STAT_CHECK_CONDITION

static const char *const path_effects[] = {
	[EFFECT_SUCCEEDED]		= "succeeded",
	[EFFECT_NONE]	= "none",
	[EFFECT_CONGESTED]	= "congested",
	[EFFECT_STRIKE]		= "strike",
	[EFFECT_PENDING]	= "pending",
	[EFFECT_TRANSITION]	= "transition",
	[EFFECT_PASSIVE]		= "passive",
	[EFFECT_FAILED]		= "failed",
	[EFFECT_DISCONNECTED]		= "disconnected",
};

static const char *const cmd_effects[] = {
	[CMD_COMPLETE]		= "deliver",
	[CMD_NEVER_RAN]		= "never ran",
	[CMD_MAY_HAVE_RUN]	= "may have run",
};

static struct scsi_device any_disk;

static void expect(struct kunit *test, int result,
		   const struct scsi_sense_hdr *sense,
		   enum scsi_path_effect path, enum scsi_cmd_effect cmd)
{
	struct scsi_verdict verdict = scsi_path_verdict(&any_disk, result,
							sense);

	KUNIT_EXPECT_TRUE_MSG(test, verdict.path == path && verdict.cmd == cmd,
			      "result %#x sense %x/%02x/%02x: %s, %s, not %s, %s",
			      result, sense ? sense->sense_key : 0,
			      sense ? sense->asc : 0, sense ? sense->ascq : 0,
			      path_effects[verdict.path],
			      cmd_effects[verdict.cmd],
			      path_effects[path], cmd_effects[cmd]);
}

static const struct {
	int result;
	enum scsi_path_effect path;
	enum scsi_cmd_effect cmd;
} host_rows[] = {
	{ HOST(DID_NO_CONNECT), EFFECT_FAILED, CMD_MAY_HAVE_RUN },
	{ HOST(DID_BAD_TARGET), EFFECT_FAILED, CMD_MAY_HAVE_RUN },
	{ HOST(DID_TRANSPORT_FAILFAST), EFFECT_FAILED, CMD_MAY_HAVE_RUN },
	{ HOST(DID_TRANSPORT_MARGINAL), EFFECT_FAILED, CMD_MAY_HAVE_RUN },
	{ HOST(DID_TRANSPORT_DISRUPTED), EFFECT_PENDING, CMD_MAY_HAVE_RUN },
	{ HOST(DID_IMM_RETRY), EFFECT_NONE, CMD_NEVER_RAN },
	{ HOST(DID_REQUEUE), EFFECT_NONE, CMD_NEVER_RAN },
	{ HOST(DID_TIME_OUT), EFFECT_FAILED, CMD_MAY_HAVE_RUN },
	{ HOST(DID_ABORT), EFFECT_NONE, CMD_MAY_HAVE_RUN },
	{ HOST(DID_ERROR), EFFECT_STRIKE, CMD_MAY_HAVE_RUN },
	{ HOST(DID_SOFT_ERROR), EFFECT_STRIKE, CMD_MAY_HAVE_RUN },
	{ HOST(DID_PARITY), EFFECT_STRIKE, CMD_MAY_HAVE_RUN },
	{ HOST(DID_BUS_BUSY), EFFECT_STRIKE, CMD_MAY_HAVE_RUN },
	{ HOST(DID_BAD_INTR), EFFECT_STRIKE, CMD_MAY_HAVE_RUN },
	{ HOST(DID_RESET), EFFECT_NONE, CMD_COMPLETE },
	{ HOST(DID_PASSTHROUGH), EFFECT_SUCCEEDED, CMD_COMPLETE },
	{ HOST(DID_PASSTHROUGH) | SAM_STAT_BUSY, EFFECT_NONE, CMD_COMPLETE },
	{ HOST(DID_ERROR) | SAM_STAT_RESERVATION_CONFLICT,
	  EFFECT_NONE, CMD_COMPLETE },
	/* numbers that are not, or no longer, in use */
	{ HOST(0x10), EFFECT_STRIKE, CMD_MAY_HAVE_RUN },
	{ HOST(0x11), EFFECT_STRIKE, CMD_MAY_HAVE_RUN },
	{ HOST(0x12), EFFECT_STRIKE, CMD_MAY_HAVE_RUN },
	{ HOST(0x13), EFFECT_STRIKE, CMD_MAY_HAVE_RUN },
	{ HOST(0x15), EFFECT_STRIKE, CMD_MAY_HAVE_RUN },
	{ HOST(0xff), EFFECT_STRIKE, CMD_MAY_HAVE_RUN },
};

static void host_bytes(struct kunit *test)
{
	/* A host byte says that there is no answer; sense would be stale. */
	static const struct scsi_sense_hdr stale = {
		.response_code = 0x70,
		.sense_key = UNIT_ATTENTION,
		.asc = 0x2a,
		.ascq = 0x06,
	};

	for (int i = 0; i < ARRAY_SIZE(host_rows); i++) {
		expect(test, host_rows[i].result, NULL, host_rows[i].path,
		       host_rows[i].cmd);
		expect(test, host_rows[i].result, &stale, host_rows[i].path,
		       host_rows[i].cmd);
	}
	expect(test, HOST(DID_TIME_OUT) | CHECK, &stale, EFFECT_FAILED,
	       CMD_MAY_HAVE_RUN);
}

/* Only what provably was not started may be repeated whatever it is. */
static void never_ran_is_rare(struct kunit *test)
{
	for (int host = 1; host < 256; host++) {
		struct scsi_verdict verdict =
			scsi_path_verdict(&any_disk, HOST(host), NULL);

		KUNIT_EXPECT_EQ_MSG(test, verdict.cmd == CMD_NEVER_RAN,
				    host == DID_IMM_RETRY ||
				    host == DID_REQUEUE, "host byte %#x", host);
		KUNIT_EXPECT_EQ_MSG(test, verdict.path == EFFECT_SUCCEEDED,
				    host == DID_PASSTHROUGH, "host byte %#x", host);
	}
	for (int status = 0; status < 256; status++) {
		struct scsi_verdict verdict =
			scsi_path_verdict(&any_disk, status, NULL);

		KUNIT_EXPECT_EQ_MSG(test, verdict.cmd == CMD_NEVER_RAN,
				    status == SAM_STAT_BUSY ||
				    status == SAM_STAT_TASK_SET_FULL,
				    "status %#x", status);
		KUNIT_EXPECT_EQ_MSG(test, verdict.path == EFFECT_SUCCEEDED,
				    status == SAM_STAT_GOOD ||
				    status == SAM_STAT_CONDITION_MET,
				    "status %#x", status);
	}
}

static void statuses(struct kunit *test)
{
	expect(test, SAM_STAT_GOOD, NULL, EFFECT_SUCCEEDED, CMD_COMPLETE);
	expect(test, SAM_STAT_CONDITION_MET, NULL, EFFECT_SUCCEEDED, CMD_COMPLETE);
	expect(test, SAM_STAT_BUSY, NULL, EFFECT_CONGESTED, CMD_NEVER_RAN);
	expect(test, SAM_STAT_TASK_SET_FULL, NULL, EFFECT_CONGESTED,
	       CMD_NEVER_RAN);
	expect(test, SAM_STAT_RESERVATION_CONFLICT, NULL, EFFECT_NONE,
	       CMD_COMPLETE);
	expect(test, SAM_STAT_TASK_ABORTED, NULL, EFFECT_NONE,
	       CMD_MAY_HAVE_RUN);
	expect(test, SAM_STAT_ACA_ACTIVE, NULL, EFFECT_NONE, CMD_COMPLETE);
	expect(test, CHECK, NULL, EFFECT_NONE, CMD_COMPLETE);
}

static const struct {
	u8 key;
	u8 asc;
	u8 ascq;
	enum scsi_path_effect path;
	enum scsi_cmd_effect cmd;
} sense_rows[] = {
	{ ILLEGAL_REQUEST, 0x25, 0x00, EFFECT_DISCONNECTED, CMD_NEVER_RAN },
	{ NOT_READY, 0x3a, 0x00, EFFECT_DISCONNECTED, CMD_NEVER_RAN },
	{ NOT_READY, 0x3a, 0x02, EFFECT_DISCONNECTED, CMD_NEVER_RAN },
	{ ABORTED_COMMAND, 0x47, 0x00, EFFECT_STRIKE, CMD_MAY_HAVE_RUN },
	{ ABORTED_COMMAND, 0x47, 0x03, EFFECT_STRIKE, CMD_MAY_HAVE_RUN },
	{ ABORTED_COMMAND, 0x4b, 0x00, EFFECT_STRIKE, CMD_MAY_HAVE_RUN },
	{ ABORTED_COMMAND, 0x4b, 0xff, EFFECT_STRIKE, CMD_MAY_HAVE_RUN },
	/* what the upper layers must see, as from a plain disk */
	{ UNIT_ATTENTION, 0x2a, 0x06, EFFECT_NONE, CMD_COMPLETE },
	{ UNIT_ATTENTION, 0x2a, 0x07, EFFECT_NONE, CMD_COMPLETE },
	{ UNIT_ATTENTION, 0x04, 0x0a, EFFECT_NONE, CMD_COMPLETE },
	{ UNIT_ATTENTION, 0x29, 0x00, EFFECT_NONE, CMD_COMPLETE },
	{ UNIT_ATTENTION, 0x29, 0x07, EFFECT_NONE, CMD_COMPLETE },
	{ UNIT_ATTENTION, 0x2a, 0x01, EFFECT_NONE, CMD_COMPLETE },
	{ UNIT_ATTENTION, 0x2a, 0x09, EFFECT_NONE, CMD_COMPLETE },
	{ UNIT_ATTENTION, 0x3f, 0x03, EFFECT_NONE, CMD_COMPLETE },
	{ UNIT_ATTENTION, 0x3f, 0x0e, EFFECT_NONE, CMD_COMPLETE },
	{ MEDIUM_ERROR, 0x11, 0x00, EFFECT_NONE, CMD_COMPLETE },
	{ MISCOMPARE, 0x1d, 0x00, EFFECT_NONE, CMD_COMPLETE },
	{ DATA_PROTECT, 0x27, 0x00, EFFECT_NONE, CMD_COMPLETE },
	/* carried out, with a remark */
	{ NO_SENSE, 0x00, 0x00, EFFECT_SUCCEEDED, CMD_COMPLETE },
	{ NO_SENSE, 0x17, 0x01, EFFECT_SUCCEEDED, CMD_COMPLETE },
	{ RECOVERED_ERROR, 0x17, 0x01, EFFECT_SUCCEEDED, CMD_COMPLETE },
	{ RECOVERED_ERROR, 0x37, 0x00, EFFECT_SUCCEEDED, CMD_COMPLETE },
	{ BLANK_CHECK, 0x00, 0x05, EFFECT_NONE, CMD_COMPLETE },
	{ ABORTED_COMMAND, 0x10, 0x01, EFFECT_NONE, CMD_COMPLETE },
	{ VOLUME_OVERFLOW, 0x00, 0x02, EFFECT_NONE, CMD_COMPLETE },
	/* next to those that matter */
	{ ABORTED_COMMAND, 0x2e, 0x01, EFFECT_NONE, CMD_COMPLETE },
	{ NOT_READY, 0x04, 0x04, EFFECT_NONE, CMD_COMPLETE },
	{ NOT_READY, 0x04, 0x1b, EFFECT_NONE, CMD_COMPLETE },
	/* what may be said of a controller */
	{ HARDWARE_ERROR, 0x44, 0x00, EFFECT_NONE, CMD_MAY_HAVE_RUN },
	{ HARDWARE_ERROR, 0x47, 0x00, EFFECT_NONE, CMD_MAY_HAVE_RUN },
	{ ABORTED_COMMAND, 0x48, 0x00, EFFECT_NONE, CMD_MAY_HAVE_RUN },
	{ NOT_READY, 0x08, 0x00, EFFECT_NONE, CMD_MAY_HAVE_RUN },
	{ NOT_READY, 0x08, 0x01, EFFECT_NONE, CMD_MAY_HAVE_RUN },
	{ NOT_READY, 0x08, 0x02, EFFECT_NONE, CMD_MAY_HAVE_RUN },
	{ NOT_READY, 0x04, 0x00, EFFECT_NONE, CMD_NEVER_RAN },
	{ NOT_READY, 0x04, 0x01, EFFECT_NONE, CMD_NEVER_RAN },
	{ NOT_READY, 0x04, 0x02, EFFECT_NONE, CMD_NEVER_RAN },
	{ NOT_READY, 0x04, 0x03, EFFECT_NONE, CMD_NEVER_RAN },
	{ NOT_READY, 0x04, 0x0a, EFFECT_NONE, CMD_NEVER_RAN },
	{ NOT_READY, 0x04, 0x0b, EFFECT_NONE, CMD_NEVER_RAN },
	{ NOT_READY, 0x04, 0x0d, EFFECT_NONE, CMD_NEVER_RAN },
	{ NOT_READY, 0x2a, 0x06, EFFECT_NONE, CMD_NEVER_RAN },
	/* next to those */
	{ UNIT_ATTENTION, 0x3a, 0x00, EFFECT_NONE, CMD_COMPLETE },
	{ UNIT_ATTENTION, 0x04, 0x0b, EFFECT_NONE, CMD_COMPLETE },
	{ UNIT_ATTENTION, 0x2a, 0x08, EFFECT_NONE, CMD_COMPLETE },
	{ ILLEGAL_REQUEST, 0x94, 0x01, EFFECT_NONE, CMD_COMPLETE },
	{ ILLEGAL_REQUEST, 0x25, 0x01, EFFECT_NONE, CMD_COMPLETE },
	{ ILLEGAL_REQUEST, 0x24, 0x00, EFFECT_NONE, CMD_COMPLETE },
	{ ILLEGAL_REQUEST, 0x20, 0x00, EFFECT_NONE, CMD_COMPLETE },
};

static void sense_data(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(sense_rows); i++) {
		struct scsi_sense_hdr sense = {
			.response_code = 0x72,
			.sense_key = sense_rows[i].key,
			.asc = sense_rows[i].asc,
			.ascq = sense_rows[i].ascq,
		};

		expect(test, CHECK, &sense, sense_rows[i].path,
		       sense_rows[i].cmd);
		/* Without the status it is left over from before. */
		expect(test, SAM_STAT_GOOD, &sense, EFFECT_SUCCEEDED, CMD_COMPLETE);
		sense.response_code = 0;
		expect(test, CHECK, &sense, EFFECT_NONE, CMD_COMPLETE);
		/* An error of a command that was good is no answer to this one. */
		sense.response_code = 0x71;
		expect(test, CHECK, &sense, EFFECT_NONE, CMD_COMPLETE);
	}
}

/* Who is asked, and who is blamed; a tape has one nexus, whatever it says. */
static void others_are_asked(struct kunit *test)
{
	static const struct {
		int result;
		struct scsi_sense_hdr sense;
		bool ask, blame, tape_too;
	} rows[] = {
		{ CHECK, { 0x70, NOT_READY, 0x08, 0x00 }, true, true, true },
		{ CHECK, { 0x70, ABORTED_COMMAND, 0x08, 1 }, true, true, true },
		{ CHECK, { 0x72, NOT_READY, 0x04, 0x00 }, true, true, false },
		{ CHECK, { 0x70, HARDWARE_ERROR, 0x44, 0 }, true, true, false },
		{ CHECK, { 0x70, ABORTED_COMMAND, 0x44, 0 }, true, true, false },
		{ CHECK, { 0x70, NOT_READY, 0x04, 0x04 }, false, false, false },
		{ CHECK, { 0x70, MEDIUM_ERROR, 0x11, 0 }, false, false, false },
		{ CHECK, { 0x71, NOT_READY, 0x08, 0 }, false, false, false },
		{ SAM_STAT_BUSY, { }, true, true, false },
		{ SAM_STAT_TASK_SET_FULL, { }, true, false, false },
		{ HOST(DID_REQUEUE), { }, true, false, false },
		{ HOST(DID_IMM_RETRY), { }, true, false, false },
		{ HOST(DID_ERROR), { }, false, false, false },
	};
	/* Too large for the stack, here and below */
	static struct scsi_device tape = { .type = TYPE_TAPE, .removable = 1 };

	for (int i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct scsi_sense_hdr *sense =
			rows[i].result == CHECK ? &rows[i].sense : NULL;
		struct scsi_verdict verdict =
			scsi_path_verdict(&any_disk, rows[i].result, sense);

		KUNIT_EXPECT_EQ_MSG(test, verdict.ask_others, rows[i].ask,
				    "row %d", i);
		KUNIT_EXPECT_EQ_MSG(test, verdict.ask_others && verdict.blame,
				    rows[i].blame, "row %d", i);
		verdict = scsi_path_verdict(&tape, rows[i].result, sense);
		KUNIT_EXPECT_EQ_MSG(test, verdict.ask_others, rows[i].tape_too,
				    "row %d, tape", i);
		/* What may have been written is not written once more. */
		KUNIT_EXPECT_NE_MSG(test, verdict.cmd, CMD_NEVER_RAN,
				    "row %d, tape", i);
	}
}

/* Only of a target that has such ports is it about a port. */
static void ports_that_do_not_serve(struct kunit *test)
{
	static const u8 ascqs[] = { 0x0b, 0x0c, 0x12 };
	static u8 inquiry[36];
	static struct scsi_device sdev = {
		.type = TYPE_MEDIUM_CHANGER,
		.inquiry = inquiry,
	};

	for (int i = 0; i < ARRAY_SIZE(ascqs); i++) {
		struct scsi_sense_hdr sense = {
			.response_code = 0x70,
			.sense_key = NOT_READY,
			.asc = 0x04,
			.ascq = ascqs[i],
		};
		struct scsi_verdict verdict;

		inquiry[5] = 0;
		verdict = scsi_path_verdict(&sdev, CHECK, &sense);
		KUNIT_EXPECT_EQ(test, verdict.path, EFFECT_NONE);
		KUNIT_EXPECT_EQ(test, verdict.cmd, CMD_COMPLETE);
		inquiry[5] = 0x10;
		verdict = scsi_path_verdict(&sdev, CHECK, &sense);
		KUNIT_EXPECT_EQ(test, verdict.path, EFFECT_PASSIVE);
		KUNIT_EXPECT_EQ(test, verdict.cmd, CMD_NEVER_RAN);
	}
}

/* To one kind of target it is the path, to any other the command. */
static void sense_data_of_arrays(struct kunit *test)
{
	static const struct {
		const char *handler;
		struct scsi_sense_hdr sense;
		enum scsi_path_effect path;
	} rows[] = {
		{ "rdac", { 0x70, ILLEGAL_REQUEST, 0x94, 0x01 }, EFFECT_PASSIVE },
		{ "rdac", { 0x70, NOT_READY, 0x04, 0x01 }, EFFECT_CONGESTED },
		{ "rdac", { 0x70, NOT_READY, 0x04, 0xa1 }, EFFECT_CONGESTED },
		{ "rdac", { 0x70, NOT_READY, 0xa1, 0x02 }, EFFECT_CONGESTED },
		{ "rdac", { 0x70, UNIT_ATTENTION, 0x8b, 0x02 },
		  EFFECT_CONGESTED },
		{ "emc", { 0x70, NOT_READY, 0x04, 0x03 }, EFFECT_PASSIVE },
		{ "hp_sw", { 0x70, NOT_READY, 0x04, 0x02 }, EFFECT_PASSIVE },
	};
	static struct scsi_device_handler handler = { .name = "alua" };
	static struct scsi_device sdev = { .handler = &handler };
	struct scsi_verdict verdict;

	for (int i = 0; i < ARRAY_SIZE(rows); i++) {
		handler.name = "alua";
		verdict = scsi_path_verdict(&sdev, CHECK, &rows[i].sense);
		KUNIT_EXPECT_EQ_MSG(test, verdict.path, EFFECT_NONE,
				    "row %d", i);
		handler.name = rows[i].handler;
		verdict = scsi_path_verdict(&sdev, CHECK, &rows[i].sense);
		KUNIT_EXPECT_EQ_MSG(test, verdict.cmd, CMD_NEVER_RAN, "row %d",
				    i);
		KUNIT_EXPECT_EQ_MSG(test, verdict.path, rows[i].path, "row %d",
				    i);
	}
}

static void no_medium(struct kunit *test)
{
	static const struct scsi_sense_hdr sense = {
		.response_code = 0x70,
		.sense_key = NOT_READY,
		.asc = 0x3a,
	};
	static struct scsi_device sdev = { .removable = 1 };
	struct scsi_verdict verdict = scsi_path_verdict(&sdev, CHECK, &sense);

	KUNIT_EXPECT_EQ(test, verdict.path, EFFECT_NONE);
	KUNIT_EXPECT_EQ(test, verdict.cmd, CMD_COMPLETE);
}

static bool is_listed(int opcode)
{
	static const u8 listed[] = {
		TEST_UNIT_READY, INQUIRY, REPORT_LUNS, READ_CAPACITY,
		MODE_SENSE, MODE_SENSE_10, LOG_SENSE, READ_TOC,
		MAINTENANCE_IN, ZBC_IN, ZBC_OUT, START_STOP,
		ALLOW_MEDIUM_REMOVAL, PERSISTENT_RESERVE_IN,
		READ_6, READ_10, READ_12, READ_16,
		WRITE_6, WRITE_10, WRITE_12, WRITE_16, WRITE_ATOMIC_16,
		WRITE_VERIFY, VERIFY, VERIFY_16,
		SYNCHRONIZE_CACHE, SYNCHRONIZE_CACHE_16,
		UNMAP, WRITE_SAME, WRITE_SAME_16,
	};

	return memchr(listed, opcode, sizeof(listed));
}

static void idempotent_opcodes(struct kunit *test)
{
	static const u8 block_types[] = {
		TYPE_DISK, TYPE_RBC, TYPE_ZBC, TYPE_ROM, TYPE_WORM, TYPE_MOD,
	};

	for (int i = 0; i < ARRAY_SIZE(block_types); i++) {
		for (int opcode = 0; opcode < 256; opcode++) {
			u8 cdb[32] = { opcode };

			KUNIT_EXPECT_EQ_MSG(test, is_listed(opcode),
					    scsi_cmd_is_idempotent(block_types[i],
								   cdb),
					    "type %#x opcode %#x",
					    block_types[i], opcode);
		}
	}
}

/* Each is dangerous twice, and easily taken for one of those listed. */
static void not_idempotent(struct kunit *test)
{
	static const u8 opcodes[] = {
		COMPARE_AND_WRITE, PERSISTENT_RESERVE_OUT, EXTENDED_COPY,
		MAINTENANCE_OUT, FORMAT_UNIT,
		SEND_DIAGNOSTIC, MODE_SELECT, LOG_SELECT, REASSIGN_BLOCKS,
		REQUEST_SENSE,
	};

	for (int i = 0; i < ARRAY_SIZE(opcodes); i++) {
		u8 cdb[32] = { opcodes[i] };

		KUNIT_EXPECT_FALSE_MSG(test,
				       scsi_cmd_is_idempotent(TYPE_DISK, cdb),
				       "opcode %#x", opcodes[i]);
	}
}

static void other_types(struct kunit *test)
{
	static const u8 types[] = {
		TYPE_TAPE, TYPE_PRINTER, TYPE_PROCESSOR, TYPE_SCANNER, TYPE_COMM,
		TYPE_RAID, TYPE_OSD, TYPE_ENCLOSURE, TYPE_WLUN, TYPE_NO_LUN, 0xff,
	};

	for (int i = 0; i < ARRAY_SIZE(types); i++) {
		for (int opcode = 0; opcode < 256; opcode++) {
			u8 cdb[32] = { opcode };

			/* READ(32), should the opcode be that of it */
			cdb[9] = READ_32;
			KUNIT_EXPECT_FALSE_MSG(test,
					       scsi_cmd_is_idempotent(types[i],
								      cdb),
					       "type %#x opcode %#x", types[i],
					       opcode);
		}
	}
}

static void changer_moves_once(struct kunit *test)
{
	static const u8 repeated[] = {
		INITIALIZE_ELEMENT_STATUS, POSITION_TO_ELEMENT,
		READ_ELEMENT_STATUS, MODE_SENSE,
	};
	static const u8 not_repeated[] = {
		MOVE_MEDIUM, EXCHANGE_MEDIUM, MODE_SELECT, SEND_DIAGNOSTIC,
	};

	for (int i = 0; i < ARRAY_SIZE(repeated); i++) {
		u8 cdb[32] = { repeated[i] };

		KUNIT_EXPECT_TRUE_MSG(test,
				      scsi_cmd_is_idempotent(TYPE_MEDIUM_CHANGER,
							     cdb),
				      "opcode %#x", repeated[i]);
	}
	for (int i = 0; i < ARRAY_SIZE(not_repeated); i++) {
		u8 cdb[32] = { not_repeated[i] };

		KUNIT_EXPECT_FALSE_MSG(test,
				       scsi_cmd_is_idempotent(TYPE_MEDIUM_CHANGER,
							      cdb),
				       "opcode %#x", not_repeated[i]);
	}
}

static void variable_length(struct kunit *test)
{
	for (int action = 0; action <= U16_MAX; action++) {
		u8 cdb[32] = { VARIABLE_LENGTH_CMD };

		cdb[8] = action >> 8;
		cdb[9] = action;
		KUNIT_EXPECT_EQ_MSG(test, action == READ_32 ||
				    action == VERIFY_32 ||
				    action == WRITE_32 ||
				    action == WRITE_SAME_32,
				    scsi_cmd_is_idempotent(TYPE_DISK, cdb),
				    "service action %#x", action);
	}
}

static void service_action_in(struct kunit *test)
{
	for (int action = 0; action < 32; action++) {
		u8 cdb[32] = { SERVICE_ACTION_IN_16, action };

		/* READ CAPACITY, READ LONG, GET LBA STATUS and two reports */
		KUNIT_EXPECT_EQ_MSG(test,
				    action == 0x10 || action == 0x11 ||
				    action == 0x12 || action == 0x13 ||
				    action == 0x17,
				    scsi_cmd_is_idempotent(TYPE_DISK, cdb),
				    "service action %#x", action);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(host_bytes),
	KUNIT_CASE(never_ran_is_rare),
	KUNIT_CASE(statuses),
	KUNIT_CASE(sense_data),
	KUNIT_CASE(others_are_asked),
	KUNIT_CASE(ports_that_do_not_serve),
	KUNIT_CASE(sense_data_of_arrays),
	KUNIT_CASE(no_medium),
	KUNIT_CASE(idempotent_opcodes),
	KUNIT_CASE(not_idempotent),
	KUNIT_CASE(other_types),
	KUNIT_CASE(changer_moves_once),
	KUNIT_CASE(variable_length),
	KUNIT_CASE(service_action_in),
	{ }
};

static struct kunit_suite suite = {
	.name = "scsi_multipath_verdict",
	.test_cases = cases,
};

kunit_test_suite(suite);
