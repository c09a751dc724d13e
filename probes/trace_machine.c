/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/trace_priv.h"

#define MONITOR_IO 2 /* KVM_EXIT_IO of linux/kvm.h */

/*
 * The account of time from a trace. Each thread is in one state at a time; an event charges the time since
 * the last one to the layer of the state, then changes it. What a thread did before its first event, or since
 * events were lost, shows by the next: a system call's return says that it was in one.
 */
struct trace_machine *trace_machine_make(uint64_t begin_ns)
{
	struct trace_machine *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->begin_ns = begin_ns;
	m->slots = 64;
	m->slot = calloc(m->slots, sizeof(*m->slot));
	m->account.reason = calloc(TRACE_REASONS, sizeof(*m->account.reason));
	if (m->slot && m->account.reason)
		return m;
	free(m->slot);
	free(m->account.reason);
	free(m);
	return NULL;
}

static enum probe_layer layer_of(const struct state *s)
{
	if (s->off)
		return s->ready ? LAYER_WAIT_CPU : LAYER_WAIT_IO;
	if (!s->known)
		return LAYER_UNATTRIBUTED;
	if (s->guest)
		return LAYER_GUEST_USER;
	if (s->run)
		return LAYER_HYPERVISOR;
	if (s->syscall)
		return LAYER_HOST_KERNEL;
	return LAYER_MONITOR;
}

/* Where a thread must have been for an event of KIND to come; what follows a switch shows nothing of it. */
static void infer(struct thread *t, enum trace_kind kind)
{
	struct state *s = &t->state;

	switch (kind) {
	case TRACE_SYSCALL:
	case TRACE_RUN:
		s->syscall = s->run = s->guest = false;
		break;
	case TRACE_RETURN:
		s->syscall = true;
		s->run = t->sum.role == TRACE_VCPU && s->run;
		s->guest = false;
		break;
	case TRACE_GUEST:
	case TRACE_USER_EXIT:
	case TRACE_FAULT:
	case TRACE_PORT:
	case TRACE_INJECT:
	case TRACE_HALT:
		s->syscall = s->run = true;
		s->guest = false;
		break;
	case TRACE_EXIT:
		s->syscall = s->run = s->guest = true;
		break;
	default:
		return;
	}
	s->known = true;
	/* It was there all the time it ran since it was last heard of: it cannot have left unheard. */
	t->sum.ns[LAYER_UNATTRIBUTED] -= t->unplaced;
	t->sum.ns[layer_of(s)] += t->unplaced;
	if (layer_of(s) == LAYER_HYPERVISOR)
		t->run_ns += t->unplaced;
	t->unplaced = 0;
}

/*
 * An event is recorded after its stamp: what that takes is of what the thread did before, the kernel's after
 * a system call, with its way to user mode and back, KVM's after an entry.
 */
static uint64_t pay(struct thread *t, enum probe_layer layer, uint64_t ns)
{
	uint64_t paid = t->owed_ns < ns ? t->owed_ns : ns;

	if (layer != LAYER_GUEST_USER && layer != LAYER_MONITOR)
		return 0;
	t->sum.ns[t->owed_to] += paid;
	t->sum.inferred_ns += t->owed_inferred ? paid : 0;
	t->owed_ns -= paid;
	return paid;
}

void trace_thread_charge(struct thread *t, uint64_t now)
{
	uint64_t ns = now > t->since ? now - t->since : 0;
	enum probe_layer layer = layer_of(&t->state);

	t->sum.ns[layer] += ns - pay(t, layer, ns);
	if (t->state.off)
		for (size_t i = 0; i < REASON_OPEN; i++)
			t->open[i].waited_ns += ns;
	else if (!t->state.known)
		t->unplaced += ns;
	else if (layer == LAYER_HYPERVISOR)
		t->run_ns += ns;
	if (now > t->since)
		t->since = now;
}

static void on_guest(struct trace_machine *m, struct thread *t)
{
	uint64_t window = m->account.cost[COST_WINDOW];

	t->state.syscall = t->state.run = t->state.guest = true;
	t->sum.role = TRACE_VCPU;
	t->owed_ns = window ? window : m->account.cost[COST_EVENT];
	t->owed_to = LAYER_HYPERVISOR;
	t->owed_inferred = window > 0;
}

static void on_return(const struct trace_machine *m, struct thread *t)
{
	uint64_t turn = m->account.cost[t->state.run ? COST_TURN : COST_CALL];

	t->owed_ns = turn ? turn : m->account.cost[COST_EVENT];
	t->owed_to = t->state.run ? LAYER_HYPERVISOR : LAYER_HOST_KERNEL;
	t->owed_inferred = t->state.run && turn > 0;
	if (t->state.run)
		trace_run_end(t);
	t->state.syscall = t->state.run = t->state.guest = false;
}

/* What leaves for the monitor costs as a whole KVM_RUN does, not as what ends in KVM. */
static void on_user_exit(const struct trace_machine *m, struct thread *t, const struct trace_event *e)
{
	uint64_t port = m->account.cost[COST_PORT];

	t->state.guest = false;
	t->sum.role = TRACE_VCPU;
	if (e->value == MONITOR_IO && t->run_cost_ns >= port)
		t->run_cost_ns -= port;
}

/* KVM did something for its guest, which takes COST. */
static void on_served(struct thread *t, uint64_t cost_ns)
{
	t->sum.role = TRACE_VCPU;
	t->run_cost_ns += cost_ns;
}

/* Thread TID woke another: in KVM_RUN it is KVM that does, for its guest. */
static void on_wake(struct trace_machine *m, int32_t tid)
{
	struct thread *t = trace_thread_find(m, &(struct trace_event){ .tid = tid }, false);

	if (t && t->state.run && !t->state.off)
		t->run_cost_ns += m->account.cost[COST_WAKE];
}

static void on_syscall(const struct trace_machine *m, struct thread *t, const struct trace_event *e)
{
	t->state.syscall = true;
	t->state.run = e->kind == TRACE_RUN;
	t->state.guest = false;
	t->sum.syscalls++;
	if (e->kind != TRACE_RUN)
		return;
	t->sum.role = TRACE_VCPU;
	t->run_ns = 0;
	t->run_cost_ns = m->account.cost[COST_RUN];
}

static void count_ticks(struct ticks *t, uint64_t value, uint64_t run_ns)
{
	t->last = (struct tick){ value, run_ns };
	t->first = t->any ? t->first : t->last;
	t->any = true;
}

static void step(struct trace_machine *m, struct thread *t, const struct trace_event *e)
{
	switch (e->kind) {
	case TRACE_SYSCALL:
	case TRACE_RUN:
		on_syscall(m, t, e);
		break;
	case TRACE_RETURN:
		on_return(m, t);
		break;
	case TRACE_GUEST:
		on_guest(m, t);
		break;
	case TRACE_EXIT:
		t->state.guest = false;
		t->sum.role = TRACE_VCPU;
		t->sum.exits++;
		break;
	case TRACE_USER_EXIT:
		on_user_exit(m, t, e);
		break;
	case TRACE_PORT:
		on_served(t, m->account.cost[COST_PORT]);
		break;
	case TRACE_FAULT:
	case TRACE_INJECT:
	case TRACE_HALT:
		on_served(t, 0);
		break;
	case TRACE_OFF:
		t->state.off = true;
		t->state.ready = e->value != 0;
		t->sum.switches++;
		break;
	case TRACE_ON:
		t->state.off = false;
		if (t->state.run)
			t->run_cost_ns += m->account.cost[COST_ON];
		break;
	case TRACE_WAKE:
		t->state.ready = true;
		on_wake(m, (int32_t)e->value);
		break;
	case TRACE_NAME:
		if (e->value)
			memcpy(t->sum.name, &e->value, sizeof(e->value));
		break;
	case TRACE_TICKS:
	case TRACE_USER_TICKS:
	case TRACE_SYSTEM_TICKS:
		count_ticks(&t->ticks[e->kind - TRACE_TICKS], e->value, t->sum.ns[LAYER_HYPERVISOR]);
		break;
	default:
		break;
	}
}

/* Events of CPU are missing: what the threads did since is not known, until they are heard of again. */
static void on_lost(struct trace_machine *m, const struct trace_event *e)
{
	m->account.lost += e->value;
	for (size_t i = 0; i < m->count; i++) {
		trace_thread_charge(&m->thread[i], e->time_ns);
		m->thread[i].state = (struct state){ .off = m->thread[i].state.off };
		m->thread[i].unplaced = 0;
		memset(m->thread[i].open, 0, sizeof(m->thread[i].open));
		m->thread[i].owed_ns = 0;
	}
	memset(m->raised_ns, 0, sizeof(m->raised_ns));
}

int trace_machine_take(struct trace_machine *m, const struct trace_event *e)
{
	struct thread *t;

	m->account.kinds[e->kind < TRACE_KINDS ? e->kind : TRACE_LOST]++;
	if (e->kind == TRACE_LOST) {
		on_lost(m, e);
		return 0;
	}
	if (e->kind == TRACE_COST) {
		if (e->tid >= 0 && e->tid < TRACE_COSTS)
			m->account.cost[e->tid] = e->value;
		return 0;
	}
	t = trace_thread_find(m, e, e->kind != TRACE_WAKE); /* they wake others, too */
	if (t == NULL && e->kind == TRACE_WAKE)
		return 0;
	if (t == NULL)
		return -ENOMEM;
	/* The first that is heard of it is that it has a CPU again, which it had been waiting for, or may
	 * have one. */
	if (!t->heard && (e->kind == TRACE_ON || e->kind == TRACE_WAKE)) {
		t->state.off = true;
		t->state.ready = e->kind == TRACE_ON;
	}
	t->heard |= e->kind != TRACE_BEGIN && e->kind != TRACE_NAME && e->kind < TRACE_TICKS;
	if (t->sum.last_ns == 0 || e->kind < TRACE_TICKS) /* /proc tells of the dead, too */
		trace_thread_charge(t, e->time_ns);
	if (!t->state.known && !t->state.off)
		infer(t, (enum trace_kind)e->kind);
	trace_reasons_take(m, t, e);
	step(m, t, e);
	if (e->kind == TRACE_END)
		t->sum.last_ns = t->since;
	return 0;
}
