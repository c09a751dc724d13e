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
	case TRACE_INJECT:
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
	t->unplaced = 0;
}

void trace_thread_charge(struct thread *t, uint64_t now)
{
	uint64_t ns = now > t->since ? now - t->since : 0;

	t->sum.ns[layer_of(&t->state)] += ns;
	if (t->state.off) {
		t->exit_waited += ns;
		t->user_waited += ns;
	} else if (!t->state.known) {
		t->unplaced += ns;
	}
	if (now > t->since)
		t->since = now;
}

static struct hist *reason(struct trace_machine *m, uint64_t value, bool user)
{
	struct trace_account *a = &m->account;

	for (size_t i = 0; i < a->reasons; i++)
		if (a->reason[i].value == value && a->reason[i].user == user)
			return &a->reason[i].ns;
	if (a->reasons == TRACE_REASONS)
		return NULL;
	a->reason[a->reasons] = (struct trace_reason){ .value = value, .user = user };
	return &a->reason[a->reasons++].ns;
}

static void end_exit(struct trace_machine *m, uint64_t value, bool user, uint64_t *began, uint64_t waited,
		     uint64_t now)
{
	struct hist *hist = *began ? reason(m, value, user) : NULL;

	if (hist)
		hist_add(hist, now > *began + waited ? now - *began - waited : 0);
	*began = 0;
}

static void on_guest(struct trace_machine *m, struct thread *t, uint64_t now)
{
	t->state.syscall = t->state.run = t->state.guest = true;
	t->sum.role = TRACE_VCPU;
	t->entered_ns = now > m->begin_ns ? now : m->begin_ns;
	end_exit(m, t->exit_value, false, &t->exit_ns, t->exit_waited, now);
}

/* An entry is recorded before the guest runs: what that takes is KVM's time, though the stamp is older. */
static void return_cost(struct trace_machine *m, struct thread *t, uint64_t guest_ns)
{
	uint64_t cost = m->account.event_ns < guest_ns ? m->account.event_ns : guest_ns;

	if (!t->state.guest || t->sum.ns[LAYER_GUEST_USER] < cost)
		return;
	t->sum.ns[LAYER_GUEST_USER] -= cost;
	t->sum.ns[LAYER_HYPERVISOR] += cost;
}

static void on_exit_event(struct trace_machine *m, struct thread *t, const struct trace_event *e)
{
	return_cost(m, t, e->time_ns > t->entered_ns ? e->time_ns - t->entered_ns : 0);
	t->state.guest = false;
	t->sum.role = TRACE_VCPU;
	t->sum.exits++;
	t->exit_value = e->value;
	t->exit_ns = e->time_ns;
	t->exit_waited = 0;
}

static void on_syscall(struct trace_machine *m, struct thread *t, const struct trace_event *e)
{
	t->state.syscall = true;
	t->state.run = e->kind == TRACE_RUN;
	t->state.guest = false;
	t->sum.syscalls++;
	if (e->kind != TRACE_RUN)
		return;
	t->sum.role = TRACE_VCPU;
	end_exit(m, t->user_value, true, &t->user_ns, t->user_waited, e->time_ns);
}

static void count_ticks(struct ticks *t, uint64_t value)
{
	t->first = t->any ? t->first : value;
	t->last = value;
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
		t->state.syscall = t->state.run = t->state.guest = false;
		break;
	case TRACE_GUEST:
		on_guest(m, t, e->time_ns);
		break;
	case TRACE_EXIT:
		on_exit_event(m, t, e);
		break;
	case TRACE_USER_EXIT:
		t->state.guest = false;
		t->user_value = e->value;
		t->user_ns = e->time_ns;
		t->user_waited = 0;
		break;
	case TRACE_OFF:
		t->state.off = true;
		t->state.ready = e->value != 0;
		t->sum.switches++;
		break;
	case TRACE_ON:
		t->state.off = false;
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
		count_ticks(&t->ticks[e->kind - TRACE_TICKS], e->value);
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
		m->thread[i].exit_ns = m->thread[i].user_ns = 0;
	}
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
		m->account.event_ns = e->value;
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
	t->heard |= e->kind != TRACE_NAME && e->kind < TRACE_TICKS;
	trace_thread_charge(t, e->time_ns);
	if (!t->state.known && !t->state.off)
		infer(t, (enum trace_kind)e->kind);
	step(m, t, e);
	if (e->kind == TRACE_END)
		t->sum.last_ns = t->since;
	return 0;
}
