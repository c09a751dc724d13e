/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdint.h>
#include <stdlib.h>

#include "model/plan/place_priv.h"
#include "tests/check.h"
#include "tests/place_check.h"
#include "tests/place_room.h"

/* Heuristics of the portfolio one by one, and what becomes of placements when a bin fails. */

/* Each heuristic alone, and what is placed again when a bin fails, keep to the rules, too. */
static void test_each_heuristic_obeys(void)
{
	static const char *const names[] = { "first-fit-max", "best-fit-sum", "dot-product", "l2",
					     "spread-max",    "spread-sum" };

	for (int round = 0; round < 60; round++)
		for (size_t h = 0; h < sizeof(names) / sizeof(*names); h++) {
			struct room r;
			struct place_problem *p = prepare(&r, 1 + pick(ITEMS), 1 + pick(4), 1 + pick(2));
			struct place_solution s;
			const char *wrong;

			for (size_t i = 0; i < p->items; i++) {
				r.group[i] = pick(3) ? PLACE_NONE : pick(4);
				for (size_t d = 0; d < p->resources; d++)
					r.size[i * p->resources + d] = (double)pick(45) / 1.1;
			}
			for (size_t g = 0; g < 4; g++)
				r.rule[g] = (struct place_rule){ pick(4) == 0, pick(3) == 0, pick(3) };
			p->groups = 4;
			p->group = r.group;
			p->rule = r.rule;
			CHECK_INT(place_by(&s, p, names[h]), 0);
			wrong = place_check(p, &s);
			if (wrong)
				printf("# round %d, %s: %s\n", round, names[h], wrong);
			CHECK_STR(wrong, NULL);
			place_solution_free(&s);
		}
}

/* Items of a failed bin that survive fit on the others: by plain counting of one resource. */
static void test_surviving_is_possible(void)
{
	size_t survived = 0, fell = 0;

	for (int round = 0; round < 100; round++) {
		struct room r;
		struct place_problem *p = prepare(&r, 4 + pick(20), 1, 1);
		struct place_solution s;
		bool lost[ITEMS] = { false };
		size_t homeless, first, gone;
		double need = 0, room = 0;

		for (size_t i = 0; i < p->items; i++)
			r.size[i] = (double)(3 + pick(30));
		CHECK_INT(place_by(&s, p, pick(2) ? "spread-max" : "first-fit-max"), 0);
		r.capacity[0] += (double)pick(80); /* some of them have room to spare */
		gone = pick(s.bins);
		lost[gone] = true;
		for (size_t b = 0; b < s.bins; b++) {
			double used = 0;

			for (size_t e = s.bin[b].entry; e < s.bin[b].entry + s.bin[b].entries; e++)
				used += (double)s.entry[e].count * r.size[s.entry[e].item];
			need += b == gone ? used : 0;
			room += b == gone ? 0 : r.capacity[0] - used;
		}
		CHECK_INT(place_survive(p, &s, lost, &homeless, &first), 0);
		CHECK(homeless > 0 || need <= room + 1e-6);
		CHECK((homeless > 0) == (first != PLACE_NONE));
		survived += homeless == 0;
		fell += homeless > 0;
		place_solution_free(&s);
	}
	CHECK(survived > 3 && fell > 3);
}

int main(void)
{
	CHECK_RUN(test_each_heuristic_obeys);
	CHECK_RUN(test_surviving_is_possible);
	return check_done();
}
