/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_PLACE_WORK_PRIV_H
#define MODEL_PLAN_PLACE_WORK_PRIV_H

#include "model/plan/place_priv.h"

/* A placement under construction: what the parts of the engine share. */

/* An open bin; what it uses is in the placing's USE. */
struct work_bin {
	size_t kind;
	size_t head;  /* its first link, PLACE_NONE: it is empty */
	size_t fence; /* the fenced group it belongs to; PLACE_NONE: to none */
};

/* Some alike items in a bin, of a list. */
struct work_link {
	size_t item, count, next;
};

struct placing {
	const struct place_problem *problem;
	struct work_bin *bin; /* bins; owned */
	double *use;	      /* bins x resources; owned */
	size_t bins, room;
	struct work_link *link; /* owned */
	size_t links, link_room;
	size_t *bought; /* kinds; owned */
	size_t *left;	/* items: not placed; owned */
	size_t unplaced;
	double missed; /* their size, see place_weights */
	double cost;
};

/* 0 or -ENOMEM; placing_free in either case. */
int placing_init(struct placing *placing, const struct place_problem *problem);
void placing_free(struct placing *placing);

/* Opens an empty bin of KIND. Its number, or PLACE_NONE when memory is short. */
size_t placing_open(struct placing *placing, size_t kind);

/* How many of WANT more of ITEM BIN takes, by capacity and rules. */
size_t placing_takes(const struct placing *placing, size_t bin, size_t item, size_t want);

/* How many an empty bin of KIND would take. */
size_t placing_would_take(const struct place_problem *problem, size_t kind, size_t item, size_t want);

/* Puts COUNT of ITEM there, unchecked. 0 or -ENOMEM. */
int placing_put(struct placing *placing, size_t bin, size_t item, size_t count);

/* COUNT of ITEM have no place; WEIGHT is the size of one. */
void placing_miss(struct placing *placing, size_t item, size_t count, double weight);

/* Makes every bin the cheapest kind that holds it, for as long as anything becomes cheaper. */
void placing_resize(struct placing *placing);

/* Whether A is better than B: it leaves less out, or costs less, or has fewer bins. */
bool placing_better(const struct placing *a, const struct placing *b);

/* What is charged to ONTO for WHOLE units of work in a bin that is not empty. */
double place_whole(const struct place_problem *problem, double work);

/* What resource D of a KIND of bin offers, less what USE (resources) takes. */
double place_rest(const struct place_problem *problem, size_t kind, const double *use, size_t d);

/* Whether USE fits a bin of KIND. */
bool place_fits(const struct place_problem *problem, size_t kind, const double *use);

/* The rule of ITEM, NULL where it has none. */
const struct place_rule *place_rule_of(const struct place_problem *problem, size_t item);
bool place_barred(const struct place_problem *problem, size_t item, size_t kind);

/* A resource's weight, by which sizes add up: the fleet's demand of it over that of the mean bin's capacity,
 * so that what is scarce counts. WEIGHT: resources, the caller's. */
void place_weights(const struct place_problem *problem, double *weight);

/* The size of ITEM as one number under WEIGHT. */
double place_weigh(const struct place_problem *problem, const double *weight, size_t item);

/* The largest amount that all costs are multiples of, 0 where they have none. */
double place_quantum(const struct place_problem *problem);

/* Kinds in the order they are bought in: by cost of the scarcest resource, or FIRST before all others unless
 * that is PLACE_NONE. The caller frees; NULL when memory is short. */
size_t *place_rank_kinds(const struct place_problem *problem, size_t first);

/* The first kind of RANKED that there are more of and that takes ITEM. PLACE_NONE: none. */
size_t placing_choose_kind(const struct placing *placing, const size_t *ranked, size_t item);

struct extent;

/* One way to place everything. */
struct place_heuristic {
	const char *name;
	/* Places all items, opening kinds in the order RANKED. 0 or -ENOMEM. */
	int (*run)(struct placing *placing, const size_t *ranked, int variant);
	int variant;
	double (*work)(const struct extent *extent); /* steps it takes; NULL: few */
	double work_most;			     /* beyond which it is left out */
	double rows_least;			     /* items below which it is */
};

int place_first_fit(struct placing *placing, const size_t *ranked, int order);
int place_best_fit(struct placing *placing, const size_t *ranked, int order);
int place_spread(struct placing *placing, const size_t *ranked, int order);
int place_fill_bins(struct placing *placing, const size_t *ranked, int norm); /* bin by bin */
int place_fill_sampled(struct placing *placing, const size_t *ranked, int norm);

enum place_order { ORDER_MAX, ORDER_SUM, ORDER_PRODUCT };
enum place_norm { NORM_DOT, NORM_L2 };

/* Items by decreasing size under ORDER. The caller frees; NULL when memory is short. */
size_t *place_order_items(const struct place_problem *problem, enum place_order order);

/* Local search that empties bins until it costs BOUND and has no more than BINS, weighing no more than BUDGET
 * swaps. 0 or -ENOMEM. */
int place_search(struct placing *placing, double bound, size_t bins, double budget);

/*
 * Solves up to 30 items exactly, by pricing columns (P. C. Gilmore and R. E. Gomory, A linear programming
 * approach to the cutting-stock problem, Operations Research 9, 1961) and then enumerating those of small
 * reduced cost (R. Baldacci, N. Christofides and A. Mingozzi, Mathematical Programming 115, 2008). Improves
 * PLACING where it is not optimal, raises *BOUND; *PROVEN: the answer is the best. 0 or -ENOMEM.
 */
int place_exact(struct placing *placing, double *bound, bool *proven);

/* The least cost of bins whose capacities add up to DEMAND (resources) and that number at least BINS: an
 * integer program of as many variables as there are kinds. NaN where GLPK finds none. */
double place_exact_bound(const struct place_problem *problem, const double *demand, size_t bins);

#endif
