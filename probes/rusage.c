/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <sys/resource.h>

#include "base/clock.h"

/* What wait4(2) tells of a process that has ended: it comes by itself, so there is nothing to begin. */

int probe_rusage_add(struct probe_samples *samples, const struct rusage *usage)
{
	const struct {
		const char *event, *unit;
		double value;
	} counts[] = {
		{ "user", "ns", (double)clock_timeval_ns(&usage->ru_utime) },
		{ "system", "ns", (double)clock_timeval_ns(&usage->ru_stime) },
		{ "max_resident", "bytes", (double)usage->ru_maxrss * 1024 },
		{ "minor_faults", "1", (double)usage->ru_minflt },
		{ "major_faults", "1", (double)usage->ru_majflt },
		{ "blocks_in", "1", (double)usage->ru_inblock },
		{ "blocks_out", "1", (double)usage->ru_oublock },
		{ "voluntary_switches", "1", (double)usage->ru_nvcsw },
		{ "involuntary_switches", "1", (double)usage->ru_nivcsw },
	};
	int code = 0;

	for (size_t i = 0; code == 0 && i < sizeof(counts) / sizeof(counts[0]); i++)
		code = probe_samples_add(samples, "rusage", "process", counts[i].event, counts[i].unit,
					 counts[i].value);
	return code;
}

static bool available(struct error *error)
{
	(void)error;
	return true; /* POSIX has it, and nobody can forbid it */
}

const struct probe probe_rusage = {
	.name = "rusage",
	.summary = "CPU time, faults, switches, peak memory of the process",
	.available = available,
};
