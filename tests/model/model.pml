/* SPDX-License-Identifier: GPL-2.0 */
/* All of it; a scenario is what includes this. */
#include "common.pml"
#include "laws.pml"
#include "path.pml"
#include "claim.pml"
#include "lu.pml"
#include "dispatch.pml"
#include "probe.pml"
#include "power.pml"
#include "shutdown.pml"
#include "env.pml"
#include "judge.pml"

/* A path that has joined before the scenario begins */
inline has_joined(p)
{
	path[p].ptr = true;
	path[p].listed = true;
	path[p].running = true;
	path[p].usable = true;
	path[p].answers = true;
	lu_refs++;
	lu_nr++;
	lu_most++
}

/* Its transport has blocked it, and I/O waits for that. */
inline is_blocked(p)
{
	path[p].sdev = BLOCK;
	path[p].stopped = true;
	path[p].blocked = true;
	path[p].running = false;
	path[p].usable = false;
	path[p].gone = true;
	lu_work_due = true;
	lu_waits = true
}

/* A device that is not there yet */
inline is_to_join(p)
{
	path[p].sdev = DEL
}

inline run_path(p)
{
	run Lld(p);
	run Timer(p);
	run Probe(p)
}

/* The logical unit, and the path that it has in each scenario */
inline run_all()
{
	run Dispatcher();
	run LuWork();
	run NoPathWork();
	run Judge();
	run_path(0)
}
