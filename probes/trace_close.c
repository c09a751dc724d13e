/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>

#include "probes/trace_priv.h"

/* The end of an account: what no event told is divided by the kernel's ticks. */

static uint64_t ticks_of(const struct thread *t, enum trace_kind kind)
{
	const struct ticks *ticks = &t->ticks[kind - TRACE_TICKS];

	return ticks->last.value > ticks->first.value ? ticks->last.value - ticks->first.value : 0;
}

/* What a thread did in KVM_RUN before it was known to be there is divided as what came after. */
static void divide_dark(struct thread *t)
{
	uint64_t *ns = t->sum.ns, run = ns[LAYER_GUEST_USER] + ns[LAYER_HYPERVISOR] - t->dark_ns;
	uint64_t guest =
		run ? (uint64_t)((double)t->dark_ns * (double)ns[LAYER_GUEST_USER] / (double)run) : 0;

	ns[LAYER_GUEST_USER] += guest;
	ns[LAYER_HYPERVISOR] -= guest;
	t->sum.inferred_ns[LAYER_GUEST_USER] += guest;
	t->sum.inferred_ns[LAYER_HYPERVISOR] += t->dark_ns - guest;
}

/*
 * Where nothing tells when a guest runs, the kernel's ticks do, by samples (proc(5), guest_time). They miss
 * what KVM does between two entries that it does not account for.
 */
static void divide_run(struct thread *t)
{
	uint64_t ticks = ticks_of(t, TRACE_TICKS), run = t->sum.ns[LAYER_HYPERVISOR];
	const struct ticks *seen = &t->ticks[0];

	/* Of a trace that ended before its time they cover a part: what came after was as what came before.
	 */
	if (seen->last.run_ns > seen->first.run_ns)
		ticks = (uint64_t)((double)ticks * (double)run /
				   (double)(seen->last.run_ns - seen->first.run_ns));
	t->sum.sampled = true;
	t->sum.ns[LAYER_GUEST_USER] = ticks < run ? ticks : run;
	t->sum.ns[LAYER_HYPERVISOR] = run - t->sum.ns[LAYER_GUEST_USER];
}

/* One that ran all the time without a system call: the ticks say in what. */
static void divide_unplaced(struct thread *t)
{
	uint64_t guest = ticks_of(t, TRACE_TICKS), user = ticks_of(t, TRACE_USER_TICKS);
	uint64_t system = ticks_of(t, TRACE_SYSTEM_TICKS), all = user + system,
		 own = user > guest ? user - guest : 0;

	if (t->unplaced == 0 || all == 0)
		return;
	t->sum.sampled = true;
	t->sum.ns[LAYER_UNATTRIBUTED] -= t->unplaced;
	own = (uint64_t)((double)t->unplaced * (double)own / (double)all);
	system = (uint64_t)((double)t->unplaced * (double)system / (double)all);
	t->sum.ns[LAYER_MONITOR] += own;
	t->sum.ns[guest ? LAYER_HYPERVISOR : LAYER_HOST_KERNEL] += system;
	t->sum.ticked_ns[LAYER_MONITOR] = own;
	t->sum.ticked_ns[LAYER_HOST_KERNEL] = guest ? 0 : system;
	t->sum.ns[LAYER_GUEST_USER] += t->unplaced - own - system;
	t->sum.role = guest ? TRACE_VCPU : t->sum.role;
}

/* Where nothing ran a guest, there was no monitor: the threads are a plain program's. */
static void take_for_program(struct thread *t)
{
	t->sum.role = TRACE_PROGRAM;
	t->sum.ns[LAYER_GUEST_USER] += t->sum.ns[LAYER_MONITOR];
	t->sum.ns[LAYER_MONITOR] = t->sum.ticked_ns[LAYER_MONITOR] = 0;
}

int trace_machine_close(struct trace_machine *m, uint64_t end_ns, struct trace_account *account)
{
	struct trace_thread *thread = calloc(m->count + 1, sizeof(*thread));
	bool guests = false;

	for (size_t i = 0; thread && i < m->count; i++) {
		struct thread *t = &m->thread[i];

		if (t->sum.last_ns == 0) {
			trace_thread_charge(t, end_ns);
			t->sum.last_ns = t->since;
		}
		divide_unplaced(t);
		if (t->noted)
			divide_dark(t);
		else if (t->sum.role == TRACE_VCPU && t->state.known && !m->account.kinds[TRACE_GUEST])
			divide_run(t);
		guests |= t->sum.role == TRACE_VCPU;
	}
	for (size_t i = 0; thread && i < m->count; i++) {
		if (!guests)
			take_for_program(&m->thread[i]);
		thread[i] = m->thread[i].sum;
	}
	*account = m->account;
	account->thread = thread;
	account->threads = m->count;
	free(m->thread);
	free(m->slot);
	free(m);
	if (thread)
		return 0;
	trace_account_free(account);
	return -ENOMEM;
}

void trace_account_free(struct trace_account *account)
{
	free(account->thread);
	free(account->reason);
	*account = (struct trace_account){ 0 };
}
