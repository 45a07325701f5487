/* SPDX-License-Identifier: GPL-2.0 */
/* Once nothing more can happen */
proctype Judge()
{
	timeout;
	LAW_NO_LOST_WAKEUP(0);
	LAW_NO_LOST_WAKEUP(NCMD - 1);
	LAW_DEVICE;
	LAW_REMOVED;
	LAW_ADMINISTRATOR(0);
	LAW_ADMINISTRATOR(1);
	LAW_PATH(0);
	LAW_PATH(1);
	LAW_PROBE(0);
	LAW_PROBE(1);
	LAW_MUTEXES
}
