// SPDX-License-Identifier: GPL-2.0
/*
 * What the administrator says of certain devices before they are found: whether they
 * are combined, and what their logical units start with. It is one parameter, so that it
 * is in force for the disk that the system boots from.
 */

#include <linux/cleanup.h>
#include <linux/glob.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <scsi/scsi_device.h>

#include "identity.h"
#include "mpath.h"
#include "rules.h"

#define VENDOR_LEN	8
#define MODEL_LEN	16

/*
 * @pattern is for a name of the logical unit or, if there is a @model, for the vendor;
 * all are patterns of glob_match(), in @text of the rules.
 */
struct rule {
	const char *pattern;
	const char *model;
	struct scsi_rule_says says;
};

struct scsi_rules {
	char *text;
	unsigned int nr;
	struct rule rule[] __counted_by(nr);
};

static const struct {
	const char *name;
	int least, most;
} settings[NR_RULE_SETTINGS] = {
	[RULE_NO_PATH_TIMEOUT]	   = { "no_path_timeout", -1, NO_PATH_TIMEOUT_MAX },
	[RULE_ATTEMPT_TIMEOUT]	   = { "attempt_timeout", 0, ATTEMPT_TIMEOUT_MAX },
	[RULE_FAILBACK]		   = { "failback", -1, FAILBACK_MAX },
	[RULE_MULTIPATH]	   = { "multipath", 0, 1 },
	[RULE_PREFER_LOCAL]	   = { "prefer_local", 0, 1 },
	[RULE_DEMOTE_OUTLIERS]	   = { "demote_outliers", 0, 1 },
	[RULE_PASSTHROUGH_FAILOVER] = { "passthrough_failover", 0, 1 },
};

/* Those for no are even. kstrtobool() looks at the first letters only. */
static const char *const no_and_yes[] = { "0", "1", "off", "on", "n", "y" };

static int parse_value(const char *text, int least, int most, int *value)
{
	int i;

	if (least == 0 && most == 1) {
		i = match_string(no_and_yes, ARRAY_SIZE(no_and_yes), text);
		*value = i & 1;
		return i < 0 ? -EINVAL : 0;
	}
	if (kstrtoint(text, 0, value) || *value < least || *value > most)
		return -EINVAL;
	return 0;
}

/* ATTRIBUTE=VALUE */
static int parse_setting(char *text, struct scsi_rule_says *says)
{
	char *key = strsep(&text, "=");

	if (!text)
		return -EINVAL;
	if (!strcmp(key, "iopolicy")) {
		if (says->policy)
			return -EINVAL;
		says->policy = scsi_path_policy_find(text);
		return says->policy ? 0 : -EINVAL;
	}
	for (int i = 0; i < NR_RULE_SETTINGS; i++) {
		if (strcmp(key, settings[i].name))
			continue;
		if (says->given & BIT(i))
			return -EINVAL;
		says->given |= BIT(i);
		return parse_value(text, settings[i].least, settings[i].most,
				   &says->value[i]);
	}
	return -EINVAL;
}

/*
 * WHICH:ATTRIBUTE=VALUE[,ATTRIBUTE=VALUE...], WHICH being a WWID or VENDOR/PRODUCT. A "/"
 * or ";" in a name of the device is matched by "?".
 */
static int parse_rule(char *text, struct rule *rule)
{
	char *model = strsep(&text, ":");
	char *setting;
	int error;

	rule->pattern = strsep(&model, "/");
	rule->model = model;
	if (!*rule->pattern || (model && !*model) || !text)
		return -EINVAL;
	while ((setting = strsep(&text, ","))) {
		error = parse_setting(setting, &rule->says);
		if (error)
			return error;
	}
	return 0;
}

/**
 * scsi_rules_parse - what the parameter says
 * @text: rules, separated by ";" or line feeds
 *
 * Context: process.
 * Return: rules, which scsi_rules_free() takes; NULL if there are none; or
 * ERR_PTR(-EINVAL) if @text is no such thing, or ERR_PTR(-ENOMEM).
 */
struct scsi_rules *scsi_rules_parse(const char *text)
{
	unsigned int room = 1;
	struct scsi_rules *rules;
	char *rest, *one;

	for (const char *c = text; *c; c++)
		room += *c == ';' || *c == '\n';
	rules = kzalloc(struct_size(rules, rule, room), GFP_KERNEL);
	if (!rules)
		return ERR_PTR(-ENOMEM);
	rules->text = kstrdup(text, GFP_KERNEL);
	if (!rules->text) {
		kfree(rules);
		return ERR_PTR(-ENOMEM);
	}

	rest = rules->text;
	while ((one = strsep(&rest, ";\n"))) {
		one = strim(one);
		if (!*one)
			continue;
		rules->nr++;
		if (parse_rule(one, &rules->rule[rules->nr - 1])) {
			pr_err("scsi_mod.path_rules: rule %u is not understood, none of these is used\n",
			       rules->nr);
			scsi_rules_free(rules);
			return ERR_PTR(-EINVAL);
		}
	}
	if (!rules->nr) {
		scsi_rules_free(rules);
		return NULL;
	}
	return rules;
}

/**
 * scsi_rules_free - rules that are not needed any more
 * @rules: what scsi_rules_parse() has returned, or NULL
 */
void scsi_rules_free(struct scsi_rules *rules)
{
	if (rules)
		kfree(rules->text);
	kfree(rules);
}

static bool matches(const struct rule *rule, const char *vendor,
		    const char *model, const char *names)
{
	if (rule->model)
		return glob_match(rule->pattern, vendor) &&
		       glob_match(rule->model, model);
	for (; *names; names = scsi_identity_next(names)) {
		if (glob_match(rule->pattern, names))
			return true;
	}
	return false;
}

/**
 * scsi_rules_look_up - what rules say of a device
 * @rules: rules
 * @vendor: its vendor, without blanks at the end
 * @model: its product, likewise
 * @names: its names, as those of scsi_identity_format(); "" if it has none
 * @says: what they say; of a setting that several name, the first says it
 */
void scsi_rules_look_up(const struct scsi_rules *rules, const char *vendor,
			const char *model, const char *names,
			struct scsi_rule_says *says)
{
	memset(says, 0, sizeof(*says));
	for (unsigned int nr = 0; nr < rules->nr; nr++) {
		const struct rule *rule = &rules->rule[nr];

		if (!matches(rule, vendor, model, names))
			continue;
		for (int i = 0; i < NR_RULE_SETTINGS; i++) {
			if (rule->says.given & ~says->given & BIT(i))
				says->value[i] = rule->says.value[i];
		}
		says->given |= rule->says.given;
		says->policy = says->policy ?: rule->says.policy;
	}
}

/* Those in force, and how they were written. */
static DEFINE_MUTEX(rules_mutex);
static struct scsi_rules *rules_in_force;
static char *rules_text;

/* The kernel's command line is read before memory can be allocated; it stays. */
static const char *rules_of_boot;

/**
 * scsi_rules_exist - do the names of a device matter that would not be combined?
 *
 * Context: any.
 */
bool scsi_rules_exist(void)
{
	return READ_ONCE(rules_in_force);
}

static void copy_trimmed(char *to, const char *from, size_t len)
{
	memcpy(to, from, len);
	to[len] = '\0';
	strim(to);
}

/**
 * scsi_rules_find - what the rules in force say of a device
 * @sdev: device that has been scanned
 * @names: its names, as those of scsi_identity_format(); "" if it has none
 * @says: what they say
 *
 * Context: process.
 */
void scsi_rules_find(const struct scsi_device *sdev, const char *names,
		     struct scsi_rule_says *says)
{
	char vendor[VENDOR_LEN + 1], model[MODEL_LEN + 1];

	memset(says, 0, sizeof(*says));
	copy_trimmed(vendor, sdev->vendor, VENDOR_LEN);
	copy_trimmed(model, sdev->model, MODEL_LEN);
	guard(mutex)(&rules_mutex);
	if (rules_in_force)
		scsi_rules_look_up(rules_in_force, vendor, model, names, says);
}

/**
 * scsi_lu_follow_rules - start with what the rules say
 * @lu: logical unit that nobody uses yet
 * @first: its first path's device
 * @names: names of that
 *
 * What a type of device cannot have is left out.
 *
 * Context: process.
 */
void scsi_lu_follow_rules(struct scsi_lu *lu, const struct scsi_device *first,
			  const char *names)
{
	struct scsi_rule_says says;
	const int *value = says.value;
	bool is_sticky = scsi_type_is_sticky(first->type);

	scsi_rules_find(first, names, &says);
	if (says.policy && (!is_sticky || says.policy->sticky))
		lu->policy = says.policy;
	if (says.given & BIT(RULE_NO_PATH_TIMEOUT))
		lu->no_path_timeout = value[RULE_NO_PATH_TIMEOUT];
	if (says.given & BIT(RULE_ATTEMPT_TIMEOUT) &&
	    scsi_type_has_attempt_timeout(first->type))
		lu->attempt_timeout = value[RULE_ATTEMPT_TIMEOUT] * HZ;
	if (says.given & BIT(RULE_FAILBACK))
		lu->group.failback = value[RULE_FAILBACK];
	if (says.given & BIT(RULE_PREFER_LOCAL) && !is_sticky)
		lu->group.prefer_local = value[RULE_PREFER_LOCAL];
	if (says.given & BIT(RULE_DEMOTE_OUTLIERS))
		lu->keep_outliers = !value[RULE_DEMOTE_OUTLIERS];
	if (says.given & BIT(RULE_PASSTHROUGH_FAILOVER))
		lu->no_passthrough_failover = !value[RULE_PASSTHROUGH_FAILOVER];
}

static int put_in_force(const char *val)
{
	struct scsi_rules *rules = scsi_rules_parse(val);
	char *text;

	if (IS_ERR(rules))
		return PTR_ERR(rules);
	text = kstrdup(val, GFP_KERNEL);
	if (!text) {
		scsi_rules_free(rules);
		return -ENOMEM;
	}
	guard(mutex)(&rules_mutex);
	swap(rules, rules_in_force);
	swap(text, rules_text);
	scsi_rules_free(rules);
	kfree(text);
	return 0;
}

/**
 * scsi_rules_init - put the rules of the kernel's command line in force
 *
 * Those that are none are left out, and the log says so.
 *
 * Context: process, before the first device is found.
 */
void scsi_rules_init(void)
{
	if (rules_of_boot)
		put_in_force(rules_of_boot);
}

static int rules_set(const char *val, const struct kernel_param *kp)
{
	if (IS_MODULE(CONFIG_SCSI) || slab_is_available())
		return put_in_force(val);
	rules_of_boot = val;
	return 0;
}

static int rules_get(char *buf, const struct kernel_param *kp)
{
	guard(mutex)(&rules_mutex);
	return rules_text ? sysfs_emit(buf, "%s\n", strim(rules_text)) :
			    sysfs_emit(buf, "\n");
}

static void rules_forget(void *arg)
{
	scsi_rules_free(rules_in_force);
	kfree(rules_text);
}

static const struct kernel_param_ops rules_ops = {
	.set = rules_set,
	.get = rules_get,
	.free = rules_forget,
};

module_param_cb(path_rules, &rules_ops, NULL, 0644);
MODULE_PARM_DESC(path_rules,
		 "Which devices are combined after all, or not, and what logical units start with: WWID:ATTRIBUTE=VALUE[,ATTRIBUTE=VALUE...] or VENDOR/PRODUCT:..., patterns as those of a shell; several are separated by a semicolon");
