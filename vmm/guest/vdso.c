/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest_abi.h"

/*
 * The vDSO: code the program calls to read a clock without a system call, found by its C library through
 * AT_SYSINFO_EHDR. It is a shared object of its own, which the guest kernel carries and maps at ABI_VDSO,
 * behind the page that holds struct abi_time. There is no getcpu: rdpid would tell the host's processor.
 */
#define TIME   ((const struct abi_time *)ABI_VDSO_TIME)
#define SECOND 1000000000ull

enum { REALTIME, MONOTONIC, MONOTONIC_RAW = 4, REALTIME_COARSE, MONOTONIC_COARSE, BOOTTIME };
enum { SYS_GETTIMEOFDAY = 96, SYS_CLOCK_GETTIME = 228 };

struct pair {
	int64_t seconds, rest;
};

static long call(long number, long a, long b)
{
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b) : "rcx", "r11", "memory");
	return result;
}

/* Nanoseconds since BASE_NS was the time. The fence keeps the reading from going ahead of what came before.
 */
static uint64_t since(uint64_t base_ns)
{
	uint32_t low, high;
	uint64_t ticks;

	__asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high) : : "memory");
	ticks = ((uint64_t)high << 32 | low) - TIME->base_tsc;
	return base_ns + (uint64_t)((unsigned __int128)ticks * TIME->multiplier >> 32);
}

int __vdso_clock_gettime(int clock, struct pair *time);
int __vdso_clock_gettime(int clock, struct pair *time)
{
	uint64_t ns;

	if (clock == MONOTONIC || clock == MONOTONIC_RAW || clock == MONOTONIC_COARSE)
		ns = since(TIME->monotonic_ns);
	else if (clock == REALTIME || clock == REALTIME_COARSE)
		ns = since(TIME->realtime_ns);
	else if (clock == BOOTTIME)
		ns = since(TIME->boottime_ns);
	else
		return (int)call(SYS_CLOCK_GETTIME, clock, (long)time);
	time->seconds = (int64_t)(ns / SECOND);
	time->rest = (int64_t)(ns % SECOND);
	return 0;
}

int __vdso_gettimeofday(struct pair *time, void *zone);
int __vdso_gettimeofday(struct pair *time, void *zone)
{
	uint64_t ns;

	if (zone)
		return (int)call(SYS_GETTIMEOFDAY, (long)time, (long)zone);
	ns = since(TIME->realtime_ns);
	if (time)
		*time = (struct pair){ (int64_t)(ns / SECOND), (int64_t)(ns % SECOND / 1000) };
	return 0;
}

int64_t __vdso_time(int64_t *time);
int64_t __vdso_time(int64_t *time)
{
	int64_t seconds = (int64_t)(since(TIME->realtime_ns) / SECOND);

	if (time)
		*time = seconds;
	return seconds;
}
