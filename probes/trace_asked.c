/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "probes/trace_profile_priv.h"

/* The system calls of a traced program. */

/* A call that would be a request to the host. True: and a driver would serve it. */
static bool on_request(struct reader *r, const struct trace_event *e, struct trace_call *call,
		       enum trace_request how, bool file)
{
	bool ring = how == REQUEST_RING || (how == REQUEST_FILES && file);
	bool asleep = ring && trace_tasks_end_rest(r->tasks, e, &r->profile->awake_ns),
	     driven = trace_tasks_ask(r->tasks, e);

	if (!ring)
		return false;
	r->profile->undriven += !driven;
	call->late += driven && asleep;
	return driven;
}

/* Where nothing tells of waiting, who is in a call that may wait does. */
static void judge_idle(struct reader *r, const struct trace_event *e, uint16_t number, bool idle)
{
	if (!r->switches && (r->request[number] == REQUEST_EXIT || number == SYS_futex))
		trace_tasks_idle(r->tasks, e->tid, idle);
}

int trace_asked(struct reader *r, const struct trace_event *e, uint16_t number)
{
	struct trace_call *call;
	uint32_t first = (uint32_t)(e->value >> 32);
	struct pending *p = &r->pending[(uint32_t)e->tid % TRACE_THREADS];
	bool file;

	*p = (struct pending){ e->tid, true, .number = number, .first = first, .since_ns = e->time_ns };
	if (number == SYS_execve)
		trace_pages_replace(r->pages, trace_tasks_process(r->tasks, e->tid));
	if (!r->started)
		return 0;
	if (number == SYS_execve || number == SYS_exit_group)
		trace_tasks_end_rest(r->tasks, e, &r->profile->awake_ns);
	call = r->profile->call[number];
	if (call == NULL)
		call = r->profile->call[number] = calloc(1, sizeof(*call));
	if (call == NULL)
		return -ENOMEM;
	r->profile->tasks += trace_call_starts(number);
	trace_count(r, e, number, &call->share);
	if (call->count++)
		hist_add(&call->gap, e->time_ns - r->last_ns[number]);
	r->last_ns[number] = e->time_ns;
	if (number == SYS_mmap) {
		call->files += (first & TRACE_MAPS_FILE) != 0;
		if (first & TRACE_MAPS_FILE)
			call->bytes += (uint64_t)(first & ~TRACE_MAPS_FILE) * 4096;
		return 0;
	}
	file = first < TRACE_DESCRIPTORS && r->descriptor[first] == TRACE_REGULAR;
	call->files += file;
	call->sockets += first < TRACE_DESCRIPTORS && r->descriptor[first] == TRACE_SOCKET;
	if (r->request[number] != REQUEST_NONE)
		p->driven = on_request(r, e, call, r->request[number], file);
	judge_idle(r, e, number, true);
	return 0;
}

/* A process has gone on as another program. True: it is the one that is profiled, and begins. */
static bool on_program(struct reader *r, const struct trace_event *e)
{
	bool first = !r->started;

	trace_pages_replaced(r->pages, trace_tasks_process(r->tasks, e->tid));
	trace_tasks_exec(r->tasks, e->tid);
	if (first) {
		r->started = true;
		r->profile->begin_ns = e->time_ns;
		trace_path_begin(r->path, e->tid);
		trace_tasks_serve(r->tasks, e); /* it is awake when the program begins */
	} else {
		r->profile->births++;
		trace_path_add_program(r->path, e->tid);
	}
	return first;
}

void trace_answered(struct reader *r, const struct trace_event *e)
{
	struct pending *p = &r->pending[(uint32_t)e->tid % TRACE_THREADS];
	int32_t result = (int32_t)(uint32_t)e->value;

	if (!p->inside || p->tid != e->tid)
		return;
	p->inside = false;
	judge_idle(r, e, p->number, false);
	if (p->number == SYS_execve && result == 0 && on_program(r, e))
		return;
	if (!r->started)
		return;
	if (p->driven) {
		r->profile->call[p->number]->inside_ns += trace_tasks_polled(r->tasks, e, p->since_ns);
		trace_tasks_serve(r->tasks, e);
	}
	if (p->number == SYS_nanosleep || p->number == SYS_clock_nanosleep)
		r->profile->asleep_ns += e->time_ns - p->since_ns;
	trace_descriptors_follow(r->descriptor, p->number, p->first, result);
	r->profile->timeouts += p->slept && trace_call_timed_out(p->number, result);
	if (result > 0 && trace_call_moves(p->number) && r->profile->call[p->number])
		r->profile->call[p->number]->bytes += (uint32_t)result;
}
