/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/* Time: from the TSC and what the monitor wrote into struct abi_time, or by a port read (clock=exit). */
enum {
	CLOCK_REALTIME = 0,
	CLOCK_MONOTONIC = 1,
	CLOCK_MONOTONIC_RAW = 4,
	CLOCK_REALTIME_COARSE = 5,
	CLOCK_MONOTONIC_COARSE = 6,
	CLOCK_BOOTTIME = 7,
	TIMER_ABSTIME = 1,
};

#define SECOND 1000000000ull
#define TIME   ((const volatile struct abi_time *)at(ABI_TIME))

struct timespec {
	int64_t seconds, nanoseconds;
};

int64_t clock_read(uint64_t clock, uint64_t *ns)
{
	const volatile struct abi_time *t = TIME;
	bool real = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE, boot = clock == CLOCK_BOOTTIME;
	uint64_t ticks;

	if (!real && !boot && clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_RAW &&
	    clock != CLOCK_MONOTONIC_COARSE)
		return -EINVAL;
	if (BOOT->clock_exit) {
		ticks = tsc();
		port_read(ABI_PORT_CLOCK);
		ACCOUNT->wait_tsc += tsc() - ticks;
		*ns = real ? t->exit_realtime_ns : boot ? t->exit_boottime_ns : t->exit_monotonic_ns;
		return 0;
	}
	ticks = tsc() - t->base_tsc;
	*ns = (uint64_t)((unsigned __int128)ticks * t->multiplier >> 32);
	*ns += real ? t->realtime_ns : boot ? t->boottime_ns : t->monotonic_ns;
	return 0;
}

/* clock_gettime(clock, timespec); CPU-time clocks are the host's to read */
int64_t clock_gettime_call(struct syscall_frame *f)
{
	uint64_t ns;

	if (clock_read(f->rdi, &ns))
		return forward_call(ABI_CALL_clock_gettime, f->argument);
	if (!user_writable(f->rsi, sizeof(struct timespec)))
		return -EFAULT;
	*(struct timespec *)f->rsi = (struct timespec){ (int64_t)(ns / SECOND), (int64_t)(ns % SECOND) };
	return 0;
}

/* gettimeofday(timeval, timezone) */
int64_t clock_gettimeofday_call(struct syscall_frame *f)
{
	uint64_t ns;

	clock_read(CLOCK_REALTIME, &ns);
	if (f->rdi && !user_writable(f->rdi, 16))
		return -EFAULT;
	if (f->rdi)
		*(struct timespec *)f->rdi =
			(struct timespec){ (int64_t)(ns / SECOND), (int64_t)(ns % SECOND / 1000) };
	return 0;
}

/* time(pointer) */
int64_t clock_time_call(struct syscall_frame *f)
{
	uint64_t ns;

	clock_read(CLOCK_REALTIME, &ns);
	if (f->rdi && !user_writable(f->rdi, 8))
		return -EFAULT;
	if (f->rdi)
		*(uint64_t *)f->rdi = ns / SECOND;
	return (int64_t)(ns / SECOND);
}

/* With idle=poll a sleeping guest keeps its core, as one whose HLT is not intercepted would; but not when
 * another thread is in want of it. */
static int64_t spin_until(uint64_t clock, uint64_t deadline)
{
	uint64_t start = tsc(), waited = ACCOUNT->wait_tsc, now, spun;
	int64_t error;

	while (!(error = clock_read(clock, &now)) && now < deadline && !DATA->work)
		if (thread_fit(BOOT->cores))
			relax();
		else
			port_write(ABI_PORT_YIELD, UINT8_MAX);
	/* Reading a clock by exit has counted as waiting, and does not spin. */
	spun = tsc() - start - (ACCOUNT->wait_tsc - waited);
	ACCOUNT->spin_tsc += spun;
	ACCOUNT->wait_tsc += spun;
	return error || now >= deadline ? error : -EINTR;
}

/* clock_nanosleep(clock, flags, request, remainder) */
static int64_t nap(uint64_t clock, uint64_t flags, uint64_t request, uint64_t remainder)
{
	const struct timespec *t = (const void *)request;
	uint64_t now, deadline, arguments[6] = { clock, flags, request, remainder };
	int64_t result;

	if (!user_readable(request, sizeof(*t)))
		return -EFAULT;
	if (t->seconds < 0 || t->nanoseconds < 0 || t->nanoseconds >= (int64_t)SECOND)
		return -EINVAL;
	if (!BOOT->idle_poll || !thread_fit(BOOT->cores) || clock_read(clock, &now))
		return forward_call(ABI_CALL_clock_nanosleep, arguments);
	deadline = (uint64_t)t->seconds * SECOND + (uint64_t)t->nanoseconds;
	if (flags & TIMER_ABSTIME)
		return spin_until(clock, deadline);
	deadline += now;
	result = spin_until(clock, deadline);
	if (result == -EINTR && remainder && user_writable(remainder, sizeof(*t)) &&
	    !clock_read(clock, &now)) {
		deadline = deadline > now ? deadline - now : 0;
		*(struct timespec *)remainder =
			(struct timespec){ (int64_t)(deadline / SECOND), (int64_t)(deadline % SECOND) };
	}
	return result;
}

int64_t clock_nanosleep_call(struct syscall_frame *f)
{
	return nap(f->rdi, f->rsi, f->rdx, f->r10);
}

/* nanosleep(request, remainder) */
int64_t clock_sleep_call(struct syscall_frame *f)
{
	return nap(CLOCK_MONOTONIC, 0, f->rdi, f->rsi);
}
