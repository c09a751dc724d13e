/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "model/plan/place_pattern_priv.h"
#include "model/plan/program_priv.h"

/* Few items, exactly: a linear program over what bins may hold, then an integer one. */

#define ROUNDS_MOST	  2000
#define PATTERNS_MOST	  30000
#define MILLISECONDS_MOST 10000
#define TOLERANCE	  1e-7

struct exact {
	const struct place_problem *problem;
	struct patterns patterns;
	struct program lp;		     /* rows: items, then kinds; columns: patterns */
	double price[PATTERN_ITEMS], *bonus; /* what an item, and one more bin of a kind, is worth; owned */
	double bound;
};

/* Adds the patterns that the program lacks. */
static void add_columns(struct exact *x)
{
	size_t items = x->problem->items;

	while (x->lp.columns < x->patterns.count) {
		const struct pattern *pattern = &x->patterns.pattern[x->lp.columns];
		size_t rows[PATTERN_ITEMS + 1], count = 0;
		double values[PATTERN_ITEMS + 1];

		for (size_t i = 0; i < items; i++)
			if (pattern->count[i]) {
				rows[count] = i;
				values[count++] = pattern->count[i];
			}
		rows[count] = items + pattern->kind;
		values[count++] = 1;
		program_add_column(&x->lp, x->problem->cost[pattern->kind], 0, INFINITY, count, rows, values);
	}
}

/* The program with the bins of PLACING as its first columns. */
static int open_program(struct exact *x, const struct placing *placing)
{
	const struct place_problem *p = x->problem;
	int code = 0;

	x->bonus = calloc(p->kinds, sizeof(*x->bonus));
	if (!x->bonus)
		return -ENOMEM;
	program_open(&x->lp, p->items + p->kinds);
	for (size_t i = 0; i < p->items; i++)
		program_bound_row(&x->lp, i, (double)p->count[i], INFINITY);
	for (size_t kind = 0; kind < p->kinds; kind++)
		program_bound_row(&x->lp, p->items + kind, -INFINITY,
				  p->most[kind] > PATTERN_ITEMS ? INFINITY : (double)p->most[kind]);
	for (size_t bin = 0; code == 0 && bin < placing->bins; bin++) {
		struct pattern pattern = { .kind = placing->bin[bin].kind };

		for (size_t l = placing->bin[bin].head; l != PLACE_NONE; l = placing->link[l].next)
			pattern.count[placing->link[l].item] += (unsigned char)placing->link[l].count;
		code = patterns_add(&x->patterns, &pattern);
	}
	add_columns(x);
	return code;
}

/* Solves the linear program and reads its prices. */
static bool solve_relaxed(struct exact *x)
{
	const struct place_problem *p = x->problem;

	if (!program_relax(&x->lp))
		return false;
	for (size_t i = 0; i < p->items; i++)
		x->price[i] = program_price(&x->lp, i);
	for (size_t kind = 0; kind < p->kinds; kind++)
		x->bonus[kind] = program_price(&x->lp, p->items + kind);
	return true;
}

/* Adds patterns until none would make the linear program cheaper. 1: done, 0: given up, -ENOMEM. */
static int price_columns(struct exact *x)
{
	const struct place_problem *p = x->problem;

	for (int round = 0; round < ROUNDS_MOST; round++) {
		size_t before = x->patterns.count;

		if (!solve_relaxed(x))
			return 0;
		for (size_t kind = 0; kind < p->kinds; kind++) {
			double least = p->cost[kind] - x->bonus[kind] + TOLERANCE * (1 + p->cost[kind]);
			int code = p->most[kind]
					   ? patterns_find(&x->patterns, p, kind, x->price, &least, false, 0)
					   : 1;

			if (code <= 0)
				return code;
		}
		if (x->patterns.count == before)
			return 1;
		add_columns(x);
	}
	return 0;
}

/* BOUND on the cost, as the least multiple that is no less. */
static double round_up(const struct place_problem *p, double bound)
{
	double step = place_quantum(p);

	bound *= 1 - TOLERANCE;
	return step > 0 ? ceil(bound / step - 1e-6) * step : bound;
}

/* Adds every pattern that a cheaper plan than one of COST might use. 1: all, 0: too many, -ENOMEM. */
static int enumerate(struct exact *x, double cost)
{
	const struct place_problem *p = x->problem;
	double relaxed = program_cost(&x->lp), step = place_quantum(p);
	double room = cost - (step > 0 ? step : 0) - relaxed + TOLERANCE * (1 + cost);

	for (size_t kind = 0; kind < p->kinds; kind++) {
		double least = p->cost[kind] - x->bonus[kind] - room;
		int code = p->most[kind] ? patterns_find(&x->patterns, p, kind, x->price, &least, true,
							 PATTERNS_MOST)
					 : 1;

		if (code <= 0)
			return code;
	}
	add_columns(x);
	return 1;
}

/* The integer program's answer as BETTER. 0 or -ENOMEM. */
static int read_answer(const struct exact *x, struct placing *better)
{
	size_t left[PATTERN_ITEMS];
	int code = 0;

	for (size_t i = 0; i < x->problem->items; i++)
		left[i] = x->problem->count[i];
	for (size_t c = 0; code == 0 && c < x->lp.columns; c++) {
		const struct pattern *pattern = &x->patterns.pattern[c];

		for (int times = (int)lround(program_whole(&x->lp, c)); code == 0 && times > 0; times--) {
			size_t bin = placing_open(better, pattern->kind);

			if (bin == PLACE_NONE)
				return -ENOMEM;
			for (size_t i = 0; code == 0 && i < x->problem->items; i++) {
				size_t put = pattern->count[i] < left[i] ? pattern->count[i] : left[i];

				if (put > 0)
					code = placing_put(better, bin, i, put);
				left[i] -= put;
			}
		}
	}
	return code;
}

/* From the linear program's answer to whole bins. */
static int close_gap(struct exact *x, struct placing *placing, bool *proven)
{
	struct placing better;
	int code;

	x->bound = round_up(x->problem, program_cost(&x->lp));
	if (placing->cost <= x->bound * (1 + PLACE_SLACK)) {
		*proven = true;
		return 0;
	}
	code = enumerate(x, placing->cost);
	if (code <= 0 || program_solve(&x->lp, MILLISECONDS_MOST) != PROGRAM_OPTIMAL)
		return code < 0 ? code : 0;
	*proven = true;
	x->bound = fmin(program_whole_cost(&x->lp), placing->cost);
	code = placing_init(&better, x->problem);
	if (code == 0)
		code = read_answer(x, &better);
	if (code == 0 && placing_better(&better, placing)) {
		placing_free(placing);
		*placing = better;
	} else {
		placing_free(&better);
	}
	return code;
}

int place_exact(struct placing *placing, double *bound, bool *proven)
{
	struct exact x = { .problem = placing->problem, .bound = *bound };
	int code;

	*proven = false;
	if (placing->problem->items > PATTERN_ITEMS)
		return 0;
	code = open_program(&x, placing);
	if (code == 0)
		code = price_columns(&x);
	if (code == 1)
		code = close_gap(&x, placing, proven);
	*bound = fmax(x.bound, *bound);
	program_close(&x.lp);
	free(x.bonus);
	free(x.patterns.pattern);
	return code;
}

double place_exact_bound(const struct place_problem *p, const double *demand, size_t bins)
{
	struct program lp;
	size_t rows[PLACE_RESOURCES_MOST + 1];
	double values[PLACE_RESOURCES_MOST + 1], cost = NAN;

	program_open(&lp, p->resources + 1);
	for (size_t d = 0; d <= p->resources; d++) {
		double need = d == p->resources ? (double)bins
			      : d == p->whole	? 0
						: demand[d] * (1 - 2 * PLACE_SLACK);

		program_bound_row(&lp, d, need, INFINITY);
		rows[d] = d;
	}
	for (size_t kind = 0; kind < p->kinds; kind++) {
		for (size_t d = 0; d < p->resources; d++)
			values[d] = p->capacity[kind * p->resources + d];
		values[p->resources] = 1;
		program_add_column(&lp, p->cost[kind], 0,
				   p->most[kind] == PLACE_NONE ? INFINITY : (double)p->most[kind],
				   p->resources + 1, rows, values);
	}
	if (program_solve(&lp, 200) == PROGRAM_OPTIMAL)
		cost = round_up(p, program_whole_cost(&lp));
	program_close(&lp);
	return cost;
}
