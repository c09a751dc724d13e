/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdlib.h>

#include "probes/trace_priv.h"

/*
 * The processes of a traced program, and which requests of theirs would find a driver that polls: in a
 * virtual machine each process has one of its own. That of a process that was forked begins once it has made
 * some requests, and all of them give way while the program's other processes want the cores.
 */
#define TASKS	 4096 /* slots, by the low bits of a thread's number, or of a process's */
#define REQUESTS 50   /* after which a process without a driver looks for room for one */

struct task {
	int32_t tid, process;
	bool idle;  /* it waits, or has ended */
	bool ended; /* what is told of it after that is of how it goes */
};

struct process {
	int32_t number;
	bool driven;
	int32_t busy;		  /* threads that do not wait */
	uint64_t asked, rests_ns; /* requests without a driver; since when that has nothing to do */
};

struct trace_tasks {
	struct task task[TASKS];
	struct process process[TASKS];
	int32_t busy, cores; /* processes with a busy thread; cores there are */
	struct trace_pause pause;
};

struct trace_tasks *trace_tasks_make(int cores, struct trace_pause pause)
{
	struct trace_tasks *tasks = calloc(1, sizeof(*tasks));

	if (tasks) {
		tasks->cores = cores;
		tasks->pause = pause;
		tasks->process[0] = (struct process){ .driven = true };
	}
	return tasks;
}

/* Those that were there before, and what they start as threads, are process 0: the program as it begins. */
int32_t trace_tasks_process(const struct trace_tasks *tasks, int32_t tid)
{
	const struct task *t = &tasks->task[(uint32_t)tid % TASKS];

	return t->tid == tid ? t->process : 0;
}

static struct process *process_at(struct trace_tasks *tasks, int32_t number)
{
	struct process *p = &tasks->process[(uint32_t)number % TASKS];

	if (p->number != number) {
		tasks->busy -= p->busy > 0;
		*p = (struct process){ .number = number };
	}
	return p;
}

static void count_busy(struct trace_tasks *tasks, int32_t process, int change)
{
	struct process *p = process_at(tasks, process);
	bool was = p->busy > 0;

	p->busy += change;
	tasks->busy += (p->busy > 0) - was;
}

/* The slot of a thread, which another may have had. */
static struct task *task_at(struct trace_tasks *tasks, int32_t tid, int32_t process)
{
	struct task *t = &tasks->task[(uint32_t)tid % TASKS];

	if (t->tid == tid)
		return t;
	if (t->tid && !t->idle)
		count_busy(tasks, t->process, -1);
	*t = (struct task){ .tid = tid, .process = process };
	count_busy(tasks, process, 1);
	return t;
}

void trace_tasks_begin(struct trace_tasks *tasks, const struct trace_event *e)
{
	int32_t number = (int32_t)(e->value >> 32);
	int32_t starter = trace_tasks_process(tasks, (int32_t)(uint32_t)e->value);
	struct task *t = &tasks->task[(uint32_t)e->tid % TASKS];

	if (t->tid == e->tid) /* its number is given anew */
		t->tid = 0;
	task_at(tasks, e->tid, number == e->tid ? number : starter);
}

void trace_tasks_idle(struct trace_tasks *tasks, int32_t tid, bool idle)
{
	struct task *t = task_at(tasks, tid, 0);

	if (t->ended || t->idle == idle)
		return;
	t->idle = idle;
	count_busy(tasks, t->process, idle ? -1 : 1);
}

void trace_tasks_end(struct trace_tasks *tasks, int32_t tid)
{
	trace_tasks_idle(tasks, tid, true);
	task_at(tasks, tid, 0)->ended = true;
}

void trace_tasks_exec(struct trace_tasks *tasks, int32_t tid)
{
	struct process *p = process_at(tasks, trace_tasks_process(tasks, tid));

	p->asked = 0;
	p->driven = p->number == 0;
}

static bool is_crowded(struct trace_tasks *tasks, int32_t tid)
{
	int32_t beside = tasks->cores > 2 ? tasks->cores - 1 : 1;

	return process_at(tasks, trace_tasks_process(tasks, tid))->busy > beside;
}

static uint64_t patience(struct trace_tasks *tasks, int32_t tid)
{
	return is_crowded(tasks, tid) ? tasks->pause.crowded_ns : tasks->pause.ns;
}

uint64_t trace_tasks_polled(struct trace_tasks *tasks, const struct trace_event *e, uint64_t since_ns)
{
	uint64_t ns = e->time_ns > since_ns ? e->time_ns - since_ns : 0, most = tasks->pause.crowded_ns;

	return is_crowded(tasks, e->tid) && ns > most ? most : ns;
}

/* Whether P, which may be busy itself, has room for a driver that polls. */
static bool has_room(const struct trace_tasks *tasks, const struct process *p)
{
	int32_t besides = tasks->busy - (p->busy > 0);

	return besides == 0 || besides + 2 <= tasks->cores;
}

/* It serves, or has had nothing to do for less than its patience. */
bool trace_tasks_watched(struct trace_tasks *tasks, const struct trace_event *e)
{
	const struct process *p = process_at(tasks, task_at(tasks, e->tid, 0)->process);

	return p->driven && has_room(tasks, p) &&
	       (!p->rests_ns || e->time_ns <= p->rests_ns + patience(tasks, e->tid));
}

bool trace_tasks_ask(struct trace_tasks *tasks, const struct trace_event *e)
{
	struct process *p = process_at(tasks, trace_tasks_process(tasks, e->tid));
	bool room = has_room(tasks, p), driven = p->driven && room;

	p->driven = driven;
	if (driven || ++p->asked % REQUESTS || !room)
		return driven;
	p->driven = true;
	p->rests_ns = e->time_ns;
	return false;
}

void trace_tasks_serve(struct trace_tasks *tasks, const struct trace_event *e)
{
	process_at(tasks, trace_tasks_process(tasks, e->tid))->rests_ns = e->time_ns;
}

void trace_tasks_skip(struct trace_tasks *tasks, const struct trace_event *e, uint64_t ns)
{
	struct process *p = process_at(tasks, trace_tasks_process(tasks, e->tid));

	if (p->rests_ns && p->busy <= 1)
		p->rests_ns += ns;
}

bool trace_tasks_end_rest(struct trace_tasks *tasks, const struct trace_event *e, uint64_t *awake_ns)
{
	struct process *p = process_at(tasks, trace_tasks_process(tasks, e->tid));
	uint64_t rested = p->rests_ns && p->rests_ns < e->time_ns ? e->time_ns - p->rests_ns : 0;
	uint64_t most = patience(tasks, e->tid);

	p->rests_ns = 0;
	*awake_ns += rested < most ? rested : most;
	return rested > most;
}
