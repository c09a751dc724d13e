/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
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
 * A process begins as a copy, or goes on as another program, in far more time than natively where it gets a
 * VM, and has no core for most of that. Of these births another chain tells: the one with most of them, were
 * there a core for each thread. A copy is made on the core of the process that begins, and not of the one
 * that asked for it: the call counts there.
 */
#define ENDED 1024 /* threads that have ended, and may still be heard of: they wake who waits for them */

struct chain {
	bool waits, woken, ended; /* woken: and has had no core since */
	uint16_t copy;		  /* likewise, the call it began by as a copy; 0: none */
	uint64_t ready_ns;	  /* since when it could use a core; 0: it has one, or waits */
	struct trace_births births;
	uint32_t count[PATH_EVENTS];
};

struct trace_path {
	struct chain *chain[TRACE_TIDS]; /* of threads that were heard of; owned */
	int32_t highest;		 /* of their numbers */
	int32_t ended[ENDED];		 /* the last of them, round about */
	unsigned ends;
	struct left {
		int32_t tid;
		uint64_t ns;
	} left[UINT16_MAX + 1]; /* who had a CPU last, and until when */
	int32_t first;		/* thread, with which the program ends */
	struct chain end;	/* its, as it did */
	int failed;		/* -ENOMEM */
};

struct trace_path *trace_path_make(void)
{
	return calloc(1, sizeof(struct trace_path));
}

void trace_path_free(struct trace_path *path)
{
	for (int32_t i = 0; path && i <= path->highest; i++)
		free(path->chain[i]);
	free(path);
}

/* NULL: it has not been heard of. */
static struct chain *find(struct trace_path *path, int32_t tid)
{
	return tid > 0 && (uint32_t)tid < TRACE_TIDS ? path->chain[tid] : NULL;
}

/* Where memory is out, one that is thrown away. */
static struct chain *chain_at(struct trace_path *path, int32_t tid)
{
	static struct chain none;
	struct chain *c = find(path, tid);

	if (c)
		return c;
	if (tid > 0 && (uint32_t)tid < TRACE_TIDS)
		c = path->chain[tid] = calloc(1, sizeof(*c));
	if (c == NULL)
		path->failed = -ENOMEM;
	else if (tid > path->highest)
		path->highest = tid;
	return c ? c : &none;
}

/* It goes on where OTHER is; of births where it was itself, where there are more behind that. */
static void follow(struct chain *c, const struct chain *other)
{
	memcpy(c->count, other->count, sizeof(c->count));
	if (other->births.all > c->births.all)
		c->births = other->births;
}

static void on_begin(struct trace_path *path, const struct trace_event *e)
{
	struct chain *starter = find(path, (int32_t)(uint32_t)e->value), *c = chain_at(path, e->tid);

	*c = (struct chain){ .ready_ns = e->time_ns };
	if (starter && starter != c) {
		starter->count[PATH_THREAD] += (int32_t)(e->value >> 32) != e->tid;
		follow(c, starter);
	}
}

/* Who waits has no core to wake others on. */
static void on_wake(struct trace_path *path, const struct trace_event *e)
{
	const struct chain *waker = find(path, (int32_t)(uint32_t)e->value);
	struct chain *c = chain_at(path, e->tid);

	if (!c->waits)
		return;
	if (waker && waker != c && !waker->waits)
		follow(c, waker);
	c->count[PATH_WAIT]++;
	c->waits = false;
	c->woken = true;
	c->ready_ns = e->time_ns;
}

/* A stranger may have had the core in between. */
static void on_core(struct trace_path *path, const struct trace_event *e)
{
	struct chain *c = chain_at(path, e->tid);
	const struct left *left = &path->left[e->cpu];
	const struct chain *before = find(path, left->tid);

	if (c->waits) {
		c->count[PATH_WAIT]++;
	} else if (c->ready_ns && left->ns > c->ready_ns && before && before != c) {
		memcpy(c->count, before->count, sizeof(c->count));
		c->count[PATH_WAIT] += c->woken;
	}
	c->count[c->copy] += c->copy != 0;
	c->copy = 0;
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

/* It leaves its core soon. What comes after the program's end is not on its way to it. */
static void on_end(struct trace_path *path, const struct trace_event *e)
{
	struct chain *c = chain_at(path, e->tid), **oldest;
	int32_t *slot = &path->ended[path->ends++ % ENDED];

	path->left[e->cpu] = (struct left){ e->tid, e->time_ns };
	c->ended = true;
	if (e->tid == path->first && !path->end.ended)
		path->end = *c;
	oldest = &path->chain[*slot];
	if (*oldest && (*oldest)->ended) {
		free(*oldest);
		*oldest = NULL;
	}
	*slot = e->tid;
}

void trace_path_begin(struct trace_path *path, int32_t tid)
{
	path->first = tid;
}

int trace_path_take(struct trace_path *path, const struct trace_event *e)
{
	static void (*const on[TRACE_KINDS])(struct trace_path * path, const struct trace_event *e) = {
		[TRACE_BEGIN] = on_begin, [TRACE_WAKE] = on_wake, [TRACE_ON] = on_core,
		[TRACE_OFF] = off_core,	  [TRACE_END] = on_end,
	};

	if (e->kind < TRACE_KINDS && on[e->kind])
		on[e->kind](path, e);
	return path->failed;
}

/* It has a core, then. */
void trace_path_add(struct trace_path *path, int32_t tid, unsigned event, uint32_t count)
{
	struct chain *c = chain_at(path, tid);

	c->count[event] += count;
	c->waits = false;
}

void trace_path_add_program(struct trace_path *path, int32_t tid)
{
	chain_at(path, tid)->births.all++;
}

void trace_path_add_copy(struct trace_path *path, int32_t tid, int32_t starter, uint16_t call)
{
	struct chain *c = chain_at(path, tid), *other = find(path, starter);

	c->births.all++;
	c->births.copies++;
	c->copy = call;
	if (c->count[call])
		c->count[call]--;
	if (other && other->count[call])
		other->count[call]--;
}

const uint32_t *trace_path_counts(const struct trace_path *path, struct trace_births *births)
{
	*births = path->end.births;
	return path->end.ended ? path->end.count : NULL;
}
