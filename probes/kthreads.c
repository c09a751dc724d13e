/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/host_priv.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * CPU time of kernel threads. Those that serve one process bear its number in their names (vhost-4711), or
 * are among its own threads, as io_uring's workers are and, since Linux 6.4, vhost's: their time is its.
 * What kworkers, ksoftirqd and the like did was for whoever asked, which the kernel does not keep: the rows
 * of "host" are of the whole host. A kernel thread that ended meanwhile is not seen.
 */
#define PROBE	 "kthreads"
#define KTHREADD 2

/* "kworker" of "kworker/0:1H-kblockd", "vhost" of "vhost-4711". */
static void take_kind(char kind[KTHREAD_KIND], const char *name)
{
	size_t length = strcspn(name, "/:-.+_ \n0123456789");

	snprintf(kind, KTHREAD_KIND, "%.*s", (int)length, name);
	for (char *c = kind; *c; c++)
		*c = isalpha((unsigned char)*c) ? *c : '?';
}

/* Whether NAME ends in the number PID, as vhost-4711 does; kworker/0:4711 does, too, and is nobody's. */
static bool names_process(const char *name, pid_t pid)
{
	const char *at = strrchr(name, '-');
	char *end;

	return at && strtol(at + 1, &end, 10) == pid && (*end == '\0' || *end == '\n');
}

static int64_t cpu_ns(const char *directory)
{
	char path[80], text[128];
	int64_t ns;

	snprintf(path, sizeof(path), "%s/schedstat", directory);
	if (probe_read_text(path, text, sizeof(text)) <= 0 || sscanf(text, "%" SCNd64, &ns) != 1)
		return -1;
	return ns;
}

/* Adds the thread in DIRECTORY of /proc. One that has gone is passed over. 0 or -ENOMEM. */
static int add_thread(struct kthreads *all, const char *directory, pid_t tid)
{
	char path[80], name[80];
	struct kthread *grown;
	int64_t ns = cpu_ns(directory);

	snprintf(path, sizeof(path), "%s/comm", directory);
	if (ns < 0 || probe_read_text(path, name, sizeof(name)) <= 0)
		return 0;
	if (all->count == all->capacity) {
		size_t capacity = all->capacity ? 2 * all->capacity : 128;

		grown = realloc(all->thread, capacity * sizeof(*grown));
		if (grown == NULL)
			return -ENOMEM;
		all->thread = grown;
		all->capacity = capacity;
	}
	all->thread[all->count] = (struct kthread){ .tid = tid, .cpu_ns = ns };
	take_kind(all->thread[all->count].kind, name);
	snprintf(all->thread[all->count++].name, KTHREAD_NAME, "%.*s", KTHREAD_NAME - 1, name);
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const struct kthread *x = a, *y = b;

	return (x->tid > y->tid) - (x->tid < y->tid);
}

int kthreads_read(struct kthreads *all)
{
	FILE *children = fopen("/proc/2/task/2/children", "re");
	int number, code = 0;
	char directory[40];

	*all = (struct kthreads){ 0 };
	if (children == NULL)
		return -errno;
	while (code == 0 && fscanf(children, "%d", &number) == 1) {
		snprintf(directory, sizeof(directory), "/proc/%d", number);
		code = add_thread(all, directory, number);
	}
	fclose(children);
	if (code)
		kthreads_free(all);
	else if (all->count)
		qsort(all->thread, all->count, sizeof(*all->thread), by_number);
	return code;
}

void kthreads_free(struct kthreads *all)
{
	free(all->thread);
	*all = (struct kthreads){ 0 };
}

struct state {
	struct kthreads first, last;
	const struct kthreads *before; /* the same as first, or what was read before the process began */
};

static int open_state(const struct probe *self, const struct probe_target *target, void **state)
{
	(void)self;
	(void)target;
	*state = calloc(1, sizeof(struct state));
	return *state ? 0 : -ENOMEM;
}

static int start(const struct probe_target *target, void *pointer)
{
	struct state *state = pointer;

	if (probe_find_process(target))
		return -ESRCH;
	state->before = target->before ? &target->before->kthreads : &state->first;
	return target->before ? 0 : kthreads_read(&state->first);
}

static int stop(const struct probe_target *target, void *pointer)
{
	struct state *state = pointer;

	(void)target;
	return kthreads_read(&state->last);
}

/* Adds NS to the row of KIND, of the process or of the whole host. 0 or -ENOMEM. */
static int add_time(struct probe_samples *samples, const char *whose, const char *kind, int64_t ns)
{
	for (size_t i = 0; i < samples->count; i++) {
		struct probe_sample *s = &samples->sample[i];

		if (strcmp(s->probe, PROBE) == 0 && strcmp(s->layer, whose) == 0 &&
		    strcmp(s->event, kind) == 0) {
			s->value += (double)ns;
			return 0;
		}
	}
	return probe_samples_add(samples, PROBE, whose, kind, "ns", (double)ns);
}

/* The kernel's threads among the process's own: they have its CPU time as theirs. */
static int add_own(const struct probe_target *target, struct probe_samples *samples)
{
	static const char *const kinds[] = { "iou-wrk", "iou-sqp", "vhost", "kvm-nx" };
	char path[80], name[80];
	struct dirent *entry;
	DIR *tasks;
	int code = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)target->pid);
	tasks = opendir(path);
	while (tasks && code == 0 && (entry = readdir(tasks)) != NULL) {
		char directory[64];

		snprintf(directory, sizeof(directory), "/proc/%d/task/%.10s", (int)target->pid,
			 entry->d_name);
		snprintf(path, sizeof(path), "%s/comm", directory);
		if (entry->d_name[0] == '.' || probe_read_text(path, name, sizeof(name)) <= 0)
			continue;
		for (size_t i = 0; code == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
			if (strncmp(name, kinds[i], strlen(kinds[i])) == 0 && cpu_ns(directory) >= 0)
				code = add_time(samples, "process", kinds[i], cpu_ns(directory));
	}
	if (tasks)
		closedir(tasks);
	return code;
}

/* Both lists ascend by number. */
int kthreads_add_changes(const struct kthreads *before, const struct kthreads *after, pid_t pid,
			 struct probe_samples *samples)
{
	int code = 0;

	for (size_t i = 0, at = 0; code == 0 && i < after->count; i++) {
		const struct kthread *t = &after->thread[i];
		int64_t ns = t->cpu_ns;

		while (at < before->count && before->thread[at].tid < t->tid)
			at++;
		if (at < before->count && before->thread[at].tid == t->tid)
			ns -= before->thread[at].cpu_ns;
		if (ns > 0)
			code = add_time(samples, names_process(t->name, pid) ? "process" : "host", t->kind,
					ns);
	}
	return code;
}

static int read_state(const struct probe_target *target, void *pointer, struct probe_samples *samples)
{
	const struct state *state = pointer;
	int code = add_own(target, samples);

	return code ? code : kthreads_add_changes(state->before, &state->last, target->pid, samples);
}

static void close_state(void *pointer)
{
	struct state *state = pointer;

	kthreads_free(&state->first);
	kthreads_free(&state->last);
	free(state);
}

static bool available(struct error *error)
{
	struct kthreads all;
	int code = kthreads_read(&all);
	bool some = code == 0 && all.count > 0;

	if (code == 0)
		kthreads_free(&all);
	if (!some)
		error_fail(error, 0,
			   "use a kernel with CONFIG_PROC_CHILDREN, outside of a container's PID namespace",
			   "kernel threads are not to be seen");
	return some;
}

static const struct probe_steps steps = {
	.open = open_state,
	.start = start,
	.stop = stop,
	.read = read_state,
	.close = close_state,
};

const struct probe probe_kthreads = {
	.name = PROBE,
	.summary = "CPU time of kernel threads: the process's own, and the host's by kind",
	.available = available,
	.steps = &steps,
	.calibrate = probe_calibrate_steps,
};
