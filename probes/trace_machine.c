/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/trace_priv.h"

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

enum probe_layer trace_layer_of(const struct state *s)
{
	if (s->off)
		return s->ready ? LAYER_WAIT_CPU : LAYER_WAIT_IO;
	if (!s->known)
		return LAYER_UNATTRIBUTED;
	if (s->guest)
		return LAYER_GUEST_USER;
	if (s->run)
		return LAYER_HYPERVISOR;
	return s->syscall || s->fault ? LAYER_HOST_KERNEL : LAYER_MONITOR;
}

/* Where a thread must have been for event E to come; what follows a switch shows nothing of it. */
static void infer(struct thread *t, const struct trace_event *e)
{
	struct state *s = &t->state;

	switch (e->kind) {
	case TRACE_TOUCH:
		if (!(e->value & TRACE_TOUCH_USER))
			return;
		s->syscall = s->run = s->guest = s->fault = false;
		break;
	case TRACE_SYSCALL:
	case TRACE_RUN:
		s->syscall = s->run = s->guest = s->fault = false;
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
	t->sum.ns[trace_layer_of(s)] += t->unplaced;
	if (trace_layer_of(s) == LAYER_HYPERVISOR)
		t->dark_ns += t->unplaced;
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
	t->sum.inferred_ns[t->owed_to] += t->owed_inferred ? paid : 0;
	t->owed_ns -= paid;
	return paid;
}

void trace_thread_charge(struct thread *t, uint64_t now)
{
	uint64_t ns = now > t->since ? now - t->since : 0;
	enum probe_layer layer = trace_layer_of(&t->state);

	t->sum.ns[layer] += ns - pay(t, layer, ns);
	if (t->state.off)
		for (size_t i = 0; i < REASON_OPEN; i++)
			t->open[i].waited_ns += ns;
	else if (!t->state.known)
		t->unplaced += ns;
	if (now > t->since)
		t->since = now;
}

/* The last that was heard from a CPU. */
static uint64_t heard_from(const struct trace_machine *m, uint16_t cpu)
{
	uint64_t last = 0;

	for (size_t i = 0; i < m->count; i++)
		if (m->thread[i].cpu == cpu && m->thread[i].since > last)
			last = m->thread[i].since;
	return last;
}

/*
 * Events of a CPU are missing up to now: what the threads did since the last one is not known, nor what they
 * do until they are heard of again.
 */
static void on_lost(struct trace_machine *m, const struct trace_event *e)
{
	uint64_t heard = heard_from(m, e->cpu);

	m->account.lost += e->value;
	for (size_t i = 0; i < m->count; i++) {
		struct thread *t = &m->thread[i];
		const struct state then = { .off = t->state.off, .ready = t->state.ready };

		trace_thread_charge(t, heard < e->time_ns ? heard : e->time_ns);
		t->state = (struct state){ 0 };
		trace_thread_charge(t, e->time_ns);
		t->state = then;
		t->unplaced = 0;
		memset(t->open, 0, sizeof(t->open));
		t->owed_ns = 0;
	}
	memset(m->raised_ns, 0, sizeof(m->raised_ns));
}

/* What a thread does, not others to it; by then it has a CPU, though that it got it may be lost. */
static bool shows_a_cpu(enum trace_kind kind)
{
	return kind != TRACE_OFF && kind != TRACE_ON && kind != TRACE_WAKE && kind != TRACE_BEGIN &&
	       kind != TRACE_NAME && kind < TRACE_TICKS;
}

int trace_machine_take(struct trace_machine *m, const struct trace_event *event)
{
	struct trace_event read = *event, *e = &read;
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
	if (shows_a_cpu((enum trace_kind)e->kind)) {
		t->cpu = e->cpu;
		t->state.off = false;
	}
	if (m->account.cost[COST_NOTED])
		e->kind = (uint16_t)trace_note_follow(t, e);
	/* The first that is heard of it is that it has a CPU again, which it had been waiting for, or may
	 * have one. */
	if (!t->heard && (e->kind == TRACE_ON || e->kind == TRACE_WAKE)) {
		t->state.off = true;
		t->state.ready = e->kind == TRACE_ON;
	}
	t->heard |= e->kind != TRACE_BEGIN && e->kind != TRACE_NAME && e->kind < TRACE_TICKS;
	if (e->kind < TRACE_TICKS)
		trace_thread_charge(t, e->time_ns);
	if (!t->state.known && !t->state.off)
		infer(t, e);
	trace_reasons_take(m, t, e);
	trace_step(m, t, e);
	if (e->kind == TRACE_END)
		t->sum.last_ns = t->since;
	return 0;
}
