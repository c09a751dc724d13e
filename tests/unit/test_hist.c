/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdlib.h>

#include "base/hist.h"
#include "base/random.h"
#include "tests/check.h"

/* Histograms: the promised relative error, and quantiles against sorted values. */

static void test_empty(void)
{
	struct hist h = { 0 };

	CHECK_INT(hist_quantile(&h, 0.5), 0);
	hist_add(&h, 0);
	CHECK_INT(h.count, 1);
	CHECK_INT(hist_quantile(&h, 0), 0);
	CHECK_INT(hist_quantile(&h, 1), 0);
}

/* Every value near every power of two that the histogram resolves, alone in it beside a far larger one. */
static void test_error(void)
{
	struct hist h;

	for (unsigned bits = 0; bits < HIST_SUB_BITS + HIST_OCTAVES; bits++)
		for (int step = -3; step < 400; step++) {
			double power = (double)(1ull << bits);
			uint64_t value = (uint64_t)(power + power * step / 400), got;

			memset(&h, 0, sizeof(h));
			hist_add(&h, value);
			hist_add(&h, 1ull << 62);
			got = hist_quantile(&h, 0.5);
			CHECK_NEAR((double)got, (double)value, 0.01 * (double)value);
		}
}

static void test_exact_when_small(void)
{
	struct hist h = { 0 };

	for (uint64_t v = 0; v < 2 * HIST_SUB; v++)
		hist_add(&h, v);
	for (uint64_t v = 0; v < 2 * HIST_SUB; v++)
		CHECK_INT(hist_quantile(&h, (double)(v + 1) / (2 * HIST_SUB)), v);
	CHECK_INT(h.total, 2 * HIST_SUB * (2 * HIST_SUB - 1) / 2);
	CHECK_INT(h.max, 2 * HIST_SUB - 1);
}

static void test_last_bucket(void)
{
	struct hist h = { 0 };

	hist_add(&h, UINT64_MAX);
	hist_add(&h, 1ull << 60);
	CHECK_INT(h.count, 2);
	CHECK(h.max == UINT64_MAX);
	CHECK(hist_quantile(&h, 0.5) >= 1ull << 45);
	CHECK_INT(h.bucket[HIST_BUCKETS - 1], 2);
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Values spread evenly over nine decades of magnitude. */
static void test_quantiles(void)
{
	enum { N = 20000 };
	uint64_t *values = calloc(N, sizeof(*values)), state = 1;
	struct hist h = { 0 };

	for (size_t i = 0; i < N; i++) {
		values[i] = (uint64_t)pow(10, 9 * (double)random_below(&state, 1000003) / 1000003);
		hist_add(&h, values[i]);
	}
	qsort(values, N, sizeof(*values), compare);
	for (size_t rank = 1; rank <= N; rank += 97) {
		double got = (double)hist_quantile(&h, (double)rank / N), want = (double)values[rank - 1];

		CHECK_NEAR(got, want, 0.01 * want);
	}
	CHECK_NEAR((double)hist_quantile(&h, 1), (double)values[N - 1], 0.01 * (double)values[N - 1]);
	CHECK(hist_quantile(&h, 1) <= h.max);
	free(values);
}

static void test_merge(void)
{
	struct hist all = { 0 }, parts[2] = { { 0 }, { 0 } };
	uint64_t state = 2;

	for (int i = 0; i < 5000; i++) {
		uint64_t value = random_next(&state) >> (11 + random_below(&state, 50));

		hist_add(&all, value);
		hist_add(&parts[i % 2], value);
	}
	hist_merge(&parts[0], &parts[1]);
	CHECK(memcmp(&all, &parts[0], sizeof(all)) == 0);
	parts[1].max = UINT64_MAX;
	hist_merge(&all, &parts[1]);
	CHECK(all.max == UINT64_MAX);
	CHECK_INT(all.count, 7500);
}

int main(void)
{
	CHECK_RUN(test_empty);
	CHECK_RUN(test_error);
	CHECK_RUN(test_exact_when_small);
	CHECK_RUN(test_last_bucket);
	CHECK_RUN(test_quantiles);
	CHECK_RUN(test_merge);
	return check_done();
}
