/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/*
 * What the scheduler says of each thread (Documentation/scheduler/sched-stats.rst of the Linux kernel): time
 * on a CPU, time runnable but waiting for one, and how often it was given one.
 */
#define PROBE "schedstat"

int probe_schedstat_parse(const char *text, const char *thread, struct probe_samples *samples)
{
	uint64_t cpu_ns, delay_ns, slices;
	int code;

	if (sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64, &cpu_ns, &delay_ns, &slices) != 3)
		return -EINVAL;
	/* A thread that is there was given a core: a kernel without account prints noughts (fs/proc/base.c).
	 */
	if (cpu_ns == 0 && slices == 0)
		return -ENODATA;
	code = probe_samples_add(samples, PROBE, thread, "cpu", "ns", (double)cpu_ns);
	if (code == 0)
		code = probe_samples_add(samples, PROBE, thread, "run_delay", "ns", (double)delay_ns);
	return code ? code : probe_samples_add(samples, PROBE, thread, "timeslices", "1", (double)slices);
}

static int read_all(const struct probe_target *target, struct probe_samples *samples)
{
	return probe_read_threads(target, "schedstat", probe_schedstat_parse, samples);
}

/* What a thread that is still there had used when counting began: an account of its whole life has it in. */
static int add_before(const struct probe_target *target, const struct probe_samples *earlier,
		      struct probe_samples *samples)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < target->threads; i++) {
		const char *thread = target->thread[i].name;
		int64_t cpu_ns = probe_samples_find(earlier, PROBE, thread, "cpu");

		if (probe_samples_find(samples, PROBE, thread, "cpu") != PROBE_MISSING)
			code = probe_samples_add(samples, PROBE, thread, "cpu_before", "ns", (double)cpu_ns);
	}
	return code;
}

static int tell(const struct probe_target *target, const struct probe_reading *reading,
		struct probe_samples *samples)
{
	int code = probe_reading_tell(target, reading, samples);

	return code ? code : add_before(target, &reading->first, samples);
}

static bool available(struct error *error)
{
	struct probe_samples samples = { 0 };
	char text[128];
	int code = probe_read_text("/proc/self/schedstat", text, sizeof(text));

	if (code >= 0)
		code = probe_schedstat_parse(text, "self", &samples);
	probe_samples_free(&samples);
	if (code == 0)
		return true;
	error_fail(error, 0, "use a kernel with CONFIG_SCHED_INFO, and mount /proc",
		   "the scheduler keeps no account of threads");
	return false;
}

const struct probe probe_schedstat = {
	.name = PROBE,
	.summary = "time each thread had a core, and waited for one",
	.available = available,
	.steps = &probe_reading_steps,
	.reader = read_all,
	.tell = tell,
	.calibrate = probe_calibrate_steps,
};
