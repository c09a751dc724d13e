/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdio.h>

#include "base/units.h"
#include "cmd/profile_priv.h"
#include "vmm/vmm.h"

/* The summary of a profile. */
#define KINDS_SHOWN 8
#define VARIES	    1.2 /* runs so many times as long as others are told */

struct sums {
	uint64_t host, guest, late, bytes;
	uint64_t serial; /* of host: on the critical path */
	bool known;	 /* which is */
};

static struct sums sum(const struct profile *p)
{
	struct sums s = { 0 };
	enum trace_request request[TRACE_CALLS];

	profile_requests(request);
	for (int i = 0; i < TRACE_CALLS; i++) {
		const struct trace_call *call = p->trace.call[i];

		if (!call)
			continue;
		*(request[i] ? &s.host : &s.guest) += call->count;
		s.late += call->late;
		s.bytes += request[i] ? call->bytes : 0;
		s.serial += request[i] ? call->share.serial : 0;
		s.known |= call->share.known;
	}
	return s;
}

/* The kinds of calls made most, in order. */
static void show_kinds(const struct profile *p)
{
	bool shown[TRACE_CALLS] = { false };

	for (int n = 0; n < KINDS_SHOWN; n++) {
		const char *served, *refused, *name;
		const struct trace_call *call;
		char bytes[32], gap[32];
		int most = -1;

		for (int i = 0; i < TRACE_CALLS; i++)
			if (p->trace.call[i] && !shown[i] &&
			    (most < 0 || p->trace.call[i]->count > p->trace.call[most]->count))
				most = i;
		if (most < 0)
			return;
		shown[most] = true;
		call = p->trace.call[most];
		name = vmm_syscall(most, &served, &refused);
		printf("  %-16s %9llu  %-11s %10s  %s\n", name ? name : "?", (unsigned long long)call->count,
		       served,
		       call->bytes ? units_print_bytes((double)call->bytes, bytes, sizeof(bytes)) : "-",
		       call->gap.count
			       ? units_print_time((double)hist_quantile(&call->gap, 0.5), gap, sizeof(gap))
			       : "-");
	}
}

void profile_show(const struct profile *p)
{
	char wall[32], cpu[32], counted[32], bytes[32];
	struct sums s = sum(p);

	if (isnan(p->wall_ns))
		printf("%s: CPU %s in %s%s\n", p->program, units_print_time(p->cpu_ns, cpu, sizeof(cpu)),
		       units_print_time(p->observed_ns, counted, sizeof(counted)),
		       p->ended ? ", when it ended" : "");
	else
		printf("%s: %s, CPU %s; counted in a run of %s\n", p->program,
		       units_print_time(p->wall_ns, wall, sizeof(wall)),
		       units_print_time(p->cpu_ns, cpu, sizeof(cpu)),
		       units_print_time(p->observed_ns, counted, sizeof(counted)));
	if (p->slowest_ns > VARIES * p->fastest_ns)
		printf("! its runs took %s to %s: others kept the machine busy, or it varies\n",
		       units_print_time(p->fastest_ns, wall, sizeof(wall)),
		       units_print_time(p->slowest_ns, cpu, sizeof(cpu)));
	if (!p->traced)
		return;
	if (!isnan(p->slowdown))
		printf("  watching took some %.3g %% more of its CPU time, which is left out: %llu events of "
		       "%llu ns\n",
		       100 * p->slowdown, (unsigned long long)p->trace.events,
		       (unsigned long long)p->trace.event_cost_ns);
	if (p->trace.lost)
		printf("! %llu events were lost: all that follows is too little\n",
		       (unsigned long long)p->trace.lost);
	if (p->followed)
		printf("  calls counted in a run of %s, stopped %llu times for %llu ns each\n",
		       units_print_time(p->followed_ns, counted, sizeof(counted)),
		       (unsigned long long)p->trace.events, (unsigned long long)p->trace.event_cost_ns);
	printf("  %llu calls would be requests to the host (%s; %llu of them after %d us\n  without any), "
	       "%llu "
	       "the guest kernel serves\n",
	       (unsigned long long)s.host, units_print_bytes((double)s.bytes, bytes, sizeof(bytes)),
	       (unsigned long long)s.late, VMM_SPIN_US, (unsigned long long)s.guest);
	if (!p->followed)
		printf("  %llu wake-ups (%llu on another CPU), %llu waits (%llu until a time was up)\n",
		       (unsigned long long)p->trace.wakes, (unsigned long long)p->trace.cross_wakes,
		       (unsigned long long)p->trace.waits, (unsigned long long)p->trace.timeouts);
	printf("  %llu threads and processes started", (unsigned long long)p->trace.tasks);
	if (p->trace.tasks && s.known)
		printf("; %llu of the requests are on the critical path", (unsigned long long)s.serial);
	putchar('\n');
	printf("  %-16s %9s  %-11s %10s  %s\n", "call", "count", "served by", "bytes", "apart, median");
	show_kinds(p);
}
