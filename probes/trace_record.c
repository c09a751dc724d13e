/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "probes/probes_priv.h"
#include "probes/trace_ring_priv.h"

/* Empties the rings into the file, a round at a time. */
#define DRAIN_MS    10
#define IDLE_MS	    100
#define URGENCY	    (-20)      /* a ring fills up while others have all CPUs */
#define TICKS_NS    100000000u /* how old ticks may be where a trace ends before its time, */
#define TICKS_SHARE 50	       /* unless reading them took more than such a part of that */

uint64_t trace_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int write_failed(const struct trace_recorder *r, int code, struct error *error)
{
	return error_fail(error, -code,
			  r->round ? "make room on the disk; what was recorded before can be read"
				   : "make room on the disk",
			  "cannot write the trace");
}

static void take_for_ours(void *argument, int32_t tid)
{
	const struct trace_recorder *r = argument;

	if (tid >= 0 && (uint32_t)tid < TRACE_TIDS)
		r->ours[tid / 64] |= 1ull << tid % 64;
}

static int describe_first(struct trace_recorder *r, pid_t tid)
{
	take_for_ours(r, tid);
	return trace_describe(r, tid, true);
}

static int describe_last(struct trace_recorder *r, pid_t tid)
{
	return trace_describe(r, tid, false);
}

static bool is_ours(const struct trace_recorder *r, int32_t tid)
{
	return tid >= 0 && (uint32_t)tid < TRACE_TIDS && r->ours[tid / 64] >> tid % 64 & 1;
}

/* Switches and wake-ups are recorded of everybody, by whoever makes them: those of strangers go no further.
 */
static bool is_of_all(uint16_t kind)
{
	return kind == TRACE_OFF || kind == TRACE_ON || kind == TRACE_WAKE;
}

static size_t drop_strangers(const struct trace_recorder *r, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (!is_of_all(r->event[i].kind) || is_ours(r, r->event[i].tid))
			r->event[kept++] = r->event[i];
	return kept;
}

/* A thread begins before it is woken, perhaps on another CPU: so all are known before a wake-up is judged. */
static int drain(struct trace_recorder *r)
{
	int code = 0;

	r->round++;
	r->round_ns = trace_now_ns();
	for (uint32_t cpu = 0; cpu < r->cpus; cpu++)
		if (r->ring[cpu].map)
			ring_look(&r->ring[cpu]);
	for (uint32_t cpu = 0; cpu < r->cpus; cpu++)
		if (r->ring[cpu].map)
			ring_scan(&r->ring[cpu], take_for_ours, r);
	for (uint32_t cpu = 0; code == 0 && cpu < r->cpus; cpu++) {
		size_t n = r->ring[cpu].map ? ring_take(&r->ring[cpu], &r->formats, r->event, ROUND_MOST) : 0;
		struct trace_chunk chunk = { .cpu = cpu, .round = r->round };

		chunk.count = (uint32_t)drop_strangers(r, n);
		code = chunk.count ? trace_file_put(r->file, chunk, r->event) : 0;
	}
	return code ? code : fflush(r->file) ? -errno : 0;
}

static int keep_cost(struct trace_recorder *r)
{
	const struct trace_event cost = {
		.time_ns = r->round_ns, .kind = TRACE_COST, .tid = COST_RECORDER, .value = r->cpu_ns
	};

	return trace_file_put(r->file, (struct trace_chunk){ .count = 1, .round = r->round }, &cost);
}

/* A process may end at any time, or its trace be killed: what the ticks said up to then, and what recording
 * took, is kept with the round. */
static int keep_ticks(struct trace_recorder *r)
{
	uint64_t now;
	int code;

	if (r->round_ns < r->ticks_ns)
		return 0;
	r->cpu_ns = clock_thread_cpu_ns(); /* the drainer's own thread has done nothing else */
	code = trace_threads(r, describe_last);
	if (!ferror(r->file)) /* it may have ended */
		code = keep_cost(r);
	if (code)
		return code;
	now = trace_now_ns();
	r->ticks_ns = now + TICKS_NS;
	if ((now - r->round_ns) * TICKS_SHARE > TICKS_NS)
		r->ticks_ns = now + (now - r->round_ns) * TICKS_SHARE;
	return 0;
}

/*
 * Whenever there is enough in a ring (perf_event_open(2): the watermark), and now and then, so that a trace
 * that is killed has what came before. The event of a thread that has ended says so all the time and nothing
 * else: then often enough, since a ring of a MiB takes some 20,000 events.
 */
static void *drain_rings(void *argument)
{
	struct trace_recorder *r = argument;
	bool deaf = false;
	int code = 0;

	setpriority(PRIO_PROCESS, 0, URGENCY);	     /* this thread's; who may not is as the others are */
	for (uint32_t cpu = 0; cpu < r->cpus; cpu++) /* one so small wakes nobody in time */
		deaf |= r->ring[cpu].map && r->ring[cpu].bytes < 4ul * RING_WAKES;
	while (code == 0) {
		poll(r->wait, r->cpus + 1, deaf ? DRAIN_MS : IDLE_MS);
		if (r->wait[r->cpus].revents)
			break;
		code = drain(r);
		if (code == 0)
			code = keep_ticks(r);
		for (uint32_t cpu = 0; cpu < r->cpus; cpu++)
			if (r->wait[cpu].revents & (POLLHUP | POLLERR)) {
				r->wait[cpu].fd = -1;
				deaf = true;
			}
	}
	r->cpu_ns = clock_thread_cpu_ns();
	__atomic_store_n(&r->failed, code, __ATOMIC_RELEASE);
	return NULL;
}

bool trace_failed(const struct trace_recorder *r)
{
	return __atomic_load_n(&r->failed, __ATOMIC_ACQUIRE) != 0;
}

/* A thread that gets no signals, which are for others, and does not inherit a real-time policy. */
static int start_drainer(struct trace_recorder *r)
{
	pthread_attr_t attributes;
	sigset_t all, old;
	int code;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_attr_init(&attributes);
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attributes, SCHED_OTHER);
	pthread_attr_setschedparam(&attributes, &(struct sched_param){ 0 });
	code = pthread_create(&r->drainer, &attributes, drain_rings, r);
	pthread_attr_destroy(&attributes);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	r->drains = code == 0;
	return code;
}

int trace_begin(struct trace_recorder *r, struct error *error)
{
	struct trace_event cost[TRACE_COSTS];
	uint64_t now;
	int code;

	r->stop = eventfd(0, EFD_CLOEXEC);
	trace_costs_try(&r->formats, r->cost);
	now = r->round_ns = trace_now_ns();
	r->ticks_ns = now + TICKS_NS;
	for (int i = 0; i < TRACE_COSTS; i++)
		cost[i] = (struct trace_event){
			.time_ns = now, .kind = TRACE_COST, .tid = i, .value = r->cost[i]
		};
	code = trace_file_begin(r->file, now, r->cpus);
	if (code == 0)
		code = trace_file_put(r->file, (struct trace_chunk){ .count = TRACE_COSTS }, cost);
	if (code == 0)
		code = trace_threads(r, describe_first);
	if (code == 0 && fflush(r->file)) /* a full disk is told at once */
		code = -errno;
	if (code)
		return code == -ESRCH ? trace_gone(r, error) : write_failed(r, code, error);
	for (uint32_t cpu = 0; cpu < r->cpus; cpu++)
		r->wait[cpu] = (struct pollfd){ .fd = r->leader[cpu], .events = POLLIN };
	r->wait[r->cpus] = (struct pollfd){ .fd = r->stop, .events = POLLIN };
	if (r->stop < 0 || start_drainer(r))
		return error_set(error, ENOMEM, "cannot record a trace");
	for (size_t i = 0; i < r->fds; i++)
		ioctl(r->fd[i], PERF_EVENT_IOC_ENABLE, 0);
	return 0;
}

void trace_stop(struct trace_recorder *r)
{
	uint64_t one = 1;

	if (r->drains && write(r->stop, &one, sizeof(one)) == sizeof(one))
		pthread_join(r->drainer, NULL);
	r->drains = false;
	if (r->stop >= 0)
		close(r->stop);
	r->stop = -1;
}

int trace_end(struct trace_recorder *r, struct error *error)
{
	struct trace_chunk last = { .cpu = TRACE_CLOSED, .round = trace_now_ns() };
	uint64_t cpu_ns;
	int code;

	for (size_t i = 0; i < r->fds; i++)
		ioctl(r->fd[i], PERF_EVENT_IOC_DISABLE, 0);
	trace_stop(r);
	cpu_ns = clock_thread_cpu_ns();
	code = r->failed ? r->failed : drain(r);
	if (code)
		return write_failed(r, code, error);
	r->round++;
	r->round_ns = trace_now_ns();
	trace_threads(r, describe_last); /* where the process is still there */
	r->cpu_ns += clock_thread_cpu_ns() - cpu_ns;
	code = keep_cost(r);
	if (code == 0)
		code = trace_file_put(r->file, last, NULL);
	if (code == 0 && fflush(r->file))
		code = -errno;
	return code ? write_failed(r, code, error) : 0;
}
