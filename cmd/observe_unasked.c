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

static int64_t counted_by(const struct measurement *m, const char *probe, const char *thread,
			  const char *event)
{
	int64_t count = probe_samples_find(&m->samples, probe, thread, event);

	return count > 0 ? count : 0;
}

static int64_t counted(const struct measurement *m, const char *thread, const char *statistic)
{
	return counted_by(m, "kvm-stats", thread, statistic);
}

/* Exits that are neither faults nor waited for: at least those for interrupts. */
static int64_t count_quick(const struct measurement *m, const char *thread)
{
	int64_t interrupts = counted(m, thread, "irq_exits"), quick = counted(m, thread, "exits");

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		quick -= counted(m, thread, others[i]);
	return quick > interrupts ? quick : interrupts;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * Handling the faults takes longer where the host has yet to supply the page, as the kernel counts for the
 * thread, and longer still where it copies one that it had shown to be read. Then KVM has begun in vain: such
 * faults are those that it did not fix, nor settle otherwise.
 */
static int64_t handle_faults(const struct measurement *m, const char *thread, const uint64_t *cost)
{
	static const char *const settled[] = { "pf_fixed", "pf_fast", "pf_emulate", "pf_spurious" };
	int64_t all = counted(m, thread, "pf_taken"), vain = all, supplied, copied;

	for (size_t i = 0; i < sizeof(settled) / sizeof(settled[0]); i++)
		vain -= counted(m, thread, settled[i]);
	supplied = least(counted_by(m, "stamps", thread, "pages_supplied"), all);
	copied = vain > 0 ? least(vain, supplied / 2) : 0;
	return copied * (int64_t)cost[COST_COPIED] + (supplied - 2 * copied) * (int64_t)cost[COST_FRESH] +
	       (all - supplied) * (int64_t)cost[COST_FAULT];
}

int64_t observe_unasked(const struct launch *launch, const struct measurement *m, const char *thread)
{
	static const enum trace_cost needed[] = { COST_WINDOW, COST_EXIT, COST_FAULT, COST_FRESH,
						  COST_COPIED };
	const uint64_t *cost = launch->exit_costs;
	int64_t faults = counted(m, thread, "pf_taken"), quick = count_quick(m, thread), all, recording;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!cost || !cost[needed[i]])
			return 0;
	all = (faults + quick) * (int64_t)cost[COST_WINDOW] + quick * (int64_t)cost[COST_EXIT] +
	      handle_faults(m, thread, cost);
	recording = (3 * faults + 2 * quick) * (int64_t)cost[COST_EVENT];
	if (launch->trace)
		return all;
	return all > recording ? all - recording : 0;
}

int64_t observe_switching(const struct launch *launch, uint64_t switches)
{
	return launch->trace && launch->exit_costs ? (int64_t)(switches * launch->exit_costs[COST_SWITCH])
						   : 0;
}

int64_t observe_preempted(const struct launch *launch, const struct vmm_usage *usage, int64_t delay)
{
	int64_t lost = (int64_t)usage->switches - (int64_t)usage->waits, early;

	if (!launch->trace || !launch->exit_costs || lost < 0 || delay < 0)
		return 0;
	early = lost * (int64_t)launch->exit_costs[COST_EVENT];
	return least(early, delay);
}
