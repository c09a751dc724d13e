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
	bool idle; /* it waits, or has ended */
};

struct process {
	int32_t number;
	bool driven;
	int32_t busy;		 /* threads that do not wait */
	uint64_t asked, last_ns; /* requests without a driver; the last request of all */
};

struct trace_tasks {
	struct task task[TASKS];
	struct process process[TASKS];
	int32_t busy, cores; /* processes with a busy thread; cores there are */
};

struct trace_tasks *trace_tasks_make(int cores)
{
	struct trace_tasks *tasks = calloc(1, sizeof(*tasks));

	if (tasks) {
		tasks->cores = cores;
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
	*t = (struct task){ tid, process, false };
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

	if (t->idle == idle)
		return;
	t->idle = idle;
	count_busy(tasks, t->process, idle ? -1 : 1);
}

void trace_tasks_exec(struct trace_tasks *tasks, int32_t tid)
{
	struct process *p = process_at(tasks, trace_tasks_process(tasks, tid));

	p->asked = 0;
	p->last_ns = 0;
	p->driven = p->number == 0;
}

struct trace_asked trace_tasks_ask(struct trace_tasks *tasks, const struct trace_event *e)
{
	struct process *p = process_at(tasks, trace_tasks_process(tasks, e->tid));
	int32_t besides = tasks->busy - (p->busy > 0);
	bool room = besides == 0 || besides + 2 <= tasks->cores;
	struct trace_asked asked = { .gap_ns = p->last_ns ? e->time_ns - p->last_ns : 0 };

	asked.driven = p->driven = p->driven && room;
	if (!p->driven && ++p->asked % REQUESTS == 0)
		p->driven = room;
	p->last_ns = e->time_ns;
	return asked;
}
