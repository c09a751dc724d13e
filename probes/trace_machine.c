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
	enum probe_layer layer = layer_of(&t->state);

	t->sum.ns[layer] += ns - pay(t, layer, ns);
	if (t->state.off)
		for (size_t i = 0; i < REASON_OPEN; i++)
			t->open[i].waited_ns += ns;
	else if (!t->state.known)
		t->unplaced += ns;
	if (now > t->since)
		t->since = now;
}

static void on_guest(struct trace_machine *m, struct thread *t)
{
	uint64_t window = m->account.cost[t->noted ? COST_NOTED : COST_WINDOW];

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
	t->state.syscall = t->state.run = t->state.guest = false;
}

/* In user mode it then still was in the kernel. */
static void on_cpu(const struct trace_machine *m, struct thread *t)
{
	t->state.off = false;
	if (layer_of(&t->state) != LAYER_MONITOR || m->account.cost[COST_SWITCH] == 0)
		return;
	t->owed_ns = m->account.cost[COST_SWITCH];
	t->owed_to = LAYER_HOST_KERNEL;
	t->owed_inferred = false;
}

static void on_syscall(struct thread *t, const struct trace_event *e)
{
	t->state.syscall = true;
	t->state.run = e->kind == TRACE_RUN;
	t->state.guest = false;
	t->sum.syscalls++;
	if (e->kind == TRACE_RUN)
		t->sum.role = TRACE_VCPU;
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
		on_syscall(t, e);
		break;
	case TRACE_RETURN:
		on_return(m, t);
		break;
	case TRACE_GUEST:
		on_guest(m, t);
		break;
	case TRACE_EXIT:
	case TRACE_USER_EXIT:
		t->state.guest = false;
		t->sum.role = TRACE_VCPU;
		t->sum.exits += e->kind == TRACE_EXIT;
		break;
	case TRACE_PORT:
	case TRACE_FAULT:
	case TRACE_INJECT:
	case TRACE_HALT:
		t->sum.role = TRACE_VCPU;
		break;
	case TRACE_OFF:
		t->state.off = true;
		t->state.ready = e->value != 0;
		t->sum.switches++;
		break;
	case TRACE_ON:
		on_cpu(m, t);
		break;
	case TRACE_WAKE:
		t->state.ready = true;
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
