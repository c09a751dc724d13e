/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/observe_trace_priv.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cmd/trace_tables_priv.h"

/*
 * The account of an observed repetition by its trace. What the trace saw of a thread is exact: host calls,
 * waiting, the monitor, and where KVM tells of entries the guest as a whole. Inside of the guest its kernel's
 * own stamps divide; where KVM does not tell, they also say what of the time in KVM_RUN was the hypervisor's.
 */

#define TRIES 10 /* to read two clocks at once */

/* By both clocks at once: the closest of a few tries, since another may have the CPU in between. */
static struct trace_moment moment(void)
{
	struct trace_moment best = { 0 };
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		uint64_t before = clock_tsc(), after;
		struct timespec t;

		clock_gettime(CLOCK_MONOTONIC_RAW, &t);
		after = clock_tsc();
		if (after - before >= least)
			continue;
		least = after - before;
		best.tsc = before + least / 2;
		best.ns = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
	}
	return best;
}

bool observe_trace_wanted(bool observed, bool keep)
{
	struct error error = { 0 };
	char text[1024];
	bool able = trace_available(&error), can = observed && able;

	if (keep && !can)
		fprintf(stderr, "vmtax run: no traces are kept: %s\n",
			able ? "nothing is observed" : error_text(&error, text, sizeof(text)));
	return can;
}

void observe_trace_begin(struct observe_trace *trace, const struct launch *launch, pid_t pid)
{
	*trace = (struct observe_trace){ .path = launch->trace };
	if (launch->trace && launch->follows) {
		if (trace_follow(&trace->follower, pid, launch->trace, NULL))
			trace->follower = NULL;
		return;
	}
	if (!launch->trace || trace_open(&trace->recorder, pid, launch->trace, launch->exit_costs,
					 launch->config->native, NULL)) {
		trace->recorder = NULL;
		return;
	}
	trace->first = moment();
	if (trace_begin(trace->recorder, NULL)) {
		trace_close(trace->recorder);
		trace->recorder = NULL;
	}
}

void observe_trace_end(struct observe_trace *trace)
{
	struct error error = { 0 };
	char text[1024];
	int code;

	if (trace->follower)
		trace_follow_end(trace->follower, NULL);
	trace->follower = NULL;
	if (!trace->recorder)
		return;
	trace->last = moment();
	code = trace_end(trace->recorder, &error);
	if (code)
		fprintf(stderr, "vmtax run: %s: of this repetition there is none\n",
			error_text(&error, text, sizeof(text)));
	trace->whole = code == 0 && trace->last.tsc > trace->first.tsc;
	trace_close(trace->recorder);
	trace->recorder = NULL;
}

/* When the TSC stood at TSC, as the trace tells time. */
static uint64_t ns_at(const struct observe_trace *t, uint64_t tsc)
{
	double rate = (double)(t->last.ns - t->first.ns) / (double)(t->last.tsc - t->first.tsc);

	return t->first.ns + (uint64_t)((double)(int64_t)(tsc - t->first.tsc) * rate);
}

static int64_t known(int64_t ns)
{
	return ns == PROBE_MISSING ? 0 : ns;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void put(struct probe_account *a, enum probe_layer layer, int64_t ns, enum probe_source source)
{
	a->ns[layer] = ns;
	a->source[layer] = source;
}

/* WHOLE in the proportion of PART to ALL. */
static int64_t share(int64_t whole, int64_t part, int64_t all)
{
	return all > 0 ? (int64_t)((double)whole * (double)part / (double)all) : 0;
}

/* Time in KVM_RUN, divided as the guest kernel's stamps tell: they saw the same time, with what tracing cost
 * in it. */
static void divide_run(const struct trace_thread *t, const struct probe_account *stamps,
		       struct probe_account *a)
{
	int64_t run = (int64_t)(t->ns[LAYER_GUEST_USER] + t->ns[LAYER_HYPERVISOR]), guest, all;
	int64_t kernel = known(stamps->ns[LAYER_GUEST_KERNEL]), spin = known(stamps->ns[LAYER_SPIN]);

	/* Where KVM tells of no entries. */
	bool silent = t->sampled;

	all = known(stamps->ns[LAYER_GUEST_USER]) + kernel + spin + known(stamps->ns[LAYER_HYPERVISOR]);
	if (silent) {
		guest = run - share(run, known(stamps->ns[LAYER_HYPERVISOR]), all);
		kernel = share(run, kernel, all);
		spin = share(run, spin, all);
	} else {
		guest = (int64_t)t->ns[LAYER_GUEST_USER];
		kernel = least(kernel, guest);
		spin = least(spin, guest - kernel);
	}
	put(a, LAYER_HYPERVISOR, run - guest,
	    silent || t->inferred_ns[LAYER_HYPERVISOR] ? PROBE_INFERRED : PROBE_EXACT);
	put(a, LAYER_GUEST_KERNEL, kernel, PROBE_EXACT);
	put(a, LAYER_SPIN, spin, PROBE_EXACT);
	put(a, LAYER_GUEST_USER, guest - kernel - spin, silent ? PROBE_INFERRED : PROBE_EXACT);
}

/* A driver's code is polling but for what it serves; asleep for want of requests it waits for nothing. */
static void divide_driver(const struct trace_thread *t, const struct probe_account *stamps,
			  struct probe_account *a)
{
	int64_t monitor = (int64_t)t->ns[LAYER_MONITOR], waited = (int64_t)t->ns[LAYER_WAIT_IO];
	int64_t spin = least(known(stamps->ns[LAYER_SPIN]), monitor);
	int64_t idle = least(known(stamps->ns[LAYER_IDLE]), waited);

	put(a, LAYER_SPIN, spin, PROBE_EXACT);
	put(a, LAYER_MONITOR, monitor - spin, PROBE_EXACT);
	put(a, LAYER_IDLE, idle, PROBE_EXACT);
	put(a, LAYER_WAIT_IO, waited - idle, PROBE_EXACT);
}

static int64_t sum(const struct probe_account *a)
{
	int64_t all = 0;

	for (int i = 0; i < PROBE_LAYERS; i++)
		all += known(a->ns[i]);
	return all;
}

/* Two clocks differ by nanoseconds, and a trace may miss a part: what is left over belongs to nobody. */
static void close_account(const struct probe_account *stamps, struct probe_account *a)
{
	a->ns[LAYER_UNATTRIBUTED] += sum(stamps) - sum(a);
}

static void combine(const struct trace_thread *t, struct measurement_thread *thread)
{
	const struct probe_account *stamps = &thread->account;
	struct probe_account *a = &thread->traced;
	static const enum probe_layer plain[] = { LAYER_MONITOR, LAYER_HOST_KERNEL, LAYER_WAIT_IO,
						  LAYER_WAIT_CPU };

	for (int i = 0; i < PROBE_LAYERS; i++)
		put(a, (enum probe_layer)i, PROBE_MISSING, PROBE_INFERRED);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		put(a, plain[i], (int64_t)t->ns[plain[i]], PROBE_EXACT);
	put(a, LAYER_UNATTRIBUTED, (int64_t)t->ns[LAYER_UNATTRIBUTED], PROBE_INFERRED);
	if (t->role == TRACE_VCPU)
		divide_run(t, stamps, a);
	else if (stamps->ns[LAYER_IDLE] != PROBE_MISSING)
		divide_driver(t, stamps, a);
	else if (t->role == TRACE_PROGRAM) {
		put(a, LAYER_GUEST_USER, (int64_t)t->ns[LAYER_GUEST_USER], PROBE_EXACT);
		put(a, LAYER_MONITOR, PROBE_MISSING, PROBE_INFERRED);
	}
	close_account(stamps, a);
	thread->has_trace = true;
}

static const struct trace_thread *find(const struct trace_account *account, int32_t tid)
{
	for (size_t i = 0; i < account->threads; i++)
		if (account->thread[i].tid == tid)
			return &account->thread[i];
	return NULL;
}

/* The thread's number, from the monitor's report; a plain process has one that counts. */
static int32_t tid_of(const struct measurement *m, const char *name, pid_t pid)
{
	for (uint32_t i = 0; m->report && i < m->report->threads && i < VMM_THREADS; i++)
		if (strcmp(m->report->thread[i].name, name) == 0)
			return m->report->thread[i].tid;
	return m->report ? 0 : pid;
}

void observe_trace_account(const struct observe_trace *trace, uint64_t tsc_begin, uint64_t tsc_end, pid_t pid,
			   struct measurement *m)
{
	struct trace_account account;
	struct trace_window window;

	if (!trace->whole || tsc_begin == 0 || tsc_end <= tsc_begin)
		return;
	window =
		(struct trace_window){ .begin_ns = ns_at(trace, tsc_begin), .end_ns = ns_at(trace, tsc_end) };
	if (trace_tables_account(trace->path, &window, &account, NULL, NULL))
		return;
	for (size_t i = 0; i < m->threads; i++) {
		const struct trace_thread *t = find(&account, tid_of(m, m->thread[i].name, pid));

		if (t)
			combine(t, &m->thread[i]);
	}
	probe_samples_add(&m->samples, "trace", "process", "events_lost", "1", (double)account.lost);
	probe_samples_add(&m->samples, "trace", "recorder", "cpu", "ns", (double)account.cost[COST_RECORDER]);
	m->traced = account.reason;
	m->traced_reasons = account.reasons;
	account.reason = NULL;
	trace_account_free(&account);
}
