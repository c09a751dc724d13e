/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/trace_priv.h"

/* How often KVM did what for a guest, and how long each took: exits by reason, faults, interrupts, halts. */

static struct trace_reason *reason_of(struct trace_machine *m, enum trace_reason_kind kind, uint64_t value)
{
	struct trace_account *a = &m->account;

	for (size_t i = 0; i < a->reasons; i++)
		if (a->reason[i].value == value && a->reason[i].kind == kind)
			return &a->reason[i];
	if (a->reasons == TRACE_REASONS)
		return NULL;
	a->reason[a->reasons] = (struct trace_reason){ .kind = kind, .value = value };
	return &a->reason[a->reasons++];
}

/* One more, that took NS where TIMED. */
static void count(struct trace_machine *m, enum trace_reason_kind kind, uint64_t value, bool timed,
		  uint64_t ns)
{
	struct trace_reason *reason = reason_of(m, kind, value);

	if (reason == NULL)
		return;
	reason->count++;
	if (timed)
		hist_add(&reason->ns, ns);
}

static void begin(struct trace_machine *m, struct thread *t, enum trace_reason_kind kind, uint64_t value,
		  uint64_t now)
{
	t->open[kind] = (struct open){ .value = value, .begun_ns = now, .any = true };
	count(m, kind, value, false, 0);
}

static void end(struct trace_machine *m, struct thread *t, enum trace_reason_kind kind, uint64_t now)
{
	struct open *open = &t->open[kind];
	uint64_t from = open->begun_ns + open->waited_ns;
	struct trace_reason *reason = open->any ? reason_of(m, kind, open->value) : NULL;

	if (reason)
		hist_add(&reason->ns, now > from ? now - from : 0);
	open->any = false;
}

/* Whoever raised it: what counts is from the first of those not injected yet. */
static void raise(struct trace_machine *m, const struct trace_event *e)
{
	uint64_t *raised = &m->raised_ns[e->value & 0xff];

	count(m, REASON_RAISE, e->value, false, 0);
	if (*raised == 0)
		*raised = e->time_ns;
}

static void inject(struct trace_machine *m, struct thread *t, const struct trace_event *e)
{
	uint64_t *raised = &m->raised_ns[e->value & 0xff];
	struct trace_reason *reason = *raised ? reason_of(m, REASON_RAISE, e->value) : NULL;

	if (reason)
		hist_add(&reason->ns, e->time_ns > *raised ? e->time_ns - *raised : 0);
	*raised = 0;
	begin(m, t, REASON_INJECT, e->value, e->time_ns);
}

void trace_reasons_take(struct trace_machine *m, struct thread *t, const struct trace_event *e)
{
	switch (e->kind) {
	case TRACE_GUEST:
		end(m, t, REASON_EXIT, e->time_ns);
		end(m, t, REASON_FAULT, e->time_ns);
		end(m, t, REASON_INJECT, e->time_ns);
		break;
	case TRACE_EXIT: /* a note tells no reason */
		if (!t->noted)
			begin(m, t, REASON_EXIT, e->value, e->time_ns);
		break;
	case TRACE_USER_EXIT:
		begin(m, t, REASON_MONITOR, e->value, e->time_ns);
		break;
	case TRACE_RUN:
		end(m, t, REASON_MONITOR, e->time_ns);
		break;
	case TRACE_FAULT:
		begin(m, t, REASON_FAULT, 0, e->time_ns);
		break;
	case TRACE_RAISE:
		raise(m, e);
		break;
	case TRACE_INJECT:
		inject(m, t, e);
		break;
	case TRACE_HALT:
		count(m, e->value & TRACE_BLOCKED ? REASON_BLOCKED : REASON_POLLED, 0, true,
		      e->value & ~TRACE_BLOCKED);
		break;
	default:
		break;
	}
}
