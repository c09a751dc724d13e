/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdlib.h>
#include <string.h>

#include "probes/trace_priv.h"

/*
 * The critical path of a traced program: the longest chain of what waited for what, from its end back to its
 * beginning. What is added on it makes the program longer, and what is added beside it does not (C.-Q. Yang
 * and B. P. Miller, Critical path analysis for the execution of parallel and distributed programs, ICDCS
 * 1988). Each thread carries along what lies on the chain that led to where it is: it goes on where whoever
 * woke it was then, or whoever had the core that it was waiting for.
 *
 * A process begins, or goes on as another program, in far more time than natively where it gets a VM, and has
 * no core for most of that. Of these births another chain tells: the one with most of them, were there a core
 * for each thread.
 */
#define CHAINS 4096 /* slots, by the low bits of a thread's number */

struct chain {
	int32_t tid;
	bool waits, woken; /* woken: and has had no core since */
	uint64_t ready_ns; /* since when it could use a core; 0: it has one, or waits */
	uint32_t count[TRACE_PATHS][PATH_EVENTS];
};

struct trace_path {
	struct chain chain[CHAINS];
	struct left {
		int32_t tid;
		uint64_t ns;
	} left[UINT16_MAX + 1]; /* who had a CPU last, and until when */
	int32_t first, last;	/* threads that were heard */
	bool ended;		/* the first has */
	uint32_t end[TRACE_PATHS][PATH_EVENTS];
};

struct trace_path *trace_path_make(void)
{
	return calloc(1, sizeof(struct trace_path));
}

/* NULL: it has not been heard of. */
static struct chain *find(struct trace_path *path, int32_t tid)
{
	struct chain *c = &path->chain[(uint32_t)tid % CHAINS];

	return tid && c->tid == tid ? c : NULL;
}

static struct chain *chain_at(struct trace_path *path, int32_t tid)
{
	struct chain *c = &path->chain[(uint32_t)tid % CHAINS];

	if (c->tid != tid)
		*c = (struct chain){ .tid = tid };
	return c;
}

static void copy(struct chain *c, const struct chain *other, enum trace_path_of of)
{
	memcpy(c->count[of], other->count[of], sizeof(c->count[of]));
}

/* It goes on where OTHER is; or where it was, where that lies behind more births. */
static void follow(struct chain *c, const struct chain *other)
{
	copy(c, other, PATH_CORES);
	if (other->count[PATH_BIRTHS][PATH_BIRTH] >= c->count[PATH_BIRTHS][PATH_BIRTH])
		copy(c, other, PATH_BIRTHS);
}

static void add(struct chain *c, unsigned event, uint32_t count)
{
	for (int i = 0; i < TRACE_PATHS; i++)
		c->count[i][event] += count;
}

static void on_begin(struct trace_path *path, const struct trace_event *e)
{
	struct chain *starter = find(path, (int32_t)(uint32_t)e->value);
	struct chain *c = chain_at(path, e->tid);
	bool process = (int32_t)(e->value >> 32) == e->tid;

	*c = (struct chain){ .tid = e->tid, .ready_ns = e->time_ns };
	if (starter) {
		add(starter, PATH_THREAD, !process);
		follow(c, starter);
	}
	add(c, PATH_BIRTH, process);
}

/* Who waits has no core to wake others on: then it was an interrupt. */
static void on_wake(struct trace_path *path, const struct trace_event *e)
{
	const struct chain *waker = find(path, (int32_t)(uint32_t)e->value);
	struct chain *c = chain_at(path, e->tid);

	if (!c->waits)
		return;
	if (waker && waker != c && !waker->waits)
		follow(c, waker);
	add(c, PATH_WAIT, 1);
	c->waits = false;
	c->woken = true;
	c->ready_ns = e->time_ns;
}

static void on_core(struct trace_path *path, const struct trace_event *e)
{
	struct chain *c = chain_at(path, e->tid);
	const struct left *left = &path->left[e->cpu];
	const struct chain *before = find(path, left->tid);

	if (c->waits)
		add(c, PATH_WAIT, 1);
	else if (c->ready_ns && left->ns > c->ready_ns && before && before != c) {
		copy(c, before, PATH_CORES);
		c->count[PATH_CORES][PATH_WAIT] += c->woken;
	}
	c->waits = c->woken = false;
	c->ready_ns = 0;
}

static void off_core(struct trace_path *path, const struct trace_event *e)
{
	struct chain *c = chain_at(path, e->tid);

	c->waits = e->value == 0;
	c->woken = false;
	c->ready_ns = c->waits ? 0 : e->time_ns;
	path->left[e->cpu] = (struct left){ e->tid, e->time_ns };
}

/* What comes after the program's end is not on its way to it. */
static void on_end(struct trace_path *path, const struct trace_event *e)
{
	if (e->tid != path->first || path->ended)
		return;
	path->ended = true;
	memcpy(path->end, chain_at(path, e->tid)->count, sizeof(path->end));
}

void trace_path_take(struct trace_path *path, const struct trace_event *e)
{
	switch (e->kind) {
	case TRACE_BEGIN:
		on_begin(path, e);
		return;
	case TRACE_WAKE:
		on_wake(path, e);
		return;
	case TRACE_ON:
		on_core(path, e);
		break;
	case TRACE_OFF:
		off_core(path, e);
		break;
	case TRACE_END:
		on_end(path, e);
		break;
	default:
		return;
	}
	path->last = e->tid;
}

void trace_path_add(struct trace_path *path, int32_t tid, unsigned event, uint32_t count)
{
	add(chain_at(path, tid), event, count);
	path->first = path->first ? path->first : tid;
	path->last = tid;
}

const uint32_t *trace_path_counts(struct trace_path *path, enum trace_path_of of)
{
	return path->ended ? path->end[of] : chain_at(path, path->last)->count[of];
}
