/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdint.h>
#include <stdlib.h>

#include "model/plan/place_priv.h"
#include "tests/check.h"
#include "tests/place_check.h"
#include "tests/place_room.h"

/* The placement engine: answers that are known, and random problems whose answers a simple checker judges. */

static void test_random_placements_obey(void)
{
	size_t placed = 0, ruled = 0;

	for (int round = 0; round < 250; round++) {
		struct room r;
		struct place_problem *p = prepare(&r, 1 + pick(ITEMS), 1 + pick(4), 1 + pick(3));
		struct place_effort effort = { .search = 2e5, .exact = pick(4) == 0 };
		struct place_solution s;
		const char *wrong;

		for (size_t i = 0; i < p->items; i++) {
			r.count[i] = pick(8) == 0 ? pick(20) : 1;
			r.group[i] = pick(2) ? PLACE_NONE : pick(4);
			for (size_t d = 0; d < p->resources; d++)
				r.size[i * p->resources + d] = (double)pick(i % 9 == 0 ? 110 : 40) / 1.1;
			for (size_t k = 0; k < p->kinds; k++)
				r.barred[i * p->kinds + k] = pick(10) == 0;
		}
		for (size_t k = 0; k < p->kinds; k++) {
			r.cost[k] = (double)(10 + pick(30));
			r.most[k] = pick(3) ? PLACE_NONE : pick(10);
			for (size_t d = 0; d < p->resources; d++)
				r.capacity[k * p->resources + d] = (double)(50 + pick(100));
		}
		for (size_t g = 0; g < 4; g++)
			r.rule[g] = (struct place_rule){ pick(3) == 0, pick(3) == 0, pick(3) };
		p->barred = pick(2) ? r.barred : NULL;
		if (pick(2)) {
			p->groups = 4;
			p->group = r.group;
			p->rule = r.rule;
		}
		if (p->resources > 2 && pick(2)) {
			p->whole = 2;
			p->onto = pick(2);
			p->whole_least = (double)pick(3);
		}
		CHECK_INT(place_solve(&s, p, &effort), 0);
		wrong = place_check(p, &s);
		if (wrong)
			printf("# round %d: %s\n", round, wrong);
		CHECK_STR(wrong, NULL);
		CHECK(s.unplaced || s.bound_bins <= s.bins);
		placed += s.bins;
		ruled += p->groups > 0;
		place_solution_free(&s);
	}
	CHECK(placed > 600 && ruled > 60);
}

static void test_the_checker_finds_what_is_wrong(void)
{
	struct room r;
	struct place_problem *p = prepare(&r, 2, 1, 1);
	struct place_entry entries[] = { { 0, 1 }, { 1, 1 } };
	struct place_bin bins[] = { { 0, 0, 2 } };
	size_t left[2] = { 0, 0 };
	struct place_solution s = {
		.bin = bins, .bins = 1, .entry = entries, .entries = 2, .left = left, .cost = 1
	};

	r.size[0] = r.size[1] = 50;
	CHECK_STR(place_check(p, &s), NULL);
	r.size[1] = 51;
	CHECK_STR(place_check(p, &s), "a bin is overfull");
	r.size[1] = 50;
	p->groups = 2;
	p->group = (size_t[]){ 0, 1 };
	p->rule = (struct place_rule[]){ { .fence = true }, { 0 } };
	CHECK_STR(place_check(p, &s), "a fenced group has company");
	p->rule = (struct place_rule[]){ { .spread = 1 }, { 0 } };
	p->group = (size_t[]){ 0, 0 };
	CHECK_STR(place_check(p, &s), "a group is not spread");
	entries[1].count = 2;
	CHECK_STR(place_check(p, &s), "items were lost or doubled");
}

/* n = 120 as Falkenauer cuts them: three items fill a bin exactly. */
static void test_triplets(void)
{
	static double size[120];
	size_t count[120], most = PLACE_NONE, total = 0;
	double capacity = 1000, cost = 1;

	for (int seed = 0; seed < 4; seed++) {
		struct place_problem p = { .resources = 1,
					   .items = 120,
					   .kinds = 1,
					   .size = size,
					   .count = count,
					   .capacity = &capacity,
					   .cost = &cost,
					   .most = &most,
					   .whole = PLACE_NONE,
					   .onto = PLACE_NONE };
		struct place_solution s;

		for (size_t i = 0; i < 120; i += 3) {
			count[i] = count[i + 1] = count[i + 2] = 1;
			size[i] = (double)(380 + pick(111));
			size[i + 1] = (double)(250 + pick((1000 - (size_t)size[i]) / 2 - 250));
			size[i + 2] = 1000 - size[i] - size[i + 1];
		}
		CHECK_INT(place_solve(&s, &p, &place_effort_usual), 0);
		CHECK_STR(place_check(&p, &s), NULL);
		total += s.bins;
		place_solution_free(&s);
	}
	CHECK(total <= 163); /* 1.02 x 160 */
}

static void test_bounds(void)
{
	const double halves[] = { 0.6, 0.6, 0.55, 0.5, 0.1 }, thirds[] = { 0.4, 0.4, 0.4, 0.4 };
	const double pairs[] = { 0.7, 0.7, 0.35, 0.35, 0.35 };

	CHECK_INT(place_bound_l2(halves, 5), 4);
	CHECK_INT(place_bound_l2(thirds, 4), 2);
	CHECK_INT(place_bound_l2(pairs, 5), 4); /* 0.35 fits beside none of 0.7: 2 + ceil(1.05) */
	CHECK_INT(place_bound_l2(pairs, 0), 0);
	CHECK_INT(place_bound_fold((const double[]){ 0.15 }, (const size_t[]){ 310 }, 1), 52); /* 6 a bin */
	CHECK_INT(place_bound_fold((const double[]){ 1. / 3 }, (const size_t[]){ 9 }, 1), 3);
	CHECK_INT(place_bound_fold((const double[]){ 0.35, 0.15 }, (const size_t[]){ 10, 10 }, 2), 5);
}

/* First fit needs 3 here, and what is exact 2. */
static void test_exact_is_exact(void)
{
	static const double sizes[] = { 44, 40, 24, 22, 21, 17, 8, 8, 7, 7, 1, 1 };
	struct room r;
	struct place_problem *p = prepare(&r, 12, 1, 1);
	const struct place_effort effort = { .exact = true };
	struct place_solution s;

	for (size_t i = 0; i < 12; i++)
		r.size[i] = sizes[i];
	CHECK_INT(place_solve(&s, p, &effort), 0);
	CHECK_STR(place_check(p, &s), NULL);
	CHECK_INT(s.bins, 2);
	CHECK(s.optimal);
	CHECK_NEAR(place_gap(&s), 0, 1e-9);
	place_solution_free(&s);
}

static void test_kinds_are_mixed_by_cost(void)
{
	struct room r;
	struct place_problem *p = prepare(&r, 1, 2, 2);
	struct place_solution s;

	/* 10 items of 30: three to a bin of 100 for 10, or one to a bin of 30 for 3; one of the small ones */
	r.count[0] = 10;
	r.size[0] = r.size[1] = 30;
	r.cost[0] = 8;
	r.cost[1] = 3;
	r.capacity[2] = r.capacity[3] = 30;
	CHECK_INT(place_solve(&s, p, &place_effort_usual), 0);
	CHECK_NEAR(s.cost, 3 * 8 + 3, 1e-9);
	CHECK(s.optimal);
	place_solution_free(&s);
	r.most[0] = 1;
	r.most[1] = 2;
	CHECK_INT(place_solve(&s, p, &place_effort_usual), 0);
	CHECK_INT(s.unplaced, 5);
	CHECK(!s.optimal);
	place_solution_free(&s);
}

static void test_heuristics_have_names(void)
{
	struct room r;
	struct place_problem *p = prepare(&r, 3, 1, 1);
	struct place_solution s;

	r.size[0] = r.size[1] = r.size[2] = 50;
	CHECK_INT(place_by(&s, p, "dot-product"), 0);
	CHECK_INT(s.bins, 2);
	place_solution_free(&s);
	CHECK_INT(place_by(&s, p, "spread-max"), 0);
	CHECK_INT(s.bins, 2);
	place_solution_free(&s);
	CHECK(place_by(&s, p, "best-guess") < 0);
	place_solution_free(&s);
}

int main(void)
{
	CHECK_RUN(test_random_placements_obey);
	CHECK_RUN(test_the_checker_finds_what_is_wrong);
	CHECK_RUN(test_triplets);
	CHECK_RUN(test_bounds);
	CHECK_RUN(test_exact_is_exact);
	CHECK_RUN(test_kinds_are_mixed_by_cost);
	CHECK_RUN(test_heuristics_have_names);
	return check_done();
}
