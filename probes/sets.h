/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef PROBES_SETS_H
#define PROBES_SETS_H

/*
 * Event sets: which hardware events are counted together, and what is worked out from them. A set is a small
 * text file. Of each event it names several, the most telling first: the first that this machine has counts.
 *
 *	# mine: what it is for
 *	cycles       cycles  cycles
 *	instructions 1       instructions
 *	l1d-misses   1       MEM_LOAD_RETIRED:L1_MISS L1-dcache-load-misses r08d1
 *	ipc = instructions / cycles : 1
 *
 * An event is its name, its unit and libpfm4's, perf's or raw names of it; a formula is of events of the set,
 * with numbers, + - * / and parentheses, and its unit behind a colon. Names may hold "-": a minus has blanks.
 */
#include <stdbool.h>
#include <stddef.h>

struct error;

#define SET_NAME	 32
#define SET_UNIT	 16
#define SET_EVENT	 120 /* an event as libpfm4 names it, with unit masks and modifiers */
#define SET_EVENTS	 12  /* of a set; more could hardly be counted at once */
#define SET_ALTERNATIVES 6
#define SET_FORMULAS	 12
#define SETS_MOST	 8 /* counted in one run */

struct set_event {
	char name[SET_NAME], unit[SET_UNIT];
	char alternative[SET_ALTERNATIVES][SET_EVENT];
	size_t alternatives;
};

struct set_formula {
	char name[SET_NAME], unit[SET_UNIT];
	char text[256];
};

struct event_set {
	char name[SET_NAME]; /* the file's, without .set */
	char summary[100];   /* a comment "NAME: ..." */
	struct set_event event[SET_EVENTS];
	size_t events;
	struct set_formula formula[SET_FORMULAS];
	size_t formulas;
};

/* Those of a run. */
struct event_sets {
	struct event_set set[SETS_MOST];
	size_t count;
};

/* Reads the set in the file PATH. 0, or negative errno with the file and line in ERROR. */
int event_set_read(struct event_set *set, const char *path, struct error *error);

/*
 * Which alternative of EVENT this machine has, and as what, into TEXT (SIZE bytes): "cycles (type 0, config
 * 0x0)". 0; else negative errno, and ERROR says why it has none.
 */
int set_event_describe(const struct set_event *event, char *text, size_t size, struct error *error);

#endif
