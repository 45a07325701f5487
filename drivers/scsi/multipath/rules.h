/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SCSI_MULTIPATH_RULES_H
#define _SCSI_MULTIPATH_RULES_H

#include <linux/types.h>

struct scsi_device;
struct scsi_lu;
struct scsi_path_policy;

/**
 * enum scsi_rule_setting - what a rule can say, all but the policy as a number
 * @RULE_MULTIPATH: 0: not combined; 1: combined
 * @RULE_NO_PATH_TIMEOUT: as the attribute of that name; so are all that follow
 * @RULE_ATTEMPT_TIMEOUT: seconds
 * @RULE_FAILBACK: seconds
 * @RULE_PREFER_LOCAL: 0 or 1
 * @RULE_DEMOTE_OUTLIERS: 0 or 1
 * @RULE_PASSTHROUGH_FAILOVER: 0 or 1
 * @NR_RULE_SETTINGS: how many there are
 */
enum scsi_rule_setting {
	RULE_MULTIPATH,
	RULE_NO_PATH_TIMEOUT,
	RULE_ATTEMPT_TIMEOUT,
	RULE_FAILBACK,
	RULE_PREFER_LOCAL,
	RULE_DEMOTE_OUTLIERS,
	RULE_PASSTHROUGH_FAILOVER,
	NR_RULE_SETTINGS
};

/**
 * struct scsi_rule_says - what rules say of one device
 * @value: of those settings that are in @given
 * @given: bits of enum scsi_rule_setting
 * @policy: NULL if they say nothing of it
 */
struct scsi_rule_says {
	int value[NR_RULE_SETTINGS];
	unsigned int given;
	const struct scsi_path_policy *policy;
};

struct scsi_rules *scsi_rules_parse(const char *text);
void scsi_rules_free(struct scsi_rules *rules);
void scsi_rules_look_up(const struct scsi_rules *rules, const char *vendor,
			const char *model, const char *names,
			struct scsi_rule_says *says);

bool scsi_rules_exist(void);
void scsi_rules_init(void);
void scsi_rules_find(const struct scsi_device *sdev, const char *names,
		     struct scsi_rule_says *says);
void scsi_lu_follow_rules(struct scsi_lu *lu, const struct scsi_device *first,
			  const char *names);

#endif /* _SCSI_MULTIPATH_RULES_H */
