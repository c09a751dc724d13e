/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "model/simulate_priv.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/random.h"
#include "base/stats.h"

/* Events one after the other: in between, all who are ready compute at one speed. */
#define SLICES 16 /* of a run: it computes, then waits, so often */

struct vm {
	size_t class_;
	bool idle, ready; /* neither: it waits for nobody */
	double left;	  /* of the slice: seconds, at full speed */
	double cpu, rest; /* of the slices to come */
	double width;	  /* cores that it computes on */
	size_t slices;	  /* after this one */
	double due, begun;
};

struct state {
	const struct simulate_machine *m;
	struct simulate_result *result;
	size_t *room; /* classes: of took_s; owned */
	struct vm *vm;
	size_t vms;
	double now, next; /* when the next run is due; open only */
	double *queue;	  /* due, and not begun: first to last; owned */
	size_t first, last, queue_room;
	uint64_t seed;
	int code;
};

struct simulate_run simulate_run_on_free(double cpu_s, double wall_s, double wait_s)
{
	bool one_by_one = cpu_s + wait_s <= SIMULATE_WIDE * wall_s;

	return (struct simulate_run){ cpu_s,
				      one_by_one ? fmax(wall_s - wait_s, fmin(cpu_s, wall_s)) : wall_s };
}

/* What one of SLICES slices takes of LEFT: all divisions are equally likely, so no two runs keep step. */
static double cut(struct state *s, double *left, size_t slices)
{
	double part = slices > 1 ? *left * (1 - pow(random_unit(&s->seed), 1 / (double)(slices - 1))) : *left;

	*left -= part;
	return part;
}

static void begin(struct state *s, struct vm *vm, double due)
{
	const struct simulate_class *c = &s->m->class_[vm->class_];
	struct simulate_run run = c->run[random_below(&s->seed, c->runs)];

	vm->idle = false;
	vm->ready = true;
	vm->width = run.wall > 0 ? fmax(run.cpu / run.wall, 1) : 1;
	vm->cpu = run.cpu / vm->width;
	vm->rest = fmax(run.wall - run.cpu, 0);
	vm->left = cut(s, &vm->cpu, SLICES);
	vm->slices = SLICES - 1;
	vm->due = due;
	vm->begun = s->now;
}

static void count(struct state *s, const struct vm *vm)
{
	struct simulate_result *r = &s->result[vm->class_];
	const struct simulate_machine *m = s->m;
	double from = fmax(vm->begun, m->warm_s), to = m->until_s > 0 ? fmin(s->now, m->until_s) : s->now;

	if (to > from && s->now > vm->begun)
		r->throughput += (to - from) / (s->now - vm->begun);
	if (vm->due < m->warm_s)
		return;
	if (r->count == s->room[vm->class_]) {
		size_t room = 2 * r->count + 64;
		double *grown = realloc(r->took_s, room * sizeof(*grown));

		if (grown == NULL) {
			s->code = -ENOMEM;
			return;
		}
		r->took_s = grown;
		s->room[vm->class_] = room;
	}
	r->took_s[r->count++] = s->now - vm->due;
}

static void enqueue(struct state *s)
{
	if (s->last == s->queue_room) {
		size_t room = 2 * s->queue_room + 64;
		double *grown = realloc(s->queue, room * sizeof(*grown));

		if (grown == NULL) {
			s->code = -ENOMEM;
			return;
		}
		s->queue = grown;
		s->queue_room = room;
	}
	s->queue[s->last++] = s->next;
	s->next += -log(random_unit(&s->seed)) / s->m->rate;
}

/* What VM does now that its run has ended. */
static void go_on(struct state *s, struct vm *vm)
{
	bool open = s->m->rate > 0;

	vm->idle = true;
	if (open && s->first < s->last)
		begin(s, vm, s->queue[s->first++]);
	else if (!open && s->now < s->m->until_s)
		begin(s, vm, s->now);
}

static void end_slice(struct state *s, struct vm *vm)
{
	if (vm->ready && vm->rest > 0) {
		vm->ready = false;
		vm->left = cut(s, &vm->rest, vm->slices + 1);
	} else if (vm->slices) {
		vm->slices--;
		vm->ready = true;
		vm->left = cut(s, &vm->cpu, vm->slices + 1);
	} else {
		count(s, vm);
		go_on(s, vm);
	}
}

/* The next event; false: there is none any more. */
static bool step(struct state *s)
{
	double wanted = 0, speed, after = INFINITY;
	bool due = s->m->rate > 0 && s->next < s->m->until_s;
	struct vm *which = NULL;

	for (size_t i = 0; i < s->vms; i++)
		wanted += !s->vm[i].idle && s->vm[i].ready ? s->vm[i].width : 0;
	speed = wanted > s->m->cores ? s->m->cores / wanted : 1;
	for (size_t i = 0; i < s->vms; i++) {
		double left = s->vm[i].left / (s->vm[i].ready ? speed : 1);

		if (!s->vm[i].idle && left < after) {
			after = left;
			which = &s->vm[i];
		}
	}
	if (due && s->next - s->now < after) {
		after = fmax(s->next - s->now, 0);
		which = NULL;
	} else if (which == NULL) {
		return false;
	}
	for (size_t i = 0; i < s->vms; i++)
		s->vm[i].left = fmax(s->vm[i].left - after * (s->vm[i].ready ? speed : 1), 0);
	s->now += after;
	if (which) {
		which->left = 0;
		end_slice(s, which);
		return true;
	}
	enqueue(s);
	for (size_t i = 0; s->code == 0 && i < s->vms && s->first < s->last; i++)
		if (s->vm[i].idle)
			begin(s, &s->vm[i], s->queue[s->first++]);
	return true;
}

static void run_once(struct state *s)
{
	size_t i = 0;

	s->now = 0;
	s->first = s->last = 0;
	if (s->m->rate > 0)
		s->next = -log(random_unit(&s->seed)) / s->m->rate;
	for (size_t c = 0; c < s->m->classes; c++)
		for (size_t k = 0; k < s->m->class_[c].vms; k++, i++) {
			s->vm[i] = (struct vm){ .class_ = c, .idle = true };
			if (!(s->m->rate > 0))
				begin(s, &s->vm[i], 0);
		}
	while (s->code == 0 && step(s))
		;
}

int simulate(const struct simulate_machine *m, struct simulate_result *result)
{
	struct state s = { .m = m, .result = result, .seed = m->seed };

	for (size_t c = 0; c < m->classes; c++) {
		result[c] = (struct simulate_result){ 0 };
		s.vms += m->class_[c].vms;
	}
	s.vm = calloc(s.vms + 1, sizeof(*s.vm));
	s.room = calloc(m->classes + 1, sizeof(*s.room));
	s.code = s.vm && s.room ? 0 : -ENOMEM;
	for (size_t i = 0; s.code == 0 && i < m->times; i++)
		run_once(&s);
	for (size_t c = 0; c < m->classes; c++) {
		result[c].throughput /= (double)m->times * (m->until_s - m->warm_s);
		stats_sort(result[c].took_s, result[c].count);
	}
	free(s.vm);
	free(s.room);
	free(s.queue);
	return s.code;
}

void simulate_free(struct simulate_result *result, size_t classes)
{
	for (size_t c = 0; c < classes; c++)
		free(result[c].took_s);
}
