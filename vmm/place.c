/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <sched.h>
#include <stdio.h>

#include "vmm/vmm_priv.h"

/*
 * Which cores threads run on: the vCPUs share as many of the allowed cores as the guest is to have, counted
 * from the end. With scheduling=pinned each has one of these to itself, while they last, and the driver has
 * the core before the first's.
 */

/* The core of SET that is N-th from the end, counted round, or -1. */
static int core_from_end(const cpu_set_t *set, int n)
{
	int count = CPU_COUNT(set);

	n = count > 0 ? n % count : 0;
	for (int core = CPU_SETSIZE - 1; core >= 0; core--)
		if (CPU_ISSET(core, set) && n-- == 0)
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

/* The cores the vCPUs may use: the last CPUS of ALL, or all. */
static cpu_set_t guest_cores(const cpu_set_t *all, uint32_t cpus)
{
	cpu_set_t set = *all;

	for (int core = 0; core < CPU_SETSIZE && cpus > 0 && CPU_COUNT(&set) > (int)cpus; core++)
		CPU_CLR(core, &set);
	return set;
}

int place_vcpu(struct vcpu *v)
{
	struct sched_param priority = { .sched_priority = 1 };
	struct monitor *m = v->monitor;
	unsigned wanted = m->config.value[VMM_SCHEDULING];
	int error;

	if (wanted == VMM_SCHEDULING_SHARED || !m->first)
		error = pthread_setaffinity_np(pthread_self(), sizeof(m->allowed), &m->allowed);
	else
		error = pin(pthread_self(), core_from_end(&m->allowed, (int)v->id));
	if (error == 0 && wanted == VMM_SCHEDULING_FIFO)
		error = pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);
	return error;
}

int place_count(struct monitor *m)
{
	cpu_set_t all;

	if (sched_getaffinity(0, sizeof(all), &all))
		return error_set(m->error, errno, "cannot see which cores are allowed");
	m->allowed = guest_cores(&all, m->options->cpus);
	return CPU_COUNT(&m->allowed);
}

/*
 * Processes forked by the program are not pinned: which of them should have which core only the scheduler
 * knows, and those of the first may be all there are.
 *
 * Places the first vCPU's thread and the driver; both cores are chosen before either thread's mask shrinks.
 */
int place_threads(struct monitor *m)
{
	cpu_set_t all;
	int error = 0;

	if (!m->first) {
		place_nowhere(m);
		return 0;
	}
	if (sched_getaffinity(0, sizeof(all), &all))
		all = m->allowed;
	if (m->driver_runs && m->config.value[VMM_SCHEDULING] != VMM_SCHEDULING_SHARED)
		pin(m->driver, core_from_end(&all, 1));
	if (m->config.value[VMM_SCHEDULING] != VMM_SCHEDULING_SHARED || m->options->cpus)
		error = place_vcpu(m->main);
	if (error)
		return error_fail(m->error, error, "use --set scheduling=shared",
				  "cannot place the vCPU's thread");
	return 0;
}
