/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <glpk.h>
#include <math.h>
#include <stdlib.h>

#include "model/place_pattern_priv.h"

/* Few items, exactly: a linear program over what bins may hold, then an integer one. GLPK's one door. */

#define ROUNDS_MOST	  2000
#define PATTERNS_MOST	  30000
#define MILLISECONDS_MOST 10000
#define TOLERANCE	  1e-7

struct exact {
	const struct place_problem *problem;
	struct patterns patterns;
	glp_prob *lp;			     /* rows: items, then kinds */
	size_t columns;			     /* patterns that are in it */
	double price[PATTERN_ITEMS], *bonus; /* what an item, and one more bin of a kind, is worth; owned */
	double bound;
};

/* Adds the patterns that the program lacks. */
static void add_columns(struct exact *x)
{
	size_t items = x->problem->items;

	for (; x->columns < x->patterns.count; x->columns++) {
		const struct pattern *pattern = &x->patterns.pattern[x->columns];
		int rows[PATTERN_ITEMS + 2], count = 0, column = glp_add_cols(x->lp, 1);
		double values[PATTERN_ITEMS + 2];

		for (size_t i = 0; i < items; i++)
			if (pattern->count[i]) {
				rows[++count] = (int)i + 1;
				values[count] = pattern->count[i];
			}
		rows[++count] = (int)(items + pattern->kind) + 1;
		values[count] = 1;
		glp_set_mat_col(x->lp, column, count, rows, values);
		glp_set_col_bnds(x->lp, column, GLP_LO, 0, 0);
		glp_set_obj_coef(x->lp, column, x->problem->cost[pattern->kind]);
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
	glp_term_out(GLP_OFF);
	x->lp = glp_create_prob();
	glp_add_rows(x->lp, (int)(p->items + p->kinds));
	for (size_t i = 0; i < p->items; i++)
		glp_set_row_bnds(x->lp, (int)i + 1, GLP_LO, (double)p->count[i], 0);
	for (size_t kind = 0; kind < p->kinds; kind++)
		glp_set_row_bnds(x->lp, (int)(p->items + kind) + 1,
				 p->most[kind] > PATTERN_ITEMS ? GLP_FR : GLP_UP, 0,
				 p->most[kind] > PATTERN_ITEMS ? 0 : (double)p->most[kind]);
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
	glp_smcp how;

	glp_init_smcp(&how);
	how.msg_lev = GLP_MSG_OFF;
	if (glp_simplex(x->lp, &how) != 0 || glp_get_status(x->lp) != GLP_OPT)
		return false;
	for (size_t i = 0; i < p->items; i++)
		x->price[i] = glp_get_row_dual(x->lp, (int)i + 1);
	for (size_t kind = 0; kind < p->kinds; kind++)
		x->bonus[kind] = glp_get_row_dual(x->lp, (int)(p->items + kind) + 1);
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
	double relaxed = glp_get_obj_val(x->lp), step = place_quantum(p);
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

/* Whether the integer program is solved. */
static bool solve_whole(struct exact *x)
{
	glp_iocp how;

	for (size_t i = 0; i < x->columns; i++)
		glp_set_col_kind(x->lp, (int)i + 1, GLP_IV);
	glp_init_iocp(&how);
	how.msg_lev = GLP_MSG_OFF;
	how.presolve = GLP_ON;
	how.tm_lim = MILLISECONDS_MOST;
	return glp_intopt(x->lp, &how) == 0 && glp_mip_status(x->lp) == GLP_OPT;
}

/* The integer program's answer as BETTER. 0 or -ENOMEM. */
static int read_answer(const struct exact *x, struct placing *better)
{
	size_t left[PATTERN_ITEMS];
	int code = 0;

	for (size_t i = 0; i < x->problem->items; i++)
		left[i] = x->problem->count[i];
	for (size_t c = 0; code == 0 && c < x->columns; c++) {
		const struct pattern *pattern = &x->patterns.pattern[c];

		for (int times = (int)lround(glp_mip_col_val(x->lp, (int)c + 1)); code == 0 && times > 0;
		     times--) {
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

	x->bound = round_up(x->problem, glp_get_obj_val(x->lp));
	if (placing->cost <= x->bound * (1 + PLACE_SLACK)) {
		*proven = true;
		return 0;
	}
	code = enumerate(x, placing->cost);
	if (code <= 0 || !solve_whole(x))
		return code < 0 ? code : 0;
	*proven = true;
	x->bound = fmin(glp_mip_obj_val(x->lp), placing->cost);
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
	if (x.lp)
		glp_delete_prob(x.lp);
	free(x.bonus);
	free(x.patterns.pattern);
	return code;
}

double place_exact_bound(const struct place_problem *p, const double *demand, size_t bins)
{
	glp_prob *lp = glp_create_prob();
	int rows[PLACE_RESOURCES_MOST + 2], solved;
	double values[PLACE_RESOURCES_MOST + 2], cost;
	glp_iocp how;

	glp_term_out(GLP_OFF);
	glp_add_rows(lp, (int)p->resources + 1);
	for (size_t d = 0; d <= p->resources; d++) {
		double need = d == p->resources ? (double)bins
			      : d == p->whole	? 0
						: demand[d] * (1 - 2 * PLACE_SLACK);

		glp_set_row_bnds(lp, (int)d + 1, GLP_LO, need, 0);
		rows[d + 1] = (int)d + 1;
	}
	for (size_t kind = 0; kind < p->kinds; kind++) {
		int column = glp_add_cols(lp, 1);

		for (size_t d = 0; d < p->resources; d++)
			values[d + 1] = p->capacity[kind * p->resources + d];
		values[p->resources + 1] = 1;
		glp_set_mat_col(lp, column, (int)p->resources + 1, rows, values);
		glp_set_obj_coef(lp, column, p->cost[kind]);
		glp_set_col_kind(lp, column, GLP_IV);
		if (p->most[kind] == 0)
			glp_set_col_bnds(lp, column, GLP_FX, 0, 0);
		else
			glp_set_col_bnds(lp, column, p->most[kind] == PLACE_NONE ? GLP_LO : GLP_DB, 0,
					 p->most[kind] == PLACE_NONE ? 0 : (double)p->most[kind]);
	}
	glp_init_iocp(&how);
	how.msg_lev = GLP_MSG_OFF;
	how.presolve = GLP_ON;
	how.tm_lim = 200;
	solved = glp_intopt(lp, &how) == 0 && glp_mip_status(lp) == GLP_OPT;
	cost = solved ? round_up(p, glp_mip_obj_val(lp)) : (double)NAN;
	glp_delete_prob(lp);
	return cost;
}
