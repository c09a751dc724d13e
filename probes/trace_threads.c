/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/trace_priv.h"

/* The threads of a trace, found by their numbers. */

static uint32_t *slot_of(const struct trace_machine *m, int32_t tid)
{
	size_t at = (size_t)((uint32_t)tid * 2654435761u) & (m->slots - 1); /* Knuth's multiplicative hash */

	while (m->slot[at] && m->thread[m->slot[at] - 1].sum.tid != tid)
		at = (at + 1) & (m->slots - 1);
	return &m->slot[at];
}

static int grow(struct trace_machine *m)
{
	size_t capacity = m->capacity ? 2 * m->capacity : 16, slots = 4 * capacity;
	struct thread *thread = realloc(m->thread, capacity * sizeof(*thread));
	uint32_t *slot = thread ? calloc(slots, sizeof(*slot)) : NULL;

	if (thread)
		m->thread = thread;
	m->last = NULL;
	if (slot == NULL)
		return -ENOMEM;
	free(m->slot);
	m->slot = slot;
	m->slots = slots;
	m->capacity = capacity;
	for (size_t i = 0; i < m->count; i++)
		*slot_of(m, m->thread[i].sum.tid) = (uint32_t)i + 1;
	return 0;
}

/* A thread begins with the name of the one that started it. */
static void inherit_name(const struct trace_machine *m, struct thread *t, int32_t starter)
{
	uint32_t known = *slot_of(m, starter);

	if (known)
		memcpy(t->sum.name, m->thread[known - 1].sum.name, sizeof(t->sum.name));
}

struct thread *trace_thread_find(struct trace_machine *m, const struct trace_event *e, bool make)
{
	uint32_t *slot;

	if (m->last && m->last->sum.tid == e->tid)
		return m->last;
	slot = slot_of(m, e->tid);
	if (*slot == 0 && !make)
		return NULL;
	if (*slot == 0) {
		if (m->count == m->capacity && grow(m))
			return NULL;
		slot = slot_of(m, e->tid);
		m->thread[m->count] = (struct thread){
			.sum = { .tid = e->tid, .first_ns = m->begin_ns, .role = TRACE_THREAD },
			.since = m->begin_ns,
		};
		/* One whose name is told first has just begun; the others were there before. */
		if ((e->kind == TRACE_BEGIN || e->kind == TRACE_NAME) && e->time_ns > m->begin_ns)
			m->thread[m->count].sum.first_ns = m->thread[m->count].since = e->time_ns;
		if (e->kind == TRACE_BEGIN)
			inherit_name(m, &m->thread[m->count], (int32_t)e->value);
		*slot = (uint32_t)++m->count;
	}
	return m->last = &m->thread[*slot - 1];
}
