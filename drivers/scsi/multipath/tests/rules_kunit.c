// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of the rules for devices that are not found yet. */

#include <kunit/test.h>
#include <linux/err.h>

#include "../mpath.h"
#include "../rules.h"

static const char *const malformed[] = {
	"naa.6", ":", "naa.6:", ":multipath=off", "naa.6:multipath",
	"naa.6:multipath=", "naa.6:multipath=2", "naa.6:multipath=auto",
	"naa.6:multipath=offline", "naa.6:prefer_local=10",
	"naa.6:multipath=off,", "naa.6:,multipath=off",
	"naa.6:multipath=off,multipath=off", "naa.6:iopolicy=fast",
	"naa.6:iopolicy=rr,iopolicy=rr", "naa.6:no_path_timeout=",
	"naa.6:no_path_timeout=-2", "naa.6:no_path_timeout=604801",
	"naa.6:no_path_timeout=1s", "naa.6:attempt_timeout=-1",
	"naa.6:attempt_timeout=3601", "naa.6:failback=86401",
	"naa.6:weight=1", "naa.6 multipath=off", "/x:multipath=off",
	"x/:multipath=off", "/:multipath=off",
	"naa.6:multipath=off;naa.7", "naa.6:multipath=off naa.7:multipath=off",
	"naa.6:no_path_timeout=99999999999999999999",
};

static void malformed_rules_are_refused(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(malformed); i++) {
		struct scsi_rules *rules = scsi_rules_parse(malformed[i]);

		KUNIT_EXPECT_EQ_MSG(test, PTR_ERR(rules), -EINVAL, "%s",
				    malformed[i]);
		if (!IS_ERR(rules))
			scsi_rules_free(rules);
	}
}

static void nothing_is_no_rule(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, scsi_rules_parse(""));
	KUNIT_EXPECT_NULL(test, scsi_rules_parse("\n"));
	KUNIT_EXPECT_NULL(test, scsi_rules_parse(" ; ;\n"));
}

/* A disk with two names, the better one first. */
static const char names[] = "naa.600a\0eui.0011\0";

#define GIVEN(setting)	BIT(RULE_##setting)

static const struct {
	const char *rules;
	unsigned int given;
	int multipath, no_path_timeout;
	const char *policy;
} looked_up[] = {
	{ "naa.600a:multipath=off", GIVEN(MULTIPATH), 0 },
	{ "naa.600A:multipath=off", 0 },
	{ "naa.600:multipath=off", 0 },
	{ "naa.600*:multipath=on", GIVEN(MULTIPATH), 1 },
	{ "eui.00?1:multipath=off", GIVEN(MULTIPATH), 0 },
	{ "*:multipath=off", GIVEN(MULTIPATH), 0 },
	{ "IBM/2145:multipath=off", GIVEN(MULTIPATH), 0 },
	{ "IBM/214[0-9]:multipath=off", GIVEN(MULTIPATH), 0 },
	{ "IBM/2146:multipath=off", 0 },
	{ "HP/2145:multipath=off", 0 },
	{ "*/*:no_path_timeout=-1", GIVEN(NO_PATH_TIMEOUT), 0, -1 },
	{ "naa.600a:iopolicy=rr", 0, 0, 0, "round-robin" },
	/* The first that says something of a setting has said it. */
	{ "naa.600a:multipath=on;*:multipath=off", GIVEN(MULTIPATH), 1 },
	{ "*:multipath=off;naa.600a:multipath=on", GIVEN(MULTIPATH), 0 },
	{ "IBM/*:iopolicy=queue-depth;\n naa.*:no_path_timeout=60,iopolicy=st\n",
	  GIVEN(NO_PATH_TIMEOUT), 0, 60, "queue-depth" },
	{ "naa.7:multipath=off;naa.6*:multipath=on,no_path_timeout=0x10",
	  GIVEN(MULTIPATH) | GIVEN(NO_PATH_TIMEOUT), 1, 16 },
};

static void rules_say_what_they_say(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(looked_up); i++) {
		const char *text = looked_up[i].rules;
		struct scsi_rules *rules = scsi_rules_parse(text);
		struct scsi_rule_says says;

		KUNIT_ASSERT_FALSE_MSG(test, IS_ERR_OR_NULL(rules), "%s", text);
		scsi_rules_look_up(rules, "IBM", "2145", names, &says);
		KUNIT_EXPECT_EQ_MSG(test, says.given, looked_up[i].given, "%s",
				    text);
		KUNIT_EXPECT_EQ_MSG(test, says.value[RULE_MULTIPATH],
				    looked_up[i].multipath, "%s", text);
		KUNIT_EXPECT_EQ_MSG(test, says.value[RULE_NO_PATH_TIMEOUT],
				    looked_up[i].no_path_timeout, "%s", text);
		KUNIT_EXPECT_PTR_EQ_MSG(test, says.policy,
					looked_up[i].policy ?
					scsi_path_policy_find(looked_up[i].policy) :
					NULL, "%s", text);
		scsi_rules_free(rules);
	}
}

/* It has no name yet: what is said of names is not said of it. */
static void a_device_without_a_name_matches_by_its_product(struct kunit *test)
{
	struct scsi_rules *rules =
		scsi_rules_parse("*:multipath=off;IBM/*:multipath=on");
	struct scsi_rule_says says;

	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(rules));
	scsi_rules_look_up(rules, "IBM", "2145", "", &says);
	KUNIT_EXPECT_EQ(test, says.given, GIVEN(MULTIPATH));
	KUNIT_EXPECT_EQ(test, says.value[RULE_MULTIPATH], 1);
	scsi_rules_look_up(rules, "HP", "2145", "", &says);
	KUNIT_EXPECT_EQ(test, says.given, 0);
	scsi_rules_free(rules);
}

static struct kunit_case rules_cases[] = {
	KUNIT_CASE(malformed_rules_are_refused),
	KUNIT_CASE(nothing_is_no_rule),
	KUNIT_CASE(rules_say_what_they_say),
	KUNIT_CASE(a_device_without_a_name_matches_by_its_product),
	{}
};

static struct kunit_suite rules_suite = {
	.name = "scsi_multipath_rules",
	.test_cases = rules_cases,
};

kunit_test_suite(rules_suite);
