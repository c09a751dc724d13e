/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/error.h"
#include "probes/trace_priv.h"

/* What a traced program asked for: its system calls by number, its waking and waiting. */
#define THREADS 4096 /* slots, by the low bits of a thread's number */

/* The call a thread is in. */
struct pending {
	int32_t tid;
	bool inside, slept, driven; /* driven: it would be a request that a driver serves */
	uint16_t number;
	uint32_t first;
	uint64_t since_ns;
	uint32_t waker_cpu; /* of the thread that woke it, and 1; 0: it has not been woken */
	uint64_t off_ns;    /* since when another has its core; 0: none has */
};

struct reader {
	struct trace_profile *profile;
	const enum trace_request *request;
	bool started;
	uint64_t last_ns[TRACE_CALLS];
	uint8_t descriptor[TRACE_DESCRIPTORS]; /* of all processes together: the last opened counts */
	struct pending pending[THREADS];
	struct trace_tasks *tasks; /* owned */
	struct trace_pages *pages; /* owned */
};

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

static int on_call(struct reader *r, const struct trace_event *e, uint16_t number)
{
	struct trace_call *call;
	uint32_t first = (uint32_t)(e->value >> 32);
	struct pending *p = &r->pending[(uint32_t)e->tid % THREADS];
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
	trace_tasks_share(r->tasks, e, &call->share);
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
	return 0;
}

/* The slot of a thread, which another may have had. */
static struct pending *pending_of(struct reader *r, int32_t tid)
{
	struct pending *p = &r->pending[(uint32_t)tid % THREADS];

	if (p->tid != tid)
		*p = (struct pending){ .tid = tid };
	return p;
}

static void on_wake(struct reader *r, const struct trace_event *e)
{
	r->profile->wakes += r->started;
	trace_tasks_idle(r->tasks, e->tid, false);
	pending_of(r, e->tid)->waker_cpu = (uint32_t)e->cpu + 1;
}

/* NS until E are no time of the program's: another had its core, or it was recorded. */
static void skip(struct reader *r, const struct trace_event *e, uint64_t ns)
{
	pending_of(r, e->tid)->since_ns += ns;
	trace_tasks_skip(r->tasks, e, ns);
}

static void on_switch(struct reader *r, const struct trace_event *e)
{
	struct pending *p = pending_of(r, e->tid);
	bool waits = e->kind == TRACE_OFF && e->value == 0;

	if (e->kind == TRACE_ON && p->off_ns)
		skip(r, e, e->time_ns - p->off_ns);
	p->off_ns = e->kind == TRACE_OFF && !waits ? e->time_ns : 0;

	if (waits && r->started)
		trace_tasks_share(r->tasks, e, &r->profile->waits_share);
	trace_tasks_idle(r->tasks, e->tid, waits);
	if (waits || e->kind == TRACE_ON) /* else it would still have its core, were the program alone */
		trace_tasks_on(r->tasks, e->tid, !waits);
	if (e->kind == TRACE_ON) {
		r->profile->cross_wakes += r->started && p->waker_cpu && p->waker_cpu != (uint32_t)e->cpu + 1;
		p->waker_cpu = 0;
		return;
	}
	p->slept |= waits;
	r->profile->waits += r->started && waits;
	if (r->started && waits && p->inside && r->profile->call[p->number])
		r->profile->call[p->number]->waits++;
	r->profile->preempted += r->started && !waits;
}

static void on_return(struct reader *r, const struct trace_event *e)
{
	struct pending *p = &r->pending[(uint32_t)e->tid % THREADS];
	int32_t result = (int32_t)(uint32_t)e->value;

	if (!p->inside || p->tid != e->tid)
		return;
	p->inside = false;
	if (p->number == SYS_execve && result == 0) {
		trace_pages_replaced(r->pages, trace_tasks_process(r->tasks, e->tid));
		trace_tasks_exec(r->tasks, e->tid);
	}
	if (!r->started && p->number == SYS_execve && result == 0) {
		r->started = true;
		r->profile->begin_ns = e->time_ns;
		trace_tasks_serve(r->tasks, e); /* it is awake when the program begins */
		return;
	}
	if (!r->started)
		return;
	if (p->driven) {
		r->profile->call[p->number]->inside_ns += trace_tasks_polled(r->tasks, e, p->since_ns);
		trace_tasks_serve(r->tasks, e);
	}
	trace_descriptors_follow(r->descriptor, p->number, p->first, result);
	r->profile->timeouts += p->slept && trace_call_timed_out(p->number, result);
	if (result > 0 && trace_call_moves(p->number) && r->profile->call[p->number])
		r->profile->call[p->number]->bytes += (uint32_t)result;
}

/* Whether the call that thread TID is in starts a process with a copy of its memory. */
static bool copies(const struct reader *r, int32_t tid)
{
	const struct pending *p = &r->pending[(uint32_t)tid % THREADS];

	return p->tid == tid && p->inside &&
	       (p->number == SYS_fork || (p->number == SYS_clone && !(p->first & CLONE_VM)));
}

static int on_begin(struct reader *r, const struct trace_event *e)
{
	int32_t starter = (int32_t)(uint32_t)e->value, process;

	trace_tasks_begin(r->tasks, e);
	process = trace_tasks_process(r->tasks, e->tid);
	return process == e->tid
		       ? trace_pages_begin(r->pages, process, trace_tasks_process(r->tasks, starter),
					   copies(r, starter))
		       : 0;
}

static int on_map(struct reader *r, const struct trace_event *e)
{
	const struct pending *p = pending_of(r, e->tid);
	bool asked = p->inside && p->number == SYS_mmap && !(p->first & TRACE_MAPS_FILE);

	return trace_pages_map(r->pages, trace_tasks_process(r->tasks, e->tid), e->value,
			       asked ? p->first : 0);
}

static void on_touch(struct reader *r, const struct trace_event *e)
{
	int32_t process = trace_tasks_process(r->tasks, e->tid);
	enum trace_touch what = trace_pages_touch(r->pages, process, e->value);

	r->profile->pages = true;
	if (!r->started)
		return;
	r->profile->touched[what]++;
	trace_tasks_share(r->tasks, e, &r->profile->touched_share[what]);
}

static int take(struct reader *r, const struct trace_event *e)
{
	struct trace_profile *profile = r->profile;

	if (r->started && e->time_ns > profile->end_ns)
		profile->end_ns = e->time_ns;
	switch (e->kind) {
	case TRACE_SYSCALL:
		if ((uint32_t)e->value < TRACE_CALLS)
			return on_call(r, e, (uint16_t)e->value);
		break;
	case TRACE_RUN:
		return on_call(r, &(struct trace_event){ .time_ns = e->time_ns, .tid = e->tid }, SYS_ioctl);
	case TRACE_RETURN:
		on_return(r, e);
		break;
	case TRACE_WAKE:
		on_wake(r, e);
		break;
	case TRACE_ON:
	case TRACE_OFF:
		on_switch(r, e);
		break;
	case TRACE_BEGIN:
		return on_begin(r, e);
	case TRACE_END:
		trace_tasks_end(r->tasks, e->tid);
		break;
	case TRACE_MAP:
		return on_map(r, e);
	case TRACE_TOUCH:
		on_touch(r, e);
		break;
	case TRACE_COST:
		if (e->tid == COST_EVENT)
			profile->event_cost_ns = e->value;
		break;
	case TRACE_LOST:
		profile->lost += e->value;
		break;
	default:
		break;
	}
	return 0;
}

int trace_profile_read(struct trace_profile *profile, const char *path, bool from_exec,
		       const enum trace_request *request, struct trace_pause pause, struct error *error)
{
	struct reader *r = calloc(1, sizeof(*r));
	const struct trace_event *event;
	struct trace_reader *file;
	int code = r ? 0 : error_set(error, ENOMEM, "cannot read a trace");

	*profile = (struct trace_profile){ 0 };
	if (code == 0)
		code = trace_reader_open(&file, path, error);
	if (code) {
		free(r);
		return code;
	}
	*r = (struct reader){ .profile = profile, .request = request };
	memset(r->descriptor, TRACE_REGULAR, 3);
	r->pages = trace_pages_make();
	r->tasks = trace_tasks_make((int)trace_reader_facts(file)->cpus, pause);
	if (!r->pages || !r->tasks)
		code = -ENOMEM;
	r->started = !from_exec;
	profile->begin_ns = trace_reader_facts(file)->begin_ns;
	while (code == 0 && (event = trace_reader_next(file)) != NULL) {
		code = take(r, event);
		if (event->kind == TRACE_SYSCALL || event->kind == TRACE_RETURN ||
		    event->kind == TRACE_TOUCH || event->kind == TRACE_SERVED)
			skip(r, event, profile->event_cost_ns);
	}
	profile->events = trace_reader_facts(file)->events;
	trace_reader_close(file);
	trace_pages_free(r->pages);
	free(r->tasks);
	free(r);
	return code ? error_set(error, -code, "cannot read a trace") : 0;
}

void trace_profile_free(struct trace_profile *profile)
{
	for (size_t i = 0; i < TRACE_CALLS; i++)
		free(profile->call[i]);
	*profile = (struct trace_profile){ 0 };
}
