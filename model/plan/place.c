/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan/place_merge_priv.h"
#include "model/plan/place_work_priv.h"

/* The placement engine: what is tried, and what comes of it. */

#define KINDS_TRIED   8	       /* kinds of bin that are each tried as the first choice */
#define ROWS_TRIED    50000    /* items up to which they are */
#define ROWS_SAMPLED  2000     /* items from which on no bin looks at all of them */
#define ROWS_FITTED   100000.0 /* items up to which first fit pays: see place_first.c */
#define SEARCHED      30000    /* units up to which local search is worth its memory */
#define SEARCHED_WELL 1000.0   /* beyond which it is given less, to be done within a second */
#define EXACT_UNITS   30

const struct place_effort place_effort_usual = { .search = 1e7, .exact = true };
const struct place_effort place_effort_little = { .search = 1e5 };

/* How much there is to place. */
struct extent {
	double rows, units, bins;
};

static double work_of_best_fit(const struct extent *e)
{
	return (e->rows + e->bins) * e->bins;
}

static double work_of_spread(const struct extent *e)
{
	return e->units * e->bins * log2(2 + e->bins);
}

static double work_of_filling(const struct extent *e)
{
	return e->rows * e->units;
}

static double work_of_first_fit(const struct extent *e)
{
	return e->rows;
}

/* The quickest come first. */
static const struct place_heuristic heuristics[] = {
	{ "first-fit-max", place_first_fit, ORDER_MAX, work_of_first_fit, ROWS_FITTED, 0 },
	{ "first-fit-sum", place_first_fit, ORDER_SUM, work_of_first_fit, ROWS_FITTED, 0 },
	{ "first-fit-product", place_first_fit, ORDER_PRODUCT, work_of_first_fit, ROWS_FITTED, 0 },
	{ "best-fit-max", place_best_fit, ORDER_MAX, work_of_best_fit, 2e7, 0 },
	{ "best-fit-sum", place_best_fit, ORDER_SUM, work_of_best_fit, 2e7, 0 },
	{ "best-fit-product", place_best_fit, ORDER_PRODUCT, work_of_best_fit, 2e7, 0 },
	{ "dot-product", place_fill_bins, NORM_DOT, work_of_filling, 2.5e7, 0 },
	{ "l2", place_fill_bins, NORM_L2, work_of_filling, 2.5e7, 0 },
	{ "spread-max", place_spread, ORDER_MAX, work_of_spread, 2e6, 0 },
	{ "spread-sum", place_spread, ORDER_SUM, work_of_spread, 2e6, 0 },
	{ "dot-product-sampled", place_fill_sampled, NORM_DOT, NULL, 0, ROWS_SAMPLED },
	{ NULL, NULL, 0, NULL, 0, 0 },
};

static struct extent extent_of(const struct place_problem *problem, size_t bins)
{
	struct extent e = { (double)problem->items, 0, (double)bins };

	for (size_t i = 0; i < problem->items; i++)
		e.units += (double)problem->count[i];
	return e;
}

/* One heuristic, as the best so far where it is better. 0 or -ENOMEM. */
static int attempt(struct placing *best, const char **method, const struct place_problem *problem,
		   const struct place_heuristic *h, size_t first)
{
	size_t *ranked = place_rank_kinds(problem, first);
	struct placing placing;
	int code = placing_init(&placing, problem);

	if (!ranked)
		code = -ENOMEM;
	if (code == 0)
		code = h->run(&placing, ranked, h->variant);
	free(ranked);
	if (code == 0)
		placing_resize(&placing);
	if (code == 0 && (!*method || placing_better(&placing, best))) {
		placing_free(best);
		*best = placing;
		*method = h->name;
	} else {
		placing_free(&placing);
	}
	return code;
}

static bool reached(const struct placing *placing, double bound, size_t bins)
{
	return placing->unplaced == 0 && placing->cost <= bound * (1 + PLACE_SLACK) &&
	       (placing->problem->kinds > 1 || placing->bins <= bins);
}

/* The best of the portfolio. */
static int try_portfolio(struct placing *best, const char **method, const struct place_problem *problem,
			 double bound, size_t bins)
{
	struct extent extent = extent_of(problem, bins);
	size_t kinds = problem->kinds > 1 && problem->kinds <= KINDS_TRIED && problem->items <= ROWS_TRIED
			       ? problem->kinds
			       : 0;
	int code = 0;

	for (const struct place_heuristic *h = heuristics; code == 0 && h->name; h++) {
		if ((h->work && h->work(&extent) > h->work_most) || extent.rows < h->rows_least)
			continue;
		code = attempt(best, method, problem, h, PLACE_NONE);
		for (size_t kind = 0; code == 0 && kind < kinds && !reached(best, bound, bins); kind++)
			code = attempt(best, method, problem, h, kind);
		if (code == 0 && reached(best, bound, bins))
			break;
	}
	return code;
}

/* The portfolio, then search, then the exact method, each only where the bound is not reached yet. */
static int solve(struct place_solution *solution, const struct place_problem *problem,
		 const struct place_effort *effort, struct placing *best)
{
	double bound = 0, cost, units = extent_of(problem, 0).units;
	double share = fmin(fmin(1, SEARCHED_WELL / units), units / 100); /* of the effort */
	bool proven = false;
	int code = place_bound(problem, &bound, &solution->bound_bins);

	if (code == 0)
		code = try_portfolio(best, &solution->method, problem, bound, solution->bound_bins);
	cost = best->cost;
	if (code == 0 && !reached(best, bound, solution->bound_bins) && effort->search > 0 &&
	    units <= SEARCHED) {
		size_t bins = best->bins;

		if (best->unplaced) /* hosts are short, and none will be saved */
			share /= 20;
		code = place_search(best, bound, solution->bound_bins, effort->search * share);
		placing_resize(best);
		if (best->cost < cost || best->bins < bins)
			solution->method = "search";
	}
	cost = best->cost;
	if (code == 0 && !reached(best, bound, solution->bound_bins) && effort->exact &&
	    best->unplaced == 0 && units <= EXACT_UNITS) {
		code = place_exact(best, &bound, &proven);
		if (best->cost < cost)
			solution->method = "exact";
	}
	solution->bound = bound;
	solution->cost = best->cost;
	solution->optimal = best->unplaced == 0 && (proven || best->cost <= bound * (1 + PLACE_SLACK));
	return code;
}

int place_solve(struct place_solution *solution, const struct place_problem *problem,
		const struct place_effort *effort)
{
	struct merged merged;
	struct placing best = { .problem = problem };
	int code;

	*solution = (struct place_solution){ 0 };
	if (problem->resources == 0 || problem->resources > PLACE_RESOURCES_MOST || problem->kinds == 0)
		return -EINVAL;
	code = merged_make(&merged, problem);
	if (code == 0)
		code = solve(solution, &merged.problem, effort, &best);
	if (code == 0)
		code = merged_write(&merged, &best, solution);
	placing_free(&best);
	merged_free(&merged);
	return code;
}

int place_by(struct place_solution *solution, const struct place_problem *problem, const char *name)
{
	const struct place_heuristic *h = heuristics;
	struct merged merged;
	struct placing best = { 0 };
	int code;

	*solution = (struct place_solution){ 0 };
	while (h->name && strcmp(h->name, name) != 0)
		h++;
	if (!h->name)
		return -EINVAL;
	code = merged_make(&merged, problem);
	if (code == 0)
		code = attempt(&best, &solution->method, &merged.problem, h, PLACE_NONE);
	if (code == 0)
		code = merged_write(&merged, &best, solution);
	solution->cost = best.cost;
	placing_free(&best);
	merged_free(&merged);
	return code;
}

double place_gap(const struct place_solution *solution)
{
	double over = solution->cost - solution->bound;

	if (over <= 0)
		return 0;
	return solution->bound > 0 ? over / solution->bound : INFINITY;
}

void place_solution_free(struct place_solution *solution)
{
	free(solution->bin);
	free(solution->entry);
	free(solution->left);
	*solution = (struct place_solution){ 0 };
}
