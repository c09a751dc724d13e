/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef PROBES_COUNTERS_PRIV_H
#define PROBES_COUNTERS_PRIV_H

/* What the files share that count events of the hardware. */
#include <stdint.h>

#include "probes/sets_priv.h"

/* --- One counter: counter_group.c --- */

/* What it counted, and for how long: less than it was enabled where counters took turns. */
struct counter_reading {
	uint64_t value, enabled_ns, running_ns;
};

/* Opens ATTRIBUTE on thread TID (0: ours), in the group of the descriptor LEADER (-1: none). The descriptor,
 * or negative errno. */
int counter_open(struct perf_event_attr *attribute, pid_t tid, int leader);

/* 0 or negative errno. */
int counter_read(int fd, struct counter_reading *reading);

/* --- One set on one thread, in one half of what it does --- */

enum counter_half { HOST_USER, HOST_KERNEL, GUEST_USER, GUEST_KERNEL, COUNTER_HALVES };
extern const char *const counter_half_names[COUNTER_HALVES];

struct counter_group {
	int fd[SET_EVENTS];    /* -1: not counted */
	int group[SET_EVENTS]; /* those of a group count at the same time */
	bool out[SET_EVENTS];  /* by its modifiers the event is not of this half */
	struct counter_reading reading[SET_EVENTS];
};

/*
 * Opens the events of SET on thread TID, those that it HAS, by ATTRIBUTE: in one group, or as few as there
 * may be. Nothing is counted before counter_group_start.
 */
void counter_group_open(struct counter_group *group, const struct event_set *set,
			const struct perf_event_attr *attribute, const bool *has, pid_t tid,
			enum counter_half half);
void counter_group_start(const struct counter_group *group, size_t events);
void counter_group_read(struct counter_group *group, size_t events);
void counter_group_close(struct counter_group *group, size_t events);

/* Whether event I was counted, for some of the time at least. */
bool counter_group_counted(const struct counter_group *group, size_t i);

/* FORMULA of SET on what was read; NaN where an event of it is missing, or counted while others were not. */
double counter_group_formula(const struct counter_group *group, const struct event_set *set,
			     const struct set_formula *formula);

/* --- Whether the PMU can be believed: pmu.c --- */

bool pmu_works(struct error *error);

/* Whether a counter that should have counted EXPECTED is within TOLERANCE. 0 or negative errno. */
int pmu_judge(const struct counter_reading *reading, uint64_t expected, uint64_t tolerance,
	      struct error *error);

#endif
