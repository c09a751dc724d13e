/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/clock.h"

#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

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

/* The kernel converts ticks as ns = ticks * time_mult >> time_shift; 0 where it does not say. */
static uint64_t kernel_hz(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
					.size = sizeof(attr),
					.config = PERF_COUNT_SW_DUMMY,
					.exclude_kernel = 1 };
	int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	long page = sysconf(_SC_PAGESIZE);
	struct perf_event_mmap_page *map;
	uint64_t hz = 0;

	if (fd < 0)
		return 0;
	map = mmap(NULL, (size_t)page, PROT_READ, MAP_SHARED, fd, 0);
	if (map != MAP_FAILED) {
		if (map->cap_user_time && map->time_mult)
			hz = (uint64_t)(((unsigned __int128)SECOND << map->time_shift) / map->time_mult);
		munmap(map, (size_t)page);
	}
	close(fd);
	return hz;
}

static uint64_t measured_hz(void)
{
	uint64_t start_ns = read_ns(CLOCK_MONOTONIC_RAW), start = clock_tsc(), now_ns;

	do
		now_ns = read_ns(CLOCK_MONOTONIC_RAW);
	while (now_ns - start_ns < MEASURE_NS);
	return (uint64_t)((unsigned __int128)(clock_tsc() - start) * SECOND / (now_ns - start_ns));
}

uint64_t clock_tsc_hz(void)
{
	uint64_t hz = kernel_hz();

	return hz ? hz : measured_hz();
}

uint64_t clock_ticks_to_ns(uint64_t ticks, uint64_t tsc_hz)
{
	return (uint64_t)((unsigned __int128)ticks * SECOND / tsc_hz);
}
