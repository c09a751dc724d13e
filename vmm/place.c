/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <sched.h>
#include <stdio.h>

#include "vmm/vmm_priv.h"

/* Which cores threads run on: with scheduling=pinned the vCPU has the last allowed core and the driver the
 * one before. */

/* The allowed core that is N-th from the end, or -1. */
static int core_from_end(int n)
{
	cpu_set_t allowed;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return -1;
	for (int core = CPU_SETSIZE - 1; core >= 0; core--)
		if (CPU_ISSET(core, &allowed) && n-- == 0)
			return core;
	return -1;
}

static int pin(pthread_t thread, int core)
{
	cpu_set_t set;

	if (core < 0)
		return EINVAL;
	CPU_ZERO(&set);
	CPU_SET(core, &set);
	return pthread_setaffinity_np(thread, sizeof(set), &set);
}

void place_nowhere(const struct monitor *m)
{
	if (CPU_COUNT(&m->allowed) > 0)
		sched_setaffinity(0, sizeof(m->allowed), &m->allowed);
}

/*
 * Processes forked by the program are not pinned: which of them should have which core only the scheduler
 * knows, and those of the first may be all there are.
 *
 * Pins the vCPU's thread and the driver; both cores are chosen before either thread's mask shrinks. */
int place_threads(struct monitor *m)
{
	struct sched_param priority = { .sched_priority = 1 };
	unsigned wanted = m->config.value[VMM_SCHEDULING];
	int vcpu = core_from_end(0), driver = core_from_end(1), error;

	if (m->first)
		sched_getaffinity(0, sizeof(m->allowed), &m->allowed);
	else
		place_nowhere(m);
	if (wanted == VMM_SCHEDULING_SHARED || !m->first)
		return 0;
	if (m->driver_runs)
		pin(m->driver, driver >= 0 ? driver : vcpu);
	error = pin(pthread_self(), vcpu);
	if (error == 0 && wanted == VMM_SCHEDULING_FIFO)
		error = pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);
	if (error)
		return error_fail(m->error, error, "use --set scheduling=shared",
				  "cannot place the vCPU's thread");
	return 0;
}
