/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_PLACE_ROOM_H
#define TESTS_PLACE_ROOM_H

/* Placement problems for tests, and numbers to fill them with. */

#include <stdint.h>

#include "base/random.h"
#include "model/plan/place_priv.h"

#define ITEMS 60

static uint64_t state = 1;

static inline size_t pick(size_t limit)
{
	return random_below(&state, limit);
}

/* A problem and room for its arrays. */
struct room {
	double size[ITEMS * 4], capacity[4 * 4], cost[4];
	size_t count[ITEMS], group[ITEMS], most[4];
	bool barred[ITEMS * 4];
	struct place_rule rule[4];
	struct place_problem problem;
};

static inline struct place_problem *prepare(struct room *r, size_t items, size_t resources, size_t kinds)
{
	*r = (struct room){ 0 };
	r->problem = (struct place_problem){ .items = items,
					     .resources = resources,
					     .kinds = kinds,
					     .size = r->size,
					     .count = r->count,
					     .capacity = r->capacity,
					     .cost = r->cost,
					     .most = r->most,
					     .whole = PLACE_NONE,
					     .onto = PLACE_NONE };
	for (size_t i = 0; i < items; i++)
		r->count[i] = 1;
	for (size_t k = 0; k < kinds; k++) {
		r->cost[k] = 1;
		r->most[k] = PLACE_NONE;
		for (size_t d = 0; d < resources; d++)
			r->capacity[k * resources + d] = 100;
	}
	return &r->problem;
}

#endif
