/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two logical units on one host with one tag: see starved.c. What is claimed is
 * LAW_NO_LOST_WAKEUP without the time after which a logical unit looks again: whoever
 * waits for a tag gets one. Each has a command, and a plain device has one, which has the
 * tag.
 */
#define NLU	2
#define PLAIN	2

mtype = { LISTED, IN_HAND, SENT, DONE };

mtype cmd[NLU + 1];
bool tag_is_free;
/* BLK_MQ_S_SCHED_RESTART, lu->starved, the queue is to be run, entry in the wait queue */
bool restart[NLU], is_starved[NLU], run_due[NLU], waits[NLU];
chan waiters = [NLU] of { byte };

/* blk_mq_run_hw_queue() */
inline run_queue(lu)
{
	run_due[lu] = true
}

inline take_tag()
{
	d_step {
		got = tag_is_free;
		tag_is_free = false
	}
}

/* scsi_lu_waits_for_tag(): it is in the queue, and then looks once more */
inline wait_for_tag(lu)
{
#ifndef NOBODY_KNOWS_THAT_IT_IS_ON_ITS_WAY
	is_starved[lu] = true;
#endif
	atomic {
		if
		:: !waits[lu] -> waits[lu] = true; waiters!lu
		:: else
		fi
	}
#ifdef LOOKS_BEFORE_IT_WAITS
	tag_may_be_free = false
#else
	tag_may_be_free = tag_is_free
#endif
}

/* What has been taken from a list goes back to it: blk_mq_dispatch_rq_list() */
inline give_back(lu)
{
	cmd[lu] = LISTED;
	if
	:: !restart[lu] || tag_may_be_free -> run_queue(lu)
	:: else
	fi
}

/* A run of the hardware queue. There may be two at a time, on two CPUs. */
proctype Queue(byte lu)
{
	bool got, tag_may_be_free;

end:	do
	:: atomic {
		run_due[lu] -> run_due[lu] = false;
		if
		:: cmd[lu] == LISTED -> cmd[lu] = IN_HAND
		:: else -> goto end
		fi
	   };
		restart[lu] = true;
		take_tag();
		if
		:: got -> cmd[lu] = SENT
		:: else -> wait_for_tag(lu); give_back(lu)
		fi
	od
}

/*
 * tag_is_free(), for one after the other until there is one that will use it. Who comes
 * meanwhile waits for the lock of the queue.
 */
inline wake()
{
	n = len(waiters);
	do
	:: atomic { n > 0 && nempty(waiters) -> n--; waiters?lu; waits[lu] = false };
		is_listed = cmd[lu] == LISTED;
		d_step {
			was_starved = is_starved[lu];
			is_starved[lu] = false
		}
		if
		:: was_starved || is_listed ->
#ifndef THE_RESTART_STAYS
			restart[lu] = false;
#endif
			run_queue(lu);
#ifdef TAKES_IT_FOR_GRANTED
			break
#else
			if
			:: is_listed -> break
			:: else
			fi
#endif
		:: else
		fi
	:: n == 0 || empty(waiters) -> break
	od
}

/* The LLD completes what it has been sent, and the tag is freed. */
proctype Lld(byte sent)
{
	byte lu, n;
	bool was_starved, is_listed;

	cmd[sent] == SENT;
	cmd[sent] = DONE;
	tag_is_free = true;
	wake()
}

proctype Judge()
{
	timeout;
	assert(cmd[0] == DONE);
	assert(cmd[1] == DONE)
}

init {
	atomic {
		cmd[0] = LISTED;
		cmd[1] = LISTED;
		cmd[PLAIN] = SENT;
		run_queue(0);
		run_queue(1);
		run Queue(0);
		run Queue(0);
		run Queue(1);
		run Lld(0);
		run Lld(1);
		run Lld(PLAIN);
		run Judge()
	}
}
