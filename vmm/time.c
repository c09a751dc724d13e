/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <time.h>

#include "base/clock.h"
#include "vmm/vmm_priv.h"

/* The guest's clocks are the host's: read once with the TSC beside them (clock=tsc), or at every ask
 * (clock=exit). */
static uint64_t read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void time_set(struct monitor *m)
{
	struct abi_time *t = m->time;

	t->multiplier = (uint64_t)(((unsigned __int128)1000000000u << 32) / m->tsc_hz);
	t->base_tsc = clock_tsc();
	t->monotonic_ns = read_clock(CLOCK_MONOTONIC);
	t->realtime_ns = read_clock(CLOCK_REALTIME);
	t->boottime_ns = read_clock(CLOCK_BOOTTIME);
}

void time_exit(struct monitor *m)
{
	m->time->exit_monotonic_ns = read_clock(CLOCK_MONOTONIC);
	m->time->exit_realtime_ns = read_clock(CLOCK_REALTIME);
	m->time->exit_boottime_ns = read_clock(CLOCK_BOOTTIME);
}
