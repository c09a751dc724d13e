/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/hist.h"
#include "probes/trace_priv.h"

/* What waking a thread that sleeps on an eventfd takes who wakes it, beyond a write that wakes nobody. */
#define WAKES	     40
#define TRIES	     3
#define SLEEP	     200000 /* ns until it sleeps again */
#define SLEEPER_ENDS 1000000

static void *sleeper(void *argument)
{
	const int *fd = argument;
	uint64_t value = 0;

	while (value < SLEEPER_ENDS && read(*fd, &value, sizeof(value)) == sizeof(value))
		;
	return NULL;
}

/* The median of writes to FD, with a rest of REST ns before each; 0: it failed. */
static uint64_t time_writes(int fd, long rest, struct hist *hist)
{
	const struct timespec pause = { .tv_nsec = rest };
	uint64_t one = 1;

	*hist = (struct hist){ 0 };
	for (int i = 0; i < WAKES; i++) {
		uint64_t begun;

		nanosleep(&pause, NULL);
		begun = trace_now_ns();
		if (write(fd, &one, sizeof(one)) != sizeof(one))
			return 0;
		hist_add(hist, trace_now_ns() - begun);
	}
	return hist_quantile(hist, 0.5);
}

uint64_t trace_wake_cost_ns(void)
{
	struct hist *hist = malloc(sizeof(*hist));
	int slept = eventfd(0, EFD_CLOEXEC), idle = eventfd(0, EFD_CLOEXEC);
	uint64_t with = 0, without = 0, end = SLEEPER_ENDS;
	pthread_t thread;

	if (hist && slept >= 0 && idle >= 0 && pthread_create(&thread, NULL, sleeper, &slept) == 0) {
		/* Where others have the CPUs it may not have slept. */
		for (int i = 0; with <= without && i < TRIES; i++) {
			with = time_writes(slept, SLEEP, hist);
			without = time_writes(idle, SLEEP, hist);
		}
		if (write(slept, &end, sizeof(end)) != sizeof(end))
			pthread_cancel(thread);
		pthread_join(thread, NULL);
	}
	if (slept >= 0)
		close(slept);
	if (idle >= 0)
		close(idle);
	free(hist);
	return with > without ? with - without : 0;
}
