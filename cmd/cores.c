/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/cores_priv.h"

void cores_get(cpu_set_t *cores)
{
	if (sched_getaffinity(0, sizeof(*cores), cores))
		CPU_ZERO(cores); /* more cores than the set holds: nobody is pinned */
}

/* The one that vCPUs and native-tuned programs are pinned to. -1: there is none. */
static int last_of(const cpu_set_t *cores)
{
	for (int core = CPU_SETSIZE - 1; core >= 0; core--)
		if (CPU_ISSET((unsigned)core, cores))
			return core;
	return -1;
}

cpu_set_t cores_of(const cpu_set_t *cores, int turn, int most)
{
	int count = CPU_COUNT(cores), place = 0;
	cpu_set_t set;

	if (most <= 0 || most >= count)
		return *cores;
	CPU_ZERO(&set);
	for (int core = CPU_SETSIZE - 1; core >= 0; core--)
		if (CPU_ISSET((unsigned)core, cores) && (place++ - turn % count + count) % count < most)
			CPU_SET((unsigned)core, &set);
	return set;
}

void cores_yield(const cpu_set_t *cores)
{
	cpu_set_t others = *cores;

	if (CPU_COUNT(cores) < 2)
		return;
	CPU_CLR((unsigned)last_of(cores), &others);
	cores_use(&others);
}

int cores_use(const cpu_set_t *cores)
{
	return CPU_COUNT(cores) ? sched_setaffinity(0, sizeof(*cores), cores) : 0;
}
