/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/observe_priv.h"
#include "probes/trace.h"

/*
 * What KVM did for a guest that did not wait for it: no stamp tells. Its statistics count faults on guest
 * memory, and interrupts of the host's that came while the guest ran; what each takes was found out
 * beforehand, with its events recorded: exit and entry, and of a fault one more.
 */
static const struct {
	const char *statistic;
	bool fault;
} served[] = { { "pf_taken", true }, { "irq_exits", false } };

int64_t observe_unasked(const struct launch *launch, const struct measurement *m, const char *thread)
{
	const uint64_t *cost = launch->exit_costs;
	int64_t all = 0;

	if (!cost || !cost[COST_WINDOW] || !cost[COST_FAULT])
		return 0;
	for (size_t i = 0; i < sizeof(served) / sizeof(served[0]); i++) {
		int64_t count = probe_samples_find(&m->samples, "kvm-stats", thread, served[i].statistic);
		int64_t fault = served[i].fault ? (int64_t)cost[COST_FAULT] : 0;
		int64_t event = (int64_t)cost[COST_EVENT];
		int64_t each = (int64_t)cost[COST_WINDOW] + event + fault;

		if (!launch->trace)
			each -= (served[i].fault ? 3 : 2) * event;
		if (count > 0 && each > 0)
			all += count * each;
	}
	return all;
}
