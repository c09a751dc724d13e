/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan/mend_priv.h"
#include "model/plan/place_work_priv.h"
#include "model/plan/program_priv.h"

/* A placement that is there already: what is wrong with it, and what mends it. */

#define EFFORT	    3e6 /* units and bins looked at, in all orders tried */
#define ORDERS_MOST 200

/* How many bins hold some of GROUP. */
static size_t bins_of(const struct mend_state *s, size_t group)
{
	size_t bins = 0;

	for (size_t b = 0; b < s->bins; b++)
		bins += s->members[b * s->problem->groups + group] > 0;
	return bins;
}

static unsigned breach_of(const struct mend_state *s, size_t bin)
{
	const struct place_problem *p = s->problem;
	unsigned breach = mend_fits(s, bin) ? 0 : BREACH_CAPACITY;

	for (size_t g = 0; g < p->groups; g++) {
		size_t members = s->members[bin * p->groups + g];

		if (p->rule[g].fence && members > 0 && members < s->load[bin])
			breach |= BREACH_FENCE;
		if (p->rule[g].spread && !p->rule[g].together && members > p->rule[g].spread)
			breach |= BREACH_SPREAD;
		if (p->rule[g].together && members > 0 && bins_of(s, g) > 1)
			breach |= BREACH_TOGETHER;
	}
	for (size_t u = s->head[bin]; p->barred && u != PLACE_NONE; u = s->next[u])
		if (place_barred(p, s->item[u], s->kind[bin]))
			breach |= BREACH_BARRED;
	return breach;
}

int place_breaches(const struct place_problem *problem, const struct place_solution *placement,
		   unsigned *breaches)
{
	struct mend_state s;
	int code = mend_state_init(&s, problem, placement), wrong = 0;

	for (size_t b = 0; code == 0 && b < s.bins; b++) {
		breaches[b] = breach_of(&s, b);
		wrong += breaches[b] != 0;
	}
	mend_state_free(&s);
	return code ? code : wrong;
}

static int by_item(const void *left, const void *right)
{
	const struct place_entry *a = left, *b = right;

	return (a->item > b->item) - (a->item < b->item);
}

/* The units of BIN, one entry an item. */
static void write_bin(const struct mend_state *s, size_t bin, struct place_solution *solution)
{
	struct place_entry *entry = solution->entry + solution->entries;
	size_t listed = 0, kept = 0;

	for (size_t u = s->head[bin]; u != PLACE_NONE; u = s->next[u])
		entry[listed++] = (struct place_entry){ s->item[u], 1 };
	qsort(entry, listed, sizeof(*entry), by_item);
	for (size_t i = 0; i < listed; i++) {
		if (kept > 0 && entry[kept - 1].item == entry[i].item)
			entry[kept - 1].count++;
		else
			entry[kept++] = entry[i];
	}
	solution->bin[solution->bins++] = (struct place_bin){ s->kind[bin], solution->entries, kept };
	solution->entries += kept;
	solution->cost += s->problem->cost[s->kind[bin]];
}

int mend_write(const struct mend_state *s, struct place_solution *solution)
{
	*solution = (struct place_solution){
		.bin = malloc((s->bins + 1) * sizeof(*solution->bin)),
		.entry = malloc((s->units + 1) * sizeof(*solution->entry)),
		.left = calloc(s->problem->items + 1, sizeof(*solution->left)),
		.method = "mended",
	};
	if (!solution->bin || !solution->entry || !solution->left)
		return -ENOMEM;
	for (size_t b = 0; b < s->bins; b++)
		write_bin(s, b, solution);
	for (size_t u = 0; u < s->units; u++)
		solution->left[s->item[u]] += s->at[u] == PLACE_NONE;
	solution->unplaced = mend_homeless(s);
	return 0;
}

/* How far a state is from what is wanted. */
struct quality {
	size_t broken; /* bins with something wrong, and units without a place */
	double cost;   /* of bins added */
	size_t moved;
	size_t detours; /* moves aside, and units that are stopped: only told by judge_way */
};

static struct quality judge(const struct mend_state *s)
{
	struct quality q = { mend_homeless(s), 0, mend_moved(s), 0 };

	for (size_t b = 0; b < s->bins; b++)
		q.broken += breach_of(s, b) != 0;
	for (size_t b = s->today; b < s->bins; b++)
		q.cost += s->problem->cost[s->kind[b]] + 1e-9; /* free ones count, too */
	return q;
}

static bool better(struct quality a, struct quality b)
{
	if (a.broken != b.broken)
		return a.broken < b.broken;
	if (a.cost != b.cost)
		return a.cost < b.cost;
	return a.moved != b.moved ? a.moved < b.moved : a.detours < b.detours;
}

/* How many detours the way to S takes. 0 or -ENOMEM. */
static int judge_way(const struct mend_state *s, struct quality *q)
{
	struct place_mending way = { .moved = q->moved };
	int code = mend_steps(s, &way);

	q->detours = 0;
	for (size_t i = 0; i < way.moves; i++)
		q->detours += way.move[i].aside || way.move[i].stopped;
	free(way.move);
	return code;
}

/* The best of many orders. 0 or -ENOMEM. */
static int try_orders(struct mend_state *best, const struct mend_state *today, size_t fewest)
{
	double work = (double)(today->units + 10 * today->bins), orders = EFFORT / work;
	struct quality least = { (size_t)-1, 0, 0, 0 };
	int code = 0;

	for (unsigned seed = 0; code == 0 && seed < ORDERS_MOST && (seed == 0 || seed < orders); seed++) {
		struct mend_state s;
		struct quality q;

		code = mend_state_copy(&s, today);
		if (code == 0)
			code = mend_greedily(&s, seed);
		q = judge(&s);
		if (code == 0 && better((struct quality){ q.broken, q.cost, q.moved, 0 }, least))
			code = judge_way(&s, &q);
		else
			q.detours = (size_t)-1;
		if (code == 0 && better(q, least)) {
			mend_state_free(best);
			*best = s;
			least = q;
		} else {
			mend_state_free(&s);
		}
		if (least.broken == 0 && least.cost == 0 && least.moved <= fewest && least.detours == 0)
			break;
	}
	return code;
}

/* What an integer program makes of it: with no bins but today's where some were added, then with all. */
static int try_exactly(struct mend_state *best, const struct mend_state *today, bool *exact)
{
	struct mend_state s;
	int code = mend_state_copy(&s, today), answer = PROGRAM_IMPOSSIBLE;
	bool added = best->bins > best->today, whole = judge(best).broken == 0;

	if (code == 0 && (added || !whole))
		answer = mend_exactly(&s, s.units + 1);
	if (code == 0 && answer != PROGRAM_OPTIMAL && whole) {
		mend_state_free(&s);
		code = mend_state_copy(&s, best);
		if (code == 0)
			answer = mend_exactly(&s, mend_moved(best));
		*exact = answer != PROGRAM_UNKNOWN;
	} else {
		*exact = answer == PROGRAM_OPTIMAL;
	}
	if (code == 0 && answer == PROGRAM_OPTIMAL && judge(&s).broken > 0) /* by what GLPK rounds */
		*exact = false;
	else if (code == 0 && answer == PROGRAM_OPTIMAL) {
		mend_state_free(best);
		*best = s;
		return 0;
	}
	mend_state_free(&s);
	return code;
}

int place_mend(struct place_mending *mending, const struct place_problem *problem,
	       const struct place_solution *today, bool exactly)
{
	struct mend_state start, best = { .problem = problem };
	int code = mend_state_init(&start, problem, today);

	*mending = (struct place_mending){ 0 };
	if (code == 0) {
		mending->fewest = mend_bound(&start);
		code = try_orders(&best, &start, mending->fewest);
	}
	if (code == 0)
		mending->exact = mend_moved(&best) <= mending->fewest && !judge(&best).broken &&
				 best.bins == best.today;
	if (code == 0 && !mending->exact && exactly)
		code = try_exactly(&best, &start, &mending->exact);
	if (code == 0) {
		mending->moved = mend_moved(&best);
		mending->added = best.bins - best.today;
		if (mending->exact && mending->added == 0 && judge(&best).broken == 0)
			mending->fewest = mending->moved;
		code = mend_write(&best, &mending->after);
	}
	if (code == 0)
		code = mend_steps(&best, mending);
	mend_state_free(&best);
	mend_state_free(&start);
	return code;
}

void place_mending_free(struct place_mending *mending)
{
	place_solution_free(&mending->after);
	free(mending->move);
	*mending = (struct place_mending){ 0 };
}
