/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "vmm/call_priv.h"
#include "vmm/signals_priv.h"

/*
 * Futexes that lend priority. The host takes up such a wait anew after every signal, so it would not come
 * back for what is the guest's or for the program's end: it is waited in slices.
 */
#define SLICE_NS 20000000
#define SECOND	 1000000000ll

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif

static struct timespec slice_end(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_nsec += SLICE_NS;
	t.tv_sec += t.tv_nsec / SECOND;
	t.tv_nsec %= SECOND;
	return t;
}

static bool before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/* futex(address, FUTEX_LOCK_PI or the like, ..., deadline) */
int64_t futex_lock(struct monitor *m, const uint64_t a[6])
{
	const struct timespec *deadline = (const struct timespec *)a[3];
	uint64_t operation = a[1] & ~(uint64_t)(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
	clockid_t clock =
		operation == FUTEX_LOCK_PI || a[1] & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;
	bool last;
	long result;

	if (operation != FUTEX_LOCK_PI && operation != FUTEX_LOCK_PI2)
		return call_host(m, SYS_futex, a);
	do {
		struct timespec until = slice_end(clock);

		last = deadline && before(deadline, &until);
		if (last)
			until = *deadline;
		result = syscall(SYS_futex, a[0], a[1], a[2], &until, NULL, 0);
	} while (result < 0 && errno == ETIMEDOUT && !last && !signals_wanted() && !loop_ending(m));
	if (result < 0)
		return errno == ETIMEDOUT && !last ? -EINTR : -errno;
	return result;
}
