/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/*
 * What the scheduler says of each thread (Documentation/scheduler/sched-stats.rst of the Linux kernel): time
 * on a CPU, time runnable but waiting for one, and how often it was given one.
 */
static int read_thread(const struct probe_target *target, const struct probe_thread *thread,
		       struct probe_samples *samples)
{
	uint64_t cpu_ns, delay_ns, slices;
	char path[64], text[128];
	int code;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", (int)target->pid, (int)thread->tid);
	code = probe_read_text(path, text, sizeof(text));
	if (code < 0)
		return code;
	if (sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64, &cpu_ns, &delay_ns, &slices) != 3)
		return -EINVAL;
	code = probe_samples_add(samples, "schedstat", thread->name, "cpu", "ns", (double)cpu_ns);
	if (code == 0)
		code = probe_samples_add(samples, "schedstat", thread->name, "run_delay", "ns",
					 (double)delay_ns);
	if (code == 0)
		code = probe_samples_add(samples, "schedstat", thread->name, "timeslices", "1",
					 (double)slices);
	return code;
}

static int read_all(const struct probe_target *target, struct probe_samples *samples)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < target->threads; i++)
		code = read_thread(target, &target->thread[i], samples);
	return code;
}

/* A thread that never had to wait has a true nought, which the account of time needs. */
static int end(const struct probe_target *target, void *state, struct probe_samples *samples)
{
	int code = probe_reading_end(target, read_all, state, samples);

	for (size_t i = 0; code == 0 && i < target->threads; i++)
		if (probe_samples_find(samples, "schedstat", target->thread[i].name, "run_delay") ==
		    PROBE_MISSING)
			code = probe_samples_add(samples, "schedstat", target->thread[i].name, "run_delay",
						 "ns", 0);
	return code;
}

static int begin(const struct probe_target *target, void **state)
{
	return probe_reading_begin(target, read_all, state);
}

static bool available(struct error *error)
{
	char text[128];
	int code = probe_read_text("/proc/self/schedstat", text, sizeof(text));

	if (code > 0 && text[0] >= '1') /* this thread has been on a CPU */
		return true;
	error_fail(error, code < 0 ? -code : 0, "use a kernel with CONFIG_SCHED_INFO, and mount /proc",
		   "the scheduler keeps no account of threads");
	return false;
}

const struct probe probe_schedstat = {
	.name = "schedstat",
	.summary = "time of each thread on a CPU and waiting for one, from the scheduler",
	.available = available,
	.begin = begin,
	.end = end,
	.close = probe_reading_close,
};
