/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"
#include "probes/trace.h"

#include <errno.h>
#include <math.h>

#include "probes/trace_priv.h"

/* Traces as a row of the table of probes: who starts a program begins and ends them (trace_open and so on).
 */
static int calibrate(const struct probe *self, struct probe_cost *cost)
{
	struct trace_formats formats;
	uint64_t ns;

	(void)self;
	if (trace_formats_read(&formats, NULL))
		return -ENOENT;
	ns = trace_event_cost_ns(&formats);
	*cost = (struct probe_cost){ NAN, ns ? (double)ns : (double)NAN };
	return 0;
}

const struct probe probe_trace = {
	.name = "trace",
	.summary = "all system calls, switches, wake-ups, KVM entries and exits of all threads",
	.disturbs = true,
	.available = trace_available,
	.calibrate = calibrate,
};
