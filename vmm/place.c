/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <sched.h>
#include <stdio.h>

#include "vmm/vmm_priv.h"

/*
 * Which cores threads run on: the vCPUs share as many of the allowed cores as the guest is to have, counted
 * from the end. A thread that asked for cores has those. With scheduling=pinned each has one of these to
 * itself, and the drivers have those before them, while cores last: vCPUs that come later run wherever the
 * host's scheduler finds room, and so do the drivers from the moment that a vCPU needs the core of one.
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
	if (CPU_COUNT(&m->all) > 0)
		sched_setaffinity(0, sizeof(m->all), &m->all);
}

/* The N-th core that this VM takes: it begins where others that run at once leave off. */
static int core_in_turn(const struct monitor *m, int n)
{
	return core_from_end(&m->all, (int)m->options->turn + n);
}

/* The cores the vCPUs may use: the first CPUS in turn, or all. */
static cpu_set_t guest_cores(const struct monitor *m)
{
	int cpus = (int)m->options->cpus;
	cpu_set_t set;

	if (cpus == 0 || cpus >= CPU_COUNT(&m->all))
		return m->all;
	CPU_ZERO(&set);
	for (int n = 0; n < cpus; n++)
		CPU_SET(core_in_turn(m, n), &set);
	return set;
}

int place_cores(struct monitor *m)
{
	int guest, beside;

	if (sched_getaffinity(0, sizeof(m->all), &m->all))
		return error_set(m->error, errno, "cannot see which cores are allowed");
	m->allowed = guest_cores(m);
	guest = CPU_COUNT(&m->allowed);
	beside = CPU_COUNT(&m->all) - (int)driver_count(m);
	m->driven = beside < 1 ? 1 : beside < guest ? beside : guest;
	m->report->cores = (uint32_t)guest;
	m->report->cores_allowed = (uint32_t)CPU_COUNT(&m->all);
	return 0;
}

/* Processes forked by the program are not pinned: which of them should have which core only the scheduler
 * knows, and those of the first may be all there are. */
static bool pins(const struct monitor *m)
{
	return m->first && m->config.value[VMM_SCHEDULING] != VMM_SCHEDULING_SHARED;
}

static int fix(struct vcpu *v, const cpu_set_t *set)
{
	return pthread_setaffinity_np(v->host, sizeof(*set), set);
}

int place_vcpu(struct vcpu *v)
{
	struct sched_param priority = { .sched_priority = 1 };
	struct monitor *m = v->monitor;
	bool chosen = CPU_COUNT(&v->wanted) > 0;
	int guest = CPU_COUNT(&m->allowed), id = (int)v->id, error;
	int core = chosen || guest == 0 ? core_from_end(&v->wanted, id) : core_in_turn(m, id % guest);

	v->channel->core = (uint32_t)affinity_number(m, core);
	if (chosen)
		return fix(v, &v->wanted);
	if (!pins(m) || (int)v->id >= CPU_COUNT(&m->allowed))
		return fix(v, &m->allowed);
	error = pin(v->host, core);
	if (error == 0 && m->config.value[VMM_SCHEDULING] == VMM_SCHEDULING_FIFO)
		error = pthread_setschedparam(v->host, SCHED_FIFO, &priority);
	return error;
}

void place_drivers(const struct monitor *m)
{
	bool room = (int)atomic_load(&m->vcpus) <= m->driven;

	for (unsigned i = 0; i < m->drivers && pins(m); i++)
		if (room)
			pin(m->driver[i].host, core_in_turn(m, m->driven + (int)i));
		else
			pthread_setaffinity_np(m->driver[i].host, sizeof(m->all), &m->all);
}

int place_threads(struct monitor *m)
{
	int error = place_vcpu(m->main);

	if (error)
		return error_fail(m->error, error, "use --set scheduling=shared",
				  "cannot place the vCPU's thread");
	place_drivers(m);
	return 0;
}
