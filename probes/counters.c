/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/counters_priv.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The event sets of a run, on each thread: what the hardware counts. What could not be counted has a row,
 * with a value that is missing, since it was asked for.
 */
struct state {
	const struct event_sets *sets;
	struct perf_event_attr attribute[SETS_MOST][SET_EVENTS];
	bool has[SETS_MOST][SET_EVENTS];
	struct counter_group group[SETS_MOST][PROBE_THREADS][COUNTER_HALVES];
};

/* Only a vCPU's thread runs a guest. */
static bool has_half(const struct probe_thread *thread, int half)
{
	return half == HOST_USER || half == HOST_KERNEL || strncmp(thread->name, "vcpu", 4) == 0;
}

/* Events of the kernel's own need no PMU. */
static void encode(struct state *state)
{
	bool works = pmu_works(NULL);
	const char *chosen;

	for (size_t s = 0; s < state->sets->count; s++)
		for (size_t e = 0; e < state->sets->set[s].events; e++)
			state->has[s][e] = set_event_encode(&state->sets->set[s].event[e],
							    &state->attribute[s][e], &chosen, NULL) == 0 &&
					   (works || state->attribute[s][e].type == PERF_TYPE_SOFTWARE);
}

typedef int each_group(struct state *state, size_t s, const struct probe_thread *thread, int half,
		       struct counter_group *group, struct probe_samples *samples);

/* Calls EACH for every set, thread and half there is. 0, or what it fails with. */
static int for_all(struct state *state, const struct probe_target *target, each_group *each,
		   struct probe_samples *samples)
{
	int code = 0;

	for (size_t s = 0; s < state->sets->count; s++)
		for (size_t t = 0; t < target->threads; t++)
			for (int half = 0; code == 0 && half < COUNTER_HALVES; half++)
				if (has_half(&target->thread[t], half))
					code = each(state, s, &target->thread[t], half,
						    &state->group[s][t][half], samples);
	return code;
}

static int open_group(struct state *state, size_t s, const struct probe_thread *thread, int half,
		      struct counter_group *group, struct probe_samples *samples)
{
	(void)samples;
	counter_group_open(group, &state->sets->set[s], state->attribute[s], state->has[s], thread->tid,
			   (enum counter_half)half);
	return 0;
}

static int start_group(struct state *state, size_t s, const struct probe_thread *thread, int half,
		       struct counter_group *group, struct probe_samples *samples)
{
	(void)thread;
	(void)half;
	(void)samples;
	counter_group_start(group, state->sets->set[s].events);
	return 0;
}

static int stop_group(struct state *state, size_t s, const struct probe_thread *thread, int half,
		      struct counter_group *group, struct probe_samples *samples)
{
	(void)thread;
	(void)half;
	(void)samples;
	counter_group_read(group, state->sets->set[s].events);
	return 0;
}

static int open_all(const struct probe *self, const struct probe_target *target, void **pointer)
{
	struct state *state;

	(void)self;
	if (target->sets == NULL || target->sets->count == 0)
		return -ENOENT;
	state = calloc(1, sizeof(*state));
	if (state == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(state->group) / sizeof(struct counter_group); i++)
		memset((&state->group[0][0][0] + i)->fd, 0xff, sizeof(state->group[0][0][0].fd)); /* -1 */
	state->sets = target->sets;
	encode(state);
	for_all(state, target, open_group, NULL);
	*pointer = state;
	return 0;
}

static int start(const struct probe_target *target, void *state)
{
	return for_all(state, target, start_group, NULL);
}

static int stop(const struct probe_target *target, void *state)
{
	return for_all(state, target, stop_group, NULL);
}

/* A row of the set's, by NAME. */
static int add(const struct event_set *set, const struct probe_thread *thread, int half, const char *name,
	       struct probe_sample sample, struct probe_samples *samples)
{
	sample.probe = "counters";
	snprintf(sample.layer, sizeof(sample.layer), "%.15s/%s", thread->name, counter_half_names[half]);
	snprintf(sample.event, sizeof(sample.event), "%s/%s", set->name, name);
	return probe_samples_append(samples, &sample);
}

static int add_event(const struct event_set *set, const struct counter_group *group, size_t e,
		     const struct probe_thread *thread, int half, struct probe_samples *samples)
{
	struct probe_sample sample = {
		.unit = set->event[e].unit,
		.value = (double)NAN,
		.enabled_ns = PROBE_MISSING,
		.running_ns = PROBE_MISSING,
	};

	if (counter_group_counted(group, e)) {
		sample.value = (double)group->reading[e].value;
		sample.enabled_ns = (int64_t)group->reading[e].enabled_ns;
		sample.running_ns = (int64_t)group->reading[e].running_ns;
	} else if (group->reading[e].enabled_ns) {
		sample.enabled_ns = (int64_t)group->reading[e].enabled_ns; /* it never had a turn */
		sample.running_ns = 0;
	}
	return add(set, thread, half, set->event[e].name, sample, samples);
}

static int read_group(struct state *state, size_t s, const struct probe_thread *thread, int half,
		      struct counter_group *group, struct probe_samples *samples)
{
	const struct event_set *set = &state->sets->set[s];
	int code = 0;

	for (size_t e = 0; code == 0 && e < set->events; e++)
		if (!group->out[e])
			code = add_event(set, group, e, thread, half, samples);
	for (size_t f = 0; code == 0 && f < set->formulas; f++) {
		struct probe_sample sample = {
			.unit = set->formula[f].unit,
			.value = counter_group_formula(group, set, &set->formula[f]),
			.enabled_ns = PROBE_MISSING,
			.running_ns = PROBE_MISSING,
		};

		code = add(set, thread, half, set->formula[f].name, sample, samples);
	}
	return code;
}

static int read_all(const struct probe_target *target, void *pointer, struct probe_samples *samples)
{
	return for_all(pointer, target, read_group, samples);
}

static void close_all(void *pointer)
{
	struct state *state = pointer;

	for (size_t i = 0; i < sizeof(state->group) / sizeof(struct counter_group); i++)
		counter_group_close(&state->group[0][0][0] + i, SET_EVENTS);
	free(state);
}

/* One set of two events; to count them costs the program nothing. */
static int calibrate(const struct probe *self, struct probe_cost *cost)
{
	static const struct event_sets sets = {
		.set = { { .name = "cost",
			   .event = { { "cycles", "cycles", { "cycles" }, 1 },
				      { "instructions", "1", { "instructions" }, 1 } },
			   .events = 2 } },
		.count = 1,
	};
	struct probe_target target = probe_calibrate_target();

	target.sets = &sets;
	return probe_calibrate_on(self, &target, 0, cost);
}

static const struct probe_steps steps = {
	.open = open_all,
	.start = start,
	.stop = stop,
	.read = read_all,
	.close = close_all,
};

const struct probe probe_counters = {
	.name = "counters",
	.summary = "event sets of the hardware, of guest and host, user and kernel (vmtax list counters)",
	.disturbs = true,
	.available = pmu_works,
	.steps = &steps,
	.calibrate = calibrate,
};
