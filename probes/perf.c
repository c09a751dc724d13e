/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Counts by perf_event_open(2), one counter a thread and event. A count costs what is counted some tenths of
 * a microsecond, a third of a native page fault, so these probes have repetitions of their own. An event the
 * kernel does not give has no row.
 */
#define EVENTS_MOST 8

typedef int encoder(const char *name, struct perf_event_attr *attribute, struct error *error);

/* What one probe counts: events as counters.csv and the encoder name them. A NULL ends them. */
struct events {
	const char *probe;
	encoder *encode;
	const char *event[EVENTS_MOST + 1];
};

/* Those that x86 raises: alignment and emulation faults never happen. */
static const struct events software = {
	.probe = "perf",
	.encode = probe_encode,
	.event = {
		"task-clock",
		"context-switches",
		"cpu-migrations",
		"page-faults",
		"minor-faults",
		"major-faults",
	},
};

/* On kvm_pvm kvm_exit never fires; the others do on every backend that has their cause. */
static const struct events traced = {
	.probe = "tracepoints",
	.encode = probe_tracepoint_encode,
	.event = {
		"raw_syscalls:sys_enter",
		"kvm:kvm_exit",
		"kvm:kvm_userspace_exit",
		"kvm:kvm_pio",
		"kvm:kvm_mmio",
		"kvm:kvm_page_fault",
		"kvm:kvm_emulate_insn",
		"kvm:kvm_inj_virq",
	},
};

static const char *unit_of(const char *event)
{
	return strcmp(event, "task-clock") == 0 ? "ns" : "1";
}

/* A plain process has none of these. */
static bool is_kvm(const char *event)
{
	return strncmp(event, "kvm:", 4) == 0;
}

struct state {
	const struct events *events;
	int fd[PROBE_THREADS][EVENTS_MOST]; /* -1: not counted */
};

/* What read(2) gives with the read format below. */
struct reading {
	uint64_t value, enabled_ns, running_ns;
};

const char *probe_perf_mend(int number)
{
	switch (number) {
	case EACCES:
	case EPERM:
		return "run as root, or as root: sysctl kernel.perf_event_paranoid=1; a container needs "
		       "--cap-add PERFMON";
	case ENOSYS:
		return "use a kernel with CONFIG_PERF_EVENTS; a container may forbid it: --security-opt "
		       "seccomp";
	default:
		return "dmesg may say why";
	}
}

/* A counter of EVENT on thread TID and its children, not counting yet; or negative errno. */
static int open_counter(const struct events *events, const char *event, pid_t tid, struct error *error)
{
	struct perf_event_attr attribute;
	int code = events->encode(event, &attribute, error), fd;

	if (code)
		return code;
	attribute.disabled = 1;
	attribute.inherit = 1; /* a native program's threads and processes are its own */
	attribute.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
	fd = (int)syscall(SYS_perf_event_open, &attribute, tid, -1, -1, PERF_FLAG_FD_CLOEXEC);
	return fd >= 0 ? fd
		       : error_fail(error, errno, probe_perf_mend(errno),
				    "cannot count %s with perf_event_open", event);
}

static void close_all(void *pointer)
{
	struct state *state = pointer;

	for (size_t t = 0; t < PROBE_THREADS; t++)
		for (size_t e = 0; e < EVENTS_MOST; e++)
			if (state->fd[t][e] >= 0)
				close(state->fd[t][e]);
	free(state);
}

static int open_all(const struct probe *self, const struct probe_target *target, void **pointer)
{
	const struct events *events = self == &probe_perf ? &software : &traced;
	struct state *state = malloc(sizeof(*state));
	struct error error;

	if (state == NULL)
		return -ENOMEM;
	memset(state, 0xff, sizeof(*state)); /* -1 everywhere */
	state->events = events;
	for (size_t t = 0; t < target->threads; t++)
		for (size_t e = 0; events->event[e]; e++)
			if (target->kvm_vcpu >= 0 || !is_kvm(events->event[e]))
				state->fd[t][e] =
					open_counter(events, events->event[e], target->thread[t].tid, &error);
	*pointer = state;
	return 0;
}

static void switch_all(const struct probe_target *target, const struct state *state, unsigned long request)
{
	for (size_t t = 0; t < target->threads; t++)
		for (size_t e = 0; state->events->event[e]; e++)
			if (state->fd[t][e] >= 0)
				ioctl(state->fd[t][e], request, 0);
}

static int start(const struct probe_target *target, void *state)
{
	switch_all(target, state, PERF_EVENT_IOC_ENABLE);
	return 0;
}

static int stop(const struct probe_target *target, void *state)
{
	switch_all(target, state, PERF_EVENT_IOC_DISABLE);
	return 0;
}

static int add(const struct events *events, const char *event, const struct probe_thread *thread, int fd,
	       struct probe_samples *samples)
{
	struct reading reading;
	struct probe_sample sample = { .probe = events->probe, .unit = unit_of(event) };

	/* What was not counted, or never had a turn, has no row. */
	if (fd < 0 || read(fd, &reading, sizeof(reading)) != sizeof(reading) || reading.running_ns == 0)
		return 0;
	snprintf(sample.layer, sizeof(sample.layer), "%s", thread->name);
	snprintf(sample.event, sizeof(sample.event), "%s", event);
	sample.value = (double)reading.value;
	sample.enabled_ns = (int64_t)reading.enabled_ns;
	sample.running_ns = (int64_t)reading.running_ns;
	return probe_samples_append(samples, &sample);
}

static int read_all(const struct probe_target *target, void *pointer, struct probe_samples *samples)
{
	const struct state *state = pointer;
	const char *const *event = state->events->event;
	int code = 0;

	for (size_t t = 0; t < target->threads; t++)
		for (size_t e = 0; code == 0 && event[e]; e++)
			code = add(state->events, event[e], &target->thread[t], state->fd[t][e], samples);
	return code;
}

static bool available(const struct events *events, struct error *error)
{
	int fd = open_counter(events, events->event[0], 0, error);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool has_software(struct error *error)
{
	return available(&software, error);
}

static bool has_traced(struct error *error)
{
	return available(&traced, error);
}

/* Of a system call the entry is counted. */
static int calibrate_traced(const struct probe *self, struct probe_cost *cost)
{
	const struct probe_target target = probe_calibrate_target();

	return probe_calibrate_on(self, &target, 1, cost);
}

static const struct probe_steps steps = {
	.open = open_all,
	.start = start,
	.stop = stop,
	.read = read_all,
	.close = close_all,
};

const struct probe probe_perf = {
	.name = "perf",
	.summary = "software events of each thread: faults, switches",
	.disturbs = true,
	.available = has_software,
	.steps = &steps,
	.calibrate = probe_calibrate_steps,
};

const struct probe probe_tracepoints = {
	.name = "tracepoints",
	.summary = "host system calls of each thread, KVM's exits by kind",
	.disturbs = true,
	.available = has_traced,
	.steps = &steps,
	.calibrate = calibrate_traced,
};
