/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/observe_priv.h"
#include "probes/trace.h"

/*
 * What KVM did for a guest that did not wait for it: no stamp tells. Its statistics count faults on guest
 * memory, interrupts of the host's that came while the guest ran, and exits in all. Of these a guest waits
 * for some, and for the end of each interrupt it is given; the rest, as instructions that the processor does
 * not let it have (cpuid, above all as a program starts), are quick. What each takes was found out
 * beforehand, with its events recorded: exit and entry, and of a fault one more.
 */
static const char *const others[] = { "pf_taken",	  "io_exits",	      "mmio_exits",    "halt_exits",
				      "irq_window_exits", "nmi_window_exits", "irq_injections" };

static int64_t counted(const struct measurement *m, const char *thread, const char *statistic)
{
	int64_t count = probe_samples_find(&m->samples, "kvm-stats", thread, statistic);

	return count > 0 ? count : 0;
}

/* Exits that are neither faults nor waited for: at least those for interrupts. */
static int64_t count_quick(const struct measurement *m, const char *thread)
{
	int64_t interrupts = counted(m, thread, "irq_exits"), quick = counted(m, thread, "exits");

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		quick -= counted(m, thread, others[i]);
	return quick > interrupts ? quick : interrupts;
}

/* COUNT times what takes NS with EVENTS recorded. */
static int64_t take(int64_t count, uint64_t ns, uint64_t events, const struct launch *launch)
{
	int64_t each = (int64_t)ns - (launch->trace ? 0 : (int64_t)(events * launch->exit_costs[COST_EVENT]));

	return each > 0 ? count * each : 0;
}

int64_t observe_unasked(const struct launch *launch, const struct measurement *m, const char *thread)
{
	const uint64_t *cost = launch->exit_costs;

	if (!cost || !cost[COST_WINDOW] || !cost[COST_EXIT] || !cost[COST_FAULT])
		return 0;
	return take(counted(m, thread, "pf_taken"), cost[COST_WINDOW] + cost[COST_EVENT] + cost[COST_FAULT],
		    3, launch) +
	       take(count_quick(m, thread), cost[COST_WINDOW] + cost[COST_EXIT], 2, launch);
}
