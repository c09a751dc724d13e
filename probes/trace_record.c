/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "probes/probes_priv.h"
#include "probes/trace_ring.h"

/* Empties the rings into the file, a round at a time. */

uint64_t trace_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The first letters of a thread's name, as an event's value. */
uint64_t trace_name(const char *text)
{
	uint64_t value = 0;

	memcpy(&value, text, strnlen(text, sizeof(value)));
	return value;
}

static int write_failed(struct error *error)
{
	return error_fail(error, errno ? errno : EIO, "make room on the disk", "cannot write the trace");
}

/* What /proc tells of a thread: its name, whether it sleeps, and how long it ran a guest (proc(5): fields 2,
 * 3, 43). */
static int describe(struct trace_recorder *r, pid_t tid, bool first)
{
	struct trace_event e[3], *at = e, common = { .time_ns = trace_now_ns(), .tid = tid };
	const char *state, *ticks, *name;
	char path[64], text[1024], *end;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)r->pid, (int)tid);
	if (probe_read_text(path, text, sizeof(text)) < 0)
		return -ESRCH;
	ticks = probe_stat_field(text, 43);
	state = probe_stat_field(text, 3);
	name = strchr(text, '(');
	end = strrchr(text, ')');
	if (!ticks || !state || !name)
		return -ESRCH;
	e[0] = e[1] = e[2] = common;
	if (first) {
		*end = '\0';
		at->kind = TRACE_NAME;
		at++->value = trace_name(name + 1);
	}
	at->kind = TRACE_TICKS;
	at++->value = strtoull(ticks, NULL, 10) * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK));
	if (first && (*state == 'S' || *state == 'D'))
		at++->kind = TRACE_OFF;
	return trace_file_put(r->file, (struct trace_chunk){ .count = (uint32_t)(at - e), .round = r->round },
			      e);
}

static int describe_first(struct trace_recorder *r, pid_t tid)
{
	return describe(r, tid, true);
}

static int describe_last(struct trace_recorder *r, pid_t tid)
{
	return describe(r, tid, false);
}

int trace_begin(struct trace_recorder *r, struct error *error)
{
	if (trace_file_begin(r->file, trace_now_ns(), r->cpus) || trace_threads(r, describe_first))
		return write_failed(error);
	for (size_t i = 0; i < r->fds; i++)
		ioctl(r->fd[i], PERF_EVENT_IOC_ENABLE, 0);
	return 0;
}

int trace_drain(struct trace_recorder *r, struct error *error)
{
	r->round++;
	for (uint32_t cpu = 0; cpu < r->cpus; cpu++) {
		size_t n = r->ring[cpu].map ? ring_take(&r->ring[cpu], &r->formats, r->event, ROUND_MOST) : 0;
		struct trace_chunk chunk = { .cpu = cpu, .count = (uint32_t)n, .round = r->round };

		if (n && trace_file_put(r->file, chunk, r->event))
			return write_failed(error);
	}
	return fflush(r->file) ? write_failed(error) : 0;
}

int trace_end(struct trace_recorder *r, struct error *error)
{
	struct trace_chunk last = { .cpu = TRACE_CLOSED, .round = trace_now_ns() };
	int code = 0;

	for (size_t i = 0; i < r->fds; i++)
		ioctl(r->fd[i], PERF_EVENT_IOC_DISABLE, 0);
	/* A round takes so many events at most: the rings are empty after a few. */
	for (int i = 0; code == 0 && i < 16; i++)
		code = trace_drain(r, error);
	r->round++;
	trace_threads(r, describe_last); /* where the process is still there */
	if (code == 0 && (trace_file_put(r->file, last, NULL) || fflush(r->file)))
		code = write_failed(error);
	return code;
}

int trace_poll_fd(const struct trace_recorder *r)
{
	return r->poll;
}
