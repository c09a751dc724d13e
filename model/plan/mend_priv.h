/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_MEND_PRIV_H
#define MODEL_PLAN_MEND_PRIV_H

#include "model/plan/place_priv.h"

/*
 * A placement that is there already: whether it keeps to capacities and rules, and which fewest moves make it
 * do so. Bins of today keep their numbers; those that must be added come after them.
 */

/* An item of its kind that is to be moved. */
struct place_move {
	size_t item;
	size_t from; /* bin; PLACE_NONE: it was on none */
	size_t to;
	bool aside;   /* only to make room: it moves on later */
	bool stopped; /* there is no room for it before others have left: it is down meanwhile */
};

struct place_mending {
	struct place_move *move; /* moves, in an order in which no step overfills a bin; owned */
	size_t moves;
	size_t moved;		     /* items whose bin changes, without those that were on none */
	size_t fewest;		     /* no fewer can be moved */
	bool exact;		     /* proven: moved is the fewest, with the bins that are used */
	size_t added;		     /* bins */
	struct place_solution after; /* owned; LEFT says who still has no place */
};

/* What is wrong in one bin. */
enum place_breach {
	BREACH_CAPACITY = 1,
	BREACH_FENCE = 2,
	BREACH_SPREAD = 4,
	BREACH_TOGETHER = 8,
	BREACH_BARRED = 16,
};

/* What is wrong with PLACEMENT, in BREACHES (its bins): a sum of the above each. How many bins have something
 * wrong, or -ENOMEM. */
int place_breaches(const struct place_problem *problem, const struct place_solution *placement,
		   unsigned *breaches);

/*
 * Mends TODAY, whose LEFT says who has no place yet and must be given one: by evicting as few as can be from
 * each bin and finding them room, in many orders; bins are added, the cheapest first, only where there is
 * none. Where that is few enough it is proven, or bettered, by an integer program, which EXACTLY asks for. 0
 * or -ENOMEM; the caller frees with place_mending_free in both cases.
 */
int place_mend(struct place_mending *mending, const struct place_problem *problem,
	       const struct place_solution *today, bool exactly);
void place_mending_free(struct place_mending *mending);

/* The rest is shared by the files that mend. A placement unit by unit: */
struct mend_state {
	const struct place_problem *problem;
	size_t *item, *home, *at; /* units: which item, its bin today and now (PLACE_NONE: none); owned */
	size_t units;
	size_t *kind; /* bins; owned */
	size_t bins, today, room;
	double *use;	 /* bins x resources; owned */
	size_t *members; /* bins x groups; owned */
	size_t *load;	 /* bins: units there; owned */
	size_t *bought;	 /* kinds; owned */
	size_t *head, *next,
		*before; /* the first unit in each bin, and each unit's neighbours there; owned */
};

int mend_state_init(struct mend_state *s, const struct place_problem *problem,
		    const struct place_solution *today);
void mend_state_free(struct mend_state *s);

/* A copy of FROM, or -ENOMEM. */
int mend_state_copy(struct mend_state *to, const struct mend_state *from);

/* Moves UNIT; to PLACE_NONE: nowhere. */
void mend_put(struct mend_state *s, size_t unit, size_t bin);

/* Opens an empty bin of KIND. Its number, PLACE_NONE when memory is short. */
size_t mend_open(struct mend_state *s, size_t kind);

/* Whether BIN takes UNIT too, by capacity and, with RULES, by those of bins (all but together). */
bool mend_takes(const struct mend_state *s, size_t bin, size_t unit, bool rules);
bool mend_fits(const struct mend_state *s, size_t bin);

/* Units whose bin is not that of today, without those that had none. */
size_t mend_moved(const struct mend_state *s);
size_t mend_homeless(const struct mend_state *s);

/* The state of STATE as a solution. 0 or -ENOMEM. */
int mend_write(const struct mend_state *s, struct place_solution *solution);

/* The moves that lead from today to S, in order. 0 or -ENOMEM. */
int mend_steps(const struct mend_state *s, struct place_mending *mending);

/* No fewer units than this can be moved. */
size_t mend_bound(const struct mend_state *s);

/* Mends S by rules of thumb, SEED making one of many orders. 0 or -ENOMEM. */
int mend_greedily(struct mend_state *s, unsigned seed);

/* Moves as few as possible with the bins of S, fewer than BEST, where that is a small enough problem:
 * PROGRAM_OPTIMAL and S is so; PROGRAM_IMPOSSIBLE: no fewer than BEST will do; PROGRAM_UNKNOWN. */
int mend_exactly(struct mend_state *s, size_t best);

#endif
