/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "model/plan/mend_priv.h"
#include "tests/check.h"
#include "tests/place_check.h"

/* Placements that are mended: known answers, and random ones that a simple checker and trying all judge. */

#define ITEMS 40
#define BINS  8

static uint64_t state = 7;

static size_t pick(size_t limit)
{
	return random_below(&state, limit);
}

/* A problem and today's placement, with room for their arrays. */
struct room {
	double size[ITEMS * 3], capacity[2 * 3], cost[2];
	size_t count[ITEMS], group[ITEMS], most[2], left[ITEMS];
	bool barred[ITEMS * 2];
	struct place_rule rule[3];
	struct place_problem problem;
	struct place_bin bin[BINS];
	struct place_entry entry[ITEMS];
	struct place_solution today;
	size_t where[ITEMS]; /* items: their bin */
};

static void prepare(struct room *r, size_t items, size_t bins)
{
	*r = (struct room){ .cost = { 1, 2 }, .most = { bins, bins } };
	r->problem = (struct place_problem){ .items = items,
					     .resources = 3,
					     .kinds = 2,
					     .size = r->size,
					     .count = r->count,
					     .capacity = r->capacity,
					     .cost = r->cost,
					     .most = r->most,
					     .whole = PLACE_NONE,
					     .onto = PLACE_NONE };
	for (size_t i = 0; i < items; i++)
		r->count[i] = 1;
	for (size_t d = 0; d < 6; d++)
		r->capacity[d] = 100;
	for (size_t b = 0; b < bins; b++)
		r->bin[b].kind = b % 2;
	r->today = (struct place_solution){ .bin = r->bin, .bins = bins, .entry = r->entry, .left = r->left };
}

/* Makes today's placement of r->where; BINS: nowhere. */
static void fill(struct room *r)
{
	r->today.entries = r->today.unplaced = 0;
	memset(r->left, 0, sizeof(r->left));
	for (size_t b = 0; b < r->today.bins; b++) {
		r->bin[b].entry = r->today.entries;
		for (size_t i = 0; i < r->problem.items; i++)
			if (r->where[i] == b)
				r->entry[r->today.entries++] = (struct place_entry){ i, 1 };
		r->bin[b].entries = r->today.entries - r->bin[b].entry;
	}
	for (size_t i = 0; i < r->problem.items; i++)
		r->today.unplaced += r->left[i] = r->where[i] >= r->today.bins;
}

/* Goes through the moves one by one: what is wrong with them, NULL where nothing is. */
static const char *follow(const struct room *r, const struct place_mending *m)
{
	const struct place_problem *p = &r->problem;
	size_t at[ITEMS], moved = 0;

	memcpy(at, r->where, sizeof(at));
	for (size_t k = 0; k < m->moves; k++)
		if (m->move[k].stopped)
			at[m->move[k].item] = PLACE_NONE;
	for (size_t k = 0; k < m->moves; k++) {
		const struct place_move *move = &m->move[k];
		double sum[3] = { 0 };

		if (!move->stopped && at[move->item] != move->from && r->where[move->item] < r->today.bins)
			return "a move begins where the item is not";
		at[move->item] = move->to;
		for (size_t i = 0; i < p->items; i++)
			for (size_t d = 0; at[i] == move->to && d < 3; d++)
				sum[d] += r->size[i * 3 + d];
		if (p->whole != PLACE_NONE)
			sum[p->onto] += fmax(ceil(sum[p->whole] - 1e-7), p->whole_least);
		for (size_t d = 0; d < 3; d++)
			if (d != p->whole && sum[d] > r->capacity[m->after.bin[move->to].kind * 3 + d] + 1e-6)
				return "a step overfills a bin";
	}
	for (size_t b = 0; b < m->after.bins; b++)
		for (size_t e = m->after.bin[b].entry; e < m->after.bin[b].entry + m->after.bin[b].entries;
		     e++)
			if (at[m->after.entry[e].item] != b)
				return "the moves do not lead there";
	for (size_t i = 0; i < p->items; i++)
		moved += r->where[i] < r->today.bins && at[i] != r->where[i];
	return moved == m->moved ? NULL : "moves were counted wrongly";
}

/* The fewest items to be moved by trying every placement on today's bins; PLACE_NONE: there is none. */
static size_t try_all(struct room *r)
{
	size_t where[ITEMS], best = PLACE_NONE, total = 1, items = r->problem.items, bins = r->today.bins;

	memcpy(where, r->where, sizeof(where));
	for (size_t i = 0; i < items; i++)
		total *= bins;
	for (size_t code = 0; code < total; code++) {
		size_t moved = 0, rest = code;

		for (size_t i = 0; i < items; i++, rest /= bins) {
			r->where[i] = rest % bins;
			moved += where[i] < bins && r->where[i] != where[i];
		}
		if (moved >= best)
			continue;
		fill(r);
		if (!place_check_capacity(&r->problem, &r->today) &&
		    !place_check_rules(&r->problem, &r->today))
			best = moved;
	}
	memcpy(r->where, where, sizeof(where));
	fill(r);
	return best;
}

static void make_random(struct room *r, size_t items, size_t bins)
{
	size_t large = 200 * bins / items;

	prepare(r, items, bins);
	for (size_t i = 0; i < items; i++) {
		r->group[i] = pick(2) ? PLACE_NONE : pick(3);
		r->where[i] = pick(12) ? pick(bins) : BINS;
		for (size_t d = 0; d < 3; d++)
			r->size[i * 3 + d] = (double)pick(large < 8 ? 8 : large) / 1.7;
		r->barred[i * 2] = pick(15) == 0;
	}
	for (size_t g = 0; g < 3; g++)
		r->rule[g] = (struct place_rule){ pick(3) == 0, pick(4) == 0, pick(3) };
	r->problem.barred = pick(2) ? r->barred : NULL;
	if (pick(2)) {
		r->problem.groups = 3;
		r->problem.group = r->group;
		r->problem.rule = r->rule;
	}
	if (pick(3) == 0) {
		r->problem.whole = 2;
		r->problem.onto = 0;
		r->problem.whole_least = 1;
		for (size_t i = 0; i < items; i++)
			r->size[i * 3 + 2] /= 20;
	}
	if (pick(2))
		r->most[0] = r->most[1] = BINS;
	fill(r);
}

static void test_few_are_mended_with_the_fewest_moves(void)
{
	size_t mended = 0, moved = 0;

	for (int round = 0; round < 150; round++) {
		struct room r;
		struct place_mending m;
		const char *wrong;
		size_t fewest;

		make_random(&r, 3 + pick(4), 2 + pick(2));
		fewest = try_all(&r);
		CHECK_INT(place_mend(&m, &r.problem, &r.today, true), 0);
		wrong = follow(&r, &m);
		if (fewest != PLACE_NONE) {
			wrong = wrong ? wrong : place_check(&r.problem, &m.after);
			CHECK_INT(m.added, 0);
			CHECK_INT(m.moved, fewest);
			CHECK(m.exact && m.fewest <= fewest);
			mended++;
			moved += fewest;
		}
		if (wrong)
			printf("# round %d: %s\n", round, wrong);
		CHECK_STR(wrong, NULL);
		place_mending_free(&m);
	}
	CHECK(mended > 50 && moved > 50);
}

static void test_many_are_mended_within_the_rules(void)
{
	size_t mended = 0, moved = 0;

	for (int round = 0; round < 80; round++) {
		struct room r;
		struct place_mending m;
		unsigned breaches[4 * BINS];
		const char *wrong;
		int broken;

		make_random(&r, 20 + pick(20), 3 + pick(4));
		CHECK_INT(place_mend(&m, &r.problem, &r.today, true), 0);
		wrong = follow(&r, &m);
		CHECK(m.after.bins <= 4 * BINS);
		broken = place_breaches(&r.problem, &m.after, breaches);
		if (broken == 0 && m.after.unplaced == 0) {
			wrong = wrong ? wrong : place_check(&r.problem, &m.after);
			mended++;
			moved += m.moved;
			CHECK(m.added > 0 || m.moved >= m.fewest);
		}
		if (wrong)
			printf("# round %d: %s\n", round, wrong);
		CHECK_STR(wrong, NULL);
		place_mending_free(&m);
	}
	CHECK(mended > 20 && moved > 50);
}

/* Two bins that must swap what they hold, and nothing else is free: one is stopped; with a third, set aside.
 */
static void test_swaps_make_room(void)
{
	struct room r;
	struct place_mending m;

	prepare(&r, 2, 2);
	r.problem.barred = r.barred;
	r.barred[0] = r.barred[3] = true; /* item 0 not on kind 0, item 1 not on kind 1 */
	r.size[0] = r.size[3] = 60;
	r.where[0] = 0;
	r.where[1] = 1;
	fill(&r);
	CHECK_INT(place_mend(&m, &r.problem, &r.today, true), 0);
	CHECK_STR(follow(&r, &m), NULL);
	CHECK_INT(m.moved, 2);
	CHECK(m.move[0].stopped || m.move[1].stopped);
	place_mending_free(&m);

	r.today.bins = 3;
	r.bin[2].kind = 1;
	fill(&r);
	CHECK_INT(place_mend(&m, &r.problem, &r.today, true), 0);
	CHECK_STR(follow(&r, &m), NULL);
	CHECK_INT(m.moved, 2);
	CHECK_INT(m.moves, 2);
	CHECK(!m.move[0].stopped && !m.move[1].stopped);
	place_mending_free(&m);
}

static void test_breaches_are_named(void)
{
	struct room r;
	unsigned breaches[BINS];

	prepare(&r, 3, 2);
	r.size[0] = r.size[3] = r.size[6] = 40;
	fill(&r); /* all in bin 0 */
	CHECK_INT(place_breaches(&r.problem, &r.today, breaches), 1);
	CHECK_INT(breaches[0], BREACH_CAPACITY);
	r.where[2] = 1;
	r.problem.groups = 1;
	r.problem.group = r.group;
	r.problem.rule = r.rule;
	r.rule[0] = (struct place_rule){ .together = true };
	fill(&r);
	CHECK_INT(place_breaches(&r.problem, &r.today, breaches), 2);
	CHECK_INT(breaches[0], BREACH_TOGETHER);
	r.rule[0] = (struct place_rule){ .spread = 1 };
	CHECK_INT(place_breaches(&r.problem, &r.today, breaches), 1);
	CHECK_INT(breaches[0], BREACH_SPREAD);
	r.rule[0] = (struct place_rule){ .fence = true };
	r.group[0] = PLACE_NONE;
	CHECK_INT(place_breaches(&r.problem, &r.today, breaches), 1);
	CHECK_INT(breaches[0], BREACH_FENCE);
}

int main(void)
{
	CHECK_RUN(test_few_are_mended_with_the_fewest_moves);
	CHECK_RUN(test_many_are_mended_within_the_rules);
	CHECK_RUN(test_swaps_make_room);
	CHECK_RUN(test_breaches_are_named);
	return check_done();
}
