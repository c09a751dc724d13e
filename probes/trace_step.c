/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <string.h>

#include "probes/trace_priv.h"

/* What an event changes of what its thread is doing, and what is owed to the layer it leaves. */

static void on_guest(const struct trace_machine *m, struct thread *t)
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
	t->state.syscall = t->state.run = t->state.guest = t->state.fault = false;
}

/* In user mode it then still was in the kernel. */
static void on_cpu(const struct trace_machine *m, struct thread *t)
{
	t->state.off = false;
	if (trace_layer_of(&t->state) != LAYER_MONITOR || m->account.cost[COST_SWITCH] == 0)
		return;
	t->owed_ns = m->account.cost[COST_SWITCH];
	t->owed_to = LAYER_HOST_KERNEL;
	t->owed_inferred = false;
}

/* In a system call a page fault is a part of that; in KVM_RUN one in user mode is a guest's. */
static void on_touch(struct thread *t, const struct trace_event *e)
{
	if (e->value & TRACE_TOUCH_USER && !t->state.run) {
		t->state.syscall = false;
		t->state.fault = true;
	}
}

static void on_served(const struct trace_machine *m, struct thread *t)
{
	if (t->state.fault)
		on_return(m, t);
}

static void on_syscall(struct thread *t, const struct trace_event *e)
{
	t->state.syscall = true;
	t->state.run = e->kind == TRACE_RUN;
	t->state.guest = t->state.fault = false;
	t->sum.syscalls++;
	if (e->kind == TRACE_RUN)
		t->sum.role = TRACE_VCPU;
}

/* What /proc says shows nothing of what has happened since the thread's last event, which may be lost. */
static void count_ticks(struct thread *t, const struct trace_event *e)
{
	struct ticks *ticks = &t->ticks[e->kind - TRACE_TICKS];
	uint64_t run_ns = t->sum.ns[LAYER_HYPERVISOR];

	if (trace_layer_of(&t->state) == LAYER_HYPERVISOR && e->time_ns > t->since)
		run_ns += e->time_ns - t->since;
	ticks->last = (struct tick){ e->value, run_ns };
	ticks->first = ticks->any ? ticks->first : ticks->last;
	ticks->any = true;
}

void trace_step(const struct trace_machine *m, struct thread *t, const struct trace_event *e)
{
	switch (e->kind) {
	case TRACE_SYSCALL:
	case TRACE_RUN:
		on_syscall(t, e);
		break;
	case TRACE_RETURN:
		on_return(m, t);
		break;
	case TRACE_TOUCH:
		on_touch(t, e);
		break;
	case TRACE_SERVED:
		on_served(m, t);
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
		count_ticks(t, e);
		break;
	default:
		break;
	}
}
