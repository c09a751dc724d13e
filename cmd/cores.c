/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/cores_priv.h"

#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"

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

double cores_others_ns(const cpu_set_t *cores)
{
	unsigned long long user, nice, system, irq, softirq, ticks = 0;
	FILE *file = fopen("/proc/stat", "re");
	struct rusage own, children;
	char line[512];
	unsigned core;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "cpu%u %llu %llu %llu %*u %*u %llu %llu", &core, &user, &nice, &system, &irq,
			   &softirq) == 6 &&
		    core < CPU_SETSIZE && CPU_ISSET(core, cores))
			ticks += user + nice + system + irq + softirq;
	if (file)
		fclose(file);
	getrusage(RUSAGE_SELF, &own);
	getrusage(RUSAGE_CHILDREN, &children);
	return ticks ? (double)ticks * 1e9 / (double)sysconf(_SC_CLK_TCK) - (double)clock_usage_ns(&own) -
			       (double)clock_usage_ns(&children)
		     : (double)NAN;
}
