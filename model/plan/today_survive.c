/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan/pack_loss_priv.h"
#include "model/plan/today_view_priv.h"

/*
 * Moves that let hosts fail, rather than spare hosts. Where a host's VMs find no room when it fails unless
 * others move, these others move beforehand, as long as that leaves fewer VMs without room over all hosts
 * that may fail; what then turns out not to be needed is undone.
 */

#define CELLS_MOST   1e6 /* hosts times rows of the fleet that are looked at */
#define LOSSES_TRIED 60
#define UNDONE_MOST  300 /* moves that are tried without */

/* A placement: how many of each row are on each bin. */
struct grid {
	size_t *count; /* bins x items; owned */
	size_t bins, items;
};

static int grid_init(struct grid *g, const struct place_solution *s, size_t items)
{
	*g = (struct grid){ .count = calloc(s->bins * items + 1, sizeof(*g->count)),
			    .bins = s->bins,
			    .items = items };
	for (size_t b = 0; g->count && b < s->bins; b++)
		for (size_t e = s->bin[b].entry; e < s->bin[b].entry + s->bin[b].entries; e++)
			g->count[b * items + s->entry[e].item] += s->entry[e].count;
	return g->count ? 0 : -ENOMEM;
}

/* The units of S where GRID has them, those that can where they are today. */
static void adopt(struct mend_state *s, const struct grid *grid)
{
	for (int pass = 0; pass < 2; pass++)
		for (size_t u = 0; u < s->units; u++) {
			size_t b = pass == 0 ? s->home[u] : 0;

			if (pass == 0)
				mend_put(s, u, PLACE_NONE);
			if (s->at[u] != PLACE_NONE || b == PLACE_NONE)
				continue;
			while (pass == 1 && b < grid->bins && grid->count[b * grid->items + s->item[u]] == 0)
				b++;
			if (b == grid->bins || grid->count[b * grid->items + s->item[u]] == 0)
				continue;
			grid->count[b * grid->items + s->item[u]]--;
			mend_put(s, u, b);
		}
}

/* VMs without room, over all hosts that may fail. 0 or -ENOMEM. */
static int count_homeless(const struct today_view *v, const struct place_solution *solution, size_t *homeless)
{
	const struct packing packing = { .problem = v->now.problem, .solution = *solution };
	int code = 0;

	*homeless = 0;
	for (size_t h = 0; code == 0 && h < solution->bins; h++) {
		struct pack_loss loss = { 0 };

		if (solution->bin[h].entries > 0)
			code = pack_survive(&packing, h, today_failing(v), &loss);
		*homeless += loss.homeless;
	}
	return code;
}

/* The same of S, and whether it keeps all rules. */
static int judge(const struct today_view *v, const struct mend_state *s, size_t *homeless, bool *kept)
{
	struct place_solution solution;
	unsigned *breach = calloc(s->bins + 1, sizeof(*breach));
	int code = breach ? mend_write(s, &solution) : -ENOMEM, broken;

	if (!breach)
		return code;
	if (code == 0)
		code = count_homeless(v, &solution, homeless);
	if (code == 0) {
		broken = place_breaches(s->problem, &solution, breach);
		code = broken < 0 ? broken : 0;
		*kept = broken == 0 && solution.unplaced == 0;
	}
	place_solution_free(&solution);
	free(breach);
	return code;
}

/* GRID as the others are once they have made room for what LOST held, which stays where it is. */
static int make_room(const struct today_view *v, const struct place_solution *solution, const bool *lost,
		     struct grid *grid, bool *helps)
{
	const struct packing packing = { .problem = v->now.problem, .solution = *solution };
	struct place_mending mending;
	struct grid then;
	int code = pack_loss_mend(&mending, &packing, lost, false, helps);
	size_t items = grid->items;

	if (code == 0)
		code = grid_init(&then, &mending.after, items);
	for (size_t i = 0; code == 0 && i < items; i++) {
		size_t left = 0, at = 0;

		for (size_t b = 0; b < grid->bins; b++)
			left += lost[b] ? grid->count[b * items + i] : 0;
		for (size_t b = 0; b < grid->bins; b++) {
			size_t *was = &grid->count[b * items + i], is, back;

			if (lost[b])
				continue;
			is = then.count[at++ * items + i];
			back = is > *was ? is - *was : 0; /* some of these came from what is lost */
			back = back < left ? back : left;
			left -= back;
			*was = is - back;
		}
	}
	if (code == 0)
		free(then.count);
	place_mending_free(&mending);
	return code;
}

/* Takes back what S need not have moved. */
static int undo(const struct today_view *v, struct mend_state *s)
{
	size_t tried = 0, homeless;
	bool kept;
	int code = 0;

	for (size_t u = 0; code == 0 && u < s->units && tried < UNDONE_MOST; u++) {
		size_t at = s->at[u];

		if (s->home[u] == PLACE_NONE || at == s->home[u] || !mend_takes(s, s->home[u], u, true))
			continue;
		tried++;
		mend_put(s, u, s->home[u]);
		code = judge(v, s, &homeless, &kept);
		if (code == 0 && (homeless > 0 || !kept))
			mend_put(s, u, at);
	}
	return code;
}

/* One host more whose loss others make room for, in BEST. 1: done; 0: none was found, or -ENOMEM. */
static int improve(const struct today_view *v, struct mend_state *best, size_t *homeless, size_t *tries)
{
	struct place_solution solution = { 0 };
	int code = mend_write(best, &solution);
	const struct packing packing = { .problem = v->now.problem, .solution = solution };

	for (size_t h = 0; code == 0 && h < solution.bins && *tries < LOSSES_TRIED; h++) {
		bool *lost = pack_lost_with(&packing, h, today_failing(v)), helps = false, kept = false;
		struct pack_loss loss = { 0 };
		struct grid grid = { 0 };
		struct mend_state s = { 0 };
		size_t left = 0;

		code = lost ? pack_loss_find(&loss, &packing, lost) : -ENOMEM;
		if (code == 0 && loss.homeless > 0) {
			++*tries;
			code = grid_init(&grid, &solution, best->problem->items);
			if (code == 0)
				code = make_room(v, &solution, lost, &grid, &helps);
			if (code == 0 && helps)
				code = mend_state_copy(&s, best);
			if (code == 0 && helps) {
				adopt(&s, &grid);
				code = judge(v, &s, &left, &kept);
			}
		}
		free(grid.count);
		free(lost);
		if (code == 0 && kept && left < *homeless) {
			mend_state_free(best);
			*best = s;
			*homeless = left;
			code = 1;
		} else {
			mend_state_free(&s);
		}
	}
	place_solution_free(&solution);
	return code;
}

/* The mending becomes what S is. */
static int take_over(struct today_view *v, const struct mend_state *s)
{
	struct place_mending *m = &v->mending;
	int code;

	place_solution_free(&m->after);
	free(m->move);
	m->move = NULL;
	m->moves = 0;
	m->moved = mend_moved(s);
	m->fewest = m->fewest > 0 ? m->fewest : 1; /* as it does not let all fail without any */
	m->exact = m->moved == m->fewest;
	code = mend_write(s, &m->after);
	return code ? code : mend_steps(s, m);
}

/* Whether what is left of the hosts is enough in sum, whichever fails. */
static bool may_survive(const struct today_view *v, const struct place_solution *s)
{
	const struct pack_problem *a = v->now.problem;

	for (size_t d = 0; d < DRIVER; d++) {
		double need = 0, has = 0, most = 0;

		for (size_t b = 0; b < s->bins; b++) {
			double its = a->capacity[s->bin[b].kind * RESOURCES + d];

			has += its;
			most = s->bin[b].entries > 0 && its > most ? its : most;
			for (size_t e = s->bin[b].entry; e < s->bin[b].entry + s->bin[b].entries; e++)
				need += (double)s->entry[e].count * a->size[s->entry[e].item * RESOURCES + d];
		}
		if (!pack_within(need, has - most))
			return false;
	}
	return true;
}

int today_survive(struct today_view *v)
{
	const struct place_problem *problem = &v->now.problem->problem;
	struct mend_state s = { 0 };
	struct grid grid = { 0 };
	size_t homeless = 0, tries = 0;
	int code = 0;

	if (!v->config.policy || v->config.policy->spare_hosts < 1 || v->mending.after.unplaced > 0 ||
	    (double)v->mending.after.bins * (double)problem->items > CELLS_MOST)
		return 0;
	if (!may_survive(v, &v->mending.after))
		return 0;
	code = count_homeless(v, &v->mending.after, &homeless);
	if (code || homeless == 0)
		return code;
	code = mend_state_init(&s, problem, &v->now.solution);
	for (size_t b = s.bins; code == 0 && b < v->mending.after.bins; b++)
		code = mend_open(&s, v->mending.after.bin[b].kind) == PLACE_NONE ? -ENOMEM : 0;
	if (code == 0)
		code = grid_init(&grid, &v->mending.after, problem->items);
	if (code == 0) {
		adopt(&s, &grid);
		while (homeless > 0 && (code = improve(v, &s, &homeless, &tries)) > 0)
			continue;
	}
	if (code >= 0 && homeless == 0 && (code = undo(v, &s)) == 0)
		code = take_over(v, &s);
	free(grid.count);
	mend_state_free(&s);
	return code < 0 ? code : 0;
}
