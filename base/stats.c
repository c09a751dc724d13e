/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_psi.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_MAX 50	   /* signed-rank: exact distribution up to this many values */
#define MAD_SCALE 1.482602 /* makes the MAD of a normal sample its standard deviation */

static struct stats_estimate nothing(size_t n)
{
	return (struct stats_estimate){ NAN, NAN, NAN, NAN, n };
}

void stats_sort(double *values, size_t n)
{
	gsl_sort(values, 1, n);
}

double stats_quantile(const double *sorted, size_t n, double q)
{
	return n ? gsl_stats_quantile_from_sorted_data(sorted, 1, n, q) : (double)NAN;
}

static double *sorted_copy(const double *values, size_t n)
{
	double *copy = malloc((n ? n : 1) * sizeof(*copy));

	if (copy && n) {
		memcpy(copy, values, n * sizeof(*copy));
		stats_sort(copy, n);
	}
	return copy;
}

/* The interval [x(k), x(n+1-k)] covers the median with probability 1 - 2 B(k - 1; n, 1/2). */
struct stats_estimate stats_median(const double *values, size_t n, double level)
{
	struct stats_estimate e = nothing(n);
	double *sorted = sorted_copy(values, n);
	size_t k = 0;

	if (sorted == NULL || n == 0) {
		free(sorted);
		return e;
	}
	e.value = stats_quantile(sorted, n, 0.5);
	while (k < n / 2 && 1 - 2 * gsl_cdf_binomial_P((unsigned)k, 0.5, (unsigned)n) >= level)
		k++;
	if (k > 0) {
		e.low = sorted[k - 1];
		e.high = sorted[n - k];
		e.level = 1 - 2 * gsl_cdf_binomial_P((unsigned)k - 1, 0.5, (unsigned)n);
	}
	free(sorted);
	return e;
}

/* Largest c with P(W+ <= c - 1) <= ALPHA / 2 for n values; 0 when there is none. *TAIL gets that probability.
 */
static size_t signed_rank_exact(size_t n, double alpha, double *tail)
{
	size_t total = n * (n + 1) / 2, c = 0;
	double *p = calloc(total + 1, sizeof(*p)), sum = 0;

	if (p == NULL)
		return 0;
	p[0] = 1;
	for (size_t rank = 1; rank <= n; rank++)
		for (size_t s = total + 1; s-- > 0;)
			p[s] = (p[s] + (s >= rank ? p[s - rank] : 0)) / 2;
	for (*tail = 0; c <= total; c++) {
		sum += p[c];
		if (sum > alpha / 2)
			break;
		*tail = sum;
	}
	free(p);
	return c;
}

static size_t signed_rank_normal(size_t n, double alpha, double *tail)
{
	double x = (double)n, mean = x * (x + 1) / 4, sd = sqrt(x * (x + 1) * (2 * x + 1) / 24);
	double c = mean - gsl_cdf_ugaussian_Pinv(1 - alpha / 2) * sd;

	*tail = alpha / 2;
	return c > 0 ? (size_t)c : 0;
}

static double *walsh_averages(const double *values, size_t n, size_t *count)
{
	double *average = malloc(n * (n + 1) / 2 * sizeof(*average));

	*count = 0;
	for (size_t i = 0; average && i < n; i++)
		for (size_t j = i; j < n; j++)
			average[(*count)++] = (values[i] + values[j]) / 2;
	return average;
}

struct stats_estimate stats_hodges_lehmann(const double *values, size_t n, double level)
{
	struct stats_estimate e = nothing(n);
	size_t count = 0, c;
	double *average = n ? walsh_averages(values, n, &count) : NULL, tail = 0;

	if (average == NULL)
		return e;
	stats_sort(average, count);
	e.value = stats_quantile(average, count, 0.5);
	c = n <= EXACT_MAX ? signed_rank_exact(n, 1 - level, &tail) : signed_rank_normal(n, 1 - level, &tail);
	if (c > 0) {
		e.low = average[c - 1];
		e.high = average[count - c];
		e.level = 1 - 2 * tail;
	}
	free(average);
	return e;
}

void stats_flag_outliers(const double *values, size_t n, double k, unsigned char *flags)
{
	double *sorted = sorted_copy(values, n), median, mad;

	memset(flags, 0, n);
	if (sorted == NULL || n == 0) {
		free(sorted);
		return;
	}
	median = stats_quantile(sorted, n, 0.5);
	for (size_t i = 0; i < n; i++)
		sorted[i] = fabs(values[i] - median);
	stats_sort(sorted, n);
	mad = stats_quantile(sorted, n, 0.5) * MAD_SCALE;
	for (size_t i = 0; i < n; i++)
		flags[i] = mad > 0 && fabs(values[i] - median) > k * mad;
	free(sorted);
}

double stats_t_p(double t, double df)
{
	return 2 * (isinf(df) ? gsl_cdf_ugaussian_Q(fabs(t)) : gsl_cdf_tdist_Q(fabs(t), df));
}

static double mean(const double *values, size_t n, double *variance)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++)
		sum += values[i];
	for (size_t i = 0; i < n; i++)
		squares += (values[i] - sum / (double)n) * (values[i] - sum / (double)n);
	*variance = squares / (double)(n - 1) / (double)n; /* of the mean */
	return sum / (double)n;
}

struct stats_estimate stats_welch(const double *a, size_t n, const double *b, size_t m, double level)
{
	double of_a, of_b, all, df, half;
	struct stats_estimate e = { .value = NAN, .low = NAN, .high = NAN, .level = level, .n = n };

	if (n == 0 || m == 0)
		return e;
	e.value = mean(a, n, &of_a) - mean(b, m, &of_b);
	if (n < 3 || m < 3)
		return e;
	all = of_a + of_b;
	df = all * all / (of_a * of_a / (double)(n - 1) + of_b * of_b / (double)(m - 1));
	half = all > 0 ? stats_t_quantile((1 + level) / 2, df) * sqrt(all) : 0;
	e.low = e.value - half;
	e.high = e.value + half;
	return e;
}

double stats_t_quantile(double p, double df)
{
	return isinf(df) ? gsl_cdf_ugaussian_Pinv(p) : gsl_cdf_tdist_Pinv(p, df);
}

/* The x whose trigamma is Y, by Newton's method from a start that makes it converge (Smyth, appendix). */
static double trigamma_inverse(double y)
{
	double x = 0.5 + 1 / y, step;

	if (y > 1e7)
		return 1 / sqrt(y);
	if (y < 1e-6)
		return 1 / y;
	for (int i = 0; i < 50; i++) {
		double at = gsl_sf_psi_1(x);

		step = at * (1 - at / y) / gsl_sf_psi_n(2, x);
		x += step;
		if (-step / x < 1e-8)
			break;
	}
	return x;
}

/* Log variances less what their degrees of freedom make of them; how many there are. */
static size_t log_variances(const double *variances, const double *df, size_t n, double *logs, double *spread)
{
	size_t count = 0;

	*spread = 0;
	for (size_t i = 0; i < n; i++) {
		if (!(df[i] > 0) || !(variances[i] > 0))
			continue;
		logs[count++] = log(variances[i]) - gsl_sf_psi(df[i] / 2) + log(df[i] / 2);
		*spread += gsl_sf_psi_1(df[i] / 2);
	}
	if (count)
		*spread /= (double)count;
	return count;
}

void stats_moderate(const double *variances, const double *df, size_t n, double *value, double *weight)
{
	double *logs = malloc((n + 1) * sizeof(*logs)), spread, mean, excess;
	size_t count = logs ? log_variances(variances, df, n, logs, &spread) : 0;

	*value = NAN;
	*weight = 0;
	if (count < 3) {
		free(logs);
		return;
	}
	mean = gsl_stats_mean(logs, 1, count);
	excess = gsl_stats_variance_m(logs, 1, count, mean) - spread;
	*weight = excess > 0 ? 2 * trigamma_inverse(excess) : INFINITY;
	*value = exp(mean);
	if (excess > 0)
		*value = exp(mean + gsl_sf_psi(*weight / 2) - log(*weight / 2));
	free(logs);
}

void stats_benjamini_hochberg(double *p, size_t n)
{
	size_t *order = malloc((n + 1) * sizeof(*order)), count = 0;
	double least = 1;

	for (size_t i = 0; order && i < n; i++) {
		size_t at = count;

		if (isnan(p[i]))
			continue;
		for (; at > 0 && p[order[at - 1]] > p[i]; at--)
			order[at] = order[at - 1];
		order[at] = i;
		count++;
	}
	for (size_t rank = count; rank > 0; rank--) {
		least = fmin(least, p[order[rank - 1]] * (double)count / (double)rank);
		p[order[rank - 1]] = least;
	}
	free(order);
}

double stats_trimmed_mean(const double *sorted, size_t n)
{
	return n ? gsl_stats_mean(sorted + n / 5, 1, n - 2 * (n / 5)) : (double)NAN;
}
