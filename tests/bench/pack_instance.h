/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_BENCH_PACK_INSTANCE_H
#define TESTS_BENCH_PACK_INSTANCE_H

#include <stdint.h>
#include <stdlib.h>

#include "base/random.h"
#include "model/plan/place_priv.h"

/* Instances of one kind of bin, from a generator that each sets the STATE of.
 */

static uint64_t state;

/* LOW to HIGH, both included. */
static inline double pick(double low, double high)
{
	return low + (double)(random_below(&state, (size_t)(high - low) + 1));
}

/* An instance of one kind of bin, and room for it. */
struct instance {
	struct place_problem problem;
	double *size, capacity[PLACE_RESOURCES_MOST], cost;
	size_t *count, most;
};

static inline void make(struct instance *x, size_t items, size_t resources, double capacity)
{
	*x = (struct instance){ .size = calloc(items * resources, sizeof(double)),
				.count = calloc(items, sizeof(size_t)),
				.cost = 1,
				.most = PLACE_NONE };
	if (!x->size || !x->count)
		abort();
	for (size_t i = 0; i < items; i++)
		x->count[i] = 1;
	for (size_t d = 0; d < resources; d++)
		x->capacity[d] = capacity;
	x->problem = (struct place_problem){ .resources = resources,
					     .items = items,
					     .kinds = 1,
					     .size = x->size,
					     .count = x->count,
					     .capacity = x->capacity,
					     .cost = &x->cost,
					     .most = &x->most,
					     .whole = PLACE_NONE,
					     .onto = PLACE_NONE };
}

static inline void drop(struct instance *x)
{
	free(x->size);
	free(x->count);
}

/* Cuts bins of CAPACITY into PARTS each, so that all are full in every resource. */
static inline void cut(struct instance *x, size_t bins, size_t parts, double low, double high)
{
	size_t d_all = x->problem.resources;

	for (size_t b = 0; b < bins; b++)
		for (size_t d = 0; d < d_all; d++) {
			double rest = x->capacity[d];

			for (size_t i = 0; i < parts; i++) {
				double left = (double)(parts - i - 1), most = rest - left * low,
				       least = rest - left * high;
				double size = i + 1 == parts ? rest
							     : pick(least > low ? least : low,
								    most < high ? most : high);

				x->size[(b * parts + i) * d_all + d] = size;
				rest -= size;
			}
		}
}

#endif
