/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_PLACE_PRIV_H
#define MODEL_PLAN_PLACE_PRIV_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Placement: vector bin packing of items (VMs) onto bins (hosts) on any number of resources, with kinds of
 * bin that differ in size and cost, and rules by group. It knows nothing of tables, files or units: sizes and
 * capacities of a resource are in the caller's unit, costs in the caller's currency.
 */

#define PLACE_NONE	     ((size_t)-1) /* no group, no limit, no such thing */
#define PLACE_RESOURCES_MOST 16
#define PLACE_SLACK	     1e-9 /* what rounding may add up to, as a share of a capacity */

/* What holds for the items of one group. */
struct place_rule {
	bool together; /* all of them share one bin */
	bool fence;    /* their bins hold nobody else */
	size_t spread; /* a bin holds no more of them than this; 0: as many as fit */
};

/* What is to be placed. All arrays are the caller's and row-major. */
struct place_problem {
	size_t resources, items, kinds, groups; /* resources: to PLACE_RESOURCES_MOST */
	const double *size;			/* items x resources, 0 or more */
	const size_t *count;			/* items: how many are alike */
	const size_t *group;			/* items, PLACE_NONE: of no group; NULL: all of none */
	const struct place_rule *rule;		/* groups */
	const bool *barred;			/* items x kinds: may not go there; NULL: all may */
	const double *capacity;			/* kinds x resources */
	const double *cost;			/* kinds, of one bin, 0 or more */
	const size_t *most;			/* kinds: bins there may be, PLACE_NONE: any number */

	/* One resource may be handed out in whole units of another: polling threads hold whole cores. Its sum
	 * in a bin, rounded up and at least WHOLE_LEAST, is taken from the capacity of ONTO; it has no
	 * capacity of its own. PLACE_NONE: there is none. */
	size_t whole, onto;
	double whole_least;
};

/* Some alike items in a bin. */
struct place_entry {
	size_t item, count;
};

struct place_bin {
	size_t kind;
	size_t entry, entries; /* which of the solution's */
};

struct place_solution {
	struct place_bin *bin; /* bins; owned */
	size_t bins;
	struct place_entry *entry; /* entries; owned */
	size_t entries;
	size_t *left;	    /* items: how many found no place; owned */
	size_t unplaced;    /* all of these */
	double cost;	    /* of all bins */
	double bound;	    /* no placement of all items costs less */
	size_t bound_bins;  /* nor has fewer bins */
	bool optimal;	    /* proven: nothing is left, and the cost is the least there is */
	const char *method; /* that found it; static */
};

/* How much is tried. Work is counted, not timed, so the same input gives the same output. */
struct place_effort {
	double search; /* swaps that local search may weigh; 0: none */
	bool exact;    /* up to 30 items, solve to proven optimality where that succeeds */
};
extern const struct place_effort place_effort_usual;
extern const struct place_effort place_effort_little; /* for plans that are but steps, or compared */

/*
 * Places PROBLEM: the best of a portfolio of heuristics (struct place_heuristic), then local search that
 * empties bins, then bins swapped for cheaper kinds, then for few items an exact method. As much as possible
 * is placed; among such placements the cheapest found, then the one with the fewest bins, is kept. 0 or
 * -ENOMEM; the caller frees with place_solution_free in both cases.
 */
int place_solve(struct place_solution *solution, const struct place_problem *problem,
		const struct place_effort *effort);
void place_solution_free(struct place_solution *solution);

/* When the bins that LOST (bins) marks fail: how many items of theirs fit on none of the others, *HOMELESS,
 * and the first of them, *FIRST (PLACE_NONE: none), each being put where it leaves the least. 0 or -ENOMEM.
 */
int place_survive(const struct place_problem *problem, const struct place_solution *solution,
		  const bool *lost, size_t *homeless, size_t *first);

/* The gap between cost and bound as a share of the bound, 0 where both are 0. */
double place_gap(const struct place_solution *solution);

/* One heuristic of the portfolio alone, by its name, without any search. -EINVAL: there is none so named. */
int place_by(struct place_solution *solution, const struct place_problem *problem, const char *name);

/* No placement of all items costs less than *COST, nor has fewer than *BINS bins. 0 or -ENOMEM. */
int place_bound(const struct place_problem *problem, double *cost, size_t *bins);

/* Martello and Toth's bound L2 (Knapsack Problems, 1990, section 8.3) on bins of capacity 1 for SIZES (n,
 * each 0..1, sorted descending; those of a size beyond 1 count as 1). O(n log n). */
size_t place_bound_l2(const double *sizes, size_t n);

/* The bound by dual feasible functions u(k) (S. Fekete and J. Schepers, New classes of fast lower bounds for
 * bin packing problems, Mathematical Programming 91, 2001), which tells how many alike items a bin takes, for
 * SIZES (n, 0..1), COUNT of each. O(n). */
size_t place_bound_fold(const double *sizes, const size_t *count, size_t n);

#endif
