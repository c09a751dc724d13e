/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/error.h"
#include "probes/trace_priv.h"

/* What a traced program asked for: its system calls by number, its waking and waiting. */
#define DESCRIPTORS 1024 /* told apart; higher ones count as no files */
#define THREADS	    4096 /* slots, by the low bits of a thread's number */

enum descriptor { OTHER, REGULAR, SOCKET };

/* The call a thread is in. */
struct pending {
	int32_t tid;
	bool inside, slept;
	uint16_t number;
	uint32_t first;
	uint32_t waker_cpu; /* of the thread that woke it, and 1; 0: it has not been woken */
};

struct reader {
	struct trace_profile *profile;
	const bool *request;
	uint64_t pause_ns, last_request_ns;
	bool started;
	uint64_t last_ns[TRACE_CALLS];
	uint8_t descriptor[DESCRIPTORS]; /* of all processes together: the last opened counts */
	struct pending pending[THREADS];
};

/* Whether what the call returns is a count of bytes that it moved. */
static bool moves_bytes(unsigned number)
{
	static const uint16_t numbers[] = { SYS_read,	  SYS_write,	  SYS_pread64,	  SYS_pwrite64,
					    SYS_readv,	  SYS_writev,	  SYS_preadv,	  SYS_pwritev,
					    SYS_preadv2,  SYS_pwritev2,	  SYS_sendto,	  SYS_sendmsg,
					    SYS_recvfrom, SYS_recvmsg,	  SYS_sendfile,	  SYS_splice,
					    SYS_tee,	  SYS_getdents,	  SYS_getdents64, SYS_copy_file_range,
					    SYS_readlink, SYS_readlinkat, SYS_getrandom };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i] == number)
			return true;
	return false;
}

/* Follows descriptors: what CALL on FIRST returned. */
static void follow(struct reader *r, unsigned number, uint32_t first, int32_t result)
{
	uint8_t kind = OTHER;

	switch (number) {
	case SYS_open:
	case SYS_openat:
	case SYS_creat:
	case SYS_memfd_create:
		kind = REGULAR;
		break;
	case SYS_dup:
	case SYS_dup2:
	case SYS_dup3:
	case SYS_fcntl: /* F_DUPFD; of what else it returns nothing is known to be a descriptor */
		if (first >= DESCRIPTORS || (number == SYS_fcntl && result < 3))
			return;
		kind = r->descriptor[first];
		break;
	case SYS_socket:
	case SYS_accept:
	case SYS_accept4:
		kind = SOCKET;
		break;
	case SYS_eventfd2:
	case SYS_epoll_create1:
		break;
	case SYS_close:
		if (first < DESCRIPTORS)
			r->descriptor[first] = OTHER;
		return;
	default:
		return;
	}
	if (result >= 0 && result < DESCRIPTORS)
		r->descriptor[result] = kind;
}

static int on_call(struct reader *r, const struct trace_event *e, uint16_t number)
{
	struct trace_call *call;
	uint32_t first = (uint32_t)(e->value >> 32);
	struct pending *p = &r->pending[(uint32_t)e->tid % THREADS];

	*p = (struct pending){ .tid = e->tid, .inside = true, .number = number, .first = first };
	if (!r->started)
		return 0;
	call = r->profile->call[number];
	if (call == NULL)
		call = r->profile->call[number] = calloc(1, sizeof(*call));
	if (call == NULL)
		return -ENOMEM;
	if (call->count++)
		hist_add(&call->gap, e->time_ns - r->last_ns[number]);
	r->last_ns[number] = e->time_ns;
	if (number == SYS_mmap) {
		call->files += (first & TRACE_MAPS_FILE) != 0;
		call->bytes += (uint64_t)(first & ~TRACE_MAPS_FILE) * 4096;
		return 0;
	}
	call->files += first < DESCRIPTORS && r->descriptor[first] == REGULAR;
	call->sockets += first < DESCRIPTORS && r->descriptor[first] == SOCKET;
	if (r->request[number]) {
		uint64_t gap = e->time_ns - r->last_request_ns;

		call->late += gap >= r->pause_ns;
		r->profile->awake_ns += gap < r->pause_ns ? gap : r->pause_ns;
		r->last_request_ns = e->time_ns;
	}
	return 0;
}

/* Whether what a call returned after a wait says that its time was up. */
static bool timed_out(unsigned number, int32_t result)
{
	static const struct {
		uint16_t number;
		int16_t result;
	} ends[] = {
		{ SYS_nanosleep, 0 },	   { SYS_clock_nanosleep, 0 },
		{ SYS_poll, 0 },	   { SYS_ppoll, 0 },
		{ SYS_select, 0 },	   { SYS_pselect6, 0 },
		{ SYS_epoll_wait, 0 },	   { SYS_epoll_pwait, 0 },
		{ SYS_futex, -ETIMEDOUT }, { SYS_rt_sigtimedwait, -EAGAIN },
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends[i].number == number && ends[i].result == result)
			return true;
	return false;
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
	pending_of(r, e->tid)->waker_cpu = (uint32_t)e->cpu + 1;
}

static void on_switch(struct reader *r, const struct trace_event *e)
{
	struct pending *p = pending_of(r, e->tid);

	if (e->kind == TRACE_ON) {
		r->profile->cross_wakes += r->started && p->waker_cpu && p->waker_cpu != (uint32_t)e->cpu + 1;
		p->waker_cpu = 0;
		return;
	}
	p->slept |= e->value == 0;
	r->profile->waits += r->started && e->value == 0;
	r->profile->preempted += r->started && e->value != 0;
}

static void on_return(struct reader *r, const struct trace_event *e)
{
	struct pending *p = &r->pending[(uint32_t)e->tid % THREADS];
	int32_t result = (int32_t)(uint32_t)e->value;

	if (!p->inside || p->tid != e->tid)
		return;
	p->inside = false;
	if (!r->started && p->number == SYS_execve && result == 0) {
		r->started = true;
		r->last_request_ns = r->profile->begin_ns = e->time_ns;
		return;
	}
	if (!r->started)
		return;
	follow(r, p->number, p->first, result);
	r->profile->timeouts += p->slept && timed_out(p->number, result);
	if (result > 0 && moves_bytes(p->number) && r->profile->call[p->number])
		r->profile->call[p->number]->bytes += (uint32_t)result;
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

/* Calls that start a thread or a process. */
static uint64_t count_tasks(const struct trace_profile *profile)
{
	static const uint16_t numbers[] = { SYS_clone, SYS_fork, SYS_vfork, SYS_clone3 };
	uint64_t count = 0;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (profile->call[numbers[i]])
			count += profile->call[numbers[i]]->count;
	return count;
}

int trace_profile_read(struct trace_profile *profile, const char *path, bool from_exec, const bool *request,
		       uint64_t pause_ns, struct error *error)
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
	*r = (struct reader){ .profile = profile, .request = request, .pause_ns = pause_ns };
	memset(r->descriptor, REGULAR, 3);
	r->started = !from_exec;
	r->last_request_ns = profile->begin_ns = trace_reader_facts(file)->begin_ns;
	while (code == 0 && (event = trace_reader_next(file)) != NULL)
		code = take(r, event);
	profile->tasks = count_tasks(profile);
	profile->events = trace_reader_facts(file)->events;
	trace_reader_close(file);
	free(r);
	return code ? error_set(error, -code, "cannot read a trace") : 0;
}

void trace_profile_free(struct trace_profile *profile)
{
	for (size_t i = 0; i < TRACE_CALLS; i++)
		free(profile->call[i]);
	*profile = (struct trace_profile){ 0 };
}
