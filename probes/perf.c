/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The kernel's software events by perf_event_open(2), one counter a thread and event. A count costs what is
 * counted some tenths of a microsecond, a third of a native page fault, so this probe has repetitions of its
 * own.
 */
static const struct event {
	const char *name;     /* in counters.csv */
	const char *encoding; /* for libpfm4 */
	const char *unit;
} events[] = {
	{ "task-clock", "PERF_COUNT_SW_TASK_CLOCK", "ns" },
	{ "context-switches", "PERF_COUNT_SW_CONTEXT_SWITCHES", "1" },
	{ "cpu-migrations", "PERF_COUNT_SW_CPU_MIGRATIONS", "1" },
	{ "page-faults", "PERF_COUNT_SW_PAGE_FAULTS", "1" },
	{ "minor-faults", "PERF_COUNT_SW_PAGE_FAULTS_MIN", "1" },
	{ "major-faults", "PERF_COUNT_SW_PAGE_FAULTS_MAJ", "1" },
	{ "alignment-faults", "PERF_COUNT_SW_ALIGNMENT_FAULTS", "1" },
	{ "emulation-faults", "PERF_COUNT_SW_EMULATION_FAULTS", "1" },
};
#define EVENTS (sizeof(events) / sizeof(events[0]))

struct state {
	int fd[PROBE_THREADS][EVENTS]; /* -1: not counted */
};

/* What read(2) gives with the read format below. */
struct reading {
	uint64_t value, enabled_ns, running_ns;
};

/* A counter of EVENT on thread TID and its children, already counting; or negative errno. */
static int open_counter(const struct event *event, pid_t tid, struct error *error)
{
	struct perf_event_attr attribute;
	int code = probe_encode(event->encoding, &attribute, error), fd;

	if (code)
		return code;
	attribute.inherit = 1; /* a native program's threads and processes are its own */
	attribute.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
	fd = (int)syscall(SYS_perf_event_open, &attribute, tid, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd >= 0)
		return fd;
	return error_fail(error, errno, "as root: sysctl kernel.perf_event_paranoid=1", "perf_event_open: %s",
			  event->name);
}

static void close_all(void *pointer)
{
	struct state *state = pointer;

	for (size_t t = 0; t < PROBE_THREADS; t++)
		for (size_t e = 0; e < EVENTS; e++)
			if (state->fd[t][e] >= 0)
				close(state->fd[t][e]);
	free(state);
}

static int begin(const struct probe_target *target, void **pointer)
{
	struct state *state = malloc(sizeof(*state));
	struct error error;

	if (state == NULL)
		return -ENOMEM;
	memset(state, 0xff, sizeof(*state)); /* -1 everywhere */
	for (size_t t = 0; t < target->threads; t++)
		for (size_t e = 0; e < EVENTS; e++)
			state->fd[t][e] = open_counter(&events[e], target->thread[t].tid, &error);
	*pointer = state;
	return 0;
}

static int add(const struct event *event, const struct probe_thread *thread, int fd,
	       struct probe_samples *samples)
{
	struct reading reading;
	struct probe_sample sample = { .probe = "perf", .unit = event->unit };

	if (fd < 0 || read(fd, &reading, sizeof(reading)) != sizeof(reading))
		return 0; /* not counted: no row */
	snprintf(sample.layer, sizeof(sample.layer), "%s", thread->name);
	snprintf(sample.event, sizeof(sample.event), "%s", event->name);
	sample.value = (double)reading.value;
	sample.enabled_ns = (int64_t)reading.enabled_ns;
	sample.running_ns = (int64_t)reading.running_ns;
	return probe_samples_append(samples, &sample);
}

static int end(const struct probe_target *target, void *pointer, struct probe_samples *samples)
{
	const struct state *state = pointer;
	int code = 0;

	for (size_t t = 0; t < target->threads; t++)
		for (size_t e = 0; code == 0 && e < EVENTS; e++)
			code = add(&events[e], &target->thread[t], state->fd[t][e], samples);
	return code;
}

static bool available(struct error *error)
{
	int fd = open_counter(&events[0], 0, error);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

const struct probe probe_perf = {
	.name = "perf",
	.summary = "the kernel's software events of each thread: faults, switches, migrations",
	.disturbs = true,
	.available = available,
	.begin = begin,
	.end = end,
	.close = close_all,
};
