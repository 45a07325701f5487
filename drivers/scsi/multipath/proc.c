// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/scsi/scsi_path: the paths of all logical units, a line each, in the
 * format of 2002. A line that is written back changes what it names.
 *
 *	id:host:channel:target:lun:state:failures:weight
 *
 * The seven numbers are hexadecimal. ffffffff for host, channel, target or lun
 * stands for any.
 */

#include <linux/capability.h>
#include <linux/kstrtox.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include "mpath.h"
#include "proc.h"

#define SCSI_MULTIPATH_VERSION	"1.0.0"

/* An identity at its longest, seven numbers, seven colons. */
#define LINE_MAX_LEN		1024

static int parse_hex(char **rest, bool is_last, u64 max, u64 *value)
{
	char *field = strsep(rest, ":");
	size_t len = field ? strlen(field) : 0;

	if (!len || len > 16 || !*rest != is_last)
		return -EINVAL;
	/* kstrtou64() takes a sign, a prefix and a newline; the format not. */
	if (strspn(field, "0123456789abcdefABCDEF") != len)
		return -EINVAL;
	if (kstrtou64(field, 16, value) || *value > max)
		return -EINVAL;
	return 0;
}

/**
 * scsi_path_line_parse - take a line apart
 * @line: the line, without newline; is written to
 * @parsed: result, valid on success only; points into @line
 *
 * Context: any. Pure but for @line.
 * Return: 0, or -EINVAL if it is not exactly an id, seven hexadecimal numbers
 * in their ranges, and a known state.
 */
int scsi_path_line_parse(char *line, struct scsi_path_line *parsed)
{
	u64 value[7];

	parsed->id = strsep(&line, ":");
	if (!parsed->id[0] || !line)
		return -EINVAL;
	for (int i = 0; i < ARRAY_SIZE(value); i++) {
		if (parse_hex(&line, i == ARRAY_SIZE(value) - 1,
			      i == 3 ? U64_MAX : U32_MAX, &value[i]))
			return -EINVAL;
	}
	if (value[4] < SHOWN_GOOD || value[4] > SHOWN_DEAD)
		return -EINVAL;

	parsed->host = value[0];
	parsed->channel = value[1];
	parsed->target = value[2];
	parsed->lun = value[3];
	parsed->state = value[4];
	parsed->failures = value[5];
	parsed->weight = value[6];
	return 0;
}

static bool matches(const struct scsi_path_line *line,
		    const struct scsi_device *sdev)
{
	return (line->host == PATH_LINE_WILDCARD ||
		line->host == sdev->host->host_no) &&
	       (line->channel == PATH_LINE_WILDCARD ||
		line->channel == sdev->channel) &&
	       (line->target == PATH_LINE_WILDCARD ||
		line->target == sdev->id) &&
	       (line->lun == PATH_LINE_WILDCARD || line->lun == sdev->lun);
}

static int apply(const struct scsi_path_line *line)
{
	struct scsi_lu *lu;
	struct scsi_path *path;
	int error = -ENODEV;

	mutex_lock(&scsi_multipath_list_mutex);
	list_for_each_entry(lu, &scsi_multipath_list, node) {
		if (strcmp(lu->id, line->id))
			continue;
		list_for_each_entry(path, &lu->paths, node) {
			if (!matches(line, path->sdev))
				continue;
			scsi_path_admin_write(path, line->state,
					      line->failures, line->weight);
			error = 0;
		}
	}
	mutex_unlock(&scsi_multipath_list_mutex);
	return error;
}

/* Of several paths that a line names the one of that number, with a reference */
static struct scsi_device *get_matching(const struct scsi_path_line *line,
					unsigned int nr)
{
	struct scsi_device *sdev = NULL;
	struct scsi_lu *lu;
	struct scsi_path *path;

	mutex_lock(&scsi_multipath_list_mutex);
	list_for_each_entry(lu, &scsi_multipath_list, node) {
		if (strcmp(lu->id, line->id))
			continue;
		list_for_each_entry(path, &lu->paths, node) {
			if (!matches(line, path->sdev))
				continue;
			if (nr) {
				nr--;
			} else if (!scsi_device_get(path->sdev)) {
				sdev = path->sdev;
				goto unlock;
			}
		}
	}
unlock:
	mutex_unlock(&scsi_multipath_list_mutex);
	return sdev;
}

/* All of them are being read at the same time. */
static void wait_for_checks(const struct scsi_path_line *line)
{
	unsigned long until = scsi_path_check_timeout();
	struct scsi_device *sdev;

	for (unsigned int nr = 0; (sdev = get_matching(line, nr)); nr++) {
		scsi_path_wait_for_check(sdev, until);
		scsi_device_put(sdev);
	}
}

static ssize_t paths_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *ppos)
{
	struct scsi_path_line parsed;
	size_t len = count;
	char *line;
	int error;

	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	if (!count || count > LINE_MAX_LEN)
		return -EINVAL;
	line = memdup_user_nul(buf, count);
	if (IS_ERR(line))
		return PTR_ERR(line);

	if (line[len - 1] == '\n')
		line[--len] = '\0';
	/* One line, and no NUL that would hide what follows it. */
	if (strlen(line) != len || strchr(line, '\n'))
		error = -EINVAL;
	else
		error = scsi_path_line_parse(line, &parsed);
	if (!error)
		error = apply(&parsed);
	if (!error)
		wait_for_checks(&parsed);
	kfree(line);
	return error ?: count;
}

static void *paths_start(struct seq_file *m, loff_t *pos)
{
	mutex_lock(&scsi_multipath_list_mutex);
	return seq_list_start(&scsi_multipath_list, *pos);
}

static void *paths_next(struct seq_file *m, void *v, loff_t *pos)
{
	return seq_list_next(v, &scsi_multipath_list, pos);
}

static void paths_stop(struct seq_file *m, void *v)
{
	mutex_unlock(&scsi_multipath_list_mutex);
}

static int paths_show(struct seq_file *m, void *v)
{
	struct scsi_lu *lu = list_entry(v, struct scsi_lu, node);
	struct scsi_path *path;

	list_for_each_entry(path, &lu->paths, node) {
		const struct scsi_device *sdev = path->sdev;

		seq_printf(m, "%s:%x:%x:%x:%llx:%x:%x:%x\n", lu->id,
			   sdev->host->host_no, sdev->channel, sdev->id,
			   sdev->lun, scsi_path_shown_state(path),
			   READ_ONCE(path->failures), READ_ONCE(path->weight));
	}
	return 0;
}

static const struct seq_operations paths_seq_ops = {
	.start	= paths_start,
	.next	= paths_next,
	.stop	= paths_stop,
	.show	= paths_show,
};

static int paths_open(struct inode *inode, struct file *file)
{
	return seq_open(file, &paths_seq_ops);
}

static const struct proc_ops paths_proc_ops = {
	.proc_open	= paths_open,
	.proc_read	= seq_read,
	.proc_lseek	= seq_lseek,
	.proc_release	= seq_release,
	.proc_write	= paths_write,
};

static int version_show(struct seq_file *m, void *v)
{
	seq_puts(m, "Version: " SCSI_MULTIPATH_VERSION "\n");
	return 0;
}

/**
 * scsi_multipath_proc_init - create /proc/scsi/scsi_path
 *
 * Return: 0 or -ENOMEM.
 */
int scsi_multipath_proc_init(void)
{
	struct proc_dir_entry *dir;

	if (!IS_ENABLED(CONFIG_SCSI_PROC_FS))
		return 0;
	dir = proc_mkdir("scsi/scsi_path", NULL);
	if (!dir)
		return -ENOMEM;
	if (!proc_create("paths", 0644, dir, &paths_proc_ops) ||
	    !proc_create_single("version", 0444, dir, version_show)) {
		scsi_multipath_proc_exit();
		return -ENOMEM;
	}
	return 0;
}

/**
 * scsi_multipath_proc_exit - remove /proc/scsi/scsi_path
 */
void scsi_multipath_proc_exit(void)
{
	if (IS_ENABLED(CONFIG_SCSI_PROC_FS))
		remove_proc_subtree("scsi/scsi_path", NULL);
}
