/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdlib.h>

#include "base/stats.h"
#include "tests/check.h"

/* Estimates and intervals against published examples, and against counting out every case. */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Positive values of no two equal sums, so that ranks of them and of their Walsh averages have no ties. */
static const double magnitudes[] = {
	0.7, 1.13, 1.91, 2.59, 4.07, 5.83, 7.31, 11.3, 13.97, 19.01, 23.7, 31.3
};

typedef struct stats_estimate estimator(const double *values, size_t n, double level);

static void test_sort(void)
{
	double values[] = { 3, -1, 2, 2, 1e9, -0.5 };
	static const double want[] = { -1, -0.5, 2, 2, 3, 1e9 };

	stats_sort(values, COUNT(values));
	for (size_t i = 0; i < COUNT(want); i++)
		CHECK_NEAR(values[i], want[i], 0);
	stats_sort(values, 0);
}

/* Type 7 is the default of R and NumPy, whose answers these are. */
static void test_quantile(void)
{
	static const double x[] = { 1, 2, 3, 4 }, y[] = { 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100 };

	CHECK_NEAR(stats_quantile(x, 4, 0.25), 1.75, 1e-12);
	CHECK_NEAR(stats_quantile(x, 4, 0.5), 2.5, 1e-12);
	CHECK_NEAR(stats_quantile(x, 4, 0), 1, 0);
	CHECK_NEAR(stats_quantile(x, 4, 1), 4, 0);
	CHECK_NEAR(stats_quantile(y, 11, 0.95), 95, 1e-12);
	CHECK_NEAR(stats_quantile(x, 1, 0.9), 1, 0);
	CHECK(isnan(stats_quantile(x, 0, 0.5)));
}

/* P(B(n, 1/2) <= k), summed term by term. */
static double binomial_sum(size_t n, size_t k)
{
	double term = pow(0.5, (double)n), sum = 0;

	for (size_t i = 0; i <= k; i++) {
		sum += term;
		term *= (double)(n - i) / (double)(i + 1);
	}
	return sum;
}

/* Ranks as tabulated: Conover, Practical Nonparametric Statistics; David and Nagaraja, section 7.1. */
static void test_median_ranks(void)
{
	static const struct {
		size_t n, low;
	} rows[] = { { 6, 1 },	{ 8, 1 },  { 9, 2 },   { 10, 2 },  { 15, 4 },
		     { 20, 6 }, { 25, 8 }, { 30, 10 }, { 100, 40 } };
	double values[100];

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = rows[i].n, k = rows[i].low;
		struct stats_estimate e;

		for (size_t v = 0; v < n; v++)
			values[v] = (double)(n - v);
		e = stats_median(values, n, 0.95);
		CHECK_NEAR(e.value, (double)(n + 1) / 2, 1e-12);
		CHECK_NEAR(e.low, (double)k, 0);
		CHECK_NEAR(e.high, (double)(n + 1 - k), 0);
		CHECK_NEAR(e.level, 1 - 2 * binomial_sum(n, k - 1), 1e-12);
		CHECK(e.level >= 0.95 && 1 - 2 * binomial_sum(n, k) < 0.95);
		CHECK_INT(e.n, n);
		CHECK_NEAR(values[0], (double)n, 0);
	}
}

/* Change of the Hamilton depression scale in nine patients (Hollander, Wolfe and Chicken, table 3.1): the
 * estimate is -0.46, and the 96.1 % interval goes from -0.786 to -0.010 (examples 3.3 and 3.4). */
static void test_hodges_lehmann_published(void)
{
	static const double before[] = { 1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30 };
	static const double after[] = { 0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29 };
	double change[9];
	struct stats_estimate e;

	for (size_t i = 0; i < 9; i++)
		change[i] = after[i] - before[i];
	e = stats_hodges_lehmann(change, 9, 0.95);
	CHECK_NEAR(e.value, -0.46, 0.0005);
	CHECK_NEAR(e.low, -0.786, 0.0005);
	CHECK_NEAR(e.high, -0.010, 0.0005);
	CHECK_NEAR(e.level, 0.961, 0.0005);
}

/* By the definition: all averages of pairs, the middle one or two of them. */
static void test_hodges_lehmann_by_hand(void)
{
	static const double three[] = { 1, 2, 6 }, four[] = { 4, 1, 3, 10 }, one[] = { 5 };
	struct stats_estimate e = stats_hodges_lehmann(three, 3, 0.95);

	CHECK_NEAR(e.value, (2 + 3.5) / 2, 1e-12); /* 1 1.5 2 3.5 4 6 */
	CHECK(isnan(e.low) && isnan(e.high) && isnan(e.level));
	e = stats_hodges_lehmann(four, 4, 0.7);
	CHECK_NEAR(e.value, (3.5 + 4) / 2, 1e-12); /* 1 2 2.5 3 3.5 4 5.5 6.5 7 10 */
	CHECK_NEAR(e.level, 0.75, 1e-12);	   /* P(W <= 1) = 2/16 a side */
	CHECK_NEAR(e.low, 2, 0);
	CHECK_NEAR(e.high, 7, 0);
	CHECK_NEAR(stats_hodges_lehmann(one, 1, 0.95).value, 5, 0);
}

/*
 * Values symmetric about 0 have each sign with probability 1/2 whatever their size. So over all sign
 * patterns, the share of intervals that hold 0 is the coverage itself: it must be what the estimate says,
 * enough, and not more than the next narrower interval needs.
 */
static void covers(estimator *estimate, size_t n, double level)
{
	size_t held = 0, patterns = 1u << n;
	double values[COUNT(magnitudes)], said = 0, share;

	for (size_t signs = 0; signs < patterns; signs++) {
		struct stats_estimate e;

		for (size_t i = 0; i < n; i++)
			values[i] = signs >> i & 1 ? magnitudes[i] : -magnitudes[i];
		e = estimate(values, n, level);
		held += e.low <= 0 && 0 <= e.high;
		said = e.level;
	}
	share = (double)held / (double)patterns;
	CHECK_NEAR(said, share, 1e-12);
	CHECK(share >= level);
}

static void test_coverage(void)
{
	for (size_t n = 6; n <= COUNT(magnitudes); n++) {
		covers(stats_median, n, 0.95);
		covers(stats_hodges_lehmann, n, 0.95);
	}
	covers(stats_hodges_lehmann, 5, 0.9);
	covers(stats_hodges_lehmann, 10, 0.99);
	covers(stats_median, 10, 0.99);
	covers(stats_median, 11, 0.5);
}

/* P(W+ <= k) of the signed-rank statistic: how many subsets of 1..n sum to at most k, by counting. */
static double signed_rank_sum(size_t n, size_t k)
{
	double *ways = calloc(k + 1, sizeof(*ways)), sum = 0;

	ways[0] = 1;
	for (size_t rank = 1; rank <= n; rank++)
		for (size_t s = k; s >= rank; s--)
			ways[s] += ways[s - rank];
	for (size_t s = 0; s <= k; s++)
		sum += ways[s];
	free(ways);
	return sum / pow(2, (double)n);
}

/* With values n, n-1, ... the bounds are half-integers; the ranks they stand at are found by counting pairs.
 */
static size_t rank_of_low(const double *values, size_t n, double low)
{
	size_t below = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = i; j < n; j++)
			below += (values[i] + values[j]) / 2 <= low;
	return below;
}

/* The exact distribution to n = 50, and beyond it the normal one, which must be close to exact. */
static void test_signed_rank_tails(void)
{
	static const size_t counts[] = { 6, 10, 20, 35, 50, 51, 60, 70, 80 };
	double values[80];

	for (size_t i = 0; i < COUNT(counts); i++) {
		size_t n = counts[i], c;
		struct stats_estimate e;

		for (size_t v = 0; v < n; v++)
			values[v] = pow(1.37, (double)v); /* no two averages are equal */
		e = stats_hodges_lehmann(values, n, 0.95);
		c = rank_of_low(values, n, e.low);
		CHECK_NEAR(e.level, 1 - 2 * signed_rank_sum(n, c - 1), n <= 50 ? 1e-9 : 0.003);
		CHECK(1 - 2 * signed_rank_sum(n, c - 1) >= 0.9495);
		if (n <= 50)
			CHECK(signed_rank_sum(n, c) > 0.025);
	}
}

/* Tabulated in Hollander, Wolfe and Chicken, table A.4: P(T+ <= 8) = .0244 at n = 10, P(T+ <= 52) = .0242
 * at 20. */
static void test_signed_rank_table(void)
{
	CHECK_NEAR(signed_rank_sum(10, 8), 0.0244, 0.00005);
	CHECK_NEAR(signed_rank_sum(20, 52), 0.0242, 0.00005);
}

static void test_moves_with_the_values(void)
{
	static const double x[] = { 2, 3, 5, 7, 11, 13, 17, 19, 23, 29 };
	double shifted[10], mirrored[10];
	struct stats_estimate a = stats_hodges_lehmann(x, 10, 0.95), b, c;

	for (size_t i = 0; i < 10; i++) {
		shifted[i] = 3 * x[i] + 100;
		mirrored[i] = -x[i];
	}
	b = stats_hodges_lehmann(shifted, 10, 0.95);
	c = stats_hodges_lehmann(mirrored, 10, 0.95);
	CHECK_NEAR(b.value, 3 * a.value + 100, 1e-9);
	CHECK_NEAR(b.low, 3 * a.low + 100, 1e-9);
	CHECK_NEAR(b.high, 3 * a.high + 100, 1e-9);
	CHECK_NEAR(c.value, -a.value, 1e-9);
	CHECK_NEAR(c.low, -a.high, 1e-9);
	CHECK_NEAR(c.high, -a.low, 1e-9);
}

static void test_too_few(void)
{
	static const double x[] = { 1, 2, 3, 4, 5, 6 };
	static estimator *const both[] = { stats_median, stats_hodges_lehmann };

	for (size_t i = 0; i < 2; i++) {
		struct stats_estimate e = both[i](x, 0, 0.95);

		CHECK(isnan(e.value) && isnan(e.low) && isnan(e.high) && isnan(e.level));
		CHECK_INT(e.n, 0);
		e = both[i](x, 5, 0.95);
		CHECK_NEAR(e.value, 3, 0);
		CHECK(isnan(e.low) && isnan(e.high) && isnan(e.level));
		e = both[i](x, 6, 0.95);
		CHECK_NEAR(e.low, 1, 0);
		CHECK_NEAR(e.high, 6, 0);
		CHECK_NEAR(e.level, 1 - 2.0 / 64, 1e-12);
	}
}

/* Median 2, MAD 1: three scaled MADs reach to 6.45. */
static void test_outliers(void)
{
	static const double x[] = { 1, 1, 2, 2, 4, 6, 9 }, same[] = { 5, 5, 5, 9 };
	unsigned char flags[7];

	stats_flag_outliers(x, 7, 3, flags);
	for (size_t i = 0; i < 7; i++)
		CHECK_INT(flags[i], i == 6);
	stats_flag_outliers(x, 7, 2.5, flags);
	for (size_t i = 0; i < 7; i++)
		CHECK_INT(flags[i], i >= 5);
	stats_flag_outliers(same, 4, 3, flags);
	CHECK_INT(flags[0] + flags[1] + flags[2] + flags[3], 0);
	stats_flag_outliers(x, 0, 3, flags);
}

/* t.test(c(1, 2.5, 3, 4.2), c(.5, 1, 1.2, .9, 1.1)) of R: df 3.2002. */
static void test_welch(void)
{
	const double a[] = { 1, 2.5, 3, 4.2 }, b[] = { 0.5, 1, 1.2, 0.9, 1.1 }, same[] = { 2, 2, 2 };
	struct stats_estimate e = stats_welch(a, 4, b, 5, 0.95);
	double half = stats_t_quantile(0.975, 3.2002269308560134) * sqrt(0.4389583333333334 + 0.0146);

	CHECK_NEAR(e.value, 1.735, 1e-12);
	CHECK_NEAR(e.low, 1.735 - half, 1e-9);
	CHECK_NEAR(e.high, 1.735 + half, 1e-9);
	CHECK_INT(e.n, 4);
	CHECK(isnan(stats_welch(a, 2, b, 5, 0.95).low) && !isnan(stats_welch(a, 2, b, 5, 0.95).value));
	CHECK(isnan(stats_welch(a, 0, b, 5, 0.95).value));
	e = stats_welch(same, 3, same, 3, 0.95); /* nothing varies */
	CHECK(e.value == 0 && e.low == 0 && e.high == 0);
}

int main(void)
{
	CHECK_RUN(test_welch);
	CHECK_RUN(test_sort);
	CHECK_RUN(test_quantile);
	CHECK_RUN(test_median_ranks);
	CHECK_RUN(test_hodges_lehmann_published);
	CHECK_RUN(test_hodges_lehmann_by_hand);
	CHECK_RUN(test_coverage);
	CHECK_RUN(test_signed_rank_tails);
	CHECK_RUN(test_signed_rank_table);
	CHECK_RUN(test_moves_with_the_values);
	CHECK_RUN(test_too_few);
	CHECK_RUN(test_outliers);
	return check_done();
}
