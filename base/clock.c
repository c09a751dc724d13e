/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/clock.h"

#include <sys/resource.h>
#include <time.h>

#define SECOND	   1000000000ull
#define MEASURE_NS 20000000ull

static uint64_t read_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

uint64_t clock_now_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

uint64_t clock_thread_cpu_ns(void)
{
	return read_ns(CLOCK_THREAD_CPUTIME_ID);
}

/* One moment on both clocks. */
struct moment {
	uint64_t tsc;
	uint64_t ns;
};

/* Of a few readings the one with the least time between its two TSC reads: no interrupt came between. */
static struct moment read_moment(void)
{
	struct moment best = { 0, 0 };
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < 16; i++) {
		uint64_t before = clock_tsc(), ns = read_ns(CLOCK_MONOTONIC_RAW), gap = clock_tsc() - before;

		if (gap < least) {
			least = gap;
			best = (struct moment){ before + gap / 2, ns };
		}
	}
	return best;
}

uint64_t clock_tsc_hz(void)
{
	struct moment start = read_moment(), end;

	do
		end = read_moment();
	while (end.ns - start.ns < MEASURE_NS);
	return (uint64_t)((unsigned __int128)(end.tsc - start.tsc) * SECOND / (end.ns - start.ns));
}

uint64_t clock_ticks_to_ns(uint64_t ticks, uint64_t tsc_hz)
{
	return (uint64_t)((unsigned __int128)ticks * SECOND / tsc_hz);
}

int64_t clock_timeval_ns(const struct timeval *time)
{
	return time->tv_sec * 1000000000ll + time->tv_usec * 1000ll;
}

int64_t clock_usage_ns(const struct rusage *usage)
{
	return clock_timeval_ns(&usage->ru_utime) + clock_timeval_ns(&usage->ru_stime);
}
