/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef WORKLOADS_SAMPLES_H
#define WORKLOADS_SAMPLES_H

/*
 * What the programs share that measure one event each: they time it by the time-stamp counter and print, once
 * all is over, a line "op,OPS,TICKS" a batch, and "empty,OPS,TICKS" for the same loop without the event.
 */
#include <immintrin.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "workloads/workload.h"

#define SAMPLES_BATCHES 30
#define SAMPLES_MOST	1200   /* lines a program prints */
#define SAMPLES_TICKS	250000 /* a batch: 50 us at 5 GHz, more where the counter is slower */

/* An event, and the function that measures it. */
struct samples_event {
	const char *name, *arguments, *what;
	void (*measure)(void);
};

/*
 * A loop around an event. op does it OPS times, empty all but it (NULL: nothing to subtract), prepare (or
 * NULL) makes ready for the next op and is not timed. OPS is even, so an event may be half of something, at
 * least 2, since a lone one stands for itself in a distribution, at least LEAST and at most MOST (0: any
 * number).
 */
struct samples_loop {
	void (*op)(uint64_t ops), (*empty)(uint64_t ops), (*prepare)(uint64_t ops);
	uint64_t least, most;
};

static struct {
	const char *program, *event;
	char **argv; /* what follows the event's name */
	int argc;
	size_t count;
	struct {
		bool op;
		uint64_t ops, ticks;
	} line[SAMPLES_MOST];
} samples;

/* One line about what is missing here, and status 77. */
static inline _Noreturn void samples_cannot(const char *why)
{
	fprintf(stderr, "%s %s: %s\n", samples.program, samples.event, why);
	exit(77);
}

static inline _Noreturn void samples_fail(const char *what)
{
	workload_fail(samples.program, what);
}

/* The counter, neither before what precedes it nor after what follows. */
static inline uint64_t samples_tsc(void)
{
	uint64_t tsc;

	_mm_lfence();
	tsc = __rdtsc();
	_mm_lfence();
	return tsc;
}

static inline void samples_add(bool op, uint64_t ops, uint64_t ticks)
{
	if (samples.count == SAMPLES_MOST)
		return;
	samples.line[samples.count].op = op;
	samples.line[samples.count].ops = ops;
	samples.line[samples.count++].ticks = ticks;
}

/* One operation that took from START to END, which another core may have stamped. */
static inline void samples_one(uint64_t start, uint64_t end)
{
	if (end <= start)
		samples_cannot("the time-stamp counters of two cores disagree");
	samples_add(true, 1, end - start);
}

static inline uint64_t samples_time(void (*loop)(uint64_t), void (*prepare)(uint64_t), uint64_t ops)
{
	uint64_t start;

	if (prepare)
		prepare(ops);
	start = samples_tsc();
	loop(ops);
	return samples_tsc() - start;
}

/* How many operations make a batch, by the shortest of three. */
static inline uint64_t samples_size(void (*loop)(uint64_t), void (*prepare)(uint64_t), uint64_t least,
				    uint64_t most)
{
	uint64_t ops = least > 2 ? least & ~UINT64_C(1) : 2, ticks = 0;

	for (;;) {
		ticks = samples_time(loop, prepare, ops);
		for (int i = 0; i < 2; i++) {
			uint64_t again = samples_time(loop, prepare, ops);

			ticks = again < ticks ? again : ticks;
		}
		if (ticks >= SAMPLES_TICKS || ops >= most)
			return ops;
		if (ticks >= SAMPLES_TICKS / 8)
			ops = (ops * SAMPLES_TICKS / ticks + 2) & ~UINT64_C(1);
		else
			ops *= 4;
		ops = ops < most ? ops : most;
	}
}

/* Batches of the loop, in turns with empty ones. Where they prove too short, all again with longer ones. */
static inline void samples_batches(const struct samples_loop *loop)
{
	uint64_t most = loop->most ? loop->most : UINT64_C(1) << 40, empties = 0, ops;
	bool enough;

	ops = samples_size(loop->op, loop->prepare, loop->least, most);
	if (loop->empty)
		empties = samples_size(loop->empty, NULL, 0, UINT64_C(1) << 40);
	do {
		samples.count = 0;
		enough = true;
		for (int i = 0; i < SAMPLES_BATCHES; i++) {
			uint64_t ticks = samples_time(loop->op, loop->prepare, ops);

			enough = enough && (ticks >= SAMPLES_TICKS / 2 || ops == most);
			samples_add(true, ops, ticks);
			if (loop->empty)
				samples_add(false, empties, samples_time(loop->empty, NULL, empties));
		}
		if (!enough)
			ops = 2 * ops < most ? 2 * ops : most;
	} while (!enough);
}

/* Ticks of a microsecond, by the clock, over a millisecond. */
static inline double samples_ticks_per_us(void)
{
	uint64_t start_ns = workload_now_ns(), start = samples_tsc(), ns;

	do
		ns = workload_now_ns() - start_ns;
	while (ns < 1000000);
	return (double)(samples_tsc() - start) * 1000 / (double)ns;
}

static inline void samples_pause(uint64_t ticks)
{
	for (uint64_t start = samples_tsc(); samples_tsc() - start < ticks;)
		_mm_pause();
}

/*
 * Two cores this process may use; 77 when there are not so many. Of up to four, first and last; of more,
 * first and third: however the kernel numbers them, these are not two threads of one core.
 */
static inline void samples_cores(int core[2])
{
	int allowed[CPU_SETSIZE], count = 0;
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		samples_fail("sched_getaffinity");
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &set))
			allowed[count++] = i;
	if (count < 2)
		samples_cannot("needs two cores, and may use one");
	core[0] = allowed[0];
	core[1] = allowed[count > 4 ? 2 : count - 1];
}

/* Keeps the calling thread on CORE; -1: the first this process may use. Returns the core. */
static inline int samples_pin(int core)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		samples_fail("sched_getaffinity");
	for (int i = 0; core < 0 && i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &set))
			core = i;
	CPU_ZERO(&set);
	CPU_SET(core, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		samples_fail("sched_setaffinity");
	return core;
}

struct samples_start {
	void (*run)(void);
	int core;
	atomic_bool pinned;
};

static inline void *samples_begin(void *argument)
{
	struct samples_start *start = argument;
	void (*run)(void) = start->run;

	samples_pin(start->core);
	start->pinned = true;
	run();
	return NULL;
}

/* A thread that is on CORE already: one that still shared ours might never get away, under SCHED_FIFO. */
static inline pthread_t samples_thread(void (*run)(void), int core)
{
	struct samples_start start = { .run = run, .core = core };
	pthread_t thread;

	errno = pthread_create(&thread, NULL, samples_begin, &start);
	if (errno)
		samples_fail("pthread_create");
	while (!start.pinned)
		usleep(100);
	return thread;
}

static inline _Noreturn void samples_teach(const char *program, const struct samples_event *events)
{
	fprintf(stderr,
		"usage: %s EVENT\n"
		"Measures what an event costs, and prints CSV: op,OPS,TICKS for each batch of OPS events,\n"
		"which took TICKS of the time-stamp counter, and empty,OPS,TICKS for the same loop "
		"without.\n\n",
		program);
	for (; events->name; events++) {
		char text[40];

		snprintf(text, sizeof(text), "%s %s", events->name,
			 events->arguments ? events->arguments : "");
		fprintf(stderr, "  %-18s %s\n", text, events->what);
	}
	exit(2);
}

static inline int samples_main(int argc, char **argv, const char *program, const struct samples_event *events)
{
	const struct samples_event *event = events;

	while (event->name && (argc < 2 || strcmp(argv[1], event->name) != 0))
		event++;
	if (event->name == NULL && argc > 1 && strcmp(argv[1], "--help") != 0)
		fprintf(stderr, "%s: there is no event %s\n", program, argv[1]);
	if (event->name == NULL)
		samples_teach(program, events);
	memset(&samples, 0, sizeof(samples)); /* touches the lines, so that no batch does */
	samples.program = program;
	samples.event = event->name;
	samples.argv = argv + 2;
	samples.argc = argc - 2;
	event->measure();
	printf("kind,ops,ticks\n");
	for (size_t i = 0; i < samples.count; i++)
		printf("%s,%" PRIu64 ",%" PRIu64 "\n", samples.line[i].op ? "op" : "empty",
		       samples.line[i].ops, samples.line[i].ticks);
	return fflush(stdout) || ferror(stdout);
}

#endif
