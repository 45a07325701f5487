// SPDX-License-Identifier: GPL-2.0
/* The tracepoints of SCSI multipath: select, issue, verdict, change of state. */

#define CREATE_TRACE_POINTS
#include "trace.h"
