/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/hist.h"
#include "probes/trace_ring_priv.h"

/*
 * What recording one event costs whom it is recorded of: system calls that do nothing, with and without their
 * entries and ends recorded, in turns. The records tell what lies between two calls.
 */
#define CALLS 100 /* their records fit into a ring of 16 pages */
#define TURNS 5
#define MOST  (4ul * CALLS * TURNS) /* events */

static uint64_t time_calls(void)
{
	uint64_t start = trace_now_ns();

	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	return trace_now_ns() - start;
}

static int open_own(uint16_t id)
{
	struct perf_event_attr a = {
		.size = sizeof(a),
		.type = PERF_TYPE_TRACEPOINT,
		.config = id,
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_RAW,
		.disabled = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC_RAW,
	};

	return (int)syscall(SYS_perf_event_open, &a, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static uint64_t least_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The least of a few turns each: what else took time is not the recording's. */
static uint64_t compare(int enter, int leave)
{
	uint64_t plain = UINT64_MAX, traced = UINT64_MAX;

	time_calls();
	for (int i = 0; i < TURNS; i++) {
		plain = least_of(plain, time_calls());
		ioctl(enter, PERF_EVENT_IOC_ENABLE, 0);
		ioctl(leave, PERF_EVENT_IOC_ENABLE, 0);
		traced = least_of(traced, time_calls());
		ioctl(enter, PERF_EVENT_IOC_DISABLE, 0);
		ioctl(leave, PERF_EVENT_IOC_DISABLE, 0);
	}
	return traced > plain ? (traced - plain) / (2ull * CALLS) : 0;
}

/* The median time from the end of a call to the beginning of the next; 0: none is recorded. */
static uint64_t between_calls(struct ring *ring, const struct trace_formats *formats)
{
	struct trace_event *event = malloc(MOST * sizeof(*event));
	struct hist *hist = calloc(1, sizeof(*hist));
	uint64_t median = 0;

	if (event && hist) {
		size_t n;

		ring_look(ring);
		n = ring_take(ring, formats, event, MOST);
		for (size_t i = 1; i < n; i++)
			if (event[i - 1].kind == TRACE_RETURN && event[i].kind == TRACE_SYSCALL)
				hist_add(hist, event[i].time_ns - event[i - 1].time_ns);
		median = hist_quantile(hist, 0.5);
	}
	free(event);
	free(hist);
	return median;
}

void trace_costs_try(const struct trace_formats *formats, uint64_t cost[TRACE_COSTS])
{
	struct ring ring = { 0 };
	int enter = open_own(formats->id[0]), leave = open_own(formats->id[1]);

	cost[COST_EVENT] = cost[COST_CALL] = 0;
	if (enter >= 0 && leave >= 0 && ring_map(&ring, enter) == 0 &&
	    ioctl(leave, PERF_EVENT_IOC_SET_OUTPUT, enter) == 0) {
		cost[COST_EVENT] = compare(enter, leave);
		cost[COST_CALL] = between_calls(&ring, formats);
	}
	ring_unmap(&ring);
	if (enter >= 0)
		close(enter);
	if (leave >= 0)
		close(leave);
}
