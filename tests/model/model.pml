/* SPDX-License-Identifier: GPL-2.0 */
/* All of it; a scenario is what includes this. */
#include "common.pml"
#include "path.pml"
#include "laws.pml"
#include "claim.pml"
#include "lu.pml"
#include "dispatch.pml"
#include "probe.pml"
#include "power.pml"
#include "env.pml"

/* A path that has joined before the scenario begins */
inline has_joined(p)
{
	path[p].ptr = true;
	path[p].listed = true;
	path[p].running = true;
	path[p].usable = true;
	path[p].answers = true;
	lu_nr++;
	lu_most++
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
