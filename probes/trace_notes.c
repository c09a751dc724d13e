/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/trace_priv.h"

/*
 * Where KVM tells of no entries, RCU may: a guest is to RCU as a switch to another thread
 * (rcu_virt_note_context_switch in Linux's kernel), which it notes on the way in, and some kernels on the way
 * out, too. So does each switch: where the thread is wanted off its CPU, before KVM lets a guest in; where it
 * waits, the switch comes next, and tells that the note was none of a guest.
 */

/* Whether the thread does it, and while a guest runs cannot. */
static bool is_of_the_host(enum trace_kind kind)
{
	return kind == TRACE_SYSCALL || kind == TRACE_RUN || kind == TRACE_RETURN ||
	       kind == TRACE_USER_EXIT || kind == TRACE_OFF || kind == TRACE_FAULT || kind == TRACE_PORT ||
	       kind == TRACE_INJECT || kind == TRACE_HALT;
}

enum trace_kind trace_note_follow(struct thread *t, const struct trace_event *e)
{
	if (e->kind != TRACE_NOTE) {
		if (t->noted && is_of_the_host((enum trace_kind)e->kind))
			t->state.guest = false;
		return (enum trace_kind)e->kind;
	}
	if (!t->state.run || t->state.off)
		return TRACE_NOTE;
	if (t->state.guest)
		return TRACE_EXIT;
	if (e->value & TRACE_RESCHEDULES)
		return TRACE_NOTE;
	t->noted = true;
	return TRACE_GUEST;
}
