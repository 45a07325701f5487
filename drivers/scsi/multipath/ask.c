// SPDX-License-Identifier: GPL-2.0
/*
 * What multipath itself asks over one path: does it answer, and who does?
 */

#include <linux/atomic.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <scsi/scsi.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_proto.h>

#include "identity.h"
#include "mpath.h"
#include "verdict.h"

/* Where nobody knows how long a page is: the most that a byte can say. */
#define VPD_USUAL_LEN		255
#define ASK_TIMEOUT		(10 * HZ)
/* Unit attentions that a returning I_T nexus may have to report first, and the like. */
#define ASK_TRIES		4

/* Questions that a host has at a time; a worker each waits for the answer. */
#define QUESTIONS_MAX		32
/* The same, if I/O waits for the answer. */
#define CHECKS_MAX		128

static unsigned long question_delay(struct Scsi_Host *shost, int max)
{
	if (scsi_host_in_recovery(shost))
		return SCSI_PATH_RECOVERY_DELAY;
	/* Not all at once then, or most of them would be too many again. */
	if (atomic_read(&shost->path_questions) >= max)
		return get_random_u32_below(SCSI_PATH_RECOVERY_DELAY) + 1;
	return 0;
}

/**
 * scsi_host_question_delay - how long is nothing to be asked over a host's paths?
 * @shost: host
 *
 * Each question has a worker until it is answered, and there are a few hundred workers
 * for all hosts. Behind a host that answers nothing there may be more paths than that, and
 * it may be minutes until its error handler is done. SCMD_FAIL_IF_RECOVERING is no help:
 * what it fails with is what an adapter says of a path that has failed.
 *
 * Context: any.
 * Return: jiffies until it is to be tried again; 0: it may be asked.
 */
unsigned long scsi_host_question_delay(struct Scsi_Host *shost)
{
	return question_delay(shost, QUESTIONS_MAX);
}

/**
 * scsi_host_check_delay - the same for what I/O waits for
 * @shost: host
 *
 * It is left no worker for others, if there is no end of it.
 *
 * Context: any.
 * Return: as scsi_host_question_delay().
 */
unsigned long scsi_host_check_delay(struct Scsi_Host *shost)
{
	return question_delay(shost, CHECKS_MAX);
}

/* scsi_path_ask(), and @resid of the @len bytes have not come */
static int ask(struct scsi_device *sdev, const u8 *cdb, void *buf,
	       unsigned int len, int *resid, struct scsi_sense_hdr *sense)
{
	const struct scsi_exec_args args = { .sshdr = sense, .resid = resid };
	int result, tries = ASK_TRIES;

	atomic_inc(&sdev->host->path_questions);
	do {
		*resid = 0;
		result = scsi_execute_cmd(sdev, cdb, REQ_OP_DRV_IN |
					  REQ_FAILFAST_TRANSPORT, buf, len,
					  ASK_TIMEOUT, 0, &args);
		if (result < 0 || !scsi_status_is_check_condition(result))
			memset(sense, 0, sizeof(*sense));
	} while ((sense->sense_key == UNIT_ATTENTION ||
		  scsi_sense_is_deferred(sense)) && --tries);
	atomic_dec(&sdev->host->path_questions);
	return scsi_answer_is_success(result, sense) ? 0 : result;
}

/**
 * scsi_path_ask - send a command over one path, past its unit attentions
 * @sdev: device of the path
 * @cdb: a command that reads
 * @buf: where to, or NULL
 * @len: bytes of @buf
 * @sense: sense data of the answer; all zero if it has none
 *
 * A new or returning I_T nexus has unit attentions to report first (SAM-5 5.14). Nor is
 * a deferred error an answer to what was asked (SPC-4 4.5.7).
 *
 * Context: process; waits up to 10 s for each answer.
 * Return: as scsi_execute_cmd(), but 0 as well if it is carried out with a remark.
 */
int scsi_path_ask(struct scsi_device *sdev, const u8 *cdb, void *buf,
		  unsigned int len, struct scsi_sense_hdr *sense)
{
	int resid;

	return ask(sdev, cdb, buf, len, &resid, sense);
}

/*
 * Of the logical unit, or of one controller? Or is only this command unknown to it? That
 * is for the caller to find out, by what else it has an answer to. Who is busy has been
 * so for all the time that the command was repeated. A reservation conflict is what a
 * path that works has to say.
 */
static bool is_error(int result)
{
	switch (result & 0xff) {
	case SAM_STAT_BUSY:
	case SAM_STAT_TASK_SET_FULL:
	case SAM_STAT_CHECK_CONDITION:
		return true;
	default:
		return false;
	}
}

/**
 * scsi_path_test - what a TEST UNIT READY over one path says of it
 * @sdev: device of the path
 * @answer: what has come back
 *
 * Context: process; as scsi_path_ask().
 * Return: the verdict on the path.
 */
enum scsi_path_effect scsi_path_test(struct scsi_device *sdev,
				     enum scsi_path_answer *answer)
{
	static const u8 test_unit_ready[6] = { TEST_UNIT_READY };
	enum scsi_path_effect effect;
	struct scsi_sense_hdr sense;
	int result;

	result = scsi_path_ask(sdev, test_unit_ready, NULL, 0, &sense);
	if (result < 0)
		effect = EFFECT_FAILED;
	else
		effect = scsi_path_verdict(sdev, result, &sense).path;
	if (effect == EFFECT_FAILED || host_byte(result) == DID_TIME_OUT)
		*answer = ANSWER_NONE;
	else if (!result)
		*answer = ANSWER_GOOD;
	else if (is_error(result))
		*answer = ANSWER_ERROR;
	else
		*answer = ANSWER_OTHER;
	return effect;
}

/**
 * scsi_path_state_after - the state of a path that has been tested
 * @tested: what scsi_path_test() returned
 *
 * Return: PATH_GOOD, PATH_PENDING or PATH_FAILED.
 */
enum scsi_path_state scsi_path_state_after(enum scsi_path_effect tested)
{
	switch (tested) {
	case EFFECT_FAILED:
	case EFFECT_DISCONNECTED:
	case EFFECT_STRIKE:
		return PATH_FAILED;
	case EFFECT_TRANSITION:
	case EFFECT_PASSIVE:
	case EFFECT_PENDING:
		return PATH_PENDING;
	default:
		return PATH_GOOD;
	}
}

static size_t vpd_len(struct scsi_device *sdev, u8 page)
{
	const struct scsi_vpd *vpd;
	size_t len;

	rcu_read_lock();
	if (page == 0x83)
		vpd = rcu_dereference(sdev->vpd_pg83);
	else
		vpd = rcu_dereference(sdev->vpd_pg80);
	len = vpd ? vpd->len : VPD_USUAL_LEN;
	rcu_read_unlock();
	return clamp(len, VPD_HEADER_LEN, VPD_MAX_LEN);
}

/**
 * scsi_path_read_vpd - read a VPD page anew, over one path
 * @sdev: device of the path
 * @page: its code, 80h or 83h
 * @buf: where to, of VPD_MAX_LEN bytes
 *
 * With one command, if it is no longer than before.
 *
 * Context: process; as scsi_path_ask().
 * Return: how long it is, or -EIO, also if less of it has come; -ENXIO if the target says
 *	that there is no such logical unit, whatever else is in the page.
 */
ssize_t scsi_path_read_vpd(struct scsi_device *sdev, u8 page, u8 *buf)
{
	size_t len = vpd_len(sdev, page), asked;
	struct scsi_sense_hdr sense;
	u8 cdb[6] = { INQUIRY, 1, page };
	int resid;

	do {
		asked = len;
		put_unaligned_be16(asked, cdb + 3);
		memset(buf, 0, asked);
		if (ask(sdev, cdb, buf, asked, &resid, &sense) ||
		    buf[1] != page)
			return -EIO;
		if (buf[0] >> 5 != SCSI_INQ_PQ_CON)
			return -ENXIO;
		len = min(get_unaligned_be16(buf + 2) + VPD_HEADER_LEN,
			  VPD_MAX_LEN);
	} while (len > asked);
	return len + resid > asked ? -EIO : len;
}

/**
 * scsi_path_vpd_has_come - did a target send all of a VPD page that the scan has read?
 * @sdev: device
 * @page: its code, 80h or 83h; the device has it
 *
 * The scan takes for its length what the page says of itself. What the target has not
 * sent is what was in memory, or zeroes, and would be the same for all its logical units.
 *
 * Context: process; as scsi_path_ask().
 * Return: 0; -ENODATA if it did not, or sends another page now; another errno if it does
 *	not tell.
 */
int scsi_path_vpd_has_come(struct scsi_device *sdev, u8 page)
{
	const struct scsi_vpd *vpd;
	struct scsi_sense_hdr sense;
	u8 cdb[6] = { INQUIRY, 1, page };
	int len, resid, error;
	u8 *before, *now;

	mutex_lock(&sdev->inquiry_mutex);
	vpd = rcu_dereference_protected(page == 0x83 ? sdev->vpd_pg83 :
						       sdev->vpd_pg80,
					lockdep_is_held(&sdev->inquiry_mutex));
	len = vpd->len;
	before = kmemdup(vpd->data, len, GFP_KERNEL);
	mutex_unlock(&sdev->inquiry_mutex);
	now = kmalloc(len, GFP_KERNEL);
	if (!before || !now) {
		error = -ENOMEM;
		goto free;
	}
	/* No byte is what it is to be before it has come. */
	for (int i = 0; i < len; i++)
		now[i] = ~before[i];
	put_unaligned_be16(len, cdb + 3);
	error = ask(sdev, cdb, now, len, &resid, &sense);
	if (error > 0)
		error = -EIO;
	else if (!error && (resid || memcmp(now, before, len)))
		error = -ENODATA;
free:
	kfree(now);
	kfree(before);
	return error;
}
