/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "base/random.h"
#include "base/stats.h"
#include "model/fit_priv.h"
#include "tests/check.h"

/* Intervals of predictions: what is next lies within them as often as they say. */
#define TRIALS 4000

static double draw(uint64_t *state)
{
	double sum = -6;

	for (int i = 0; i < 12; i++) /* nearly normal */
		sum += random_unit(state);
	return exp(0.2 * sum);
}

static double coverage(size_t n)
{
	double ratio[100], ends[2];
	uint64_t state = n;
	int within = 0;

	for (int trial = 0; trial < TRIALS; trial++) {
		double next = draw(&state);

		for (size_t i = 0; i < n; i++)
			ratio[i] = draw(&state);
		stats_sort(ratio, n);
		fit_ends(ratio, n, ends);
		within += ends[0] <= next && next <= ends[1];
	}
	return (double)within / TRIALS;
}

static void test_few(void)
{
	for (size_t n = 5; n < 39; n += 3) {
		double share = coverage(n);

		CHECK(share > 0.94 && share < 0.98);
	}
}

static void test_many(void)
{
	CHECK_NEAR(coverage(39), 0.95, 0.012);
	CHECK_NEAR(coverage(99), 0.95, 0.012);
}

/* Errors that lie to one side: the other is not taken for sure. */
static void test_one_side(void)
{
	static const double ratio[] = { 1.1, 1.1, 1.2, 1.2 };
	double ends[2];

	fit_ends(ratio, 4, ends);
	CHECK(ends[0] < 0.9 && ends[1] > 1.2);
}

int main(void)
{
	CHECK_RUN(test_few);
	CHECK_RUN(test_many);
	CHECK_RUN(test_one_side);
	return check_done();
}
