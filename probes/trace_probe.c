/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"
#include "probes/trace.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "probes/trace_priv.h"

/* Traces as a row of the table of probes: who starts a program begins and ends them (trace_open and so on).
 */

/* What it takes to begin and end a trace of this thread, kept in FD. NaN where it cannot be. */
static double time_trace(int fd)
{
	uint64_t begun = trace_now_ns();
	struct trace_recorder *recorder;
	char path[32];
	bool whole;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || trace_open(&recorder, getpid(), path, NULL, false, NULL))
		return NAN;
	whole = trace_begin(recorder, NULL) == 0 && trace_end(recorder, NULL) == 0;
	trace_close(recorder);
	return whole ? (double)(trace_now_ns() - begun) : (double)NAN;
}

static int calibrate(const struct probe *self, struct probe_cost *cost)
{
	uint64_t costs[TRACE_COSTS] = { 0 }, ns;
	struct trace_formats formats;
	int fd;

	(void)self;
	if (trace_formats_read(&formats, NULL))
		return -ENOENT;
	trace_costs_try(&formats, costs);
	ns = costs[COST_EVENT];
	fd = memfd_create("trace", MFD_CLOEXEC);
	*cost = (struct probe_cost){ time_trace(fd), ns ? (double)ns : (double)NAN };
	if (fd >= 0)
		close(fd);
	return 0;
}

const struct probe probe_trace = {
	.name = "trace",
	.summary = "all system calls, switches, wake-ups, KVM entries and exits of all threads",
	.disturbs = true,
	.available = trace_available,
	.calibrate = calibrate,
};
