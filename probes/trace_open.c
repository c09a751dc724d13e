/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "probes/probes_priv.h"
#include "probes/trace_ring_priv.h"

#define EVERYBODY	(-1)
#define FIRST_PID_SPACE 0xeffffffcu /* PROC_PID_INIT_INO of linux/proc_ns.h */

/*
 * Records what the threads of a process do: for each thread there is, on each CPU, an event for switches and
 * one for each tracepoint, all into that CPU's ring. They are inherited by threads and processes that start
 * later.
 */
static int keep(struct trace_recorder *r, int fd)
{
	if (r->fds == r->room) {
		size_t room = r->room ? 2 * r->room : 64;
		int *grown = realloc(r->fd, room * sizeof(*grown));

		if (grown == NULL) {
			close(fd);
			return -ENOMEM;
		}
		r->fd = grown;
		r->room = room;
	}
	r->fd[r->fds++] = fd;
	return 0;
}

static int open_event(struct trace_recorder *r, struct perf_event_attr *a, pid_t tid, uint32_t cpu)
{
	int fd, code;

	a->size = sizeof(*a);
	a->disabled = 1;
	a->inherit = tid > 0;
	a->sample_id_all = 1;
	a->use_clockid = 1;
	a->clockid = CLOCK_MONOTONIC_RAW;
	fd = (int)syscall(SYS_perf_event_open, a, tid, (int)cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	code = keep(r, fd);
	return code ? code : fd;
}

/* What the event FD records goes into the ring of CPU, too. FD may be an error already. */
static int join(const struct trace_recorder *r, uint32_t cpu, int fd)
{
	if (fd < 0)
		return fd;
	return ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, r->leader[cpu]) ? -errno : 0;
}

/* The event for switches, names and ends; the first of a CPU has the ring. */
static int open_leader(struct trace_recorder *r, pid_t tid, uint32_t cpu)
{
	struct perf_event_attr a = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_DUMMY,
		.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME,
		.context_switch = 1,
		.watermark = 1,
		.wakeup_watermark = RING_WAKES,
		.comm = 1,
		.task = 1,
		.mmap = r->pages,
		.mmap2 = r->pages,
		.mmap_data = r->pages,
	};
	int fd = open_event(r, &a, tid, cpu), code;

	if (fd < 0 || r->leader[cpu] >= 0)
		return join(r, cpu, fd);
	code = ring_map(&r->ring[cpu], fd);
	if (code)
		return code;
	r->leader[cpu] = fd;
	return 0;
}

static int open_point(struct trace_recorder *r, size_t i, pid_t tid, uint32_t cpu)
{
	struct perf_event_attr a = {
		.type = PERF_TYPE_TRACEPOINT,
		.config = r->formats.id[i],
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_RAW,
	};
	int fd = open_event(r, &a, tid, cpu);
	const char *filter = trace_point(i)->filter;

	if (fd >= 0 && filter && ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter))
		return -errno;
	return join(r, cpu, fd);
}

/* The kernel counts a page fault of a program's own code once it has served it. */
static int open_served(struct trace_recorder *r, pid_t tid, uint32_t cpu)
{
	static const uint64_t counts[] = { PERF_COUNT_SW_PAGE_FAULTS_MIN, PERF_COUNT_SW_PAGE_FAULTS_MAJ };
	int code = 0;

	for (size_t i = 0; code == 0 && i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct perf_event_attr a = {
			.type = PERF_TYPE_SOFTWARE,
			.config = counts[i],
			.sample_period = 1,
			.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME,
		};

		code = join(r, cpu, open_event(r, &a, tid, cpu));
	}
	return code;
}

static int open_thread(struct trace_recorder *r, pid_t tid)
{
	int code = 0;

	for (uint32_t cpu = 0; code == 0 && cpu < r->cpus; cpu++) {
		code = open_leader(r, tid, cpu);
		if (code == -ENODEV) { /* the CPU is off line */
			code = 0;
			continue;
		}
		for (size_t i = 0; code == 0 && i < TRACE_POINTS; i++)
			if (r->formats.id[i] && !trace_point(i)->all &&
			    (r->silent || !trace_point(i)->silent) && (r->pages || !trace_point(i)->pages))
				code = open_point(r, i, tid, cpu);
		if (code == 0 && r->pages)
			code = open_served(r, tid, cpu);
	}
	return code;
}

/* What others do to a thread, as having its CPU before it, is theirs to record: of everybody, on each CPU. */
static int open_others(struct trace_recorder *r)
{
	int code = 0;

	for (uint32_t cpu = 0; code == 0 && r->all && cpu < r->cpus; cpu++)
		for (size_t i = 0; code == 0 && i < TRACE_POINTS && r->leader[cpu] >= 0; i++)
			if (r->formats.id[i] && trace_point(i)->all)
				code = open_point(r, i, EVERYBODY, cpu);
	return code;
}

/* Whether threads have the numbers here that they have in records of others. In a container they do not. */
static bool numbers_are_the_kernels(void)
{
	struct stat space;

	return stat("/proc/self/ns/pid", &space) == 0 && space.st_ino == FIRST_PID_SPACE;
}

/* Each thread takes a dozen descriptors a CPU. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int trace_gone(const struct trace_recorder *r, struct error *error)
{
	return error_fail(error, 0, "pgrep finds what still runs", "process %d has ended", (int)r->pid);
}

/* Last of all: where nothing can be traced, what had that name before is still there. */
static int open_file(struct trace_recorder *r, const char *path, struct error *error)
{
	r->file = fopen(path, "we");
	if (r->file)
		return 0;
	error_fail(error, errno, "choose a directory you may write to", "cannot create the trace");
	return error_at(error, "%s", path);
}

static int open_all(struct trace_recorder *r, const char *path, struct error *error)
{
	int code = trace_formats_read(&r->formats, error);

	if (code)
		return code;
	raise_limit();
	r->ring = calloc(r->cpus, sizeof(*r->ring));
	r->leader = malloc(r->cpus * sizeof(*r->leader));
	r->event = malloc(ROUND_MOST * sizeof(*r->event));
	r->wait = calloc(r->cpus + 1, sizeof(*r->wait));
	r->ours = calloc(TRACE_TIDS / 64, sizeof(*r->ours));
	if (!r->ring || !r->leader || !r->event || !r->wait || !r->ours)
		return error_set(error, ENOMEM, "cannot record a trace");
	for (uint32_t cpu = 0; cpu < r->cpus; cpu++) {
		r->leader[cpu] = -1;
		r->ring[cpu].cpu = cpu;
	}
	code = trace_threads(r, open_thread);
	if (code == 0 && r->fds == 0) /* it waits to be reaped */
		code = -ESRCH;
	if (code == 0)
		code = open_others(r);
	if (code == -EACCES || code == -EPERM)
		return error_fail(error, -code,
				  "run as root, or as root: sysctl kernel.perf_event_paranoid=-1",
				  "cannot trace process %d", (int)r->pid);
	if (code == -ESRCH)
		return trace_gone(r, error);
	return code ? error_set(error, -code, "cannot trace process %d", (int)r->pid)
		    : open_file(r, path, error);
}

void trace_close(struct trace_recorder *r)
{
	trace_stop(r);
	for (size_t i = 0; i < r->fds; i++)
		close(r->fd[i]);
	for (uint32_t cpu = 0; r->ring && cpu < r->cpus; cpu++)
		ring_unmap(&r->ring[cpu]);
	if (r->file)
		fclose(r->file);
	free(r->ring);
	free(r->leader);
	free(r->event);
	free(r->wait);
	free(r->ours);
	free(r->fd);
	free(r);
}

int trace_open(struct trace_recorder **recorder, pid_t pid, const char *path, const uint64_t *costs,
	       bool pages, struct error *error)
{
	struct trace_recorder *r = calloc(1, sizeof(*r));
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	int code;

	if (r == NULL)
		return error_set(error, ENOMEM, "cannot record a trace");
	r->stop = -1;
	r->cpus = cpus > 0 ? (uint32_t)cpus : 1;
	r->pid = pid;
	r->all = numbers_are_the_kernels();
	r->pages = pages;
	if (costs)
		memcpy(r->cost, costs, sizeof(r->cost));
	/* Also while that is found out. */
	r->silent = costs && costs[COST_WINDOW] == 0 && (costs[COST_NOTED] || costs[COST_TURN] == 0);
	code = open_all(r, path, error);
	if (code)
		trace_close(r);
	else
		*recorder = r;
	return code;
}

bool trace_available(struct error *error)
{
	struct perf_event_attr a = { .size = sizeof(a), .type = PERF_TYPE_TRACEPOINT };
	struct trace_formats formats;
	int fd;

	if (trace_formats_read(&formats, error))
		return false;
	a.config = formats.id[0];
	a.sample_period = 1;
	a.sample_type = PERF_SAMPLE_RAW;
	fd = (int)syscall(SYS_perf_event_open, &a, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd >= 0)
		close(fd);
	else
		error_fail(error, errno, "run as root, or as root: sysctl kernel.perf_event_paranoid=-1",
			   "cannot trace with perf_event_open");
	return fd >= 0;
}
