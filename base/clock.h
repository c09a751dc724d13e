/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct rusage;
struct timeval;

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t clock_now_ns(void);

/* CPU time of the calling thread in nanoseconds. */
uint64_t clock_thread_cpu_ns(void);

/* Time-stamp counter ticks; not serializing, as the stamps it is used for need no more. */
static inline uint64_t clock_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/*
 * TSC frequency in Hz, measured against CLOCK_MONOTONIC_RAW for about 20 ms, to a few millionths. Where KVM
 * tells the frequency (KVM_GET_TSC_KHZ), ask it instead. Never 0.
 */
uint64_t clock_tsc_hz(void);

/* Converts TICKS of a counter of TSC_HZ to nanoseconds, without overflow for any 64-bit count. */
uint64_t clock_ticks_to_ns(uint64_t ticks, uint64_t tsc_hz);

/* In nanoseconds: TIME, and all CPU time that getrusage(2) or wait4(2) told. */
int64_t clock_timeval_ns(const struct timeval *time);
int64_t clock_usage_ns(const struct rusage *usage);

#endif
