/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/error.h"
#include "probes/trace_profile_priv.h"

/* What a traced program did: what its calls ask for, its waking and waiting, the pages it touches. */

struct pending *trace_pending(struct reader *r, int32_t tid)
{
	struct pending *p = &r->pending[(uint32_t)tid % TRACE_THREADS];

	if (p->tid != tid)
		*p = (struct pending){ .tid = tid };
	return p;
}

void trace_count(struct reader *r, const struct trace_event *e, unsigned event, struct trace_share *share)
{
	if (event < PATH_WAIT)
		trace_path_add(r->path, e->tid, event, 1);
	share->watched += trace_tasks_watched(r->tasks, e);
}

static void on_wake(struct reader *r, const struct trace_event *e)
{
	r->profile->wakes += r->started;
	trace_tasks_idle(r->tasks, e->tid, false);
	trace_pending(r, e->tid)->waker_cpu = (uint32_t)e->cpu + 1;
}

/* NS until E are no time of the program's: another had its core, or it was recorded. */
static void skip(struct reader *r, const struct trace_event *e, uint64_t ns)
{
	trace_pending(r, e->tid)->since_ns += ns;
	trace_tasks_skip(r->tasks, e, ns);
}

static void on_switch(struct reader *r, const struct trace_event *e)
{
	struct pending *p = trace_pending(r, e->tid);
	bool waits = e->kind == TRACE_OFF && e->value == 0;

	r->switches = true;
	if (e->kind == TRACE_ON && p->off_ns)
		skip(r, e, e->time_ns - p->off_ns);
	p->off_ns = e->kind == TRACE_OFF && !waits ? e->time_ns : 0;
	if (waits && r->started)
		trace_count(r, e, PATH_WAIT, &r->profile->waits_share);
	trace_tasks_idle(r->tasks, e->tid, waits);
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

/* Whether the call that thread TID is in starts a process with a copy of its memory. */
static bool copies(const struct reader *r, int32_t tid)
{
	const struct pending *p = &r->pending[(uint32_t)tid % TRACE_THREADS];

	return p->tid == tid && p->inside &&
	       (p->number == SYS_fork || (p->number == SYS_clone && !(p->first & CLONE_VM)));
}

static int on_begin(struct reader *r, const struct trace_event *e)
{
	int32_t starter = (int32_t)(uint32_t)e->value, process;
	bool copied = copies(r, starter);

	trace_tasks_begin(r->tasks, e);
	process = trace_tasks_process(r->tasks, e->tid);
	if (r->started && process != e->tid) {
		r->profile->threads++;
		trace_count(r, e, PATH_THREAD, &r->profile->threads_share);
	} else if (r->started && copied) {
		r->profile->forks++;
		r->profile->births++;
		trace_path_add_copy(r->path, e->tid, starter, trace_pending(r, starter)->number);
	}
	return process == e->tid
		       ? trace_pages_begin(r->pages, process, trace_tasks_process(r->tasks, starter), copied)
		       : 0;
}

/* A segment of a program that is executed, or of its interpreter; the first may span those that follow. */
static void on_load(struct reader *r, const struct trace_event *e, struct pending *p)
{
	uint64_t page = TRACE_MAP_PAGE(e->value), end = page + TRACE_MAP_PAGES(e->value);

	if (page >= p->loaded_page && end <= p->loaded_end)
		return;
	p->loaded_page = page;
	p->loaded_end = end;
	r->profile->loaded += end - page;
	trace_path_add(r->path, e->tid, PATH_LOADED, (uint32_t)(end - page));
}

static int on_map(struct reader *r, const struct trace_event *e)
{
	struct pending *p = trace_pending(r, e->tid);
	bool asked = p->inside && p->number == SYS_mmap && !(p->first & TRACE_MAPS_FILE);

	if (p->inside && p->number == SYS_execve && TRACE_MAP_WHAT(e->value) == MAPS_FILE)
		on_load(r, e, p);
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
	trace_count(r, e, PATH_TOUCH + what, &r->profile->touched_share[what]);
}

static int take(struct reader *r, const struct trace_event *e)
{
	struct trace_profile *profile = r->profile;

	if (r->started && e->time_ns > profile->end_ns)
		profile->end_ns = e->time_ns;
	if (r->started && trace_path_take(r->path, e))
		return -ENOMEM;
	switch (e->kind) {
	case TRACE_SYSCALL:
		if ((uint32_t)e->value < TRACE_CALLS)
			return trace_asked(r, e, (uint16_t)e->value);
		break;
	case TRACE_RUN:
		return trace_asked(r, &(struct trace_event){ .time_ns = e->time_ns, .tid = e->tid },
				   SYS_ioctl);
	case TRACE_RETURN:
		trace_answered(r, e);
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

/* Of the events of PATH_EVENTS; and how many there are. NULL: none. */
static struct trace_share *share_of(struct trace_profile *p, unsigned event, uint64_t *count)
{
	switch (event) {
	case PATH_LOADED:
		*count = p->loaded;
		return &p->loaded_share;
	case PATH_WAIT:
		*count = p->waits;
		return &p->waits_share;
	case PATH_THREAD:
		*count = p->threads;
		return &p->threads_share;
	default:
		if (event >= PATH_TOUCH) {
			*count = p->touched[event - PATH_TOUCH];
			return &p->touched_share[event - PATH_TOUCH];
		}
		*count = p->call[event] ? p->call[event]->count : 0;
		return p->call[event] ? &p->call[event]->share : NULL;
	}
}

static uint64_t at_most(uint64_t value, uint64_t most)
{
	return value < most ? value : most;
}

/* How many of what was counted lie on the critical path; where nothing tells who woke whom, or something is
 * missing, that is not known but of a single thread. */
static void settle(struct reader *r)
{
	struct trace_profile *profile = r->profile;
	bool alone = profile->tasks == 0;
	struct trace_births births;
	const uint32_t *serial = trace_path_counts(r->path, &births);

	if (!serial || (!alone && (profile->wakes == 0 || profile->lost)))
		return;
	for (unsigned i = 0; i < PATH_EVENTS; i++) {
		uint64_t count;
		struct trace_share *share = share_of(profile, i, &count);

		if (share) { /* a wait may be there twice: the waker's, and who had the core's */
			share->known = true;
			share->serial = at_most(serial[i], count);
		}
	}
	profile->births_share.known = true;
	profile->births_share.serial = at_most(births.all, profile->births);
	profile->forks_share.known = true;
	profile->forks_share.serial = at_most(births.copies, profile->forks);
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
	r->path = trace_path_make();
	if (!r->pages || !r->tasks || !r->path)
		code = -ENOMEM;
	r->started = !from_exec;
	profile->begin_ns = trace_reader_facts(file)->begin_ns;
	while (code == 0 && (event = trace_reader_next(file)) != NULL) {
		code = take(r, event);
		if (event->kind == TRACE_SYSCALL || event->kind == TRACE_RETURN ||
		    event->kind == TRACE_TOUCH || event->kind == TRACE_SERVED)
			skip(r, event, profile->event_cost_ns);
	}
	if (code == 0)
		settle(r);
	profile->events = trace_reader_facts(file)->events;
	trace_reader_close(file);
	trace_pages_free(r->pages);
	free(r->tasks);
	trace_path_free(r->path);
	free(r);
	return code ? error_set(error, -code, "cannot read a trace") : 0;
}

void trace_profile_free(struct trace_profile *profile)
{
	for (size_t i = 0; i < TRACE_CALLS; i++)
		free(profile->call[i]);
	*profile = (struct trace_profile){ 0 };
}
